//! From application to enabled, and back.

use kembali_local::client::Response;
use kembali_tests::{Shop, Town, text};
use serde_json::{Value, json};

fn application(reference: &str) -> Value {
    json!({
        "reference": reference, "name": "Baker's 13", "email": "shop@example.com", "country": "SG", "fee_bps": 100,
    })
}

async fn open_to(town: &Town, open_to: Value, invited: &[&str]) {
    let body = json!({"open_to": open_to, "invited": invited});
    assert_eq!(town.operate("PUT", "/v1/markets/SG/rollout", Some(body)).await.status, 200);
}

async fn state_of_new(town: &Town, reference: &str) -> String {
    let answer = town.operate("POST", "/v1/merchants", Some(application(reference))).await;
    assert_eq!(answer.status, 201);
    text(&answer.json(), "/state")
}

async fn link(town: &Town, shop: &Shop) -> Response {
    town.call(&shop.key, "POST", &format!("/v1/merchants/{}/onboarding-link", shop.id), None).await
}

async fn onboarding(town: &Town) -> Shop {
    town.open_market("SG").await;
    let applicant = town.applicant("SG", "baker-13").await;
    let account = text(&link(town, &applicant).await.json(), "/account");
    town.settle().await;
    Shop { account, ..applicant }
}

async fn create_status(town: &Town, shop: &Shop) -> u16 {
    let body = json!({
        "reference": format!("order-{}", town.mark()), "amount": {"value": "25.00", "currency": "SGD"},
        "description": "kopi", "channel": "counter",
    });
    town.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await.status
}

#[tokio::test]
async fn a_closed_market_waitlists_and_lets_in_when_it_opens() {
    let town = Town::new().await;
    let waiting = town.applicant("SG", "baker-13").await;
    let seen = town.merchant(&waiting).await;
    assert_eq!(text(&seen, "/state"), "waitlisted");
    assert_eq!(text(&seen, "/why_not_enabled/reason"), "The market is not open to this business yet.");
    let refused = link(&town, &waiting).await;
    assert_eq!(
        (refused.status, text(&refused.json(), "/type")),
        (409, "urn:kembali:problem:wrong-state".into())
    );
    assert!(town.stack.stripe().accounts().is_empty(), "nobody on the waiting list has an account");

    town.open_market("SG").await;
    let seen = town.merchant(&waiting).await;
    assert_eq!(text(&seen, "/why_not_enabled/reason"), "The onboarding with Stripe has not begun.");
    town.enable(waiting).await;
}

#[tokio::test]
async fn the_rollout_decides_who_comes_in() {
    let town = Town::new().await;
    open_to(&town, json!({"mode": "invite_list"}), &["friend"]).await;
    assert_eq!(state_of_new(&town, "friend").await, "invited");
    assert_eq!(state_of_new(&town, "stranger").await, "waitlisted");

    open_to(&town, json!({"mode": "percentage", "percent": 50}), &["chosen"]).await;
    assert_eq!(state_of_new(&town, "chosen").await, "invited");
    let mut invited = 0;
    for number in 0..20 {
        invited += usize::from(state_of_new(&town, &format!("business-{number}")).await == "invited");
    }
    assert!((3..=17).contains(&invited), "{invited} of 20 at 50 percent");

    open_to(&town, json!({"mode": "open"}), &[]).await;
    assert_eq!(state_of_new(&town, "anybody").await, "invited");
    open_to(&town, json!({"mode": "closed"}), &[]).await;
    assert_eq!(state_of_new(&town, "too-late").await, "waitlisted");
}

#[tokio::test]
async fn the_same_application_again_shows_no_key_and_another_is_a_conflict() {
    let town = Town::new().await;
    town.open_market("SG").await;
    town.applicant("SG", "baker-13").await;
    let again = town.operate("POST", "/v1/merchants", Some(application("baker-13"))).await;
    assert_eq!((again.status, again.json().get("api_key")), (200, None));
    for (field, value) in [
        ("name", json!("Other")),
        ("email", json!("o@example.com")),
        ("country", json!("US")),
        ("fee_bps", json!(7)),
    ] {
        let mut other = application("baker-13");
        other[field] = value;
        let answer = town.operate("POST", "/v1/merchants", Some(other)).await;
        assert_eq!((answer.status, text(&answer.json(), "/field")), (409, field.to_owned()));
    }
}

