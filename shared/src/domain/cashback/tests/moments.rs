//! When it is released, who has looked at it, and what takes it away.

use super::*;
use crate::domain::cashback::refund::Failure;
use crate::domain::promise::{NoCashback, Terms};

#[test]
fn a_rule_that_cancels_cancels_by_the_first_cent() {
    let held = Cashback::held(&terms(OnRefund::Cancel), at(0), at(0));
    let left = |minor| held.on(&remaining(minor), at(1)).unwrap().name();
    assert_eq!((left(2500), left(2499), left(0)), ("held", "reversed", "reversed"));
    let back = held.on(&remaining(2499), at(1)).unwrap().on(&remaining(2500), at(2)).unwrap();
    assert_eq!(back, held, "the refund failed: all is as it was");
}

/// What is left must itself have earned: the smallest payment of the rule, or of the tier.
#[test]
fn what_is_left_below_the_least_earns_nothing() {
    let terms = Terms { least_minor: 1000, ..terms(OnRefund::Proportional) };
    let held = Cashback::held(&terms, at(0), at(0));
    let left = |minor| words(&held.on(&remaining(minor), at(1)).unwrap());
    assert_eq!((left(1000).as_str(), left(999).as_str()), ("held 50", "reversed (refunded)"));
}

/// A dispute that is won after the promise has passed: released at once, not at a time that is over.
#[test]
fn a_won_dispute_is_released_at_its_time_or_at_once() {
    let frozen = after(&[(1, Event::DisputeOpened)]);
    let due = |hour| frozen.on(&Event::DisputesOver, at(hour)).unwrap().due_at();
    assert_eq!(due(10), Some(at(47)), "in time");
    assert_eq!(due(47), Some(at(47)));
    assert_eq!(due(900), Some(at(900)), "at once");
    assert_eq!(frozen.due_at(), None, "nobody looks at it meanwhile");
    let late = frozen.on(&Event::DisputesOver, at(900)).unwrap().on(&DUE, at(900)).unwrap();
    assert_eq!(late.name(), "paying");
}

#[test]
fn what_waits_for_a_person_has_no_time_until_one_has_looked() {
    assert_eq!(in_review().due_at(), None);
    assert_eq!(in_review().on(&DUE, at(900)).unwrap(), in_review());
    let approved = |hour| in_review().on(&Event::Approved, at(hour)).unwrap().due_at();
    assert_eq!((approved(1), approved(900)), (Some(at(47)), Some(at(900))));
    assert_eq!(words(&in_review().on(&Event::Rejected, at(1)).unwrap()), "reversed (rejected)");
    let disputed =
        in_review().on(&Event::DisputeOpened, at(1)).unwrap().on(&Event::DisputesOver, at(2)).unwrap();
    assert_eq!(disputed, in_review(), "a dispute does not wave it through");
}

#[test]
fn who_owes_cashback_has_it_in_the_wallet_and_not_before_its_time() {
    let owes = Event::Matured { payer_owes: true };
    let early = held().on(&owes, at(47).plus_seconds(-1)).unwrap();
    assert_eq!(early, held());
    let Cashback::CreditedToWallet { amount, reason, at: when, .. } = held().on(&owes, at(47)).unwrap()
    else {
        panic!("in the wallet")
    };
    assert_eq!((amount, reason, when), (sgd(125), WalletReason::PayerOwes, at(47)));
}

#[test]
fn a_failed_one_is_tried_again_under_a_new_number_or_given_up() {
    let no_hope = bounced(Failure::ExpiredOrCanceledCard, Standing { has_wallet: false, ..standing() });
    let failed = after(&[(47, DUE), (47, no_hope)]);
    let again = failed.on(&Event::Retried, at(60)).unwrap();
    let Cashback::Paying { attempt, .. } = again.on(&DUE, at(60)).unwrap() else { panic!("due at once") };
    assert_eq!(attempt, 2);
    assert_eq!(words(&failed.on(&Event::WrittenOff, at(60)).unwrap()), "reversed (written_off)");
    assert_eq!(words(&failed.on(&remaining(1000), at(60)).unwrap()), "failed 50");
    let gone = failed.on(&remaining(0), at(60)).unwrap();
    assert_eq!(words(&gone), "reversed (refunded)");
    assert_eq!(gone.on(&Event::Retried, at(61)).unwrap(), gone);
}

