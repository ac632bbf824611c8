//! A signing secret that changes while events are on their way.

use kembali_local::Options;
use kembali_tests::{DAWN, Shop, Town, card, signature};
use local_stripe::{Endpoint, Scope};
use local_wire::Clock;
use serde_json::Value;

/// A town whose functions know `known`, while Stripe signs with another for now; and a payment that was just
/// made.
async fn paid(known: &str, signs_with: &str) -> (Town, Shop, Value) {
    let mut options = Options::new(Clock::fixed(DAWN));
    options.secrets.connect_webhook = known.to_owned();
    let town = Town::with(options).await;
    sign_with(&town, "whsec_new");
    let shop = town.shop("SG").await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.settle().await;
    sign_with(&town, signs_with);
    (town, shop, checkout)
}

fn sign_with(town: &Town, secret: &str) {
    let url = format!("{}/webhooks/stripe", town.stack.gateway_url());
    let endpoint = |secret: &str, scope| Endpoint { url: url.clone(), secret: secret.to_owned(), scope };
    let endpoints = vec![endpoint(secret, Scope::Connect), endpoint("whsec_local_thin", Scope::Thin)];
    town.stack.stripe().set_endpoints(endpoints);
}

/// Elsewhere the new secret replaced the old one, and everything that had been signed before was refused.
#[tokio::test]
async fn an_event_signed_before_the_roll_is_taken_while_both_secrets_are_valid() {
    let (town, shop, checkout) = paid("whsec_old,whsec_new", "whsec_old").await;
    town.pay(&checkout, card()).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid none");
    let event = town.events(&["charge.succeeded"]).remove(0);
    let (body, now) = (event.to_string(), town.now());
    for (secret, status) in [("whsec_old", 200), ("whsec_new", 200), ("whsec_older", 400)] {
        let header = format!("t={now},v1={}", signature(secret, now, &body));
        assert_eq!(town.post_webhook(&header, "application/json", &body).await.status, status, "{secret}");
    }
    town.settle().await;
    assert_eq!((town.version(&checkout), town.dead_letters()), ("2".into(), 0), "and once");
}

/// Elsewhere what was refused then was lost. Stripe tries again, and signs each attempt with the secret of
/// that moment.
#[tokio::test]
async fn once_the_old_secret_is_retired_the_retry_under_the_new_one_is_taken() {
    let (town, shop, checkout) = paid("whsec_new", "whsec_old").await;
    town.pay(&checkout, card()).await;
    let attempts = |town: &Town| -> Vec<(u32, Option<u16>)> {
        let attempts = town.stack.stripe().webhooks().into_iter();
        attempts
            .filter(|attempt| attempt.kind == "charge.succeeded")
            .map(|attempt| (attempt.number, attempt.status))
            .collect()
    };
    assert_eq!(attempts(&town), [(1, Some(400))]);
    assert_eq!(town.standing(&shop, &checkout).await, "open ");
    sign_with(&town, "whsec_new");
    town.minutes(1).await;
    assert_eq!(attempts(&town), [(1, Some(400)), (2, Some(200))]);
    assert_eq!(town.standing(&shop, &checkout).await, "paid none");
}
