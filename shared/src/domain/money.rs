//! Amounts of money: integers in the minor unit of one currency, never negative, never rounded unnoticed.

use iso_currency::Currency;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::{DeserializeSeed, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The largest amount: Stripe's eight digits
/// (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>) times ten thousand, so that sums
/// over a day still fit.
pub(in crate::domain) const LARGEST_MINOR: i64 = 999_999_990_000;

/// An amount of one currency, zero or more.
///
/// As JSON it is `{"value": "25.00", "currency": "SGD"}`: a decimal text in the major unit, since a JSON
/// number may pass through a float on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "Amount")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why an amount cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies met in one sum.
    #[error("{} and {} do not go together. Write all amounts in one currency.", .0.code(), .1.code())]
    CurrencyMismatch(Currency, Currency),
    /// The result would be below zero.
    #[error("The amount would be below zero. Write a larger one.")]
    Negative,
    /// The result is larger than any payment can be.
    #[error("The amount is too large. Write a smaller one.")]
    TooLarge,
    /// The text is not a decimal number.
    #[error("This is not an amount. Write digits with at most one point, such as `25.00`.")]
    NotANumber,
    /// The text has digits below the currency's minor unit.
    #[error("{} has {allowed} decimals, and this amount has {given}. Write fewer decimals.", .currency.code())]
    TooManyDecimals {
        /// The currency.
        currency: Currency,
        /// How many decimals it has (ISO 4217).
        allowed: u32,
        /// How many were given.
        given: u32,
    },
}

/// How the part below the minor unit is treated. There is one way, and it is named wherever it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Towards zero: the payer is never promised a fraction that nobody can pay.
    Down,
}

impl Money {
    /// `minor` units of `currency`.
    ///
    /// # Errors
    /// Below zero or too large.
    pub fn from_minor(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor < 0 {
            Err(MoneyError::Negative)
        } else if minor > LARGEST_MINOR {
            Err(MoneyError::TooLarge)
        } else {
            Ok(Self { minor, currency })
        }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Parses a decimal text in the major unit: `25`, `25.5` and `25.50` are the same amount of SGD.
    ///
    /// # Errors
    /// Not a plain decimal number, more decimals than the currency has, negative, or too large.
    pub fn parse(value: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::of(plain_decimal(value).ok_or(MoneyError::NotANumber)?, currency)
    }

    fn of(number: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let (allowed, given) = (exponent(currency), number.scale());
        if given > allowed {
            return Err(MoneyError::TooManyDecimals { currency, allowed, given });
        }
        let minor = number.checked_mul(Decimal::from(10_i64.pow(allowed))).ok_or(MoneyError::TooLarge)?;
        Self::from_minor(minor.to_i64().ok_or(MoneyError::TooLarge)?, currency)
    }

    /// The amount in minor units (cents, paise, centavos) of ISO 4217. For the markets' four currencies
    /// Stripe counts the same; for a few others it does not
    /// (<https://docs.stripe.com/currencies#special-cases>).
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// Two currencies, or too large.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::from_minor(self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// What is left after taking `other` away.
    ///
    /// # Errors
    /// Two currencies, or less than zero would be left.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::from_minor(self.minor.checked_sub(other.minor).ok_or(MoneyError::Negative)?, self.currency)
    }

