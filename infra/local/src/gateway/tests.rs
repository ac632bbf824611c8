use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use tower::Service as _;

use super::*;
use local_functions::Handler;

const NOW: i64 = 1_800_000_000;

const TEMPLATE: &str = r#"
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Function:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: function } }
    Properties:
      Events:
        One: { Type: HttpApi, Properties: { Method: GET, Path: "/things/{thing}" } }
        Fixed: { Type: HttpApi, Properties: { Method: GET, Path: /things/fixed } }
        Put: { Type: HttpApi, Properties: { Method: post, Path: "/things/{thing}/parts/{part}" } }
"#;

/// The API in front of one function, all of whose routes ask `operator` if there is one.
fn api(handler: Handler, operator: Option<Issuer>) -> Router {
    let mut template = Template::parse(TEMPLATE).unwrap();
    let clock = Clock::fixed(NOW);
    let mut functions = Functions::new(clock.clone(), local_wire::Faults::default());
    functions.deploy(&template.functions[0], handler);
    let operators: BTreeMap<_, _> =
        operator.map(|operator| ("Operator".to_owned(), operator)).into_iter().collect();
    for route in &mut template.functions[0].triggers.routes {
        route.authorizer = operators.keys().next().cloned();
    }
    Gateway::new(clock, Arc::new(functions), operators).router(&template)
}

fn answering(answer: Result<Value, &'static str>) -> Handler {
    Arc::new(move |_| {
        let answer = answer.clone();
        Box::pin(async move { answer.map(|answer| answer.to_string().into_bytes()).map_err(str::to_owned) })
    })
}

/// A function that answers with the payload it was given.
fn echo() -> Handler {
    Arc::new(|payload| Box::pin(async move { Ok(payload) }))
}

