//! The kill switch of a market, and what is looked at twice.

use expect_test::expect;
use kembali_tests::{Town, five_percent, text};
use local_stripe::PayWith;
use serde_json::json;

use crate::desk::Desk;

const POLICY: &str = "/v1/markets/SG/policy";

#[tokio::test]
async fn a_stopped_market_promises_and_releases_nothing_and_the_sweep_pays_when_it_goes_on() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let promised = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&promised, PayWith::Paynow).await;
    let stopped = town.operate("POST", &format!("{POLICY}/stop"), Some(json!({"reason": "a leak"}))).await;
    assert_eq!(stopped.status, 200, "{}", stopped.json());
    let stop = json!({"actor": "operator", "reason": "a leak", "at": "2026-11-22T10:00:00Z"});
    assert_eq!(stopped.json()["stopped"], stop);
    let again = town.operate("POST", &format!("{POLICY}/stop"), Some(json!({"reason": "still"}))).await;
    assert_eq!(again.json(), stopped.json(), "who stopped it first stays");

    town.minutes(1).await;
    let later = town.checkout(&shop, "order-2", "25.00", "SGD").await;
    assert_eq!(text(&later, "/offers/1/no_cashback"), "market_stopped", "{later}");
    town.hours(50).await;
    assert_eq!(town.standing(&shop, &promised).await, "paid held", "what is promised is held");
    assert_eq!(town.back(&promised).total(), 0);

    let resumed = town.operate("POST", &format!("{POLICY}/resume"), None).await;
    assert_eq!((resumed.status, resumed.json().get("stopped")), (200, None));
    assert_eq!(town.operate("GET", POLICY, None).await.json(), resumed.json());
    town.minutes(45).await;
    assert_eq!(town.standing(&shop, &promised).await, "paid credited");
    assert_eq!(town.back(&promised).cashback, [125]);
    let offered = town.checkout(&shop, "order-3", "25.00", "SGD").await;
    assert_eq!(text(&offered, "/offers/1/cashback/value"), "1.25");
}

#[tokio::test]
async fn another_market_goes_on() {
    let town = Town::unswept().await;
    let shop = town.shop("IN").await;
    town.campaign("IN", five_percent("five", "upi", "merchant")).await;
    town.operate("POST", &format!("{POLICY}/stop"), Some(json!({"reason": "a leak"}))).await;
    let checkout = town.checkout(&shop, "order-1", "499.00", "INR").await;
    town.pay(&checkout, PayWith::Upi).await;
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
}

#[tokio::test]
async fn what_cannot_be_meant_by_a_policy() {
    let mut desk = Desk::open("SG").await;
    let token = desk.town.stack.operator_token().unwrap();
    let screening = format!("{POLICY}/screening");
    for (name, body) in [
        ("nothing is usual", json!({"payments_per_day": 0})),
        ("more than is remembered", json!({"payers_per_card": 16})),
        ("a word too many", json!({"cards": 3})),
    ] {
        desk.ask(name, &token, "PUT", &screening, Some(body)).await;
    }
    let stop = format!("{POLICY}/stop");
    desk.ask("stopped for nothing", &token, "POST", &stop, Some(json!({"reason": ""}))).await;
    desk.ask("no reason", &token, "POST", &stop, Some(json!({}))).await;
    desk.ask("no market", &token, "GET", "/v1/markets/XX/policy", None).await;
    let reviews = "/v1/markets/SG/reviews";
    desk.ask("another state", &token, "GET", &format!("{reviews}?state=held"), None).await;
    desk.ask("a cursor of one's own", &token, "GET", &format!("{reviews}?cursor=last"), None).await;
    let reason = || Some(json!({"reason": "seen"}));
    let unknown = "/v1/cashbacks/chk_aaaaaaaaaaaaaaaaaaaaaaaa/approve";
    desk.ask("no such checkout", &token, "POST", unknown, reason()).await;
    let checkout = desk.town.checkout(&desk.shop, "order-1", "25.00", "SGD").await;
    desk.before = desk.town.items();
    let open = format!("/v1/cashbacks/{}/reject", text(&checkout, "/id"));
    desk.ask("not paid", &token, "POST", &open, reason()).await;
    desk.ask("rejected for nothing", &token, "POST", &open, Some(json!({"reason": " "}))).await;
    desk.check(&expect![[r#"
        nothing is usual: 422 invalid-field payments_per_day: From 1 to 15 can be counted. > Write a number in these bounds, or leave the field out to turn this check off.
        more than is remembered: 422 invalid-field payers_per_card: From 1 to 15 can be counted. > Write a number in these bounds, or leave the field out to turn this check off.
        a word too many: 422 invalid-field cards: There is no field `cards` here. > Leave it out, or correct its name: the fields are `payments_per_day`, `payers_per_card`, `cards_per_payer`.
        stopped for nothing: 422 invalid-field reason: The text is empty or too long. > Write 1 to 250 characters that can be seen.
        no reason: 422 invalid-field reason: `reason` is missing. > Add `reason`.
        no market: 404 not-found country: There is no such market. > Write one of SG, IN, BR, US in the address.
        another state: 422 invalid-field state: There is no such list. > Write `in_review`, `failed` or `unsettled`.
        a cursor of one's own: 422 invalid-field cursor: The cursor is not valid. > Send `next_cursor` of the page before, as it is.
        no such checkout: 404 not-found : There is no such checkout. > Check the id of the checkout; those of others are not shown.
        not paid: 409 wrong-state : The checkout is open: it has no cashback. > Decide once it is paid.
        rejected for nothing: 422 invalid-field reason: The text is empty or too long. > Write 1 to 250 characters that can be seen.
    "#]]);
}
