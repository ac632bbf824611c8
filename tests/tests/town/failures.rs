//! A cashback when something goes wrong: refunds that fail, balances that are empty, schedules that are lost.

use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use local_wire::Fault;
use serde_json::{Value, json};

const PHONE: &str = "+6591234567";

/// A PayNow payment of 25.00 that earns 1.25; whether we know the payer.
async fn paid(town: &Town, funding: &str, payer: Option<&str>) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", funding)).await;
    let mut body = json!({
        "reference": "order-1", "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi", "channel": "chat",
    });
    if let Some(phone) = payer {
        body["payer"] = json!({"phone": phone});
    }
    let checkout = town.create(&shop, body).await;
    town.pay(&checkout, PayWith::Paynow).await;
    (shop, checkout)
}

fn fund_platform(town: &Town) {
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
}

#[tokio::test]
async fn what_cannot_be_refunded_goes_to_the_wallet_of_a_known_payer() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "platform", Some(PHONE)).await;
    town.stack.stripe().fail_next_refund(&shop.account, "expired_or_canceled_card");
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited_to_wallet");
    assert_eq!(town.wallets(), ["SG 125"]);
    assert_eq!(town.back(&checkout).total(), 0);
    // The failure is told three times over, and credited once.
    for event in town.events(&["refund.failed", "refund.updated", "charge.refund.updated", "charge.refunded"])
    {
        town.deliver(&event).await;
    }
    assert_eq!(town.wallets(), ["SG 125"]);
}

#[tokio::test]
async fn what_cannot_be_refunded_to_nobody_known_has_failed_and_stays_owed() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "merchant", None).await;
    town.stack.stripe().fail_next_refund(&shop.account, "expired_or_canceled_card");
    town.hours(49).await;
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(text(&seen, "/cashback/state"), "failed");
    assert!(text(&seen, "/cashback/text").contains("still owed"), "{seen}");
    assert_eq!((town.wallets().len(), town.back(&checkout).total()), (0, 0));
}

#[tokio::test]
async fn the_platform_gets_its_money_back_from_a_cashback_that_became_wallet_credit() {
    let town = Town::unswept().await;
    fund_platform(&town);
    let (shop, checkout) = paid(&town, "platform", Some(PHONE)).await;
    town.stack.stripe().fail_next_refund(&shop.account, "declined");
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited_to_wallet");
    let stripe = town.stack.stripe();
    assert_eq!(stripe.balance(&shop.account, "sgd"), 2475);
    assert_eq!(stripe.balance(&stripe.platform_account(), "sgd"), 100_025);
}

#[tokio::test]
async fn an_empty_balance_is_tried_again_inside_the_promise() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "merchant", None).await;
    // So deep in debt that its cover does not help.
    town.stack.stripe().keep_available(&shop.account, "sgd", -200);
    town.stack.advance(47 * 3600 + 600).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid held", "waits for its next try");
    town.stack.stripe().keep_available(&shop.account, "sgd", 1000);
    town.minutes(50).await;
    let done = town.read(&shop, &checkout).await;
    assert_eq!(text(&done, "/cashback/state"), "credited");
    assert!(text(&done, "/cashback/credited_at") <= text(&done, "/cashback/promised_by"), "{done}");
    assert_eq!(town.back(&checkout).cashback, [125]);
}

#[tokio::test]
async fn an_empty_balance_for_good_ends_with_a_person_and_one_transfer_comes_back() {
    let town = Town::unswept().await;
    fund_platform(&town);
    let (shop, checkout) = paid(&town, "platform", Some(PHONE)).await;
    // So deep in debt that the transfer does not help.
    town.stack.stripe().keep_available(&shop.account, "sgd", -5_000);
    town.hours(50).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held", "it is late, and tried again and again");
    town.hours(75).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid failed");
    let transfers = town.movements().into_iter().filter(|moved| moved.starts_with("transfer -")).count();
    assert_eq!(transfers, 1, "{:?}", town.movements());
    assert_eq!(town.wallets(), [""; 0], "the platform would pay twice");
    // A month later it is still not forgotten that the transfer is to be taken back.
    town.hours(30 * 24).await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 1000);
    town.hours(13).await;
    let stripe = town.stack.stripe();
    assert_eq!(stripe.available_balance(&shop.account, "sgd"), 875);
    assert_eq!(stripe.balance(&stripe.platform_account(), "sgd"), 100_025);
    assert_eq!((town.dead_letters(), town.wallets()), (0, Vec::new()));
}

