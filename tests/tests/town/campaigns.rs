//! What an operator does with campaigns: versions, ends, budgets, and what cannot be meant.

use expect_test::expect;
use kembali_tests::{Town, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::desk::Desk;

const FIVE: &str = "/v1/markets/SG/campaigns/five";

fn sgd(value: &str) -> Value {
    json!({"value": value, "currency": "SGD"})
}

fn five(change: &Value) -> Value {
    let mut rule = five_percent("five", "paynow", "merchant");
    for (field, value) in change.as_object().unwrap() {
        rule[field] = value.clone();
    }
    rule
}

fn version(number: u32, change: &Value) -> Option<Value> {
    Some(json!({"rule_version": number, "rule": five(change)}))
}

/// What PayNow earns at a new checkout of 25.00.
async fn offer(town: &Town, shop: &kembali_tests::Shop, reference: &str) -> (Value, String) {
    let checkout = town.checkout(shop, reference, "25.00", "SGD").await;
    let text = text(&checkout, "/offers/1/text");
    (checkout, text)
}

#[tokio::test]
async fn a_rule_changes_by_a_new_version_and_old_checkouts_keep_theirs() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let created = town.campaign("SG", five(&json!({}))).await;
    assert_eq!((&created["rule_version"], text(&created, "/status")), (&json!(1), "running".to_owned()));
    let (old, promised) = offer(&town, &shop, "order-1").await;
    assert!(promised.starts_with("SGD 1.25"), "{promised}");

    let ten = json!({"reward": {"kind": "percent", "percent": "10"}});
    let changed = town.operate("PUT", FIVE, version(1, &ten)).await;
    assert_eq!((changed.status, &changed.json()["rule_version"]), (200, &json!(2)), "{}", changed.json());
    let version_of_item = changed.json()["version"].clone();
    let again = town.operate("PUT", FIVE, version(1, &ten)).await;
    assert_eq!((again.status, &again.json()["version"]), (200, &version_of_item), "the same request again");
    let versions = town.operate("GET", &format!("{FIVE}/versions"), None).await.json();
    let told: Vec<String> = versions["campaigns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| format!("{} {}", version["rule_version"], text(version, "/reward/percent")))
        .collect();
    assert_eq!(told, ["1 5", "2 10"]);

    // What create-checkout knows of campaigns may be a minute old.
    town.minutes(1).await;
    let (_, promised) = offer(&town, &shop, "order-2").await;
    assert!(promised.starts_with("SGD 2.50"), "{promised}");
    town.pay(&old, PayWith::Paynow).await;
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &old).await, "paid credited");
    assert_eq!(town.back(&old).cashback, [125], "the version that it was created under");
}

#[tokio::test]
async fn an_ended_campaign_stays_ended_and_its_promises_are_kept() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five(&json!({}))).await;
    let (promised, _) = offer(&town, &shop, "order-1").await;
    let ended = town.operate("POST", &format!("{FIVE}/end"), None).await;
    assert_eq!((ended.status, text(&ended.json(), "/status")), (200, "ended".to_owned()));
    let again = town.operate("POST", &format!("{FIVE}/end"), None).await;
    assert_eq!(again.json(), ended.json(), "ended once");
    town.minutes(1).await;
    let (_, later) = offer(&town, &shop, "order-2").await;
    assert_eq!(later, "No cashback with PayNow: the campaign is over");
    town.pay(&promised, PayWith::Paynow).await;
    town.hours(48).await;
    assert_eq!(town.back(&promised).cashback, [125]);
}

#[tokio::test]
async fn what_is_left_is_told_and_a_budget_shrinks_to_what_is_promised_and_no_further() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let budget = |amount: &str| json!({"budget": {"total": {"amount": sgd(amount)}, "per_day": {"payments": 9}, "shards": 4}});
    town.campaign("SG", five(&budget("8.00"))).await;
    for number in 1..=3 {
        let (_, promised) = offer(&town, &shop, &format!("order-{number}")).await;
        assert!(promised.starts_with("SGD 1.25"), "{promised}");
    }
    let left = town.operate("GET", FIVE, None).await.json();
    assert_eq!(left["left"], json!({"total": {"amount": sgd("4.25")}, "today": {"payments": 6}}));

    let too_far = town.operate("PUT", FIVE, version(1, &budget("3.74"))).await;
    assert_eq!(too_far.status, 409, "{}", too_far.json());
    assert_eq!(
        text(&too_far.json(), "/detail"),
        "The rest is promised already: only SGD 4.25 can be taken away."
    );
    assert_eq!(text(&too_far.json(), "/field"), "rule.budget.total");
    let as_far = town.operate("PUT", FIVE, version(1, &budget("3.75"))).await;
    assert_eq!((as_far.status, &as_far.json()["left"]["total"]["amount"]), (200, &sgd("0.00")));
    town.minutes(1).await;
    let (_, nothing) = offer(&town, &shop, "order-4").await;
    assert_eq!(nothing, "No cashback with PayNow: the campaign's budget is used up");
    let more = town.operate("PUT", FIVE, version(2, &budget("5.00"))).await;
    assert_eq!((more.status, &more.json()["left"]["total"]["amount"]), (200, &sgd("1.25")));
    town.minutes(1).await;
    let (_, last) = offer(&town, &shop, "order-5").await;
    assert!(last.starts_with("SGD 1.25"), "{last}");
}

