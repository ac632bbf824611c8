//! The daily match: Stripe's balance transactions against what our checkouts say moved.
//!
//! Compared is a *thing* at Stripe (a charge, a refund, a dispute, the transfers for one cashback), by the sum of its
//! balance transactions: a refund that failed has two, and they add up to nothing. Amounts are gross: of Stripe's `fee`, the
//! platform's part is a transaction of its own on the platform's balance, and Stripe's part is between Stripe and the
//! merchant and not in these books. So are payouts, top-ups and the like: they are counted as `outside` and not matched.
//!
//! A thing belongs to the day of Stripe's own time of its transaction. What we booked a moment before or after midnight is
//! found all the same, because a thing that seems to be missing is looked up by its name, whatever its day, before it is
//! reported.
//!
//! # What it takes for granted
//! * The platform has a balance in the market's currency. Where Stripe converts a fee instead, it is in another currency,
//!   and is reported as missing there.
//! * A dispute is over what refunds have left of a payment, since the books do not keep its own amount. One over another
//!   amount is reported; the difference is real.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settlement::merchant_of_group;
use crate::domain::cashback::refund::Purpose;
use crate::domain::ids::{AccountId, ChargeId, CheckoutId, MerchantId};
use crate::domain::stripe::object::{NotUnderstood, checkout_of, read, refund};
use crate::domain::time::{Day, Timestamp};

pub use super::movements::{
    Claim, claim_for, claim_of_settlement, claims, claims_of_day, settlements_of_day,
};

/// What a thing at Stripe is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A payment, on the merchant's account.
    Charge,
    /// The platform's fee for it, on the platform's.
    ApplicationFee,
    /// The platform's fee given back: our code never does it.
    FeeRefund,
    /// A merchant's refund.
    Refund,
    /// A refund that is our cashback.
    Cashback,
    /// The platform's money for a cashback, leaving the platform's account or coming back.
    Funding,
    /// The same, on the merchant's account; and a settlement there.
    FundingReceived,
    /// What the platform pays a merchant for credit that was spent there, leaving the platform's account or coming back.
    Settlement,
    /// What a payer's bank took back.
    Dispute,
}

/// A balance transaction, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// When, by Stripe's clock.
    pub created: Timestamp,
    /// Gross, in minor units, negative when money leaves the account.
    pub amount: i64,
    /// What it is about; Stripe's `type` when it is nothing that we book.
    pub about: Result<Thing, String>,
}

/// What a balance transaction is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: Kind,
    /// Which: the charge of a charge, of a fee and of a dispute, the refund, the transfer; of funding whose transfer is
    /// known, the checkout.
    pub subject: String,
    /// Stripe's object itself.
    pub source: String,
    /// The checkout that its metadata names.
    pub checkout: Option<CheckoutId>,
    /// The charge that it belongs to.
    pub charge: Option<ChargeId>,
    /// The connected account that it belongs to, when it is the platform's.
    pub account: Option<AccountId>,
    /// What a refund is for.
    pub purpose: Option<Purpose>,
    /// The merchant whose settlement a transfer is.
    pub settles: Option<MerchantId>,
}

impl Thing {
    /// Whether it is what a claim of this kind and subject is about.
    pub fn is(&self, kind: Kind, subject: &str) -> bool {
        self.kind == kind && self.subject == subject
    }

    fn new(kind: Kind, subject: &str, source: &str) -> Self {
        Self {
            kind,
            subject: subject.to_owned(),
            source: source.to_owned(),
            checkout: None,
            charge: None,
            account: None,
            purpose: None,
            settles: None,
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    amount: i64,
    created: i64,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    source: Value,
}

impl Transaction {
    /// Reads a balance transaction whose `source` is expanded.
    ///
    /// # Errors
    /// A field is missing or of another type.
    pub fn read(object: &Value) -> Result<Self, NotUnderstood> {
        let raw: Raw = read(object)?;
        Ok(Self {
            created: Timestamp::from_epoch_seconds(raw.created),
            amount: raw.amount,
            about: thing(&raw.kind, &raw.source)?.ok_or(raw.kind),
        })
    }
}

/// Fields of a source, whichever object it is: an id, or an object that is expanded in its place.
fn id_in<'a>(source: &'a Value, field: &str) -> Option<&'a str> {
    let value = source.get(field)?;
    value.as_str().or_else(|| value.get("id")?.as_str())
}

