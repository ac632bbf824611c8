//! The story that the payloads of `events/` tell together.

use std::path::{Path, PathBuf};

use kembali_local::client::Client;
use kembali_local::{Options, Stack};
use local_functions::production;
use local_stripe::PayWith;
use local_wire::Clock;
use serde_json::Value;

/// 2026-11-22T10:00:00Z, when the story begins.
const BEGINNING: i64 = 1_795_341_600;

/// The request that gives the merchant the key of the payloads; no payload of a function.
pub(crate) const KNOWN_KEY: &str = "known-key.json";

/// What happens, in order.
pub(crate) const STORY: [Step; 32] = [
    Step::Event("manage-market", "set-rollout"),
    Step::Event("manage-market", "create-campaign"),
    Step::Event("enable-merchant", "apply"),
    Step::KnownKey,
    Step::Event("enable-merchant", "onboarding-link"),
    Step::MerchantOnboards,
    Step::Event("apply-stripe-event", "account-updated"),
    Step::Event("enable-merchant", "read"),
    Step::Event("create-checkout", "create"),
    Step::Event("create-checkout", "create-items"),
    Step::Event("create-checkout", "list"),
    Step::Event("explain-routes", "wrong-method"),
    Step::Event("create-checkout", "expire"),
    Step::PayerPays,
    Step::Event("receive-stripe-event", "charge-succeeded"),
    Step::Event("receive-stripe-event", "stale"),
    Step::Event("apply-stripe-event", "charge-succeeded"),
    Step::Event("create-checkout", "read"),
    Step::Event("recover-messages", "missed"),
    Step::Event("publish-events", "checkout-paid"),
    Step::Event("keep-books", "checkout-paid"),
    Step::Event("read-books", "balances"),
    Step::Event("read-books", "ledger"),
    Step::Event("match-books", "match-now"),
    Step::Event("recover-messages", "dead-letters"),
    Step::Event("release-cashback", "bucket"),
    Step::Event("release-cashback", "sweep"),
    Step::Event("pay-cashback", "due"),
    Step::Event("create-checkout", "refund"),
    Step::Event("keep-books", "close"),
    Step::Event("match-books", "daily"),
    Step::Event("enable-merchant", "suspend"),
];

#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// A function is invoked with `events/<function>/<name>.json`.
    Event(&'static str, &'static str),
    /// The merchant's key becomes that of the payloads: the API makes keys and takes none.
    KnownKey,
    /// The merchant gives Stripe what it asks for.
    MerchantOnboards,
    /// The payer pays the checkout of `create-checkout/create.json`.
    PayerPays,
}

/// A stack on which only what the story says happens: it is never settled.
pub(crate) async fn stack() -> Stack {
    Stack::start(Options::new(Clock::fixed(BEGINNING)), &production()).await.unwrap()
}

/// Tells the story on `stack`, each payload handed to its function by `invoke`. Gives one line for each: what
/// the function answered.
pub(crate) async fn tell(
    stack: &Stack,
    invoke: impl AsyncFn(&'static str, Vec<u8>) -> Result<Vec<u8>, String>,
) -> String {
    let (mut lines, mut session) = (String::new(), String::new());
    for step in STORY {
        match step {
            Step::Event(function, name) => {
                stack.clock().advance_to(at(&payload(function, name)));
                let answer = invoke(function, bytes(&format!("{function}/{name}.json"))).await;
                let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
                lines.push_str(&format!("{function}/{name}: {}\n", shape(&answer)));
                if (function, name) == ("create-checkout", "create") {
                    session = text(&body(&answer), "/url").rsplit('/').next().unwrap_or_default().to_owned();
                }
            }
            Step::KnownKey => give_the_known_key(stack).await,
            Step::MerchantOnboards => stack.stripe().complete_onboarding(&account()).unwrap(),
            Step::PayerPays => {
                stack.clock().advance_to(at(&payload("receive-stripe-event", "charge-succeeded")) - 1);
                let number = "4242 4242 4242 4242".to_owned();
                stack.stripe().pay(&session, PayWith::Card { number }).unwrap();
            }
        }
    }
    lines
}

async fn give_the_known_key(stack: &Stack) {
    let headers =
        [("x-amz-target", "DynamoDB_20120810.UpdateItem"), ("content-type", "application/x-amz-json-1.0")];
    let aws = Client::new(stack.environment().aws_url.clone());
    assert_eq!(aws.send("POST", "/", &headers, bytes(KNOWN_KEY)).await.unwrap().status, 200);
}

/// The folder of the payloads.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(root().join(file)).unwrap()
}

/// A payload.
pub(crate) fn payload(function: &str, name: &str) -> Value {
    serde_json::from_slice(&bytes(&format!("{function}/{name}.json"))).unwrap()
}

/// The connected account of the payloads: the first that the local Stripe makes.
pub(crate) fn account() -> String {
    let body = text(&payload("apply-stripe-event", "account-updated"), "/Records/0/body");
    text(&serde_json::from_str(&body).unwrap(), "/account")
}

/// When the payload came, in seconds since the epoch; zero for one that does not say.
fn at(payload: &Value) -> i64 {
    let millis = payload.pointer("/requestContext/timeEpoch").and_then(Value::as_i64);
    let sent = payload.pointer("/Records/0/attributes/SentTimestamp").and_then(Value::as_str);
    millis.or_else(|| sent?.parse().ok()).unwrap_or_default() / 1000
}

/// The body of an HTTP answer.
fn body(answer: &Value) -> Value {
    serde_json::from_str(&text(answer, "/body")).unwrap()
}

/// The text at `pointer`, or nothing.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// An answer in one line: of an HTTP answer its status, the fields of its body, and what these say of states.
fn shape(answer: &Value) -> String {
    let Some(status) = answer.get("statusCode") else { return answer.to_string() };
    let text = text(answer, "/body");
    let Ok(body) = serde_json::from_str::<Value>(&text) else {
        return format!("{status} {} lines", text.lines().count());
    };
    let fields: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let states = ["/status", "/state", "/cashback/state", "/refunds/0/status", "/detail"];
    let states: Vec<String> = states.iter().filter_map(|at| body.pointer(at)).map(Value::to_string).collect();
    format!("{status} {} {}", fields.join(","), states.join(" ")).trim_end().to_owned()
}
