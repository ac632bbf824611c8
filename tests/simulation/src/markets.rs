//! The markets of the simulation, their campaigns, and what a campaign promises, in plain arithmetic of our
//! own.

use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::dice::Dice;

/// A market.
#[derive(Clone, Debug)]
pub struct Market {
    /// `SG`.
    pub country: &'static str,
    /// `SGD`. All of them have two decimals.
    pub currency: &'static str,
    /// How far its clocks are ahead of UTC, in seconds, all through the simulated week.
    pub offset_seconds: i64,
    /// The way to pay that most people here use: `paynow`.
    pub rail: &'static str,
    /// Whether Stripe has transfers here. Without them nobody has credit.
    pub has_transfers: bool,
    /// How many shops there are.
    pub shops: usize,
    /// At most one for each way to pay.
    pub campaigns: Vec<Campaign>,
}

/// A campaign, as far as the simulation uses its rules.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Its name.
    pub id: &'static str,
    /// The way to pay that earns.
    pub method: &'static str,
    /// What a payment earns.
    pub reward: Reward,
    /// The smallest payment that earns.
    pub min_spend: i64,
    /// The most that one payment earns.
    pub most: i64,
    /// The platform's part, in basis points.
    pub platform_bps: i64,
    /// Whether any refund before the release ends the cashback.
    pub cancels: bool,
    /// The most for each payer on a day: how many payments.
    pub day_payments: Option<i64>,
    /// The most for each payer while the campaign runs: how much.
    pub payer_minor: Option<i64>,
    /// The budget of the whole: how much.
    pub total_minor: Option<i64>,
    /// The budget of the whole: how many payments.
    pub total_payments: Option<i64>,
    /// The budget of each day: how much.
    pub day_minor: Option<i64>,
}

/// What a payment earns.
#[derive(Clone, Copy, Debug)]
pub enum Reward {
    /// A part of it, in percent.
    Percent(i64),
    /// The same always.
    Fixed(i64),
}

impl Campaign {
    /// What a payment of `charged` earns where no cap and no budget says otherwise; zero for nothing.
    pub fn promise(&self, charged: i64) -> i64 {
        if charged < self.min_spend {
            return 0;
        }
        let reward = match self.reward {
            Reward::Percent(percent) => charged * percent / 100,
            Reward::Fixed(minor) => minor.min(charged),
        };
        reward.min(self.most)
    }

    /// The platform's part of a promise.
    pub fn platform_part(&self, promise: i64) -> i64 {
        promise * self.platform_bps / 10_000
    }

    /// Whether an offer may be smaller than [`promise`](Self::promise): a limit by sum is given to its last
    /// cent.
    pub fn has_sum_limit(&self) -> bool {
        self.payer_minor.is_some() || self.total_minor.is_some() || self.day_minor.is_some()
    }

    /// Whether it earns nothing for a payer whom nobody knows.
    pub fn counts_by_payer(&self) -> bool {
        self.payer_minor.is_some() || self.day_payments.is_some()
    }

    /// The rule as an operator writes it.
    pub fn rule(&self, currency: &str) -> Value {
        let money = |minor: i64| json!({"value": decimal(minor), "currency": currency});
        let mut rule = json!({
            "id": self.id, "methods": [self.method],
            "reward": match self.reward {
                Reward::Percent(percent) => json!({"kind": "percent", "percent": percent.to_string()}),
                Reward::Fixed(minor) => json!({"kind": "fixed", "amount": money(minor)}),
            },
            "min_spend": money(self.min_spend), "max_per_payment": money(self.most),
            "starts_at": "2026-11-01T00:00:00Z", "ends_at": "2027-02-01T00:00:00Z",
            "funding": match self.platform_bps {
                0 => json!("merchant"),
                10_000 => json!("platform"),
                bps => json!({"split": {"platform_bps": bps}}),
            },
            "on_refund": if self.cancels { "cancel" } else { "proportional" },
        });
        let caps: Vec<Value> = [
            self.day_payments.map(|payments| json!({"per": "day", "payments": payments})),
            self.payer_minor.map(|minor| json!({"per": "campaign", "amount": money(minor)})),
        ]
        .into_iter()
        .flatten()
        .collect();
        let limit = |payments: Option<i64>, minor: Option<i64>| {
            let payments = payments.map(|payments| ("payments".to_owned(), json!(payments)));
            let amount = minor.map(|minor| ("amount".to_owned(), money(minor)));
            let fields: serde_json::Map<_, _> = payments.into_iter().chain(amount).collect();
            (!fields.is_empty()).then_some(Value::Object(fields))
        };
        let total = limit(self.total_payments, self.total_minor).map(|limit| ("total".to_owned(), limit));
        let per_day = limit(None, self.day_minor).map(|limit| ("per_day".to_owned(), limit));
        let mut budget: serde_json::Map<_, _> = total.into_iter().chain(per_day).collect();
        if let Some(fields) = rule.as_object_mut() {
            if !caps.is_empty() {
                fields.insert("caps".to_owned(), json!(caps));
            }
            if !budget.is_empty() {
                budget.insert("shards".to_owned(), json!(3));
                fields.insert("budget".to_owned(), Value::Object(budget));
            }
        }
        rule
    }
}

