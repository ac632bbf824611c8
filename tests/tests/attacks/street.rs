//! Where an attack takes place: a market of which everything is open, and people with telephones and cards.

use kembali_tests::{Shop, Town};
use local_stripe::PayWith;
use serde_json::{Value, json};

/// The telephone of somebody.
pub(crate) const MEI: &str = "+6591234567";
/// Somebody else's.
pub(crate) const BEN: &str = "+6581234567";

/// A town with one shop and a platform that has money.
pub(crate) struct Street {
    pub(crate) town: Town,
    pub(crate) shop: Shop,
}

impl Street {
    /// A street under these campaigns.
    pub(crate) async fn new(rules: impl IntoIterator<Item = Value>) -> Self {
        let town = Town::unswept().await;
        let shop = town.shop("SG").await;
        let stripe = town.stack.stripe();
        stripe.set_available_balance(&stripe.platform_account(), "sgd", 1_000_000);
        stripe.keep_available(&shop.account, "sgd", 1_000_000);
        for rule in rules {
            town.campaign("SG", rule).await;
        }
        Self { town, shop }
    }

    /// A page for `value`, for whoever has this telephone.
    pub(crate) async fn open(&self, phone: &str, reference: &str, value: &str) -> Value {
        self.open_at(&self.shop, phone, reference, value).await
    }

    /// A page of another shop.
    pub(crate) async fn open_at(&self, shop: &Shop, phone: &str, reference: &str, value: &str) -> Value {
        self.town.create(shop, order(phone, reference, value)).await
    }

    /// A payment of `value`.
    pub(crate) async fn buy(&self, phone: &str, reference: &str, value: &str, with: PayWith) -> Value {
        let checkout = self.open(phone, reference, value).await;
        self.town.pay(&checkout, with).await;
        checkout
    }

    /// Sets what the market looks for.
    pub(crate) async fn screen(&self, screening: Value) {
        let answer = self.town.operate("PUT", "/v1/markets/SG/policy/screening", Some(screening)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// The shop gives money back, and Stripe takes it.
    pub(crate) async fn give_back(&self, checkout: &Value, reference: &str, value: Option<&str>) {
        let answer = self.town.refund(&self.shop, checkout, reference, value).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
    }

    /// Lets every promise come due.
    pub(crate) async fn wait(&self) {
        self.town.hours(60).await;
        assert_eq!(self.town.dead_letters(), 0);
    }
}

/// An order of 25.00 or so.
pub(crate) fn order(phone: &str, reference: &str, value: &str) -> Value {
    json!({
        "reference": reference, "amount": {"value": value, "currency": "SGD"}, "description": "kopi",
        "channel": "chat", "payer": {"phone": phone},
    })
}

/// 5% back, by whichever card or PayNow, with these terms beside.
pub(crate) fn five(terms: &Value) -> Value {
    let mut rule = json!({
        "id": "five", "reward": {"kind": "percent", "percent": "5"}, "methods": ["card", "paynow"],
        "funding": "merchant", "starts_at": "2026-11-01", "ends_at": "2027-11-01",
    });
    if let (Some(rule), Some(terms)) = (rule.as_object_mut(), terms.as_object()) {
        rule.extend(terms.clone());
    }
    rule
}
