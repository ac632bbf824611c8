//! Cashbacks that wait for a person.

use expect_test::expect;
use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::books::operator;

fn order(reference: &str, phone: Option<&str>) -> Value {
    let mut body = json!({
        "reference": reference, "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi", "channel": "chat",
    });
    if let Some(phone) = phone {
        body["payer"] = json!({"phone": phone});
    }
    body
}

/// A market in which more than one payment a day is looked at, and the second payment of a payer today.
async fn suspected(town: &Town) -> (Shop, Value) {
    suspected_by(town, "paynow", PayWith::Paynow).await
}

async fn suspected_by(town: &Town, method: &str, with: PayWith) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", method, "merchant")).await;
    let screening = json!({"payments_per_day": 1});
    assert_eq!(town.operate("PUT", "/v1/markets/SG/policy/screening", Some(screening)).await.status, 200);
    let mut last = Value::Null;
    for number in 1..=2 {
        last = town.create(&shop, order(&format!("order-{number}"), Some("+6591234567"))).await;
        town.pay(&last, with.clone()).await;
    }
    (shop, last)
}

/// Decides, and gives the status and what is told.
async fn decide(town: &Town, checkout: &Value, verdict: &str, reason: &str) -> (u16, Value) {
    let path = format!("/v1/cashbacks/{}/{verdict}", text(checkout, "/id"));
    let answer = town.operate("POST", &path, Some(json!({"reason": reason}))).await;
    (answer.status, answer.json())
}

