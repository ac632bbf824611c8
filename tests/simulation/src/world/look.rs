//! Looking at the town in the end, from outside: Stripe, the API, the bus, the queues.

use std::collections::{BTreeMap, BTreeSet};

use kembali_tests::text;
use local_stripe::MovementKind;
use serde_json::Value;

use super::World;
use super::acts::phone;
use crate::evidence::{
    Asked, BudgetLeft, Evidence, Offer, Payment, Refund, Seen, Shown, Told, Transfer, View, Wallet,
};
use crate::memory::{Memory, RefundAsked, list, minor};
use crate::plan::Blow;
use kembali_local::client::encoded;

/// What Stripe's events and balance transactions tell, by charge.
#[derive(Default)]
struct Truth {
    refunds: BTreeMap<String, Vec<Refund>>,
    disputes: BTreeMap<String, (i64, Option<(i64, bool)>)>,
    disputed: BTreeMap<String, i64>,
    arrived: BTreeMap<String, i64>,
    moved: BTreeMap<(String, String), i64>,
    transfers: Vec<Transfer>,
    /// Sessions and charges about which a webhook did not come as it should.
    touched: BTreeSet<String>,
}

impl World {
    /// Everything that the auditor may look at. What is not told yet of the final state goes into the trace.
    pub async fn look(&mut self) -> Evidence {
        let mut truth = self.truth();
        let mut lives = Vec::new();
        for life in 0..self.lives.len() {
            let Some((plan, shop)) = self.life(life) else { continue };
            let Some(memory) = self.lives.get(life).cloned() else { continue };
            let Some(told) = &memory.told else { continue };
            let (market, payer, price, account) = (plan.market, plan.payer, plan.minor, shop.account.clone());
            let path = format!("/v1/checkouts/{}", text(told, "/id"));
            let view = self.town.call(&shop.key.clone(), "GET", &path, None).await.json();
            let charge = self.town.stack.stripe().charge_of(&memory.session).unwrap_or_default();
            let mut seen = Seen {
                life,
                id: text(told, "/id"),
                market,
                account,
                payer,
                price,
                created_at: seconds(&text(told, "/created_at")),
                wallet: minor(told, "/wallet"),
                offers: offers(told),
                payment: self.payment(&charge, &truth),
                refunds: truth.refunds.remove(&charge).unwrap_or_default(),
                dispute: truth.disputes.get(&charge).copied(),
                disputed_minor: truth.disputed.get(&charge).copied().unwrap_or_default(),
                asked: asked(&memory),
                refused: Vec::new(),
                met_fault: memory.met_fault
                    || [&memory.session, &charge].into_iter().any(|id| truth.touched.contains(id)),
                view: read(&view),
            };
            seen.refunds.sort_by_key(|refund| refund.at);
            for told in list(&view, "/refunds") {
                let is_it = |refund: &&mut Refund| refund.id == text(told, "/refund");
                if let Some(refund) = seen.refunds.iter_mut().find(is_it) {
                    refund.netted = minor(told, "/had_as_cashback");
                }
            }
            seen.refused = refused(&memory, &seen);
            seen.met_fault |= seen.refunds.iter().any(|refund| !refund.stands());
            self.trace.add(
                self.now(),
                Some(life),
                &format!(
                    "in the end {} {} {} back {:?}",
                    seen.view.status,
                    seen.view.cashback,
                    seen.view.minor,
                    seen.refunds
                        .iter()
                        .map(|one| (one.minor, one.is_cashback, one.at, one.failed_at))
                        .collect::<Vec<_>>()
                ),
            );
            lives.push(seen);
        }
        let problems = self.problems.iter().map(|problem| (None, problem.clone()));
        let of_lives = self.lives.iter().enumerate();
        let of_lives = of_lives
            .flat_map(|(life, memory)| memory.problems.iter().map(move |one| (Some(life), one.clone())));
        Evidence {
            problems: problems.chain(of_lives).collect(),
            wallets: self.wallets(&lives).await,
            budgets: self.budgets().await,
            rebuilt: self.rebuilt().await,
            queues: self.queues(),
            bus: self.bus(),
            phones: self.phones(),
            markets: self.markets.clone(),
            moved: truth.moved,
            transfers: truth.transfers,
            outage: self.weather.outage(),
            poor: self.poor(),
            failed_sweeps: self.failed("ReleaseCashback"),
            failed_recoveries: self.failed("RecoverMessages"),
            lost: self.mail.lost(),
            at: self.now(),
            lives,
        }
    }

