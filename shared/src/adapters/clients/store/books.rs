//! The journal's pages, the days of the books, and their rows.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::table::{Store, Written, fault, number, written};
use crate::adapters::clients::items::{item, read};
use crate::adapters::clients::keys::{Item, Key, book_days, journal, row_of, rows};
use crate::domain::books::matching::DayMatch;
use crate::domain::books::settlement::Settlement;
use crate::domain::books::{Booked, Entry, Scope, Totals};
use crate::domain::checkout::Checkout;
use crate::domain::ids::CheckoutId;
use crate::domain::market::Country;
use crate::domain::payer::Payer;
use crate::domain::time::Day;
use crate::fault::Fault;

/// A day of a market's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookDay {
    /// Which.
    pub day: Day,
    /// Whether its rows hold all of it.
    pub state: DayState,
    /// Counts the changes of `state`; every write is conditional on it.
    pub version: u64,
}

/// Whether a day's rows hold all of its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Its journal grows, or has grown since its rows were written.
    Open,
    /// Its rows are being written.
    Closing,
    /// They are written.
    Closed,
}

/// One page of a day's journal.
#[derive(Debug)]
pub struct JournalPage {
    /// What it holds.
    pub entries: Vec<Entry>,
    /// Where the next page begins, if there is one.
    pub next: Option<Item>,
}

#[derive(Serialize, Deserialize)]
struct Page {
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    totals: Totals,
    /// The day's version when the row was written: of two that write the same row, the one who began later
    /// wins.
    version: u64,
}

/// What an item of the table is to the books.
#[derive(Debug)]
pub enum Scanned {
    /// Something that postings come from.
    Source(Booked),
    /// A row.
    Row {
        /// Of which market.
        country: Country,
        /// Of what.
        scope: Scope,
        /// Of which day.
        day: Day,
        /// Its sums.
        totals: Totals,
    },
}

/// One page of all the table.
#[derive(Debug)]
pub struct TablePage {
    /// What concerns the books.
    pub found: Vec<Scanned>,
    /// The key of the last item, if there are more.
    pub next: Option<(String, String)>,
}

