//! A budget or a cap is never exceeded, and nothing of it is lost, however many ask at the same time. What
//! was promised is read from the answers, what is left from the table; neither asks the code that decides.

use kembali_tests::{Answered, Left, Shop, Town, card, order_of, promised_minor, refusal, text};
use local_stripe::PayWith;
use local_wire::Fault;
use serde_json::{Value, json};

/// So many ask at the same time.
const WIDTH: usize = 32;
/// What is not limited by a budget holds this.
const UNLIMITED: i64 = 1_000_000_000_000_000;

/// A campaign for PayNow: 5%, with more terms.
fn rule(terms: Value) -> Value {
    let mut rule = json!({
        "id": "five", "reward": {"kind": "percent", "percent": "5"}, "methods": ["paynow"], "funding": "merchant",
        "starts_at": "2026-11-01", "ends_at": "2027-02-01",
    });
    if let (Some(rule), Some(terms)) = (rule.as_object_mut(), terms.as_object()) {
        rule.extend(terms.clone());
    }
    rule
}

async fn town(terms: Value) -> (Town, Shop) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", rule(terms)).await;
    (town, shop)
}

/// Orders of so many payers, one each, for 25.00: each would earn 1.25.
fn orders(name: &str, count: usize) -> Vec<Value> {
    (0..count).map(|number| order_of(number, &format!("{name}-{number}"), "25.00")).collect()
}

/// The order, placed there.
fn at(channel: &str, mut order: Value) -> Value {
    if let Some(place) = order.get_mut("channel") {
        *place = json!(channel);
    }
    order
}

fn promises(answered: &[Answered]) -> Vec<i64> {
    answered.iter().map(|one| promised_minor(&one.checkout())).filter(|minor| *minor > 0).collect()
}

/// Everybody has a checkout; who is promised nothing is told `reason`.
fn told(answered: &[Answered], reason: &str) {
    for one in answered {
        let checkout = one.checkout();
        assert!(matches!(one.answer.status, 200 | 201), "{checkout}");
        if promised_minor(&checkout) == 0 {
            assert_eq!(refusal(&checkout, "paynow"), reason, "{checkout}");
        }
    }
}

#[tokio::test]
async fn a_hundred_rewards_in_eight_parts_are_a_hundred_promises() {
    let (town, shop) = town(json!({"budget": {"total": {"payments": 100}, "shards": 8}})).await;
    let answered = town.crowd(&shop, &orders("order", 128), WIDTH).await;
    told(&answered, "budget_used_up");
    assert_eq!(promises(&answered), vec![125; 100]);
    let spent = Left { payments: 0, minor: UNLIMITED - 12_500 };
    assert_eq!(town.budget_left("SG", "five", "-"), spent);
}

#[tokio::test]
async fn a_part_that_everybody_wants_is_never_overdrawn() {
    let (town, shop) = town(json!({"budget": {"total": {"payments": 30}, "shards": 1}})).await;
    let answered = town.crowd(&shop, &orders("order", 48), WIDTH).await;
    told(&answered, "budget_used_up");
    assert_eq!(promises(&answered), vec![125; 30]);
    assert_eq!(town.budget_left("SG", "five", "-").payments, 0);
}

#[tokio::test]
async fn a_sum_is_promised_up_to_the_last_reward_that_fits() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    for (shards, channel) in [(1, "chat"), (8, "counter")] {
        let budget = json!({"total": {"amount": {"value": "20.00", "currency": "SGD"}}, "shards": shards});
        let id = format!("in-{shards}");
        town.campaign("SG", rule(json!({"id": id, "budget": budget, "channels": [channel]}))).await;
        town.minutes(1).await;
        let order = |number: usize| {
            let value = format!("{}.40", 10 + number * 7 % 31);
            at(channel, order_of(number, &format!("{channel}-{number}"), &value))
        };
        let orders: Vec<Value> = (0..40).map(order).collect();
        let answered = town.crowd(&shop, &orders, WIDTH).await;
        told(&answered, "budget_used_up");
        let promised: i64 = promises(&answered).iter().sum();
        let left = town.budget_left("SG", &id, "-").minor;
        assert_eq!(promised + left, 2_000, "{shards} parts");
        // The largest order would earn 2.02: it may have been the one that found too little.
        assert!(left < 202, "{shards} parts, {left} left");
    }
}

