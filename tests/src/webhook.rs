//! Webhooks that a test signs itself.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kembali_local::client::Response;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{Town, text};

/// The secret of the endpoint for connected accounts, as the local stack makes it up.
pub const CONNECT_SECRET: &str = "whsec_local_connect";

/// `v1` of a `Stripe-Signature` header.
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub fn signature(secret: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{at}.{body}").as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

impl Town {
    /// Seconds since the epoch.
    pub fn now(&self) -> i64 {
        self.stack.clock().epoch_seconds()
    }

    /// Posts a webhook with this `Stripe-Signature` header. Nothing is settled.
    #[expect(clippy::expect_used, reason = "a test helper fails the test")]
    pub async fn post_webhook(&self, signature: &str, content_type: &str, body: &str) -> Response {
        let headers = [("stripe-signature", signature), ("content-type", content_type)];
        let answer = self.client.send("POST", "/webhooks/stripe", &headers, body.to_owned()).await;
        answer.expect("the gateway answers")
    }

    /// Posts an event as Stripe would, signed now, and lets everything that follows happen.
    pub async fn deliver(&self, event: &Value) -> Response {
        let (body, now) = (event.to_string(), self.now());
        let header = format!("t={now},v1={}", signature(CONNECT_SECRET, now, &body));
        let answer = self.post_webhook(&header, "application/json; charset=utf-8", &body).await;
        self.settle().await;
        answer
    }

    /// Stripe's events of these types, oldest first.
    pub fn events(&self, kinds: &[&str]) -> Vec<Value> {
        let events = self.stack.stripe().events().into_iter();
        events.filter(|event| kinds.contains(&text(event, "/type").as_str())).collect()
    }

    /// From now on Stripe's events reach nobody, as if the endpoint were down for good.
    pub fn lose_webhooks(&self) {
        self.stack.stripe().set_endpoints(Vec::new());
    }

    /// An event of a connected account, made up.
    pub fn forged(&self, kind: &str, account: &str, object: Value) -> Value {
        json!({
            "id": "evt_forged", "object": "event", "type": kind, "account": account, "livemode": false,
            "created": self.now(), "api_version": "2026-10-28.endive", "data": {"object": object},
        })
    }
}
