mod moments;

use super::*;
use crate::domain::cashback::Suspicion;
use crate::domain::cashback::refund::Failure;
use crate::domain::ids::{CampaignId, RefundId};
use crate::domain::money::Money;
use crate::domain::promise::{Hold, NoCashback, OnRefund, PROMISE_HOURS, RELEASE_MARGIN_HOURS, Share, Terms};
use crate::domain::time::Timestamp;
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
    Cashback::held(&terms(OnRefund::Proportional), at(0), at(0))
}

fn terms(on_refund: OnRefund) -> Terms {
    let campaign = CampaignId::parse("paynow-5").unwrap();
    Terms {
        amount: sgd(125),
        shares: vec![Share { campaign, minor: 125, platform_minor: 0, hold: Hold::default() }],
        promise_hours: PROMISE_HOURS,
        release_margin_hours: RELEASE_MARGIN_HOURS,
        on_refund,
        least_minor: 0,
        wallet_days: 365,
    }
}

fn after(events: &[(u32, Event)]) -> Cashback {
    events.iter().fold(held(), |state, (hours, event)| state.on(event, at(*hours)).unwrap())
}

const DUE: Event = Event::Matured { payer_owes: false };

fn settled() -> Event {
    Event::Settled { attempt: 1, refund: RefundId::parse("re_1").unwrap() }
}

fn rest(left: i64, netted: i64) -> Rest {
    Rest { left: sgd(left), netted: sgd(netted), paid: sgd(2500), is_charged_back: false }
}

fn charged_back(left: i64) -> Rest {
    Rest { is_charged_back: true, ..rest(left, 0) }
}

fn lost(left: i64) -> Event {
    Event::Remaining(charged_back(left))
}

fn standing() -> Standing {
    Standing { rest: rest(2500, 0), is_disputed: false, has_wallet: true }
}

fn bounced(reason: Failure, standing: Standing) -> Event {
    Event::Bounced { attempt: 1, reason, standing }
}

fn remaining(left: i64) -> Event {
    Event::Remaining(rest(left, 0))
}

