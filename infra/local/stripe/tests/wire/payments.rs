//! Sessions, from creation to a charge or to expiry, and disputes.

use local_stripe::{EventOrder, MovementKind, PayWith};
use serde_json::json;

use crate::lab::{Lab, NOW};

fn card(number: &str) -> PayWith {
    PayWith::Card { number: number.to_owned() }
}

#[tokio::test]
async fn a_card_payment_moves_money_and_says_so_in_order() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let more = [
        ("payment_intent_data[application_fee_amount]", "25"),
        ("payment_intent_data[metadata][checkout]", "co_1"),
        ("payment_intent_data[transfer_group]", "g1"),
        ("metadata[checkout]", "co_1"),
        ("client_reference_id", "ref"),
    ];
    let created = lab.try_session(&account, "1000", "sgd", &more).await.ok();
    assert_eq!(created["payment_method_types"], json!(["card", "link", "paynow"]));
    assert_eq!((&created["payment_intent"], &created["status"]), (&json!(null), &json!("open")));
    assert_eq!(created["expires_at"], NOW + 24 * 3600);
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["url"], format!("{}/c/pay/{id}", lab.url()));
    lab.stripe.pay(id, card("4242424242424242")).unwrap();
    let order = [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ];
    assert_eq!(lab.deliver("/connect").await, order);
    let path =
        format!("/v1/checkout/sessions/{id}?expand[]=payment_intent.latest_charge&expand[]=line_items");
    let paid = lab.get(&path, &account).await.ok();
    assert_eq!(
        (&paid["status"], &paid["payment_status"], &paid["url"]),
        (&json!("complete"), &json!("paid"), &json!(null))
    );
    assert_eq!(paid["line_items"]["data"][0]["amount_total"], 1000);
    let charge = &paid["payment_intent"]["latest_charge"];
    assert_eq!((&charge["metadata"]["checkout"], &charge["transfer_group"]), (&json!("co_1"), &json!("g1")));
    let details = &charge["payment_method_details"];
    assert_eq!(
        (&details["type"], &details["card"]["brand"], &details["card"]["last4"]),
        (&json!("card"), &json!("visa"), &json!("4242"))
    );
    assert_eq!(
        (&details["card"]["funding"], &charge["application_fee_amount"]),
        (&json!("credit"), &json!(25))
    );
    let moved: Vec<_> =
        lab.stripe.moved().into_iter().map(|m| (m.account.is_some(), m.kind, m.amount, m.fee)).collect();
    assert_eq!(moved, [(true, MovementKind::Charge, 1000, 25), (false, MovementKind::ApplicationFee, 25, 0)]);
    let balance = lab.get("/v1/balance", &account).await.ok();
    assert_eq!(
        (&balance["pending"][0]["amount"], &balance["pending"][0]["currency"]),
        (&json!(975), &json!("sgd"))
    );
    let lines = lab.get("/v1/balance_transactions?type=charge", &account).await.ok();
    assert_eq!(
        (&lines["data"][0]["net"], &lines["data"][0]["id"]),
        (&json!(975), &charge["balance_transaction"])
    );
    assert!(lab.stripe.pay(id, card("4242424242424242")).is_err());
}

#[tokio::test]
async fn the_session_can_be_completed_before_the_charge() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.set_event_order(EventOrder::CompletedFirst);
    let session = lab.session(&account, "500", "sgd", &[]).await;
    lab.stripe.pay(&session, card("4242424242424242")).unwrap();
    let order = [
        "checkout.session.completed",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ];
    assert_eq!(lab.deliver("/connect").await, order);
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let id = lab.session(&account, "500", "sgd", &[]).await;
    lab.stripe.pay(&id, PayWith::Decline).unwrap();
    let order = ["payment_intent.created", "payment_intent.payment_failed", "charge.failed"];
    assert_eq!(lab.deliver("/connect").await, order);
    let session =
        lab.get(&format!("/v1/checkout/sessions/{id}?expand[]=payment_intent"), &account).await.ok();
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("open"), &json!("unpaid")));
    assert_eq!(session["payment_intent"]["last_payment_error"]["code"], "card_declined");
    lab.stripe.pay(&id, card("5555555555554444")).unwrap();
    let order = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"];
    assert_eq!(lab.deliver("/connect").await, order);
    assert_eq!(lab.stripe.pending_balance(&account, "sgd"), 500);
}

