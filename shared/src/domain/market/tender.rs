//! What a payer pays with, as finely as a campaign may ask: a card is known to be credit or debit only once
//! it has paid.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::method::Method;

/// A way to pay that a campaign can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, VariantArray)]
#[serde(into = "&'static str", try_from = "String")]
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

/// No tender has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no such way to pay. Write one of {}.", names())]
pub struct NoTender;

fn names() -> String {
    let names: Vec<_> = Tender::ALL.iter().map(|tender| format!("`{}`", tender.name())).collect();
    names.join(", ")
}

impl From<Tender> for &'static str {
    fn from(tender: Tender) -> Self {
        tender.name()
    }
}

impl TryFrom<String> for Tender {
    type Error = NoTender;

    fn try_from(name: String) -> Result<Self, NoTender> {
        Self::ALL.iter().copied().find(|tender| tender.name() == name).ok_or(NoTender)
    }
}

impl Tender {
    /// Every tender, in the order in which it is shown.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in JSON: Stripe's for the method, where the method is not divided.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreditCard => "credit_card",
            Self::DebitCard => "debit_card",
            Self::Card | Self::Paynow | Self::Upi | Self::Pix => self.method().stripe_name(),
        }
    }

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

    /// JSON is what is stored, sent and put into campaigns: both are called as Stripe calls the method.
    #[test]
    fn a_way_to_pay_has_one_name() {
        let text = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        for method in Method::ALL {
            let name = method.stripe_name();
            assert_eq!(text(serde_json::to_value(method).unwrap()), name);
            assert_eq!(serde_json::from_str::<Method>(&format!("\"{name}\"")).unwrap(), *method);
            assert_eq!(Method::from_stripe_name(name), Some(*method));
            assert!(
                Tender::ALL.iter().any(|tender| tender.name() == name),
                "{name} can be named by a campaign"
            );
        }
        let names: Vec<_> =
            Tender::ALL.iter().map(|tender| text(serde_json::to_value(tender).unwrap())).collect();
        assert_eq!(names, ["card", "credit_card", "debit_card", "paynow", "upi", "pix"]);
        for tender in Tender::ALL {
            assert_eq!(serde_json::from_str::<Tender>(&format!("\"{}\"", tender.name())).unwrap(), *tender);
        }
    }

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
