//! The markets: where businesses are, what they charge in, and how people there pay.

use super::method::Method;
use iso_currency::Currency;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// A market, by its ISO 3166-1 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, VariantArray)]
pub enum Country {
    /// Singapore.
    SG,
    /// India.
    IN,
    /// Brazil.
    BR,
    /// United States.
    US,
}

impl Country {
    /// Every market.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The codes of all markets, for a person to pick one.
    pub fn codes() -> String {
        let codes: Vec<_> = Self::ALL.iter().map(|country| country.code()).collect();
        codes.join(", ")
    }

    /// Parses the two-letter code, in capitals.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|country| country.code() == code)
    }

    /// The two-letter code.
    pub fn code(self) -> &'static str {
        match self {
            Self::SG => "SG",
            Self::IN => "IN",
            Self::BR => "BR",
            Self::US => "US",
        }
    }

    /// The currency that merchants here charge in.
    pub fn currency(self) -> Currency {
        match self {
            Self::SG => Currency::SGD,
            Self::IN => Currency::INR,
            Self::BR => Currency::BRL,
            Self::US => Currency::USD,
        }
    }

    /// The ways to pay that are offered here.
    pub fn methods(self) -> &'static [Method] {
        match self {
            Self::SG => &[Method::Card, Method::Paynow],
            Self::IN => &[Method::Card, Method::Upi],
            Self::BR => &[Method::Card, Method::Pix],
            Self::US => &[Method::Card],
        }
    }

    /// The time zone in which a day, a campaign's dates and a promised hour are meant.
    pub fn time_zone(self) -> TimeZone {
        match self {
            Self::SG => jiff::tz::get!("Asia/Singapore"),
            Self::IN => jiff::tz::get!("Asia/Kolkata"),
            Self::BR => jiff::tz::get!("America/Sao_Paulo"),
            Self::US => jiff::tz::get!("America/New_York"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;

    #[test]
    fn each_market_has_its_currency_and_rail() {
        let table: Vec<String> = Country::ALL
            .iter()
            .map(|country| {
                let methods: Vec<_> = country.methods().iter().map(|method| method.stripe_name()).collect();
                format!("{} {} {}", country.code(), country.currency().code(), methods.join(" "))
            })
            .collect();
        assert_eq!(table, ["SG SGD card paynow", "IN INR card upi", "BR BRL card pix", "US USD card"]);
    }

    #[test]
    fn a_rail_has_limits() {
        let amount = |minor, currency| Money::from_minor(minor, currency).unwrap();
        assert!(!Method::Paynow.accepts(amount(49, Currency::SGD)));
        assert!(Method::Paynow.accepts(amount(50, Currency::SGD)));
        assert!(Method::Paynow.accepts(amount(20_000_000, Currency::SGD)));
        assert!(!Method::Paynow.accepts(amount(20_000_001, Currency::SGD)));
        assert!(!Method::Upi.accepts(amount(99, Currency::INR)));
        assert!(!Method::Upi.accepts(amount(10_000_001, Currency::INR)));
    }
}
