//! A merchant, from application to enabled, and the way back.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::api_key::{ApiKey, KeyHash, Seed};
use super::rollout::Rollout;
use crate::domain::campaign::MerchantCategory;
use crate::domain::ids::{AccountId, MerchantId, PayerId, Reference};
use crate::domain::market::{Country, Method};
use crate::domain::text::Line;
use crate::domain::time::Timestamp;

/// One merchant: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// A function of `reference`.
    pub id: MerchantId,
    /// The platform's own name for the business: the idempotency key of the application.
    pub reference: Reference,
    /// What payers read.
    pub name: Line,
    /// Where Stripe writes to.
    pub email: String,
    /// The market.
    pub country: Country,
    /// The platform's fee in basis points (1/100 of a percent) of each payment.
    pub fee_bps: u16,
    /// What kind of business it is, for campaigns that ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<MerchantCategory>,
    /// The merchant's own people: what they pay here earns nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub insiders: BTreeSet<PayerId>,
    /// Where it stands.
    pub state: State,
    /// Hashes of the keys that work: one, or one and its successor.
    pub keys: Vec<KeyHash>,
    /// What the successor was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<Seed>,
    /// When it applied.
    pub created_at: Timestamp,
    /// Counts the changes; every write is conditional on it.
    pub version: u64,
}

/// Where a merchant stands. Each state holds what belongs to it and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// The market is not open to it yet.
    Waitlisted,
    /// It may begin.
    Invited,
    /// Stripe has an account for it and waits for the merchant.
    Onboarding {
        /// The connected account.
        account: AccountId,
        /// What Stripe asks of the merchant.
        requirements: Vec<Requirement>,
    },
    /// The merchant has given everything; Stripe is looking at it.
    InReview {
        /// The connected account.
        account: AccountId,
    },
    /// It can be paid.
    Enabled {
        /// The connected account.
        account: AccountId,
        /// The ways to pay that are active on the account.
        methods: BTreeSet<Method>,
    },
    /// It could be paid, and Stripe has taken that back.
    Restricted {
        /// The connected account.
        account: AccountId,
        /// What Stripe asks of the merchant.
        requirements: Vec<Requirement>,
    },
    /// The operator has stopped it.
    Suspended {
        /// The connected account.
        account: AccountId,
        /// Why, for the platform's own notes. Only operators see it.
        reason: Line,
        /// Why, for the merchant to read. Older items have one reason only, which stays with the operators.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_for_merchant: Option<Line>,
    },
    /// The account is closed, for good.
    Closed {
        /// The connected account.
        account: AccountId,
    },
}

/// One thing that stands between a merchant and being enabled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Stripe's name for it.
    pub requirement: String,
    /// Until when, if Stripe says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deadline: Option<Timestamp>,
    /// Whether the merchant has to act; otherwise Stripe does.
    pub awaits_merchant: bool,
}

/// What a reading of the connected account showed. Order does not matter: it is always the whole account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountReading {
    /// The account that was read.
    pub account: AccountId,
    /// Whether it is closed.
    pub closed: bool,
    /// The market's ways to pay that are active on it.
    pub active: BTreeSet<Method>,
    /// What is open.
    pub requirements: Vec<Requirement>,
}

/// Stripe's event of a merchant who gives the platform access to its account again
/// (<https://docs.stripe.com/api/events/types#event_types-account.application.authorized>).
const ACCESS: &str = "account.application.authorized";

impl Requirement {
    /// Whether the merchant has taken the platform's access to its account away.
    pub fn is_access(&self) -> bool {
        self.requirement == ACCESS
    }
}

impl AccountReading {
    /// What is known of an account that has left the platform: that nothing can be done there, until the
    /// merchant gives the platform access again.
    pub fn of_departed(account: AccountId) -> Self {
        let access = Requirement { requirement: ACCESS.to_owned(), deadline: None, awaits_merchant: true };
        Self { account, closed: false, active: BTreeSet::new(), requirements: vec![access] }
    }

