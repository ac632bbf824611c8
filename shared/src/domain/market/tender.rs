//! What a payer pays with, as finely as a campaign may ask: a card is known to be credit or debit only once it has paid.

use serde::{Deserialize, Serialize};

use super::method::Method;

/// A way to pay that a campaign can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// Any card.
    Card,
    /// A card whose [`CardFunding`] is credit.
    CreditCard,
    /// A card whose [`CardFunding`] is debit.
    DebitCard,
    /// PayNow.
    Paynow,
    /// UPI.
    Upi,
    /// Pix.
    Pix,
}

/// How a card is funded: Stripe's `payment_method_details.card.funding`
/// (<https://docs.stripe.com/api/charges/object#charge_object-payment_method_details-card-funding>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardFunding {
    /// The bank lends it.
    Credit,
    /// It comes from the payer's account.
    Debit,
    /// Prepaid, or unknown to Stripe: it earns what every card earns, and nothing that is for one kind.
    #[serde(other)]
    Other,
}

impl Tender {
    /// The method that Stripe knows it by.
    pub fn method(self) -> Method {
        match self {
            Self::Card | Self::CreditCard | Self::DebitCard => Method::Card,
            Self::Paynow => Method::Paynow,
            Self::Upi => Method::Upi,
            Self::Pix => Method::Pix,
        }
    }

    /// The tenders that `method` may turn out to be, the finest there are.
    pub fn of(method: Method) -> &'static [Self] {
        match method {
            Method::Card => &[Self::CreditCard, Self::DebitCard],
            Method::Paynow => &[Self::Paynow],
            Method::Upi => &[Self::Upi],
            Method::Pix => &[Self::Pix],
        }
    }

    /// What was paid with, from what the charge says; the finest first, then what it is a kind of.
    pub fn paid_with(method: Method, funding: Option<CardFunding>) -> &'static [Self] {
        match (method, funding) {
            (Method::Card, Some(CardFunding::Credit)) => &[Self::CreditCard, Self::Card],
            (Method::Card, Some(CardFunding::Debit)) => &[Self::DebitCard, Self::Card],
            (Method::Card, Some(CardFunding::Other) | None) => &[Self::Card],
            (Method::Paynow, _) => &[Self::Paynow],
            (Method::Upi, _) => &[Self::Upi],
            (Method::Pix, _) => &[Self::Pix],
        }
    }

    /// Whether who pays with `self` pays with `other` too: a credit card is a card.
    pub fn is_a(self, other: Self) -> bool {
        self == other || (other == Self::Card && self.method() == Method::Card)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::CreditCard => "credit card",
            Self::DebitCard => "debit card",
            Self::Paynow => "PayNow",
            Self::Upi => "UPI",
            Self::Pix => "Pix",
        }
    }
}

impl CardFunding {
    /// Reads Stripe's word for it.
    pub fn from_stripe(word: &str) -> Self {
        match word {
            "credit" => Self::Credit,
            "debit" => Self::Debit,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_card_is_a_card_and_a_card_is_no_credit_card() {
        assert!(Tender::CreditCard.is_a(Tender::Card));
        assert!(!Tender::Card.is_a(Tender::CreditCard));
        assert!(!Tender::DebitCard.is_a(Tender::CreditCard));
        assert!(!Tender::Paynow.is_a(Tender::Card));
    }

    #[test]
    fn a_prepaid_card_is_only_a_card() {
        assert_eq!(
            Tender::paid_with(Method::Card, Some(CardFunding::from_stripe("prepaid"))),
            [Tender::Card]
        );
    }
}
