//! A small world around the rules: a table that writes what a commit says, a Stripe that refuses what it
//! would refuse, and two payers, two cards, two shops.

use std::collections::{BTreeMap, BTreeSet};

use iso_currency::Currency;

use super::super::*;
use crate::domain::books::settlement;
use crate::domain::books::settlement::Settlement;
use crate::domain::campaign::Funding;
use crate::domain::campaign::budget::{Pot, Slot};
use crate::domain::campaign::policy::Policy;
use crate::domain::campaign::screening::{Card, Screening};
use crate::domain::campaign::tests::{campaign, clock, merchant};
use crate::domain::cashback::Cashback;
use crate::domain::cashback::refund::{Failure, Outcome, Purpose, RefundKey, StripeRefund};
use crate::domain::checkout::order::Known;
use crate::domain::checkout::payment::Charge;
use crate::domain::checkout::{Checkout, Event, State, Verdict};
use crate::domain::ids::{CardId, ChargeId, MerchantId, Reference, RefundId};
use crate::domain::market::{CardFunding, Country, Method};
use crate::domain::merchant::Merchant;
use crate::domain::money::Money;
use crate::domain::payer::record::Payer;
use crate::domain::payer::{Adjustment, PayerKey, Phone};
use crate::domain::time::Timestamp;
use crate::domain::{examples, merchant};

pub(super) const SHOPS: [&str; 2] = ["baker-13", "tailor-7"];

/// What somebody does. Numbers choose among what there is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait { minutes: u32 },
    Buy { who: usize, shop: usize, minor: i64, use_wallet: bool, page: bool },
    Pay { which: usize, how: usize },
    Page { which: usize },
    PageRefused { which: usize },
    Again { which: usize },
    Abandon { which: usize },
    Expire { which: usize },
    Fail { which: usize },
    Refund { which: usize, minor: Option<i64> },
    Dashboard { which: usize, minor: i64 },
    RefundNews { which: usize, refund: usize, outcome: Outcome },
    Mature { which: usize },
    Dispute { which: usize },
    DisputeEnds { which: usize, won: bool },
    Decide { which: usize, verdict: Verdict },
    Settle { shop: usize, answer: Option<bool> },
    Adjust { who: usize, minor: i64 },
    Repeat { event: usize },
}

/// A refund as Stripe has it.
#[derive(Clone)]
pub(super) struct AtStripe {
    minor: i64,
    failed: bool,
    purpose: Purpose,
}

/// A checkout, and what Stripe knows of it.
pub(super) struct Sale {
    pub(super) checkout: Checkout,
    pub(super) charged: i64,
    pub(super) refunds: BTreeMap<String, AtStripe>,
    pub(super) disputed: bool,
    pub(super) disputes: u32,
}

pub(super) struct World {
    pub(super) known: Known,
    pub(super) shops: Vec<Merchant>,
    pub(super) initial: BTreeMap<Slot, Pot>,
    pub(super) left: BTreeMap<Slot, Pot>,
    pub(super) payers: Vec<Payer>,
    pub(super) cards: BTreeMap<CardId, Card>,
    pub(super) settlements: BTreeMap<MerchantId, Settlement>,
    pub(super) sales: Vec<Sale>,
    pub(super) past: Vec<(usize, Event)>,
    pub(super) now: Timestamp,
}

fn adjustment(minor: i64, days: u16, at: Timestamp) -> Adjustment {
    Adjustment { minor, actor: "ana".into(), reason: "spilled kopi".into(), wallet_days: Some(days), at }
}

/// The second payer is one of the first shop's own people.
fn shop_of(name: &str, second: &Payer) -> Merchant {
    let insiders = if name == SHOPS[0] { BTreeSet::from([second.id.clone()]) } else { BTreeSet::new() };
    Merchant {
        id: merchant(name),
        reference: Reference::parse(name).unwrap(),
        name: name.into(),
        email: "shop@example.com".into(),
        country: Country::SG,
        fee_bps: 100,
        category: None,
        insiders,
        state: merchant::State::Invited,
        keys: vec![],
        seed: None,
        created_at: Timestamp::from_epoch_seconds(0),
        version: 1,
    }
}

pub(super) fn sgd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::SGD).unwrap()
}

