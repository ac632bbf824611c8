//! What must hold in a world at every moment, worked out from its checkouts alone: none of it asks the code
//! under test what is held, counted or owed.

use crate::domain::books::ledger::positions;
use crate::domain::books::settlement::Settlement;
use crate::domain::cashback::Cashback;
use crate::domain::checkout::disputes::Dispute;
use crate::domain::checkout::{Checkout, State};
use crate::domain::payer::record::Payer;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::campaign::Cap;
use crate::domain::campaign::budget::{Pot, Slot};
use crate::domain::campaign::offer::Offer;
use crate::domain::campaign::tests::merchant;
use crate::domain::decision::tests::world::{Sale, World};
use crate::domain::ids::{CampaignId, MerchantId};
use crate::domain::market::Country;
use crate::domain::payer::Window;
use crate::domain::posting::{Account, Posting, balances};
use crate::domain::promise::{Hold, Terms};

pub(super) fn audit(world: &World) {
    for sale in &world.sales {
        books_of(sale);
        never_above_the_price(sale);
    }
    budgets(world);
    for payer in &world.payers {
        caps(world, payer);
        visits(world, payer);
        wallet(world, payer);
    }
    settlements(world);
}

fn held_terms(checkout: &Checkout) -> Vec<&Terms> {
    match &checkout.state {
        State::Open => checkout
            .offers
            .values()
            .filter_map(|offer| match offer {
                Offer::Cashback(terms) => Some(terms),
                Offer::None { .. } => None,
            })
            .collect(),
        State::Expired | State::Failed => Vec::new(),
        State::Paid(payment) => payment.cashback.terms().into_iter().collect(),
    }
}

/// What a checkout holds of each campaign: once, the largest of its promises.
fn held(checkout: &Checkout) -> BTreeMap<CampaignId, (i64, Hold)> {
    let mut held: BTreeMap<CampaignId, (i64, Hold)> = BTreeMap::new();
    for share in held_terms(checkout).into_iter().flat_map(|terms| &terms.shares) {
        let entry = held.entry(share.campaign.clone()).or_insert((0, share.hold.clone()));
        entry.0 = entry.0.max(share.minor);
    }
    held
}

/// Debits equal credits, and the postings lead exactly to what the state says.
fn books_of(sale: &Sale) {
    let checkout = &sale.checkout;
    assert_eq!(balances(&checkout.postings).values().sum::<i64>(), 0);
    // Once nothing is promised any more, the merchant's books close by themselves, and so do the platform's.
    let held = balances(&checkout.postings);
    if held.get(&Account::PayerCashback).copied().unwrap_or_default() == 0 {
        let of_merchant = held.iter().filter(|(account, _)| account.name().starts_with("merchant."));
        assert_eq!(of_merchant.map(|(_, minor)| minor).sum::<i64>(), 0, "{:?}", checkout.postings);
    }
    let positions =
        checkout.payment().map(|payment| positions(checkout, payment).unwrap()).unwrap_or_default();
    let mut booked: BTreeMap<(Account, Account), i64> = BTreeMap::new();
    for Posting { debit, credit, minor, .. } in &checkout.postings {
        assert!(*minor > 0);
        *booked.entry((*debit, *credit)).or_default() += minor;
        *booked.entry((*credit, *debit)).or_default() -= minor;
    }
    for (pair, minor) in &booked {
        let back = (pair.1, pair.0);
        let expected = positions.get(pair).copied().unwrap_or_default()
            - positions.get(&back).copied().unwrap_or_default();
        assert_eq!(*minor, expected, "{pair:?}");
    }
    assert!(positions.iter().all(|(pair, minor)| *minor == 0 || booked.contains_key(pair)));
    let item = serde_json::to_value(checkout).unwrap();
    assert_eq!(serde_json::from_value::<Checkout>(item).unwrap(), *checkout);
}

/// What went back of the charge is never more than the charge; with credit and cashback, never more than the
/// price.
fn never_above_the_price(sale: &Sale) {
    let Some(payment) = sale.checkout.payment() else { return };
    let moved = payment.refunds.values().filter(|refund| refund.state.moved());
    let refunded: i64 = moved.map(|refund| refund.amount.minor()).sum();
    let (of_charge, given) = match &payment.cashback {
        Cashback::Credited { amount, .. } => (amount.minor(), amount.minor()),
        Cashback::CreditedToWallet { amount, .. } => (0, amount.minor()),
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => (0, 0),
    };
    assert!(refunded + of_charge <= sale.charged, "{refunded} + {of_charge} of {}", sale.charged);
    let returned = payment.returned_to_wallet_minor();
    assert!((0..=sale.checkout.wallet_spent_minor()).contains(&returned), "{returned} of credit");
    let price = sale.checkout.content.amount.minor();
    assert!(refunded + returned + given <= price, "{refunded} + {returned} + {given} of {price}");
    // What still waits belongs to what is left of the payment.
    if let Cashback::Held(waiting) | Cashback::Frozen(waiting) = &payment.cashback {
        let left = payment.left_of(sale.checkout.charged().unwrap()).unwrap().minor();
        // What a refund left to a cashback that failed is owed whole.
        let had = payment.refunds.values().filter(|refund| refund.state.counts());
        let netted = had.map(|refund| refund.had_as_cashback_minor).sum::<i64>().min(left);
        let earned = i128::from(waiting.terms.amount.minor()) * i128::from(left - netted);
        let most = i128::from(netted) + earned / i128::from(sale.charged);
        assert!(i128::from(waiting.amount.minor()) <= most);
        let is_disputed = payment.disputes.standing() == Dispute::Open;
        assert_eq!(
            is_disputed,
            matches!(payment.cashback, Cashback::Frozen(_)),
            "frozen while disputed, and only then"
        );
    }
}

