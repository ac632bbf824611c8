//! Connected accounts, by Accounts v2 as Stripe advises (<https://docs.stripe.com/connect/accounts-v2>), and
//! by v1 for the capabilities that v2 does not list.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::request::{Body, Call, Form, Stripe, StripeError};
use crate::domain::ids::{AccountId, MerchantId, Reference};
use crate::domain::market::{Capability, Country};
use crate::domain::merchant::{AccountReading, Requirement};
use crate::domain::stripe::object::read;
use crate::domain::time::Timestamp;

/// What an account is created from.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    /// The merchant.
    pub merchant: &'a MerchantId,
    /// The platform's name for the business.
    pub reference: &'a Reference,
    /// What payers read.
    pub name: &'a str,
    /// Where Stripe writes to.
    pub email: &'a str,
    /// The market.
    pub country: Country,
}

/// A page on which the merchant gives Stripe what it needs. It works once, and not for long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OnboardingLink {
    /// The page.
    pub url: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

#[derive(Deserialize)]
struct Created {
    id: AccountId,
}

#[derive(Deserialize)]
struct Account {
    id: AccountId,
    #[serde(default)]
    closed: bool,
    configuration: Option<Configuration>,
    requirements: Option<Requirements>,
}

#[derive(Deserialize)]
struct Configuration {
    merchant: Option<MerchantConfiguration>,
}

