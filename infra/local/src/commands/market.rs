//! What a market waits for, and whether it runs at all.

use std::io::Write;

use kembali::domain::checkout::Verdict;
use serde_json::{Value, json};

use super::deployment::{Operator, path};
use super::error::CommandError;
use super::settings::Decision;
use crate::town::text;

fn cashback_line(review: &Value) -> String {
    let of = |pointer: &str| text(review, pointer);
    let cashback = of("/checkout/cashback/amount/value");
    let [checkout, since, merchant] = ["/checkout/id", "/since", "/checkout/merchant"].map(of);
    let [currency, why] = ["/checkout/amount/currency", "/why"].map(of);
    format!("{since} {checkout} {merchant} {currency} {cashback:>10}  {why}")
}

fn settlement_line(settlement: &Value) -> String {
    let of = |pointer: &str| text(settlement, pointer);
    let amount = of("/amount/value");
    let [since, merchant, state] = ["/since", "/merchant", "/state"].map(of);
    let [currency, why, next] = ["/amount/currency", "/why", "/next_at"].map(of);
    format!("{since} {merchant} {state} {currency} {amount:>10}  {why}; next look: {next}")
}

impl Operator {
    /// Lists what waits for a person. It is content when nothing does.
    pub(super) async fn reviews(
        &self,
        country: &str,
        state: &str,
        out: &mut impl Write,
    ) -> Result<bool, CommandError> {
        let base = format!("/v1/markets/{country}/reviews");
        let (mut waiting, mut cursor) = (0_usize, None);
        loop {
            let at = path(&base, &[("state", Some(state)), ("cursor", cursor.as_deref())]);
            let page = self.ask("GET", &at).await?.json();
            let reviews = page.get("reviews").and_then(Value::as_array);
            for review in reviews.ok_or_else(|| CommandError::NotUnderstood(at.clone()))? {
                writeln!(out, "{}", cashback_line(review))?;
                waiting = waiting.saturating_add(1);
            }
            for settlement in page.get("settlements").and_then(Value::as_array).into_iter().flatten() {
                writeln!(out, "{}", settlement_line(settlement))?;
                waiting = waiting.saturating_add(1);
            }
            cursor = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        let what = if state == "unsettled" { "settlements" } else { "cashbacks" };
        writeln!(out, "{waiting} {what} of {country} wait for a person ({state})")?;
        Ok(waiting == 0)
    }

    /// Decides on a cashback that waits for a person, and shows where it stands then. The same decision for
    /// the same reason again changes nothing.
    pub(super) async fn decide(
        &self,
        verdict: Verdict,
        Decision { checkout, reason }: &Decision,
        out: &mut impl Write,
    ) -> Result<bool, CommandError> {
        let at = format!("/v1/cashbacks/{checkout}/{}", verdict.name());
        let review = self.send("POST", &at, Some(&json!({"reason": reason}))).await?.json();
        let state = review.pointer("/checkout/cashback/state").and_then(Value::as_str);
        writeln!(out, "{checkout}: its cashback is {}", state.ok_or(CommandError::NotUnderstood(at))?)?;
        Ok(true)
    }

    /// Stops a market or lets it go on, and shows how it stands.
    pub(super) async fn policy(
        &self,
        country: &str,
        what: &str,
        body: Option<&Value>,
        out: &mut impl Write,
    ) -> Result<bool, CommandError> {
        let policy = self.send("POST", &format!("/v1/markets/{country}/policy/{what}"), body).await?.json();
        let of = |pointer: &str| text(&policy, pointer);
        if policy.get("stopped").is_some() {
            let [actor, at, reason] = ["/stopped/actor", "/stopped/at", "/stopped/reason"].map(of);
            writeln!(out, "{country} is stopped, by {actor} at {at}: {reason}")?;
        } else {
            writeln!(out, "{country} goes on")?;
        }
        Ok(true)
    }
}
