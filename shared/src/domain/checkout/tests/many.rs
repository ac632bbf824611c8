//! More refunds than an item could hold one by one.

use super::*;
use crate::domain::books::Booked;
use crate::domain::cashback::refund::{Outcome, Purpose, RefundKey};
use crate::domain::checkout::payment::{AllRefunds, REFUNDS_KEPT};
use crate::domain::decision::{RefundRequest, request_refund};
use crate::domain::ids::Reference;
use crate::domain::posting::{Account, Posting, balances, known};

fn dashboard(number: usize) -> Event {
    refund(&format!("re_3Q0000000000000000{number:06}"), 1, Outcome::Succeeded, Purpose::Dashboard)
}

fn counted(minor: i64, hours: u32) -> Event {
    Event::RefundsCounted(AllRefunds { minor, at: at(hours) })
}

/// Paid 25.00, and as many refunds of 0.01 as are kept one by one.
fn full() -> Checkout {
    let paid = after(Funding::Merchant, &[(0, paid(Method::Paynow))]);
    (0..REFUNDS_KEPT).fold(paid, |checkout, number| apply(&checkout, &dashboard(number), 1))
}

fn refunds(checkout: &Checkout) -> usize {
    checkout.payment().unwrap().refunds.len()
}

fn left(checkout: &Checkout) -> i64 {
    checkout.payment().unwrap().left_of(sgd(2500)).unwrap().minor()
}

#[test]
fn one_refund_too_many_is_refused_and_says_what_to_do() {
    let (checkout, reference) = (full(), Reference::parse("r-101").unwrap());
    let problem = request_refund(&checkout, &reference, Some(sgd(1))).unwrap_err();
    assert_eq!((problem.status, problem.field.as_deref()), (409, Some("reference")));
    assert_eq!(problem.detail, "The payment has 100 refunds; no more can be asked for here.");
    assert_eq!(
        problem.next.as_deref(),
        Some("Make what is left to refund one refund, in Stripe's dashboard.")
    );
    // Who asked at the same time as the hundredth is refused as well, and a known one is still known.
    assert_eq!(apply(&checkout, &asked("r-101", 1), 2), checkout);
    let mut almost = full();
    if let State::Paid(payment) = &mut almost.state {
        payment.refunds.pop_last();
    }
    let hundredth = apply(&almost, &asked("r-100", 1), 2);
    let reference = Reference::parse("r-100").unwrap();
    assert!(hundredth.payment().unwrap().refunds.contains_key(&RefundKey::Requested(reference.clone())));
    assert_eq!(request_refund(&hundredth, &reference, Some(sgd(1))).unwrap(), RefundRequest::Known);
}

#[test]
fn refunds_beyond_those_are_booked_by_stripes_sum() {
    let checkout = full();
    assert_eq!(apply(&checkout, &dashboard(200), 2), checkout, "one by one no more are kept");
    let more = apply(&checkout, &counted(300, 3), 3);
    assert_eq!((left(&more), refunds(&more), more.status()), (2200, REFUNDS_KEPT, "partly_refunded"));
    assert_eq!(apply(&more, &counted(250, 2), 4), more, "older news");
    assert_eq!(apply(&more, &counted(299, 3), 4), more, "of one second the larger");
    let one_failed = apply(&more, &counted(200, 5), 5);
    assert_eq!(left(&one_failed), 2300);
    let booked = balances(&one_failed.postings);
    assert_eq!(booked.get(&Account::MerchantRefunds), Some(&200));
    // A refund that is kept and fails leaves the sum with the next reading, and is not counted twice
    // meanwhile.
    let known = refund(
        "re_3Q0000000000000000000000",
        1,
        Outcome::Failed(crate::domain::cashback::refund::Failure::Declined),
        Purpose::Dashboard,
    );
    let failed = apply(&apply(&one_failed, &known, 6), &counted(199, 6), 6);
    assert_eq!(left(&failed), 2301);
    let all = apply(&failed, &counted(2500, 7), 7);
    assert_eq!((left(&all), all.status()), (0, "refunded"));
    assert_eq!(view_of_others(&all), Some(sgd(2401)));
    // Where all are kept one by one there is nothing to count.
    let few = after(Funding::Merchant, &[(0, paid(Method::Paynow)), (1, dashboard(1))]);
    assert_eq!(apply(&few, &counted(300, 2), 2), few);
}

fn view_of_others(checkout: &Checkout) -> Option<crate::domain::money::Money> {
    crate::domain::checkout::view::CheckoutView::from(checkout).other_refunds
}

/// The cashback was pending at Stripe or is with the payer: it is a part of Stripe's sum, and no refund of
/// the merchant's.
#[test]
fn the_cashback_is_not_counted_as_a_refund_beyond() {
    let events =
        [(0, paid(Method::Paynow)), (47, Event::CashbackMatured), (47, cashback_refund(Outcome::Succeeded))];
    let credited = after(Funding::Merchant, &events);
    let full = (0..REFUNDS_KEPT).fold(credited, |checkout, number| apply(&checkout, &dashboard(number), 48));
    let counted = apply(&full, &counted(100 + 125, 49), 49);
    assert_eq!((left(&counted), view_of_others(&counted)), (2400, None));
}

/// A refund every hour for three months, each booked by itself: the item stays a small part of the 400 KB
/// that the table takes, and the journal that is made from its changes says what it says.
#[test]
fn an_item_with_thousands_of_refunds_stays_small_and_its_journal_complete() {
    let mut checkout = full();
    let mut journal: Vec<Posting> = checkout.postings.clone();
    let mut largest = 0;
    for hour in 2..2400_u32 {
        let next = apply(&checkout, &counted(98 + i64::from(hour), hour), hour);
        let known = known(checkout.postings.len(), checkout.folded, next.folded);
        let new = Booked::of_checkout(&next).unwrap().since(known);
        journal.extend(new.values().flat_map(|entry| entry.postings.clone()));
        largest = largest.max(serde_json::to_string(&next).unwrap().len());
        checkout = next;
    }
    assert!(checkout.folded > 2000, "{}", checkout.folded);
    assert!(largest < 60_000, "{largest}");
    assert!(journal.len() > 2400);
    assert_eq!(balances(&journal), balances(&checkout.postings));
    // No day of the last three months has lost its sums.
    let zone = checkout.country.time_zone();
    let by_day = |postings: &[Posting]| {
        let recent = postings.iter().filter(|posting| posting.at > at(2400 - 89 * 24));
        let mut days = std::collections::BTreeMap::<_, Vec<Posting>>::new();
        recent.for_each(|posting| days.entry(posting.at.day_in(&zone)).or_default().push(*posting));
        let sums = days.into_iter().skip(1).map(|(day, postings)| (day, balances(&postings)));
        sums.collect::<Vec<_>>()
    };
    assert_eq!(by_day(&journal), by_day(&checkout.postings));
}
