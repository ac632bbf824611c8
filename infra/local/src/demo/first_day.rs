//! The first day: what is promised, to whom, and what becomes of a promise before its time.

use local_stripe::PayWith;
use serde_json::json;

use super::scenes::{ask, campaign, card, order, percent};
use super::story::{Story, Told};
use crate::town::{Shop, TownError, text};

/// Who pays in Singapore.
pub(super) const MEI: &str = "+6591234567";
/// Who pays in India.
const RAVI: &str = "+919812345678";

/// Singapore: a merchant from application to enabled, a PayNow payment, 5% back from the merchant.
pub(super) async fn singapore(story: &mut Story<'_>) -> Result<Told, TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("Singapore: 25.00 by PayNow, 5% back, funded by the merchant");
    let mark = calls.mark();
    town.open_market("SG").await?;
    story.step("the operator opens the market", mark);
    let mark = calls.mark();
    let shop = town.enabled_shop("SG", "bakers-13", "Baker's 13").await?;
    story.step("Baker's 13 applies, onboards with Stripe, and is enabled", mark);
    // It leaves money on its balance at Stripe, to refund from.
    town.stack().stripe().keep_available(&shop.account, "sgd", 10_000);
    let mark = calls.mark();
    let funded = json!({"funding": "merchant"});
    town.campaign("SG", &campaign("paynow-5", &percent("5"), "paynow", &funded)).await?;
    story.step("the operator starts the campaign paynow-5", mark);
    // The next scenes' campaign: new checkouts would see a later one after a minute only.
    town.campaign("SG", &campaign("card-3", &percent("3"), "card", &funded)).await?;
    let large = json!({"funding": "platform", "min_spend": {"value": "30.00", "currency": "SGD"}});
    town.campaign("SG", &campaign("large-6", &percent("6"), "paynow", &large)).await?;

    let told = ask(story, &shop, &order("order-1", MEI, ("25.00", "SGD"))).await?;
    let mark = calls.mark();
    town.pay(&told.checkout, PayWith::Paynow).await?;
    story.step("the payer scans the PayNow code", mark);
    story.show(&told).await?;
    Ok(told)
}

/// A card payment that earned cashback and is refunded before its release: first a part, then the rest.
pub(super) async fn refunded_before_release(story: &mut Story<'_>, shop: &Shop) -> Result<Told, TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("Singapore: 40.00 by card, 3% back, refunded before it is released");
    let told = ask(story, shop, &order("order-2", MEI, ("40.00", "SGD"))).await?;
    town.pay(&told.checkout, card()).await?;
    let mark = calls.mark();
    town.refund(shop, &told.checkout, "refund-1", Some("10.00")).await?;
    story.step("the payer pays, and the merchant refunds 10.00: the cashback shrinks with it", mark);
    story.glance(&told).await?;
    let mark = calls.mark();
    town.refund(shop, &told.checkout, "refund-2", None).await?;
    story.step("and the rest: there is no cashback any more", mark);
    story.show(&told).await?;
    Ok(told)
}

/// A card payment that the payer disputes. Gives the dispute, too.
pub(super) async fn disputed(story: &mut Story<'_>, shop: &Shop) -> Result<(Told, String), TownError> {
    story.heading("Singapore: 60.00 by card, disputed at the payer's bank");
    let told = ask(story, shop, &order("order-3", MEI, ("60.00", "SGD"))).await?;
    story.town.pay(&told.checkout, card()).await?;
    let dispute = story.town.dispute(shop, &told.checkout).await?;
    story.say("the payer pays, then disputes it: nothing is paid back before the bank has decided");
    story.glance(&told).await?;
    Ok((told, dispute))
}

/// India: the first real campaign. The cap is reached by the same payer's second payment.
pub(super) async fn india(story: &mut Story<'_>) -> Result<Vec<Told>, TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("India: UPI only, 1% up to ₹10, once per payer, funded by the merchant");
    town.open_market("IN").await?;
    let shop = town.enabled_shop("IN", "chai-point", "Chai Point").await?;
    let extra = json!({
        "funding": "merchant", "max_per_payment": {"value": "10.00", "currency": "INR"},
        "caps": [{"per": "campaign", "payments": 1}],
    });
    town.campaign("IN", &campaign("upi-only", &percent("1"), "upi", &extra)).await?;

    let first = ask(story, &shop, &order("chai-1", RAVI, ("2500.00", "INR"))).await?;
    let mark = calls.mark();
    town.pay(&first.checkout, PayWith::Upi).await?;
    story.step("paid by UPI: 1% would be ₹25, so ₹10 it is", mark);
    story.glance(&first).await?;
    let second = ask(story, &shop, &order("chai-2", RAVI, ("400.00", "INR"))).await?;
    town.pay(&second.checkout, PayWith::Upi).await?;
    story.say("paid by UPI all the same, and told why it earns nothing");
    story.glance(&second).await?;
    Ok(vec![first, second])
}

