//! A checkout: the whole life of one payment in one item.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::decided::Decided;
use super::disputes::{Dispute, Disputes};
use super::event::{Event, Insight, Refused, Verdict};
use super::moves::{Funding, Refusals};
use super::new_checkout::Content;
use super::payment::{Charge, Payment};
use crate::domain::campaign::offer::Offer;
use crate::domain::campaign::screening::Screening;
use crate::domain::cashback;
use crate::domain::cashback::Cashback;
use crate::domain::cashback::refund::{Refund, RefundState};
use crate::domain::ids::{AccountId, CampaignId, CheckoutId, MerchantId, PayerId, SessionId};
use crate::domain::market::{Country, Tender};
use crate::domain::money::{Money, MoneyError};
use crate::domain::payer::Lot;
use crate::domain::posting::Posting;
use crate::domain::promise::NoCashback;
use crate::domain::time::Timestamp;
use crate::fault::Problem;

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
    /// What the platform takes besides and gives back when the cashback is due, in minor units: the
    /// merchant's part of the dearest offer. See [`cover`](super::cover).
    #[serde(rename = "cover", default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub cover_minor: i64,
    /// The payer, if the merchant said who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerId>,
    /// Whether the payer belongs to the merchant.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_false")]
    pub insider: bool,
    /// Whether the payer's item counts this payment: a campaign or the screening of the market asked for it.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_false")]
    pub remembers_payer: bool,
    /// The campaigns that count this payment once it is made: they give something for every n-th.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub counted_by: BTreeSet<CampaignId>,
    /// What the market looked for when the checkout was created.
    #[serde(default, skip_serializing_if = "Screening::is_off")]
    pub screening: Screening,
    /// Credit from the payer's wallet that pays a part of the price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wallet: Vec<Lot>,
    /// Stripe's Checkout Session. It is missing for a moment in a checkout that is partly paid by credit:
    /// what Stripe is asked for must be written down before it is asked, since the credit may be another
    /// amount the next time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// How often Stripe has refused to make the page. Stripe repeats a refusal to whoever asks under the same
    /// key, so the key has this number in it: it changes when an answer is known to be no, and never while an
    /// answer is in doubt.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_none_of")]
    pub refusals: u32,
    /// What is promised for each way to pay. Once it is paid, the cashback holds the one that counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub offers: BTreeMap<Tender, Offer>,
    /// Where it stands.
    pub state: State,
    /// The books, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<Posting>,
    /// How many postings were [folded](crate::domain::posting::fold) into others.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_none_of")]
    pub folded: u32,
    /// What people decided on its cashback, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decided>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the changes; every write is conditional on it.
    pub version: u64,
}

/// A checkout for which Stripe's page was never written down is given up after so long: nobody was shown it.
const ABANDONED_SECONDS: i64 = 3600;

/// Where a checkout stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Waiting for the payer, on a page whose address Stripe knows: it is longer than all the rest of the
    /// item.
    Open,
    /// Nobody paid in time, or the merchant closed it.
    Expired,
    /// The payment was begun and did not succeed, or Stripe refused to [make the
    /// page](Checkout::has_been_refused).
    Failed,
    /// Paid.
    Paid(Box<Payment>),
}

