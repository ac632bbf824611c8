//! What an operator says and is told, against `infra/openapi.yaml`.

use std::collections::BTreeMap;

use kembali_local::Stack;
use kembali_local::client::Client;
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::api::{Talk, document};
use crate::stack;

fn sgd(value: &str) -> Value {
    json!({"value": value, "currency": "SGD"})
}

/// A rule that says everything that a rule can say.
fn everything(merchant: &str) -> Value {
    json!({
        "id": "everything",
        "reward": {"kind": "tiered", "tiers": [
            {"from": sgd("0.00"), "percent": "1"}, {"from": sgd("20.00"), "percent": "2.5"}]},
        "min_spend": sgd("1.00"), "max_per_payment": sgd("9.00"), "methods": ["credit_card", "paynow"],
        "merchants": [merchant], "merchant_categories": ["5462"], "channels": ["chat"],
        "starts_at": "2026-11-01", "ends_at": "2027-02-01T00:00:00+08:00", "occasion": {"kind": "every_nth", "n": 2},
        "caps": [{"per": "day", "payments": 3, "amount": sgd("9.00")}, {"per": "month", "payments": 9}],
        "budget": {"total": {"amount": sgd("99.00")}, "per_day": {"payments": 9}, "shards": 2},
        "stacking": {"mode": "sum", "ceiling": sgd("20.00")}, "funding": {"split": {"platform_bps": 2500}},
        "on_refund": "cancel", "promise_hours": 24, "release_margin_hours": 2, "wallet_days": 90,
    })
}

struct Desk<'a> {
    talk: Talk,
    stack: &'a Stack,
}

impl Desk<'_> {
    async fn operate(&self, method: &str, path: &str, ask: &str, body: Value, answer: &str) -> Value {
        let token = self.stack.operator_token().unwrap();
        self.talk.say(&token, method, path, ask, body, answer).await
    }

    async fn read(&self, path: &str, answer: &str) -> Value {
        self.operate("GET", path, "", Value::Null, answer).await
    }

    /// A merchant who can be paid: the id and a key.
    async fn merchant(&self) -> (String, String) {
        let rollout = json!({"open_to": {"mode": "open"}});
        self.operate("PUT", "/v1/markets/SG/rollout", "NewRollout", rollout, "Rollout").await;
        let body = json!({"reference": "b", "name": "B", "email": "a@b.example", "country": "SG", "category": "5462"});
        let merchant = self.operate("POST", "/v1/merchants", "Application", body, "Merchant").await;
        assert_eq!(merchant["category"], "5462");
        let text = |name: &str| merchant[name].as_str().unwrap().to_owned();
        let (id, key) = (text("id"), text("api_key"));
        let path = format!("/v1/merchants/{id}/onboarding-link");
        let link = self.talk.say(&key, "POST", &path, "", Value::Null, "Merchant").await;
        self.stack.stripe().complete_onboarding(link["account"].as_str().unwrap()).unwrap();
        self.stack.settle().await.unwrap();
        let insiders = json!({"phones": ["+6581234567"]});
        let path = format!("/v1/merchants/{id}/insiders");
        self.operate("PUT", &path, "Insiders", insiders, "Merchant").await;
        (id, key)
    }

    async fn campaigns(&self, merchant: &str) {
        let campaigns = "/v1/markets/SG/campaigns";
        let rule = everything(merchant);
        let mut usual = rule.clone();
        let created = self.operate("POST", campaigns, "NewCampaign", rule.clone(), "Campaign").await;
        assert_eq!(created["left"], json!({"total": {"amount": sgd("99.00")}, "today": {"payments": 9}}));
        let path = format!("{campaigns}/everything");
        let version = json!({"rule_version": 1, "rule": rule});
        self.operate("PUT", &path, "NewVersion", version, "Campaign").await;
        self.read(&format!("{path}/versions"), "Campaigns").await;
        self.operate("POST", &format!("{path}/pause"), "", Value::Null, "Campaign").await;
        self.operate("POST", &format!("{path}/end"), "", Value::Null, "Campaign").await;
        self.operate("POST", &format!("{path}/resume"), "", Value::Null, "Problem").await;
        for (field, value) in [
            ("id", json!("usual")),
            ("methods", json!(["paynow"])),
            ("reward", json!({"kind": "fixed", "amount": sgd("1.00")})),
            ("stacking", json!({"mode": "exclusive"})),
            ("funding", json!("merchant")),
        ] {
            usual[field] = value;
        }
        usual.as_object_mut().unwrap().remove("occasion");
        self.operate("POST", campaigns, "NewCampaign", usual, "Campaign").await;
        self.read(campaigns, "Campaigns").await;
    }

    /// One message of every form.
    async fn dead_letters(&self) {
        let event = |kind: &str, of: Value| {
            let mut kind = json!({"kind": kind});
            kind.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
            json!({"id": "evt_1", "account": "acct_1", "livemode": false, "created": "2026-11-22T10:00:00Z", "kind": kind})
        };
        let checkout = "chk_abcdefghijklmnopqrstuvwx";
        let batch = json!({"batchSize": 1, "startSequenceNumber": "1", "endSequenceNumber": "1"});
        let context = json!({"functionArn": "arn:aws:lambda:::function:KeepBooks", "condition": "RetryAttemptsExhausted"});
        let letters = [
            ("StripeEventsDlq", event("session_paid", json!({"checkout": checkout, "session": "cs_1"}))),
            ("StripeEventsDlq", event("dispute_opened", json!({"charge": "ch_1"}))),
            ("StripeEventsDlq", json!({"id": "evt_1"})),
            ("CashbackDueDlq", json!({"checkout": checkout})),
            ("CashbackDueDlq", json!({"merchant": "mch_abcdefghijklmnop"})),
            ("UndeliveredDlq", json!({"bucket": "2026-11-22T10:05:00Z"})),
            ("UndeliveredDlq", json!({"requestContext": context, "DDBStreamBatchInfo": batch})),
        ];
        for (queue, body) in letters {
            self.stack.sqs().send(queue, &body.to_string(), BTreeMap::new()).unwrap();
        }
        let list = self.read("/v1/dead-letters", "DeadLetters").await;
        let whats: Vec<&str> = list["queues"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|queue| {
                queue["messages"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|message| message["about"]["what"].as_str().unwrap())
            })
            .collect();
        let expected = [
            "stripe_event",
            "stripe_event",
            "not_understood",
            "cashback",
            "settlement",
            "schedule",
            "changes",
        ];
        assert_eq!(whats, expected);
        self.read("/v1/dead-letters?queue=undelivered&limit=1", "DeadLetters").await;
        let reason = || json!({"reason": "a drill"});
        for (path, answer) in [
            ("stripe_events/redrive", "MovedDeadLetters"),
            ("undelivered/redrive", "Problem"),
            ("undelivered/discard", "MovedDeadLetters"),
        ] {
            self.operate("POST", &format!("/v1/dead-letters/{path}"), "Reason", reason(), answer).await;
        }
    }

    async fn paid(&self, key: &str, reference: &str) {
        let body = json!({
            "reference": reference, "amount": sgd("25.00"), "channel": "chat", "description": "kopi",
            "payer": {"phone": "+6591234567"},
        });
        let checkout = self.talk.say(key, "POST", "/v1/checkouts", "NewCheckout", body, "Checkout").await;
        let session = checkout["url"].as_str().unwrap().rsplit('/').next().unwrap();
        self.stack.stripe().pay(session, PayWith::Paynow).unwrap();
        self.stack.settle().await.unwrap();
    }
}

