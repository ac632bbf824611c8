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
        ("a promise of more than 48 hours", "promise_hours", json!(49)),
        ("over already", "ends_at", json!("2026-11-22T18:00")),
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
    let hidden = merchant("email", json!("a\u{202e}b@example.com"));
    desk.ask("an email of which not all is seen", &token, "POST", "/v1/merchants", hidden).await;
    desk.ask("no name", &token, "POST", "/v1/merchants", merchant("name", json!(" "))).await;
    desk.ask("a greedy fee", &token, "POST", "/v1/merchants", merchant("fee_bps", json!(5001))).await;
    desk.ask("no such country", &token, "POST", "/v1/merchants", merchant("country", json!("FR"))).await;
    desk.ask("a state of one's own", &token, "POST", "/v1/merchants", merchant("state", json!("enabled")))
        .await;
    let suspend = format!("/v1/merchants/{}/suspend", desk.shop.id);
    desk.ask("suspended for nothing", &token, "POST", &suspend, Some(json!({"reason": ""}))).await;
    let empty = json!({"reason": "fraud", "reason_for_merchant": "\u{200b}"});
    desk.ask("nothing to tell the merchant", &token, "POST", &suspend, Some(empty)).await;
    desk.check(&expect![[r#"
        more than all: 422 invalid-field reward.percent: This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        a float: 422 invalid-field reward.percent: The number has a fraction, or is too large. > Write a whole number; where an amount or a rate is asked for, write it as text such as `"2.5"`.
        another kind: 422 invalid-field reward.kind: `points` is not known here. > Write one of `percent`, `fixed`, `tiered`.
        rupees in Singapore: 422 invalid-field min_spend: The market SG uses SGD. > Write the amount in SGD.
        UPI in Singapore: 422 invalid-field methods: UPI is not offered in SG. > Name ways to pay of the market: card, paynow.
        no method: 422 invalid-field methods: The list is empty. > Name at least one way to pay that earns.
        cash: 422 invalid-field methods[0]: There is no such way to pay. > Write one of `card`, `credit_card`, `debit_card`, `paynow`, `upi`, `pix`.
        ends before it starts: 422 invalid-field ends_at: The campaign ends before it begins. > Write a time after `starts_at`.
        no promise: 422 invalid-field promise_hours: Cashback cannot be promised within so many hours. > Write 2 to 48 hours.
        a promise of more than 48 hours: 422 invalid-field promise_hours: Cashback cannot be promised within so many hours. > Write 2 to 48 hours.
        over already: 422 invalid-field ends_at: It is 2026-11-22T10:00:00Z, and the campaign would be over since 2026-11-22T18:00:00. > Name an end that is still to come.
        a margin as long as the promise: 422 invalid-field release_margin_hours: The margin does not fit into the promise. > Write at least 1 hour, and less than `promise_hours`.
        a name in capitals: 422 invalid-field id: This is not a campaign id. > Write 1 to 40 characters of a-z, 0-9 and -.
        somebody else's money: 422 invalid-field funding: `payer` is not known here. > Write one of `merchant`, `platform`, `split`.
        a word too many: 422 invalid-field budget: The value is a text. > Send an object.
        a market that is none: 404 not-found country: There is no such market. > Write one of SG, IN, BR, US in the address.
        no such campaign: 404 not-found : There is no such campaign. > Check the id of the campaign; those of others are not shown.
        101 percent of a market: 422 invalid-field open_to.percent: More than all businesses cannot be let in. > Write 0 to 100.
        another mode: 422 invalid-field open_to.mode: `ajar` is not known here. > Write one of `closed`, `invite_list`, `percentage`, `open`.
        no email: 422 invalid-field email: This is not an email address. > Write one such as `shop@example.com`.
        an email of which not all is seen: 422 invalid-field email: This is not an email address. > Write one such as `shop@example.com`.
        no name: 422 invalid-field name: The text is empty or too long. > Write 1 to 60 characters that can be seen.
        a greedy fee: 422 invalid-field fee_bps: More than half of a payment is no fee. > Write 0 to 5000 basis points.
        no such country: 422 invalid-field country: `FR` is not known here. > Write one of `SG`, `IN`, `BR`, `US`.
        a state of one's own: 422 invalid-field state: There is no field `state` here. > Leave it out, or correct its name: the fields are `reference`, `name`, `email`, `country`, `fee_bps`, `category`.
        suspended for nothing: 422 invalid-field reason: The text is empty or too long. > Write 1 to 250 characters that can be seen.
        nothing to tell the merchant: 422 invalid-field reason_for_merchant: The text is empty or too long. > Write 1 to 250 characters that can be seen.
    "#]]);
}
