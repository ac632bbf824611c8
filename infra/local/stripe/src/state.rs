//! Everything the stand-in remembers, and the one way to change it: an [`Act`].

use std::collections::{BTreeMap, BTreeSet};

use crate::agenda::Agenda;
use crate::allocation::Reads;
use crate::balance::Books;
use crate::config::{Config, EventOrder, Platform};
use crate::delivery::{Attempt, Delivery};
use crate::error::Error;
use crate::events::Event;
use crate::idempotency::Keys;
use crate::ids::{Ids, scramble};
use crate::objects::account::{Account, Link};
use crate::objects::application_fee::ApplicationFee;
use crate::objects::balance_settings::BalanceSettings;
use crate::objects::charge::Charge;
use crate::objects::dispute::Dispute;
use crate::objects::intent::Intent;
use crate::objects::payout::Payout;
use crate::objects::refund::Refund;
use crate::objects::session::Session;
use crate::objects::transfer::Transfer;
use crate::rates::Rates;
use crate::table::{Owner, Table};

/// All objects, plans and records.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) event_order: EventOrder,
    pub(crate) ids: Ids,
    /// The platforms' own accounts, in the order of the configuration.
    pub(crate) platforms: Vec<Account>,
    pub(crate) accounts: Table<Account>,
    pub(crate) links: BTreeMap<String, Link>,
    pub(crate) sessions: Table<Session>,
    pub(crate) intents: Table<Intent>,
    pub(crate) charges: Table<Charge>,
    pub(crate) refunds: Table<Refund>,
    /// The refunds of each account that wait for money, oldest first.
    pub(crate) waiting_refunds: BTreeMap<Owner, Vec<String>>,
    pub(crate) disputes: Table<Dispute>,
    pub(crate) transfers: Table<Transfer>,
    pub(crate) fees: Table<ApplicationFee>,
    /// Whether a fee that is given back is pending first.
    pub(crate) fee_refunds_pend: bool,
    pub(crate) books: Books,
    pub(crate) payouts: Table<Payout>,
    /// How money leaves the accounts that changed it.
    pub(crate) balance_settings: BTreeMap<Owner, BalanceSettings>,
    /// The accounts that let payers pay in their own currency.
    pub(crate) adaptive: BTreeSet<Owner>,
    /// When each connected account took its first payment.
    pub(crate) first_payments: BTreeMap<Owner, i64>,
    /// The days on the agenda, each with its account and time in milliseconds.
    pub(crate) planned_days: BTreeSet<(Owner, i64)>,
    pub(crate) events: Table<Event>,
    pub(crate) keys: Keys,
    pub(crate) rates: Rates,
    pub(crate) reads: Reads,
    pub(crate) changes: Agenda<Change>,
    pub(crate) deliveries: Agenda<Delivery>,
    pub(crate) attempts: Vec<Attempt>,
    /// Failure reasons for coming refunds, by account.
    pub(crate) failing_refunds: Vec<(Owner, String)>,
    /// Types of events that will not be generated, once each.
    pub(crate) lost_events: Vec<String>,
    /// What a merchant who finishes onboarding puts on its balance, and leaves there; nothing at first.
    pub(crate) float_minor: i64,
    /// Accounts that their platform has no access to any more.
    pub(crate) departed: BTreeSet<String>,
}

/// A change of state that happens by itself when its time comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A session nobody paid runs out.
    ExpireSession(String),
    /// A payment that takes a while ends.
    SettlePayment(String),
    /// What was authorized was not captured in time.
    LapseAuthorization(String),
    /// A refund under way ends.
    SettleRefund(String),
    /// Money came in: refunds that wait for it go on.
    ResumeRefunds(Owner),
    /// A refund that waits for money has waited long enough.
    GiveUpRefund(String),
    /// A day begins on which money becomes available or goes to the bank.
    BeginDay(Owner),
    /// A payout arrives at the bank.
    PayoutArrives(String),
}

/// What made a change: the API request, if it was one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cause {
    /// `req_…`.
    pub(crate) request: Option<String>,
    /// The request's idempotency key.
    pub(crate) key: Option<String>,
}

/// One change of the state, at one moment, on one account.
#[derive(Debug)]
pub(crate) struct Act<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) now_millis: i64,
    pub(crate) owner: Owner,
    pub(crate) cause: Cause,
}