    /// All that Stripe knows. Every balance transaction goes into the trace.
    fn truth(&mut self) -> Truth {
        let stripe = self.town.stack.stripe().clone();
        let mut truth = Truth::default();
        for one in stripe.moved() {
            let owner = one.account.clone().unwrap_or_else(|| "platform".to_owned());
            // What has gone on to the merchant's bank is the merchant's still.
            if one.kind != MovementKind::Payout {
                *truth.moved.entry((owner.clone(), one.currency.to_uppercase())).or_default() +=
                    one.amount - one.fee;
            }
            let line = format!("{} {:+} {:+} {owner} {}", one.kind.as_str(), one.amount, one.fee, one.source);
            self.trace.add(one.created, None, &line);
            if one.kind == MovementKind::Charge {
                truth.arrived.insert(one.source, one.created);
            }
        }
        let touched = self.mail.touched();
        for event in stripe.events() {
            let object = event.pointer("/data/object").cloned().unwrap_or_default();
            let at = event.pointer("/created").and_then(Value::as_i64).unwrap_or_default();
            let (id, charge) = (text(&object, "/id"), text(&object, "/charge"));
            let number = |name: &str| object.pointer(name).and_then(Value::as_i64).unwrap_or_default();
            if touched.contains(&text(&event, "/id")) {
                let about = [&id, &charge].into_iter().filter(|id| !id.is_empty());
                truth.touched.extend(about.cloned());
            }
            if let Some(moved) = object.pointer("/balance_transactions").and_then(Value::as_array) {
                let moved = moved.iter().filter_map(|one| one.get("amount")?.as_i64());
                truth.disputed.insert(charge.clone(), -moved.sum::<i64>());
            }
            let refund = truth.refunds.entry(charge.clone()).or_default();
            let known = refund.iter_mut().find(|refund| refund.id == id);
            match (text(&event, "/type").as_str(), known) {
                ("refund.created", None) => {
                    let purpose = text(&object, "/metadata/kembali_purpose");
                    refund.push(Refund {
                        reference: text(&object, "/metadata/kembali_reference"),
                        minor: number("/amount"),
                        at,
                        is_cashback: purpose == "cashback",
                        by_us: !purpose.is_empty(),
                        failed_at: None,
                        arrived_at: (text(&object, "/status") == "succeeded").then_some(at),
                        netted: 0,
                        id,
                    });
                }
                ("refund.failed", Some(known)) => known.failed_at = Some(at),
                ("refund.updated", Some(known)) if text(&object, "/status") == "succeeded" => {
                    known.arrived_at = Some(at);
                }
                ("charge.dispute.created", _) => {
                    truth.disputes.insert(charge, (at, None));
                }
                ("charge.dispute.closed", _) => {
                    let won = text(&object, "/status") == "won";
                    if let Some((_, closed)) = truth.disputes.get_mut(&charge) {
                        *closed = Some((at, won));
                    }
                }
                ("transfer.created", _) => {
                    let now = stripe.object(&id).unwrap_or_default();
                    let of = |name: &str| now.pointer(name).and_then(Value::as_i64).unwrap_or_default();
                    truth.transfers.push(Transfer {
                        account: text(&now, "/destination"),
                        group: text(&now, "/transfer_group"),
                        net: of("/amount") - of("/amount_reversed"),
                    });
                }
                _ => {}
            }
        }
        truth
    }

    fn payment(&self, charge: &str, truth: &Truth) -> Option<Payment> {
        let arrived_at = *truth.arrived.get(charge)?;
        let object = self.town.stack.stripe().object(charge)?;
        let number = |name: &str| object.pointer(name).and_then(Value::as_i64).unwrap_or_default();
        let fee = self.town.stack.stripe().object(&text(&object, "/application_fee")).unwrap_or_default();
        let fee_back = fee.pointer("/amount_refunded").and_then(Value::as_i64).unwrap_or_default();
        Some(Payment {
            charge: charge.to_owned(),
            method: text(&object, "/payment_method_details/type"),
            minor: number("/amount"),
            fee: number("/application_fee_amount") - fee_back,
            at: number("/created"),
            arrived_at,
        })
    }

