//! What merchants and payers read.

use crate::domain::examples;
use expect_test::expect;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::cashback::Suspicion;
use crate::domain::cashback::refund::{Failure, Outcome};
use crate::domain::checkout::event::{Event, Insight};
use crate::domain::examples::*;
use crate::domain::market::{CardFunding, Country};
use crate::domain::payer::{PayerKey, Phone};

const RELEASED: (u32, Event) = (47, Event::CashbackMatured);

/// What a payer is told of the cashback, in each of its states.
#[test]
fn cashback_in_words() {
    let paynow = (0, paid(Method::Paynow));
    let of = |funding: Funding, events: &[(u32, Event)]| {
        let payer = PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG);
        let known = Checkout { payer: Some(payer), ..open(funding) };
        events.iter().fold(known, |checkout, (hours, event)| apply(&checkout, event, *hours))
    };
    let after = |events: &[(u32, Event)]| of(Funding::Merchant, events);
    let bounced = (47, cashback_refund(Outcome::Failed(Failure::Declined)));
    let in_review = {
        let open = open(Funding::Merchant);
        let insight = Insight { suspicion: Some(Suspicion::ManyCardsOnePayer), ..Insight::default() };
        Checkout { state: open.next_state(&as_asked(&open, &paynow.1), &insight, at(0)).unwrap(), ..open }
    };
    let failed = |reason| [paynow.clone(), RELEASED, (200, cashback_refund(Outcome::Failed(reason)))];
    let waited: Vec<_> =
        [paynow.clone()].into_iter().chain(attempts_in_vain(Failure::InsufficientFunds)).collect();
    let without_wallets = Checkout { country: Country::IN, ..after(&[paynow.clone(), RELEASED]) };
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
        ("in the wallet", of(Funding::Platform, &[paynow.clone(), RELEASED, bounced.clone()])),
        (
            "in the wallet, then refunded",
            of(Funding::Platform, &[paynow.clone(), RELEASED, bounced.clone(), (50, asked("r1", 2500))]),
        ),
        ("known, and the merchant has its part again", after(&[paynow.clone(), RELEASED, bounced.clone()])),
        ("nobody known", crate::domain::examples::after(Funding::Merchant, &unknown)),
        ("known, and the balance stayed empty", after(&waited)),
        ("known, and the merchant stopped it", after(&failed(Failure::MerchantRequest))),
        ("nobody asked", after(&[paynow.clone(), RELEASED, (47, lost)])),
        ("in a market without wallets", apply(&without_wallets, &bounced.1, 47)),
    ]
    .into_iter()
    .map(|(words, checkout)| {
        let cashback = CheckoutView::from(&checkout).cashback.unwrap();
        format!("{words}: {}: {}\n", cashback.state, cashback.text)
    })
    .collect();
    expect![[r#"
        by card: none: No cashback: this way to pay does not earn.
        held: held: SGD 1.25 is sent by Tue 24 Nov 18:00.
        half refunded: held: SGD 0.62 is sent by Tue 24 Nov 18:00.
        all refunded: reversed: No cashback: the payment was refunded.
        in review: in_review: SGD 1.25 waits for a person to look at it: one payer paid with more cards than is usual.
        disputed: frozen: SGD 1.25 waits for the end of the dispute.
        lost: reversed: No cashback: the payment was charged back.
        paying: paying: SGD 1.25 is being sent, by Tue 24 Nov 18:00.
        credited: credited: SGD 1.25 was sent by PayNow on Tue 24 Nov 17:00. Your bank shows it by about Fri 27 Nov.
        in the wallet: credited_to_wallet: SGD 1.25 could not be refunded and is in the wallet for the next payment.
        in the wallet, then refunded: credited_to_wallet: The credit was taken back with the payment.
        known, and the merchant has its part again: failed: SGD 1.25 could not be refunded: the payer's bank said no. It is still owed.
        nobody known: failed: SGD 1.25 could not be refunded: the payer's bank said no, and no payer is known whose wallet could have it. It is still owed.
        known, and the balance stayed empty: failed: SGD 1.25 could not be refunded: the merchant's balance was too low. It is still owed.
        known, and the merchant stopped it: failed: SGD 1.25 could not be refunded: the merchant stopped it. It is still owed.
        nobody asked: failed: It is not known whether SGD 1.25 was sent: the account has left the platform, and nobody can ask what became of it.
        in a market without wallets: failed: SGD 1.25 could not be refunded: the payer's bank said no, and there are no wallets in this market. It is still owed.
    "#]].assert_eq(&table);
}

/// Stripe's `succeeded` means sent: by which rail, and by about when the payer's bank shows it.
#[test]
fn what_was_sent_says_how_and_by_about_when_it_is_there() {
    let mut table = String::new();
    let credit = Some(CardFunding::Credit);
    for (method, funding) in [
        (Some(Method::Card), credit),
        (Some(Method::Card), None),
        (Some(Method::Paynow), None),
        (Some(Method::Upi), None),
        (Some(Method::Pix), None),
        (None, None),
    ] {
        let events = [(0, paid(Method::Paynow)), RELEASED, (47, cashback_refund(Outcome::Succeeded))];
        let mut checkout = crate::domain::examples::after(Funding::Merchant, &events);
        if let State::Paid(payment) = &mut checkout.state {
            (payment.charge.method, payment.charge.funding) = (method, funding);
        }
        table.push_str(&format!("{}\n", CheckoutView::from(&checkout).cashback.unwrap().text));
        assert!(!table.contains("came back") && !table.contains("has arrived"), "{table}");
    }
    expect![[r#"
        SGD 1.25 was sent to your card on Tue 24 Nov 17:00. Your bank shows it by about Tue 8 Dec.
        SGD 1.25 was sent the way you paid on Tue 24 Nov 17:00. Your bank shows it by about Tue 8 Dec.
        SGD 1.25 was sent by PayNow on Tue 24 Nov 17:00. Your bank shows it by about Fri 27 Nov.
        SGD 1.25 was sent by UPI on Tue 24 Nov 17:00. Your bank shows it by about Thu 3 Dec.
        SGD 1.25 was sent by Pix on Tue 24 Nov 17:00. Your bank shows it by about Fri 27 Nov.
        SGD 1.25 was sent the way you paid on Tue 24 Nov 17:00. Your bank shows it by about Tue 8 Dec.
    "#]]
    .assert_eq(&table);
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
        SGD 1.25 back with PayNow, sent by Tue 24 Nov 18:00 if you pay now
        No cashback with any other card: this way to pay does not earn
        SGD 1.25 back with credit card, sent by Tue 24 Nov 18:00 if you pay now
        SGD 1.25 back with PayNow, sent by Tue 24 Nov 18:00 if you pay now
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
