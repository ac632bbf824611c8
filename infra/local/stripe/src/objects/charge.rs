//! A charge.

use serde_json::{Value, json};

use super::presentment::{self, Presentment};
use super::session::IntentData;
use crate::config::Config;
use crate::ids::scramble;
use crate::methods::{Behaviour, Card, Method, details};

/// One attempt to move money from a payer to an account.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) intent: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    /// Whether the money moved. A succeeded charge that is not captured is an authorization.
    pub(crate) captured: bool,
    pub(crate) method: Method,
    pub(crate) card: Option<Card>,
    pub(crate) email: Option<String>,
    pub(crate) data: IntentData,
    pub(crate) presentment: Option<Presentment>,
    pub(crate) application_fee: Option<String>,
    pub(crate) balance_transaction: Option<String>,
    pub(crate) disputed: bool,
    /// What disputes hold that are open or were lost, so that it cannot be refunded.
    pub(crate) charged_back: i64,
}

/// Where a charge is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Succeeded,
    Failed,
}

impl Charge {
    /// What can still be refunded.
    pub(crate) fn refundable(&self) -> i64 {
        self.amount - self.amount_refunded
    }

    /// What is neither refunded nor held by a dispute.
    pub(crate) fn undisputed(&self) -> i64 {
        (self.refundable() - self.charged_back).max(0)
    }

    /// The id of the payment method it was made with.
    pub(crate) fn payment_method(&self) -> String {
        format!("pm_{}", scramble(&format!("pm:{}", self.id), 24))
    }

    /// Why it failed, if it did: a code and a sentence.
    pub(crate) fn failure(&self) -> Option<(&'static str, &'static str)> {
        match (self.status, self.method) {
            (Status::Failed, Method::Card) => Some(("card_declined", "Your card was declined.")),
            (Status::Failed, Method::Link | Method::Paynow | Method::Upi | Method::Pix) => {
                Some(("payment_intent_payment_attempt_failed", "The payment was not completed."))
            }
            (Status::Pending | Status::Succeeded, _) => None,
        }
    }

    /// What its card does, if it was made with one.
    pub(crate) fn behaviour(&self) -> Option<Behaviour> {
        self.card.as_ref().map(|card| card.behaviour)
    }
}

/// The charge object.
pub(crate) fn render(charge: &Charge, config: &Config) -> Value {
    let status = match charge.status {
        Status::Pending => "pending",
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
    };
    let paid = charge.status == Status::Succeeded;
    let failure = charge.failure();
    let mut rendered = json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": if charge.captured { charge.amount } else { 0 },
        "amount_refunded": charge.amount_refunded,
        "application": null,
        "application_fee": charge.application_fee,
        "application_fee_amount": charge.data.application_fee_amount,
        "balance_transaction": charge.balance_transaction,
        "billing_details": {
            "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
            "email": charge.email, "name": null, "phone": null, "tax_id": null,
        },
        "calculated_statement_descriptor": null,
        "captured": charge.captured,
        "created": charge.created,
        "currency": charge.currency,
        "customer": null,
        "description": charge.data.description,
        "disputed": charge.disputed,
        "failure_balance_transaction": null,
        "failure_code": failure.map(|(code, _)| code),
        "failure_message": failure.map(|(_, message)| message),
        "fraud_details": {},
        "livemode": config.livemode,
        "metadata": charge.data.metadata,
        "on_behalf_of": null,
        "outcome": outcome(charge),
        "paid": paid,
        "payment_intent": charge.intent,
        "payment_method": charge.payment_method(),
        "payment_method_details": details(charge.method, charge.card.as_ref(), &charge.id),
        "radar_options": {},
        "receipt_email": charge.data.receipt_email,
        "receipt_number": null,
        "receipt_url": paid.then(|| format!("{}/receipts/{}", config.public_url, charge.id)),
        "refunded": paid && charge.refundable() == 0,
        "review": null,
        "shipping": null,
        "source": null,
        "source_transfer": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": charge.data.statement_descriptor_suffix,
        "status": status,
        "transfer_data": null,
        "transfer_group": charge.data.transfer_group,
    });
    presentment::add(&mut rendered, charge.presentment.as_ref());
    rendered
}

fn outcome(charge: &Charge) -> Value {
    let (network_status, reason, seller_message, kind) = match charge.status {
        Status::Failed => (
            "declined_by_network",
            Some("generic_decline"),
            "The bank did not return any further details with this decline.",
            "issuer_declined",
        ),
        Status::Pending | Status::Succeeded => {
            ("approved_by_network", None, "Payment complete.", "authorized")
        }
    };
    json!({
        "advice_code": null, "network_advice_code": null, "network_decline_code": null,
        "network_status": network_status, "reason": reason, "risk_level": "normal",
        "seller_message": seller_message, "type": kind,
    })
}
