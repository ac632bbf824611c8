//! `GET …/rebuild`: the sums of all books, made twice: once from the items that postings come from, once from
//! what is kept of them. A page covers a part of the table; added up over all pages, the two must be the
//! same. (`cargo operator verify-books` adds and compares.)

use std::collections::{BTreeMap, BTreeSet};

use kembali::adapters::clients::store::Scanned;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::flows::books::{open_days, sum_day};
use kembali::domain::books::{Scope, Totals, add_to, merge};
use kembali::domain::market::Country;
use kembali::domain::time::Day;
use kembali::fault::Fault;
use serde::{Deserialize, Serialize};

use crate::{ReadBooks, cursor_at, market, parse_cursor};

type Sums = BTreeMap<Scope, Totals>;

#[derive(Serialize)]
struct Page {
    /// Summed from the items' own postings.
    items: Sums,
    /// Summed from rows, and of open days from the journal.
    books: Sums,
    /// How many items this page looked at.
    looked_at: usize,
    next_cursor: Option<String>,
}

/// Where a rebuild stands. The days that were open when it began are kept with it: they count by their
/// journal and by no row, whatever happens to them meanwhile.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    open: Vec<Day>,
    at: At,
}

#[derive(Default, Serialize, Deserialize)]
enum At {
    /// In the table, before the first item.
    #[default]
    Begin,
    /// In the table, after this key.
    Item(String, String),
    /// At an open day's journal.
    Day(usize),
}

impl ReadBooks {
    /// A page of a rebuild, up to and including the day `through`, if one is named.
    pub(crate) async fn rebuild(&self, request: &Request) -> Answer {
        let country = market(request)?;
        let through = request.query("through", Day::parse)?;
        let cursor =
            request.query("cursor", |text| parse_cursor(text, |place| serde_json::from_str(place).ok()))?;
        let counts = |day: Day| through.is_none_or(|through| day <= through);
        let mut progress: Progress = match cursor {
            Some(progress) => progress,
            None => {
                Progress { open: open_days(&self.store, country).await?.into_iter().collect(), at: At::Begin }
            }
        };
        let mut page = Page { items: Sums::new(), books: Sums::new(), looked_at: 0, next_cursor: None };
        let next = match &progress.at {
            At::Begin => self.table_page(country, None, &progress.open, &counts, &mut page).await?,
            At::Item(pk, sk) => {
                let after = (pk.clone(), sk.clone());
                self.table_page(country, Some(&after), &progress.open, &counts, &mut page).await?
            }
            At::Day(index) => {
                if let Some(day) = progress.open.get(*index).filter(|day| counts(**day)) {
                    merge(&mut page.books, &sum_day(&self.store, country, *day).await?);
                }
                At::Day(index.saturating_add(1))
            }
        };
        let is_over = matches!(next, At::Day(index) if index >= progress.open.len());
        progress.at = next;
        if !is_over {
            let place = serde_json::to_string(&progress);
            let place = place.map_err(|error| Fault::Bug(format!("write a cursor: {error}")))?;
            page.next_cursor = Some(cursor_at(&place));
        }
        json(200, &page)
    }

    async fn table_page(
        &self,
        country: Country,
        after: Option<&(String, String)>,
        open: &[Day],
        counts: &impl Fn(Day) -> bool,
        page: &mut Page,
    ) -> Result<At, Fault> {
        let open: BTreeSet<&Day> = open.iter().collect();
        let table = self.store.scan_books(after).await?;
        page.looked_at = table.found.len();
        for found in table.found {
            match found {
                Scanned::Source(booked) if booked.country == country => {
                    let days = booked.since(0).into_iter().filter(|(day, _)| counts(*day));
                    days.for_each(|(_, entry)| add_to(&mut page.items, &entry));
                }
                Scanned::Row { country: of, scope, day, totals } if of == country => {
                    if counts(day) && !open.contains(&day) {
                        merge(&mut page.books, &Sums::from([(scope, totals)]));
                    }
                }
                Scanned::Source(_) | Scanned::Row { .. } => {}
            }
        }
        Ok(table.next.map_or(At::Day(0), |(pk, sk)| At::Item(pk, sk)))
    }
}
