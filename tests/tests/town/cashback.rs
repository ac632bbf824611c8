//! A cashback's life when nothing goes wrong.

use std::collections::BTreeSet;

use kembali::domain::market::{Country, Method, Tender};
use kembali_tests::{Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

#[tokio::test]
async fn the_offer_says_what_each_way_to_pay_earns_and_until_when() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    let texts: Vec<String> =
        checkout["offers"].as_array().unwrap().iter().map(|offer| text(offer, "/text")).collect();
    assert_eq!(
        texts,
        [
            "No cashback with card: this way to pay does not earn",
            "SGD 1.25 back with PayNow, sent by Tue 24 Nov 18:00 if you pay now"
        ]
    );
    town.hours(1).await;
    town.pay(&checkout, PayWith::Paynow).await;
    let held = town.read(&shop, &checkout).await;
    assert_eq!(text(&held, "/cashback/text"), "SGD 1.25 is sent by Tue 24 Nov 19:00.");
    assert_eq!(
        text(&held, "/cashback/promised_by"),
        "2026-11-24T11:00:00Z",
        "from payment, not from creation"
    );
    town.hours(48).await;
    let credited = town.read(&shop, &checkout).await;
    assert_eq!(
        text(&credited, "/cashback/text"),
        "SGD 1.25 was sent by PayNow on Tue 24 Nov 18:06. Your bank shows it by about Fri 27 Nov."
    );
}

#[tokio::test]
async fn a_payment_that_earns_nothing_says_why() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let before = town.checkout(&shop, "order-0", "25.00", "SGD").await;
    town.pay(&before, card()).await;
    let seen = town.read(&shop, &before).await;
    assert_eq!(text(&seen, "/cashback/text"), "No cashback: there is no campaign.");
    // What campaigns there are may be a minute old.
    town.minutes(1).await;
    let mut rule = five_percent("five", "paynow", "merchant");
    rule["min_spend"] = json!({"value": "10.00", "currency": "SGD"});
    town.campaign("SG", rule).await;
    let by_card = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&by_card, card()).await;
    let small = town.checkout(&shop, "order-2", "9.99", "SGD").await;
    town.pay(&small, PayWith::Paynow).await;
    let mut texts = Vec::new();
    for checkout in [&by_card, &small] {
        let seen = town.read(&shop, checkout).await;
        texts.push(text(&seen, "/cashback/text"));
    }
    assert_eq!(
        texts,
        [
            "No cashback: this way to pay does not earn.",
            "No cashback: the payment is smaller than the campaign asks."
        ]
    );
    town.hours(49).await;
    assert!(town.back(&by_card).total() == 0 && town.back(&small).total() == 0);
}

/// Pays `value` with `method` in a town where that earns 5%, and lets 48 hours pass.
async fn life(
    country: &str,
    method: &str,
    with: PayWith,
    funding: &str,
    value: &str,
) -> (Town, Value, Value) {
    let town = Town::unswept().await;
    let shop = town.shop(country).await;
    if funding == "platform" {
        let stripe = town.stack.stripe();
        stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
    }
    town.campaign(country, five_percent("five", method, funding)).await;
    let currency = Country::parse(country).unwrap().currency();
    let checkout = town.checkout(&shop, "order-1", value, currency.code()).await;
    // At the worst second of a bucket.
    town.stack.clock().advance(1);
    town.pay(&checkout, with).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    town.stack.advance(47 * 3600 - 1).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid held", "not a second early");
    assert_eq!(town.back(&checkout).total(), 0);
    town.hours(1).await;
    let done = town.read(&shop, &checkout).await;
    (town, checkout, done)
}

/// How a payer pays with `tender`. A new way to pay must be paid with here, or nothing compiles.
pub(crate) fn paying(tender: Tender) -> PayWith {
    let number = |number: &str| PayWith::Card { number: number.to_owned() };
    match tender {
        Tender::Card | Tender::CreditCard => card(),
        Tender::DebitCard => number("4000 0566 5566 5556"),
        Tender::Paynow => PayWith::Paynow,
        Tender::Upi => PayWith::Upi,
        Tender::Pix => PayWith::Pix,
    }
}

