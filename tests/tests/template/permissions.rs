//! Every function may do what it is seen to do when everything is done once, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use kembali_local::client::Client;
use kembali_local::{Options, Stack};
use local_functions::production;
use local_functions::{Build, Registry};
use local_stripe::PayWith;
use local_wire::calls::Call;
use local_wire::{Calls, Clock, Fault, Faults};
use serde_json::{Value, json};
use yaml_serde::Value as Yaml;

use crate::{NOW, infra};

/// What a function may do, or has done, and to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Permissions {
    pub(crate) actions: BTreeSet<String>,
    /// `Table`, `Table/due`, a queue, a schedule group, a bus, a role.
    resources: BTreeSet<String>,
}

impl Permissions {
    fn add(&mut self, action: &str, resource: &str) {
        self.actions.insert(action.to_owned());
        self.resources.insert(resource.to_owned());
    }
}

/// What the template grants a function.
pub(crate) fn granted(function: &str) -> Permissions {
    let template = infra("template.yaml");
    let policies = template["Resources"][function]["Properties"].get("Policies");
    let mut granted = Permissions::default();
    for statement in policies.into_iter().flat_map(list).flat_map(|policy| list(&policy["Statement"])) {
        assert_eq!(statement["Effect"].as_str(), Some("Allow"));
        granted.actions.extend(list(&statement["Action"]).into_iter().map(text));
        granted.resources.extend(list(&statement["Resource"]).into_iter().map(resource));
    }
    granted
}

fn list(value: &Yaml) -> Vec<&Yaml> {
    value.as_sequence().map_or(vec![value], |items| items.iter().collect())
}

fn text(value: &Yaml) -> String {
    value.as_str().unwrap().to_owned()
}

/// `!GetAtt Table.Arn`, `!Sub "${Table.Arn}/index/due"` or `!Sub "arn:…:schedule/${Group}/*"`, in short.
fn resource(value: &Yaml) -> String {
    let Yaml::Tagged(tagged) = value else { panic!("{value:?}") };
    let argument = tagged.value.as_str().unwrap();
    let last = argument.rsplit_once("${").map_or(argument, |(_, last)| last);
    last.replace([':', '}'], "").replace(".Arn", "").replace("/index", "").replace("/*", "")
}

/// What one call that crossed the wire asks for.
fn used_by(call: &Call) -> Vec<(String, String)> {
    let one = |action: String, resource: &str| vec![(action, resource.to_owned())];
    match (call.service, call.operation.as_str()) {
        ("dynamodb", "Query") => one("dynamodb:Query".to_owned(), &call.subject),
        // A transaction asks for what its parts are: budgets are added to and taken from, all else is put.
        ("dynamodb", "TransactWriteItems") => {
            let part = |key: &str| if key.starts_with("B#") { "UpdateItem" } else { "PutItem" };
            let parts = call.subject.split(", ").map(part);
            parts.map(|part| (format!("dynamodb:{part}"), "Table".to_owned())).collect()
        }
        ("dynamodb", operation) => one(format!("dynamodb:{operation}"), "Table"),
        // SQS moves messages with the permissions of whoever asks for it
        // (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html).
        ("sqs", "StartMessageMoveTask") => {
            let from = ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
            let from = from.map(|action| (format!("sqs:{action}"), call.subject.clone()));
            let to = ("sqs:SendMessage".to_owned(), call.subject.trim_end_matches("Dlq").to_owned());
            from.into_iter().chain([to]).collect()
        }
        ("sqs", operation) => one(format!("sqs:{}", operation.trim_end_matches("Batch")), &call.subject),
        ("scheduler", "CreateSchedule") => vec![
            ("scheduler:CreateSchedule".to_owned(), "ReleaseSchedules".to_owned()),
            ("iam:PassRole".to_owned(), "ReleaseScheduleRole".to_owned()),
        ],
        ("scheduler", operation) => one(format!("scheduler:{operation}"), "ReleaseSchedules"),
        ("eventbridge", operation) => one(format!("events:{operation}"), "Bus"),
        ("stripe", _) => Vec::new(),
        (service, _) => panic!("{service}"),
    }
}

type Used = Arc<Mutex<BTreeMap<&'static str, Permissions>>>;

