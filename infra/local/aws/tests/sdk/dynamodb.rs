use std::io::Write as _;
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, DeleteRequest, KeysAndAttributes, Put, PutRequest,
    ReturnConsumedCapacity, TransactWriteItem, Update, WriteRequest,
};
use local_aws::dynamodb::{DynamoDb, Error};
use local_wire::serve::Served;
use local_wire::{Call, Calls, Clock};
use serde_json::{Value, json};
use temp_dir::TempDir;

use crate::{START, client, listen, stack};

const TABLE: &str = "kembali";

struct Bench {
    clock: Clock,
    calls: Calls,
    dynamodb: DynamoDb,
    client: Client,
    _served: Served,
}

async fn bench(path: Option<&Path>) -> Bench {
    let (clock, calls) = stack();
    let dynamodb = DynamoDb::open(path, clock.clone(), calls.clone()).unwrap();
    dynamodb.create_table(table("due")).unwrap();
    let served = listen(dynamodb.router()).await;
    let client = client!(aws_sdk_dynamodb, served.url());
    Bench { clock, calls, dynamodb, client, _served: served }
}

/// A table with the key `pk`, `sk`, a stream and one sparse index.
fn table(index: &str) -> Value {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let attributes = ["pk", "sk", "due_shard", "due_at"].map(attribute);
    json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": index,
            "KeySchema": [
                { "AttributeName": "due_shard", "KeyType": "HASH" },
                { "AttributeName": "due_at", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    })
}

fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put(pk: &str, state: &str) -> Put {
    let put = Put::builder().table_name(TABLE).item("pk", s(pk)).item("sk", s("-")).item("state", s(state));
    put.condition_expression("attribute_not_exists(pk)").build().unwrap()
}

fn transact_put(pk: &str) -> TransactWriteItem {
    TransactWriteItem::builder().put(put(pk, "new")).build()
}

impl Bench {
    /// Puts an item that must not exist.
    async fn put(&self, pk: &str, state: &str) -> bool {
        let put = put(pk, state);
        let request = self.client.put_item().table_name(TABLE).set_item(Some(put.item));
        match request.set_condition_expression(put.condition_expression).send().await {
            Ok(answer) => {
                assert!(answer.consumed_capacity.is_none(), "nobody asked");
                true
            }
            Err(error) => {
                assert!(error.into_service_error().is_conditional_check_failed_exception());
                false
            }
        }
    }

    async fn update(&self, pk: &str, state: &str) {
        let request = self.client.update_item().table_name(TABLE).key("pk", s(pk)).key("sk", s("-"));
        let request = request.update_expression("SET #s = :s").expression_attribute_names("#s", "state");
        request.expression_attribute_values(":s", s(state)).send().await.unwrap();
    }

    fn last_call(&self) -> Call {
        self.calls.newest(1).remove(0)
    }

