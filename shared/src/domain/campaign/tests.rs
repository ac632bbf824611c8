//! What one payment earns, in the words of who runs the campaigns. Rules are written as an operator writes
//! them.

mod diary;
mod limits;
mod markets;
mod refusals;
mod rewards;
mod wire;

use crate::domain::market::Country;
use crate::domain::time::{Period, Timestamp};
use iso_currency::Currency;
use serde_json::{Value, json};

use super::*;
use crate::domain::ids::{MerchantId, Reference};
use crate::domain::market::{Channel, Tender};
use crate::domain::money::Money;
use crate::domain::payer::{Payer, PayerKey, Phone, Window};

pub(in crate::domain) fn merchant(name: &str) -> MerchantId {
    MerchantId::of(&Reference::parse(name).unwrap())
}

/// 5% back by PayNow in November and December, with the fields that `change` names; `null` takes one out.
pub(in crate::domain) fn rule(change: Value) -> Value {
    let mut rule = json!({
        "id": "paynow-5",
        "reward": {"kind": "percent", "percent": "5"},
        "methods": ["paynow"],
        "starts_at": "2026-11-01",
        "ends_at": "2027-01-01",
        "funding": "merchant",
    });
    let Value::Object(change) = change else { panic!("fields") };
    for (field, value) in change {
        if value.is_null() {
            rule.as_object_mut().unwrap().remove(&field);
        } else {
            rule[field] = value;
        }
    }
    rule
}

/// A campaign under [`rule`], which must be one that can be kept.
pub(in crate::domain) fn campaign(country: Country, change: Value) -> Campaign {
    let rule: Rule = serde_json::from_value(rule(change)).unwrap();
    assert_eq!(rule.check(country), Ok(()));
    Campaign::new(country, rule, Timestamp::from_epoch_seconds(0))
}

/// A wall clock of `country`: `2026-11-22 10:00`.
pub(in crate::domain) fn clock(country: Country, text: &str) -> Timestamp {
    Moment::try_from(text.replace(' ', "T")).unwrap().instant(&country.time_zone())
}

pub(in crate::domain) fn amount(country: Country, value: &str) -> Money {
    Money::parse(value, country.currency()).unwrap()
}

/// `{"value": "1.00", "currency": "SGD"}`
pub(in crate::domain) fn sgd(value: &str) -> Value {
    money(value, Currency::SGD)
}

pub(in crate::domain) fn money(value: &str, currency: Currency) -> Value {
    json!({"value": value, "currency": currency.code()})
}

/// What is bought: `25.00 paynow`, and where it matters ` counter`, ` at tailor-7`, ` as 5462`, ` on
/// 2026-11-22 10:00`.
fn buys(campaign: &Campaign, words: &str) -> String {
    let country = campaign.country;
    let words: Vec<&str> = words.split(' ').collect();
    let after =
        |word: &str| words.iter().position(|known| *known == word).map(|index| words[index + 1..].join(" "));
    let merchant = merchant(after("at").unwrap_or("baker-13".into()).split(' ').next().unwrap());
    let category = after("as").map(|code| MerchantCategory::try_from(code[..4].to_owned()).unwrap());
    let tender: Tender = serde_json::from_value(json!(words[1])).unwrap();
    let purchase = Purchase {
        merchant: &merchant,
        category: category.as_ref(),
        amount: amount(country, words[0]),
        tender,
        channel: if words.contains(&"counter") { Channel::Counter } else { Channel::Chat },
        at: clock(country, &after("on").unwrap_or("2026-11-22 10:00".into())),
        payer: None,
    };
    earns(campaign.evaluate(&purchase).unwrap())
}

/// The amount, or the rule that says no.
fn earns(verdict: Verdict) -> String {
    match verdict {
        Ok(money) => money.to_string(),
        Err(no) => serde_json::to_value(no).unwrap().as_str().unwrap().to_owned(),
    }
}

/// One line for each purchase: what is bought, and what it earns.
fn table(campaign: &Campaign, purchases: &[&str]) -> String {
    purchases.iter().map(|words| format!("{words}: {}\n", buys(campaign, words))).collect()
}

/// A new version of a rule may allow less than a payer has had already.
#[test]
fn a_cap_that_was_passed_is_reached() {
    let capped = campaign(Country::SG, json!({"caps": [{"per": "campaign", "amount": sgd("1.00")}]}));
    let at = clock(Country::SG, "2026-11-22 10:00");
    let window = Window::of(Period::Campaign, at, &Country::SG.time_zone());
    let mut payer = {
        let phone = Phone::parse("+6591234567").unwrap();
        Payer::new(PayerKey::new("key").payer(&phone, Country::SG), Country::SG)
    };
    payer.uses.entry(capped.rule.id.clone()).or_default().add(&[window], 200);
    let purchase = Purchase {
        merchant: &merchant("baker-13"),
        category: None,
        amount: amount(Country::SG, "25.00"),
        tender: Tender::Paynow,
        channel: Channel::Chat,
        at,
        payer: Some(&payer),
    };
    assert_eq!(earns(capped.evaluate(&purchase).unwrap()), "cap_reached");
}
