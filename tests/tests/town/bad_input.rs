//! Everything that can be wrong with a request, in one table: each a clear answer, and nothing written.

use expect_test::expect;
use kembali_tests::{Town, card, text};
use serde_json::{Value, json};

use crate::desk::Desk;

fn order(value: &str, currency: &str) -> Value {
    json!({
        "reference": "order-1", "amount": {"value": value, "currency": currency}, "description": "kopi", "channel": "chat",
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = order("25.00", "SGD");
    body[field] = value;
    body
}

fn without(field: &str) -> Value {
    let mut body = order("25.00", "SGD");
    body.as_object_mut().unwrap().remove(field);
    body
}

#[tokio::test]
async fn amounts_that_a_market_cannot_take() {
    let mut table = String::new();
    for (country, currency, low, high) in [
        ("SG", "SGD", "0.49", "1000000.00"),
        ("IN", "INR", "0.49", "1000000.00"),
        ("BR", "BRL", "0.49", "1000000.00"),
        ("US", "USD", "0.49", "1000000.00"),
    ] {
        let mut desk = Desk::open(country).await;
        desk.post(&format!("{country} too little"), order(low, currency)).await;
        desk.post(&format!("{country} too much"), order(high, currency)).await;
        desk.post(&format!("{country} in euros"), order("25.00", "EUR")).await;
        table.push_str(&desk.table);
        assert_eq!(desk.town.stack.stripe().sessions().len(), 0);
    }
    expect![[r#"
        SG too little: 422 invalid-field amount: SGD 0.49 cannot be paid in SG: SGD 0.50 to SGD 999999.99 by card, SGD 0.50 to SGD 200000.00 by PayNow.
        SG too much: 422 invalid-field amount: SGD 1000000.00 cannot be paid in SG: SGD 0.50 to SGD 999999.99 by card, SGD 0.50 to SGD 200000.00 by PayNow.
        SG in euros: 422 invalid-field amount.currency: Merchants in SG charge in SGD.
        IN too little: 422 invalid-field amount: INR 0.49 cannot be paid in IN: INR 0.50 to INR 999999.99 by card, INR 1.00 to INR 100000.00 by UPI.
        IN too much: 422 invalid-field amount: INR 1000000.00 cannot be paid in IN: INR 0.50 to INR 999999.99 by card, INR 1.00 to INR 100000.00 by UPI.
        IN in euros: 422 invalid-field amount.currency: Merchants in IN charge in INR.
        BR too little: 422 invalid-field amount: BRL 0.49 cannot be paid in BR: BRL 0.50 to BRL 999999.99 by card, BRL 0.50 to BRL 999999.99 by Pix.
        BR too much: 422 invalid-field amount: BRL 1000000.00 cannot be paid in BR: BRL 0.50 to BRL 999999.99 by card, BRL 0.50 to BRL 999999.99 by Pix.
        BR in euros: 422 invalid-field amount.currency: Merchants in BR charge in BRL.
        US too little: 422 invalid-field amount: USD 0.49 cannot be paid in US: USD 0.50 to USD 999999.99 by card.
        US too much: 422 invalid-field amount: USD 1000000.00 cannot be paid in US: USD 0.50 to USD 999999.99 by card.
        US in euros: 422 invalid-field amount.currency: Merchants in US charge in USD.
    "#]].assert_eq(&table);
}

#[tokio::test]
async fn above_a_rails_own_limit_only_the_others_are_offered() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let large = town.checkout(&shop, "order-1", "200000.01", "SGD").await;
    let methods: Vec<String> =
        large["offers"].as_array().unwrap().iter().map(|offer| text(offer, "/method")).collect();
    assert_eq!(methods, ["card"]);
}

#[tokio::test]
async fn fields_that_cannot_be_read() {
    let mut desk = Desk::open("SG").await;
    desk.post("three decimals", order("25.001", "SGD")).await;
    desk.post("no number", order("a lot", "SGD")).await;
    desk.post("negative", order("-25.00", "SGD")).await;
    desk.post("exponent", order("1e3", "SGD")).await;
    desk.post("zero", order("0.00", "SGD")).await;
    desk.post("a JSON number", with("amount", json!({"value": 25.0, "currency": "SGD"}))).await;
    desk.post("an amount that is none", with("amount", json!(25))).await;
    desk.post("an amount without a currency", with("amount", json!({"value": "25.00"}))).await;
    desk.post("no such currency", order("25.00", "XXQ")).await;
    desk.post(
        "amount with an unknown field",
        with("amount", json!({"value": "1", "currency": "SGD", "tip": "1"})),
    )
    .await;
    desk.post("an unknown field", with("tip", json!("1.00"))).await;
    desk.post("no amount", without("amount")).await;
    desk.post("no reference", without("reference")).await;
    desk.post("no channel", without("channel")).await;
    desk.post("another channel", with("channel", json!("mail"))).await;
    desk.post("a reference with a space", with("reference", json!("order 1"))).await;
    desk.post("a reference too long", with("reference", json!("r".repeat(36)))).await;
    desk.post("nothing it is for", without("description")).await;
    desk.post("an empty description", with("description", json!("  "))).await;
    desk.post("a long description", with("description", json!("k".repeat(251)))).await;
    desk.post("no phone number", with("payer", json!({"phone": "91234567"}))).await;
    desk.post("a return to http", with("return_url", json!("http://example.com/"))).await;
    desk.post("expires in 29 minutes", with("expires_at", json!("2026-11-22T10:29:59Z"))).await;
    desk.post("expires in a day and a second", with("expires_at", json!("2026-11-23T10:00:01Z"))).await;
    desk.post("expires some day", with("expires_at", json!("some day"))).await;
    let item = |quantity: i64, value: &str, currency: &str| json!({"name": "kopi", "quantity": quantity, "unit_amount": {"value": value, "currency": currency}});
    let mut items = without("description");
    for (name, lines) in [
        ("items that do not add up", json!([item(2, "12.00", "SGD")])),
        ("an item in another currency", json!([item(1, "25.00", "USD")])),
        ("none of an item", json!([item(0, "25.00", "SGD")])),
        ("a negative quantity", json!([item(-1, "25.00", "SGD")])),
        ("too many items", json!(vec![item(1, "0.25", "SGD"); 101])),
    ] {
        items["items"] = lines;
        desk.post(name, items.clone()).await;
    }
    desk.post("items and a description", with("items", json!([item(1, "25.00", "SGD")]))).await;
    assert_eq!(desk.town.stack.stripe().sessions().len(), 0);
    desk.check(&expect![[r#"
        three decimals: 422 invalid-field amount: SGD has 2 decimals, and this amount has 3
        no number: 422 invalid-field amount: write the amount as digits with at most one dot, such as "25.00"
        negative: 422 invalid-field amount: write the amount as digits with at most one dot, such as "25.00"
        exponent: 422 invalid-field amount: write the amount as digits with at most one dot, such as "25.00"
        zero: 422 invalid-field amount: SGD 0.00 cannot be paid in SG: SGD 0.50 to SGD 999999.99 by card, SGD 0.50 to SGD 200000.00 by PayNow.
        a JSON number: 422 invalid-field amount.value: invalid type: floating point `25.0`, expected a string
        an amount that is none: 422 invalid-field amount: invalid type: integer `25`, expected an object
        an amount without a currency: 422 invalid-field amount.currency: missing field `currency`
        no such currency: 422 invalid-field amount.currency: unknown variant `XXQ`
        amount with an unknown field: 422 invalid-field amount.tip: unknown field `tip`, expected `value` or `currency`
        an unknown field: 422 invalid-field tip: unknown field `tip`, expected one of `reference`, `amount`, `description`, `items`, `payer`, `channel`, `expires_at`, `return_url`
        no amount: 422 invalid-field amount: missing field `amount`
        no reference: 422 invalid-field reference: missing field `reference`
        no channel: 422 invalid-field channel: missing field `channel`
        another channel: 422 invalid-field channel: unknown variant `mail`, expected `chat` or `counter`
        a reference with a space: 422 invalid-field reference: not a valid reference: 1 to 35 characters of A-Z, a-z, 0-9, _, . and -
        a reference too long: 422 invalid-field reference: not a valid reference: 1 to 35 characters of A-Z, a-z, 0-9, _, . and -
        nothing it is for: 422 invalid-field description: Say what it is for: a description or items.
        an empty description: 422 invalid-field description: Write 1 to 250 characters.
        a long description: 422 invalid-field description: Write 1 to 250 characters.
        no phone number: 422 invalid-field payer.phone: not a phone number in international form, such as +6591234567
        a return to http: 422 invalid-field return_url: Give an https URL of at most 2000 characters.
        expires in 29 minutes: 422 invalid-field expires_at: A checkout can be paid for 30 minutes to 24 hours.
        expires in a day and a second: 422 invalid-field expires_at: A checkout can be paid for 30 minutes to 24 hours.
        expires some day: 422 invalid-field expires_at: not a date and time such as 2026-11-22T10:00:00Z
        items that do not add up: 422 invalid-field amount: The items add up to SGD 24.00, the amount is SGD 25.00.
        an item in another currency: 422 invalid-field items[0].unit_amount: SGD and USD do not go together
        none of an item: 422 invalid-field items[0].quantity: The quantity must be 1 to 999.
        a negative quantity: 422 invalid-field items[0].quantity: invalid value: integer `-1`, expected u32
        too many items: 422 invalid-field items: At most 100 items.
        items and a description: 422 invalid-field description: Give a description or items, not both.
    "#]]);
}

#[tokio::test]
async fn bodies_that_are_none() {
    let mut desk = Desk::open("SG").await;
    let good = order("25.00", "SGD").to_string();
    desk.send("no content type", "", good.clone()).await;
    desk.send("a form", "application/x-www-form-urlencoded", good.clone()).await;
    desk.send("text", "text/plain", good.clone()).await;
    desk.send("malformed", "application/json", "{\"reference\": ".to_owned()).await;
    desk.send("empty", "application/json", String::new()).await;
    desk.send("an array", "application/json", "[]".to_owned()).await;
    desk.send("something after it", "application/json", format!("{good} {{}}")).await;
    desk.send("twice the same field", "application/json", good.replacen('{', "{\"channel\":\"chat\",", 1))
        .await;
    let mut large = with("description", json!("k".repeat(256 * 1024)));
    large["reference"] = json!("large");
    desk.send("too large", "application/json", large.to_string()).await;
    desk.check(&expect![[r#"
        no content type: 415 unsupported-media-type Content-Type: The body must be JSON.
        a form: 415 unsupported-media-type Content-Type: The body must be JSON.
        text: 415 unsupported-media-type Content-Type: The body must be JSON.
        malformed: 400 malformed-request : The JSON breaks off at line 1, column 14.
        empty: 400 malformed-request : The JSON breaks off at line 1, column 0.
        an array: 422 invalid-field body: Send a JSON object.
        something after it: 400 malformed-request : Something follows the JSON.
        twice the same field: 422 invalid-field channel: duplicate field `channel`
        too large: 413 body-too-large : The body may have at most 262144 bytes.
    "#]]);
    assert_eq!(desk.town.stack.stripe().sessions().len(), 0);
}

#[tokio::test]
async fn who_may_not_ask_and_what_does_not_exist() {
    let mut desk = Desk::open("SG").await;
    let other = desk.town.another_shop("SG", "other").await;
    let foreign = desk.town.checkout(&other, "order-9", "25.00", "SGD").await;
    let newcomer = desk.town.applicant("SG", "newcomer").await;
    desk.before = desk.town.items();
    let own = desk.shop.key.clone();
    let nobody = "kmb_mch_aaaaaaaaaaaaaaaa_secret";
    let body = || Some(order("25.00", "SGD"));
    desk.ask("no key", "", "POST", "/v1/checkouts", body()).await;
    desk.ask("a key of nobody", nobody, "POST", "/v1/checkouts", body()).await;
    desk.ask("not enabled", &newcomer.key, "POST", "/v1/checkouts", body()).await;
    let foreign = text(&foreign, "/id");
    desk.ask("another's checkout", &own, "GET", &format!("/v1/checkouts/{foreign}"), None).await;
    desk.ask("no such checkout", &own, "GET", "/v1/checkouts/chk_aaaaaaaaaaaaaaaaaaaaaaaa", None).await;
    desk.ask("no checkout's id", &own, "GET", "/v1/checkouts/1", None).await;
    desk.ask("a strange path", &own, "GET", "/v1/checkouts/..%2F..%2Fetc", None).await;
    for (name, query) in [
        ("no day", "day=yesterday"),
        ("the 31st of November", "day=2026-11-31"),
        ("a limit of 0", "limit=0"),
        ("a limit of 101", "limit=101"),
        ("a limit of x", "limit=x"),
        ("a bad cursor", "cursor=%21"),
        ("an empty cursor", "cursor="),
    ] {
        desk.ask(name, &own, "GET", &format!("/v1/checkouts?{query}"), None).await;
    }
    desk.check(&expect![[r#"
        no key: 401 unauthorized Authorization: The request carries no valid key.
        a key of nobody: 401 unauthorized Authorization: The request carries no valid key.
        not enabled: 403 forbidden : The merchant is invited, not enabled.
        another's checkout: 404 not-found : There is no such checkout.
        no such checkout: 404 not-found : There is no such checkout.
        no checkout's id: 404 not-found : There is no such checkout.
        a strange path: 404 not-found : There is no such checkout.
        no day: 422 invalid-field day: not a day such as 2026-11-22
        the 31st of November: 422 invalid-field day: not a day such as 2026-11-22
        a limit of 0: 422 invalid-field limit: The limit must be 1 to 100.
        a limit of 101: 422 invalid-field limit: The limit must be 1 to 100.
        a limit of x: 422 invalid-field limit: The limit must be 1 to 100.
        a bad cursor: 422 invalid-field cursor: Send `next_cursor` of the page before, as it is.
        an empty cursor: 422 invalid-field cursor: Send `next_cursor` of the page before, as it is.
    "#]]);
}

#[tokio::test]
async fn refunds_that_cannot_be() {
    let mut desk = Desk::open("SG").await;
    let shop = desk.shop.clone();
    let open = desk.town.checkout(&shop, "order-1", "25.00", "SGD").await;
    let paid = desk.town.checkout(&shop, "order-2", "25.00", "SGD").await;
    desk.town.pay(&paid, card()).await;
    desk.before = desk.town.items();
    let path = |checkout: &Value| format!("/v1/checkouts/{}/refunds", text(checkout, "/id"));
    let refund = |value: &str, currency: &str| {
        Some(json!({"reference": "r1", "amount": {"value": value, "currency": currency}}))
    };
    desk.ask("of an unpaid one", &shop.key, "POST", &path(&open), refund("1.00", "SGD")).await;
    desk.ask("too large", &shop.key, "POST", &path(&paid), refund("25.01", "SGD")).await;
    desk.ask("of nothing", &shop.key, "POST", &path(&paid), refund("0.00", "SGD")).await;
    desk.ask("in another currency", &shop.key, "POST", &path(&paid), refund("1.00", "USD")).await;
    desk.ask("without a reference", &shop.key, "POST", &path(&paid), Some(json!({}))).await;
    desk.ask(
        "with a reason",
        &shop.key,
        "POST",
        &path(&paid),
        Some(json!({"reference": "r", "reason": "x"})),
    )
    .await;
    desk.check(&expect![[r#"
        of an unpaid one: 409 wrong-state : The checkout is open, not paid.
        too large: 422 invalid-field amount: At most SGD 25.00 can be refunded; the rest was refunded.
        of nothing: 422 invalid-field amount: The amount must be above zero.
        in another currency: 422 invalid-field amount.currency: USD and SGD do not go together
        without a reference: 422 invalid-field reference: missing field `reference`
        with a reason: 422 invalid-field reason: unknown field `reason`, expected `reference` or `amount`
    "#]]);
    assert_eq!(desk.town.back(&paid).total(), 0);
}
