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
        SG too little: 422 invalid-field amount: SGD 0.49 cannot be paid in SG: SGD 0.50 to SGD 999999.99 by card, SGD 0.50 to SGD 200000.00 by PayNow. > Send an amount within one of these limits.
        SG too much: 422 invalid-field amount: SGD 1000000.00 cannot be paid in SG: SGD 0.50 to SGD 999999.99 by card, SGD 0.50 to SGD 200000.00 by PayNow. > Send an amount within one of these limits.
        SG in euros: 422 invalid-field amount.currency: Merchants in SG charge in SGD. > Write the amount in SGD.
        IN too little: 422 invalid-field amount: INR 0.49 cannot be paid in IN: INR 0.50 to INR 999999.99 by card, INR 1.00 to INR 100000.00 by UPI. > Send an amount within one of these limits.
        IN too much: 422 invalid-field amount: INR 1000000.00 cannot be paid in IN: INR 0.50 to INR 999999.99 by card, INR 1.00 to INR 100000.00 by UPI. > Send an amount within one of these limits.
        IN in euros: 422 invalid-field amount.currency: Merchants in IN charge in INR. > Write the amount in INR.
        BR too little: 422 invalid-field amount: BRL 0.49 cannot be paid in BR: BRL 0.50 to BRL 999999.99 by card, BRL 0.50 to BRL 999999.99 by Pix. > Send an amount within one of these limits.
        BR too much: 422 invalid-field amount: BRL 1000000.00 cannot be paid in BR: BRL 0.50 to BRL 999999.99 by card, BRL 0.50 to BRL 999999.99 by Pix. > Send an amount within one of these limits.
        BR in euros: 422 invalid-field amount.currency: Merchants in BR charge in BRL. > Write the amount in BRL.
        US too little: 422 invalid-field amount: USD 0.49 cannot be paid in US: USD 0.50 to USD 999999.99 by card. > Send an amount within one of these limits.
        US too much: 422 invalid-field amount: USD 1000000.00 cannot be paid in US: USD 0.50 to USD 999999.99 by card. > Send an amount within one of these limits.
        US in euros: 422 invalid-field amount.currency: Merchants in US charge in USD. > Write the amount in USD.
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
    desk.post("a reference too long", with("reference", json!("r".repeat(65)))).await;
    desk.post("a reference that begins with a hash", with("reference", json!("#1"))).await;
    desk.post("nothing it is for", without("description")).await;
    desk.post("an empty description", with("description", json!("  "))).await;
    let unseen = json!("\u{200b}\u{2060}\0\u{3164}");
    desk.post("a description that nobody sees", with("description", unseen)).await;
    desk.post("a long description", with("description", json!("k".repeat(251)))).await;
    desk.post("no phone number", with("payer", json!({"phone": "91234567"}))).await;
    desk.post("a return to http", with("return_url", json!("http://example.com/"))).await;
    desk.post("expires in 30 minutes", with("expires_at", json!("2026-11-22T10:30:00Z"))).await;
    desk.post("expires in a day", with("expires_at", json!("2026-11-23T10:00:00Z"))).await;
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
        three decimals: 422 invalid-field amount.value: SGD has 2 decimals, and this amount has 3. > Write fewer decimals.
        no number: 422 invalid-field amount.value: This is not an amount. > Write digits with at most one point, such as `25.00`.
        negative: 422 invalid-field amount.value: This is not an amount. > Write digits with at most one point, such as `25.00`.
        exponent: 422 invalid-field amount.value: This is not an amount. > Write digits with at most one point, such as `25.00`.
        zero: 422 invalid-field amount: SGD 0.00 cannot be paid in SG: SGD 0.50 to SGD 999999.99 by card, SGD 0.50 to SGD 200000.00 by PayNow. > Send an amount within one of these limits.
        a JSON number: 422 invalid-field amount.value: The value is a number. > Write a text, in quotes.
        an amount that is none: 422 invalid-field amount: The value is a number. > Send an object.
        an amount without a currency: 422 invalid-field amount.currency: `currency` is missing. > Add `currency`.
        no such currency: 422 invalid-field amount.currency: `XXQ` is not known here. > Write one that the API's description names.
        amount with an unknown field: 422 invalid-field amount.tip: There is no field `tip` here. > Leave it out, or correct its name: the fields are `value`, `currency`.
        an unknown field: 422 invalid-field tip: There is no field `tip` here. > Leave it out, or correct its name: the fields are `reference`, `amount`, `description`, `items`, `payer`, `channel`, `expires_at`, `return_url`.
        no amount: 422 invalid-field amount: `amount` is missing. > Add `amount`.
        no reference: 422 invalid-field reference: `reference` is missing. > Add `reference`.
        no channel: 422 invalid-field channel: `channel` is missing. > Add `channel`.
        another channel: 422 invalid-field channel: `mail` is not known here. > Write one of `chat`, `counter`.
        a reference with a space: 422 invalid-field reference: This is not a reference. > Write 1 to 64 characters of A-Z, a-z, 0-9, _, . and -; one that begins with a letter or a digit may also have / and #.
        a reference too long: 422 invalid-field reference: This is not a reference. > Write 1 to 64 characters of A-Z, a-z, 0-9, _, . and -; one that begins with a letter or a digit may also have / and #.
        a reference that begins with a hash: 422 invalid-field reference: This is not a reference. > Write 1 to 64 characters of A-Z, a-z, 0-9, _, . and -; one that begins with a letter or a digit may also have / and #.
        nothing it is for: 422 invalid-field description: It is not said what is paid for. > Add `description` or `items`.
        an empty description: 422 invalid-field description: The text is empty or too long. > Write 1 to 250 characters that can be seen.
        a description that nobody sees: 422 invalid-field description: The text is empty or too long. > Write 1 to 250 characters that can be seen.
        a long description: 422 invalid-field description: The text is empty or too long. > Write 1 to 250 characters that can be seen.
        no phone number: 422 invalid-field payer.phone: This is not a phone number. > Write it in international form, such as `+6591234567`.
        a return to http: 422 invalid-field return_url: A payer cannot be sent there. > Write an https URL of at most 2000 characters.
        expires in 30 minutes: 422 invalid-field expires_at: The time is too near or too far. > Name a time that is 31 minutes to 23 hours and 59 minutes ahead, or leave the field out for 24 hours.
        expires in a day: 422 invalid-field expires_at: The time is too near or too far. > Name a time that is 31 minutes to 23 hours and 59 minutes ahead, or leave the field out for 24 hours.
        expires some day: 422 invalid-field expires_at: This is not a time. > Write one such as `2026-11-22T10:00:00Z`, from 1970 on.
        items that do not add up: 422 invalid-field amount: The items add up to SGD 24.00, the amount is SGD 25.00. > Send the amount that the items add up to, or correct the items.
        an item in another currency: 422 invalid-field items[0].unit_amount: SGD and USD do not go together. > Write all amounts in one currency.
        none of an item: 422 invalid-field items[0].quantity: An item is bought 1 to 999 times. > Write a number from 1 to 999.
        a negative quantity: 422 invalid-field items[0].quantity: The number is negative. > Write a whole number, zero or more.
        too many items: 422 invalid-field items: There are too many items. > Send at most 100, or a `description` instead.
        items and a description: 422 invalid-field description: What is paid for is said twice. > Send `description` or `items`, not both.
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
        no content type: 415 unsupported-media-type Content-Type: The body must be JSON. > Send `Content-Type: application/json`.
        a form: 415 unsupported-media-type Content-Type: The body must be JSON. > Send `Content-Type: application/json`.
        text: 415 unsupported-media-type Content-Type: The body must be JSON. > Send `Content-Type: application/json`.
        malformed: 400 malformed-request : The JSON is not valid at line 1, column 14. > Send one JSON object, in UTF-8.
        empty: 400 malformed-request : The JSON is not valid at line 1, column 0. > Send one JSON object, in UTF-8.
        an array: 422 invalid-field body: The body is not a JSON object. > Send a JSON object.
        something after it: 400 malformed-request : There is more text after the JSON value. > Send one JSON object.
        twice the same field: 422 invalid-field channel: `channel` is there twice. > Send `channel` once.
        too large: 413 body-too-large : The body may have at most 262144 bytes. > Send less at a time.
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
        no key: 401 unauthorized Authorization: The request carries no valid key. > Send `Authorization: Bearer kmb_…` with one of the merchant's live keys.
        a key of nobody: 401 unauthorized Authorization: The request carries no valid key. > Send `Authorization: Bearer kmb_…` with one of the merchant's live keys.
        not enabled: 403 forbidden : The merchant is invited, not enabled. > GET /v1/merchants/mch_do7nxiqonnjqrgbv says what is missing.
        another's checkout: 404 not-found : There is no such checkout. > Check the id of the checkout; those of others are not shown.
        no such checkout: 404 not-found : There is no such checkout. > Check the id of the checkout; those of others are not shown.
        no checkout's id: 404 not-found : There is no such checkout. > Check the id of the checkout; those of others are not shown.
        a strange path: 404 not-found : There is no such checkout. > Check the id of the checkout; those of others are not shown.
        no day: 422 invalid-field day: This is not a day. > Write one such as `2026-11-22`.
        the 31st of November: 422 invalid-field day: This is not a day. > Write one such as `2026-11-22`.
        a limit of 0: 422 invalid-field limit: The limit is not possible. > Write a number from 1 to 100.
        a limit of 101: 422 invalid-field limit: The limit is not possible. > Write a number from 1 to 100.
        a limit of x: 422 invalid-field limit: The limit is not possible. > Write a number from 1 to 100.
        a bad cursor: 422 invalid-field cursor: The cursor is not valid. > Send `next_cursor` of the page before, as it is.
        an empty cursor: 422 invalid-field cursor: The cursor is not valid. > Send `next_cursor` of the page before, as it is.
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
        of an unpaid one: 409 wrong-state : The checkout is open, not paid. > Refund it once it is paid; an open one can be expired.
        too large: 422 invalid-field amount: At most SGD 25.00 can be refunded: that is what was paid. > Send a smaller amount, or leave it out for all that is left.
        of nothing: 422 invalid-field amount: The amount is zero. > Write an amount above zero.
        in another currency: 422 invalid-field amount.currency: USD and SGD do not go together. > Write all amounts in one currency.
        without a reference: 422 invalid-field reference: `reference` is missing. > Add `reference`.
        with a reason: 422 invalid-field reason: There is no field `reason` here. > Leave it out, or correct its name: the fields are `reference`, `amount`.
    "#]]);
    assert_eq!(desk.town.back(&paid).total(), 0);
}