/// Every state is an item that comes back as it was.
#[test]
fn every_state_comes_back_from_the_table() {
    let no_wallet = bounced(Failure::Declined, Standing { has_wallet: false, ..standing() });
    for state in [
        Cashback::None { reason: NoCashback::CapReached },
        held(),
        in_review(),
        Cashback::held(&terms(OnRefund::Cancel), at(0), at(0)),
        after(&[(1, Event::DisputeOpened)]),
        after(&[(47, DUE)]),
        after(&[(47, DUE), (47, settled())]),
        after(&[(47, DUE), (47, bounced(Failure::Declined, standing()))]),
        after(&[(47, Event::Matured { payer_owes: true })]),
        after(&[(47, DUE), (47, no_wallet)]),
        after(&[(1, remaining(0))]),
    ] {
        let item = serde_json::to_value(&state).unwrap();
        assert_eq!(serde_json::from_value::<Cashback>(item.clone()).unwrap(), state, "{item}");
    }
}

/// An empty balance is asked eight times, the last time three days after the promise. Then what the platform
/// has not becomes credit like everything else; but what the merchant promised, the platform does not owe.
#[test]
fn an_empty_balance_is_asked_eight_times_after_growing_pauses() {
    for (reason, end) in
        [(Failure::PlatformFunds, "credited_to_wallet"), (Failure::InsufficientFunds, "failed")]
    {
        let (mut state, mut hours) = (held(), Vec::new());
        while let Some(due) = state.due_at() {
            hours.push(due.seconds_since(at(48)).div_euclid(3600));
            let paying = state.on(&DUE, due).unwrap();
            let Cashback::Paying { attempt, .. } = paying else { panic!("due is due") };
            let bounce = Event::Bounced { attempt, reason, standing: standing() };
            state = paying.on(&bounce, due).unwrap();
        }
        assert_eq!(hours, [-1, -1, -1, 1, 7, 19, 43, 73], "hours after the promise");
        assert_eq!(state.name(), end);
    }
    // A person has it tried again, and patience begins anew.
    let mut state = held();
    for attempt in 1..=8 {
        let reason = Failure::InsufficientFunds;
        let bounce = Event::Bounced { attempt, reason, standing: standing() };
        state = state.on(&DUE, at(200)).unwrap().on(&bounce, at(120)).unwrap();
    }
    let again = state.on(&Event::Retried, at(300)).unwrap().on(&DUE, at(300)).unwrap();
    let reason = Failure::InsufficientFunds;
    let bounce = Event::Bounced { attempt: 9, reason, standing: standing() };
    assert_eq!(again.on(&bounce, at(300)).unwrap().due_at(), Some(at(300).plus_seconds(900)));
}

/// A dispute that was won after a year leaves as much patience as any other.
#[test]
fn a_late_release_is_waited_for_as_any_other() {
    let frozen = after(&[(1, Event::DisputeOpened)]);
    let paying = frozen.on(&Event::DisputesOver, at(8760)).unwrap().on(&DUE, at(8760)).unwrap();
    let short = paying.on(&bounced(Failure::InsufficientFunds, standing()), at(8760)).unwrap();
    assert_eq!(short.due_at(), Some(at(8760).plus_seconds(900)));
}

