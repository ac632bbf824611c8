//! A batch of changes, into the journal.

use std::collections::BTreeMap;

use aws_lambda_events::event::dynamodb::{Event as ChangeEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use kembali::adapters::flows::books::{add_to_pages, write_journal};
use kembali::domain::books::Booked;
use kembali::domain::books::settlement::Settlement;
use kembali::domain::checkout::Checkout;
use kembali::domain::payer::Payer;
use kembali::domain::posting::known;
use kembali::fault::Fault;
use serde::de::DeserializeOwned;

use crate::KeepBooks;

impl KeepBooks {
    /// Writes down a batch. When a change cannot be read, those before it are written, and it is reported;
    /// when the journal cannot be written, the first is.
    pub(crate) async fn keep(&self, batch: ChangeEvent) -> DynamoDbEventResponse {
        let numbers: Vec<Option<String>> =
            batch.records.iter().map(|record| record.change.sequence_number.clone()).collect();
        let (mut pages, mut read, mut unread) = (BTreeMap::new(), 0, None);
        for record in batch.records {
            match booked(record) {
                Ok(Some((after, known))) => add_to_pages(&mut pages, &after, known),
                Ok(None) => {}
                Err(fault) => {
                    tracing::error!(fault = %fault, "a change cannot be written down");
                    unread = numbers.get(read).cloned();
                    break;
                }
            }
            read += 1;
        }
        // The name of the page is that of the changes that it was made from: made again from the same, it is
        // the same.
        let number = |at: usize| numbers.get(at).cloned().flatten().unwrap_or_default();
        let range = format!("{}-{}", number(0), number(read.saturating_sub(1)));
        if let Err(fault) = write_journal(&self.store, &range, pages).await {
            tracing::warn!(range, fault = %fault, "the journal could not be written");
            unread = numbers.into_iter().next();
        }
        let mut response = DynamoDbEventResponse::default();
        response.batch_item_failures.extend(unread.map(|number| {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = number;
            failure
        }));
        response
    }
}

/// The item after the change, as the books see it, and how many of its postings were there before. Nothing
/// for an item without postings: here a new kind of item that carries some is added.
fn booked(record: EventRecord) -> Result<Option<(Booked, usize)>, Fault> {
    let (old, new) = (record.change.old_image, record.change.new_image);
    let pk = match new.get("pk") {
        Some(serde_dynamo::AttributeValue::S(pk)) => pk.clone(),
        // Nothing of ours is ever removed, and every item has a key.
        Some(_) | None => return Ok(None),
    };
    if pk.starts_with("C#") {
        let (before, after): (Option<Checkout>, Checkout) = (before(old)?, read(new)?);
        let known = before.map_or(0, |before| known(before.postings.len(), before.folded, after.folded));
        return Ok(Some((Booked::of_checkout(&after)?, known)));
    }
    if pk.starts_with("P#") {
        let (before, after): (Option<Payer>, Payer) = (before(old)?, read(new)?);
        return Ok(Some((Booked::of_payer(&after), before.map_or(0, |before| before.postings.len()))));
    }
    if pk.starts_with("S#") {
        let (before, after): (Option<Settlement>, Settlement) = (before(old)?, read(new)?);
        let known = before.map_or(0, |before| known(before.postings.len(), before.folded, after.folded));
        return Ok(Some((Booked::of_settlement(&after), known)));
    }
    Ok(None)
}

fn before<T: DeserializeOwned>(item: serde_dynamo::Item) -> Result<Option<T>, Fault> {
    if item.is_empty() { Ok(None) } else { read(item).map(Some) }
}

fn read<T: DeserializeOwned>(item: serde_dynamo::Item) -> Result<T, Fault> {
    serde_dynamo::from_item(item).map_err(|_| Fault::Bug("a change cannot be read".to_owned()))
}
