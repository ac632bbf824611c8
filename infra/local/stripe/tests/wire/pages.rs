//! The hosted pages, as a person uses them.

use axum::http::Method;
use serde_json::{Value, json};

use crate::lab::Lab;

async fn link(lab: &Lab, account: &str) -> String {
    let body = json!({
        "account": account,
        "use_case": { "type": "account_onboarding", "account_onboarding": {
            "refresh_url": "https://shop.example/again", "return_url": "https://shop.example/ready",
        } },
    });
    let link = lab.post_json("/v2/core/account_links", "", &body).await.ok();
    assert_eq!(link["object"], "v2.core.account_link");
    link["url"].as_str().unwrap().to_owned()
}

async fn open(lab: &Lab, url: &str) -> crate::lab::Reply {
    lab.send(Method::GET, url, &[], String::new()).await
}

async fn charges_enabled(lab: &Lab, account: &str) -> Value {
    lab.get(&format!("/v1/accounts/{account}"), "").await.ok()["charges_enabled"].clone()
}

#[tokio::test]
async fn a_payer_sees_the_order_and_pays() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let session = lab.session(&account, "1250", "sgd", &[]).await;
    let url = format!("{}/c/pay/{session}", lab.url());
    let page = open(&lab, &url).await;
    for text in
        ["Tye Tye", "SGD 12.50", "Kopi", "No real money", "PayNow", "<svg", "https://shop.example/back"]
    {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(!page.text.contains("UPI"));
    let declined = lab.press(&url, "method=card&action=decline").await;
    assert_eq!(declined.status, 402);
    assert!(declined.text.contains("Your card was declined."));
    assert_eq!(lab.press(&url, "method=card&action=pay&number=42").await.status, 402);
    let paid = lab.press(&url, "method=card&action=pay&number=4242+4242+4242+4242").await;
    let target = format!("https://shop.example/done?s={session}");
    assert_eq!((paid.status, paid.header("location")), (303, Some(target.as_str())));
    assert!(open(&lab, &url).await.text.contains("Payment received"));
    let charge = lab.charge(&account, &lab.stripe.charge_of(&session).unwrap()).await;
    let receipt = open(&lab, charge["receipt_url"].as_str().unwrap()).await;
    assert!(receipt.text.contains("•••• 4242"));
}

#[tokio::test]
async fn an_expired_session_says_so() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let session = lab.session(&account, "1250", "sgd", &[]).await;
    lab.clock.advance(24 * 3600);
    let page = open(&lab, &format!("/c/pay/{session}")).await;
    assert_eq!(page.status, 410);
    assert!(page.text.contains("expired"));
    assert_eq!(open(&lab, "/c/pay/cs_test_nobody").await.status, 404);
}

#[tokio::test]
async fn an_embedded_session_without_return_ends_on_a_receipt() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let params = [
        ("mode", "payment"),
        ("ui_mode", "embedded_page"),
        ("redirect_on_completion", "never"),
        ("line_items[0][price_data][currency]", "sgd"),
        ("line_items[0][price_data][unit_amount]", "700"),
        ("line_items[0][price_data][product_data][name]", "Teh"),
        ("line_items[0][quantity]", "2"),
    ];
    let session = lab.post("/v1/checkout/sessions", &account, &params).await.ok();
    assert_eq!((&session["url"], &session["amount_total"]), (&json!(null), &json!(1400)));
    assert!(session["client_secret"].is_string());
    let path = format!("/c/pay/{}", session["id"].as_str().unwrap());
    let paid = lab.press(&path, "method=paynow&action=pay").await;
    assert_eq!((paid.status, paid.header("location")), (303, Some(path.as_str())));
}

#[tokio::test]
async fn a_merchant_completes_onboarding_once() {
    let lab = Lab::new().await;
    let account = lab.account(&["card_payments"]).await;
    let url = link(&lab, &account).await;
    let page = open(&lab, &url).await;
    assert!(page.text.contains("Complete") && page.text.contains("defaults.payout_methods"));
    let again = open(&lab, &url).await;
    assert_eq!((again.status, again.header("location")), (303, Some("https://shop.example/again")));
    let done = lab.press(&url, "action=complete").await;
    assert_eq!((done.status, done.header("location")), (303, Some("https://shop.example/ready")));
    assert_eq!(charges_enabled(&lab, &account).await, true);
    assert_eq!(
        lab.press(&url, "action=complete").await.header("location"),
        Some("https://shop.example/again")
    );
}

#[tokio::test]
async fn onboarding_can_be_left_and_a_link_runs_out() {
    let lab = Lab::new().await;
    let account = lab.account(&["card_payments"]).await;
    let url = link(&lab, &account).await;
    let left = lab.press(&url, "action=leave").await;
    assert_eq!(left.header("location"), Some("https://shop.example/ready"));
    assert_eq!(charges_enabled(&lab, &account).await, false);
    let url = link(&lab, &account).await;
    lab.clock.advance(301);
    assert_eq!(open(&lab, &url).await.header("location"), Some("https://shop.example/again"));
    assert_eq!(open(&lab, "/setup/nothing").await.status, 404);
}
