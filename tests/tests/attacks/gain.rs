//! What a coalition has gained, told from outside: by Stripe's balance transactions and by the credit that
//! can still be spent.

use kembali_tests::{Shop, Town, text};
use local_stripe::{Movement, MovementKind};

/// Who works together. Everybody in a town who pays belongs to it.
#[derive(Clone, Debug)]
pub(crate) enum Coalition {
    /// Those who pay; the shops are honest.
    Payers,
    /// Those who pay, and these shops. What moves between them changes nothing.
    With(Vec<Shop>),
}

/// One line of the table, in minor units of one currency.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    attack: &'static str,
    coalition: &'static str,
    paid: i64,
    back: i64,
    kept: i64,
    honest: i64,
}

impl Row {
    /// Whether they have more than honest people would have.
    pub(crate) fn is_too_much(&self) -> bool {
        self.gain() > 0
    }

    /// What they have in the end beyond what an honest payer would have: money back and goods kept, less what
    /// was paid and less the cashback that the same goods earn without a trick.
    fn gain(&self) -> i64 {
        self.brings() - self.honest
    }

    fn brings(&self) -> i64 {
        self.back + self.kept - self.paid
    }

    /// The line of the other table, for what is `number` purchases to whoever looks; `rule` lets it bring
    /// `most` and no more.
    pub(crate) fn purchases(self, number: i64, rule: &'static str, most: i64) -> Purchases {
        Purchases { row: self, number, rule, most }
    }

    pub(crate) fn head() -> String {
        line("attack", "coalition", &["paid", "got back", "kept", "honest", "gain"].map(str::to_owned))
    }

    pub(crate) fn line(&self) -> String {
        let numbers = [self.paid, self.back, self.kept, self.honest, self.gain()];
        line(self.attack, self.coalition, &numbers.map(|number| number.to_string()))
    }
}

/// What a merchant and a payer have who trade with each other for the reward alone, or a payer who buys in
/// many parts. To the system these are purchases like any other, so they are compared with as many honest
/// ones; caps, budgets, fees and screening are what keeps it small.
#[derive(Clone, Debug)]
pub(crate) struct Purchases {
    row: Row,
    number: i64,
    rule: &'static str,
    most: i64,
}

impl Purchases {
    /// Whether it brings anything else than as many honest purchases, or more than the rule lets it.
    pub(crate) fn is_wrong(&self) -> bool {
        self.row.gain() != 0 || self.row.brings() > self.most
    }

    pub(crate) fn head() -> String {
        let numbers = ["purchases", "paid", "got back", "kept", "brings", "honest", "gain", "at most"];
        line("what is done", "bounded by", &numbers.map(str::to_owned))
    }

    pub(crate) fn line(&self) -> String {
        let Self { row, number, rule, most } = self;
        let numbers = [*number, row.paid, row.back, row.kept, row.brings(), row.honest, row.gain(), *most];
        line(row.attack, rule, &numbers.map(|number| number.to_string()))
    }
}

fn line(attack: &str, beside: &str, numbers: &[String]) -> String {
    let numbers: String = numbers.iter().map(|number| format!("{number:>9}")).collect();
    format!("{attack:<58} {beside:<17}{numbers}\n")
}

/// The line of an attack that is over. `kept` is the price of what was really bought and not given back,
/// `honest` the cashback that this earns whoever buys nothing else, or what an honest payer and merchant have
/// together: the platform's cashback less its fees. Both are said by hand, and never by the code under test.
pub(crate) fn row(
    town: &Town,
    attack: &'static str,
    coalition: &Coalition,
    (kept, honest): (i64, i64),
) -> Row {
    let mut flows: Vec<i64> = Vec::new();
    for moved in town.stack.stripe().moved() {
        flows.extend(payers_side(&moved));
        if let Coalition::With(shops) = coalition
            && shops.iter().any(|shop| moved.account.as_ref() == Some(&shop.account))
        {
            flows.extend([moved.amount, -moved.fee]);
        }
    }
    flows.extend(credit(town));
    let paid = -flows.iter().filter(|flow| **flow < 0).sum::<i64>();
    let back = flows.iter().filter(|flow| **flow > 0).sum();
    let coalition = match coalition {
        Coalition::Payers => "payer",
        Coalition::With(_) => "payer + merchant",
    };
    Row { attack, coalition, paid, back, kept, honest }
}

/// What a movement on a shop's balance means for whoever paid.
fn payers_side(moved: &Movement) -> Option<i64> {
    match moved.kind {
        MovementKind::Charge
        | MovementKind::Refund
        | MovementKind::RefundFailure
        | MovementKind::Adjustment => Some(-moved.amount),
        MovementKind::ApplicationFee
        | MovementKind::ApplicationFeeRefund
        | MovementKind::Transfer
        | MovementKind::Payment
        | MovementKind::PaymentRefund
        | MovementKind::Payout => None,
    }
}

/// What is in the wallets, and what is owed there: it is taken from the next cashback.
fn credit(town: &Town) -> Vec<i64> {
    let payers = town.items().into_iter().filter(|item| text(item, "/pk/S").starts_with("P#"));
    let number =
        |value: &serde_json::Value, pointer: &str| text(value, pointer).parse::<i64>().unwrap_or_default();
    payers
        .flat_map(|payer| {
            let lots = payer.pointer("/wallet/L").and_then(serde_json::Value::as_array).cloned();
            let mut credit: Vec<i64> =
                lots.unwrap_or_default().iter().map(|lot| number(lot, "/L/1/N")).collect();
            credit.push(-number(&payer, "/debt_minor/N"));
            credit
        })
        .collect()
}
