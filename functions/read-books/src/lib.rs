//! What the books say: balances, statements, campaign reports, the ledger as CSV, the payments of a day, and
//! a rebuild from nothing. It writes nothing.
//!
//! Every answer is right up to the last page of the journal, which is written at most half a minute after a
//! change: closed days come from their rows, days that are open from the journal itself. `open_days` names
//! the latter.

mod balances;
mod ledger;
mod purchases;
mod rebuild;
mod statement;

use std::collections::BTreeSet;
use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use data_encoding::BASE64URL_NOPAD;
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::Store;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::auth::require_operator;
use kembali::adapters::edge::http::{Answer, Request, answer, no_route, not_found};
use kembali::domain::ids::MerchantId;
use kembali::domain::market::Country;
use kembali::domain::merchant::Merchant;
use kembali::domain::time::Day;
use kembali::fault::Fault;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct ReadBooks {
    store: Store,
}

impl ReadBooks {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { store: Store::new(&Aws::new(environment)?, environment)? })
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Never: what goes wrong is told in the answer.
    pub async fn handle(
        &self,
        event: ApiGatewayV2httpRequest,
    ) -> Result<ApiGatewayV2httpResponse, Infallible> {
        answer(event, async |request| self.route(request).await).await
    }

    async fn route(&self, request: &Request) -> Answer {
        match request.route.as_str() {
            "GET /v1/statement" => self.own_statement(request).await,
            "GET /v1/markets/{country}/balances" => self.balances(request).await,
            "GET /v1/markets/{country}/campaigns/{campaign}/report" => self.report(request).await,
            "GET /v1/markets/{country}/statement" => self.statement(request).await,
            "GET /v1/markets/{country}/ledger.csv" => self.ledger(request).await,
            "GET /v1/markets/{country}/purchases" => self.purchases(request).await,
            "GET /v1/markets/{country}/rebuild" => self.rebuild(request).await,
            _ => Err(no_route(request)),
        }
    }

    /// The merchant `id`, if it is one of this market.
    async fn merchant_of(&self, country: Country, id: &MerchantId) -> Result<Merchant, Fault> {
        let merchant = self.store.merchant(id).await?;
        merchant.filter(|merchant| merchant.country == country).ok_or_else(|| not_found("merchant"))
    }
}

/// The market in the path, for an operator.
fn market(request: &Request) -> Result<Country, Fault> {
    require_operator(request)?;
    request.country()
}

fn texts(days: &BTreeSet<Day>) -> Vec<String> {
    days.iter().map(Day::to_string).collect()
}

/// A place at which a later request goes on.
fn cursor_at(place: &str) -> String {
    BASE64URL_NOPAD.encode(place.as_bytes())
}

fn parse_cursor<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, &'static str> {
    let place = BASE64URL_NOPAD.decode(text.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    place
        .as_deref()
        .and_then(parse)
        .ok_or("The cursor is not valid. Send the one of the page before, as it is.")
}