#[tokio::test]
async fn each_day_has_its_own_budget() {
    // Ten in eight parts, none of which is there before it is used: most have room for one.
    let (town, shop) = town(json!({"budget": {"per_day": {"payments": 10}, "shards": 8}})).await;
    for day in ["2026-11-22", "2026-11-23"] {
        let answered = town.crowd(&shop, &orders(day, 14), WIDTH).await;
        told(&answered, "budget_used_up");
        assert_eq!(promises(&answered), vec![125; 10], "{day}");
        assert_eq!(town.budget_left("SG", "five", day).payments, 0);
        // Six in the evening in Singapore, and then past midnight.
        town.stack.clock().advance(7 * 3600);
    }
}

#[tokio::test]
async fn whole_and_day_run_out_together_and_apart() {
    let budget = json!({
        "total": {"payments": 15}, "per_day": {"amount": {"value": "12.50", "currency": "SGD"}}, "shards": 8,
    });
    let (town, shop) = town(json!({"budget": budget})).await;
    for (day, expected) in [("2026-11-22", 10), ("2026-11-23", 5)] {
        let answered = town.crowd(&shop, &orders(day, 14), WIDTH).await;
        told(&answered, "budget_used_up");
        assert_eq!(promises(&answered), vec![125; expected], "{day}");
        town.stack.clock().advance(7 * 3600);
    }
    assert_eq!(town.budget_left("SG", "five", "-").payments, 0);
    assert_eq!(town.budget_left("SG", "five", "2026-11-22").minor, 0);
}

#[tokio::test]
async fn one_payer_at_many_counters_has_what_one_payer_can_have() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let budget = json!({"total": {"payments": 1000}, "shards": 8});
    let amount = json!({"value": "3.10", "currency": "SGD"});
    for (channel, cap, expected) in [
        ("chat", json!({"per": "day", "payments": 3}), vec![125, 125, 125]),
        ("counter", json!({"per": "campaign", "amount": amount}), vec![60, 125, 125]),
    ] {
        town.campaign(
            "SG",
            rule(json!({"id": channel, "channels": [channel], "caps": [cap], "budget": budget})),
        )
        .await;
        town.minutes(1).await;
        let order = |number: usize| at(channel, order_of(1, &format!("{channel}-{number}"), "25.00"));
        let orders: Vec<Value> = (0..WIDTH).map(order).collect();
        let answered = town.crowd(&shop, &orders, WIDTH).await;
        told(&answered, "cap_reached");
        let mut promised = promises(&answered);
        promised.sort_unstable();
        assert_eq!(promised, expected);
        let sum: i64 = promised.iter().sum();
        let left = Left { payments: 997, minor: UNLIMITED - sum };
        assert_eq!(town.budget_left("SG", channel, "-"), left);
    }
}

