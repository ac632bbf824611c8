use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::domain::examples::at;
use crate::domain::ids::Reference;
use crate::domain::posting::{balances, known};

fn paid(number: u32) -> Event {
    Event::Paid { number, transfer: format!("tr_{number}") }
}

fn nothing_owed() -> Settlement {
    let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
    Settlement::new(merchant, Country::SG, AccountId::parse("acct_1").unwrap())
}

/// 5.00 owed, and asked of Stripe.
fn paying() -> Settlement {
    nothing_owed().with(500, at(0), at(0)).on(&Event::Due, at(48)).unwrap()
}

/// 5.00 and 2.00 were paid, and 6.00 of them given back at hour 98.
fn given_back() -> Settlement {
    let two =
        paying().on(&paid(1), at(48)).unwrap().with(200, at(49), at(49)).on(&Event::Due, at(96)).unwrap();
    two.on(&paid(2), at(96)).unwrap().with(-600, at(49), at(98))
}

fn taking_back() -> Settlement {
    given_back().on(&Event::Due, at(98)).unwrap()
}

fn line(settlement: &Settlement) -> String {
    let due = settlement.due_at.map_or("nothing due".to_owned(), |due| {
        let minutes = due.seconds_since(at(0)) / 60;
        format!("due after {}:{:02}", minutes / 60, minutes % 60)
    });
    let paying = settlement
        .paying
        .map_or(String::new(), |transfer| format!(", transfer {} of {}", transfer.number, transfer.minor));
    let left: Vec<i64> = settlement.made.iter().map(Made::left).filter(|left| *left > 0).collect();
    let left = if left.is_empty() { String::new() } else { format!(", {left:?} made") };
    format!("{} owed, {due}{paying}{left}", settlement.balance_minor)
}

