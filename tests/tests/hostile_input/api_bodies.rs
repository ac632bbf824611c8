//! The API, from whoever has a key: every route that takes something is sent bodies that are almost right,
//! and bodies that are none; every path and every query is tried as well.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use kembali_local::client::Response;
use kembali_tests::{Shop, Town, five_percent, text};
use local_stripe::PayWith;

use crate::json::changed_somewhere;
use crate::plain::complaint;
use crate::routes::{By, Door, doors};
use crate::text::changed;

/// Bodies that are almost right, for each route.
const BODIES: u64 = 60;
/// Calls that one request may cause, whatever is in it.
const MOST_CALLS: usize = 12;
/// The most that an answer is longer than what it answers.
const LONGEST_ANSWER: usize = 16 * 1024;

/// A town with a merchant, a campaign and a payment, and who may enter.
struct Place {
    town: Town,
    shop: Shop,
    checkout: String,
    operator: String,
    /// The most calls that a request of a route caused.
    calls: BTreeMap<String, usize>,
    /// How many were answered with what.
    answers: BTreeMap<u16, usize>,
}

impl Place {
    async fn new() -> Self {
        let town = Town::unswept().await;
        let shop = town.shop("SG").await;
        town.campaign("SG", five_percent("five", "paynow", "platform")).await;
        let checkout = town.checkout(&shop, "order-1", "150000.00", "SGD").await;
        town.pay(&checkout, PayWith::Paynow).await;
        let operator = town.stack.operator_token().unwrap();
        let checkout = text(&checkout, "/id");
        Self { town, shop, checkout, operator, calls: BTreeMap::new(), answers: BTreeMap::new() }
    }

    async fn send(&mut self, by: By, route: &str, path: &str, content_type: &str, body: Vec<u8>) -> Response {
        let method = route.split_once(' ').unwrap().0;
        let token = if by == By::Operator { &self.operator } else { &self.shop.key };
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", content_type)];
        let (mark, length) = (self.town.mark(), body.len());
        let shown = String::from_utf8_lossy(&body[..length.min(2000)]).into_owned();
        let answer = self.town.client.send(method, path, &headers, body).await.unwrap();
        let calls = self.town.since(mark).0.len();
        let said = String::from_utf8_lossy(&answer.body);
        let told = format!("{method} {path} {content_type} {shown}\n{} {said}", answer.status);
        assert!((200..300).contains(&answer.status) || (400..500).contains(&answer.status), "{told}");
        assert!(calls <= MOST_CALLS, "{calls} calls: {told}");
        assert!(answer.body.len() <= length + LONGEST_ANSWER, "{told}");
        if answer.status >= 400 {
            let problem = answer.json();
            // What API Gateway refuses by itself reaches no function.
            let of_gateway = problem.get("message").is_some() && answer.status == 413 && calls == 0;
            let of_ours = text(&problem, "/type").starts_with("urn:kembali:problem:")
                && answer.header("content-type") == Some("application/problem+json")
                && problem["status"] == answer.status;
            assert!(of_gateway || of_ours, "{told}");
            assert!(of_gateway || complaint(&problem).is_none(), "{:?}: {told}", complaint(&problem));
        }
        let most = self.calls.entry(route.to_owned()).or_default();
        *most = calls.max(*most);
        *self.answers.entry(answer.status).or_default() += 1;
        answer
    }

    async fn enter(&mut self, door: &Door, content_type: &str, body: Vec<u8>) -> Response {
        let path = door.path(&self.shop, &self.checkout);
        let answer = self.send(door.by, door.route, &path, content_type, body).await;
        if let (By::Merchant, Some(key)) = (door.by, answer.json()["api_key"].as_str()) {
            // Two keys live at a time: with each new one the one before last is gone.
            key.clone_into(&mut self.shop.key);
        }
        answer
    }

