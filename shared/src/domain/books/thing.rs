//! What a balance transaction of Stripe's is about.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settlement::merchant_of_group;
use crate::domain::cashback::refund::Purpose;
use crate::domain::ids::{AccountId, ChargeId, CheckoutId, MerchantId};
use crate::domain::stripe::object::{NotUnderstood, checkout_of, metadata, read, refund};
use crate::domain::time::Timestamp;

/// What a thing at Stripe is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A payment, on the merchant's account.
    Charge,
    /// The platform's fee for it, on the platform's.
    ApplicationFee,
    /// What of it was given back: cover for a cashback.
    FeeRefund,
    /// The same, on the merchant's account.
    FeeRefundReceived,
    /// A merchant's refund.
    Refund,
    /// A refund that is our cashback.
    Cashback,
    /// The platform's money for a cashback, leaving the platform's account or coming back.
    Funding,
    /// The same, on the merchant's account; and a settlement there.
    FundingReceived,
    /// What the platform pays a merchant for credit that was spent there, leaving the platform's account or
    /// coming back.
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
    /// Which: the charge of a charge, of a fee and of a dispute, the refund, the charge of a fee
    /// refund, the transfer; of funding whose transfer is known, the checkout.
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
            about: thing(&raw.kind, raw.amount, &raw.source)?.ok_or(raw.kind),
        })
    }
}

/// Fields of a source, whichever object it is: an id, or an object that is expanded in its place.
fn id_in<'a>(source: &'a Value, field: &str) -> Option<&'a str> {
    let value = source.get(field)?;
    value.as_str().or_else(|| value.get("id")?.as_str())
}

fn thing(kind: &str, amount: i64, source: &Value) -> Result<Option<Thing>, NotUnderstood> {
    let missing = |field: &str| NotUnderstood(format!("source.{field}"));
    let Some(object) = source.get("object").and_then(Value::as_str) else { return Ok(None) };
    let id = id_in(source, "id").ok_or_else(|| missing("id"))?;
    let charge_id = id_in(source, "charge").and_then(|id| ChargeId::parse(id).ok());
    let of_charge = || charge_id.as_ref().map(ChargeId::as_str).ok_or_else(|| missing("charge"));
    if kind == "application_fee_refund" || object == "fee_refund" {
        let kind = if amount < 0 { Kind::FeeRefund } else { Kind::FeeRefundReceived };
        let charge = source.get("metadata").and_then(|metadata| id_in(metadata, metadata::CHARGE));
        let subject = charge.or_else(|| id_in(source, "fee")).unwrap_or(id);
        return Ok(Some(Thing { checkout: checkout_of(source), ..Thing::new(kind, subject, id) }));
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
        // A transfer that was taken back is on that account a refund of the charge that it was there.
        "refund" if id_in(source, "source_transfer_reversal").is_some() => {
            Some(Thing { charge: charge_id, ..Thing::new(Kind::FundingReceived, id, id) })
        }
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
