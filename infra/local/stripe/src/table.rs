//! Objects by id, each on one account.

use std::collections::BTreeMap;

use crate::error::Error;

/// Whose object it is: a connected account's, or (`None`) the platform's own.
pub(crate) type Owner = Option<String>;

/// All objects of one kind.
#[derive(Debug)]
pub(crate) struct Table<T> {
    kind: &'static str,
    rows: BTreeMap<String, (Owner, T)>,
    order: Vec<String>,
}

impl<T> Table<T> {
    /// An empty table of `kind`, which is Stripe's word for it in "No such charge".
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, rows: BTreeMap::new(), order: Vec::new() }
    }

    /// Adds an object.
    pub(crate) fn insert(&mut self, owner: Owner, id: &str, row: T) {
        self.order.push(id.to_owned());
        self.rows.insert(id.to_owned(), (owner, row));
    }

    /// The object `id`, if it is on the account `owner`.
    pub(crate) fn get(&self, owner: &Owner, id: &str) -> Result<&T, Error> {
        match self.rows.get(id) {
            Some((its_owner, row)) if its_owner == owner => Ok(row),
            Some(_) | None => Err(Error::missing(self.kind, id)),
        }
    }

    /// The object `id` on whichever account.
    pub(crate) fn find(&self, id: &str) -> Option<&(Owner, T)> {
        self.rows.get(id)
    }

    /// The object `id` on whichever account, to change it.
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut T> {
        self.rows.get_mut(id).map(|(_, row)| row)
    }

    /// The objects of one account, newest first, as Stripe lists them.
    pub(crate) fn newest_first<'a>(&'a self, owner: &'a Owner) -> impl Iterator<Item = &'a T> {
        self.order
            .iter()
            .rev()
            .filter_map(|id| self.rows.get(id))
            .filter(move |row| row.0 == *owner)
            .map(|row| &row.1)
    }

    /// Every object, oldest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        self.order.iter().filter_map(|id| self.rows.get(id)).map(|row| &row.1)
    }

    /// Drops the objects that `keep` refuses.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.rows.retain(|_, row| keep(&row.1));
        self.order.retain(|id| self.rows.contains_key(id));
    }
}
