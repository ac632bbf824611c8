//! How long to wait before Stripe is asked again for what it refused.

/// The first pause.
const FIRST_SECONDS: i64 = 30 * 60;

/// No pause is longer. The alarms count on it: see `RefusedFunding`, `UnpaidMerchants` and `OwedByMerchants`
/// in the template.
pub(super) const LONGEST_SECONDS: i64 = 12 * 3600;

/// The pause after the last of `refusals` in a row, in seconds: each one doubles it.
pub(super) fn after_seconds(refusals: u32) -> i64 {
    let times = 2_i64.saturating_pow(refusals.saturating_sub(1));
    FIRST_SECONDS.saturating_mul(times).min(LONGEST_SECONDS)
}
