//! Money over the days: pending, available, at the bank.

use local_stripe::{MovementKind, PayWith};
use serde_json::{Value, json};

use crate::lab::{Lab, NOW};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The beginning of the Friday on which the tests begin at eight.
const FRIDAY: i64 = NOW - 8 * HOUR;
const MONDAY: i64 = FRIDAY + 3 * DAY;

fn visa() -> PayWith {
    PayWith::Card { number: "4242424242424242".to_owned() }
}

/// An account whose first payment was two weeks ago and is at the bank.
async fn established(lab: &Lab) -> String {
    let account = lab.merchant().await;
    lab.paynow_charge(&account, "100").await;
    lab.clock.advance(14 * DAY);
    lab.drain().await;
    account
}

/// A time of the first days, as it is for an account that waited two weeks: on the same weekday.
fn later(time: i64) -> i64 {
    time + 14 * DAY
}

async fn pay(lab: &Lab, account: &str, amount: &str, with: PayWith, more: &[(&str, &str)]) -> String {
    let session = lab.session(account, amount, "sgd", more).await;
    lab.stripe.pay(&session, with).unwrap();
    lab.stripe.charge_of(&session).unwrap()
}

/// What is pending and what is available.
fn money(lab: &Lab, account: &str) -> (i64, i64) {
    (lab.stripe.pending_balance(account, "sgd"), lab.stripe.available_balance(account, "sgd"))
}

