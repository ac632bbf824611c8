//! A small town to test in: the whole local stack, an operator, merchants and payers. Everything goes through the real
//! edges: HTTP in, Stripe's page, webhooks, queues, the clock.

mod books;
mod crowd;
mod look;
mod truth;
mod webhook;
mod wire;

pub use books::Sums;
pub use crowd::{Answered, Left, order_of, promised_minor, refusal};
pub use look::{Spent, is_of_books, item_bytes};
pub use truth::Back;
pub use webhook::{CONNECT_SECRET, signature};
pub use wire::Wire;

use kembali_local::client::{Client, Response};
use kembali_local::registry::production;
use kembali_local::{Options, Stack};
use local_stripe::PayWith;
use local_wire::Clock;
use serde_json::{Value, json};

/// 2026-11-22T10:00:00Z, a Sunday: when every town begins.
pub const DAWN: i64 = 1_795_341_600;

/// The stack and the ways into it.
pub struct Town {
    /// The stack.
    pub stack: Stack,
    /// A client of the gateway.
    pub client: Client,
    operator: String,
}

/// A merchant who is known to the system.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The merchant's id.
    pub id: String,
    /// A live key.
    pub key: String,
    /// Stripe's account, once there is one.
    pub account: String,
}

#[expect(clippy::expect_used, reason = "a test helper fails the test")]
impl Town {
    /// An empty town on free ports, in memory, at [`DAWN`]. Its books are closed and matched when a test [says
    /// so](Self::tick): an hourly rule would cost every other test a thousand calls.
    pub async fn new() -> Self {
        let mut options = Options::new(Clock::fixed(DAWN));
        options.template = with_rare_bookkeeping(&options.template);
        Self::with(options).await
    }

    /// A town whose sweep and whose bookkeeping come every fourth day only: what happens here happens by schedules and
    /// events alone, and two days pass quickly.
    pub async fn unswept() -> Self {
        let mut options = Options::new(Clock::fixed(DAWN));
        options.template = rarely(&options.template);
        Self::with(options).await
    }

    /// A town with options of its own.
    pub async fn with(options: Options) -> Self {
        Self::of(Stack::start(options, &production()).await.expect("the stack starts"))
    }

    /// The town around a stack.
    pub fn of(stack: Stack) -> Self {
        let client = Client::new(stack.gateway_url());
        let operator = stack.operator_token().expect("the template has an authorizer");
        Self { stack, client, operator }
    }

