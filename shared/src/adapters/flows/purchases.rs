//! Payments of the past, for a dry run, from the journal.
//!
//! A checkout is paid once, and what it was charged is booked with that change: so the entry that books a
//! sale into the merchant's balance *is* the payment, and its day is the day on which the statements have it.
//! The journal is at most half a minute behind, and so is what is found here.
//!
//! Payments are in the order of their bookings, then of their names: an order that holds over pages and over
//! days, so that each is found once, and a payment whose event came late does not turn up in a day that was
//! read before.

use std::collections::{BTreeMap, BTreeSet};

use super::books::each_entry;
use crate::adapters::clients::store::Store;
use crate::domain::books::{Entry, Source};
use crate::domain::campaign::MerchantCategory;
use crate::domain::campaign::dry_run::PastPurchase;
use crate::domain::ids::{CheckoutId, MerchantId};
use crate::domain::market::Country;
use crate::domain::posting::Account;
use crate::domain::time::{Day, Timestamp};
use crate::fault::Fault;

/// How many items DynamoDB reads at once.
const AT_ONCE: usize = 100;

/// Where a payment stands in its market.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it was booked.
    pub at: Timestamp,
    /// Which it is.
    pub checkout: CheckoutId,
}

/// Some payments of a day.
#[derive(Debug)]
pub struct Purchases {
    /// The payments, in order.
    pub found: Vec<PastPurchase>,
    /// The last of them, if there are more.
    pub end: Option<Place>,
}

/// The first `limit` payments of `day` after the last of the page before. However large the day is, no more
/// than a page of it is kept in memory, and the names of its entries.
///
/// # Errors
/// DynamoDB did not answer.
pub async fn purchases_of_day(
    store: &Store,
    country: Country,
    day: Day,
    after: Option<&Place>,
    limit: usize,
) -> Result<Purchases, Fault> {
    let (mut places, mut has_more) = (BTreeSet::new(), false);
    each_entry(store, country, day, |entry| {
        let place = place_of(&entry).filter(|place| after.is_none_or(|after| place > after));
        places.extend(place);
        if places.len() > limit {
            places.pop_last();
            has_more = true;
        }
    })
    .await?;
    let end = places.last().filter(|_| has_more).cloned();
    let places: Vec<Place> = places.into_iter().collect();
    let mut found = Vec::with_capacity(places.len());
    for some in places.chunks(AT_ONCE) {
        found.extend(read(store, some).await?);
    }
    Ok(Purchases { found, end })
}

/// The kinds of business of `merchants`, as they are now, as far as they are known.
///
/// # Errors
/// DynamoDB did not answer.
pub async fn categories(
    store: &Store,
    merchants: &BTreeSet<MerchantId>,
) -> Result<BTreeMap<MerchantId, MerchantCategory>, Fault> {
    let merchants = store.merchants(merchants).await?;
    Ok(merchants.into_iter().filter_map(|merchant| Some((merchant.id, merchant.category?))).collect())
}

/// The payment that `entry` books, if it books one.
fn place_of(entry: &Entry) -> Option<Place> {
    let checkout = match &entry.source {
        Source::Checkout(id) => id.clone(),
        Source::Payer(_) | Source::Settlement(_) => return None,
    };
    let sale = entry.postings.iter().find(|posting| {
        (posting.debit, posting.credit) == (Account::MerchantBalance, Account::MerchantSales)
    })?;
    Some(Place { at: sale.at, checkout })
}

/// The payments at `places`, at most a hundred, in their order.
async fn read(store: &Store, places: &[Place]) -> Result<Vec<PastPurchase>, Fault> {
    let ids: Vec<CheckoutId> = places.iter().map(|place| place.checkout.clone()).collect();
    let checkouts = store.checkouts(&ids).await?;
    let known: BTreeMap<_, _> = checkouts.iter().map(|checkout| (&checkout.id, checkout)).collect();
    let mut found = Vec::with_capacity(places.len());
    for place in places {
        let past = known.get(&place.checkout).map(|checkout| checkout.past_purchase()).transpose();
        let past = past.map_err(|error| Fault::Bug(format!("a past payment: {error}")))?.flatten();
        found.extend(past.map(|past| PastPurchase { at: place.at, ..past }));
    }
    Ok(found)
}