impl State {
    /// The state on the first day.
    pub(crate) fn new(config: Config) -> Self {
        let mut ids = Ids::after(config.ids_after);
        let platforms = platforms(&config, &ids.next("platforms"));
        Self {
            config,
            event_order: EventOrder::AsStripe,
            ids,
            platforms,
            accounts: Table::new("account"),
            links: BTreeMap::new(),
            sessions: Table::new("checkout.session"),
            intents: Table::new("payment_intent"),
            charges: Table::new("charge"),
            refunds: Table::new("refund"),
            waiting_refunds: BTreeMap::new(),
            disputes: Table::new("dispute"),
            transfers: Table::new("transfer"),
            fees: Table::new("application fee"),
            fee_refunds_pend: false,
            books: Books::default(),
            payouts: Table::new("payout"),
            balance_settings: BTreeMap::new(),
            adaptive: BTreeSet::new(),
            first_payments: BTreeMap::new(),
            planned_days: BTreeSet::new(),
            events: Table::new("event"),
            keys: Keys::default(),
            rates: Rates::default(),
            reads: Reads::default(),
            changes: Agenda::default(),
            deliveries: Agenda::default(),
            attempts: Vec::new(),
            failing_refunds: Vec::new(),
            lost_events: Vec::new(),
            float_minor: 0,
            departed: BTreeSet::new(),
        }
    }

    /// The account that owns `owner`'s objects.
    pub(crate) fn account(&self, owner: &Owner) -> Result<&Account, Error> {
        match &owner.account {
            Some(id) => self.accounts.get(&owner.platform(), id),
            None => self.platform(&owner.platform),
        }
    }

    /// The platform whose own account this is.
    pub(crate) fn platform(&self, id: &str) -> Result<&Account, Error> {
        let platform = self.platforms.iter().find(|platform| platform.id == id);
        platform.ok_or_else(|| Error::missing("account", id))
    }

    /// The country of `owner`'s platform, and of `owner` itself; an account that says none is where its
    /// platform is.
    pub(crate) fn countries(&self, owner: &Owner) -> Result<(&str, &str), Error> {
        let platform = self.platform(&owner.platform)?.profile.country.as_deref().unwrap_or_default();
        Ok((platform, self.account(owner)?.profile.country.as_deref().unwrap_or(platform)))
    }

    /// The owner that the account id `id` stands for, if there is such an account.
    pub(crate) fn owner(&self, id: &str) -> Option<Owner> {
        match self.accounts.find(id) {
            Some((platform, _)) => Some(platform.connected(id)),
            None => {
                self.platform(id).ok().map(|platform| Owner { platform: platform.id.clone(), account: None })
            }
        }
    }

    /// The platform whose key this is.
    pub(crate) fn owner_of_key(&self, key: &str) -> Option<Owner> {
        let mut known = self.config.platforms.iter().zip(&self.platforms);
        let (_, platform) = known.find(|(known, _)| known.secret_key == key)?;
        Some(Owner { platform: platform.id.clone(), account: None })
    }
}

impl<'a> Act<'a> {
    /// A change that no API request made.
    pub(crate) fn new(state: &'a mut State, now_millis: i64) -> Self {
        Self { state, now_millis, owner: Owner::default(), cause: Cause::default() }
    }

    /// Whole seconds since the epoch.
    pub(crate) fn now(&self) -> i64 {
        self.now_millis.div_euclid(1000)
    }

    /// Plans `change` in `seconds` from now.
    pub(crate) fn plan(&mut self, seconds: i64, change: Change) {
        self.state.changes.plan(self.now_millis.saturating_add(seconds.saturating_mul(1000)), change);
    }
}

/// The id of a platform's application, as its connected accounts know it.
pub(crate) fn application(platform: &str) -> String {
    format!("ca_{}", scramble(&format!("ca:{platform}"), 32))
}

/// The platforms' own accounts. Their ids follow from `seed`, so that all of them take but one of the
/// counter's.
fn platforms(config: &Config, seed: &str) -> Vec<Account> {
    let account = |(number, platform): (usize, &Platform)| {
        Account::platform(format!("acct_{}", scramble(&format!("{seed}:{number}"), 16)), &platform.country)
    };
    config.platforms.iter().enumerate().map(account).collect()
}
