//! Stripe's webhook signature: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]`, where each `v1` is the
//! HMAC-SHA256 of `<t>.<raw body>` under an endpoint's secret
//! (<https://docs.stripe.com/webhooks#verify-manually>). Nothing is accepted that Stripe's Node library
//! refuses, but for three cases that `tests/signature` names and explains; where its Node and Python
//! libraries differ, it says what we do.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::domain::time::Timestamp;

/// How old a signature may be: Stripe's own default, which its libraries use.
pub const TOLERANCE_SECONDS: i64 = 300;

/// The secrets of the endpoints that deliver here, of all platforms, however many. While one is rolled, the
/// old and the new one are both in it.
#[derive(Clone, Debug)]
pub struct Secrets(Vec<SecretString>);

/// No secret was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at least one webhook secret is needed")]
pub struct NoSecret;

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no header, or it is not of the form above.
    #[error("The Stripe-Signature header is missing or malformed")]
    Malformed,
    /// It was made too long before the request came.
    #[error("The signature is too old")]
    Stale,
    /// None of its signatures was made with one of our secrets over this body.
    #[error("No signature matches")]
    Mismatch,
}

impl Secrets {
    /// Parses a comma-separated list.
    ///
    /// # Errors
    /// The list is empty: an empty secret would let everybody sign.
    pub fn parse(list: &str) -> Result<Self, NoSecret> {
        let secrets: Vec<_> = list.split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
        if secrets.is_empty() {
            Err(NoSecret)
        } else {
            Ok(Self(secrets.into_iter().map(SecretString::from).collect()))
        }
    }

    /// Checks that `header` signs `body` with one of the secrets, at most [`TOLERANCE_SECONDS`] before
    /// `received_at`.
    ///
    /// # Errors
    /// See [`SignatureError`].
    pub fn verify(&self, header: &str, body: &[u8], received_at: Timestamp) -> Result<(), SignatureError> {
        let header = Header::parse(header)?;
        if !self.0.iter().any(|secret| header.is_signed_with(secret, body)) {
            return Err(SignatureError::Mismatch);
        }
        if received_at.epoch_seconds().saturating_sub(header.signed_at) > TOLERANCE_SECONDS {
            return Err(SignatureError::Stale);
        }
        Ok(())
    }
}

struct Header<'a> {
    signed_at: i64,
    signatures: Vec<&'a str>,
}

impl<'a> Header<'a> {
    /// As Stripe's libraries read it: of several times the last counts, and nothing is trimmed but the time.
    /// A signature that is empty spoils the header.
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        let mut signed_at = None;
        let mut signatures = Vec::new();
        for part in header.split(',') {
            let mut pieces = part.split('=');
            let (name, value) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
            match name {
                "t" => signed_at = value.trim().parse().ok(),
                "v1" => signatures.push(value),
                _ => {}
            }
        }
        match signed_at {
            Some(signed_at) if signatures.iter().all(|text| !text.is_empty()) && !signatures.is_empty() => {
                Ok(Self { signed_at, signatures })
            }
            Some(_) | None => Err(SignatureError::Malformed),
        }
    }

    /// Reads the body once, however many signatures a stranger lists, and compares in constant time.
    fn is_signed_with(&self, secret: &SecretString, body: &[u8]) -> bool {
        Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).is_ok_and(|mac| {
            let mac = mac.chain_update(self.signed_at.to_string()).chain_update(b".").chain_update(body);
            let expected = HEXLOWER.encode(&mac.finalize().into_bytes());
            self.signatures.iter().any(|signature| expected.as_bytes().ct_eq(signature.as_bytes()).into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn sign(secret: &str, signed_at: i64, body: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        let mac = mac.chain_update(signed_at.to_string()).chain_update(b".").chain_update(body);
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    #[test]
    fn verdicts() {
        let secrets = Secrets::parse("whsec_new, whsec_old").unwrap();
        let (new, old) = (sign("whsec_new", 1000, BODY), sign("whsec_old", 1000, BODY));
        let foreign = sign("whsec_foreign", 1000, BODY);
        let cases = [
            ("the new secret", format!("t=1000,v1={new}"), 1000, Ok(())),
            ("the old secret", format!("t=1000,v1={old}"), 1000, Ok(())),
            ("any v1 of several", format!("t=1000,v1={foreign},v1={old},v0=00"), 1000, Ok(())),
            ("a time in other words", format!("t= +01000 ,v1={new}"), 1000, Ok(())),
            ("more than a value", format!("t=1000=1,v1={new}=1"), 1000, Ok(())),
            ("the last of two times", format!("t=999,v1={new},t=1000"), 1000, Ok(())),
            ("at the tolerance", format!("t=1000,v1={new}"), 1300, Ok(())),
            ("past the tolerance", format!("t=1000,v1={new}"), 1301, Err(SignatureError::Stale)),
            ("from a clock ahead of ours", format!("t=1000,v1={new}"), 900, Ok(())),
            ("another secret", format!("t=1000,v1={foreign}"), 1000, Err(SignatureError::Mismatch)),
            ("another time", format!("t=1001,v1={new}"), 1000, Err(SignatureError::Mismatch)),
            ("cut short", format!("t=1000,v1={}", &new[..62]), 1000, Err(SignatureError::Mismatch)),
            (
                "capital letters",
                format!("t=1000,v1={}", new.to_uppercase()),
                1000,
                Err(SignatureError::Mismatch),
            ),
            ("a space", format!("t=1000, v1={new}"), 1000, Err(SignatureError::Malformed)),
            ("no signature beside one", format!("t=1000,v1={new},v1"), 1000, Err(SignatureError::Malformed)),
            ("no time after one", format!("t=1000,v1={new},t"), 1000, Err(SignatureError::Malformed)),
            ("only v0", format!("t=1000,v0={new}"), 1000, Err(SignatureError::Malformed)),
            ("no time", format!("v1={new}"), 1000, Err(SignatureError::Malformed)),
            ("no number", format!("t=1e3,v1={new}"), 1000, Err(SignatureError::Malformed)),
            ("nothing", String::new(), 1000, Err(SignatureError::Malformed)),
        ];
        for (case, header, received_at, verdict) in cases {
            let received_at = Timestamp::from_epoch_seconds(received_at);
            assert_eq!(secrets.verify(&header, BODY, received_at), verdict, "{case}");
        }
        let header = format!("t=1000,v1={new}");
        let changed = secrets.verify(&header, b"{}", Timestamp::from_epoch_seconds(1000));
        assert_eq!(changed, Err(SignatureError::Mismatch), "another body");
    }

    #[test]
    fn the_endpoints_of_four_platforms_are_verified_while_all_their_secrets_are_rolled() {
        let all: Vec<String> = (0..4 * 3 * 2).map(|number| format!("whsec_{number:032}")).collect();
        let secrets = Secrets::parse(&all.join(", ")).unwrap();
        for secret in &all {
            let header = format!("t=1000,v1={}", sign(secret, 1000, BODY));
            assert_eq!(
                secrets.verify(&header, BODY, Timestamp::from_epoch_seconds(1000)),
                Ok(()),
                "{secret}"
            );
        }
    }

    #[test]
    fn an_empty_secret_is_refused() {
        assert_eq!(Secrets::parse(" , ").err(), Some(NoSecret));
    }

    #[test]
    fn a_secret_is_never_shown() {
        let shown = format!("{:?}", Secrets::parse("whsec_1").unwrap());
        assert_eq!(shown, "Secrets([SecretBox<str>([REDACTED])])");
    }
}
