//! A dispute.

use serde_json::{Map, Value, json};

use crate::balance::{Movement, render_movement};
use crate::config::Config;
use crate::methods::{Card, Method};

/// How long the account has to answer.
const EVIDENCE_SECONDS: i64 = 9 * 24 * 3600;

/// A payer's bank takes a payment back, or part of it, or asks about it.
#[derive(Clone, Debug)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) charge: String,
    pub(crate) intent: String,
    pub(crate) method: Method,
    pub(crate) card: Option<Card>,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    pub(crate) movements: Vec<Movement>,
}

/// Where a dispute is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// An inquiry: the bank asks and takes nothing.
    WarningNeedsResponse,
    /// An inquiry that did not become a dispute.
    WarningClosed,
    NeedsResponse,
    /// The bank's decision is looked at again (<https://docs.stripe.com/disputes/arbitration>).
    AppealUnderReview,
    Won,
    Lost,
    /// Resolved before it became a chargeback.
    Prevented,
}

impl Status {
    /// Stripe's word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::AppealUnderReview => "appeal_under_review",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Prevented => "prevented",
        }
    }

    /// `payment_method_details.card.case_type`.
    fn case_type(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse | Self::WarningClosed => "inquiry",
            Self::NeedsResponse | Self::AppealUnderReview | Self::Won | Self::Lost => "chargeback",
            Self::Prevented => "resolution",
        }
    }
}

impl Dispute {
    /// What it has taken from the account and not given back.
    pub(crate) fn taken(&self) -> i64 {
        -self.movements.iter().map(|movement| movement.amount).sum::<i64>()
    }

    /// The part of the charge that cannot be refunded because of it: all of it while it is open or when it
    /// was lost.
    pub(crate) fn holds(&self) -> i64 {
        match self.status {
            Status::NeedsResponse | Status::AppealUnderReview | Status::Lost => self.amount,
            Status::Prevented => self.taken(),
            Status::WarningNeedsResponse | Status::WarningClosed | Status::Won => 0,
        }
    }
}

/// The dispute object; `is_refundable` is whether something of its charge can still be refunded.
pub(crate) fn render(dispute: &Dispute, is_refundable: bool, config: &Config) -> Value {
    let transactions: Vec<Value> = dispute.movements.iter().map(render_movement).collect();
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": transactions,
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": dispute.created + EVIDENCE_SECONDS, "enhanced_eligibility": {}, "has_evidence": false,
            "past_due": false, "submission_count": 0, "submission_method": "not_submitted",
        },
        "intended_submission_method": null,
        "is_charge_refundable": is_refundable,
        "livemode": config.livemode,
        "metadata": {},
        "payment_intent": dispute.intent,
        "payment_method_details": details(dispute),
        "reason": "fraudulent",
        "status": dispute.status.as_str(),
    })
}

fn details(dispute: &Dispute) -> Value {
    let mut details = Map::new();
    if let Some(card) = &dispute.card {
        let (brand, case_type) = (card.brand(), dispute.status.case_type());
        let card =
            json!({ "brand": brand, "case_type": case_type, "network": brand, "network_reason_code": null });
        details.insert("card".to_owned(), card);
    }
    details.insert("type".to_owned(), json!(dispute.method.as_str()));
    Value::Object(details)
}
