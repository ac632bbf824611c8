//! Amounts in minor units, written for a person.

use iso_currency::Currency;

/// `500`, `sgd` → `SGD 5.00`.
pub(crate) fn display(minor: i64, currency: &str) -> String {
    let exponent = code(currency).and_then(Currency::exponent).map_or(2, u32::from);
    let scale = 10_u64.saturating_pow(exponent);
    let (whole, rest) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
    let sign = if minor < 0 { "-" } else { "" };
    let name = currency.to_uppercase();
    match usize::try_from(exponent) {
        Ok(digits) if digits > 0 => format!("{name} {sign}{whole}.{rest:0digits$}"),
        Ok(_) | Err(_) => format!("{name} {sign}{whole}"),
    }
}

/// Whether `currency` is one, in Stripe's lower case or not.
pub(crate) fn is_currency(currency: &str) -> bool {
    code(currency).is_some()
}

fn code(currency: &str) -> Option<Currency> {
    Currency::from_code(&currency.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_currency_decides_the_digits() {
        assert_eq!(display(1205, "sgd"), "SGD 12.05");
        assert_eq!(display(-5, "inr"), "INR -0.05");
        assert_eq!(display(1205, "jpy"), "JPY 1205");
        assert!(is_currency("brl") && !is_currency("xyz1"));
    }
}
