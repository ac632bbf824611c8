//! Many callers at once, and what all of them together were promised.

use std::collections::VecDeque;

use kembali_local::client::Response;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{Shop, Town, text};

/// How often a caller repeats a request that was answered with "later".
const PATIENCE: usize = 30;

/// What the parts of a budget hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Payments.
    pub payments: i64,
    /// Minor units.
    pub minor: i64,
}

/// The answer that a caller in a crowd got in the end.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The answer.
    pub answer: Response,
    /// How often it was "later" before.
    pub later: usize,
}

impl Answered {
    /// The checkout.
    pub fn checkout(&self) -> Value {
        self.answer.json()
    }
}

#[expect(clippy::expect_used, reason = "a test helper fails the test")]
impl Town {
    /// Asks for all these checkouts, `width` at a time; whoever is told to come later does. The answers are
    /// in the order of the bodies.
    pub async fn crowd(&self, shop: &Shop, bodies: &[Value], width: usize) -> Vec<Answered> {
        let mut waiting: VecDeque<(usize, Value)> = bodies.iter().cloned().enumerate().collect();
        let mut running = JoinSet::new();
        let mut answers: Vec<Option<Answered>> = vec![None; bodies.len()];
        loop {
            while running.len() < width
                && let Some((number, body)) = waiting.pop_front()
            {
                let (client, key) = (self.client.clone(), shop.key.clone());
                running.spawn(async move {
                    for later in 0..PATIENCE {
                        let answer = client.call(&key, "POST", "/v1/checkouts", Some(&body)).await;
                        let answer = answer.expect("the gateway answers");
                        if answer.status != 503 {
                            return (number, Some(Answered { answer, later }));
                        }
                    }
                    (number, None)
                });
            }
            let Some(ended) = running.join_next().await else { break };
            let (number, answered) = ended.expect("a caller does not panic");
            if let Some(place) = answers.get_mut(number) {
                *place = answered;
            }
        }
        answers.into_iter().map(|answer| answer.expect("everybody was served in the end")).collect()
    }

    /// What the parts of a campaign's budget hold together, of the whole or of `day`. No part may be below
    /// zero.
    pub fn budget_left(&self, country: &str, campaign: &str, day: &str) -> Left {
        let start = format!("B#{country}#{campaign}#");
        let parts = self.items().into_iter();
        let parts = parts.filter(|item| text(item, "/pk/S").starts_with(&start));
        let names = match day {
            "-" => ["left_payments".to_owned(), "left_minor".to_owned()],
            day => [format!("payments_{day}"), format!("minor_{day}")],
        };
        let parts = parts.filter(|part| names.iter().all(|name| part.get(name).is_some()));
        parts.fold(Left::default(), |sum, part| {
            let number =
                |name: &String| -> i64 { text(&part, &format!("/{name}/N")).parse().expect("a number") };
            let [payments, minor] = names.each_ref().map(number);
            assert!(payments >= 0 && minor >= 0, "a part is below zero: {part}");
            Left { payments: sum.payments + payments, minor: sum.minor + minor }
        })
    }
}

/// What a checkout promises, in minor units: the best of its offers while it is open, its cashback once it is
/// paid.
pub fn promised_minor(checkout: &Value) -> i64 {
    let of = |amount: &Value| -> i64 {
        let digits: String = text(amount, "/value").chars().filter(|digit| digit.is_ascii_digit()).collect();
        digits.parse().unwrap_or_default()
    };
    let offers = checkout.pointer("/offers").and_then(Value::as_array).into_iter().flatten();
    let offered = offers.filter_map(|offer| offer.pointer("/cashback")).map(of).max();
    let earned = checkout.pointer("/cashback/amount").map(of);
    if text(checkout, "/status") == "open" { offered } else { earned }.unwrap_or_default()
}

/// The rule that said no to one way to pay, if one did.
pub fn refusal(checkout: &Value, method: &str) -> String {
    let mut offers = checkout.pointer("/offers").and_then(Value::as_array).into_iter().flatten();
    let offer = offers.find(|offer| text(offer, "/method") == method);
    offer.map(|offer| text(offer, "/no_cashback")).unwrap_or_default()
}

/// An order of `payer`, who may be anybody.
pub fn order_of(payer: usize, reference: &str, value: &str) -> Value {
    let phone = format!("+659{:07}", 1_000_000 + payer);
    json!({
        "reference": reference, "amount": {"value": value, "currency": "SGD"}, "description": "kopi",
        "channel": "chat", "payer": {"phone": phone},
    })
}
