//! Batches that are served in part, as the SDKs are told of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use axum::Router;
use local_aws::dynamodb::DynamoDb;
use local_aws::eventbridge::EventBridge;
use local_aws::faults::PEER;
use local_aws::sqs::{QueueSpec, Sqs};
use local_wire::{Clock, Fault, Faults};
use serde_json::json;

use crate::{client, listen, stack};

fn in_part(router: Router, clock: Clock) -> Router {
    let faults = Faults::default();
    faults.decide(|_| Some(Fault::Partly));
    faults.in_front_of(router, PEER, clock)
}

#[tokio::test]
async fn a_queue_takes_the_first_half_and_names_the_rest() {
    let (clock, calls) = stack();
    let sqs = Sqs::new(clock.clone(), calls.clone());
    let (name, retention_seconds) = ("work".to_owned(), 1_209_600);
    sqs.create_queue(QueueSpec { name, visibility_timeout_seconds: 90, retention_seconds, redrive: None });
    let served = listen(in_part(sqs.router(), clock)).await;
    let client: aws_sdk_sqs::Client = client!(aws_sdk_sqs, served.url());
    let url = client.get_queue_url().queue_name("work").send().await.unwrap().queue_url.unwrap();
    let mut told = Vec::new();
    for ids in [vec!["a", "b", "c"], vec!["d"]] {
        let entry =
            |id: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(id).build().unwrap();
        let entries = ids.into_iter().map(entry).collect();
        let sent =
            client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await.unwrap();
        told.extend(sent.successful.into_iter().map(|entry| format!("{} sent", entry.id)));
        told.extend(sent.failed.into_iter().map(|entry| format!("{} {}", entry.id, entry.code)));
    }
    assert_eq!(told, ["a sent", "b InternalError", "c InternalError", "d InternalError"]);
    assert_eq!(sqs.messages("work").len(), 1);
    let operations: Vec<String> = calls.since(0).into_iter().map(|call| call.operation).collect();
    assert_eq!(operations, ["GetQueueUrl", "SendMessageBatch"], "of one entry nothing arrives");
}

#[tokio::test]
async fn a_bus_tells_each_entry_its_own_in_their_order() {
    let (clock, calls) = stack();
    let bridge = EventBridge::new(clock.clone(), calls);
    bridge.create_bus("kembali");
    let served = listen(in_part(bridge.router(), clock)).await;
    let client: aws_sdk_eventbridge::Client = client!(aws_sdk_eventbridge, served.url());
    let entry = PutEventsRequestEntry::builder().event_bus_name("kembali").source("kembali");
    let entry = entry.detail_type("checkout.paid").detail("{}").build();
    for (entries, codes) in [(2, vec![None, Some("InternalFailure")]), (1, vec![Some("InternalFailure")])] {
        let put = client.put_events().set_entries(Some(vec![entry.clone(); entries]));
        let put = put.send().await.unwrap();
        assert_eq!(put.failed_entry_count, 1);
        assert_eq!(put.entries().iter().map(|entry| entry.error_code()).collect::<Vec<_>>(), codes);
    }
    assert_eq!(bridge.events().len(), 1);
}

#[tokio::test]
async fn a_table_leaves_the_second_half_unprocessed() {
    let (clock, calls) = stack();
    let dynamodb = DynamoDb::open(None, clock.clone(), calls).unwrap();
    let table = json!({
        "TableName": "kembali", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
    });
    dynamodb.create_table(table).unwrap();
    let served = listen(in_part(dynamodb.router(), clock)).await;
    let client: aws_sdk_dynamodb::Client = client!(aws_sdk_dynamodb, served.url());
    let put = |pk: &str| {
        let put = PutRequest::builder().item("pk", AttributeValue::S(pk.to_owned())).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let mut writes = vec![put("a"), put("b"), put("c")];
    for left in [2, 1, 1] {
        let wrote = client.batch_write_item().request_items("kembali", writes).send().await.unwrap();
        writes = wrote.unprocessed_items.unwrap().remove("kembali").unwrap();
        assert_eq!(writes.len(), left);
    }
    assert_eq!(dynamodb.scan("kembali").len(), 2);

    let key = |pk: &str| HashMap::from([("pk".to_owned(), AttributeValue::S(pk.to_owned()))]);
    let wanted = KeysAndAttributes::builder().keys(key("a")).keys(key("b")).consistent_read(true);
    let mut wanted = wanted.build().unwrap();
    for found in [1, 0] {
        let read = client.batch_get_item().request_items("kembali", wanted).send().await.unwrap();
        assert_eq!(read.responses.unwrap().values().flatten().count(), found);
        wanted = read.unprocessed_keys.unwrap().remove("kembali").unwrap();
        assert_eq!((wanted.keys.len(), wanted.consistent_read), (1, Some(true)));
    }
}
