//! Payments of the past, page by page, and a rule that is replayed over them from a terminal.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use clap::Parser as _;
use kembali_local::client::Response;
use kembali_local::commands::{Settings, run};
use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use local_wire::serve::serve;
use serde_json::{Value, json};

use crate::books::operator;

const MEI: &str = "+6591234567";
const TAN: &str = "+6598765432";

/// A street in which was paid, in Singapore: on the 22nd at 18:00 by Mei with PayNow and by Tan by card, on
/// the 23rd at 6:00 by Mei at the tailor's, and at 18:00 by Mei and by somebody unknown. One more checkout
/// nobody paid, and one was paid and given back.
struct Street {
    town: Town,
    baker: Shop,
    tailor: Shop,
}

async fn pay(
    town: &Town,
    shop: &Shop,
    reference: &str,
    value: &str,
    phone: Option<&str>,
    with: PayWith,
) -> Value {
    let mut body = json!({
        "reference": reference, "amount": {"value": value, "currency": "SGD"}, "description": "kopi", "channel": "chat",
    });
    if let Some(phone) = phone {
        body["payer"] = json!({"phone": phone});
    }
    let checkout = town.create(shop, body).await;
    town.pay(&checkout, with).await;
    checkout
}

async fn street() -> Street {
    let town = Town::unswept().await;
    let baker = town.shop("SG").await;
    let tailor = town.another_shop("SG", "tailor-7").await;
    let first = pay(&town, &baker, "o-1", "20.00", Some(MEI), PayWith::Paynow).await;
    town.minutes(1).await;
    pay(&town, &baker, "o-2", "30.00", Some(TAN), card()).await;
    town.hours(12).await;
    pay(&town, &tailor, "o-3", "40.00", Some(MEI), PayWith::Paynow).await;
    assert_eq!(town.refund(&baker, &first, "r-1", None).await.status, 201);
    town.hours(12).await;
    pay(&town, &baker, "o-4", "20.00", Some(MEI), PayWith::Paynow).await;
    town.minutes(1).await;
    pay(&town, &baker, "o-5", "10.00", None, PayWith::Paynow).await;
    town.checkout(&baker, "not-paid", "20.00", "SGD").await;
    town.journal().await;
    Street { town, baker, tailor }
}

fn amounts(page: &Value) -> Vec<String> {
    let purchases = page["purchases"].as_array().unwrap();
    purchases.iter().map(|one| text(one, "/amount/value")).collect()
}