    /// Sends a request with a token.
    pub async fn call(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Response {
        self.client.call(token, method, path, body.as_ref()).await.expect("the gateway answers")
    }

    /// Sends a request as the operator, with a token that is valid now.
    pub async fn operate(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        let token = self.stack.operator_token().unwrap_or_else(|| self.operator.clone());
        self.call(&token, method, path, body).await
    }

    /// Opens a market to everybody.
    pub async fn open_market(&self, country: &str) {
        let body = json!({"open_to": {"mode": "open"}});
        let answer = self.operate("PUT", &format!("/v1/markets/{country}/rollout"), Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// Creates a campaign from `rule`.
    pub async fn campaign(&self, country: &str, rule: Value) -> Value {
        let answer = self.operate("POST", &format!("/v1/markets/{country}/campaigns"), Some(rule)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    /// A merchant who has applied.
    pub async fn applicant(&self, country: &str, reference: &str) -> Shop {
        let body = json!({
            "reference": reference, "name": "Baker's 13", "email": "shop@example.com", "country": country, "fee_bps": 100,
        });
        let answer = self.operate("POST", "/v1/merchants", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        let merchant = answer.json();
        Shop { id: text(&merchant, "/id"), key: text(&merchant, "/api_key"), account: String::new() }
    }

    /// A merchant who is enabled, in a market that is open.
    pub async fn shop(&self, country: &str) -> Shop {
        self.open_market(country).await;
        let applicant = self.applicant(country, &format!("shop-{country}")).await;
        self.enable(applicant).await
    }

    /// One more merchant who is enabled, in a market that is open already.
    pub async fn another_shop(&self, country: &str, reference: &str) -> Shop {
        let applicant = self.applicant(country, reference).await;
        self.enable(applicant).await
    }

    /// Takes an applicant through Stripe's onboarding.
    pub async fn enable(&self, applicant: Shop) -> Shop {
        let path = format!("/v1/merchants/{}/onboarding-link", applicant.id);
        let answer = self.call(&applicant.key, "POST", &path, None).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        let account = text(&answer.json(), "/account");
        self.settle().await;
        self.stack.stripe().complete_onboarding(&account).expect("the account exists");
        self.settle().await;
        let shop = Shop { account, ..applicant };
        assert_eq!(text(&self.merchant(&shop).await, "/state"), "enabled");
        shop
    }

    /// The merchant as the API shows it.
    pub async fn merchant(&self, shop: &Shop) -> Value {
        self.call(&shop.key, "GET", &format!("/v1/merchants/{}", shop.id), None).await.json()
    }

    /// A checkout for `value` of the market's `currency`.
    pub async fn checkout(&self, shop: &Shop, reference: &str, value: &str, currency: &str) -> Value {
        let body = json!({
            "reference": reference, "amount": {"value": value, "currency": currency}, "description": "kopi",
            "channel": "chat",
        });
        self.create(shop, body).await
    }

    /// An order whose payer has agreed, in the platform's chat, to pay a part of it with credit.
    pub async fn agreed(&self, shop: &Shop, country: &str, order: Value) -> Value {
        let consent = json!({
            "phone": text(&order, "/payer/phone"), "merchant": shop.id, "reference": text(&order, "/reference"),
            "amount": order.get("amount"),
        });
        let path = format!("/v1/markets/{country}/wallet-consents");
        let answer = self.operate("POST", &path, Some(consent)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let mut order = order;
        if let Some(payer) = order.pointer_mut("/payer").and_then(Value::as_object_mut) {
            payer.insert("wallet_consent".to_owned(), json!(text(&answer.json(), "/wallet_consent")));
        }
        order
    }

    /// A checkout from a body.
    pub async fn create(&self, shop: &Shop, body: Value) -> Value {
        let answer = self.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    /// The checkout as it is now.
    pub async fn read(&self, shop: &Shop, checkout: &Value) -> Value {
        let path = format!("/v1/checkouts/{}", text(checkout, "/id"));
        self.call(&shop.key, "GET", &path, None).await.json()
    }

    /// The merchant refunds `value`, or all that is left, under `reference`, and everything that follows happens.
    pub async fn refund(
        &self,
        shop: &Shop,
        checkout: &Value,
        reference: &str,
        value: Option<&str>,
    ) -> Response {
        let path = format!("/v1/checkouts/{}/refunds", text(checkout, "/id"));
        let mut body = json!({"reference": reference});
        if let (Some(value), Some(fields)) = (value, body.as_object_mut()) {
            let currency = text(checkout, "/amount/currency");
            fields.insert("amount".to_owned(), json!({"value": value, "currency": currency}));
        }
        let answer = self.call(&shop.key, "POST", &path, Some(body)).await;
        self.settle().await;
        answer
    }

    /// Where the checkout and its cashback stand: `paid held`.
    pub async fn standing(&self, shop: &Shop, checkout: &Value) -> String {
        let now = self.read(shop, checkout).await;
        format!("{} {}", text(&now, "/status"), text(&now, "/cashback/state"))
    }

    /// Pays an open checkout on Stripe's page, and lets everything that follows happen.
    pub async fn pay(&self, checkout: &Value, with: PayWith) {
        self.stack.stripe().pay(&session_of(checkout), with).expect("the payer can pay");
        self.settle().await;
    }

    /// Does everything that is due now.
    pub async fn settle(&self) {
        self.stack.settle().await.expect("the stack comes to rest");
    }

    /// Lets minutes pass, with everything that happens in them.
    pub async fn minutes(&self, minutes: i64) {
        self.stack.advance(minutes * 60).await.expect("the stack comes to rest");
    }

    /// Lets hours pass, with everything that happens in them.
    pub async fn hours(&self, hours: i64) {
        self.stack.advance(hours * 3600).await.expect("the stack comes to rest");
    }
}

/// The template with everything that comes by the clock made rare.
pub(crate) fn rarely(template: &str) -> String {
    let rare = template.replace("rate(30 minutes)", "rate(4 days)");
    assert_ne!(rare, template, "the template has a sweep");
    with_rare_bookkeeping(&rare)
}

fn with_rare_bookkeeping(template: &str) -> String {
    let rare = template.replace("rate(1 hour)", "rate(4 days)");
    assert_ne!(rare, template, "the template closes days and matches them");
    rare
}

/// The session in a checkout's URL.
pub fn session_of(checkout: &Value) -> String {
    text(checkout, "/url").rsplit('/').next().unwrap_or_default().to_owned()
}

/// The text at `pointer`, or nothing.
pub fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A campaign of 5% for one rail, long enough for every test.
pub fn five_percent(id: &str, method: &str, funding: &str) -> Value {
    json!({
        "id": id, "reward": {"kind": "percent", "percent": "5"}, "methods": [method], "funding": funding,
        "starts_at": "2026-11-01T00:00:00+08:00", "ends_at": "2027-02-01T00:00:00+08:00",
    })
}

/// A card that works.
pub fn card() -> PayWith {
    PayWith::Card { number: "4242 4242 4242 4242".to_owned() }
}
