//! Two days later, and what follows from what came back, or did not.

use local_stripe::PayWith;

use super::first_day::MEI;
use super::scenes::{ask, order};
use super::story::{Story, Told};
use crate::town::{TownError, text};

/// A refund by PayNow is not there at once.
const PAYNOW_SECONDS: i64 = 120;

/// What the first day left.
pub(super) struct FirstDay {
    pub(super) singapore: Told,
    pub(super) disputed: (Told, String),
    pub(super) india: Vec<Told>,
    pub(super) brazil: Vec<Told>,
    pub(super) unrefundable: Told,
}

/// Forty-eight hours, in two steps: before the release and after it.
pub(super) async fn two_days(story: &mut Story<'_>, first: &FirstDay) -> Result<(), TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("48 hours later");
    let mark = calls.mark();
    town.hours(46).await?;
    story.step("46 hours pass: nothing has to happen", mark);
    story.glance(&first.singapore).await?;
    let mark = calls.mark();
    town.hours(2).await?;
    story.step("2 more hours pass: EventBridge releases, Stripe refunds", mark);
    story.say("Baker's 13, PayNow:");
    story.show(&first.singapore).await?;
    story.say("Chai Point, UPI: its cover comes back from the platform first, then the refund:");
    if let Some(paid) = first.india.first() {
        story.show(paid).await?;
    }
    let mut credited = 0_usize;
    for told in &first.brazil {
        let now = town.read(&told.shop, &told.checkout).await?;
        credited += usize::from(text(&now, "/cashback/state") == "credited");
    }
    story.say(&format!("Padaria Aurora: {credited} times R$ 5.00 was sent back, as many as the budget has"));
    story.say("the disputed one:");
    story.glance(&first.disputed.0).await?;
    story.say("Kopi Corner: the payer's bank refused it for good, so it is credit for the next payment:");
    story.show(&first.unrefundable).await?;
    story.wallet(&first.unrefundable).await
}

/// A refund after the payout: of what was paid, less what came back.
pub(super) async fn refunded_after_release(story: &mut Story<'_>, told: &Told) -> Result<(), TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("Singapore: the 25.00 are refunded after their cashback was paid");
    match town.refund(&told.shop, &told.checkout, "refund-too-much", Some("25.01")).await {
        Err(TownError::Refused { status, body, .. }) => {
            story.say(&format!("the merchant asks for 25.01 and gets {status}: {}", text(&body, "/detail")));
        }
        Err(error) => return Err(error),
        Ok(_) => story.say("MORE THAN WAS LEFT WAS REFUNDED"),
    }
    let mark = calls.mark();
    town.refund(&told.shop, &told.checkout, "refund-rest", None).await?;
    town.stack().advance(PAYNOW_SECONDS).await?;
    story.step("the merchant refunds all: 23.75 through Stripe, 1.25 the payer has already", mark);
    story.glance(told).await?;
    Ok(())
}

/// The bank decides for the merchant, after the promise has passed: what was frozen is paid at once.
pub(super) async fn dispute_won(
    story: &mut Story<'_>,
    (told, dispute): &(Told, String),
) -> Result<(), TownError> {
    story.heading("Singapore: the merchant wins the dispute");
    let mark = story.town.stack().calls().mark();
    story.town.close_dispute(dispute, true).await?;
    story.town.stack().advance(3600).await?;
    story.step("the promised hour had passed meanwhile, so the cashback is paid at once", mark);
    story.show(told).await?;
    Ok(())
}

/// Credit from one merchant's failed cashback is spent at another merchant.
pub(super) async fn wallet_spent(story: &mut Story<'_>) -> Result<Told, TownError> {
    let town = story.town;
    story.heading("Singapore: the credit is spent at another merchant, Tailor 7");
    let shop = town.enabled_shop("SG", "tailor-7", "Tailor 7").await?;
    let agreed = story.town.agreed(&shop, "SG", order("hem-1", MEI, ("20.00", "SGD"))).await?;
    let told = ask(story, &shop, &agreed).await?;
    let (credit, url) = (text(&told.checkout, "/wallet/value"), text(&told.checkout, "/url"));
    let session =
        town.stack().stripe().object(url.rsplit('/').next().unwrap_or_default()).unwrap_or_default();
    let charged = session.pointer("/amount_total").and_then(serde_json::Value::as_i64).unwrap_or_default();
    story.say(&format!(
        "{credit} of it is credit, and Stripe charges the rest: {}.{:02}, on which the 5% are counted",
        charged / 100,
        charged % 100
    ));
    town.pay(&told.checkout, PayWith::Paynow).await?;
    story.show(&told).await?;
    story.wallet(&told).await?;
    Ok(told)
}

/// Another two days: the platform settles with the merchant, who then refunds all of it.
pub(super) async fn wallet_settled(story: &mut Story<'_>, told: &Told) -> Result<(), TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("Another 48 hours later");
    let mark = calls.mark();
    town.hours(48).await?;
    story.step(
        "one transfer brings Tailor 7 what was paid with credit, and the payer gets the cashback",
        mark,
    );
    for moved in town.stack().stripe().moved() {
        let group =
            town.stack().stripe().object(&moved.source).map(|object| text(&object, "/transfer_group"));
        if moved.account.is_none() && group.is_some_and(|group| group.starts_with("settlement_")) {
            let minor = moved.amount.saturating_abs();
            story.say(&format!("platform → Tailor 7: SGD {}.{:02}", minor / 100, minor % 100));
        }
    }
    story.glance(told).await?;
    // Tailor 7 has other sales: with an empty balance, what it owes could not be taken back.
    town.stack().stripe().keep_available(&told.shop.account, "sgd", 10_000);
    town.refund(&told.shop, &told.checkout, "hem-back-1", Some("10.00")).await?;
    town.refund(&told.shop, &told.checkout, "hem-back-2", None).await?;
    town.stack().advance(PAYNOW_SECONDS).await?;
    story.say("Tailor 7 refunds 10.00, then all that is left: the charge first, the credit last");
    let now = town.read(&told.shop, &told.checkout).await?;
    for refund in now.pointer("/refunds").and_then(serde_json::Value::as_array).into_iter().flatten() {
        let part = |pointer| text(refund, pointer);
        let to_wallet = part("/to_wallet/value");
        let to_wallet =
            if to_wallet.is_empty() { String::new() } else { format!(", to the wallet {to_wallet}") };
        (story.tell)(&format!("    {}: by PayNow {}{to_wallet}", part("/reference"), part("/amount/value")));
    }
    story.show(told).await?;
    story.wallet(told).await?;
    let mark = calls.mark();
    town.hours(1).await?;
    story.step(
        "an hour later: the credit was settled and given back, so the platform takes its transfer back",
        mark,
    );
    Ok(())
}