/// At hour 100, all that changes anything; 47 hours after the first cent is owed, and at the end of its five
/// minutes, it is due.
#[test]
fn every_state_and_every_event() {
    let states = [
        ("nothing owed", nothing_owed()),
        ("merchant owes", nothing_owed().with(-300, at(0), at(0))),
        ("owed, not due", nothing_owed().with(500, at(60), at(60))),
        ("owed and due", nothing_owed().with(500, at(0), at(0))),
        ("owed, then taken back", nothing_owed().with(500, at(0), at(0)).with(-500, at(1), at(1))),
        ("paying", paying()),
        ("paying, owed more", paying().with(200, at(60), at(60))),
        ("paying, less owed", paying().with(-700, at(60), at(60))),
        ("refused", paying().on(&Event::Refused(1), at(99)).unwrap()),
        ("paying again", paying().on(&Event::Refused(1), at(99)).unwrap().on(&Event::Due, at(100)).unwrap()),
        ("given back", given_back()),
        ("given back, then more spent", given_back().with(700, at(99), at(99))),
        ("taking back", taking_back()),
        ("taking back, more owed", taking_back().with(700, at(99), at(99))),
        ("taking back was refused", taking_back().on(&Event::Refused(3), at(95)).unwrap()),
        (
            "taking back the rest",
            taking_back().on(&paid(3), at(99)).unwrap().on(&Event::Due, at(99)).unwrap(),
        ),
    ];
    let events = [
        ("due", Event::Due),
        ("paid 1", paid(1)),
        ("paid 2", paid(2)),
        ("paid 3", paid(3)),
        ("paid 4", paid(4)),
        ("refused 1", Event::Refused(1)),
        ("refused 2", Event::Refused(2)),
        ("refused 3", Event::Refused(3)),
    ];
    let mut table = String::new();
    for (words, state) in &states {
        table.push_str(&format!("{words}: {}\n", line(state)));
        for (name, event) in &events {
            let next = state.on(event, at(100));
            if let Some(next) = &next {
                assert_eq!(next.version, state.version + 1, "{words}, {name}");
                table.push_str(&format!("  {name:<9} {}\n", line(next)));
            }
        }
    }
    expect![[r#"
        nothing owed: 0 owed, nothing due
        merchant owes: -300 owed, due after 24:00
          due       -300 owed, due after 112:00
        owed, not due: 500 owed, due after 107:00
        owed and due: 500 owed, due after 47:00
          due       500 owed, due after 47:00, transfer 1 of 500
        owed, then taken back: 0 owed, nothing due
        paying: 500 owed, due after 47:00, transfer 1 of 500
          paid 1    0 owed, nothing due, [500] made
          refused 1 500 owed, due after 100:30
        paying, owed more: 700 owed, due after 47:00, transfer 1 of 500
          paid 1    200 owed, due after 147:00, [500] made
          refused 1 700 owed, due after 100:30
        paying, less owed: -200 owed, due after 47:00, transfer 1 of 500
          paid 1    -700 owed, due after 100:00, [500] made
          refused 1 -200 owed, due after 100:00
        refused: 500 owed, due after 99:30
          due       500 owed, due after 99:30, transfer 2 of 500
        paying again: 500 owed, due after 99:30, transfer 2 of 500
          paid 2    0 owed, nothing due, [500] made
          refused 2 500 owed, due after 101:00
        given back: -600 owed, due after 98:00, [500, 200] made
          due       -600 owed, due after 98:00, transfer 3 of -200, [500, 200] made
        given back, then more spent: 100 owed, due after 146:00, [500, 200] made
        taking back: -600 owed, due after 98:00, transfer 3 of -200, [500, 200] made
          paid 3    -400 owed, due after 100:00, [500] made
          refused 3 -600 owed, due after 106:00, [500, 200] made
        taking back, more owed: 100 owed, due after 98:00, transfer 3 of -200, [500, 200] made
          paid 3    300 owed, due after 147:00, [500] made
          refused 3 100 owed, due after 147:00, [500, 200] made
        taking back was refused: -600 owed, due after 101:00, [500, 200] made
        taking back the rest: -400 owed, due after 99:00, transfer 4 of -400, [500] made
          paid 4    0 owed, nothing due, [100] made
    "#]]
    .assert_eq(&table);
}

#[test]
fn what_is_owed_meanwhile_waits_and_a_number_is_used_for_one_amount() {
    let mut settlement = nothing_owed();
    let mut story = String::new();
    let mut tell = |words: &str, settlement: &Settlement| {
        story.push_str(&format!("{words}: {}\n", line(settlement)));
    };
    settlement = settlement.with(500, at(0), at(0));
    tell("5.00 of credit was spent here", &settlement);
    settlement = settlement.with(-120, at(10), at(10));
    tell("1.20 that the merchant funds became credit", &settlement);
    settlement = settlement.on(&Event::Due, at(48)).unwrap();
    tell("its time has come", &settlement);
    settlement = settlement.with(250, at(48), at(48));
    tell("2.50 more was spent", &settlement);
    settlement = settlement.on(&Event::Refused(1), at(49)).unwrap();
    tell("Stripe refuses", &settlement);
    assert_eq!(settlement.on(&Event::Due, at(49)), None, "half an hour has not passed");
    settlement = settlement.on(&Event::Due, at(50)).unwrap();
    tell("half an hour later", &settlement);
    settlement = settlement.with(100, at(50), at(50));
    settlement = settlement.on(&paid(2), at(51)).unwrap();
    tell("1.00 more was spent, and Stripe has paid", &settlement);
    assert_eq!(settlement.on(&paid(2), at(51)), None, "it has paid once");
    settlement = settlement.on(&Event::Due, at(99)).unwrap();
    tell("two days later", &settlement);
    expect![[r#"
        5.00 of credit was spent here: 500 owed, due after 47:00
        1.20 that the merchant funds became credit: 380 owed, due after 47:00
        its time has come: 380 owed, due after 47:00, transfer 1 of 380
        2.50 more was spent: 630 owed, due after 47:00, transfer 1 of 380
        Stripe refuses: 630 owed, due after 49:30
        half an hour later: 630 owed, due after 49:30, transfer 2 of 630
        1.00 more was spent, and Stripe has paid: 100 owed, due after 98:00, [630] made
        two days later: 100 owed, due after 98:00, transfer 3 of 100, [630] made
    "#]]
    .assert_eq(&story);
}

#[test]
fn what_is_given_back_is_taken_back_from_the_newest_transfers_with_patience() {
    let mut settlement = given_back();
    let mut story = String::new();
    let mut tell = |words: &str, settlement: &Settlement| {
        story.push_str(&format!("{words}: {}\n", line(settlement)));
    };
    tell("5.00 and 2.00 were paid, and 6.00 is given back", &settlement);
    settlement = settlement.on(&Event::Due, at(98)).unwrap();
    tell("the newest first", &settlement);
    for (hour, is_overdue) in [(98, false), (110, false), (122, true)] {
        settlement = settlement.on(&Event::Refused(settlement.transfers), at(hour)).unwrap();
        assert_eq!(settlement.overdue(at(hour)), is_overdue.then_some(Trouble::Owing), "hour {hour}");
        assert_eq!(settlement.on(&Event::Due, at(hour + 5)), None, "no hot loop");
        settlement = settlement.on(&Event::Due, at(hour + 6)).unwrap();
    }
    tell("refused for a day", &settlement);
    settlement = settlement.with(-250, at(100), at(128));
    settlement = settlement.on(&paid(settlement.transfers), at(128)).unwrap();
    assert_eq!((settlement.refused_since, settlement.refusals), (None, 0), "it moves again");
    tell("the merchant has sold something, and more was given back", &settlement);
    settlement = settlement.on(&Event::Due, at(128)).unwrap();
    settlement = settlement.on(&paid(settlement.transfers), at(128)).unwrap();
    tell("all that was paid has come back, and the rest is kept from what comes next", &settlement);
    settlement = settlement.with(400, at(130), at(130));
    tell("credit is spent here", &settlement);
    expect![[r#"
        5.00 and 2.00 were paid, and 6.00 is given back: -600 owed, due after 98:00, [500, 200] made
        the newest first: -600 owed, due after 98:00, transfer 3 of -200, [500, 200] made
        refused for a day: -600 owed, due after 128:00, transfer 6 of -200, [500, 200] made
        the merchant has sold something, and more was given back: -650 owed, due after 128:00, [500] made
        all that was paid has come back, and the rest is kept from what comes next: -150 owed, due after 128:00
        credit is spent here: 250 owed, due after 177:00
    "#]]
    .assert_eq(&story);
}

/// It is never silent: the shop is unpaid, and it can be seen since when.
#[test]
fn a_refused_transfer_is_asked_for_again_after_ever_longer_pauses() {
    let mut settlement = paying();
    let (mut story, mut now) = (String::new(), at(48));
    for _ in 0..8 {
        settlement = settlement.on(&Event::Refused(settlement.transfers), now).unwrap();
        assert_eq!(settlement.trouble(), Some((Trouble::Unpaid, at(48))));
        let due = settlement.due_at.unwrap();
        let minutes = due.seconds_since(now) / 60;
        story.push_str(&format!("{} minutes, {:?}\n", minutes, settlement.overdue(now)));
        assert_eq!(settlement.on(&Event::Due, due.plus_seconds(-1)), None, "no hot loop");
        settlement = settlement.on(&Event::Due, due).unwrap();
        now = due;
    }
    expect![[r#"
        30 minutes, None
        60 minutes, None
        120 minutes, None
        240 minutes, None
        480 minutes, None
        720 minutes, None
        720 minutes, Some(Unpaid)
        720 minutes, Some(Unpaid)
    "#]]
    .assert_eq(&story);
    // What is spent meanwhile is refused with the rest, and what is paid is no trouble.
    let more = settlement.with(200, now, now);
    assert_eq!(more.trouble(), Some((Trouble::Unpaid, at(48))));
    let paid = more.on(&paid(more.transfers), now).unwrap();
    assert_eq!((paid.balance_minor, paid.trouble(), paid.refusals), (200, None, 0));
    // Given back meanwhile: now it is the merchant who owes, since now.
    let owing = settlement.with(-800, now, now);
    assert_eq!((owing.trouble(), owing.refusals), (Some((Trouble::Owing, now)), 0));
}

/// There is no transfer to reverse, so Stripe is never asked; a person is told all the same.
#[test]
fn what_a_merchant_owes_is_told_after_a_day_though_nothing_can_be_taken_back() {
    let owing = nothing_owed().with(-300, at(0), at(0)).with(-100, at(5), at(5));
    assert_eq!(owing.trouble(), Some((Trouble::Owing, at(0))));
    assert_eq!((owing.overdue(at(24).plus_seconds(-1)), owing.overdue(at(24))), (None, Some(Trouble::Owing)));
    assert_eq!((owing.due_at, owing.paying), (Some(at(24)), None));
    let told = owing.on(&Event::Due, at(24)).unwrap();
    assert_eq!((told.due_at, told.paying, told.transfers), (Some(at(36)), None, 0));
    assert_eq!(told.on(&Event::Due, at(24)), None, "the same message again");
    let netted = told.with(400, at(30), at(30));
    assert_eq!((netted.trouble(), netted.due_at), (None, None));
    let spent = told.with(500, at(30), at(30));
    assert_eq!((spent.trouble(), spent.due_at), (None, Some(at(77))));
}

/// As items were stored that do not say since when.
#[test]
fn an_older_debt_is_as_old_as_its_first_refusal() {
    let refused = taking_back().on(&Event::Refused(3), at(99)).unwrap();
    let older = Settlement { owing_since: None, ..refused };
    assert_eq!(older.trouble(), Some((Trouble::Owing, at(99))));
    assert_eq!(Settlement { refused_since: None, ..older }.trouble(), None);
}

/// Credit is spent and given back several times a day for years: the item stays a small part of the 400 KB
/// that the table takes, and the journal that is made from its changes says what it says.
#[test]
fn what_is_over_leaves_the_item_and_stays_in_the_journal() {
    let mut settlement = nothing_owed();
    let (mut journal, mut largest) = (Vec::new(), 0);
    for round in 0..3000_u32 {
        let hour = round * 8;
        let before = settlement.clone();
        settlement = settlement.with(if round % 3 == 2 { -900 } else { 500 }, at(hour), at(hour));
        settlement = settlement.on(&Event::Due, at(hour)).unwrap_or(settlement);
        if settlement.paying.is_some() {
            settlement = settlement.on(&paid(settlement.transfers), at(hour)).unwrap();
        }
        let known = known(before.postings.len(), before.folded, settlement.folded);
        journal.extend(settlement.postings.iter().skip(known).copied());
        largest = largest.max(serde_json::to_string(&settlement).unwrap().len());
    }
    assert!(settlement.transfers > 600 && settlement.folded > 1000, "{}", settlement.folded);
    assert!(largest < 30_000, "{largest}");
    assert_eq!(balances(&journal), balances(&settlement.postings));
    let oldest = settlement.made.iter().map(|made| made.at).min().unwrap();
    assert!(oldest > at((2999 - 3 * 92) * 8), "{oldest}");
}

#[test]
fn a_transfer_is_kept_while_it_can_be_reversed_or_is_matched() {
    let pay = |settlement: &Settlement, day: u32| {
        let owed =
            settlement.with(500, at(day * 24), at(day * 24)).on(&Event::Due, at(day * 24 + 48)).unwrap();
        owed.on(&paid(owed.transfers), at(day * 24 + 48)).unwrap()
    };
    let one = pay(&nothing_owed(), 0);
    assert_eq!(pay(&one, 90).made.len(), 2, "90 days after the first");
    assert_eq!(pay(&one, 91).made.len(), 1);
    let back = one.with(-500, at(50), at(50)).on(&Event::Due, at(50)).unwrap();
    let back = back.on(&paid(2), at(50)).unwrap();
    assert_eq!((back.made.len(), back.made[0].left()), (1, 0), "the match of the day looks for it");
    assert_eq!(pay(&back, 7).made.len(), 2, "{:?}", back.made);
    assert_eq!(pay(&back, 8).made.len(), 1, "a week later nobody does");
}

#[derive(Clone, Debug)]
enum Step {
    Owed(i64),
    Event(Event),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (-500..1000_i64).prop_map(Step::Owed),
        Just(Step::Event(Event::Due)),
        (1..12_u32).prop_map(|number| Step::Event(paid(number))),
        (1..12_u32).prop_map(|number| Step::Event(Event::Refused(number))),
    ]
}

/// What Stripe has done for `transfer`.
fn carry_out(at_stripe: &mut Vec<i64>, settlement: &Settlement, transfer: Transfer) {
    match settlement.reversing() {
        Some(made) => {
            // The newest that has something left.
            let left = at_stripe.iter_mut().rev().find(|left| **left > 0).unwrap();
            assert_eq!(*left, made.left());
            *left += transfer.minor;
            assert!(*left >= 0, "no more comes back than was sent");
        }
        None => at_stripe.push(transfer.minor),
    }
}

proptest! {
    /// Whatever is owed, paid, given back and refused in whatever order: what is owed is what was owed less
    /// what was moved, each number stands for one amount, and neither what the platform owes nor what it can
    /// take back is ever forgotten.
    #[test]
    fn never_a_cent_twice_and_never_one_lost(steps in prop::collection::vec((0..30_u32, any_step()), 0..60)) {
        let (mut settlement, mut hour) = (nothing_owed(), 0);
        let (mut owed, mut moved) = (0, 0);
        let mut at_stripe = Vec::new();
        let mut amounts = std::collections::BTreeMap::new();
        for (pause, step) in steps {
            hour += pause;
            let before = settlement.clone();
            match step {
                Step::Owed(minor) => {
                    owed += minor;
                    settlement = settlement.with(minor, at(hour), at(hour));
                    prop_assert_eq!(settlement.paying, before.paying);
                }
                Step::Event(event) => {
                    if let Some(next) = settlement.on(&event, at(hour)) {
                        settlement = next;
                        prop_assert_eq!(settlement.on(&event, at(hour)), None, "a repetition changes nothing");
                        if let (Event::Paid { number, .. }, Some(transfer)) = (event, before.paying) {
                            prop_assert_eq!(number, transfer.number);
                            moved += transfer.minor;
                            carry_out(&mut at_stripe, &before, transfer);
                        }
                    }
                }
            }
            if let Some(transfer) = settlement.paying {
                prop_assert_eq!(*amounts.entry(transfer.number).or_insert(transfer.minor), transfer.minor);
                if before.paying.is_none() {
                    // Never more than the balance, whichever way.
                    prop_assert_eq!(transfer.minor.signum(), settlement.balance_minor.signum());
                    prop_assert!(transfer.minor.abs() <= settlement.balance_minor.abs());
                }
            }
            // A number rises only when none is under way: after a refusal, a payment, or at the very first.
            if settlement.transfers > before.transfers {
                prop_assert!(before.paying.is_none() && settlement.transfers == before.transfers + 1);
            }
            let there: Vec<i64> = settlement.made.iter().map(Made::left).filter(|left| *left > 0).collect();
            let left: Vec<i64> = at_stripe.iter().copied().filter(|left| *left > 0).collect();
            prop_assert_eq!(&there, &left);
            prop_assert_eq!(settlement.balance_minor, owed - moved);
            let must_be_seen = settlement.balance_minor != 0 || settlement.paying.is_some();
            prop_assert_eq!(settlement.due_at.is_some(), must_be_seen, "the sweep finds it");
            prop_assert_eq!(settlement.owing_since.is_some(), settlement.balance_minor < 0);
            prop_assert_eq!(settlement.refused_since.is_some(), settlement.refusals > 0);
            prop_assert!(settlement.refusals == 0 || settlement.balance_minor != 0);
            if settlement.balance_minor < 0 {
                prop_assert!(settlement.trouble().is_some(), "a debt has a name and an age");
            }
            let books = balances(&settlement.postings);
            prop_assert_eq!(books.values().sum::<i64>(), 0);
            prop_assert_eq!(books.get(&Account::MerchantSettlement).copied().unwrap_or_default(), -moved);
            prop_assert_eq!(moved, there.iter().sum::<i64>());
        }
    }
}
