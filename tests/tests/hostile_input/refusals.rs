//! Wrong input to every route, one mistake at a time: which field is at fault, what is wrong with it, and
//! what to do.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use kembali_tests::{Shop, Town, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::plain::complaint;
use crate::routes::{By, Door, doors};

/// A town in which everything exists that a route may ask for.
struct Office {
    town: Town,
    shop: Shop,
    checkout: String,
    /// The routes that have refused something.
    refused: BTreeSet<String>,
    table: String,
    refusals: usize,
}

impl Office {
    async fn open() -> Self {
        let town = Town::unswept().await;
        let shop = town.shop("SG").await;
        town.campaign("SG", five_percent("five", "paynow", "platform")).await;
        let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
        town.pay(&checkout, PayWith::Paynow).await;
        let checkout = text(&checkout, "/id");
        Self { town, shop, checkout, refused: BTreeSet::new(), table: String::new(), refusals: 0 }
    }

    /// Sends a request that must be refused, and notes what is answered.
    async fn refuse(
        &mut self,
        by: By,
        route: &str,
        path: &str,
        name: &str,
        content_type: &str,
        body: Vec<u8>,
    ) {
        let operator = self.town.stack.operator_token().unwrap();
        let token = if by == By::Operator { operator } else { self.shop.key.clone() };
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", content_type)];
        let method = route.split(' ').next().unwrap();
        let answer = self.town.client.send(method, path, &headers, body).await.unwrap();
        let problem = answer.json();
        assert!((400..500).contains(&answer.status), "{route}, {name}: {} {problem}", answer.status);
        assert_eq!(complaint(&problem), None, "{route}, {name}: {problem}");
        self.refused.insert(route.split('?').next().unwrap().to_owned());
        let at = |pointer: &str| text(&problem, pointer);
        let line =
            format!("{name}: {} {} | {} > {}\n", answer.status, at("/field"), at("/detail"), at("/next"));
        self.table.push_str(&line);
        self.refusals += 1;
    }

    /// A right body with one member changed; `null` takes it out.
    async fn change(&mut self, route: &'static str, name: &str, pointer: &str, value: Value) {
        let door = door(&self.shop, route);
        let mut body = door.body(7);
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        match (body.pointer_mut(parent).unwrap(), value) {
            (Value::Object(members), Value::Null) => drop(members.remove(member)),
            (Value::Object(members), value) => drop(members.insert(member.to_owned(), value)),
            (Value::Array(values), value) => values[member.parse::<usize>().unwrap()] = value,
            (other, _) => panic!("{other} has no members"),
        }
        self.body(route, name, body.to_string()).await;
    }

    /// A body as it is.
    async fn body(&mut self, route: &'static str, name: &str, body: impl Into<Vec<u8>>) {
        let door = door(&self.shop, route);
        let path = door.path(&self.shop, &self.checkout);
        self.refuse(door.by, route, &path, name, "application/json", body.into()).await;
    }

    /// A request without a body.
    async fn get(&mut self, by: By, route: &str, path: &str) {
        let path = path.replace("{merchant}", &self.shop.id).replace("{checkout}", &self.checkout);
        let name = path.replace(&self.shop.id, "mch").replace(&self.checkout, "chk");
        self.refuse(by, route, &path, &name, "application/json", Vec::new()).await;
    }

    fn check(&mut self, expected: &Expect) {
        expected.assert_eq(&std::mem::take(&mut self.table));
    }
}

fn door(shop: &Shop, route: &str) -> Door {
    doors(shop).into_iter().find(|door| door.route == route).unwrap()
}

/// What `null` would be, were it not taken for a member to leave out.
fn null_at(shop: &Shop, route: &str, pointer: &str) -> String {
    let mut body = door(shop, route).body(7);
    *body.pointer_mut(pointer).unwrap() = Value::Null;
    body.to_string()
}

#[tokio::test]
async fn every_route_says_what_is_wrong_and_what_to_do() {
    let mut office = Office::open().await;
    bodies(&mut office).await;
    checkouts(&mut office).await;
    campaigns(&mut office).await;
    markets(&mut office).await;
    merchants(&mut office).await;
    addresses(&mut office).await;
    let functions = &office.town.stack.template().functions;
    let routes = functions.iter().flat_map(|function| &function.triggers.routes);
    let routes = routes.filter(|route| route.method != "HEAD");
    let all: BTreeSet<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(office.refused, all);
    assert!(office.refusals >= 200, "{} refusals", office.refusals);
}

const ORDER: &str = "POST /v1/checkouts";
const REFUND: &str = "POST /v1/checkouts/{checkout}/refunds";
const CAMPAIGN: &str = "POST /v1/markets/{country}/campaigns";
const VERSION: &str = "PUT /v1/markets/{country}/campaigns/{campaign}";
const TRIAL: &str = "POST /v1/markets/{country}/campaigns/simulate";
const ROLLOUT: &str = "PUT /v1/markets/{country}/rollout";
const SCREENING: &str = "PUT /v1/markets/{country}/policy/screening";
const ADJUSTMENT: &str = "POST /v1/markets/{country}/adjustments";
const CONSENT: &str = "POST /v1/markets/{country}/wallet-consents";
const APPLICATION: &str = "POST /v1/merchants";
const INSIDERS: &str = "PUT /v1/merchants/{merchant}/insiders";

