use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::domain::examples::at;
use crate::domain::ids::Reference;
use crate::domain::ledger::balances;

fn paid(number: u32) -> Event {
    Event::Paid { number, transfer: format!("tr_{number}") }
}

fn nothing_owed() -> Settlement {
    let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
    Settlement::new(merchant, Country::SG, AccountId::parse("acct_1").unwrap())
}

/// 5.00 owed, and asked of Stripe.
fn paying() -> Settlement {
    nothing_owed().with(500, at(0)).on(&Event::Due, at(48)).unwrap()
}

fn line(settlement: &Settlement) -> String {
    let due = settlement.due_at.map_or("nothing due".to_owned(), |due| {
        let minutes = due.seconds_since(at(0)) / 60;
        format!("due after {}:{:02}", minutes / 60, minutes % 60)
    });
    let paying = settlement
        .paying
        .map_or(String::new(), |transfer| format!(", transfer {} of {}", transfer.number, transfer.minor));
    format!("{} owed, {due}{paying}", settlement.balance_minor)
}

/// At hour 100; 47 hours after the first cent is owed, and at the end of its five minutes, it is due.
#[test]
fn every_state_and_every_event() {
    let states = [
        ("nothing owed", nothing_owed()),
        ("merchant owes", nothing_owed().with(-300, at(0))),
        ("owed, not due", nothing_owed().with(500, at(60))),
        ("owed and due", nothing_owed().with(500, at(0))),
        ("owed, then taken back", nothing_owed().with(500, at(0)).with(-500, at(1))),
        ("paying", paying()),
        ("paying, owed more", paying().with(200, at(60))),
        ("paying, less owed", paying().with(-700, at(60))),
        ("refused", paying().on(&Event::Refused(1), at(99)).unwrap()),
        ("paying again", paying().on(&Event::Refused(1), at(99)).unwrap().on(&Event::Due, at(100)).unwrap()),
    ];
    let events = [
        ("due", Event::Due),
        ("paid 1", paid(1)),
        ("paid 2", paid(2)),
        ("refused 1", Event::Refused(1)),
        ("refused 2", Event::Refused(2)),
    ];
    let mut table = String::new();
    for (words, state) in &states {
        table.push_str(&format!("{words}: {}\n", line(state)));
        for (name, event) in &events {
            let next = state.on(event, at(100));
            if let Some(next) = &next {
                assert_eq!(next.version, state.version + 1, "{words}, {name}");
            }
            table.push_str(&format!("  {name:<9} {}\n", next.as_ref().map_or("-".to_owned(), line)));
        }
    }
    expect![[r#"
        nothing owed: 0 owed, nothing due
          due       -
          paid 1    -
          paid 2    -
          refused 1 -
          refused 2 -
        merchant owes: -300 owed, nothing due
          due       -
          paid 1    -
          paid 2    -
          refused 1 -
          refused 2 -
        owed, not due: 500 owed, due after 107:00
          due       -
          paid 1    -
          paid 2    -
          refused 1 -
          refused 2 -
        owed and due: 500 owed, due after 47:00
          due       500 owed, due after 47:00, transfer 1 of 500
          paid 1    -
          paid 2    -
          refused 1 -
          refused 2 -
        owed, then taken back: 0 owed, nothing due
          due       -
          paid 1    -
          paid 2    -
          refused 1 -
          refused 2 -
        paying: 500 owed, due after 47:00, transfer 1 of 500
          due       -
          paid 1    0 owed, nothing due
          paid 2    -
          refused 1 500 owed, due after 100:30
          refused 2 -
        paying, owed more: 700 owed, due after 47:00, transfer 1 of 500
          due       -
          paid 1    200 owed, due after 147:00
          paid 2    -
          refused 1 700 owed, due after 100:30
          refused 2 -
        paying, less owed: -200 owed, due after 47:00, transfer 1 of 500
          due       -
          paid 1    -700 owed, nothing due
          paid 2    -
          refused 1 -200 owed, nothing due
          refused 2 -
        refused: 500 owed, due after 99:30
          due       500 owed, due after 99:30, transfer 2 of 500
          paid 1    -
          paid 2    -
          refused 1 -
          refused 2 -
        paying again: 500 owed, due after 99:30, transfer 2 of 500
          due       -
          paid 1    -
          paid 2    0 owed, nothing due
          refused 1 -
          refused 2 500 owed, due after 100:30
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
    settlement = settlement.with(500, at(0));
    tell("5.00 of credit was spent here", &settlement);
    settlement = settlement.with(-120, at(10));
    tell("1.20 that the merchant funds became credit", &settlement);
    settlement = settlement.on(&Event::Due, at(48)).unwrap();
    tell("its time has come", &settlement);
    settlement = settlement.with(250, at(48));
    tell("2.50 more was spent", &settlement);
    settlement = settlement.on(&Event::Refused(1), at(49)).unwrap();
    tell("Stripe refuses", &settlement);
    assert_eq!(settlement.on(&Event::Due, at(49)), None, "half an hour has not passed");
    settlement = settlement.on(&Event::Due, at(50)).unwrap();
    tell("half an hour later", &settlement);
    settlement = settlement.with(100, at(50));
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
        1.00 more was spent, and Stripe has paid: 100 owed, due after 98:00
        two days later: 100 owed, due after 98:00, transfer 3 of 100
    "#]]
    .assert_eq(&story);
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
        (1..6_u32).prop_map(|number| Step::Event(paid(number))),
        (1..6_u32).prop_map(|number| Step::Event(Event::Refused(number))),
    ]
}

proptest! {
    /// Whatever is owed, paid and refused in whatever order: what is owed is what was owed less what was paid, each
    /// number stands for one amount, and what is owed is never forgotten.
    #[test]
    fn never_a_cent_twice_and_never_one_lost(steps in prop::collection::vec((0..30_u32, any_step()), 0..40)) {
        let (mut settlement, mut hour) = (nothing_owed(), 0);
        let (mut owed, mut paid) = (0, 0);
        let mut amounts = std::collections::BTreeMap::new();
        for (pause, step) in steps {
            hour += pause;
            let before = settlement.clone();
            match step {
                Step::Owed(minor) => {
                    owed += minor;
                    settlement = settlement.with(minor, at(hour));
                    prop_assert_eq!(settlement.paying, before.paying);
                }
                Step::Event(event) => {
                    if let Some(next) = settlement.on(&event, at(hour)) {
                        settlement = next;
                        prop_assert_eq!(settlement.on(&event, at(hour)), None, "a repetition changes nothing");
                        if let (Event::Paid { number, .. }, Some(transfer)) = (event, before.paying) {
                            prop_assert_eq!(number, transfer.number);
                            paid += transfer.minor;
                        }
                    }
                }
            }
            if let Some(transfer) = settlement.paying {
                prop_assert!(transfer.minor > 0);
                prop_assert_eq!(*amounts.entry(transfer.number).or_insert(transfer.minor), transfer.minor);
                prop_assert!(settlement.due_at.is_some(), "the sweep finds a transfer whose answer was lost");
            }
            // A number rises only when none is under way: after a refusal, a payment, or at the very first.
            if settlement.transfers > before.transfers {
                prop_assert!(before.paying.is_none() && settlement.transfers == before.transfers + 1);
            }
            prop_assert_eq!(settlement.balance_minor, owed - paid);
            prop_assert_eq!(settlement.due_at.is_some(), settlement.balance_minor > 0 || settlement.paying.is_some());
            let books = balances(&settlement.postings);
            prop_assert_eq!(books.values().sum::<i64>(), 0);
            prop_assert_eq!(books.get(&Account::MerchantSettlement).copied().unwrap_or_default(), -paid);
        }
    }
}
