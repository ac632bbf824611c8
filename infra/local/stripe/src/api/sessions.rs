//! Checkout Sessions.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::acts::session;
use crate::error::Error;
use crate::methods::Method;
use crate::money::{display, is_currency};
use crate::objects::account::Configuration;
use crate::objects::session::{IntentData, Item, Order, Session, Status, UiMode, render, render_items};
use crate::params::Params;
use crate::regions;
use crate::state::{Act, Change};

const MIN_AMOUNT: i64 = 50;
const MAX_AMOUNT: i64 = 99_999_999;
const SOONEST_EXPIRY: i64 = 30 * 60;
const LATEST_EXPIRY: i64 = 24 * 3600;
/// Names of methods that Stripe has and the stand-in cannot charge.
const OTHER_METHODS: [&str; 4] = ["alipay", "grabpay", "promptpay", "wechat_pay"];
/// How far Stripe's clock is from the caller's, either way.
const CLOCK_SKEW: i64 = 1;
/// <https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-client_reference_id>
const LONGEST_REFERENCE: usize = 200;

/// `POST /v1/checkout/sessions`
pub(super) fn create(_: String, mut params: Params) -> Result<Job, Error> {
    if params.has("payment_method_types") {
        let message = "Received unknown parameter: payment_method_types. As of API version 2026-09-30.endive, use \
                       allowed_payment_method_types to filter the payment methods that are offered.";
        return Err(Error::invalid(message).coded("parameter_unknown").at("payment_method_types"));
    }
    match params.one_of("mode", &["payment", "setup", "subscription"])?.as_deref() {
        None => return Err(Error::param_missing("mode")),
        Some("payment") => {}
        Some(_) => {
            return Err(Error::invalid("The stand-in has Checkout Sessions in payment mode only.").at("mode"));
        }
    }
    let expires_at = params.integer("expires_at")?;
    let (items, currency) = line_items(&mut params)?;
    let order = order(&mut params, items, currency)?;
    params.ignore(&[
        "payment_method_options",
        "submit_type",
        "billing_address_collection",
        "customer_creation",
    ]);
    params.finish()?;
    Ok(Box::new(move |act| {
        let expires_at = expiry(act.now(), expires_at)?;
        check_amount(&order)?;
        let methods = methods(act, &order)?;
        Ok(open(act, order, methods, expires_at))
    }))
}

fn order(params: &mut Params, items: Vec<Item>, currency: String) -> Result<Order, Error> {
    let sum = |sum: i64, item: &Item| sum.checked_add(item.unit_amount.checked_mul(item.quantity)?);
    let amount = items.iter().try_fold(0, sum).unwrap_or(i64::MAX);
    let embedded =
        params.one_of("ui_mode", &["hosted_page", "embedded_page"])?.as_deref() == Some("embedded_page");
    let mut phone = params.object("phone_number_collection")?;
    let mut adaptive = params.object("adaptive_pricing")?;
    let ours = Method::ALL.iter().map(|method| method.as_str());
    let methods: Vec<&str> = ours.chain(OTHER_METHODS).collect();
    let order = Order {
        currency,
        items,
        amount,
        ui: if embedded { UiMode::EmbeddedPage } else { UiMode::HostedPage },
        success_url: params.text("success_url")?,
        cancel_url: params.text("cancel_url")?,
        return_url: params.text("return_url")?,
        redirect_on_completion: params
            .one_of("redirect_on_completion", &["always", "if_required", "never"])?,
        metadata: params.metadata("metadata")?,
        client_reference_id: params.text("client_reference_id")?,
        customer_email: params.text("customer_email")?,
        locale: params.text("locale")?,
        integration_identifier: params.text("integration_identifier")?,
        phone_number_collection: phone.boolean("enabled")?.unwrap_or(false),
        allowed: params.each_of("allowed_payment_method_types", &methods)?,
        excluded: params.each_of("excluded_payment_method_types", &methods)?,
        adaptive: adaptive.boolean("enabled")?,
        intent_data: intent_data(params)?,
    };
    adaptive.finish()?;
    phone.finish()?;
    if order.client_reference_id.as_ref().is_some_and(|id| id.chars().count() > LONGEST_REFERENCE) {
        let message = format!("Invalid string: must be at most {LONGEST_REFERENCE} characters");
        return Err(Error::invalid(message).at("client_reference_id"));
    }
    check_urls(&order)?;
    Ok(order)
}

