//! A dispute.

use serde_json::{Value, json};

use crate::balance::{Movement, render_movement};
use crate::config::Config;
use crate::methods::Method;

/// How long the account has to answer.
const EVIDENCE_SECONDS: i64 = 9 * 24 * 3600;

/// A payer's bank takes a payment back.
#[derive(Clone, Debug)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) charge: String,
    pub(crate) intent: String,
    pub(crate) method: Method,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    pub(crate) movements: Vec<Movement>,
}

/// Where a dispute is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    NeedsResponse,
    Won,
    Lost,
}

/// The dispute object.
pub(crate) fn render(dispute: &Dispute, config: &Config) -> Value {
    let status = match dispute.status {
        Status::NeedsResponse => "needs_response",
        Status::Won => "won",
        Status::Lost => "lost",
    };
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
        "is_charge_refundable": dispute.status == Status::Won,
        "livemode": config.livemode,
        "metadata": {},
        "payment_intent": dispute.intent,
        "payment_method_details": { "type": dispute.method.as_str() },
        "reason": "fraudulent",
        "status": status,
    })
}