impl World {
    pub(super) fn new(rules: &[serde_json::Value], screening: Screening) -> Self {
        let now = clock(Country::SG, "2026-11-22 18:00");
        let payer = |phone: &str| {
            let id = PayerKey::new("key").payer(&Phone::parse(phone).unwrap(), Country::SG);
            // Credit that an operator gave by hand: it is in the books, as all credit is.
            let payer = Payer::new(id, Country::SG);
            let adjust = |payer: Payer, name: &str, days, minor| {
                payer
                    .adjust(&Reference::parse(name).unwrap(), &adjustment(minor, days, now))
                    .unwrap()
                    .unwrap()
            };
            adjust(adjust(payer, "soon", 3, 300), "later", 40, 900)
        };
        let settlements = SHOPS.map(|shop| {
            let account = examples::open(Funding::Merchant).account;
            (merchant(shop), Settlement::new(merchant(shop), Country::SG, account))
        });
        let payers = vec![payer("+6591234567"), payer("+6598765432")];
        let shops = SHOPS.map(|shop| shop_of(shop, &payers[1]));
        let policy = Policy { screening, ..Policy::usual(Country::SG) };
        let campaigns = rules.iter().map(|rule| campaign(Country::SG, rule.clone())).collect();
        Self {
            known: Known { policy, campaigns },
            shops: shops.into(),
            initial: BTreeMap::new(),
            left: BTreeMap::new(),
            payers,
            cards: BTreeMap::new(),
            settlements: settlements.into(),
            sales: Vec::new(),
            past: Vec::new(),
            now,
        }
    }

    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::Wait { minutes } => self.now = self.now.plus_seconds(i64::from(*minutes) * 60),
            Step::Buy { who, shop, minor, use_wallet, page } => {
                self.buy(who % 2, shop % 2, *minor, *use_wallet, *page);
            }
            Step::Adjust { who, minor } => {
                let payer = &mut self.payers[who % 2];
                let reference = Reference::parse(&format!("adj-{}", payer.adjustments.len())).unwrap();
                *payer = payer.adjust(&reference, &adjustment(*minor, 9, self.now)).unwrap().unwrap();
            }
            Step::Settle { shop, answer } => self.settle(SHOPS[shop % 2], *answer),
            Step::Repeat { event } => {
                if let Some((index, event)) = self.past.get(*event % self.past.len().max(1)).cloned() {
                    self.apply(index, &event);
                }
            }
            Step::Pay { which, .. }
            | Step::Page { which }
            | Step::PageRefused { which }
            | Step::Again { which }
            | Step::Abandon { which }
            | Step::Expire { which }
            | Step::Fail { which }
            | Step::Refund { which, .. }
            | Step::Dashboard { which, .. }
            | Step::RefundNews { which, .. }
            | Step::Mature { which }
            | Step::Dispute { which }
            | Step::DisputeEnds { which, .. }
            | Step::Decide { which, .. } => {
                if !self.sales.is_empty() {
                    self.step_of(which % self.sales.len(), step);
                }
            }
        }
    }

    fn step_of(&mut self, index: usize, step: &Step) {
        let sale = &self.sales[index];
        let (is_open, is_paid) = (sale.checkout.state == State::Open, sale.checkout.payment().is_some());
        match step {
            Step::Pay { how, .. } if !is_paid => self.pay(index, *how),
            Step::Page { .. } => {
                let session = examples::open(Funding::Merchant).session.unwrap();
                self.apply(index, &Event::SessionOpened { session });
            }
            Step::PageRefused { .. } => self.apply(index, &Event::PageRefused),
            Step::Again { .. } if sale.checkout.has_been_refused() => self.again(index),
            Step::Abandon { .. } => self.apply(index, &Event::Abandoned),
            Step::Expire { .. } if is_open => self.apply(index, &Event::Expired),
            Step::Fail { .. } if is_open => self.apply(index, &Event::PaymentFailed),
            Step::Refund { minor, .. } => self.refund(index, *minor),
            Step::Dashboard { minor, .. } if is_paid => {
                let id = format!("re_dash{}", sale.refunds.len());
                if self.accepts(index, *minor) {
                    self.refunded(index, &id, *minor, Purpose::Dashboard);
                    self.news(index, &id, Outcome::Pending);
                }
            }
            Step::RefundNews { refund, outcome, .. } => {
                let ids: Vec<_> = sale.refunds.keys().cloned().collect();
                if let Some(id) = ids.get(refund % ids.len().max(1)) {
                    self.news(index, id, *outcome);
                }
            }
            Step::Mature { .. } => self.mature(index),
            Step::Dispute { .. } if is_paid && sale.disputes == 0 => {
                self.sales[index].disputed = true;
                self.sales[index].disputes = 1;
                self.apply(index, &examples::disputed());
            }
            Step::DisputeEnds { won, .. } if sale.disputed && sale.disputes == 1 => {
                // Who has lost has nothing left to refund.
                self.sales[index].disputed = !won;
                self.sales[index].disputes = 2;
                self.apply(index, &examples::dispute_closed(*won));
            }
            Step::Decide { verdict, .. } => self.apply(index, &Event::CashbackDecided(*verdict)),
            Step::Pay { .. }
            | Step::Again { .. }
            | Step::Expire { .. }
            | Step::Fail { .. }
            | Step::Dashboard { .. }
            | Step::Dispute { .. }
            | Step::DisputeEnds { .. } => {}
            Step::Wait { .. }
            | Step::Buy { .. }
            | Step::Settle { .. }
            | Step::Adjust { .. }
            | Step::Repeat { .. } => panic!("{step:?} is of no checkout"),
        }
    }

    fn pay(&mut self, index: usize, how: usize) {
        let sale = &self.sales[index];
        // Nobody pays where there was never a page.
        if sale.checkout.has_been_refused() {
            return;
        }
        // Stripe closes a page for good; only news of a payment without credit may be late.
        if sale.checkout.state != State::Open && sale.checkout.charged().unwrap().minor() != sale.charged {
            return;
        }
        let (method, funding, fingerprint) = [
            (Method::Paynow, None, None),
            (Method::Card, Some(CardFunding::Credit), Some("Fp1")),
            (Method::Card, Some(CardFunding::Debit), Some("Fp2")),
            (Method::Card, Some(CardFunding::Other), Some("Fp2")),
        ][how % 4];
        let Event::Paid { charge, .. } = examples::paid(method) else { panic!("paid") };
        let charge = Charge {
            charge: ChargeId::parse(&format!("ch_{index}")).unwrap(),
            fingerprint: fingerprint.map(str::to_owned),
            funding,
            paid_at: self.now,
            ..charge
        };
        let (amount, fee) = (sgd(sale.charged), self.sales[index].checkout.application_fee().unwrap());
        self.apply(index, &Event::Paid { charge, amount, fee });
    }

    /// What Stripe asks before it refunds: that the charge holds it, and that nobody disputes it.
    fn accepts(&self, index: usize, minor: i64) -> bool {
        let sale = &self.sales[index];
        let refunded: i64 =
            sale.refunds.values().filter(|refund| !refund.failed).map(|refund| refund.minor).sum();
        !sale.disputed && minor > 0 && refunded + minor <= sale.charged
    }

    fn refunded(&mut self, index: usize, id: &str, minor: i64, purpose: Purpose) {
        self.sales[index].refunds.insert(id.to_owned(), AtStripe { minor, failed: false, purpose });
    }

    fn refund(&mut self, index: usize, minor: Option<i64>) {
        let checkout = self.sales[index].checkout.clone();
        let number = checkout.payment().map_or(0, |payment| payment.refunds.len());
        let reference = Reference::parse(&format!("r{number}")).unwrap();
        let Ok(RefundRequest::New(event)) = request_refund(&checkout, &reference, minor.map(sgd)) else {
            return;
        };
        self.apply(index, &event);
        let key = RefundKey::Requested(reference.clone());
        let asked = self.sales[index].checkout.payment().unwrap().refunds[&key].amount.minor();
        if asked == 0 {
            return;
        }
        if self.accepts(index, asked) {
            let id = format!("re_r{number}");
            self.refunded(index, &id, asked, Purpose::Merchant { checkout: checkout.id, reference });
        } else {
            self.apply(index, &Event::RefundRefused { key, reason: Failure::Refused });
        }
    }

    /// Stripe says something of a refund. What failed is said at once and for good.
    fn news(&mut self, index: usize, id: &str, outcome: Outcome) {
        let refund = self.sales[index].refunds.get_mut(id).unwrap();
        if refund.failed {
            return;
        }
        refund.failed = matches!(outcome, Outcome::Failed(_));
        let refund = refund.clone();
        let seen = StripeRefund {
            id: RefundId::parse(id).unwrap(),
            charge: Some(ChargeId::parse(&format!("ch_{index}")).unwrap()),
            amount: sgd(refund.minor),
            outcome,
            purpose: refund.purpose,
        };
        self.apply(index, &Event::RefundSeen(seen));
    }

    fn mature(&mut self, index: usize) {
        self.apply(index, &Event::CashbackMatured);
        if let Some(due) = self.sales[index].checkout.cover_due().filter(|due| due.since <= self.now) {
            self.apply(index, &Event::CoverReturned { back_minor: due.back_minor });
        }
        let checkout = &self.sales[index].checkout;
        let Some(Cashback::Paying { amount, attempt, .. }) =
            checkout.payment().map(|payment| &payment.cashback)
        else {
            return;
        };
        let (id, minor, attempt) = (format!("re_cash{attempt}"), amount.minor(), *attempt);
        if self.sales[index].refunds.contains_key(&id) {
            return;
        }
        if self.accepts(index, minor) {
            let checkout = checkout.id.clone();
            self.refunded(index, &id, minor, Purpose::Cashback { checkout, attempt });
        } else {
            self.apply(index, &Event::CashbackRefused { attempt, reason: Failure::Refused });
        }
    }

    fn settle(&mut self, shop: &str, answer: Option<bool>) {
        let known = self.settlements.get_mut(&merchant(shop)).unwrap();
        let event = match (answer, known.paying) {
            (Some(true), Some(transfer)) => {
                settlement::Event::Paid { number: transfer.number, transfer: "tr_1".into() }
            }
            (Some(false), Some(transfer)) => settlement::Event::Refused(transfer.number),
            (Some(_), None) | (None, _) => settlement::Event::Due,
        };
        if let Some(next) = known.on(&event, self.now) {
            *known = next;
        }
    }
}
