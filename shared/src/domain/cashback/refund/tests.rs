//! What becomes of a refund, with each piece of news.

use super::*;
use expect_test::expect;

fn word(state: &RefundState) -> &'static str {
    match state {
        RefundState::Waiting { .. } => "waiting",
        RefundState::Returned => "to wallet",
        RefundState::Requested { .. }
        | RefundState::Pending { .. }
        | RefundState::Succeeded { .. }
        | RefundState::Failed { .. } => state.name(),
    }
}

#[test]
fn every_state_and_every_outcome() {
    let id = RefundId::parse("re_1").unwrap();
    let states = [
        RefundState::Requested { since: Timestamp::from_epoch_seconds(0) },
        RefundState::Waiting { id: id.clone() },
        RefundState::Pending { id: id.clone() },
        RefundState::Succeeded { id: id.clone() },
        RefundState::Failed { reason: Failure::Declined, id: Some(id.clone()) },
        RefundState::Returned,
    ];
    let mut table = String::new();
    for state in &states {
        for outcome in
            [Outcome::Waiting, Outcome::Pending, Outcome::Succeeded, Outcome::Failed(Failure::Unknown)]
        {
            table.push_str(&format!("{:<9} {outcome:?}: {}\n", word(state), word(&state.on(&id, outcome))));
        }
    }
    expect![[r#"
        requested Waiting: waiting
        requested Pending: pending
        requested Succeeded: succeeded
        requested Failed(Unknown): failed
        waiting   Waiting: waiting
        waiting   Pending: pending
        waiting   Succeeded: succeeded
        waiting   Failed(Unknown): failed
        pending   Waiting: pending
        pending   Pending: pending
        pending   Succeeded: succeeded
        pending   Failed(Unknown): failed
        succeeded Waiting: succeeded
        succeeded Pending: succeeded
        succeeded Succeeded: succeeded
        succeeded Failed(Unknown): failed
        failed    Waiting: failed
        failed    Pending: failed
        failed    Succeeded: failed
        failed    Failed(Unknown): failed
        to wallet Waiting: to wallet
        to wallet Pending: to wallet
        to wallet Succeeded: to wallet
        to wallet Failed(Unknown): to wallet
    "#]]
    .assert_eq(&table);
}

#[test]
fn only_an_empty_balance_may_pass() {
    for reason in [
        "insufficient_funds",
        "expired_or_canceled_card",
        "lost_or_stolen_card",
        "declined",
        "merchant_request",
        "charge_for_pending_refund_disputed",
        "something_new",
    ] {
        let failure = Failure::from_stripe(reason);
        assert_eq!(failure.may_pass(), reason == "insufficient_funds", "{reason}");
    }
    assert!(Failure::PlatformFunds.may_pass() && !Failure::Refused.may_pass());
}

#[test]
fn a_key_comes_back() {
    for key in [
        RefundKey::Requested(Reference::parse("re_1").unwrap()),
        RefundKey::Dashboard(RefundId::parse("re_1").unwrap()),
    ] {
        assert_eq!(RefundKey::try_from(String::from(key.clone())), Ok(key));
    }
}
