//! Adaptive Pricing: the payer's currency beside the price's.

use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::lab::Lab;

fn visa() -> PayWith {
    PayWith::Card { number: "4242424242424242".to_owned() }
}

async fn session(lab: &Lab, account: &str, id: &str) -> Value {
    lab.get(&format!("/v1/checkout/sessions/{id}?expand[]=payment_intent"), account).await.ok()
}

#[tokio::test]
async fn a_payment_in_the_payers_currency_stays_in_the_prices() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.set_adaptive_pricing(&account, true);
    let id = lab.session(&account, "1000", "sgd", &[]).await;
    let open = session(&lab, &account, &id).await;
    assert_eq!((&open["adaptive_pricing"]["enabled"], open.get("presentment_details")), (&json!(true), None));
    lab.stripe.pay_in_currency(&id, visa(), "USD", 790).unwrap();
    lab.release(&account);
    let paid = session(&lab, &account, &id).await;
    let charge = lab.charge(&account, &lab.stripe.charge_of(&id).unwrap()).await;
    let shown = json!({ "presentment_amount": 790, "presentment_currency": "usd" });
    for object in [&paid, &paid["payment_intent"], &charge] {
        assert_eq!((&object["presentment_details"], &object["currency"]), (&shown, &json!("sgd")));
    }
    assert_eq!((&paid["amount_total"], &charge["amount"]), (&json!(1000), &json!(1000)));
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 1000);
    let params = [("charge", charge["id"].as_str().unwrap()), ("amount", "500")];
    let refund = lab.post("/v1/refunds", &account, &params).await.ok();
    assert_eq!((&refund["amount"], &refund["currency"]), (&json!(500), &json!("sgd")));
    let shown = json!({ "presentment_amount": 395, "presentment_currency": "usd" });
    assert_eq!(refund["presentment_details"], shown);
}

#[tokio::test]
async fn the_session_or_else_the_account_says_whether_it_is_enabled() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    for (of_account, of_session, enabled) in
        [(false, None, false), (false, Some("true"), true), (true, None, true), (true, Some("false"), false)]
    {
        lab.stripe.set_adaptive_pricing(&account, of_account);
        let more: Vec<_> = of_session.map(|value| ("adaptive_pricing[enabled]", value)).into_iter().collect();
        let id = lab.session(&account, "1000", "sgd", &more).await;
        assert_eq!(session(&lab, &account, &id).await["adaptive_pricing"]["enabled"], enabled);
        assert_eq!(lab.stripe.pay_in_currency(&id, visa(), "usd", 790).is_ok(), enabled);
    }
}

#[tokio::test]
async fn a_method_or_a_currency_that_does_not_fit_is_refused() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.set_adaptive_pricing(&account, true);
    let id = lab.session(&account, "1000", "sgd", &[]).await;
    for (with, currency, amount) in
        [(PayWith::Paynow, "usd", 790), (visa(), "sgd", 1000), (visa(), "xyz1", 5), (visa(), "usd", 0)]
    {
        assert!(
            lab.stripe.pay_in_currency(&id, with.clone(), currency, amount).is_err(),
            "{with:?} {currency}"
        );
    }
    lab.stripe.pay_in_currency(&id, PayWith::Decline, "usd", 790).unwrap();
    lab.stripe.pay(&id, PayWith::Paynow).unwrap();
    assert_eq!(session(&lab, &account, &id).await.get("presentment_details"), None, "paid in the price's");
}