#[tokio::test]
async fn an_operators_requests_and_answers_are_as_described() {
    let stack = stack().await;
    let desk =
        Desk { talk: Talk { client: Client::new(stack.gateway_url()), document: document() }, stack: &stack };
    let (merchant, key) = desk.merchant().await;
    desk.campaigns(&merchant).await;
    let policy = "/v1/markets/SG/policy";
    let screening = json!({"payments_per_day": 1, "payers_per_card": 2, "cards_per_payer": 3});
    desk.operate("PUT", &format!("{policy}/screening"), "Screening", screening, "Policy").await;
    let reason = || json!({"reason": "a drill"});
    desk.operate("POST", &format!("{policy}/stop"), "Reason", reason(), "Policy").await;
    desk.operate("POST", &format!("{policy}/resume"), "", Value::Null, "Policy").await;
    desk.read(policy, "Policy").await;

    let adjustment = json!({
        "phone": "+6591234567", "reference": "adj-1", "amount": sgd("5.00"), "direction": "credit",
        "reason": "spilled kopi", "wallet_days": 30,
    });
    let adjustments = "/v1/markets/SG/adjustments";
    desk.operate("POST", adjustments, "NewAdjustment", adjustment, "Adjustment").await;
    let payer = format!("/v1/payers/%2B6591234567/cashback?country=SG&merchant={merchant}&amount=25.00");
    let before = desk.read(&payer, "PayerCashback").await;
    assert!(before["lots"][0].is_object() && before["offers"][0].is_object(), "{before}");
    desk.paid(&key, "o-1").await;
    desk.paid(&key, "o-2").await;
    assert!(desk.read(&payer, "PayerCashback").await["campaigns"][0]["used"][0].is_object());

    stack.advance(30).await.unwrap();
    let page = desk.read("/v1/markets/SG/purchases?day=2026-11-22&limit=1", "PurchasePage").await;
    assert!(page["purchases"][0]["category"].is_string() && page["next_cursor"].is_string(), "{page}");
    let simulation = json!({"rule": everything(&merchant), "from": "2026-11-22", "to": "2026-11-22"});
    let simulate = "/v1/markets/SG/campaigns/simulate";
    let report = desk.operate("POST", simulate, "Simulation", simulation, "Simulated").await;
    assert!(["by_day", "by_merchant", "refused"].iter().all(|part| report[part][0].is_object()), "{report}");
    desk.read("/v1/markets/SG/reviews?state=failed", "ReviewPage").await;
    desk.read("/v1/markets/SG/reviews?state=unsettled", "ReviewPage").await;
    let waiting = desk.read("/v1/markets/SG/reviews", "ReviewPage").await;
    let checkout = waiting["reviews"][0]["checkout"]["id"].as_str().unwrap();
    let approve = format!("/v1/cashbacks/{checkout}/approve");
    let decided = desk.operate("POST", &approve, "Reason", reason(), "Review").await;
    assert!(decided["decisions"][0].is_object(), "{decided}");
    desk.operate("POST", "/v1/cashbacks/chk_aaaaaaaaaaaaaaaaaaaaaaaa/retry", "Reason", reason(), "Problem")
        .await;
}

#[tokio::test]
async fn what_was_given_up_is_told_as_described() {
    let stack = stack().await;
    let talk = Talk { client: Client::new(stack.gateway_url()), document: document() };
    Desk { talk, stack: &stack }.dead_letters().await;
}