fn line_items(params: &mut Params) -> Result<(Vec<Item>, String), Error> {
    let given = params.objects("line_items")?;
    let mut currency: Option<String> = None;
    let mut items = Vec::new();
    for mut line in given {
        let mut price = line.object("price_data")?;
        let its_currency = price.required_text("currency")?.to_lowercase();
        if !is_currency(&its_currency) {
            return Err(
                Error::invalid(format!("Invalid currency: {its_currency}.")).at(price.name("currency"))
            );
        }
        if currency.as_ref().is_some_and(|currency| *currency != its_currency) {
            return Err(
                Error::invalid("All line items must have the same currency.").at(price.name("currency"))
            );
        }
        let mut product = price.object("product_data")?;
        let name = product.required_text("name")?;
        let unit_amount = price.integer_from("unit_amount", 0)?;
        let unit_amount = unit_amount.ok_or_else(|| Error::param_missing(&price.name("unit_amount")))?;
        let quantity =
            line.integer_from("quantity", 1)?.ok_or_else(|| Error::param_missing(&line.name("quantity")))?;
        product.ignore(&["description", "images", "metadata", "tax_code"]);
        product.finish()?;
        price.ignore(&["tax_behavior"]);
        price.finish()?;
        line.ignore(&["metadata"]);
        line.finish()?;
        currency = Some(its_currency);
        items.push(Item { name, unit_amount, quantity });
    }
    let currency = currency.ok_or_else(|| Error::param_missing("line_items"))?;
    Ok((items, currency))
}

fn intent_data(params: &mut Params) -> Result<IntentData, Error> {
    let mut given = params.object("payment_intent_data")?;
    let capture = given.one_of("capture_method", &["automatic", "automatic_async", "manual"])?;
    let data = IntentData {
        capture_manually: capture.as_deref() == Some("manual"),
        application_fee_amount: given.integer_from("application_fee_amount", 0)?,
        description: given.text("description")?,
        metadata: given.metadata("metadata")?,
        receipt_email: given.text("receipt_email")?,
        statement_descriptor_suffix: given.text("statement_descriptor_suffix")?,
        transfer_group: given.text("transfer_group")?,
    };
    given.finish()?;
    Ok(data)
}

/// A hosted page returns to `success_url`, an embedded one to `return_url`.
fn check_urls(order: &Order) -> Result<(), Error> {
    let never = order.redirect_on_completion.as_deref() == Some("never");
    match order.ui {
        UiMode::HostedPage if order.success_url.is_none() => Err(Error::param_missing("success_url")),
        UiMode::HostedPage if order.return_url.is_some() => {
            Err(Error::invalid("`return_url` is not allowed if `ui_mode` is `hosted_page`.").at("return_url"))
        }
        UiMode::EmbeddedPage if order.return_url.is_none() && !never => {
            Err(Error::param_missing("return_url"))
        }
        UiMode::EmbeddedPage if order.success_url.is_some() || order.cancel_url.is_some() => {
            let message = "`success_url` and `cancel_url` are not allowed if `ui_mode` is `embedded_page`.";
            Err(Error::invalid(message).at("success_url"))
        }
        UiMode::HostedPage | UiMode::EmbeddedPage => Ok(()),
    }
}

/// When a session that is created `now` expires. Calls take no time here; in truth Stripe reads its clock a
/// moment after the caller, and the clocks may differ. So exactly the soonest and exactly the latest time are
/// refused.
fn expiry(now: i64, wish: Option<i64>) -> Result<i64, Error> {
    let Some(wish) = wish else { return Ok(now + LATEST_EXPIRY) };
    let message = if wish < now + SOONEST_EXPIRY + CLOCK_SKEW {
        "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
    } else if wish > now + LATEST_EXPIRY - CLOCK_SKEW {
        "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
    } else {
        return Ok(wish);
    };
    Err(Error::invalid(message).at("expires_at"))
}

fn check_amount(order: &Order) -> Result<(), Error> {
    if order.amount < MIN_AMOUNT {
        let least = display(MIN_AMOUNT, &order.currency);
        let message = format!("The Checkout Session's total amount due must add up to at least {least}");
        return Err(Error::invalid(message).coded("amount_too_small"));
    }
    if order.amount > MAX_AMOUNT {
        let most = display(MAX_AMOUNT, &order.currency);
        let message = format!("The Checkout Session's total amount due must be no more than {most}");
        return Err(Error::invalid(message).coded("amount_too_large"));
    }
    if order.intent_data.application_fee_amount.is_some_and(|fee| fee > order.amount) {
        let message = "The application fee cannot be greater than the total amount of the Checkout Session.";
        return Err(Error::invalid(message).at("payment_intent_data[application_fee_amount]"));
    }
    Ok(())
}

