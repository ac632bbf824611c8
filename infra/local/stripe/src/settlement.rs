//! When money that came in can be spent: business days, counted in UTC. Public holidays are business days
//! here.

use crate::methods::Method;

const DAY: i64 = 86_400;

/// The account's first payment takes at least this long, and so does all that comes before it is through: the
/// first payout comes 7 to 14 days after the first payment
/// (<https://docs.stripe.com/payouts#initial-payout>).
const FIRST_DAYS: i64 = 7;

/// How many business days a payment takes until it is available (<https://docs.stripe.com/payments/balances>,
/// <https://docs.stripe.com/payouts>). Pix follows the account's usual timing
/// (<https://docs.stripe.com/payments/pix>). Assumptions: Brazil's 30 days are 21 business days, UPI takes
/// one day more than a card, any other country is like Singapore.
pub(crate) fn business_days(country: &str, method: Method) -> u32 {
    match (method, country.to_ascii_uppercase().as_str()) {
        // <https://docs.stripe.com/payments/paynow>
        (Method::Paynow, _) => 1,
        (Method::Card | Method::Link | Method::Pix, "US" | "AU") => 2,
        (Method::Card | Method::Link | Method::Pix, "BR") => 21,
        (Method::Upi, _) => 4,
        (Method::Card | Method::Link | Method::Pix, _) => 3,
    }
}

/// When a payment at `now` becomes available on an account in `country` whose first payment was at `first`;
/// `None`: the account is none of the new ones.
pub(crate) fn available_on(country: &str, method: Method, now: i64, first: Option<i64>) -> i64 {
    let usual = after_business_days(now, business_days(country, method));
    let soonest = first.map_or(usual, |first| after_business_days(first + FIRST_DAYS * DAY - 1, 1));
    usual.max(soonest)
}

/// The beginning of the next business day.
pub(crate) fn next_business_day(now: i64) -> i64 {
    after_business_days(now, 1)
}

/// The beginning of the `days`-th business day after the day of `now`.
fn after_business_days(now: i64, days: u32) -> i64 {
    let mut day = now.div_euclid(DAY);
    for _ in 0..days {
        day += 1;
        while !is_business_day(day) {
            day += 1;
        }
    }
    day * DAY
}

/// Whether the `day`-th day since the epoch, which was a Thursday, is none of a weekend.
fn is_business_day(day: i64) -> bool {
    const THURSDAY: i64 = 3;
    const SATURDAY: i64 = 5;
    (day + THURSDAY).rem_euclid(7) < SATURDAY
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Friday, 08:00.
    const FRIDAY: i64 = 1_800_000_000;
    const MIDNIGHT: i64 = FRIDAY - 8 * 3600;

    #[test]
    fn weekends_do_not_count() {
        let days = |from: i64, count: u32| (after_business_days(from, count) - MIDNIGHT) / DAY;
        assert_eq!([1, 2, 3, 6].map(|count| days(FRIDAY, count)), [3, 4, 5, 10]);
        assert_eq!(days(FRIDAY + DAY, 1), 3, "Saturday's next is Monday too");
        assert_eq!(days(MIDNIGHT - 1, 1), 0, "Thursday's next is Friday");
        assert_eq!(next_business_day(FRIDAY), MIDNIGHT + 3 * DAY);
    }

    #[test]
    fn the_country_and_the_rail_decide_and_a_new_account_waits_a_week() {
        let days =
            |country: &str, method, first| (available_on(country, method, FRIDAY, first) - MIDNIGHT) / DAY;
        assert_eq!(days("sg", Method::Card, None), 5);
        assert_eq!(days("SG", Method::Paynow, None), 3);
        assert_eq!(days("BR", Method::Card, None), 31);
        assert_eq!(days("IN", Method::Upi, None), 6);
        assert_eq!(days("SG", Method::Paynow, Some(FRIDAY)), 10, "a week later, from the next Monday on");
        assert_eq!(days("SG", Method::Paynow, Some(FRIDAY - 5 * DAY)), 3);
    }
}
