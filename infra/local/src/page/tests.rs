//! What the page answers, without a browser; what a person sees and presses is tested in `tests/browser`.

use std::sync::Arc;

use crate::stack::Stack;
use axum::http::header::LOCATION;
use local_stripe::PayWith;
use local_wire::Clock;
use local_wire::serve::Served;
use temp_dir::TempDir;

use super::*;
use crate::client::{Client, Response};
use crate::options::Options;
use local_functions::production;

/// 2026-11-22T10:00:00Z
const NOW: i64 = 1_795_341_600;

struct Visitor {
    page: Page,
    client: Client,
    _served: Served,
}

impl Visitor {
    /// A page about a town that has been set up.
    async fn new(options: Options, is_kept: bool) -> Self {
        let stack = Arc::new(Stack::start(options, &production()).await.unwrap());
        let page = Page::new(stack, "http://127.0.0.1:7400".to_owned());
        seed::seed(&page, is_kept, |_| ()).await.unwrap();
        let anywhere = "127.0.0.1:0".parse().unwrap();
        let served = local_wire::serve::serve(anywhere, page.router()).await.unwrap();
        Self { client: Client::new(served.url()), page, _served: served }
    }

    async fn get(&self, path: &str) -> Response {
        self.client.send("GET", path, &[], "").await.unwrap()
    }

    async fn post(&self, path: &str, form: &'static str) -> Response {
        let content_type = ("content-type", "application/x-www-form-urlencoded");
        self.client.send("POST", path, &[content_type], form).await.unwrap()
    }

    /// Creates a checkout, and answers where it is.
    async fn checkout(&self, form: &'static str) -> String {
        let created = self.post("/", form).await;
        assert_eq!(created.status, 303, "{}", text(&created));
        created.header(LOCATION.as_str()).unwrap().to_owned()
    }

    fn pay(&self, with: PayWith) {
        let stripe = self.page.stack().stripe();
        stripe.pay(stripe.sessions().last().unwrap(), with).unwrap();
    }
}

fn town() -> Options {
    Options::new(Clock::fixed(NOW))
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.clone()).unwrap()
}

