//! Refunds and disputes, before and after the cashback.

use kembali_tests::{Back, Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::Value;

/// A payment of 25.00 that earns 1.25, just made.
async fn paid(country: &str, method: &str, with: PayWith) -> (Town, Shop, Value) {
    let town = Town::unswept().await;
    let shop = town.shop(country).await;
    town.campaign(country, five_percent("five", method, "merchant")).await;
    let currency = if country == "SG" { "SGD" } else { "USD" };
    let checkout = town.checkout(&shop, "order-1", "25.00", currency).await;
    town.pay(&checkout, with).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    // The platform's fee is gone from the account; a full refund takes money from elsewhere.
    town.stack.stripe().keep_available(&shop.account, currency, 10_000);
    (town, shop, checkout)
}

async fn by_card() -> (Town, Shop, Value) {
    paid("US", "card", card()).await
}

fn back(cashback: &[i64], refunds: &[i64]) -> Back {
    Back { cashback: cashback.to_vec(), refunds: refunds.to_vec() }
}

#[tokio::test]
async fn a_partial_refund_before_release_reduces_it_in_proportion() {
    let (town, shop, checkout) = by_card().await;
    for status in [201, 200] {
        assert_eq!(town.refund(&shop, &checkout, "r1", Some("10.01")).await.status, status);
    }
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(
        (text(&seen, "/status"), text(&seen, "/cashback/amount/value")),
        ("partly_refunded".into(), "0.74".into())
    );
    assert!(town.happened().contains(&"cashback.reduced".to_owned()));
    let other = town.refund(&shop, &checkout, "r1", Some("10.00")).await;
    assert_eq!((other.status, text(&other.json(), "/field")), (409, "amount".into()));
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded credited");
    assert_eq!(town.back(&checkout), back(&[74], &[1001]));
}

#[tokio::test]
async fn a_full_refund_before_release_reverses_it() {
    let (town, shop, checkout) = paid("SG", "paynow", PayWith::Paynow).await;
    assert_eq!(town.refund(&shop, &checkout, "r1", None).await.status, 201);
    assert_eq!(town.standing(&shop, &checkout).await, "refunded reversed");
    town.hours(49).await;
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(text(&seen, "/cashback/text"), "No cashback: the payment was refunded.");
    assert_eq!(text(&seen, "/refunds/0/status"), "succeeded");
    assert_eq!(town.back(&checkout), back(&[], &[2500]));
    assert_eq!(town.refund(&shop, &checkout, "r2", None).await.status, 409);
}

#[tokio::test]
async fn a_full_refund_that_fails_restores_it() {
    let (town, shop, checkout) = paid("SG", "paynow", PayWith::Paynow).await;
    town.stack.stripe().fail_next_refund(&shop.account, "declined");
    town.refund(&shop, &checkout, "r1", None).await;
    assert_eq!(town.standing(&shop, &checkout).await, "refunded reversed");
    town.minutes(2).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    assert_eq!(text(&town.read(&shop, &checkout).await, "/refunds/0/status"), "failed");
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout), back(&[125], &[]));
}

#[tokio::test]
async fn a_full_refund_that_fails_after_the_release_time_pays_late_but_pays() {
    let (town, shop, checkout) = paid("SG", "paynow", PayWith::Paynow).await;
    town.stack.advance(47 * 3600 - 30).await.unwrap();
    town.stack.stripe().fail_next_refund(&shop.account, "declined");
    town.refund(&shop, &checkout, "r1", None).await;
    town.minutes(20).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout), back(&[125], &[]));
}

#[tokio::test]
async fn a_refund_in_stripes_dashboard_is_seen() {
    let (town, shop, checkout) = by_card().await;
    let charge = town.charge(&checkout);
    town.stack.stripe().refund_from_dashboard(&charge, 500).unwrap();
    town.settle().await;
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(
        (text(&seen, "/status"), text(&seen, "/cashback/amount/value")),
        ("partly_refunded".into(), "1.00".into())
    );
    assert_eq!(seen["refunds"][0].get("reference"), None);
    // Two equal ones are two.
    town.stack.stripe().refund_from_dashboard(&charge, 500).unwrap();
    town.settle().await;
    assert_eq!(town.read(&shop, &checkout).await["refunds"].as_array().unwrap().len(), 2);
    town.hours(48).await;
    assert_eq!(town.back(&checkout), back(&[75], &[500, 500]));
}

#[tokio::test]
async fn a_refund_in_the_dashboard_that_nobody_told_us_of_leaves_no_cashback() {
    let (town, shop, checkout) = by_card().await;
    town.lose_webhooks();
    town.stack.stripe().refund_from_dashboard(&town.charge(&checkout), 2500).unwrap();
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "refunded reversed");
    assert_eq!(town.back(&checkout), back(&[], &[2500]));
}

#[tokio::test]
async fn a_dispute_that_nobody_told_us_of_freezes_at_release() {
    let (town, shop, checkout) = by_card().await;
    town.lose_webhooks();
    town.stack.stripe().dispute(&town.charge(&checkout)).unwrap();
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "disputed frozen");
    assert_eq!(town.back(&checkout).total(), 0);
}

