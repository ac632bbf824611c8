//! A rule tried on what was paid before.

use expect_test::expect;
use kembali_tests::{Town, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::desk::Desk;

const SIMULATE: &str = "/v1/markets/SG/campaigns/simulate";

#[tokio::test]
async fn a_rule_is_tried_on_the_payments_of_a_period_and_promises_nothing() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let other = town.another_shop("SG", "tailor-7").await;
    for (shop, reference, value) in
        [(&shop, "o-1", "20.00"), (&other, "o-2", "40.00"), (&shop, "o-3", "20.00")]
    {
        let body = json!({
            "reference": reference, "amount": {"value": value, "currency": "SGD"}, "description": "kopi",
            "channel": "chat", "payer": {"phone": "+6591234567"},
        });
        let checkout = town.create(shop, body).await;
        town.pay(&checkout, PayWith::Paynow).await;
        town.hours(12).await;
    }
    town.checkout(&shop, "not-paid", "20.00", "SGD").await;
    let mut rule = five_percent("try", "paynow", "platform");
    rule["caps"] = json!([{"per": "day", "payments": 1}]);
    let ask = async |from: &str, to: &str| {
        let body = json!({"rule": rule, "from": from, "to": to});
        let answer = town.operate("POST", SIMULATE, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    };
    let before = town.items();
    let report = ask("2026-11-22", "2026-11-23").await;
    let sgd = |value: &str| json!({"value": value, "currency": "SGD"});
    // 18:00, and on the next day 06:00 and 18:00 in Singapore.
    let expected = json!({
        "country": "SG", "from": "2026-11-22", "to": "2026-11-23", "payments": 3,
        "earning": {"payments": 2, "cashback": sgd("3.00")}, "platform_pays": sgd("3.00"),
        "by_day": [
            {"day": "2026-11-22", "payments": 1, "cashback": sgd("1.00")},
            {"day": "2026-11-23", "payments": 1, "cashback": sgd("2.00")},
        ],
        "by_merchant": report["by_merchant"],
        "refused": [{"no_cashback": "cap_reached", "payments": 1}],
    });
    assert_eq!(report, expected);
    let mut merchants: Vec<(String, String)> = report["by_merchant"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| (text(of, "/merchant"), text(of, "/cashback/value")))
        .collect();
    merchants.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(merchants, [(shop.id.clone(), "1.00".to_owned()), (other.id.clone(), "2.00".to_owned())]);
    assert_eq!(ask("2026-11-23", "2026-11-23").await["payments"], 2);
    assert_eq!(ask("2026-10-01", "2026-10-31").await["payments"], 0, "an empty month");
    assert_eq!(town.items(), before, "nothing is written");
}

#[tokio::test]
async fn what_cannot_be_tried() {
    let mut desk = Desk::open("SG").await;
    let token = desk.town.stack.operator_token().unwrap();
    let good = five_percent("try", "paynow", "merchant");
    let mut bad: Value = good.clone();
    bad["reward"]["percent"] = json!("101");
    let mut unknown = good.clone();
    unknown["merchants"] = json!(["mch_aaaaaaaaaaaaaaaa"]);
    for (name, rule, from, to) in [
        ("backwards", &good, "2026-11-22", "2026-11-21"),
        ("32 days", &good, "2026-10-01", "2026-11-01"),
        ("no day", &good, "2026-11-31", "2026-12-01"),
        ("more than all", &bad, "2026-11-01", "2026-11-01"),
        ("an unknown merchant", &unknown, "2026-11-01", "2026-11-01"),
    ] {
        let body = json!({"rule": rule, "from": from, "to": to});
        desk.ask(name, &token, "POST", SIMULATE, Some(body)).await;
    }
    desk.check(&expect![[r#"
        backwards: 422 invalid-field to: The last day is before the first. > Write `from` or a later day.
        32 days: 422 invalid-field to: A dry run goes over at most 31 days. > Ask for fewer days at a time, or run `cargo operator dry-run`, which takes any period as a whole.
        no day: 422 invalid-field from: This is not a day. > Write one such as `2026-11-22`.
        more than all: 422 invalid-field rule.reward.percent: This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        an unknown merchant: 422 invalid-field rule.merchants: There is no merchant mch_aaaaaaaaaaaaaaaa. > Name merchants of SG.
    "#]]);
}
