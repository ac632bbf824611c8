//! Who is asking: the merchant whose key it is, or nobody.

use super::http::Request;
use crate::adapters::clients::store::Store;
use crate::domain::merchant::Merchant;
use crate::domain::merchant::api_key::ApiKey;
use crate::fault::{Fault, Kind, Problem};

/// The key that the request carries. Whether it is a merchant's is for [`check`] to say, once the merchant is
/// read.
///
/// # Errors
/// It is missing or malformed.
pub fn key(request: &Request) -> Result<ApiKey, Fault> {
    request.bearer().and_then(|text| ApiKey::parse(text).ok()).ok_or_else(unauthorized)
}

/// That `merchant`, who was read for `key`, owns it.
///
/// # Errors
/// There is no such merchant, or the key is not theirs. The two look the same from outside.
pub fn check(key: &ApiKey, merchant: Option<Merchant>) -> Result<Merchant, Fault> {
    merchant.filter(|merchant| merchant.owns(key)).ok_or_else(unauthorized)
}

/// The merchant who sent the request.
///
/// # Errors
/// No key, or not a merchant's.
pub async fn merchant(store: &Store, request: &Request) -> Result<Merchant, Fault> {
    let key = key(request)?;
    check(&key, store.merchant(key.merchant()).await?)
}

/// That an operator sent the request. API Gateway has checked the token; a route that lost its authorizer
/// stays shut.
///
/// # Errors
/// No operator's token was checked.
pub fn require_operator(request: &Request) -> Result<(), Fault> {
    if request.is_operator {
        return Ok(());
    }
    let problem = Problem::new(Kind::Unauthorized, "The request carries no operator's token.");
    Err(problem
        .field("Authorization")
        .next("Send `Authorization: Bearer <token>` of the operators' issuer.")
        .into())
}

fn unauthorized() -> Fault {
    Problem::new(Kind::Unauthorized, "The request carries no valid key.")
        .field("Authorization")
        .next("Send `Authorization: Bearer kmb_…` with one of the merchant's live keys.")
        .into()
}
