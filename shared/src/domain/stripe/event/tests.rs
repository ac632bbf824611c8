//! Stripe's events as they come, and what becomes of them.

use super::*;
use crate::domain::checkout::disputes::Disputed;
use crate::domain::market::Method;
use serde_json::json;

const CHECKOUT: &str = "chk_abcdefghijklmnopqrstuvwx";

fn event(event_type: &str, object: &Value) -> Result<Parsed, NotUnderstood> {
    let body = json!({
        "id": "evt_1", "object": "event", "type": event_type, "account": "acct_1", "livemode": false,
        "created": 1_795_341_600, "api_version": "2026-10-28.endive", "something_new": {"a": 1},
        "data": {"object": object},
    });
    parse(body.to_string().as_bytes())
}

fn kind_of(event_type: &str, object: &Value) -> Option<Kind> {
    match event(event_type, object).unwrap() {
        Parsed::Ours(event) => Some(event.kind),
        Parsed::NotOurs { .. } => None,
    }
}

fn charge() -> Value {
    json!({
        "id": "ch_1", "object": "charge", "amount": 2500, "amount_refunded": 125, "currency": "sgd",
        "created": 1_795_341_500, "payment_intent": {"id": "pi_1", "object": "payment_intent"},
        "paid": true, "captured": true, "status": "succeeded",
        "billing_details": {"phone": "+6591234567", "name": "Mei"},
        "metadata": {"kembali_checkout": CHECKOUT},
        "payment_method_details": {"type": "card", "card": {"fingerprint": "Fp1", "last4": "4242"}},
    })
}

#[test]
fn a_charge_says_whose_it_may_be_and_nothing_else() {
    let Parsed::Ours(parsed) = event("charge.succeeded", &charge()).unwrap() else { panic!("ours") };
    let queued = serde_json::to_string(&parsed).unwrap();
    let told = json!({"kind": "charge_succeeded", "checkout": CHECKOUT});
    assert_eq!(serde_json::to_value(&parsed.kind).unwrap(), told);
    assert_eq!(serde_json::from_str::<StripeEvent>(&queued).unwrap(), *parsed);
    // As it was queued before Stripe was asked what a charge is.
    let mut earlier = told;
    earlier["charge"] = json!({"charge": "ch_1", "payment_intent": "pi_1"});
    assert_eq!(serde_json::from_value::<Kind>(earlier).unwrap(), parsed.kind);
}

#[test]
fn only_money_that_moved_is_a_payment() {
    let of = |changes: Value| {
        let mut object = charge();
        for (name, value) in changes.as_object().unwrap() {
            object[name] = value.clone();
        }
        crate::domain::stripe::object::charge(&object).unwrap()
    };
    let paid = of(json!({}));
    assert!(paid.has_moved);
    assert_eq!((paid.amount.to_string().as_str(), paid.charge.method), ("SGD 25.00", Some(Method::Card)));
    assert_eq!(paid.charge.payment_intent.as_str(), "pi_1");
    for changes in [
        json!({"captured": false}),
        json!({"paid": false}),
        json!({"status": "pending"}),
        json!({"status": "failed", "paid": false}),
    ] {
        assert!(!of(changes.clone()).has_moved, "{changes}");
    }
}

/// With Link whatever its payer has on file pays, where a card is offered; Stripe does not say what it is.
#[test]
fn link_is_a_card_of_which_nothing_else_is_known() {
    let mut object = charge();
    object["payment_method_details"] = json!({"type": "link", "link": {"country": "US"}});
    let read = crate::domain::stripe::object::charge(&object).unwrap().charge;
    assert_eq!((read.method, read.funding, read.fingerprint.as_deref()), (Some(Method::Card), None, None));
    assert_eq!(read.tenders(), [crate::domain::market::Tender::Card]);
    // It is no name that a request or a campaign can use.
    assert!(serde_json::from_value::<Method>(json!("link")).is_err());
}

/// The payer saw EUR 17.00 on the page; the payment and its refunds are in the page's currency.
#[test]
fn what_the_payer_saw_in_another_currency_changes_no_amount() {
    let shown = json!({"presentment_amount": 1700, "presentment_currency": "eur"});
    let mut object = charge();
    object["presentment_details"] = shown.clone();
    let read = crate::domain::stripe::object::charge(&object).unwrap();
    assert_eq!((read.amount.to_string(), read.refunded.to_string()), ("SGD 25.00".into(), "SGD 1.25".into()));
    let refund = json!({
        "id": "re_1", "amount": 125, "currency": "sgd", "charge": "ch_1", "status": "succeeded",
        "presentment_details": shown,
    });
    assert_eq!(crate::domain::stripe::object::refund(&refund).unwrap().amount.to_string(), "SGD 1.25");
}

