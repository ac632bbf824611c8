//! What people do, and what befalls everybody.

use std::collections::BTreeMap;

use kembali_local::client::Response;
use kembali_tests::{Shop, session_of, text};
use local_stripe::{EventOrder, PayWith};
use serde_json::{Value, json};

use super::{Act, WEALTH, World};
use crate::markets::decimal;
use crate::plan::{Blow, Course, Happening, Life};

/// How often a request is repeated that is answered with "not now" or not at all.
const PATIENCE: u32 = 60;
/// How often one that came too early, as far as the system knows.
const TOO_EARLY: u32 = 8;

/// How long the sender of a request waits before the next try.
fn pause(tries: u32) -> i64 {
    (30 << tries.min(6)).min(1_800)
}

impl World {
    pub(super) async fn act(&mut self, act: Act) {
        match act {
            Act::Create { life, tries } => self.create(life, tries).await,
            Act::Pay(life) => self.pay(life).await,
            Act::Close { life, tries } => self.close(life, tries).await,
            Act::Happen { life, what, tries } => self.happen(life, what, tries).await,
            Act::Blow(blow) => self.blow(blow).await,
            Act::Fire(payload) => self.fire(&payload).await,
            Act::Copies => {
                self.mail.deliver_copies(self.now()).await;
            }
            Act::Redrive => self.redrive(),
            Act::Calm => self.calm(),
        }
    }

    pub(crate) fn life(&self, life: usize) -> Option<(&Life, &Shop)> {
        let plan = self.plan.lives.get(life)?;
        Some((plan, self.shops.get(plan.market)?.get(plan.shop)?))
    }

    async fn ask(&self, life: usize, method: &str, path: &str, body: Option<Value>) -> Option<Response> {
        let (_, shop) = self.life(life)?;
        self.town.client.call(&shop.key, method, path, body.as_ref()).await.ok()
    }

    fn say(&mut self, life: usize, line: &str) {
        let now = self.now();
        self.trace.add(now, Some(life), line);
    }

    /// What was answered to a request about a life; zero for nothing.
    fn answered(&mut self, life: usize, what: &str, status: u16) {
        self.say(life, &format!("{what}: {status}"));
        if !(200..500).contains(&status)
            && let Some(memory) = self.lives.get_mut(life)
        {
            memory.met_fault = true;
        }
    }

    fn problem(&mut self, life: usize, line: String) {
        self.say(life, &line);
        if let Some(memory) = self.lives.get_mut(life) {
            memory.problems.push(line);
        }
    }

    /// The merchant's request, the same every time. `None` while the platform cannot testify to the payer's
    /// consent.
    async fn order(&mut self, life: usize) -> Option<Value> {
        if let Some(body) = self.lives.get(life).and_then(|memory| memory.body.clone()) {
            return Some(body);
        }
        let (plan, shop) = self.life(life)?;
        let market = self.markets.get(plan.market)?;
        let mut body = json!({
            "reference": format!("order-{life}"), "description": "kopi", "channel": "chat",
            "amount": {"value": decimal(plan.minor), "currency": market.currency},
        });
        if let Some(payer) = plan.payer {
            let mut known = json!({"phone": phone(payer)});
            if plan.spends_credit && market.has_transfers {
                let consent = json!({
                    "phone": phone(payer), "merchant": shop.id, "reference": format!("order-{life}"),
                    "amount": body.get("amount"),
                });
                let path = format!("/v1/markets/{}/wallet-consents", market.country);
                let token = self.town.stack.operator_token().unwrap_or_default();
                let answer = self.town.client.call(&token, "POST", &path, Some(&consent)).await.ok()?;
                if answer.status != 200 {
                    return None;
                }
                if let Some(fields) = known.as_object_mut() {
                    fields
                        .insert("wallet_consent".to_owned(), json!(text(&answer.json(), "/wallet_consent")));
                }
            }
            if let Some(fields) = body.as_object_mut() {
                fields.insert("payer".to_owned(), known);
            }
        }
        if let Some(memory) = self.lives.get_mut(life) {
            memory.body = Some(body.clone());
        }
        Some(body)
    }

