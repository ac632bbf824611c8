//! Stripe's objects, as far as we read them, and how they become ours. Unknown fields are tolerated: Stripe
//! adds fields without a new version
//! (<https://docs.stripe.com/upgrades#what-changes-does-stripe-consider-to-be-backward-compatible>).

use iso_currency::Currency;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::cashback::refund::{Failure, Outcome, Purpose, StripeRefund};
use crate::domain::checkout::disputes::Disputed;
use crate::domain::checkout::payment::Charge;
use crate::domain::ids::{ChargeId, CheckoutId, DisputeId, PaymentIntentId, Reference, RefundId};
use crate::domain::market::{CardFunding, Method};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// The metadata that we give to what we create at Stripe, and find again in its events.
pub mod metadata {
    /// The checkout that a charge or a refund belongs to.
    pub const CHECKOUT: &str = "kembali_checkout";
    /// What a refund is for: [`PURPOSE_CASHBACK`] or [`PURPOSE_REFUND`].
    pub const PURPOSE: &str = "kembali_purpose";
    /// The refund is a cashback.
    pub const PURPOSE_CASHBACK: &str = "cashback";
    /// The refund is the merchant's.
    pub const PURPOSE_REFUND: &str = "refund";
    /// The number of a cashback's attempt.
    pub const ATTEMPT: &str = "kembali_attempt";
    /// The merchant's reference for a refund.
    pub const REFERENCE: &str = "kembali_reference";
    /// The charge whose application fee is given back: Stripe's own object names only the fee.
    pub const CHARGE: &str = "kembali_charge";
}

/// Something Stripe sent cannot be read. Only the place is told: the value may be private.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read `{0}`")]
pub struct NotUnderstood(pub String);

/// Reads `value` as a `T`, and names the field that does not fit.
///
/// # Errors
/// A field is missing or of another type.
pub fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, NotUnderstood> {
    serde_path_to_error::deserialize(value).map_err(|error| NotUnderstood(error.path().to_string()))
}

/// An id, or the expanded object that has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Expandable<T> {
    Id(T),
    Object { id: T },
}

impl<T> Expandable<T> {
    fn into_id(self) -> T {
        match self {
            Self::Id(id) | Self::Object { id } => id,
        }
    }
}

/// The metadata of an object, as far as it is ours. What is not of our form is nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    checkout: Option<CheckoutId>,
    purpose: Option<String>,
    attempt: Option<u32>,
    reference: Option<Reference>,
}

impl Metadata {
    fn of(object: &Value) -> Self {
        let text =
            |key| object.get("metadata").and_then(|metadata| metadata.get(key)).and_then(Value::as_str);
        Self {
            checkout: text(metadata::CHECKOUT).and_then(|id| CheckoutId::parse(id).ok()),
            purpose: text(metadata::PURPOSE).map(str::to_owned),
            attempt: text(metadata::ATTEMPT).and_then(|attempt| attempt.parse().ok()),
            reference: text(metadata::REFERENCE).and_then(|reference| Reference::parse(reference).ok()),
        }
    }
}

/// Which checkout `object` belongs to, if it is one of ours.
pub fn checkout_of(object: &Value) -> Option<CheckoutId> {
    Metadata::of(object).checkout
}

#[derive(Deserialize)]
struct RawCharge {
    id: ChargeId,
    amount: i64,
    currency: String,
    created: i64,
    #[serde(default)]
    amount_refunded: i64,
    application_fee_amount: Option<i64>,
    payment_intent: Option<Expandable<PaymentIntentId>>,
    payment_method_details: Option<MethodDetails>,
    #[serde(default)]
    paid: bool,
    #[serde(default)]
    captured: bool,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct MethodDetails {
    #[serde(rename = "type")]
    kind: String,
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    fingerprint: Option<String>,
    funding: Option<String>,
}

/// A charge and what we need to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeObject {
    /// The checkout it pays, if it is one of ours.
    pub checkout: Option<CheckoutId>,
    /// The charge.
    pub charge: Charge,
    /// How much was paid, in the currency of the page. What the payer saw in a currency of their own stands
    /// beside it, in `presentment_details`
    /// (<https://docs.stripe.com/changelog/basil/2025-03-31/add_presentment_details>), and is not read.
    pub amount: Money,
    /// What of it is the platform's application fee, cover included.
    pub fee: Money,
    /// How much of it has been refunded so far, in all.
    pub refunded: Money,
    /// Whether the money moved. `charge.succeeded` also comes for a charge that is only authorized: it is
    /// paid and not captured, and lapses after a week
    /// (<https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>).
    pub has_moved: bool,
}

