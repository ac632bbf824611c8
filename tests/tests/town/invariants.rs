//! Random lives in one town, and at the end the truth told by Stripe's balance transactions, not by the code
//! under test. `SEEDS=3,4,5 cargo test -p kembali-tests --test town invariants` lives others.

use std::collections::BTreeMap;

use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::{MovementKind, PayWith};
use serde_json::{Value, json};

/// A small generator of numbers: the same seed, the same town.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// A checkout and whose it is.
pub(super) struct Life {
    pub(super) shop: Shop,
    pub(super) checkout: Value,
    dispute: Option<String>,
    refunds: usize,
    /// Nobody has refunded or disputed it: it has no excuse to be late.
    untouched: bool,
}

const MARKETS: [(&str, &str, &str); 3] =
    [("SG", "SGD", "paynow"), ("IN", "INR", "upi"), ("US", "USD", "card")];

fn rail(method: &str) -> PayWith {
    match method {
        "paynow" => PayWith::Paynow,
        "upi" => PayWith::Upi,
        _ => card(),
    }
}

async fn shops(town: &Town) -> Vec<(Shop, &'static str, &'static str)> {
    let stripe = town.stack.stripe();
    let mut shops = Vec::new();
    for (country, currency, method) in MARKETS {
        let shop = town.shop(country).await;
        let funding = if country == "SG" { "platform" } else { "merchant" };
        town.campaign(country, five_percent("five", method, funding)).await;
        stripe.keep_available(&shop.account, currency, 100_000);
        stripe.set_available_balance(&stripe.platform_account_in(country), currency, 100_000);
        shops.push((shop, currency, method));
    }
    shops
}

/// Creates a checkout and, mostly, pays it: by the rail that earns, by card, slowly, or not at all.
async fn begin(
    town: &Town,
    dice: &mut Dice,
    shops: &[(Shop, &'static str, &'static str)],
    number: usize,
) -> Life {
    let (shop, currency, method) = &shops[dice.roll(shops.len())];
    let mut body = json!({
        "reference": format!("order-{number}"), "description": "kopi", "channel": "chat",
        "amount": {"value": format!("{}.{:02}", 2 + dice.roll(60), dice.roll(100)), "currency": currency},
    });
    if dice.roll(2) == 0 {
        body["payer"] = json!({"phone": format!("+659123{:04}", dice.roll(5))});
    }
    let checkout = town.create(shop, body).await;
    let session = session_of(&checkout);
    let stripe = town.stack.stripe();
    match dice.roll(8) {
        0 => {}
        1 => stripe.pay(&session, card()).unwrap(),
        2 => stripe.pay_slowly(&session, rail(method), dice.roll(2) == 0).unwrap(),
        3 => stripe.pay(&session, PayWith::Card { number: "4000000000000259".to_owned() }).unwrap(),
        _ => stripe.pay(&session, rail(method)).unwrap(),
    }
    Life { shop: shop.clone(), checkout, dispute: None, refunds: 0, untouched: true }
}

/// Something happens to a payment: a refund here or in the dashboard, a dispute or its end, a failure to
/// come, a lost schedule, an event or a message once more, or nothing.
async fn happen(town: &Town, dice: &mut Dice, life: &mut Life, loses_schedules: bool) {
    let stripe = town.stack.stripe();
    let charge = town.charge(&life.checkout);
    let what = dice.roll(11);
    life.untouched &= what > 5;
    match what {
        0 => {
            life.refunds += 1;
            town.refund(&life.shop, &life.checkout, &format!("r{}", life.refunds), None).await;
        }
        1 | 2 => {
            life.refunds += 1;
            let value = format!("{}.50", dice.roll(4));
            town.refund(&life.shop, &life.checkout, &format!("r{}", life.refunds), Some(&value)).await;
        }
        3 => drop(stripe.refund_from_dashboard(&charge, 100)),
        4 => life.dispute = stripe.dispute(&charge).ok().or(life.dispute.take()),
        5 => {
            if let Some(dispute) = &life.dispute {
                // It may be closed already.
                drop(stripe.close_dispute(dispute, dice.roll(2) == 0));
            }
        }
        6 => stripe.fail_next_refund(&life.shop.account, "expired_or_canceled_card"),
        7 => {
            let events = stripe.events();
            town.deliver(&events[dice.roll(events.len())]).await;
        }
        8 => {
            let due = json!({"checkout": life.checkout["id"]}).to_string();
            town.stack.sqs().send("CashbackDue", &due, BTreeMap::new()).unwrap();
        }
        9 if loses_schedules => {
            if let Some(schedule) = town.stack.scheduler().schedules().first() {
                town.stack.scheduler().forget(&schedule.name);
            }
        }
        _ => {}
    }
}

