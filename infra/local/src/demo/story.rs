//! The story as it is told: who tells, what is said of whom.

use std::fmt::Write as _;

use serde_json::Value;

use super::cost::Counts;
use crate::town::{Shop, Town, TownError, text};

/// Who tells, and of whom.
pub(super) struct Story<'a> {
    pub(super) tell: &'a mut dyn FnMut(&str),
    pub(super) town: &'a Town<'a>,
}

/// A checkout of the story, as it was created.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) shop: Shop,
    pub(super) checkout: Value,
    /// The payer's number, which nobody but the payer and this story knows.
    pub(super) phone: String,
}

impl Told {
    pub(super) fn new(shop: &Shop, checkout: Value, order: &Value) -> Self {
        Self { shop: shop.clone(), checkout, phone: text(order, "/payer/phone") }
    }
}

impl Story<'_> {
    pub(super) fn heading(&mut self, text: &str) {
        (self.tell)(&format!("\n{text}\n{}", "─".repeat(text.chars().count())));
    }

    /// One step, and what it cost.
    pub(super) fn step(&mut self, text: &str, mark: usize) {
        let counts = Counts::of(&self.town.stack().calls().since(mark));
        (self.tell)(&format!("• {text}\n    {counts}"));
    }

    /// Something that happened, without its cost.
    pub(super) fn say(&mut self, text: &str) {
        (self.tell)(&format!("• {text}"));
    }

    /// What the payer reads on a new checkout.
    pub(super) fn tell_offers(&mut self, checkout: &Value) {
        for offer in checkout.pointer("/offers").and_then(Value::as_array).into_iter().flatten() {
            let rule = text(offer, "/no_cashback");
            let rule = if rule.is_empty() { rule } else { format!(" ({rule})") };
            (self.tell)(&format!("    {}{rule}", text(offer, "/text")));
        }
    }

    /// What the payer has in the wallet, as the operator sees it.
    pub(super) async fn wallet(&mut self, told: &Told) -> Result<(), TownError> {
        let wallet = self.town.wallet(&told.phone, "SG").await?;
        (self.tell)(&format!(
            "    in the wallet: {} {}",
            text(&wallet, "/balance/currency"),
            text(&wallet, "/balance/value")
        ));
        Ok(())
    }

    /// Where the checkout stands, in one line.
    pub(super) async fn glance(&mut self, told: &Told) -> Result<Value, TownError> {
        let now = self.town.read(&told.shop, &told.checkout).await?;
        let part = |pointer| text(&now, pointer);
        let mut line =
            format!("    {} {} is {}", part("/amount/currency"), part("/amount/value"), part("/status"));
        if now.pointer("/cashback").is_some() {
            let _ = write!(line, "; cashback {}: {}", part("/cashback/state"), part("/cashback/text"));
        }
        (self.tell)(&line);
        Ok(now)
    }

    /// The same, and its books.
    pub(super) async fn show(&mut self, told: &Told) -> Result<Value, TownError> {
        let now = self.glance(told).await?;
        for posting in now.pointer("/postings").and_then(Value::as_array).into_iter().flatten() {
            let part = |pointer| text(posting, pointer);
            let (debit, credit) = (part("/debit"), part("/credit"));
            let (value, currency) = (part("/amount/value"), part("/amount/currency"));
            (self.tell)(&format!("      {debit:<19} ← {credit:<19} {value:>8} {currency}"));
        }
        Ok(now)
    }
}
