//! What an operator sees of a payer and does by hand, and whose people earn nothing.

use expect_test::expect;
use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::desk::Desk;

const MEI: &str = "%2B6591234567";

fn sgd(value: &str) -> Value {
    json!({"value": value, "currency": "SGD"})
}

fn order(reference: &str, phone: &str) -> Value {
    json!({
        "reference": reference, "amount": sgd("25.00"), "description": "kopi", "channel": "chat",
        "payer": {"phone": phone},
    })
}

fn adjustment(reference: &str, direction: &str, value: &str) -> Value {
    json!({
        "phone": "+6591234567", "reference": reference, "amount": sgd(value), "direction": direction,
        "reason": "spilled kopi",
    })
}

async fn adjust(town: &Town, body: Value) -> (u16, Value) {
    let answer = town.operate("POST", "/v1/markets/SG/adjustments", Some(body)).await;
    (answer.status, answer.json())
}

async fn look(town: &Town, query: &str) -> Value {
    let answer = town.operate("GET", &format!("/v1/payers/{MEI}/cashback?country=SG{query}"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

#[tokio::test]
async fn what_a_payer_has_and_what_a_payment_would_earn_now() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let mut once = five_percent("once", "paynow", "merchant");
    once["caps"] = json!([{"per": "day", "payments": 1}]);
    town.campaign("SG", once).await;
    let new = look(&town, "").await;
    assert_eq!((&new["balance"], &new["debt"], &new["campaigns"]), (&sgd("0.00"), &sgd("0.00"), &json!([])));
    let ask = format!("&merchant={}&amount=25.00", shop.id);
    let before = town.items();
    let offers = look(&town, &ask).await["offers"].clone();
    assert_eq!(text(&offers, "/1/cashback/value"), "1.25", "{offers}");
    assert_eq!(text(&offers, "/0/no_cashback"), "method_not_eligible", "{offers}");
    assert_eq!(town.items(), before, "nothing is promised by asking");

    town.create(&shop, order("order-1", "+6591234567")).await;
    let seen = look(&town, &format!("{ask}&method=paynow")).await;
    let told: Vec<String> =
        seen["offers"].as_array().unwrap().iter().map(|offer| text(offer, "/text")).collect();
    assert_eq!(told, ["No cashback with PayNow: the most that one payer can earn is reached"]);
    let used = json!([{
        "campaign": "once",
        "used": [{"per": "day", "window": "2026-11-22", "payments": 1, "amount": sgd("1.25")}],
    }]);
    assert_eq!(seen["campaigns"], used);
    assert!(!seen.to_string().contains("9123"), "no number is told: {seen}");
}

#[tokio::test]
async fn an_offer_that_the_budget_does_not_hold_is_not_shown() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let mut small = five_percent("small", "paynow", "merchant");
    small["budget"] = json!({"total": {"amount": sgd("2.00")}, "shards": 1});
    town.campaign("SG", small).await;
    let shown = async |amount: &str| {
        let seen = look(&town, &format!("&merchant={}&amount={amount}&method=paynow", shop.id)).await;
        text(&seen, "/offers/0/no_cashback")
    };
    assert_eq!(shown("40.00").await, "");
    assert_eq!(shown("41.00").await, "budget_used_up");
}

#[tokio::test]
async fn an_adjustment_is_made_once_by_somebody_for_a_reason() {
    let town = Town::unswept().await;
    town.shop("SG").await;
    let (status, made) = adjust(&town, adjustment("adj-1", "credit", "5.00")).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (text(&made, "/actor"), text(&made, "/reason")),
        ("operator".to_owned(), "spilled kopi".to_owned())
    );
    assert_eq!(made["balance"], sgd("5.00"));
    let (status, again) = adjust(&town, adjustment("adj-1", "credit", "5.00")).await;
    assert_eq!((status, &again["balance"]), (200, &sgd("5.00")), "made once");
    for (field, other) in [
        ("amount", adjustment("adj-1", "credit", "6.00")),
        ("direction", adjustment("adj-1", "debit", "5.00")),
    ] {
        let (status, problem) = adjust(&town, other).await;
        assert_eq!((status, text(&problem, "/field")), (409, field.to_owned()), "{problem}");
    }
    let (_, taken) = adjust(&town, adjustment("adj-2", "debit", "7.00")).await;
    assert_eq!((&taken["balance"], &taken["debt"]), (&sgd("0.00"), &sgd("2.00")));
    let mut short = adjustment("adj-3", "credit", "3.00");
    short["wallet_days"] = json!(10);
    let (_, given) = adjust(&town, short).await;
    assert_eq!((&given["balance"], &given["debt"]), (&sgd("1.00"), &sgd("0.00")));
    assert_eq!(given["lots"], json!([{"amount": sgd("1.00"), "expires_at": "2026-12-02T10:00:00Z"}]));
    assert_eq!(look(&town, "").await["balance"], sgd("1.00"));
    town.hours(240).await;
    assert_eq!(look(&town, "").await["balance"], sgd("0.00"), "it has expired");
}

