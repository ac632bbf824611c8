//! What a market's Stripe platform cannot carry is refused, and what it carries goes its whole way without
//! the rest.

use expect_test::expect;
use kembali::domain::market::Country;
use kembali_local::client::Response;
use kembali_tests::{Shop, Town, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

/// `201`, with the credit in it, if any; or what is refused, as `422 field: detail > next`.
fn told(answer: &Response) -> String {
    let body = answer.json();
    if answer.status < 400 {
        return format!("{} {}", answer.status, text(&body, "/wallet/value")).trim_end().to_owned();
    }
    let [field, detail, next] = ["/field", "/detail", "/next"].map(|part| text(&body, part));
    format!("{} {field}: {detail} > {next}", answer.status)
}

/// Everything that asks for transfers, in every market: what the platform pays for, and wallet credit.
#[tokio::test]
async fn what_needs_transfers_is_refused_where_there_are_none() {
    let mut table = String::new();
    for country in Country::ALL {
        let town = Town::unswept().await;
        let (market, shop) = (country.code(), town.shop(country.code()).await);
        let campaigns = format!("/v1/markets/{market}/campaigns");
        for (words, funding) in [
            ("merchant", json!("merchant")),
            ("platform", json!("platform")),
            ("split", json!({"split": {"platform_bps": 5000}})),
        ] {
            let mut rule = five_percent(&format!("by-{words}"), "card", "merchant");
            rule["funding"] = funding.clone();
            let created = town.operate("POST", &campaigns, Some(rule.clone())).await;
            // A campaign that is there already is to become one of this funding.
            let mut usual = five_percent(&format!("to-{words}"), "card", "merchant");
            town.campaign(market, usual.clone()).await;
            (usual["funding"], usual["promise_hours"]) = (funding, json!(24));
            let change = json!({"rule_version": 1, "rule": usual});
            let changed = town.operate("PUT", &format!("{campaigns}/to-{words}"), Some(change)).await;
            let trial = json!({"rule": rule, "from": "2026-11-20", "to": "2026-11-22"});
            let tried = town.operate("POST", &format!("{campaigns}/simulate"), Some(trial)).await;
            for (act, answer) in [("created", created), ("changed", changed), ("tried", tried)] {
                table.push_str(&format!("{market} {words} {act}: {}\n", told(&answer)));
            }
        }
        for (words, answer) in credit(&town, *country, &shop).await {
            table.push_str(&format!("{market} {words}: {}\n", told(&answer)));
        }
    }
    expect![[r#"
        SG merchant created: 201
        SG merchant changed: 200
        SG merchant tried: 200
        SG platform created: 201
        SG platform changed: 200
        SG platform tried: 200
        SG split created: 201
        SG split changed: 200
        SG split tried: 200
        SG gift: 201
        SG taken: 201
        SG consent: 200
        SG spent: 201 4.99
        IN merchant created: 201
        IN merchant changed: 200
        IN merchant tried: 200
        IN platform created: 422 funding: A Stripe platform in IN has no transfers, which this funding needs. > Write `"funding": "merchant"`.
        IN platform changed: 422 rule.funding: A Stripe platform in IN has no transfers, which this funding needs. > Write `"funding": "merchant"`.
        IN platform tried: 422 rule.funding: A Stripe platform in IN has no transfers, which this funding needs. > Write `"funding": "merchant"`.
        IN split created: 422 funding: A Stripe platform in IN has no transfers, which this funding needs. > Write `"funding": "merchant"`.
        IN split changed: 422 rule.funding: A Stripe platform in IN has no transfers, which this funding needs. > Write `"funding": "merchant"`.
        IN split tried: 422 rule.funding: A Stripe platform in IN has no transfers, which this funding needs. > Write `"funding": "merchant"`.
        IN gift: 422 direction: There is no wallet credit in IN: a Stripe platform there has no transfers to pay merchants with. > Have a merchant refund the payment, or a part of it, instead.
        IN taken: 422 amount: There is no wallet credit in IN: a Stripe platform there has no transfers to pay merchants with. > Take at most what is left in the payer's wallet.
        IN consent: 422 country: There is no wallet credit in IN: a Stripe platform there has no transfers to pay merchants with. > Have the merchant create the checkout without a consent: the payer pays the whole price.
        IN spent: 422 payer.wallet_consent: There is no wallet credit in IN: a Stripe platform there has no transfers to pay merchants with. > Leave the field out: the payer pays the whole price.
        BR merchant created: 201
        BR merchant changed: 200
        BR merchant tried: 200
        BR platform created: 201
        BR platform changed: 200
        BR platform tried: 200
        BR split created: 201
        BR split changed: 200
        BR split tried: 200
        BR gift: 201
        BR taken: 201
        BR consent: 200
        BR spent: 201 4.99
        US merchant created: 201
        US merchant changed: 200
        US merchant tried: 200
        US platform created: 201
        US platform changed: 200
        US platform tried: 200
        US split created: 201
        US split changed: 200
        US split tried: 200
        US gift: 201
        US taken: 201
        US consent: 200
        US spent: 201 4.99
    "#]].assert_eq(&table);
}

/// A gift, what takes more than there is, the consent to spend credit, and an order that spends it.
async fn credit(town: &Town, country: Country, shop: &Shop) -> [(&'static str, Response); 4] {
    let (market, phone) = (country.code(), "+6591234567");
    let money = |value: &str| json!({"value": value, "currency": country.currency().code()});
    let by_hand = |direction: &str, value: &str| {
        json!({
            "phone": phone, "reference": direction, "direction": direction, "reason": "spilled kopi",
            "amount": money(value),
        })
    };
    let adjustments = format!("/v1/markets/{market}/adjustments");
    let gift = town.operate("POST", &adjustments, Some(by_hand("credit", "5.00"))).await;
    let taken = town.operate("POST", &adjustments, Some(by_hand("debit", "0.01"))).await;
    let agreed =
        json!({"phone": phone, "merchant": shop.id, "reference": "order-1", "amount": money("25.00")});
    let consents = format!("/v1/markets/{market}/wallet-consents");
    let consent = town.operate("POST", &consents, Some(agreed)).await;
    let payer = json!({"phone": phone, "wallet_consent": text(&consent.json(), "/wallet_consent")});
    let order = json!({
        "reference": "order-1", "amount": money("25.00"), "description": "kopi", "channel": "chat", "payer": payer,
    });
    let spent = town.call(&shop.key, "POST", "/v1/checkouts", Some(order)).await;
    [("gift", gift), ("taken", taken), ("consent", consent), ("spent", spent)]
}

/// A payment by UPI of a payer who is known, under a campaign of the merchant's.
async fn paid_by_upi(town: &Town) -> (Shop, Value) {
    let shop = town.shop("IN").await;
    town.campaign("IN", five_percent("upi-only", "upi", "merchant")).await;
    let order = json!({
        "reference": "chai-1", "amount": {"value": "250.00", "currency": "INR"}, "description": "chai",
        "channel": "chat", "payer": {"phone": "+919812345678"},
    });
    let checkout = town.create(&shop, order).await;
    town.pay(&checkout, PayWith::Upi).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    (shop, checkout)
}

/// That Stripe was asked for no transfer, and about none.
fn no_transfers(town: &Town) {
    let calls = town.since(0);
    assert!(!calls.on("stripe").iter().any(|operation| operation.contains("transfers")));
}

/// At Stripe's default payouts: what was paid is not available to the merchant when its cashback is due.
#[tokio::test]
async fn a_cashback_in_india_is_the_merchants_and_needs_no_transfer() {
    let town = Town::new().await;
    let (shop, checkout) = paid_by_upi(&town).await;
    assert_eq!(text(&town.read(&shop, &checkout).await, "/cover/value"), "12.50");
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout).cashback, [1250]);
    let asked = |what: &str| town.since(0).count("stripe", what);
    assert_eq!((asked("POST /v1/application_fees/{id}/refunds"), asked("POST /v1/refunds")), (1, 1));
    // The goods come back: what the payer has as cashback is a part of their price, and nothing is owed. For
    // a refund of its own the merchant leaves money on its balance.
    town.stack.stripe().keep_available(&shop.account, "inr", 100_000);
    assert_eq!(town.refund(&shop, &checkout, "r1", None).await.status, 201);
    town.hours(24 * 7).await;
    assert_eq!(town.standing(&shop, &checkout).await, "refunded credited");
    assert_eq!(town.back(&checkout).total(), 25_000);
    assert_eq!((town.wallets().len(), town.dead_letters()), (0, 0));
    no_transfers(&town);
}

/// The bank refuses it, or the platform has nothing to give the cover back from: it is still owed, and a
/// person has it paid in the end.
#[tokio::test]
async fn a_cashback_in_india_that_fails_waits_for_a_person_and_is_no_credit() {
    let mut texts = Vec::new();
    for is_bank in [true, false] {
        let town = Town::new().await;
        let (shop, checkout) = paid_by_upi(&town).await;
        let stripe = town.stack.stripe();
        if is_bank {
            stripe.fail_next_refund(&shop.account, "declined");
        } else {
            stripe.set_available_balance(&stripe.platform_account_in("IN"), "inr", 0);
        }
        town.hours(24 * 7).await;
        let seen = town.read(&shop, &checkout).await;
        assert_eq!(text(&seen, "/cashback/state"), "failed", "{seen}");
        assert_eq!((town.wallets().len(), town.back(&checkout).total()), (0, 0));
        texts.push(text(&seen, "/cashback/text"));
        // The cover is back with the merchant, who was paid out since; or with the platform still.
        let payer = if is_bank { shop.account.clone() } else { stripe.platform_account_in("IN") };
        stripe.keep_available(&payer, "inr", 100_000);
        let retry = format!("/v1/cashbacks/{}/retry", text(&checkout, "/id"));
        let answer = town.operate("POST", &retry, Some(json!({"reason": "the cause is gone"}))).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        town.hours(24).await;
        let standing = town.standing(&shop, &checkout).await;
        assert_eq!(
            (standing.as_str(), town.back(&checkout).cashback.len()),
            ("paid credited", 1),
            "{is_bank}"
        );
        no_transfers(&town);
    }
    expect![[r#"
        INR 12.50 could not be refunded: the payer's bank said no, and there are no wallets in this market. It is still owed.
        INR 12.50 could not be refunded: the platform's balance was too low, and there are no wallets in this market. It is still owed.
    "#]].assert_eq(&format!("{}\n", texts.join("\n")));
}
