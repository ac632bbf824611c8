//! Nobody sees or moves what is another's.

use kembali_tests::{Shop, Town, card, text};
use serde_json::{Value, json};

#[tokio::test]
async fn operator_routes_take_no_token_but_an_operators() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let expired = town.stack.operator_token().unwrap();
    town.settle().await;
    // No token is valid for so long. Nothing is settled: it is the token's time that passes.
    town.stack.clock().advance(60 * 24 * 3600);
    let before = town.items();
    let merchant = format!("/v1/merchants/{}", shop.id);
    let routes = [
        ("POST", "/v1/merchants".to_owned()),
        ("POST", format!("{merchant}/suspend")),
        ("POST", format!("{merchant}/resume")),
        ("POST", format!("{merchant}/keys/reset")),
        ("GET", "/v1/markets/SG/rollout".to_owned()),
        ("PUT", "/v1/markets/SG/rollout".to_owned()),
        ("GET", "/v1/markets/SG/campaigns".to_owned()),
        ("POST", "/v1/markets/SG/campaigns".to_owned()),
        ("GET", "/v1/markets/SG/campaigns/five".to_owned()),
        ("POST", "/v1/markets/SG/campaigns/five/pause".to_owned()),
        ("POST", "/v1/markets/SG/campaigns/five/resume".to_owned()),
    ];
    for (method, path) in routes {
        for token in ["", "nonsense", &shop.key, &expired] {
            let answer = town.call(token, method, &path, Some(json!({"reason": "none"}))).await;
            assert_eq!(answer.status, 401, "{method} {path} with {token}");
        }
        let answer = town.client.send(method, &path, &[], String::new()).await.unwrap();
        assert_eq!(answer.status, 401, "{method} {path} without a token");
    }
    assert_eq!(town.items(), before);
}

/// Everything a merchant can ask about a checkout.
async fn asked(town: &Town, key: &str, checkout: &str) -> Vec<(u16, Value)> {
    let mut answers = Vec::new();
    for (method, path, body) in [
        ("GET", format!("/v1/checkouts/{checkout}"), None),
        ("POST", format!("/v1/checkouts/{checkout}/expire"), None),
        ("POST", format!("/v1/checkouts/{checkout}/refunds"), Some(json!({"reference": "r1"}))),
    ] {
        let answer = town.call(key, method, &path, body).await;
        answers.push((answer.status, answer.json()));
    }
    answers
}

#[tokio::test]
async fn another_merchants_checkout_looks_like_one_that_does_not_exist() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let other = town.another_shop("SG", "other").await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, card()).await;
    let before = town.items();
    let foreign = asked(&town, &other.key, &text(&checkout, "/id")).await;
    let unknown = asked(&town, &other.key, "chk_aaaaaaaaaaaaaaaaaaaaaaaa").await;
    assert_eq!(foreign, unknown);
    assert!(foreign.iter().all(|(status, _)| *status == 404), "{foreign:?}");
    assert_eq!(town.items(), before);
    let listed = town.call(&other.key, "GET", "/v1/checkouts", None).await.json();
    assert_eq!(listed["checkouts"], json!([]));
    let same = town.checkout(&other, "order-1", "25.00", "SGD").await;
    assert_ne!(same["id"], checkout["id"], "a reference is its merchant's own");
}

#[tokio::test]
async fn a_key_opens_its_own_merchant_alone() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let other = town.another_shop("SG", "other").await;
    let before = town.items();
    let path = |shop: &Shop| format!("/v1/merchants/{}", shop.id);
    assert_eq!(town.call(&other.key, "GET", &path(&shop), None).await.status, 404);
    assert_eq!(town.call(&other.key, "POST", &format!("{}/keys", path(&shop)), None).await.status, 404);
    let link = format!("{}/onboarding-link", path(&shop));
    assert_eq!(town.call(&other.key, "POST", &link, None).await.status, 404);
    let secret = other.key.rsplit('_').next().unwrap_or_default();
    let mixed = format!("kmb_{}_{secret}", shop.id);
    let nobody = "kmb_mch_aaaaaaaaaaaaaaaa_secret";
    for key in ["", "kmb_", "sk_test_local", &mixed, nobody] {
        assert_eq!(town.call(key, "GET", &path(&shop), None).await.status, 401, "{key}");
        assert_eq!(town.call(key, "GET", "/v1/checkouts", None).await.status, 401, "{key}");
    }
    assert_eq!(town.items(), before);
}
