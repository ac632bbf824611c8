//! Signature headers with the verdict that we give: those of `tests/signature/vectors.json`, and mutated
//! ones.

use data_encoding::{BASE64, HEXLOWER};
use fastrand::Rng;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kembali::domain::stripe::signature::{Secrets, SignatureError};
use kembali::domain::time::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::text::{changed, shuffled};

const NEW: &str = "whsec_new";
const OLD: &str = "whsec_old";
const FOREIGN: &str = "whsec_foreign";
/// When everything is signed that does not say otherwise.
const SIGNED_AT: i64 = 1_795_341_600;
const BODY: &str = r#"{"id":"evt_1","object":"event"}"#;

/// A header, and what it is checked against.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) header: String,
    pub(crate) body: Vec<u8>,
    secrets: Vec<String>,
    received_at: i64,
}

impl Case {
    /// What we say to it, in a word.
    pub(crate) fn verdict(&self) -> &'static str {
        let secrets = Secrets::parse(&self.secrets.join(",")).unwrap();
        match secrets.verify(&self.header, &self.body, Timestamp::from_epoch_seconds(self.received_at)) {
            Ok(()) => "accepted",
            Err(SignatureError::Malformed) => "malformed",
            Err(SignatureError::Stale) => "stale",
            Err(SignatureError::Mismatch) => "mismatch",
        }
    }

    /// Whether one of our signatures of the body stands in the header: what cannot be made without a secret
    /// of ours.
    pub(crate) fn is_ours(&self) -> bool {
        let signed = SIGNED_AT.to_string();
        self.secrets.iter().any(|secret| self.header.contains(&sign(secret, &signed, &self.body)))
    }

    /// The case as Stripe's libraries are given it. `stripe` is what they say where it is not what we say.
    pub(crate) fn line(&self, stripe: &Value) -> String {
        let line = json!({
            "name": self.name, "header": self.header, "body": BASE64.encode(&self.body), "secrets": self.secrets,
            "received_at": self.received_at, "verdict": self.verdict(), "stripe": stripe,
        });
        line.to_string()
    }
}

/// `v1` of a header that was signed then.
pub(crate) fn sign(secret: &str, signed_at: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let mac = mac.chain_update(signed_at.as_bytes()).chain_update(b".").chain_update(body);
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// The hand-written cases, each with what the file says of it.
pub(crate) fn written() -> Vec<(Case, Value)> {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../../signature/vectors.json")).unwrap();
    vectors.into_iter().map(|vector| (expanded(&vector), vector)).collect()
}

/// A vector with its signatures computed.
fn expanded(vector: &Value) -> Case {
    let text = |name: &str| vector[name].as_str().map(str::to_owned);
    let body = match text("body_base64") {
        Some(base64) => BASE64.decode(base64.as_bytes()).unwrap(),
        None => text("body").unwrap_or_else(|| BODY.to_owned()).into_bytes(),
    };
    let signed_body = text("signed_body").map_or_else(|| body.clone(), String::into_bytes);
    let signed = text("signed").unwrap_or_else(|| SIGNED_AT.to_string());
    let new = sign(NEW, &signed, &signed_body);
    let times = usize::try_from(vector["times"].as_u64().unwrap_or_default()).unwrap();
    let header = text("header").unwrap();
    let header = header
        .replace("{new}", &new)
        .replace("{new:62}", &new[..62])
        .replace("{new:63}", &new[..63])
        .replace("{NEW}", &new.to_uppercase())
        .replace("{old}", &sign(OLD, &signed, &signed_body))
        .replace("{foreign}", &sign(FOREIGN, &signed, &signed_body))
        .replace("{repeat}", &text("repeat").unwrap_or_default().repeat(times));
    let secrets = vector["secrets"].as_array().map_or_else(
        || vec![NEW.to_owned(), OLD.to_owned()],
        |secrets| secrets.iter().map(|secret| secret.as_str().unwrap().to_owned()).collect(),
    );
    let received_at = vector["received_at"].as_i64().unwrap_or(SIGNED_AT);
    Case { name: text("name").unwrap(), header, body, secrets, received_at }
}

/// The `number`th mutated header of `seed`: one that is right, or almost, after up to three changes.
pub(crate) fn mutated(seed: u64, number: u64) -> Case {
    let mut rng = Rng::with_seed(seed.wrapping_add(number));
    let received_at = SIGNED_AT + [0, 1, 299, 300, 301, 86_400, -1, -400][rng.usize(..8)];
    let body = format!(r#"{{"id":"evt_{number}"}}"#);
    let signed = SIGNED_AT.to_string();
    let secret = *[NEW, NEW, NEW, OLD, FOREIGN].get(rng.usize(..5)).unwrap();
    let good = format!("v1={}", sign(secret, &signed, body.as_bytes()));
    let time = match rng.u8(..8) {
        0 => format!("t=+{signed}"),
        1 => format!("t=00{signed}"),
        2 => format!("t= {signed}"),
        _ => format!("t={signed}"),
    };
    let foreign = format!("v1={}", sign(FOREIGN, &signed, body.as_bytes()));
    let mut header = match rng.u8(..6) {
        0 => format!("{time},{good},{foreign}"),
        1 => format!("{time},{foreign},{good},v0={}", &foreign[3..]),
        2 => format!("{time},v0={},{good}", &foreign[3..]),
        3 => format!("{good},{time}"),
        _ => format!("{time},{good}"),
    };
    for _ in 0..rng.u8(..=3) {
        header = if rng.bool() { changed(&mut rng, &header) } else { shuffled(&mut rng, &header) };
    }
    Case {
        name: format!("mutated {number}"),
        header,
        body: body.into_bytes(),
        secrets: vec![NEW.to_owned(), OLD.to_owned()],
        received_at,
    }
}
