//! A way to pay, by Stripe's name for it, and what an account needs for it.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::domain::money::{Money, MoneyError};

/// A way to pay, by Stripe's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, VariantArray)]
#[serde(into = "&'static str", try_from = "String")]
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

/// No way to pay has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no such way to pay.")]
pub struct NoMethod;

impl From<Method> for &'static str {
    fn from(method: Method) -> Self {
        method.stripe_name()
    }
}

impl TryFrom<String> for Method {
    type Error = NoMethod;

    fn try_from(name: String) -> Result<Self, NoMethod> {
        Self::from_stripe_name(&name).ok_or(NoMethod)
    }
}

impl Method {
    /// Every way to pay.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Stripe's name, and ours in JSON: in `allowed_payment_method_types` and in a charge's
    /// `payment_method_details.type`.
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
        Self::ALL.iter().copied().find(|method| method.stripe_name() == name)
    }

    /// The method that a charge was paid with, by its `payment_method_details.type`. Link brings what its
    /// payer has on file, where a card is offered (<https://docs.stripe.com/payments/link>): it counts as a
    /// card of which nothing else is known.
    pub fn of_charge(kind: &str) -> Option<Self> {
        if kind == "link" { Some(Self::Card) } else { Self::from_stripe_name(kind) }
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

    /// Within how many business days a bank usually shows its customer a refund after Stripe has sent it.
    /// Nobody tells when it does. Sources: card, 5 to 10
    /// (<https://support.stripe.com/questions/customer-refund-processing-time>); UPI, 4 to 7
    /// (<https://docs.stripe.com/payments/upi>). PayNow and Pix move money within moments, and no source
    /// says how long a bank may take to show it.
    pub fn refund_shows_within_business_days(self) -> u8 {
        match self {
            Self::Card => 10,
            Self::Upi => 7,
            Self::Paynow | Self::Pix => 3,
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
