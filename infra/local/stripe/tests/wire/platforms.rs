//! Several platforms: what is one's own, and what cannot cross a border.

use local_stripe::PayWith;
use serde_json::Value;

use crate::lab::{Lab, Reply, key_of};

fn ids(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|object| object["id"].as_str().unwrap()).collect()
}

/// A transfer of 400 to `account` under the key `t`.
async fn transfer(lab: &Lab, account: &str, currency: &str) -> Reply {
    let params = [("amount", "400"), ("currency", currency), ("destination", account)];
    lab.post_keyed("/v1/transfers", "", "t", &params).await
}

#[tokio::test]
async fn what_a_platform_has_is_its_own() {
    let mut lab = Lab::of(&["SG", "US"]).await;
    let (here, there) = (lab.stripe.platform_account_in("SG"), lab.stripe.platform_account_in("US"));
    assert_eq!(lab.stripe.platform_accounts(), [here.clone(), there.clone()]);
    assert_eq!(lab.stripe.platform_account(), here);
    let account = lab.merchant().await;
    let fee = [("payment_intent_data[application_fee_amount]", "100")];
    let session = lab.session(&account, "2500", "sgd", &fee).await;
    lab.stripe.pay(&session, PayWith::Paynow).unwrap();
    lab.release(&account);
    lab.drain().await;
    lab.stripe.set_available_balance(&there, "sgd", 7);
    let balances = || [&here, &there].map(|platform| lab.stripe.balance(platform, "sgd"));
    assert_eq!(balances(), [100, 7], "the fee is that of the account's platform");
    lab.stripe.set_available_balance(&here, "sgd", 1000);
    let made = transfer(&lab, &account, "sgd").await.ok();
    assert_eq!(lab.stripe.moved().iter().filter(|moved| moved.platform == there).count(), 0);

    lab.key = key_of("US");
    assert_eq!(lab.get("/v1/account", "").await.ok()["id"], there);
    for list in [
        "/v1/transfers",
        "/v1/application_fees",
        "/v1/balance_transactions",
        "/v1/events",
        "/v2/core/accounts",
    ] {
        assert_eq!(ids(&lab.get(list, "").await.ok()), [""; 0], "{list}");
    }
    let transfer_path = format!("/v1/transfers/{}", made["id"].as_str().unwrap());
    for path in [&transfer_path, &format!("/v1/accounts/{account}"), &format!("/v2/core/accounts/{account}")]
    {
        assert_eq!(lab.get(path, "").await.code(), (404, "resource_missing".to_owned()), "{path}");
    }
    assert_eq!(lab.get("/v1/charges", &account).await.code(), (403, "account_invalid".to_owned()));
    let refused = transfer(&lab, &account, "sgd").await;
    assert_eq!(refused.code(), (400, "resource_missing".to_owned()), "and the key `t` is new here");
    let callers: Vec<_> = lab.calls.since(0).into_iter().map(|call| call.caller).collect();
    assert_eq!(callers.first().unwrap().as_deref(), Some("SG"));
    assert_eq!(callers.last().unwrap().as_deref(), Some("US"));
}

#[tokio::test]
async fn a_transfer_stays_in_its_region() {
    let mut lab = Lab::of(&["US", "SG", "IN"]).await;
    for country in ["US", "SG", "IN"] {
        lab.stripe.set_available_balance(&lab.stripe.platform_account_in(country), "usd", 10_000);
    }
    for (platform, account, code) in [
        ("US", "us", ""),
        ("US", "ca", ""),
        ("US", "de", ""),
        ("US", "br", "transfers_not_allowed"),
        ("US", "sg", "transfers_not_allowed"),
        ("SG", "sg", ""),
        ("SG", "us", "transfers_not_allowed"),
        ("IN", "in", "transfers_not_allowed"),
    ] {
        lab.key = key_of(platform);
        let account = lab.merchant_in(account).await;
        let params = [("amount", "400"), ("currency", "usd"), ("destination", account.as_str())];
        let reply = lab.post("/v1/transfers", "", &params).await;
        assert_eq!(
            reply.code(),
            (if code.is_empty() { 200 } else { 400 }, code.to_owned()),
            "{}",
            reply.text
        );
    }
}

#[tokio::test]
async fn application_fees_in_brazil_and_india_are_for_platforms_at_home() {
    let mut lab = Lab::of(&["SG", "BR", "IN"]).await;
    let fee = [("payment_intent_data[application_fee_amount]", "100")];
    for (platform, account, currency, is_taken) in [
        ("SG", "us", "usd", true),
        ("SG", "br", "brl", false),
        ("SG", "in", "inr", false),
        ("BR", "br", "brl", true),
        ("IN", "in", "inr", true),
        ("IN", "br", "brl", false),
    ] {
        lab.key = key_of(platform);
        let account = lab.merchant_in(account).await;
        lab.session(&account, "2500", currency, &[]).await;
        let (status, error) = lab.try_session(&account, "2500", currency, &fee).await.error();
        assert_eq!(status, if is_taken { 200 } else { 400 }, "{platform} {currency}: {error}");
        if !is_taken {
            assert_eq!(error["param"], "payment_intent_data[application_fee_amount]");
        }
    }
}
