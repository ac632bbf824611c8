//! Orders for which Stripe refuses to make a page, for a while: what it refuses under a key it refuses for a
//! day, and the order number is the merchant's.

use kembali::domain::time::Timestamp;
use kembali_tests::{Shop, Town, Wire, card, five_percent, session_of, text};
use local_stripe::Endpoint;
use local_wire::Fault;
use serde_json::{Value, json};

use crate::wallet::order;

/// A shop, and a campaign with a cap and a budget.
async fn shop(town: &Town) -> Shop {
    let shop = town.shop("SG").await;
    let mut rule = five_percent("five", "card", "merchant");
    rule["caps"] = json!([{"per": "campaign", "payments": 1}]);
    rule["budget"] = json!({"total": {"payments": 9}, "shards": 1});
    town.campaign("SG", rule).await;
    shop
}

/// Stripe restricts the account, and we have not heard of it yet.
fn restrict(town: &Town, shop: &Shop) -> Vec<Endpoint> {
    let endpoints = town.stack.stripe().set_endpoints(Vec::new());
    town.stack.stripe().restrict(&shop.account, "identity.individual.documents").expect("the account exists");
    endpoints
}

fn mend(town: &Town, shop: &Shop, endpoints: Vec<Endpoint>) {
    town.stack.stripe().complete_onboarding(&shop.account).expect("the account exists");
    town.stack.stripe().set_endpoints(endpoints);
}

async fn ask(town: &Town, shop: &Shop, order: &Value) -> (u16, Value) {
    let answer = town.call(&shop.key, "POST", "/v1/checkouts", Some(order.clone())).await;
    (answer.status, answer.json())
}

/// How many payments the campaign has left, and what the payer has used of it.
async fn left(town: &Town) -> (i64, Value) {
    let payer = town.operate("GET", "/v1/payers/%2B6591234567/cashback?country=SG", None).await.json();
    (town.budget_left("SG", "five", "-").payments, payer["campaigns"].clone())
}

#[tokio::test]
async fn an_order_that_was_refused_a_page_gets_one_as_soon_as_stripe_makes_it() {
    let town = Town::unswept().await;
    let shop = shop(&town).await;
    let (order, before) = (order("order-1", "25.00"), left(&town).await);
    let endpoints = restrict(&town, &shop);
    for _ in 0..2 {
        let mark = town.mark();
        let (status, problem) = ask(&town, &shop, &order).await;
        assert_eq!((status, text(&problem, "/type")), (422, "urn:kembali:problem:refused-by-stripe".into()));
        assert!(text(&problem, "/next").ends_with("then send the request again."), "{problem}");
        assert_eq!(
            town.since(mark).changes(),
            ["POST /v1/checkout/sessions", "PutItem"],
            "one try each time"
        );
        assert_eq!(left(&town).await, before, "it holds nothing of anybody");
    }
    let listed = town.call(&shop.key, "GET", "/v1/checkouts", None).await.json();
    let refused = town.read(&shop, &listed["checkouts"][0]).await;
    assert_eq!((text(&refused, "/status"), refused.get("url")), ("failed".into(), None));
    assert!(text(&refused, "/next").ends_with("then send the same order again."), "{refused}");
    let mut other = order.clone();
    other["amount"]["value"] = json!("26.00");
    assert_eq!(ask(&town, &shop, &other).await.1["field"], "amount", "the number is that order's");

    mend(&town, &shop, endpoints);
    let (status, checkout) = ask(&town, &shop, &order).await;
    assert_eq!((status, &checkout["id"], text(&checkout, "/status")), (201, &refused["id"], "open".into()));
    assert_eq!(left(&town).await.0, before.0 - 1);
    let (status, again) = ask(&town, &shop, &order).await;
    assert_eq!((status, &again["url"], town.stack.stripe().sessions().len()), (200, &checkout["url"], 1));
    town.pay(&checkout, card()).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
}

/// The end that was named first may be too near when the account is mended.
#[tokio::test]
async fn an_order_that_was_refused_a_page_may_end_later() {
    let town = Town::unswept().await;
    let shop = shop(&town).await;
    let end = |minutes: i64| Timestamp::from_epoch_seconds(town.stack.clock().epoch_seconds() + minutes * 60);
    let mut order = order("order-1", "25.00");
    order["expires_at"] = json!(end(31));
    let endpoints = restrict(&town, &shop);
    assert_eq!(ask(&town, &shop, &order).await.0, 422);
    town.minutes(2).await;
    mend(&town, &shop, endpoints);
    let (status, problem) = ask(&town, &shop, &order).await;
    assert_eq!((status, &problem["field"]), (422, &json!("expires_at")), "{problem}");
    order["expires_at"] = json!(end(40));
    let (status, checkout) = ask(&town, &shop, &order).await;
    assert_eq!((status, &checkout["expires_at"]), (201, &order["expires_at"]), "{checkout}");
    order["expires_at"] = json!(end(50));
    assert_eq!(ask(&town, &shop, &order).await.1["field"], "expires_at", "its page is there now");
}