/// What waits, as `why`.
async fn waiting(town: &Town, state: &str) -> Vec<String> {
    let answer = town.operate("GET", &format!("/v1/markets/SG/reviews?state={state}"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let reviews = answer.json()["reviews"].as_array().cloned().unwrap();
    reviews
        .iter()
        .map(|review| format!("{}: {}", text(review, "/checkout/reference"), text(review, "/why")))
        .collect()
}

#[tokio::test]
async fn a_suspicious_cashback_waits_for_a_person_and_is_paid_in_time_when_it_is_good() {
    let town = Town::unswept().await;
    let (shop, checkout) = suspected(&town).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid in_review");
    let told = waiting(&town, "in_review").await;
    assert_eq!(told, ["order-2: one payer made more payments on one day than is usual"]);
    town.hours(20).await;
    let (status, review) = decide(&town, &checkout, "approve", "a large family").await;
    assert_eq!(status, 200, "{review}");
    assert_eq!(
        review["decisions"],
        json!([{"verdict": "approve", "actor": "operator", "reason": "a large family", "at": "2026-11-23T06:00:00Z"}])
    );
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    assert_eq!(waiting(&town, "in_review").await, [""; 0]);
    let version = town.version(&checkout);
    assert_eq!(decide(&town, &checkout, "approve", "a large family").await.0, 200, "the same again");
    assert_eq!(town.version(&checkout), version, "is written once");
    town.hours(28).await;
    let done = town.read(&shop, &checkout).await;
    assert_eq!(text(&done, "/cashback/state"), "credited", "{done}");
    assert!(text(&done, "/cashback/credited_at") <= text(&done, "/cashback/promised_by"), "{done}");
    assert!(!done.to_string().contains("large family"), "the merchant is not told: {done}");
}

#[tokio::test]
async fn what_nobody_looks_at_is_not_paid_and_approved_late_it_is_paid_at_once() {
    let town = Town::unswept().await;
    let (shop, checkout) = suspected(&town).await;
    town.hours(40).await;
    assert_eq!(town.tick("release-cashback").await["late"], 0);
    town.hours(20).await;
    assert_eq!(town.tick("release-cashback").await["late"], 1, "an alarm says that nobody looks");
    assert_eq!(town.standing(&shop, &checkout).await, "paid in_review");
    assert_eq!(decide(&town, &checkout, "approve", "seen").await.0, 200);
    town.minutes(10).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
}

#[tokio::test]
async fn a_rejected_cashback_cannot_be_released() {
    let town = Town::unswept().await;
    let (shop, checkout) = suspected(&town).await;
    assert_eq!(decide(&town, &checkout, "reject", "own shop").await.0, 200);
    let mut told = String::new();
    for (verdict, reason) in
        [("approve", "after all"), ("reject", "again"), ("retry", "x"), ("write-off", "x")]
    {
        let (status, problem) = decide(&town, &checkout, verdict, reason).await;
        told.push_str(&format!("{verdict}: {status} {}\n", text(&problem, "/detail")));
    }
    expect![[r#"
        approve: 409 The cashback is reversed, not in_review. The last decision on it was reject by operator: own shop.
        reject: 409 The cashback is reversed, not in_review. The last decision on it was reject by operator: own shop.
        retry: 409 The cashback is reversed, not failed. The last decision on it was reject by operator: own shop.
        write-off: 409 The cashback is reversed, not failed. The last decision on it was reject by operator: own shop.
    "#]].assert_eq(&told);
    town.hours(60).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid reversed");
    assert_eq!(town.back(&checkout).total(), 0);
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(text(&seen, "/cashback/text"), "No cashback: it was looked at and rejected.");
}

#[tokio::test]
async fn two_people_decide_at_once_and_one_of_them_is_told() {
    let town = Town::unswept().await;
    let (_, checkout) = suspected(&town).await;
    let (one, other) =
        tokio::join!(decide(&town, &checkout, "approve", "good"), decide(&town, &checkout, "reject", "bad"));
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {other:?}");
    let item = town.checkout_item(&checkout);
    assert_eq!(item["decisions"]["L"].as_array().map(Vec::len), Some(1), "{item}");
}

/// A cashback of a payer who is not known, whose refund has failed for good.
async fn failed(town: &Town, funding: &str) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", funding)).await;
    let checkout = town.create(&shop, order("order-1", None)).await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.stack.stripe().fail_next_refund(&shop.account, "expired_or_canceled_card");
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid failed");
    assert_eq!(waiting(town, "failed").await, ["order-1: the card is gone"]);
    (shop, checkout)
}

#[tokio::test]
async fn a_failed_cashback_is_tried_again_and_paid_once() {
    let town = Town::unswept().await;
    let (shop, checkout) = failed(&town, "merchant").await;
    assert_eq!(decide(&town, &checkout, "approve", "x").await.0, 409, "it is no review");
    assert_eq!(decide(&town, &checkout, "retry", "the shop called").await.0, 200);
    assert_eq!(decide(&town, &checkout, "retry", "the shop called").await.0, 200);
    town.minutes(10).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout).cashback, [125]);
    assert_eq!(waiting(&town, "failed").await, [""; 0]);
}

#[tokio::test]
async fn what_the_platform_funds_comes_back_when_it_fails_and_is_sent_once_more_when_it_is_tried_again() {
    let town = Town::unswept().await;
    let stripe = town.stack.stripe();
    let platform = stripe.platform_account();
    stripe.set_available_balance(&platform, "sgd", 100_000);
    let (shop, checkout) = failed(&town, "platform").await;
    let balances = || (stripe.balance(&platform, "sgd"), stripe.balance(&shop.account, "sgd"));
    assert_eq!(balances(), (100_025, 2475), "the fee, and nothing is lost");
    assert_eq!(decide(&town, &checkout, "retry", "the shop called").await.0, 200);
    town.minutes(10).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(balances(), (99_900, 2475));
    assert_eq!(town.back(&checkout).cashback, [125]);
}

#[tokio::test]
async fn a_disputed_payment_is_not_released_by_approving_it() {
    let town = Town::unswept().await;
    let (shop, checkout) = suspected_by(&town, "card", card()).await;
    let stripe = town.stack.stripe();
    let charge = text(&town.read(&shop, &checkout).await, "/payment/charge");
    let dispute = stripe.dispute(&charge).unwrap();
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "disputed frozen");
    assert_eq!(waiting(&town, "in_review").await, [""; 0]);
    assert_eq!(decide(&town, &checkout, "approve", "good").await.0, 409);
    stripe.close_dispute(&dispute, true).unwrap();
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "won in_review", "a person still has to look");
    assert_eq!(decide(&town, &checkout, "approve", "good").await.0, 200);
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "won credited");
}

