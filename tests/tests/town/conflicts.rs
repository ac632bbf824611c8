//! Transactions that meet: what is tried again, what is not, and what the caller hears when it does not help.

use kembali_tests::{Town, order_of, promised_minor, text};
use serde_json::{Value, json};

const TABLE: &str = "Table";
const CONFLICT: &str = "TransactionConflict";

async fn town() -> (Town, kembali_tests::Shop) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let rule = json!({
        "id": "five", "reward": {"kind": "percent", "percent": "5"}, "methods": ["paynow"], "funding": "merchant",
        "starts_at": "2026-11-01", "ends_at": "2027-02-01", "budget": {"total": {"payments": 2}, "shards": 1},
    });
    town.campaign("SG", rule).await;
    (town, shop)
}

/// The outcome of each write of the table since `mark`.
fn writes(town: &Town, mark: usize) -> Vec<String> {
    let writes = town.since(mark).0.into_iter().filter(|call| {
        call.service == "dynamodb" && matches!(call.operation.as_str(), "TransactWriteItems" | "PutItem")
    });
    writes.map(|call| format!("{} {}", call.operation, call.error.unwrap_or_default())).collect()
}

fn budget() -> Value {
    json!({"pk": {"S": "B#SG#five#0"}, "sk": {"S": "-"}})
}

#[tokio::test]
async fn what_met_a_transaction_is_tried_again() {
    let (town, shop) = town().await;
    let mark = town.mark();
    let other = town.stack.dynamodb().hold(TABLE, budget());
    let mut asked = Box::pin(town.create(&shop, order_of(1, "order-1", "25.00")));
    let met = async {
        while !writes(&town, mark).iter().any(|write| write.ends_with(CONFLICT)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = &mut asked => panic!("it was written into another's transaction"),
        () = met => drop(other),
    }
    let checkout = asked.await;
    assert_eq!(promised_minor(&checkout), 125);
    let writes = writes(&town, mark);
    let (last, before) = writes.split_last().expect("it was written");
    assert_eq!(last, "TransactWriteItems ");
    assert!(!before.is_empty() && before.iter().all(|write| write.ends_with(CONFLICT)), "{before:?}");
}

#[tokio::test]
async fn a_condition_that_does_not_hold_is_not_tried_again() {
    let (town, shop) = town().await;
    for reference in ["order-1", "order-2"] {
        town.create(&shop, order_of(1, reference, "25.00")).await;
    }
    let mark = town.mark();
    let third = town.create(&shop, order_of(1, "order-3", "25.00")).await;
    assert_eq!(promised_minor(&third), 0);
    assert_eq!(writes(&town, mark), ["TransactWriteItems ConditionalCheckFailed", "PutItem "]);
}

#[tokio::test]
async fn who_always_meets_another_is_told_to_come_again_and_can() {
    let (town, shop) = town().await;
    let mark = town.mark();
    let other = town.stack.dynamodb().hold(TABLE, budget());
    let body = order_of(1, "order-1", "25.00");
    let answer = town.call(&shop.key, "POST", "/v1/checkouts", Some(body.clone())).await;
    assert_eq!(
        (answer.status, text(&answer.json(), "/type")),
        (503, "urn:kembali:problem:unavailable".into())
    );
    assert_eq!(writes(&town, mark), vec![format!("TransactWriteItems {CONFLICT}"); 8]);
    drop(other);
    assert_eq!(promised_minor(&town.create(&shop, body).await), 125);
    assert_eq!(town.stack.stripe().sessions().len(), 1, "the page was there before");
}

#[tokio::test]
async fn a_payment_that_meets_another_comes_again_from_the_queue() {
    let (town, shop) = town().await;
    let checkout = town.create(&shop, order_of(1, "order-1", "25.00")).await;
    let other = town.stack.dynamodb().hold(TABLE, budget());
    // By card it earns nothing: the budget gets its reward back, and with it the payment is one transaction.
    town.pay(&checkout, kembali_tests::card()).await;
    assert_eq!(text(&town.read(&shop, &checkout).await, "/status"), "open");
    drop(other);
    town.minutes(10).await;
    assert_eq!((town.standing(&shop, &checkout).await, town.dead_letters()), ("paid none".into(), 0));
    assert_eq!(town.budget_left("SG", "five", "-").payments, 2);
}
