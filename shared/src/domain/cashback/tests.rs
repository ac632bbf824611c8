use super::*;
use crate::domain::campaign::Funding;
use crate::domain::ids::CampaignId;
use expect_test::expect;
use iso_currency::Currency;

const PAID_AT: i64 = 1_000_000;

fn sgd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::SGD).unwrap()
}

fn at(hours: u32) -> Timestamp {
    Timestamp::from_epoch_seconds(PAID_AT).plus_hours(hours)
}

fn held() -> Cashback {
    let terms = Terms {
        campaign: CampaignId::parse("paynow-5").unwrap(),
        amount: sgd(125),
        funding: Funding::Merchant,
        promise_hours: PROMISE_HOURS,
        release_margin_hours: RELEASE_MARGIN_HOURS,
    };
    Cashback::held(&terms, at(0), at(0))
}

fn after(events: &[(u32, Event)]) -> Cashback {
    events.iter().fold(held(), |state, (hours, event)| state.on(event, at(*hours)).unwrap())
}

fn settled() -> Event {
    Event::Settled { attempt: 1, refund: RefundId::parse("re_1").unwrap() }
}

fn standing() -> Standing {
    Standing { left: sgd(2500), paid: sgd(2500), dispute: Dispute::None, has_wallet: true }
}

fn bounced(reason: Failure, standing: Standing) -> Event {
    Event::Bounced { attempt: 1, reason, standing }
}

fn remaining(left: i64) -> Event {
    Event::Remaining { left: sgd(left), paid: sgd(2500) }
}

#[test]
fn it_is_released_an_hour_before_the_promise_ends_and_not_a_second_earlier() {
    let release = at(47);
    let early = held().on(&Event::Matured, release.plus_seconds(-1)).unwrap();
    assert_eq!(early.name(), "held");
    assert_eq!(held().on(&Event::Matured, release).unwrap().name(), "paying");
    let Cashback::Held(waiting) = held() else { panic!("held") };
    assert_eq!((waiting.release_at, waiting.promised_by), (at(47), at(48)));
}

#[test]
fn a_refund_before_release_takes_its_part() {
    let amount = |state: Cashback| {
        let (Cashback::Held(waiting) | Cashback::Frozen(waiting)) = state else { panic!("{state:?}") };
        waiting.amount.minor()
    };
    assert_eq!(amount(after(&[(1, remaining(1500))])), 75);
    assert_eq!(amount(after(&[(1, remaining(1499))])), 74, "74.95 is rounded down");
    // Two refunds of a third each: from the promise, not from the rounded remainder.
    assert_eq!(amount(after(&[(1, remaining(1667)), (2, remaining(834))])), 41);
    assert_eq!(after(&[(1, remaining(0))]).name(), "reversed");
    assert_eq!(
        after(&[(1, remaining(0)), (2, remaining(2500))]),
        held(),
        "the refund failed: all is as it was"
    );
}

#[test]
fn attempts_end() {
    let mut state = held();
    for attempt in 1..=waiting::ATTEMPTS {
        state = state.on(&Event::Matured, at(100)).unwrap();
        let bounce = Event::Bounced { attempt, reason: Failure::InsufficientFunds, standing: standing() };
        state = state.on(&bounce, at(90)).unwrap();
    }
    assert_eq!(state.name(), "credited_to_wallet");
}

