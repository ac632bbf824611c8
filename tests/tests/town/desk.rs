//! Notes what is answered to requests that cannot be served.

use expect_test::Expect;
use kembali_local::client::Response;
use kembali_tests::{Shop, Town, text};
use serde_json::{Value, json};

/// Words of the machinery, which no answer may contain.
const INTERNAL: [&str; 12] = [
    "DynamoDB",
    "dynamodb",
    "BatchGetItem",
    "PutItem",
    "SQS",
    "Table",
    "panicked",
    "unwrap",
    "src/",
    ".rs",
    "serde",
    "whsec_",
];

/// A desk in a town at which requests are made and their answers noted.
pub(crate) struct Desk {
    /// The town.
    pub(crate) town: Town,
    /// A merchant of it.
    pub(crate) shop: Shop,
    /// The table as it must stay.
    pub(crate) before: Vec<Value>,
    /// The answers so far.
    pub(crate) table: String,
}

impl Desk {
    pub(crate) async fn open(country: &str) -> Self {
        let town = Town::unswept().await;
        let shop = town.shop(country).await;
        let before = town.items();
        Self { town, shop, before, table: String::new() }
    }

    /// Notes an answer as `name: status type field: detail > next`; nothing was written and nothing internal
    /// is shown.
    fn note(&mut self, name: &str, answer: &Response) {
        let problem = answer.json();
        let (kind, field) = (text(&problem, "/type"), text(&problem, "/field"));
        let kind = kind.strip_prefix("urn:kembali:problem:").unwrap_or(&kind);
        let (detail, next) = (text(&problem, "/detail"), text(&problem, "/next"));
        let line = format!("{name}: {} {kind} {field}: {detail} > {next}", answer.status);
        self.table.push_str(&line);
        self.table.push('\n');
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        for word in INTERNAL {
            assert!(!body.contains(word), "{name} tells {word}: {body}");
        }
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{name}");
        assert_eq!(problem["status"], json!(answer.status), "{name}");
        assert_eq!(self.town.items(), self.before, "{name} wrote something");
    }

    pub(crate) async fn post(&mut self, name: &str, body: Value) {
        let answer = self.town.call(&self.shop.key, "POST", "/v1/checkouts", Some(body)).await;
        self.note(name, &answer);
    }

    pub(crate) async fn send(&mut self, name: &str, content_type: &str, body: String) {
        let token = format!("Bearer {}", self.shop.key);
        let headers = [("authorization", token.as_str()), ("content-type", content_type)];
        let answer = self.town.client.send("POST", "/v1/checkouts", &headers, body).await.unwrap();
        self.note(name, &answer);
    }

    pub(crate) async fn ask(&mut self, name: &str, key: &str, method: &str, path: &str, body: Option<Value>) {
        let answer = self.town.call(key, method, path, body).await;
        self.note(name, &answer);
    }

    pub(crate) fn check(&self, expected: &Expect) {
        expected.assert_eq(&self.table);
    }
}