#[tokio::test]
async fn credit_by_hand_is_spent_at_the_next_checkout() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    adjust(&town, adjustment("adj-1", "credit", "5.00")).await;
    let body = town.agreed(&shop, "SG", order("order-1", "+6591234567")).await;
    assert_eq!(town.create(&shop, body).await["wallet"], sgd("5.00"));
    assert_eq!(look(&town, "").await["balance"], sgd("0.00"));
}

async fn set_insiders(town: &Town, shop: &Shop, phones: Value) -> Value {
    let path = format!("/v1/merchants/{}/insiders", shop.id);
    let answer = town.operate("PUT", &path, Some(json!({"phones": phones}))).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

#[tokio::test]
async fn a_merchants_own_numbers_and_cards_earn_nothing() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "card", "merchant")).await;
    let screening = json!({"payers_per_card": 5});
    town.operate("PUT", "/v1/markets/SG/policy/screening", Some(screening)).await;
    let told = set_insiders(&town, &shop, json!(["+65 9123 4567", "+6591234567"])).await;
    assert_eq!(told["insiders"], 1, "one number, written twice");
    assert!(!told.to_string().contains("9123"), "{told}");

    let other = PayWith::Card { number: "5555 5555 5555 4444".to_owned() };
    let mut texts = Vec::new();
    let payments = [("+6591234567", card()), ("+6581234567", card()), ("+6581234567", other)];
    for (number, (phone, with)) in payments.into_iter().enumerate() {
        let checkout = town.create(&shop, order(&format!("order-{number}"), phone)).await;
        town.pay(&checkout, with).await;
        texts.push(text(&town.read(&shop, &checkout).await, "/cashback/text"));
    }
    expect![[r#"
        No cashback: who pays belongs to the shop.
        No cashback: who pays belongs to the shop.
        SGD 1.25 is sent by Tue 24 Nov 18:00."#]]
    .assert_eq(&texts.join("\n"));
    assert!(set_insiders(&town, &shop, json!([])).await.get("insiders").is_none());
}

#[tokio::test]
async fn what_cannot_be_meant_by_a_payer() {
    let mut desk = Desk::open("SG").await;
    let token = desk.town.stack.operator_token().unwrap();
    let waiting = desk.town.applicant("SG", "waits").await;
    desk.before = desk.town.items();
    let shop = desk.shop.id.clone();
    for (name, path) in [
        ("no number", "/v1/payers/hello/cashback?country=SG".to_owned()),
        ("too short a number", "/v1/payers/%2B651/cashback?country=SG".to_owned()),
        ("no country", format!("/v1/payers/{MEI}/cashback")),
        ("a country that is none", format!("/v1/payers/{MEI}/cashback?country=XX")),
        ("an amount without a merchant", format!("/v1/payers/{MEI}/cashback?country=SG&amount=1.00")),
        ("a merchant without an amount", format!("/v1/payers/{MEI}/cashback?country=SG&merchant={shop}")),
        ("a method alone", format!("/v1/payers/{MEI}/cashback?country=SG&method=paynow")),
        ("half a cent", format!("/v1/payers/{MEI}/cashback?country=SG&merchant={shop}&amount=1.005")),
        ("cash", format!("/v1/payers/{MEI}/cashback?country=SG&merchant={shop}&amount=1.00&method=cash")),
        ("next to nothing", format!("/v1/payers/{MEI}/cashback?country=SG&merchant={shop}&amount=0.01")),
        (
            "a merchant of another market",
            format!("/v1/payers/{MEI}/cashback?country=IN&merchant={shop}&amount=100.00"),
        ),
        (
            "a merchant who waits",
            format!("/v1/payers/{MEI}/cashback?country=SG&merchant={}&amount=9.00", waiting.id),
        ),
    ] {
        desk.ask(name, &token, "GET", &path, None).await;
    }
    let good = adjustment("adj-1", "credit", "5.00");
    for (name, field, value) in [
        ("no phone", "phone", json!("hello")),
        ("rupees", "amount", json!({"value": "5.00", "currency": "INR"})),
        ("nothing", "amount", sgd("0.00")),
        ("less than nothing", "amount", sgd("-5.00")),
        ("sideways", "direction", json!("sideways")),
        ("no reason", "reason", json!(" ")),
        ("a reference with a space", "reference", json!("adj 1")),
        ("a wallet for no day", "wallet_days", json!(0)),
    ] {
        let mut body = good.clone();
        body[field] = value;
        desk.ask(name, &token, "POST", "/v1/markets/SG/adjustments", Some(body)).await;
    }
    let mut debit = adjustment("adj-1", "debit", "5.00");
    debit["wallet_days"] = json!(9);
    desk.ask("a debit that expires", &token, "POST", "/v1/markets/SG/adjustments", Some(debit)).await;
    let insiders = format!("/v1/merchants/{shop}/insiders");
    let phones = Some(json!({"phones": ["+6591234567", "next door"]}));
    desk.ask("an insider without a number", &token, "PUT", &insiders, phones).await;
    desk.check(&expect![[r#"
        no number: 422 invalid-field phone: This is not a phone number. > Write `/v1/payers/+6591234567/cashback`: the plus sign, the country's code, the number.
        too short a number: 422 invalid-field phone: This is not a phone number. > Write `/v1/payers/+6591234567/cashback`: the plus sign, the country's code, the number.
        no country: 422 invalid-field country: It is not said in which market. > Add `?country=SG`: a payer has a wallet in each market.
        a country that is none: 422 invalid-field country: There is no such market. > Write one of SG, IN, BR, US.
        an amount without a merchant: 422 invalid-field merchant: What a payment would earn depends on the merchant and on the amount. > Give both, or leave out everything but the country.
        a merchant without an amount: 422 invalid-field amount: What a payment would earn depends on the merchant and on the amount. > Give both, or leave out everything but the country.
        a method alone: 422 invalid-field merchant: What a payment would earn depends on the merchant and on the amount. > Give both, or leave out everything but the country.
        half a cent: 422 invalid-field amount: SGD has 2 decimals, and this amount has 3. > Write fewer decimals.
        cash: 422 invalid-field method: There is no such way to pay. > Write one of `card`, `credit_card`, `debit_card`, `paynow`, `upi`, `pix`.
        next to nothing: 422 invalid-field amount: No way to pay that accepts this amount is active on the merchant's Stripe account. > Ask about an amount that can be paid there.
        a merchant of another market: 422 invalid-field merchant: There is no merchant mch_ikvf6c6trwosysdi in IN. > Name a merchant of this market.
        a merchant who waits: 409 wrong-state merchant: The merchant is invited: nothing can be paid there. > Ask again once the merchant is enabled.
        no phone: 422 invalid-field phone: This is not a phone number. > Write it in international form, such as `+6591234567`.
        rupees: 422 invalid-field amount.currency: The market SG uses SGD. > Write the amount in SGD.
        nothing: 422 invalid-field amount: The amount is zero. > Write an amount above zero.
        less than nothing: 422 invalid-field amount.value: This is not an amount. > Write digits with at most one point, such as `25.00`.
        sideways: 422 invalid-field direction: `sideways` is not known here. > Write one of `credit`, `debit`.
        no reason: 422 invalid-field reason: The text is empty or too long. > Write 1 to 250 characters that can be seen.
        a reference with a space: 422 invalid-field reference: This is not a reference. > Write 1 to 64 characters of A-Z, a-z, 0-9, _, . and -; one that begins with a letter or a digit may also have / and #.
        a wallet for no day: 422 invalid-field wallet_days: Credit can be spent for 1 to 3650 days. > Write a number in these bounds.
        a debit that expires: 422 invalid-field wallet_days: Only credit can expire. > Leave it out.
        an insider without a number: 422 invalid-field phones[1]: This is not a phone number. > Write it in international form, such as `+6591234567`.
    "#]]);
}
