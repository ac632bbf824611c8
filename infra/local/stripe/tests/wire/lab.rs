//! A stand-in on a port, a webhook endpoint beside it, and a client.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::post;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local_stripe::{Config, Endpoint, Platform, Scope, Stripe};
use local_wire::serve::{Served, serve};
use local_wire::{Calls, Clock};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "sk_test_lab";
pub(crate) const SECRET: &str = "whsec_lab";
pub(crate) const NOW: i64 = 1_800_000_000;

/// What a webhook endpoint got.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

#[derive(Clone, Debug)]
struct Sink {
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<u16>>,
}

pub(crate) struct Lab {
    /// Which platform's requests these are.
    pub(crate) key: String,
    pub(crate) stripe: Stripe,
    pub(crate) clock: Clock,
    pub(crate) calls: Calls,
    client: Client<HttpConnector, Full<Bytes>>,
    server: Served,
    sink: Sink,
    endpoint: Served,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    pub(crate) fn error(&self) -> (u16, Value) {
        (self.status, self.json()["error"].clone())
    }

    pub(crate) fn code(&self) -> (u16, String) {
        (self.status, self.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// The key of the platform in `country`.
pub(crate) fn key_of(country: &str) -> String {
    if country == "SG" { KEY.to_owned() } else { format!("{KEY}_{country}") }
}

impl Lab {
    pub(crate) async fn new() -> Self {
        Self::of(&["SG"]).await
    }

    /// A lab with a platform in each of `countries`; requests are the first one's, until `key` is another.
    pub(crate) async fn of(countries: &[&str]) -> Self {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let sink = Sink { received: Arc::default(), answer: Arc::new(Mutex::new(200)) };
        let sink_router = Router::new()
            .route("/account", post(receive))
            .route("/connect", post(receive))
            .route("/thin", post(receive))
            .with_state(sink.clone());
        let endpoint = serve(any_port, sink_router).await.unwrap();
        let (clock, calls) = (Clock::fixed(NOW), Calls::new());
        let platform = |country: &str| Platform { secret_key: key_of(country), country: country.to_owned() };
        let config = Config {
            platforms: countries.iter().copied().map(platform).collect(),
            livemode: false,
            ids_after: 0,
            public_url: String::new(),
            endpoints: vec![],
        };
        let stripe = Stripe::new(config, clock.clone(), calls.clone());
        let server = serve(any_port, stripe.router()).await.unwrap();
        stripe.set_public_url(&server.url());
        let client = Client::builder(TokioExecutor::new()).build_http();
        let key = countries.first().map(|country| key_of(country)).unwrap();
        let lab = Self { key, stripe, clock, calls, client, server, sink, endpoint };
        lab.stripe.set_endpoints(vec![
            lab.endpoint("account", Scope::Account),
            lab.endpoint("connect", Scope::Connect),
            lab.endpoint("thin", Scope::Thin),
        ]);
        lab
    }

    pub(crate) fn endpoint(&self, path: &str, scope: Scope) -> Endpoint {
        Endpoint { url: format!("{}/{path}", self.endpoint.url()), secret: SECRET.to_owned(), scope }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// From now on the webhook endpoints answer this.
    pub(crate) fn endpoints_answer(&self, status: u16) {
        *self.sink.answer.lock().unwrap() = status;
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.sink.received.lock().unwrap().clone()
    }

    /// Delivers what is due and forgets it.
    pub(crate) async fn drain(&self) {
        self.stripe.deliver().await;
        self.sink.received.lock().unwrap().clear();
    }

    /// Delivers what is due and returns the types received at one endpoint.
    pub(crate) async fn deliver(&self, path: &str) -> Vec<String> {
        self.sink.received.lock().unwrap().clear();
        self.stripe.deliver().await;
        let kind = |received: &Received| {
            let body: Value = serde_json::from_str(&received.body).unwrap();
            body["type"].as_str().unwrap().to_owned()
        };
        self.received().iter().filter(|received| received.path == path).map(kind).collect()
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Reply {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url()) };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response =
            self.client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Reply { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// A form-encoded request, with `Stripe-Account` and `Idempotency-Key` unless they are empty.
    pub(crate) async fn post_keyed(
        &self,
        path: &str,
        account: &str,
        key: &str,
        params: &[(&str, &str)],
    ) -> Reply {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let authorization = format!("Bearer {}", self.key);
        let all = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("stripe-account", account),
            ("idempotency-key", key),
        ];
        let headers: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        self.send(Method::POST, path, &headers, body).await
    }

    pub(crate) async fn post(&self, path: &str, account: &str, params: &[(&str, &str)]) -> Reply {
        self.post_keyed(path, account, "", params).await
    }

    pub(crate) async fn post_json(&self, path: &str, key: &str, body: &Value) -> Reply {
        let authorization = format!("Bearer {}", self.key);
        let mut headers =
            vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        if !key.is_empty() {
            headers.push(("idempotency-key", key));
        }
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    pub(crate) async fn get(&self, path: &str, account: &str) -> Reply {
        let authorization = format!("Bearer {}", self.key);
        let all = [("authorization", authorization.as_str()), ("stripe-account", account)];
        let headers: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        self.send(Method::GET, path, &headers, String::new()).await
    }

    /// Presses a button on a hosted page.
    pub(crate) async fn press(&self, url: &str, fields: &str) -> Reply {
        self.send(
            Method::POST,
            url,
            &[("content-type", "application/x-www-form-urlencoded")],
            fields.to_owned(),
        )
        .await
    }

    /// Creates an account that asks for these capabilities, and for transfers.
    pub(crate) async fn account(&self, capabilities: &[&str]) -> String {
        self.account_in("sg", capabilities).await
    }

    /// The same in another country.
    pub(crate) async fn account_in(&self, country: &str, capabilities: &[&str]) -> String {
        let requested: serde_json::Map<String, Value> =
            capabilities.iter().map(|name| ((*name).to_owned(), json!({ "requested": true }))).collect();
        let body = json!({
            "contact_email": "owner@example.com",
            "display_name": "Tye Tye",
            "dashboard": "full",
            "identity": { "country": country, "entity_type": "company" },
            "defaults": { "responsibilities": { "fees_collector": "stripe", "losses_collector": "stripe" } },
            "configuration": {
                "merchant": { "capabilities": requested },
                "recipient": { "capabilities": { "stripe_balance": { "stripe_transfers": { "requested": true } } } },
            },
            "include": ["configuration.merchant", "requirements"],
        });
        self.post_json("/v2/core/accounts", "", &body).await.ok()["id"].as_str().unwrap().to_owned()
    }

    /// An account that can take every method.
    pub(crate) async fn merchant(&self) -> String {
        self.merchant_in("sg").await
    }

    /// The same in another country.
    pub(crate) async fn merchant_in(&self, country: &str) -> String {
        let all = ["card_payments", "paynow_payments", "upi_payments", "pix_payments"];
        let account = self.account_in(country, &all).await;
        self.stripe.complete_onboarding(&account).unwrap();
        self.drain().await;
        account
    }

    pub(crate) async fn try_session(
        &self,
        account: &str,
        amount: &str,
        currency: &str,
        more: &[(&str, &str)],
    ) -> Reply {
        let mut params = vec![
            ("mode", "payment"),
            ("line_items[0][price_data][currency]", currency),
            ("line_items[0][price_data][unit_amount]", amount),
            ("line_items[0][price_data][product_data][name]", "Kopi"),
            ("line_items[0][quantity]", "1"),
            ("success_url", "https://shop.example/done?s={CHECKOUT_SESSION_ID}"),
            ("cancel_url", "https://shop.example/back"),
        ];
        params.extend(more);
        self.post("/v1/checkout/sessions", account, &params).await
    }

    /// The id of a new session.
    pub(crate) async fn session(
        &self,
        account: &str,
        amount: &str,
        currency: &str,
        more: &[(&str, &str)],
    ) -> String {
        let session = self.try_session(account, amount, currency, more).await.ok();
        session["id"].as_str().unwrap().to_owned()
    }

    /// What is pending on the account and on the platform can be spent now.
    pub(crate) fn release(&self, account: &str) {
        for account in [account, &self.stripe.platform_account()] {
            self.stripe.release_pending(account);
        }
    }

    /// The charge of a new session that was paid with `number`, its money available, its events delivered.
    pub(crate) async fn card_charge(&self, account: &str, amount: &str, number: &str) -> String {
        let session = self.session(account, amount, "sgd", &[]).await;
        self.stripe.pay(&session, local_stripe::PayWith::Card { number: number.to_owned() }).unwrap();
        self.release(account);
        self.drain().await;
        self.stripe.charge_of(&session).unwrap()
    }

    /// The charge of a new session that was paid with PayNow, its money available, its events delivered.
    pub(crate) async fn paynow_charge(&self, account: &str, amount: &str) -> String {
        let session = self.session(account, amount, "sgd", &[]).await;
        self.stripe.pay(&session, local_stripe::PayWith::Paynow).unwrap();
        self.release(account);
        self.drain().await;
        self.stripe.charge_of(&session).unwrap()
    }

    pub(crate) async fn charge(&self, account: &str, id: &str) -> Value {
        self.get(&format!("/v1/charges/{id}"), account).await.ok()
    }
}

async fn receive(
    State(sink): State<Sink>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    sink.received.lock().unwrap().push(Received { path: uri.path().to_owned(), signature, body });
    StatusCode::from_u16(*sink.answer.lock().unwrap()).unwrap()
}
