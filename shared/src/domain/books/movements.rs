//! What a checkout says moved at Stripe, in terms that can be compared with Stripe's balance transactions.

use super::settlement::Settlement;
use super::thing::{Kind, Thing};
use super::totals::Totals;
use crate::domain::cashback::Cashback;
use crate::domain::cashback::refund::{Purpose, RefundKey, RefundState};
use crate::domain::checkout::Checkout;
use crate::domain::checkout::payment::Payment;
use crate::domain::money::Money;
use crate::domain::posting::Account;
use crate::domain::time::Timestamp;

/// What must have moved for one thing at Stripe, in minor units, negative when money left the account. While
/// a cashback is on its way it is a range: Stripe may or may not have begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What it is.
    pub kind: Kind,
    /// Which: see [`Thing::subject`].
    pub subject: String,
    /// At the least.
    pub least: i64,
    /// At the most.
    pub most: i64,
}

impl Claim {
    fn exactly(kind: Kind, subject: impl ToString, minor: i64) -> Self {
        Self { kind, subject: subject.to_string(), least: minor, most: minor }
    }

    fn up_to(kind: Kind, subject: impl ToString, leaving: Money) -> Self {
        Self { kind, subject: subject.to_string(), least: leaving.minor().saturating_neg(), most: 0 }
    }

    /// Whether `minor` is what must have moved.
    pub fn is_met_by(&self, minor: i64) -> bool {
        (self.least..=self.most).contains(&minor)
    }
}

/// Everything that `checkout` says moved.
pub fn claims(checkout: &Checkout) -> Vec<Claim> {
    let Some(payment) = checkout.payment() else { return Vec::new() };
    let charge = &payment.charge.charge;
    let charged = checkout.content.amount.minor().saturating_sub(checkout.wallet_spent_minor());
    let mut claims = vec![Claim::exactly(Kind::Charge, charge, charged)];
    let fee = checkout.fee.minor().saturating_add(checkout.cover_minor);
    if fee > 0 {
        claims.push(Claim::exactly(Kind::ApplicationFee, charge, fee));
    }
    claims.extend(cover_back(checkout, payment));
    for refund in payment.refunds.values() {
        match &refund.state {
            RefundState::Pending { id } | RefundState::Succeeded { id } => {
                claims.push(Claim::exactly(Kind::Refund, id, refund.amount.minor().saturating_neg()));
            }
            // The news that it moves may be on its way.
            RefundState::Waiting { id } => claims.push(Claim::up_to(Kind::Refund, id, refund.amount)),
            RefundState::Requested { .. } | RefundState::Returned | RefundState::Failed { .. } => {}
        }
    }
    if let Cashback::Credited { refund, amount, .. } = &payment.cashback {
        claims.push(Claim::exactly(Kind::Cashback, refund, amount.minor().saturating_neg()));
    }
    claims.extend(funding(checkout, &payment.cashback));
    let disputed = booked(checkout).net(Account::MerchantDisputes, Account::MerchantBalance);
    claims.push(Claim::exactly(Kind::Dispute, charge, disputed.saturating_neg()));
    claims
}

/// What must have moved for `thing`, which Stripe says belongs to `checkout`.
pub fn claim_for(checkout: &Checkout, thing: &Thing) -> Option<Claim> {
    let known = claims(checkout).into_iter().find(|claim| thing.is(claim.kind, &claim.subject));
    known.or_else(|| refund_without_id(checkout.payment()?, thing))
}

/// A refund that has no id here: one that failed, or a cashback that is on its way.
fn refund_without_id(payment: &Payment, thing: &Thing) -> Option<Claim> {
    let nothing = Claim::exactly(thing.kind, &thing.subject, 0);
    match thing.purpose.as_ref()? {
        Purpose::Cashback { attempt, .. } => match &payment.cashback {
            Cashback::Paying { amount, attempt: paying, .. } if paying == attempt => {
                Some(Claim::up_to(thing.kind, &thing.subject, *amount))
            }
            Cashback::None { .. } => None,
            Cashback::Held(_)
            | Cashback::Frozen(_)
            | Cashback::Paying { .. }
            | Cashback::Credited { .. }
            | Cashback::CreditedToWallet { .. }
            | Cashback::Failed { .. }
            | Cashback::Reversed { .. } => Some(nothing),
        },
        Purpose::Merchant { reference, .. } => {
            has_failed(payment, &RefundKey::Requested(reference.clone())).then_some(nothing)
        }
        Purpose::Dashboard => {
            let id = crate::domain::ids::RefundId::parse(&thing.subject).ok()?;
            let beyond = payment.refunded_beyond_minor();
            // Beyond the refunds that are kept one by one only the sum is known.
            if beyond > 0 && !payment.knows(&id) {
                return Some(Claim { least: beyond.saturating_neg(), ..nothing });
            }
            let key = RefundKey::Dashboard(id);
            has_failed(payment, &key).then_some(nothing)
        }
    }
}