async fn movements(lab: &Lab, account: &str, query: &str) -> Vec<(String, i64)> {
    let list = lab.get(&format!("/v1/balance_transactions?{query}"), account).await.ok();
    let one = |one: &Value| (one["type"].as_str().unwrap().to_owned(), one["amount"].as_i64().unwrap());
    list["data"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn a_payments_money_hour_by_hour_over_a_week() {
    let lab = Lab::new().await;
    let account = established(&lab).await;
    lab.stripe.set_payouts(&account, true);
    let platform = lab.stripe.platform_account();
    let fee = [("payment_intent_data[application_fee_amount]", "25")];
    pay(&lab, &account, "1000", visa(), &fee).await;
    pay(&lab, &account, "500", PayWith::Paynow, &[]).await;
    let mut turns = vec![(NOW, money(&lab, &account))];
    let mut fees = vec![(NOW, money(&lab, &platform))];
    for hour in 1..=7 * 24 {
        lab.clock.advance(HOUR);
        let now = NOW + hour * HOUR;
        for (turns, account) in [(&mut turns, &account), (&mut fees, &platform)] {
            let holds = money(&lab, account);
            if turns.last().unwrap().1 != holds {
                turns.push((now, holds));
            }
        }
    }
    let wednesday = MONDAY + 2 * DAY;
    assert_eq!(turns, [(NOW, (1475, 0)), (MONDAY, (975, 500)), (wednesday, (0, 1475))]);
    assert_eq!(fees, [(NOW, (25, 0)), (wednesday, (0, 0))], "the platform's goes to its bank at once");
}

#[tokio::test]
async fn a_balance_transaction_says_when_its_money_can_be_spent() {
    let lab = Lab::new().await;
    let account = established(&lab).await;
    let charge = pay(&lab, &account, "1000", PayWith::Paynow, &[]).await;
    let id = lab.charge(&account, &charge).await["balance_transaction"].as_str().unwrap().to_owned();
    let path = format!("/v1/balance_transactions/{id}");
    let line = lab.get(&path, &account).await.ok();
    assert_eq!((&line["status"], &line["available_on"]), (&json!("pending"), &json!(later(MONDAY))));
    let balance = lab.get("/v1/balance", &account).await.ok();
    assert_eq!(
        (&balance["pending"][0]["amount"], &balance["available"][0]["amount"]),
        (&json!(1000), &json!(0))
    );
    lab.clock.advance_to(later(MONDAY));
    assert_eq!(lab.get(&path, &account).await.ok()["status"], "available");
}

#[tokio::test]
async fn a_payout_goes_on_monday_not_on_sunday() {
    let lab = Lab::new().await;
    let account = established(&lab).await;
    pay(&lab, &account, "1000", PayWith::Paynow, &[]).await;
    lab.drain().await;
    lab.clock.advance_to(later(MONDAY) - 1);
    assert_eq!(lab.deliver("/connect").await, [""; 0]);
    let before = lab.get("/v1/payouts?status=paid", &account).await.ok();
    assert_eq!(before["data"].as_array().unwrap().len(), 1, "the one of two weeks ago");
    assert_eq!(lab.get("/v1/payouts?status=in_transit", &account).await.ok()["data"], json!([]));
    lab.clock.advance(1);
    assert_eq!(lab.deliver("/connect").await, ["balance.available", "payout.created"]);
    assert_eq!(money(&lab, &account), (0, 0));
    let payout = lab.get("/v1/payouts", &account).await.ok()["data"][0].clone();
    assert_eq!((&payout["amount"], &payout["status"]), (&json!(1000), &json!("in_transit")));
    assert_eq!(payout["arrival_date"], later(MONDAY) + DAY);
    let id = payout["id"].as_str().unwrap();
    let covered = movements(&lab, &account, &format!("payout={id}")).await;
    assert_eq!(
        covered,
        [("payout".to_owned(), -1000), ("charge".to_owned(), 1000)],
        "the older ones were before"
    );
    assert_eq!(lab.get("/v1/balance_transactions?payout=po_none", &account).await.status, 404);
    lab.clock.advance(DAY);
    assert_eq!(lab.deliver("/connect").await, ["payout.paid"]);
    assert_eq!(lab.get(&format!("/v1/payouts/{id}"), &account).await.ok()["status"], "paid");
    assert_eq!(lab.stripe.next_due_millis(), None, "without money nothing is planned");
}

#[tokio::test]
async fn a_new_accounts_money_takes_a_week() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.set_payouts(&account, true);
    pay(&lab, &account, "1000", PayWith::Paynow, &[]).await;
    lab.clock.advance(4 * DAY);
    pay(&lab, &account, "500", visa(), &[]).await;
    // The week ends on a Friday at eight, so it is Monday, as it is for what was paid meanwhile.
    let second_monday = MONDAY + 7 * DAY;
    lab.clock.advance_to(second_monday - 1);
    assert_eq!(money(&lab, &account), (1500, 0));
    lab.clock.advance(1);
    assert_eq!(money(&lab, &account), (0, 1500));
}

#[tokio::test]
async fn short_of_available_money_a_paynow_refund_fails_and_a_cards_waits() {
    let lab = Lab::new().await;
    let account = established(&lab).await;
    let paynow = pay(&lab, &account, "1000", PayWith::Paynow, &[]).await;
    let card = pay(&lab, &account, "1000", visa(), &[]).await;
    let refund = async |charge: &str, amount: &str| {
        lab.post("/v1/refunds", &account, &[("charge", charge), ("amount", amount)]).await.ok()
    };
    let failed = refund(&paynow, "100").await;
    assert_eq!(
        (&failed["status"], &failed["failure_reason"]),
        (&json!("failed"), &json!("insufficient_funds"))
    );
    let (first, second) = (refund(&card, "650").await, refund(&card, "300").await);
    assert_eq!(
        (&first["status"], &first["pending_reason"]),
        (&json!("pending"), &json!("insufficient_funds"))
    );
    lab.drain().await;
    lab.clock.advance_to(later(MONDAY));
    let updated = ["refund.updated", "charge.refund.updated"];
    let day = [["balance.available"].as_slice(), &updated, &updated, &["payout.created"]].concat();
    assert_eq!(lab.deliver("/connect").await, day, "refunds go before the bank");
    for refund in [first, second] {
        let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
        assert_eq!(lab.get(&path, &account).await.ok()["status"], "succeeded");
    }
    assert_eq!(movements(&lab, &account, "type=payout&limit=1").await, [("payout".to_owned(), -50)]);
}

#[tokio::test]
async fn a_refund_waits_for_money_for_45_days() {
    let lab = Lab::new().await;
    let account = established(&lab).await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    lab.stripe.set_available_balance(&account, "sgd", -1000);
    let waiting = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.ok();
    lab.drain().await;
    lab.clock.advance(45 * DAY - 1);
    assert_eq!(lab.deliver("/connect").await, [""; 0]);
    lab.clock.advance(1);
    assert_eq!(lab.deliver("/connect").await, ["refund.failed", "refund.updated", "charge.refund.updated"]);
    let failed = lab.get(&format!("/v1/refunds/{}", waiting["id"].as_str().unwrap()), &account).await.ok();
    assert_eq!(
        (&failed["status"], &failed["failure_reason"]),
        (&json!("failed"), &json!("insufficient_funds"))
    );
    assert_eq!(lab.charge(&account, &charge).await["amount_refunded"], 0);
}

#[tokio::test]
async fn a_transfer_arrives_available_and_leaves_with_the_next_payout() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let platform = lab.stripe.platform_account();
    lab.stripe.set_available_balance(&platform, "sgd", 1000);
    let transfer = [("amount", "400"), ("currency", "sgd"), ("destination", account.as_str())];
    lab.post("/v1/transfers", "", &transfer).await.ok();
    assert_eq!((money(&lab, &account), money(&lab, &platform)), ((0, 400), (0, 600)));
    lab.clock.advance_to(MONDAY - 1);
    assert_eq!(money(&lab, &account), (0, 400));
    lab.clock.advance(1);
    assert_eq!((money(&lab, &account), money(&lab, &platform)), ((0, 0), (0, 0)));
    let out: Vec<_> = lab.stripe.moved().into_iter().filter(|m| m.kind == MovementKind::Payout).collect();
    assert_eq!(out.iter().map(|m| m.amount).sum::<i64>(), -1000);
}

