//! The table of the world: a checkout is written when its budgets have what it takes, and a commit as a
//! whole.

use crate::domain::campaign::budget::BudgetChange;
use crate::domain::campaign::screening::Card;
use crate::domain::checkout::{Checkout, Event, State};
use crate::domain::decision::occupied::Occupied;
use crate::domain::ids::Reference;
use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use crate::domain::campaign::Funding;
use crate::domain::campaign::budget::{Pot, Slot, part_of_budget};
use crate::domain::checkout::new_checkout::Content;
use crate::domain::checkout::order::Order;
use crate::domain::decision::tests::world::{Sale, World, sgd};
use crate::domain::examples;
use crate::domain::ids::{CardId, CheckoutId};
use crate::domain::market::Method;

fn pot(change: &BudgetChange) -> Pot {
    Pot { payments: change.payments, minor: change.minor }
}

impl World {
    pub(super) fn buy(&mut self, who: usize, shop: usize, minor: i64, use_wallet: bool, page: bool) {
        let reference = Reference::parse(&format!("order-{}", self.sales.len())).unwrap();
        let usual = examples::open(Funding::Merchant);
        let content = Content { amount: sgd(minor), reference, use_wallet, ..usual.content };
        let (checkout, charged) = self.place(who, shop, content, page, None);
        self.sales.push(Sale { checkout, charged, refunds: BTreeMap::new(), disputed: false, disputes: 0 });
    }

    /// An order for which Stripe refused a page is sent again.
    pub(super) fn again(&mut self, index: usize) {
        let refused = self.sales[index].checkout.clone();
        let who = self.payers.iter().position(|payer| Some(&payer.id) == refused.payer.as_ref()).unwrap();
        let shop = self.shops.iter().position(|shop| shop.id == refused.merchant).unwrap();
        let content = refused.content.clone();
        let (checkout, charged) = self.place(who, shop, content, false, Some(&refused));
        (self.sales[index].checkout, self.sales[index].charged) = (checkout, charged);
    }

    fn place(
        &mut self,
        who: usize,
        shop: usize,
        content: Content,
        page: bool,
        refused: Option<&Checkout>,
    ) -> (Checkout, i64) {
        let (merchant, payer) = (&self.shops[shop], self.payers[who].clone());
        let usual = examples::open(Funding::Merchant);
        let order = Order {
            id: CheckoutId::of(&merchant.id, &content.reference),
            merchant,
            account: &usual.account,
            active: &[Method::Card, Method::Paynow].into(),
            content,
            payer: Some(payer.clone()),
            at: self.now,
        };
        let mut used_up = BTreeSet::new();
        let (checkout, taken) = loop {
            let priced = order.price(&self.known, &used_up).unwrap();
            let taken = Occupied::of(&priced).unwrap();
            // The condition of the write: what is not there cannot be taken, and nothing is written.
            let changes = Occupied::default().budget_changes(&taken);
            match changes.iter().find(|change| !self.left_in(&change.slot).covers(pot(change))) {
                Some(missing) => assert!(used_up.insert(missing.slot.campaign.clone()), "asked once"),
                None => break (priced, taken),
            }
        };
        let checkout = refused.map_or(checkout.clone(), |refused| checkout.in_place_of(refused));
        let checkout = Checkout { session: usual.session.filter(|_| page), ..checkout };
        self.take(&Occupied::default().budget_changes(&taken));
        self.payers[who] = Occupied::default().payer_after(&taken, &payer, &checkout, self.now);
        let charged = checkout.charged().unwrap().minor();
        (checkout, charged)
    }

    fn whole(&self, slot: &Slot) -> Pot {
        let known = self.known.campaigns.iter().find(|campaign| campaign.rule.id == slot.campaign);
        part_of_budget(known.unwrap(), slot)
    }

    fn left_in(&self, slot: &Slot) -> Pot {
        self.left.get(slot).copied().unwrap_or_else(|| self.whole(slot))
    }

    fn take(&mut self, changes: &[BudgetChange]) {
        for change in changes {
            self.initial.insert(change.slot.clone(), self.whole(&change.slot));
            self.left.insert(change.slot.clone(), self.left_in(&change.slot).minus(pot(change)));
        }
    }

    fn around(&self, checkout: &Checkout, event: &Event) -> Around {
        let fingerprint =
            if let Event::Paid { charge, .. } = event { charge.fingerprint.as_ref() } else { None };
        let card = fingerprint.map(|fingerprint| {
            let id = CardId::of("SG", fingerprint);
            self.cards.get(&id).cloned().unwrap_or(Card::new(id))
        });
        Around {
            payer: self.payers.iter().find(|payer| Some(&payer.id) == checkout.payer.as_ref()).cloned(),
            card,
            settlement: self.settlements.get(&checkout.merchant).cloned(),
        }
    }

    /// Decides, and writes what is decided as the store would: each item on condition of its version.
    pub(super) fn apply(&mut self, index: usize, event: &Event) {
        // Of disputes nobody is told twice: each time Stripe is asked how they are then.
        if !matches!(event, Event::DisputesSeen(_)) {
            self.past.push((index, event.clone()));
        }
        let mut checkout = self.sales[index].checkout.clone();
        let around = self.around(&checkout, event);
        let mut decision = decide(&checkout, Some(&around), event, self.now).unwrap();
        // The table refuses to take what a budget does not hold.
        if let Decision::Commit(commit) = &decision
            && !self.has(&commit.budget)
        {
            checkout = checkout.with_lapsed_offers();
            decision = decide(&checkout, Some(&around), event, self.now).unwrap();
        }
        // Who decides without looking decides the same, or looks.
        let blind = decide(&checkout, None, event, self.now).unwrap();
        assert!(blind == Decision::Look || blind == decision, "{event:?}");
        let Decision::Commit(commit) = decision else { return };
        assert_eq!(commit.checkout.version, checkout.version + 1);
        self.take(&commit.budget);
        if let Some(payer) = &commit.around.payer {
            let known = self.payers.iter_mut().find(|known| known.id == payer.id).unwrap();
            assert_eq!(payer.version, known.version + 1);
            *known = payer.clone();
        }
        if let Some(card) = &commit.around.card {
            self.cards.insert(card.id.clone(), card.clone());
        }
        if let Some(settlement) = &commit.around.settlement {
            let before = self.settlements.insert(settlement.merchant.clone(), settlement.clone()).unwrap();
            assert_eq!(settlement.version, before.version + 1);
        }
        self.sales[index].checkout = commit.checkout;
        // The same again, after all is written: nothing.
        let (checkout, around) =
            (&self.sales[index].checkout, self.around(&self.sales[index].checkout, event));
        assert_eq!(decide(checkout, Some(&around), event, self.now), Ok(Decision::Nothing), "{event:?}");
    }

    /// Whether there is so much left of budgets as is taken.
    fn has(&self, changes: &[BudgetChange]) -> bool {
        changes.iter().all(|change| change.payments <= 0 || self.left_in(&change.slot).covers(pot(change)))
    }

    /// Nobody pays any more.
    pub(super) fn close(&mut self) {
        for index in 0..self.sales.len() {
            if self.sales[index].checkout.state == State::Open {
                self.apply(index, &Event::Expired);
            }
        }
    }
}
