//! What finance reads: the books of one checkout, in every way it can go.

use crate::domain::examples;
use crate::domain::posting::{NoAccount, balances};
use expect_test::{Expect, expect};

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::campaign::offer::Offer;
use crate::domain::cashback::refund::{Failure, Outcome, Purpose};
use crate::domain::checkout::Event;
use crate::domain::examples::*;
use crate::domain::market::{Country, Method, Tender};
use crate::domain::payer::{Lot, PayerKey, Phone};

/// What each account holds in the end, and that it is nothing in all.
fn check(checkout: Checkout, events: &[(u32, Event)], expected: Expect) {
    let checkout = events.iter().fold(checkout, |checkout, (hours, event)| apply(&checkout, event, *hours));
    let balances = balances(&checkout.postings);
    assert_eq!(balances.values().sum::<i64>(), 0);
    let table: String = balances
        .into_iter()
        .filter(|(_, minor)| *minor != 0)
        .map(|(account, minor)| format!("{} {}: {minor}\n", account.code(), account.name()))
        .collect();
    expected.assert_eq(&table);
}

fn usual() -> Event {
    paid(Method::Paynow)
}

fn bounced() -> Event {
    cashback_refund(Outcome::Failed(Failure::ExpiredOrCanceledCard))
}

/// 25.00 of a known payer; of the 1.25 back, the platform pays so many cents.
fn funded(platform_minor: i64) -> Checkout {
    let mut checkout = open(Funding::Merchant);
    checkout.payer = Some(PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG));
    let Some(Offer::Cashback(terms)) = checkout.offers.get_mut(&Tender::Paynow) else {
        panic!("PayNow earns")
    };
    terms.shares[0].platform_minor = platform_minor;
    checkout.cover_minor = 125 - platform_minor;
    checkout
}

const RELEASED: (u32, Event) = (47, Event::CashbackMatured);