/// Several tries fit into the margin; the next one is another refund, under another key.
#[test]
fn what_bounced_for_now_waits_a_quarter_of_an_hour() {
    let again = after(&[(47, DUE), (47, bounced(Failure::PlatformFunds, standing()))]);
    assert_eq!(again.due_at(), Some(at(47).plus_seconds(900)));
    let Cashback::Paying { attempt, promised_by, .. } = again.on(&DUE, at(48)).unwrap() else {
        panic!("paying")
    };
    assert_eq!((attempt, promised_by), (2, at(48)));
}

/// Whoever has a key of the account can write our words on a refund; which refund we asked for they cannot
/// choose.
#[test]
fn only_what_we_asked_for_is_ours() {
    let paying = after(&[(47, DUE)]);
    let again = after(&[(47, DUE), (47, bounced(Failure::PlatformFunds, standing()))]);
    for (state, attempt, minor, is_ours) in [
        (Cashback::None { reason: NoCashback::CapReached }, 1, 125, false),
        (held(), 1, 125, false),
        (paying.clone(), 1, 125, true),
        (paying.clone(), 1, 124, false),
        (paying.clone(), 1, 126, false),
        (paying.clone(), 0, 125, false),
        (paying.clone(), 2, 125, false),
        // What was paid and what failed is known by Stripe's id.
        (paying.on(&settled(), at(47)).unwrap(), 1, 125, false),
        (again.clone(), 1, 125, false),
        (again.on(&DUE, at(48)).unwrap(), 1, 125, false),
        (again.on(&DUE, at(48)).unwrap(), 2, 125, true),
        (after(&[(47, Event::Matured { payer_owes: true })]), 1, 125, false),
    ] {
        assert_eq!(state.is_asked_for(attempt, sgd(minor)), is_ours, "{} {attempt} {minor}", state.name());
    }
}

/// What the merchant gave back while the payer was to have a part of it as cashback is owed if that does not
/// arrive.
#[test]
fn what_was_netted_is_owed_when_the_cashback_bounces() {
    for (left, netted, owed) in [
        // All of 25.00 was given back: 23.75, and 1.25 as cashback.
        (125, 125, 125),
        // Half of it: 11.87, and 0.63.
        (1313, 63, 63 + 62),
        // And then the rest as well.
        (0, 63, 0),
        (50, 63, 50),
        (2500, 0, 125),
    ] {
        let standing = Standing { rest: rest(left, netted), ..standing() };
        let state = after(&[(47, DUE), (47, bounced(Failure::Declined, standing))]);
        assert_eq!(state.owed().map_or(0, |(_, owed)| owed.minor()), owed, "{left} {netted}");
    }
}

/// A refund that nobody can ask about any more may still arrive: it is a person's to decide, and no credit.
#[test]
fn what_may_still_arrive_is_no_credit() {
    for (reason, name) in [
        (Failure::Disconnected, "failed"),
        (Failure::Declined, "credited_to_wallet"),
        // The merchant pays these, and can bring that about.
        (Failure::Refused, "failed"),
        (Failure::NoTransfer, "failed"),
        (Failure::MerchantRequest, "failed"),
    ] {
        let late = held().on(&DUE, at(200)).unwrap().on(&bounced(reason, standing()), at(200)).unwrap();
        assert_eq!(late.name(), name, "{reason:?}");
    }
    // What the platform alone promised is nobody's to bring about.
    for (platform_minor, name) in [(0, "failed"), (124, "failed"), (125, "credited_to_wallet")] {
        let mut terms = terms(OnRefund::Proportional);
        terms.shares[0].platform_minor = platform_minor;
        let paying = Cashback::held(&terms, at(0), at(0)).on(&DUE, at(47)).unwrap();
        assert_eq!(paying.on(&bounced(Failure::Refused, standing()), at(47)).unwrap().name(), name);
    }
    // A won dispute would have it paid again.
    let disputed = bounced(Failure::Disconnected, Standing { is_disputed: true, ..standing() });
    assert_eq!(after(&[(47, DUE), (47, disputed)]).name(), "failed");
}