/// Whether the platform takes application fees on the account that is selected.
fn check_fee(act: &Act<'_>) -> Result<(), Error> {
    if act.owner.account.is_none() {
        let message =
            "Can only apply an application_fee_amount when the request is made for a connected account.";
        return Err(Error::invalid(message));
    }
    let (home, abroad) = act.state.countries(&act.owner)?;
    if !regions::lets_take_fees(home, abroad) {
        let message =
            format!("A platform in {home} cannot take application fees on accounts located in {abroad}.");
        return Err(Error::invalid(message));
    }
    Ok(())
}

/// The methods to offer: active on the account, right for the currency, allowed and not excluded.
fn methods(act: &Act<'_>, order: &Order) -> Result<Vec<Method>, Error> {
    if order.intent_data.application_fee_amount.is_some() {
        check_fee(act).map_err(|error| error.at("payment_intent_data[application_fee_amount]"))?;
    }
    let account = act.state.account(&act.owner)?;
    let active = |method: Method| account.can(Configuration::Merchant, method.capability());
    if !active(Method::Card) {
        let message = format!(
            "The account {} cannot create Checkout Sessions: its capability card_payments is not active.",
            account.id
        );
        return Err(Error::invalid(message));
    }
    let named = |names: &[String], method: Method| {
        [method, beside(method)].iter().any(|one| names.iter().any(|name| name == one.as_str()))
    };
    let offered: Vec<Method> = Method::ALL
        .iter()
        .copied()
        .filter(|method| active(*method) && method.takes(&order.currency))
        .filter(|method| order.allowed.is_empty() || named(&order.allowed, *method))
        .filter(|method| !named(&order.excluded, *method))
        .collect();
    if offered.is_empty() {
        let message = "No valid payment method types for this Checkout Session. Please ensure that you have activated \
                       payment methods compatible with your chosen currency in your dashboard.";
        return Err(Error::invalid(message));
    }
    Ok(offered)
}

/// The method that `method` is offered together with: Link comes with cards, by an assumption also where only
/// cards are allowed (<https://docs.stripe.com/payments/link/checkout-link>).
fn beside(method: Method) -> Method {
    match method {
        Method::Card | Method::Link => Method::Card,
        Method::Paynow | Method::Upi | Method::Pix => method,
    }
}

fn open(act: &mut Act<'_>, order: Order, methods: Vec<Method>, expires_at: i64) -> Value {
    let prefix = if act.state.config.livemode { "cs_live" } else { "cs_test" };
    let id = act.state.ids.next_of_length(prefix, 58);
    act.state.changes.plan(expires_at * 1000, Change::ExpireSession(id.clone()));
    let session = Session {
        id: id.clone(),
        account: act.owner.clone(),
        created: act.now(),
        expires_at,
        status: Status::Open,
        paid: false,
        intent: None,
        methods,
        adaptive: order.adaptive.unwrap_or_else(|| act.state.adaptive.contains(&act.owner)),
        presentment: None,
        order,
    };
    let rendered = render(&session, &act.state.config);
    act.state.sessions.insert(act.owner.clone(), &id, session);
    rendered
}

/// `GET /v1/checkout/sessions/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.sessions.get(&act.owner, &id).map(|session| render(session, &act.state.config))
    }))
}

/// `POST /v1/checkout/sessions/{id}`: metadata only.
pub(super) fn update(id: String, mut params: Params) -> Result<Job, Error> {
    let metadata = params.metadata("metadata")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.sessions.get(&act.owner, &id)?;
        if let Some(session) = act.state.sessions.find_mut(&id) {
            session.order.metadata.extend(metadata);
        }
        act.state.sessions.get(&act.owner, &id).map(|session| render(session, &act.state.config))
    }))
}

/// `GET /v1/checkout/sessions/{id}/line_items`
pub(super) fn list_items(id: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let session = act.state.sessions.get(&act.owner, &id)?;
        page.of(&format!("/v1/checkout/sessions/{id}/line_items"), render_items(session))
    }))
}

/// `POST /v1/checkout/sessions/{id}/expire`
pub(super) fn expire(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        if act.state.sessions.get(&act.owner, &id)?.status != Status::Open {
            let message = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
            return Err(Error::invalid(message));
        }
        Ok(session::expire(act, &id))
    }))
}

/// `GET /v1/checkout/sessions`
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let intent = params.text("payment_intent")?;
    let status = params.one_of("status", &["open", "complete", "expired"])?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let rows = act.state.sessions.newest_first(&act.owner);
        let rows = rows.filter(|session| intent.is_none() || session.intent == intent);
        let rows = rows.map(|session| render(session, &act.state.config));
        let is_asked = |row: &Value| {
            status.as_deref().is_none_or(|status| row.get("status").and_then(Value::as_str) == Some(status))
        };
        page.of("/v1/checkout/sessions", rows.filter(is_asked).collect())
    }))
}
