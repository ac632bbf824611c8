//! Keeping the books: a batch of changes into the journal, a day's journal into rows, and both into sums.
//!
//! Who writes a page looks at its day *after* the page is there, and opens it if it is not open. Who closes a
//! day says so *before* it reads the journal, and again when the rows are written, on condition that nobody
//! has opened the day since. So a page is either in the rows, or its day is open.

use std::collections::{BTreeMap, BTreeSet};

use crate::adapters::clients::store::{BookDay, DayState, Store, Written};
use crate::domain::books::{Booked, Entry, Once, Scope, Totals, add_to};
use crate::domain::market::Country;
use crate::domain::time::Day;
use crate::fault::Fault;

/// How many rows are written at a time: a big market's day has a row for each payer.
const AT_ONCE: usize = 16;

/// Writes what a batch of changes booked: one page for each market and day. `range` names the batch.
///
/// # Errors
/// DynamoDB did not answer. What was written stays; whoever reads it twice, counts it once.
pub async fn write_journal(
    store: &Store,
    range: &str,
    pages: BTreeMap<(Country, Day), Vec<Entry>>,
) -> Result<(), Fault> {
    for ((country, day), entries) in pages {
        match store.put_page(country, day, range, entries).await? {
            // It is there, perhaps from a try that ended before the next line.
            Written::Done | Written::Lost => open_day(store, country, day).await?,
        }
    }
    Ok(())
}

/// Adds what is new in `after` to the pages of a batch. `known` is how many postings the item had before.
pub fn add_to_pages(pages: &mut BTreeMap<(Country, Day), Vec<Entry>>, after: &Booked, known: usize) {
    for (day, entry) in after.since(known) {
        pages.entry((after.country, day)).or_default().push(entry);
    }
}

async fn open_day(store: &Store, country: Country, day: Day) -> Result<(), Fault> {
    let known = store.book_day(country, day).await?;
    if known.as_ref().is_some_and(|known| known.state == DayState::Open) {
        return Ok(());
    }
    let expected = known.map(|known| known.version);
    let version = expected.unwrap_or_default().saturating_add(1);
    let open = BookDay { day, state: DayState::Open, version };
    match store.put_book_day(country, &open, expected).await? {
        Written::Done => Ok(()),
        Written::Lost => Err(Fault::Retry("somebody else opens or closes the day".to_owned())),
    }
}

/// Sums a day's journal into rows. Doing it again, or twice at a time, leads to the same rows.
///
/// # Errors
/// DynamoDB did not answer, or the day changed meanwhile: it stays open, for the next time.
pub async fn close_day(store: &Store, country: Country, day: &BookDay) -> Result<usize, Fault> {
    let next =
        |before: &BookDay, state| BookDay { day: day.day, state, version: before.version.saturating_add(1) };
    let changed = || Fault::Retry(format!("the books of {} {} changed meanwhile", country.code(), day.day));
    let closing = next(day, DayState::Closing);
    if store.put_book_day(country, &closing, Some(day.version)).await? == Written::Lost {
        return Err(changed());
    }
    let rows: Vec<(Scope, Totals)> = sum_day(store, country, day.day).await?.into_iter().collect();
    for some in rows.chunks(AT_ONCE) {
        let mut writes = tokio::task::JoinSet::new();
        for (scope, totals) in some.iter().cloned() {
            let (store, closing) = (store.clone(), closing.clone());
            writes.spawn(async move { store.put_row(country, &scope, &closing, totals).await });
        }
        while let Some(written) = writes.join_next().await {
            let written = written.map_err(|_| Fault::Retry("a row's write ended early".to_owned()))??;
            if written == Written::Lost {
                return Err(changed());
            }
        }
    }
    match store.put_book_day(country, &next(&closing, DayState::Closed), Some(closing.version)).await? {
        Written::Done => Ok(rows.len()),
        Written::Lost => Err(changed()),
    }
}

/// A day's sums for every scope, from its journal.
///
/// # Errors
/// DynamoDB did not answer.
pub async fn sum_day(store: &Store, country: Country, day: Day) -> Result<BTreeMap<Scope, Totals>, Fault> {
    let mut sums = BTreeMap::new();
    each_entry(store, country, day, |entry| add_to(&mut sums, &entry)).await?;
    Ok(sums)
}

/// Reads a day's journal, each entry once.
///
/// # Errors
/// DynamoDB did not answer.
pub async fn each_entry(
    store: &Store,
    country: Country,
    day: Day,
    mut take: impl FnMut(Entry),
) -> Result<(), Fault> {
    let (mut once, mut start) = (Once::default(), None);
    loop {
        let page = store.journal(country, day, start).await?;
        page.entries.into_iter().filter(|entry| once.is_new(entry)).for_each(&mut take);
        start = page.next;
        if start.is_none() {
            return Ok(());
        }
    }
}

/// The days whose rows do not hold all of them.
///
/// # Errors
/// DynamoDB did not answer.
pub async fn open_days(store: &Store, country: Country) -> Result<BTreeSet<Day>, Fault> {
    let days = store.book_days(country).await?.into_iter();
    Ok(days.filter(|day| day.state != DayState::Closed).map(|day| day.day).collect())
}

/// A scope's sums, day by day: of closed days from the rows, of open ones from the journal. So they are right
/// up to the journal's last page.
///
/// # Errors
/// DynamoDB did not answer.
pub async fn days_of(
    store: &Store,
    country: Country,
    scope: &Scope,
) -> Result<(BTreeMap<Day, Totals>, BTreeSet<Day>), Fault> {
    // Read first: a day that is closed a moment later is then summed from its journal, which stays.
    let open = open_days(store, country).await?;
    let mut days = store.rows(country, scope).await?;
    for day in &open {
        days.remove(day);
        let mut sums = BTreeMap::new();
        let counts = |entry: &Entry| Scope::of(entry).any(|one| one == *scope);
        each_entry(store, country, *day, |entry| {
            if counts(&entry) {
                add_to(&mut sums, &entry);
            }
        })
        .await?;
        if let Some(totals) = sums.remove(scope) {
            days.insert(*day, totals);
        }
    }
    Ok((days, open))
}
