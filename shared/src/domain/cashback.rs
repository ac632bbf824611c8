//! The life of one cashback, and the number this project is about.
//!
//! ```text
//! none
//! held ── its time comes ──▶ paying ── Stripe's refund arrives ──▶ credited
//!  │ ▲                         │  └─ it fails for good ─▶ credited_to_wallet | failed
//!  │ └──── it fails for now ───┘
//!  ├─ the payment is refunded ─▶ (less) | reversed
//!  └─ the payment is disputed ─▶ frozen ── won ─▶ held | lost ─▶ reversed
//! ```

use serde::{Deserialize, Serialize};

use super::campaign::NoCashback;
use super::checkout::Dispute;
use super::ids::RefundId;
use super::money::{Money, MoneyError, Round};
use super::offer::Terms;
use super::refund::Failure;
use super::time::Timestamp;

/// The promise: within so many hours of paying, the payer has the money.
pub const PROMISE_HOURS: u32 = 48;

/// So many hours before that it is released, so that retries fit inside the promise.
pub const RELEASE_MARGIN_HOURS: u32 = 1;

/// How often a refund is tried before the money becomes wallet credit, and how long after a try the next one waits.
/// All tries fit into the margin.
const ATTEMPTS: u32 = 3;
const RETRY_SECONDS: i64 = 15 * 60;

/// Where a cashback stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Cashback {
    /// The payment earns nothing.
    None {
        /// The rule that said no.
        reason: NoCashback,
    },
    /// Promised, and waiting for its time.
    Held(Waiting),
    /// Promised, and stopped while the payment is disputed.
    Frozen(Waiting),
    /// Its refund is with Stripe, or on its way there; only Stripe's answer says what became of it.
    Paying {
        /// What was promised.
        terms: Terms,
        /// What is paid: the promise, less what refunds took from it.
        amount: Money,
        /// Part of the key under which Stripe was asked. It rises only after an answer known to be negative.
        attempt: u32,
        /// When it was released. Until Stripe has said what became of it, it stays in the due index under this time,
        /// where the hourly sweep finds it again.
        release_at: Timestamp,
        /// The end of the promise.
        promised_by: Timestamp,
    },
    /// The payer has it, on the way they paid.
    Credited {
        /// What was promised.
        terms: Terms,
        /// What was paid.
        amount: Money,
        /// The attempt that succeeded.
        attempt: u32,
        /// Stripe's refund.
        refund: RefundId,
        /// When.
        at: Timestamp,
        /// The end of the promise.
        promised_by: Timestamp,
    },
    /// It could not be refunded and is credit in the payer's wallet instead.
    CreditedToWallet {
        /// What was promised.
        terms: Terms,
        /// What was credited.
        amount: Money,
        /// Why not refunded.
        reason: Failure,
        /// When.
        at: Timestamp,
    },
    /// It could not be refunded and nobody is known to whom a wallet could belong: an operator must act.
    Failed {
        /// What was promised.
        terms: Terms,
        /// What is owed.
        amount: Money,
        /// Why not refunded.
        reason: Failure,
        /// When.
        at: Timestamp,
    },
    /// The payment was taken back, and the cashback with it.
    Reversed {
        /// Why.
        reason: Reversal,
        /// What was waiting, should the refund that reversed it fail.
        waiting: Waiting,
        /// When.
        at: Timestamp,
    },
}

/// A promised cashback that nobody has asked Stripe for yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// What was promised.
    pub terms: Terms,
    /// What is left of it after refunds.
    pub amount: Money,
    /// When it is released.
    pub release_at: Timestamp,
    /// The end of the promise.
    pub promised_by: Timestamp,
    /// The number of the next attempt, from 1.
    pub attempt: u32,
}

/// Why a cashback was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversal {
    /// The merchant gave the money back.
    Refunded,
    /// The payer's bank took the money back.
    DisputeLost,
}

impl Reversal {
    /// For the payer to read.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Refunded => "the payment was refunded",
            Self::DisputeLost => "the payment was charged back",
        }
    }
}

