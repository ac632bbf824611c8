//! Each market has its own Stripe platform, and a market without one is not served.

use std::collections::BTreeSet;

use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use kembali_local::Options;
use kembali_tests::{DAWN, Spent, Town, card, five_percent, text};
use local_wire::Clock;
use serde_json::json;

/// What is asked of Stripe in the life of a payment that has a cashback and a refund.
const LIFE: [&str; 7] = [
    "POST /v2/core/accounts",
    "POST /v2/core/account_links",
    "GET /v2/core/accounts/{id}",
    "POST /v1/checkout/sessions",
    "POST /v1/refunds",
    "POST /v1/application_fees/{id}/refunds",
    "GET /v1/balance_transactions",
];

/// Whose platforms were asked, and what they were asked.
fn asked(spent: &Spent) -> (BTreeSet<String>, BTreeSet<String>) {
    let calls = spent.0.iter().filter(|call| call.service == "stripe");
    calls.map(|call| (call.caller.clone().unwrap_or_default(), call.operation.clone())).unzip()
}

fn today(town: &Town, country: Country) -> String {
    Timestamp::from_epoch_seconds(town.now()).day_in(&country.time_zone()).to_string()
}

/// Lives the life of a payment in `country`, from the merchant's onboarding to the match of its books.
async fn live(town: &Town, country: Country) {
    let (code, currency) = (country.code(), country.currency().code());
    let shop = town.shop(code).await;
    town.stack.stripe().keep_available(&shop.account, currency, 100_000);
    town.campaign(code, five_percent("five", "card", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", currency).await;
    town.pay(&checkout, card()).await;
    let paid_on = today(town, country);
    assert_eq!(town.refund(&shop, &checkout, "refund-1", Some("5.00")).await.status, 201);
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded credited", "{code}");
    town.journal().await;
    for (day, kind) in [(paid_on, "charge"), (today(town, country), "cashback")] {
        let found = town.match_day(code, &day).await;
        assert_eq!(
            (&found["differences"], &found["matched"][kind]["count"]),
            (&json!(0), &json!(1)),
            "{found}"
        );
    }
}

#[tokio::test]
async fn in_each_market_its_own_platform_is_asked() {
    for &country in Country::ALL {
        // In a town of its own: within four days the sweep would ask about all markets.
        let town = Town::unswept().await;
        live(&town, country).await;
        let (platforms, operations) = asked(&town.since(0));
        assert_eq!(platforms, [country.code().to_owned()].into());
        let never: Vec<_> = LIFE.iter().filter(|operation| !operations.contains(**operation)).collect();
        assert!(never.is_empty(), "{never:?} of {operations:?}");
    }
}

#[tokio::test]
async fn what_no_webhook_brings_is_read_from_the_platform_of_each_account() {
    let town = Town::new().await;
    let mut open = Vec::new();
    for &country in Country::ALL {
        let shop = town.shop(country.code()).await;
        town.campaign(country.code(), five_percent("five", "card", "merchant")).await;
        let checkout = town.checkout(&shop, "order-1", "25.00", country.currency().code()).await;
        open.push((country, shop, checkout));
    }
    town.lose_webhooks();
    for (_, _, checkout) in &open {
        town.pay(checkout, card()).await;
    }
    let mark = town.mark();
    town.hours(1).await;
    let listed = town.since(mark).0.into_iter().filter(|call| call.operation == "GET /v1/events");
    let listed: BTreeSet<_> = listed.map(|call| (call.caller.unwrap_or_default(), call.subject)).collect();
    let accounts = open.iter().map(|(country, shop, _)| (country.code().to_owned(), shop.account.clone()));
    assert_eq!(listed, accounts.collect());
    for (_, shop, checkout) in &open {
        assert_eq!(town.standing(shop, checkout).await, "paid held");
    }
}

#[tokio::test]
async fn a_market_without_a_platform_takes_no_merchants() {
    let mut options = Options::new(Clock::fixed(DAWN));
    options.secrets.stripe_secret_keys.remove(&Country::BR);
    let town = Town::with(options).await;
    let mark = town.mark();
    let application = |country: &str| json!({"reference": "baker-13", "name": "Baker's 13", "email": "shop@example.com", "country": country});
    let refused = town.operate("POST", "/v1/merchants", Some(application("BR"))).await;
    let problem = refused.json();
    assert_eq!((refused.status, text(&problem, "/field").as_str()), (422, "country"));
    assert_eq!(text(&problem, "/detail"), "No Stripe platform serves BR.");
    let next = text(&problem, "/next");
    assert!(next.contains("SG, IN, US") && next.contains("`stripe_secret_keys`"), "{next}");
    assert!(town.since(mark).changes().is_empty(), "nothing was begun");
    assert_eq!(town.operate("POST", "/v1/merchants", Some(application("SG"))).await.status, 201);

    let unmatched = town.operate("POST", "/v1/markets/BR/match?day=2026-11-22", None).await;
    assert_eq!((unmatched.status, text(&unmatched.json(), "/field").as_str()), (422, "country"));
    town.hours(48).await;
    assert_eq!(town.tick("match-books").await["failed"], 0, "there is nothing to match in Brazil");
}