#[tokio::test]
async fn what_is_not_earned_is_promised_again() {
    let terms =
        json!({"budget": {"total": {"payments": 4}, "shards": 2}, "caps": [{"per": "day", "payments": 1}]});
    let (town, shop) = town(terms).await;
    let answered = town.crowd(&shop, &orders("first", 6), WIDTH).await;
    let (promised, none): (Vec<Value>, Vec<Value>) =
        answered.iter().map(Answered::checkout).partition(|checkout| promised_minor(checkout) > 0);
    assert_eq!((promised.len(), none.len()), (4, 2));
    // Two pages are closed, one is paid another way, one as it was promised.
    for closed in &promised[..2] {
        let path = format!("/v1/checkouts/{}/expire", text(closed, "/id"));
        assert_eq!(town.call(&shop.key, "POST", &path, None).await.status, 200);
    }
    town.pay(&promised[2], card()).await;
    town.pay(&promised[3], PayWith::Paynow).await;
    assert_eq!(town.standing(&shop, &promised[2]).await, "paid none");
    assert_eq!(town.budget_left("SG", "five", "-").payments, 3);
    // An empty budget is asked again after a minute. The payers whose promise ended can be promised it again.
    town.minutes(1).await;
    let answered = town.crowd(&shop, &orders("second", 6), WIDTH).await;
    let payer_of = |one: &Answered| text(&one.checkout(), "/reference");
    assert_eq!(promises(&answered), vec![125; 3]);
    let capped: Vec<String> = answered
        .iter()
        .filter(|one| refusal(&one.checkout(), "paynow") == "cap_reached")
        .map(payer_of)
        .collect();
    assert_eq!(capped, [text(&promised[3], "/reference").replace("first", "second")]);
    assert_eq!(town.budget_left("SG", "five", "-"), Left { payments: 0, minor: UNLIMITED - 4 * 125 });
}

#[tokio::test]
async fn a_page_that_is_paid_after_it_lapsed_earns_nothing_twice() {
    let (town, shop) = town(json!({"budget": {"total": {"payments": 1}, "shards": 8}})).await;
    let first = town.create(&shop, order_of(1, "first", "25.00")).await;
    assert_eq!(promised_minor(&first), 125);
    town.pay(&first, PayWith::Paynow).await;
    for _ in 0..3 {
        for event in town.events(&["charge.succeeded", "checkout.session.completed"]) {
            town.deliver(&event).await;
        }
    }
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &first).await, "paid credited");
    let left = Left { payments: 0, minor: UNLIMITED - 125 };
    assert_eq!(town.budget_left("SG", "five", "-"), left, "what was earned stays used");
    assert_eq!(town.refund(&shop, &first, "r1", None).await.status, 201);
    assert_eq!(town.budget_left("SG", "five", "-"), left);
}

#[tokio::test]
async fn one_request_sent_many_times_at_once_takes_once() {
    let terms =
        json!({"budget": {"total": {"payments": 9}, "shards": 1}, "caps": [{"per": "day", "payments": 5}]});
    let (town, shop) = town(terms).await;
    let orders: Vec<Value> = (0..WIDTH).map(|_| order_of(1, "the-same", "25.00")).collect();
    let answered = town.crowd(&shop, &orders, WIDTH).await;
    told(&answered, "nothing");
    let first = text(&answered[0].checkout(), "/id");
    assert!(answered.iter().all(|one| text(&one.checkout(), "/id") == first));
    assert_eq!(answered.iter().filter(|one| one.answer.status == 201).count(), 1);
    assert_eq!(town.stack.stripe().sessions().len(), 1);
    assert_eq!(town.budget_left("SG", "five", "-"), Left { payments: 8, minor: UNLIMITED - 125 });
    let payers = town.items().into_iter().filter(|item| text(item, "/pk/S").starts_with("P#"));
    let versions: Vec<String> = payers.map(|payer| text(&payer, "/version/N")).collect();
    assert_eq!(versions, ["1"]);
}

#[tokio::test]
async fn a_reservation_whose_answer_is_lost_is_the_repetitions() {
    let (town, wire) = Town::on_a_swept_wire().await;
    let shop = town.shop("SG").await;
    let terms =
        json!({"budget": {"total": {"payments": 9}, "shards": 8}, "caps": [{"per": "day", "payments": 1}]});
    town.campaign("SG", rule(terms)).await;
    for (number, (lost, first)) in
        [(Fault::LoseReply, 201), (Fault::Refuse, 201), (Fault::Crash, 500)].into_iter().enumerate()
    {
        wire.cut("TransactWriteItems", lost, 1);
        let pages = town.stack.stripe().sessions().len();
        let body = order_of(number, &format!("order-{number}"), "25.00");
        let answer = town.call(&shop.key, "POST", "/v1/checkouts", Some(body.clone())).await;
        assert_eq!(answer.status, first, "{lost:?}");
        let again = town.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await;
        assert_eq!((again.status, promised_minor(&again.json())), (200, 125), "{lost:?}");
        assert_eq!(town.budget_left("SG", "five", "-").payments, 8, "{lost:?}");
        assert_eq!(town.stack.stripe().sessions().len(), pages + 1, "{lost:?}");
        assert_eq!(town.version(&again.json()), "1");
        // The cap knows of one promise, and lets it go with the page.
        let other = town.create(&shop, order_of(number, &format!("other-{number}"), "25.00")).await;
        assert_eq!(refusal(&other, "paynow"), "cap_reached");
        let path = format!("/v1/checkouts/{}/expire", text(&again.json(), "/id"));
        assert_eq!(town.call(&shop.key, "POST", &path, None).await.status, 200);
        assert_eq!(town.budget_left("SG", "five", "-").payments, 9, "{lost:?}");
    }
}

