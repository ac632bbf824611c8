//! The daily match: it finds what differs between Stripe and the books, and nothing else.

use kembali::domain::market::Country;
use kembali_local::client::Client;
use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use local_wire::Fault;
use serde_json::{Value, json};

use crate::invariants::lived;

/// Each is matched by itself.
const MARKETS: usize = Country::ALL.len();
const SUNDAY: &str = "2026-11-22";
const TUESDAY: &str = "2026-11-24";

/// Two payments on Sunday, one refunded in part; the other's cashback, which the platform funds, comes on
/// Tuesday.
async fn town() -> (Town, Shop, Value, Value) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "platform")).await;
    let platform = town.stack.stripe().platform_account();
    town.stack.stripe().set_available_balance(&platform, "SGD", 10_000);
    town.stack.stripe().keep_available(&shop.account, "SGD", 10_000);
    let kept = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&kept, PayWith::Paynow).await;
    let refunded = town.checkout(&shop, "order-2", "40.00", "SGD").await;
    town.pay(&refunded, card()).await;
    assert_eq!(town.refund(&shop, &refunded, "r-1", Some("10.00")).await.status, 201);
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &kept).await, "paid credited");
    (town, shop, kept, refunded)
}

/// What differs, in words: `missing_here charge ch_… - 25.00`.
fn differences(found: &Value) -> Vec<String> {
    let lists = ["missing_here", "missing_there", "amount_differs"];
    let told = lists.iter().flat_map(|list| {
        let all = found[list].as_array().cloned().unwrap_or_default();
        all.into_iter().map(move |one| {
            let amount = |side: &str| {
                one.pointer(&format!("/{side}/value")).and_then(Value::as_str).unwrap_or("-").to_owned()
            };
            format!(
                "{list} {} {} {} {}",
                text(&one, "/kind"),
                text(&one, "/stripe"),
                amount("here"),
                amount("there")
            )
        })
    });
    let told: Vec<String> = told.collect();
    assert_eq!(found["differences"], told.len(), "{found}");
    told
}

/// How many of each kind are the same, and their sums.
fn matched(found: &Value) -> Vec<String> {
    let kinds = found["matched"].as_object().cloned().unwrap_or_default();
    kinds
        .iter()
        .map(|(kind, count)| format!("{kind} {} {}", count["count"], text(count, "/amount/value")))
        .collect()
}

fn key(checkout: &Value) -> String {
    format!("C#{}", text(checkout, "/id"))
}

#[tokio::test]
async fn what_moved_is_what_the_books_say() {
    let (town, shop, _, _) = town().await;
    let sunday = town.match_day("SG", SUNDAY).await;
    assert_eq!(differences(&sunday), [""; 0], "{sunday}");
    assert_eq!(matched(&sunday), ["application_fee 2 0.65", "charge 2 65.00", "refund 1 -10.00"]);
    let tuesday = town.match_day("SG", TUESDAY).await;
    assert_eq!(differences(&tuesday), [""; 0], "{tuesday}");
    assert_eq!(matched(&tuesday), ["cashback 1 -1.25", "funding 1 -1.25", "funding_received 1 1.25"]);
    let quiet = town.match_day("SG", "2026-11-23").await;
    assert_eq!((differences(&quiet), matched(&quiet)), (Vec::new(), Vec::new()));
    assert_eq!(town.books("SG", &format!("match?day={SUNDAY}")).await.json(), sunday, "it is kept");
    drop(shop);
}

