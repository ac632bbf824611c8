use axum::body::{Body, to_bytes};
use axum::extract::Request;
use serde_json::json;
use temp_dir::TempDir;
use tower::Service as _;

use super::*;
use local_functions::{Build, Handler};

const NOW: i64 = 1_800_000_000;

/// Builds every function of the deployed template as one that answers with nothing.
fn registry() -> Registry {
    let handler: Handler = Arc::new(|_| Box::pin(async { Ok(json!({}).to_string().into_bytes()) }));
    let build: Build = Arc::new(move |_| Ok(Arc::clone(&handler)));
    let template = Template::parse(crate::template::DEPLOYED).unwrap();
    let binaries = template.functions.into_iter().map(|function| &*function.binary.leak());
    binaries.map(|binary| (binary, Arc::clone(&build))).collect()
}

fn options() -> Options {
    Options::new(Clock::fixed(NOW))
}

async fn error(options: Options, registry: &Registry) -> String {
    Stack::start(options, registry).await.err().unwrap().to_string()
}

#[tokio::test]
async fn the_deployed_template_starts() {
    let stack = Stack::start(options(), &registry()).await.unwrap();
    assert_eq!(stack.settle().await, Ok(0));
    assert!(stack.operator_token().is_some());
    let file = stack.environment_file().unwrap();
    assert!(file.contains(&format!("STRIPE_API_URL={}\n", stack.stripe_url())));
    let secrets = "STRIPE_WEBHOOK_SECRETS=whsec_local_account,whsec_local_connect,whsec_local_thin\n";
    assert!(file.contains(secrets));
}

#[tokio::test]
async fn every_function_is_built_with_its_own_environment() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut registry = registry();
    let build: Build = {
        let (seen, handler) = (Arc::clone(&seen), registry["publish-events"].clone());
        Arc::new(move |environment| {
            seen.lock().unwrap().push(environment.clone());
            handler(environment)
        })
    };
    registry.insert("publish-events", build);
    let _stack = Stack::start(options(), &registry).await.unwrap();
    let environment = seen.lock().unwrap()[0].clone();
    assert_eq!(environment["EVENT_BUS_NAME"], "kembali");
    assert_eq!(environment["TABLE_NAME"], "Table");
    assert!(environment.contains_key("AWS_ENDPOINT_URL_EVENTBRIDGE"));
    assert!(!environment.contains_key("STRIPE_SECRET_KEYS"));
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let message = error(Options { stripe: address, ..options() }, &registry()).await;
    assert!(message.starts_with(&format!("the stripe address {address} cannot be used: ")), "{message}");
}

#[tokio::test]
async fn a_function_that_is_missing_or_does_not_start_is_named() {
    let mut registry = registry();
    registry.insert("pay-cashback", Arc::new(|_| Err("it has no key".to_owned())));
    let message = error(options(), &registry).await;
    assert_eq!(message, "the function PayCashback does not start: it has no key");
    registry.remove("pay-cashback");
    let message = error(options(), &registry).await;
    assert_eq!(
        message,
        "the template's function PayCashback is built from pay-cashback, which is not in the registry"
    );
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_is_refused() {
    let parameters = BTreeMap::from([("Livemod".to_owned(), "true".to_owned())]);
    let message = error(Options { parameters, ..options() }, &registry()).await;
    assert_eq!(message, "the template has no parameter Livemod");
}

#[tokio::test]
async fn one_address_answers_for_all_aws_services() {
    let stack = Stack::start(options(), &registry()).await.unwrap();
    let mut router = stack.aws.router();
    let targets = ["AmazonSQS.ListQueues", "AWSEvents.PutEvents", "DynamoDB_20120810.ListTables"];
    for target in targets {
        let request = Request::post("/").header("x-amz-target", target).body(Body::from("{}")).unwrap();
        router.call(request).await.unwrap();
    }
    router.call(Request::get("/schedules").body(Body::empty()).unwrap()).await.unwrap();
    let services: Vec<_> = stack.calls().since(0).into_iter().map(|call| call.service).collect();
    assert_eq!(services, ["sqs", "eventbridge", "dynamodb", "scheduler"]);
}

#[tokio::test]
async fn tables_outlive_a_stack_that_keeps_them() {
    let directory = TempDir::new().unwrap();
    let options = || Options { data_dir: Some(directory.path().join("data")), ..options() };
    let first = Stack::start(options(), &registry()).await.unwrap();
    let item = r#"{"TableName":"Table","Item":{"pk":{"S":"a"},"sk":{"S":"b"}}}"#;
    let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem");
    first.aws.router().call(request.body(Body::from(item)).unwrap()).await.unwrap();
    drop(first);
    let second = Stack::start(options(), &registry()).await.unwrap();
    assert_eq!(second.dynamodb().scan("Table").len(), 1);
}

#[tokio::test]
async fn what_happens_at_stripe_reaches_the_webhook_through_the_gateway() {
    let stack = Stack::start(options(), &registry()).await.unwrap();
    let body = json!({
        "contact_email": "ana@example.com",
        "display_name": "Kopi",
        "identity": { "country": "sg" },
        "configuration": { "merchant": { "capabilities": { "card_payments": { "requested": true } } } },
    });
    let request = Request::post("/v2/core/accounts")
        .header("authorization", "Bearer sk_test_local_SG")
        .header("content-type", "application/json")
        .header("stripe-version", "2026-09-30.endive")
        .header("idempotency-key", "account")
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = stack.stripe().router().call(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(status.is_success(), "{body:?}");
    stack.settle().await.unwrap();
    let account = stack.stripe().accounts().pop().unwrap();
    stack.stripe().complete_onboarding(&account).unwrap();
    stack.advance(60).await.unwrap();
    let received = stack.invocations();
    assert!(received.iter().any(|invocation| invocation.function == "ReceiveStripeEvent" && invocation.ok()));
}