async fn page(town: &Town, query: &str) -> Value {
    let answer: Response = town.books("SG", &format!("purchases?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

#[tokio::test]
async fn a_days_payments_come_in_order_page_by_page_and_name_nobody() {
    let Street { town, baker, tailor } = street().await;
    let first_day = page(&town, "day=2026-11-22").await;
    assert_eq!(
        (amounts(&first_day), &first_day["next_cursor"]),
        (vec!["20.00".into(), "30.00".into()], &Value::Null)
    );
    let paynow = &first_day["purchases"][0];
    let payer = text(paynow, "/payer");
    assert!(payer.starts_with("pyr_"), "{paynow}");
    let expected = json!({
        "merchant": baker.id, "payer": payer, "is_insider": false, "amount": {"value": "20.00", "currency": "SGD"},
        "tender": "paynow", "channel": "chat", "at": "2026-11-22T10:00:00Z",
    });
    assert_eq!(*paynow, expected);
    assert_eq!(first_day["purchases"][1]["tender"], "credit_card");
    assert!(!first_day.to_string().contains("9123"), "no phone number");

    let whole = page(&town, "day=2026-11-23").await;
    assert_eq!(amounts(&whole), ["40.00", "20.00", "10.00"], "a refund is no payment");
    assert_eq!(
        (&whole["purchases"][0]["merchant"], &whole["purchases"][2]["payer"]),
        (&json!(tailor.id), &Value::Null)
    );
    let mut found = [amounts(&first_day), amounts(&whole)].concat();
    found.sort();
    assert_eq!(found, charged(&town), "each payment once, and no other");
    for limit in 1..=3 {
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let some = page(&town, &format!("day=2026-11-23&limit={limit}{cursor}")).await;
            let purchases = some["purchases"].as_array().unwrap();
            assert!(!purchases.is_empty() && purchases.len() <= limit, "{some}");
            pages.extend(purchases.clone());
            let Some(next) = some["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(json!(pages), whole["purchases"], "{limit} at a time");
    }
    assert_eq!(amounts(&page(&town, "day=2026-11-24").await), [""; 0]);
    let elsewhere = town.books("IN", "purchases?day=2026-11-22").await;
    assert_eq!(amounts(&elsewhere.json()), [""; 0], "another market's");
}

/// What `cargo operator` tells while it is at it.
async fn told(town: &Town, arguments: &[&str]) -> Vec<String> {
    let (token, url) = (town.stack.operator_token().unwrap(), town.stack.gateway_url());
    let all = [&["operator", "--api", &url, "--token", &token], arguments].concat();
    let mut told = Vec::new();
    let settings = Settings::try_parse_from(all).unwrap();
    run(&settings, &mut Vec::new(), &mut |line: &str| told.push(line.to_owned())).await.unwrap();
    told
}

/// How much was charged with every payment that there is, by what the checkouts say of themselves.
fn charged(town: &Town) -> Vec<String> {
    let items = town.items();
    let paid = items.iter().filter(|item| item.pointer("/state/M/paid_at").is_some());
    let mut charged: Vec<String> = paid.map(|item| text(item, "/content/M/amount/M/value/S")).collect();
    charged.sort();
    charged
}

/// A rule in a file of its own, for as long as it is looked at.
struct RuleFile(PathBuf);

impl RuleFile {
    fn new(name: &str, rule: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kembali-{}-{name}.json", std::process::id()));
        std::fs::write(&path, rule).unwrap();
        Self(path)
    }

    fn arguments(&self) -> [&str; 3] {
        ["dry-run", "SG", self.0.to_str().unwrap()]
    }
}

impl Drop for RuleFile {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_long_period_is_replayed_from_a_terminal_with_caps_over_all_of_it() {
    let Street { town, baker, tailor } = street().await;
    let mut rule = five_percent("try", "paynow", "platform");
    rule["caps"] = json!([{"per": "month", "payments": 2}]);
    let file = RuleFile::new("caps", &rule.to_string());
    let before = town.items();
    let mut arguments = file.arguments().to_vec();
    arguments.extend(["--from", "2026-01-01", "--to", "2026-11-30"]);
    let (content, said) = operator(&town, &arguments).await;
    assert_eq!(content, Ok(true), "{said}");
    let mut lines: Vec<&str> = said.lines().collect();
    lines[4..6].sort_by_key(|line| !line.starts_with(&baker.id));
    let expected = [
        "try in SG from 2026-01-01 to 2026-11-30".to_owned(),
        "2 of 5 payments would have earned SGD 3.00, of which the platform pays SGD 3.00".to_owned(),
        format!("{:<20} {:>10} {:>18}", "2026-11-22", 1, "SGD 1.00"),
        format!("{:<20} {:>10} {:>18}", "2026-11-23", 1, "SGD 2.00"),
        format!("{:<20} {:>10} {:>18}", baker.id, 1, "SGD 1.00"),
        format!("{:<20} {:>10} {:>18}", tailor.id, 1, "SGD 2.00"),
    ];
    assert_eq!(lines[..6], expected);
    let refused: Vec<(&str, &str)> = lines[6..].iter().map(|line| line.split_at(31)).collect();
    let one = "nothing                       1";
    assert_eq!(
        refused,
        [
            (one, "  this way to pay does not earn"),
            (one, "  the campaign is for payers who say their number"),
            (one, "  the most that one payer can earn is reached"),
        ]
    );

    assert_eq!(
        told(&town, &[&file.arguments()[..], &["--from", "2026-11-22", "--to", "2026-11-23"]].concat()).await,
        ["day 1 of 2: 2026-11-22, 0 payments so far", "day 2 of 2: 2026-11-23, 2 payments so far", ""]
    );

    // The API says the same of a short period, and of a longer one how to ask.
    arguments.splice(3.., ["--from", "2026-11-01", "--to", "2026-11-30", "--json"]);
    let (content, said) = operator(&town, &arguments).await;
    assert_eq!(content, Ok(true), "{said}");
    let simulate = "/v1/markets/SG/campaigns/simulate";
    let body = json!({"rule": rule, "from": "2026-11-01", "to": "2026-11-30"});
    let answer = town.operate("POST", simulate, Some(body)).await;
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), answer.json());
    let body = json!({"rule": rule, "from": "2026-01-01", "to": "2026-11-30"});
    let problem = town.operate("POST", simulate, Some(body)).await.json();
    assert!(text(&problem, "/next").contains("cargo operator dry-run"), "{problem}");
    assert_eq!(town.items(), before, "nothing is written");
}

#[tokio::test]
async fn a_page_that_does_not_come_is_asked_for_once_more() {
    let asked = Arc::new(AtomicU32::new(0));
    let answer = {
        let asked = Arc::clone(&asked);
        move || async move {
            if asked.fetch_add(1, Ordering::SeqCst) == 0 {
                (StatusCode::SERVICE_UNAVAILABLE, json!({"message": "Service Unavailable"}).to_string())
            } else {
                (StatusCode::OK, json!({"purchases": [], "next_cursor": null}).to_string())
            }
        }
    };
    let router = Router::new()
        .route("/v1/markets/SG/campaigns/simulate", post(async || "{}"))
        .route("/v1/markets/SG/purchases", get(answer));
    let served = serve("127.0.0.1:0".parse().unwrap(), router).await.unwrap();
    let file = RuleFile::new("again", &five_percent("try", "paynow", "platform").to_string());
    let url = served.url();
    let [command, country, file] = file.arguments();
    let day = "2026-11-22";
    let all = ["operator", "--api", &url, command, country, file, "--from", day, "--to", day];
    let (mut out, mut told) = (Vec::new(), Vec::new());
    let settings = Settings::try_parse_from(all).unwrap();
    let done = run(&settings, &mut out, &mut |line: &str| told.push(line.to_owned())).await;
    assert!(done.is_ok_and(|content| content), "{told:?}");
    assert_eq!(
        (asked.load(Ordering::SeqCst), told[1].as_str()),
        (2, "503: Service Unavailable; once more in 1 seconds")
    );
}

#[tokio::test]
async fn a_rule_that_cannot_be_kept_is_told_before_anything_is_read() {
    let town = Town::unswept().await;
    let good = five_percent("try", "paynow", "platform");
    let with = |field: &str, value: Value| {
        let mut rule = good.clone();
        rule[field] = value;
        rule.to_string()
    };
    let files = [
        RuleFile::new("broken", "{"),
        RuleFile::new("unknown-field", &with("reword", json!(1))),
        RuleFile::new("too-much", &with("reward", json!({"kind": "percent", "percent": "101"}))),
        RuleFile::new("nobody", &with("merchants", json!(["mch_aaaaaaaaaaaaaaaa"]))),
    ];
    for (file, expected) in files.iter().zip([
        "EOF while parsing",
        "rule.reword: There is no field `reword` here.",
        "reward.percent: This is not a percentage.",
        "rule.merchants: There is no merchant mch_aaaaaaaaaaaaaaaa.",
    ]) {
        let mut arguments = file.arguments().to_vec();
        arguments.extend(["--from", "2026-11-01", "--to", "2026-11-30"]);
        let (content, said) = operator(&town, &arguments).await;
        assert!(content.as_ref().is_err_and(|error| error.contains(expected)), "{expected}: {content:?}");
        assert_eq!(said, "");
    }
    let good = RuleFile::new("good", &good.to_string());
    let [command, _, file] = good.arguments();
    for (country, from, to, expected) in [
        ("SG", "2026-11-02", "2026-11-01", "--to: 2026-11-01 is before 2026-11-02."),
        ("SG", "1990-01-01", "2026-11-01", "--to: more than 3660 days"),
        ("XX", "2026-11-01", "2026-11-02", "country: there is no market XX. Name one of SG, IN"),
    ] {
        let arguments = [command, country, file, "--from", from, "--to", to];
        let (content, _) = operator(&town, &arguments).await;
        assert!(content.as_ref().is_err_and(|error| error.contains(expected)), "{expected}: {content:?}");
    }
}

#[tokio::test]
async fn a_market_is_stopped_and_its_reviews_are_listed_from_a_terminal() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let screening = json!({"payments_per_day": 1});
    assert_eq!(town.operate("PUT", "/v1/markets/SG/policy/screening", Some(screening)).await.status, 200);
    town.minutes(1).await;
    let (content, said) = operator(&town, &["reviews", "SG"]).await;
    assert_eq!((content, said.as_str()), (Ok(true), "0 cashbacks of SG wait for a person (in_review)\n"));
    pay(&town, &shop, "o-1", "20.00", Some(MEI), PayWith::Paynow).await;
    let second = pay(&town, &shop, "o-2", "30.00", Some(MEI), PayWith::Paynow).await;
    let (content, said) = operator(&town, &["reviews", "SG"]).await;
    let id = text(&second, "/id");
    assert!(content == Ok(false) && said.contains(&id) && said.contains("SGD       1.50  "), "{said}");
    assert_eq!(operator(&town, &["reviews", "SG", "--state", "failed"]).await.0, Ok(true));
    let (content, _) = operator(&town, &["reviews", "SG", "--state", "lost"]).await;
    assert!(content.as_ref().is_err_and(|error| error.contains("state: ")), "{content:?}");

    let (content, said) = operator(&town, &["stop", "SG", "--reason", "a drill"]).await;
    assert!(
        content == Ok(true) && said.ends_with(": a drill\n") && said.starts_with("SG is stopped, by "),
        "{said}"
    );
    assert_eq!(operator(&town, &["resume", "SG"]).await, (Ok(true), "SG goes on\n".to_owned()));
    let (content, _) = operator(&town, &["stop", "SG", "--reason", " "]).await;
    assert!(
        content.as_ref().is_err_and(|error| error
            .contains("reason: The text is empty or too long. Write 1 to 250 characters that can be seen.")),
        "{content:?}"
    );
}