#[tokio::test]
async fn each_onboarding_link_is_new_and_says_what_is_missing() {
    let town = Town::new().await;
    let shop = onboarding(&town).await;
    let (one, two) = (link(&town, &shop).await.json(), link(&town, &shop).await.json());
    let seen = town.merchant(&shop).await;
    let mut urls = [&one, &two, &seen].map(|view| text(view, "/why_not_enabled/link"));
    urls.sort();
    assert!(urls[0].starts_with("http") && urls[0] != urls[1] && urls[1] != urls[2], "{urls:?}");
    assert_eq!(text(&seen, "/state"), "onboarding");
    assert!(!text(&seen, "/why_not_enabled/requirements/0/requirement").is_empty(), "{seen}");
    assert_eq!(text(&seen, "/why_not_enabled/link_expires_at"), "2026-11-22T10:05:00Z");
    assert_eq!(town.stack.stripe().accounts().len(), 1, "one account, however often it is begun");
}

#[tokio::test]
async fn only_the_account_enables_a_merchant_by_any_event_in_any_order() {
    let town = Town::new().await;
    let shop = onboarding(&town).await;
    assert_eq!(create_status(&town, &shop).await, 403, "a link alone enables nobody");
    let known = town.stack.stripe().events().len();
    let forged =
        town.forged("account.updated", &shop.account, json!({"id": shop.account, "charges_enabled": true}));
    assert_eq!(town.deliver(&forged).await.status, 200);
    assert_eq!(text(&town.merchant(&shop).await, "/state"), "onboarding", "an event says nothing by itself");

    town.lose_webhooks();
    town.stack.stripe().complete_onboarding(&shop.account).expect("the account exists");
    town.settle().await;
    assert_eq!(text(&town.merchant(&shop).await, "/state"), "onboarding", "nobody has told us");

    let events = town.stack.stripe().events().split_off(known);
    let kinds: Vec<String> = events.iter().map(|event| text(event, "/type")).collect();
    assert!(kinds.iter().any(|kind| kind.starts_with("v2.core.account[")), "{kinds:?}");
    assert!(kinds.iter().any(|kind| kind == "capability.updated"), "{kinds:?}");
    for event in events.iter().rev() {
        assert_eq!(town.deliver(event).await.status, 200);
        assert_eq!(text(&town.merchant(&shop).await, "/state"), "enabled");
    }
    let version = text(&town.item(&format!("M#{}", shop.id)).unwrap(), "/version/N");
    assert_eq!(version, "4", "applied, account, requirements, enabled: the later events changed nothing");
}

#[tokio::test]
async fn each_kind_of_account_event_enables_alone() {
    for kind in ["account.updated", "capability.updated", "v2.core.account[requirements].updated"] {
        let town = Town::new().await;
        let shop = onboarding(&town).await;
        town.lose_webhooks();
        town.stack.stripe().complete_onboarding(&shop.account).expect("the account exists");
        let events = town.events(&[kind]);
        assert_eq!(town.deliver(events.last().expect(kind)).await.status, 200);
        assert_eq!(text(&town.merchant(&shop).await, "/state"), "enabled", "{kind}");
    }
}

#[tokio::test]
async fn a_restricted_merchant_is_told_why_and_creates_nothing_until_it_is_mended() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    assert_eq!(create_status(&town, &shop).await, 201);
    town.stack.stripe().restrict(&shop.account, "identity.individual.documents").expect("the account exists");
    town.settle().await;
    let seen = town.merchant(&shop).await;
    assert_eq!((text(&seen, "/state"), &seen["enabled"]), ("restricted".into(), &json!(false)));
    let why = &seen["why_not_enabled"];
    assert_eq!(text(why, "/requirements/0/requirement"), "identity.individual.documents");
    assert_eq!(why["requirements"][0]["awaits_merchant"], json!(true));
    assert!(text(why, "/link").starts_with("http"), "{why}");
    let before = town.items();
    assert_eq!(create_status(&town, &shop).await, 403);
    assert_eq!(town.items(), before);
    town.stack.stripe().complete_onboarding(&shop.account).expect("the account exists");
    town.settle().await;
    assert_eq!(create_status(&town, &shop).await, 201);
}

