//! A request for a checkout: parsed, checked against the market, compared with an earlier one.

use crate::domain::market::Channel;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{PayerId, Reference};
use crate::domain::market::{Country, Method};
use crate::domain::money::{Money, MoneyError};
use crate::domain::payer::Phone;
use crate::domain::text::{Line, is_unseen};
use crate::domain::time::Timestamp;
use crate::fault::{Kind, Problem};

/// A session lives for 30 minutes to 24 hours from its creation by Stripe's clock
/// (<https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at>), which is read
/// later than ours and may differ from it. So we stay a minute away from both limits.
const SHORTEST_SECONDS: i64 = (30 + 1) * 60;
const LONGEST_SECONDS: i64 = (24 * 60 - 1) * 60;

/// Stripe's limit of line items, and texts that fit on its page and into WhatsApp's `order_details`.
const MOST_ITEMS: usize = 100;
const LONGEST_TEXT: usize = 250;
const LONGEST_NAME: usize = 60;
const LONGEST_URL: usize = 2000;

/// What a merchant sends to create a checkout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCheckout {
    /// The merchant's own order number: the idempotency key.
    pub reference: Reference,
    /// How much.
    pub amount: Money,
    /// What for, in one line.
    #[serde(default)]
    pub description: Option<Line>,
    /// What for, line by line; the lines must add up to the amount.
    #[serde(default)]
    pub items: Vec<Item>,
    /// Who pays, if known.
    #[serde(default)]
    pub payer: Option<NewPayer>,
    /// Where the payer is.
    pub channel: Channel,
    /// Until when it can be paid; Stripe's 24 hours when left out.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Where Stripe sends the payer afterwards.
    #[serde(default)]
    pub return_url: Option<String>,
}

/// Who pays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayer {
    /// Their phone number. Only a keyed hash of it is kept.
    pub phone: Phone,
    /// That they want to pay a part of this order with the credit in their wallet, as the platform testifies.
    /// A merchant's word is not enough: who knows a number could spend its credit.
    #[serde(default)]
    pub wallet_consent: Option<String>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What it is.
    pub name: Line,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub unit_amount: Money,
}

/// What a merchant asked for, as it is kept: the same reference must come with the same again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The merchant's order number.
    pub reference: Reference,
    /// How much.
    pub amount: Money,
    /// What for, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Line>,
    /// What for, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Where the payer is.
    pub channel: Channel,
    /// Until when it can be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Where Stripe sends the payer afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// Whether the payer wanted to pay a part with credit.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_false")]
    pub use_wallet: bool,
}

impl NewCheckout {
    /// Checks everything that does not depend on the time, and gives what is kept.
    ///
    /// # Errors
    /// The first field that cannot be accepted in `country`.
    pub fn check(&self, country: Country) -> Result<Content, Problem> {
        let expected = country.currency();
        if self.amount.currency() != expected {
            let detail = format!("Merchants in {} charge in {}.", country.code(), expected.code());
            let next = format!("Write the amount in {}.", expected.code());
            return Err(Problem::invalid("amount.currency", detail, next));
        }
        if self.methods(country).is_empty() {
            return Err(outside_limits(self.amount, country));
        }
        self.check_texts()?;
        self.check_items()?;
        let wants_credit = self.payer.as_ref().is_some_and(|payer| payer.wallet_consent.is_some());
        if wants_credit {
            let next = "Leave the field out: the payer pays the whole price.";
            country.check_wallets("payer.wallet_consent", next)?;
        }
        Ok(Content {
            reference: self.reference.clone(),
            amount: self.amount,
            description: self.description.clone(),
            items: self.items.clone(),
            channel: self.channel,
            expires_at: self.expires_at,
            return_url: self.return_url.clone(),
            use_wallet: wants_credit,
        })
    }

    /// The market's ways to pay that accept the amount.
    pub fn methods(&self, country: Country) -> Vec<Method> {
        country.methods().iter().copied().filter(|method| method.accepts(self.amount)).collect()
    }