#[tokio::test]
async fn the_platforms_part_comes_back_while_a_dispute_that_nobody_told_us_of_is_open() {
    let town = Town::unswept().await;
    fund_platform(&town);
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "card", "platform")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, card()).await;
    let stripe = town.stack.stripe();
    stripe.keep_available(&shop.account, "sgd", 10_000);
    let endpoints = stripe.set_endpoints(Vec::new());
    let dispute = stripe.dispute(&town.charge(&checkout)).unwrap();
    stripe.set_endpoints(endpoints);
    // Stripe takes the transfer and refuses the refund.
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "disputed frozen");
    let of_platform = |town: &Town| {
        let stripe = town.stack.stripe();
        stripe.balance(&stripe.platform_account(), "sgd")
    };
    let mut transfers = town.movements();
    transfers.retain(|moved| moved.starts_with("transfer"));
    assert_eq!(transfers, ["transfer -125 platform", "transfer +125 platform"]);
    assert_eq!(of_platform(&town), 100_025);
    // Won: it is sent again with the next attempt, and is the payer's.
    stripe.close_dispute(&dispute, true).unwrap();
    town.hours(1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "won credited");
    assert_eq!((town.back(&checkout).cashback, of_platform(&town)), (vec![125], 100_025 - 125));
}

#[tokio::test]
async fn a_transfer_that_was_to_be_taken_back_serves_when_the_cashback_is_owed_again() {
    let town = Town::unswept().await;
    fund_platform(&town);
    let (shop, checkout) = paid(&town, "platform", Some(PHONE)).await;
    let stripe = town.stack.stripe();
    stripe.keep_available(&shop.account, "sgd", -500);
    town.stack.advance(47 * 3600 + 300).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid held", "one attempt has failed");
    // The merchant gives everything back, so the platform is to have its transfer back; but the refund fails.
    stripe.keep_available(&shop.account, "sgd", 10_000);
    stripe.fail_next_refund(&shop.account, "declined");
    town.refund(&shop, &checkout, "r1", None).await;
    assert_eq!(town.standing(&shop, &checkout).await, "refunded reversed");
    town.hours(1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout).cashback, [125]);
    assert_eq!(stripe.balance(&stripe.platform_account(), "sgd"), 99_900, "the platform pays, once");
    assert_eq!(stripe.available_balance(&shop.account, "sgd"), 9_875);
}

#[tokio::test]
async fn a_platform_without_money_owes_it_until_it_has_some() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "platform", Some(PHONE)).await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 0);
    let mark = town.mark();
    town.hours(60).await;
    // Tried after ever longer pauses, each time under a new key: Stripe repeats a refusal for as long as it
    // knows the key.
    assert_eq!(town.since(mark).count("stripe", "POST /v1/transfers"), 5);
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    assert_eq!((town.dead_letters(), town.wallets().len()), (0, 0), "it is late, not lost, and not credit");
    fund_platform(&town);
    town.hours(9).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout).cashback, [125]);
    let mut told = town.happened();
    told.retain(|event| event.contains("cashback"));
    assert_eq!(told, ["cashback.held", "cashback.paying", "cashback.credited"], "a retry is no news");
}

#[tokio::test]
async fn a_platform_that_stays_without_money_owes_credit() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "platform", Some(PHONE)).await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 0);
    town.hours(48 + 75).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited_to_wallet");
    assert_eq!((town.wallets(), town.back(&checkout).total()), (vec!["SG 125".to_owned()], 0));
}

#[tokio::test]
async fn a_lost_schedule_is_found_by_the_sweep_in_time() {
    let town = Town::new().await;
    let (shop, checkout) = paid(&town, "merchant", None).await;
    for schedule in town.stack.scheduler().schedules() {
        town.stack.scheduler().forget(&schedule.name);
    }
    town.hours(47).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    town.hours(2).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout).cashback, [125]);
}

#[tokio::test]
async fn schedule_sweep_and_a_duplicate_message_pay_once() {
    let town = Town::new().await;
    let (shop, checkout) = paid(&town, "merchant", None).await;
    // Nobody confirms, so that the sweep finds it again and again.
    town.hours(46).await;
    town.lose_webhooks();
    let due = json!({"checkout": text(&checkout, "/id")}).to_string();
    town.stack.advance(3900).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    for _ in 0..3 {
        town.stack.sqs().send("CashbackDue", &due, std::collections::BTreeMap::new()).unwrap();
    }
    town.hours(3).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    town.stack.sqs().send("CashbackDue", &due, std::collections::BTreeMap::new()).unwrap();
    town.hours(2).await;
    assert_eq!(town.back(&checkout).cashback, [125]);
    assert_eq!(town.since(0).count("stripe", "POST /v1/refunds"), 1);
}

