//! Objects by id, each on one account.

use std::collections::BTreeMap;

use crate::error::Error;

/// Whose object it is: a connected account's, or the platform's own. By default it is nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    /// The platform, by its own account.
    pub(crate) platform: String,
    /// The account that is connected to it; `None`: the platform itself.
    pub(crate) account: Option<String>,
}

impl Owner {
    /// The platform itself.
    pub(crate) fn platform(&self) -> Self {
        Self { account: None, ..self.clone() }
    }

    /// The account `id`, which is connected to the same platform.
    pub(crate) fn connected(&self, id: &str) -> Self {
        Self { account: Some(id.to_owned()), ..self.clone() }
    }
}

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

    /// All objects on the accounts that are connected to `platform`, and on its own.
    pub(crate) fn all_of(&self, platform: &str) -> impl Iterator<Item = &T> {
        self.rows.values().filter(move |(owner, _)| owner.platform == platform).map(|(_, row)| row)
    }

    /// The object `id` on whichever account.
    pub(crate) fn find(&self, id: &str) -> Option<&(Owner, T)> {
        self.rows.get(id)
    }

    /// Whose object `id` is.
    pub(crate) fn owner_of(&self, id: &str) -> Owner {
        self.find(id).map(|(owner, _)| owner.clone()).unwrap_or_default()
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
