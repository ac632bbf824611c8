//! Checkout Sessions: Stripe's page on which a payer pays.

use serde::Deserialize;

use super::request::{Body, Call, Form, Stripe, StripeError};
use crate::domain::checkout::new_checkout::Content;
use crate::domain::ids::{AccountId, CheckoutId, SessionId, digest};
use crate::domain::market::Method;
use crate::domain::money::Money;
use crate::domain::stripe::object::{metadata, read};

/// A line's name is cut to this before the price is added to it; Stripe takes 250 characters.
const LONGEST_LINE: usize = 180;

/// What a session is created from. All of it is a function of the merchant and of the request.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// The checkout.
    pub checkout: &'a CheckoutId,
    /// How often Stripe has refused to make it.
    pub refusals: u32,
    /// What is bought.
    pub content: &'a Content,
    /// What Stripe charges: the price, less credit from the payer's wallet.
    pub charged: Money,
    /// What is taken of it for the platform: its fee and the cover.
    pub application_fee: Money,
    /// The ways to pay that the market offers; Stripe narrows them to those active on the account.
    pub methods: &'a [Method],
    /// Where the payer goes afterwards, when the request names no place.
    pub return_url: &'a str,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// Stripe's id.
    pub id: SessionId,
    /// The page, while it can be paid.
    pub url: Option<String>,
    /// `open`, `complete` or `expired`.
    #[serde(default)]
    pub status: Option<String>,
}

impl NewSession<'_> {
    fn form(&self) -> Form {
        let content = self.content;
        let return_url = content.return_url.as_deref().unwrap_or(self.return_url);
        let mut form = Form::new();
        let mut set = |name: &str, value: String| form.push((name.to_owned(), value));
        set("mode", "payment".to_owned());
        // A merchant can switch it on for all its pages. A cashback is promised in the price's currency.
        set("adaptive_pricing[enabled]", "false".to_owned());
        set("client_reference_id", content.reference.to_string());
        set("success_url", return_url.to_owned());
        set("cancel_url", return_url.to_owned());
        set(&format!("metadata[{}]", metadata::CHECKOUT), self.checkout.to_string());
        // The charge inherits the payment intent's metadata: that is how its events find the checkout.
        set(&format!("payment_intent_data[metadata][{}]", metadata::CHECKOUT), self.checkout.to_string());
        if !self.application_fee.is_zero() {
            set("payment_intent_data[application_fee_amount]", self.application_fee.minor().to_string());
        }
        for (index, method) in self.methods.iter().enumerate() {
            set(&format!("allowed_payment_method_types[{index}]"), method.stripe_name().to_owned());
        }
        if let Some(expires_at) = content.expires_at {
            set("expires_at", expires_at.epoch_seconds().to_string());
        }
        form.extend(if self.charged == content.amount { lines(content) } else { self.one_line() });
        form
    }
}

impl NewSession<'_> {
    /// Credit is no line that Stripe knows, and a coupon would have to be made on the merchant's account
    /// first: one line says what is bought and what of it is paid with credit.
    fn one_line(&self) -> Form {
        let content = self.content;
        let names: Vec<&str> = content.items.iter().map(|item| item.name.as_str()).collect();
        let what = content.description.as_ref().map_or_else(|| names.join(", "), ToString::to_string);
        let what: String = what.chars().take(LONGEST_LINE).collect();
        let name = format!("{what} (price {}, the rest is paid with credit)", content.amount);
        priced(std::iter::once((name, 1, self.charged)))
    }
}

fn lines(content: &Content) -> Form {
    let single = content.description.as_ref().map(|what| (what.to_string(), 1, content.amount));
    let items = content.items.iter().map(|item| (item.name.to_string(), item.quantity, item.unit_amount));
    priced(single.into_iter().chain(items))
}

fn priced(lines: impl Iterator<Item = (String, u32, Money)>) -> Form {
    let mut form = Form::new();
    for (index, (name, quantity, unit)) in lines.enumerate() {
        let mut set = |field: &str, value: String| form.push((format!("line_items[{index}]{field}"), value));
        set("[quantity]", quantity.to_string());
        set("[price_data][currency]", unit.currency().code().to_ascii_lowercase());
        set("[price_data][unit_amount]", unit.minor().to_string());
        set("[price_data][product_data][name]", name);
    }
    form
}

impl Stripe {
    /// Creates a session on the merchant's account. The key contains a digest of the parameters: if the
    /// merchant's fee or the market's methods change between a try and its repetition, the repetition makes a
    /// second session instead of an error. Only one of them is ever written down and shown; nobody can pay
    /// the other. It also contains the number of refusals, since what Stripe has refused under a key it
    /// refuses for a day.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn create_session(
        &self,
        account: &AccountId,
        new: &NewSession<'_>,
    ) -> Result<Session, StripeError> {
        let form = new.form();
        let parts: Vec<&str> =
            form.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
        let key = format!("session_{}_{}_{}", new.checkout, new.refusals, digest(&parts, 16));
        let answer =
            self.send(Call::post("/v1/checkout/sessions", Some(account), key, Body::Form(form))).await?;
        Ok(read(&answer)?)
    }

    /// Reads a session.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn session(&self, account: &AccountId, session: &SessionId) -> Result<Session, StripeError> {
        let answer = self.send(Call::get(format!("/v1/checkout/sessions/{session}"), Some(account))).await?;
        Ok(read(&answer)?)
    }

    /// Whether a session is over without a payment.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn is_expired(&self, account: &AccountId, session: &SessionId) -> Result<bool, StripeError> {
        Ok(self.session(account, session).await?.status.as_deref() == Some("expired"))
    }

    /// Expires a session. One that is no longer open is left as it is.
    ///
    /// # Errors
    /// `Refused` when it is paid or expired already; otherwise see [`StripeError`].
    pub async fn expire_session(&self, account: &AccountId, session: &SessionId) -> Result<(), StripeError> {
        let path = format!("/v1/checkout/sessions/{session}/expire");
        let (key, nothing) = (format!("expire_{session}"), Body::Form(Form::new()));
        self.send(Call::post(path, Some(account), key, nothing)).await.map(|_| ())
    }
}
