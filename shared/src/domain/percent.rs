//! A share of an amount, as an operator writes it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::plain_decimal;

/// A percentage: from 0.0001 to 100, with at most four decimals.
///
/// As JSON it is a text such as `"2.5"`, since a JSON number may pass through a float on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Percent(Decimal);

/// Why a text is not a percentage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`."
)]
pub struct InvalidPercent;

/// A hundredth of a basis point: finer than any campaign is, and coarse enough to be read.
const MOST_DECIMALS: u32 = 4;

impl Percent {
    /// Parses `2.5`.
    ///
    /// # Errors
    /// Not a plain decimal number, zero, above 100, or with more than four decimals.
    pub fn parse(text: &str) -> Result<Self, InvalidPercent> {
        Self::read(text).filter(|percent| percent.is_coarse()).ok_or(InvalidPercent)
    }

    /// Whether it has no more decimals than a new rule may have. What is stored may be older than this bound,
    /// and is read.
    pub(super) fn is_coarse(self) -> bool {
        self.0.scale() <= MOST_DECIMALS
    }

    fn read(text: &str) -> Option<Self> {
        let number = plain_decimal(text)?;
        (number > Decimal::ZERO && number <= Decimal::ONE_HUNDRED).then_some(Self(number))
    }

    /// As a part of one: 0.025 for 2.5 percent.
    pub(super) fn rate(self) -> Decimal {
        self.0 / Decimal::ONE_HUNDRED
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.0)
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}

impl TryFrom<String> for Percent {
    type Error = InvalidPercent;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text).ok_or(InvalidPercent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_a_plain_number_in_its_bounds() {
        for text in ["0.0001", "1", "2.5", "2.50", "7.3333", "99.9999", "100", "100.0000"] {
            assert_eq!(Percent::parse(text).map(String::from), Ok(text.to_owned()), "{text}");
        }
        for text in [
            "",
            "0",
            "0.0000",
            "0.00001",
            "0.0000000001",
            "100.0001",
            "101",
            "1000",
            "-5",
            "+5",
            "1e1",
            "1E1",
            "1_0",
            "05",
            "00.5",
            ".5",
            "5.",
            "5%",
            " 5",
            "5 ",
            "5,5",
            "٥",
            "five",
            "NaN",
            "100.00000000000000000000",
        ] {
            assert_eq!(Percent::parse(text), Err(InvalidPercent), "{text:?}");
        }
    }

    #[test]
    fn a_rate_is_a_hundredth() {
        let rate = |text: &str| Percent::parse(text).unwrap().rate().to_string();
        assert_eq!(
            (rate("2.5"), rate("100"), rate("0.0001")),
            ("0.025".into(), "1".into(), "0.000001".into())
        );
    }
}
