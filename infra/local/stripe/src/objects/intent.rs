//! A PaymentIntent.

use serde_json::{Value, json};

use super::charge::Charge;
use super::presentment;
use super::session::IntentData;
use crate::config::Config;
use crate::methods::Method;

/// The attempt to collect what a session asks for.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    /// How a payment that takes a while will end.
    pub(crate) will_succeed: bool,
    pub(crate) latest_charge: Option<String>,
    pub(crate) methods: Vec<Method>,
    pub(crate) data: IntentData,
}

/// Where a payment intent is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    RequiresPaymentMethod,
    /// A card is authorized, and nothing has moved.
    RequiresCapture,
    Processing,
    Succeeded,
    /// What was authorized was let go.
    Canceled,
}

/// The payment intent object; `charge` is its latest charge.
pub(crate) fn render(intent: &Intent, charge: Option<&Charge>, config: &Config) -> Value {
    let status = match intent.status {
        Status::RequiresPaymentMethod => "requires_payment_method",
        Status::RequiresCapture => "requires_capture",
        Status::Processing => "processing",
        Status::Succeeded => "succeeded",
        Status::Canceled => "canceled",
    };
    let received = if intent.status == Status::Succeeded { intent.amount } else { 0 };
    let methods: Vec<&str> = intent.methods.iter().map(|method| method.as_str()).collect();
    let mut rendered = json!({
        "id": intent.id,
        "object": "payment_intent",
        "allowed_payment_method_types": null,
        "amount": intent.amount,
        "amount_capturable": if intent.status == Status::RequiresCapture { intent.amount } else { 0 },
        "amount_details": { "tip": {} },
        "amount_received": received,
        "application": null,
        "application_fee_amount": intent.data.application_fee_amount,
        "automatic_payment_methods": null,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": if intent.data.capture_manually { "manual" } else { "automatic_async" },
        "client_secret": null,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "customer_account": null,
        "description": intent.data.description,
        "excluded_payment_method_types": null,
        "last_payment_error": last_error(intent, charge),
        "latest_charge": intent.latest_charge,
        "livemode": config.livemode,
        "managed_payments": null,
        "metadata": intent.data.metadata,
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": charge.filter(|_| received > 0).map(Charge::payment_method),
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": methods,
        "payment_record": null,
        "processing": null,
        "receipt_email": intent.data.receipt_email,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": intent.data.statement_descriptor_suffix,
        "status": status,
        "transfer_data": null,
        "transfer_group": intent.data.transfer_group,
    });
    presentment::add(&mut rendered, charge.and_then(|charge| charge.presentment.as_ref()));
    rendered
}

fn last_error(intent: &Intent, charge: Option<&Charge>) -> Value {
    let charge = charge.filter(|_| intent.status == Status::RequiresPaymentMethod);
    let failure = charge.and_then(|charge| Some((charge, charge.failure()?)));
    let Some((charge, (code, message))) = failure else { return Value::Null };
    json!({
        "charge": charge.id,
        "code": code,
        "decline_code": if code == "card_declined" { Some("generic_decline") } else { None },
        "message": message,
        "payment_method": { "id": charge.payment_method(), "object": "payment_method", "type": charge.method.as_str() },
        "payment_method_type": charge.method.as_str(),
        "type": if code == "card_declined" { "card_error" } else { "invalid_request_error" },
    })
}
