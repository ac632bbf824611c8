//! The shops whose keys the page has.

use std::sync::{Mutex, MutexGuard, PoisonError};

use kembali::domain::market::Country;

/// A merchant with a key that works.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The platform's own reference for the business: what the page calls it in addresses.
    pub slug: String,
    /// The merchant's id.
    pub id: String,
    /// A live key.
    pub key: String,
    /// What payers read.
    pub name: String,
    /// The market.
    pub country: Country,
}

/// All of them, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Shops(Mutex<Vec<Shop>>);

impl Shops {
    pub(super) fn all(&self) -> Vec<Shop> {
        self.lock().clone()
    }

    pub(super) fn get(&self, slug: &str) -> Option<Shop> {
        self.lock().iter().find(|shop| shop.slug == slug).cloned()
    }

    /// Adds a shop, or replaces the one of that name, whose key is the older one.
    pub(super) fn add(&self, shop: Shop) {
        let mut shops = self.lock();
        match shops.iter_mut().find(|known| known.slug == shop.slug) {
            Some(known) => *known = shop,
            None => shops.push(shop),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Shop>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