    async fn create(&mut self, life: usize, tries: u32) {
        let body = self.order(life).await;
        let answer = match &body {
            Some(body) => self.ask(life, "POST", "/v1/checkouts", Some(body.clone())).await,
            None => None,
        };
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        self.answered(life, "create", status);
        let Some(told) =
            answer.filter(|answer| matches!(answer.status, 200 | 201)).map(|answer| answer.json())
        else {
            if (400..500).contains(&status) || tries >= PATIENCE {
                self.problem(life, format!("a checkout that must be created is not: {status}"));
            } else {
                self.later(pause(tries), Act::Create { life, tries: tries + 1 });
            }
            return;
        };
        let (now, session) = (self.now(), session_of(&told));
        let offers = told.pointer("/offers").map(|offers| offers.to_string()).unwrap_or_default();
        self.say(
            life,
            &format!("told {} wallet {} {offers}", text(&told, "/id"), text(&told, "/wallet/value")),
        );
        let Some((plan, _)) = self.life(life) else { return };
        let (asked_twice, course, pays_after) = (plan.asked_twice, plan.course, plan.pays_after);
        if let Some(memory) = self.lives.get_mut(life) {
            memory.session = session;
            memory.told_at = now;
            memory.told = Some(told.clone());
        }
        if asked_twice
            && let Some(answer) = self.ask(life, "POST", "/v1/checkouts", body).await
            && answer.status < 500
            && (answer.status != 200 || text(&answer.json(), "/id") != text(&told, "/id"))
        {
            self.problem(life, format!("the same request again is answered {}", answer.status));
        }
        match course {
            Course::Never => {}
            Course::Closed => self.later(pays_after, Act::Close { life, tries: 0 }),
            Course::ClosedWhilePaying => {
                self.later(pays_after, Act::Pay(life));
                self.later(pays_after, Act::Close { life, tries: 0 });
            }
            Course::Rail | Course::Slowly { .. } | Course::Card(_) => self.later(pays_after, Act::Pay(life)),
        }
    }

    /// The payer pays on Stripe's page; whose card is declined pays by the rail.
    async fn pay(&mut self, life: usize) {
        let Some((plan, _)) = self.life(life) else { return };
        let (course, follows) = (plan.course, plan.follows.clone());
        let Some(rail) = self.markets.get(plan.market).map(crate::markets::Market::pay) else { return };
        let Some(session) = self.lives.get(life).map(|memory| memory.session.clone()) else { return };
        let stripe = self.town.stack.stripe();
        let paid = match course {
            Course::Slowly { succeeds } => stripe.pay_slowly(&session, rail, succeeds),
            Course::Card("4000000000000002") => {
                let _ = stripe.pay(&session, PayWith::Decline);
                stripe.pay(&session, rail)
            }
            Course::Card(number) => stripe.pay(&session, PayWith::Card { number: number.to_owned() }),
            Course::Never | Course::Closed | Course::ClosedWhilePaying | Course::Rail => {
                stripe.pay(&session, rail)
            }
        };
        self.say(
            life,
            &format!(
                "pay {course:?}: {}",
                paid.as_ref().map_or_else(ToString::to_string, |()| "done".to_owned())
            ),
        );
        if paid.is_ok() {
            for (after, what) in follows {
                self.later(after, Act::Happen { life, what, tries: 0 });
            }
        }
    }

    async fn close(&mut self, life: usize, tries: u32) {
        let Some(id) = self.lives.get(life).and_then(crate::memory::Memory::id) else { return };
        let answer = self.ask(life, "POST", &format!("/v1/checkouts/{id}/expire"), None).await;
        let status = answer.map_or(0, |answer| answer.status);
        self.answered(life, "close", status);
        if !(200..500).contains(&status) && tries < PATIENCE {
            self.later(pause(tries), Act::Close { life, tries: tries + 1 });
        }
    }

