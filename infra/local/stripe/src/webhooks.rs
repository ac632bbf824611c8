//! Delivering events: signing, posting, and trying again for three days.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Method, Request, header};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;

use crate::delivery::{Attempt, Delivery};
use crate::state::State;

/// Minutes from a failed attempt to the next one; after the last of them, every twelve hours.
const SPACING_MINUTES: [i64; 6] = [1, 5, 30, 120, 300, 600];
const LATER_SPACING_MINUTES: i64 = 720;
/// Nothing is tried later than this after the first attempt.
const GIVE_UP_MINUTES: i64 = 72 * 60;
/// A reply that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(20);

/// An attempt that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    delivery: Delivery,
    kind: String,
    body: String,
    signature: String,
    at_millis: i64,
}

/// The HTTP client that posts events.
#[derive(Clone, Debug)]
pub(crate) struct Sender(Client<HttpConnector, Full<Bytes>>);

impl Sender {
    /// A client for `http://` endpoints.
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Posts one event and returns the status of the answer.
    pub(crate) async fn post(&self, outgoing: &Outgoing) -> Option<u16> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&outgoing.delivery.url)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(header::USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("Stripe-Signature", &outgoing.signature)
            .body(Full::new(Bytes::from(outgoing.body.clone())))
            .ok()?;
        let answer = tokio::time::timeout(PATIENCE, self.0.request(request)).await.ok()?.ok()?;
        Some(answer.status().as_u16())
    }
}

impl State {
    /// Takes the next due delivery off the agenda. A delivery to an endpoint that is gone is dropped.
    pub(crate) fn next_outgoing(&mut self, now_millis: i64) -> Option<Outgoing> {
        while let Some((_, delivery)) = self.deliveries.pop_due(now_millis) {
            let endpoint =
                self.config.endpoints.iter().find(|e| e.url == delivery.url && e.scope == delivery.scope);
            let (Some(endpoint), Some((_, event))) = (endpoint, self.events.find(&delivery.event)) else {
                continue;
            };
            let body = event.notification.to_string();
            let signature = signature(&endpoint.secret, now_millis.div_euclid(1000), &body);
            return Some(Outgoing {
                kind: event.kind.clone(),
                delivery,
                body,
                signature,
                at_millis: now_millis,
            });
        }
        None
    }

    /// Records how an attempt went and plans the next one if there is to be one.
    pub(crate) fn record_attempt(&mut self, outgoing: Outgoing, status: Option<u16>) {
        let delivery = Delivery { attempts: outgoing.delivery.attempts + 1, ..outgoing.delivery };
        let attempt = Attempt {
            event: delivery.event.clone(),
            kind: outgoing.kind,
            url: delivery.url.clone(),
            status,
            at_millis: outgoing.at_millis,
            number: delivery.attempts,
        };
        let next_millis = next_attempt(&delivery, outgoing.at_millis);
        if attempt.succeeded() {
            if let Some(event) = self.events.find_mut(&delivery.event) {
                event.pending_webhooks = event.pending_webhooks.saturating_sub(1);
            }
        } else if let Some(next_millis) = next_millis {
            self.deliveries.plan(next_millis, delivery);
        }
        self.attempts.push(attempt);
    }
}

/// When a delivery that failed at `at_millis` is tried again.
fn next_attempt(delivery: &Delivery, at_millis: i64) -> Option<i64> {
    let failed = usize::try_from(delivery.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let minutes = SPACING_MINUTES.get(failed).copied().unwrap_or(LATER_SPACING_MINUTES);
    let next_millis = at_millis + minutes * 60_000;
    (next_millis <= delivery.first_millis + GIVE_UP_MINUTES * 60_000).then_some(next_millis)
}

/// The `Stripe-Signature` header.
fn signature(secret: &str, now: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{now}.{body}").as_bytes());
    format!("t={now},v1={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Scope;

    #[test]
    fn the_signature_is_stripes() {
        // Computed with stripe-node 23.1: stripe.webhooks.generateTestHeaderString.
        let expected = "t=1800000000,v1=45705be2a45ab5acdd1395cc695e9e7073125385ec24194921c401dff44176f8";
        assert_eq!(signature("whsec_test", 1_800_000_000, r#"{"id":"evt_1"}"#), expected);
    }

    #[test]
    fn attempts_spread_over_three_days() {
        let mut delivery = Delivery {
            event: String::new(),
            url: String::new(),
            scope: Scope::Connect,
            first_millis: 0,
            attempts: 1,
        };
        let mut minutes = vec![0];
        while let Some(next) = next_attempt(&delivery, minutes.last().unwrap() * 60_000) {
            delivery.attempts += 1;
            minutes.push(next / 60_000);
        }
        assert_eq!(minutes, [0, 1, 6, 36, 156, 456, 1056, 1776, 2496, 3216, 3936]);
    }
}
