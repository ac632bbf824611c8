mod due;
mod funding;
mod many;
mod order;
mod table;
mod whose;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::cashback::Suspicion;
use crate::domain::cashback::refund::{Failure, Outcome, Purpose, RefundKey};
use crate::domain::checkout::payment::Charge;
use crate::domain::decision::{Decision, decide};
use crate::domain::examples::*;
use crate::domain::ids::{ChargeId, Reference, SessionId};
use crate::domain::market::Method;
use crate::domain::payer::{PayerKey, Phone};
use expect_test::expect;

fn credited() -> [(u32, Event); 3] {
    [(0, paid(Method::Paynow)), (47, Event::CashbackMatured), (47, cashback_refund(Outcome::Succeeded))]
}

fn r1() -> RefundKey {
    RefundKey::Requested(Reference::parse("r1").unwrap())
}

fn bounced_for_good() -> Event {
    cashback_refund(Outcome::Failed(Failure::ExpiredOrCanceledCard))
}

fn in_review() -> Checkout {
    let open = open(Funding::Merchant);
    let insight = Insight { suspicion: Some(Suspicion::ManyPayments), ..Insight::default() };
    let state = open.next_state(&as_asked(&open, &paid(Method::Paynow)), &insight, at(0)).unwrap();
    Checkout { state, ..open }
}

/// The same, of a payer who has said who they are.
fn known(checkout: &Checkout) -> Checkout {
    let payer = PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), checkout.country);
    Checkout { payer: Some(payer), ..checkout.clone() }
}

#[test]
fn an_event_of_another_amount_or_fee_or_a_second_charge_is_a_contradiction() {
    let Event::Paid { charge, .. } = paid(Method::Paynow) else { panic!("paid") };
    for (amount, fee) in [(2499, 150), (2501, 150), (2500, 0), (2500, 25), (2500, 149), (2500, 151)] {
        let wrong = Event::Paid { charge: charge.clone(), amount: sgd(amount), fee: sgd(fee) };
        let decision = decide(&open(Funding::Merchant), None, &wrong, at(0));
        assert!(matches!(decision, Err(Refused::Contradiction(_))), "{amount} with a fee of {fee}");
    }
    let second = Charge { charge: ChargeId::parse("ch_2").unwrap(), ..charge };
    let checkout = after(Funding::Merchant, &[(0, paid(Method::Paynow))]);
    let second = Event::Paid { charge: second, amount: sgd(2500), fee: sgd(150) };
    assert!(matches!(decide(&checkout, None, &second, at(0)), Err(Refused::Contradiction(_))));
}