impl Checkout {
    /// The state after `event`.
    ///
    /// # Errors
    /// The event came too early, or contradicts what is known.
    pub fn next_state(&self, event: &Event, insight: &Insight, now: Timestamp) -> Result<State, Refused> {
        match (&self.state, event) {
            // That money moved outranks everything we believed before.
            (State::Open | State::Expired | State::Failed, Event::Paid { charge, amount, fee }) => {
                self.paid(charge, (*amount, *fee), insight, now)
            }
            (State::Open, Event::Abandoned) if self.is_abandoned(now) => Ok(State::Expired),
            (State::Open, Event::Expired) => Ok(State::Expired),
            (State::Open, Event::PaymentFailed) => Ok(State::Failed),
            (State::Open, Event::PageRefused) if self.session.is_none() => Ok(State::Failed),
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
            // Others were faster, and no more are kept.
            (State::Paid(payment), Event::RefundRequested { .. }) if payment.is_full_of_refunds() => {
                Ok(self.state.clone())
            }
            (State::Paid(payment), Event::RefundRequested { key, amount }) => {
                let refund = self.refund_of(payment, *amount, now)?;
                self.with_refund(payment, key.clone(), refund, now)
            }
            (State::Paid(payment), Event::RefundRefused { key, reason }) => match payment.refunds.get(key) {
                Some(refund) if matches!(refund.state, RefundState::Requested { .. }) => {
                    let state = RefundState::Failed { reason: *reason, id: None };
                    self.with_refund(payment, key.clone(), Refund { state, ..refund.clone() }, now)
                }
                // Stripe has said more of it meanwhile.
                Some(_) | None => Ok(self.state.clone()),
            },
            (State::Paid(payment), Event::RefundSeen(seen)) => self.refund_seen(payment, seen, now),
            (State::Paid(payment), Event::RefundsCounted(all)) => self.refunds_counted(payment, *all, now),
            (State::Paid(payment), Event::CashbackMatured) => {
                let payer_owes = insight.payer_owes && self.has_wallet(payment)?;
                let matured = cashback::Event::Matured { payer_owes };
                self.with_cashback(payment, &matured, now)
            }
            (State::Paid(payment), Event::CashbackDecided(verdict)) => {
                let event = match verdict {
                    Verdict::Approve => cashback::Event::Approved,
                    Verdict::Reject => cashback::Event::Rejected,
                    Verdict::Retry => cashback::Event::Retried,
                    Verdict::WriteOff => cashback::Event::WrittenOff,
                };
                self.with_cashback(payment, &event, now)
            }
            // The payer has it: whatever was asked once more and refused was not this refund.
            (State::Paid(payment), Event::CashbackRefused { .. })
                if matches!(payment.cashback, Cashback::Credited { .. }) =>
            {
                Ok(self.state.clone())
            }
            (State::Paid(payment), Event::CashbackRefused { attempt, reason }) => {
                self.with_cashback(payment, &self.bounced(payment, *attempt, *reason)?, now)
            }
            (State::Paid(payment), Event::CoverReturned { back_minor }) => {
                let back_minor = payment.cover_back_minor.max(*back_minor).min(self.cover_minor);
                let refusals = payment.refusals.over();
                let next = Payment { cover_back_minor: back_minor, refusals, ..(**payment).clone() };
                Ok(State::Paid(Box::new(next)))
            }
            (State::Paid(payment), Event::FundingMoved { there_minor }) => {
                let (funding, refusals) = (Funding::is(*there_minor), payment.refusals.over());
                Ok(State::Paid(Box::new(Payment { funding, refusals, ..(**payment).clone() })))
            }
            (State::Paid(payment), Event::MoveRefused) => {
                let refusals = payment.refusals.once_more(now);
                Ok(State::Paid(Box::new(Payment { refusals, ..(**payment).clone() })))
            }
            (State::Paid(payment), Event::DisputesSeen(disputes)) => {
                self.with_disputes(payment, disputes, now)
            }

            (State::Expired | State::Failed | State::Paid(_), Event::Expired | Event::PaymentFailed)
            | (
                State::Open | State::Expired | State::Failed | State::Paid(_),
                Event::Abandoned | Event::PageRefused | Event::SessionOpened { .. },
            )
            | (
                State::Open | State::Expired | State::Failed,
                Event::CashbackMatured | Event::CashbackDecided(_),
            ) => Ok(self.state.clone()),

            (
                State::Open | State::Expired | State::Failed,
                Event::RefundRequested { .. }
                | Event::RefundRefused { .. }
                | Event::RefundSeen(_)
                | Event::RefundsCounted(_)
                | Event::CashbackRefused { .. }
                | Event::CoverReturned { .. }
                | Event::FundingMoved { .. }
                | Event::MoveRefused
                | Event::DisputesSeen(_),
            ) => Err(Refused::TooEarly { event: event.name(), state: self.state.name() }),
        }
    }

    fn paid(
        &self,
        charge: &Charge,
        (amount, fee): (Money, Money),
        insight: &Insight,
        now: Timestamp,
    ) -> Result<State, Refused> {
        if amount != self.charged()? {
            return Err(Refused::Contradiction("the amount paid is not the amount asked for"));
        }
        if fee != self.application_fee()? {
            return Err(Refused::Contradiction("the fee taken is not the fee asked for"));
        }
        let cashback = match charge.tenders().iter().find_map(|tender| self.offers.get(tender)) {
            Some(Offer::Cashback(_)) if insight.own_merchant => {
                Cashback::None { reason: NoCashback::OwnMerchant }
            }
            Some(Offer::Cashback(terms)) => {
                Cashback::held(terms, charge.paid_at, now).suspected(insight.suspicion)
            }
            Some(Offer::None { no_cashback }) => Cashback::None { reason: *no_cashback },
            None => Cashback::None { reason: NoCashback::MethodNotEligible },
        };
        let payment = Payment {
            charge: charge.clone(),
            cover_back_minor: 0,
            funding: Funding::default(),
            refusals: Refusals::default(),
            refunds: BTreeMap::new(),
            all_refunds: None,
            bounced: BTreeSet::new(),
            disputes: Disputes::default(),
            cashback,
        };
        Ok(State::Paid(Box::new(payment)))
    }

