#!/usr/bin/env bash
# Package:  aws_lambda_events 1.2.1 (crates.io).
# Input:    the event of an HTTP API (payload format 2.0) for ?reference=tea,milk&page=2: one value that has a
#           comma.
# Expected: the one value "tea,milk". In this format repeated parameters are joined with commas (API Gateway
#           guide, "payload format version"), so a comma alone does not say that there were two;
#           rawQueryString does.
# Seen:     two values, "tea" and "milk". The first is all that first() gives; a map made of the pairs keeps
#           the last.
# Matters:  an order number or a search text with a comma finds another order, and nobody is told that it was
#           cut.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cargo init --quiet --name probe .
cargo add --quiet --no-default-features --features apigw 'aws_lambda_events@=1.2.1'
cargo add --quiet serde_json@1
cat > src/main.rs <<'RUST'
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use std::collections::HashMap;
fn main() {
    let event = serde_json::json!({
        "version": "2.0", "routeKey": "GET /orders", "rawPath": "/orders",
        "rawQueryString": "reference=tea,milk&page=2", "headers": {},
        "queryStringParameters": { "reference": "tea,milk", "page": "2" },
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "example.com", "domainPrefix": "api",
            "http": {
                "method": "GET", "path": "/orders", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "probe"
            },
            "requestId": "1", "routeKey": "GET /orders", "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1773342238000_i64
        },
        "isBase64Encoded": false
    });
    let request: ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
    let query = &request.query_string_parameters;
    let map: HashMap<_, _> = query.iter().collect();
    println!("{:?} {:?} {:?}", query.all("reference").unwrap(), query.first("reference"), map["reference"]);
    println!("{:?}", request.raw_query_string.unwrap());
}
RUST
CARGO_TARGET_DIR=target cargo run --quiet > seen.txt
cat seen.txt
diff - seen.txt <<'SEEN'
["tea", "milk"] Some("tea") "milk"
"reference=tea,milk&page=2"
SEEN