/// No part of a budget is below zero, and each is what it was less what open and paid checkouts hold of it.
fn budgets(world: &World) {
    let mut taken: BTreeMap<Slot, Pot> = BTreeMap::new();
    for Sale { checkout, .. } in &world.sales {
        let today = checkout.created_at.day_in(&Country::SG.time_zone());
        for (campaign, (minor, hold)) in held(checkout) {
            let Some(shard) = hold.shard else { continue };
            for day in [hold.total.then_some(None), hold.daily.then_some(Some(today))].into_iter().flatten() {
                let pot = taken.entry(Slot { campaign: campaign.clone(), shard, day }).or_default();
                *pot = pot.plus(Pot { payments: 1, minor });
            }
        }
    }
    for (slot, left) in &world.left {
        let used = taken.get(slot).copied().unwrap_or_default();
        assert_eq!(left.plus(used), world.initial[slot], "{slot:?}");
        assert!(left.payments >= 0 && left.minor >= 0, "{slot:?}");
    }
    assert!(taken.keys().all(|slot| world.left.contains_key(slot)));
}

fn sales_of<'a>(world: &'a World, payer: &'a Payer) -> impl Iterator<Item = &'a Checkout> {
    world
        .sales
        .iter()
        .map(|sale| &sale.checkout)
        .filter(|checkout| checkout.payer.as_ref() == Some(&payer.id))
}

/// In no period does a payer hold more than a cap allows; and the payer's own count of the present period is
/// right.
fn caps(world: &World, payer: &Payer) {
    let zone = Country::SG.time_zone();
    for campaign in &world.known.campaigns {
        let id = &campaign.rule.id;
        for Cap { per, limit } in &campaign.rule.caps {
            let mut used: BTreeMap<Window, (u32, i64)> = BTreeMap::new();
            for checkout in sales_of(world, payer) {
                if let Some((minor, _)) = held(checkout).get(id) {
                    let entry = used.entry(Window::of(*per, checkout.created_at, &zone)).or_default();
                    *entry = (entry.0 + 1, entry.1 + minor);
                }
            }
            for (window, (payments, minor)) in &used {
                assert!(limit.payments.is_none_or(|most| *payments <= most), "{id} {window:?}: {payments}");
                assert!(limit.amount.is_none_or(|most| *minor <= most.minor()), "{id} {window:?}: {minor}");
            }
            let now = Window::of(*per, world.now, &zone);
            let counted = payer.uses.get(id).map(|uses| uses.in_window(&now)).unwrap_or_default();
            let (payments, minor) = used.get(&now).copied().unwrap_or_default();
            assert_eq!((counted.payments, counted.minor), (payments, minor), "{id} {now:?} {per:?}");
        }
        if campaign.rule.occasion == Some(crate::domain::campaign::Occasion::OncePerMerchant) {
            let earned: Vec<&MerchantId> = sales_of(world, payer)
                .filter(|checkout| held(checkout).contains_key(id))
                .map(|checkout| &checkout.merchant)
                .collect();
            let distinct: BTreeSet<_> = earned.iter().collect();
            assert_eq!(earned.len(), distinct.len(), "once at each merchant");
        }
    }
}

fn visits(world: &World, payer: &Payer) {
    for shop in crate::domain::decision::tests::world::SHOPS {
        let merchant = merchant(shop);
        let here = sales_of(world, payer).filter(|checkout| {
            checkout.remembers_payer
                && checkout.merchant == merchant
                && matches!(checkout.state, State::Open | State::Paid(_))
        });
        assert_eq!(usize::try_from(payer.payments_at(&merchant)).unwrap(), here.count(), "{shop}");
    }
}

fn held_in(postings: &[Posting], account: Account) -> i64 {
    balances(postings).get(&account).copied().unwrap_or_default()
}

/// 2100 is what the platform owes to wallets: over the books of the payer and of all the payer's checkouts it
/// is what the lots hold and what open checkouts have reserved of them. 1200 is the debt: it stands beside
/// the credit in the books, so it is no part of 2100.
fn wallet(world: &World, payer: &Payer) {
    let mut postings = payer.postings.clone();
    let mut reserved = 0;
    for checkout in sales_of(world, payer) {
        postings.extend(&checkout.postings);
        if checkout.state == State::Open {
            reserved += checkout.wallet_spent_minor();
        }
    }
    let lots: i64 = payer.wallet.iter().map(|lot| lot.minor).sum();
    assert!(payer.wallet.iter().all(|lot| lot.minor > 0) && payer.wallet.is_sorted());
    assert_eq!(-held_in(&postings, Account::PayerWallet), lots + reserved, "2100");
    assert_eq!(held_in(&postings, Account::PayerDebt), payer.debt_minor, "1200");
    assert!(payer.debt_minor >= 0);
    let item = serde_json::to_value(payer).unwrap();
    assert_eq!(serde_json::from_value::<Payer>(item).unwrap(), *payer);
}

/// What the platform owes a merchant is 1050 in the merchant's books and 2200 in the platform's.
fn settlements(world: &World) {
    for (merchant, settlement) in &world.settlements {
        let mut postings = settlement.postings.clone();
        for Sale { checkout, .. } in world.sales.iter().filter(|sale| sale.checkout.merchant == *merchant) {
            postings.extend(&checkout.postings);
        }
        assert_eq!(held_in(&postings, Account::MerchantSettlement), settlement.balance_minor, "1050");
        assert_eq!(-held_in(&postings, Account::PlatformSettlement), settlement.balance_minor, "2200");
        let item = serde_json::to_value(settlement).unwrap();
        assert_eq!(serde_json::from_value::<Settlement>(item).unwrap(), *settlement);
    }
}