#[tokio::test]
async fn balance_settings_keep_money_on_the_account() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let path = "/v1/balance_settings";
    let usual = lab.get(path, &account).await.ok();
    assert_eq!(usual["object"], "balance_settings");
    let payouts = &usual["payments"]["payouts"];
    assert_eq!((&payouts["schedule"]["interval"], &payouts["status"]), (&json!("daily"), &json!("enabled")));
    assert_eq!(payouts["minimum_balance_by_currency"], json!(null));
    assert_eq!(usual["payments"]["settlement_timing"]["delay_days"], 3);
    let minimum = "payments[payouts][minimum_balance_by_currency][sgd]";
    let kept = lab.post(path, &account, &[(minimum, "300")]).await.ok();
    assert_eq!(kept["payments"]["payouts"]["minimum_balance_by_currency"], json!({ "sgd": 300 }));
    assert_eq!(lab.deliver("/connect").await, ["balance_settings.updated"]);
    lab.stripe.set_available_balance(&account, "sgd", 1000);
    lab.clock.advance_to(MONDAY);
    assert_eq!(money(&lab, &account), (0, 300));

    let interval = "payments[payouts][schedule][interval]";
    lab.post(path, &account, &[(interval, "manual"), (minimum, "")]).await.ok();
    lab.clock.advance(DAY);
    assert_eq!(money(&lab, &account), (0, 300));
    let daily = lab.post(path, &account, &[(interval, "daily")]).await.ok();
    assert_eq!(daily["payments"]["payouts"]["minimum_balance_by_currency"], json!(null));
    lab.clock.advance(DAY);
    assert_eq!(money(&lab, &account), (0, 0));
    assert_eq!(lab.get(path, "").await.ok()["payments"]["payouts"]["schedule"]["interval"], "daily");
    for (name, value) in [(interval, "hourly"), (minimum, "-1"), ("payments[payouts][colour]", "red")] {
        assert_eq!(lab.post(path, &account, &[(name, value)]).await.status, 400, "{name}");
    }
}

#[tokio::test]
async fn a_restricted_account_pays_out_when_it_is_ready_again() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.set_available_balance(&account, "sgd", 1000);
    lab.stripe.restrict(&account, "identity.individual.documents").unwrap();
    let settings = lab.get("/v1/balance_settings", &account).await.ok();
    assert_eq!(settings["payments"]["payouts"]["status"], "disabled");
    lab.clock.advance_to(MONDAY);
    assert_eq!(money(&lab, &account), (0, 1000));
    lab.stripe.complete_onboarding(&account).unwrap();
    lab.clock.advance_to(MONDAY + DAY);
    assert_eq!(money(&lab, &account), (0, 0));
}
