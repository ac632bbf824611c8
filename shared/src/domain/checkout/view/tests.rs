//! What merchants and payers read.

use crate::domain::examples;
use expect_test::expect;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::cashback::Suspicion;
use crate::domain::cashback::refund::{Failure, Outcome};
use crate::domain::checkout::event::{Event, Insight};
use crate::domain::examples::*;
use crate::domain::market::Country;
use crate::domain::payer::{PayerKey, Phone};

const RELEASED: (u32, Event) = (47, Event::CashbackMatured);

/// What a payer is told of the cashback, in each of its states.
#[test]
fn cashback_in_words() {
    let paynow = (0, paid(Method::Paynow));
    let after = |events: &[(u32, Event)]| {
        let payer = PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG);
        let known = Checkout { payer: Some(payer), ..open(Funding::Merchant) };
        events.iter().fold(known, |checkout, (hours, event)| apply(&checkout, event, *hours))
    };
    let bounced = (47, cashback_refund(Outcome::Failed(Failure::Declined)));
    let in_review = {
        let open = open(Funding::Merchant);
        let insight = Insight { suspicion: Some(Suspicion::ManyCardsOnePayer), ..Insight::default() };
        Checkout { state: open.next_state(&as_asked(&open, &paynow.1), &insight, at(0)).unwrap(), ..open }
    };
    let failed = |reason| [paynow.clone(), RELEASED, (200, cashback_refund(Outcome::Failed(reason)))];
    let lost = Event::CashbackRefused { attempt: 1, reason: Failure::Disconnected };
    let unknown = [paynow.clone(), RELEASED, bounced.clone()];
    let table: String = [
        ("by card", after(&[(0, paid(Method::Card))])),
        ("held", after(std::slice::from_ref(&paynow))),
        ("half refunded", after(&[paynow.clone(), (1, asked("r1", 1250))])),
        ("all refunded", after(&[paynow.clone(), (1, asked("r1", 2500))])),
        ("in review", in_review),
        ("disputed", after(&[paynow.clone(), (1, examples::disputed())])),
        ("lost", after(&[paynow.clone(), (1, examples::dispute_closed(false))])),
        ("paying", after(&[paynow.clone(), RELEASED])),
        ("credited", after(&[paynow.clone(), RELEASED, (47, cashback_refund(Outcome::Succeeded))])),
        ("in the wallet", after(&[paynow.clone(), RELEASED, bounced.clone()])),
        (
            "in the wallet, then refunded",
            after(&[paynow.clone(), RELEASED, bounced, (50, asked("r1", 2500))]),
        ),
        ("nobody known", crate::domain::examples::after(Funding::Merchant, &unknown)),
        ("known, and the balance stayed empty", after(&failed(Failure::InsufficientFunds))),
        ("known, and the merchant stopped it", after(&failed(Failure::MerchantRequest))),
        ("nobody asked", after(&[paynow.clone(), RELEASED, (47, lost)])),
    ]
    .into_iter()
    .map(|(words, checkout)| {
        let cashback = CheckoutView::from(&checkout).cashback.unwrap();
        format!("{words}: {}: {}\n", cashback.state, cashback.text)
    })
    .collect();
    expect![[r#"
        by card: none: No cashback: this way to pay does not earn.
        held: held: SGD 1.25 by Tue 24 Nov 18:00.
        half refunded: held: SGD 0.62 by Tue 24 Nov 18:00.
        all refunded: reversed: No cashback: the payment was refunded.
        in review: in_review: SGD 1.25 waits for a person to look at it: one payer paid with more cards than is usual.
        disputed: frozen: SGD 1.25 waits for the end of the dispute.
        lost: reversed: No cashback: the payment was charged back.
        paying: paying: SGD 1.25 is on its way, by Tue 24 Nov 18:00.
        credited: credited: SGD 1.25 came back on Tue 24 Nov 17:00.
        in the wallet: failed: SGD 1.25 could not be refunded: the payer's bank said no. It is still owed.
        in the wallet, then refunded: reversed: No cashback: the payment was refunded.
        nobody known: failed: SGD 1.25 could not be refunded: the payer's bank said no, and no payer is known whose wallet could have it. It is still owed.
        known, and the balance stayed empty: failed: SGD 1.25 could not be refunded: the merchant's balance was too low. It is still owed.
        known, and the merchant stopped it: failed: SGD 1.25 could not be refunded: the merchant stopped it. It is still owed.
        nobody asked: failed: It is not known whether SGD 1.25 came back: the account has left the platform, and nobody can ask what became of it.
    "#]].assert_eq(&table);
}

#[test]
fn offers_in_words() {
    let text = |checkout: &Checkout| -> String {
        CheckoutView::from(checkout).offers.into_iter().map(|offer| format!("{}\n", offer.text)).collect()
    };
    let mut checkout = open(Funding::Merchant);
    let mut table = text(&checkout);
    let paynow = checkout.offers[&Tender::Paynow].clone();
    checkout.offers.insert(Tender::CreditCard, paynow);
    table.push_str(&text(&checkout));
    expect![[r#"
        No cashback with card: this way to pay does not earn
        SGD 1.25 back with PayNow, by Tue 24 Nov 18:00 if you pay now
        No cashback with any other card: this way to pay does not earn
        SGD 1.25 back with credit card, by Tue 24 Nov 18:00 if you pay now
        SGD 1.25 back with PayNow, by Tue 24 Nov 18:00 if you pay now
    "#]]
    .assert_eq(&table);
    let paid = apply(&checkout, &paid(Method::Paynow), 0);
    assert_eq!(text(&paid), "", "what is paid offers nothing more");
}

/// A refund of the charge and of the credit beside it is one refund with two parts.
#[test]
fn a_refund_says_what_went_to_the_wallet() {
    let mut checkout = open(Funding::Merchant);
    checkout.wallet = vec![crate::domain::payer::Lot { expires_at: at(999), minor: 1000 }];
    let Event::Paid { charge, .. } = paid(Method::Card) else { panic!("paid") };
    let paid = apply(&checkout, &Event::Paid { charge, amount: sgd(1500), fee: sgd(25) }, 0);
    let refunded = apply(&paid, &asked("r1", 2000), 1);
    let view = serde_json::to_value(CheckoutView::from(&refunded)).unwrap();
    expect![[r#"
        "partly_refunded" {"currency":"SGD","value":"10.00"} [{"amount":{"currency":"SGD","value":"15.00"},"reference":"r1","status":"requested","to_wallet":{"currency":"SGD","value":"5.00"}}]
    "#]].assert_eq(&format!("{} {} {}\n", view["status"], view["wallet"], view["refunds"]));
}

/// What cannot be paid is asked for again: an order that never had a page as it is, any other under a new
/// reference.
#[test]
fn what_to_do_next_in_words() {
    let no_page = Checkout { session: None, ..open(Funding::Merchant) };
    let table: String = [
        ("open", open(Funding::Merchant)),
        ("paid", after(Funding::Merchant, &[(0, paid(Method::Paynow))])),
        ("expired", after(Funding::Merchant, &[(1, Event::Expired)])),
        ("failed", after(Funding::Merchant, &[(1, Event::PaymentFailed)])),
        ("no page", no_page.clone()),
        ("never a page", apply(&no_page, &Event::Abandoned, 1)),
        ("page refused", apply(&no_page, &Event::PageRefused, 1)),
    ]
    .into_iter()
    .map(|(words, checkout)| format!("{words}: {}\n", what_next(&checkout).unwrap_or("-")))
    .collect();
    expect![[r#"
        open: -
        paid: -
        expired: This order number is used up. Ask for the payment again under a new reference.
        failed: This order number is used up. Ask for the payment again under a new reference.
        no page: -
        never a page: This order number is used up. Ask for the payment again under a new reference.
        page refused: Look at the account in Stripe's dashboard, then send the same order again.
    "#]]
    .assert_eq(&table);
}
