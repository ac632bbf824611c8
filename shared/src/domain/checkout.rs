//! A checkout: the whole life of one payment in one item.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cashback::{self, Cashback, Standing};
use super::ids::{AccountId, CheckoutId, MerchantId, PayerId, SessionId};
use super::ledger::Posting;
use super::market::{Country, Method};
use super::money::{Money, MoneyError};
use super::new_checkout::Content;
use super::offer::Offer;
use super::payment::{Charge, Dispute, Payment};
use super::refund::{Failure, Outcome, Purpose, Refund, RefundKey, RefundState, StripeRefund};
use super::time::Timestamp;
use crate::fault::Fault;

/// One checkout: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// A function of the merchant and of the merchant's reference.
    pub id: CheckoutId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// The merchant's connected account: an event from any other account does not concern this checkout.
    pub account: AccountId,
    /// The market.
    pub country: Country,
    /// What the merchant asked for. A repetition must ask for the same.
    pub content: Content,
    /// The platform's fee.
    pub fee: Money,
    /// The payer, if the merchant said who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerId>,
    /// Stripe's Checkout Session.
    pub session: SessionId,
    /// What is promised for each way to pay. Once it is paid, the cashback holds the one that counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub offers: BTreeMap<Method, Offer>,
    /// Where it stands.
    pub state: State,
    /// The books, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<Posting>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the changes; every write is conditional on it.
    pub version: u64,
}

/// Where a checkout stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Waiting for the payer, on a page whose address Stripe knows: it is longer than all the rest of the item.
    Open,
    /// Nobody paid in time, or the merchant closed it.
    Expired,
    /// The payment was begun and did not succeed.
    Failed,
    /// Paid.
    Paid(Box<Payment>),
}

/// What happens to a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Stripe took the money.
    Paid {
        /// The charge.
        charge: Charge,
        /// Its amount.
        amount: Money,
    },
    /// The session expired.
    Expired,
    /// The payment was begun and failed.
    PaymentFailed,
    /// The merchant asks for a refund; whether it may has been [decided](super::decision).
    RefundRequested {
        /// By what it is known.
        key: RefundKey,
        /// How much.
        amount: Money,
    },
    /// Stripe will not make a refund that the merchant asked for.
    RefundRefused {
        /// By what it is known.
        key: RefundKey,
    },
    /// Stripe says something of a refund, ours or the merchant's.
    RefundSeen(StripeRefund),
    /// The cashback's time may have come.
    CashbackMatured,
    /// Stripe will not make the refund that a cashback is.
    CashbackRefused {
        /// Which attempt.
        attempt: u32,
        /// Why.
        reason: Failure,
    },
    /// The payer disputes the payment.
    DisputeOpened,
    /// The dispute ended.
    DisputeClosed {
        /// For the merchant.
        won: bool,
    },
}

/// Why an event was not applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It speaks of something that we have not heard of yet: deliver it again.
    #[error("{event} for a checkout that is {state}")]
    TooEarly {
        /// The event.
        event: &'static str,
        /// The state.
        state: &'static str,
    },
    /// It contradicts what we know: a person must look.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Amounts that do not fit together.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooEarly { .. } => Self::Retry(refused.to_string()),
            Refused::Contradiction(_) | Refused::Money(_) => Self::Bug(refused.to_string()),
        }
    }
}