    /// Whether it is that.
    pub fn is_of_departed(&self) -> bool {
        self.requirements.iter().any(Requirement::is_access)
    }
}

/// What happens to a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The market's rollout lets it in.
    Admitted,
    /// Stripe created its account.
    AccountCreated(AccountId),
    /// Its account was read again.
    AccountRead(AccountReading),
    /// The operator stops it.
    Suspended {
        /// Why, for the platform's own notes.
        reason: Line,
        /// Why, for the merchant to read.
        reason_for_merchant: Option<Line>,
    },
    /// The operator lets it go on.
    Resumed,
}

/// The event cannot happen in this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A merchant who is {state} cannot be {event}")]
pub struct Impossible {
    state: &'static str,
    event: &'static str,
}

impl State {
    /// The state after `event`.
    ///
    /// # Errors
    /// The event makes no sense in this state.
    pub fn on(&self, event: &Event) -> Result<Self, Impossible> {
        match (self, event) {
            (Self::Waitlisted, Event::Admitted) => Ok(Self::Invited),
            (Self::Invited, Event::AccountCreated(account)) => {
                Ok(Self::Onboarding { account: account.clone(), requirements: Vec::new() })
            }
            (Self::Onboarding { .. } | Self::InReview { .. }, Event::AccountRead(reading)) => {
                Ok(read(reading, false))
            }
            (Self::Enabled { .. } | Self::Restricted { .. }, Event::AccountRead(reading)) => {
                Ok(read(reading, true))
            }
            (Self::Suspended { .. }, Event::AccountRead(reading)) if reading.closed => {
                Ok(read(reading, false))
            }
            (
                Self::Onboarding { account, .. }
                | Self::InReview { account }
                | Self::Enabled { account, .. }
                | Self::Restricted { account, .. },
                Event::Suspended { reason, reason_for_merchant },
            ) => Ok(Self::Suspended {
                account: account.clone(),
                reason: reason.clone(),
                reason_for_merchant: reason_for_merchant.clone(),
            }),
            // Said once more, it is said in the newer words; what the merchant was told stands until it is
            // told something else.
            (
                Self::Suspended { account, reason_for_merchant: told, .. },
                Event::Suspended { reason, reason_for_merchant },
            ) => Ok(Self::Suspended {
                account: account.clone(),
                reason: reason.clone(),
                reason_for_merchant: reason_for_merchant.as_ref().or(told.as_ref()).cloned(),
            }),
            // What the account is worth now is for the next reading to say.
            (Self::Suspended { account, .. }, Event::Resumed) => {
                Ok(Self::InReview { account: account.clone() })
            }

            (Self::Suspended { .. }, Event::AccountRead(_) | Event::Admitted)
            | (Self::Closed { .. }, Event::AccountRead(_) | Event::Admitted)
            | (
                Self::Invited
                | Self::Onboarding { .. }
                | Self::InReview { .. }
                | Self::Enabled { .. }
                | Self::Restricted { .. },
                Event::Admitted,
            )
            | (
                Self::Onboarding { .. }
                | Self::InReview { .. }
                | Self::Enabled { .. }
                | Self::Restricted { .. }
                | Self::Suspended { .. }
                | Self::Closed { .. },
                Event::AccountCreated(_),
            )
            | (
                Self::Onboarding { .. }
                | Self::InReview { .. }
                | Self::Enabled { .. }
                | Self::Restricted { .. },
                Event::Resumed,
            ) => Ok(self.clone()),

            (
                Self::Waitlisted,
                Event::AccountCreated(_) | Event::AccountRead(_) | Event::Suspended { .. } | Event::Resumed,
            )
            | (Self::Invited, Event::AccountRead(_) | Event::Suspended { .. } | Event::Resumed)
            | (Self::Closed { .. }, Event::Suspended { .. } | Event::Resumed) => {
                Err(Impossible { state: self.name(), event: event.name() })
            }
        }
    }

