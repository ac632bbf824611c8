//! A payer's wallet and counts, each as a diary.

use crate::domain::ids::CardId;
use crate::domain::market::Country;
use crate::domain::payer::record::CARDS_REMEMBERED;
use crate::domain::time::Timestamp;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::domain::campaign::tests::{clock, merchant};
use crate::domain::posting::{Account, balances};

/// Day 1 is 1 November 2026, at noon.
fn day(day: u16) -> Timestamp {
    clock(Country::SG, "2026-11-01 12:00").plus_days(day - 1)
}

fn lot(expires: u16, minor: i64) -> Lot {
    Lot { expires_at: day(expires), minor }
}

fn mei() -> Payer {
    Payer::new(PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG), Country::SG)
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// So much credit, until this day.
    Credit(i64, u16),
    /// Spent at a checkout.
    Spend(i64),
    /// The checkout expired; its credit comes back.
    PutBack(i64, u16),
    /// Credit is taken back, spent or not.
    TakeBack(i64),
    /// Something else is written.
    Write,
}

fn on(payer: &mut Payer, today: u16, step: Step) {
    let now = day(today);
    payer.expire(now);
    match step {
        Step::Credit(minor, until) => payer.credit(lot(until, minor), now),
        Step::Spend(minor) => {
            let lots = payer.pick(minor, now);
            payer.spend(&lots, now);
        }
        Step::PutBack(minor, until) => payer.put_back(&[lot(until, minor)], now),
        Step::TakeBack(minor) => payer.take_back(minor, now),
        Step::Write => {}
    }
}

fn check(steps: &[(u16, Step)], expected: Expect) {
    let mut payer = mei();
    let mut story = String::new();
    for (today, step) in steps {
        let booked = payer.postings.len();
        on(&mut payer, *today, *step);
        let lots: Vec<String> = payer
            .wallet
            .iter()
            .map(|lot| {
                format!("{} until day {}", lot.minor, 1 + lot.expires_at.seconds_since(day(1)) / 86_400)
            })
            .collect();
        story.push_str(&format!("day {today}, {step:?}: [{}]", lots.join(", ")));
        if payer.debt_minor > 0 {
            story.push_str(&format!(" owes {}", payer.debt_minor));
        }
        for posting in &payer.postings[booked..] {
            let (debit, credit) = (posting.debit.name(), posting.credit.name());
            story.push_str(&format!("\n    {debit} <- {credit} {}", posting.minor));
        }
        story.push('\n');
    }
    expected.assert_eq(&story);
}

