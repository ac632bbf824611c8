//! Money that somebody could keep by being quick, forgetful or clever.

use std::collections::BTreeSet;

use kembali_tests::{Shop, Town, five_percent, text};
use local_stripe::{MovementKind, PayWith};
use local_wire::Fault;
use serde_json::{Value, json};

async fn paid(town: &Town, funding: &str) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
    town.campaign("SG", five_percent("five", "card", funding)).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, PayWith::Card { number: "4242424242424242".to_owned() }).await;
    stripe.keep_available(&shop.account, "sgd", 10_000);
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    (shop, checkout)
}

/// What the platform has transferred and not got back.
fn with_the_merchant(town: &Town) -> i64 {
    let moved = town.stack.stripe().moved();
    let transfers = moved.iter().filter(|one| one.account.is_none() && one.kind == MovementKind::Transfer);
    -transfers.map(|one| one.amount).sum::<i64>()
}

#[tokio::test]
async fn a_refund_after_a_payout_gives_the_platform_its_money_back() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "platform").await;
    town.hours(48).await;
    assert_eq!(
        (town.standing(&shop, &checkout).await, with_the_merchant(&town)),
        ("paid credited".into(), 125)
    );
    // Half of the goods, and half of the 1.25 with them.
    assert_eq!(town.refund(&shop, &checkout, "r1", Some("12.50")).await.status, 201);
    town.minutes(10).await;
    assert_eq!(with_the_merchant(&town), 62);
    assert_eq!(town.refund(&shop, &checkout, "r2", None).await.status, 201);
    town.minutes(10).await;
    assert_eq!(with_the_merchant(&town), 0);
    assert_eq!(town.back(&checkout).total(), 2500);
}

#[tokio::test]
async fn a_refund_before_the_payout_takes_nothing_of_the_platforms_part_of_what_is_left() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "platform").await;
    assert_eq!(town.refund(&shop, &checkout, "r1", Some("10.00")).await.status, 201);
    town.hours(49).await;
    assert_eq!(town.back(&checkout).cashback, [75]);
    assert_eq!(with_the_merchant(&town), 75, "all of it");
    assert_eq!(town.refund(&shop, &checkout, "r2", None).await.status, 201);
    town.minutes(10).await;
    assert_eq!((with_the_merchant(&town), town.back(&checkout).total()), (0, 2500));
}

#[tokio::test]
async fn a_refund_after_a_payout_that_fails_gives_the_merchant_the_platforms_part_again() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "platform").await;
    town.hours(48).await;
    town.stack.stripe().fail_next_refund(&shop.account, "declined");
    assert_eq!(town.refund(&shop, &checkout, "r1", Some("12.50")).await.status, 201);
    town.minutes(10).await;
    assert_eq!(with_the_merchant(&town), 125);
    for event in town.events(&["refund.failed"]) {
        town.deliver(&event).await;
    }
    assert_eq!(with_the_merchant(&town), 125, "heard once more");
    assert_eq!(town.refund(&shop, &checkout, "r2", None).await.status, 201);
    town.minutes(5).await;
    assert_eq!((with_the_merchant(&town), town.back(&checkout).total()), (0, 2500));
}

#[tokio::test]
async fn a_dispute_lost_after_a_payout_gives_the_platform_its_money_back() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "platform").await;
    town.hours(48).await;
    let dispute = town.stack.stripe().dispute(&town.charge(&checkout)).unwrap();
    town.settle().await;
    town.stack.stripe().close_dispute(&dispute, false).unwrap();
    town.minutes(10).await;
    assert_eq!(
        (town.standing(&shop, &checkout).await, with_the_merchant(&town)),
        ("lost credited".into(), 0)
    );
}

#[tokio::test]
async fn of_two_refunds_at_once_under_one_reference_the_other_amount_is_told() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "merchant").await;
    let (one, other) = tokio::join!(
        town.refund(&shop, &checkout, "r1", Some("5.00")),
        town.refund(&shop, &checkout, "r1", Some("10.00"))
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    town.settle().await;
    let refunds = town.read(&shop, &checkout).await["refunds"].clone();
    let amount: i64 = text(&refunds, "/0/amount/value").replace('.', "").parse().unwrap();
    assert_eq!((refunds.as_array().unwrap().len(), town.back(&checkout).refunds), (1, vec![amount]));
    assert_eq!(text(&refunds, "/0/status"), "succeeded");
}

