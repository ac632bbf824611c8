//! A merchant and a payer against the platform's money. A purchase between the two looks like any other and
//! earns like any other: what it can cost is what the campaign's caps and budget say, less the platform's
//! fee.

use kembali_tests::Shop;
use local_stripe::PayWith::Paynow;
use serde_json::{Value, json};

use crate::gain::{Coalition, Purchases, Row, row};
use crate::street::{MEI, Street, five};

fn with(street: &Street) -> Coalition {
    Coalition::With(vec![street.shop.clone()])
}

fn cap() -> Value {
    json!([{"per": "campaign", "amount": {"value": "2.00", "currency": "SGD"}}])
}

/// Five purchases of 25.00 that are none; the cap of 2.00 is what they can have, and the fees take 1.25.
pub(crate) async fn wash_under_a_cap() -> Purchases {
    let street = Street::new([five(&json!({"funding": "platform", "caps": cap()}))]).await;
    for number in 0..5 {
        street.buy(MEI, &format!("order-{number}"), "25.00", Paynow).await;
    }
    street.wait().await;
    let honest = 125 + 75 - 5 * 25;
    let row = row(&street.town, "wash trade, platform pays, cap of 2.00", &with(&street), (0, honest));
    row.purchases(5, "cap", 200 - 5 * 25)
}

/// By many telephones, which no cap knows: the budget is what they can have. What two rewards leave of it is
/// no third.
pub(crate) async fn wash_under_a_budget() -> Purchases {
    let budget = json!({"total": {"amount": {"value": "3.00", "currency": "SGD"}}, "shards": 1});
    let street = Street::new([five(&json!({"funding": "platform", "budget": budget}))]).await;
    for number in 0..5 {
        street.buy(&format!("+659123456{number}"), &format!("order-{number}"), "25.00", Paynow).await;
    }
    street.wait().await;
    let honest = 2 * 125 - 5 * 25;
    let row = row(&street.town, "wash trade, many telephones, budget of 3.00", &with(&street), (0, honest));
    row.purchases(5, "budget", 300 - 5 * 25)
}

/// Neither a cap nor a budget, but two payments a day are usual: the others wait for a person.
pub(crate) async fn wash_under_screening() -> Purchases {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    street.screen(json!({"payments_per_day": 2})).await;
    for number in 0..5 {
        street.buy(MEI, &format!("order-{number}"), "25.00", Paynow).await;
    }
    street.wait().await;
    let honest = 2 * 125 - 5 * 25;
    let row = row(&street.town, "wash trade, two a day are usual", &with(&street), (0, honest));
    row.purchases(5, "screening", 2 * 125 - 5 * 25)
}

/// Half of it is the merchant's own money: what the platform pays is less than its fees.
pub(crate) async fn wash_with_split_funding() -> Row {
    let split = json!({"funding": {"split": {"platform_bps": 5000}}, "caps": cap()});
    let street = Street::new([five(&split)]).await;
    for number in 0..5 {
        street.buy(MEI, &format!("order-{number}"), "25.00", Paynow).await;
    }
    street.wait().await;
    row(&street.town, "wash trade, platform pays half, cap of 2.00", &with(&street), (0, 0))
}

/// Where the merchant pays for it, they pay each other, and the platform its fee.
pub(crate) async fn wash_with_the_merchants_own_money() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    row(&street.town, "wash trade, the merchant pays", &with(&street), (0, 0))
}

/// The price goes back before the release: with it goes what the platform would have sent.
pub(crate) async fn refund_before_release() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.give_back(&checkout, "r1", None).await;
    street.wait().await;
    row(&street.town, "platform pays, all refunded before the release", &with(&street), (0, 0))
}

/// And after it.
pub(crate) async fn refund_after_credit() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    street.give_back(&checkout, "r1", None).await;
    street.wait().await;
    row(&street.town, "platform pays, all refunded after the credit", &with(&street), (0, 0))
}

/// Half of it in Stripe's dashboard, where the platform is not asked.
pub(crate) async fn dashboard_refund_after_credit() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    let (stripe, charge) = (street.town.stack.stripe(), street.town.charge(&checkout));
    stripe.refund_from_dashboard(&charge, 2375).expect("so much is left");
    street.wait().await;
    row(&street.town, "platform pays, all refunded in the dashboard after it", &with(&street), (0, 0))
}

/// The merchant's account is in debt, so that the platform's part arrives, the refund to the payer does not
/// go out, and the platform cannot take its part back: the merchant has what the payer would have had. The
/// payer has nothing, neither money nor credit, and a person hears of both.
pub(crate) async fn account_in_debt() -> Purchases {
    let street = in_debt().await;
    let attack = "platform pays into an account that is in debt";
    row(&street.town, attack, &with(&street), (0, 125 - 25)).purchases(1, "reward", 125 - 25)
}

/// The same, and then the account has money again, and the person has it tried again: the platform takes its
/// part back.
pub(crate) async fn account_in_debt_for_a_while() -> Row {
    let street = in_debt().await;
    let stack = &street.town.stack;
    stack.stripe().keep_available(&street.shop.account, "sgd", 1000);
    street.town.hours(13).await;
    assert_eq!(street.town.dead_letters(), 0);
    row(&street.town, "platform pays into an account in debt, which is then paid", &with(&street), (0, 0))
}

async fn in_debt() -> Street {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    let town = &street.town;
    town.stack.stripe().keep_available(&street.shop.account, "sgd", -500);
    town.hours(150).await;
    assert_eq!(town.standing(&street.shop, &checkout).await, "paid failed");
    street
}

/// An account in debt where the merchant promised: what it has no money for, the platform does not pay
/// either.
pub(crate) async fn empty_account_of_the_merchants_own() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.town.stack.stripe().keep_available(&street.shop.account, "sgd", -500);
    street.town.hours(150).await;
    row(&street.town, "merchant pays, and has emptied its account", &with(&street), (0, 0))
}

/// Credit is spent at a merchant who is in it, and the purchase given back: credit comes back and the
/// platform settles nothing.
pub(crate) async fn credit_spent_and_given_back() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let accomplice: Shop = street.town.another_shop("SG", "accomplice").await;
    let credit = json!({
        "phone": MEI, "reference": "adj-1", "amount": {"value": "5.00", "currency": "SGD"}, "direction": "credit",
        "reason": "spilled kopi",
    });
    let answer = street.town.operate("POST", "/v1/markets/SG/adjustments", Some(credit)).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    let order = crate::street::order(MEI, "order-1", "25.00");
    let order = street.town.agreed(&accomplice, "SG", order).await;
    let checkout = street.town.create(&accomplice, order).await;
    street.town.pay(&checkout, Paynow).await;
    street.wait().await;
    street.town.stack.stripe().keep_available(&accomplice.account, "sgd", 10_000);
    let answer = street.town.refund(&accomplice, &checkout, "r1", None).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    street.wait().await;
    let both = Coalition::With(vec![accomplice]);
    // The 5.00 were theirs before.
    row(&street.town, "credit of 5.00 spent at an accomplice, then refunded", &both, (0, 500))
}
