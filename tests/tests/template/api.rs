//! `infra/openapi.yaml` against the template and against what the functions really send.

use std::collections::BTreeSet;

use kembali::domain::market::{Country, Method, Tender};
use kembali_local::client::Client;
use kembali_tests::Document;
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::{infra, stack};

/// A method, a path, and who may send it.
type Route = (String, String, &'static str);

pub(crate) fn document() -> Document {
    Document(serde_json::to_value(infra("openapi.yaml")).unwrap())
}

fn described() -> BTreeSet<Route> {
    let Document(document) = document();
    let operations = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().iter().filter(|(method, _)| *method != "parameters");
        let route = |(method, operation): (&String, &Value)| {
            let security = match operation["security"].to_string().as_str() {
                r#"[{"operator":[]}]"# => "an operator",
                r#"[{"merchantKey":[]}]"# => "a merchant",
                "[]" => "Stripe",
                other => panic!("{other}"),
            };
            (method.to_uppercase(), path.clone(), security)
        };
        methods.map(route).collect::<Vec<_>>()
    };
    document["paths"].as_object().unwrap().iter().flat_map(operations).collect()
}

#[tokio::test]
async fn the_description_has_the_routes_and_the_authorizers_of_the_template() {
    let stack = stack().await;
    let mut declared = BTreeSet::new();
    let routes = stack.template().functions.iter().flat_map(|function| &function.triggers.routes);
    // Of `HEAD` there is nothing to describe: it is `GET` without the body.
    for route in routes.filter(|route| route.method != "HEAD") {
        let sender = match (&route.authorizer, route.path.as_str()) {
            (Some(_), _) => "an operator",
            (None, "/webhooks/stripe") => "Stripe",
            (None, _) => "a merchant",
        };
        declared.insert((route.method.clone(), route.path.clone(), sender));
    }
    assert_eq!(described(), declared);
}

