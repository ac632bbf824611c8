//! A Checkout Session.

use serde_json::{Value, json};

use super::presentment::{self, Presentment};
use crate::config::Config;
use crate::ids::scramble;
use crate::methods::Method;
use crate::params::Metadata;
use crate::table::Owner;

/// A Checkout Session in `payment` mode.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) account: Owner,
    pub(crate) created: i64,
    pub(crate) expires_at: i64,
    pub(crate) status: Status,
    pub(crate) paid: bool,
    pub(crate) intent: Option<String>,
    pub(crate) methods: Vec<Method>,
    /// Whether a payer may pay in another currency.
    pub(crate) adaptive: bool,
    /// What the payer is shown in another currency.
    pub(crate) presentment: Option<Presentment>,
    pub(crate) order: Order,
}

/// What was asked for when the session was created.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) currency: String,
    pub(crate) items: Vec<Item>,
    /// The sum over the items.
    pub(crate) amount: i64,
    pub(crate) ui: UiMode,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) redirect_on_completion: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) integration_identifier: Option<String>,
    pub(crate) phone_number_collection: bool,
    pub(crate) allowed: Vec<String>,
    pub(crate) excluded: Vec<String>,
    /// Whether Adaptive Pricing was asked for; `None`: as the account has it.
    pub(crate) adaptive: Option<bool>,
    pub(crate) intent_data: IntentData,
}

/// `payment_intent_data`.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntentData {
    pub(crate) application_fee_amount: Option<i64>,
    /// Whether a card is only authorized, and captured by a request of its own.
    pub(crate) capture_manually: bool,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) transfer_group: Option<String>,
}

/// One line of the order.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) unit_amount: i64,
    pub(crate) quantity: i64,
}

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Open,
    Complete,
    Expired,
}

/// Who shows the payment page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UiMode {
    HostedPage,
    EmbeddedPage,
}

impl Session {
    /// Where a payer who has paid goes, with the session's id filled in.
    pub(crate) fn after_payment(&self) -> Option<String> {
        let url = match self.order.ui {
            UiMode::HostedPage => self.order.success_url.as_ref(),
            UiMode::EmbeddedPage => self.order.return_url.as_ref(),
        };
        url.map(|url| url.replace("{CHECKOUT_SESSION_ID}", &self.id))
    }
}

/// The session object.
pub(crate) fn render(session: &Session, config: &Config) -> Value {
    let order = &session.order;
    let (status, open) = match session.status {
        Status::Open => ("open", true),
        Status::Complete => ("complete", false),
        Status::Expired => ("expired", false),
    };
    let (ui_mode, hosted) = match order.ui {
        UiMode::HostedPage => ("hosted_page", true),
        UiMode::EmbeddedPage => ("embedded_page", false),
    };
    let url = (open && hosted).then(|| format!("{}/c/pay/{}", config.public_url, session.id));
    let client_secret = (open && !hosted).then(|| format!("{}_secret_standin", session.id));
    let methods: Vec<&str> = session.methods.iter().map(|method| method.as_str()).collect();
    let mut rendered = constants();
    let own = json!({
        "id": session.id,
        "object": "checkout.session",
        "adaptive_pricing": { "enabled": session.adaptive },
        "allowed_payment_method_types": if order.allowed.is_empty() { Value::Null } else { json!(order.allowed) },
        "amount_subtotal": order.amount,
        "amount_total": order.amount,
        "cancel_url": order.cancel_url,
        "client_reference_id": order.client_reference_id,
        "client_secret": client_secret,
        "created": session.created,
        "currency": order.currency,
        "customer_details": order.customer_email.as_ref().map(|email| json!({
            "address": null, "email": email, "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
        })),
        "customer_email": order.customer_email,
        "excluded_payment_method_types": order.excluded,
        "expires_at": session.expires_at,
        "integration_identifier": order.integration_identifier,
        "livemode": config.livemode,
        "locale": order.locale,
        "metadata": order.metadata,
        "mode": "payment",
        "payment_intent": session.intent,
        "payment_method_types": methods,
        "payment_status": if session.paid { "paid" } else { "unpaid" },
        "phone_number_collection": { "enabled": order.phone_number_collection },
        "redirect_on_completion": order.redirect_on_completion,
        "return_url": order.return_url,
        "status": status,
        "success_url": order.success_url,
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
        "ui_mode": ui_mode,
        "url": url,
    });
    if let (Some(all), Value::Object(own)) = (rendered.as_object_mut(), own) {
        all.extend(own);
    }
    presentment::add(&mut rendered, session.presentment.as_ref());
    rendered
}

/// The members of a session that never differ in the stand-in.
fn constants() -> Value {
    json!({
        "after_expiration": null,
        "allow_promotion_codes": null,
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_address_collection": null,
        "collected_information": null,
        "consent": null,
        "consent_collection": null,
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
        },
        "customer": null,
        "customer_account": null,
        "customer_creation": "if_required",
        "discounts": [],
        "invoice": null,
        "invoice_creation": { "enabled": false, "invoice_data": null },
        "managed_payments": null,
        "origin_context": null,
        "payment_link": null,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "permissions": null,
        "recovered_from": null,
        "saved_payment_method_options": null,
        "setup_intent": null,
        "shipping_address_collection": null,
        "shipping_cost": null,
        "shipping_options": [],
        "submit_type": null,
        "subscription": null,
        "wallet_options": null,
    })
}

/// The line items of a session.
pub(crate) fn render_items(session: &Session) -> Vec<Value> {
    let item = |(index, item): (usize, &Item)| {
        let total = item.unit_amount.saturating_mul(item.quantity);
        json!({
            "id": format!("li_{}{index}", scramble(&session.id, 22)),
            "object": "item",
            "amount_discount": 0,
            "amount_subtotal": total,
            "amount_tax": 0,
            "amount_total": total,
            "currency": session.order.currency,
            "description": item.name,
            "price": null,
            "quantity": item.quantity,
        })
    };
    session.order.items.iter().enumerate().map(item).collect()
}
