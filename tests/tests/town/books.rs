//! The books: the journal from the stream, a day's close, and what is read from both.

use clap::Parser as _;
use kembali_local::commands::{Settings, run};
use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

/// A payment of 25.00 whose cashback of 1.25 was credited two days later.
async fn credited(funding: &str) -> (Town, Shop, Value) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", funding)).await;
    let platform = town.stack.stripe().platform_account();
    town.stack.stripe().set_available_balance(&platform, "SGD", 10_000);
    town.stack.stripe().keep_available(&shop.account, "SGD", 10_000);
    let body = json!({
        "reference": "order-1", "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi",
        "channel": "chat", "payer": {"phone": "+6591234567"},
    });
    let checkout = town.create(&shop, body).await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    (town, shop, checkout)
}

fn count(town: &Town, prefix: &str) -> usize {
    town.items().iter().filter(|item| text(item, "/pk/S").starts_with(prefix)).count()
}

const CREDITED: [&str; 9] = [
    "merchant.balance 23.50",
    "merchant.cover 0.00",
    "platform.balance 0.25",
    "payer.cashback 0.00",
    "platform.cover 0.00",
    "merchant.sales -25.00",
    "platform.fees -0.25",
    "merchant.fees 0.25",
    "merchant.cashback 1.25",
];

#[tokio::test]
async fn balances_follow_a_payment_its_cashback_and_its_refund() {
    let (town, shop, checkout) = credited("merchant").await;
    assert_eq!(town.balances("SG", &format!("?merchant={}", shop.id)).await, CREDITED);
    assert_eq!(town.balances("SG", "").await, CREDITED, "the market has one merchant");
    assert_eq!(
        town.balances("SG", "?campaign=five").await,
        ["merchant.balance -1.25", "payer.cashback 0.00", "merchant.cashback 1.25"],
        "cover is none of a campaign's"
    );
    let payer = text(&town.checkout_item(&checkout), "/payer/S");
    let owed = town.balances("SG", &format!("?payer={payer}")).await;
    assert_eq!(owed, ["merchant.balance -1.25", "payer.cashback 0.00", "merchant.cashback 1.25"]);

    assert_eq!(town.refund(&shop, &checkout, "r-1", Some("10.00")).await.status, 201);
    assert_eq!(town.balances("SG", "").await, CREDITED, "the journal is half a minute behind");
    town.journal().await;
    let balances = town.balances("SG", "").await;
    assert_eq!(
        (balances[0].as_str(), balances[6].as_str()),
        ("merchant.balance 14.00", "merchant.refunds 9.50")
    );
    assert_eq!(town.balances("IN", "").await, [""; 0], "another market has no books yet");
}

#[tokio::test]
async fn closing_a_day_changes_no_answer_and_what_comes_late_opens_it_again() {
    let (town, shop, checkout) = credited("merchant").await;
    let before = town.balances("SG", "").await;
    assert_eq!(
        town.tick("keep-books").await,
        json!({"days": 1, "rows": 4, "failed": 0}),
        "the day of the payment"
    );
    assert_eq!(town.books("SG", "balances").await.json()["open_days"], json!(["2026-11-24"]));
    assert_eq!(town.balances("SG", "").await, before);
    assert_eq!(town.tick("keep-books").await, json!({"days": 0, "rows": 0, "failed": 0}));

    // The stream tells the payment again, in a batch of its own: its day is opened, closed again, and says
    // the same.
    let record =
        town.stack.invoke("keep-books", replay(&town, &checkout).to_string().into_bytes()).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&record).unwrap(), json!({"batchItemFailures": []}));
    let open = town.books("SG", "balances").await.json();
    assert_eq!(open["open_days"], json!(["2026-11-22", "2026-11-24"]));
    assert_eq!(town.balances("SG", "").await, before, "an entry counts once, in however many pages it is");
    assert_eq!(town.tick("keep-books").await["days"], 1);
    assert_eq!(town.balances("SG", "").await, before);
    assert_eq!(town.balances("SG", &format!("?merchant={}", shop.id)).await, before);
    let (items, books) = town.rebuilt("SG").await;
    assert_eq!(items, books);
}

/// A batch with the change that made a checkout what it is, from nothing.
fn replay(town: &Town, checkout: &Value) -> Value {
    let item = town.checkout_item(checkout);
    json!({"Records": [{
        "eventID": "1", "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1", "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/Table/stream/1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_341_600, "Keys": {"pk": item["pk"], "sk": item["sk"]},
            "NewImage": paid_version(item.clone()), "SequenceNumber": "999", "SizeBytes": 1,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }]})
}

