//! What must always hold, seen from outside: from what Stripe moved, from what the API says, from queues,
//! budget and bus.

use kembali_local::client::encoded;
use std::collections::{BTreeMap, BTreeSet};

use kembali_tests::{DAWN, text};
use local_stripe::{Movement, MovementKind};
use serde_json::Value;

use super::flow::Step;
use super::world::{Life, World};

/// Where the money, the queues and the bus stood before a life.
pub(crate) struct Before {
    moved: usize,
    happened: usize,
    accounts: usize,
    budget_payments: i64,
}

/// How a life ended, without what differs from one to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Checkout and cashback, or the merchant's state.
    pub(crate) standing: String,
    /// The amounts that the API shows: cashback, refunds, credit that was spent.
    amounts: Vec<String>,
    /// What moved at Stripe, by owner and reason.
    money: BTreeMap<String, i64>,
    /// What the payer has and has used up.
    payer: String,
    /// How many payments the budget gave.
    budget_payments: i64,
    accounts: usize,
    /// What was told on the bus, at least once each.
    bus: BTreeSet<String>,
    refused: Vec<String>,
}

/// An amount of the API in minor units. All currencies here have two decimals.
fn minor(value: &Value, pointer: &str) -> i64 {
    text(value, &format!("{pointer}/value")).replace('.', "").parse().unwrap_or_default()
}

fn array<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

impl Outcome {
    /// In what this differs from how it usually ends. After an outage a step may have come too late to end in
    /// the same way: then it ends in one of the `late` ways, and the budget has given the same. The bus may
    /// lack what was given up.
    pub(crate) fn differs(&self, usual: &Self, is_delayed: bool, late: &[&str]) -> Option<String> {
        let mut seen = self.clone();
        if is_delayed && late.contains(&self.standing.as_str()) {
            seen = Self { budget_payments: self.budget_payments, ..usual.clone() };
        }
        if is_delayed || self.is_told(usual) {
            seen.bus.clone_from(&usual.bus);
        }
        (seen != *usual).then(|| format!("it ends as {seen:?} and not as {usual:?}"))
    }

    /// What is left of a checkout whose page nobody saw: nothing moved, nothing is kept of what it had
    /// reserved, and the payer has the credit that was `given`.
    pub(crate) fn is_of_no_page(&self, given: i64) -> bool {
        let (credit, used) = self.payer.split_once(", used ").unwrap_or_default();
        let has_used = used.contains(|digit| matches!(digit, '1'..='9'));
        self.standing == "expired "
            && self.money.is_empty()
            && self.budget_payments == 0
            && credit == format!("{given} - 0")
            && !has_used
    }

    /// Whether the bus was told how it ended, and nothing unusual. What was passed through at once may be
    /// left out.
    fn is_told(&self, usual: &Self) -> bool {
        let (checkout, cashback) = self.standing.split_once(' ').unwrap_or_default();
        let ends = [format!("checkout.{checkout}"), format!("cashback.{cashback}")];
        self.bus.is_subset(&usual.bus)
            && ends.iter().all(|end| !usual.bus.contains(end) || self.bus.contains(end))
    }
}

impl World {
    /// Waits for the next day, at the same time of day, and looks around.
    pub(crate) async fn before_a_day(&self) -> Before {
        const DAY_SECONDS: i64 = 86_400;
        let past = (self.town.now() - DAWN).rem_euclid(DAY_SECONDS);
        self.town.stack.advance(DAY_SECONDS - past).await.expect("it comes to rest");
        self.before()
    }

    fn before(&self) -> Before {
        let stripe = self.town.stack.stripe();
        Before {
            moved: stripe.moved().len(),
            happened: self.town.happened().len(),
            accounts: stripe.accounts().len(),
            budget_payments: self.budget_payments(),
        }
    }

    fn budget_payments(&self) -> i64 {
        self.town.budget_left(self.flow.rail.at_home().0, "five", "-").payments
    }

    /// How the life ended.
    pub(crate) async fn outcome(&self, life: &Life, before: &Before) -> Outcome {
        let stripe = self.town.stack.stripe();
        let mut money: BTreeMap<String, i64> = BTreeMap::new();
        // When Stripe pays out what is there is nobody's to lose.
        let is_ours = |one: &&Movement| one.kind != MovementKind::Payout;
        for one in stripe.moved().iter().skip(before.moved).filter(is_ours) {
            let owner = if one.account.is_some() { "shop" } else { "platform" };
            // What came back is less of what went.
            let why = match one.kind.as_str() {
                "refund_failure" => "refund",
                "application_fee_refund" => "application_fee",
                kind => kind,
            };
            *money.entry(format!("{owner} {why}")).or_default() += one.amount - one.fee;
        }
        money.retain(|_, sum| *sum != 0);
        let (standing, amounts) =
            if self.is_enablement() {
                (text(&self.town.merchant(&life.shop).await, "/state"), Vec::new())
            } else {
                let view = self.town.read(&life.shop, &life.checkout).await;
                let standing = format!("{} {}", text(&view, "/status"), text(&view, "/cashback/state"));
                let mut amounts = vec![
                    format!("cashback {}", minor(&view, "/cashback/amount")),
                    format!("wallet {}", minor(&view, "/wallet")),
                ];
                amounts.extend(array(&view, "/refunds").iter().map(|refund| {
                    format!("refund {} {}", minor(refund, "/amount"), text(refund, "/status"))
                }));
                (standing, amounts)
            };
        Outcome {
            standing,
            amounts,
            money,
            payer: self.payer(life).await,
            budget_payments: before.budget_payments - self.budget_payments(),
            accounts: stripe.accounts().len() - before.accounts,
            bus: self.town.happened().into_iter().skip(before.happened).collect(),
            refused: life.refused.clone(),
        }
    }