/// The production functions, each watched: while one runs, no other does, so that the calls are its own.
fn watched(used: &Used, calls: &Arc<OnceLock<Calls>>) -> Registry {
    let watch = |(binary, build): (&'static str, Build)| {
        let (used, calls) = (Arc::clone(used), Arc::clone(calls));
        let watched: Build = Arc::new(move |variables| {
            let (handler, used, calls) = (build(variables)?, Arc::clone(&used), Arc::clone(&calls));
            Ok(Arc::new(move |payload| {
                let (answer, used, calls) = (handler(payload), Arc::clone(&used), Arc::clone(&calls));
                Box::pin(async move {
                    let calls = calls.get().unwrap();
                    let mark = calls.mark();
                    let answer = answer.await;
                    for (action, resource) in calls.since(mark).iter().flat_map(used_by) {
                        used.lock().unwrap().entry(binary).or_default().add(&action, &resource);
                    }
                    answer
                })
            }))
        });
        (binary, watched)
    };
    production().into_iter().map(watch).collect()
}

#[tokio::test]
async fn each_function_may_do_what_it_does_and_nothing_else() {
    let (used, calls) = (Used::default(), Arc::default());
    let options = Options::new(Clock::fixed(NOW));
    let faults = options.faults.clone();
    let stack = Stack::start(options, &watched(&used, &calls)).await.unwrap();
    assert!(calls.set(stack.calls().clone()).is_ok());
    let client = Client::new(stack.gateway_url());
    Everything { stack: &stack, client, faults }.happens().await;

    let mut used = used.lock().unwrap().clone();
    let mut differences = String::new();
    for function in &stack.template().functions {
        let used = used.entry(&*function.binary.clone().leak()).or_default();
        for queue in function.triggers.streams.iter().filter_map(|stream| stream.on_failure.as_ref()) {
            used.add("sqs:SendMessage", queue); // Lambda does it with the function's role.
        }
        let granted = granted(&function.id);
        if granted != *used {
            differences.push_str(&format!("{}: granted {granted:#?}, used {used:#?}\n", function.id));
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// A script in which everything that a function can do happens once.
struct Everything<'a> {
    stack: &'a Stack,
    client: Client,
    faults: Faults,
}

impl Everything<'_> {
    async fn happens(&self) {
        let stripe = self.stack.stripe();
        stripe.set_available_balance(&stripe.platform_account(), "sgd", 1_000_000);
        self.market_opens().await;
        let (merchant, key) = self.merchant_is_enabled().await;
        for (method, path) in [("GET", ""), ("POST", "/onboarding-link"), ("POST", "/keys")] {
            self.call(&key, method, &format!("/v1/merchants/{merchant}{path}"), Value::Null).await;
        }
        let card = PayWith::Card { number: "4242424242424242".to_owned() };
        let paid = self.checkout(&key, "paid").await;
        self.pay(&paid, card.clone()).await;
        self.stack.advance(48 * 3600).await.unwrap();
        let path = format!("/v1/checkouts/{}", paid["id"].as_str().unwrap());
        let state = self.call(&key, "GET", &path, Value::Null).await;
        assert_eq!(state["cashback"]["state"], "credited");
        self.call(&key, "POST", &format!("{path}/refunds"), json!({"reference": "r-1"})).await;
        let refused = self.checkout(&key, "refused").await;
        self.call(
            &key,
            "POST",
            &format!("/v1/checkouts/{}/expire", refused["id"].as_str().unwrap()),
            Value::Null,
        )
        .await;
        self.call(&key, "GET", "/v1/checkouts", Value::Null).await;

        let failing = self.checkout(&key, "refund-fails").await;
        self.pay(&failing, card.clone()).await;
        self.pay_cashback(&failing, self.stack.clock().epoch_seconds()).await; // too early: it stays held
        self.stack.stripe().fail_next_refund(&self.stack.stripe().accounts()[0], "lost_or_stolen_card");
        self.stack.advance(49 * 3600).await.unwrap();

        // A refund that is pending and then fails, of which the next try hears before Stripe's event does.
        let silent = self.checkout(&key, "refund-fails-unheard").await;
        self.pay(&silent, PayWith::Paynow).await;
        self.stack.stripe().fail_next_refund(&self.stack.stripe().accounts()[0], "declined");
        let due = self.stack.clock().epoch_seconds() + 48 * 3600;
        self.pay_cashback(&silent, due).await;
        self.stack.clock().advance_to(due + 3600);
        self.pay_cashback(&silent, due + 3600).await;
        self.stack.settle().await.unwrap();

        self.limits_are_used(&merchant, &key).await;
        self.a_person_decides(&key).await;
        self.a_page_is_never_made(&merchant, &key).await;
        self.books(&key).await;
        self.messages_are_given_up().await;
        for path in ["suspend", "resume", "keys/reset"] {
            let path = format!("/v1/merchants/{merchant}/{path}");
            self.operate("POST", &path, json!({"reason": "a look at the papers"})).await;
        }
    }

    /// A campaign with a budget and a cap, changed, tried and ended; a page that is paid in another way gives
    /// back.
    async fn limits_are_used(&self, merchant: &str, key: &str) {
        let campaigns = "/v1/markets/SG/campaigns";
        let rule = |percent: &str| {
            json!({
                "id": "limited", "reward": {"kind": "percent", "percent": percent}, "methods": ["paynow"],
                "funding": "merchant", "starts_at": "2026-11-01", "ends_at": "2027-02-01", "merchants": [merchant],
                "caps": [{"per": "day", "payments": 9}], "budget": {"total": {"payments": 99}, "per_day": {"payments": 9}},
            })
        };
        self.operate("POST", campaigns, rule("10")).await;
        self.stack.advance(60).await.unwrap();
        let paid = self.checkout(key, "gives-back").await;
        self.pay(&paid, PayWith::Card { number: "4242424242424242".to_owned() }).await;
        let version = json!({"rule_version": 1, "rule": rule("11")});
        self.operate("PUT", &format!("{campaigns}/limited"), version).await;
        self.operate("GET", &format!("{campaigns}/limited/versions"), Value::Null).await;
        self.stack.advance(30).await.unwrap(); // so that the journal has it
        let simulation = json!({"rule": rule("12"), "from": "2026-11-20", "to": "2026-12-01"});
        let report = self.operate("POST", &format!("{campaigns}/simulate"), simulation).await;
        assert!(report["payments"].as_i64() > Some(3), "{report}");
        let path = format!("/v1/merchants/{merchant}/insiders");
        self.operate("PUT", &path, json!({"phones": ["+6581234567"]})).await;
    }

    /// A suspicious cashback is approved; a wallet is changed by hand.
    async fn a_person_decides(&self, key: &str) {
        let policy = "/v1/markets/SG/policy";
        self.operate("PUT", &format!("{policy}/screening"), json!({"payments_per_day": 1})).await;
        self.operate("POST", &format!("{policy}/stop"), json!({"reason": "a drill"})).await;
        self.operate("POST", &format!("{policy}/resume"), Value::Null).await;
        self.operate("GET", policy, Value::Null).await;
        self.stack.advance(60).await.unwrap();
        for reference in ["first-today", "second-today"] {
            let checkout = self.checkout(key, reference).await;
            self.pay(&checkout, PayWith::Paynow).await;
        }
        let page = self.operate("GET", "/v1/markets/SG/reviews", Value::Null).await;
        let waiting = page["reviews"][0]["checkout"]["id"].as_str().unwrap();
        let approve = format!("/v1/cashbacks/{waiting}/approve");
        self.operate("POST", &approve, json!({"reason": "a large family"})).await;
        let adjustment = json!({
            "phone": "+6591234567", "reference": "adj-1", "amount": {"value": "5.00", "currency": "SGD"},
            "direction": "credit", "reason": "spilled kopi",
        });
        self.operate("POST", "/v1/markets/SG/adjustments", adjustment).await;
        let path = "/v1/payers/%2B6591234567/cashback?country=SG";
        self.operate("GET", path, Value::Null).await;
        self.operate("POST", "/v1/markets/SG/campaigns/five/end", Value::Null).await;
    }

    /// A checkout that is partly paid by credit is written before Stripe is asked. Stripe says nothing, and
    /// the sweep gives back what was taken for it.
    async fn a_page_is_never_made(&self, merchant: &str, key: &str) {
        self.faults
            .decide(|asked| (asked.operation == "POST /v1/checkout/sessions").then_some(Fault::Refuse));
        let amount = json!({"value": "25.00", "currency": "SGD"});
        let consent = json!({
            "phone": "+6591234567", "merchant": merchant, "reference": "never-made", "amount": amount,
        });
        let agreed = self.operate("POST", "/v1/markets/SG/wallet-consents", consent).await;
        let body = json!({
            "reference": "never-made", "amount": amount, "description": "kopi", "channel": "chat",
            "payer": {"phone": "+6591234567", "wallet_consent": agreed["wallet_consent"]},
        });
        let answer = self.client.call(key, "POST", "/v1/checkouts", Some(&body)).await.unwrap();
        assert!(answer.status >= 400, "{}", answer.json());
        self.faults.clear();
        self.stack.advance(2 * 3600).await.unwrap();
    }

    /// Sent back where they came from, or taken away.
    async fn messages_are_given_up(&self) {
        self.stack.sqs().send("UndeliveredDlq", "{}", BTreeMap::new()).unwrap();
        self.operate("GET", "/v1/dead-letters", Value::Null).await;
        self.stack.advance(5).await.unwrap(); // looked at, they are hidden for so long
        for path in ["stripe_events/redrive", "cashback_due/redrive", "undelivered/discard"] {
            let path = format!("/v1/dead-letters/{path}");
            let moved = self.operate("POST", &path, json!({"reason": "a drill"})).await;
            assert_eq!(moved["messages"], i32::from(path.ends_with("discard")), "{path}");
        }
    }

    async fn books(&self, key: &str) {
        self.call(key, "GET", "/v1/statement", Value::Null).await;
        for path in [
            "balances",
            "ledger.csv",
            "rebuild",
            "purchases?day=2026-11-22",
            "campaigns/five/report",
            "campaigns/limited/report",
        ] {
            self.operate("GET", &format!("/v1/markets/SG/{path}"), Value::Null).await;
        }
        for method in ["POST", "GET"] {
            self.operate(method, "/v1/markets/SG/match?day=2026-11-22", Value::Null).await;
        }
    }

    async fn market_opens(&self) {
        let rollout = "/v1/markets/SG/rollout";
        self.operate("PUT", rollout, json!({"open_to": {"mode": "open"}})).await;
        self.operate("GET", rollout, Value::Null).await;
        let campaigns = "/v1/markets/SG/campaigns";
        let rule = json!({
            "id": "five", "reward": {"kind": "percent", "percent": "5"}, "methods": ["card", "paynow"], "funding": "merchant",
            "starts_at": "2026-11-01T00:00:00Z", "ends_at": "2027-02-01T00:00:00Z",
        });
        self.operate("POST", campaigns, rule.clone()).await;
        self.operate("POST", campaigns, rule).await;
        self.operate("GET", campaigns, Value::Null).await;
        for (method, path) in [("GET", ""), ("POST", "/pause"), ("POST", "/resume")] {
            self.operate(method, &format!("{campaigns}/five{path}"), Value::Null).await;
        }
    }

    async fn merchant_is_enabled(&self) -> (String, String) {
        let body =
            json!({"reference": "baker-13", "name": "Baker's 13", "email": "a@b.example", "country": "SG"});
        let merchant = self.operate("POST", "/v1/merchants", body.clone()).await;
        self.operate("POST", "/v1/merchants", body).await;
        let text = |name: &str| merchant[name].as_str().unwrap().to_owned();
        let (id, key) = (text("id"), text("api_key"));
        let path = format!("/v1/merchants/{id}/onboarding-link");
        let link = self.call(&key, "POST", &path, Value::Null).await;
        self.stack.settle().await.unwrap();
        self.stack.stripe().complete_onboarding(link["account"].as_str().unwrap()).unwrap();
        self.stack.settle().await.unwrap();
        (id, key)
    }

    /// Created, and asked for a second time.
    async fn checkout(&self, key: &str, reference: &str) -> Value {
        let body = json!({
            "reference": reference, "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi",
            "channel": "chat", "payer": {"phone": "+6591234567"},
        });
        self.call(key, "POST", "/v1/checkouts", body.clone()).await;
        self.call(key, "POST", "/v1/checkouts", body).await
    }

    async fn pay(&self, checkout: &Value, with: PayWith) {
        let session = checkout["url"].as_str().unwrap().rsplit('/').next().unwrap();
        self.stack.stripe().pay(session, with).unwrap();
        self.stack.settle().await.unwrap();
    }

    /// A message that a cashback is due, before the time or after it.
    async fn pay_cashback(&self, checkout: &Value, sent_at: i64) {
        let body = json!({ "checkout": checkout["id"] }).to_string();
        let attributes = json!({ "SentTimestamp": (sent_at * 1000).to_string() });
        let record = json!({ "messageId": "m-1", "body": body, "attributes": attributes });
        let payload = json!({ "Records": [record] }).to_string().into_bytes();
        let answer = self.stack.invoke("pay-cashback", payload).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap(), json!({"batchItemFailures": []}));
    }

    async fn operate(&self, method: &str, path: &str, body: Value) -> Value {
        self.call(&self.stack.operator_token().unwrap(), method, path, body).await
    }

    async fn call(&self, token: &str, method: &str, path: &str, body: Value) -> Value {
        let body = (body != Value::Null).then_some(body);
        let answer = self.client.call(token, method, path, body.as_ref()).await.unwrap();
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.json());
        answer.json()
    }
}