const FIVE: &str = "/v1/markets/SG/campaigns/five";

/// Changes the budget of each day to so many payments; gives what is left of today.
async fn per_day(town: &Town, version: u32, payments: u32) -> i64 {
    let rule = rule(json!({"budget": {"per_day": {"payments": payments}, "shards": 8}}));
    let changed = town.operate("PUT", FIVE, Some(json!({"rule_version": version, "rule": rule}))).await;
    assert_eq!(changed.status, 200, "{}", changed.json());
    left_today(&changed.json())
}

fn left_today(campaign: &Value) -> i64 {
    campaign.pointer("/left/today/payments").and_then(Value::as_i64).unwrap()
}

async fn expire(town: &Town, shop: &Shop, checkout: &Value) {
    let path = format!("/v1/checkouts/{}/expire", text(checkout, "/id"));
    assert_eq!(town.call(&shop.key, "POST", &path, None).await.status, 200);
}

/// The clock does not move between a change and the orders, so the functions still know the old version.
#[tokio::test]
async fn a_days_budget_is_cut_at_once_and_raised_at_once() {
    let (town, shop) = town(json!({"budget": {"per_day": {"payments": 16}, "shards": 8}})).await;
    let ask = async |name: &str, count: usize| {
        let answered = town.crowd(&shop, &orders(name, count), WIDTH).await;
        told(&answered, "budget_used_up");
        promises(&answered).len()
    };
    assert_eq!(ask("first", 10).await, 10);
    let raised = per_day(&town, 1, 18).await;
    assert_eq!((raised, ask("more", 2).await), (8, 2), "what was promised stays promised");
    let cut = per_day(&town, 2, 14).await;
    assert_eq!((cut, ask("some", 10).await), (2, 2));
    let cut = per_day(&town, 3, 8).await;
    assert_eq!((cut, ask("none", 10).await), (0, 0), "six were promised too many");
    let raised = per_day(&town, 4, 160).await;
    // That nothing was left is known for a minute.
    town.minutes(1).await;
    assert_eq!((raised, ask("many", 30).await), (146, 30));
    let day = town.operate("GET", FIVE, None).await;
    assert_eq!(left_today(&day.json()), 116);
    // The next day is the new one's alone.
    town.stack.clock().advance(7 * 3600);
    assert_eq!(per_day(&town, 5, 5).await, 5);
    assert_eq!(ask("tomorrow", 10).await, 5);
}