    async fn wallets(&self, lives: &[Seen]) -> Vec<Wallet> {
        let known: std::collections::BTreeSet<(usize, i64)> =
            lives.iter().filter_map(|seen| Some((seen.market, seen.payer?))).collect();
        let mut wallets = Vec::new();
        for (market, payer) in known {
            let country = self.markets.get(market).map_or("", |market| market.country);
            let number = encoded(&phone(payer));
            let path = format!("/v1/payers/{number}/cashback?country={country}");
            let wallet = self.town.operate("GET", &path, None).await.json();
            wallets.push(Wallet {
                market,
                payer,
                balance: minor(&wallet, "/balance"),
                debt: minor(&wallet, "/debt"),
            });
        }
        wallets
    }

    async fn budgets(&self) -> Vec<BudgetLeft> {
        let mut budgets = Vec::new();
        for market in &self.markets {
            for campaign in &market.campaigns {
                let path = format!("/v1/markets/{}/campaigns/{}", market.country, campaign.id);
                let view = self.town.operate("GET", &path, None).await.json();
                let limited = campaign.total_minor.is_some();
                budgets.push(BudgetLeft {
                    campaign: campaign.id.to_owned(),
                    total_minor: limited.then(|| minor(&view, "/left/total/amount")),
                    total_payments: view.pointer("/left/total/payments").and_then(Value::as_i64),
                });
            }
        }
        budgets
    }

    /// The books are made twice, from the items and from what is kept of them; what differs.
    async fn rebuilt(&self) -> Vec<String> {
        let mut differences = Vec::new();
        for market in &self.markets {
            let (mut sums, mut cursor) = (BTreeMap::<String, i64>::new(), String::new());
            loop {
                let page = self.town.books(market.country, &format!("rebuild{cursor}")).await.json();
                for (side, sign) in [("/items", 1), ("/books", -1)] {
                    let scopes = page.pointer(side).and_then(Value::as_object).into_iter().flatten();
                    for (scope, flows) in scopes {
                        for (flow, minor) in flows.as_object().into_iter().flatten() {
                            *sums.entry(format!("{scope} {flow}")).or_default() +=
                                sign * minor.as_i64().unwrap_or_default();
                        }
                    }
                }
                match text(&page, "/next_cursor") {
                    next if next.is_empty() => break,
                    next => cursor = format!("?cursor={next}"),
                }
            }
            let wrong = sums.into_iter().filter(|(_, difference)| *difference != 0);
            differences
                .extend(wrong.map(|(what, difference)| format!("{} {what} {difference}", market.country)));
        }
        differences
    }

    fn queues(&self) -> Vec<(String, usize)> {
        let stack = &self.town.stack;
        let names = stack.template().queues.iter().map(|queue| queue.id.clone());
        names.map(|name| (name.clone(), stack.sqs().messages(&name).len())).collect()
    }

    fn bus(&mut self) -> Vec<Told> {
        let mut lines = Vec::new();
        for event in self.town.stack.eventbridge().events() {
            let id = text(&event.detail, "/id");
            self.trace.add(event.time_millis / 1000, None, &format!("on the bus: {id}"));
            let version = id.split('.').nth(1).and_then(|version| version.parse().ok()).unwrap_or_default();
            lines.push(Told {
                at: event.time_millis / 1000,
                checkout: text(&event.detail, "/checkout/id"),
                version,
                name: event.detail_type,
                status: text(&event.detail, "/checkout/status"),
                cashback: text(&event.detail, "/checkout/cashback/state"),
            });
        }
        lines
    }

    /// Where a payer's number is found that nobody should keep or tell.
    fn phones(&self) -> Vec<String> {
        let numbers: Vec<String> =
            (0..1_000).map(|payer| phone(payer).trim_start_matches('+').to_owned()).collect();
        let tells = |text: &str| {
            let at = text.find("659100");
            at.and_then(|at| text.get(at..at + 10))
                .is_some_and(|found| numbers.iter().any(|number| number == found))
        };
        let stack = &self.town.stack;
        let bus = stack.eventbridge().events().iter().any(|event| tells(&event.detail.to_string()));
        let table = stack.template().tables.iter().flat_map(|table| stack.dynamodb().scan(&table.id));
        let table = table.into_iter().any(|item| tells(&item.to_string()));
        [(bus, "the bus"), (table, "the table")]
            .into_iter()
            .filter(|(told, _)| *told)
            .map(|(_, place)| place.to_owned())
            .collect()
    }

