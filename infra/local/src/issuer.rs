//! The operator's identity provider and the gateway's JWT authorizer, in one: it signs tokens and checks
//! them.
//!
//! Differences from AWS: the signature is HS256 with a secret of the stack, where API Gateway accepts RS256
//! with keys published by the issuer; "now" is the stack's clock, so that a token expires when virtual time
//! says so; and the scheme is taken in any case, as HTTP asks, which AWS does not say of its own.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value, json};

/// The claims of a token that passed, every value as text, as API Gateway hands them on.
pub type Claims = BTreeMap<String, String>;

/// One authorizer of the API, with the key that signs its tokens.
#[derive(Clone)]
pub struct Issuer {
    issuer: String,
    audiences: Vec<String>,
    secret: Vec<u8>,
}

impl Issuer {
    /// An authorizer that accepts tokens of `issuer` for one of `audiences`.
    pub fn new(issuer: String, audiences: Vec<String>, secret: &[u8]) -> Self {
        Self { issuer, audiences, secret: secret.to_vec() }
    }

    /// A token for `subject` that is valid from `now_seconds` on, for `lifetime_seconds`.
    ///
    /// # Errors
    /// The token cannot be signed.
    pub fn token(
        &self,
        subject: &str,
        now_seconds: i64,
        lifetime_seconds: i64,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = json!({
            "iss": self.issuer,
            "aud": self.audiences.first(),
            "sub": subject,
            "iat": now_seconds,
            "exp": now_seconds.saturating_add(lifetime_seconds),
        });
        jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(&self.secret))
    }

    /// The claims of the token in an `Authorization` header; `None` if the request must be refused.
    pub fn authorize(&self, authorization: Option<&str>, now_seconds: i64) -> Option<Claims> {
        let header = authorization?;
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim_start_matches(' '),
            _ => header,
        };
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&self.audiences);
        validation.set_required_spec_claims(&["aud", "exp", "iss"]);
        // The library would ask the machine's clock.
        validation.validate_exp = false;
        let key = DecodingKey::from_secret(&self.secret);
        let claims = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation).ok()?.claims;
        let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
        let valid = seconds("exp")? > now_seconds && seconds("nbf").is_none_or(|start| start <= now_seconds);
        valid.then(|| claims.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    }
}

/// A claim as text. API Gateway writes a list as `[a b]`.
fn text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => claim.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn operator(issuer: &str, audience: &str, secret: &[u8]) -> Issuer {
        Issuer::new(issuer.to_owned(), vec![audience.to_owned()], secret)
    }

    #[test]
    fn a_token_passes_from_its_first_second_until_it_expires() {
        let operator = operator("https://example.com/", "kembali-operator", b"secret");
        let header = format!("Bearer {}", operator.token("ana", NOW, 600).unwrap());
        let claims = operator.authorize(Some(&header), NOW).unwrap();
        assert_eq!(claims["sub"], "ana");
        assert_eq!(claims["exp"], "1800000600");
        assert!(operator.authorize(Some(&header), NOW + 599).is_some());
        assert!(operator.authorize(Some(&header), NOW + 600).is_none());
        let token = header.trim_start_matches("Bearer ");
        for right in [token.to_owned(), format!("bearer {token}"), format!("BEARER  {token}")] {
            assert!(operator.authorize(Some(&right), NOW).is_some(), "{right}");
        }
        for wrong in [format!("Basic {token}"), format!("Bearer{token}"), format!("bearer, {token}")] {
            assert!(operator.authorize(Some(&wrong), NOW).is_none(), "{wrong}");
        }
    }

    #[test]
    fn tokens_of_others_are_refused() {
        let ours = operator("https://example.com/", "kembali-operator", b"secret");
        let check = |other: Issuer| {
            let header = format!("Bearer {}", other.token("ana", NOW, 600).unwrap());
            ours.authorize(Some(&header), NOW)
        };
        assert!(check(ours.clone()).is_some());
        assert!(check(operator("https://evil.example/", "kembali-operator", b"secret")).is_none());
        assert!(check(operator("https://example.com/", "another-api", b"secret")).is_none());
        assert!(check(operator("https://example.com/", "kembali-operator", b"guess")).is_none());
        assert!(ours.authorize(None, NOW).is_none());
        assert!(ours.authorize(Some("Bearer nonsense"), NOW).is_none());
    }

    #[test]
    fn lists_are_written_as_api_gateway_writes_them() {
        assert_eq!(text(&json!(["a", "b", 3])), "[a b 3]");
    }
}