#[test]
fn every_state_and_every_event() {
    let no_hope = bounced(Failure::ExpiredOrCanceledCard, Standing { has_wallet: false, ..standing() });
    let states = [
        Cashback::None { reason: NoCashback::NoCampaign },
        held(),
        after(&[(1, Event::DisputeOpened)]),
        after(&[(47, Event::Matured)]),
        after(&[(47, Event::Matured), (47, settled())]),
        after(&[(47, Event::Matured), (47, bounced(Failure::ExpiredOrCanceledCard, standing()))]),
        after(&[(47, Event::Matured), (47, no_hope.clone())]),
        after(&[(1, remaining(0))]),
        after(&[(1, Event::DisputeLost)]),
    ];
    let events = [
        ("matured", Event::Matured),
        ("2500 of 2500 left", remaining(2500)),
        ("1000 of 2500 left", remaining(1000)),
        ("nothing left", remaining(0)),
        ("settled", settled()),
        ("bounced for now", bounced(Failure::InsufficientFunds, standing())),
        ("bounced for good", bounced(Failure::ExpiredOrCanceledCard, standing())),
        ("bounced, no wallet", no_hope),
        ("bounced, disputed", bounced(Failure::Refused, Standing { dispute: Dispute::Open, ..standing() })),
        ("bounced, lost", bounced(Failure::Refused, Standing { dispute: Dispute::Lost, ..standing() })),
        ("bounced, refunded", bounced(Failure::Refused, Standing { left: sgd(0), ..standing() })),
        (
            "bounced, old attempt",
            Event::Bounced { attempt: 0, reason: Failure::Unknown, standing: standing() },
        ),
        ("settled, old attempt", Event::Settled { attempt: 0, refund: RefundId::parse("re_0").unwrap() }),
        ("dispute opened", Event::DisputeOpened),
        ("dispute won", Event::DisputeWon),
        ("dispute lost", Event::DisputeLost),
    ];
    let mut table = String::new();
    for state in &states {
        for (name, event) in &events {
            let after = state.on(event, at(50)).unwrap();
            let same = if &after == state { " (same)" } else { "" };
            table.push_str(&format!("{:<18} {name:<20} {}{same}\n", state.name(), after.name()));
        }
    }
    expect![[r#"
        none               matured              none (same)
        none               2500 of 2500 left    none (same)
        none               1000 of 2500 left    none (same)
        none               nothing left         none (same)
        none               settled              none (same)
        none               bounced for now      none (same)
        none               bounced for good     none (same)
        none               bounced, no wallet   none (same)
        none               bounced, disputed    none (same)
        none               bounced, lost        none (same)
        none               bounced, refunded    none (same)
        none               bounced, old attempt none (same)
        none               settled, old attempt none (same)
        none               dispute opened       none (same)
        none               dispute won          none (same)
        none               dispute lost         none (same)
        held               matured              paying
        held               2500 of 2500 left    held (same)
        held               1000 of 2500 left    held
        held               nothing left         reversed
        held               settled              held (same)
        held               bounced for now      held (same)
        held               bounced for good     held (same)
        held               bounced, no wallet   held (same)
        held               bounced, disputed    held (same)
        held               bounced, lost        held (same)
        held               bounced, refunded    held (same)
        held               bounced, old attempt held (same)
        held               settled, old attempt held (same)
        held               dispute opened       frozen
        held               dispute won          held (same)
        held               dispute lost         reversed
        frozen             matured              frozen (same)
        frozen             2500 of 2500 left    frozen (same)
        frozen             1000 of 2500 left    frozen
        frozen             nothing left         reversed
        frozen             settled              frozen (same)
        frozen             bounced for now      frozen (same)
        frozen             bounced for good     frozen (same)
        frozen             bounced, no wallet   frozen (same)
        frozen             bounced, disputed    frozen (same)
        frozen             bounced, lost        frozen (same)
        frozen             bounced, refunded    frozen (same)
        frozen             bounced, old attempt frozen (same)
        frozen             settled, old attempt frozen (same)
        frozen             dispute opened       frozen (same)
        frozen             dispute won          held
        frozen             dispute lost         reversed
        paying             matured              paying (same)
        paying             2500 of 2500 left    paying (same)
        paying             1000 of 2500 left    paying (same)
        paying             nothing left         paying (same)
        paying             settled              credited
        paying             bounced for now      held
        paying             bounced for good     credited_to_wallet
        paying             bounced, no wallet   failed
        paying             bounced, disputed    frozen
        paying             bounced, lost        reversed
        paying             bounced, refunded    reversed
        paying             bounced, old attempt paying (same)
        paying             settled, old attempt paying (same)
        paying             dispute opened       paying (same)
        paying             dispute won          paying (same)
        paying             dispute lost         paying (same)
        credited           matured              credited (same)
        credited           2500 of 2500 left    credited (same)
        credited           1000 of 2500 left    credited (same)
        credited           nothing left         credited (same)
        credited           settled              credited (same)
        credited           bounced for now      held
        credited           bounced for good     credited_to_wallet
        credited           bounced, no wallet   failed
        credited           bounced, disputed    frozen
        credited           bounced, lost        reversed
        credited           bounced, refunded    reversed
        credited           bounced, old attempt credited (same)
        credited           settled, old attempt credited (same)
        credited           dispute opened       credited (same)
        credited           dispute won          credited (same)
        credited           dispute lost         credited (same)
        credited_to_wallet matured              credited_to_wallet (same)
        credited_to_wallet 2500 of 2500 left    credited_to_wallet (same)
        credited_to_wallet 1000 of 2500 left    credited_to_wallet (same)
        credited_to_wallet nothing left         credited_to_wallet (same)
        credited_to_wallet settled              credited_to_wallet (same)
        credited_to_wallet bounced for now      credited_to_wallet (same)
        credited_to_wallet bounced for good     credited_to_wallet (same)
        credited_to_wallet bounced, no wallet   credited_to_wallet (same)
        credited_to_wallet bounced, disputed    credited_to_wallet (same)
        credited_to_wallet bounced, lost        credited_to_wallet (same)
        credited_to_wallet bounced, refunded    credited_to_wallet (same)
        credited_to_wallet bounced, old attempt credited_to_wallet (same)
        credited_to_wallet settled, old attempt credited_to_wallet (same)
        credited_to_wallet dispute opened       credited_to_wallet (same)
        credited_to_wallet dispute won          credited_to_wallet (same)
        credited_to_wallet dispute lost         credited_to_wallet (same)
        failed             matured              failed (same)
        failed             2500 of 2500 left    failed (same)
        failed             1000 of 2500 left    failed (same)
        failed             nothing left         failed (same)
        failed             settled              failed (same)
        failed             bounced for now      failed (same)
        failed             bounced for good     failed (same)
        failed             bounced, no wallet   failed (same)
        failed             bounced, disputed    failed (same)
        failed             bounced, lost        failed (same)
        failed             bounced, refunded    failed (same)
        failed             bounced, old attempt failed (same)
        failed             settled, old attempt failed (same)
        failed             dispute opened       failed (same)
        failed             dispute won          failed (same)
        failed             dispute lost         failed (same)
        reversed           matured              reversed (same)
        reversed           2500 of 2500 left    held
        reversed           1000 of 2500 left    held
        reversed           nothing left         reversed (same)
        reversed           settled              reversed (same)
        reversed           bounced for now      reversed (same)
        reversed           bounced for good     reversed (same)
        reversed           bounced, no wallet   reversed (same)
        reversed           bounced, disputed    reversed (same)
        reversed           bounced, lost        reversed (same)
        reversed           bounced, refunded    reversed (same)
        reversed           bounced, old attempt reversed (same)
        reversed           settled, old attempt reversed (same)
        reversed           dispute opened       reversed (same)
        reversed           dispute won          reversed (same)
        reversed           dispute lost         reversed (same)
        reversed           matured              reversed (same)
        reversed           2500 of 2500 left    reversed (same)
        reversed           1000 of 2500 left    reversed (same)
        reversed           nothing left         reversed (same)
        reversed           settled              reversed (same)
        reversed           bounced for now      reversed (same)
        reversed           bounced for good     reversed (same)
        reversed           bounced, no wallet   reversed (same)
        reversed           bounced, disputed    reversed (same)
        reversed           bounced, lost        reversed (same)
        reversed           bounced, refunded    reversed (same)
        reversed           bounced, old attempt reversed (same)
        reversed           settled, old attempt reversed (same)
        reversed           dispute opened       reversed (same)
        reversed           dispute won          reversed (same)
        reversed           dispute lost         reversed (same)
    "#]]
    .assert_eq(&table);
}