/// Nobody's credit waits for an account to be mended, and the order number outlives the hour after which a
/// page is given up that nobody knows anything of.
#[tokio::test]
async fn credit_is_back_at_once_and_is_spent_when_the_page_is_made() {
    let town = Town::unswept().await;
    let shop = shop(&town).await;
    let credit = json!({
        "phone": "+6591234567", "reference": "gift", "direction": "credit", "reason": "spilled kopi",
        "amount": {"value": "3.00", "currency": "SGD"},
    });
    town.operate("POST", "/v1/markets/SG/adjustments", Some(credit)).await;
    let (order, before) = (town.agreed(&shop, "SG", order("order-1", "25.00")).await, left(&town).await);
    let endpoints = restrict(&town, &shop);
    for _ in 0..2 {
        assert_eq!(ask(&town, &shop, &order).await.0, 422);
        assert_eq!((town.wallets(), left(&town).await), (vec!["SG 300".to_owned()], before.clone()));
    }
    town.minutes(61).await;
    town.tick("release-cashback").await;
    town.settle().await;
    mend(&town, &shop, endpoints);
    let (status, checkout) = ask(&town, &shop, &order).await;
    assert_eq!((status, text(&checkout, "/wallet/value")), (201, "3.00".into()), "{checkout}");
    assert!(town.wallets().is_empty());
    town.pay(&checkout, card()).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    assert_eq!(town.movements()[0], "charge +2200 shop");
}

/// The key changes after an answer that is known to be no, and only then: while an answer is in doubt, the
/// same key finds out what it was.
#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_under_the_same_key() {
    for (lost, told) in [("POST /v1/checkout/sessions", [503, 422, 201]), ("PutItem", [503, 422, 201])] {
        let (town, wire) = Town::on_a_wire().await;
        let shop = shop(&town).await;
        let order = order("order-1", "25.00");
        let endpoints = restrict(&town, &shop);
        wire.cut(lost, Fault::LoseReply, usize::MAX);
        let mut seen = vec![ask(&town, &shop, &order).await.0];
        wire.mend();
        if lost != "PutItem" {
            // What was wrong has passed, but under this key Stripe has said no.
            mend(&town, &shop, endpoints.clone());
        }
        seen.push(ask(&town, &shop, &order).await.0);
        mend(&town, &shop, endpoints);
        seen.push(ask(&town, &shop, &order).await.0);
        assert_eq!((seen.as_slice(), town.stack.stripe().sessions().len()), (told.as_slice(), 1), "{lost}");
    }
    // The page was made, and the answer was lost: an account that is restricted afterwards is not asked anew.
    for lost in ["POST /v1/checkout/sessions", "TransactWriteItems"] {
        let (town, wire) = Town::on_a_wire().await;
        let shop = shop(&town).await;
        let order = order("order-1", "25.00");
        wire.cut(lost, Fault::LoseReply, usize::MAX);
        assert_eq!(ask(&town, &shop, &order).await.0, 503);
        wire.mend();
        restrict(&town, &shop);
        let (status, checkout) = ask(&town, &shop, &order).await;
        assert!(status < 300 && !session_of(&checkout).is_empty(), "{status} {checkout}");
        assert_eq!(town.stack.stripe().sessions(), [session_of(&checkout)], "{lost}");
    }
}

/// Whoever writes first that there is no page does not take one away from whoever got one.
#[tokio::test]
async fn two_who_ask_at_once_get_one_page() {
    let town = Town::unswept().await;
    let shop = shop(&town).await;
    let order = order("order-1", "25.00");
    let endpoints = restrict(&town, &shop);
    let (one, other) = tokio::join!(ask(&town, &shop, &order), ask(&town, &shop, &order));
    assert!([422, 503].contains(&one.0) && [422, 503].contains(&other.0), "{one:?} {other:?}");
    mend(&town, &shop, endpoints);
    let (one, other) = tokio::join!(ask(&town, &shop, &order), ask(&town, &shop, &order));
    let (status, checkout) = ask(&town, &shop, &order).await;
    assert_eq!(status, 200, "{one:?} {other:?}");
    assert_eq!(town.stack.stripe().sessions(), [session_of(&checkout)]);
    assert_eq!(left(&town).await.0, 8);
}

#[tokio::test]
async fn whoever_repeats_an_order_that_is_over_is_told_what_to_do() {
    let (town, wire): (Town, Wire) = Town::on_a_wire().await;
    let shop = shop(&town).await;
    let new_number = "This order number is used up. Ask for the payment again under a new reference.";
    let closed = town.create(&shop, order("order-1", "25.00")).await;
    let path = format!("/v1/checkouts/{}/expire", text(&closed, "/id"));
    assert_eq!(town.call(&shop.key, "POST", &path, None).await.status, 200);
    let (status, again) = ask(&town, &shop, &order("order-1", "25.00")).await;
    assert_eq!(
        (status, text(&again, "/status"), text(&again, "/next").as_str()),
        (200, "expired".into(), new_number)
    );
    // Stripe was silent for an hour on an order with credit: whether there is a page is not known, so there
    // is no other.
    let credit = json!({
        "phone": "+6591234567", "reference": "gift", "direction": "credit", "reason": "spilled kopi",
        "amount": {"value": "3.00", "currency": "SGD"},
    });
    town.operate("POST", "/v1/markets/SG/adjustments", Some(credit)).await;
    let order = town.agreed(&shop, "SG", order("order-2", "25.00")).await;
    wire.cut("stripe", Fault::Refuse, usize::MAX);
    assert_eq!(ask(&town, &shop, &order).await.0, 503);
    town.hours(2).await;
    town.tick("release-cashback").await;
    town.settle().await;
    wire.mend();
    let (status, again) = ask(&town, &shop, &order).await;
    assert_eq!(
        (status, text(&again, "/status"), text(&again, "/next").as_str()),
        (200, "expired".into(), new_number)
    );
    let open = town.create(&shop, crate::wallet::order("order-3", "25.00")).await;
    assert_eq!(open.get("next"), None);
}
