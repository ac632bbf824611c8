//! When somebody has to look at a checkout next.

use super::*;

#[test]
fn the_promise_runs_from_the_payment_and_not_from_its_news() {
    let late = after(Funding::Merchant, &[(30, paid(Method::Paynow))]);
    assert_eq!(late.due_at(), Some(at(47)));
    let after_the_promise = after(Funding::Merchant, &[(90, paid(Method::Paynow))]);
    assert_eq!(after_the_promise.due_at(), Some(at(90)), "at once");
}

#[test]
fn what_is_due_first_is_looked_at_first() {
    let begun = after(Funding::Merchant, &[(0, paid(Method::Paynow)), (1, asked("r1", 500))]);
    assert_eq!(begun.due_at(), Some(at(1)));
}
