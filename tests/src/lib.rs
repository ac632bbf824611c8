//! A small town to test in: the whole local stack, an operator, merchants and payers. Everything goes through
//! the real edges: HTTP in, Stripe's page, webhooks, queues, the clock.

mod books;
mod crowd;
mod look;
mod schema;
mod truth;
mod webhook;
mod wire;

pub use books::Sums;
pub use crowd::{Answered, Left, order_of, promised_minor, refusal};
pub use look::{Spent, is_of_books, item_bytes};
pub use schema::Document;
pub use truth::Back;
pub use webhook::{CONNECT_SECRET, signature};
pub use wire::Wire;

pub use kembali_local::town::{Shop, session_of, text};

use kembali_local::client::{Client, Response};
use kembali_local::town::Town as People;
use kembali_local::{Options, Stack};
use local_functions::production;
use local_stripe::PayWith;
use local_wire::Clock;
use serde_json::{Value, json};

/// 2026-11-22T10:00:00Z, a Sunday: when every town begins.
pub const DAWN: i64 = 1_795_341_600;

/// What the platform keeps on its balance at Stripe, in each currency: covers are pending there when they are
/// given back.
pub const PLATFORM_MINOR: i64 = 1_000_000;

/// The stack and the ways into it.
pub struct Town {
    /// The stack.
    pub stack: Stack,
    /// A client of the gateway.
    pub client: Client,
    operator: String,
}

#[expect(clippy::expect_used, reason = "a test helper fails the test")]
impl Town {
    /// An empty town on free ports, in memory, at [`DAWN`]. Its books are closed and matched when a test
    /// [says so](Self::tick): an hourly rule would cost every other test a thousand calls.
    pub async fn new() -> Self {
        let mut options = Options::new(Clock::fixed(DAWN));
        options.template = with_rare_bookkeeping(&options.template);
        Self::with(options).await
    }

    /// A town whose sweep and whose bookkeeping come every fourth day only: what happens here happens by
    /// schedules and events alone, and two days pass quickly.
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
        let stripe = stack.stripe();
        for (country, currency) in [("SG", "sgd"), ("US", "usd"), ("IN", "inr"), ("BR", "brl")] {
            stripe.set_available_balance(&stripe.platform_account_in(country), currency, PLATFORM_MINOR);
        }
        let client = Client::new(stack.gateway_url());
        let operator = stack.operator_token().expect("the template has an authorizer");
        Self { stack, client, operator }
    }

    /// Its people, who do what the demo's do. Here a refusal fails the test.
    fn people(&self) -> People<'_> {
        People::with(&self.stack, self.client.clone())
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

    /// The secret key of a market's platform.
    pub fn stripe_key(&self, country: &str) -> String {
        let keys = self.stack.environment().secrets.get("stripe_secret_keys");
        let mut keys = keys.map_or("", String::as_str).split(',');
        let key = keys.find_map(|entry| entry.strip_prefix(country)?.strip_prefix('='));
        key.expect("the market has a platform").to_owned()
    }

    /// Opens a market to everybody.
    pub async fn open_market(&self, country: &str) {
        self.people().open_market(country).await.expect("the market opens");
    }

    /// Creates a campaign from `rule`.
    pub async fn campaign(&self, country: &str, rule: Value) -> Value {
        self.people().campaign(country, &rule).await.expect("the campaign is created")
    }

    /// A merchant who has applied.
    pub async fn applicant(&self, country: &str, reference: &str) -> Shop {
        self.people().applicant(country, reference, "Baker's 13").await.expect("the merchant applies")
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
        let shop = self.people().enable(applicant).await.expect("Stripe accepts the merchant");
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
        self.people().agreed(shop, country, order).await.expect("the payer agrees")
    }

    /// A checkout from a body.
    pub async fn create(&self, shop: &Shop, body: Value) -> Value {
        let answer = self.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    /// The checkout as it is now.
    pub async fn read(&self, shop: &Shop, checkout: &Value) -> Value {
        self.people().read(shop, checkout).await.expect("the checkout is shown")
    }

    /// The merchant refunds `value`, or all that is left, under `reference`, and everything that follows
    /// happens.
    pub async fn refund(
        &self,
        shop: &Shop,
        checkout: &Value,
        reference: &str,
        value: Option<&str>,
    ) -> Response {
        self.people().ask_refund(shop, checkout, reference, value).await.expect("the gateway answers")
    }

    /// Where the checkout and its cashback stand: `paid held`.
    pub async fn standing(&self, shop: &Shop, checkout: &Value) -> String {
        let now = self.read(shop, checkout).await;
        format!("{} {}", text(&now, "/status"), text(&now, "/cashback/state"))
    }

    /// Where each of these stands.
    pub async fn standings(&self, shop: &Shop, checkouts: &[Value]) -> Vec<String> {
        let mut standings = Vec::new();
        for checkout in checkouts {
            standings.push(self.standing(shop, checkout).await);
        }
        standings
    }

    /// Pays an open checkout on Stripe's page, and lets everything that follows happen.
    pub async fn pay(&self, checkout: &Value, with: PayWith) {
        self.people().pay(checkout, with).await.expect("the payer can pay");
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
        self.people().hours(hours).await.expect("the stack comes to rest");
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
