use std::sync::Mutex;

use axum::body::Body;
use axum::extract::Request;
use serde_json::{Value, json};
use tower::Service as _;

use super::*;
use crate::names::function_arn;
use crate::options::Options;
use crate::stack::Stack;
use local_functions::{Build, Handler, Registry};

/// 15 January 2027, 08:00 UTC.
const NOW: i64 = 1_800_000_000;
const HOUR: i64 = 3_600;

const TEMPLATE: &str = r#"
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 90
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
  Dead: { Type: AWS::SQS::Queue }
  Function:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: function } }
    Properties:
      Events:
        Work:
          Type: SQS
          Properties: { Queue: !GetAtt Work.Arn, FunctionResponseTypes: [ReportBatchItemFailures] }
  Sweep:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: function } }
    Properties:
      Events:
        Rate: { Type: Schedule, Properties: { Schedule: rate(1 hour) } }
  Publish:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: function } }
    Properties:
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            BatchSize: 100
            BisectBatchOnFunctionError: true
            MaximumRetryAttempts: 2
            DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Dead.Arn } }
"#;

/// The payloads that a function received, in order.
type Received = Arc<Mutex<Vec<Value>>>;

/// A stack of [`TEMPLATE`], all of whose functions answer by `answer`, and the payloads they receive.
async fn stack(answer: fn(&Value) -> Result<Value, String>) -> (Stack, Received) {
    stack_of(TEMPLATE.to_owned(), answer).await
}

async fn stack_of(template: String, answer: fn(&Value) -> Result<Value, String>) -> (Stack, Received) {
    let received = Received::default();
    let handler: Handler = {
        let received = Arc::clone(&received);
        Arc::new(move |payload| {
            let payload: Value = serde_json::from_slice(&payload).unwrap();
            received.lock().unwrap().push(payload.clone());
            Box::pin(async move { answer(&payload).map(|answer| answer.to_string().into_bytes()) })
        })
    };
    let build: Build = Arc::new(move |_| Ok(Arc::clone(&handler)));
    let options = Options { template, ..Options::new(Clock::fixed(NOW)) };
    let stack = Stack::start(options, &Registry::from([("function", build)])).await.unwrap();
    (stack, received)
}

fn succeed(_: &Value) -> Result<Value, String> {
    Ok(Value::Null)
}

/// Reports every message whose body is `poison`.
fn refuse_poison(payload: &Value) -> Result<Value, String> {
    let records = payload["Records"].as_array().unwrap().iter();
    let poison = records.filter(|record| record["body"] == "poison");
    let failures: Vec<_> = poison.map(|record| json!({ "itemIdentifier": record["messageId"] })).collect();
    Ok(json!({ "batchItemFailures": failures }))
}

fn invocation_times(stack: &Stack, function: &str) -> Vec<i64> {
    let invocations = stack.invocations();
    let of_function = invocations.iter().filter(|invocation| invocation.function == function);
    of_function.map(|invocation| invocation.at_millis / 1000 - NOW).collect()
}

fn send(stack: &Stack, body: &str) {
    stack.sqs().send("Work", body, BTreeMap::new()).unwrap();
}

/// Creates a schedule at `NOW + 48 h` as the SDK does.
async fn create_schedule(stack: &Stack, target_arn: &str) {
    let body = json!({
        "ScheduleExpression": "at(2027-01-17T08:00:00)",
        "FlexibleTimeWindow": { "Mode": "OFF" },
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": target_arn,
            "RoleArn": "arn:aws:iam::000000000000:role/Role",
            "Input": "{\"bucket\":\"a\"}",
            "RetryPolicy": { "MaximumRetryAttempts": 1 },
            "DeadLetterConfig": { "Arn": local_aws::sqs::queue_arn("Dead") },
        },
    });
    let request = Request::post("/schedules/release-a").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    assert!(stack.scheduler().router().call(request).await.unwrap().status().is_success());
}

async fn put_item(stack: &Stack, key: &str) {
    let body = json!({ "TableName": "Table", "Item": { "pk": { "S": key } } });
    let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem");
    let request = request.body(Body::from(body.to_string())).unwrap();
    assert!(stack.dynamodb().router().call(request).await.unwrap().status().is_success());
}