#[tokio::test]
async fn what_is_given_back_after_a_cut_makes_up_for_it_first() {
    let (town, shop) = town(json!({"budget": {"per_day": {"payments": 16}, "shards": 8}})).await;
    let answered = town.crowd(&shop, &orders("first", 10), WIDTH).await;
    let promised: Vec<Value> = answered.iter().map(Answered::checkout).collect();
    assert_eq!(per_day(&town, 1, 8).await, 0);
    for (number, closed) in promised.iter().take(4).enumerate() {
        expire(&town, &shop, closed).await;
        town.minutes(1).await;
        let next = town.create(&shop, order_of(99, &format!("next-{number}"), "25.00")).await;
        // Of ten that were promised, eight may be: two have to be given back before there is one again.
        let expected = if number < 2 { 0 } else { 125 };
        assert_eq!(promised_minor(&next), expected, "after {} were given back", number + 1);
    }
    assert_eq!(left_today(&town.operate("GET", FIVE, None).await.json()), 0);
    // Cut further while it is cut, and raised to what is promised, and by one more.
    for (version, payments, left) in [(2, 3, 0), (3, 8, 0), (4, 9, 1)] {
        assert_eq!(per_day(&town, version, payments).await, left, "{payments} a day");
    }
    town.minutes(1).await;
    let last = town.crowd(&shop, &orders("last", 4), WIDTH).await;
    assert_eq!(promises(&last), [125]);
}

/// Many find the parts closed and enough given back at the same time: the parts are opened once.
#[tokio::test]
async fn a_crowd_finds_what_was_given_back_and_no_more() {
    let (town, shop) = town(json!({"budget": {"per_day": {"payments": 16}, "shards": 8}})).await;
    let answered = town.crowd(&shop, &orders("first", 16), WIDTH).await;
    assert_eq!(per_day(&town, 1, 8).await, 0);
    for closed in answered.iter().take(13) {
        expire(&town, &shop, &closed.checkout()).await;
    }
    assert_eq!(left_today(&town.operate("GET", FIVE, None).await.json()), 5);
    let answered = town.crowd(&shop, &orders("second", 32), WIDTH).await;
    told(&answered, "budget_used_up");
    assert_eq!(promises(&answered).len(), 5);
    assert_eq!(town.budget_left("SG", "five", "2026-11-22").payments, 0);
}

/// A function that read the campaign before midnight begins the next day with the old version.
#[tokio::test]
async fn a_cut_before_midnight_holds_after_it() {
    let (town, shop) = town(json!({"budget": {"per_day": {"payments": 16}, "shards": 8}})).await;
    // Half a minute before midnight in Singapore.
    town.stack.clock().advance(6 * 3600 - 30);
    town.create(&shop, order_of(0, "warm", "25.00")).await;
    assert_eq!(per_day(&town, 1, 6).await, 5);
    town.stack.clock().advance(45);
    let answered = town.crowd(&shop, &orders("next-day", 12), WIDTH).await;
    assert_eq!(promises(&answered).len(), 6);
    assert_eq!(left_today(&town.operate("GET", FIVE, None).await.json()), 0);
}

/// What is left of the day in the table; below zero if more is promised than the budget has.
fn left_in_the_table(town: &Town) -> i64 {
    const CLOSED: i64 = 4 * UNLIMITED;
    let parts = town.items().into_iter().filter(|item| text(item, "/pk/S").starts_with("B#SG#five#"));
    let payments = parts.map(|part| text(&part, "/payments_2026-11-22/N").parse::<i64>().unwrap());
    payments.map(|kept| if kept < 0 { kept + CLOSED } else { kept }).sum()
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_crowd_is_never_exceeded() {
    for (cut, width) in [(20_u32, 32), (20, 8), (40, 32), (5, 32)] {
        let (town, shop) = town(json!({"budget": {"per_day": {"payments": 48}, "shards": 8}})).await;
        let bodies = orders("order", 64);
        let crowd = town.crowd(&shop, &bodies, width);
        let change = async {
            while town.stack.stripe().sessions().len() < 12 {
                tokio::task::yield_now().await;
            }
            per_day(&town, 1, cut).await;
            left_in_the_table(&town)
        };
        let (answered, left) = tokio::join!(crowd, change);
        told(&answered, "budget_used_up");
        let promised = i64::try_from(promises(&answered).len()).unwrap();
        let cut = i64::from(cut);
        // What was left after the cut is promised to the last. If more was promised already, nothing more is.
        assert_eq!(promised, cut - left.min(0), "cut to {cut}, {width} at a time, {left} left then");
        assert_eq!(left_today(&town.operate("GET", FIVE, None).await.json()), 0);
    }
}