#[tokio::test]
async fn a_message_before_its_time_pays_nothing() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "merchant", None).await;
    let due = json!({"checkout": text(&checkout, "/id")}).to_string();
    town.stack.sqs().send("CashbackDue", &due, std::collections::BTreeMap::new()).unwrap();
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    assert_eq!(town.version(&checkout), "2");
}

#[tokio::test]
async fn a_card_refund_that_fails_after_it_succeeded_becomes_wallet_credit() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "card", "platform")).await;
    let body = json!({
        "reference": "order-1", "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi",
        "channel": "chat", "payer": {"phone": PHONE},
    });
    let checkout = town.create(&shop, body).await;
    town.pay(&checkout, PayWith::Card { number: "4000 0000 0000 5126".to_owned() }).await;
    town.stack.advance(47 * 3600 + 300).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    town.minutes(2).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited_to_wallet");
    assert_eq!((town.wallets(), town.back(&checkout).total()), (vec!["SG 125".to_owned()], 0));
    // Another payment by the same payer earns on its own.
    let second = town.checkout(&shop, "order-2", "10.00", "SGD").await;
    town.pay(&second, card()).await;
    assert_eq!(town.standing(&shop, &second).await, "paid held");
}

/// What is on its way when the merchant leaves may arrive, and nobody can ask: it is no credit on top.
#[tokio::test]
async fn a_merchant_who_leaves_while_a_cashback_is_on_its_way_leaves_it_to_a_person() {
    let town = Town::new().await;
    let (shop, checkout) = paid(&town, "merchant", Some(PHONE)).await;
    town.stack.advance(47 * 3600 + 300).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    town.lose_webhooks();
    town.stack.stripe().deauthorize(&shop.account);
    town.hours(1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid failed");
    assert_eq!((town.wallets().len(), town.back(&checkout).cashback), (0, vec![125]), "it has arrived");
}

/// What the platform promised it owes. What the merchant promised a person decides: whoever leaves in time
/// would have the platform pay.
#[tokio::test]
async fn a_merchant_who_left_before_the_release_leaves_the_payer_what_the_platform_promised() {
    for (funding, ends, wallets) in [
        ("platform", "paid credited_to_wallet", vec!["SG 125".to_owned()]),
        ("merchant", "paid failed", Vec::new()),
    ] {
        let town = Town::new().await;
        let (shop, checkout) = paid(&town, funding, Some(PHONE)).await;
        fund_platform(&town);
        town.stack.stripe().deauthorize(&shop.account);
        town.hours(48).await;
        assert_eq!(town.standing(&shop, &checkout).await, ends, "{funding}");
        assert_eq!((town.wallets(), town.dead_letters()), (wallets, 0), "{funding}");
    }
}

#[tokio::test]
async fn a_refund_that_was_begun_when_the_merchant_left_has_failed() {
    let (town, wire) = Town::on_a_swept_wire().await;
    let (shop, checkout) = paid(&town, "merchant", Some(PHONE)).await;
    wire.cut("POST /v1/refunds", Fault::Refuse, usize::MAX);
    assert_eq!(town.refund(&shop, &checkout, "r1", Some("10.00")).await.status, 503);
    town.stack.stripe().deauthorize(&shop.account);
    town.hours(2).await;
    let view = town.read(&shop, &checkout).await;
    assert_eq!(text(&view, "/refunds/0/status"), "failed", "{view}");
    // It may have been made all the same: what it takes of the cashback stays taken.
    assert_eq!((text(&view, "/cashback/amount/value"), town.dead_letters()), ("0.75".to_owned(), 0));
}

#[tokio::test]
async fn an_account_whose_events_could_not_be_read_is_asked_for_again_at_once() {
    let (town, wire) = Town::on_a_swept_wire().await;
    let (one, other) = (town.shop("SG").await, town.another_shop("SG", "shop-other").await);
    let mut paid = Vec::new();
    for shop in [&one, &other] {
        paid.push((shop, town.checkout(shop, "order-1", "25.00", "SGD").await));
    }
    town.lose_webhooks();
    for (_, checkout) in &paid {
        town.stack.stripe().pay(&session_of(checkout), PayWith::Paynow).expect("it is open");
    }
    wire.cut("GET /v1/events", Fault::Unavailable, 1);
    town.minutes(41).await;
    for (shop, checkout) in &paid {
        assert_eq!(town.standing(shop, checkout).await, "paid none");
    }
    // Where Stripe answers for nobody, it is left until the next half hour.
    wire.cut("GET /v1/events", Fault::Unavailable, usize::MAX);
    town.minutes(30).await;
    assert!(town.stack.invocations().iter().all(|invocation| invocation.ok()), "no function fell over");
}