fn check(page: &str, expected: &[&str]) {
    for part in expected {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[tokio::test]
async fn a_payment_from_the_form_to_the_cashback() {
    let visitor = Visitor::new(town(), false).await;
    let form = "shop=sg-kopi&reference=o-1&amount=25.00&description=%3Cb%3Ekopi&channel=chat&phone=";
    let checkout = visitor.checkout(form).await;
    check(
        &text(&visitor.get(&checkout).await),
        &["SGD 1.25 back with PayNow", "&lt;b&gt;kopi", "/c/pay/cs_"],
    );

    visitor.pay(PayWith::Paynow);
    check(&text(&visitor.get(&checkout).await), &[">paid<", ">held<", "balanced", "SGD 25.00"]);
    let moved = visitor.post("/clock", "hours=48&back=%2F%2Fevil.example").await;
    assert_eq!((moved.status, moved.header("location")), (303, Some("/")), "never to another host");
    check(&text(&visitor.get(&checkout).await), &[">credited<", "was sent by PayNow on", "SGD −1.25"]);
    check(&text(&visitor.get("/?shop=sg-kopi&day=2026-11-22").await), &["kopi", ">credited<"]);
    check(&text(&visitor.get("/events").await), &["cashback.credited", "ReleaseCashback"]);
}

#[tokio::test]
async fn what_the_api_refuses_is_told_with_its_field() {
    let visitor = Visitor::new(town(), false).await;
    let refused =
        visitor.post("/", "shop=sg-kopi&reference=o-1&amount=1.005&description=k&channel=chat").await;
    assert_eq!(refused.status, 422);
    check(&text(&refused), &["role=\"alert\"", "<code>amount.value</code>", "value=\"1.005\"", "wrong"]);
    for path in ["/nothing", "/?shop=nobody", "/checkouts/sg-kopi/chk_x", "/checkouts/sg-kopi/a%2Fb"] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        check(&text(&answer), &["role=\"alert\""]);
    }
}

/// What Stripe does not carry everywhere is offered with the markets that do.
#[tokio::test]
async fn the_forms_offer_what_a_market_carries() {
    let visitor = Visitor::new(town(), false).await;
    check(
        &text(&visitor.get("/campaigns").await),
        &[">merchant<", ">platform (SG, BR, US)<", ">both (SG, BR, US)<"],
    );
    let has_credit = |page: &str| page.contains("name=\"use_wallet\"");
    assert!(has_credit(&text(&visitor.get("/?shop=br-padaria").await)));
    assert!(!has_credit(&text(&visitor.get("/?shop=in-chai").await)));
    let refused = visitor
        .post(
            "/campaigns",
            "country=IN&id=lunch&percent=2&upi=on&funding=platform&starts_at=2026-11-22&ends_at=2026-11-30",
        )
        .await;
    assert_eq!(refused.status, 422);
    check(&text(&refused), &["id=\"funding-error\"", "has no transfers"]);
    let payer = text(&visitor.post("/payers", "phone=%2B919812345678&country=IN").await);
    check(&payer, &["There are no wallets in this market"]);
}

#[tokio::test]
async fn a_campaigns_mistake_is_told_at_its_field_and_its_part_is_open() {
    let visitor = Visitor::new(town(), false).await;
    let form = "country=SG&id=lunch&percent=&fixed=2.00&paynow=on&funding=merchant&starts_at=2026-11-22\
                &ends_at=2026-11-30&cap_month_payments=2&total_amount=1.50";
    let refused = visitor.post("/campaigns", form).await;
    assert_eq!(refused.status, 422, "{}", text(&refused));
    let page = text(&refused);
    check(&page, &["id=\"total_amount-error\"", "aria-describedby=\"total_amount-error\"", "value=\"1.50\""]);
    let budget = page.split("<summary>Budget").next().unwrap();
    assert!(budget.trim_end().ends_with("open>"), "the part with the mistake is open");
    let created = visitor
        .post(
            "/campaigns",
            "country=SG&id=lunch&percent=2&fixed=&paynow=on&funding=split\
                &platform_bps=2500&starts_at=2026-11-22&ends_at=2026-11-30&per_day_payments=7&chat=on",
        )
        .await;
    assert_eq!(
        (created.status, created.header("location")),
        (303, Some("/campaigns#SG")),
        "{}",
        text(&created)
    );
    check(
        &text(&visitor.get("/campaigns").await),
        &[
            "lunch",
            "the platform 25.00%",
            "all: 7 payments a day",
            "7 payments left today",
            "2026-11-22 to 2026-11-30",
        ],
    );
}

#[tokio::test]
async fn a_rule_is_tried_on_the_past_before_it_is_live() {
    let visitor = Visitor::new(town(), false).await;
    visitor.checkout("shop=sg-kopi&reference=o-1&amount=25.00&description=kopi&channel=chat").await;
    visitor.pay(PayWith::Paynow);
    visitor.page.stack().advance(30).await.unwrap(); // so that the journal has it
    let rule =
        "country=SG&id=ten&percent=10&paynow=on&funding=platform&starts_at=2026-11-23&ends_at=2026-11-30";
    let tried = visitor.post("/campaigns/trial", rule).await;
    check(&text(&tried), &["1 of 1 payments would have earned SGD 2.50", "value=\"ten\""]);
    assert!(!text(&visitor.get("/campaigns").await).contains(">ten<"), "nothing is created");
    let wrong = visitor.post("/campaigns/trial", "country=SG&id=ten&percent=110&paynow=on&funding=platform&starts_at=2026-11-23&ends_at=2026-11-30").await;
    check(&text(&wrong), &["id=\"percent-error\""]);
}

#[tokio::test]
async fn a_payer_is_looked_up_by_number_and_a_wrong_one_is_told() {
    let visitor = Visitor::new(town(), false).await;
    let known = visitor.post("/payers", "phone=%2B6591234567&country=SG&merchant=sg-kopi&amount=20.00").await;
    check(&text(&known), &["SGD 0.00 can be spent", "SGD 1.00 back with PayNow", "method_not_eligible"]);
    let wrong = visitor.post("/payers", "phone=12+34%2F&country=SG").await;
    assert_eq!(wrong.status, 422);
    check(&text(&wrong), &["<code>phone</code>", "class=\"wrong\""]);
}

#[tokio::test]
async fn credit_that_ends_next_year_says_so() {
    let visitor = Visitor::new(town(), false).await;
    let credit = serde_json::json!({
        "phone": "+6591234567", "reference": "gift/1#2", "direction": "credit", "reason": "a gift", "wallet_days": 365,
        "amount": {"value": "5.00", "currency": "SGD"},
    });
    visitor.page.api().operate("POST", "/v1/markets/SG/adjustments", Some(&credit)).await.unwrap();
    let known = text(&visitor.post("/payers", "phone=%2B6591234567&country=SG").await);
    check(&known, &["SGD 5.00 can be spent", ">Mon 22 Nov 2027 18:00<"]);
}

#[tokio::test]
async fn a_shop_is_found_whatever_the_platform_calls_it() {
    let visitor = Visitor::new(town(), false).await;
    let applied = visitor
        .post("/merchants", "name=Kopi&country=SG&email=k%40example.com&reference=2026%2F11%23kopi")
        .await;
    let location = applied.header("location").unwrap_or_default().to_owned();
    assert_eq!(applied.status, 303, "{}", text(&applied));
    let shop = visitor.page.shops().into_iter().find(|shop| shop.name == "Kopi").unwrap();
    assert_eq!(location, format!("/merchants#{}", shop.slug));
    let page = text(&visitor.get(&format!("/?shop={}", shop.slug)).await);
    check(&page, &["New checkout", &format!("/?shop={}\"", shop.slug)]);
    assert_eq!(visitor.post(&format!("/merchants/{}/onboarding", shop.slug), "").await.status, 303);
}

#[tokio::test]
async fn looking_is_no_call_of_the_systems() {
    let visitor = Visitor::new(town(), false).await;
    let form = "shop=us-diner&reference=o-1&amount=9.00&description=k&channel=counter";
    let checkout = visitor.checkout(form).await;
    visitor.page.settle().await.unwrap();
    let before = visitor.page.api().calls_since(i64::MIN).len();
    visitor.get("/?shop=us-diner").await;
    visitor.get(&checkout).await;
    assert_eq!(visitor.page.api().calls_since(i64::MIN).len(), before);
    assert!(visitor.page.stack().calls().mark() > before);
}

#[tokio::test]
async fn setting_up_again_changes_nothing_and_kept_tables_get_new_shops() {
    let folder = TempDir::new().unwrap();
    let kept = |now| Options { data_dir: Some(folder.path().to_owned()), ..Options::new(Clock::fixed(now)) };
    let visitor = Visitor::new(kept(NOW), false).await;
    let keys = |visitor: &Visitor| visitor.page.shops().into_iter().map(|shop| shop.key).collect::<Vec<_>>();
    let first = keys(&visitor);
    seed::seed(&visitor.page, false, |_| ()).await.unwrap();
    assert_eq!(keys(&visitor), first);
    drop(visitor);

    let later = Visitor::new(kept(NOW + 60), true).await;
    assert_eq!(keys(&later).len(), first.len());
    assert!(keys(&later).iter().all(|key| !first.contains(key)));
    later.checkout("shop=in-chai-1795341660&reference=o-1&amount=640&description=k&channel=chat").await;
}
