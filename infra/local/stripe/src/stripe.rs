//! The handle: the state behind its lock, and what people do to it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use local_wire::{Calls, Clock};
use serde_json::Value;

use crate::acts::payment::{self, Course, Outcome};
use crate::acts::{adaptive, refund};
use crate::allocation::{self, ReadAllocation};
use crate::balance::Movement;
use crate::config::{Config, Endpoint, EventOrder};
use crate::delivery::Attempt;
use crate::error::Error;
use crate::events::Event;
use crate::methods::PayWith;
use crate::objects::account::Account;
use crate::objects::charge::Charge;
use crate::objects::presentment::Presentment;
use crate::objects::refund::Wish;
use crate::state::{Act, State};
use crate::webhooks::Sender;

/// A stand-in for Stripe. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Stripe(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    clock: Clock,
    calls: Calls,
    sender: Sender,
    latency: Mutex<Duration>,
}

impl Stripe {
    /// A stand-in without any object.
    pub fn new(config: Config, clock: Clock, calls: Calls) -> Self {
        let (state, sender) = (Mutex::new(State::new(config)), Sender::new());
        Self(Arc::new(Shared { state, clock, calls, sender, latency: Mutex::default() }))
    }

    /// Does everything that is due: payments and refunds settle, sessions expire, webhooks are posted, first
    /// attempts and repeated ones, also those that come due through a webhook's own calls. Returns how many
    /// changes and attempts there were; zero means that nothing was due.
    pub async fn deliver(&self) -> usize {
        let mut done = 0;
        loop {
            let now_millis = self.clock().epoch_millis();
            let (changes, outgoing) = {
                let mut state = self.lock();
                (state.catch_up(now_millis), state.next_outgoing(now_millis))
            };
            done += changes;
            let Some(outgoing) = outgoing else { return done };
            let status = self.0.sender.post(&outgoing).await;
            self.lock().record_attempt(outgoing, status);
            done += 1;
        }
    }

    /// When [`deliver`](Self::deliver) next has something to do.
    pub fn next_due_millis(&self) -> Option<i64> {
        let state = self.lock();
        [state.changes.next_at(), state.deliveries.next_at()].into_iter().flatten().min()
    }

    /// Replaces the webhook endpoints, and gives those that there were. Deliveries to a URL that is gone are
    /// dropped; a new secret counts from the next attempt on.
    pub fn set_endpoints(&self, endpoints: Vec<Endpoint>) -> Vec<Endpoint> {
        std::mem::replace(&mut self.lock().config.endpoints, endpoints)
    }

    /// Where the hosted pages are reachable from now on.
    pub fn set_public_url(&self, url: &str) {
        self.lock().config.public_url = url.trim_end_matches('/').to_owned();
    }

    /// Chooses the order of a payment's events.
    pub fn set_event_order(&self, order: EventOrder) {
        self.lock().event_order = order;
    }

    /// How long a keyed `POST` stays in progress before it is carried out, in real time, so that two requests
    /// can overlap. Zero at first.
    pub fn set_latency(&self, latency: Duration) {
        *self.0.latency.lock().unwrap_or_else(PoisonError::into_inner) = latency;
    }

    /// Whether more than 25 requests a second for one endpoint are refused, by the stand-in's clock. They are
    /// not at first. Under a clock that stands still there is no next second until it is moved, so this is
    /// for hosts whose clock runs, and for tests that move theirs.
    pub fn limit_rates(&self, limited: bool) {
        self.lock().rates.limited = limited;
    }

    /// A person pays an open session. A declined card is no error: the session stays open.
    ///
    /// # Errors
    /// The session does not exist, is not open, or does not offer this method.
    pub fn pay(&self, session: &str, with: PayWith) -> Result<(), Error> {
        self.pay_in(session, &with, Course::AtOnce).map(|_| ())
    }

    /// A person pays with something that takes a while: the session completes unpaid, and ten minutes later
    /// the payment has succeeded or failed.
    ///
    /// # Errors
    /// As for [`pay`](Self::pay).
    pub fn pay_slowly(&self, session: &str, with: PayWith, will_succeed: bool) -> Result<(), Error> {
        let course = if will_succeed { Course::LaterSucceeds } else { Course::LaterFails };
        self.pay_in(session, &with, course).map(|_| ())
    }

    /// The money of a payment that was told failed arrives after all: by UPI a bank may find out late.
    ///
    /// # Errors
    /// The session does not exist, or no payment of it has failed.
    pub fn arrive(&self, session: &str) -> Result<(), Error> {
        self.act(|act| payment::arrive(act, session))
    }

    /// A person pays an open session in their own currency, in which the page asks for `amount_minor`. The
    /// payment stays in the session's currency, and shows this beside it as `presentment_details`.
    ///
    /// # Errors
    /// As for [`pay`](Self::pay), or Adaptive Pricing is not enabled for the session, or the method does not
    /// take the currency.
    pub fn pay_in_currency(
        &self,
        session: &str,
        with: PayWith,
        currency: &str,
        amount_minor: i64,
    ) -> Result<(), Error> {
        let presentment = Presentment { currency: currency.to_lowercase(), amount: amount_minor };
        self.act(|act| adaptive::pay(act, session, &with, presentment)).map(|_| ())
    }

