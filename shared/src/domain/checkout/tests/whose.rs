//! Whose a refund is. Whoever has a key of the merchant's account can write our words on a refund of their
//! own; which charge it is of, its id and its amount they cannot choose.

use super::*;
use crate::domain::cashback::refund::StripeRefund;

fn merchants(reference: &str) -> Purpose {
    let reference = Reference::parse(reference).unwrap();
    Purpose::Merchant { checkout: open(Funding::Merchant).id, reference }
}

fn paid_for() -> Checkout {
    after(Funding::Merchant, &[(0, paid(Method::Paynow))])
}

/// `key: state amount` of each refund, what is left of the payment, and where the cashback stands.
fn words(checkout: &Checkout) -> String {
    let payment = checkout.payment().unwrap();
    let refunds = payment.refunds.iter().map(|(key, refund)| {
        format!("{}: {} {}, ", String::from(key.clone()), refund.state.name(), refund.amount.minor())
    });
    let left = payment.left_of(sgd(2500)).unwrap().minor();
    format!("{}{left} left, {}", refunds.collect::<String>(), payment.cashback.name())
}

#[test]
fn a_refund_of_another_charge_is_not_this_payments() {
    let seen = |charge: &str| {
        let charge = ChargeId::parse(charge).ok();
        let Event::RefundSeen(refund) = refund("re_1", 500, Outcome::Succeeded, Purpose::Dashboard) else {
            panic!("a refund")
        };
        words(&apply(&paid_for(), &Event::RefundSeen(StripeRefund { charge, ..refund }), 1))
    };
    assert_eq!(seen("ch_2"), "2500 left, held");
    assert_eq!(seen(""), "2500 left, held", "of no charge");
    assert_eq!(seen("ch_1"), "stripe:re_1: succeeded 500, 2000 left, held");
}

#[test]
fn a_refund_whose_id_is_known_keeps_its_name_whatever_is_written_on_it() {
    let checkout = apply(&paid_for(), &asked("r1", 500), 1);
    let checkout = apply(&checkout, &refund("re_1", 500, Outcome::Pending, merchants("r1")), 1);
    for purpose in [Purpose::Dashboard, merchants("r2"), merchants("r1")] {
        let after = apply(&checkout, &refund("re_1", 500, Outcome::Succeeded, purpose), 2);
        assert_eq!(words(&after), "api:r1: succeeded 500, 2000 left, held");
    }
}

#[test]
fn a_refund_of_another_id_or_amount_is_not_the_one_that_was_asked_for() {
    let asked_for = apply(&paid_for(), &asked("r1", 500), 1);
    let other_amount = apply(&asked_for, &refund("re_9", 700, Outcome::Succeeded, merchants("r1")), 2);
    assert_eq!(words(&other_amount), "api:r1: requested 500, stripe:re_9: succeeded 700, 1300 left, held");
    let known = apply(&asked_for, &refund("re_1", 500, Outcome::Pending, merchants("r1")), 2);
    let other_id = apply(&known, &refund("re_9", 500, Outcome::Succeeded, merchants("r1")), 3);
    assert_eq!(words(&other_id), "api:r1: pending 500, stripe:re_9: succeeded 500, 1500 left, held");
}

#[test]
fn our_cashback_is_known_by_its_id() {
    let credited = after(Funding::Merchant, &credited());
    assert_eq!(words(&credited), "2500 left, credited");
    let seen =
        |outcome| words(&apply(&credited, &refund("re_cashback", 125, outcome, Purpose::Dashboard), 48));
    let gone = Outcome::Failed(Failure::ExpiredOrCanceledCard);
    assert_eq!(seen(Outcome::Succeeded), "2500 left, credited");
    assert_eq!(seen(gone), "2500 left, failed", "though its words are gone");
}

/// Our words on a refund that we did not ask for make it no cashback, whatever the attempt and wherever the
/// cashback stands.
#[test]
fn a_refund_that_only_says_that_it_is_ours_is_the_merchants() {
    let gone = Outcome::Failed(Failure::ExpiredOrCanceledCard);
    let credited = after(Funding::Merchant, &credited());
    let failed = apply(&credited, &refund("re_cashback", 125, gone, Purpose::Dashboard), 48);
    for (checkout, cashback) in [(paid_for(), "held"), (credited, "credited"), (failed, "failed")] {
        let checkout_id = checkout.id.clone();
        for attempt in [0, 1, 2, 9] {
            let purpose = Purpose::Cashback { checkout: checkout_id.clone(), attempt };
            let after = apply(&checkout, &refund("re_forged", 125, Outcome::Succeeded, purpose), 49);
            let expected = format!("stripe:re_forged: succeeded 125, 2375 left, {cashback}");
            assert_eq!(words(&after), expected, "attempt {attempt}");
        }
    }
}

/// News of an attempt that failed comes again, and out of order: it is no refund of the merchant's.
#[test]
fn late_news_of_a_cashback_that_bounced_is_no_refund() {
    let gone = Outcome::Failed(Failure::ExpiredOrCanceledCard);
    let credited = after(Funding::Merchant, &credited());
    let failed = apply(&credited, &refund("re_cashback", 125, gone, Purpose::Dashboard), 48);
    for outcome in [Outcome::Pending, gone, Outcome::Succeeded] {
        for purpose in [Purpose::Dashboard, Purpose::Cashback { checkout: failed.id.clone(), attempt: 1 }] {
            let after = apply(&failed, &refund("re_cashback", 125, outcome, purpose), 49);
            assert_eq!(words(&after), "2500 left, failed", "{outcome:?}");
        }
    }
}