#[tokio::test]
async fn local_rails_take_their_currency_only() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    for (currency, with, method) in
        [("sgd", PayWith::Paynow, "paynow"), ("inr", PayWith::Upi, "upi"), ("brl", PayWith::Pix, "pix")]
    {
        let session =
            lab.session(&account, "5000", currency, &[("allowed_payment_method_types[]", method)]).await;
        assert!(lab.stripe.pay(&session, card("4242424242424242")).is_err(), "card is not allowed here");
        lab.stripe.pay(&session, with).unwrap();
        let charge = lab.charge(&account, &lab.stripe.charge_of(&session).unwrap()).await;
        assert_eq!(charge["payment_method_details"]["type"], method);
        assert!(charge["payment_method_details"][method].is_object());
    }
    let none =
        lab.try_session(&account, "5000", "inr", &[("allowed_payment_method_types[]", "paynow")]).await;
    assert!(none.error().1["message"].as_str().unwrap().starts_with("No valid payment method types"));
}

#[tokio::test]
async fn link_comes_with_cards_unless_it_is_excluded() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    for allowed in [&[][..], &[("allowed_payment_method_types[]", "card")]] {
        let session = lab.session(&account, "5000", "sgd", allowed).await;
        lab.stripe.pay(&session, PayWith::Link).unwrap();
        let charge = lab.charge(&account, &lab.stripe.charge_of(&session).unwrap()).await;
        let details = json!({ "link": { "country": "US" }, "type": "link" });
        assert_eq!((&charge["payment_method_details"], &charge["status"]), (&details, &json!("succeeded")));
    }
    for (name, value) in [
        ("excluded_payment_method_types[]", "link"),
        ("excluded_payment_method_types[]", "card"),
        ("allowed_payment_method_types[]", "paynow"),
    ] {
        let session = lab.session(&account, "5000", "sgd", &[(name, value)]).await;
        assert!(lab.stripe.pay(&session, PayWith::Link).is_err(), "{name} {value}");
    }
    // Short of money, its refund fails as every one but a card's does.
    let session = lab.session(&account, "5000", "sgd", &[]).await;
    lab.press(&format!("{}/c/pay/{session}", lab.url()), "method=link&action=pay").await;
    let charge = lab.stripe.charge_of(&session).unwrap();
    let refund = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.ok();
    assert_eq!(
        (&refund["status"], &refund["failure_reason"]),
        (&json!("failed"), &json!("insufficient_funds"))
    );
}

#[tokio::test]
async fn a_slow_payment_completes_unpaid_and_settles_later() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    for (will_succeed, last, paid) in [
        (
            true,
            ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"],
            "paid",
        ),
        (
            false,
            ["payment_intent.payment_failed", "charge.failed", "checkout.session.async_payment_failed"],
            "unpaid",
        ),
    ] {
        let id = lab.session(&account, "5000", "inr", &[]).await;
        lab.stripe.pay_slowly(&id, PayWith::Upi, will_succeed).unwrap();
        let first = [
            "payment_intent.created",
            "charge.pending",
            "payment_intent.processing",
            "checkout.session.completed",
        ];
        assert_eq!(lab.deliver("/connect").await, first);
        let path = format!("/v1/checkout/sessions/{id}");
        let session = lab.get(&path, &account).await.ok();
        assert_eq!((&session["status"], &session["payment_status"]), (&json!("complete"), &json!("unpaid")));
        lab.clock.advance(599);
        assert_eq!(lab.stripe.deliver().await, 0);
        lab.clock.advance(1);
        assert_eq!(lab.deliver("/connect").await, last);
        assert_eq!(lab.get(&path, &account).await.ok()["payment_status"], paid);
    }
}

#[tokio::test]
async fn a_session_expires_by_itself_or_by_request() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let expires_at = (NOW + 1801).to_string();
    let id = lab.session(&account, "500", "sgd", &[("expires_at", &expires_at)]).await;
    assert_eq!(lab.stripe.next_due_millis(), Some((NOW + 1801) * 1000));
    lab.clock.advance(1801);
    assert_eq!(lab.get(&format!("/v1/checkout/sessions/{id}"), &account).await.ok()["status"], "expired");
    assert!(lab.stripe.pay(&id, card("4242424242424242")).is_err());
    assert_eq!(lab.deliver("/connect").await, ["checkout.session.expired"]);
    let id = lab.session(&account, "500", "sgd", &[]).await;
    let expired = lab.post(&format!("/v1/checkout/sessions/{id}/expire"), &account, &[]).await.ok();
    assert_eq!((&expired["status"], &expired["url"]), (&json!("expired"), &json!(null)));
    assert_eq!(lab.post(&format!("/v1/checkout/sessions/{id}/expire"), &account, &[]).await.status, 400);
    assert_eq!(lab.deliver("/connect").await, ["checkout.session.expired"]);
    assert_eq!(lab.stripe.next_due_millis(), None);
}