#[test]
fn it_is_released_an_hour_before_the_promise_ends_and_not_a_second_earlier() {
    let release = at(47);
    let early = held().on(&DUE, release.plus_seconds(-1)).unwrap();
    assert_eq!(early.name(), "held");
    assert_eq!(held().on(&DUE, release).unwrap().name(), "paying");
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

fn in_review() -> Cashback {
    held().suspected(Some(Suspicion::ManyPayments))
}

/// Its name, what is owed, and why it is not.
fn words(cashback: &Cashback) -> String {
    let name = cashback.name();
    match (cashback, cashback.owed()) {
        (Cashback::Reversed { reason, .. }, _) => {
            format!("{name} ({})", serde_json::to_value(reason).unwrap().as_str().unwrap())
        }
        (_, Some((_, amount))) => format!("{name} {}", amount.minor()),
        (_, None) => name.to_owned(),
    }
}

#[test]
fn every_state_and_every_event() {
    let no_hope = bounced(Failure::ExpiredOrCanceledCard, Standing { has_wallet: false, ..standing() });
    let states = [
        Cashback::None { reason: NoCashback::NoCampaign },
        held(),
        after(&[(1, Event::DisputeOpened)]),
        after(&[(47, DUE)]),
        after(&[(47, DUE), (47, settled())]),
        after(&[(47, DUE), (47, bounced(Failure::ExpiredOrCanceledCard, standing()))]),
        after(&[(47, DUE), (47, no_hope.clone())]),
        in_review(),
        after(&[(1, remaining(0))]),
        after(&[(1, lost(0))]),
        in_review().on(&Event::Rejected, at(1)).unwrap(),
    ];
    let events = [
        ("matured", DUE),
        ("matured, payer owes", Event::Matured { payer_owes: true }),
        ("approved", Event::Approved),
        ("rejected", Event::Rejected),
        ("retried", Event::Retried),
        ("written off", Event::WrittenOff),
        ("2500 of 2500 left", remaining(2500)),
        ("1000 of 2500 left", remaining(1000)),
        ("nothing left", remaining(0)),
        ("settled", settled()),
        ("bounced for now", bounced(Failure::InsufficientFunds, standing())),
        ("bounced for good", bounced(Failure::ExpiredOrCanceledCard, standing())),
        ("bounced, no wallet", no_hope),
        ("bounced, disputed", bounced(Failure::Refused, Standing { is_disputed: true, ..standing() })),
        ("bounced, lost", bounced(Failure::Refused, Standing { rest: charged_back(0), ..standing() })),
        ("bounced, refunded", bounced(Failure::Refused, Standing { rest: rest(0, 0), ..standing() })),
        (
            "bounced, old attempt",
            Event::Bounced { attempt: 0, reason: Failure::Unknown, standing: standing() },
        ),
        ("settled, old attempt", Event::Settled { attempt: 0, refund: RefundId::parse("re_0").unwrap() }),
        ("dispute opened", Event::DisputeOpened),
        ("disputes over", Event::DisputesOver),
        ("a part lost", lost(1000)),
        ("all lost", lost(0)),
    ];
    let mut table = String::new();
    for state in &states {
        for (name, event) in &events {
            let after = state.on(event, at(50)).unwrap();
            let same = if &after == state { " (same)" } else { "" };
            table.push_str(&format!("{:<28} {name:<20} {}{same}\n", words(state), words(&after)));
        }
    }
    expect![[r#"
        none                         matured              none (same)
        none                         matured, payer owes  none (same)
        none                         approved             none (same)
        none                         rejected             none (same)
        none                         retried              none (same)
        none                         written off          none (same)
        none                         2500 of 2500 left    none (same)
        none                         1000 of 2500 left    none (same)
        none                         nothing left         none (same)
        none                         settled              none (same)
        none                         bounced for now      none (same)
        none                         bounced for good     none (same)
        none                         bounced, no wallet   none (same)
        none                         bounced, disputed    none (same)
        none                         bounced, lost        none (same)
        none                         bounced, refunded    none (same)
        none                         bounced, old attempt none (same)
        none                         settled, old attempt none (same)
        none                         dispute opened       none (same)
        none                         disputes over        none (same)
        none                         a part lost          none (same)
        none                         all lost             none (same)
        held 125                     matured              paying 125
        held 125                     matured, payer owes  credited_to_wallet 125
        held 125                     approved             held 125 (same)
        held 125                     rejected             held 125 (same)
        held 125                     retried              held 125 (same)
        held 125                     written off          held 125 (same)
        held 125                     2500 of 2500 left    held 125 (same)
        held 125                     1000 of 2500 left    held 50
        held 125                     nothing left         reversed (refunded)
        held 125                     settled              held 125 (same)
        held 125                     bounced for now      held 125 (same)
        held 125                     bounced for good     held 125 (same)
        held 125                     bounced, no wallet   held 125 (same)
        held 125                     bounced, disputed    held 125 (same)
        held 125                     bounced, lost        held 125 (same)
        held 125                     bounced, refunded    held 125 (same)
        held 125                     bounced, old attempt held 125 (same)
        held 125                     settled, old attempt held 125 (same)
        held 125                     dispute opened       frozen 125
        held 125                     disputes over        held 125 (same)
        held 125                     a part lost          held 50
        held 125                     all lost             reversed (dispute_lost)
        frozen 125                   matured              frozen 125 (same)
        frozen 125                   matured, payer owes  frozen 125 (same)
        frozen 125                   approved             frozen 125 (same)
        frozen 125                   rejected             frozen 125 (same)
        frozen 125                   retried              frozen 125 (same)
        frozen 125                   written off          frozen 125 (same)
        frozen 125                   2500 of 2500 left    frozen 125 (same)
        frozen 125                   1000 of 2500 left    frozen 50
        frozen 125                   nothing left         reversed (refunded)
        frozen 125                   settled              frozen 125 (same)
        frozen 125                   bounced for now      frozen 125 (same)
        frozen 125                   bounced for good     frozen 125 (same)
        frozen 125                   bounced, no wallet   frozen 125 (same)
        frozen 125                   bounced, disputed    frozen 125 (same)
        frozen 125                   bounced, lost        frozen 125 (same)
        frozen 125                   bounced, refunded    frozen 125 (same)
        frozen 125                   bounced, old attempt frozen 125 (same)
        frozen 125                   settled, old attempt frozen 125 (same)
        frozen 125                   dispute opened       frozen 125 (same)
        frozen 125                   disputes over        held 125
        frozen 125                   a part lost          frozen 50
        frozen 125                   all lost             reversed (dispute_lost)
        paying 125                   matured              paying 125 (same)
        paying 125                   matured, payer owes  paying 125 (same)
        paying 125                   approved             paying 125 (same)
        paying 125                   rejected             paying 125 (same)
        paying 125                   retried              paying 125 (same)
        paying 125                   written off          paying 125 (same)
        paying 125                   2500 of 2500 left    paying 125 (same)
        paying 125                   1000 of 2500 left    paying 125 (same)
        paying 125                   nothing left         paying 125 (same)
        paying 125                   settled              credited 125
        paying 125                   bounced for now      held 125
        paying 125                   bounced for good     credited_to_wallet 125
        paying 125                   bounced, no wallet   failed 125
        paying 125                   bounced, disputed    frozen 125
        paying 125                   bounced, lost        reversed (dispute_lost)
        paying 125                   bounced, refunded    reversed (refunded)
        paying 125                   bounced, old attempt paying 125 (same)
        paying 125                   settled, old attempt paying 125 (same)
        paying 125                   dispute opened       paying 125 (same)
        paying 125                   disputes over        paying 125 (same)
        paying 125                   a part lost          paying 125 (same)
        paying 125                   all lost             paying 125 (same)
        credited 125                 matured              credited 125 (same)
        credited 125                 matured, payer owes  credited 125 (same)
        credited 125                 approved             credited 125 (same)
        credited 125                 rejected             credited 125 (same)
        credited 125                 retried              credited 125 (same)
        credited 125                 written off          credited 125 (same)
        credited 125                 2500 of 2500 left    credited 125 (same)
        credited 125                 1000 of 2500 left    credited 125 (same)
        credited 125                 nothing left         credited 125 (same)
        credited 125                 settled              credited 125 (same)
        credited 125                 bounced for now      held 125
        credited 125                 bounced for good     credited_to_wallet 125
        credited 125                 bounced, no wallet   failed 125
        credited 125                 bounced, disputed    frozen 125
        credited 125                 bounced, lost        reversed (dispute_lost)
        credited 125                 bounced, refunded    reversed (refunded)
        credited 125                 bounced, old attempt credited 125 (same)
        credited 125                 settled, old attempt credited 125 (same)
        credited 125                 dispute opened       credited 125 (same)
        credited 125                 disputes over        credited 125 (same)
        credited 125                 a part lost          credited 125 (same)
        credited 125                 all lost             credited 125 (same)
        credited_to_wallet 125       matured              credited_to_wallet 125 (same)
        credited_to_wallet 125       matured, payer owes  credited_to_wallet 125 (same)
        credited_to_wallet 125       approved             credited_to_wallet 125 (same)
        credited_to_wallet 125       rejected             credited_to_wallet 125 (same)
        credited_to_wallet 125       retried              credited_to_wallet 125 (same)
        credited_to_wallet 125       written off          credited_to_wallet 125 (same)
        credited_to_wallet 125       2500 of 2500 left    credited_to_wallet 125 (same)
        credited_to_wallet 125       1000 of 2500 left    credited_to_wallet 50
        credited_to_wallet 125       nothing left         credited_to_wallet 0
        credited_to_wallet 125       settled              credited_to_wallet 125 (same)
        credited_to_wallet 125       bounced for now      credited_to_wallet 125 (same)
        credited_to_wallet 125       bounced for good     credited_to_wallet 125 (same)
        credited_to_wallet 125       bounced, no wallet   credited_to_wallet 125 (same)
        credited_to_wallet 125       bounced, disputed    credited_to_wallet 125 (same)
        credited_to_wallet 125       bounced, lost        credited_to_wallet 125 (same)
        credited_to_wallet 125       bounced, refunded    credited_to_wallet 125 (same)
        credited_to_wallet 125       bounced, old attempt credited_to_wallet 125 (same)
        credited_to_wallet 125       settled, old attempt credited_to_wallet 125 (same)
        credited_to_wallet 125       dispute opened       credited_to_wallet 125 (same)
        credited_to_wallet 125       disputes over        credited_to_wallet 125 (same)
        credited_to_wallet 125       a part lost          credited_to_wallet 50
        credited_to_wallet 125       all lost             credited_to_wallet 0
        failed 125                   matured              failed 125 (same)
        failed 125                   matured, payer owes  failed 125 (same)
        failed 125                   approved             failed 125 (same)
        failed 125                   rejected             failed 125 (same)
        failed 125                   retried              held 125
        failed 125                   written off          reversed (written_off)
        failed 125                   2500 of 2500 left    failed 125 (same)
        failed 125                   1000 of 2500 left    failed 50
        failed 125                   nothing left         reversed (refunded)
        failed 125                   settled              failed 125 (same)
        failed 125                   bounced for now      failed 125 (same)
        failed 125                   bounced for good     failed 125 (same)
        failed 125                   bounced, no wallet   failed 125 (same)
        failed 125                   bounced, disputed    failed 125 (same)
        failed 125                   bounced, lost        failed 125 (same)
        failed 125                   bounced, refunded    failed 125 (same)
        failed 125                   bounced, old attempt failed 125 (same)
        failed 125                   settled, old attempt failed 125 (same)
        failed 125                   dispute opened       failed 125 (same)
        failed 125                   disputes over        failed 125 (same)
        failed 125                   a part lost          failed 50
        failed 125                   all lost             reversed (dispute_lost)
        in_review 125                matured              in_review 125 (same)
        in_review 125                matured, payer owes  in_review 125 (same)
        in_review 125                approved             held 125
        in_review 125                rejected             reversed (rejected)
        in_review 125                retried              in_review 125 (same)
        in_review 125                written off          in_review 125 (same)
        in_review 125                2500 of 2500 left    in_review 125 (same)
        in_review 125                1000 of 2500 left    in_review 50
        in_review 125                nothing left         reversed (refunded)
        in_review 125                settled              in_review 125 (same)
        in_review 125                bounced for now      in_review 125 (same)
        in_review 125                bounced for good     in_review 125 (same)
        in_review 125                bounced, no wallet   in_review 125 (same)
        in_review 125                bounced, disputed    in_review 125 (same)
        in_review 125                bounced, lost        in_review 125 (same)
        in_review 125                bounced, refunded    in_review 125 (same)
        in_review 125                bounced, old attempt in_review 125 (same)
        in_review 125                settled, old attempt in_review 125 (same)
        in_review 125                dispute opened       frozen 125
        in_review 125                disputes over        in_review 125 (same)
        in_review 125                a part lost          in_review 50
        in_review 125                all lost             reversed (dispute_lost)
        reversed (refunded)          matured              reversed (refunded) (same)
        reversed (refunded)          matured, payer owes  reversed (refunded) (same)
        reversed (refunded)          approved             reversed (refunded) (same)
        reversed (refunded)          rejected             reversed (refunded) (same)
        reversed (refunded)          retried              reversed (refunded) (same)
        reversed (refunded)          written off          reversed (refunded) (same)
        reversed (refunded)          2500 of 2500 left    held 125
        reversed (refunded)          1000 of 2500 left    held 50
        reversed (refunded)          nothing left         reversed (refunded) (same)
        reversed (refunded)          settled              reversed (refunded) (same)
        reversed (refunded)          bounced for now      reversed (refunded) (same)
        reversed (refunded)          bounced for good     reversed (refunded) (same)
        reversed (refunded)          bounced, no wallet   reversed (refunded) (same)
        reversed (refunded)          bounced, disputed    reversed (refunded) (same)
        reversed (refunded)          bounced, lost        reversed (refunded) (same)
        reversed (refunded)          bounced, refunded    reversed (refunded) (same)
        reversed (refunded)          bounced, old attempt reversed (refunded) (same)
        reversed (refunded)          settled, old attempt reversed (refunded) (same)
        reversed (refunded)          dispute opened       reversed (refunded) (same)
        reversed (refunded)          disputes over        reversed (refunded) (same)
        reversed (refunded)          a part lost          held 50
        reversed (refunded)          all lost             reversed (refunded) (same)
        reversed (dispute_lost)      matured              reversed (dispute_lost) (same)
        reversed (dispute_lost)      matured, payer owes  reversed (dispute_lost) (same)
        reversed (dispute_lost)      approved             reversed (dispute_lost) (same)
        reversed (dispute_lost)      rejected             reversed (dispute_lost) (same)
        reversed (dispute_lost)      retried              reversed (dispute_lost) (same)
        reversed (dispute_lost)      written off          reversed (dispute_lost) (same)
        reversed (dispute_lost)      2500 of 2500 left    held 125
        reversed (dispute_lost)      1000 of 2500 left    held 50
        reversed (dispute_lost)      nothing left         reversed (dispute_lost) (same)
        reversed (dispute_lost)      settled              reversed (dispute_lost) (same)
        reversed (dispute_lost)      bounced for now      reversed (dispute_lost) (same)
        reversed (dispute_lost)      bounced for good     reversed (dispute_lost) (same)
        reversed (dispute_lost)      bounced, no wallet   reversed (dispute_lost) (same)
        reversed (dispute_lost)      bounced, disputed    reversed (dispute_lost) (same)
        reversed (dispute_lost)      bounced, lost        reversed (dispute_lost) (same)
        reversed (dispute_lost)      bounced, refunded    reversed (dispute_lost) (same)
        reversed (dispute_lost)      bounced, old attempt reversed (dispute_lost) (same)
        reversed (dispute_lost)      settled, old attempt reversed (dispute_lost) (same)
        reversed (dispute_lost)      dispute opened       reversed (dispute_lost) (same)
        reversed (dispute_lost)      disputes over        reversed (dispute_lost) (same)
        reversed (dispute_lost)      a part lost          held 50
        reversed (dispute_lost)      all lost             reversed (dispute_lost) (same)
        reversed (rejected)          matured              reversed (rejected) (same)
        reversed (rejected)          matured, payer owes  reversed (rejected) (same)
        reversed (rejected)          approved             reversed (rejected) (same)
        reversed (rejected)          rejected             reversed (rejected) (same)
        reversed (rejected)          retried              reversed (rejected) (same)
        reversed (rejected)          written off          reversed (rejected) (same)
        reversed (rejected)          2500 of 2500 left    reversed (rejected) (same)
        reversed (rejected)          1000 of 2500 left    reversed (rejected) (same)
        reversed (rejected)          nothing left         reversed (rejected) (same)
        reversed (rejected)          settled              reversed (rejected) (same)
        reversed (rejected)          bounced for now      reversed (rejected) (same)
        reversed (rejected)          bounced for good     reversed (rejected) (same)
        reversed (rejected)          bounced, no wallet   reversed (rejected) (same)
        reversed (rejected)          bounced, disputed    reversed (rejected) (same)
        reversed (rejected)          bounced, lost        reversed (rejected) (same)
        reversed (rejected)          bounced, refunded    reversed (rejected) (same)
        reversed (rejected)          bounced, old attempt reversed (rejected) (same)
        reversed (rejected)          settled, old attempt reversed (rejected) (same)
        reversed (rejected)          dispute opened       reversed (rejected) (same)
        reversed (rejected)          disputes over        reversed (rejected) (same)
        reversed (rejected)          a part lost          reversed (rejected) (same)
        reversed (rejected)          all lost             reversed (rejected) (same)
    "#]]
    .assert_eq(&table);
}