/// Its name would be gone for nothing. What was accepted before is the same when it comes again.
#[tokio::test]
async fn what_is_over_is_not_created_and_its_name_stays_free() {
    let town = Town::unswept().await;
    let campaigns = "/v1/markets/SG/campaigns";
    let past = five(&json!({"ends_at": "2026-11-22T10:00:00Z"}));
    let refused = town.operate("POST", campaigns, Some(past)).await;
    assert_eq!((refused.status, text(&refused.json(), "/field")), (422, "ends_at".to_owned()));
    assert_eq!(text(&refused.json(), "/next"), "Name an end that is still to come.");
    let rule = five(&json!({"ends_at": "2026-11-22T10:00:01Z"}));
    let created = town.campaign("SG", rule.clone()).await;
    assert_eq!(text(&created, "/status"), "running");
    town.minutes(1).await;
    let again = town.operate("POST", campaigns, Some(rule)).await;
    assert_eq!((again.status, text(&again.json(), "/status")), (200, "ended".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_meant_by_a_campaign() {
    let mut desk = Desk::open("SG").await;
    let abroad = desk.town.applicant("IN", "tailor-7").await;
    let created = desk.town.campaign("SG", five(&json!({"budget": {"total": {"payments": 5}}}))).await;
    let over = json!({"id": "over", "ends_at": "2026-11-22T10:01:00Z"});
    desk.town.campaign("SG", five(&over)).await;
    desk.town.minutes(1).await;
    desk.town.campaign("SG", five(&json!({"id": "done"}))).await;
    desk.town.operate("POST", "/v1/markets/SG/campaigns/done/end", None).await;
    desk.before = desk.town.items();
    let token = desk.town.stack.operator_token().unwrap();
    let campaigns = "/v1/markets/SG/campaigns";
    let unknown = "mch_aaaaaaaaaaaaaaaa";
    for (name, change) in [
        (
            "caps that contradict each other",
            json!({"caps": [
            {"per": "day", "payments": 3}, {"per": "week", "payments": 2}]}),
        ),
        (
            "two caps a day",
            json!({"caps": [{"per": "day", "payments": 3}, {"per": "day", "amount": sgd("1.00")}]}),
        ),
        ("the end before the start", json!({"ends_at": "2026-10-01"})),
        ("more than all", json!({"reward": {"kind": "percent", "percent": "100.1"}})),
        ("rupees", json!({"max_per_payment": {"value": "10.00", "currency": "INR"}})),
        (
            "a budget smaller than one reward",
            json!({
            "max_per_payment": sgd("5.00"), "budget": {"total": {"amount": sgd("4.99")}}}),
        ),
        ("an unknown merchant", json!({"merchants": [unknown]})),
        ("a merchant of another market", json!({"merchants": [abroad.id]})),
        ("no merchant's id", json!({"merchants": ["baker-13"]})),
        ("an unknown method", json!({"methods": ["cash"]})),
        ("no date", json!({"ends_at": "soon"})),
        ("parts of nothing", json!({"budget": {"shards": 8}})),
    ] {
        let mut change = change;
        change["id"] = json!("new");
        desk.ask(name, &token, "POST", campaigns, Some(five(&change))).await;
    }
    desk.ask("another rule under its id", &token, "POST", campaigns, Some(five(&json!({})))).await;
    let same = json!({"budget": {"total": {"payments": 5}}});
    for (name, body) in [
        ("a stale version", version(7, &same)),
        ("another id", version(1, &json!({"id": "six", "budget": {"total": {"payments": 5}}}))),
        ("other parts", version(1, &json!({"budget": {"total": {"payments": 5}, "shards": 3}}))),
        ("no budget any more", version(1, &json!({}))),
        (
            "an unknown merchant in a version",
            version(
                1,
                &json!({
            "budget": {"total": {"payments": 5}}, "merchants": [unknown]}),
            ),
        ),
        ("a rule that cannot be", version(1, &json!({"methods": [], "budget": {"total": {"payments": 5}}}))),
        (
            "over already",
            version(1, &json!({"ends_at": "2026-11-22T18:01", "budget": {"total": {"payments": 5}}})),
        ),
        ("no version", Some(five(&same))),
    ] {
        desk.ask(name, &token, "PUT", FIVE, body).await;
    }
    for id in ["over", "done"] {
        let path = format!("{campaigns}/{id}");
        let body = version(1, &json!({"id": id, "reward": {"kind": "percent", "percent": "9"}}));
        desk.ask(&format!("change {id}"), &token, "PUT", &path, body).await;
        desk.ask(&format!("resume {id}"), &token, "POST", &format!("{path}/resume"), None).await;
        desk.ask(&format!("pause {id}"), &token, "POST", &format!("{path}/pause"), None).await;
    }
    desk.ask("no campaign", &token, "POST", &format!("{campaigns}/none/end"), None).await;
    assert_eq!(text(&created, "/status"), "running");
    desk.check(&expect![[r#"
        caps that contradict each other: 422 invalid-field caps[0]: The cap per week allows less than the cap per day, which could never be reached. > Raise the longer one, or leave one of them out.
        two caps a day: 422 invalid-field caps[1].per: There is a cap per day already. > Write one cap with both limits.
        the end before the start: 422 invalid-field ends_at: The campaign ends before it begins. > Write a time after `starts_at`.
        more than all: 422 invalid-field reward.percent: This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        rupees: 422 invalid-field max_per_payment: The market SG uses SGD. > Write the amount in SGD.
        a budget smaller than one reward: 422 invalid-field budget.total.amount: The budget is smaller than what one payment can earn. > Write a larger budget, or lower the reward or `max_per_payment`.
        an unknown merchant: 422 invalid-field merchants: There is no merchant mch_aaaaaaaaaaaaaaaa. > Name merchants of SG.
        a merchant of another market: 422 invalid-field merchants: The merchant mch_okzxurhgjmo4sb6v is in IN. > Name merchants of SG.
        no merchant's id: 422 invalid-field merchants[0]: This is not a merchant id. > Write mch_ and 16 characters.
        an unknown method: 422 invalid-field methods[0]: There is no such way to pay. > Write one of `card`, `credit_card`, `debit_card`, `paynow`, `upi`, `pix`.
        no date: 422 invalid-field ends_at: This is not a time. > Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        parts of nothing: 422 invalid-field budget.shards: There is no budget to spread. > Name `total` or `per_day`, or leave `shards` out.
        another rule under its id: 409 reference-reused id: The campaign five exists with another rule. > PUT a new version of it, or use a new id; what was promised stays promised.
        a stale version: 409 wrong-state rule_version: The rule is at version 1, not 7. > Read the campaign, and send the change of what holds now.
        another id: 422 invalid-field rule.id: The campaign is five; a new version keeps its id. > Send the same id, or create a new campaign.
        other parts: 422 invalid-field rule.budget.shards: The budget is in 8 parts, which cannot be cut anew. > Write 8.
        no budget any more: 422 invalid-field rule.budget.total: A budget that promises were taken from cannot be taken away. > Raise it instead.
        an unknown merchant in a version: 422 invalid-field rule.merchants: There is no merchant mch_aaaaaaaaaaaaaaaa. > Name merchants of SG.
        a rule that cannot be: 422 invalid-field rule.methods: The list is empty. > Name at least one way to pay that earns.
        over already: 422 invalid-field rule.ends_at: It is 2026-11-22T10:01:00Z, and the campaign would be over since 2026-11-22T18:01:00. > Name an end that is still to come, or POST …/end.
        no version: 422 invalid-field budget: There is no field `budget` here. > Leave it out, or correct its name: the fields are `rule_version`, `rule`.
        change over: 409 wrong-state : The campaign over is over since 2026-11-22T10:01:00Z. > Create a new campaign under another id.
        resume over: 409 wrong-state : The campaign over is over since 2026-11-22T10:01:00Z. > Create a new campaign under another id.
        pause over: 409 wrong-state : The campaign over is over since 2026-11-22T10:01:00Z. > Create a new campaign under another id.
        change done: 409 wrong-state : The campaign done was ended at 2026-11-22T10:01:00Z, for good. > Create a new campaign under another id.
        resume done: 409 wrong-state : The campaign done was ended at 2026-11-22T10:01:00Z, for good. > Create a new campaign under another id.
        pause done: 409 wrong-state : The campaign done was ended at 2026-11-22T10:01:00Z, for good. > Create a new campaign under another id.
        no campaign: 404 not-found : There is no such campaign. > Check the id of the campaign; those of others are not shown.
    "#]]);
}
