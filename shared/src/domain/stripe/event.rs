//! Stripe's events, read into a closed enum. What is queued is this, not Stripe's body: no name, address,
//! phone number or card detail that Stripe sends along goes any further.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::object::{self, NotUnderstood, read};
use crate::domain::cashback::refund::StripeRefund;
use crate::domain::ids::{AccountId, ChargeId, CheckoutId, EventId, Reference, SessionId};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// An event that concerns us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StripeEvent {
    /// Stripe's id for it: the same on every delivery.
    pub id: EventId,
    /// The connected account it happened on. A v2 event about an account names that account.
    pub account: Option<AccountId>,
    /// Whether real money is meant.
    pub livemode: bool,
    /// When it happened.
    pub created: Timestamp,
    /// What happened.
    pub kind: Kind,
    /// Whether it was read in Stripe's list, since its webhook may be lost.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_false")]
    pub listed: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// `charge.succeeded` of a charge that names a checkout of ours. Whoever has a key of the account can
    /// make one that does, so it is a hint: what was paid, and whether it was captured, the checkout's own
    /// session is asked.
    ChargeSucceeded {
        /// The checkout it names.
        checkout: CheckoutId,
    },
    /// `checkout.session.completed` or `.async_payment_succeeded`, paid: the charge can be read at Stripe.
    SessionPaid(Page),
    /// `checkout.session.async_payment_failed`.
    SessionFailed(Page),
    /// `checkout.session.expired`.
    SessionExpired(Page),
    /// `refund.created`, `refund.updated`, `refund.failed` or `charge.refund.updated`.
    RefundChanged(StripeRefund),
    /// `charge.refunded`. Its amount is a total, never an addition: it says only whether we have missed a
    /// refund.
    ChargeRefunded {
        /// Which checkout.
        checkout: CheckoutId,
        /// The charge.
        charge: ChargeId,
        /// How much of it has been refunded in all.
        refunded: Money,
    },
    /// Anything about a dispute of a charge: all of the charge's disputes have to be read again. Snapshots
    /// come in any order, and a verdict can change.
    #[serde(alias = "dispute_opened", alias = "dispute_closed")]
    DisputeChanged {
        /// The charge that is disputed.
        charge: ChargeId,
    },
    /// Anything about a connected account: it has to be read again.
    AccountChanged {
        /// Which account.
        account: AccountId,
    },
    /// Something that concerns us, without a field that we need. Stripe keeps it for thirty days and can be
    /// asked for it by its id, once what could not read it is mended.
    Unreadable {
        /// The place in it, and never the value.
        field: String,
    },
}

/// A page at Stripe, and whose it says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Which checkout, by its metadata: whoever has a key of the account can change that, or take it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<CheckoutId>,
    /// The merchant's reference that it was made with, if it can be one. Nobody can change it
    /// (<https://docs.stripe.com/api/checkout/sessions/update>).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Stripe's session.
    pub session: SessionId,
}

/// The types of API v1 that concern us. Stripe's list of events does not have those of API v2.
pub const LISTED_TYPES: [&str; 19] = [
    "account.application.authorized",
    "account.application.deauthorized",
    "account.updated",
    "capability.updated",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

/// What a body holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// An event that concerns us.
    Ours(Box<StripeEvent>),
    /// An event of a type we do not use, or of something that is not ours. Its type is told for the log.
    NotOurs {
        /// Stripe's type.
        event_type: String,
    },
}

#[derive(Deserialize)]
struct Envelope {
    id: EventId,
    #[serde(rename = "type")]
    event_type: String,
    account: Option<AccountId>,
    #[serde(default)]
    livemode: bool,
    created: Created,
    data: Option<Data>,
    related_object: Option<Related>,
}

/// v1 events count seconds, v2 events write RFC 3339.
#[derive(Deserialize)]
#[serde(untagged)]
enum Created {
    Seconds(i64),
    Text(Timestamp),
}

/// A v2 event's `data` has no `object`.
#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    object: Value,
}

/// What there is one of in an account, such as its balance or its tax settings, has no id.
#[derive(Deserialize)]
struct Related {
    id: Option<String>,
}

/// Reads a webhook's body.
///
/// # Errors
/// It is no event.
pub fn parse(body: &[u8]) -> Result<Parsed, NotUnderstood> {
    let value: Value = serde_json::from_slice(body).map_err(|_| NotUnderstood("body".to_owned()))?;
    Ok(understand(read(&value)?, false))
}

