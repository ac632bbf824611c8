//! What HTTP asks of every server, whatever it serves: methods, `HEAD`, `OPTIONS`, slashes, the scheme of a
//! token, and a query that means what is written in it.

use std::collections::{BTreeMap, BTreeSet};

use kembali_local::client::Response;
use kembali_tests::{Shop, Town, card, five_percent, text};
use serde_json::{Value, json};

/// The paths of the template with their methods, and a request's path for each.
fn paths(town: &Town, shop: &Shop, checkout: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut paths: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for route in town.stack.template().functions.iter().flat_map(|function| &function.triggers.routes) {
        let path = route
            .path
            .replace("{checkout}", checkout)
            .replace("{merchant}", &shop.id)
            .replace("{country}", "SG")
            .replace("{campaign}", "five")
            .replace("{queue}", "undelivered")
            .replace("{phone}", "+6591234567");
        let methods = &mut paths.entry(route.path.clone()).or_insert((path, BTreeSet::new())).1;
        methods.extend([route.method.clone(), "OPTIONS".to_owned()]);
    }
    paths
}

async fn place() -> (Town, Shop, String) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "card", "platform")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, card()).await;
    let checkout = text(&checkout, "/id");
    (town, shop, checkout)
}

async fn bare(town: &Town, method: &str, path: &str) -> Response {
    town.client.send(method, path, &[], String::new()).await.unwrap()
}

fn allowed(answer: &Response) -> BTreeSet<String> {
    answer.header("allow").unwrap_or_default().split(", ").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_path_says_which_methods_it_takes() {
    let (town, shop, checkout) = place().await;
    for (declared, (path, methods)) in paths(&town, &shop, &checkout) {
        let answer = bare(&town, "OPTIONS", &path).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "OPTIONS {declared}");
        assert_eq!(allowed(&answer), methods, "OPTIONS {declared}");
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            if methods.contains(method) {
                continue;
            }
            let answer = bare(&town, method, &path).await;
            assert_eq!((answer.status, allowed(&answer)), (405, methods.clone()), "{method} {declared}");
            assert_eq!(
                answer.header("content-type"),
                Some("application/problem+json"),
                "{method} {declared}"
            );
            if method != "HEAD" {
                let problem = answer.json();
                assert_eq!(text(&problem, "/type"), "urn:kembali:problem:method-not-allowed", "{problem}");
                assert!(!text(&problem, "/next").is_empty(), "{problem}");
            }
        }
    }
}

#[tokio::test]
async fn the_head_of_an_answer_is_that_of_the_whole() {
    let (town, shop, checkout) = place().await;
    let mut tried = 0;
    for (declared, (path, methods)) in paths(&town, &shop, &checkout) {
        if !methods.contains("GET") {
            continue;
        }
        for query in ["", "?country=SG", "?day=2026-11-22", "?day=x"] {
            for token in [shop.key.clone(), town.stack.operator_token().unwrap(), "nonsense".to_owned()] {
                let path = format!("{path}{query}");
                let whole = town.call(&token, "GET", &path, None).await;
                let head = town.call(&token, "HEAD", &path, None).await;
                assert_eq!((head.status, head.body.len()), (whole.status, 0), "{declared}{query}");
                for name in ["content-type", "content-length", "link", "www-authenticate", "cache-control"] {
                    assert_eq!(head.header(name), whole.header(name), "{name} of {declared}{query}");
                }
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 19 * 4 * 3);
}

#[tokio::test]
async fn a_slash_at_the_end_and_a_path_that_is_none_are_told_what_to_do() {
    let (town, shop, checkout) = place().await;
    for (declared, (path, methods)) in paths(&town, &shop, &checkout) {
        for method in &methods {
            let answer = bare(&town, method, &format!("{path}/")).await;
            assert_eq!(answer.status, 404, "{method} {declared}/");
            if method != "HEAD" {
                let next = format!("Send the request to `{declared}`, without the slash at the end.");
                assert_eq!(text(&answer.json(), "/next"), next);
            }
        }
    }
    for path in ["/", "/v1", "/v2/checkouts", "/v1/checkouts/x/y/z", "//v1/checkouts"] {
        for method in ["GET", "POST", "OPTIONS", "BREW"] {
            let problem = bare(&town, method, path).await.json();
            assert_eq!(
                (text(&problem, "/type").as_str(), problem["status"].as_i64()),
                ("urn:kembali:problem:not-found", Some(404)),
                "{method} {path}"
            );
            assert!(!text(&problem, "/next").is_empty(), "{problem}");
        }
    }
}

/// API Gateway may hand a path with a slash at its end to the route without it: the function answers the
/// same.
#[tokio::test]
async fn a_slash_that_reaches_a_function_is_answered_alike() {
    let (town, shop, _) = place().await;
    let payload = json!({
        "version": "2.0", "routeKey": "GET /v1/checkouts", "rawPath": "/v1/checkouts/", "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {}", shop.key)}, "isBase64Encoded": false,
        "requestContext": {
            "accountId": "1", "apiId": "1",
            "http": {"method": "GET", "path": "/v1/checkouts/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"},
            "requestId": "1", "routeKey": "GET /v1/checkouts", "stage": "$default", "time": "", "timeEpoch": 1_795_341_600_000_i64,
        },
    });
    let answer = town.stack.invoke("create-checkout", payload.to_string().into_bytes()).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let told: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(told, bare(&town, "GET", "/v1/checkouts/").await.json());
    assert_eq!(answer["statusCode"], 404);
}

