use expect_test::expect;
use iso_currency::Currency;
use proptest::prelude::*;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::examples::*;
use crate::domain::ledger;
use crate::domain::market::Method;
use crate::domain::payer::{PayerKey, Phone};
use crate::domain::refund::{Failure, Outcome, Purpose};

#[test]
fn a_payment_the_usual_way() {
    let events = [
        (0, paid(Method::Paynow)),
        (47, Event::CashbackMatured),
        (47, cashback_refund(Outcome::Pending)),
        (48, cashback_refund(Outcome::Succeeded)),
    ];
    let mut checkout = open(Funding::Platform);
    let mut story = String::new();
    for (hours, event) in &events {
        let next = apply(&checkout, event, *hours);
        let changes = changes(Some(&checkout), &next);
        checkout = next;
        story.push_str(&format!("+{hours}h {} {changes:?}\n", checkout.status()));
    }
    for posting in &checkout.postings {
        story.push_str(&format!("{:?} <- {:?} {}\n", posting.debit, posting.credit, posting.minor));
    }
    expect![[r#"
        +0h paid ["checkout.paid", "cashback.held"]
        +47h paid ["cashback.paying"]
        +47h paid []
        +48h paid ["cashback.credited"]
        MerchantBalance <- MerchantSales 2500
        PlatformBalance <- PlatformFees 25
        MerchantFees <- MerchantBalance 25
        PlatformCashback <- PayerCashback 125
        MerchantBalance <- PlatformBalance 125
        PayerCashback <- MerchantBalance 125
    "#]]
    .assert_eq(&story);
}

#[test]
fn a_failed_cashback_goes_to_the_wallet_of_a_known_payer_once() {
    let payer = PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap());
    let known = Checkout { payer: Some(payer.clone()), ..open(Funding::Merchant) };
    let paying = apply(&apply(&known, &paid(Method::Paynow), 0), &Event::CashbackMatured, 47);
    let bounce = cashback_refund(Outcome::Failed(Failure::ExpiredOrCanceledCard));
    let Decision::Commit(commit) = decide(&paying, &bounce, at(47)).unwrap() else { panic!("a change") };
    let credit = commit.wallet_credit.unwrap();
    assert_eq!((credit.payer, credit.amount), (payer, sgd(125)));
    assert_eq!(decide(&commit.checkout, &bounce, at(47)), Ok(Decision::Nothing));
}

#[test]
fn refund_requests() {
    let reference = |text| Reference::parse(text).unwrap();
    let paid_checkout = after(Funding::Merchant, &[(0, paid(Method::Paynow))]);
    let credited = after(
        Funding::Merchant,
        &[(0, paid(Method::Paynow)), (47, Event::CashbackMatured), (47, cashback_refund(Outcome::Succeeded))],
    );
    let once = apply(&paid_checkout, &asked("r1", 500), 1);
    let disputed = apply(&paid_checkout, &Event::DisputeOpened, 1);
    let cases = [
        ("all of a paid one", &paid_checkout, "r1", None),
        ("exactly all", &paid_checkout, "r1", Some(sgd(2500))),
        ("a cent more", &paid_checkout, "r1", Some(sgd(2501))),
        ("nothing", &paid_checkout, "r1", Some(sgd(0))),
        ("another currency", &paid_checkout, "r1", Some(Money::zero(Currency::INR))),
        ("the same again", &once, "r1", Some(sgd(500))),
        ("the same reference, another amount", &once, "r1", Some(sgd(501))),
        ("an equal second one", &once, "r2", Some(sgd(500))),
        ("the rest", &once, "r2", None),
        ("all after the cashback", &credited, "r1", None),
        ("more than the cashback left", &credited, "r1", Some(sgd(2376))),
        ("of a disputed one", &disputed, "r1", None),
        ("of an open one", &open(Funding::Merchant), "r1", None),
    ];
    let table: String = cases
        .into_iter()
        .map(|(case, checkout, name, amount)| {
            let verdict = match request_refund(checkout, &reference(name), amount) {
                Ok(RefundRequest::New(Event::RefundRequested { amount, .. })) => format!("refund {amount}"),
                Ok(RefundRequest::Known) => "known".to_owned(),
                Ok(other) => panic!("{other:?}"),
                Err(problem) => format!("{} {}", problem.status, problem.detail),
            };
            format!("{case}: {verdict}\n")
        })
        .collect();
    expect![[r#"
        all of a paid one: refund SGD 25.00
        exactly all: refund SGD 25.00
        a cent more: 422 At most SGD 25.00 can be refunded; the rest was refunded or paid back as cashback.
        nothing: 422 The amount must be above zero.
        another currency: 422 INR and SGD do not go together
        the same again: known
        the same reference, another amount: 409 The refund r1 was asked for with SGD 5.00.
        an equal second one: refund SGD 5.00
        the rest: refund SGD 20.00
        all after the cashback: refund SGD 23.75
        more than the cashback left: 422 At most SGD 23.75 can be refunded; the rest was refunded or paid back as cashback.
        of a disputed one: 409 The payment is disputed; Stripe refunds no disputed payment.
        of an open one: 409 The checkout is open, not paid.
    "#]].assert_eq(&table);
}

fn any_event() -> impl Strategy<Value = Event> {
    let outcome = prop_oneof![
        Just(Outcome::Pending),
        Just(Outcome::Succeeded),
        Just(Outcome::Failed(Failure::InsufficientFunds)),
        Just(Outcome::Failed(Failure::ExpiredOrCanceledCard)),
    ];
    prop_oneof![
        Just(paid(Method::Paynow)),
        Just(Event::Expired),
        Just(Event::PaymentFailed),
        Just(Event::CashbackMatured),
        Just(Event::DisputeOpened),
        any::<bool>().prop_map(|won| Event::DisputeClosed { won }),
        (0..3_u8, 1..1250_i64).prop_map(|(number, minor)| asked(&format!("r{number}"), minor)),
        (0..3_u8, 1..1250_i64, outcome.clone()).prop_map(|(number, minor, outcome)| {
            refund(&format!("re_{number}"), minor, outcome, Purpose::Dashboard)
        }),
        (1..4_u32, outcome).prop_map(|(attempt, outcome)| {
            let checkout = open(Funding::Merchant).id;
            refund(&format!("re_c{attempt}"), 125, outcome, Purpose::Cashback { checkout, attempt })
        }),
    ]
}

proptest! {
    /// Random lives, in any order and with repetitions: the books balance and agree with the state at every step, and
    /// the same event again changes nothing.
    #[test]
    fn whatever_happens_the_books_are_right(
        events in prop::collection::vec((0..80_u32, any_event()), 0..30),
        funding in prop_oneof![Just(Funding::Merchant), Just(Funding::Platform)],
    ) {
        let mut checkout = open(funding);
        let mut hour = 0;
        for (pause, event) in events {
            hour += pause;
            let Ok(decision) = decide(&checkout, &event, at(hour)) else { continue };
            let Decision::Commit(commit) = decision else { continue };
            prop_assert_eq!(commit.checkout.version, checkout.version + 1);
            checkout = commit.checkout;
            let balances = ledger::balances(&checkout.postings);
            prop_assert_eq!(balances.values().sum::<i64>(), 0);
            if let Some(payment) = checkout.payment() {
                for (&(debit, credit), &minor) in &ledger::positions(sgd(2500), sgd(25), payment).unwrap() {
                    let moved = |debit, credit| -> i64 {
                        let between = checkout.postings.iter().filter(|posting| (posting.debit, posting.credit) == (debit, credit));
                        between.map(|posting| posting.minor).sum()
                    };
                    prop_assert_eq!(moved(debit, credit) - moved(credit, debit), minor, "{:?} <- {:?}", debit, credit);
                }
            }
            if event != Event::CashbackMatured {
                prop_assert_eq!(decide(&checkout, &event, at(hour)), Ok(Decision::Nothing), "{:?}", event);
            }
        }
    }
}