#[test]
fn promised() {
    check(
        funded(0),
        &[(0, usual())],
        expect![[r#"
            1000 merchant.balance: 2350
            1060 merchant.cover: 125
            1100 platform.balance: 150
            2000 payer.cashback: -125
            2210 platform.cover: -125
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 125
        "#]],
    );
    check(
        funded(125),
        &[(0, usual())],
        expect![[r#"
            1000 merchant.balance: 2475
            1100 platform.balance: 25
            2000 payer.cashback: -125
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5300 platform.cashback: 125
        "#]],
    );
    check(
        funded(62),
        &[(0, usual())],
        expect![[r#"
            1000 merchant.balance: 2412
            1060 merchant.cover: 63
            1100 platform.balance: 88
            2000 payer.cashback: -125
            2210 platform.cover: -63
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 63
            5300 platform.cashback: 62
        "#]],
    );
}

#[test]
fn credited() {
    let events = [(0, usual()), RELEASED, (48, cashback_refund(Outcome::Succeeded))];
    check(
        funded(0),
        &events,
        expect![[r#"
            1000 merchant.balance: 2350
            1100 platform.balance: 25
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 125
        "#]],
    );
    check(
        funded(125),
        &events,
        expect![[r#"
            1000 merchant.balance: 2475
            1100 platform.balance: -100
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5300 platform.cashback: 125
        "#]],
    );
    check(
        funded(62),
        &events,
        expect![[r#"
            1000 merchant.balance: 2412
            1100 platform.balance: -37
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 63
            5300 platform.cashback: 62
        "#]],
    );
}

/// The platform owes credit instead, and keeps the cover of the merchant's part: while it has no money to
/// give it back, nothing is refunded.
#[test]
fn covered_credit_in_the_wallet() {
    let events: Vec<_> = [(0, usual())].into_iter().chain(attempts_in_vain(Failure::PlatformFunds)).collect();
    check(
        funded(62),
        &events,
        expect![[r#"
        1000 merchant.balance: 2412
        1100 platform.balance: 88
        2100 payer.wallet: -125
        4000 merchant.sales: -2500
        4200 platform.fees: -25
        5000 merchant.fees: 25
        5100 merchant.cashback: 63
        5300 platform.cashback: 62
    "#]],
    );
}

/// It could not be refunded: the platform owes its part as credit. What the merchant has a part in, and has
/// its money again, the merchant still owes.
#[test]
fn credit_in_the_wallet() {
    let events = [(0, usual()), RELEASED, (48, bounced())];
    check(
        funded(0),
        &events,
        expect![[r#"
            1000 merchant.balance: 2475
            1100 platform.balance: 25
            2000 payer.cashback: -125
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 125
        "#]],
    );
    check(
        funded(125),
        &events,
        expect![[r#"
            1000 merchant.balance: 2475
            1100 platform.balance: 25
            2100 payer.wallet: -125
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5300 platform.cashback: 125
        "#]],
    );
    check(
        funded(62),
        &events,
        expect![[r#"
            1000 merchant.balance: 2475
            1100 platform.balance: 25
            2000 payer.cashback: -125
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 63
            5300 platform.cashback: 62
        "#]],
    );
}

#[test]
fn all_refunded_before_the_release_leaves_only_the_fee() {
    let refund = refund("re_1", 2500, Outcome::Succeeded, Purpose::Dashboard);
    check(
        funded(62),
        &[(0, usual()), (1, refund)],
        expect![[r#"
            1000 merchant.balance: -88
            1060 merchant.cover: 63
            1100 platform.balance: 88
            2210 platform.cover: -63
            4000 merchant.sales: -2500
            4100 merchant.refunds: 2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
        "#]],
    );
}

/// The platform's money comes back in proportion to what the merchant gives back.
#[test]
fn half_refunded_after_the_payout() {
    let refund = refund("re_1", 1188, Outcome::Succeeded, Purpose::Dashboard);
    let events = [(0, usual()), RELEASED, (48, cashback_refund(Outcome::Succeeded)), (60, refund)];
    check(
        funded(125),
        &events,
        expect![[r#"
            1000 merchant.balance: 1224
            1100 platform.balance: -37
            4000 merchant.sales: -2500
            4100 merchant.refunds: 1188
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 63
            5300 platform.cashback: 62
        "#]],
    );
}

#[test]
fn a_dispute_that_is_lost_takes_the_promise_with_it() {
    check(
        funded(125),
        &[(0, usual()), (1, examples::dispute_closed(false))],
        expect![[r#"
            1000 merchant.balance: -25
            1100 platform.balance: 25
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5200 merchant.disputes: 2500
        "#]],
    );
    let credited = [
        (0, usual()),
        RELEASED,
        (48, cashback_refund(Outcome::Succeeded)),
        (60, examples::dispute_closed(false)),
    ];
    check(
        funded(125),
        &credited,
        expect![[r#"
            1000 merchant.balance: -150
            1100 platform.balance: 25
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 125
            5200 merchant.disputes: 2500
        "#]],
    );
}

/// 10.00 of the 25.00 is paid with credit: the platform owes it to the merchant. A full refund undoes both.
#[test]
fn partly_paid_with_credit() {
    let mut checkout = funded(0);
    checkout.wallet = vec![Lot { expires_at: at(999), minor: 1000 }];
    let Event::Paid { charge, .. } = usual() else { panic!("paid") };
    let paid = (0, Event::Paid { charge, amount: sgd(1500), fee: sgd(25) });
    check(
        checkout.clone(),
        std::slice::from_ref(&paid),
        expect![[r#"
            1000 merchant.balance: 1350
            1050 merchant.settlement: 1000
            1060 merchant.cover: 125
            1100 platform.balance: 150
            2000 payer.cashback: -125
            2100 payer.wallet: 1000
            2200 platform.settlement: -1000
            2210 platform.cover: -125
            4000 merchant.sales: -2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
            5100 merchant.cashback: 125
        "#]],
    );
    let refund = refund(
        "re_1",
        1500,
        Outcome::Succeeded,
        Purpose::Merchant {
            checkout: checkout.id.clone(),
            reference: crate::domain::ids::Reference::parse("r1").unwrap(),
        },
    );
    check(
        checkout,
        &[paid, (1, asked("r1", 2500)), (2, refund)],
        expect![[r#"
            1000 merchant.balance: -150
            1060 merchant.cover: 125
            1100 platform.balance: 150
            2210 platform.cover: -125
            4000 merchant.sales: -2500
            4100 merchant.refunds: 2500
            4200 platform.fees: -25
            5000 merchant.fees: 25
        "#]],
    );
}

#[test]
fn an_account_is_its_code_and_no_other_number_is_one() {
    for &account in Account::ALL {
        assert_eq!(Account::try_from(account.code()), Ok(account));
    }
    assert_eq!(Account::try_from(1), Err(NoAccount(1)));
    let names: std::collections::BTreeSet<_> = Account::ALL.iter().map(|account| account.name()).collect();
    assert_eq!(names.len(), Account::ALL.len());
}

#[test]
fn a_posting_is_four_numbers_in_the_table() {
    let posting =
        Posting { debit: Account::PayerWallet, credit: Account::PlatformBreakage, minor: 300, at: at(0) };
    let item = serde_json::to_string(&posting).unwrap();
    assert_eq!(item, "[2100,4300,300,1795341600]");
    assert_eq!(serde_json::from_str::<Posting>(&item).unwrap(), posting);
    assert!(serde_json::from_str::<Posting>("[2101,4300,300,1795341600]").is_err());
}

/// What a merchant has asked for has not moved yet: it is booked with Stripe's answer.
#[test]
fn a_refund_is_booked_when_stripe_has_it() {
    let begun = after(Funding::Merchant, &[(0, paid(Method::Paynow)), (1, asked("r1", 500))]);
    let refunded = |checkout: &Checkout| balances(&checkout.postings).get(&Account::MerchantRefunds).copied();
    assert_eq!(refunded(&begun), None);
    let reference = crate::domain::ids::Reference::parse("r1").unwrap();
    let purpose = Purpose::Merchant { checkout: begun.id.clone(), reference };
    let outcome = Outcome::Pending;
    let seen = refund("re_1", 500, outcome, purpose);
    assert_eq!(refunded(&apply(&begun, &seen, 1)), Some(500));
}

/// Credit of before there was cover: the merchant still owes the platform its part.
#[test]
fn credit_without_cover() {
    let events = [(0, usual())].into_iter().chain(attempts_in_vain(Failure::PlatformFunds));
    let covered = events.fold(funded(62), |checkout, (hours, event)| apply(&checkout, &event, hours));
    let earlier = Checkout { cover_minor: 0, ..covered.clone() };
    let owed = |checkout: &Checkout| {
        let positions = positions(checkout, checkout.payment().unwrap()).unwrap();
        positions.get(&(Account::PlatformSettlement, Account::MerchantSettlement)).copied()
    };
    assert_eq!((owed(&covered), owed(&earlier)), (None, Some(63)));
}