    /// Nobody has fallen over, and whoever comes after is served.
    async fn check(&self) {
        for invocation in self.town.stack.invocations() {
            assert!(invocation.ok(), "{invocation:?}");
        }
        self.town.settle().await;
        let shop = self.town.shop("BR").await;
        let checkout = self.town.checkout(&shop, "after", "25.00", "BRL").await;
        self.town.pay(&checkout, PayWith::Pix).await;
        assert_eq!(self.town.standing(&shop, &checkout).await, "paid none");
        assert_eq!(self.town.dead_letters(), 0);
        println!("answers: {:?}; most calls: {:?}", self.answers, self.calls);
    }
}

/// What is no body at all, with its content type.
fn nonsense() -> Vec<(&'static str, Vec<u8>)> {
    let json = "application/json";
    let large = |length: usize| format!(r#"{{"reference":"{}"}}"#, "x".repeat(length)).into_bytes();
    let mut bodies: Vec<(&str, Vec<u8>)> = [
        "",
        " ",
        "null",
        "true",
        "1",
        "-",
        "\"\"",
        "[]",
        "[{}]",
        "{",
        "{}{}",
        "{} x",
        "{\"a\"}",
        "{\"a\":1,}",
        "\u{feff}{}",
        "{\"reference\":\"a\",\"reference\":\"b\"}",
        "{\"reference\":1e999999999}",
        "{\"amount\":{\"value\":1E400}}",
        "NaN",
        "{\"reason\":\"\\ud800\"}",
        "{\"reason\":\"\\u0000\"}",
        "\0",
        "reference=a&amount=1",
        "<xml/>",
    ]
    .into_iter()
    .map(|text| (json, text.as_bytes().to_vec()))
    .collect();
    bodies.extend([
        (json, b"{\"reason\":\"\xff\xfe\"}".to_vec()),
        (json, b"\x1f\x8b\x08\x00".to_vec()),
        (json, "[".repeat(100_000).into_bytes()),
        (json, "{\"a\":".repeat(40_000).into_bytes()),
        (json, format!("{{\"reason\":{}}}", "9".repeat(100_000)).into_bytes()),
        (json, large(1024 * 1024)),
        ("", b"{}".to_vec()),
        ("text/plain", b"{}".to_vec()),
        ("application/x-www-form-urlencoded", b"reference=a".to_vec()),
        ("multipart/form-data; boundary=x", b"--x--".to_vec()),
        ("application/json; charset=utf-16", b"{}".to_vec()),
        ("APPLICATION/JSON;;;", b"{}".to_vec()),
        ("application/problem+json", b"{}".to_vec()),
    ]);
    bodies
}

async fn storm(by: By, seed: u64) {
    let mut place = Place::new().await;
    let mut rng = Rng::with_seed(seed);
    let doors = doors(&place.shop);
    for door in doors.iter().filter(|door| door.by == by) {
        for number in 0..BODIES {
            let mut body = door.body(number);
            for _ in 0..=rng.u8(..2) {
                changed_somewhere(&mut rng, &mut body);
            }
            let body = if rng.u8(..8) == 0 { changed(&mut rng, &body.to_string()) } else { body.to_string() };
            place.enter(door, "application/json", body.into_bytes()).await;
        }
        for (content_type, body) in nonsense() {
            place.enter(door, content_type, body).await;
        }
    }
    place.check().await;
}

#[tokio::test]
async fn a_merchants_bodies_are_served_or_refused_by_name() {
    storm(By::Merchant, 1).await;
}

#[tokio::test]
async fn an_operators_bodies_are_served_or_refused_by_name() {
    storm(By::Operator, 2).await;
}

#[tokio::test]
async fn every_route_that_takes_something_is_tried() {
    let place = Place::new().await;
    let functions = &place.town.stack.template().functions;
    let routes = functions.iter().flat_map(|function| &function.triggers.routes);
    let taking: BTreeSet<String> = routes
        .filter(|route| !["GET", "HEAD"].contains(&route.method.as_str()))
        .map(|route| format!("{} {}", route.method, route.path))
        .filter(|route| route != "POST /webhooks/stripe")
        .collect();
    let tried: BTreeSet<String> =
        doors(&place.shop).iter().map(|door| door.route.replace("?day=2026-11-22", "")).collect();
    assert_eq!(taking, tried);
}

#[tokio::test]
async fn what_is_right_is_taken() {
    let mut place = Place::new().await;
    for door in doors(&place.shop) {
        // A cashback that nobody has to decide on, and a checkout that is paid.
        let elsewhere = door.route.contains("cashbacks") || door.route.ends_with("/expire");
        let answer = place.enter(&door, "application/json", door.body(0).to_string().into_bytes()).await;
        let said = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status < 300, !elsewhere, "{}: {} {said}", door.route, answer.status);
    }
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_is_read() {
    let mut place = Place::new().await;
    let order = &doors(&place.shop)[0];
    for (megabytes, status) in [(1, 413), (6, 413), (7, 413)] {
        let body = vec![b'x'; megabytes * 1024 * 1024];
        assert_eq!(place.enter(order, "application/json", body).await.status, status);
    }
    assert_eq!(place.calls["POST /v1/checkouts"], 0);
}

#[tokio::test]
async fn no_path_and_no_query_falls_over() {
    let mut place = Place::new().await;
    let mut rng = Rng::with_seed(3);
    let functions = place.town.stack.template().functions.clone();
    for route in
        functions.iter().flat_map(|function| &function.triggers.routes).filter(|route| route.method == "GET")
    {
        let by = if route.authorizer.is_some() { By::Operator } else { By::Merchant };
        for _ in 0..40 {
            let path = filled(&mut rng, &route.path, &place);
            let path = format!("{path}?{}", query(&mut rng, &place));
            place.send(by, &format!("GET {}", route.path), &path, "", Vec::new()).await;
        }
    }
    place.check().await;
}

/// The path with names that are right, almost right, or wrong.
fn filled(rng: &mut Rng, path: &str, place: &Place) -> String {
    let part = |part: &str, rng: &mut Rng| {
        let right = match part {
            "{checkout}" => place.checkout.as_str(),
            "{merchant}" => &place.shop.id,
            "{country}" => "SG",
            "{queue}" => "undelivered",
            "{campaign}" => "five",
            "{phone}" => "+6591234567",
            part => return part.to_owned(),
        };
        if rng.u8(..3) == 0 { escaped(&changed(rng, right)) } else { escaped(right) }
    };
    path.split('/').map(|one| part(one, rng)).collect::<Vec<_>>().join("/")
}

fn query(rng: &mut Rng, place: &Place) -> String {
    let known = [
        ("day", "2026-11-22"),
        ("limit", "25"),
        ("cursor", "1795341600.chk_aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("month", "2026-11"),
        ("from", "2026-11-20"),
        ("to", "2026-11-22"),
        ("through", "2026-11-22"),
        ("country", "SG"),
        ("method", "paynow"),
        ("channel", "chat"),
        ("state", "failed"),
        ("campaign", "five"),
        ("amount", "0"),
        ("merchant", &place.shop.id),
        ("payer", "pyr_aaaaaaaaaaaaaaaaaaaaaaaa"),
    ];
    let one = |rng: &mut Rng| {
        let (name, value) = known[rng.usize(..known.len())];
        let value = match rng.u8(..6) {
            0..=2 => value.to_owned(),
            3 => changed(rng, value),
            4 => ["", "-1", "0", "101", "9999999999999999999999", "9999-12-31", "0000-00-00"][rng.usize(..7)]
                .to_owned(),
            _ => "x".repeat(rng.usize(..3000)),
        };
        format!("{name}={}", escaped(&value))
    };
    (0..rng.usize(..5)).map(|_| one(rng)).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}