fn thing(kind: &str, source: &Value) -> Result<Option<Thing>, NotUnderstood> {
    let missing = |field: &str| NotUnderstood(format!("source.{field}"));
    let Some(object) = source.get("object").and_then(Value::as_str) else { return Ok(None) };
    let id = id_in(source, "id").ok_or_else(|| missing("id"))?;
    let charge_id = id_in(source, "charge").and_then(|id| ChargeId::parse(id).ok());
    let of_charge = || charge_id.as_ref().map(ChargeId::as_str).ok_or_else(|| missing("charge"));
    if kind == "application_fee_refund" || object == "fee_refund" {
        return Ok(Some(Thing { charge: charge_id, ..Thing::new(Kind::FeeRefund, id, id) }));
    }
    Ok(match object {
        // The charge that a transfer is on the account that receives it.
        "charge" if id_in(source, "source_transfer").is_some() => {
            let transfer = id_in(source, "source_transfer").unwrap_or_default();
            Some(Thing::new(Kind::FundingReceived, transfer, id))
        }
        "charge" => Some(Thing {
            checkout: checkout_of(source),
            charge: ChargeId::parse(id).ok(),
            ..Thing::new(Kind::Charge, id, id)
        }),
        "refund" => {
            let purpose = refund(source)?.purpose;
            let kind = match purpose {
                Purpose::Cashback { .. } => Kind::Cashback,
                Purpose::Merchant { .. } | Purpose::Dashboard => Kind::Refund,
            };
            Some(Thing {
                checkout: checkout_of(source),
                charge: charge_id,
                purpose: Some(purpose),
                ..Thing::new(kind, id, id)
            })
        }
        "dispute" => {
            let subject = of_charge()?.to_owned();
            Some(Thing { charge: charge_id, ..Thing::new(Kind::Dispute, &subject, id) })
        }
        "application_fee" => {
            let account = id_in(source, "account").and_then(|id| AccountId::parse(id).ok());
            let subject = of_charge()?.to_owned();
            Some(Thing { charge: charge_id, account, ..Thing::new(Kind::ApplicationFee, &subject, id) })
        }
        "transfer" => {
            let group = id_in(source, "transfer_group").unwrap_or_default();
            let settles = merchant_of_group(group);
            let kind = if settles.is_some() { Kind::Settlement } else { Kind::Funding };
            Some(Thing { checkout: CheckoutId::parse(group).ok(), settles, ..Thing::new(kind, id, id) })
        }
        "transfer_reversal" => {
            let transfer = id_in(source, "transfer").ok_or_else(|| missing("transfer"))?;
            Some(Thing::new(Kind::Funding, transfer, id))
        }
        _ => None,
    })
}

/// How many, and how much in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// The sum.
    pub minor: i64,
}

/// Something on which Stripe and we differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is.
    pub kind: Kind,
    /// Stripe's id of it: where it is missing, the one that we have.
    pub stripe: String,
    /// Our checkout, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<CheckoutId>,
    /// The connected account; none for the platform's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What moved by our books, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<i64>,
    /// What moved at Stripe, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<i64>,
}

/// What the match of a market's day found: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayMatch {
    /// The day, the market's own.
    pub day: Day,
    /// When it was matched.
    pub matched_at: Timestamp,
    /// What is the same on both sides.
    pub matched: BTreeMap<Kind, Count>,
    /// What Stripe has and we have not.
    pub missing_here: Vec<Difference>,
    /// What we have and Stripe has not.
    pub missing_there: Vec<Difference>,
    /// What both have, with another amount.
    pub amount_differs: Vec<Difference>,
    /// How many differences are not listed: an item has its size.
    pub not_listed: u64,
    /// Accounts that Stripe did not let us read.
    pub not_read: Vec<AccountId>,
    /// What moved on these accounts and is not in our books, by Stripe's type: payouts, Stripe's own fees.
    pub outside: BTreeMap<String, Count>,
    /// Counts the runs; every write is conditional on it.
    pub version: u64,
}

/// So many differences are listed, each in some two hundred bytes: an item has at most 400 KB.
const LISTED: usize = 1_000;

/// What one comparison came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same on both sides.
    Same,
    /// Stripe has it and we have not.
    MissingHere,
    /// We have it and Stripe has not.
    MissingThere,
    /// Both have it, with another amount.
    AmountDiffers,
}

impl DayMatch {
    /// A match that has found nothing yet.
    pub fn new(day: Day, matched_at: Timestamp, version: u64) -> Self {
        Self {
            day,
            matched_at,
            matched: BTreeMap::new(),
            missing_here: Vec::new(),
            missing_there: Vec::new(),
            amount_differs: Vec::new(),
            not_listed: 0,
            not_read: Vec::new(),
            outside: BTreeMap::new(),
            version,
        }
    }

    /// How many differences there are; an account that could not be read is one.
    pub fn differences(&self) -> u64 {
        let listed = self.missing_here.len() + self.missing_there.len() + self.amount_differs.len();
        let found = u64::try_from(listed + self.not_read.len()).unwrap_or(u64::MAX);
        found.saturating_add(self.not_listed)
    }

    /// Adds what moved outside our books.
    pub fn add_outside(&mut self, kind: &str, minor: i64) {
        add(self.outside.entry(kind.to_owned()).or_default(), minor);
    }

    /// Adds the verdict on what is told in `difference`.
    pub fn add(&mut self, verdict: Verdict, difference: Difference) {
        let listed = self.missing_here.len() + self.missing_there.len() + self.amount_differs.len();
        let list = match verdict {
            Verdict::Same => {
                let minor = difference.there.or(difference.here).unwrap_or_default();
                return add(self.matched.entry(difference.kind).or_default(), minor);
            }
            Verdict::MissingHere => &mut self.missing_here,
            Verdict::MissingThere => &mut self.missing_there,
            Verdict::AmountDiffers => &mut self.amount_differs,
        };
        if listed < LISTED {
            list.push(difference)
        } else {
            self.not_listed = self.not_listed.saturating_add(1)
        }
    }
}

fn add(count: &mut Count, minor: i64) {
    count.count = count.count.saturating_add(1);
    count.minor = count.minor.saturating_add(minor);
}
