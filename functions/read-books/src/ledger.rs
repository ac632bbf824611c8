//! `GET …/ledger.csv`: every posting of some days, in pages.
//!
//! API Gateway hands an answer on as a whole, so the stream is pages: each is a part of one CSV, whose header
//! row is on the first, and a `Link` header names the next. One after the other they are the whole file.
//!
//! The rows are in the order of time, then of source, version and line. A page holds the first so many rows
//! after the cursor, whatever the journal's pages look like: however large the day, no more than one page of
//! rows is in memory, and the names of the day's entries; and a page that comes twice through the stream
//! changes nothing.

use std::collections::BTreeMap;

use kembali::adapters::edge::http::{Answer, Request, csv_page};
use kembali::adapters::flows::books::each_entry;
use kembali::domain::books::{Entry, SignedAmount};
use kembali::domain::market::Country;
use kembali::domain::time::{Day, Timestamp};
use kembali::fault::{Fault, Problem};
use serde::Serialize;

use crate::{ReadBooks, cursor_at, market, parse_cursor};

/// So many rows are some two megabytes; a Lambda function may answer with six.
const LARGEST_PAGE: u16 = 10_000;

/// A row. The names and the order of the columns are promised: columns may be added at the end, and none
/// changes or goes.
#[derive(Serialize)]
struct Row {
    /// The day, the market's own.
    day: String,
    at: Timestamp,
    /// What it comes from: a checkout.
    source: String,
    /// The change of it that booked.
    version: u64,
    /// The posting's number within the change and the day, from 1.
    line: usize,
    merchant: String,
    payer: String,
    campaign: String,
    debit_code: u16,
    debit: &'static str,
    credit_code: u16,
    credit: &'static str,
    amount_minor: i64,
    amount: String,
    currency: &'static str,
}

/// The columns, for a page without rows.
const COLUMNS: [&str; 15] = [
    "day",
    "at",
    "source",
    "version",
    "line",
    "merchant",
    "payer",
    "campaign",
    "debit_code",
    "debit",
    "credit_code",
    "credit",
    "amount_minor",
    "amount",
    "currency",
];

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: Timestamp,
    source: String,
    version: u64,
    line: usize,
}

impl ReadBooks {
    /// The postings of the days `from` to `to`; of today when neither is named.
    pub(crate) async fn ledger(&self, request: &Request) -> Answer {
        let country = market(request)?;
        let today = request.at.day_in(&country.time_zone());
        let to = request.query("to", Day::parse)?;
        let from = request.query("from", Day::parse)?.or(to).unwrap_or(today);
        let to = to.unwrap_or_else(|| from.max(today));
        if from > to {
            let next = "Write `from` or a later day.";
            return Err(Problem::invalid("to", format!("{to} is before {from}."), next).into());
        }
        let limit = usize::from(request.limit(LARGEST_PAGE, LARGEST_PAGE)?);
        let cursor = request.query("cursor", |text| parse_cursor(text, parse_place))?;
        let (is_first, begin) = (cursor.is_none(), cursor.as_ref().map_or(from, |(day, _)| *day));

        let mut page: Vec<Row> = Vec::new();
        let days = self.store.book_days(country).await?.into_iter().map(|day| day.day);
        for day in days.filter(|day| *day >= from.max(begin) && *day <= to) {
            let after = cursor.as_ref().filter(|(of, _)| *of == day).map(|(_, place)| place);
            // A page that is full needs to know whether this day has anything at all.
            let left = limit.saturating_sub(page.len());
            let (rows, has_more) = self.rows_of(country, day, after, left).await?;
            let last = rows.last_key_value().map(|(place, _)| place.clone()).or_else(|| after.cloned());
            page.extend(rows.into_values());
            if has_more {
                let cursor = cursor_at(&written(day, last.as_ref()));
                let path = format!("/v1/markets/{}/ledger.csv", country.code());
                let next = format!("{path}?from={from}&to={to}&limit={limit}&cursor={cursor}");
                return csv_page(table(&page, is_first)?, Some(&next));
            }
        }
        csv_page(table(&page, is_first)?, None)
    }

    /// The first `limit` rows of `day` that come after `after`, and whether there are more.
    async fn rows_of(
        &self,
        country: Country,
        day: Day,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<(BTreeMap<Place, Row>, bool), Fault> {
        let (mut rows, mut has_more) = (BTreeMap::new(), false);
        each_entry(&self.store, country, day, |entry| {
            for (place, row) in rows_of_entry(country, day, &entry) {
                if after.is_some_and(|after| place <= *after) {
                    continue;
                }
                rows.insert(place, row);
                if rows.len() > limit {
                    rows.pop_last();
                    has_more = true;
                }
            }
        })
        .await?;
        Ok((rows, has_more))
    }
}

fn rows_of_entry(country: Country, day: Day, entry: &Entry) -> impl Iterator<Item = (Place, Row)> {
    let currency = country.currency();
    let id = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let merchant = id(entry.merchant.as_ref().map(|id| id.as_str()));
    let payer = id(entry.payer.as_ref().map(|id| id.as_str()));
    // Several campaigns that were added up are named one after the other.
    let campaigns: Vec<&str> = entry.campaigns.iter().map(|(campaign, _)| campaign.as_str()).collect();
    let campaign = campaigns.join(" ");
    (1..).zip(&entry.postings).map(move |(line, posting)| {
        let place = Place { at: posting.at, source: entry.source.to_string(), version: entry.version, line };
        let row = Row {
            day: day.to_string(),
            at: posting.at,
            source: place.source.clone(),
            version: entry.version,
            line,
            merchant: merchant.clone(),
            payer: payer.clone(),
            campaign: campaign.clone(),
            debit_code: posting.debit.code(),
            debit: posting.debit.name(),
            credit_code: posting.credit.code(),
            credit: posting.credit.name(),
            amount_minor: posting.minor,
            amount: SignedAmount::new(posting.minor, currency).value().to_owned(),
            currency: currency.code(),
        };
        (place, row)
    })
}

/// The rows as CSV; under the names of the columns when it is the beginning.
fn table(rows: &[Row], is_first: bool) -> Result<String, Fault> {
    let failed = |error: String| Fault::Bug(format!("write CSV: {error}"));
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    if is_first {
        writer.write_record(COLUMNS).map_err(|error| failed(error.to_string()))?;
    }
    for row in rows {
        writer.serialize(row).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

/// The place after which the next page begins: of no row, when all of the day is still to come.
fn written(day: Day, last: Option<&Place>) -> String {
    match last {
        Some(Place { at, source, version, line }) => format!("{day} {at} {source} {version} {line}"),
        None => day.to_string(),
    }
}

fn parse_place(text: &str) -> Option<(Day, Place)> {
    let mut parts = text.split(' ');
    let day = Day::parse(parts.next()?).ok()?;
    let place = match parts.next() {
        None => Place { at: Timestamp::from_epoch_seconds(0), source: String::new(), version: 0, line: 0 },
        Some(at) => Place {
            at: Timestamp::parse(at).ok()?,
            source: parts.next()?.to_owned(),
            version: parts.next()?.parse().ok()?,
            line: parts.next()?.parse().ok()?,
        },
    };
    parts.next().is_none().then_some((day, place))
}