#[test]
fn sessions_end_in_four_ways() {
    let session = |status: &str| json!({"id": "cs_1", "payment_status": status, "metadata": {"kembali_checkout": CHECKOUT}});
    let name = |event_type, status| match kind_of(event_type, &session(status)) {
        Some(Kind::SessionPaid(_)) => "paid",
        Some(Kind::SessionFailed(_)) => "failed",
        Some(Kind::SessionExpired(_)) => "expired",
        None => "nothing",
        Some(other) => panic!("{other:?}"),
    };
    assert_eq!(name("checkout.session.completed", "paid"), "paid");
    assert_eq!(name("checkout.session.completed", "unpaid"), "nothing");
    assert_eq!(name("checkout.session.async_payment_succeeded", "paid"), "paid");
    assert_eq!(name("checkout.session.async_payment_failed", "unpaid"), "failed");
    assert_eq!(name("checkout.session.expired", "unpaid"), "expired");
}

#[test]
fn a_page_is_ours_by_our_name_or_by_a_reference() {
    let page = |metadata: Value, reference: &str| {
        let session = json!({
            "id": "cs_1", "payment_status": "paid", "metadata": metadata, "client_reference_id": reference,
        });
        match kind_of("checkout.session.completed", &session) {
            Some(Kind::SessionPaid(page)) => {
                format!("{:?} {:?}", page.checkout.is_some(), page.reference.is_some())
            }
            None => "nobody's".to_owned(),
            Some(other) => panic!("{other:?}"),
        }
    };
    let ours = json!({"kembali_checkout": CHECKOUT});
    assert_eq!(page(ours.clone(), "order-1"), "true true");
    assert_eq!(page(ours, ""), "true false");
    assert_eq!(page(json!({}), "order-1"), "false true");
    assert_eq!(page(json!({}), ""), "nobody's");
}

#[test]
fn a_dispute_is_over_when_the_money_agrees_with_the_verdict() {
    let dispute = |status: &str, moved: &[i64]| {
        let moved: Vec<Value> = moved.iter().map(|amount| json!({ "amount": amount })).collect();
        let object = json!({"id": "dp_1", "charge": "ch_1", "status": status, "balance_transactions": moved});
        let kind = kind_of("charge.dispute.updated", &object);
        assert_eq!(kind, Some(Kind::DisputeChanged { charge: ChargeId::parse("ch_1").unwrap() }));
        let seen = crate::domain::stripe::object::dispute(&object).unwrap();
        seen.map(|(_, Disputed { is_open, taken_minor })| (is_open, taken_minor))
    };
    for (status, moved, expected) in [
        ("warning_needs_response", &[][..], None),
        ("warning_closed", &[], None),
        ("needs_response", &[], Some((true, 0))),
        ("needs_response", &[-2500], Some((true, 2500))),
        ("under_review", &[-2500], Some((true, 2500))),
        ("appeal_needs_response", &[-2500, 2500], Some((true, 0))),
        ("appeal_under_review", &[-2500], Some((true, 2500))),
        ("won", &[-2500, 2500], Some((false, 0))),
        ("won", &[-2500], Some((true, 2500))),
        ("lost", &[-2500], Some((false, 2500))),
        ("lost", &[-2500, 500], Some((false, 2000))),
        ("lost", &[-2500, 2500], Some((false, 0))),
        ("lost", &[], Some((true, 0))),
        ("prevented", &[], Some((false, 0))),
        ("prevented", &[-10_000], Some((false, 10_000))),
        ("a word of 2027", &[-2500], Some((true, 2500))),
    ] {
        assert_eq!(dispute(status, moved), expected, "{status} {moved:?}");
    }
    for kind in ["dispute_opened", "dispute_closed"] {
        let earlier = json!({"kind": kind, "charge": "ch_1", "won": true, "taken_minor": 2500});
        let read: Kind = serde_json::from_value(earlier).unwrap();
        assert!(matches!(read, Kind::DisputeChanged { .. }), "as it was queued before");
    }
}

