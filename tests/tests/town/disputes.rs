//! Disputes as Stripe has them: several to a charge, of a part of it, with a verdict that can change.

use kembali_tests::{Shop, Town, card, five_percent, text};
use serde_json::Value;

/// A payment of 100.00 that earns 5.00 of the merchant's money, just made.
async fn paid() -> (Town, Shop, Value) {
    let town = Town::unswept().await;
    let shop = town.shop("US").await;
    town.campaign("US", five_percent("five", "card", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "100.00", "USD").await;
    town.pay(&checkout, card()).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    town.stack.stripe().keep_available(&shop.account, "usd", 100_000);
    (town, shop, checkout)
}

/// What the books say that payers' banks took, in minor units.
async fn taken(town: &Town, shop: &Shop, checkout: &Value) -> i64 {
    let read = town.read(shop, checkout).await;
    let postings = read["postings"].as_array().cloned().unwrap_or_default();
    let minor = |posting: &Value| text(posting, "/amount/value").replace('.', "").parse::<i64>().unwrap_or(0);
    let sum = |side: &str| -> i64 {
        postings.iter().filter(|posting| posting[side] == "merchant.disputes").map(minor).sum()
    };
    sum("debit") - sum("credit")
}

async fn standing(town: &Town, shop: &Shop, checkout: &Value) -> (String, String, i64) {
    town.settle().await;
    let read = town.read(shop, checkout).await;
    (
        town.standing(shop, checkout).await,
        text(&read, "/cashback/amount/value"),
        taken(town, shop, checkout).await,
    )
}

fn is(standing: &str, cashback: &str, taken: i64) -> (String, String, i64) {
    (standing.to_owned(), cashback.to_owned(), taken)
}

#[tokio::test]
async fn of_two_disputes_each_counts() {
    let (town, shop, checkout) = paid().await;
    let (stripe, charge) = (town.stack.stripe(), town.charge(&checkout));
    let first = stripe.dispute_part(&charge, 3000).unwrap();
    let second = stripe.dispute_part(&charge, 3000).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("disputed frozen", "5.00", 6000));
    stripe.close_dispute(&first, true).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("disputed frozen", "5.00", 3000));
    // What is left of the payment earns its share.
    stripe.close_dispute(&second, false).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("lost held", "3.50", 3000));
    let more = town.refund(&shop, &checkout, "r1", Some("70.01")).await.json();
    assert_eq!(
        text(&more, "/detail"),
        "At most USD 70.00 can be refunded: the rest was taken back by the payer's bank."
    );
    let answer = town.refund(&shop, &checkout, "r2", None).await;
    assert_eq!((answer.status, text(&answer.json(), "/refunds/0/amount/value")), (201, "70.00".to_owned()));
    town.hours(60).await;
    assert_eq!((town.back(&checkout).total(), town.dead_letters()), (7000, 0));
}

#[tokio::test]
async fn a_partial_loss_leaves_the_cashback_of_the_rest() {
    let (town, shop, checkout) = paid().await;
    let dispute = town.stack.stripe().dispute_part(&town.charge(&checkout), 3000).unwrap();
    town.settle().await;
    town.stack.stripe().close_dispute(&dispute, false).unwrap();
    town.hours(60).await;
    assert_eq!(town.standing(&shop, &checkout).await, "lost credited");
    assert_eq!((town.back(&checkout).cashback, town.dead_letters()), (vec![350], 0));
}

#[tokio::test]
async fn a_verdict_that_changes_changes_the_promise() {
    let (town, shop, checkout) = paid().await;
    let stripe = town.stack.stripe();
    let dispute = stripe.dispute(&town.charge(&checkout)).unwrap();
    town.settle().await;
    stripe.close_dispute(&dispute, false).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await.0, "lost reversed");
    stripe.reverse_verdict(&dispute).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("won held", "5.00", 0));
    stripe.reverse_verdict(&dispute).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await.0, "lost reversed");
    assert_eq!(taken(&town, &shop, &checkout).await, 10_000);
    // An appeal leaves the money where it is, and is decided once more.
    stripe.appeal(&dispute).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await.0, "disputed frozen");
    stripe.close_dispute(&dispute, true).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("won held", "5.00", 0));
    stripe.appeal(&dispute).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("disputed frozen", "5.00", 0));
    town.hours(60).await;
    assert_eq!(town.back(&checkout).total(), 0, "nothing is released while it is looked at again");
    stripe.close_dispute(&dispute, true).unwrap();
    town.settle().await;
    town.hours(1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "won credited");
    assert_eq!((town.back(&checkout).cashback, town.dead_letters()), (vec![500], 0));
}

/// A dispute that the network resolved is closed from the start: its word says nothing, its movements do.
#[tokio::test]
async fn what_was_prevented_took_what_it_took() {
    for (takes_money, expected) in
        [(true, is("lost reversed", "", 10_000)), (false, is("won held", "5.00", 0))]
    {
        let (town, shop, checkout) = paid().await;
        town.stack.stripe().prevent_dispute(&town.charge(&checkout), takes_money).unwrap();
        assert_eq!(standing(&town, &shop, &checkout).await, expected);
    }
}

#[tokio::test]
async fn a_bank_that_only_asks_stops_nothing_until_it_takes() {
    let (town, shop, checkout) = paid().await;
    let stripe = town.stack.stripe();
    let inquiry = stripe.inquire(&town.charge(&checkout)).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("paid held", "5.00", 0));
    stripe.escalate(&inquiry).unwrap();
    assert_eq!(standing(&town, &shop, &checkout).await, is("disputed frozen", "5.00", 10_000));
    let (town, shop, checkout) = paid().await;
    let stripe = town.stack.stripe();
    let inquiry = stripe.inquire(&town.charge(&checkout)).unwrap();
    town.settle().await;
    stripe.close_inquiry(&inquiry).unwrap();
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
}

/// Snapshots may come late and in any order: each only says that Stripe is to be asked.
#[tokio::test]
async fn late_snapshots_change_nothing() {
    let (town, shop, checkout) = paid().await;
    let dispute = town.stack.stripe().dispute(&town.charge(&checkout)).unwrap();
    town.settle().await;
    town.stack.stripe().close_dispute(&dispute, true).unwrap();
    town.settle().await;
    let before = town.items();
    for event in town.events(&["charge.dispute.created", "charge.dispute.funds_withdrawn"]) {
        town.deliver(&event).await;
    }
    town.settle().await;
    assert_eq!((town.items(), town.standing(&shop, &checkout).await), (before, "won held".to_owned()));
}