/// What is no JSON, or not an object.
async fn bodies(office: &mut Office) {
    for (name, body) in [
        ("nothing", ""),
        ("words", "not json"),
        ("an end too early", "{\"reference\": "),
        ("a comma too many", "{\"reference\": \"a\",}"),
        ("two objects", "{}{}"),
        ("words after it", "{} x"),
        ("a mark before it", "\u{feff}{}"),
        ("a list", "[]"),
        ("null", "null"),
        ("a text", "\"{}\""),
        ("half a surrogate", "{\"reference\": \"\\ud800\"}"),
        ("a number that is too large", "{\"reference\": 1e999}"),
        ("a field twice", "{\"channel\": \"chat\", \"channel\": \"chat\"}"),
    ] {
        office.body(ORDER, name, body).await;
    }
    office.body(ORDER, "gzip", b"\x1f\x8b\x08\x00".to_vec()).await;
    office.body(ORDER, "Latin-1", b"{\"reference\": \"caf\xe9\"}".to_vec()).await;
    office.body(ORDER, "too deep", "{\"a\":".repeat(200)).await;
    office.body(ORDER, "too large", vec![b'x'; 300 * 1024]).await;
    office.refuse(By::Merchant, ORDER, "/v1/checkouts", "a form", "text/plain", b"{}".to_vec()).await;
    office.check(&expect![[r#"
        nothing: 400  | The JSON is not valid at line 1, column 0. > Send one JSON object, in UTF-8.
        words: 400  | The JSON is not valid at line 1, column 2. > Send one JSON object, in UTF-8.
        an end too early: 400  | The JSON is not valid at line 1, column 14. > Send one JSON object, in UTF-8.
        a comma too many: 400  | The JSON is not valid at line 1, column 19. > Send one JSON object, in UTF-8.
        two objects: 400  | There is more text after the JSON value. > Send one JSON object.
        words after it: 400  | There is more text after the JSON value. > Send one JSON object.
        a mark before it: 400  | The JSON is not valid at line 1, column 1. > Send one JSON object, in UTF-8.
        a list: 422 body | The body is not a JSON object. > Send a JSON object.
        null: 422 body | The body is not a JSON object. > Send a JSON object.
        a text: 422 body | The body is not a JSON object. > Send a JSON object.
        half a surrogate: 400  | The JSON is not valid at line 1, column 22. > Send one JSON object, in UTF-8.
        a number that is too large: 422 reference | The number has a fraction, or is too large. > Write a whole number; where an amount or a rate is asked for, write it as text such as `"2.5"`.
        a field twice: 422 channel | `channel` is there twice. > Send `channel` once.
        gzip: 400  | The JSON is not valid at line 1, column 1. > Send one JSON object, in UTF-8.
        Latin-1: 400  | The JSON is not valid at line 1, column 19. > Send one JSON object, in UTF-8.
        too deep: 400  | The JSON is nested too deeply. > Send the fields of the API's description; none is nested so deeply.
        too large: 413  | The body may have at most 262144 bytes. > Send less at a time.
        a form: 415 Content-Type | The body must be JSON. > Send `Content-Type: application/json`.
    "#]]);
}

async fn checkouts(office: &mut Office) {
    let item = |quantity: Value| json!([{"name": "kopi", "quantity": quantity, "unit_amount": sgd("25.00")}]);
    for (name, pointer, value) in [
        ("no reference", "/reference", Value::Null),
        ("a number as reference", "/reference", json!(7)),
        ("a reference with a space", "/reference", json!("order 1")),
        ("an amount that is a text", "/amount", json!("25.00")),
        ("an amount as a list", "/amount", json!(["25.00", "SGD"])),
        ("a value that is a number", "/amount/value", json!(25)),
        ("a value with a fraction", "/amount/value", json!(25.5)),
        ("a value with a comma", "/amount/value", json!("25,00")),
        ("an exponent", "/amount/value", json!("2e1")),
        ("a zero in front", "/amount/value", json!("025.00")),
        ("three decimals", "/amount/value", json!("25.001")),
        ("more than there is", "/amount/value", json!("99999999999")),
        ("a whole value that is a number", "/amount/value", json!(25.0)),
        ("a price with three decimals", "/items/0/unit_amount/value", json!("25.001")),
        ("a path as a name", "/amount.value", json!("25.00")),
        ("no name", "/", json!(1)),
        ("no currency", "/amount/currency", Value::Null),
        ("a currency in small letters", "/amount/currency", json!("sgd")),
        ("a currency that is none", "/amount/currency", json!("KOPI")),
        ("another market's currency", "/amount/currency", json!("EUR")),
        ("a tip in the amount", "/amount/tip", json!("1.00")),
        ("a tip", "/tip", json!("1.00")),
        ("a field with a very long name", &format!("/{}", "x".repeat(300)), json!(1)),
        ("a channel in capitals", "/channel", json!("CHAT")),
        ("another channel", "/channel", json!("mail")),
        ("a channel that is a number", "/channel", json!(1)),
        ("a channel that is an object", "/channel", json!({"chat": 1})),
        ("a channel that is null", "/channel", json!({"chat": null})),
        ("a channel that is empty", "/channel", json!({})),
        ("two channels", "/channel", json!({"chat": 1, "counter": 1})),
        ("a channel and more", "/channel", json!({"chat": 1, "x": 1})),
        ("items that are a text", "/items", json!("kopi")),
        ("items that are an object", "/items", json!({})),
        ("no quantity", "/items/0/quantity", Value::Null),
        ("a quantity in words", "/items/0/quantity", json!("two")),
        ("half of an item", "/items/0/quantity", json!(0.5)),
        ("one and a half", "/items/0/quantity", json!(1.5)),
        ("fewer than none, with a point", "/items/0/quantity", json!(-1.0)),
        ("fewer than none", "/items/0/quantity", json!(-1)),
        ("very many", "/items/0/quantity", json!(5_000_000_000_u64)),
        ("none", "/items", item(json!(0))),
        ("items that do not add up", "/items", item(json!(2))),
        ("a phone that is none", "/payer/phone", json!("91234567")),
        ("no phone", "/payer", json!({})),
        ("a time that is none", "/expires_at", json!("tomorrow")),
        ("a time too far", "/expires_at", json!("9998-12-31T00:00:00Z")),
        ("a page by http", "/return_url", json!("http://example.com")),
    ] {
        office.change(ORDER, name, pointer, value).await;
    }
    for pointer in ["/reference", "/items", "/payer", "/expires_at", "/items/0/name", "/amount/currency"] {
        let body = null_at(&office.shop, ORDER, pointer);
        office.body(ORDER, &format!("null at {pointer}"), body).await;
    }
    for (name, pointer, value) in [
        ("a refund without reference", "/reference", Value::Null),
        ("a refund of nothing", "/amount", sgd("0.00")),
        ("a refund of too much", "/amount", sgd("25.01")),
        ("a refund in rupees", "/amount", json!({"value": "1.00", "currency": "INR"})),
        ("a refund for a reason", "/reason", json!("broken")),
    ] {
        office.change(REFUND, name, pointer, value).await;
    }
    let body = null_at(&office.shop, REFUND, "/amount");
    office.body(REFUND, "a refund of null", body).await;
    office.body("POST /v1/checkouts/{checkout}/expire", "one that is paid", "").await;
    office.check(&expect![[r#"
        no reference: 422 reference | `reference` is missing. > Add `reference`.
        a number as reference: 422 reference | The value is a number. > Write a text, in quotes.
        a reference with a space: 422 reference | This is not a reference. > Write 1 to 64 characters of A-Z, a-z, 0-9, _, . and -; one that begins with a letter or a digit may also have / and #.
        an amount that is a text: 422 amount | The value is a text. > Send an object.
        an amount as a list: 422 amount | The value is a list. > Send an object.
        a value that is a number: 422 amount.value | The value is a number. > Write a text, in quotes.
        a value with a fraction: 422 amount.value | The number has a fraction, or is too large. > Write a whole number; where an amount or a rate is asked for, write it as text such as `"2.5"`.
        a value with a comma: 422 amount.value | This is not an amount. > Write digits with at most one point, such as `25.00`.
        an exponent: 422 amount.value | This is not an amount. > Write digits with at most one point, such as `25.00`.
        a zero in front: 422 amount.value | This is not an amount. > Write digits with at most one point, such as `25.00`.
        three decimals: 422 amount.value | SGD has 2 decimals, and this amount has 3. > Write fewer decimals.
        more than there is: 422 amount.value | The amount is too large. > Write a smaller one.
        a whole value that is a number: 422 amount.value | The value is a number. > Write a text, in quotes.
        a price with three decimals: 422 items[0].unit_amount.value | SGD has 2 decimals, and this amount has 3. > Write fewer decimals.
        a path as a name: 422 amount.value | There is no field `amount.value` here. > Leave it out, or correct its name: the fields are `reference`, `amount`, `description`, `items`, `payer`, `channel`, `expires_at`, `return_url`.
        no name: 422 body | There is no field `` here. > Leave it out, or correct its name: the fields are `reference`, `amount`, `description`, `items`, `payer`, `channel`, `expires_at`, `return_url`.
        no currency: 422 amount.currency | `currency` is missing. > Add `currency`.
        a currency in small letters: 422 amount.currency | `sgd` is not known here. > Write `SGD`.
        a currency that is none: 422 amount.currency | `KOPI` is not known here. > Write one that the API's description names.
        another market's currency: 422 amount.currency | Merchants in SG charge in SGD. > Write the amount in SGD.
        a tip in the amount: 422 amount.tip | There is no field `tip` here. > Leave it out, or correct its name: the fields are `value`, `currency`.
        a tip: 422 tip | There is no field `tip` here. > Leave it out, or correct its name: the fields are `reference`, `amount`, `description`, `items`, `payer`, `channel`, `expires_at`, `return_url`.
        a field with a very long name: 422 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | There is no field of this name here. > Leave it out, or correct its name: the fields are `reference`, `amount`, `description`, `items`, `payer`, `channel`, `expires_at`, `return_url`.
        a channel in capitals: 422 channel | `CHAT` is not known here. > Write `chat`.
        another channel: 422 channel | `mail` is not known here. > Write one of `chat`, `counter`.
        a channel that is a number: 422 channel | The value is not a name. > Write one of `chat`, `counter`.
        a channel that is an object: 422 channel.chat | The value is a number. > Write the name alone, in quotes.
        a channel that is null: 422 channel.chat | The value is null. > Write the name alone, in quotes.
        a channel that is empty: 422 channel | The object is empty. > Write one of `chat`, `counter`.
        two channels: 422 channel | Only one of `chat`, `counter` can be there. > Send one of them alone.
        a channel and more: 422 channel.x | There is no field `x` here. > Leave it out, or correct its name: the fields are `chat`, `counter`.
        items that are a text: 422 items | The value is a text. > Send a list.
        items that are an object: 422 items | The value is an object. > Send a list.
        no quantity: 422 items[0].quantity | `quantity` is missing. > Add `quantity`.
        a quantity in words: 422 items[0].quantity | The value is a text. > Write a whole number, without quotes.
        half of an item: 422 items[0].quantity | The number has a fraction, or is too large. > Write a whole number; where an amount or a rate is asked for, write it as text such as `"2.5"`.
        one and a half: 422 items[0].quantity | The number has a fraction, or is too large. > Write a whole number; where an amount or a rate is asked for, write it as text such as `"2.5"`.
        fewer than none, with a point: 422 items[0].quantity | The number is negative. > Write a whole number, zero or more.
        fewer than none: 422 items[0].quantity | The number is negative. > Write a whole number, zero or more.
        very many: 422 items[0].quantity | The number is too large. > Write a smaller one.
        none: 422 items[0].quantity | An item is bought 1 to 999 times. > Write a number from 1 to 999.
        items that do not add up: 422 amount | The items add up to SGD 50.00, the amount is SGD 25.00. > Send the amount that the items add up to, or correct the items.
        a phone that is none: 422 payer.phone | This is not a phone number. > Write it in international form, such as `+6591234567`.
        no phone: 422 payer.phone | `phone` is missing. > Add `phone`.
        a time that is none: 422 expires_at | This is not a time. > Write one such as `2026-11-22T10:00:00Z`, from 1970 on.
        a time too far: 422 expires_at | The time is too near or too far. > Name a time that is 31 minutes to 23 hours and 59 minutes ahead, or leave the field out for 24 hours.
        a page by http: 422 return_url | A payer cannot be sent there. > Write an https URL of at most 2000 characters.
        null at /reference: 422 reference | The value is null. > Give it a value; a field that is optional can be left out.
        null at /items: 422 items | The value is null. > Give it a value; a field that is optional can be left out.
        null at /payer: 422 payer | The value is null. > Give it a value; a field that is optional can be left out.
        null at /expires_at: 422 expires_at | The value is null. > Give it a value; a field that is optional can be left out.
        null at /items/0/name: 422 items[0].name | The value is null. > Give it a value; a field that is optional can be left out.
        null at /amount/currency: 422 amount.currency | The value is null. > Give it a value; a field that is optional can be left out.
        a refund without reference: 422 reference | `reference` is missing. > Add `reference`.
        a refund of nothing: 422 amount | The amount is zero. > Write an amount above zero.
        a refund of too much: 422 amount | At most SGD 25.00 can be refunded: that is what was paid. > Send a smaller amount, or leave it out for all that is left.
        a refund in rupees: 422 amount.currency | INR and SGD do not go together. > Write all amounts in one currency.
        a refund for a reason: 422 reason | There is no field `reason` here. > Leave it out, or correct its name: the fields are `reference`, `amount`.
        a refund of null: 422 amount | The value is null. > Give it a value; a field that is optional can be left out.
        one that is paid: 409  | The checkout is paid; only an open one can expire. > Read the checkout; one that is paid can be refunded.
    "#]]);
}

fn sgd(value: &str) -> Value {
    json!({"value": value, "currency": "SGD"})
}

async fn campaigns(office: &mut Office) {
    let split = json!({"platform_bps": 5000});
    for (name, pointer, value) in [
        ("no kind of reward", "/reward", json!({"percent": "5"})),
        ("another kind of reward", "/reward", json!({"kind": "points"})),
        ("a reward that is a text", "/reward", json!("5%")),
        ("no percentage", "/reward", json!({"kind": "percent"})),
        ("an exponent", "/reward", json!({"kind": "percent", "percent": "1e1"})),
        ("an underscore", "/reward", json!({"kind": "percent", "percent": "1_0"})),
        ("a very small percentage", "/reward", json!({"kind": "percent", "percent": "0.0000000001"})),
        ("a percentage as a number", "/reward", json!({"kind": "percent", "percent": 5})),
        ("a percentage as a fraction", "/reward", json!({"kind": "percent", "percent": 2.5})),
        ("an amount beside it", "/reward", json!({"kind": "percent", "percent": "5", "amount": sgd("1.00")})),
        ("a fixed amount of what", "/reward", json!({"kind": "fixed", "amount": {"value": "1.00"}})),
        (
            "a tier over all",
            "/reward",
            json!({"kind": "tiered", "tiers": [{"from": sgd("0.00"), "percent": "101"}]}),
        ),
        (
            "a tier to somewhere",
            "/reward",
            json!({"kind": "tiered", "tiers": [{"from": sgd("0.00"), "to": 1}]}),
        ),
        ("a split and more", "/funding", json!({"split": split, "x": 1})),
        ("a stranger in a split", "/funding", json!({"split": {"platform_bps": 5000, "x": 1}})),
        ("two kinds of funding", "/funding", json!({"split": split, "merchant": 1})),
        ("no kind of funding", "/funding", json!({})),
        ("another's money", "/funding", json!("payer")),
        ("a split by name", "/funding", json!("split")),
        ("the merchant with fields", "/funding", json!({"merchant": 1})),
        ("money that is a number", "/funding", json!(5)),
        ("more than a split holds", "/funding", json!({"split": {"platform_bps": 70_000}})),
        ("all as a split", "/funding", json!({"split": {"platform_bps": 10_000}})),
        ("a split in words", "/funding", json!({"split": {"platform_bps": "half"}})),
        ("a ceiling for the best", "/stacking", json!({"mode": "best_of", "ceiling": sgd("1.00")})),
        ("no ceiling", "/stacking", json!({"mode": "sum"})),
        (
            "a ceiling that is none",
            "/stacking",
            json!({"mode": "sum", "ceiling": {"value": "x", "currency": "SGD"}}),
        ),
        ("an occasion in capitals", "/occasion", json!({"kind": "FIRST_PAYMENT", "scope": "overall"})),
        ("an occasion without scope", "/occasion", json!({"kind": "first_payment"})),
        ("an n that is a text", "/occasion", json!({"kind": "every_nth", "n": "3"})),
        ("an n where there is none", "/occasion", json!({"kind": "once_per_merchant", "n": 2})),
        ("a cap of a year", "/caps", json!([{"per": "year", "payments": 1}])),
        ("a cap below zero", "/caps", json!([{"per": "day", "payments": -1}])),
        ("a cap in kopi", "/caps", json!([{"per": "day", "amount": {"value": "1.00", "currency": "kopi"}}])),
        ("a cap misspelled", "/caps", json!([{"per": "day", "amuont": sgd("1.00")}])),
        ("a budget misspelled", "/budget", json!({"totl": {"payments": 1}})),
        ("a budget in words", "/budget", json!("a lot")),
        ("300 parts", "/budget", json!({"total": {"payments": 1}, "shards": 300})),
        ("a way to pay that is none", "/methods", json!(["paynow", "cash"])),
        ("ways to pay as a text", "/methods", json!("paynow")),
        ("a merchant that is none", "/merchants", json!(["baker-13"])),
        ("a category that is none", "/merchant_categories", json!(["bakery"])),
        ("a start that is none", "/starts_at", json!("soon")),
        ("an end at the end of time", "/ends_at", json!("9999-12-31")),
        ("an end before the beginning", "/ends_at", json!("1970-01-01")),
        ("a promise in words", "/promise_hours", json!("two days")),
        ("no name", "/id", Value::Null),
        ("a name in capitals", "/id", json!("FIVE")),
        ("a word too many", "/min_spent", sgd("1.00")),
    ] {
        office.change(CAMPAIGN, name, pointer, value).await;
    }
    for pointer in ["/min_spend", "/occasion", "/budget/shards", "/caps/0/amount", "/stacking/ceiling", "/id"]
    {
        let mut body = door(&office.shop, CAMPAIGN).body(7);
        body["min_spend"] = sgd("1.00");
        *body.pointer_mut(pointer).unwrap() = Value::Null;
        office.body(CAMPAIGN, &format!("null at {pointer}"), body.to_string()).await;
    }
    office.change(VERSION, "no version", "/rule_version", Value::Null).await;
    office.change(VERSION, "an old version", "/rule_version", json!(9)).await;
    office.change(VERSION, "another name", "/rule/id", json!("six")).await;
    office
        .change(VERSION, "a rule with a mistake", "/rule/reward", json!({"kind": "percent", "percent": "0"}))
        .await;
    office.change(TRIAL, "no day", "/from", json!("yesterday")).await;
    office.change(TRIAL, "backwards", "/to", json!("2026-11-19")).await;
    office.change(TRIAL, "too long", "/to", json!("9999-12-31")).await;
    office.change(TRIAL, "a rule with a mistake", "/rule/caps/0/payments", json!(0)).await;
    let end = "POST /v1/markets/{country}/campaigns/{campaign}/end";
    office.town.operate("POST", "/v1/markets/SG/campaigns/five/end", None).await;
    for route in ["pause", "resume"] {
        let route = format!("POST /v1/markets/{{country}}/campaigns/{{campaign}}/{route}");
        let path = route.replace("POST ", "").replace("{country}", "SG").replace("{campaign}", "five");
        office.get(By::Operator, &route, &path).await;
    }
    office.get(By::Operator, end, "/v1/markets/SG/campaigns/none/end").await;
    office.check(&expect![[r#"
        no kind of reward: 422 reward.kind | `kind` is missing. > Add `kind`.
        another kind of reward: 422 reward.kind | `points` is not known here. > Write one of `percent`, `fixed`, `tiered`.
        a reward that is a text: 422 reward | The value is a text. > Send an object.
        no percentage: 422 reward.percent | `percent` is missing. > Add `percent`.
        an exponent: 422 reward.percent | This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        an underscore: 422 reward.percent | This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        a very small percentage: 422 reward.percent | This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        a percentage as a number: 422 reward.percent | The value is a number. > Write a text, in quotes.
        a percentage as a fraction: 422 reward.percent | The number has a fraction, or is too large. > Write a whole number; where an amount or a rate is asked for, write it as text such as `"2.5"`.
        an amount beside it: 422 reward.amount | There is no field `amount` here. > Leave it out, or correct its name: the fields are `kind`, `percent`.
        a fixed amount of what: 422 reward.amount.currency | `currency` is missing. > Add `currency`.
        a tier over all: 422 reward.tiers[0].percent | This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        a tier to somewhere: 422 reward.tiers[0].to | There is no field `to` here. > Leave it out, or correct its name: the fields are `from`, `percent`.
        a split and more: 422 funding.x | There is no field `x` here. > Leave it out, or correct its name: the fields are `merchant`, `platform`, `split`.
        a stranger in a split: 422 funding.split.x | There is no field `x` here. > Leave it out, or correct its name: the fields are `platform_bps`.
        two kinds of funding: 422 funding | Only one of `merchant`, `split` can be there. > Send one of them alone.
        no kind of funding: 422 funding | The object is empty. > Write one of `merchant`, `platform`, `split`.
        another's money: 422 funding | `payer` is not known here. > Write one of `merchant`, `platform`, `split`.
        a split by name: 422 funding.split | The value is a name alone. > Send an object.
        the merchant with fields: 422 funding.merchant | The value is a number. > Write the name alone, in quotes.
        money that is a number: 422 funding | The value is not a name. > Write one of `merchant`, `platform`, `split`.
        more than a split holds: 422 funding.split.platform_bps | The number is too large. > Write a smaller one.
        all as a split: 422 funding.split.platform_bps | All or nothing is no split. > Write 1 to 9999 basis points, or `platform` or `merchant` instead of the split.
        a split in words: 422 funding.split.platform_bps | The value is a text. > Write a whole number, without quotes.
        a ceiling for the best: 422 stacking.ceiling | There is no field `ceiling` here. > Leave it out, or correct its name: the fields are `mode`.
        no ceiling: 422 stacking.ceiling | `ceiling` is missing. > Add `ceiling`.
        a ceiling that is none: 422 stacking.ceiling.value | This is not an amount. > Write digits with at most one point, such as `25.00`.
        an occasion in capitals: 422 occasion.kind | `FIRST_PAYMENT` is not known here. > Write `first_payment`.
        an occasion without scope: 422 occasion.scope | `scope` is missing. > Add `scope`.
        an n that is a text: 422 occasion.n | The value is a text. > Write a whole number, without quotes.
        an n where there is none: 422 occasion.n | There is no field `n` here. > Leave it out, or correct its name: the fields are `kind`.
        a cap of a year: 422 caps[0].per | `year` is not known here. > Write one of `day`, `week`, `month`, `campaign`.
        a cap below zero: 422 caps[0].payments | The number is negative. > Write a whole number, zero or more.
        a cap in kopi: 422 caps[0].amount.currency | `kopi` is not known here. > Write one that the API's description names.
        a cap misspelled: 422 caps[0].amuont | There is no field `amuont` here. > Leave it out, or correct its name: the fields are `per`, `payments`, `amount`.
        a budget misspelled: 422 budget.totl | There is no field `totl` here. > Leave it out, or correct its name: the fields are `total`, `per_day`, `shards`.
        a budget in words: 422 budget | The value is a text. > Send an object.
        300 parts: 422 budget.shards | The number is too large. > Write a smaller one.
        a way to pay that is none: 422 methods[1] | There is no such way to pay. > Write one of `card`, `credit_card`, `debit_card`, `paynow`, `upi`, `pix`.
        ways to pay as a text: 422 methods | The value is a text. > Send a list.
        a merchant that is none: 422 merchants[0] | This is not a merchant id. > Write mch_ and 16 characters.
        a category that is none: 422 merchant_categories[0] | This is not a merchant category code. > Write four digits such as `5462`.
        a start that is none: 422 starts_at | This is not a time. > Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        an end at the end of time: 422 ends_at | This is not a time. > Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        an end before the beginning: 422 ends_at | The campaign ends before it begins. > Write a time after `starts_at`.
        a promise in words: 422 promise_hours | The value is a text. > Write a whole number, without quotes.
        no name: 422 id | `id` is missing. > Add `id`.
        a name in capitals: 422 id | This is not a campaign id. > Write 1 to 40 characters of a-z, 0-9 and -.
        a word too many: 422 min_spent | There is no field `min_spent` here. > Leave it out, or correct its name.
        null at /min_spend: 422 min_spend | The value is null. > Give it a value; a field that is optional can be left out.
        null at /occasion: 422 occasion | The value is null. > Give it a value; a field that is optional can be left out.
        null at /budget/shards: 422 budget.shards | The value is null. > Give it a value; a field that is optional can be left out.
        null at /caps/0/amount: 422 caps[0].amount | The value is null. > Give it a value; a field that is optional can be left out.
        null at /stacking/ceiling: 422 stacking.ceiling | The value is null. > Give it a value; a field that is optional can be left out.
        null at /id: 422 id | The value is null. > Give it a value; a field that is optional can be left out.
        no version: 422 rule_version | `rule_version` is missing. > Add `rule_version`.
        an old version: 409 rule_version | The rule is at version 1, not 9. > Read the campaign, and send the change of what holds now.
        another name: 422 rule.id | The campaign is five; a new version keeps its id. > Send the same id, or create a new campaign.
        a rule with a mistake: 422 rule.reward.percent | This is not a percentage. > Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        no day: 422 from | This is not a day. > Write one such as `2026-11-22`.
        backwards: 422 to | The last day is before the first. > Write `from` or a later day.
        too long: 422 to | A dry run goes over at most 31 days. > Ask for fewer days at a time, or run `cargo operator dry-run`, which takes any period as a whole.
        a rule with a mistake: 422 rule.caps[0].payments | The count is zero. > Write a count above zero.
        /v1/markets/SG/campaigns/five/pause: 409  | The campaign five was ended at 2026-11-22T10:00:00Z, for good. > Create a new campaign under another id.
        /v1/markets/SG/campaigns/five/resume: 409  | The campaign five was ended at 2026-11-22T10:00:00Z, for good. > Create a new campaign under another id.
        /v1/markets/SG/campaigns/none/end: 404  | There is no such campaign. > Check the id of the campaign; those of others are not shown.
    "#]]);
}

async fn markets(office: &mut Office) {
    for (name, value) in [
        ("open to a tenth", json!({"mode": "open", "percent": 10})),
        ("closed for a while", json!({"mode": "closed", "until": "2027-01-01"})),
        ("closed to a tenth", json!({"mode": "closed", "percent": 10})),
        ("a tenth of what", json!({"mode": "percentage"})),
        ("101 percent", json!({"mode": "percentage", "percent": 101})),
        ("300 percent", json!({"mode": "percentage", "percent": 300})),
        ("half a percent", json!({"mode": "percentage", "percent": 0.5})),
        ("ajar", json!({"mode": "ajar"})),
        ("no mode", json!({})),
        ("a text", json!("open")),
    ] {
        office.change(ROLLOUT, name, "/open_to", value).await;
    }
    office.change(ROLLOUT, "an invitation with a space", "/invited/0", json!("my shop")).await;
    let body = null_at(&office.shop, ROLLOUT, "/invited");
    office.body(ROLLOUT, "null invited", body).await;
    office.change(SCREENING, "too many a day", "/payments_per_day", json!(16)).await;
    office.change(SCREENING, "a screening of words", "/payers_per_card", json!("two")).await;
    office.change(SCREENING, "another screening", "/payers", json!(1)).await;
    let body = null_at(&office.shop, SCREENING, "/cards_per_payer");
    office.body(SCREENING, "null cards", body).await;
    for (name, pointer, value) in [
        ("nothing", "/amount", sgd("0.00")),
        ("in which direction", "/direction", json!("up")),
        ("for no reason", "/reason", json!(" ")),
        ("for ever", "/wallet_days", json!(65_536)),
        ("for ten years and a day", "/wallet_days", json!(3651)),
        ("to whom", "/phone", json!("+65 1")),
    ] {
        office.change(ADJUSTMENT, name, pointer, value).await;
    }
    let body = null_at(&office.shop, ADJUSTMENT, "/wallet_days");
    office.body(ADJUSTMENT, "null days", body).await;
    office.change(CONSENT, "in rupees", "/amount/currency", json!("INR")).await;
    office.change(CONSENT, "at nobody's", "/merchant", json!("mch_aaaaaaaaaaaaaaaa")).await;
    for route in [
        "POST /v1/markets/{country}/policy/stop",
        "POST /v1/dead-letters/{queue}/redrive",
        "POST /v1/dead-letters/{queue}/discard",
        "POST /v1/cashbacks/{checkout}/approve",
        "POST /v1/cashbacks/{checkout}/reject",
        "POST /v1/cashbacks/{checkout}/retry",
        "POST /v1/cashbacks/{checkout}/write-off",
        "POST /v1/merchants/{merchant}/suspend",
    ] {
        office.body(route, route, "{}").await;
        office.change(route, "for no reason", "/reason", json!("")).await;
    }
    office
        .change("POST /v1/cashbacks/{checkout}/approve", "it does not wait", "/reason", json!("fine"))
        .await;
    office.check(&expect![[r#"
        open to a tenth: 422 open_to.percent | There is no field `percent` here. > Leave it out, or correct its name: the fields are `mode`.
        closed for a while: 422 open_to.until | There is no field `until` here. > Leave it out, or correct its name: the fields are `mode`, `percent`.
        closed to a tenth: 422 open_to.percent | There is no field `percent` here. > Leave it out, or correct its name: the fields are `mode`.
        a tenth of what: 422 open_to.percent | `percent` is missing. > Add `percent`.
        101 percent: 422 open_to.percent | More than all businesses cannot be let in. > Write 0 to 100.
        300 percent: 422 open_to.percent | The number is too large. > Write a smaller one.
        half a percent: 422 open_to.percent | The number has a fraction, or is too large. > Write a whole number; where an amount or a rate is asked for, write it as text such as `"2.5"`.
        ajar: 422 open_to.mode | `ajar` is not known here. > Write one of `closed`, `invite_list`, `percentage`, `open`.
        no mode: 422 open_to.mode | `mode` is missing. > Add `mode`.
        a text: 422 open_to | The value is a text. > Send an object.
        an invitation with a space: 422 invited[0] | This is not a reference. > Write 1 to 64 characters of A-Z, a-z, 0-9, _, . and -; one that begins with a letter or a digit may also have / and #.
        null invited: 422 invited | The value is null. > Give it a value; a field that is optional can be left out.
        too many a day: 422 payments_per_day | From 1 to 15 can be counted. > Write a number in these bounds, or leave the field out to turn this check off.
        a screening of words: 422 payers_per_card | The value is a text. > Write a whole number, without quotes.
        another screening: 422 payers | There is no field `payers` here. > Leave it out, or correct its name: the fields are `payments_per_day`, `payers_per_card`, `cards_per_payer`.
        null cards: 422 cards_per_payer | The value is null. > Give it a value; a field that is optional can be left out.
        nothing: 422 amount | The amount is zero. > Write an amount above zero.
        in which direction: 422 direction | `up` is not known here. > Write one of `credit`, `debit`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        for ever: 422 wallet_days | The number is too large. > Write a smaller one.
        for ten years and a day: 422 wallet_days | Credit can be spent for 1 to 3650 days. > Write a number in these bounds.
        to whom: 422 phone | This is not a phone number. > Write it in international form, such as `+6591234567`.
        null days: 422 wallet_days | The value is null. > Give it a value; a field that is optional can be left out.
        in rupees: 422 amount.currency | Merchants in SG charge in SGD. > Write the amount in SGD.
        at nobody's: 404  | There is no such merchant. > Check the id of the merchant; those of others are not shown.
        POST /v1/markets/{country}/policy/stop: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        POST /v1/dead-letters/{queue}/redrive: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        POST /v1/dead-letters/{queue}/discard: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        POST /v1/cashbacks/{checkout}/approve: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        POST /v1/cashbacks/{checkout}/reject: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        POST /v1/cashbacks/{checkout}/retry: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        POST /v1/cashbacks/{checkout}/write-off: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        POST /v1/merchants/{merchant}/suspend: 422 reason | `reason` is missing. > Add `reason`.
        for no reason: 422 reason | The text is empty or too long. > Write 1 to 250 characters that can be seen.
        it does not wait: 409  | The cashback is held, not in_review. > There is nothing to decide: approve and reject are for a cashback that is in_review.
    "#]]);
}

async fn merchants(office: &mut Office) {
    for (name, pointer, value) in [
        ("no name", "/name", Value::Null),
        ("an empty name", "/name", json!(" ")),
        ("no email", "/email", json!("example.com")),
        ("another country", "/country", json!("FR")),
        ("a country in small letters", "/country", json!("sg")),
        ("a greedy fee", "/fee_bps", json!(5001)),
        ("a fee below zero", "/fee_bps", json!(-1)),
        ("a fee as a text", "/fee_bps", json!("100")),
        ("a category of three digits", "/category", json!("581")),
        ("a state of one's own", "/state", json!("enabled")),
        ("the same name, another business", "/reference", json!("shop-SG")),
    ] {
        office.change(APPLICATION, name, pointer, value).await;
    }
    let body = null_at(&office.shop, APPLICATION, "/category");
    office.body(APPLICATION, "null category", body).await;
    office.change(INSIDERS, "no list", "/phones", json!("+6591234567")).await;
    office.change(INSIDERS, "not a number", "/phones/1", json!("911")).await;
    office.change(INSIDERS, "null among them", "/phones", json!([null])).await;
    let nobody = "/v1/merchants/mch_aaaaaaaaaaaaaaaa";
    for (by, route) in [
        (By::Merchant, "GET"),
        (By::Merchant, "POST onboarding-link"),
        (By::Merchant, "POST keys"),
        (By::Operator, "POST keys/reset"),
        (By::Operator, "POST resume"),
    ] {
        let (method, rest) = route
            .split_once(' ')
            .map_or((route, String::new()), |(method, rest)| (method, format!("/{rest}")));
        office
            .get(by, &format!("{method} /v1/merchants/{{merchant}}{rest}"), &format!("{nobody}{rest}"))
            .await;
    }
    let newcomer = office.town.applicant("SG", "newcomer").await;
    office.shop.id = newcomer.id;
    office.get(By::Operator, "POST /v1/merchants/{merchant}/resume", "/v1/merchants/{merchant}/resume").await;
    office.check(&expect![[r#"
        no name: 422 name | `name` is missing. > Add `name`.
        an empty name: 422 name | The text is empty or too long. > Write 1 to 60 characters that can be seen.
        no email: 422 email | This is not an email address. > Write one such as `shop@example.com`.
        another country: 422 country | `FR` is not known here. > Write one of `SG`, `IN`, `BR`, `US`.
        a country in small letters: 422 country | `sg` is not known here. > Write `SG`.
        a greedy fee: 422 fee_bps | More than half of a payment is no fee. > Write 0 to 5000 basis points.
        a fee below zero: 422 fee_bps | The number is negative. > Write a whole number, zero or more.
        a fee as a text: 422 fee_bps | The value is a text. > Write a whole number, without quotes.
        a category of three digits: 422 category | This is not a merchant category code. > Write four digits such as `5462`.
        a state of one's own: 422 state | There is no field `state` here. > Leave it out, or correct its name: the fields are `reference`, `name`, `email`, `country`, `fee_bps`, `category`.
        the same name, another business: 409 name | The business shop-SG has applied with another name. > Use a new reference for another business, or send the same application.
        null category: 422 category | The value is null. > Give it a value; a field that is optional can be left out.
        no list: 422 phones | The value is a text. > Send a list.
        not a number: 422 phones[1] | This is not a phone number. > Write it in international form, such as `+6591234567`.
        null among them: 422 phones[0] | The value is null. > Give it a value; a field that is optional can be left out.
        /v1/merchants/mch_aaaaaaaaaaaaaaaa: 404  | There is no such merchant. > Check the id of the merchant; those of others are not shown.
        /v1/merchants/mch_aaaaaaaaaaaaaaaa/onboarding-link: 404  | There is no such merchant. > Check the id of the merchant; those of others are not shown.
        /v1/merchants/mch_aaaaaaaaaaaaaaaa/keys: 404  | There is no such merchant. > Check the id of the merchant; those of others are not shown.
        /v1/merchants/mch_aaaaaaaaaaaaaaaa/keys/reset: 404  | There is no such merchant. > Check the id of the merchant; those of others are not shown.
        /v1/merchants/mch_aaaaaaaaaaaaaaaa/resume: 404  | There is no such merchant. > Check the id of the merchant; those of others are not shown.
        /v1/merchants/mch/resume: 409  | A merchant who is invited cannot be resumed. > Read the merchant: its `state` says where it stands.
    "#]]);
}

/// Paths and queries.
async fn addresses(office: &mut Office) {
    let market = "/v1/markets/SG";
    for (route, paths) in [
        (
            "GET /v1/checkouts",
            vec![
                "/v1/checkouts?day=1",
                "/v1/checkouts?limit=0",
                "/v1/checkouts?limit=%2B5",
                "/v1/checkouts?cursor=x",
                "/v1/checkouts?day=2026-11-22&day=2026-11-23",
            ],
        ),
        ("GET /v1/checkouts/{checkout}", vec!["/v1/checkouts/1"]),
        ("GET /v1/statement", vec!["/v1/statement?month=2026-13", "/v1/statement?month=9999-12"]),
    ] {
        for path in paths {
            office.get(By::Merchant, route, path).await;
        }
    }
    for (route, paths) in [
        ("rollout", vec!["/v1/markets/XX/rollout", "/v1/markets/sg/rollout"]),
        ("campaigns", vec!["/v1/markets/XX/campaigns"]),
        ("campaigns/{campaign}", vec!["/v1/markets/SG/campaigns/none"]),
        ("campaigns/{campaign}/versions", vec!["/v1/markets/SG/campaigns/none/versions"]),
        ("campaigns/{campaign}/report", vec!["/v1/markets/SG/campaigns/none/report"]),
        ("policy", vec!["/v1/markets/XX/policy"]),
        (
            "reviews",
            vec![
                "/v1/markets/SG/reviews?state=done",
                "/v1/markets/SG/reviews?cursor=x",
                "/v1/markets/SG/reviews?state=unsettled&cursor=x",
            ],
        ),
        (
            "balances",
            vec![
                "/v1/markets/SG/balances?merchant={merchant}&campaign=five",
                "/v1/markets/SG/balances?payer=x",
            ],
        ),
        ("statement", vec!["/v1/markets/SG/statement", "/v1/markets/SG/statement?merchant=x"]),
        (
            "ledger.csv",
            vec![
                "/v1/markets/SG/ledger.csv?from=2026-11-23&to=2026-11-22",
                "/v1/markets/SG/ledger.csv?limit=10001",
            ],
        ),
        ("purchases", vec!["/v1/markets/SG/purchases", "/v1/markets/SG/purchases?day=2026-11-22&limit=x"]),
        ("rebuild", vec!["/v1/markets/SG/rebuild?through=x", "/v1/markets/SG/rebuild?cursor=x"]),
        (
            "match",
            vec![
                "/v1/markets/SG/match",
                "/v1/markets/SG/match?day=2026-11-21",
                "/v1/markets/SG/match?day=9999-12-31",
            ],
        ),
    ] {
        for path in paths {
            office.get(By::Operator, &format!("GET /v1/markets/{{country}}/{route}"), path).await;
        }
    }
    office.get(By::Operator, "POST /v1/markets/{country}/match", &format!("{market}/match?day=x")).await;
    office
        .get(By::Operator, "POST /v1/markets/{country}/policy/resume", "/v1/markets/XX/policy/resume")
        .await;
    office.get(By::Operator, "GET /v1/dead-letters", "/v1/dead-letters?queue=x").await;
    office.get(By::Operator, "GET /v1/dead-letters", "/v1/dead-letters?limit=51").await;
    let payer = "/v1/payers/+6591234567/cashback";
    for path in [
        "/v1/payers/91234567/cashback?country=SG".to_owned(),
        payer.to_owned(),
        format!("{payer}?country=XX"),
        format!("{payer}?country=SG&merchant={{merchant}}&amount=10,50"),
        format!("{payer}?country=SG&merchant={{merchant}}&amount=1e1"),
        format!("{payer}?country=SG&merchant={{merchant}}&amount=10.50&amount=50.00"),
        format!("{payer}?country=SG&merchant={{merchant}}&amount=10.50&method=cash"),
        format!("{payer}?country=SG&merchant={{merchant}}&amount=10.50&channel=CHAT"),
        format!("{payer}?country=SG&merchant={{merchant}}"),
        format!("{payer}?country=SG&amount=10.50"),
        format!("{payer}?country=SG&merchant=mch_aaaaaaaaaaaaaaaa&amount=10.50"),
    ] {
        office.get(By::Operator, "GET /v1/payers/{phone}/cashback", &path).await;
    }
    office.get(By::Merchant, "POST /webhooks/stripe", "/webhooks/stripe").await;
    office.check(&expect![[r#"
        /v1/checkouts?day=1: 422 day | This is not a day. > Write one such as `2026-11-22`.
        /v1/checkouts?limit=0: 422 limit | The limit is not possible. > Write a number from 1 to 100.
        /v1/checkouts?limit=%2B5: 422 limit | The limit is not possible. > Write a number from 1 to 100.
        /v1/checkouts?cursor=x: 422 cursor | The cursor is not valid. > Send `next_cursor` of the page before, as it is.
        /v1/checkouts?day=2026-11-22&day=2026-11-23: 422 day | The parameter is given twice. > Send it once.
        /v1/checkouts/1: 404  | There is no such checkout. > Check the id of the checkout; those of others are not shown.
        /v1/statement?month=2026-13: 422 month | This is not a month. > Write one such as `2026-11`.
        /v1/statement?month=9999-12: 422 month | 9999-12 has not begun; it is 2026-11. > Name this month or an earlier one.
        /v1/markets/XX/rollout: 404 country | There is no such market. > Write one of SG, IN, BR, US in the address.
        /v1/markets/sg/rollout: 404 country | There is no such market. > Write one of SG, IN, BR, US in the address.
        /v1/markets/XX/campaigns: 404 country | There is no such market. > Write one of SG, IN, BR, US in the address.
        /v1/markets/SG/campaigns/none: 404  | There is no such campaign. > Check the id of the campaign; those of others are not shown.
        /v1/markets/SG/campaigns/none/versions: 404  | There is no such campaign. > Check the id of the campaign; those of others are not shown.
        /v1/markets/SG/campaigns/none/report: 404  | There is no such campaign. > Check the id of the campaign; those of others are not shown.
        /v1/markets/XX/policy: 404 country | There is no such market. > Write one of SG, IN, BR, US in the address.
        /v1/markets/SG/reviews?state=done: 422 state | There is no such list. > Write `in_review`, `failed` or `unsettled`.
        /v1/markets/SG/reviews?cursor=x: 422 cursor | The cursor is not valid. > Send `next_cursor` of the page before, as it is.
        /v1/markets/SG/reviews?state=unsettled&cursor=x: 422 cursor | The cursor is not valid. > Send `next_cursor` of the page before, as it is.
        /v1/markets/SG/balances?merchant=mch&campaign=five: 422 merchant | Balances are of one merchant, payer or campaign. > Send one of `merchant`, `payer` and `campaign`, or none for the market.
        /v1/markets/SG/balances?payer=x: 422 payer | This is not a payer id. > Write pyr_ and 24 characters.
        /v1/markets/SG/statement: 422 merchant | A statement is of one merchant. > Send `?merchant=mch_…`.
        /v1/markets/SG/statement?merchant=x: 422 merchant | This is not a merchant id. > Write mch_ and 16 characters.
        /v1/markets/SG/ledger.csv?from=2026-11-23&to=2026-11-22: 422 to | 2026-11-22 is before 2026-11-23. > Write `from` or a later day.
        /v1/markets/SG/ledger.csv?limit=10001: 422 limit | The limit is not possible. > Write a number from 1 to 10000.
        /v1/markets/SG/purchases: 422 day | It is not said which day. > Send `?day=2026-11-22`, the market's own day.
        /v1/markets/SG/purchases?day=2026-11-22&limit=x: 422 limit | The limit is not possible. > Write a number from 1 to 500.
        /v1/markets/SG/rebuild?through=x: 422 through | This is not a day. > Write one such as `2026-11-22`.
        /v1/markets/SG/rebuild?cursor=x: 422 cursor | The cursor is not valid. > Send the one of the page before, as it is.
        /v1/markets/SG/match: 422 day | A match is of one day. > Send `?day=2026-11-22`.
        /v1/markets/SG/match?day=2026-11-21: 404 day | 2026-11-21 was not matched yet. > A day is matched some two hours after its end; `POST` the same address to match it now.
        /v1/markets/SG/match?day=9999-12-31: 422 day | 9999-12-31 has not begun; it is 2026-11-22. > Name today or an earlier day.
        /v1/markets/SG/match?day=x: 422 day | This is not a day. > Write one such as `2026-11-22`.
        /v1/markets/XX/policy/resume: 404 country | There is no such market. > Write one of SG, IN, BR, US in the address.
        /v1/dead-letters?queue=x: 422 queue | There is no such queue. > Write `stripe_events`, `cashback_due` or `undelivered`.
        /v1/dead-letters?limit=51: 422 limit | The limit is not possible. > Write a number from 1 to 50.
        /v1/payers/91234567/cashback?country=SG: 422 phone | This is not a phone number. > Write `/v1/payers/+6591234567/cashback`: the plus sign, the country's code, the number.
        /v1/payers/+6591234567/cashback: 422 country | It is not said in which market. > Add `?country=SG`: a payer has a wallet in each market.
        /v1/payers/+6591234567/cashback?country=XX: 422 country | There is no such market. > Write one of SG, IN, BR, US.
        /v1/payers/+6591234567/cashback?country=SG&merchant=mch&amount=10,50: 422 amount | This is not an amount. > Write digits with at most one point, such as `25.00`.
        /v1/payers/+6591234567/cashback?country=SG&merchant=mch&amount=1e1: 422 amount | This is not an amount. > Write digits with at most one point, such as `25.00`.
        /v1/payers/+6591234567/cashback?country=SG&merchant=mch&amount=10.50&amount=50.00: 422 amount | The parameter is given twice. > Send it once.
        /v1/payers/+6591234567/cashback?country=SG&merchant=mch&amount=10.50&method=cash: 422 method | There is no such way to pay. > Write one of `card`, `credit_card`, `debit_card`, `paynow`, `upi`, `pix`.
        /v1/payers/+6591234567/cashback?country=SG&merchant=mch&amount=10.50&channel=CHAT: 422 channel | `CHAT` is not known here. > Write `chat`.
        /v1/payers/+6591234567/cashback?country=SG&merchant=mch: 422 amount | What a payment would earn depends on the merchant and on the amount. > Give both, or leave out everything but the country.
        /v1/payers/+6591234567/cashback?country=SG&amount=10.50: 422 merchant | What a payment would earn depends on the merchant and on the amount. > Give both, or leave out everything but the country.
        /v1/payers/+6591234567/cashback?country=SG&merchant=mch_aaaaaaaaaaaaaaaa&amount=10.50: 422 merchant | There is no merchant mch_aaaaaaaaaaaaaaaa in SG. > Name a merchant of this market.
        /webhooks/stripe: 400 Stripe-Signature | The Stripe-Signature header is missing or malformed. > Sign the body as Stripe does, with the endpoint's own secret, and send it at once.
    "#]]);
}