async fn send(mut api: Router, request: Request) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (head, body) = api.call(request).await.unwrap().into_parts();
    (head.status, head.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

/// The payload that the function receives for `request`.
async fn payload(request: Request) -> Value {
    let (status, _, body) = send(api(echo(), None), request).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_slice(&body).unwrap()
}

fn get(uri: &str) -> Request {
    Request::get(uri).body(Body::empty()).unwrap()
}

fn post(content_type: &str, body: impl Into<Body>) -> Request {
    let request = Request::post("/things/1/parts/2").header("content-type", content_type);
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn a_request_becomes_payload_format_2() {
    let request = Request::get("/things/kopi%20o?day=2027-01-15&tag=a&tag=b")
        .header("Host", "127.0.0.1:9000")
        .header("User-Agent", "test")
        .header("Cookie", "a=1; b=2")
        .header("X-Many", "1")
        .header("X-Many", "2");
    let payload = payload(request.body(Body::empty()).unwrap()).await;
    let expected = json!({
        "version": "2.0",
        "routeKey": "GET /things/{thing}",
        "rawPath": "/things/kopi o",
        "rawQueryString": "day=2027-01-15&tag=a&tag=b",
        "cookies": ["a=1", "b=2"],
        "headers": { "host": "127.0.0.1:9000", "user-agent": "test", "x-many": "1,2" },
        "queryStringParameters": { "day": "2027-01-15", "tag": "a,b" },
        "pathParameters": { "thing": "kopi o" },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "GET",
                "path": "/things/kopi o",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "requestId": "request-000001",
            "routeKey": "GET /things/{thing}",
            "stage": "$default",
            "time": "15/Jan/2027:08:00:00 +0000",
            "timeEpoch": 1_800_000_000_000_i64,
        },
        "isBase64Encoded": false,
    });
    assert_eq!(payload, expected);
}

#[tokio::test]
async fn text_stays_text_and_everything_else_is_base64() {
    let cases: [(&str, &[u8], &str, bool); 6] = [
        ("application/json; charset=utf-8", b"{}", "{}", false),
        ("application/problem+json", b"{}", "{}", false),
        ("text/plain", b"kopi", "kopi", false),
        ("text/plain", &[0xff, 0xfe], "//4=", true),
        ("application/octet-stream", b"kopi", "a29waQ==", true),
        ("application/x-www-form-urlencoded", b"a=1", "YT0x", true),
    ];
    for (content_type, body, expected, encoded) in cases {
        let payload = payload(post(content_type, body.to_vec())).await;
        assert_eq!(payload["body"], expected, "{content_type}");
        assert_eq!(payload["isBase64Encoded"], encoded, "{content_type}");
    }
    assert_eq!(payload(post("text/plain", "")).await.get("body"), None);
}

#[tokio::test]
async fn an_exact_path_is_preferred_and_anything_else_is_not_found() {
    assert_eq!(payload(get("/things/fixed")).await["routeKey"], "GET /things/fixed");
    let parameters = payload(post("text/plain", "x")).await["pathParameters"].clone();
    assert_eq!(parameters, json!({ "thing": "1", "part": "2" }));
    for request in [get("/nothing"), get("/things/1/parts/2"), get("/things/1/")] {
        let (status, _, body) = send(api(echo(), None), request).await;
        assert_eq!(
            (status, body.as_slice()),
            (StatusCode::NOT_FOUND, br#"{"message":"Not Found"}"#.as_slice())
        );
    }
}

#[tokio::test]
async fn what_no_route_takes_goes_to_the_function_that_takes_the_rest() {
    let default = "        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api } }\n";
    let template = Template::parse(&format!("{}{default}", TEMPLATE)).unwrap();
    let mut functions = Functions::new(Clock::fixed(NOW), local_wire::Faults::default());
    functions.deploy(&template.functions[0], echo());
    let api = Gateway::new(Clock::fixed(NOW), Arc::new(functions), BTreeMap::new()).router(&template);
    for (method, path) in
        [("GET", "/nothing"), ("DELETE", "/things/1"), ("OPTIONS", "/things/1"), ("GET", "/things/1/")]
    {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let payload: Value = serde_json::from_slice(&send(api.clone(), request).await.2).unwrap();
        let context = &payload["requestContext"];
        assert_eq!((&payload["routeKey"], &context["routeKey"]), (&json!("$default"), &json!("$default")));
        assert_eq!((&payload["rawPath"], &context["http"]["method"]), (&json!(path), &json!(method)));
        assert_eq!(payload.get("pathParameters"), None, "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_that_lambda_would_not_take_is_refused() {
    let largest = post("text/plain", "x".repeat(MAX_BODY_BYTES));
    assert_eq!(send(api(answering(Ok(json!({}))), None), largest).await.0, StatusCode::OK);
    let (status, _, body) = send(api(echo(), None), post("text/plain", "x".repeat(MAX_BODY_BYTES + 1))).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(body, br#"{"message":"Request Entity Too Large"}"#);
}

#[tokio::test]
async fn an_answer_becomes_a_response() {
    let answer = json!({
        "statusCode": 201,
        "headers": { "content-type": "application/json", "x-count": 3 },
        "multiValueHeaders": { "x-many": ["1", "2"] },
        "cookies": ["a=1", "b=2"],
        "body": "e30=",
        "isBase64Encoded": true,
    });
    let (status, headers, body) = send(api(answering(Ok(answer)), None), get("/things/1")).await;
    assert_eq!((status, body.as_slice()), (StatusCode::CREATED, b"{}".as_slice()));
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["x-count"], "3");
    assert_eq!(headers.get_all("x-many").iter().count(), 2);
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
}

#[tokio::test]
async fn an_answer_without_a_status_is_a_body() {
    let (status, headers, body) = send(api(answering(Ok(json!({ "a": 1 }))), None), get("/things/1")).await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, br#"{"a":1}"#.as_slice()));
    assert_eq!(headers["content-type"], "application/json");
}

#[tokio::test]
async fn an_error_and_a_malformed_answer_are_500_and_say_nothing() {
    let malformed = json!({ "statusCode": 200, "body": { "not": "text" } });
    for answer in [Err("the secret reason"), Ok(malformed), Ok(json!({ "statusCode": "what" }))] {
        let (status, _, body) = send(api(answering(answer), None), get("/things/1")).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body, br#"{"message":"Internal Server Error"}"#);
    }
}

#[tokio::test]
async fn a_protected_route_needs_a_token_that_is_valid_now() {
    let operator = Issuer::new("https://issuer/".to_owned(), vec!["kembali".to_owned()], b"secret");
    let ask = async |token: Option<String>| {
        let mut request = get("/things/1");
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        send(api(echo(), Some(operator.clone())), request).await
    };
    let (status, _, body) = ask(operator.token("ana", NOW - 60, 61).ok()).await;
    assert_eq!(status, StatusCode::OK);
    let payload: Value = serde_json::from_slice(&body).unwrap();
    let jwt = &payload["requestContext"]["authorizer"]["jwt"];
    assert_eq!(jwt["claims"]["sub"], "ana");
    assert_eq!(jwt["claims"]["exp"], "1800000001");
    assert_eq!(jwt["scopes"], Value::Null);
    for token in [None, operator.token("ana", NOW - 60, 60).ok(), Some("nonsense".to_owned())] {
        let (status, headers, body) = ask(token).await;
        assert_eq!(
            (status, body.as_slice()),
            (StatusCode::UNAUTHORIZED, br#"{"message":"Unauthorized"}"#.as_slice())
        );
        assert_eq!(headers["www-authenticate"], "Bearer");
    }
}