    /// Its name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waitlisted => "waitlisted",
            Self::Invited => "invited",
            Self::Onboarding { .. } => "onboarding",
            Self::InReview { .. } => "in_review",
            Self::Enabled { .. } => "enabled",
            Self::Restricted { .. } => "restricted",
            Self::Suspended { .. } => "suspended",
            Self::Closed { .. } => "closed",
        }
    }

    /// The connected account, if there is one already.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Waitlisted | Self::Invited => None,
            Self::Onboarding { account, .. }
            | Self::InReview { account }
            | Self::Enabled { account, .. }
            | Self::Restricted { account, .. }
            | Self::Suspended { account, .. }
            | Self::Closed { account } => Some(account),
        }
    }
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::AccountCreated(_) => "given an account",
            Self::AccountRead(_) => "read from its account",
            Self::Suspended { .. } => "suspended",
            Self::Resumed => "resumed",
        }
    }
}

/// Readiness is read from the account's capabilities, never from the browser coming back.
fn read(reading: &AccountReading, was_enabled: bool) -> State {
    let account = reading.account.clone();
    if reading.closed {
        State::Closed { account }
    } else if !reading.active.is_empty() {
        State::Enabled { account, methods: reading.active.clone() }
    } else if was_enabled {
        State::Restricted { account, requirements: reading.requirements.clone() }
    } else if reading.requirements.iter().any(|requirement| requirement.awaits_merchant) {
        State::Onboarding { account, requirements: reading.requirements.clone() }
    } else {
        State::InReview { account }
    }
}

impl Merchant {
    /// The merchant after `event`; `None` when it changes nothing.
    ///
    /// # Errors
    /// The event makes no sense in this state.
    pub fn on(&self, event: &Event) -> Result<Option<Self>, Impossible> {
        let state = self.state.on(event)?;
        Ok((state != self.state).then(|| Self { state, ..self.next() }))
    }

    /// Where it stands if `rollout` were asked now: a waitlisted merchant is invited as soon as the market
    /// lets it in.
    pub fn admitted_by(&self, rollout: &Rollout) -> bool {
        match self.state {
            State::Waitlisted => rollout.admits(&self.reference),
            State::Invited
            | State::Onboarding { .. }
            | State::InReview { .. }
            | State::Enabled { .. }
            | State::Restricted { .. }
            | State::Suspended { .. }
            | State::Closed { .. } => true,
        }
    }

    /// The successor of `key`, if it has one that works.
    pub fn successor_of(&self, key: &ApiKey) -> Option<ApiKey> {
        let successor = key.successor(self.seed.as_ref()?);
        self.owns(&successor).then_some(successor)
    }

    /// With a successor of `key`, and the successor. Both work, and no other key does: a request never ends
    /// the key that it is made with. Nor does its repetition end what the first was answered: that is [given
    /// again](Self::successor_of).
    pub fn with_successor_of(&self, key: &ApiKey, seed: Seed) -> (Self, ApiKey) {
        let successor = key.successor(&seed);
        let keys = vec![key.hash(), successor.hash()];
        (Self { keys, seed: Some(seed), ..self.next() }, successor)
    }

    /// With this key alone.
    #[must_use]
    pub fn with_only_key(&self, key: &ApiKey) -> Self {
        Self { keys: vec![key.hash()], seed: None, ..self.next() }
    }

    /// Whether `key` is one of this merchant's.
    pub fn owns(&self, key: &ApiKey) -> bool {
        // Every hash is compared, so that the time does not tell which one matched.
        key.merchant() == &self.id && self.keys.iter().fold(false, |found, hash| found | hash.matches(key))
    }

    /// The platform's share of a payment: 0.01 for a fee of 100 basis points.
    pub fn fee_rate(&self) -> Decimal {
        Decimal::new(i64::from(self.fee_bps), 4)
    }

    fn next(&self) -> Self {
        Self { version: self.version.saturating_add(1), ..self.clone() }
    }
}