/// What happens to a cashback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody says its time has come; whether it has is decided here.
    Matured,
    /// The merchant's refunds leave this much of the payment.
    Remaining {
        /// What is left.
        left: Money,
        /// What was paid.
        paid: Money,
    },
    /// Stripe says that our refund reached the payer.
    Settled {
        /// Which attempt.
        attempt: u32,
        /// Stripe's refund.
        refund: RefundId,
    },
    /// Stripe says that our refund did not reach the payer, and never will.
    Bounced {
        /// Which attempt.
        attempt: u32,
        /// Why.
        reason: Failure,
        /// What the payment looks like now.
        standing: Standing,
    },
    /// The payer disputes the payment.
    DisputeOpened,
    /// The dispute ended for the merchant.
    DisputeWon,
    /// The dispute ended for the payer.
    DisputeLost,
}

/// What the rest of the payment looks like when our refund bounces: it decides whether the payer is still owed
/// anything, and how it can reach them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the merchant's refunds leave of the payment.
    pub left: Money,
    /// What was paid.
    pub paid: Money,
    /// Whether it is disputed.
    pub dispute: Dispute,
    /// Whether the payer is known, so that a wallet can take it.
    pub has_wallet: bool,
}

impl Cashback {
    /// The promise made by a payment on `terms`.
    pub fn held(terms: &Terms, paid_at: Timestamp, now: Timestamp) -> Self {
        Self::Held(Waiting {
            amount: terms.amount,
            release_at: terms.release_at(paid_at).max(now),
            promised_by: terms.promised_by(paid_at),
            attempt: 1,
            terms: terms.clone(),
        })
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn on(&self, event: &Event, now: Timestamp) -> Result<Self, MoneyError> {
        Ok(match (self, event) {
            (Self::Held(waiting), Event::Matured) if now >= waiting.release_at => waiting.pay(),
            (Self::Held(waiting), Event::Remaining { left, paid }) => match waiting.reduced(*left, *paid)? {
                less if left.is_zero() => {
                    Self::Reversed { reason: Reversal::Refunded, waiting: less, at: now }
                }
                less => Self::Held(less),
            },
            (Self::Frozen(waiting), Event::Remaining { left, paid }) => {
                match waiting.reduced(*left, *paid)? {
                    less if left.is_zero() => {
                        Self::Reversed { reason: Reversal::Refunded, waiting: less, at: now }
                    }
                    less => Self::Frozen(less),
                }
            }
            // The refund that had reversed it failed: the payer keeps what they bought, and the cashback with it.
            (Self::Reversed { reason: Reversal::Refunded, waiting, .. }, Event::Remaining { left, paid })
                if !left.is_zero() =>
            {
                Self::Held(Waiting {
                    release_at: waiting.release_at.max(now),
                    ..waiting.reduced(*left, *paid)?
                })
            }
            (Self::Held(waiting), Event::DisputeOpened) => Self::Frozen(waiting.clone()),
            (Self::Held(waiting) | Self::Frozen(waiting), Event::DisputeLost) => {
                Self::Reversed { reason: Reversal::DisputeLost, waiting: waiting.clone(), at: now }
            }
            (Self::Frozen(waiting), Event::DisputeWon) => {
                Self::Held(Waiting { release_at: waiting.release_at.max(now), ..waiting.clone() })
            }
            (
                Self::Paying { terms, amount, attempt, promised_by, .. },
                Event::Settled { attempt: settled, refund },
            ) if attempt == settled => Self::Credited {
                terms: terms.clone(),
                amount: *amount,
                attempt: *attempt,
                refund: refund.clone(),
                at: now,
                promised_by: *promised_by,
            },
            // A card's refund can still fail after Stripe called it succeeded.
            (
                Self::Paying { terms, amount, attempt, promised_by, .. }
                | Self::Credited { terms, amount, attempt, promised_by, .. },
                Event::Bounced { attempt: bounced, reason, standing },
            ) if attempt == bounced => {
                let next = Waiting {
                    terms: terms.clone(),
                    amount: *amount,
                    release_at: now.plus_seconds(RETRY_SECONDS),
                    promised_by: *promised_by,
                    attempt: attempt.saturating_add(1),
                };
                next.after_bounce(*reason, standing, now)?
            }

            // Nothing to decide: a repetition, news of something that is over, or nothing that concerns a cashback.
            (
                Self::None { .. }
                | Self::CreditedToWallet { .. }
                | Self::Failed { .. }
                | Self::Reversed { .. },
                Event::Matured
                | Event::Remaining { .. }
                | Event::Settled { .. }
                | Event::Bounced { .. }
                | Event::DisputeOpened
                | Event::DisputeWon
                | Event::DisputeLost,
            )
            | (
                Self::Held(_),
                Event::Matured | Event::Settled { .. } | Event::Bounced { .. } | Event::DisputeWon,
            )
            | (
                Self::Frozen(_),
                Event::Matured | Event::Settled { .. } | Event::Bounced { .. } | Event::DisputeOpened,
            )
            | (
                Self::Paying { .. },
                Event::Matured
                | Event::Remaining { .. }
                | Event::Settled { .. }
                | Event::Bounced { .. }
                | Event::DisputeOpened
                | Event::DisputeWon
                | Event::DisputeLost,
            )
            | (
                Self::Credited { .. },
                Event::Matured
                | Event::Remaining { .. }
                | Event::Settled { .. }
                | Event::Bounced { .. }
                | Event::DisputeOpened
                | Event::DisputeWon
                | Event::DisputeLost,
            ) => self.clone(),
        })
    }

    /// Its name in the API and in the table.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None { .. } => "none",
            Self::Held(_) => "held",
            Self::Frozen(_) => "frozen",
            Self::Paying { .. } => "paying",
            Self::Credited { .. } => "credited",
            Self::CreditedToWallet { .. } => "credited_to_wallet",
            Self::Failed { .. } => "failed",
            Self::Reversed { .. } => "reversed",
        }
    }

    /// When somebody has to look at it next: held until its time, and paying until Stripe has said what became of it.
    pub fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Held(waiting) => Some(waiting.release_at),
            Self::Paying { release_at, .. } => Some(*release_at),
            Self::None { .. }
            | Self::Frozen(_)
            | Self::Credited { .. }
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => None,
        }
    }

    /// What has been given to the payer out of the payment, or may have been: it can no longer be refunded by the
    /// merchant.
    pub fn taken_from_charge(&self) -> Option<Money> {
        match self {
            Self::Paying { amount, .. } | Self::Credited { amount, .. } => Some(*amount),
            Self::None { .. }
            | Self::Held(_)
            | Self::Frozen(_)
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => None,
        }
    }
}

