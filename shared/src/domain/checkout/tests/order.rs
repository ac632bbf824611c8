//! News that comes late, twice, or in another order than things happened.

use super::*;
use crate::domain::examples;

/// Out of order: the refund fails after the dispute that made it fail has begun, or has been lost.
#[test]
fn a_refund_that_fails_in_a_dispute_releases_nothing() {
    let story = |closed: Option<bool>| {
        let mut checkout = after(Funding::Merchant, &[(0, paid(Method::Paynow)), (1, asked("r1", 2500))]);
        checkout = apply(&checkout, &examples::disputed(), 2);
        if let Some(won) = closed {
            checkout = apply(&checkout, &examples::dispute_closed(won), 3);
        }
        checkout = apply(&checkout, &Event::RefundRefused { key: r1(), reason: Failure::Refused }, 4);
        let name = |checkout: &Checkout| checkout.payment().unwrap().cashback.name();
        (name(&checkout), name(&apply(&checkout, &Event::CashbackMatured, 60)))
    };
    assert_eq!(story(None), ("frozen", "frozen"), "while it is disputed");
    assert_eq!(story(Some(true)), ("held", "paying"), "won");
    assert_eq!(story(Some(false)), ("reversed", "reversed"), "lost");
}

/// Credit that was taken back with a lost dispute does not come back with the next news of a refund.
#[test]
fn a_lost_dispute_stays_lost_for_credit_in_the_wallet() {
    let in_wallet = apply(&known(&after(Funding::Platform, &credited())), &bounced_for_good(), 48);
    let lost = apply(&in_wallet, &examples::dispute_closed(false), 49);
    let later = apply(&lost, &refund("re_1", 500, Outcome::Succeeded, Purpose::Dashboard), 50);
    for checkout in [&lost, &later] {
        let cashback = &checkout.payment().unwrap().cashback;
        assert_eq!((cashback.name(), cashback.owed().unwrap().1), ("credited_to_wallet", sgd(0)));
    }
}

/// A request that lost a race against another asks Stripe for what is no longer there; it conjures up no
/// credit.
#[test]
fn a_refund_of_more_than_there_is_makes_no_credit() {
    let checkout =
        after(Funding::Merchant, &[(0, paid(Method::Paynow)), (1, asked("r1", 2500)), (1, asked("r2", 500))]);
    let payment = checkout.payment().unwrap();
    assert_eq!(payment.returned_to_wallet_minor(), 0);
    assert_eq!(payment.left_of(sgd(2500)), Ok(sgd(0)));
}

/// After a day a repeated request is a new one for Stripe. That it refuses that one says nothing of the
/// refund that came.
#[test]
fn a_refusal_after_the_credit_pays_nothing_twice() {
    let refused = Event::CashbackRefused { attempt: 1, reason: Failure::Refused };
    let credited = known(&after(Funding::Platform, &credited()));
    assert_eq!(apply(&credited, &refused, 48), credited);
    let failed = apply(&credited, &bounced_for_good(), 48);
    assert_eq!(
        failed.payment().unwrap().cashback.name(),
        "credited_to_wallet",
        "what Stripe says of the refund counts"
    );
}

#[test]
fn a_retry_while_it_is_disputed_waits_for_the_end() {
    let failed = apply(&after(Funding::Merchant, &credited()), &bounced_for_good(), 48);
    let disputed = apply(&failed, &examples::disputed(), 49);
    let retried = apply(&disputed, &Event::CashbackDecided(Verdict::Retry), 50);
    assert_eq!(retried.payment().unwrap().cashback.name(), "frozen");
    let won = apply(&retried, &examples::dispute_closed(true), 51);
    assert_eq!(won.due_at(), Some(at(51)));
}
