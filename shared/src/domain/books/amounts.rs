//! Sums of the books: unlike an amount of money they may be below zero, and larger than any payment.

use iso_currency::Currency;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::domain::money::exponent;

/// A sum, written as an amount is: `{"value": "-1.25", "currency": "SGD"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedAmount {
    value: String,
    currency: &'static str,
}

impl SignedAmount {
    /// `minor` units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { value: Decimal::new(minor, exponent(currency)).to_string(), currency: currency.code() }
    }

    /// The number, in the major unit.
    pub fn value(&self) -> &str {
        &self.value
    }
}