#[tokio::test]
async fn a_message_becomes_a_genuine_lambda_event() {
    let (stack, received) = stack(succeed).await;
    send(&stack, "hello");
    assert_eq!(stack.settle().await, Ok(1));
    let record = received.lock().unwrap()[0]["Records"][0].clone();
    assert_eq!(record["body"], "hello");
    assert_eq!(record["md5OfBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(record["eventSourceARN"], "arn:aws:sqs:us-east-1:000000000000:Work");
    assert_eq!(record["attributes"]["SentTimestamp"], "1800000000000");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert!(stack.sqs().messages("Work").is_empty());
}

#[tokio::test]
async fn what_fails_comes_again_after_its_visibility_timeout_until_it_is_dead() {
    let (stack, received) = stack(refuse_poison).await;
    send(&stack, "fine");
    send(&stack, "poison");
    stack.settle().await.unwrap();
    assert_eq!(stack.settle().await, Ok(0));
    assert_eq!(received.lock().unwrap()[0]["Records"].as_array().unwrap().len(), 2);
    stack.advance(89).await.unwrap();
    assert_eq!(invocation_times(&stack, "Function"), [0]);
    stack.advance(HOUR / 2).await.unwrap();
    assert_eq!(invocation_times(&stack, "Function"), [0, 90, 180]);
    let dead = stack.sqs().messages("Dead");
    assert_eq!(dead.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["poison"]);
    assert!(stack.sqs().messages("Work").is_empty());
}

#[tokio::test]
async fn a_schedule_fires_at_its_time_and_no_earlier() {
    let (stack, received) = stack(succeed).await;
    create_schedule(&stack, &function_arn("Function")).await;
    stack.advance(48 * HOUR - 1).await.unwrap();
    assert_eq!(invocation_times(&stack, "Function"), [0; 0]);
    stack.advance(1).await.unwrap();
    assert_eq!(invocation_times(&stack, "Function"), [48 * HOUR]);
    assert!(received.lock().unwrap().contains(&json!({ "bucket": "a" })));
    assert!(stack.scheduler().schedules().is_empty());
}

#[tokio::test]
async fn advancing_forty_eight_hours_stops_at_each_moment_on_the_way() {
    let (stack, _) = stack(succeed).await;
    create_schedule(&stack, &function_arn("Function")).await;
    stack.advance(48 * HOUR).await.unwrap();
    assert_eq!(stack.clock().epoch_seconds(), NOW + 48 * HOUR);
    assert_eq!(invocation_times(&stack, "Function"), [48 * HOUR]);
    let every_hour: Vec<_> = (1..=48).map(|hour| hour * HOUR).collect();
    assert_eq!(invocation_times(&stack, "Sweep"), every_hour);
}

#[tokio::test]
async fn a_schedule_whose_function_keeps_failing_ends_in_its_queue() {
    let (stack, _) = stack(|_| Err("no".to_owned())).await;
    create_schedule(&stack, &function_arn("Function")).await;
    stack.advance(49 * HOUR).await.unwrap();
    assert_eq!(invocation_times(&stack, "Function").len(), 2);
    assert_eq!(stack.sqs().messages("Dead")[0].body, r#"{"bucket":"a"}"#);
}

#[tokio::test]
async fn changes_are_told_in_order_and_acknowledged() {
    let (stack, received) = stack(succeed).await;
    for key in ["a", "b"] {
        put_item(&stack, key).await;
    }
    assert_eq!(stack.settle().await, Ok(2));
    assert_eq!(stack.settle().await, Ok(0));
    let payload = received.lock().unwrap()[0].clone();
    let keys: Vec<_> = payload["Records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| &record["dynamodb"]["Keys"]["pk"]["S"])
        .collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(payload["Records"][0]["eventName"], "INSERT");
}

#[tokio::test]
async fn a_change_that_keeps_failing_is_isolated_and_given_up() {
    let (stack, received) = stack(|payload| {
        let poison = payload.to_string().contains("poison");
        if poison { Err("no".to_owned()) } else { Ok(Value::Null) }
    })
    .await;
    for key in ["a", "b", "poison", "c"] {
        put_item(&stack, key).await;
    }
    stack.settle().await.unwrap();
    assert_eq!(stack.dynamodb().changes("Table", 10).len(), 2, "the first two are told, the third waits");
    stack.advance(HOUR / 2).await.unwrap();
    assert!(stack.dynamodb().changes("Table", 10).is_empty());
    let told = received.lock().unwrap().last().cloned().unwrap();
    assert_eq!(told["Records"][0]["dynamodb"]["Keys"]["pk"]["S"], "c");
    let dead: Value = serde_json::from_str(&stack.sqs().messages("Dead")[0].body).unwrap();
    assert_eq!(dead["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(dead["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(dead["DDBStreamBatchInfo"]["batchSize"], 1);
}

#[tokio::test]
async fn work_that_never_ends_is_an_error() {
    let template = TEMPLATE
        .replace("VisibilityTimeout: 90", "VisibilityTimeout: 0")
        .replace("maxReceiveCount: 3", "maxReceiveCount: 4000000");
    let (stack, _) = stack_of(template, |_| Err("no".to_owned())).await;
    send(&stack, "again");
    assert_eq!(stack.settle().await, Err(Unsettled));
}

#[tokio::test]
async fn a_window_gathers_changes_and_each_reader_has_its_own_pace() {
    let second = r#"
  Books:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: function } }
    Properties:
      Events:
        Changes:
          Type: DynamoDB
          Properties: { Stream: !GetAtt Table.StreamArn, BatchSize: 3, MaximumBatchingWindowInSeconds: 30 }
"#;
    let (stack, _) = stack_of(TEMPLATE.to_owned() + second, succeed).await;
    put_item(&stack, "a").await;
    stack.settle().await.unwrap();
    stack.advance(20).await.unwrap();
    put_item(&stack, "b").await;
    stack.settle().await.unwrap();
    assert_eq!(invocation_times(&stack, "Publish"), [0, 20]);
    assert_eq!(invocation_times(&stack, "Books"), [0; 0], "it waits for more");
    stack.advance(20).await.unwrap();
    assert_eq!(invocation_times(&stack, "Books"), [30], "both at once, thirty seconds after the first");
    for key in ["c", "d", "e"] {
        put_item(&stack, key).await;
    }
    stack.settle().await.unwrap();
    assert_eq!(invocation_times(&stack, "Books"), [30, 40], "a full batch does not wait");
    assert!(stack.dynamodb().changes("Table", 10).is_empty());
}
