//! Who may ask, and how a wrong request is refused.

use axum::http::Method;
use data_encoding::BASE64;

use crate::lab::{KEY, Lab};

#[tokio::test]
async fn a_request_needs_the_key() {
    let lab = Lab::new().await;
    let none = lab.send(Method::GET, "/v1/balance", &[], String::new()).await;
    assert_eq!(none.error().0, 401);
    let wrong = lab
        .send(Method::GET, "/v1/balance", &[("authorization", "Bearer sk_test_wrong")], String::new())
        .await;
    assert_eq!(wrong.error().1["message"], "Invalid API Key provided: sk_********rong");
    let basic = format!("Basic {}", BASE64.encode(format!("{KEY}:").as_bytes()));
    let basic = lab.send(Method::GET, "/v1/balance", &[("authorization", &basic)], String::new()).await;
    assert_eq!(basic.ok()["object"], "balance");
}

#[tokio::test]
async fn objects_stay_on_their_account() {
    let lab = Lab::new().await;
    let (mine, other) = (lab.merchant().await, lab.merchant().await);
    let session = lab.session(&mine, "500", "sgd", &[]).await;
    let path = format!("/v1/checkout/sessions/{session}");
    assert_eq!(lab.get(&path, &mine).await.status, 200);
    assert_eq!(lab.get(&path, &other).await.code(), (404, "resource_missing".to_owned()));
    assert_eq!(lab.get(&path, "").await.code(), (404, "resource_missing".to_owned()));
    assert_eq!(lab.get(&path, "acct_nobody").await.code(), (403, "account_invalid".to_owned()));
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let refusals = [
        (vec![("charge", "ch_1"), ("colour", "red")], "parameter_unknown", "colour"),
        (vec![("charge", "ch_1"), ("amount", "1.5")], "parameter_invalid_integer", "amount"),
        (vec![("charge", "ch_1"), ("amount", "0")], "parameter_invalid_integer", "amount"),
        (vec![("charge", "ch_1"), ("amount", "")], "parameter_invalid_empty", "amount"),
        (vec![("charge", "ch_1")], "resource_missing", "charge"),
    ];
    for (params, code, param) in refusals {
        let (_, error) = lab.post("/v1/refunds", &account, &params).await.error();
        assert_eq!(
            (error["code"].as_str(), error["param"].as_str()),
            (Some(code), Some(param)),
            "{params:?}"
        );
    }
    assert_eq!(lab.post("/v1/refunds", &account, &[]).await.code().1, "parameter_missing");
    assert_eq!(lab.post("/v1/refunds", &account, &[("amount[x", "1")]).await.error().0, 400);
    assert_eq!(
        lab.post("/v1/refunds", &account, &[("amount", "1"), ("amount[x]", "1")]).await.error().0,
        400
    );
    assert_eq!(lab.post_json("/v1/refunds", "", &serde_json::json!({})).await.error().0, 400);
}

#[tokio::test]
async fn an_unknown_url_is_refused_as_stripe_words_it() {
    let lab = Lab::new().await;
    let (status, error) = lab.get("/v1/coupons", "").await.error();
    assert_eq!(status, 404);
    assert!(error["message"].as_str().unwrap().starts_with("Unrecognized request URL (GET: /v1/coupons)."));
    assert_eq!(
        lab.send(
            Method::DELETE,
            "/v1/refunds",
            &[("authorization", &format!("Bearer {KEY}"))],
            String::new()
        )
        .await
        .status,
        404
    );
}

#[tokio::test]
async fn every_call_is_recorded_and_answered_with_stripes_headers() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let mark = lab.calls.mark();
    let session = lab.session(&account, "500", "sgd", &[]).await;
    let reply = lab.get(&format!("/v1/checkout/sessions/{session}"), &account).await;
    lab.get("/v1/charges/ch_nobody", &account).await;
    assert_eq!(reply.header("stripe-version"), Some("2026-10-28.endive"));
    assert!(reply.header("request-id").unwrap().starts_with("req_"));
    let calls: Vec<_> =
        lab.calls.since(mark).into_iter().map(|c| (c.operation, c.subject, c.status)).collect();
    let expected = [
        ("POST /v1/checkout/sessions", session.as_str(), 200),
        ("GET /v1/checkout/sessions/{id}", session.as_str(), 200),
        ("GET /v1/charges/{id}", "ch_nobody", 404),
    ];
    assert_eq!(
        calls,
        expected.map(|(operation, subject, status)| (operation.to_owned(), subject.to_owned(), status))
    );
}

#[tokio::test]
async fn lists_come_in_pages_newest_first() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        lab.clock.advance(10);
        let refund = lab.post("/v1/refunds", &account, &[("charge", &charge), ("amount", "10")]).await.ok();
        made.insert(0, refund["id"].as_str().unwrap().to_owned());
    }
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let path = format!("/v1/refunds?charge={charge}&limit=2");
    let first = lab.get(&path, &account).await.ok();
    assert_eq!((ids(&first), &first["has_more"]), (made[..2].to_vec(), &true.into()));
    let last = lab.get(&format!("{path}&starting_after={}", made[2]), &account).await.ok();
    assert_eq!((ids(&last), &last["has_more"]), (made[3..].to_vec(), &false.into()));
    let back = lab.get(&format!("{path}&ending_before={}", made[3]), &account).await.ok();
    assert_eq!((ids(&back), &back["has_more"]), (made[1..3].to_vec(), &true.into()));
    let since = lab.get(&format!("/v1/refunds?created[gt]={}", crate::lab::NOW + 30), &account).await.ok();
    assert_eq!(ids(&since), made[..2]);
    assert_eq!(lab.get("/v1/refunds?limit=101", &account).await.error().0, 400);
    assert_eq!(lab.get("/v1/refunds?starting_after=re_nobody", &account).await.error().0, 400);
}

#[tokio::test]
async fn a_post_says_what_it_carries_even_if_that_is_nothing() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let session = lab.session(&account, "500", "sgd", &[]).await;
    let path = format!("/v1/checkout/sessions/{session}/expire");
    let authorization = format!("Bearer {KEY}");
    let silent = [("authorization", authorization.as_str()), ("stripe-account", account.as_str())];
    let (status, error) = lab.send(Method::POST, &path, &silent, String::new()).await.error();
    let expected = "Content-Type header was empty. Expected: `application/x-www-form-urlencoded`.";
    assert_eq!((status, error["message"].as_str()), (400, Some(expected)));
    assert_eq!(lab.post(&path, &account, &[]).await.ok()["status"], "expired");
    assert_eq!(lab.send(Method::POST, "/v2/core/accounts", &silent[..1], "{}".to_owned()).await.status, 400);
}

#[tokio::test]
async fn an_endpoint_takes_25_requests_a_second() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.limit_rates(true);
    let session = lab.session(&account, "500", "sgd", &[]).await;
    let path = format!("/v1/checkout/sessions/{session}/expire");
    for _ in 0..25 {
        lab.post(&path, &account, &[]).await;
    }
    let limited = lab.post_keyed(&path, &account, "k", &[]).await;
    assert_eq!(limited.code(), (429, "rate_limit".to_owned()));
    assert_eq!(limited.header("stripe-rate-limited-reason"), Some("endpoint-rate"));
    assert_eq!(
        lab.get(&format!("/v1/checkout/sessions/{session}"), &account).await.status,
        200,
        "another endpoint"
    );
    lab.clock.advance(1);
    let again = lab.post_keyed(&path, &account, "k", &[]).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (400, None), "the key remembers no 429");
}
