mod auditor;
mod lives;
mod table;
mod world;

use crate::domain::checkout::{Checkout, Event};
use crate::domain::examples;
use crate::domain::ids::Reference;
use crate::domain::money::Money;
use expect_test::expect;
use iso_currency::Currency;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::cashback::refund::{Failure, Outcome, Purpose};
use crate::domain::examples::*;
use crate::domain::market::{Country, Method};
use crate::domain::payer::{PayerKey, Phone};

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
fn a_failed_cashback_of_the_platforms_goes_to_the_wallet_of_a_known_payer_once() {
    let payer = PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG);
    let paying = |funding| {
        let known = Checkout { payer: Some(payer.clone()), ..open(funding) };
        apply(&apply(&known, &paid(Method::Paynow), 0), &Event::CashbackMatured, 47)
    };
    let bounce = cashback_refund(Outcome::Failed(Failure::ExpiredOrCanceledCard));
    let of_platform = paying(Funding::Platform);
    assert_eq!(decide(&of_platform, None, &bounce, at(47)), Ok(Decision::Look), "the payer's item is needed");
    let Decision::Commit(commit) =
        decide(&of_platform, Some(&around(&of_platform)), &bounce, at(47)).unwrap()
    else {
        panic!("a change")
    };
    let credited = commit.around.payer.unwrap();
    assert_eq!((credited.balance_minor(at(47)), credited.version), (125, 1));
    assert_eq!(credited.wallet[0].expires_at, at(47).plus_days(365));
    assert_eq!(decide(&commit.checkout, None, &bounce, at(47)), Ok(Decision::Nothing));
    // The merchant has its money back, so nothing of it becomes the platform's debt.
    let of_merchant = apply(&paying(Funding::Merchant), &bounce, 47);
    assert_eq!(of_merchant.payment().unwrap().cashback.name(), "failed");
    assert_eq!(of_merchant.cover_held_minor(), 0);
}

/// A payer who owes gets credit for what the merchant promised as far as the platform has it, and keeps it.
#[test]
fn what_is_covered_can_become_credit() {
    let payer = PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG);
    let released = |cover_minor| {
        let known = Checkout { payer: Some(payer.clone()), cover_minor, ..open(Funding::Merchant) };
        let paid = apply(&known, &paid(Method::Paynow), 0);
        let mut around = around(&paid);
        around.payer.as_mut().unwrap().debt_minor = 1;
        let Decision::Commit(commit) = decide(&paid, Some(&around), &Event::CashbackMatured, at(47)).unwrap()
        else {
            panic!("a change")
        };
        *commit
    };
    let covered = released(125);
    assert_eq!(covered.checkout.payment().unwrap().cashback.name(), "credited_to_wallet");
    assert_eq!(covered.around.settlement, None, "the merchant owes nothing: the platform has its part");
    assert_eq!((covered.checkout.cover_kept_minor(), covered.checkout.cover_due()), (125, None));
    // The payment is given back in half: so is the cover, and half of the credit.
    let halved = apply(&covered.checkout, &asked("r1", 1250), 50);
    let due = halved.cover_due().unwrap();
    assert_eq!((due.back_minor, due.since), (63, at(47)));
    // What the platform has not got, it does not owe: it is refunded from the merchant's balance.
    assert_eq!(released(124).checkout.payment().unwrap().cashback.name(), "paying");
}

