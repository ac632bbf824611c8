//! A refund.

use serde_json::{Value, json};

use super::presentment::{self, Presentment};
use crate::methods::Method;
use crate::params::Metadata;

/// Why a refund fails or waits when the account has too little.
pub(crate) const SHORT_OF_MONEY: &str = "insufficient_funds";

/// Money on its way back to a payer.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) charge: String,
    pub(crate) intent: Option<String>,
    /// The way back; none for a transfer's payment.
    pub(crate) method: Option<Method>,
    /// The transfer reversal that made it, if one did.
    pub(crate) reversal: Option<String>,
    pub(crate) created: i64,
    pub(crate) wish: Wish,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    /// What the payer is shown of it in another currency.
    pub(crate) presentment: Option<Presentment>,
    /// The application fee that went back with it.
    pub(crate) fee_back: i64,
    pub(crate) balance_transaction: Option<String>,
    pub(crate) failure_balance_transaction: Option<String>,
    /// The failure reason it will end with; `None`: it will succeed.
    pub(crate) will_fail: Option<String>,
}

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    /// `None`: everything that is left.
    pub(crate) amount: Option<i64>,
    pub(crate) metadata: Metadata,
    pub(crate) reason: Option<String>,
    pub(crate) refund_application_fee: bool,
    pub(crate) instructions_email: Option<String>,
}

/// Where a refund is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// A card refund that waits for money on the account; nothing has moved.
    Waiting,
    /// Under way.
    Pending,
    Succeeded,
    Failed(String),
}

/// The refund object.
pub(crate) fn render(refund: &Refund) -> Value {
    let (status, failure_reason, pending_reason) = match &refund.status {
        Status::Waiting => ("pending", None, Some(SHORT_OF_MONEY)),
        Status::Pending => ("pending", None, Some("processing")),
        Status::Succeeded => ("succeeded", None, None),
        Status::Failed(reason) => ("failed", Some(reason), None),
    };
    let mut rendered = json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": refund.balance_transaction,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "customer": null,
        "customer_account": null,
        "destination_details": destination_details(refund),
        "metadata": refund.wish.metadata,
        "payment_intent": refund.intent,
        "payment_method": null,
        "reason": refund.wish.reason,
        "receipt_number": null,
        "source_transfer_reversal": refund.reversal,
        "status": status,
        "transfer_reversal": null,
    });
    let optional = [
        ("failure_balance_transaction", refund.failure_balance_transaction.as_deref()),
        ("failure_reason", failure_reason.map(String::as_str)),
        ("instructions_email", refund.wish.instructions_email.as_deref()),
        ("pending_reason", pending_reason),
    ];
    if let Some(members) = rendered.as_object_mut() {
        let given = optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
        members.extend(given);
    }
    presentment::add(&mut rendered, refund.presentment.as_ref());
    rendered
}

fn destination_details(refund: &Refund) -> Value {
    match refund.method {
        None => Value::Null,
        Some(Method::Card) => {
            json!({ "card": { "reference_status": "pending", "reference_type": "acquirer_reference_number",
                                          "type": "refund" }, "type": "card" })
        }
        Some(Method::Link) => json!({ "type": "link" }),
        Some(Method::Paynow) => json!({ "paynow": {}, "type": "paynow" }),
        Some(Method::Upi) => json!({ "type": "upi" }),
        Some(Method::Pix) => json!({ "pix": {}, "type": "pix" }),
    }
}
