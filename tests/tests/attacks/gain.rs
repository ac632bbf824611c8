//! What a coalition has gained, told from outside: by Stripe's balance transactions and by the credit that can still be spent.

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
    bound: i64,
}

impl Row {
    /// What the rules of the campaign let a merchant and a payer have who trade with each other for the reward alone. To the
    /// system that is a purchase like any other; caps, budgets, fees and screening are what keeps it small.
    #[must_use]
    pub(crate) fn bounded_by(self, bound: i64) -> Self {
        Self { bound, ..self }
    }

    /// Whether they have more than they may.
    pub(crate) fn is_too_much(&self) -> bool {
        self.gain() > self.bound
    }

    /// What they have in the end beyond what an honest payer would have: money back and goods kept, less what was paid and
    /// less the cashback that the same goods earn without a trick.
    pub(crate) fn gain(&self) -> i64 {
        self.back + self.kept - self.paid - self.honest
    }

    pub(crate) fn head() -> String {
        line(
            ["attack", "coalition", "paid", "got back", "kept", "honest", "gain", "bound"].map(str::to_owned),
        )
    }

    pub(crate) fn line(&self) -> String {
        let minor = |amount: i64| amount.to_string();
        line([
            self.attack.to_owned(),
            self.coalition.to_owned(),
            minor(self.paid),
            minor(self.back),
            minor(self.kept),
            minor(self.honest),
            minor(self.gain()),
            minor(self.bound),
        ])
    }
}

fn line([attack, coalition, numbers @ ..]: [String; 8]) -> String {
    let numbers: String = numbers.iter().map(|number| format!("{number:>9}")).collect();
    format!("{attack:<58} {coalition:<17}{numbers}\n")
}

/// The line of an attack that is over. `kept` is the price of what was really bought and not given back, `honest` the
/// cashback that this earns whoever buys nothing else; both are said by hand, and never by the code under test.
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
    Row { attack, coalition, paid, back, kept, honest, bound: 0 }
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
        | MovementKind::Payment => None,
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