#[tokio::test]
async fn a_refund_that_was_begun_and_never_asked_for_is_finished_by_the_sweep() {
    for lost in [Fault::Refuse, Fault::LoseReply] {
        let (town, wire) = Town::on_a_wire().await;
        let (shop, checkout) = paid(&town, "merchant").await;
        town.lose_webhooks();
        wire.cut("POST /v1/refunds", lost, 1);
        assert_eq!(town.refund(&shop, &checkout, "r1", None).await.status, 503);
        assert_eq!(town.standing(&shop, &checkout).await, "refunded reversed");
        town.hours(97).await;
        assert_eq!(town.back(&checkout).refunds, [2500], "{lost:?}");
        let refunds = town.read(&shop, &checkout).await["refunds"].clone();
        assert_eq!(text(&refunds, "/0/status"), "succeeded", "{lost:?}");
    }
}

#[tokio::test]
async fn our_metadata_on_another_charge_of_the_merchants_changes_nothing() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "merchant").await;
    let before = town.items();
    let refund = json!({"kembali_purpose": "refund", "kembali_reference": "r1"});
    let cashback = json!({"kembali_purpose": "cashback", "kembali_attempt": "1"});
    // A refund of a customer's cash balance is of no charge.
    for charge in [json!("ch_another"), Value::Null] {
        for tags in [&refund, &cashback] {
            let mut refund = json!({
                "id": "re_forged", "object": "refund", "amount": 125, "currency": "sgd", "charge": charge,
                "status": "succeeded", "metadata": tags,
            });
            refund["metadata"]["kembali_checkout"] = checkout["id"].clone();
            town.deliver(&town.forged("refund.created", &shop.account, refund)).await;
        }
    }
    assert_eq!((town.items(), town.dead_letters()), (before, 0));
}

/// The merchant refunds so much, by a key of their own, with the mark of our cashback.
async fn refund_as_cashback(town: &Town, shop: &Shop, checkout: &Value, minor: i64) {
    let form = format!(
        "charge={}&amount={minor}&metadata[kembali_checkout]={}&metadata[kembali_purpose]=cashback&metadata[kembali_attempt]=1",
        town.charge(checkout),
        text(checkout, "/id")
    );
    let headers = [
        ("authorization", "Bearer sk_test_local_SG"),
        ("stripe-account", shop.account.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let stripe = kembali_local::client::Client::new(town.stack.stripe_url());
    assert_eq!(stripe.send("POST", "/v1/refunds", &headers, form).await.unwrap().status, 200);
    town.settle().await;
}

/// 1.19 of 25.00 leave 1.19 of a cashback of 1.25: what Stripe is asked about in doubt looks the same as what
/// it already has.
#[tokio::test]
async fn a_refund_that_looks_like_our_cashback_is_not_taken_for_it_in_doubt() {
    let (town, wire) = Town::on_a_swept_wire().await;
    let (shop, checkout) = paid(&town, "merchant").await;
    refund_as_cashback(&town, &shop, &checkout, 119).await;
    assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded held");
    wire.cut("POST /v1/refunds", Fault::Refuse, 3);
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded credited");
    assert_eq!((town.back(&checkout).total(), town.dead_letters()), (238, 0));
}

#[tokio::test]
async fn a_refund_with_the_mark_of_our_cashback_is_a_refund_like_any_other() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "merchant").await;
    // Before the release, and on the right charge.
    refund_as_cashback(&town, &shop, &checkout, 1500).await;
    assert_eq!(
        town.standing(&shop, &checkout).await,
        "partly_refunded held",
        "10.00 are left, and 0.50 of 1.25"
    );
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded credited");
    assert_eq!(BTreeSet::from_iter(town.back(&checkout).cashback), BTreeSet::from([50, 1500]));
    // Nor does the failure of such a one undo what was paid.
    let failed = json!({
        "id": "re_cent", "object": "refund", "amount": 1, "currency": "sgd", "charge": town.charge(&checkout),
        "status": "failed", "failure_reason": "declined", "metadata": {
            "kembali_checkout": checkout["id"], "kembali_purpose": "cashback", "kembali_attempt": "1",
        },
    });
    town.deliver(&town.forged("refund.failed", &shop.account, failed)).await;
    assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded credited");
}