/// The item as it was when it was paid: version 2, with its first four postings.
fn paid_version(mut item: Value) -> Value {
    item["version"] = json!({"N": "2"});
    if let Some(postings) = item["postings"]["L"].as_array_mut() {
        postings.truncate(4);
    }
    item
}

#[tokio::test]
async fn a_batch_that_is_told_twice_makes_one_page() {
    let (town, _, checkout) = credited("merchant").await;
    let (pages, before) = (count(&town, "J#"), town.balances("SG", "").await);
    let batch = replay(&town, &checkout).to_string().into_bytes();
    for _ in 0..3 {
        town.stack.invoke("keep-books", batch.clone()).await.unwrap();
    }
    assert_eq!(count(&town, "J#"), pages + 1);
    assert_eq!(town.balances("SG", "").await, before);
    let page = town.books("SG", "purchases?day=2026-11-22").await.json();
    assert_eq!(page["purchases"].as_array().map(Vec::len), Some(1), "one payment, in two pages: {page}");
}

#[tokio::test]
async fn a_change_that_cannot_be_read_is_named_and_those_before_it_are_kept() {
    let (town, _, checkout) = credited("merchant").await;
    let mut batch = replay(&town, &checkout);
    let mut broken = batch["Records"][0].clone();
    broken["dynamodb"]["SequenceNumber"] = json!("1000");
    broken["dynamodb"]["NewImage"]["version"] = json!({"S": "two"});
    batch["Records"].as_array_mut().unwrap().push(broken);
    let pages = count(&town, "J#");
    let answer = town.stack.invoke("keep-books", batch.to_string().into_bytes()).await.unwrap();
    let failures = json!({"batchItemFailures": [{"itemIdentifier": "1000"}]});
    assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap(), failures);
    assert_eq!(count(&town, "J#"), pages + 1);
}

#[tokio::test]
async fn a_rebuild_from_nothing_gives_the_same_and_a_difference_shows() {
    let (town, shop, checkout) = credited("platform").await;
    town.refund(&shop, &checkout, "r-1", Some("5.00")).await;
    town.journal().await;
    for _ in 0..2 {
        let (items, books) = town.rebuilt("SG").await;
        assert_eq!(items, books);
        assert_eq!(items["market"]["1000>4000"], 2500);
        town.tick("keep-books").await;
    }
    let row = "L#SG#campaign#five";
    let key = json!({"pk": {"S": row}, "sk": {"S": "2026-11-22"}});
    assert!(town.stack.dynamodb().item("Table", key).is_some());
    let pk = format!("C#{}", text(&checkout, "/id"));
    let posting = json!({"L": [{"N": "1000"}, {"N": "4000"}, {"N": "2600"}, {"N": "1795341601"}]});
    town.tamper(&pk, "postings", json!({"L": [posting]})).await;
    let (items, books) = town.rebuilt("SG").await;
    assert_ne!(items, books);
}

#[tokio::test]
async fn a_statement_is_the_merchants_own_month() {
    let (town, shop, checkout) = credited("platform").await;
    town.refund(&shop, &checkout, "r-1", Some("5.00")).await;
    town.journal().await;
    let own = town.call(&shop.key, "GET", "/v1/statement?month=2026-11", None).await;
    assert_eq!(own.status, 200, "{}", own.json());
    let statement = own.json();
    let totals = &statement["totals"];
    let of = |name: &str| text(totals, &format!("/{name}/value"));
    assert_eq!(
        ["sales", "funding", "refunds", "fees", "cashback", "cover", "disputes", "other", "change"].map(of),
        ["25.00", "1.00", "4.75", "0.25", "1.25", "0.00", "0.00", "0.00", "19.75"]
    );
    assert_eq!(text(&statement, "/closing/value"), "19.75");
    let days: Vec<String> =
        statement["days"].as_array().unwrap().iter().map(|day| text(day, "/day")).collect();
    assert_eq!(days, ["2026-11-22", "2026-11-24"]);
    let path = format!("statement?merchant={}&month=2026-11", shop.id);
    assert_eq!(town.books("SG", &path).await.json()["totals"], *totals, "an operator sees the same");

    let quiet = town.call(&shop.key, "GET", "/v1/statement?month=2026-10", None).await.json();
    assert_eq!((text(&quiet, "/totals/change/value").as_str(), &quiet["days"]), ("0.00", &json!([])));
}

