//! What can be given back once the payer has the cashback.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::campaign::offer::Offer;
use crate::domain::cashback::refund::Outcome;
use crate::domain::checkout::event::Event;
use crate::domain::checkout::state::Checkout;
use crate::domain::examples::{apply, asked, cashback_refund, open, paid, sgd};

/// 25.00, of which the payer has 1.25 back.
fn credited(on_refund: OnRefund) -> Checkout {
    let mut checkout = open(Funding::Merchant);
    for offer in checkout.offers.values_mut() {
        if let Offer::Cashback(terms) = offer {
            terms.on_refund = on_refund;
        }
    }
    let events = [(0, paid(Method::Paynow)), (47, Event::CashbackMatured)];
    let paying = events.iter().fold(checkout, |checkout, (hours, event)| apply(&checkout, event, *hours));
    apply(&paying, &cashback_refund(Outcome::Succeeded), 47)
}

/// `asked for: through Stripe + had as cashback`.
fn check(on_refund: OnRefund, amounts: &[i64], expected: Expect) {
    let mut checkout = credited(on_refund);
    let mut table = String::new();
    for (index, minor) in amounts.iter().enumerate() {
        let name = format!("r{index}");
        checkout = apply(&checkout, &asked(&name, *minor), 50);
        let key = RefundKey::Requested(Reference::parse(&name).unwrap());
        let refund = &checkout.payment().unwrap().refunds[&key];
        table.push_str(&format!("{minor}: {} + {}\n", refund.amount.minor(), refund.had_as_cashback_minor));
        assert_eq!(refund.asked_minor(), *minor);
    }
    expected.assert_eq(&table);
}

#[test]
fn half_of_the_goods_come_back_with_half_of_the_cashback() {
    check(
        OnRefund::Proportional,
        &[1250, 1250],
        expect![[r#"
        1250: 1187 + 63
        1250: 1188 + 62
    "#]],
    );
    check(
        OnRefund::Proportional,
        &[2500],
        expect![[r#"
        2500: 2375 + 125
    "#]],
    );
    check(
        OnRefund::Proportional,
        &[1, 1, 1, 2497],
        expect![[r#"
        1: 0 + 1
        1: 0 + 1
        1: 0 + 1
        2497: 2375 + 122
    "#]],
    );
}

#[test]
fn where_any_refund_ends_it_the_first_part_brings_all_of_it_back() {
    check(
        OnRefund::Cancel,
        &[100, 500, 1900],
        expect![[r#"
        100: 0 + 100
        500: 475 + 25
        1900: 1900 + 0
    "#]],
    );
}

proptest! {
    /// In however many parts it is given back: the payer never keeps more cashback than the rest has earned,
    /// and in the end has exactly what was paid.
    #[test]
    fn nobody_gains_by_giving_back_in_parts(parts in prop::collection::vec(1_i64..2500, 1..12)) {
        let mut checkout = credited(OnRefund::Proportional);
        let mut left = 2500;
        let mut last = 2500;
        for (index, part) in parts.iter().enumerate() {
            let part = if index + 1 == parts.len() { left } else { *part.min(&left) };
            if part == 0 { continue; }
            checkout = apply(&checkout, &asked(&format!("r{index}"), part), 50);
            left -= part;
            let payment = checkout.payment().unwrap();
            let refundable = payment.refundable(sgd(2500)).unwrap();
            prop_assert_eq!(refundable.price.minor(), left);
            prop_assert!(refundable.cashback.minor() <= 125 * left / 2500);
            last = payment.left_of(sgd(2500)).unwrap().minor();
        }
        prop_assert_eq!(last, 125, "all but the cashback went back through Stripe");
    }
}

#[test]
fn the_platform_pays_no_part_of_what_a_refund_left_to_the_cashback() {
    let events = [(0, paid(Method::Paynow)), (47, Event::CashbackMatured), (47, asked("r1", 1250))];
    let start = open(Funding::Platform);
    let paying = events.iter().fold(start, |checkout, (hours, event)| apply(&checkout, event, *hours));
    let payment = paying.payment().unwrap();
    let terms = payment.cashback.terms().unwrap();
    assert_eq!(payment.netted(sgd(2500)), Ok(sgd(63)));
    assert_eq!(payment.platform_part(terms, sgd(125)), Ok(sgd(62)));
    assert_eq!(payment.platform_part(terms, sgd(63)), Ok(sgd(0)));
}