/// Where no credit can be spent, a cashback is refunded, whatever its payer owes; and one that cannot be is
/// still owed, whosever money it is, instead of credit.
#[test]
fn without_wallets_a_cashback_never_becomes_credit() {
    let mut story = String::new();
    for country in [Country::SG, Country::IN] {
        let payer = PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), country);
        for funding in [Funding::Merchant, Funding::Platform] {
            let known = Checkout { payer: Some(payer.clone()), country, ..open(funding) };
            let paid = apply(&known, &paid(Method::Paynow), 0);
            let after = |debt_minor, events: &[Event]| {
                let mut around = around(&paid);
                around.payer.as_mut().unwrap().debt_minor = debt_minor;
                let mut checkout = paid.clone();
                for event in events {
                    match decide(&checkout, Some(&around), event, at(200)).unwrap() {
                        Decision::Commit(commit) => checkout = commit.checkout,
                        Decision::Nothing | Decision::Look => unreachable!("it has looked, and changes"),
                    }
                }
                format!(
                    "{}, cover {}",
                    checkout.payment().unwrap().cashback.name(),
                    checkout.cover_held_minor()
                )
            };
            let no_hope = Event::CashbackRefused { attempt: 1, reason: Failure::Declined };
            let owing = after(100, &[Event::CashbackMatured]);
            let refused = after(0, &[Event::CashbackMatured, no_hope]);
            story.push_str(&format!("{} {funding:?}: owing {owing}; refused {refused}\n", country.code()));
        }
    }
    expect![[r#"
        SG Merchant: owing credited_to_wallet, cover 125; refused credited_to_wallet, cover 125
        SG Platform: owing credited_to_wallet, cover 0; refused credited_to_wallet, cover 0
        IN Merchant: owing paying, cover 125; refused failed, cover 125
        IN Platform: owing paying, cover 0; refused failed, cover 0
    "#]]
    .assert_eq(&story);
}

/// Every write is conditional on it: two that saw the same version cannot both be written.
#[test]
fn every_change_is_a_new_version() {
    let paid_checkout = after(Funding::Merchant, &[(0, paid(Method::Paynow))]);
    let begun = apply(&paid_checkout, &asked("r1", 500), 1);
    let repeated = apply(&begun, &asked("r1", 500), 2);
    assert_eq!((paid_checkout.version, begun.version, repeated.version), (2, 3, 3));
    let page = Event::SessionOpened { session: crate::domain::ids::SessionId::parse("cs_2").unwrap() };
    assert_eq!(apply(&Checkout { session: None, ..open(Funding::Merchant) }, &page, 0).version, 2);
}

#[test]
fn refund_requests() {
    let reference = |text| Reference::parse(text).unwrap();
    let paid_checkout = after(Funding::Merchant, &[(0, paid(Method::Paynow))]);
    let credited = after(
        Funding::Merchant,
        &[(0, paid(Method::Paynow)), (47, Event::CashbackMatured), (47, cashback_refund(Outcome::Succeeded))],
    );
    let all_but = refund("re_1", 2375, Outcome::Succeeded, Purpose::Dashboard);
    let only_cashback = apply(&credited, &all_but, 48);
    let once = apply(&paid_checkout, &asked("r1", 500), 1);
    let disputed = apply(&paid_checkout, &examples::disputed(), 1);
    let cases = [
        ("all of a paid one", &paid_checkout, "r1", None),
        ("exactly all", &paid_checkout, "r1", Some(sgd(2500))),
        ("a cent more", &paid_checkout, "r1", Some(sgd(2501))),
        ("nothing", &paid_checkout, "r1", Some(sgd(0))),
        ("another currency", &paid_checkout, "r1", Some(Money::zero(Currency::INR))),
        ("the same again", &once, "r1", Some(sgd(500))),
        ("the same reference, more", &once, "r1", Some(sgd(501))),
        ("the same reference, less", &once, "r1", Some(sgd(499))),
        ("an equal second one", &once, "r2", Some(sgd(500))),
        ("the rest", &once, "r2", None),
        ("more than the rest", &once, "r2", Some(sgd(2001))),
        ("all after the cashback", &credited, "r1", None),
        (
            "more than the rest after the cashback",
            &apply(&credited, &asked("r1", 500), 48),
            "r2",
            Some(sgd(2001)),
        ),
        ("more than the cashback left", &credited, "r1", Some(sgd(2376))),
        ("what is left is the cashback", &only_cashback, "r1", None),
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
        a cent more: 422 At most SGD 25.00 can be refunded: that is what was paid.
        nothing: 422 The amount is zero.
        another currency: 422 INR and SGD do not go together.
        the same again: known
        the same reference, more: 409 The refund r1 was asked for with SGD 5.00.
        the same reference, less: 409 The refund r1 was asked for with SGD 5.00.
        an equal second one: refund SGD 5.00
        the rest: refund SGD 20.00
        more than the rest: 422 At most SGD 20.00 can be refunded: the rest was refunded.
        all after the cashback: refund SGD 25.00
        more than the rest after the cashback: 422 At most SGD 20.00 can be refunded: the rest was refunded, or paid as cashback.
        more than the cashback left: refund SGD 23.76
        what is left is the cashback: 409 Nothing is left to refund.
        of a disputed one: 409 The payment is disputed; Stripe refunds no disputed payment.
        of an open one: 409 The checkout is open, not paid.
    "#]]
    .assert_eq(&table);
}