    /// Checks what depends on the time. A repetition is not held to it: it asks for what was granted before.
    ///
    /// # Errors
    /// The expiry is too near or too far.
    pub fn check_expiry(&self, now: Timestamp) -> Result<(), Problem> {
        match self.expires_at.map(|end| end.seconds_since(now)) {
            Some(seconds) if !(SHORTEST_SECONDS..=LONGEST_SECONDS).contains(&seconds) => {
                let detail = "The time is too near or too far.";
                let next = "Name a time that is 31 minutes to 23 hours and 59 minutes ahead, or leave the field out for 24 hours.";
                Err(Problem::invalid("expires_at", detail, next))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn check_texts(&self) -> Result<(), Problem> {
        if let Some(text) = &self.description {
            text.check(LONGEST_TEXT).map_err(|error| Problem::unfit("description", &error))?;
        }
        if let Some(url) = &self.return_url
            && !is_return_url(url)
        {
            let next = format!("Write an https URL of at most {LONGEST_URL} characters.");
            return Err(Problem::invalid("return_url", "A payer cannot be sent there.", next));
        }
        match (&self.description, self.items.is_empty()) {
            (None, true) => Err(Problem::invalid(
                "description",
                "It is not said what is paid for.",
                "Add `description` or `items`.",
            )),
            (Some(_), false) => {
                let detail = "What is paid for is said twice.";
                Err(Problem::invalid("description", detail, "Send `description` or `items`, not both."))
            }
            (Some(_), true) | (None, false) => Ok(()),
        }
    }

    fn check_items(&self) -> Result<(), Problem> {
        if self.items.len() > MOST_ITEMS {
            let next = format!("Send at most {MOST_ITEMS}, or a `description` instead.");
            return Err(Problem::invalid("items", "There are too many items.", next));
        }
        let mut sum = Money::zero(self.amount.currency());
        for (index, item) in self.items.iter().enumerate() {
            let field = |name| format!("items[{index}].{name}");
            item.name.check(LONGEST_NAME).map_err(|error| Problem::unfit(field("name"), &error))?;
            if !(1..=999).contains(&item.quantity) {
                let detail = "An item is bought 1 to 999 times.";
                return Err(Problem::invalid(field("quantity"), detail, "Write a number from 1 to 999."));
            }
            sum = add_line(sum, item).map_err(|error| Problem::unfit(field("unit_amount"), &error))?;
        }
        if !self.items.is_empty() && sum != self.amount {
            let detail = format!("The items add up to {sum}, the amount is {}.", self.amount);
            let next = "Send the amount that the items add up to, or correct the items.";
            return Err(Problem::invalid("amount", detail, next));
        }
        Ok(())
    }
}

/// A page that a browser may be sent to: by https, or on the machine itself while somebody tries things out.
fn is_return_url(url: &str) -> bool {
    let is_local = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.split(':').next().unwrap_or_default();
        matches!(host, "localhost" | "127.0.0.1")
    };
    let has_host =
        url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
            || url.strip_prefix("http://").is_some_and(is_local);
    has_host
        && url.len() <= LONGEST_URL
        && !url.contains(|letter: char| letter.is_whitespace() || is_unseen(letter))
}

fn add_line(sum: Money, item: &Item) -> Result<Money, MoneyError> {
    let line = item.unit_amount.minor().checked_mul(i64::from(item.quantity)).ok_or(MoneyError::TooLarge)?;
    sum.plus(Money::from_minor(line, item.unit_amount.currency())?)
}

fn outside_limits(amount: Money, country: Country) -> Problem {
    let limits: Vec<String> = country
        .methods()
        .iter()
        .filter_map(|method| {
            let (smallest, largest) = method.limits(amount.currency()).ok()?;
            Some(format!("{} to {} by {}", smallest, largest, method.label()))
        })
        .collect();
    let detail = format!("{amount} cannot be paid in {}: {}.", country.code(), limits.join(", "));
    Problem::invalid("amount", detail, "Send an amount within one of these limits.")
}

impl Content {
    /// That `asked` asks for the same as this.
    ///
    /// # Errors
    /// A conflict that names the first field that differs.
    pub fn same_as(
        &self,
        payer: Option<&PayerId>,
        asked: &Self,
        asked_payer: Option<&PayerId>,
    ) -> Result<(), Problem> {
        let differs = [
            ("amount", self.amount != asked.amount),
            ("description", self.description != asked.description),
            ("items", self.items != asked.items),
            ("payer", payer != asked_payer),
            ("payer.wallet_consent", self.use_wallet != asked.use_wallet),
            ("channel", self.channel != asked.channel),
            ("expires_at", self.expires_at != asked.expires_at),
            ("return_url", self.return_url != asked.return_url),
        ];
        match differs.into_iter().find(|(_, differs)| *differs) {
            None => Ok(()),
            Some((field, _)) => {
                let detail =
                    format!("The reference {} was used before with another {field}.", self.reference);
                Err(Problem::new(Kind::ReferenceReused, detail)
                    .field(field)
                    .next("Use a new reference for a new order, or repeat the first request unchanged."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(more: serde_json::Value) -> NewCheckout {
        let mut request = serde_json::json!({
            "reference": "order-1", "amount": {"value": "25.00", "currency": "SGD"}, "channel": "chat",
        });
        let (Some(fields), serde_json::Value::Object(more)) = (request.as_object_mut(), more) else {
            panic!("objects")
        };
        fields.extend(more);
        serde_json::from_value(request).unwrap()
    }

    #[test]
    fn items_add_up_to_the_amount_and_not_to_less_or_more() {
        let wrong = |quantity: u32, unit: &str| {
            let unit = serde_json::json!({"value": unit, "currency": "SGD"});
            let items = serde_json::json!([{"name": "kopi", "quantity": quantity, "unit_amount": unit}]);
            request(serde_json::json!({"items": items})).check(Country::SG).err().and_then(|no| no.field)
        };
        assert_eq!(wrong(2, "12.50"), None);
        for (quantity, unit) in [(2, "12.49"), (2, "12.51"), (1, "12.50")] {
            assert_eq!(wrong(quantity, unit).as_deref(), Some("amount"), "{quantity} x {unit}");
        }
        assert_eq!(wrong(0, "12.50").as_deref(), Some("items[0].quantity"));
    }

    #[test]
    fn credit_is_asked_for_where_there_are_wallets() {
        let asks = |country: Country| {
            let consent = serde_json::json!({"phone": "+6591234567", "wallet_consent": "yes"});
            let amount = serde_json::json!({"value": "25.00", "currency": country.currency().code()});
            let order = serde_json::json!({"description": "kopi", "amount": amount, "payer": consent});
            request(order).check(country).map(|content| content.use_wallet)
        };
        for &country in Country::ALL {
            match asks(country) {
                Ok(use_wallet) => assert!(use_wallet && country.has_wallets(), "{}", country.code()),
                Err(no) => {
                    assert_eq!((country, no.field.as_deref()), (Country::IN, Some("payer.wallet_consent")));
                    assert_eq!(
                        no.next.as_deref(),
                        Some("Leave the field out: the payer pays the whole price.")
                    );
                }
            }
        }
    }

    #[test]
    fn a_page_is_open_for_half_an_hour_to_a_day_less_a_minute_at_either_end() {
        let now = Timestamp::from_epoch_seconds(1_795_341_600);
        let is_refused = |seconds: i64| {
            let end = String::from(now.plus_seconds(seconds));
            request(serde_json::json!({"description": "kopi", "expires_at": end})).check_expiry(now).is_err()
        };
        assert_eq!([1859, 1860, 86_340, 86_341].map(is_refused), [true, false, false, true]);
        assert!(request(serde_json::json!({"description": "kopi"})).check_expiry(now).is_ok());
    }

    #[test]
    fn a_payer_is_sent_back_by_https_or_on_this_machine() {
        for url in ["https://shop.example/paid?order=1", "http://localhost:7400/x", "http://127.0.0.1/"] {
            assert!(is_return_url(url), "{url}");
        }
        for url in [
            "http://shop.example",
            "http://localhost.evil.example/",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "https://a b",
            "https://shop.example/\u{202e}diap",
        ] {
            assert!(!is_return_url(url), "{url}");
        }
    }
}