#[tokio::test]
async fn a_charge_made_without_us_is_missing_here() {
    let (town, shop, _, _) = town().await;
    let stripe = Client::new(town.stack.stripe_url());
    let secret = town.stripe_key("SG");
    let body = "mode=payment&success_url=https%3A%2F%2Fa.example&line_items[0][quantity]=1\
        &line_items[0][price_data][currency]=sgd&line_items[0][price_data][unit_amount]=777\
        &line_items[0][price_data][product_data][name]=x";
    let authorization = format!("Bearer {secret}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("stripe-account", shop.account.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let session = stripe.send("POST", "/v1/checkout/sessions", &headers, body).await.expect("an answer");
    assert_eq!(session.status, 200, "{}", session.json());
    let session = text(&session.json(), "/id");
    town.stack.stripe().pay(&session, card()).expect("the payer can pay");
    town.settle().await;
    let charge = town.stack.stripe().charge_of(&session).expect("a charge");
    let found = town.match_day("SG", TUESDAY).await;
    assert_eq!(differences(&found), [format!("missing_here charge {charge} - 7.77")], "{found}");
    assert_eq!(text(&found, "/missing_here/0/account"), shop.account);
}

#[tokio::test]
async fn a_refund_that_stripe_does_not_have_is_missing_there() {
    let (town, _, _, refunded) = town().await;
    let refund = json!({"M": {
        "amount": {"M": {"value": {"S": "3.00"}, "currency": {"S": "SGD"}}},
        "state": {"M": {"state": {"S": "succeeded"}, "id": {"S": "re_unknown"}}},
    }});
    town.tamper(&key(&refunded), "state.refunds.api:r-2", refund).await;
    let found = town.match_day("SG", SUNDAY).await;
    assert_eq!(differences(&found), ["missing_there refund re_unknown -3.00 -"], "{found}");
    assert_eq!(found["missing_there"][0]["checkout"], refunded["id"]);
}

#[tokio::test]
async fn an_id_that_was_changed_is_missing_on_both_sides() {
    let (town, shop, kept, refunded) = town().await;
    let charge = town.charge(&kept);
    town.tamper(&key(&kept), "state.charge", json!({"S": "ch_other"})).await;
    let refund = text(&town.read(&shop, &refunded).await, "/refunds/0/refund");
    town.tamper(&key(&refunded), "state.refunds.api:r-1.state.id", json!({"S": "re_other"})).await;
    let found = town.match_day("SG", SUNDAY).await;
    let mut told = differences(&found);
    told.retain(|one| !one.contains("application_fee"));
    assert_eq!(
        told,
        [
            format!("missing_here charge {charge} - 25.00"),
            format!("missing_here refund {refund} - -10.00"),
            "missing_there charge ch_other 25.00 -".to_owned(),
            "missing_there refund re_other -10.00 -".to_owned(),
        ],
        "{found}"
    );
}

#[tokio::test]
async fn an_amount_that_was_changed_differs() {
    let (town, shop, kept, refunded) = town().await;
    let charge = town.charge(&kept);
    town.tamper(&key(&kept), "content.amount.value", json!({"S": "26.00"})).await;
    town.tamper(&key(&kept), "fee.value", json!({"S": "0.99"})).await;
    let refund = text(&town.read(&shop, &refunded).await, "/refunds/0/refund");
    town.tamper(&key(&refunded), "state.refunds.api:r-1.amount.value", json!({"S": "9.00"})).await;
    let found = town.match_day("SG", SUNDAY).await;
    let told = differences(&found);
    assert_eq!(told.len(), 3, "{found}");
    assert!(told.contains(&format!("amount_differs charge {charge} 26.00 25.00")), "{told:?}");
    assert!(told.contains(&format!("amount_differs refund {refund} -9.00 -10.00")), "{told:?}");
    assert!(
        told.iter()
            .any(|one| one.starts_with("amount_differs application_fee fee_") && one.ends_with(" 0.99 0.25")),
        "{told:?}"
    );

    let cashback = text(&town.read(&shop, &kept).await, "/cashback/refund");
    town.tamper(&key(&kept), "state.cashback.amount.value", json!({"S": "1.00"})).await;
    let found = town.match_day("SG", TUESDAY).await;
    assert_eq!(differences(&found), [format!("amount_differs cashback {cashback} -1.00 -1.25")], "{found}");
}

#[tokio::test]
async fn a_funding_that_was_never_sent_or_sent_elsewhere_is_found() {
    let (town, _, kept, _) = town().await;
    let postings = town.checkout_item(&kept)["postings"].clone();
    let mut without = postings.clone();
    without["L"].as_array_mut().expect("a list").retain(|one| one["L"][1]["N"] != "1100");
    town.tamper(&key(&kept), "postings", without).await;
    let found = town.match_day("SG", TUESDAY).await;
    let told = differences(&found);
    assert_eq!(told.len(), 1, "{found}");
    assert!(
        told[0].starts_with("amount_differs funding tr_") && told[0].ends_with(" 0.00 -1.25"),
        "{told:?}"
    );
}

#[tokio::test]
async fn midnight_between_our_time_and_stripes_finds_nothing() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    town.stack.stripe().keep_available(&shop.account, "SGD", 10_000);
    // Ten seconds before midnight in Singapore the payer pays; we hear of it, and refund it, after.
    town.stack.advance(6 * 3600 - 10).await.expect("the stack comes to rest");
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    let session = kembali_tests::session_of(&checkout);
    town.stack.stripe().pay(&session, PayWith::Paynow).expect("the payer can pay");
    town.stack.clock().advance(20);
    town.settle().await;
    town.refund(&shop, &checkout, "r-1", Some("5.00")).await;
    town.hours(50).await;
    let mut all = Vec::new();
    for day in [SUNDAY, "2026-11-23", TUESDAY, "2026-11-25"] {
        let found = town.match_day("SG", day).await;
        assert_eq!(differences(&found), [""; 0], "{found}");
        all.extend(matched(&found));
    }
    let once = |kind: &str| all.iter().filter(|one| one.starts_with(kind)).count() == 1;
    assert!(
        ["charge 1", "application_fee 1", "refund 1", "fee_refund 1", "cashback 1"].into_iter().all(once),
        "{all:?}"
    );
}

