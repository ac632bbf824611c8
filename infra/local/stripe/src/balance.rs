//! What money really moved: balance transactions, and the balances they add up to.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The platform gives its share back, and the connected account gets it; or (positive, on the platform)
    /// it has it again because the refund that it went with failed.
    ApplicationFeeRefund,
    /// Money went back to a payer.
    Refund,
    /// A refund came back.
    RefundFailure,
    /// The platform sent money to a connected account, or (positive) took it back.
    Transfer,
    /// A connected account received a transfer.
    Payment,
    /// A connected account lost a transfer again.
    PaymentRefund,
    /// A dispute took money or gave it back.
    Adjustment,
    /// Money went to the account's bank.
    Payout,
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
            Self::PaymentRefund => "payment_refund",
            Self::Adjustment => "adjustment",
            Self::Payout => "payout",
        }
    }
}

/// One balance transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// `txn_…`.
    pub id: String,
    /// The platform.
    pub platform: String,
    /// Its connected account whose balance changed; `None`: the platform's own.
    pub account: Option<String>,
    /// Why.
    pub kind: MovementKind,
    /// Gross, in minor units, negative when money leaves. The balance changes by `amount - fee`.
    pub amount: i64,
    /// The application fee taken from `amount`. Stripe's own processing fee is zero in the stand-in.
    pub fee: i64,
    /// Three lower-case letters.
    pub currency: String,
    /// The charge, refund, transfer, dispute or payout it belongs to.
    pub source: String,
    /// Seconds since the epoch.
    pub created: i64,
    /// When it can be spent, in seconds since the epoch.
    pub available_on: i64,
    /// Whether it cannot be spent yet.
    pub pending: bool,
}

impl Movement {
    /// Stripe's `reporting_category` (<https://docs.stripe.com/reports/reporting-categories>): it tells from
    /// the sign and the account what the type leaves open.
    fn reporting_category(&self) -> &'static str {
        use MovementKind as Kind;
        match (self.kind, self.amount < 0) {
            (Kind::Charge | Kind::Payment, _) => "charge",
            (Kind::ApplicationFee, _) => "platform_earning",
            (Kind::ApplicationFeeRefund, _) if self.account.is_some() => "fee",
            (Kind::ApplicationFeeRefund, _) => "platform_earning_refund",
            (Kind::Refund | Kind::PaymentRefund, _) => "refund",
            (Kind::RefundFailure, _) => "refund_failure",
            (Kind::Transfer, true) => "transfer",
            (Kind::Transfer, false) => "transfer_reversal",
            (Kind::Adjustment, true) => "dispute",
            (Kind::Adjustment, false) => "dispute_reversal",
            (Kind::Payout, _) => "payout",
        }
    }

    /// By how much the balance changes.
    pub fn net(&self) -> i64 {
        self.amount.saturating_sub(self.fee)
    }
}

/// One account's money in one currency.
#[derive(Clone, Debug, Default)]
struct Balance {
    /// What can be spent.
    available: i64,
    /// Movements that cannot be spent yet, by when they can.
    pending: BTreeSet<(i64, String)>,
    /// Movements that are available and that no payout has covered.
    unpaid: BTreeSet<String>,
}

/// All balances and the movements behind them.
#[derive(Debug)]
pub(crate) struct Books {
    balances: BTreeMap<(Owner, String), Balance>,
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
        self.balances.get(&(owner.clone(), currency.to_owned())).map_or(0, |balance| balance.available)
    }

    /// What `owner` has and cannot spend yet.
    pub(crate) fn pending(&self, owner: &Owner, currency: &str) -> i64 {
        let balance = self.balances.get(&(owner.clone(), currency.to_owned()));
        balance.map_or(0, |balance| balance.pending.iter().map(|(_, id)| self.net(id)).sum())
    }

    /// Every currency `owner` has a balance in.
    pub(crate) fn currencies(&self, owner: &Owner) -> Vec<String> {
        let from = (owner.clone(), String::new());
        let its = self.balances.range(from..).take_while(|((whose, _), _)| whose == owner);
        its.map(|((_, currency), _)| currency.clone()).collect()
    }

    /// Sets what `owner` can spend, without a movement.
    pub(crate) fn set(&mut self, owner: &Owner, currency: &str, minor: i64) {
        self.balance_mut(owner, currency).available = minor;
    }

    /// Moves money, and returns the balance transaction's id. A movement whose time has not come is pending.
    pub(crate) fn post(&mut self, ids: &mut Ids, movement: Movement) -> String {
        let id = ids.next("txn");
        let owner = Owner { platform: movement.platform.clone(), account: movement.account.clone() };
        let balance = self.balance_mut(&owner, &movement.currency);
        if movement.pending {
            balance.pending.insert((movement.available_on, id.clone()));
        } else {
            balance.available = balance.available.saturating_add(movement.net());
            balance.unpaid.insert(id.clone());
        }
        self.movements.insert(owner, &id, Movement { id: id.clone(), ..movement });
        id
    }

    /// Makes available what `owner` can spend by `now`. Returns whether there was anything.
    pub(crate) fn release(&mut self, owner: &Owner, now: i64) -> bool {
        let mut released = false;
        for currency in self.currencies(owner) {
            let balance = self.balance_mut(owner, &currency);
            let later = balance.pending.split_off(&(now.saturating_add(1), String::new()));
            let due = std::mem::replace(&mut balance.pending, later);
            let mut sum = 0_i64;
            for (_, id) in &due {
                let Some(movement) = self.movements.find_mut(id) else { continue };
                movement.pending = false;
                sum = sum.saturating_add(movement.net());
            }
            released |= !due.is_empty();
            let balance = self.balance_mut(owner, &currency);
            balance.available = balance.available.saturating_add(sum);
            balance.unpaid.extend(due.into_iter().map(|(_, id)| id));
        }
        released
    }

    /// The movements that a payout made now covers. The next payout does not cover them again.
    pub(crate) fn cover(&mut self, owner: &Owner, currency: &str) -> BTreeSet<String> {
        std::mem::take(&mut self.balance_mut(owner, currency).unpaid)
    }

    fn balance_mut(&mut self, owner: &Owner, currency: &str) -> &mut Balance {
        self.balances.entry((owner.clone(), currency.to_owned())).or_default()
    }

    fn net(&self, id: &str) -> i64 {
        self.movements.find(id).map_or(0, |(_, movement)| movement.net())
    }
}

/// The balance object of `owner`.
pub(crate) fn render(books: &Books, owner: &Owner, livemode: bool) -> Value {
    let line = |amount: i64, currency: &str| json!({ "amount": amount, "currency": currency, "source_types": { "card": amount } });
    let currencies = books.currencies(owner);
    let available: Vec<Value> =
        currencies.iter().map(|currency| line(books.available(owner, currency), currency)).collect();
    let pending: Vec<Value> =
        currencies.iter().map(|currency| line(books.pending(owner, currency), currency)).collect();
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
        "available_on": movement.available_on,
        "balance_type": "payments",
        "created": movement.created,
        "currency": movement.currency,
        "description": null,
        "exchange_rate": null,
        "fee": movement.fee,
        "fee_details": fee_details,
        "net": movement.net(),
        "reporting_category": movement.reporting_category(),
        "source": movement.source,
        "status": if movement.pending { "pending" } else { "available" },
        "type": movement.kind.as_str(),
    })
}