#[tokio::test]
async fn who_sends_no_key_is_refused_as_described() {
    let stack = stack().await;
    let client = Client::new(stack.gateway_url());
    for (method, path, sender) in described() {
        let path = path.replace("{country}", "SG").replace(['{', '}'], "");
        let answer = client.send(&method, &path, &[], Vec::new()).await.unwrap();
        let expected = if sender == "Stripe" { 400 } else { 401 };
        let is_fine = answer.status == expected || answer.status == 415 || answer.status == 404;
        assert!(is_fine, "{method} {path}: {}", answer.status);
        if sender == "an operator" {
            assert_eq!(answer.json(), json!({"message": "Unauthorized"}), "API Gateway's own");
        } else {
            document().check("Problem", &answer.json());
        }
        if answer.status == 401 {
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn requests_and_answers_are_as_described() {
    let stack = stack().await;
    let talk = Talk { client: Client::new(stack.gateway_url()), document: document() };
    let operator = stack.operator_token().unwrap();
    let operate = async |method, path: &str, ask: &str, body, answer: &str| {
        talk.say(&operator, method, path, ask, body, answer).await
    };

    let rollout = json!({"open_to": {"mode": "percentage", "percent": 100}, "invited": ["baker-13"]});
    operate("PUT", "/v1/markets/SG/rollout", "NewRollout", rollout, "Rollout").await;
    operate("GET", "/v1/markets/SG/rollout", "", Value::Null, "Rollout").await;
    let rule = json!({
        "id": "five", "reward": {"kind": "percent", "percent": "5"}, "methods": ["card"], "funding": "merchant",
        "min_spend": {"value": "1.00", "currency": "SGD"}, "max_per_payment": {"value": "9.00", "currency": "SGD"},
        "starts_at": "2026-11-01T00:00:00Z", "ends_at": "2027-02-01T00:00:00Z",
    });
    operate("POST", "/v1/markets/SG/campaigns", "NewCampaign", rule, "Campaign").await;
    operate("GET", "/v1/markets/SG/campaigns", "", Value::Null, "Campaigns").await;
    let body = json!({
        "reference": "baker-13", "name": "Baker", "email": "a@b.example", "country": "SG", "fee_bps": 9, "category": "5462",
    });
    let merchant = operate("POST", "/v1/merchants", "Application", body, "Merchant").await;
    let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
    let (path, key) = (format!("/v1/merchants/{}", text(&merchant, "id")), text(&merchant, "api_key"));
    let ask = async |method, path: &str, ask: &str, body, answer: &str| {
        talk.say(&key, method, path, ask, body, answer).await
    };
    let link = ask("POST", &format!("{path}/onboarding-link"), "", Value::Null, "Merchant").await;
    stack.settle().await.unwrap();
    assert!(
        !ask("GET", &path, "", Value::Null, "Merchant").await["why_not_enabled"]["requirements"].is_null()
    );
    stack.stripe().complete_onboarding(&text(&link, "account")).unwrap();
    stack.settle().await.unwrap();

    let money = json!({"value": "25.00", "currency": "SGD"});
    let body = json!({
        "reference": "o-1", "amount": money, "channel": "counter", "payer": {"phone": "+6591234567"},
        "items": [{"name": "kopi", "quantity": 1, "unit_amount": money}], "expires_at": "2026-11-22T12:00:00Z",
    });
    let checkout = ask("POST", "/v1/checkouts", "NewCheckout", body, "Checkout").await;
    let number = "4242424242424242".to_owned();
    let session = text(&checkout, "url").rsplit('/').next().unwrap().to_owned();
    stack.stripe().pay(&session, PayWith::Card { number }).unwrap();
    stack.advance(48 * 3600).await.unwrap();
    let path = format!("/v1/checkouts/{}", text(&checkout, "id"));
    let refund = json!({"reference": "r-1", "amount": {"value": "2.00", "currency": "SGD"}});
    let refunded = ask("POST", &format!("{path}/refunds"), "NewRefund", refund, "Checkout").await;
    let parts = ["payment", "cashback", "refunds", "postings"];
    assert!(parts.iter().all(|part| !refunded[part].is_null()), "{refunded}");
    ask("GET", &path, "", Value::Null, "Checkout").await;
    let page = ask("GET", "/v1/checkouts?day=2026-11-22", "", Value::Null, "CheckoutPage").await;
    assert_eq!(page["checkouts"].as_array().map(Vec::len), Some(1));
    ask("POST", &format!("{path}/expire"), "", Value::Null, "Problem").await;

    let body = json!({"reference": "o-2", "amount": money, "channel": "chat", "description": "kopi"});
    let closed = ask("POST", "/v1/checkouts", "NewCheckout", body.clone(), "Checkout").await;
    let path = format!("/v1/checkouts/{}/expire", text(&closed, "id"));
    ask("POST", &path, "", Value::Null, "Checkout").await;
    assert!(!ask("POST", "/v1/checkouts", "NewCheckout", body, "Checkout").await["next"].is_null());

    stack.advance(30).await.unwrap();
    ask("GET", "/v1/statement", "", Value::Null, "Statement").await;
    let market = "/v1/markets/SG";
    for (path, answer) in [
        ("balances", "Balances"),
        ("campaigns/five/report", "CampaignReport"),
        ("rebuild", "RebuildPage"),
        ("match", "Problem"),
        ("ledger.csv?limit=0", "Problem"),
    ] {
        operate("GET", &format!("{market}/{path}"), "", Value::Null, answer).await;
    }
    let statement = format!("{market}/statement?merchant={}", text(&merchant, "id"));
    operate("GET", &statement, "", Value::Null, "Statement").await;
    let found = operate("POST", &format!("{market}/match?day=2026-11-22"), "", Value::Null, "Match").await;
    assert_eq!(found["matched"]["charge"]["count"], 1, "{found}");
    operate("GET", &format!("{market}/match?day=2026-11-22"), "", Value::Null, "Match").await;
    let path = format!("/v1/merchants/{}/keys", text(&merchant, "id"));
    let rolled = ask("POST", &path, "", Value::Null, "Merchant").await;
    assert_eq!(ask("POST", &path, "", Value::Null, "Merchant").await, rolled);
    operate("POST", &format!("{path}/reset"), "", Value::Null, "Merchant").await;
}

pub(crate) struct Talk {
    pub(crate) client: Client,
    pub(crate) document: Document,
}

impl Talk {
    /// Sends a request; its body and the answer must be what the schemas of these names say.
    pub(crate) async fn say(
        &self,
        token: &str,
        method: &str,
        path: &str,
        ask: &str,
        body: Value,
        answer: &str,
    ) -> Value {
        if !ask.is_empty() {
            self.document.check(ask, &body);
        }
        let body = (!ask.is_empty()).then_some(body);
        let response = self.client.call(token, method, path, body.as_ref()).await.unwrap().json();
        self.document.check(answer, &response);
        response
    }
}

/// What the description lists the code has, in the same order: a way to pay or a market that is only in one
/// of them is found here.
#[test]
fn the_description_lists_every_market_and_every_way_to_pay() {
    let api = infra("openapi.yaml");
    let listed = |schema: &str| -> Vec<String> {
        let values = api["components"]["schemas"][schema]["enum"].as_sequence().unwrap();
        values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("Country"), Country::ALL.iter().map(|country| country.code()).collect::<Vec<_>>());
    assert_eq!(
        listed("Currency"),
        Country::ALL.iter().map(|country| country.currency().code()).collect::<Vec<_>>()
    );
    assert_eq!(listed("Method"), Method::ALL.iter().map(|method| method.stripe_name()).collect::<Vec<_>>());
    assert_eq!(listed("Tender"), Tender::ALL.iter().map(|tender| tender.name()).collect::<Vec<_>>());
}

/// `value` and all that is in it.
fn places(value: &Value) -> Vec<&Value> {
    let members = value.as_object().into_iter().flat_map(|members| members.values());
    let elements = value.as_array().into_iter().flatten();
    std::iter::once(value).chain(members.chain(elements).flat_map(places)).collect()
}

/// The examples that stand in `place`: one, several as a schema lists them, or several by name as a parameter
/// or a media type has them.
fn examples(place: &Value) -> Vec<&Value> {
    let listed = place["examples"].as_array().into_iter().flatten();
    let named = place["examples"].as_object().into_iter().flat_map(|named| named.values());
    let named = named.map(|example| &example["value"]);
    place.get("example").into_iter().chain(listed).chain(named).collect()
}

/// Examples are what people copy. Each is as the schema says that it stands in, or beside.
#[test]
fn every_example_is_as_its_schema_says() {
    let Document(api) = document();
    let mut checked = 0;
    for place in places(&api) {
        let schema = place.get("schema").unwrap_or(place);
        for example in examples(place) {
            let mut with_schema = api.clone();
            with_schema["components"]["schemas"]["OfAnExample"] = schema.clone();
            Document(with_schema).check("OfAnExample", example);
            checked += 1;
        }
    }
    assert!(checked >= 30, "only {checked} are found");
}

/// A client encodes what it puts into an address: an example that is encoded already arrives encoded twice.
#[test]
fn no_example_of_a_parameter_is_encoded() {
    let Document(api) = document();
    let mut checked = 0;
    for parameter in places(&api).into_iter().filter(|place| place["in"].is_string()) {
        let schema = &parameter["schema"];
        let shared = schema["$ref"].as_str().and_then(|name| api.pointer(name.trim_start_matches('#')));
        for example in [Some(parameter), Some(schema), shared].into_iter().flatten().flat_map(examples) {
            assert!(!example.to_string().contains('%'), "{}: {example}", parameter["name"]);
            checked += 1;
        }
    }
    assert!(checked >= 5, "only {checked} are found");
}
