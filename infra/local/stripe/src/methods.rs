//! The ways a person pays, and Stripe's test cards.

use serde::Deserialize;
use serde_json::{Value, json};
use strum::VariantArray;

use crate::ids::scramble;

/// How a person pays on the hosted page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayWith {
    /// With a card; Stripe's test numbers decide what happens.
    Card {
        /// The card number, spaces allowed.
        number: String,
    },
    /// With what Link has on file for the payer, where a card is offered.
    Link,
    /// By scanning a PayNow code (SGD).
    Paynow,
    /// By approving a UPI request (INR).
    Upi,
    /// By scanning a Pix code (BRL).
    Pix,
    /// With a card that the bank declines.
    Decline,
}

impl PayWith {
    /// The method this is.
    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Card { .. } | Self::Decline => Method::Card,
            Self::Link => Method::Link,
            Self::Paynow => Method::Paynow,
            Self::Upi => Method::Upi,
            Self::Pix => Method::Pix,
        }
    }
}

/// A payment method type that the stand-in can charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, VariantArray)]
#[serde(try_from = "String")]
pub(crate) enum Method {
    Card,
    Link,
    Paynow,
    Upi,
    Pix,
}

impl TryFrom<String> for Method {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::ALL.iter().copied().find(|method| method.as_str() == name).ok_or("there is no such method")
    }
}

impl Method {
    /// All of them, in the order the page shows them.
    pub(crate) const ALL: &'static [Self] = Self::VARIANTS;

    /// Stripe's name: `card`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Link => "link",
            Self::Paynow => "paynow",
            Self::Upi => "upi",
            Self::Pix => "pix",
        }
    }

    /// The name a payer knows.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Card => "Card",
            Self::Link => "Link",
            Self::Paynow => "PayNow",
            Self::Upi => "UPI",
            Self::Pix => "Pix",
        }
    }

    /// The account capability it needs.
    pub(crate) fn capability(self) -> &'static str {
        match self {
            Self::Card | Self::Link => "card_payments",
            Self::Paynow => "paynow_payments",
            Self::Upi => "upi_payments",
            Self::Pix => "pix_payments",
        }
    }

    /// Whether it can charge `currency`.
    pub(crate) fn takes(self, currency: &str) -> bool {
        match self {
            Self::Card | Self::Link => true,
            Self::Paynow => currency == "sgd",
            Self::Upi => currency == "inr",
            Self::Pix => currency == "brl",
        }
    }
}

/// What a test card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// The payment succeeds.
    Succeeds,
    /// The bank declines.
    Declined,
    /// The payment succeeds and is disputed.
    Disputed,
    /// The payment succeeds; a refund of it succeeds at first and fails later.
    RefundFails,
    /// The payment succeeds; a refund of it is pending first.
    RefundPends,
}

/// A card as it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    number: String,
    pub(crate) behaviour: Behaviour,
}

impl Card {
    /// The card with this number; anything but digits is dropped.
    pub(crate) fn new(number: &str) -> Self {
        let number: String = number.chars().filter(char::is_ascii_digit).collect();
        let behaviour = match number.as_str() {
            "4000000000000002" => Behaviour::Declined,
            "4000000000000259" => Behaviour::Disputed,
            "4000000000005126" => Behaviour::RefundFails,
            "4000000000007726" => Behaviour::RefundPends,
            _ => Behaviour::Succeeds,
        };
        Self { number, behaviour }
    }

    /// Whether a person could have meant this as a card number.
    pub(crate) fn is_plausible(&self) -> bool {
        (12..=19).contains(&self.number.len())
    }

    /// Stripe's generic card that is declined.
    pub(crate) fn declined() -> Self {
        Self::new("4000000000000002")
    }

    /// The last four digits.
    pub(crate) fn last4(&self) -> String {
        self.number.chars().skip(self.number.len().saturating_sub(4)).collect()
    }

    /// Whose card it is.
    pub(crate) fn brand(&self) -> &'static str {
        match self.number.chars().next() {
            Some('5') => "mastercard",
            Some('3') => "amex",
            _ => "visa",
        }
    }

    /// `payment_method_details.card`.
    pub(crate) fn details(&self) -> Value {
        let brand = self.brand();
        let funding = if self.number == "4000056655665556" { "debit" } else { "credit" };
        json!({
            "authorization_code": null,
            "brand": brand,
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": scramble(&format!("fingerprint:{}", self.number), 16),
            "funding": funding,
            "last4": self.last4(),
            "network": brand,
            "three_d_secure": null,
            "wallet": null,
        })
    }
}

/// `payment_method_details` of a charge paid with `method`; `seed` makes the references of the local rails.
pub(crate) fn details(method: Method, card: Option<&Card>, seed: &str) -> Value {
    let member = match method {
        Method::Card => card.map_or(Value::Null, Card::details),
        Method::Link => json!({ "country": "US" }),
        Method::Paynow => {
            json!({ "location": null, "reader": null, "reference": scramble(seed, 10).to_uppercase() })
        }
        Method::Upi => json!({ "vpa": "payer@okstandin" }),
        Method::Pix => json!({ "bank_transaction_id": format!("E{}", scramble(seed, 31)) }),
    };
    let mut details = serde_json::Map::new();
    details.insert(method.as_str().to_owned(), member);
    details.insert("type".to_owned(), json!(method.as_str()));
    Value::Object(details)
}
