//! What a test does with the books.

use std::collections::BTreeMap;

use kembali_local::client::Response;
use serde_json::{Value, json};

use crate::{Town, text};

/// By scope and by flow, in minor units.
pub type Sums = BTreeMap<String, BTreeMap<String, i64>>;

#[expect(clippy::expect_used, reason = "a test helper fails the test")]
impl Town {
    /// Asks for something of a market's books, as the operator: `balances?merchant=…`.
    pub async fn books(&self, country: &str, what: &str) -> Response {
        self.operate("GET", &format!("/v1/markets/{country}/{what}"), None).await
    }

    /// Lets the batching window pass, so that every change is in the journal.
    pub async fn journal(&self) {
        self.stack.advance(30).await.expect("the stack comes to rest");
    }

    /// The hourly event of a function of the books, now. What it answers.
    pub async fn tick(&self, function: &str) -> Value {
        let time =
            jiff::Timestamp::from_second(self.stack.clock().epoch_seconds()).expect("a time").to_string();
        let event = json!({
            "version": "0", "id": "6c1a2d9e-30b8-4a1f-9d53-2f1f4b0c7e11", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": "123456789012", "time": time, "region": "us-east-1",
            "resources": [], "detail": {},
        });
        let answer = self.stack.invoke(function, event.to_string().into_bytes()).await.expect("it answers");
        serde_json::from_slice(&answer).expect("JSON")
    }

    /// All pages of a rebuild: the sums from the items and from the books, by scope and by flow.
    pub async fn rebuilt(&self, country: &str) -> (Sums, Sums) {
        let (mut items, mut books, mut cursor) = (Sums::new(), Sums::new(), String::new());
        loop {
            let answer = self.books(country, &format!("rebuild{cursor}")).await;
            assert_eq!(answer.status, 200, "{}", answer.json());
            let page = answer.json();
            add(&mut items, page.get("items"));
            add(&mut books, page.get("books"));
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("?cursor={next}"),
                None => return (items, books),
            }
        }
    }

    /// The balance of each account of a scope: `merchant.balance 24.75`.
    pub async fn balances(&self, country: &str, scope: &str) -> Vec<String> {
        let answer = self.books(country, &format!("balances{scope}")).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let balances =
            answer.json().pointer("/balances").and_then(Value::as_array).cloned().unwrap_or_default();
        balances
            .iter()
            .map(|one| format!("{} {}", text(one, "/account"), text(one, "/balance/value")))
            .collect()
    }

    /// Matches a day now. What was found.
    pub async fn match_day(&self, country: &str, day: &str) -> Value {
        let answer = self.operate("POST", &format!("/v1/markets/{country}/match?day={day}"), None).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    /// Changes an item of the table behind everybody's back: sets the number or text at a path
    /// (`state.cashback.…`).
    pub async fn tamper(&self, pk: &str, path: &str, value: Value) {
        let names: Vec<&str> = path.split('.').collect();
        let place: Vec<String> = (0..names.len()).map(|index| format!("#n{index}")).collect();
        let names = names.iter().enumerate().map(|(index, name)| (format!("#n{index}"), Value::from(*name)));
        let body = json!({
            "TableName": "Table", "Key": {"pk": {"S": pk}, "sk": {"S": "-"}},
            "UpdateExpression": format!("SET {} = :value", place.join(".")),
            "ExpressionAttributeNames": names.collect::<serde_json::Map<_, _>>(),
            "ExpressionAttributeValues": {":value": value},
        });
        let headers = [
            ("x-amz-target", "DynamoDB_20120810.UpdateItem"),
            ("content-type", "application/x-amz-json-1.0"),
        ];
        let aws = kembali_local::client::Client::new(self.stack.environment().aws_url.clone());
        let answer = aws.send("POST", "/", &headers, body.to_string()).await.expect("the table answers");
        assert_eq!(answer.status, 200, "{}", answer.json());
    }
}

/// Adds the sums of one page.
fn add(sums: &mut Sums, more: Option<&Value>) {
    for (scope, flows) in more.and_then(Value::as_object).into_iter().flatten() {
        for (flow, minor) in flows.as_object().into_iter().flatten() {
            let sum = sums.entry(scope.clone()).or_default().entry(flow.clone()).or_default();
            *sum += minor.as_i64().unwrap_or_default();
        }
    }
}