    async fn happen(&mut self, life: usize, what: Happening, tries: u32) {
        let Some((plan, _)) = self.life(life) else { return };
        let minor = plan.minor;
        let Some((id, session, dispute)) = self
            .lives
            .get(life)
            .and_then(|memory| Some((memory.id()?, memory.session.clone(), memory.dispute.clone())))
        else {
            return;
        };
        let stripe = self.town.stack.stripe();
        let charge = stripe.charge_of(&session).unwrap_or_default();
        match what {
            Happening::Refund { number, percent } => self.refund(life, &id, (number, percent), tries).await,
            Happening::Dashboard(percent) => {
                let made = stripe.refund_from_dashboard(&charge, (minor * percent / 100).max(1));
                self.say(
                    life,
                    &format!("refund in the dashboard: {}", made.unwrap_or_else(|error| error.to_string())),
                );
            }
            Happening::Dispute => {
                let opened = stripe.dispute(&charge);
                self.say(
                    life,
                    &format!("dispute: {}", opened.clone().unwrap_or_else(|error| error.to_string())),
                );
                if let (Ok(dispute), Some(memory)) = (opened, self.lives.get_mut(life)) {
                    memory.dispute = Some(dispute);
                }
            }
            Happening::Verdict { won } => {
                let Some(dispute) = dispute else { return };
                let closed = stripe.close_dispute(&dispute, won);
                self.say(life, &format!("verdict won={won}: {}", closed.is_ok()));
            }
            Happening::DueAgain => {
                let message = json!({"checkout": id}).to_string();
                let sent = self.town.stack.sqs().send("CashbackDue", &message, BTreeMap::new());
                self.say(life, &format!("due again: {}", sent.is_some()));
            }
        }
    }

    async fn refund(&mut self, life: usize, id: &str, (number, percent): (u8, Option<i64>), tries: u32) {
        let now = self.now();
        let Some((plan, _)) = self.life(life) else { return };
        let currency = self.markets.get(plan.market).map_or("", |market| market.currency);
        let mut body = json!({"reference": format!("refund-{number}")});
        if let (Some(percent), Some(fields)) = (percent, body.as_object_mut()) {
            let value = decimal((plan.minor * percent / 100).max(1));
            fields.insert("amount".to_owned(), json!({"value": value, "currency": currency}));
        }
        let answer = self.ask(life, "POST", &format!("/v1/checkouts/{id}/refunds"), Some(body.clone())).await;
        let status = answer.map_or(0, |answer| answer.status);
        self.answered(life, &format!("refund {number} of {percent:?}%"), status);
        if let Some(memory) = self.lives.get_mut(life) {
            let asked = memory.refunds.entry(number).or_default();
            if asked.body.is_null() {
                (asked.body, asked.first_at) = (body, now);
            }
            if (200..500).contains(&status) {
                asked.answered = Some((now, status));
            }
        }
        let what = Happening::Refund { number, percent };
        if !(200..500).contains(&status) && tries < PATIENCE {
            self.later(pause(tries), Act::Happen { life, what, tries: tries + 1 });
        } else if status == 409 && tries < TOO_EARLY {
            self.later(600, Act::Happen { life, what, tries: tries + 1 });
        }
    }

    async fn blow(&mut self, blow: Blow) {
        let now = self.now();
        self.trace.add(now, None, &format!("{blow:?}"));
        let shop = |(market, shop): (usize, usize)| Some(self.shops.get(market)?.get(shop)?.account.clone());
        let currency = |market: usize| self.markets.get(market).map_or("", |market| market.currency);
        let stripe = self.town.stack.stripe();
        let country = |market: usize| self.markets.get(market).map_or("", |market| market.country);
        let platform = |market: usize| stripe.platform_account_in(country(market));
        match blow {
            Blow::FailNextRefund { shop: whose, reason } => {
                stripe.fail_next_refund(&shop(whose).unwrap_or_default(), reason);
            }
            Blow::Drain(whose) => {
                stripe.set_available_balance(&shop(whose).unwrap_or_default(), currency(whose.0), 0);
            }
            Blow::Fill(whose) => {
                stripe.set_available_balance(&shop(whose).unwrap_or_default(), currency(whose.0), WEALTH);
            }
            Blow::DrainPlatform(market) => {
                stripe.set_available_balance(&platform(market), currency(market), 0);
            }
            Blow::FillPlatform(market) => {
                stripe.set_available_balance(&platform(market), currency(market), WEALTH);
            }
            Blow::LoseSchedule(which) => {
                if let Some((name, _)) = self.schedule(which) {
                    self.town.stack.scheduler().forget(&name);
                }
            }
            Blow::FireTwice(which) => {
                if let Some((name, at)) = self.schedule(which) {
                    let payload = json!({"bucket": bucket(&name)}).to_string();
                    // Once too early, and once after its time.
                    self.fire(&payload).await;
                    self.at(at + which % 1_800, Act::Fire(payload));
                }
            }
            Blow::RollSecret => self.roll_secrets(),
            Blow::OtherOrder(first) => {
                let order = if first { EventOrder::CompletedFirst } else { EventOrder::AsStripe };
                stripe.set_event_order(order);
            }
            Blow::Peep(which) => self.peep(which).await,
        }
    }

