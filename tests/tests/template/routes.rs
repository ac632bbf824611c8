//! Every route of the template has its arm in its function's `match`, and every arm its route. What no route
//! takes is explained by a function that knows them all.

use std::collections::{BTreeMap, BTreeSet};

use kembali_local::Stack;
use kembali_local::template::Function;
use serde_json::{Value, json};

use crate::{NOW, source, stack};

fn routes(function: &Function) -> BTreeSet<String> {
    function.triggers.routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect()
}

/// The arms of the function's `match`, read from its source.
fn arms(binary: &str) -> BTreeSet<String> {
    let source = source(binary);
    let arms = source.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
    arms.map(|(route, _)| route.to_owned()).filter(|route| route.contains(" /")).collect()
}

/// The status that a function answers a request with, which an operator sends with no body and no key.
async fn status(stack: &Stack, binary: &str, route: &str) -> i64 {
    let (method, path) = route.split_once(' ').unwrap();
    let payload = json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "", "headers": {},
        "isBase64Encoded": false,
        "requestContext": {
            "accountId": "1", "apiId": "1", "authorizer": { "jwt": { "claims": { "sub": "ana" }, "scopes": null } },
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t" },
            "requestId": "1", "routeKey": route, "stage": "$default", "time": "", "timeEpoch": NOW * 1000,
        },
    });
    let answer = stack.invoke(binary, payload.to_string().into_bytes()).await.unwrap();
    serde_json::from_slice::<Value>(&answer).unwrap()["statusCode"].as_i64().unwrap()
}

#[tokio::test]
async fn every_route_is_handled_by_its_function_and_by_no_other() {
    let stack = stack().await;
    let functions = stack.template().functions.clone();
    let all: BTreeSet<String> = functions.iter().flat_map(routes).collect();
    // A function with one route needs no `match`: whatever reaches it is that.
    for function in functions.iter().filter(|function| routes(function).len() > 1) {
        for route in &all {
            let is_handled = status(&stack, &function.binary, route).await != 500;
            assert_eq!(is_handled, routes(function).contains(route), "{} and {route}", function.binary);
        }
    }
}

#[tokio::test]
async fn every_arm_is_a_route() {
    for function in stack().await.template().functions.iter().filter(|function| routes(function).len() != 1) {
        let routes = routes(function).into_iter().filter(|route| !route.starts_with("HEAD "));
        assert_eq!(arms(&function.binary), routes.collect(), "{}", function.binary);
    }
}

#[tokio::test]
async fn whatever_can_be_read_can_be_asked_for_its_head_by_the_same_people() {
    for function in &stack().await.template().functions {
        let with = |method: &str| -> BTreeSet<_> {
            let routes = function.triggers.routes.iter().filter(|route| route.method == method);
            routes.map(|route| (route.path.clone(), route.authorizer.clone())).collect()
        };
        assert_eq!(with("HEAD"), with("GET"), "{}", function.binary);
    }
}

#[tokio::test]
async fn the_function_that_explains_the_routes_knows_those_of_the_template() {
    let template = stack().await.template().clone();
    let explains = template.functions.iter().filter(|function| function.triggers.takes_the_rest);
    assert_eq!(explains.map(|function| &function.binary).collect::<Vec<_>>(), ["explain-routes"]);
    let mut declared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in template.functions.iter().flat_map(|function| &function.triggers.routes) {
        declared.entry(route.path.clone()).or_default().extend([route.method.clone(), "OPTIONS".to_owned()]);
    }
    let source = source("explain-routes");
    let known = source.lines().filter_map(|line| {
        let (path, methods) = line.trim().strip_prefix("(\"/")?.strip_suffix("\"),")?.split_once("\", \"")?;
        Some((format!("/{path}"), methods.split(", ").map(str::to_owned).collect()))
    });
    assert_eq!(known.collect::<BTreeMap<_, BTreeSet<_>>>(), declared);
}