fn has_failed(payment: &Payment, key: &RefundKey) -> bool {
    payment.refunds.get(key).is_some_and(|refund| match refund.state {
        RefundState::Failed { .. } => true,
        RefundState::Requested { .. }
        | RefundState::Waiting { .. }
        | RefundState::Pending { .. }
        | RefundState::Succeeded { .. }
        | RefundState::Returned => false,
    })
}

/// What of the application fee was given back, as the platform's balance sees it. What is to go back now may
/// or may not have gone.
fn cover_back(checkout: &Checkout, payment: &Payment) -> Option<Claim> {
    let back = payment.cover_back_minor;
    let most = checkout.cover_due().map_or(back, |due| due.back_minor);
    (checkout.cover_minor > 0).then(|| Claim {
        kind: Kind::FeeRefund,
        subject: payment.charge.charge.to_string(),
        least: most.saturating_neg(),
        most: back.saturating_neg(),
    })
}

/// The platform's money for a cashback that it funds, as the platform's balance sees it.
fn funding(checkout: &Checkout, cashback: &Cashback) -> Option<Claim> {
    let terms = cashback.terms().filter(|terms| terms.has_platform_part())?;
    let booked = booked(checkout).net(Account::MerchantBalance, Account::PlatformBalance);
    let exactly = Claim::exactly(Kind::Funding, &checkout.id, booked.saturating_neg());
    match cashback {
        Cashback::None { .. } => None,
        // Of an attempt that failed the money may still be there, for the next.
        Cashback::Held(_) => {
            let most = terms.platform_part(terms.amount).ok()?;
            Some(Claim::up_to(Kind::Funding, &checkout.id, most))
        }
        Cashback::Paying { amount, .. } => {
            let most = terms.platform_part(*amount).ok()?;
            Some(Claim::up_to(Kind::Funding, &checkout.id, most))
        }
        Cashback::Frozen(_)
        | Cashback::Credited { .. }
        | Cashback::CreditedToWallet { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => Some(exactly),
    }
}

/// What must have moved for a transfer of `settlement`, as the platform's balance sees it; nothing for one
/// that is not its. What is being asked for may or may not have moved.
pub fn claim_of_settlement(settlement: &Settlement, transfer: &str) -> Option<Claim> {
    let made = settlement.made.iter().find(|made| made.transfer == transfer);
    let claim = |least: i64, most: i64| Claim {
        kind: Kind::Settlement,
        subject: transfer.to_owned(),
        least: least.saturating_neg(),
        most: most.saturating_neg(),
    };
    match (made, settlement.paying) {
        (Some(made), Some(paying)) if settlement.reversing() == Some(made) => {
            Some(claim(made.left(), made.left().saturating_add(paying.minor)))
        }
        (Some(made), _) => Some(claim(made.left(), made.left())),
        (None, Some(paying)) if paying.minor > 0 => Some(claim(paying.minor, 0)),
        (None, _) => None,
    }
}

/// The transfers of `settlement` that were made, or last reversed, within `day`.
pub fn settlements_of_day(settlement: &Settlement, day: (Timestamp, Timestamp)) -> Vec<Claim> {
    let made = settlement.made.iter().filter(|made| day.0 <= made.at && made.at < day.1);
    made.filter_map(|made| claim_of_settlement(settlement, &made.transfer)).collect()
}

fn booked(checkout: &Checkout) -> Totals {
    let mut totals = Totals::default();
    checkout.postings.iter().for_each(|posting| totals.add(posting));
    totals
}

/// Those claims of `checkout` that something was booked for within `day` (its first second and the first
/// after it): Stripe must have them. Of refunds the time is not kept, so all of a checkout that was touched
/// are looked for.
pub fn claims_of_day(checkout: &Checkout, day: (Timestamp, Timestamp)) -> Vec<Claim> {
    use Account::{MerchantBalance, MerchantCover, MerchantDisputes, MerchantSales, PlatformBalance};
    let within = |at: Timestamp| day.0 <= at && at < day.1;
    let booked = |one: Account, other: Account| {
        let pairs = [(one, other), (other, one)];
        checkout.postings.iter().any(|of| within(of.at) && pairs.contains(&(of.debit, of.credit)))
    };
    let is_paid = checkout.payment().is_some_and(|payment| within(payment.charge.paid_at))
        || booked(MerchantBalance, MerchantSales);
    let is_credited = checkout
        .payment()
        .is_some_and(|payment| matches!(&payment.cashback, Cashback::Credited { at, .. } if within(*at)));
    let of_day = |claim: &Claim| match claim.kind {
        Kind::Charge | Kind::ApplicationFee => is_paid,
        Kind::Refund => true,
        Kind::Cashback => is_credited,
        Kind::Funding => booked(MerchantBalance, PlatformBalance),
        Kind::Dispute => booked(MerchantDisputes, MerchantBalance),
        Kind::FeeRefund => booked(MerchantCover, MerchantBalance),
        Kind::FundingReceived | Kind::FeeRefundReceived | Kind::Settlement => false,
    };
    claims(checkout).into_iter().filter(of_day).collect()
}