#[test]
fn the_first_to_expire_is_spent_first() {
    use Step::*;
    check(
        &[
            (1, Credit(300, 90)),
            (2, Credit(200, 30)),
            (3, Credit(50, 90)),
            (4, Spend(100)),
            (5, Spend(150)),
            (6, Spend(9999)),
        ],
        expect![[r#"
            day 1, Credit(300, 90): [300 until day 90]
            day 2, Credit(200, 30): [200 until day 30, 300 until day 90]
            day 3, Credit(50, 90): [200 until day 30, 350 until day 90]
            day 4, Spend(100): [100 until day 30, 350 until day 90]
            day 5, Spend(150): [300 until day 90]
            day 6, Spend(9999): []
        "#]],
    );
}

#[test]
fn what_nobody_spent_in_time_is_the_platforms() {
    use Step::*;
    check(
        &[(1, Credit(300, 30)), (2, Credit(200, 60)), (29, Write), (30, Write), (30, Write), (60, Spend(1))],
        expect![[r#"
            day 1, Credit(300, 30): [300 until day 30]
            day 2, Credit(200, 60): [300 until day 30, 200 until day 60]
            day 29, Write: [300 until day 30, 200 until day 60]
            day 30, Write: [200 until day 60]
                payer.wallet <- platform.breakage 300
            day 30, Write: [200 until day 60]
            day 60, Spend(1): []
                payer.wallet <- platform.breakage 200
        "#]],
    );
}

#[test]
fn a_lot_cannot_be_spent_from_the_second_on_in_which_it_expires() {
    let mut payer = mei();
    payer.credit(lot(30, 300), day(1));
    let second_before = day(30).plus_seconds(-1);
    assert_eq!((payer.balance_minor(second_before), payer.pick(9, second_before)), (300, vec![lot(30, 9)]));
    assert_eq!((payer.balance_minor(day(30)), payer.pick(9, day(30))), (0, vec![]));
}

#[test]
fn what_comes_back_can_be_spent_for_a_week_at_least() {
    use Step::*;
    check(
        &[
            (20, PutBack(100, 60)),
            (20, PutBack(100, 27)),
            (20, PutBack(100, 26)),
            (20, PutBack(100, 20)),
            (20, PutBack(100, 3)),
            (27, Write),
        ],
        expect![[r#"
            day 20, PutBack(100, 60): [100 until day 60]
            day 20, PutBack(100, 27): [100 until day 27, 100 until day 60]
            day 20, PutBack(100, 26): [200 until day 27, 100 until day 60]
            day 20, PutBack(100, 20): [300 until day 27, 100 until day 60]
            day 20, PutBack(100, 3): [400 until day 27, 100 until day 60]
            day 27, Write: [100 until day 60]
                payer.wallet <- platform.breakage 400
        "#]],
    );
}

#[test]
fn what_is_taken_back_was_the_last_to_expire_and_the_rest_is_owed() {
    use Step::*;
    check(
        &[
            (1, Credit(100, 30)),
            (1, Credit(200, 60)),
            (2, TakeBack(50)),
            (3, TakeBack(200)),
            (4, TakeBack(80)),
            (5, Credit(20, 60)),
            (6, Credit(100, 60)),
            (7, Credit(5, 60)),
        ],
        expect![[r#"
            day 1, Credit(100, 30): [100 until day 30]
            day 1, Credit(200, 60): [100 until day 30, 200 until day 60]
            day 2, TakeBack(50): [100 until day 30, 150 until day 60]
            day 3, TakeBack(200): [50 until day 30]
            day 4, TakeBack(80): [] owes 30
                payer.debt <- payer.wallet 30
            day 5, Credit(20, 60): [] owes 10
                payer.wallet <- payer.debt 20
            day 6, Credit(100, 60): [90 until day 60]
                payer.wallet <- payer.debt 10
            day 7, Credit(5, 60): [95 until day 60]
        "#]],
    );
}

/// Credit that comes back with an expired checkout is the payer's own: it is not kept for what is owed.
#[test]
fn what_comes_back_pays_no_debt() {
    use Step::*;
    check(
        &[(1, TakeBack(80)), (2, PutBack(100, 60)), (3, Spend(100)), (4, Credit(90, 60))],
        expect![[r#"
        day 1, TakeBack(80): [] owes 80
            payer.debt <- payer.wallet 80
        day 2, PutBack(100, 60): [100 until day 60] owes 80
        day 3, Spend(100): [] owes 80
        day 4, Credit(90, 60): [10 until day 60]
            payer.wallet <- payer.debt 80
    "#]],
    );
}

/// Credit that was given back and spent elsewhere, and whose first payment counts after all.
#[test]
fn what_is_spent_and_not_there_is_owed() {
    let mut payer = mei();
    payer.spend(&[lot(9, 100)], day(1));
    assert_eq!((payer.balance_minor(day(1)), payer.debt_minor), (0, 100));
}

#[test]
fn visits_are_counted_by_merchant_and_for_today() {
    let mut payer = mei();
    let mut story = String::new();
    let today = |text: &str| clock(Country::SG, text).day_in(&Country::SG.time_zone());
    let (baker, tailor) = (merchant("baker-13"), merchant("tailor-7"));
    for (words, shop, date, back) in [
        ("a payment", &baker, "2026-11-22", false),
        ("another", &baker, "2026-11-22", false),
        ("elsewhere", &tailor, "2026-11-22", false),
        ("one expires", &baker, "2026-11-22", true),
        ("the next day", &baker, "2026-11-23", false),
        ("one of the day before, late", &tailor, "2026-11-22", false),
        ("one expires", &baker, "2026-11-23", true),
        ("one expires", &baker, "2026-11-23", true),
        ("one more than there was expires", &baker, "2026-11-23", true),
    ] {
        if back {
            payer.unvisit(shop);
        } else {
            payer.visit(shop, today(date));
        }
        let at = (payer.payments_at(&baker), payer.payments_at(&tailor));
        let days = (payer.payments_on(today("2026-11-22")), payer.payments_on(today("2026-11-23")));
        story.push_str(&format!(
            "{words}: {} in all, {at:?} by merchant, {days:?} by day\n",
            payer.payments()
        ));
    }
    expect![[r#"
        a payment: 1 in all, (1, 0) by merchant, (1, 0) by day
        another: 2 in all, (2, 0) by merchant, (2, 0) by day
        elsewhere: 3 in all, (2, 1) by merchant, (3, 0) by day
        one expires: 2 in all, (1, 1) by merchant, (3, 0) by day
        the next day: 3 in all, (2, 1) by merchant, (3, 1) by day
        one of the day before, late: 4 in all, (2, 2) by merchant, (4, 1) by day
        one expires: 3 in all, (1, 2) by merchant, (4, 1) by day
        one expires: 2 in all, (0, 2) by merchant, (4, 1) by day
        one more than there was expires: 2 in all, (0, 2) by merchant, (4, 1) by day
    "#]]
    .assert_eq(&story);
}

#[test]
fn so_many_cards_are_remembered_and_no_more() {
    let mut payer = mei();
    for number in 0..100 {
        payer.paid_with(&CardId::of("SG", &format!("fingerprint {number}")));
        payer.paid_with(&CardId::of("SG", "fingerprint 0"));
    }
    assert_eq!(payer.cards.len(), CARDS_REMEMBERED);
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..500_i64, 1..100_u16).prop_map(|(minor, days)| Step::Credit(minor, days)),
        (1..900_i64).prop_map(Step::Spend),
        (1..900_i64).prop_map(Step::TakeBack),
        Just(Step::Write),
    ]
}

proptest! {
    /// The payer's own books say what no checkout's books say. What was credited, less what was spent and
    /// taken back, and these postings, is what the wallet holds; and 1200 is what the payer owes.
    #[test]
    fn the_wallet_agrees_with_its_books(steps in prop::collection::vec((0..9_u16, any_step()), 0..40)) {
        let (mut payer, mut today, mut elsewhere) = (mei(), 1, 0);
        for (pause, step) in steps {
            today += pause;
            payer.expire(day(today));
            let spendable = payer.balance_minor(day(today));
            let step = if let Step::Credit(minor, days) = step { Step::Credit(minor, today + days) } else { step };
            on(&mut payer, today, step);
            elsewhere += match step {
                Step::Credit(minor, _) => minor,
                Step::Spend(minor) => -minor.min(spendable),
                Step::TakeBack(minor) => -minor,
                Step::PutBack(..) | Step::Write => 0,
            };
            let books = balances(&payer.postings);
            let booked = |account| books.get(&account).copied().unwrap_or_default();
            let lots: i64 = payer.wallet.iter().map(|lot| lot.minor).sum();
            prop_assert_eq!(books.values().sum::<i64>(), 0);
            prop_assert_eq!(lots, elsewhere - booked(Account::PayerWallet));
            prop_assert_eq!(payer.debt_minor, booked(Account::PayerDebt));
            prop_assert_eq!(payer.balance_minor(day(today)), lots, "what is there can be spent");
            prop_assert!(payer.wallet.iter().all(|lot| lot.minor > 0));
            prop_assert!(payer.wallet.is_sorted());
            let item = serde_json::to_value(&payer).unwrap();
            prop_assert_eq!(serde_json::from_value::<Payer>(item).unwrap(), payer.clone());
        }
    }
}
