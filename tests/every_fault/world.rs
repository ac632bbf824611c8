//! A town in which one flow is lived again and again.

use kembali_local::Options;
use kembali_tests::{DAWN, Shop, Town};
use local_stripe::PayWith;
use local_wire::{Clock, Faults};
use serde_json::{Value, json};

use super::flow::{Flow, Rail};
use super::plan::{Hit, Plan};

/// What a campaign's budget and a payer's cap allow.
const PLENTY: i64 = 100_000;

/// The town of one flow.
pub(crate) struct World {
    pub(crate) town: Town,
    pub(crate) faults: Faults,
    pub(crate) flow: Flow,
    pub(crate) shop: Shop,
    lives: usize,
    /// What goes wrong now.
    pub(crate) plan: Plan,
}

/// One run of the flow.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) shop: Shop,
    pub(crate) checkout: Value,
    pub(crate) phone: String,
    pub(crate) number: usize,
    pub(crate) dispute: String,
    /// Whether its page had expired when the merchant was answered at last.
    pub(crate) had_no_page: bool,
    /// What an API caller was refused.
    pub(crate) refused: Vec<String>,
}

impl Rail {
    /// Country, currency and the name of the method.
    pub(crate) fn at_home(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Card => ("US", "USD", "card"),
            Self::Paynow => ("SG", "SGD", "paynow"),
            Self::Upi => ("IN", "INR", "upi"),
            Self::Pix => ("BR", "BRL", "pix"),
        }
    }

    pub(crate) fn pay(self) -> PayWith {
        match self {
            Self::Card => kembali_tests::card(),
            Self::Paynow => PayWith::Paynow,
            Self::Upi => PayWith::Upi,
            Self::Pix => PayWith::Pix,
        }
    }
}

impl World {
    /// A town with a shop and a campaign. Nothing comes by the clock: the sweep comes when [it is
    /// time](Self::sweep).
    pub(crate) async fn of(flow: Flow) -> Self {
        let faults = Faults::default();
        let mut options = Options::new(Clock::fixed(DAWN));
        options.faults = faults.clone();
        for rate in ["rate(30 minutes)", "rate(1 hour)"] {
            options.template = options.template.replace(rate, "rate(3000 days)");
        }
        let town = Town::with(options).await;
        let (country, currency, method) = flow.rail.at_home();
        let shop = town.shop(country).await;
        let mut rule = kembali_tests::five_percent("five", method, "merchant");
        rule["ends_at"] = json!("2036-01-01");
        rule["funding"] = match flow.funding {
            "split" => json!({"split": {"platform_bps": 5000}}),
            other => json!(other),
        };
        if flow.is_limited {
            rule["caps"] = json!([{"per": "campaign", "payments": 1}]);
            rule["budget"] = json!({"total": {"payments": PLENTY}, "shards": 1});
        }
        town.campaign(country, rule).await;
        let stripe = town.stack.stripe();
        // Merchants are paid out every business day, and keep what their own refunds take.
        stripe.keep_minimum(&shop.account, currency, 100_000_000);
        stripe.keep_available(&stripe.platform_account_in(country), currency, 100_000_000);
        Self { town, faults, flow, shop, lives: 0, plan: Plan::default() }
    }

    /// Lives the flow once more: what went before, and then the act, in which `hits` happen.
    pub(crate) async fn live(&mut self, hits: &[Hit]) -> Life {
        self.lives += 1;
        let mut life = Life {
            shop: self.shop.clone(),
            checkout: Value::Null,
            phone: format!("+658{:07}", 1_000_000 + self.lives),
            number: self.lives,
            dispute: String::new(),
            had_no_page: false,
            refused: Vec::new(),
        };
        self.faults.clear();
        self.plan = Plan::default();
        for step in self.flow.before {
            self.take(&mut life, *step).await;
        }
        self.plan = Plan::begin(hits, &self.faults);
        self.plan.act(true);
        for step in self.flow.act {
            self.take(&mut life, *step).await;
        }
        self.plan.act(false);
        life
    }

    /// Whether the checkout waits in the due index.
    pub(crate) fn is_due(&self, life: &Life) -> bool {
        self.town.checkout_item(&life.checkout).get("due_shard").is_some()
    }

    /// The half-hourly rule, now. It does not care how it goes.
    pub(crate) async fn sweep(&self) {
        let time = jiff::Timestamp::from_second(self.town.now()).expect("a time").to_string();
        let event = json!({
            "version": "0", "id": "6c1a2d9e-30b8-4a1f-9d53-2f1f4b0c7e11", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": "123456789012", "time": time, "region": "us-east-1",
            "resources": [], "detail": {},
        });
        drop(self.town.stack.invoke("release-cashback", event.to_string().into_bytes()).await);
        self.town.settle().await;
    }
}
