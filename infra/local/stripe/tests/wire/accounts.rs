//! Accounts, their capabilities and their events.

use serde_json::{Value, json};

use crate::lab::{Lab, NOW};

#[tokio::test]
async fn an_account_shows_what_is_asked_for() {
    let lab = Lab::new().await;
    let account = lab.account(&["card_payments", "paynow_payments"]).await;
    let bare = lab.get(&format!("/v2/core/accounts/{account}"), "").await.ok();
    assert_eq!((&bare["configuration"], &bare["requirements"]), (&json!(null), &json!(null)));
    let include =
        "include[0]=configuration.merchant&include[1]=requirements&include[2]=identity&include[3]=defaults";
    let full = lab.get(&format!("/v2/core/accounts/{account}?{include}"), "").await.ok();
    let card = &full["configuration"]["merchant"]["capabilities"]["card_payments"];
    assert_eq!(card["status"], "restricted");
    assert_eq!(
        card["status_details"],
        json!([{ "code": "requirements_past_due", "resolution": "provide_info" }])
    );
    assert_eq!(full["requirements"]["summary"]["minimum_deadline"]["status"], "past_due");
    assert_eq!(full["requirements"]["entries"][0]["awaiting_action_from"], "user");
    assert_eq!(full["identity"]["country"], "SG");
    assert_eq!(full["defaults"]["responsibilities"]["losses_collector"], "stripe");
    assert_eq!(full["created"], "2027-01-15T08:00:00.000Z");
    let v1 = lab.get(&format!("/v1/accounts/{account}"), "").await.ok();
    assert_eq!(
        (&v1["charges_enabled"], &v1["capabilities"]["card_payments"]),
        (&json!(false), &json!("inactive"))
    );
    assert_eq!(v1["requirements"]["disabled_reason"], "requirements.past_due");
    assert_eq!(lab.get(&format!("/v2/core/accounts/{account}?include=nonsense"), "").await.status, 400);
}

#[tokio::test]
async fn onboarding_and_restriction_are_announced_on_both_apis() {
    let lab = Lab::new().await;
    let account = lab.account(&["card_payments"]).await;
    assert_eq!(lab.deliver("/thin").await, ["v2.core.account.created"]);
    lab.stripe.complete_onboarding(&account).unwrap();
    let thin = [
        "v2.core.account[configuration.merchant].capability_status_updated",
        "v2.core.account[configuration.merchant].capability_status_updated",
        "v2.core.account[configuration.recipient].capability_status_updated",
        "v2.core.account[requirements].updated",
    ];
    assert_eq!(lab.deliver("/thin").await, thin);
    let connect: Vec<Value> = lab
        .received()
        .iter()
        .filter(|received| received.path == "/connect")
        .map(|received| serde_json::from_str(&received.body).unwrap())
        .collect();
    let kinds: Vec<&str> = connect.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["capability.updated", "capability.updated", "account.updated"]);
    let updated = connect.last().unwrap();
    assert_eq!(
        (&updated["account"], &updated["data"]["object"]["charges_enabled"]),
        (&json!(account), &json!(true))
    );
    assert_eq!(updated["data"]["previous_attributes"]["charges_enabled"], false);
    let open = lab.session(&account, "500", "sgd", &[]).await;
    lab.stripe.restrict(&account, "identity.individual.documents").unwrap();
    let card = local_stripe::PayWith::Card { number: "4242424242424242".to_owned() };
    assert!(lab.stripe.pay(&open, card).is_err(), "a restricted account takes no payment");
    lab.drain().await;
    let include = "include[]=configuration.merchant&include[]=requirements";
    let after = lab.get(&format!("/v2/core/accounts/{account}?{}", include), "").await.ok();
    assert_eq!(after["configuration"]["merchant"]["capabilities"]["card_payments"]["status"], "restricted");
    assert_eq!(after["requirements"]["entries"][0]["description"], "identity.individual.documents");
    assert_eq!(lab.try_session(&account, "500", "sgd", &[]).await.status, 400);
}

