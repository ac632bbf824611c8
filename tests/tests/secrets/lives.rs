//! Whole lives of payments, with a person, a card and somebody's own words in all that is said of them.

use kembali_tests::{Shop, card, five_percent, session_of, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::place::Place;
use kembali_local::client::encoded;

/// Two merchants, and what they have been through.
pub(crate) struct Lived {
    pub(crate) shop: Shop,
    pub(crate) second: Shop,
    /// A checkout that is paid, and its cashback held.
    pub(crate) held: Value,
}

impl Place {
    /// An order of whoever has `phone`, in the merchant's own words.
    fn order(&self, reference: &str, phone: &str) -> Value {
        json!({
            "reference": reference, "amount": {"value": "25.00", "currency": "SGD"}, "channel": "chat",
            "description": self.garden.words("description"), "payer": {"phone": phone},
            "return_url": format!("https://example.com/{}", self.garden.words("return").replace([' ', '+'], "-")),
        })
    }

    pub(crate) async fn create(&mut self, shop: &Shop, body: &Value) -> Value {
        let answer = self.ask(&shop.key, "POST", "/v1/checkouts", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    pub(crate) async fn pay(&mut self, checkout: &Value, with: PayWith) {
        self.town.stack.stripe().pay(&session_of(checkout), with).unwrap();
        self.settle().await;
    }

    async fn refund(&mut self, shop: &Shop, checkout: &Value, reference: &str, value: &str) {
        let path = format!("/v1/checkouts/{}/refunds", text(checkout, "/id"));
        let body = json!({"reference": reference, "amount": {"value": value, "currency": "SGD"}});
        let answer = self.ask(&shop.key, "POST", &path, Some(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        self.settle().await;
    }

    /// A decision or an order of an operator, with a reason in their own words.
    async fn decide(&mut self, path: &str) -> u16 {
        let body = json!({"reason": self.garden.words("reason")});
        self.operate("POST", path, Some(&body)).await.status
    }
}

/// A market with two campaigns and two merchants.
async fn market(place: &mut Place) -> (Shop, Shop) {
    let open = json!({"open_to": {"mode": "open"}});
    assert_eq!(place.operate("PUT", "/v1/markets/SG/rollout", Some(&open)).await.status, 200);
    for (id, method, funding) in [("five", "paynow", "platform"), ("card-five", "card", "merchant")] {
        let rule = five_percent(id, method, funding);
        assert_eq!(place.operate("POST", "/v1/markets/SG/campaigns", Some(&rule)).await.status, 201);
    }
    let (shop, second) = (place.shop("first").await, place.shop("second").await);
    let stripe = place.town.stack.stripe().clone();
    for account in [&stripe.platform_account(), &shop.account, &second.account] {
        stripe.keep_available(account, "sgd", 1_000_000);
    }
    let insiders = json!({"phones": [place.garden.phone(), place.garden.phone()]});
    let path = format!("/v1/merchants/{}/insiders", shop.id);
    assert_eq!(place.operate("PUT", &path, Some(&insiders)).await.status, 200);
    (shop, second)
}

/// Only what there must be for something to fail.
pub(crate) async fn beginnings(place: &mut Place) -> Lived {
    let (shop, second) = market(place).await;
    let payer = place.garden.phone();
    ends(place, shop, second, &payer).await
}

/// A merchant is restricted, and a cashback held.
async fn ends(place: &mut Place, shop: Shop, second: Shop, payer: &str) -> Lived {
    place.town.stack.stripe().restrict(&second.account, "identity.individual.documents").unwrap();
    place.settle().await;
    place.ask(&second.key, "GET", &format!("/v1/merchants/{}", second.id), None).await;
    let held = paid(place, &shop, "held", payer, PayWith::Paynow).await;
    Lived { shop, second, held }
}

/// Paid, credited, refunded, disputed, bounced, spent, closed, expired, stopped, reviewed.
pub(crate) async fn lives(place: &mut Place) -> Lived {
    let (shop, second) = market(place).await;
    let stripe = place.town.stack.stripe().clone();
    let payer = place.garden.phone();

    let credited = paid(place, &shop, "credited", &payer, PayWith::Paynow).await;
    let refunded = paid(place, &shop, "refunded", &payer, card()).await;
    place.refund(&shop, &refunded, "part", "5.00").await;
    place.refund(&shop, &refunded, "rest", "20.00").await;
    for (reference, won) in [("won", true), ("lost", false)] {
        let disputed = paid(place, &shop, reference, &payer, card()).await;
        let dispute = stripe.dispute(&place.town.charge(&disputed)).unwrap();
        place.settle().await;
        stripe.close_dispute(&dispute, won).unwrap();
        place.settle().await;
    }
    let body = place.order("declined", &payer);
    let declined = place.create(&shop, &body).await;
    place.pay(&declined, PayWith::Decline).await;
    let path = format!("/v1/checkouts/{}/expire", text(&declined, "/id"));
    assert_eq!(place.ask(&shop.key, "POST", &path, None).await.status, 200);

    reviewed(place, &shop).await;
    let bounced = paid(place, &second, "bounced", &payer, PayWith::Paynow).await;
    stripe.fail_next_refund(&second.account, "expired_or_canceled_card");
    stripe.refund_from_dashboard(&place.town.charge(&credited), 100).unwrap();
    place.settle().await;
    assert_eq!(place.decide("/v1/markets/SG/policy/stop").await, 200);
    assert_eq!(place.decide("/v1/markets/SG/policy/resume").await, 200);
    place.hours(50).await;
    assert_eq!(place.town.standing(&shop, &credited).await, "partly_refunded credited");
    assert_eq!(place.town.standing(&second, &bounced).await, "paid credited_to_wallet");
    spent(place, &shop, &payer).await;

    let path = format!("/v1/payers/{}/cashback?country=SG", encoded(&payer));
    assert_eq!(place.operate("GET", &path, None).await.status, 200);
    ends(place, shop, second, &payer).await
}

async fn paid(place: &mut Place, shop: &Shop, reference: &str, payer: &str, with: PayWith) -> Value {
    let body = place.order(reference, payer);
    let checkout = place.create(shop, &body).await;
    place.pay(&checkout, with).await;
    checkout
}

/// Two payments of one payer's day wait for a person, who approves one and rejects the other.
async fn reviewed(place: &mut Place, shop: &Shop) {
    let screening = json!({"payments_per_day": 1});
    assert_eq!(place.operate("PUT", "/v1/markets/SG/policy/screening", Some(&screening)).await.status, 200);
    // Rules are read once a minute.
    place.town.minutes(2).await;
    let payer = place.garden.phone();
    for (reference, verdict) in [("first", ""), ("second", "approve"), ("third", "reject")] {
        let checkout = paid(place, shop, reference, &payer, PayWith::Paynow).await;
        if !verdict.is_empty() {
            let path = format!("/v1/cashbacks/{}/{verdict}", text(&checkout, "/id"));
            assert_eq!(place.decide(&path).await, 200, "{reference}");
        }
    }
    place.operate("GET", "/v1/markets/SG/reviews", None).await;
    assert_eq!(place.operate("PUT", "/v1/markets/SG/policy/screening", Some(&json!({}))).await.status, 200);
    let adjustment = json!({
        "phone": payer, "reference": "sorry", "amount": {"value": "3.00", "currency": "SGD"}, "direction": "credit",
        "reason": place.garden.words("reason"),
    });
    assert_eq!(place.operate("POST", "/v1/markets/SG/adjustments", Some(&adjustment)).await.status, 201);
}

/// The credit is spent at another shop, settled, and a part of it given back.
async fn spent(place: &mut Place, shop: &Shop, payer: &str) {
    let mut order = place.order("spent", payer);
    let consent = json!({
        "phone": payer, "merchant": shop.id, "reference": "spent", "amount": order["amount"],
    });
    let answer = place.operate("POST", "/v1/markets/SG/wallet-consents", Some(&consent)).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    order["payer"]["wallet_consent"] = answer.json()["wallet_consent"].clone();
    let checkout = place.create(shop, &order).await;
    assert!(checkout.get("wallet").is_some(), "{checkout}");
    place.pay(&checkout, card()).await;
    place.hours(50).await;
    place.refund(shop, &checkout, "back", "20.00").await;
}