#[test]
fn a_refund_that_was_canceled_has_failed() {
    use crate::domain::cashback::refund::{Failure, Outcome};
    let told = |status: &str, transaction: Value| {
        let object = json!({
            "id": "re_1", "charge": "ch_1", "amount": 500, "currency": "sgd", "status": status,
            "balance_transaction": transaction,
        });
        match kind_of("refund.updated", &object) {
            Some(Kind::RefundChanged(refund)) => refund.outcome,
            other => panic!("{other:?}"),
        }
    };
    let outcome = |status: &str| told(status, json!("txn_1"));
    assert_eq!(outcome("pending"), Outcome::Pending);
    assert_eq!(told("pending", Value::Null), Outcome::Waiting, "nothing has moved");
    assert_eq!(outcome("requires_action"), Outcome::Pending);
    assert_eq!(outcome("succeeded"), Outcome::Succeeded);
    assert_eq!(outcome("failed"), Outcome::Failed(Failure::Unknown));
    assert_eq!(outcome("canceled"), Outcome::Failed(Failure::Unknown));
}

#[test]
fn what_is_not_ours_is_let_pass() {
    let mut foreign = charge();
    foreign["metadata"] = json!({});
    assert_eq!(kind_of("charge.succeeded", &foreign), None, "a charge made without us");
    assert_eq!(kind_of("invoice.paid", &json!({})), None, "a type we do not use");
    assert_eq!(kind_of("something.new", &json!({})), None, "a type we do not know");
}

/// Of what there is one of in an account, the type and the address are told
/// (<https://docs.stripe.com/api/v2/core/events>).
#[test]
fn an_event_about_something_without_an_id_is_not_ours() {
    let thin = |event_type: &str, object_type: &str| {
        let event = json!({
            "id": "evt_3", "object": "v2.core.event", "livemode": false, "created": "2026-11-22T10:00:00.000Z",
            "type": event_type, "related_object": {"type": object_type, "url": format!("/v1/{object_type}")},
        });
        parse(event.to_string().as_bytes())
    };
    for (event_type, object_type) in
        [("v1.balance.available", "balance"), ("v1.tax.settings.updated", "tax.settings")]
    {
        assert_eq!(thin(event_type, object_type), Ok(Parsed::NotOurs { event_type: event_type.to_owned() }));
    }
    let Ok(Parsed::Ours(account)) = thin("v2.core.account.updated", "v2.core.account") else {
        panic!("ours")
    };
    assert_eq!(account.kind, Kind::Unreadable { field: "related_object".to_owned() });
}

#[test]
fn what_we_need_and_cannot_read_is_named() {
    let mut broken = charge();
    broken["amount"] = json!("a lot");
    let unreadable = |field: &str| Some(Kind::Unreadable { field: field.to_owned() });
    assert_eq!(kind_of("charge.refunded", &broken), unreadable("amount"));
    assert_eq!(kind_of("charge.dispute.created", &json!({})), unreadable("."));
    assert_eq!(parse(b"not json"), Err(NotUnderstood("body".into())), "and it is no event");
    assert_eq!(parse(b"{\"id\": \"evt_1\"}"), Err(NotUnderstood(".".into())));
}

#[test]
fn all_types_that_are_asked_for_are_used() {
    for kind in LISTED_TYPES {
        let object = json!({"metadata": {"kembali_checkout": CHECKOUT}});
        let is_used = !matches!(event(kind, &object), Ok(Parsed::NotOurs { .. }));
        assert!(is_used, "{kind}");
    }
}

#[test]
fn a_listed_event_is_of_the_account_that_was_asked() {
    let account = AccountId::parse("acct_asked").unwrap();
    let listed = json!({
        "id": "evt_1", "type": "charge.succeeded", "account": "acct_told", "created": 1, "data": {"object": charge()},
    });
    let Parsed::Ours(listed) = parse_listed(&listed, &account).unwrap() else { panic!("ours") };
    assert_eq!((listed.account, listed.listed), (Some(account), true));
}

#[test]
fn account_events_of_both_versions_name_the_account() {
    let v2 = json!({
        "id": "evt_2", "object": "v2.core.event", "livemode": false, "created": "2026-11-22T10:00:00.000Z",
        "type": "v2.core.account[configuration.merchant].capability_status_updated",
        "related_object": {"id": "acct_9", "type": "v2.core.account", "url": "/v2/core/accounts/acct_9"},
        "data": {"updated_capability": "card_payments"},
    });
    let Parsed::Ours(v2) = parse(v2.to_string().as_bytes()).unwrap() else { panic!("ours") };
    assert_eq!(v2.kind, Kind::AccountChanged { account: AccountId::parse("acct_9").unwrap() });
    assert_eq!(
        kind_of("account.updated", &json!({"id": "acct_1"})),
        Some(Kind::AccountChanged { account: AccountId::parse("acct_1").unwrap() })
    );
}