#[tokio::test]
async fn the_scheme_of_a_token_is_written_in_any_case() {
    let (town, shop, _) = place().await;
    let ask = async |path: &str, authorization: &str| {
        let answer =
            town.client.send("GET", path, &[("authorization", authorization)], String::new()).await.unwrap();
        (answer.status, answer.header("www-authenticate").map(str::to_owned))
    };
    let operator = town.stack.operator_token().unwrap();
    for (path, token) in [("/v1/checkouts", &shop.key), ("/v1/markets/SG/rollout", &operator)] {
        for right in ["Bearer ", "bearer ", "BEARER ", "bEaReR  "] {
            assert_eq!(ask(path, &format!("{right}{token}")).await, (200, None), "{path} {right}");
        }
        for wrong in ["Basic ", "Bearer", "Bearer:", "Bear "] {
            let expected = (401, Some("Bearer".to_owned()));
            assert_eq!(ask(path, &format!("{wrong}{token}")).await, expected, "{path} {wrong}");
        }
    }
}

/// A comma in a value is a comma: nothing is split, and the last piece does not win.
#[tokio::test]
async fn a_query_means_what_is_written_in_it() {
    let (town, shop, _) = place().await;
    let at = format!("/v1/payers/%2B6591234567/cashback?country=SG&merchant={}", shop.id);
    let offer = async |query: &str| {
        let answer = town.operate("GET", &format!("{at}&{query}"), None).await;
        (answer.status, text(&answer.json(), "/offers/0/cashback/value"), text(&answer.json(), "/field"))
    };
    let refused = |field: &str| (422, String::new(), field.to_owned());
    assert_eq!(offer("amount=10.50").await, (200, "0.52".to_owned(), String::new()));
    assert_eq!(offer("amount=1%30%2E50").await, (200, "0.52".to_owned(), String::new()));
    for wrong in
        ["amount=10,50", "amount=10%2C50", "amount=10.00,50.00", "amount=,50.00", "amount=+50.00", "amount="]
    {
        assert_eq!(offer(wrong).await, refused("amount"), "{wrong}");
    }
    assert_eq!(offer("amount=10.50&amount=50.00").await, refused("amount"));
    assert_eq!(offer("amount=50.00&%61mount=50.00").await, refused("amount"));
    assert_eq!(offer("amount=50.00&x=1&x=1").await, refused("x"));
    for wrong in ["day=2026-11-21,2026-11-22", "limit=5,6", "cursor=a,b"] {
        let answer = town.call(&shop.key, "GET", &format!("/v1/checkouts?{wrong}"), None).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert_eq!(text(&answer.json(), "/field"), wrong.split('=').next().unwrap());
    }
}