impl Store {
    /// Writes a page of the journal. `range` names the changes that are in it, so a page that is there
    /// already is the same.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_page(
        &self,
        country: Country,
        day: Day,
        range: &str,
        entries: Vec<Entry>,
    ) -> Result<Written, Fault> {
        self.put(item(Key::page(country, day, range), &Page { entries })?, None).await
    }

    /// A page of a day's journal.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn journal(
        &self,
        country: Country,
        day: Day,
        start: Option<Item>,
    ) -> Result<JournalPage, Fault> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(journal(country, day)))
            .set_exclusive_start_key(start)
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| fault("Query", &error))?;
        let mut entries = Vec::new();
        for item in answer.items.unwrap_or_default() {
            entries.extend(read::<Page>(item)?.entries);
        }
        Ok(JournalPage { entries, next: answer.last_evaluated_key })
    }

    /// One day of the books.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn book_day(&self, country: Country, day: Day) -> Result<Option<BookDay>, Fault> {
        self.get(Key::book_day(country, day)).await
    }

    /// Every day of a market's books on which anything was booked, oldest first.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn book_days(&self, country: Country) -> Result<Vec<BookDay>, Fault> {
        let days = self.partition::<BookDay>(book_days(country)).await?;
        Ok(days.into_iter().map(|(_, day)| day).collect())
    }

    /// Writes a day that was at `expected` when it was read (`None`: there was none).
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_book_day(
        &self,
        country: Country,
        day: &BookDay,
        expected: Option<u64>,
    ) -> Result<Written, Fault> {
        self.put(item(Key::book_day(country, day.day), day)?, expected).await
    }

    /// Writes a row, unless somebody who began to close the day later has written it.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_row(
        &self,
        country: Country,
        scope: &Scope,
        day: &BookDay,
        totals: Totals,
    ) -> Result<Written, Fault> {
        let row = Row { totals, version: day.version };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(Key::row(country, scope, day.day), &row)?))
            .condition_expression("attribute_not_exists(pk) OR version <= :version")
            .expression_attribute_values(":version", number(day.version));
        written("PutItem", put.send().await)
    }

    /// A scope's sums of every day that was closed at least once, by day.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn rows(&self, country: Country, scope: &Scope) -> Result<BTreeMap<Day, Totals>, Fault> {
        let rows = self.partition::<Row>(rows(country, scope)).await?;
        Ok(rows.into_iter().map(|(day, row)| (day, row.totals)).collect())
    }

    /// What the daily match found.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn day_match(&self, country: Country, day: Day) -> Result<Option<DayMatch>, Fault> {
        self.get(Key::matched(country, day)).await
    }

    /// Writes what the daily match found, over a result that was at `expected` when it was read.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_day_match(
        &self,
        country: Country,
        found: &DayMatch,
        expected: Option<u64>,
    ) -> Result<Written, Fault> {
        self.put(item(Key::matched(country, found.day), found)?, expected).await
    }

    /// Those of the checkouts `ids` (at most 100) that exist, in any order.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn checkouts(&self, ids: &[CheckoutId]) -> Result<Vec<Checkout>, Fault> {
        let keys = ids.iter().map(|id| Key::checkout(id).into_item()).collect();
        self.get_all(keys).await?.into_iter().map(read).collect()
    }

    /// One page of everything in the table that concerns the books.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn scan_books(&self, after: Option<&(String, String)>) -> Result<TablePage, Fault> {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let start = after.map(|(pk, sk)| Key { pk: pk.clone(), sk: sk.clone() }.into_item());
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression(
                "begins_with(pk, :checkout) OR begins_with(pk, :payer) OR begins_with(pk, :settlement) \
                 OR begins_with(pk, :row)",
            )
            .expression_attribute_values(":checkout", text("C#"))
            .expression_attribute_values(":payer", text("P#"))
            .expression_attribute_values(":settlement", text("S#"))
            .expression_attribute_values(":row", text("L#"))
            .set_exclusive_start_key(start)
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| fault("Scan", &error))?;
        let mut found = Vec::new();
        for item in answer.items.unwrap_or_default() {
            found.extend(scanned(item)?);
        }
        let next = answer.last_evaluated_key;
        Ok(TablePage { found, next: next.and_then(|key| Some((part(&key, "pk")?, part(&key, "sk")?))) })
    }

    /// All items of one partition, each with its `sk`, which is a day.
    async fn partition<T: DeserializeOwned>(&self, pk: String) -> Result<Vec<(Day, T)>, Fault> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(pk))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| fault("Query", &error))?;
            found.push((day_of(&item)?, read(item)?));
        }
        Ok(found)
    }
}

fn scanned(item: Item) -> Result<Option<Scanned>, Fault> {
    let pk = part(&item, "pk").unwrap_or_default();
    if pk.starts_with("C#") {
        let checkout: Checkout = read(item)?;
        return Booked::of_checkout(&checkout).map(|booked| Some(Scanned::Source(booked)));
    }
    if pk.starts_with("P#") {
        let payer: Payer = read(item)?;
        return Ok(Some(Scanned::Source(Booked::of_payer(&payer))));
    }
    if pk.starts_with("S#") {
        let settlement: Settlement = read(item)?;
        return Ok(Some(Scanned::Source(Booked::of_settlement(&settlement))));
    }
    let Some((country, scope)) = row_of(&pk) else { return Ok(None) };
    let day = day_of(&item)?;
    Ok(Some(Scanned::Row { country, scope, day, totals: read::<Row>(item)?.totals }))
}

fn day_of(item: &Item) -> Result<Day, Fault> {
    let day = part(item, "sk").and_then(|sk| Day::parse(&sk).ok());
    day.ok_or_else(|| Fault::Bug("an item of the books has no day".to_owned()))
}

fn part(item: &Item, name: &str) -> Option<String> {
    item.get(name).and_then(|value| value.as_s().ok()).cloned()
}