/// An amount, more parameters, and the code of the refusal.
type Refusal<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[tokio::test]
async fn a_session_that_cannot_be_paid_is_refused() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    // Stripe's clock is not the caller's.
    let soon = (NOW + 1800).to_string();
    let late = (NOW + 24 * 3600).to_string();
    let long = "r".repeat(201);
    let refusals: [Refusal<'_>; 10] = [
        ("500", &[("client_reference_id", &long)], ""),
        ("49", &[], "amount_too_small"),
        ("100000000", &[], "amount_too_large"),
        ("500", &[("expires_at", &soon)], ""),
        ("500", &[("expires_at", &late)], ""),
        ("500", &[("payment_intent_data[application_fee_amount]", "501")], ""),
        ("500", &[("payment_method_types[]", "card")], "parameter_unknown"),
        ("500", &[("allowed_payment_method_types[]", "cash")], ""),
        ("500", &[("ui_mode", "embedded_page")], "parameter_missing"),
        ("500", &[("line_items[0][price_data][colour]", "red")], "parameter_unknown"),
    ];
    for (amount, more, code) in refusals {
        assert_eq!(
            lab.try_session(&account, amount, "sgd", more).await.code(),
            (400, code.to_owned()),
            "{more:?}"
        );
    }
    let unready = lab.account(&["card_payments"]).await;
    assert_eq!(lab.try_session(&unready, "500", "sgd", &[]).await.status, 400);
    let missing = lab.post("/v1/checkout/sessions", &account, &[("mode", "payment")]).await;
    assert_eq!(missing.error().1["message"], "Missing required param: line_items.");
}

#[tokio::test]
async fn a_dispute_takes_the_money_and_a_won_one_brings_it_back() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    let dispute = lab.stripe.dispute(&charge).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.created", "charge.dispute.funds_withdrawn"]);
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 0);
    assert_eq!(lab.charge(&account, &charge).await["disputed"], true);
    let refund = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await;
    assert_eq!(refund.code(), (400, "charge_disputed".to_owned()));
    lab.stripe.close_dispute(&dispute, true).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.funds_reinstated", "charge.dispute.closed"]);
    let closed = lab.get(&format!("/v1/disputes/{dispute}"), &account).await.ok();
    assert_eq!(
        (&closed["status"], &closed["amount"], &closed["charge"]),
        (&json!("won"), &json!(1000), &json!(charge))
    );
    assert_eq!(lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.status, 200);
    assert!(lab.stripe.close_dispute(&dispute, false).is_err());
}

#[tokio::test]
async fn a_lost_dispute_keeps_the_money() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.card_charge(&account, "1000", "4000000000000259").await;
    let list = lab.get("/v1/disputes", &account).await.ok();
    let dispute = list["data"][0]["id"].as_str().unwrap().to_owned();
    lab.stripe.close_dispute(&dispute, false).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.closed"]);
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 0);
    let paynow = lab.paynow_charge(&account, "1000").await;
    assert!(lab.stripe.dispute(&paynow).is_err());
}

#[tokio::test]
async fn of_a_lost_dispute_what_was_refunded_before_comes_back() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    let refund = lab.post("/v1/refunds", &account, &[("charge", &charge), ("amount", "300")]).await;
    assert_eq!(refund.status, 200);
    let dispute = lab.stripe.dispute(&charge).unwrap();
    lab.deliver("/connect").await;
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), -300, "the bank takes all of it");
    lab.stripe.close_dispute(&dispute, false).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.funds_reinstated", "charge.dispute.closed"]);
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 0, "1000 went to the payer, and no more");
    let closed = lab.get(&format!("/v1/disputes/{dispute}"), &account).await.ok();
    let moved: Vec<_> =
        closed["balance_transactions"].as_array().unwrap().iter().map(|one| &one["amount"]).collect();
    assert_eq!((&closed["status"], moved), (&json!("lost"), vec![&json!(-1000), &json!(300)]));
    let more = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await;
    assert_eq!(more.code(), (400, "charge_disputed".to_owned()));
}
