//! What money really moved: balance transactions, and the balances they add up to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ids::Ids;
use crate::table::{Owner, Table};

/// Why money moved: the `type` of a balance transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// A payment came in.
    Charge,
    /// The platform's share of a payment on a connected account.
    ApplicationFee,
    /// The platform gives its share back with a refund, or gets it again when that refund fails.
    ApplicationFeeRefund,
    /// Money went back to a payer.
    Refund,
    /// A refund came back.
    RefundFailure,
    /// The platform sent money to a connected account, or (positive) took it back.
    Transfer,
    /// A connected account received a transfer, or (negative) lost it again.
    Payment,
    /// A dispute took money or gave it back.
    Adjustment,
}

impl MovementKind {
    /// Stripe's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::ApplicationFee => "application_fee",
            Self::ApplicationFeeRefund => "application_fee_refund",
            Self::Refund => "refund",
            Self::RefundFailure => "refund_failure",
            Self::Transfer => "transfer",
            Self::Payment => "payment",
            Self::Adjustment => "adjustment",
        }
    }

    /// Stripe's `reporting_category` (<https://docs.stripe.com/reports/reporting-categories>): it tells from
    /// the sign what the type leaves open.
    fn reporting_category(self, amount: i64) -> &'static str {
        match (self, amount < 0) {
            (Self::Charge, _) | (Self::Payment, false) => "charge",
            (Self::ApplicationFee, _) => "platform_earning",
            (Self::ApplicationFeeRefund, _) => "platform_earning_refund",
            (Self::Refund, _) | (Self::Payment, true) => "refund",
            (Self::RefundFailure, _) => "refund_failure",
            (Self::Transfer, true) => "transfer",
            (Self::Transfer, false) => "transfer_reversal",
            (Self::Adjustment, true) => "dispute",
            (Self::Adjustment, false) => "dispute_reversal",
        }
    }
}

/// One balance transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// `txn_…`.
    pub id: String,
    /// The connected account whose balance changed; `None`: the platform's.
    pub account: Option<String>,
    /// Why.
    pub kind: MovementKind,
    /// Gross, in minor units, negative when money leaves. The balance changes by `amount - fee`.
    pub amount: i64,
    /// The application fee taken from `amount`. Stripe's own processing fee is zero in the stand-in.
    pub fee: i64,
    /// Three lower-case letters.
    pub currency: String,
    /// The charge, refund, transfer or dispute it belongs to.
    pub source: String,
    /// Seconds since the epoch.
    pub created: i64,
}

/// All balances and the movements behind them.
#[derive(Debug)]
pub(crate) struct Books {
    balances: BTreeMap<(Owner, String), i64>,
    pub(crate) movements: Table<Movement>,
}

impl Default for Books {
    fn default() -> Self {
        Self { balances: BTreeMap::new(), movements: Table::new("balance_transaction") }
    }
}

impl Books {
    /// What `owner` can spend.
    pub(crate) fn available(&self, owner: &Owner, currency: &str) -> i64 {
        self.balances.get(&(owner.clone(), currency.to_owned())).copied().unwrap_or(0)
    }

    /// Every currency `owner` has a balance in.
    pub(crate) fn of(&self, owner: &Owner) -> Vec<(String, i64)> {
        self.balances
            .iter()
            .filter(|((whose, _), _)| whose == owner)
            .map(|((_, c), minor)| (c.clone(), *minor))
            .collect()
    }

    /// Sets a balance without a movement.
    pub(crate) fn set(&mut self, owner: &Owner, currency: &str, minor: i64) {
        self.balances.insert((owner.clone(), currency.to_owned()), minor);
    }

    /// Moves money, and returns the balance transaction's id.
    pub(crate) fn post(&mut self, ids: &mut Ids, movement: Movement) -> String {
        let id = ids.next("txn");
        let balance = self.balances.entry((movement.account.clone(), movement.currency.clone())).or_default();
        *balance = balance.saturating_add(movement.amount).saturating_sub(movement.fee);
        self.movements.insert(movement.account.clone(), &id, Movement { id: id.clone(), ..movement });
        id
    }
}

/// The balance object of `owner`.
pub(crate) fn render(books: &Books, owner: &Owner, livemode: bool) -> Value {
    let line = |amount: i64, currency: &str| json!({ "amount": amount, "currency": currency, "source_types": { "card": amount } });
    let balances = books.of(owner);
    let available: Vec<Value> = balances.iter().map(|(currency, minor)| line(*minor, currency)).collect();
    let pending: Vec<Value> = balances.iter().map(|(currency, _)| line(0, currency)).collect();
    json!({ "object": "balance", "available": available, "livemode": livemode, "pending": pending })
}

/// A balance transaction object.
pub(crate) fn render_movement(movement: &Movement) -> Value {
    let fee_details = if movement.fee == 0 {
        json!([])
    } else {
        json!([{ "amount": movement.fee, "application": null, "currency": movement.currency,
                 "description": "Application fee", "type": "application_fee" }])
    };
    json!({
        "id": movement.id,
        "object": "balance_transaction",
        "amount": movement.amount,
        "available_on": movement.created,
        "balance_type": "payments",
        "created": movement.created,
        "currency": movement.currency,
        "description": null,
        "exchange_rate": null,
        "fee": movement.fee,
        "fee_details": fee_details,
        "net": movement.amount - movement.fee,
        "reporting_category": movement.kind.reporting_category(movement.amount),
        "source": movement.source,
        "status": "available",
        "type": movement.kind.as_str(),
    })
}