    pub(super) fn with_cashback(
        &self,
        payment: &Payment,
        event: &cashback::Event,
        now: Timestamp,
    ) -> Result<State, Refused> {
        let cashback = payment.cashback.on(event, now)?;
        // Whatever else happens: what is disputed is not released.
        let cashback = match payment.disputes.standing() {
            Dispute::Open => cashback.on(&cashback::Event::DisputeOpened, now)?,
            Dispute::None | Dispute::Won | Dispute::Lost => cashback,
        };
        Ok(State::Paid(Box::new(Payment { cashback, ..payment.clone() })))
    }

    /// What disputes took counts like a refund; while one is open, nothing is released.
    fn with_disputes(&self, payment: &Payment, seen: &Disputes, now: Timestamp) -> Result<State, Refused> {
        let mut next = Payment { disputes: seen.clone(), ..payment.clone() };
        let remaining = cashback::Event::Remaining(next.rest_of(self.charged()?)?);
        next.cashback = next.cashback.on(&remaining, now)?;
        let event = match seen.standing() {
            Dispute::Open => cashback::Event::DisputeOpened,
            Dispute::None | Dispute::Won | Dispute::Lost => cashback::Event::DisputesOver,
        };
        self.with_cashback(&next, &event, now)
    }

    /// What of the price the payer pays with credit, in minor units.
    pub fn wallet_spent_minor(&self) -> i64 {
        self.wallet.iter().fold(0, |sum, lot| sum.saturating_add(lot.minor))
    }

    /// What Stripe is asked to charge: the price, less credit.
    ///
    /// # Errors
    /// Never for a checkout that was priced: its credit is less than its price.
    pub fn charged(&self) -> Result<Money, MoneyError> {
        let amount = self.content.amount;
        amount.minus(Money::from_minor(self.wallet_spent_minor(), amount.currency())?)
    }

    /// Whether Stripe has refused to make its page, and nothing came of it: the same order may be placed
    /// again.
    pub fn has_been_refused(&self) -> bool {
        self.state == State::Failed && self.session.is_none()
    }

    /// That `asked`, of this payer, is the order it was made for. Where Stripe has refused its page, the page
    /// is to be open for as long as is asked for now: the end named first may be too near, or over.
    ///
    /// # Errors
    /// A conflict that names the first field that differs.
    pub fn is_for(&self, asked: &Content, payer: Option<&PayerId>) -> Result<(), Problem> {
        if self.has_been_refused() {
            let asked = Content { expires_at: self.content.expires_at, ..asked.clone() };
            return self.content.same_as(self.payer.as_ref(), &asked, payer);
        }
        self.content.same_as(self.payer.as_ref(), asked, payer)
    }

    /// As it is when Stripe has refused to make its page: it promises nothing, and holds nothing of anybody.
    #[must_use]
    pub fn refused(self) -> Self {
        let refusals = self.refusals.saturating_add(1);
        Self { state: State::Failed, refusals, ..self.with_lapsed_offers() }
    }

    /// The same without its promises out of budgets and caps.
    #[must_use]
    pub fn with_lapsed_offers(mut self) -> Self {
        self.offers.values_mut().for_each(Offer::lapse);
        self
    }

    /// The same order placed again, in the place of one that [has been refused](Self::has_been_refused).
    #[must_use]
    pub fn in_place_of(self, refused: &Self) -> Self {
        Self { refusals: refused.refusals, version: refused.version.saturating_add(1), ..self }
    }

    fn is_abandoned(&self, now: Timestamp) -> bool {
        self.session.is_none() && now.seconds_since(self.created_at) >= ABANDONED_SECONDS
    }

    /// The payment, if there is one.
    pub fn payment(&self) -> Option<&Payment> {
        match &self.state {
            State::Paid(payment) => Some(payment),
            State::Open | State::Expired | State::Failed => None,
        }
    }

    /// When somebody has to look at it next: at the cashback, at cover or funding that is to be moved, at a
    /// refund that was begun and may never have been asked for, or at a page that was never made.
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Open if self.session.is_none() => Some(self.created_at.plus_seconds(ABANDONED_SECONDS)),
            State::Open | State::Expired | State::Failed => None,
            State::Paid(payment) => {
                let cover = self.cover_due().map(|due| due.since);
                let refunds = payment.begun_refunds().map(|(_, since)| since);
                let moves = cover.into_iter().chain(self.funding_due_at());
                refunds.chain(payment.cashback.due_at()).chain(moves).min()
            }
        }
    }

    /// Where it stands, in the word that people use for it.
    pub fn status(&self) -> &'static str {
        match &self.state {
            State::Open | State::Expired | State::Failed => self.state.name(),
            State::Paid(payment) => {
                payment.status(self.charged().unwrap_or(self.content.amount), self.wallet_spent_minor())
            }
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