    /// Name, partition key, old state and new state of every pending change.
    fn changes(&self) -> Vec<String> {
        let state = |change: &Value, image: &str| {
            change["dynamodb"][image]["state"]["S"].as_str().unwrap_or("-").to_owned()
        };
        let told = |change: &Value| {
            let name = change["eventName"].as_str().unwrap();
            let pk = change["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap();
            format!("{name} {pk} {} {}", state(change, "OldImage"), state(change, "NewImage"))
        };
        self.dynamodb.changes(TABLE, 100).iter().map(told).collect()
    }
}

#[tokio::test]
async fn a_failed_condition_writes_nothing_and_is_billed() {
    let bench = bench(None).await;
    assert!(bench.put("C#1", "open").await);
    assert!(!bench.put("C#1", "other").await);
    let call = bench.last_call();
    assert_eq!(
        (call.service, call.operation.as_str(), call.subject.as_str()),
        ("dynamodb", "PutItem", "C#1")
    );
    assert_eq!((call.status, call.write_units_tenths), (400, 10));
    assert_eq!(bench.changes(), ["INSERT C#1 - open"]);
    let key = json!({ "pk": { "S": "C#1" }, "sk": { "S": "-" } });
    assert_eq!(bench.dynamodb.item(TABLE, key).unwrap()["state"], json!({ "S": "open" }));
}

#[tokio::test]
async fn what_meets_a_transaction_is_rejected_and_can_come_again() {
    let bench = bench(None).await;
    let other = bench.dynamodb.hold(TABLE, json!({ "pk": { "S": "C#2" }, "sk": { "S": "-" } }));
    let put = bench.client.put_item().table_name(TABLE).item("pk", s("C#2")).item("sk", s("-"));
    let refused = put.clone().send().await.unwrap_err().into_service_error();
    assert!(refused.is_transaction_conflict_exception(), "{refused:?}");
    assert_eq!(bench.last_call().error.as_deref(), Some("TransactionConflictException"));

    let items = Some(vec![transact_put("C#1"), transact_put("C#2")]);
    let both = bench.client.transact_write_items().set_transact_items(items);
    let refused = both.clone().send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(canceled) = refused else {
        panic!("{refused:?}");
    };
    let codes: Vec<_> = canceled.cancellation_reasons().iter().map(|reason| reason.code()).collect();
    assert_eq!(codes, [Some("None"), Some("TransactionConflict")]);
    assert_eq!(bench.last_call().error.as_deref(), Some("TransactionConflict"));
    assert!(bench.changes().is_empty());

    drop(other);
    both.send().await.unwrap();
    put.send().await.unwrap();
    assert_eq!(bench.last_call().error, None);
}

#[tokio::test]
async fn capacity_is_recorded_with_that_of_the_indexes() {
    let bench = bench(None).await;
    bench.put("C#1", "open").await;
    assert_eq!(bench.last_call().write_units_tenths, 10);
    let item = bench.client.put_item().table_name(TABLE).item("pk", s("C#2")).item("sk", s("-"));
    let item = item.item("due_shard", s("0")).item("due_at", s("2026-11-24"));
    let answer = item.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
    assert_eq!(answer.consumed_capacity.unwrap().capacity_units, Some(2.0));
    assert_eq!(bench.last_call().write_units_tenths, 20);

    let get = bench.client.get_item().table_name(TABLE).key("pk", s("C#1")).key("sk", s("-"));
    get.clone().send().await.unwrap();
    assert_eq!((bench.last_call().read_units_tenths, bench.last_call().write_units_tenths), (5, 0));
    get.consistent_read(true).send().await.unwrap();
    assert_eq!(bench.last_call().read_units_tenths, 10);
    let query = bench.client.query().table_name(TABLE).index_name("due");
    let query = query.key_condition_expression("due_shard = :s").expression_attribute_values(":s", s("0"));
    assert_eq!(query.send().await.unwrap().count, 1);
    assert_eq!((bench.last_call().subject.as_str(), bench.last_call().read_units_tenths), ("kembali/due", 5));
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing_and_says_why_in_order() {
    let bench = bench(None).await;
    bench.put("C#1", "open").await;
    let two = bench.client.transact_write_items().transact_items(transact_put("C#2"));
    let cancelled = two.transact_items(transact_put("C#1")).send().await.unwrap_err().into_service_error();
    assert!(cancelled.is_transaction_canceled_exception());
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = cancelled
    else {
        panic!("{cancelled:?}")
    };
    let reasons: Vec<_> =
        cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(reasons, ["None", "ConditionalCheckFailed"]);
    assert_eq!((bench.last_call().subject.as_str(), bench.last_call().write_units_tenths), ("C#2, C#1", 40));

    let update = Update::builder().table_name(TABLE).key("pk", s("C#1")).key("sk", s("-"));
    let update = update.update_expression("SET seen = :s").expression_attribute_values(":s", s("yes"));
    let check = ConditionCheck::builder().table_name(TABLE).key("pk", s("C#9")).key("sk", s("-"));
    let check = check.condition_expression("attribute_not_exists(pk)").build().unwrap();
    let request = bench
        .client
        .transact_write_items()
        .client_request_token("once")
        .transact_items(transact_put("C#3"))
        .transact_items(TransactWriteItem::builder().update(update.build().unwrap()).build())
        .transact_items(TransactWriteItem::builder().condition_check(check).build());
    request.clone().send().await.unwrap();
    assert_eq!(bench.last_call().write_units_tenths, 60);
    request.send().await.unwrap();
    assert_eq!(
        (bench.last_call().write_units_tenths, bench.last_call().status),
        (0, 200),
        "a replay only reads"
    );
    assert_eq!(bench.changes(), ["INSERT C#1 - open", "INSERT C#3 - new", "MODIFY C#1 open open"]);
}

#[tokio::test]
async fn the_stream_tells_every_change_in_order_until_acknowledged() {
    let bench = bench(None).await;
    bench.put("C#1", "open").await;
    bench.clock.advance(60);
    bench.update("C#1", "paid").await;
    bench.update("C#1", "paid").await;
    let delete = bench.client.delete_item().table_name(TABLE).key("pk", s("C#1")).key("sk", s("-"));
    delete.send().await.unwrap();
    assert_eq!(bench.changes(), ["INSERT C#1 - open", "MODIFY C#1 open paid", "REMOVE C#1 paid -"]);

    let changes = bench.dynamodb.changes(TABLE, 2);
    let of = |change: &Value, member: &str| change["dynamodb"][member].clone();
    assert_eq!(changes.len(), 2);
    assert_eq!(of(&changes[1], "ApproximateCreationDateTime"), START + 60);
    assert_eq!(of(&changes[1], "StreamViewType"), "NEW_AND_OLD_IMAGES");
    assert_eq!(of(&changes[0], "SizeBytes"), 25);
    bench.dynamodb.acknowledge(TABLE, of(&changes[1], "SequenceNumber").as_str().unwrap());
    assert_eq!(bench.changes(), ["REMOVE C#1 paid -"]);
    assert!(bench.dynamodb.scan(TABLE).is_empty());
}

#[tokio::test]
async fn a_batch_is_told_item_by_item() {
    let bench = bench(None).await;
    bench.put("C#1", "open").await;
    let item = put("C#2", "open").item;
    let put =
        WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build().unwrap());
    let delete = DeleteRequest::builder().key("pk", s("C#1")).key("sk", s("-")).build().unwrap();
    let requests = vec![put.build(), WriteRequest::builder().delete_request(delete).build()];
    bench.client.batch_write_item().request_items(TABLE, requests).send().await.unwrap();
    assert_eq!((bench.last_call().subject.as_str(), bench.last_call().write_units_tenths), ("C#2, C#1", 20));
    assert_eq!(bench.changes()[1..], ["INSERT C#2 - open", "REMOVE C#1 open -"]);

    let key = [("pk".to_owned(), s("C#2")), ("sk".to_owned(), s("-"))].into();
    let keys = KeysAndAttributes::builder().keys(key).build().unwrap();
    let read = bench.client.batch_get_item().request_items(TABLE, keys).send().await.unwrap();
    assert_eq!(read.responses.unwrap()[TABLE].len(), 1);
    assert_eq!((bench.last_call().subject.as_str(), bench.last_call().read_units_tenths), ("C#2", 5));
}

#[tokio::test]
async fn a_file_keeps_items_and_unacknowledged_changes() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("stack.db");
    let first = bench(Some(&path)).await;
    first.put("C#1", "open").await;
    first.put("C#2", "open").await;
    let sequence = |change: &Value| change["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
    let newest = sequence(&first.dynamodb.changes(TABLE, 10)[1]);
    first.dynamodb.acknowledge(TABLE, &sequence(&first.dynamodb.changes(TABLE, 1)[0]));
    drop(first);
    let log = directory.path().join("stack.db.changes");
    let mut half_written = std::fs::OpenOptions::new().append(true).open(log).unwrap();
    half_written.write_all(b"{\"Changed\":{").unwrap();

    let second = bench(Some(&path)).await;
    assert_eq!(second.changes(), ["INSERT C#2 - open"]);
    assert_eq!(second.dynamodb.scan(TABLE).len(), 2);
    second.dynamodb.acknowledge(TABLE, &newest);
    drop(second);

    let third = bench(Some(&path)).await;
    assert!(third.changes().is_empty());
    third.update("C#1", "paid").await;
    assert!(sequence(&third.dynamodb.changes(TABLE, 1)[0]) > newest, "no number is given twice");
    assert_eq!(third.changes(), ["MODIFY C#1 open paid"]);
    let other = third.dynamodb.create_table(table("other"));
    assert!(matches!(other, Err(Error::TableDiffers(name)) if name == TABLE));
}

#[tokio::test]
async fn writes_at_once_leave_one_record_each_in_one_order() {
    let bench = bench(None).await;
    let puts = (0..20).map(|n| {
        let put = bench.client.put_item().table_name(TABLE).item("pk", s("C#1")).item("sk", s("-"));
        tokio::spawn(put.item("state", s(&n.to_string())).send())
    });
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap().unwrap();
    }
    let changes = bench.dynamodb.changes(TABLE, 100);
    assert_eq!(changes.len(), 20);
    for pair in changes.windows(2) {
        assert_eq!(pair[0]["dynamodb"]["NewImage"], pair[1]["dynamodb"]["OldImage"]);
    }
}

#[tokio::test]
async fn each_reader_has_its_own_pace_and_keeps_it_over_a_restart() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("stack.db");
    let sequence = |change: &Value| change["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
    let first = bench(Some(&path)).await;
    first.dynamodb.set_readers(TABLE, &["fast", "slow"]);
    first.put("C#1", "open").await;
    first.put("C#2", "open").await;
    let newest = sequence(&first.dynamodb.changes_for(TABLE, "fast", 10)[1]);
    first.dynamodb.acknowledge_by(TABLE, "fast", &newest);
    drop(first);

    let second = bench(Some(&path)).await;
    second.dynamodb.set_readers(TABLE, &["fast", "slow"]);
    let left = |reader: &str| second.dynamodb.changes_for(TABLE, reader, 10).len();
    assert_eq!((left("fast"), left("slow")), (0, 2));
    second.dynamodb.acknowledge_by(TABLE, "slow", &newest);
    assert!(second.changes().is_empty(), "everybody has read them");
}