#[tokio::test]
async fn a_match_runs_by_itself_when_the_day_is_over_and_once() {
    let (town, _, _, refunded) = town().await;
    town.tamper(&key(&refunded), "content.amount.value", json!({"S": "41.00"})).await;
    // Yesterday was quiet in Singapore; in America it is still that Monday.
    assert_eq!(town.tick("match-books").await, json!({"matched": MARKETS, "differences": 0, "failed": 0}));
    assert_eq!(town.tick("match-books").await, json!({"matched": 0, "differences": 0, "failed": 0}));
    assert_eq!(town.books("SG", "match?day=2026-11-23").await.status, 200);
    town.match_day("SG", TUESDAY).await;
    town.hours(10).await;
    assert_eq!(
        town.tick("match-books").await["matched"],
        2,
        "a match before the day's end was not the day's"
    );
}

#[tokio::test]
async fn random_lives_leave_no_difference_and_books_that_can_be_rebuilt() {
    let (town, lives) =
        lived(std::env::var("SEED").map_or(3, |seed| seed.parse().expect("a number")), false).await;
    town.journal().await;
    let mut counted = 0;
    for country in ["SG", "IN", "US"] {
        for day in 21..=25 {
            let found = town.match_day(country, &format!("2026-11-{day}")).await;
            for list in ["missing_here", "missing_there", "amount_differs"] {
                for one in found[list].as_array().expect("a list") {
                    // The books take a dispute to be over what refunds have left; the stand-in's is over the
                    // whole charge.
                    let life =
                        lives.iter().find(|life| life.checkout["id"] == one["checkout"]).expect("a life");
                    let refunds = town.read(&life.shop, &life.checkout).await["refunds"].clone();
                    assert!(one["kind"] == "dispute" && refunds.is_array(), "{country} {day}: {one}");
                }
            }
            counted += matched(&found).len();
        }
        let (items, books) = town.rebuilt(country).await;
        assert_eq!(items, books, "{country}");
        town.tick("keep-books").await;
        assert_eq!(town.rebuilt(country).await, (items, books), "{country}, with its days closed");
    }
    assert!(counted > 10, "there was something to match: {counted}");
}

#[tokio::test]
async fn while_stripe_does_not_answer_nothing_is_kept_and_the_next_hour_matches() {
    let (town, wire) = Town::on_a_wire().await;
    let shop = town.shop("SG").await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, card()).await;
    town.hours(20).await;
    wire.cut("GET /v1/balance_transactions", Fault::LoseReply, 1_000);
    assert_eq!(town.tick("match-books").await, json!({"matched": 0, "differences": 0, "failed": MARKETS}));
    assert_eq!(town.books("SG", &format!("match?day={SUNDAY}")).await.status, 404);
    wire.mend();
    assert_eq!(town.tick("match-books").await["matched"], MARKETS);
    assert_eq!(matched(&town.books("SG", &format!("match?day={SUNDAY}")).await.json()).len(), 2);
}