#[tokio::test]
async fn a_thin_event_is_thin_until_it_is_fetched() {
    let lab = Lab::new().await;
    let account = lab.account(&["card_payments"]).await;
    lab.drain().await;
    lab.stripe.complete_onboarding(&account).unwrap();
    lab.stripe.deliver().await;
    let received = lab.received().into_iter().find(|received| received.path == "/thin").unwrap();
    let event: Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(
        (&event["object"], &event["created"]),
        (&json!("v2.core.event"), &json!("2027-01-15T08:00:00.000Z"))
    );
    assert_eq!(event["related_object"]["id"], json!(account));
    assert!(event.get("data").is_none());
    let path = format!("/v2/core/events/{}", event["id"].as_str().unwrap());
    assert_eq!(lab.get(&path, "").await.ok()["data"]["updated_capability"], "card_payments");
    lab.clock.advance(31 * 24 * 3600);
    assert_eq!(lab.get(&path, "").await.status, 404);
}

#[tokio::test]
async fn events_are_listed_per_account_for_thirty_days() {
    let lab = Lab::new().await;
    let (account, other) = (lab.merchant().await, lab.merchant().await);
    lab.clock.advance(100);
    lab.card_charge(&account, "1000", "4242424242424242").await;
    let path =
        format!("/v1/events?types[]=charge.*&types[]=checkout.session.completed&created[gte]={}", NOW + 100);
    let list = lab.get(&path, &account).await.ok();
    let kinds: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["checkout.session.completed", "charge.succeeded"]);
    assert_eq!(
        (&list["data"][0]["account"], &list["data"][0]["pending_webhooks"]),
        (&json!(account), &json!(0))
    );
    assert_eq!(lab.get(&path, &other).await.ok()["data"], json!([]));
    lab.clock.advance(30 * 24 * 3600 + 1);
    assert_eq!(lab.get(&path, &account).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn an_account_can_be_renamed() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let path = format!("/v2/core/accounts/{account}");
    let body = json!({ "display_name": "Love Handle", "metadata": { "market": "m_1" } });
    let renamed = lab.post_json(&path, "", &body).await.ok();
    assert_eq!(
        (&renamed["display_name"], &renamed["metadata"]["market"]),
        (&json!("Love Handle"), &json!("m_1"))
    );
    let list = lab.get("/v2/core/accounts", "").await.ok();
    assert_eq!(list["data"][0]["id"], json!(account));
    assert_eq!(
        lab.get("/v2/core/accounts/acct_nobody", "").await.code(),
        (404, "resource_missing".to_owned())
    );
}

#[tokio::test]
async fn a_capability_is_pending_while_stripe_looks() {
    let lab = Lab::new().await;
    let account = lab.account(&["card_payments"]).await;
    lab.drain().await;
    lab.stripe.pend(&account).unwrap();
    assert_eq!(
        lab.deliver("/connect").await,
        ["capability.updated", "capability.updated", "account.updated"]
    );
    let path = format!("/v2/core/accounts/{account}?include[]=configuration.merchant&include[]=requirements");
    let pending = lab.get(&path, "").await.ok();
    let card = &pending["configuration"]["merchant"]["capabilities"]["card_payments"];
    let details = json!([{ "code": "requirements_pending_verification", "resolution": "no_resolution" }]);
    assert_eq!((&card["status"], &card["status_details"]), (&json!("pending"), &details));
    assert_eq!(pending["requirements"]["entries"], json!([]));
    let v1 = lab.get("/v1/account", &account).await.ok();
    assert_eq!(
        (&v1["capabilities"]["card_payments"], &v1["charges_enabled"], &v1["payouts_enabled"]),
        (&json!("pending"), &json!(false), &json!(false))
    );
    assert_eq!(lab.try_session(&account, "500", "sgd", &[]).await.status, 400);
    let path = format!("/v1/accounts/{account}/capabilities/upi_payments");
    assert_eq!(lab.post(&path, "", &[("requested", "true")]).await.ok()["status"], "pending");
    lab.stripe.complete_onboarding(&account).unwrap();
    assert_eq!(lab.try_session(&account, "500", "sgd", &[]).await.status, 200);
}