#[tokio::test]
async fn after_credit_a_refund_is_less_by_its_cashback() {
    let (town, shop, checkout) = by_card().await;
    town.hours(48).await;
    let before = town.items();
    let refused = town.refund(&shop, &checkout, "r1", Some("25.01")).await;
    assert_eq!((refused.status, text(&refused.json(), "/field")), (422, "amount".into()));
    assert!(text(&refused.json(), "/detail").contains("25.00"), "{}", refused.json());
    assert_eq!(town.items(), before);
    let half = town.refund(&shop, &checkout, "half", Some("12.50")).await;
    assert_eq!(half.status, 201);
    let told =
        ["/amount/value", "/had_as_cashback/value"].map(|field| text(&half.json()["refunds"][0], field));
    assert_eq!(told, ["11.87", "0.63"]);
    assert_eq!(town.refund(&shop, &checkout, "half", Some("12.50")).await.status, 200, "the same again");
    assert_eq!(town.refund(&shop, &checkout, "r2", None).await.status, 201);
    let mut given = town.back(&checkout);
    given.refunds.sort_unstable();
    assert_eq!(given, back(&[125], &[1187, 1188]));
    assert_eq!(town.refund(&shop, &checkout, "r3", None).await.status, 409);
    assert_eq!(town.standing(&shop, &checkout).await, "refunded credited", "the payer has all of it back");
}

#[tokio::test]
async fn a_refund_while_it_is_being_paid_leaves_room_for_it() {
    let (town, shop, checkout) = paid("SG", "paynow", PayWith::Paynow).await;
    town.stack.advance(47 * 3600 + 300).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    assert_eq!(town.refund(&shop, &checkout, "r1", Some("25.01")).await.status, 422);
    assert_eq!(town.refund(&shop, &checkout, "r2", None).await.status, 201);
    town.minutes(2).await;
    assert_eq!(town.standing(&shop, &checkout).await, "refunded credited");
    assert_eq!(town.back(&checkout), back(&[125], &[2375]));
}

/// A refund of 25.00 is 23.75 of money and the 1.25 that is on its way as cashback. If that does not arrive,
/// it is owed.
#[tokio::test]
async fn what_a_refund_left_to_a_cashback_that_fails_is_owed_to_the_payer() {
    for (asked, refunded) in [(None, 2375), (Some("12.50"), 1187)] {
        let (town, shop, checkout) = paid("SG", "paynow", PayWith::Paynow).await;
        town.stack.stripe().fail_next_refund(&shop.account, "declined");
        town.stack.advance(47 * 3600 + 300).await.unwrap();
        assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
        assert_eq!(town.refund(&shop, &checkout, "r1", asked).await.status, 201);
        town.hours(3).await;
        assert_eq!(town.back(&checkout).refunds, [refunded]);
        let view = town.read(&shop, &checkout).await;
        let owed = (text(&view, "/cashback/state"), text(&view, "/cashback/amount/value"));
        assert_eq!(owed, ("failed".to_owned(), "1.25".to_owned()), "{view}");
    }
}

#[tokio::test]
async fn a_dispute_freezes_it_and_a_won_one_releases_it_late() {
    let (town, shop, checkout) = by_card().await;
    let dispute = town.stack.stripe().dispute(&town.charge(&checkout)).unwrap();
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "disputed frozen");
    assert_eq!(
        town.refund(&shop, &checkout, "r1", None).await.status,
        409,
        "Stripe refunds no disputed payment"
    );
    town.hours(60).await;
    assert_eq!(town.back(&checkout).total(), 0);
    town.stack.stripe().close_dispute(&dispute, true).unwrap();
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "won held");
    town.minutes(10).await;
    assert_eq!(town.standing(&shop, &checkout).await, "won credited");
    assert_eq!(town.back(&checkout), back(&[125], &[]));
}

#[tokio::test]
async fn a_lost_dispute_reverses_it() {
    let (town, shop, checkout) = by_card().await;
    let dispute = town.stack.stripe().dispute(&town.charge(&checkout)).unwrap();
    town.settle().await;
    town.stack.stripe().close_dispute(&dispute, false).unwrap();
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "lost reversed");
    town.hours(49).await;
    assert_eq!(town.back(&checkout).total(), 0);
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(text(&seen, "/cashback/text"), "No cashback: the payment was charged back.");
}

/// A merchant on Stripe's usual settings has nothing to refund from: a card's refund waits there, and is in
/// the books once its money moves; any other way fails at once.
#[tokio::test]
async fn a_refund_without_money_behind_it_is_booked_when_it_moves() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let [by_card, by_paynow] =
        ["order-1", "order-2"].map(|reference| town.checkout(&shop, reference, "25.00", "SGD"));
    let (by_card, by_paynow) = (by_card.await, by_paynow.await);
    town.pay(&by_card, card()).await;
    town.pay(&by_paynow, PayWith::Paynow).await;
    for checkout in [&by_card, &by_paynow] {
        assert_eq!(town.refund(&shop, checkout, "r1", Some("5.00")).await.status, 201);
    }
    town.settle().await;
    let state = async |checkout: &Value| text(&town.read(&shop, checkout).await, "/refunds/0/status");
    assert_eq!((state(&by_card).await.as_str(), state(&by_paynow).await.as_str()), ("pending", "failed"));
    assert_eq!(town.standing(&shop, &by_card).await, "partly_refunded none", "it is promised back");
    town.journal().await;
    let balance =
        async || town.balances("SG", "").await.into_iter().find(|one| one.starts_with("merchant.balance"));
    assert_eq!(balance().await.as_deref(), Some("merchant.balance 49.50"), "nothing has left it");
    assert_eq!(town.match_day("SG", "2026-11-22").await["differences"], 0);
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    town.minutes(5).await;
    town.journal().await;
    assert_eq!(state(&by_card).await, "succeeded");
    assert_eq!(balance().await.as_deref(), Some("merchant.balance 44.50"));
    assert_eq!(town.match_day("SG", "2026-11-22").await["differences"], 0);
}