#[tokio::test]
async fn a_merchant_sees_its_own_books_and_no_others() {
    let (town, shop, _) = credited("merchant").await;
    let other = town.another_shop("SG", "noodles").await;
    let own = town.call(&other.key, "GET", "/v1/statement", None).await.json();
    assert_eq!(
        (text(&own, "/merchant"), text(&own, "/totals/sales/value")),
        (other.id.clone(), "0.00".into())
    );
    let named = format!("/v1/statement?merchant={}", shop.id);
    assert_eq!(text(&town.call(&other.key, "GET", &named, None).await.json(), "/merchant"), other.id);
    for path in [
        "balances",
        "statement?merchant=mch_aaaaaaaaaaaaaaaa",
        "ledger.csv",
        "rebuild",
        "purchases?day=2026-11-22",
        "match?day=2026-11-22",
        "campaigns/five/report",
    ] {
        let path = format!("/v1/markets/SG/{path}");
        assert_eq!(town.call(&shop.key, "GET", &path, None).await.status, 401, "{path}: no merchant's");
    }
    let elsewhere = town.books("IN", &format!("balances?merchant={}", shop.id)).await;
    assert_eq!(elsewhere.status, 404, "a merchant of another market");
}

#[tokio::test]
async fn a_campaigns_report_says_what_became_of_its_promises() {
    let (town, shop, checkout) = credited("merchant").await;
    let mut checkouts = Vec::new();
    for (reference, value) in [("order-2", "40.00"), ("order-3", "20.00"), ("order-4", "10.00")] {
        let body = json!({
            "reference": reference, "amount": {"value": value, "currency": "SGD"}, "description": "kopi",
            "channel": "chat", "payer": {"phone": "+6591234567"},
        });
        let checkout = town.create(&shop, body).await;
        town.pay(&checkout, PayWith::Paynow).await;
        checkouts.push(checkout);
    }
    town.refund(&shop, &checkouts[1], "r-1", None).await;
    town.stack.stripe().fail_next_refund(&shop.account, "declined");
    town.hours(48).await;
    let later = town.checkout(&shop, "order-5", "60.00", "SGD").await;
    town.pay(&later, PayWith::Paynow).await;
    town.journal().await;
    let report = town.books("SG", "campaigns/five/report").await.json();
    let of = |name: &str| text(&report, &format!("/{name}/value")).replace('.', "").parse::<i64>().unwrap();
    assert_eq!(of("promised"), 125 + 200 + 100 + 50 + 300);
    // What bounced is still owed by the merchant, who has the money.
    assert!([350, 500].contains(&of("held")), "the one that bounced, and the last: {report}");
    assert_eq!((of("reversed"), of("wallet")), (100, 0));
    assert_eq!(of("promised"), of("held") + of("credited") + of("reversed") + of("wallet"));
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
}

