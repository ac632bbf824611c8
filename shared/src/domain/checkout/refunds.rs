//! Refunds of a checkout's payment: the merchant's, and ours that is a cashback.

use super::disputes::Dispute;
use super::event::Refused;
use super::payment::{AllRefunds, Payment};
use super::state::{Checkout, State};
use crate::domain::cashback;
use crate::domain::cashback::refund::{
    Failure, Outcome, Purpose, Refund, RefundKey, RefundState, StripeRefund,
};
use crate::domain::cashback::{Cashback, Standing};
use crate::domain::money::{Money, MoneyError};
use crate::domain::time::Timestamp;

impl Checkout {
    /// A refund of `amount` of the price: from the charge first, and what is more than it holds from the
    /// credit that paid the rest. What is more than both hold stays with the charge, for Stripe to refuse.
    /// Where the payer has the cashback already, the part of it that belongs to what is given back is a part
    /// of the refund.
    pub(super) fn refund_of(
        &self,
        payment: &Payment,
        amount: Money,
        now: Timestamp,
    ) -> Result<Refund, MoneyError> {
        let refundable = payment.refundable(self.charged()?)?;
        let of_price = amount.at_most(refundable.price)?;
        let had_as_cashback = refundable.cashback_of(of_price)?;
        let beyond = amount.minus(of_price)?;
        let credit = self.wallet_spent_minor().saturating_sub(payment.claimed_of_wallet_minor());
        let to_wallet = Money::from_minor(beyond.minor().min(credit), amount.currency())?;
        let of_charge = amount.minus(to_wallet)?.minus(had_as_cashback)?;
        let state =
            if of_charge.is_zero() { RefundState::Returned } else { RefundState::Requested { since: now } };
        Ok(Refund {
            amount: of_charge,
            to_wallet_minor: to_wallet.minor(),
            had_as_cashback_minor: had_as_cashback.minor(),
            state,
        })
    }

    pub(super) fn refund_seen(
        &self,
        payment: &Payment,
        seen: &StripeRefund,
        now: Timestamp,
    ) -> Result<State, Refused> {
        // Metadata can be written by whoever has a key of the account; which charge the money came from
        // cannot. A refund of a customer's cash balance has none
        // (https://docs.stripe.com/payments/customer-balance/refunding).
        if seen.charge.as_ref() != Some(&payment.charge.charge) {
            return Ok(self.state.clone());
        }
        if let Cashback::Credited { attempt, refund, .. } = &payment.cashback
            && *refund == seen.id
        {
            return self.cashback_refund_seen(payment, *attempt, seen, now);
        }
        // Once Stripe's id is known, the metadata says nothing more: it can be rewritten.
        let is_it = |(_, refund): &(&RefundKey, &Refund)| refund.state.id() == Some(&seen.id);
        let known = payment.refunds.iter().find(is_it).map(|(key, _)| key.clone());
        let theirs = RefundKey::Dashboard(seen.id.clone());
        let key = match &seen.purpose {
            _ if let Some(known) = known => known,
            // Late news of an attempt that is over.
            _ if payment.bounced.contains(&seen.id) => return Ok(self.state.clone()),
            Purpose::Cashback { attempt, .. } if payment.cashback.is_asked_for(*attempt, seen.amount) => {
                return self.cashback_refund_seen(payment, *attempt, seen, now);
            }
            Purpose::Merchant { reference, .. } => {
                let asked = RefundKey::Requested(reference.clone());
                if payment.refunds.get(&asked).is_some_and(|known| known.is(seen)) { asked } else { theirs }
            }
            Purpose::Cashback { .. } | Purpose::Dashboard => theirs,
        };
        if payment.is_full_of_refunds() && !payment.refunds.contains_key(&key) {
            // It counts with the sum of all, which whoever heard of it reads next.
            return Ok(self.state.clone());
        }
        let known = payment.refunds.get(&key).cloned().unwrap_or(Refund {
            amount: seen.amount,
            to_wallet_minor: 0,
            had_as_cashback_minor: 0,
            state: RefundState::Requested { since: now },
        });
        let state = known.state.on(&seen.id, seen.outcome);
        self.with_refund(payment, key, Refund { state, ..known }, now)
    }

    /// Stripe's sum of all refunds, where they are too many to be kept one by one. Of two sums the one that
    /// was asked for later counts, and of two of the same second the larger.
    pub(super) fn refunds_counted(
        &self,
        payment: &Payment,
        all: AllRefunds,
        now: Timestamp,
    ) -> Result<State, Refused> {
        let is_older = |known: AllRefunds| (all.at, all.minor) <= (known.at, known.minor);
        if !payment.is_full_of_refunds() || payment.all_refunds.is_some_and(is_older) {
            return Ok(self.state.clone());
        }
        let payment = Payment { all_refunds: Some(all), ..payment.clone() };
        let event = cashback::Event::Remaining(payment.rest_of(self.charged()?)?);
        self.with_cashback(&payment, &event, now)
    }

    fn cashback_refund_seen(
        &self,
        payment: &Payment,
        attempt: u32,
        seen: &StripeRefund,
        now: Timestamp,
    ) -> Result<State, Refused> {
        // It was asked for once its cover was back with the merchant, and not before.
        let mut payment = payment.clone();
        payment.cover_back_minor = self.cover_minor;
        match seen.outcome {
            Outcome::Waiting | Outcome::Pending => Ok(self.state.clone()),
            Outcome::Succeeded => {
                let event = cashback::Event::Settled { attempt, refund: seen.id.clone() };
                self.with_cashback(&payment, &event, now)
            }
            Outcome::Failed(reason) => {
                let event = self.bounced(&payment, attempt, reason)?;
                payment.bounced.insert(seen.id.clone());
                self.with_cashback(&payment, &event, now)
            }
        }
    }

    /// Our refund number `attempt` did not reach the payer.
    pub(super) fn bounced(
        &self,
        payment: &Payment,
        attempt: u32,
        reason: Failure,
    ) -> Result<cashback::Event, MoneyError> {
        let paid = self.charged()?;
        let standing = Standing {
            rest: payment.rest_of(paid)?,
            is_disputed: payment.disputes.standing() == Dispute::Open,
            has_wallet: self.has_wallet(payment)?,
        };
        Ok(cashback::Event::Bounced { attempt, reason, standing })
    }

    /// Adds or changes a refund; what it leaves of the payment decides what is left of the cashback.
    pub(super) fn with_refund(
        &self,
        payment: &Payment,
        key: RefundKey,
        refund: Refund,
        now: Timestamp,
    ) -> Result<State, Refused> {
        let mut payment = payment.clone();
        payment.refunds.insert(key, refund);
        let paid = self.charged()?;
        let event = cashback::Event::Remaining(payment.rest_of(paid)?);
        self.with_cashback(&payment, &event, now)
    }
}