#[tokio::test]
async fn a_failed_cashback_is_written_off() {
    let town = Town::unswept().await;
    let (shop, checkout) = failed(&town, "merchant").await;
    assert_eq!(decide(&town, &checkout, "write-off", "nobody to pay").await.0, 200);
    town.hours(1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid reversed");
    assert_eq!(waiting(&town, "failed").await, [""; 0]);
    assert_eq!(decide(&town, &checkout, "retry", "after all").await.0, 409);
}

/// What `cargo operator` says when it decides, without the checkout, and whether it is content.
async fn command(
    town: &Town,
    checkout: &Value,
    verdict: &str,
    reason: &str,
) -> (Result<bool, String>, String) {
    let id = text(checkout, "/id");
    let (content, said) = operator(town, &[verdict, &id, "--reason", reason]).await;
    (content, said.replace(&id, "chk"))
}

fn now(state: &str) -> (Result<bool, String>, String) {
    (Ok(true), format!("chk: its cashback is {state}\n"))
}

#[tokio::test]
async fn a_suspicious_cashback_is_approved_or_rejected_from_a_terminal() {
    let town = Town::unswept().await;
    let (shop, second) = suspected(&town).await;
    let third = town.create(&shop, order("order-3", Some("+6591234567"))).await;
    town.pay(&third, PayWith::Paynow).await;
    for _ in 0..2 {
        assert_eq!(command(&town, &second, "approve", "a large family").await, now("held"), "once or twice");
    }
    assert_eq!(command(&town, &third, "reject", "own shop").await, now("reversed"));
    assert_eq!(waiting(&town, "in_review").await, [""; 0]);

    let (content, said) = command(&town, &third, "approve", "after all").await;
    let refusal = "409: The cashback is reversed, not in_review.";
    assert!(content.as_ref().is_err_and(|error| error.starts_with(refusal)), "{content:?}");
    assert_eq!(said, "");
    let (content, _) = command(&town, &second, "approve", " ").await;
    let refusal = "reason: The text is empty or too long. Write 1 to 250 characters that can be seen.";
    assert!(content.as_ref().is_err_and(|error| error.contains(refusal)), "{content:?}");
    let unknown = json!({"id": format!("chk_{}", "a".repeat(24))});
    let (content, _) = command(&town, &unknown, "approve", "x").await;
    assert!(content.as_ref().is_err_and(|error| error.starts_with("404: ")), "{content:?}");
}

#[tokio::test]
async fn a_failed_cashback_is_tried_again_or_written_off_from_a_terminal() {
    let town = Town::unswept().await;
    let (shop, checkout) = failed(&town, "merchant").await;
    assert_eq!(command(&town, &checkout, "retry", "the shop called").await, now("held"));
    town.stack.stripe().fail_next_refund(&shop.account, "expired_or_canceled_card");
    town.hours(1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid failed");
    assert_eq!(command(&town, &checkout, "write-off", "nobody to pay").await, now("reversed"));
    assert_eq!(operator(&town, &["reviews", "SG", "--state", "failed"]).await.0, Ok(true));
    let (content, _) = command(&town, &checkout, "retry", "after all").await;
    let refusal = "409: The cashback is reversed, not failed.";
    assert!(content.as_ref().is_err_and(|error| error.starts_with(refusal)), "{content:?}");
}

#[tokio::test]
async fn a_list_is_paged_and_of_one_market() {
    let town = Town::unswept().await;
    let (shop, _) = suspected(&town).await;
    for number in 3..=28 {
        let checkout = town.create(&shop, order(&format!("order-{number}"), Some("+6591234567"))).await;
        town.pay(&checkout, PayWith::Paynow).await;
    }
    let mut path = "/v1/markets/SG/reviews".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = town.operate("GET", &path, None).await.json();
        pages.push(page["reviews"].as_array().unwrap().len());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/markets/SG/reviews?cursor={cursor}");
    }
    assert_eq!(pages, [25, 2]);
    let elsewhere = town.operate("GET", "/v1/markets/IN/reviews", None).await.json();
    assert_eq!(elsewhere, json!({"reviews": [], "next_cursor": null}));
}