#[tokio::test]
async fn the_ledger_is_one_csv_in_pages() {
    let (town, shop, checkout) = credited("merchant").await;
    let whole = town.books("SG", "ledger.csv?from=2026-11-01&to=2026-11-30").await;
    assert_eq!(whole.status, 200);
    assert!(whole.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")));
    assert_eq!(whole.header("link"), None);
    let csv = String::from_utf8(whole.body).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "day,at,source,version,line,merchant,payer,campaign,debit_code,debit,credit_code,credit,amount_minor,amount,currency"
    );
    let payer = text(&town.checkout_item(&checkout), "/payer/S");
    let first = format!(
        "2026-11-22,2026-11-22T10:00:00Z,{},2,1,{},{payer},five,1000,merchant.balance,4000,merchant.sales,2500,25.00,SGD",
        text(&checkout, "/id"),
        shop.id
    );
    assert_eq!((lines.len(), lines[1]), (10, first.as_str()));

    let (mut pages, mut next) =
        (String::new(), "ledger.csv?from=2026-11-01&to=2026-11-30&limit=2".to_owned());
    let mut requests = 0;
    loop {
        let page = town.books("SG", &next).await;
        requests += 1;
        pages.push_str(&String::from_utf8(page.body.clone()).unwrap());
        let Some(link) = page.header("link") else { break };
        let link = link.strip_prefix("</v1/markets/SG/").and_then(|link| link.split_once(">; rel=\"next\""));
        link.unwrap().0.clone_into(&mut next);
    }
    assert_eq!((pages, requests), (csv, 5), "two rows on each page, and one header");

    let empty = town.books("SG", "ledger.csv?from=2026-10-01&to=2026-10-31").await;
    assert_eq!(empty.status, 200);
    assert_eq!(String::from_utf8(empty.body).unwrap().lines().count(), 1, "an empty month is its header row");
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_by_field() {
    let (town, shop, _) = credited("merchant").await;
    let refused = [
        ("statement", 422, "merchant"),
        ("statement?merchant=baker", 422, "merchant"),
        ("statement?merchant=mch_aaaaaaaaaaaaaaaa&month=2026-11", 404, ""),
        ("balances?merchant=baker", 422, "merchant"),
        ("balances?payer=%2B6591234567", 422, "payer"),
        ("balances?campaign=unknown", 404, ""),
        ("balances?campaign=five&payer=pyr_aaaaaaaaaaaaaaaaaaaaaaaa", 422, "merchant"),
        ("campaigns/unknown/report", 404, ""),
        ("ledger.csv?from=2026-11-31", 422, "from"),
        ("ledger.csv?from=2026-11-30&to=2026-11-01", 422, "to"),
        ("ledger.csv?limit=0", 422, "limit"),
        ("ledger.csv?cursor=oops", 422, "cursor"),
        ("rebuild?cursor=oops", 422, "cursor"),
        ("rebuild?through=yesterday", 422, "through"),
        ("purchases", 422, "day"),
        ("purchases?day=2026-11-22&limit=501", 422, "limit"),
        ("purchases?day=2026-11-22&cursor=oops", 422, "cursor"),
        ("match", 422, "day"),
        ("match?day=2026-12-24", 422, "day"),
        ("match?day=2026-11-22", 404, "day"),
    ];
    for (path, status, field) in refused {
        let answer = town.books("SG", path).await;
        assert_eq!((answer.status, text(&answer.json(), "/field").as_str()), (status, field), "{path}");
    }
    assert_eq!(town.books("XX", "balances").await.status, 404);
    for (month, detail) in
        [("2026-13", "not a month"), ("november", "not a month"), ("2026-12", "has not begun")]
    {
        let answer = town.call(&shop.key, "GET", &format!("/v1/statement?month={month}"), None).await;
        let problem = answer.json();
        assert_eq!((answer.status, text(&problem, "/field").as_str()), (422, "month"), "{problem}");
        assert!(text(&problem, "/detail").contains(detail), "{problem}");
    }
}

#[tokio::test]
async fn a_card_payment_without_a_campaign_has_books_too() {
    let town = Town::unswept().await;
    let shop = town.shop("US").await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "USD").await;
    town.pay(&checkout, card()).await;
    town.journal().await;
    let balances = town.balances("US", &format!("?merchant={}", shop.id)).await;
    assert_eq!(balances[0], "merchant.balance 24.75");
}

/// What `cargo operator` says, and whether it is content.
pub(super) async fn operator(town: &Town, arguments: &[&str]) -> (Result<bool, String>, String) {
    let token = town.stack.operator_token().expect("a token");
    let url = town.stack.gateway_url();
    let mut all = vec!["operator", "--api", &url, "--token", &token];
    all.extend(arguments);
    let settings = Settings::try_parse_from(all).expect("arguments");
    let mut out = Vec::new();
    let content = run(&settings, &mut out, &mut |_: &str| {}).await.map_err(|error| error.to_string());
    (content, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn an_operator_verifies_exports_and_matches_from_a_terminal() {
    let (town, shop, checkout) = credited("merchant").await;
    let verify = ["verify-books", "SG", "--patience", "0"];
    let (content, said) = operator(&town, &verify).await;
    assert_eq!((content, said.as_str()), (Ok(true), "The books of SG are what the items say.\n"));
    let (content, csv) = operator(&town, &["ledger-csv", "SG", "--from", "2026-11-01"]).await;
    assert_eq!((content, csv.lines().count()), (Ok(true), 10));
    let (content, said) = operator(&town, &["match", "SG", "2026-11-22", "--now"]).await;
    assert!(content == Ok(true) && said.ends_with("0 differences\n"), "{said}");
    let (content, said) = operator(&town, &["statement", "SG", &shop.id]).await;
    assert!(content == Ok(true) && said.lines().last().unwrap().ends_with("23.50"), "{said}");

    let pk = format!("C#{}", text(&checkout, "/id"));
    town.tamper(&pk, "postings", json!({"L": []})).await;
    let (content, said) = operator(&town, &verify).await;
    let market = "market 1000>4000: the items say 0, the books 2500";
    assert!(content == Ok(false) && said.lines().any(|line| line == market), "{said}");
    town.tamper(&pk, "content.amount.value", json!({"S": "26.00"})).await;
    let (content, said) = operator(&town, &["match", "SG", "2026-11-22", "--now"]).await;
    assert!(content == Ok(false) && said.contains("here 26.00, at Stripe 25.00"), "{said}");
    let (content, _) = operator(&town, &["match", "SG", "2026-11-31"]).await;
    assert!(content.is_err_and(|error| error.contains("not a day")));
}