/// What the seed made of the town, two days after the last payment.
pub(super) async fn lived(seed: u64, loses_schedules: bool) -> (Town, Vec<Life>) {
    let town = if loses_schedules { Town::new().await } else { Town::unswept().await };
    let mut dice = Dice(seed);
    let shops = shops(&town).await;
    let mut lives: Vec<Life> = Vec::new();
    for number in 0..12 {
        lives.push(begin(&town, &mut dice, &shops, number).await);
        let index = dice.roll(lives.len());
        happen(&town, &mut dice, &mut lives[index], loses_schedules).await;
        town.stack.advance(60 * i64::try_from(dice.roll(90)).unwrap()).await.unwrap();
    }
    town.hours(30).await;
    for life in &mut lives {
        happen(&town, &mut dice, life, loses_schedules).await;
        town.minutes(1).await;
    }
    town.hours(50).await;
    (town, lives)
}

fn minor(money: &Value) -> i64 {
    text(money, "/value").replace('.', "").parse().unwrap_or_default()
}

/// What a checkout's books say went through `account`: debits less credits.
fn balance(view: &Value, account: &str) -> i64 {
    let postings = view["postings"].as_array().cloned().unwrap_or_default();
    postings.iter().fold(0, |sum, posting| {
        let amount = minor(&posting["amount"]);
        let debit = i64::from(posting["debit"] == json!(account));
        sum + amount * (debit - i64::from(posting["credit"] == json!(account)))
    })
}

/// Everything that must hold for one checkout.
async fn audit(town: &Town, life: &Life, seed: u64) -> String {
    let view = town.read(&life.shop, &life.checkout).await;
    let (back, state) = (town.back(&life.checkout), text(&view, "/cashback/state"));
    let context = format!("seed {seed}: {back:?} {view}");
    let charge = town.charge(&life.checkout);
    let moved = town.stack.stripe().moved();
    let charged: i64 = moved
        .iter()
        .filter(|one| one.kind == MovementKind::Charge && one.source == charge)
        .map(|one| one.amount)
        .sum();
    let is_paid = view.get("payment").is_some();
    assert_eq!(is_paid, charged > 0, "paid if and only if money came in: {context}");

    // 2: at most one cashback. 4: never more than the charge, and none on what was refunded in full.
    assert!(back.cashback.len() <= 1, "{context}");
    assert!(back.total() <= charged, "{context}");
    let refunded: i64 = back.refunds.iter().sum();
    assert!(back.cashback.is_empty() || refunded < charged, "{context}");
    assert_eq!(state == "credited", !back.cashback.is_empty(), "credited if and only if it moved: {context}");

    // 3: every promise is kept in time or explained.
    match state.as_str() {
        "" => assert!(!is_paid, "{context}"),
        "credited" => {
            assert_eq!(back.cashback, [minor(&view["cashback"]["amount"])], "{context}");
        }
        "none" | "reversed" | "credited_to_wallet" | "failed" | "frozen" => {
            assert!(!text(&view, "/cashback/text").is_empty(), "{context}");
        }
        other => panic!("{other} two days later: {context}"),
    }
    // 1: the books balance, and say what Stripe's say.
    let accounts = [
        "merchant.balance",
        "merchant.sales",
        "merchant.refunds",
        "merchant.disputes",
        "merchant.fees",
        "merchant.cashback",
        "platform.balance",
        "platform.fees",
        "platform.cashback",
        "payer.cashback",
        "payer.wallet",
    ];
    assert_eq!(accounts.iter().map(|account| balance(&view, account)).sum::<i64>(), 0, "{context}");
    assert_eq!(-balance(&view, "merchant.sales"), charged, "{context}");
    assert_eq!(balance(&view, "merchant.refunds"), refunded, "{context}");
    state
}

