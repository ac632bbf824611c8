//! What an operator can get wrong, and what comes of it: nothing but an answer.

use expect_test::expect;
use serde_json::{Value, json};

use crate::desk::Desk;

#[tokio::test]
async fn what_an_operator_cannot_mean() {
    let mut desk = Desk::open("SG").await;
    let token = desk.town.stack.operator_token().unwrap();
    let rule = kembali_tests::five_percent("five", "paynow", "merchant");
    let campaigns = "/v1/markets/SG/campaigns";
    for (name, field, value) in [
        ("more than all", "reward", json!({"kind": "percent", "percent": "101"})),
        ("a float", "reward", json!({"kind": "percent", "percent": 2.5})),
        ("another kind", "reward", json!({"kind": "points"})),
        ("rupees in Singapore", "min_spend", json!({"value": "10.00", "currency": "INR"})),
        ("UPI in Singapore", "methods", json!(["upi"])),
        ("no method", "methods", json!([])),
        ("cash", "methods", json!(["cash"])),
        ("ends before it starts", "ends_at", json!("2026-10-01T00:00:00Z")),
        ("no promise", "promise_hours", json!(0)),
        ("a margin as long as the promise", "release_margin_hours", json!(48)),
        ("a name in capitals", "id", json!("FIVE")),
        ("somebody else's money", "funding", json!("payer")),
        ("a word too many", "budget", json!("1000")),
    ] {
        let mut rule = rule.clone();
        rule[field] = value;
        desk.ask(name, &token, "POST", campaigns, Some(rule)).await;
    }
    desk.ask("a market that is none", &token, "POST", "/v1/markets/XX/campaigns", Some(rule)).await;
    desk.ask("no such campaign", &token, "POST", &format!("{campaigns}/none/pause"), None).await;
    let rollout = "/v1/markets/SG/rollout";
    let percent = json!({"open_to": {"mode": "percentage", "percent": 101}});
    desk.ask("101 percent of a market", &token, "PUT", rollout, Some(percent)).await;
    desk.ask("another mode", &token, "PUT", rollout, Some(json!({"open_to": {"mode": "ajar"}}))).await;
    let merchant = |field: &str, value: Value| {
        let mut body = json!({"reference": "new", "name": "New", "email": "n@example.com", "country": "SG"});
        body[field] = value;
        Some(body)
    };
    desk.ask("no email", &token, "POST", "/v1/merchants", merchant("email", json!("example.com"))).await;
    desk.ask("no name", &token, "POST", "/v1/merchants", merchant("name", json!(" "))).await;
    desk.ask("a greedy fee", &token, "POST", "/v1/merchants", merchant("fee_bps", json!(5001))).await;
    desk.ask("no such country", &token, "POST", "/v1/merchants", merchant("country", json!("FR"))).await;
    desk.ask("a state of one's own", &token, "POST", "/v1/merchants", merchant("state", json!("enabled")))
        .await;
    let suspend = format!("/v1/merchants/{}/suspend", desk.shop.id);
    desk.ask("suspended for nothing", &token, "POST", &suspend, Some(json!({"reason": ""}))).await;
    desk.check(&expect![[r#"
        more than all: 422 invalid-field reward.percent: The percentage must be above 0 and at most 100.
        a float: 422 invalid-field reward: invalid type: floating point `2.5`, expected a Decimal type representing a fixed-point number
        another kind: 422 invalid-field reward.kind: unknown variant `points`, expected one of `percent`, `fixed`, `tiered`
        rupees in Singapore: 422 invalid-field min_spend: The market SG uses SGD.
        UPI in Singapore: 422 invalid-field methods: UPI is not offered in SG.
        no method: 422 invalid-field methods: Name at least one way to pay that earns.
        cash: 422 invalid-field methods[0]: unknown variant `cash`, expected one of `card`, `credit_card`, `debit_card`, `paynow`, `upi`, `pix`
        ends before it starts: 422 invalid-field ends_at: The end must be after the start.
        no promise: 422 invalid-field promise_hours: Promise between 1 hour and 60 days.
        a margin as long as the promise: 422 invalid-field release_margin_hours: The margin must be at least an hour and shorter than the promise.
        a name in capitals: 422 invalid-field id: not a valid campaign id: 1 to 40 characters of a-z, 0-9 and -
        somebody else's money: 422 invalid-field funding: unknown variant `payer`, expected one of `merchant`, `platform`, `split`
        a word too many: 422 invalid-field budget: invalid type: string "1000", expected an object
        a market that is none: 404 not-found : There is no such country.
        no such campaign: 404 not-found : There is no such campaign.
        101 percent of a market: 422 invalid-field open_to.percent: The percentage must be 0 to 100.
        another mode: 422 invalid-field open_to.mode: unknown variant `ajar`, expected one of `closed`, `invite_list`, `percentage`, `open`
        no email: 422 invalid-field email: Give an email address.
        no name: 422 invalid-field name: Write 1 to 60 characters.
        a greedy fee: 422 invalid-field fee_bps: At most 5000 basis points.
        no such country: 422 invalid-field country: unknown variant `FR`, expected one of `SG`, `IN`, `BR`, `US`
        a state of one's own: 422 invalid-field state: unknown field `state`, expected one of `reference`, `name`, `email`, `country`, `fee_bps`, `category`
        suspended for nothing: 422 invalid-field reason: Write 1 to 250 characters.
    "#]]);
}