    /// A merchant switches Adaptive Pricing on or off, in Stripe's dashboard. It counts for sessions that are
    /// created from then on and do not say themselves.
    pub fn set_adaptive_pricing(&self, account: &str, enabled: bool) {
        let mut state = self.lock();
        match (state.owner(account), enabled) {
            (Some(owner), true) => drop(state.adaptive.insert(owner)),
            (Some(owner), false) => drop(state.adaptive.remove(&owner)),
            (None, _) => {}
        }
    }

    /// A merchant refunds in Stripe's dashboard: no metadata, no API request. Returns the refund's id.
    ///
    /// # Errors
    /// As for `POST /v1/refunds`.
    pub fn refund_from_dashboard(&self, charge: &str, amount: i64) -> Result<String, Error> {
        let reason = Some("requested_by_customer".to_owned());
        self.act(|act| {
            refund::create(act, charge, Wish { amount: Some(amount), reason, ..Default::default() })
        })
    }

    /// A merchant takes all metadata off a charge of its own, in Stripe's dashboard.
    ///
    /// # Errors
    /// There is no such charge.
    pub fn erase_metadata(&self, charge: &str) -> Result<(), Error> {
        self.act(|act| {
            let known = act.state.charges.find_mut(charge);
            known.ok_or_else(|| Error::missing("charge", charge))?.data.metadata.clear();
            Ok(())
        })
    }

    /// The next refund on this account that has money behind it ends as failed after a minute.
    pub fn fail_next_refund(&self, account: &str, failure_reason: &str) {
        let mut state = self.lock();
        if let Some(owner) = state.owner(account) {
            state.failing_refunds.push((owner, failure_reason.to_owned()));
        }
    }

    /// The next event of this type cannot be generated: it is neither delivered nor listed, as Stripe says
    /// can happen (<https://docs.stripe.com/webhooks/handle-irrecoverable-events>).
    pub fn lose_next_event(&self, kind: &str) {
        self.lock().lost_events.push(kind.to_owned());
    }

    /// Every balance transaction, oldest first: what money really moved.
    pub fn moved(&self) -> Vec<Movement> {
        self.lock().books.movements.all().cloned().collect()
    }

    /// Every attempt to deliver an event, oldest first.
    pub fn webhooks(&self) -> Vec<Attempt> {
        self.lock().attempts.clone()
    }

    /// Every event, thin ones included, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.lock().events.all().map(Event::render).collect()
    }

    /// What the platform with this account of its own has read of its connected accounts.
    pub fn read_allocation(&self, platform: &str) -> ReadAllocation {
        let (state, now) = (self.lock(), self.clock().epoch_seconds());
        let since = now - allocation::DAYS * 24 * 3600;
        let is_counted = |charge: &Charge| charge.captured && charge.created > since;
        let charges = state.charges.all_of(platform).filter(|charge| is_counted(charge)).count();
        state.reads.allocation(platform, now, u64::try_from(charges).unwrap_or(u64::MAX))
    }

    /// The id of the platform's own account; of several, the first one's.
    pub fn platform_account(&self) -> String {
        self.lock().platforms.first().map(|platform| platform.id.clone()).unwrap_or_default()
    }

    /// The id of the own account of the platform in `country`.
    pub fn platform_account_in(&self, country: &str) -> String {
        let state = self.lock();
        let is_there = |platform: &&Account| platform.profile.country.as_deref() == Some(country);
        state.platforms.iter().find(is_there).map(|platform| platform.id.clone()).unwrap_or_default()
    }

    /// The ids of all platforms' own accounts, in the order of the configuration.
    pub fn platform_accounts(&self) -> Vec<String> {
        self.lock().platforms.iter().map(|platform| platform.id.clone()).collect()
    }

    /// The ids of all connected accounts, oldest first.
    pub fn accounts(&self) -> Vec<String> {
        self.lock().accounts.all().map(|account| account.id.clone()).collect()
    }

    /// The ids of all Checkout Sessions on all accounts, oldest first.
    pub fn sessions(&self) -> Vec<String> {
        self.lock().sessions.all().map(|session| session.id.clone()).collect()
    }

    /// Any object of API v1 by its id, on whichever account: a session, payment intent, charge, refund,
    /// dispute, transfer, balance transaction or account.
    pub fn object(&self, id: &str) -> Option<Value> {
        self.lock().render(id)
    }

    /// The charge of a session's latest payment attempt.
    pub fn charge_of(&self, session: &str) -> Option<String> {
        let state = self.lock();
        let (_, session) = state.sessions.find(session)?;
        let (_, intent) = state.intents.find(session.intent.as_deref()?)?;
        intent.latest_charge.clone()
    }

    pub(crate) fn pay_in(&self, session: &str, with: &PayWith, course: Course) -> Result<Outcome, Error> {
        self.act(|act| payment::pay(act, session, with, course))
    }

    /// Changes the state as it is now, with everything done that was due before.
    pub(crate) fn act<T>(&self, change: impl FnOnce(&mut Act<'_>) -> T) -> T {
        let now_millis = self.clock().epoch_millis();
        let mut state = self.lock();
        state.catch_up(now_millis);
        change(&mut Act::new(&mut state, now_millis))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.0.calls
    }

    pub(crate) async fn linger(&self) {
        let latency = *self.0.latency.lock().unwrap_or_else(PoisonError::into_inner);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    }
}
