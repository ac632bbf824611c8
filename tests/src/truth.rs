//! What really happened to the money, told by Stripe's balance transactions alone and never by the code under
//! test.

use std::collections::BTreeMap;

use local_stripe::MovementKind;
use serde_json::Value;

use crate::{Town, session_of, text};

/// What went back to the payer of one charge, in minor units: every refund that stands, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Back {
    /// Those that are tagged as cashback.
    pub cashback: Vec<i64>,
    /// All others.
    pub refunds: Vec<i64>,
}

impl Back {
    /// All of it.
    pub fn total(&self) -> i64 {
        self.cashback.iter().chain(&self.refunds).sum()
    }
}

impl Town {
    /// The charge by which a checkout was paid.
    pub fn charge(&self, checkout: &Value) -> String {
        self.stack.stripe().charge_of(&session_of(checkout)).unwrap_or_default()
    }

    /// What went back to the payer of a checkout.
    pub fn back(&self, checkout: &Value) -> Back {
        self.back_of(&self.charge(checkout))
    }

    /// What went back to the payer of a charge.
    pub fn back_of(&self, charge: &str) -> Back {
        let mut standing: BTreeMap<String, i64> = BTreeMap::new();
        for moved in self.stack.stripe().moved() {
            if matches!(moved.kind, MovementKind::Refund | MovementKind::RefundFailure) {
                *standing.entry(moved.source).or_default() -= moved.amount;
            }
        }
        let mut back = Back::default();
        for (id, amount) in standing.into_iter().filter(|(_, amount)| *amount != 0) {
            let refund = self.stack.stripe().object(&id).unwrap_or_default();
            if text(&refund, "/charge") != charge {
                continue;
            }
            let is_cashback = text(&refund, "/metadata/kembali_purpose") == "cashback";
            if is_cashback { back.cashback.push(amount) } else { back.refunds.push(amount) }
        }
        back
    }

    /// Everything that moved, in order and in words: `charge +2500 acct`, `transfer -125 platform`.
    pub fn movements(&self) -> Vec<String> {
        let of = |account: &Option<String>| if account.is_some() { "shop" } else { "platform" };
        let moved = self.stack.stripe().moved();
        moved
            .iter()
            .map(|one| format!("{} {:+} {}", one.kind.as_str(), one.amount, of(&one.account)))
            .collect()
    }
}