/// Each market, each of its ways to pay, as finely as a campaign can name them.
#[tokio::test]
async fn within_48_hours_in_every_market_by_every_way_to_pay() {
    let mut seen = BTreeSet::new();
    for country in Country::ALL {
        for tender in country.methods().iter().flat_map(|method| Tender::of(*method)) {
            let case = format!("{} by {}", country.code(), tender.name());
            let (town, checkout, done) =
                life(country.code(), tender.name(), paying(*tender), "merchant", "25.99").await;
            assert_eq!(text(&done, "/cashback/state"), "credited", "{case}: {done}");
            assert!(text(&done, "/cashback/credited_at") <= text(&done, "/cashback/promised_by"), "{case}");
            assert_eq!(town.back(&checkout).cashback, [129], "{case}");
            let moved = town.movements();
            assert_eq!(moved.len(), 5, "{case}: payment, fee, cover back on both sides, cashback: {moved:?}");
            seen.insert(tender.method());
        }
    }
    assert!(seen.iter().eq(Method::ALL), "a way to pay is offered in no market: {seen:?}");
}

#[tokio::test]
async fn the_platform_funds_by_a_transfer_and_then_the_refund_once_each() {
    let (town, checkout, done) = life("SG", "paynow", PayWith::Paynow, "platform", "25.00").await;
    assert_eq!(text(&done, "/cashback/state"), "credited");
    assert_eq!(
        town.movements(),
        [
            "charge +2500 shop",
            "application_fee +25 platform",
            "transfer -125 platform",
            "payment +125 shop",
            "refund -125 shop"
        ]
    );
    assert_eq!(town.back(&checkout).cashback, [125]);
    let shop = town.stack.stripe().accounts()[0].clone();
    assert_eq!(town.stack.stripe().balance(&shop, "SGD"), 2475, "the merchant paid its fee and nothing else");
}

#[tokio::test]
async fn pausing_or_ending_a_campaign_takes_no_promise_back() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let mut short = five_percent("ten", "card", "merchant");
    short["ends_at"] = json!("2026-11-22T11:00:00Z");
    town.campaign("SG", short).await;
    let paused = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    let ended = town.checkout(&shop, "order-2", "25.00", "SGD").await;
    let answer = town.operate("POST", "/v1/markets/SG/campaigns/five/pause", None).await;
    assert_eq!((answer.status, &answer.json()["paused"]), (200, &json!(true)));
    town.hours(2).await;
    town.pay(&paused, PayWith::Paynow).await;
    town.pay(&ended, card()).await;
    let later = town.checkout(&shop, "order-3", "25.00", "SGD").await;
    let reasons: Vec<&Value> =
        later["offers"].as_array().unwrap().iter().map(|offer| &offer["no_cashback"]).collect();
    assert_eq!(reasons, [&json!("ended"), &json!("ended")]);
    town.hours(48).await;
    for checkout in [&paused, &ended] {
        assert_eq!(town.standing(&shop, checkout).await, "paid credited");
        assert_eq!(town.back(checkout).cashback, [125]);
    }
    assert_eq!(town.operate("POST", "/v1/markets/SG/campaigns/five/resume", None).await.status, 200);
}

#[tokio::test]
async fn our_own_refund_claws_nothing_back() {
    let town = Town::unswept().await;
    let shop = town.shop("US").await;
    town.campaign("US", five_percent("five", "card", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "USD").await;
    town.pay(&checkout, card()).await;
    town.hours(49).await;
    let done = town.read(&shop, &checkout).await;
    assert_eq!((text(&done, "/status"), done.get("refunds")), ("paid".into(), None), "{done}");
    let version = town.version(&checkout);
    for event in
        town.events(&["charge.refunded", "refund.created", "refund.updated", "charge.refund.updated"])
    {
        assert_eq!(town.deliver(&event).await.status, 200);
    }
    assert_eq!(town.version(&checkout), version);
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
}