    /// When a function failed.
    fn failed(&self, function: &str) -> Vec<i64> {
        let invocations = self.town.stack.invocations().into_iter();
        let failed = invocations.filter(|one| one.function == function && !one.ok());
        failed.map(|one| one.at_millis / 1000).collect()
    }

    /// When whose balance was too low, by the plan.
    fn poor(&self) -> Vec<(String, String, i64, i64)> {
        let blows = &self.plan.blows;
        let until = |from: i64, end: Blow| {
            let ends = blows.iter().filter(|(at, blow)| *blow == end && *at > from).map(|(at, _)| *at);
            ends.min().unwrap_or(i64::MAX / 2)
        };
        let currency =
            |market: usize| self.markets.get(market).map_or("", |market| market.currency).to_owned();
        blows
            .iter()
            .filter_map(|(from, blow)| {
                let (who, market, end) = match blow {
                    Blow::Drain(shop) => {
                        let account = self.shops.get(shop.0)?.get(shop.1)?.account.clone();
                        (account, shop.0, Blow::Fill(*shop))
                    }
                    Blow::DrainPlatform(market) => {
                        ("platform".to_owned(), *market, Blow::FillPlatform(*market))
                    }
                    Blow::FailNextRefund { .. }
                    | Blow::Fill(_)
                    | Blow::FillPlatform(_)
                    | Blow::LoseSchedule(_)
                    | Blow::FireTwice(_)
                    | Blow::RollSecret
                    | Blow::OtherOrder(_)
                    | Blow::Peep(_) => return None,
                };
                Some((who, currency(market), self.dawn + from, self.dawn + until(*from, end)))
            })
            .collect()
    }
}

fn asked(memory: &Memory) -> Vec<Asked> {
    let read = |asked: &RefundAsked| Asked {
        reference: text(&asked.body, "/reference"),
        first_at: asked.first_at,
        minor: asked.body.get("amount").map(|_| minor(&asked.body, "/amount")),
        granted_at: asked.answered.filter(|(_, status)| *status < 300).map(|(at, _)| at),
    };
    memory.refunds.values().map(read).collect()
}

/// The amounts that a merchant asked for and that no refund at Stripe is of.
fn refused(memory: &Memory, seen: &Seen) -> Vec<i64> {
    let mut asked: Vec<i64> = memory.refunds.values().map(|asked| asked.minor(seen.price)).collect();
    for made in seen.refunds.iter().filter(|refund| refund.by_us && !refund.is_cashback) {
        if let Some(place) = asked.iter().position(|minor| *minor == made.minor) {
            asked.remove(place);
        }
    }
    asked
}

fn offers(told: &Value) -> BTreeMap<String, Offer> {
    let offer = |offer: &Value| {
        let campaign = list(offer, "/campaigns").first().and_then(Value::as_str).unwrap_or_default();
        let refusal = text(offer, "/no_cashback");
        let read = Offer { minor: minor(offer, "/cashback"), refusal, campaign: campaign.to_owned() };
        (text(offer, "/method"), read)
    };
    list(told, "/offers").iter().map(offer).collect()
}

fn read(view: &Value) -> View {
    let refunds = || list(view, "/refunds").iter().filter(|refund| text(refund, "/status") != "failed");
    let shown = |refund: &Value| Shown {
        reference: text(refund, "/reference"),
        id: text(refund, "/refund"),
        minor: minor(refund, "/amount"),
        to_wallet: minor(refund, "/to_wallet"),
        netted: minor(refund, "/had_as_cashback"),
        status: text(refund, "/status"),
    };
    let posting =
        |posting: &Value| (text(posting, "/debit"), text(posting, "/credit"), minor(posting, "/amount"));
    View {
        status: text(view, "/status"),
        cashback: text(view, "/cashback/state"),
        minor: minor(view, "/cashback/amount"),
        refusal: text(view, "/cashback/no_cashback"),
        text: text(view, "/cashback/text"),
        credited_at: seconds(&text(view, "/cashback/credited_at")),
        wallet: minor(view, "/wallet"),
        returned: refunds().map(|refund| minor(refund, "/to_wallet")).sum(),
        netted: refunds().map(|refund| minor(refund, "/had_as_cashback")).sum(),
        refunds: list(view, "/refunds").iter().map(shown).collect(),
        postings: list(view, "/postings").iter().map(posting).collect(),
    }
}

fn seconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_second).unwrap_or_default()
}
