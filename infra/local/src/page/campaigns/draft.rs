//! From the form to the rule that the API takes, and from a field of the rule back to the form's.

use std::collections::BTreeMap;

use kembali::domain::market::{Country, Tender};
use kembali::domain::time::{Day, Timestamp};
use serde_json::{Map, Value, json};

use crate::page::common::Page;
use crate::page::problem::Problem;

/// How long a suggested campaign runs.
const SUGGESTED_SECONDS: i64 = 60 * 24 * 3600;

/// The periods of a cap, and the parts of a budget: the form's fields are called after them.
pub(super) const PERIODS: [&str; 4] = ["day", "week", "month", "campaign"];
pub(super) const BUDGETS: [&str; 2] = ["total", "per_day"];

/// How many tiers the form has room for.
pub(super) const TIERS: usize = 3;

/// The form, as it was sent or as it is suggested: what is ticked is there under its name.
pub(super) struct Draft(BTreeMap<String, String>);

impl Draft {
    pub(super) fn of(fields: BTreeMap<String, String>) -> Self {
        Self(fields)
    }

    pub(super) fn suggested(page: &Page) -> Self {
        let now = Timestamp::from_epoch_millis(page.stack().clock().epoch_millis());
        let day = |at: Timestamp| at.day_in(&Country::SG.time_zone()).to_string();
        let fields = [
            ("country", "SG".to_owned()),
            ("percent", "10".to_owned()),
            ("funding", "merchant".to_owned()),
            ("starts_at", day(now)),
            ("ends_at", day(now.plus_seconds(SUGGESTED_SECONDS))),
            ("paynow", "on".to_owned()),
        ];
        Self(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    pub(super) fn country(&self) -> Option<Country> {
        Country::parse(self.get("country"))
    }

    /// What an operator's own tools would send. A day is one of the market's own; the last one counts.
    pub(super) fn rule(&self, country: Country) -> Result<Value, Problem> {
        let ticked = Tender::ALL.iter().filter(|tender| self.has(tender.name()));
        let mut rule = Map::new();
        let mut set = |name: &str, value: Value| {
            rule.insert(name.to_owned(), value);
        };
        set("id", json!(self.get("id")));
        set("reward", self.reward(country)?);
        set("methods", ticked.map(|tender| tender.name()).collect());
        set("funding", self.funding()?);
        set("starts_at", json!(self.day("starts_at")?));
        set("ends_at", json!(self.day("ends_at")?.next()));
        for name in ["min_spend", "max_per_payment"] {
            if let Some(amount) = self.amount(name, country) {
                set(name, amount);
            }
        }
        for (name, values) in
            [("merchants", self.list("merchants")), ("merchant_categories", self.list("merchant_categories"))]
        {
            if !values.is_empty() {
                set(name, json!(values));
            }
        }
        let channels: Vec<&str> =
            ["chat", "counter"].into_iter().filter(|channel| self.has(channel)).collect();
        if !channels.is_empty() {
            set("channels", json!(channels));
        }
        if let Some(occasion) = self.occasion()? {
            set("occasion", occasion);
        }
        let caps: Vec<Value> = self.caps(country)?.into_iter().map(|(_, cap)| cap).collect();
        if !caps.is_empty() {
            set("caps", json!(caps));
        }
        let budget = self.budget(country)?;
        if !budget.is_empty() {
            set("budget", Value::Object(budget));
        }
        if let Some(stacking) = self.stacking(country) {
            set("stacking", stacking);
        }
        if self.has("on_refund") {
            set("on_refund", json!(self.get("on_refund")));
        }
        for name in ["promise_hours", "release_margin_hours", "wallet_days"] {
            if let Some(number) = self.number(name)? {
                set(name, json!(number));
            }
        }
        Ok(Value::Object(rule))
    }

    /// The form's field that the API means by `field`, such as `caps[0].amount`: the cap's place in the list
    /// is that among those that were filled in.
    pub(super) fn field_of(&self, field: &str) -> String {
        let part = |prefix: &str| field.strip_prefix(prefix).map(|rest| rest.trim_start_matches('.'));
        let what = |rest: &str| if rest.starts_with("amount") { "amount" } else { "payments" }.to_owned();
        let entry = |rest: &str| {
            let (index, rest) = rest.split_once(']')?;
            Some((index.parse::<usize>().ok()?, rest.trim_start_matches('.').to_owned()))
        };
        if let Some((index, rest)) = part("caps[").and_then(entry) {
            let filled = PERIODS.iter().filter(|period| self.is_limited(&format!("cap_{period}")));
            let period = filled.copied().nth(index).unwrap_or("day");
            return format!("cap_{period}_{}", what(&rest));
        }
        for budget in BUDGETS {
            if let Some(rest) = part(&format!("budget.{budget}")) {
                return format!("{budget}_{}", what(rest));
            }
        }
        if let Some((index, rest)) = part("reward.tiers[").and_then(entry) {
            let filled = (0..TIERS).filter(|tier| self.has(&format!("tier{tier}_percent")));
            let tier = filled.clone().nth(index).unwrap_or_default();
            return format!("tier{tier}_{}", if rest.starts_with("percent") { "percent" } else { "from" });
        }
        let known = [
            ("reward.amount", "fixed"),
            ("reward.tiers", "tier0_percent"),
            ("reward", "percent"),
            ("budget", "total_amount"),
            ("occasion.n", "occasion_n"),
            ("stacking.ceiling", "ceiling"),
            ("funding.split", "platform_bps"),
        ];
        let known =
            known.iter().find(|(path, _)| field.starts_with(path)).map(|(_, name)| (*name).to_owned());
        known.unwrap_or_else(|| field.split(['.', '[']).next().unwrap_or_default().to_owned())
    }

    fn reward(&self, country: Country) -> Result<Value, Problem> {
        let tiers: Vec<Value> = (0..TIERS)
            .filter(|tier| self.has(&format!("tier{tier}_percent")))
            .map(|tier| {
                let from = self.amount(&format!("tier{tier}_from"), country);
                let from = from.unwrap_or_else(|| money("0", country));
                json!({"from": from, "percent": self.get(&format!("tier{tier}_percent"))})
            })
            .collect();
        let filled = [self.has("percent"), self.has("fixed"), !tiers.is_empty()];
        if filled.into_iter().filter(|is_filled| *is_filled).count() > 1 {
            let detail = "Write a percentage, or a fixed amount, or tiers: one of them.";
            return Err(Problem::invalid("percent", detail));
        }
        Ok(if let Some(amount) = self.amount("fixed", country) {
            json!({"kind": "fixed", "amount": amount})
        } else if tiers.is_empty() {
            json!({"kind": "percent", "percent": self.get("percent")})
        } else {
            json!({"kind": "tiered", "tiers": tiers})
        })
    }

    fn funding(&self) -> Result<Value, Problem> {
        match self.get("funding") {
            "split" => {
                let part = self.number("platform_bps")?;
                let missing = || Problem::invalid("platform_bps", "Write the platform's part, 1 to 9999.");
                Ok(json!({"split": {"platform_bps": part.ok_or_else(missing)?}}))
            }
            other => Ok(json!(other)),
        }
    }

    fn occasion(&self) -> Result<Option<Value>, Problem> {
        Ok(match self.get("occasion") {
            "first_overall" => Some(json!({"kind": "first_payment", "scope": "overall"})),
            "first_per_merchant" => Some(json!({"kind": "first_payment", "scope": "per_merchant"})),
            "once_per_merchant" => Some(json!({"kind": "once_per_merchant"})),
            "every_nth" => {
                let missing = || Problem::invalid("occasion_n", "Write which payment earns, 2 to 100.");
                let n = self.number("occasion_n")?.ok_or_else(missing)?;
                Some(json!({"kind": "every_nth", "n": n}))
            }
            _ => None,
        })
    }

    fn caps(&self, country: Country) -> Result<Vec<(&'static str, Value)>, Problem> {
        let mut caps = Vec::new();
        for period in PERIODS {
            if let Some(mut cap) = self.limit(&format!("cap_{period}"), country)? {
                cap.insert("per".to_owned(), json!(period));
                caps.push((period, Value::Object(cap)));
            }
        }
        Ok(caps)
    }

    fn budget(&self, country: Country) -> Result<Map<String, Value>, Problem> {
        let mut budget = Map::new();
        for part in BUDGETS {
            if let Some(limit) = self.limit(part, country)? {
                budget.insert(part.to_owned(), Value::Object(limit));
            }
        }
        Ok(budget)
    }

    fn stacking(&self, country: Country) -> Option<Value> {
        match self.get("stacking") {
            "exclusive" => Some(json!({"mode": "exclusive"})),
            "sum" => Some(match self.amount("ceiling", country) {
                Some(ceiling) => json!({"mode": "sum", "ceiling": ceiling}),
                None => json!({"mode": "sum"}),
            }),
            _ => None,
        }
    }

    fn is_limited(&self, name: &str) -> bool {
        self.has(&format!("{name}_payments")) || self.has(&format!("{name}_amount"))
    }

    /// A limit by count, by sum, or by both, if either was filled in.
    fn limit(&self, name: &str, country: Country) -> Result<Option<Map<String, Value>>, Problem> {
        if !self.is_limited(name) {
            return Ok(None);
        }
        let mut limit = Map::new();
        if let Some(payments) = self.number(&format!("{name}_payments"))? {
            limit.insert("payments".to_owned(), json!(payments));
        }
        if let Some(amount) = self.amount(&format!("{name}_amount"), country) {
            limit.insert("amount".to_owned(), amount);
        }
        Ok(Some(limit))
    }

    fn amount(&self, name: &str, country: Country) -> Option<Value> {
        self.has(name).then(|| money(self.get(name), country))
    }

    fn number(&self, name: &str) -> Result<Option<u32>, Problem> {
        let text = self.get(name);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| Problem::invalid(name, "Write a whole number."))
    }

    fn day(&self, name: &str) -> Result<Day, Problem> {
        Day::parse(self.get(name)).map_err(|_| Problem::invalid(name, "Write a day such as 2026-11-22."))
    }

    fn list(&self, name: &str) -> Vec<&str> {
        self.get(name).split([',', ' ', '\n', '\r']).filter(|entry| !entry.is_empty()).collect()
    }
}

fn money(value: &str, country: Country) -> Value {
    json!({ "value": value, "currency": country.currency().code() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(fields: &[(&str, &str)]) -> Draft {
        Draft(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_form_becomes_the_rule_that_the_api_takes() {
        let fields = [
            ("id", "upi-only"),
            ("percent", "1"),
            ("upi", "on"),
            ("funding", "merchant"),
            ("starts_at", "2026-11-01"),
            ("ends_at", "2026-11-30"),
            ("max_per_payment", "10.00"),
            ("cap_campaign_payments", "1"),
            ("total_amount", "5000.00"),
            ("chat", "on"),
            ("stacking", "exclusive"),
        ];
        let rule = draft(&fields).rule(Country::IN).unwrap();
        let rupees = |value: &str| json!({"value": value, "currency": "INR"});
        let expected = json!({
            "id": "upi-only", "reward": {"kind": "percent", "percent": "1"}, "methods": ["upi"], "funding": "merchant",
            "starts_at": "2026-11-01", "ends_at": "2026-12-01", "max_per_payment": rupees("10.00"),
            "caps": [{"per": "campaign", "payments": 1}], "budget": {"total": {"amount": rupees("5000.00")}},
            "channels": ["chat"], "stacking": {"mode": "exclusive"},
        });
        assert_eq!(rule, expected);
        let rule: kembali::domain::campaign::Rule = serde_json::from_value(rule).unwrap();
        rule.check(Country::IN).unwrap();
    }

    #[test]
    fn one_reward_is_asked_for() {
        let both = draft(&[
            ("percent", "1"),
            ("fixed", "2.00"),
            ("starts_at", "2026-11-01"),
            ("ends_at", "2026-11-02"),
        ]);
        assert!(both.rule(Country::SG).is_err());
    }

    #[test]
    fn a_field_of_the_rule_is_found_in_the_form() {
        let form = draft(&[("cap_week_amount", "5"), ("cap_campaign_payments", "1"), ("tier1_percent", "2")]);
        for (field, name) in [
            ("caps[0].amount", "cap_week_amount"),
            ("caps[1].payments", "cap_campaign_payments"),
            ("caps[1]", "cap_campaign_payments"),
            ("budget.total.amount", "total_amount"),
            ("budget.per_day", "per_day_payments"),
            ("reward.percent", "percent"),
            ("reward.amount", "fixed"),
            ("reward.tiers[0].from", "tier1_from"),
            ("stacking.ceiling", "ceiling"),
            ("occasion.n", "occasion_n"),
            ("funding.split.platform_bps", "platform_bps"),
            ("max_per_payment.value", "max_per_payment"),
            ("methods", "methods"),
            ("ends_at", "ends_at"),
        ] {
            assert_eq!(form.field_of(field), name, "{field}");
        }
    }
}