    /// One of the schedules that there are: its name and its time.
    fn schedule(&self, which: i64) -> Option<(String, i64)> {
        let schedules = self.town.stack.scheduler().schedules();
        let index = usize::try_from(which).ok()?.checked_rem(schedules.len())?;
        schedules.get(index).map(|schedule| (schedule.name.clone(), schedule.scheduled_at_millis / 1000))
    }

    async fn fire(&mut self, payload: &str) {
        // A function that fails is found by the sweep.
        let fired = self.town.stack.invoke("release-cashback", payload.as_bytes().to_vec()).await;
        let now = self.now();
        self.trace.add(now, None, &format!("schedule fires once more {payload}: {}", fired.is_ok()));
    }

    /// A merchant asks for a checkout that is another's.
    async fn peep(&mut self, which: i64) {
        let told: Vec<usize> = (0..self.lives.len())
            .filter(|life| self.lives.get(*life).is_some_and(|memory| memory.told.is_some()))
            .collect();
        let index = usize::try_from(which).ok().and_then(|which| which.checked_rem(told.len()));
        let Some(life) = index.and_then(|index| told.get(index).copied()) else { return };
        let Some(id) = self.lives.get(life).and_then(crate::memory::Memory::id) else { return };
        let Some((_, owner)) = self.life(life) else { return };
        let others: Vec<&Shop> = self.shops.iter().flatten().filter(|shop| shop.id != owner.id).collect();
        let index = usize::try_from(which / 7).ok().and_then(|which| which.checked_rem(others.len()));
        let Some(other) = index.and_then(|index| others.get(index)) else { return };
        let path = format!("/v1/checkouts/{id}");
        let answer = self.town.client.call(&other.key, "GET", &path, None).await;
        let status = answer.map_or(0, |answer| answer.status);
        if status != 404 && (200..500).contains(&status) {
            self.problem(life, format!("another merchant is answered {status}"));
        }
    }

    fn redrive(&mut self) {
        let sqs = self.town.stack.sqs();
        let moved: usize = ["StripeEventsDlq", "CashbackDueDlq"].iter().map(|queue| sqs.redrive(queue)).sum();
        self.redriven += moved;
        if moved > 0 {
            let now = self.now();
            self.trace.add(now, None, &format!("an operator moves {moved} messages back"));
        }
    }

    fn calm(&mut self) {
        self.weather.set_calm(true);
        self.mail.set_calm(true);
        self.town.stack.dynamodb().lag_indexes(0);
        let now = self.now();
        self.trace.add(now, None, "all is calm");
    }
}

/// The number of a payer.
pub(crate) fn phone(payer: i64) -> String {
    format!("+659{:07}", 1_000_000 + payer)
}

/// The bucket in a schedule's name: `cashback-2026-11-24T091500Z`.
fn bucket(name: &str) -> String {
    let time = name.trim_start_matches("cashback-");
    let (start, end) = time.split_at(time.len().saturating_sub(5));
    let (minute, second) = end.split_at(2.min(end.len()));
    format!("{start}:{minute}:{second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_read_from_the_schedules_name() {
        assert_eq!(bucket("cashback-2026-11-24T091500Z"), "2026-11-24T09:15:00Z");
    }

    #[test]
    fn a_sender_waits_longer_and_longer() {
        assert_eq!([0, 1, 6, 40].map(pause), [30, 60, 1_800, 1_800]);
    }
}