/// How many come at the same time, and how many of them can earn.
const CROWD: usize = 12;
const LUCKY: usize = 5;

/// Brazil: twelve payers at once, and money for five of them.
pub(super) async fn brazil(story: &mut Story<'_>) -> Result<Vec<Told>, TownError> {
    let town = story.town;
    story.heading("Brazil: R$ 5.00 back by Pix for the first five; twelve come at the same moment");
    town.open_market("BR").await?;
    let shop = town.enabled_shop("BR", "padaria", "Padaria Aurora").await?;
    let reward = json!({"kind": "fixed", "amount": {"value": "5.00", "currency": "BRL"}});
    let extra = json!({"funding": "platform", "budget": {"total": {"payments": LUCKY}}});
    town.campaign("BR", &campaign("first-five", &reward, "pix", &extra)).await?;

    let orders: Vec<_> = (1..=CROWD)
        .map(|number| order(&format!("pao-{number}"), &customer(number), ("20.00", "BRL")))
        .collect();
    let mark = town.stack().calls().mark();
    let checkouts = town.checkouts_at_once(&shop, orders.clone()).await?;
    story.step(&format!("{CROWD} checkouts are created at once"), mark);
    let mut told: Vec<Told> = checkouts
        .into_iter()
        .zip(&orders)
        .map(|(checkout, order)| Told::new(&shop, checkout, order))
        .collect();
    let count = |reason: &str| told.iter().filter(|told| told.pix_says() == reason).count();
    let (promised, used_up) = (count(""), count("budget_used_up"));
    story.say(&format!("{promised} are promised R$ 5.00, {used_up} are told `budget_used_up`"));

    // Who was promised something comes first.
    told.sort_by_key(|told| !told.pix_says().is_empty());
    for (place, lucky) in told.iter().enumerate() {
        if place == 0 {
            town.expire(&shop, &lucky.checkout).await?;
        } else if place <= LUCKY {
            town.pay(&lucky.checkout, PayWith::Pix).await?;
        }
    }
    story.say("one of the five walks away and his page is closed; the others pay, and one of those too late");
    if let Some(late) = told.get(LUCKY) {
        story.glance(late).await?;
    }
    // That a budget is used up is looked at again after a minute.
    town.stack().advance(60).await?;
    let next = ask(story, &shop, &order("pao-13", &customer(CROWD + 1), ("20.00", "BRL"))).await?;
    story.say("a minute later: what the one did not use is promised to the next");
    town.pay(&next.checkout, PayWith::Pix).await?;
    told.push(next);
    Ok(told)
}

/// The number of one of many in Brazil.
fn customer(number: usize) -> String {
    format!("+55119876543{number:02}")
}

/// Singapore: a payment whose cashback will not come through.
pub(super) async fn cannot_be_refunded(story: &mut Story<'_>) -> Result<Told, TownError> {
    let town = story.town;
    story.heading(
        "Singapore: 30.00 by PayNow at Kopi Corner, 6% back from the platform; the bank will refuse it",
    );
    let shop = town.enabled_shop("SG", "kopi-corner", "Kopi Corner").await?;
    let told = ask(story, &shop, &order("kopi-1", MEI, ("30.00", "SGD"))).await?;
    town.pay(&told.checkout, PayWith::Paynow).await?;
    town.stack().stripe().fail_next_refund(&shop.account, "declined");
    story.glance(&told).await?;
    Ok(told)
}

impl Told {
    /// The rule by which Pix earned nothing when it was created.
    fn pix_says(&self) -> String {
        let offers = self.checkout.pointer("/offers").and_then(serde_json::Value::as_array);
        let pix = offers.into_iter().flatten().find(|offer| text(offer, "/method") == "pix");
        pix.map(|offer| text(offer, "/no_cashback")).unwrap_or_default()
    }
}
