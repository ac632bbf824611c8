//! The platform's part of a cashback: when it is to be moved, and until when.

use super::*;

/// How much is to be with the merchant, and from which hour on; none if nothing is to be moved.
fn due(checkout: &Checkout) -> Option<(i64, i64)> {
    let due_at = checkout.funding_due_at()?;
    let amount = checkout.funding_due(due_at).unwrap().expect("due is due");
    assert_eq!(checkout.funding_due(due_at.plus_seconds(-1)).unwrap(), None, "and not before");
    assert_eq!(checkout.due_at(), Some(due_at), "it is found in the due index");
    Some((amount.minor(), due_at.seconds_since(at(0)).div_euclid(3600)))
}

fn events(funding: Funding, more: &[(u32, Event)]) -> Checkout {
    let begin = [(0, paid(Method::Paynow)), (47, Event::CashbackMatured)];
    after(funding, &[&begin, more].concat())
}

fn with_the_payer(funding: Funding) -> Checkout {
    events(funding, &[(47, cashback_refund(Outcome::Succeeded))])
}

#[test]
fn what_belongs_elsewhere_is_due_until_it_has_moved() {
    let failed = (50, cashback_refund(Outcome::Failed(Failure::Declined)));
    let in_vain: Vec<_> = attempts_in_vain(Failure::PlatformFunds);
    for (what, checkout, expected) in [
        ("held", after(Funding::Platform, &[(0, paid(Method::Paynow))]), None),
        ("being paid", events(Funding::Platform, &[]), None),
        ("with the payer", with_the_payer(Funding::Platform), None),
        ("the merchant's own", apply(&with_the_payer(Funding::Merchant), &asked("r1", 1250), 60), None),
        (
            "half given back",
            apply(&with_the_payer(Funding::Platform), &asked("r1", 1250), 60),
            Some((62, 60)),
        ),
        ("all given back", apply(&with_the_payer(Funding::Platform), &asked("r1", 2500), 60), Some((0, 60))),
        ("failed", events(Funding::Platform, &[failed]), Some((0, 50))),
        (
            "in vain",
            after(Funding::Platform, &[&[(0, paid(Method::Paynow))], &in_vain[..]].concat()),
            Some((0, 124)),
        ),
        ("lost", apply(&with_the_payer(Funding::Platform), &dispute_closed(false), 70), Some((0, 70))),
        ("never tried", after(Funding::Platform, &[(0, paid(Method::Paynow)), (1, disputed())]), None),
    ] {
        assert_eq!(due(&checkout), expected, "{what}");
        if let Some((there_minor, hour)) = expected {
            let hour = u32::try_from(hour).unwrap();
            let moved = apply(&checkout, &Event::FundingMoved { there_minor }, hour);
            assert_eq!(due(&moved), None, "{what}, and moved");
        }
    }
}

/// A refund takes some back; it fails, and the merchant has it again; and once more.
#[test]
fn it_goes_back_and_forth_with_the_refunds() {
    let half = apply(&with_the_payer(Funding::Platform), &asked("r1", 1250), 60);
    let taken = apply(&half, &Event::FundingMoved { there_minor: 62 }, 60);
    let purpose =
        Purpose::Merchant { checkout: taken.id.clone(), reference: Reference::parse("r1").unwrap() };
    let minor = taken.payment().unwrap().refunds.values().next().unwrap().amount.minor();
    let bounced = apply(&taken, &refund("re_1", minor, Outcome::Failed(Failure::Declined), purpose), 61);
    assert_eq!(due(&bounced), Some((125, 61)));
    assert_eq!(due(&apply(&bounced, &asked("r2", 1250), 62)), None, "it is where it was when that failed");
}

/// Stripe refuses, for as long as a balance is empty: asked again after pauses that grow, for ever, and each
/// time under another number.
#[test]
fn what_stripe_refuses_stays_due() {
    let mut checkout = apply(&with_the_payer(Funding::Platform), &asked("r1", 2500), 60);
    let mut pauses_minutes = Vec::new();
    for times in 1..=8 {
        let due_at = checkout.funding_due_at().unwrap();
        let hour = u32::try_from(due_at.seconds_since(at(0)).div_euclid(3600) + 1).unwrap();
        checkout = apply(&checkout, &Event::MoveRefused, hour);
        pauses_minutes.push(checkout.funding_due_at().unwrap().seconds_since(at(hour)) / 60);
        assert_eq!(checkout.payment().unwrap().refusals.times, times);
    }
    assert_eq!(pauses_minutes, [30, 60, 120, 240, 480, 720, 720, 720]);
    let moved = apply(&checkout, &Event::FundingMoved { there_minor: 0 }, 200);
    assert_eq!((due(&moved), moved.payment().unwrap().refusals.times), (None, 8), "no key comes twice");
}