/// Reads a charge.
///
/// # Errors
/// A field is missing or of another type.
pub fn charge(object: &Value) -> Result<ChargeObject, NotUnderstood> {
    let raw: RawCharge = read(object)?;
    let payment_intent = raw.payment_intent.ok_or_else(|| NotUnderstood("payment_intent".into()))?.into_id();
    let details = raw.payment_method_details.as_ref();
    Ok(ChargeObject {
        checkout: checkout_of(object),
        charge: Charge {
            charge: raw.id,
            payment_intent,
            method: details.and_then(|details| Method::of_charge(&details.kind)),
            fingerprint: details.and_then(|details| details.card.as_ref()?.fingerprint.clone()),
            funding: details
                .and_then(|details| details.card.as_ref()?.funding.as_deref().map(CardFunding::from_stripe)),
            paid_at: Timestamp::from_epoch_seconds(raw.created),
        },
        amount: money(raw.amount, &raw.currency, "amount")?,
        fee: money(raw.application_fee_amount.unwrap_or_default(), &raw.currency, "application_fee_amount")?,
        refunded: money(raw.amount_refunded, &raw.currency, "amount_refunded")?,
        has_moved: raw.paid && raw.captured && raw.status == "succeeded",
    })
}

#[derive(Deserialize)]
struct RawRefund {
    id: RefundId,
    amount: i64,
    currency: String,
    charge: Option<Expandable<ChargeId>>,
    status: Option<String>,
    failure_reason: Option<String>,
    #[serde(default)]
    balance_transaction: Value,
}

/// Reads a refund.
///
/// # Errors
/// A field is missing or of another type.
pub fn refund(object: &Value) -> Result<StripeRefund, NotUnderstood> {
    let raw: RawRefund = read(object)?;
    let outcome = match raw.status.as_deref() {
        Some("succeeded") => Outcome::Succeeded,
        Some("failed" | "canceled") => {
            Outcome::Failed(raw.failure_reason.as_deref().map_or(Failure::Unknown, Failure::from_stripe))
        }
        Some("pending") if raw.balance_transaction.is_null() => Outcome::Waiting,
        Some(_) | None => Outcome::Pending,
    };
    let tag = Metadata::of(object);
    let purpose = match (tag.purpose.as_deref(), tag.checkout, tag.attempt, tag.reference) {
        (Some(metadata::PURPOSE_CASHBACK), Some(checkout), Some(attempt), _) => {
            Purpose::Cashback { checkout, attempt }
        }
        (Some(metadata::PURPOSE_REFUND), Some(checkout), _, Some(reference)) => {
            Purpose::Merchant { checkout, reference }
        }
        _ => Purpose::Dashboard,
    };
    Ok(StripeRefund {
        id: raw.id,
        charge: raw.charge.map(Expandable::into_id),
        amount: money(raw.amount, &raw.currency, "amount")?,
        outcome,
        purpose,
    })
}

#[derive(Deserialize)]
struct RawDispute {
    id: DisputeId,
    charge: Expandable<ChargeId>,
    status: String,
    #[serde(default)]
    balance_transactions: Vec<Moved>,
}

#[derive(Deserialize)]
struct Moved {
    amount: i64,
}

/// Which charge a dispute is of.
///
/// # Errors
/// A field is missing or of another type.
pub fn charge_of_dispute(object: &Value) -> Result<ChargeId, NotUnderstood> {
    read::<RawDispute>(object).map(|dispute| dispute.charge.into_id())
}

/// Reads a dispute; none for a bank's inquiry (`warning_…`), which takes no money, and which is told of again
/// if it becomes a dispute (<https://docs.stripe.com/disputes/how-disputes-work#inquiries>).
///
/// It is over once its money agrees with the verdict: what is won has come back, and what is lost was taken,
/// or came back as what had been refunded before. One that was `prevented` took what it took. Anything else,
/// an appeal among it, is still open.
///
/// # Errors
/// A field is missing or of another type.
pub fn dispute(object: &Value) -> Result<Option<(DisputeId, Disputed)>, NotUnderstood> {
    let RawDispute { id, status, balance_transactions: moved, .. } = read(object)?;
    if status.starts_with("warning_") {
        return Ok(None);
    }
    let taken_minor = moved.iter().fold(0_i64, |sum, moved| sum.saturating_sub(moved.amount));
    let is_over = match status.as_str() {
        "won" => taken_minor == 0,
        "lost" => !moved.is_empty(),
        "prevented" => true,
        _ => false,
    };
    Ok(Some((id, Disputed { is_open: !is_over, taken_minor })))
}

fn money(minor: i64, currency: &str, field: &str) -> Result<Money, NotUnderstood> {
    Currency::from_code(&currency.to_ascii_uppercase())
        .and_then(|currency| Money::from_minor(minor, currency).ok())
        .ok_or_else(|| NotUnderstood(field.to_owned()))
}