#[derive(Deserialize)]
struct MerchantConfiguration {
    #[serde(default)]
    capabilities: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
struct Requirements {
    #[serde(default)]
    entries: Option<Vec<Entry>>,
    summary: Option<Summary>,
}

/// Stripe gives a date for the strictest status only, not for each requirement.
#[derive(Deserialize)]
struct Summary {
    minimum_deadline: Option<Deadline>,
}

#[derive(Deserialize)]
struct Entry {
    description: Option<String>,
    awaiting_action_from: Option<String>,
    minimum_deadline: Option<Deadline>,
}

#[derive(Deserialize)]
struct Deadline {
    status: String,
    time: Option<Timestamp>,
}

impl Stripe {
    /// Creates the merchant's account: merchant configuration, full dashboard, Stripe collects its fees from
    /// the merchant and bears losses; with the capabilities for the market's ways to pay, and to receive
    /// transfers.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn create_account(&self, new: &NewAccount<'_>) -> Result<AccountId, StripeError> {
        let methods = new.country.methods().iter();
        let capabilities: Map<String, Value> = methods
            .filter_map(|method| match method.capability() {
                Capability::V2(name) => Some((name.to_owned(), json!({"requested": true}))),
                Capability::V1(_) => None,
            })
            .collect();
        let body = json!({
            "contact_email": new.email,
            "display_name": new.name,
            "dashboard": "full",
            "identity": {"country": new.country.code()},
            "configuration": {
                "merchant": {"capabilities": capabilities},
                "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": true}}}},
            },
            "defaults": {"responsibilities": {"fees_collector": "stripe", "losses_collector": "stripe"}},
            "metadata": {"kembali_merchant": new.merchant, "reference": new.reference},
        });
        let key = format!("account_{}", new.merchant);
        let answer = self.send(Call::post("/v2/core/accounts", None, key, Body::Json(body))).await?;
        let Created { id } = read(&answer)?;
        for name in v1_capabilities(new.country) {
            let path = format!("/v1/accounts/{id}/capabilities/{name}");
            let form: Form = vec![("requested".to_owned(), "true".to_owned())];
            let key = format!("capability_{id}_{name}");
            match self.send(Call::post(path, None, key, Body::Form(form))).await {
                // The account is there. Without this way to pay, it is enabled for the others.
                Err(StripeError::Refused { code }) => {
                    tracing::warn!(account = %id, name, code, "capability refused")
                }
                answer => answer.map(|_| ())?,
            }
        }
        Ok(id)
    }

    /// A fresh onboarding link. `request` names the request that asks for it: the link works once, so only
    /// the repetition of that very request may get the same.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn create_onboarding_link(
        &self,
        account: &AccountId,
        onboarding_url: &str,
        request: &str,
    ) -> Result<OnboardingLink, StripeError> {
        let body = json!({
            "account": account,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {
                    "refresh_url": format!("{onboarding_url}?refresh={account}"),
                    "return_url": format!("{onboarding_url}?returned={account}"),
                },
            },
        });
        let key = format!("link_{account}_{request}");
        let answer = self.send(Call::post("/v2/core/account_links", None, key, Body::Json(body))).await?;
        Ok(read(&answer)?)
    }

    /// Reads the whole account: its capabilities and what Stripe still asks for.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn account(
        &self,
        account: &AccountId,
        country: Country,
    ) -> Result<AccountReading, StripeError> {
        let include = "include%5B0%5D=configuration.merchant&include%5B1%5D=requirements";
        let answer = self.send(Call::get(format!("/v2/core/accounts/{account}?{include}"), None)).await?;
        let found: Account = read(&answer)?;
        let capabilities = found.configuration.and_then(|all| all.merchant?.capabilities).unwrap_or_default();
        let mut active = BTreeSet::new();
        for method in country.methods() {
            let is_active = match method.capability() {
                Capability::V2(name) => {
                    capabilities.get(name).is_some_and(|capability| has_status(capability, "active"))
                }
                Capability::V1(name) => self.is_active_in_v1(account, name).await?,
            };
            if is_active {
                active.insert(*method);
            }
        }
        let found_requirements = found.requirements.unwrap_or_default();
        let strictest = found_requirements.summary.and_then(|summary| summary.minimum_deadline);
        let entries = found_requirements.entries.unwrap_or_default().into_iter();
        let requirements = entries.map(|entry| requirement(entry, strictest.as_ref())).collect();
        Ok(AccountReading { account: found.id, closed: found.closed, active, requirements })
    }

    async fn is_active_in_v1(&self, account: &AccountId, name: &str) -> Result<bool, StripeError> {
        let answer = self.send(Call::get(format!("/v1/accounts/{account}/capabilities/{name}"), None)).await;
        match answer {
            Ok(capability) => Ok(has_status(&capability, "active")),
            // An account that never asked for the capability has none.
            Err(StripeError::Refused { code }) if code == "resource_missing" => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn v1_capabilities(country: Country) -> impl Iterator<Item = &'static str> {
    country.methods().iter().filter_map(|method| match method.capability() {
        Capability::V1(name) => Some(name),
        Capability::V2(_) => None,
    })
}

fn has_status(capability: &Value, status: &str) -> bool {
    capability.get("status").and_then(Value::as_str) == Some(status)
}

fn requirement(entry: Entry, strictest: Option<&Deadline>) -> Requirement {
    let status = entry.minimum_deadline.map(|deadline| deadline.status);
    let is_strictest = |deadline: &&Deadline| status.as_ref() == Some(&deadline.status);
    Requirement {
        requirement: entry.description.unwrap_or_else(|| "unnamed".to_owned()),
        deadline: strictest.filter(is_strictest).and_then(|deadline| deadline.time),
        awaits_merchant: entry.awaiting_action_from.as_deref() != Some("stripe"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_requirements_have_the_deadline_that_stripe_names() {
        let found: Requirements = read(&json!({
            "entries": [
                {"description": "id", "awaiting_action_from": "user", "minimum_deadline": {"status": "currently_due"}},
                {"description": "tax", "awaiting_action_from": "user", "minimum_deadline": {"status": "eventually_due"}},
                {"description": "check", "awaiting_action_from": "stripe", "minimum_deadline": {"status": "currently_due"}},
            ],
            "summary": {"minimum_deadline": {"status": "currently_due", "time": "2026-12-01T00:00:00Z"}},
        }))
        .unwrap();
        let strictest = found.summary.and_then(|summary| summary.minimum_deadline);
        let table: Vec<_> = found
            .entries
            .unwrap()
            .into_iter()
            .map(|entry| requirement(entry, strictest.as_ref()))
            .map(|one| (one.requirement, one.deadline.map(|time| time.to_string()), one.awaits_merchant))
            .collect();
        let deadline = Some("2026-12-01T00:00:00Z".to_owned());
        assert_eq!(
            table,
            [
                ("id".into(), deadline.clone(), true),
                ("tax".into(), None, true),
                ("check".into(), deadline, false)
            ]
        );
    }
}