impl Market {
    /// The campaign for a way to pay.
    pub fn campaign(&self, method: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.method == method)
    }

    /// How somebody pays by the market's own rail.
    pub fn pay(&self) -> PayWith {
        match self.rail {
            "paynow" => PayWith::Paynow,
            "upi" => PayWith::Upi,
            "pix" => PayWith::Pix,
            _ => PayWith::Card { number: "4242424242424242".to_owned() },
        }
    }

    /// The market's calendar day at `seconds` since the epoch, counted from 1970.
    pub fn day(&self, seconds: i64) -> i64 {
        (seconds + self.offset_seconds).div_euclid(86_400)
    }
}

/// An amount in minor units as the API writes it.
pub fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// All four markets, with budgets that about `lives` payments may use up or not.
pub fn markets(dice: &mut Dice, lives: usize) -> Vec<Market> {
    let lives = i64::try_from(lives).unwrap_or(i64::MAX / 1_000_000);
    let none = Campaign {
        id: "",
        method: "",
        reward: Reward::Fixed(0),
        min_spend: 100,
        most: 1_000_000,
        platform_bps: 0,
        cancels: false,
        day_payments: None,
        payer_minor: None,
        total_minor: None,
        total_payments: None,
        day_minor: None,
    };
    let total = lives * dice.between(20, 60) + 2_000;
    let paynow = Campaign {
        id: "paynow-split",
        method: "paynow",
        reward: Reward::Percent(5),
        min_spend: 300,
        most: 250,
        platform_bps: dice.pick(&[10_000, 5_000, 3_333]).unwrap_or_default(),
        day_payments: Some(dice.between(3, 6)),
        total_minor: Some(total),
        day_minor: Some(total * dice.between(4, 9) / 10),
        ..none.clone()
    };
    let sg_card = Campaign {
        id: "sg-card",
        method: "card",
        reward: Reward::Percent(2),
        platform_bps: 10_000,
        ..none.clone()
    };
    let upi = Campaign {
        id: "upi-merchant",
        method: "upi",
        reward: Reward::Percent(10),
        most: 5_000,
        payer_minor: Some(dice.between(5_000, 20_000)),
        ..none.clone()
    };
    let pix = Campaign {
        id: "pix-fixed",
        method: "pix",
        reward: Reward::Fixed(100),
        min_spend: 200,
        platform_bps: 10_000,
        total_payments: Some(lives * dice.between(5, 30) / 100 + 3),
        ..none.clone()
    };
    let us_card =
        Campaign { id: "us-card", method: "card", reward: Reward::Percent(3), cancels: true, ..none };
    let market = |country, currency, offset_hours_tenths: i64, rail, shops, campaigns| Market {
        country,
        currency,
        offset_seconds: offset_hours_tenths * 360,
        rail,
        has_transfers: country != "IN",
        shops,
        campaigns,
    };
    vec![
        market("SG", "SGD", 80, "paynow", 3, vec![paynow, sg_card]),
        market("IN", "INR", 55, "upi", 2, vec![upi]),
        market("BR", "BRL", -30, "pix", 2, vec![pix]),
        market("US", "USD", -50, "card", 2, vec![us_card]),
    ]
}