    /// Balance and debt of the payer, and how much of each cap is used.
    async fn payer(&self, life: &Life) -> String {
        let country = self.flow.rail.at_home().0;
        let path = format!("/v1/payers/{}/cashback?country={country}", encoded(&life.phone));
        let seen = self.town.operate("GET", &path, None).await.json();
        let used: Vec<String> = array(&seen, "/campaigns")
            .iter()
            .flat_map(|campaign| array(campaign, "/used"))
            .map(|used| format!("{} of {}", used["payments"], minor(used, "/amount")))
            .collect();
        format!("{} - {}, used {used:?}", minor(&seen, "/balance"), minor(&seen, "/debt"))
    }

    /// What does not hold for a life. Whether it has an excuse to be late.
    pub(crate) async fn violations(&self, life: &Life, may_be_late: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                wrong.push(what);
            }
        };
        for queue in ["StripeEvents", "CashbackDue", "StripeEventsDlq", "CashbackDueDlq", "UndeliveredDlq"] {
            let left = self.town.stack.sqs().messages(queue);
            let left: Vec<String> = left.into_iter().map(|message| message.body).collect();
            check(left.is_empty(), format!("5: still in {queue}: {left:?}"));
        }
        if life.checkout.is_null() {
            return wrong;
        }
        let view = self.town.read(&life.shop, &life.checkout).await;
        let back = self.town.back(&life.checkout);
        let charge = self.town.charge(&life.checkout);
        let moved = self.town.stack.stripe().moved();
        let charges = moved.iter().filter(|one| one.kind == MovementKind::Charge && one.source == charge);
        let charged: i64 = charges.map(|one| one.amount).sum();
        let refunded: i64 = back.refunds.iter().sum();
        let state = text(&view, "/cashback/state");
        let is_paid = view.get("payment").is_some();
        check(is_paid == (charged > 0), format!("5: paid is {is_paid}, and {charged} came in"));
        check(back.cashback.len() <= 1, format!("2: cashbacks {:?}", back.cashback));
        check(back.total() <= charged, format!("4: {} of {charged} went back", back.total()));
        check(
            (state == "credited") != back.cashback.is_empty(),
            format!("3: {state}, and sent {:?}", back.cashback),
        );
        let explained = match state.as_str() {
            "" => !is_paid,
            "credited" => {
                let (at, by) = (text(&view, "/cashback/credited_at"), text(&view, "/cashback/promised_by"));
                let has_excuse = [Step::Dispute, Step::Retry].iter().any(|step| self.flow.act.contains(step));
                check(
                    may_be_late || has_excuse || at <= by,
                    format!("3: credited at {at}, promised by {by}"),
                );
                back.cashback == [minor(&view, "/cashback/amount")]
            }
            "none" | "reversed" | "credited_to_wallet" => !text(&view, "/cashback/text").is_empty(),
            _ => false,
        };
        check(
            explained,
            format!("3: the cashback is {state}, sent {:?}: {}", back.cashback, view["cashback"]),
        );
        let balance = |account: &str| {
            array(&view, "/postings").iter().fold(0, |sum, posting| {
                let is = |side| i64::from(text(posting, side) == account);
                sum + (is("/debit") - is("/credit")) * minor(posting, "/amount")
            })
        };
        let spent = minor(&view, "/wallet");
        check(
            -balance("merchant.sales") - spent == charged || !is_paid,
            format!("1: sales {}", balance("merchant.sales")),
        );
        check(
            balance("merchant.refunds") == refunded,
            format!("1: refunds {}, moved {refunded}", balance("merchant.refunds")),
        );
        wrong
    }

    /// Whether the journal tells what the items tell.
    pub(crate) async fn books(&self) -> Vec<String> {
        self.town.journal().await;
        let (items, books) = self.town.rebuilt(self.flow.rail.at_home().0).await;
        (items != books)
            .then(|| format!("1: the items say {items:?}, the books say {books:?}"))
            .into_iter()
            .collect()
    }
}