impl Checkout {
    /// The state after `event`.
    ///
    /// # Errors
    /// The event came too early, or contradicts what is known.
    pub fn next_state(&self, event: &Event, now: Timestamp) -> Result<State, Refused> {
        match (&self.state, event) {
            // That money moved outranks everything we believed before.
            (State::Open | State::Expired | State::Failed, Event::Paid { charge, amount }) => {
                self.paid(charge, *amount, now)
            }
            (State::Open, Event::Expired) => Ok(State::Expired),
            (State::Open, Event::PaymentFailed) => Ok(State::Failed),
            (State::Paid(payment), Event::Paid { charge, .. }) => {
                if payment.charge.charge == charge.charge {
                    Ok(self.state.clone())
                } else {
                    Err(Refused::Contradiction("one session, two charges"))
                }
            }
            // Somebody was faster with this reference: what they asked for stands.
            (State::Paid(payment), Event::RefundRequested { key, .. })
                if payment.refunds.contains_key(key) =>
            {
                Ok(self.state.clone())
            }
            (State::Paid(payment), Event::RefundRequested { key, amount }) => {
                let refund = Refund { amount: *amount, state: RefundState::Requested { since: now } };
                self.with_refund(payment, key.clone(), refund, now)
            }
            (State::Paid(payment), Event::RefundRefused { key }) => match payment.refunds.get(key) {
                Some(refund) => {
                    let state = RefundState::Failed { reason: Failure::Refused };
                    self.with_refund(payment, key.clone(), Refund { state, ..refund.clone() }, now)
                }
                None => Ok(self.state.clone()),
            },
            (State::Paid(payment), Event::RefundSeen(seen)) => self.refund_seen(payment, seen, now),
            (State::Paid(payment), Event::CashbackMatured) => {
                self.with_cashback(payment, &cashback::Event::Matured, now)
            }
            (State::Paid(payment), Event::CashbackRefused { attempt, reason }) => {
                self.with_cashback(payment, &self.bounced(payment, *attempt, *reason)?, now)
            }
            (State::Paid(payment), Event::DisputeOpened) => match payment.dispute {
                Dispute::None => self.disputed(payment, Dispute::Open, &cashback::Event::DisputeOpened, now),
                Dispute::Open | Dispute::Won | Dispute::Lost => Ok(self.state.clone()),
            },
            (State::Paid(payment), Event::DisputeClosed { won }) => match (payment.dispute, won) {
                (Dispute::None | Dispute::Open, true) => {
                    self.disputed(payment, Dispute::Won, &cashback::Event::DisputeWon, now)
                }
                (Dispute::None | Dispute::Open, false) => {
                    self.disputed(payment, Dispute::Lost, &cashback::Event::DisputeLost, now)
                }
                (Dispute::Won | Dispute::Lost, _) => Ok(self.state.clone()),
            },

            (State::Expired | State::Failed, Event::Expired | Event::PaymentFailed)
            | (State::Paid(_), Event::Expired | Event::PaymentFailed)
            | (State::Open | State::Expired | State::Failed, Event::CashbackMatured) => {
                Ok(self.state.clone())
            }

            (
                State::Open | State::Expired | State::Failed,
                Event::RefundRequested { .. }
                | Event::RefundRefused { .. }
                | Event::RefundSeen(_)
                | Event::CashbackRefused { .. }
                | Event::DisputeOpened
                | Event::DisputeClosed { .. },
            ) => Err(Refused::TooEarly { event: event.name(), state: self.state.name() }),
        }
    }

    fn paid(&self, charge: &Charge, amount: Money, now: Timestamp) -> Result<State, Refused> {
        if amount != self.content.amount {
            return Err(Refused::Contradiction("the amount paid is not the amount asked for"));
        }
        let cashback = match charge.method.and_then(|method| self.offers.get(&method)) {
            Some(Offer::Cashback(terms)) => Cashback::held(terms, charge.paid_at, now),
            Some(Offer::None { no_cashback }) => Cashback::None { reason: *no_cashback },
            None => Cashback::None { reason: super::campaign::NoCashback::MethodNotEligible },
        };
        let payment =
            Payment { charge: charge.clone(), refunds: BTreeMap::new(), dispute: Dispute::None, cashback };
        Ok(State::Paid(Box::new(payment)))
    }

    fn refund_seen(&self, payment: &Payment, seen: &StripeRefund, now: Timestamp) -> Result<State, Refused> {
        // Metadata can be written by whoever has a key of the account; which charge the money came from cannot.
        if seen.charge.as_ref().is_some_and(|charge| charge != &payment.charge.charge) {
            return Ok(self.state.clone());
        }
        let key = match &seen.purpose {
            Purpose::Cashback { attempt, .. } => {
                return self.cashback_refund_seen(payment, *attempt, seen, now);
            }
            Purpose::Merchant { reference, .. } => RefundKey::Requested(reference.clone()),
            Purpose::Dashboard => RefundKey::Dashboard(seen.id.clone()),
        };
        let known = payment.refunds.get(&key).map(|refund| refund.state.clone());
        let state = known.unwrap_or(RefundState::Requested { since: now }).on(&seen.id, seen.outcome);
        self.with_refund(payment, key, Refund { amount: seen.amount, state }, now)
    }