    /// `rate` of the amount (0.05 is five percent), rounded to the minor unit as named.
    ///
    /// # Errors
    /// The result is negative or too large.
    pub fn share(self, rate: Decimal, round: Round) -> Result<Self, MoneyError> {
        let exact = Decimal::from(self.minor).checked_mul(rate).ok_or(MoneyError::TooLarge)?;
        Self::from_minor(rounded(exact, round).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// The same part of this amount that `part` is of `whole`, rounded to the minor unit as named.
    ///
    /// # Errors
    /// Two currencies, or `whole` is zero.
    pub fn proportion(self, part: Self, whole: Self, round: Round) -> Result<Self, MoneyError> {
        part.same_currency(whole)?;
        let product =
            Decimal::from(self.minor).checked_mul(Decimal::from(part.minor)).ok_or(MoneyError::TooLarge)?;
        let exact = product.checked_div(Decimal::from(whole.minor)).ok_or(MoneyError::TooLarge)?;
        Self::from_minor(rounded(exact, round).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// The smaller of the two.
    ///
    /// # Errors
    /// Two currencies.
    pub fn at_most(self, ceiling: Self) -> Result<Self, MoneyError> {
        self.same_currency(ceiling)?;
        Ok(if self.minor > ceiling.minor { ceiling } else { self })
    }

    /// Whether this is less than `other`.
    ///
    /// # Errors
    /// Two currencies.
    pub fn is_less_than(self, other: Self) -> Result<bool, MoneyError> {
        self.same_currency(other)?;
        Ok(self.minor < other.minor)
    }

    /// The amount in the major unit with the currency's decimals: `25.00`.
    pub fn value(self) -> String {
        self.decimal().to_string()
    }

    fn decimal(self) -> Decimal {
        Decimal::new(self.minor, exponent(self.currency))
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }
}

/// Reads a decimal number in the one form that amounts and rates have: digits, and after at most one point
/// more digits. There is no sign, no exponent and no separator, and a zero leads only where it is the whole
/// number: what a person could read in two ways is no number.
pub(super) fn plain_decimal(text: &str) -> Option<Decimal> {
    const LONGEST: usize = 20;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = text.len() <= LONGEST
        && are_digits(whole)
        && are_digits(decimals)
        && (whole == "0" || !whole.starts_with('0'));
    if is_plain { Decimal::from_str_exact(text).ok() } else { None }
}

/// Decimals of a currency by ISO 4217; a currency for which the standard names none (gold, test codes) has
/// none here.
pub(super) fn exponent(currency: Currency) -> u32 {
    currency.exponent().map_or(0, u32::from)
}

fn rounded(exact: Decimal, round: Round) -> Option<i64> {
    let strategy = match round {
        Round::Down => RoundingStrategy::ToZero,
    };
    exact.round_dp_with_strategy(0, strategy).to_i64()
}

impl std::fmt::Display for Money {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.currency.code(), self.value())
    }
}

/// The form of [`Money`] in JSON and in the table.
#[derive(Serialize)]
struct Amount {
    value: String,
    currency: Currency,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { value: money.decimal().to_string(), currency: money.currency }
    }
}

impl<'de> Deserialize<'de> for Money {
    /// Asks for the currency first. From whoever gives it first, a value that the currency cannot have is
    /// refused where the value stands, and not at the amount.
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_struct("Money", &["currency", "value"], Members)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Value,
    Currency,
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Money;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("struct Money")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Money, A::Error> {
        let (mut currency, mut value) = (None, None);
        while let Some(member) = members.next_key()? {
            match member {
                Member::Currency if currency.is_some() => return Err(A::Error::duplicate_field("currency")),
                Member::Value if value.is_some() => return Err(A::Error::duplicate_field("value")),
                Member::Currency => currency = Some(members.next_value()?),
                Member::Value => value = Some(members.next_value_seed(ValueIn(currency))?),
            }
        }
        let value = value.ok_or_else(|| A::Error::missing_field("value"))?;
        let currency = currency.ok_or_else(|| A::Error::missing_field("currency"))?;
        Money::of(value, currency).map_err(A::Error::custom)
    }
}

/// A value that the currency can have, if that is known by now.
struct ValueIn(Option<Currency>);

impl<'de> DeserializeSeed<'de> for ValueIn {
    type Value = Decimal;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Decimal, D::Error> {
        let PlainDecimal(value) = PlainDecimal::deserialize(reader)?;
        if let Some(currency) = self.0 {
            Money::of(value, currency).map_err(D::Error::custom)?;
        }
        Ok(value)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct PlainDecimal(Decimal);

impl TryFrom<String> for PlainDecimal {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        plain_decimal(&text).map(Self).ok_or(MoneyError::NotANumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sgd(minor: i64) -> Money {
        Money::from_minor(minor, Currency::SGD).unwrap()
    }

    #[test]
    fn decimals_are_those_of_iso_4217() {
        let minor = |value, currency| Money::parse(value, currency).map(Money::minor);
        assert_eq!(minor("25.00", Currency::SGD), Ok(2500));
        assert_eq!(minor("25.5", Currency::SGD), Ok(2550));
        assert_eq!(minor("25", Currency::JPY), Ok(25));
        assert_eq!(minor("25.125", Currency::KWD), Ok(25_125));
        assert_eq!(
            minor("25.001", Currency::SGD),
            Err(MoneyError::TooManyDecimals { currency: Currency::SGD, allowed: 2, given: 3 })
        );
        assert_eq!(
            minor("25.0", Currency::JPY),
            Err(MoneyError::TooManyDecimals { currency: Currency::JPY, allowed: 0, given: 1 })
        );
    }

    #[test]
    fn an_amount_has_a_smallest_and_a_largest() {
        let minor = |minor| Money::from_minor(minor, Currency::SGD).map(Money::minor);
        assert_eq!((minor(-1), minor(0)), (Err(MoneyError::Negative), Ok(0)));
        assert_eq!(
            (minor(999_999_990_000), minor(999_999_990_001)),
            (Ok(999_999_990_000), Err(MoneyError::TooLarge))
        );
    }

    #[test]
    fn only_plain_numbers_are_amounts() {
        for text in [
            "",
            "-1",
            "+1",
            "1e3",
            "1e1",
            "1,000",
            ".5",
            "5.",
            ".",
            "1_000",
            " 1",
            "1 ",
            "٢",
            "1.2.3",
            "NaN",
            "0x10",
            "00",
            "01",
            "025.00",
            "00.50",
            "100000000000000000000",
            "0.0000000000000000000",
        ] {
            assert_eq!(Money::parse(text, Currency::SGD), Err(MoneyError::NotANumber), "{text:?}");
        }
        assert_eq!(Money::parse("0.50", Currency::SGD), Ok(sgd(50)));
        assert_eq!(Money::parse("99999999999999999999", Currency::SGD), Err(MoneyError::TooLarge));
    }

    #[test]
    fn a_share_is_rounded_down() {
        let five_percent = Decimal::new(5, 2);
        assert_eq!(sgd(2599).share(five_percent, Round::Down), Ok(sgd(129))); // 129.95
        assert_eq!(sgd(19).share(five_percent, Round::Down), Ok(sgd(0))); // 0.95
    }

    #[test]
    fn currencies_do_not_mix() {
        let inr = Money::zero(Currency::INR);
        let mismatch = Err(MoneyError::CurrencyMismatch(Currency::SGD, Currency::INR));
        assert_eq!(sgd(1).plus(inr), mismatch);
        assert_eq!(sgd(1).minus(inr), mismatch);
        assert_eq!(sgd(1).at_most(inr), mismatch);
    }

    proptest! {
        #[test]
        fn text_and_back(minor in 0..=LARGEST_MINOR, currency in prop::sample::select(vec![Currency::SGD, Currency::JPY, Currency::KWD])) {
            let money = Money::from_minor(minor, currency).unwrap();
            prop_assert_eq!(Money::parse(&money.value(), currency), Ok(money));
        }

        #[test]
        fn a_proportion_never_exceeds_its_whole(amount in 0..100_000_000_i64, whole in 1..100_000_000_i64, part in 0..100_000_000_i64) {
            let part = part.min(whole);
            let result = sgd(amount).proportion(sgd(part), sgd(whole), Round::Down).unwrap();
            prop_assert!(result.minor() <= amount);
            prop_assert_eq!(i128::from(result.minor()), i128::from(amount) * i128::from(part) / i128::from(whole));
        }
    }
}
