//! The markets: where businesses are, what they charge in, and how people there pay.

use iso_currency::Currency;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::money::{Money, MoneyError};

/// A market, by its ISO 3166-1 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// A way to pay, by Stripe's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Credit and debit cards.
    Card,
    /// PayNow, Singapore: <https://docs.stripe.com/payments/paynow>.
    Paynow,
    /// UPI, India: <https://docs.stripe.com/payments/upi>.
    Upi,
    /// Pix, Brazil: <https://docs.stripe.com/payments/pix>.
    Pix,
}

/// Which of Stripe's two accounts APIs knows a capability. v2 lists no UPI and no Pix (API version
/// 2026-10-28.endive); v1 does, and both see the same account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Under `configuration.merchant.capabilities` of a v2 account.
    V2(&'static str),
    /// Under `/v1/accounts/{account}/capabilities`.
    V1(&'static str),
}

impl Country {
    /// Every market.
    pub const ALL: [Self; 4] = [Self::SG, Self::IN, Self::BR, Self::US];

    /// Parses the two-letter code, in capitals.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|country| country.code() == code)
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

impl Method {
    /// Stripe's name in `allowed_payment_method_types` and in a charge's `payment_method_details.type`.
    pub fn stripe_name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Paynow => "paynow",
            Self::Upi => "upi",
            Self::Pix => "pix",
        }
    }

    /// The method that Stripe calls `name`, if it is one of ours.
    pub fn from_stripe_name(name: &str) -> Option<Self> {
        [Self::Card, Self::Paynow, Self::Upi, Self::Pix]
            .into_iter()
            .find(|method| method.stripe_name() == name)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Paynow => "PayNow",
            Self::Upi => "UPI",
            Self::Pix => "Pix",
        }
    }

    /// The capability that an account needs for it.
    pub fn capability(self) -> Capability {
        match self {
            Self::Card => Capability::V2("card_payments"),
            Self::Paynow => Capability::V2("paynow_payments"),
            Self::Upi => Capability::V1("upi_payments"),
            Self::Pix => Capability::V1("pix_payments"),
        }
    }

    /// The smallest and largest payment in `currency`'s minor unit. Sources: card, 0.50 and eight digits
    /// (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>); PayNow, 0.50 to 200,000 SGD
    /// (<https://support.stripe.com/questions/paynow-faq>); UPI, 1 to 100,000 INR
    /// (<https://docs.stripe.com/payments/link/upi>); Pix, 0.50 BRL, above bounded as a card.
    fn limits_minor(self) -> (i64, i64) {
        match self {
            Self::Card | Self::Pix => (50, 99_999_999),
            Self::Paynow => (50, 20_000_000),
            Self::Upi => (100, 10_000_000),
        }
    }

    /// Whether `amount` can be paid this way.
    pub fn accepts(self, amount: Money) -> bool {
        let (smallest, largest) = self.limits_minor();
        (smallest..=largest).contains(&amount.minor())
    }

    /// The smallest and the largest amount in `currency` that can be paid this way.
    ///
    /// # Errors
    /// Never for the markets above; an amount's own bounds are wider.
    pub fn limits(self, currency: Currency) -> Result<(Money, Money), MoneyError> {
        let (smallest, largest) = self.limits_minor();
        Ok((Money::from_minor(smallest, currency)?, Money::from_minor(largest, currency)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_market_has_its_currency_and_rail() {
        let table: Vec<String> = Country::ALL
            .into_iter()
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