/// Reads an event in Stripe's list of the events of `account`.
///
/// # Errors
/// As [`parse`].
pub fn parse_listed(event: &Value, account: &AccountId) -> Result<Parsed, NotUnderstood> {
    let envelope: Envelope = read(event)?;
    // Whose events are asked for decides, not what stands in them.
    Ok(understand(Envelope { account: Some(account.clone()), ..envelope }, true))
}

fn understand(envelope: Envelope, listed: bool) -> Parsed {
    let nothing = Value::Null;
    let object = envelope.data.as_ref().map_or(&nothing, |data| &data.object);
    let kind = kind(&envelope, object);
    let kind = kind.unwrap_or_else(|NotUnderstood(field)| Some(Kind::Unreadable { field }));
    let Some(kind) = kind else { return Parsed::NotOurs { event_type: envelope.event_type } };
    let created = match envelope.created {
        Created::Seconds(seconds) => Timestamp::from_epoch_seconds(seconds),
        Created::Text(time) => time,
    };
    let account = match &kind {
        Kind::AccountChanged { account } => Some(account.clone()),
        Kind::ChargeSucceeded { .. }
        | Kind::SessionPaid(_)
        | Kind::SessionFailed(_)
        | Kind::SessionExpired(_)
        | Kind::RefundChanged(_)
        | Kind::ChargeRefunded { .. }
        | Kind::DisputeChanged { .. }
        | Kind::Unreadable { .. } => envelope.account,
    };
    let Envelope { id, livemode, .. } = envelope;
    Parsed::Ours(Box::new(StripeEvent { id, account, livemode, created, kind, listed }))
}

fn kind(envelope: &Envelope, object: &Value) -> Result<Option<Kind>, NotUnderstood> {
    let ours = object::checkout_of(object);
    match envelope.event_type.as_str() {
        "charge.succeeded" => Ok(ours.map(|checkout| Kind::ChargeSucceeded { checkout })),
        "charge.refunded" => ours.map(|checkout| charge_refunded(checkout, object)).transpose(),
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed"
        | "checkout.session.expired" => session(&envelope.event_type, ours, object),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            object::refund(object).map(|refund| Some(Kind::RefundChanged(refund)))
        }
        dispute if dispute.starts_with("charge.dispute.") => {
            object::charge_of_dispute(object).map(|charge| Some(Kind::DisputeChanged { charge }))
        }
        "account.application.authorized"
        | "account.application.deauthorized"
        | "account.updated"
        | "capability.updated" => {
            let account = envelope.account.clone().ok_or_else(|| NotUnderstood("account".to_owned()))?;
            Ok(Some(Kind::AccountChanged { account }))
        }
        v2 if v2.starts_with("v2.core.account.") || v2.starts_with("v2.core.account[") => {
            let related = envelope.related_object.as_ref().and_then(|related| related.id.as_deref());
            let account = related.and_then(|id| AccountId::parse(id).ok());
            let account = account.ok_or_else(|| NotUnderstood("related_object".to_owned()))?;
            Ok(Some(Kind::AccountChanged { account }))
        }
        _ => Ok(None),
    }
}

fn charge_refunded(checkout: CheckoutId, object: &Value) -> Result<Kind, NotUnderstood> {
    let read = object::charge(object)?;
    Ok(Kind::ChargeRefunded { checkout, charge: read.charge.charge, refunded: read.refunded })
}

#[derive(Deserialize)]
struct Session {
    id: SessionId,
    payment_status: String,
}

fn session(
    event_type: &str,
    checkout: Option<CheckoutId>,
    object: &Value,
) -> Result<Option<Kind>, NotUnderstood> {
    let reference = object.get("client_reference_id").and_then(Value::as_str);
    let reference = reference.and_then(|reference| Reference::parse(reference).ok());
    if checkout.is_none() && reference.is_none() {
        return Ok(None);
    }
    let Session { id, payment_status } = read(object)?;
    let page = Page { checkout, reference, session: id };
    Ok(match event_type {
        "checkout.session.expired" => Some(Kind::SessionExpired(page)),
        "checkout.session.async_payment_failed" => Some(Kind::SessionFailed(page)),
        // Completed and not paid: the payer's bank takes its time, and another event will say how it ended.
        _ if payment_status == "unpaid" => None,
        _ => Some(Kind::SessionPaid(page)),
    })
}

#[cfg(test)]
mod tests;