    fn cashback_refund_seen(
        &self,
        payment: &Payment,
        attempt: u32,
        seen: &StripeRefund,
        now: Timestamp,
    ) -> Result<State, Refused> {
        // Not what is being paid, or was: somebody else wrote our metadata on it.
        if payment.cashback.taken_from_charge() != Some(seen.amount) {
            return Ok(self.state.clone());
        }
        let event = match seen.outcome {
            Outcome::Pending => return Ok(self.state.clone()),
            Outcome::Succeeded => cashback::Event::Settled { attempt, refund: seen.id.clone() },
            Outcome::Failed(reason) => self.bounced(payment, attempt, reason)?,
        };
        self.with_cashback(payment, &event, now)
    }

    /// Our refund number `attempt` did not reach the payer.
    fn bounced(
        &self,
        payment: &Payment,
        attempt: u32,
        reason: Failure,
    ) -> Result<cashback::Event, MoneyError> {
        let paid = self.content.amount;
        let standing = Standing {
            left: payment.left_of(paid)?,
            paid,
            dispute: payment.dispute,
            has_wallet: self.payer.is_some(),
        };
        Ok(cashback::Event::Bounced { attempt, reason, standing })
    }

    /// Adds or changes a refund; what it leaves of the payment decides what is left of the cashback.
    fn with_refund(
        &self,
        payment: &Payment,
        key: RefundKey,
        refund: Refund,
        now: Timestamp,
    ) -> Result<State, Refused> {
        let mut payment = payment.clone();
        payment.refunds.insert(key, refund);
        let paid = self.content.amount;
        let event = cashback::Event::Remaining { left: payment.left_of(paid)?, paid };
        self.with_cashback(&payment, &event, now)
    }

    fn with_cashback(
        &self,
        payment: &Payment,
        event: &cashback::Event,
        now: Timestamp,
    ) -> Result<State, Refused> {
        let cashback = payment.cashback.on(event, now)?;
        Ok(State::Paid(Box::new(Payment { cashback, ..payment.clone() })))
    }

    fn disputed(
        &self,
        payment: &Payment,
        dispute: Dispute,
        event: &cashback::Event,
        now: Timestamp,
    ) -> Result<State, Refused> {
        self.with_cashback(&Payment { dispute, ..payment.clone() }, event, now)
    }

    /// The payment, if there is one.
    pub fn payment(&self) -> Option<&Payment> {
        match &self.state {
            State::Paid(payment) => Some(payment),
            State::Open | State::Expired | State::Failed => None,
        }
    }

    /// When somebody has to look at it next: at the cashback, or at a refund that was begun and may never have been
    /// asked for.
    pub fn due_at(&self) -> Option<Timestamp> {
        let payment = self.payment()?;
        payment.begun_refunds().map(|(_, since)| since).chain(payment.cashback.due_at()).min()
    }

    /// Where it stands, in the word that people use for it.
    pub fn status(&self) -> &'static str {
        match &self.state {
            State::Open | State::Expired | State::Failed => self.state.name(),
            State::Paid(payment) => payment.status(self.content.amount),
        }
    }
}

impl State {
    fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Paid(_) => "paid",
        }
    }
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Paid { .. } => "payment",
            Self::Expired => "expiry",
            Self::PaymentFailed => "failure",
            Self::RefundRequested { .. } => "refund request",
            Self::RefundRefused { .. } => "refused refund",
            Self::RefundSeen(_) => "refund",
            Self::CashbackMatured => "release",
            Self::CashbackRefused { .. } => "refused cashback",
            Self::DisputeOpened => "dispute",
            Self::DisputeClosed { .. } => "end of a dispute",
        }
    }
}

#[cfg(test)]
mod tests;