/// How long after its promise a cashback came, in minutes; zero for one in time.
fn minutes_late(view: &Value) -> i64 {
    let minute = |pointer: &str| {
        let time = text(view, pointer);
        let number = |from: usize, to: usize| time.get(from..to).and_then(|part| part.parse::<i64>().ok());
        // All of it is in one month.
        Some((number(8, 10)? * 24 + number(11, 13)?) * 60 + number(14, 16)?)
    };
    match (minute("/cashback/credited_at"), minute("/cashback/promised_by")) {
        (Some(credited), Some(promised)) => (credited - promised).max(0),
        _ => 0,
    }
}

/// What the platform pays for a cashback that was credited: all of it, less the part of what was left at the
/// release that the merchant gave back since, and nothing when the payer's bank took the payment back.
fn funded(view: &Value) -> i64 {
    let (paid, cashback) = (minor(&view["amount"]), minor(&view["cashback"]["amount"]));
    let refunds = view["refunds"].as_array().cloned().unwrap_or_default();
    let refunded: i64 = refunds
        .iter()
        .filter(|refund| refund["status"] != "failed")
        .map(|refund| minor(&refund["amount"]))
        .sum();
    match text(view, "/status").as_str() {
        "lost" => 0,
        _ => {
            let left = paid * cashback / (paid * 5 / 100);
            cashback * (paid - refunded - cashback).clamp(0, left - cashback) / (left - cashback)
        }
    }
}

/// Lives a town and audits it. How many lives ended in which way.
async fn check(seed: u64, loses_schedules: bool) -> BTreeMap<String, usize> {
    let (town, lives) = lived(seed, loses_schedules).await;
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let (mut wallets, mut by_platform, mut latest) = (0, 0, 0);
    for life in &lives {
        let state = audit(&town, life, seed).await;
        let view = town.read(&life.shop, &life.checkout).await;
        let amount = minor(&view["cashback"]["amount"]);
        if state == "credited_to_wallet" {
            wallets += amount;
        }
        if state == "credited" && text(&view, "/amount/currency") == "SGD" {
            by_platform += funded(&view);
        }
        if life.untouched {
            latest = latest.max(minutes_late(&view));
        }
        *ends.entry(state).or_default() += 1;
    }
    // 3: in time, even where every schedule is lost and the sweep alone finds what is due.
    assert!(latest <= 0, "seed {seed}: {latest} minutes late");
    let kept: i64 = town.wallets().iter().filter_map(|one| one.split(' ').nth(1)?.parse::<i64>().ok()).sum();
    assert_eq!(kept, wallets, "seed {seed}: each wallet credit once");
    let moved = town.stack.stripe().moved();
    let transferred: i64 =
        moved.iter().filter(|one| one.kind == MovementKind::Transfer).map(|one| -one.amount).sum();
    assert_eq!(transferred, by_platform, "seed {seed}: the platform pays for what was credited and no more");
    assert_eq!(town.dead_letters(), 0, "seed {seed}: no accepted event is lost or stuck");
    ends
}

async fn check_all(usual: &str, loses_schedules: bool) -> BTreeMap<String, usize> {
    let seeds = std::env::var("SEEDS").unwrap_or_else(|_| usual.to_owned());
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for seed in seeds.split(',') {
        for (end, count) in check(seed.parse().expect("a seed is a number"), loses_schedules).await {
            *ends.entry(end).or_default() += count;
        }
    }
    println!("{ends:?}");
    ends
}

#[tokio::test]
async fn random_lives_keep_every_invariant_and_every_promise() {
    let ends = check_all("1", false).await;
    for end in ["credited", "reversed", "none"] {
        assert!(ends.contains_key(end), "the dice were too kind: {ends:?}");
    }
}

#[tokio::test]
async fn random_lives_with_lost_schedules_keep_every_invariant_and_are_paid() {
    let ends = check_all("2", true).await;
    assert!(ends.contains_key("credited"), "{ends:?}");
}
