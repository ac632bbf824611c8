//! What a message that was given up is about: the names in it, and nothing else of its body.

use kembali::adapters::clients::messages::{BucketDue, Due};
use kembali::adapters::flows::dead_letters::DeadLetter;
use kembali::domain::cashback::bucket::Bucket;
use kembali::domain::cashback::refund::Purpose;
use kembali::domain::ids::{AccountId, ChargeId, CheckoutId, EventId, MerchantId, RefundId, SessionId};
use kembali::domain::stripe::event::{Kind, Page, StripeEvent};
use serde::{Deserialize, Serialize};

/// What a message is about.
#[derive(Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum About {
    /// Something that happened at Stripe.
    StripeEvent {
        event: EventId,
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
        #[serde(flatten)]
        of: OfEvent,
    },
    /// A checkout whose cashback, refund or page is due.
    Cashback { checkout: CheckoutId },
    /// A merchant to whom the platform may owe something, or who may owe it something.
    Settlement { merchant: MerchantId },
    /// Five minutes of cashbacks, of which a schedule could not tell.
    Schedule { bucket: Bucket },
    /// Changes of the table, of which the stream could not tell a function.
    Changes { function: String, condition: String, changes: u32, first: String, last: String },
    /// It has none of the forms that messages of this queue have.
    NotUnderstood,
}

/// What happened, to what.
#[derive(Debug, Default, Serialize)]
pub(crate) struct OfEvent {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout: Option<CheckoutId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charge: Option<ChargeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<RefundId>,
    /// The place in it that could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

/// What Lambda sends in place of changes that it gave up
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>).
#[derive(Deserialize)]
struct GaveUp {
    #[serde(rename = "requestContext")]
    context: Context,
    #[serde(rename = "DDBStreamBatchInfo")]
    batch: Batch,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    function_arn: String,
    condition: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    batch_size: u32,
    start_sequence_number: String,
    end_sequence_number: String,
}

impl About {
    pub(crate) fn stripe_event(letter: &DeadLetter) -> Self {
        letter.read().map_or(Self::NotUnderstood, |StripeEvent { id, account, kind, .. }| Self::StripeEvent {
            event: id,
            account,
            of: OfEvent::from(kind),
        })
    }

    pub(crate) fn due(letter: &DeadLetter) -> Self {
        match letter.read() {
            Some(Due::Cashback { checkout }) => Self::Cashback { checkout },
            Some(Due::Settlement { merchant }) => Self::Settlement { merchant },
            None => Self::NotUnderstood,
        }
    }

    pub(crate) fn undelivered(letter: &DeadLetter) -> Self {
        if let Some(BucketDue { bucket }) = letter.read() {
            return Self::Schedule { bucket };
        }
        letter.read().map_or(Self::NotUnderstood, |GaveUp { context, batch }| Self::Changes {
            function: context.function_arn.rsplit(':').next().unwrap_or_default().to_owned(),
            condition: context.condition,
            changes: batch.batch_size,
            first: batch.start_sequence_number,
            last: batch.end_sequence_number,
        })
    }
}

impl From<Kind> for OfEvent {
    fn from(kind: Kind) -> Self {
        let of_session = |kind, Page { checkout, session, .. }: Page| Self {
            kind,
            checkout,
            session: Some(session),
            ..Self::default()
        };
        let of_charge =
            |kind, checkout, charge| Self { kind, checkout, charge: Some(charge), ..Self::default() };
        match kind {
            Kind::ChargeSucceeded { checkout } => {
                Self { kind: "charge_succeeded", checkout: Some(checkout), ..Self::default() }
            }
            Kind::SessionPaid(page) => of_session("session_paid", page),
            Kind::SessionFailed(page) => of_session("session_failed", page),
            Kind::SessionExpired(page) => of_session("session_expired", page),
            Kind::RefundChanged(refund) => Self {
                kind: "refund_changed",
                checkout: match refund.purpose {
                    Purpose::Cashback { checkout, .. } | Purpose::Merchant { checkout, .. } => Some(checkout),
                    Purpose::Dashboard => None,
                },
                charge: refund.charge,
                refund: Some(refund.id),
                ..Self::default()
            },
            Kind::ChargeRefunded { checkout, charge, .. } => {
                of_charge("charge_refunded", Some(checkout), charge)
            }
            Kind::DisputeChanged { charge } => of_charge("dispute_changed", None, charge),
            // The event names the account.
            Kind::AccountChanged { .. } => Self { kind: "account_changed", ..Self::default() },
            Kind::Unreadable { field } => Self { kind: "unreadable", field: Some(field), ..Self::default() },
        }
    }
}
