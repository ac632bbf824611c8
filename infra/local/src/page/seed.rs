//! A small town to start with: four open markets with a shop and a campaign each, set up as an operator and a
//! merchant would do it.

use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use serde_json::{Value, json};

use super::answers::Campaigns;
use super::api::read;
use super::common::Page;
use super::merchants::{Application, begin_onboarding, enroll, look, open};
use super::problem::Problem;
use super::shops::Shop;

/// What each market's platform has at Stripe, for the campaigns it pays for: 10,000.00.
const PLATFORM_MINOR: i64 = 1_000_000;
/// A campaign has begun a day ago and runs for a year.
const BEFORE_SECONDS: i64 = 24 * 3600;
const AFTER_SECONDS: i64 = 365 * 24 * 3600;

/// A market's shop and campaign.
struct Corner {
    country: Country,
    reference: &'static str,
    name: &'static str,
    campaign: &'static str,
    percent: &'static str,
    method: &'static str,
    funding: &'static str,
    most: Option<&'static str>,
    /// Whether each payer earns once.
    once: bool,
    /// What all payers together can earn.
    budget: Option<&'static str>,
}

const TOWN: [Corner; 4] = [
    Corner {
        country: Country::SG,
        reference: "sg-kopi",
        name: "Kopi Corner",
        campaign: "sg-paynow-5",
        percent: "5",
        method: "paynow",
        funding: "merchant",
        most: None,
        once: false,
        budget: None,
    },
    Corner {
        country: Country::IN,
        reference: "in-chai",
        name: "Chai Ghar",
        campaign: "in-upi-1",
        percent: "1",
        method: "upi",
        funding: "merchant",
        most: Some("10.00"),
        once: true,
        budget: Some("5000.00"),
    },
    Corner {
        country: Country::BR,
        reference: "br-padaria",
        name: "Padaria Aurora",
        campaign: "br-pix-3",
        percent: "3",
        method: "pix",
        funding: "platform",
        most: None,
        once: false,
        budget: Some("300.00"),
    },
    Corner {
        country: Country::US,
        reference: "us-diner",
        name: "Maple Diner",
        campaign: "us-card-2",
        percent: "2",
        method: "card",
        funding: "merchant",
        most: None,
        once: false,
        budget: None,
    },
];

/// Sets up the town, telling each step to `say`. What exists already stays as it is, except that tables which
/// were kept (`is_kept`) get new shops: Stripe's stand-in has forgotten the accounts of the old ones.
///
/// # Errors
/// The API or Stripe's stand-in refuses a step.
pub async fn seed(page: &Page, is_kept: bool, say: impl Fn(&str)) -> Result<(), Problem> {
    let stripe = page.stack().stripe();
    let now = Timestamp::from_epoch_millis(page.stack().clock().epoch_millis());
    for corner in &TOWN {
        let currency = corner.country.currency().code();
        let platform = stripe.platform_account_in(corner.country.code());
        stripe.set_available_balance(&platform, currency, PLATFORM_MINOR);
        open(page, corner.country).await?;
        let shop = corner.enabled_shop(page, is_kept.then_some(now)).await?;
        corner.start_campaign(page, now).await?;
        let Corner { percent, method, funding, .. } = corner;
        let market = corner.country.code();
        say(&format!(
            "{market}: open, {} enabled, {percent}% back with {method} ({funding}-funded)",
            shop.name
        ));
    }
    Ok(())
}

impl Corner {
    /// A shop that can be paid: with kept tables (`start`), one of this start's own.
    async fn enabled_shop(&self, page: &Page, start: Option<Timestamp>) -> Result<Shop, Problem> {
        let reference = start.map_or_else(
            || self.reference.to_owned(),
            |start| format!("{}-{}", self.reference, start.epoch_seconds()),
        );
        let application = Application {
            reference,
            name: self.name.to_owned(),
            email: "owner@example.com".to_owned(),
            country: self.country.code().to_owned(),
        };
        let shop = enroll(page, &application).await?;
        enable(page, &shop).await?;
        Ok(shop)
    }

    /// A campaign that runs now, unless there is one of its name.
    async fn start_campaign(&self, page: &Page, now: Timestamp) -> Result<(), Problem> {
        let path = format!("/v1/markets/{}/campaigns", self.country.code());
        let known: Campaigns = read(page.api().look_up(&path).await?)?;
        if known.campaigns.iter().any(|campaign| campaign.rule.id.as_str() == self.campaign) {
            return Ok(());
        }
        let money = |value: &str| json!({ "value": value, "currency": self.country.currency().code() });
        let limits = [
            ("max_per_payment", self.most.map(money)),
            ("caps", self.once.then(|| json!([{ "per": "campaign", "payments": 1 }]))),
            ("budget", self.budget.map(|value| json!({ "total": { "amount": money(value) } }))),
        ];
        let mut rule = json!({
            "id": self.campaign,
            "reward": { "kind": "percent", "percent": self.percent },
            "methods": [self.method],
            "funding": self.funding,
            "starts_at": now.plus_seconds(-BEFORE_SECONDS),
            "ends_at": now.plus_seconds(AFTER_SECONDS),
        });
        if let Value::Object(members) = &mut rule {
            let limits = limits.into_iter().filter_map(|(name, limit)| Some((name.to_owned(), limit?)));
            members.extend(limits);
        }
        page.api().operate("POST", &path, Some(&rule)).await.map(|_| ())
    }
}

/// Takes a shop through Stripe's onboarding, unless it has been.
async fn enable(page: &Page, shop: &Shop) -> Result<(), Problem> {
    let merchant = begin_onboarding(page, shop).await?;
    page.settle().await?;
    if merchant.state != "enabled" {
        let account = merchant.account.unwrap_or_default();
        let completed = page.stack().stripe().complete_onboarding(&account);
        completed.map_err(|error| Problem::at_stripe(&error))?;
        page.settle().await?;
    }
    let state = look(page, shop).await?.state;
    if state == "enabled" {
        Ok(())
    } else {
        Err(Problem::internal(format!("{} is {state}, not enabled", shop.name)))
    }
}