impl Waiting {
    fn pay(&self) -> Cashback {
        Cashback::Paying {
            terms: self.terms.clone(),
            amount: self.amount,
            attempt: self.attempt,
            release_at: self.release_at,
            promised_by: self.promised_by,
        }
    }

    /// The part of the promise that belongs to what is left of the payment. It is taken from the promise each time, so
    /// that several refunds do not add up their roundings.
    fn reduced(&self, left: Money, paid: Money) -> Result<Self, MoneyError> {
        Ok(Self { amount: self.terms.amount.proportion(left, paid, Round::Down)?, ..self.clone() })
    }

    /// What becomes of it after an attempt that failed: nothing is owed any more, the next attempt, or another way.
    fn after_bounce(
        self,
        reason: Failure,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Cashback, MoneyError> {
        let waiting = self.reduced(standing.left, standing.paid)?;
        Ok(match standing.dispute {
            Dispute::Open => Cashback::Frozen(waiting),
            Dispute::Lost => Cashback::Reversed { reason: Reversal::DisputeLost, waiting, at: now },
            Dispute::None | Dispute::Won if standing.left.is_zero() => {
                Cashback::Reversed { reason: Reversal::Refunded, waiting, at: now }
            }
            Dispute::None | Dispute::Won if reason.may_pass() && waiting.attempt <= ATTEMPTS => {
                Cashback::Held(waiting)
            }
            Dispute::None | Dispute::Won => {
                let Self { terms, amount, .. } = waiting;
                if standing.has_wallet {
                    Cashback::CreditedToWallet { terms, amount, reason, at: now }
                } else {
                    Cashback::Failed { terms, amount, reason, at: now }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::Funding;
    use crate::domain::ids::CampaignId;
    use expect_test::expect;
    use iso_currency::Currency;

    const PAID_AT: i64 = 1_000_000;

    fn sgd(minor: i64) -> Money {
        Money::from_minor(minor, Currency::SGD).unwrap()
    }

    fn at(hours: u32) -> Timestamp {
        Timestamp::from_epoch_seconds(PAID_AT).plus_hours(hours)
    }

    fn held() -> Cashback {
        let terms = Terms {
            campaign: CampaignId::parse("paynow-5").unwrap(),
            amount: sgd(125),
            funding: Funding::Merchant,
            promise_hours: PROMISE_HOURS,
            release_margin_hours: RELEASE_MARGIN_HOURS,
        };
        Cashback::held(&terms, at(0), at(0))
    }

    fn after(events: &[(u32, Event)]) -> Cashback {
        events.iter().fold(held(), |state, (hours, event)| state.on(event, at(*hours)).unwrap())
    }

    fn settled() -> Event {
        Event::Settled { attempt: 1, refund: RefundId::parse("re_1").unwrap() }
    }

    fn standing() -> Standing {
        Standing { left: sgd(2500), paid: sgd(2500), dispute: Dispute::None, has_wallet: true }
    }

    fn bounced(reason: Failure, standing: Standing) -> Event {
        Event::Bounced { attempt: 1, reason, standing }
    }

    fn remaining(left: i64) -> Event {
        Event::Remaining { left: sgd(left), paid: sgd(2500) }
    }

    #[test]
    fn it_is_released_an_hour_before_the_promise_ends_and_not_a_second_earlier() {
        let release = at(47);
        let early = held().on(&Event::Matured, release.plus_seconds(-1)).unwrap();
        assert_eq!(early.name(), "held");
        assert_eq!(held().on(&Event::Matured, release).unwrap().name(), "paying");
        let Cashback::Held(waiting) = held() else { panic!("held") };
        assert_eq!((waiting.release_at, waiting.promised_by), (at(47), at(48)));
    }

    #[test]
    fn a_refund_before_release_takes_its_part() {
        let amount = |state: Cashback| match state {
            Cashback::Held(waiting) | Cashback::Frozen(waiting) => waiting.amount.minor(),
            other => panic!("{other:?}"),
        };
        assert_eq!(amount(after(&[(1, remaining(1500))])), 75);
        assert_eq!(amount(after(&[(1, remaining(1499))])), 74, "74.95 is rounded down");
        // Two refunds of a third each: from the promise, not from the rounded remainder.
        assert_eq!(amount(after(&[(1, remaining(1667)), (2, remaining(834))])), 41);
        assert_eq!(after(&[(1, remaining(0))]).name(), "reversed");
        assert_eq!(
            after(&[(1, remaining(0)), (2, remaining(2500))]),
            held(),
            "the refund failed: all is as it was"
        );
    }

    #[test]
    fn attempts_end() {
        let mut state = held();
        for attempt in 1..=ATTEMPTS {
            state = state.on(&Event::Matured, at(100)).unwrap();
            let bounce = Event::Bounced { attempt, reason: Failure::InsufficientFunds, standing: standing() };
            state = state.on(&bounce, at(90)).unwrap();
        }
        assert_eq!(state.name(), "credited_to_wallet");
    }

    #[test]
    fn every_state_and_every_event() {
        let no_hope = bounced(Failure::ExpiredOrCanceledCard, Standing { has_wallet: false, ..standing() });
        let states = [
            Cashback::None { reason: NoCashback::NoCampaign },
            held(),
            after(&[(1, Event::DisputeOpened)]),
            after(&[(47, Event::Matured)]),
            after(&[(47, Event::Matured), (47, settled())]),
            after(&[(47, Event::Matured), (47, bounced(Failure::ExpiredOrCanceledCard, standing()))]),
            after(&[(47, Event::Matured), (47, no_hope.clone())]),
            after(&[(1, remaining(0))]),
            after(&[(1, Event::DisputeLost)]),
        ];
        let events = [
            ("matured", Event::Matured),
            ("2500 of 2500 left", remaining(2500)),
            ("1000 of 2500 left", remaining(1000)),
            ("nothing left", remaining(0)),
            ("settled", settled()),
            ("bounced for now", bounced(Failure::InsufficientFunds, standing())),
            ("bounced for good", bounced(Failure::ExpiredOrCanceledCard, standing())),
            ("bounced, no wallet", no_hope),
            (
                "bounced, disputed",
                bounced(Failure::Refused, Standing { dispute: Dispute::Open, ..standing() }),
            ),
            ("bounced, lost", bounced(Failure::Refused, Standing { dispute: Dispute::Lost, ..standing() })),
            ("bounced, refunded", bounced(Failure::Refused, Standing { left: sgd(0), ..standing() })),
            (
                "bounced, old attempt",
                Event::Bounced { attempt: 0, reason: Failure::Unknown, standing: standing() },
            ),
            ("settled, old attempt", Event::Settled { attempt: 0, refund: RefundId::parse("re_0").unwrap() }),
            ("dispute opened", Event::DisputeOpened),
            ("dispute won", Event::DisputeWon),
            ("dispute lost", Event::DisputeLost),
        ];
        let mut table = String::new();
        for state in &states {
            for (name, event) in &events {
                let after = state.on(event, at(50)).unwrap();
                let same = if &after == state { " (same)" } else { "" };
                table.push_str(&format!("{:<18} {name:<20} {}{same}\n", state.name(), after.name()));
            }
        }
        expect![[r#"
            none               matured              none (same)
            none               2500 of 2500 left    none (same)
            none               1000 of 2500 left    none (same)
            none               nothing left         none (same)
            none               settled              none (same)
            none               bounced for now      none (same)
            none               bounced for good     none (same)
            none               bounced, no wallet   none (same)
            none               bounced, disputed    none (same)
            none               bounced, lost        none (same)
            none               bounced, refunded    none (same)
            none               bounced, old attempt none (same)
            none               settled, old attempt none (same)
            none               dispute opened       none (same)
            none               dispute won          none (same)
            none               dispute lost         none (same)
            held               matured              paying
            held               2500 of 2500 left    held (same)
            held               1000 of 2500 left    held
            held               nothing left         reversed
            held               settled              held (same)
            held               bounced for now      held (same)
            held               bounced for good     held (same)
            held               bounced, no wallet   held (same)
            held               bounced, disputed    held (same)
            held               bounced, lost        held (same)
            held               bounced, refunded    held (same)
            held               bounced, old attempt held (same)
            held               settled, old attempt held (same)
            held               dispute opened       frozen
            held               dispute won          held (same)
            held               dispute lost         reversed
            frozen             matured              frozen (same)
            frozen             2500 of 2500 left    frozen (same)
            frozen             1000 of 2500 left    frozen
            frozen             nothing left         reversed
            frozen             settled              frozen (same)
            frozen             bounced for now      frozen (same)
            frozen             bounced for good     frozen (same)
            frozen             bounced, no wallet   frozen (same)
            frozen             bounced, disputed    frozen (same)
            frozen             bounced, lost        frozen (same)
            frozen             bounced, refunded    frozen (same)
            frozen             bounced, old attempt frozen (same)
            frozen             settled, old attempt frozen (same)
            frozen             dispute opened       frozen (same)
            frozen             dispute won          held
            frozen             dispute lost         reversed
            paying             matured              paying (same)
            paying             2500 of 2500 left    paying (same)
            paying             1000 of 2500 left    paying (same)
            paying             nothing left         paying (same)
            paying             settled              credited
            paying             bounced for now      held
            paying             bounced for good     credited_to_wallet
            paying             bounced, no wallet   failed
            paying             bounced, disputed    frozen
            paying             bounced, lost        reversed
            paying             bounced, refunded    reversed
            paying             bounced, old attempt paying (same)
            paying             settled, old attempt paying (same)
            paying             dispute opened       paying (same)
            paying             dispute won          paying (same)
            paying             dispute lost         paying (same)
            credited           matured              credited (same)
            credited           2500 of 2500 left    credited (same)
            credited           1000 of 2500 left    credited (same)
            credited           nothing left         credited (same)
            credited           settled              credited (same)
            credited           bounced for now      held
            credited           bounced for good     credited_to_wallet
            credited           bounced, no wallet   failed
            credited           bounced, disputed    frozen
            credited           bounced, lost        reversed
            credited           bounced, refunded    reversed
            credited           bounced, old attempt credited (same)
            credited           settled, old attempt credited (same)
            credited           dispute opened       credited (same)
            credited           dispute won          credited (same)
            credited           dispute lost         credited (same)
            credited_to_wallet matured              credited_to_wallet (same)
            credited_to_wallet 2500 of 2500 left    credited_to_wallet (same)
            credited_to_wallet 1000 of 2500 left    credited_to_wallet (same)
            credited_to_wallet nothing left         credited_to_wallet (same)
            credited_to_wallet settled              credited_to_wallet (same)
            credited_to_wallet bounced for now      credited_to_wallet (same)
            credited_to_wallet bounced for good     credited_to_wallet (same)
            credited_to_wallet bounced, no wallet   credited_to_wallet (same)
            credited_to_wallet bounced, disputed    credited_to_wallet (same)
            credited_to_wallet bounced, lost        credited_to_wallet (same)
            credited_to_wallet bounced, refunded    credited_to_wallet (same)
            credited_to_wallet bounced, old attempt credited_to_wallet (same)
            credited_to_wallet settled, old attempt credited_to_wallet (same)
            credited_to_wallet dispute opened       credited_to_wallet (same)
            credited_to_wallet dispute won          credited_to_wallet (same)
            credited_to_wallet dispute lost         credited_to_wallet (same)
            failed             matured              failed (same)
            failed             2500 of 2500 left    failed (same)
            failed             1000 of 2500 left    failed (same)
            failed             nothing left         failed (same)
            failed             settled              failed (same)
            failed             bounced for now      failed (same)
            failed             bounced for good     failed (same)
            failed             bounced, no wallet   failed (same)
            failed             bounced, disputed    failed (same)
            failed             bounced, lost        failed (same)
            failed             bounced, refunded    failed (same)
            failed             bounced, old attempt failed (same)
            failed             settled, old attempt failed (same)
            failed             dispute opened       failed (same)
            failed             dispute won          failed (same)
            failed             dispute lost         failed (same)
            reversed           matured              reversed (same)
            reversed           2500 of 2500 left    held
            reversed           1000 of 2500 left    held
            reversed           nothing left         reversed (same)
            reversed           settled              reversed (same)
            reversed           bounced for now      reversed (same)
            reversed           bounced for good     reversed (same)
            reversed           bounced, no wallet   reversed (same)
            reversed           bounced, disputed    reversed (same)
            reversed           bounced, lost        reversed (same)
            reversed           bounced, refunded    reversed (same)
            reversed           bounced, old attempt reversed (same)
            reversed           settled, old attempt reversed (same)
            reversed           dispute opened       reversed (same)
            reversed           dispute won          reversed (same)
            reversed           dispute lost         reversed (same)
            reversed           matured              reversed (same)
            reversed           2500 of 2500 left    reversed (same)
            reversed           1000 of 2500 left    reversed (same)
            reversed           nothing left         reversed (same)
            reversed           settled              reversed (same)
            reversed           bounced for now      reversed (same)
            reversed           bounced for good     reversed (same)
            reversed           bounced, no wallet   reversed (same)
            reversed           bounced, disputed    reversed (same)
            reversed           bounced, lost        reversed (same)
            reversed           bounced, refunded    reversed (same)
            reversed           bounced, old attempt reversed (same)
            reversed           settled, old attempt reversed (same)
            reversed           dispute opened       reversed (same)
            reversed           dispute won          reversed (same)
            reversed           dispute lost         reversed (same)
        "#]]
        .assert_eq(&table);
    }
}