#[tokio::test]
async fn a_suspended_merchant_stays_so_until_resumed() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let path = |what: &str| format!("/v1/merchants/{}/{what}", shop.id);
    let reason =
        json!({"reason": "chargebacks, the bank was told", "reason_for_merchant": "Please call us."});
    for _ in 0..2 {
        let answer = town.operate("POST", &path("suspend"), Some(reason.clone())).await;
        assert_eq!((answer.status, text(&answer.json(), "/state")), (200, "suspended".into()));
        assert_eq!(answer.json()["suspension"], reason, "the operator sees both");
    }
    assert_eq!(create_status(&town, &shop).await, 403);
    assert_eq!(link(&town, &shop).await.status, 409);
    town.stack.stripe().complete_onboarding(&shop.account).expect("the account exists");
    town.settle().await;
    let seen = town.merchant(&shop).await;
    assert_eq!(text(&seen, "/state"), "suspended", "an account event does not overrule the operator");
    let told = text(&seen, "/why_not_enabled/reason");
    assert_eq!(told, "The platform has suspended the merchant: Please call us.");
    assert!(!seen.to_string().contains("bank"), "the notes are not the merchant's: {seen}");
    let resumed = town.operate("POST", &path("resume"), None).await;
    assert_eq!((resumed.status, text(&resumed.json(), "/state")), (200, "enabled".into()));
    assert_eq!(create_status(&town, &shop).await, 201);
    let answer = town.operate("POST", &path("suspend"), Some(json!({"reason": "a hunch"}))).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let told = text(&town.merchant(&shop).await, "/why_not_enabled/reason");
    assert_eq!(told, "The platform has suspended the merchant.", "without a reason that was meant for it");
    for (more, expected) in [
        (json!({"reason": "a hunch", "reason_for_merchant": "Call us."}), "Call us."),
        (json!({"reason": "more than a hunch"}), "Call us."),
        (json!({"reason": "fraud", "reason_for_merchant": "Write to us."}), "Write to us."),
    ] {
        let answer = town.operate("POST", &path("suspend"), Some(more)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let told = text(&town.merchant(&shop).await, "/why_not_enabled/reason");
        assert_eq!(told, format!("The platform has suspended the merchant: {expected}"));
    }
}

#[tokio::test]
async fn two_keys_live_and_a_third_ends_the_first() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let path = format!("/v1/merchants/{}/keys", shop.id);
    let own = format!("/v1/merchants/{}", shop.id);
    let mut keys = vec![shop.key.clone()];
    for _ in 0..2 {
        let answer = town.call(&keys[keys.len() - 1], "POST", &path, None).await;
        assert_eq!(answer.status, 201);
        keys.push(text(&answer.json(), "/api_key"));
    }
    let mut statuses = Vec::new();
    for key in &keys {
        statuses.push(town.call(key, "GET", &own, None).await.status);
    }
    assert_eq!(statuses, [401, 200, 200]);
    let reset = town.operate("POST", &format!("{path}/reset"), None).await;
    assert_eq!(reset.status, 201);
    keys.push(text(&reset.json(), "/api_key"));
    let mut statuses = Vec::new();
    for key in &keys {
        statuses.push(town.call(key, "GET", &own, None).await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 200]);
}

/// Two who ask with the same key are given the same, whoever comes first: neither has what the other has
/// ended.
#[tokio::test]
async fn a_key_has_one_successor_for_all_who_ask() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let path = format!("/v1/merchants/{}/keys", shop.id);
    let ask = async || {
        let answer = town.call(&shop.key, "POST", &path, None).await;
        (answer.status, text(&answer.json(), "/api_key"))
    };
    let (one, other, third) = tokio::join!(ask(), ask(), ask());
    let (status, key) = ask().await;
    assert_eq!(status, 200);
    for (status, given) in [one, other, third] {
        assert!(if status == 503 { given.is_empty() } else { given == key }, "{status}");
    }
    for key in [&shop.key, &key] {
        let own = format!("/v1/merchants/{}", shop.id);
        assert_eq!(town.call(key, "GET", &own, None).await.status, 200);
    }
}

#[tokio::test]
async fn local_rails_of_india_and_brazil_are_asked_for_through_v1() {
    for (country, rail) in [("IN", "upi"), ("BR", "pix")] {
        let town = Town::new().await;
        let shop = town.shop(country).await;
        assert_eq!(town.merchant(&shop).await["methods"], json!(["card", rail]));
        let asked: Vec<String> = town.since(0).on("stripe");
        assert!(asked.iter().any(|call| call.starts_with("POST /v1/accounts/")), "{asked:?}");
    }
    let town = Town::new().await;
    let shop = town.shop("US").await;
    assert_eq!(town.merchant(&shop).await["methods"], json!(["card"]));
}
