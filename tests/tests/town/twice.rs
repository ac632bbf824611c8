//! Every `POST` of the API, sent again: a 503 says that this is safe. What was asked for happens once, and
//! whoever did not hear the answer gets one.

use std::collections::{BTreeMap, BTreeSet};

use kembali_tests::{Shop, Town, Wire, five_percent, text};
use local_stripe::PayWith;
use local_wire::Fault;
use serde_json::{Value, json};

const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "TransactWriteItems", "DeleteItem"];

/// Sends every request three times, and remembers which routes it has sent.
struct Desk {
    town: Town,
    wire: Wire,
    sent: BTreeSet<String>,
}

/// What there is to be seen: the table, the queues and the bus, and what moved at Stripe.
#[derive(Debug, Default, PartialEq)]
struct Effect {
    items: Vec<Value>,
    happened: Vec<String>,
    waiting: usize,
    moved: Vec<String>,
    sessions: usize,
    accounts: usize,
}

impl Effect {
    /// What is new or other than `before`.
    fn beyond(mut self, before: &Self) -> Self {
        self.items.retain(|item| !before.items.contains(item));
        Self {
            items: self.items,
            happened: self.happened.split_off(before.happened.len()),
            moved: self.moved.split_off(before.moved.len()),
            waiting: self.waiting - before.waiting,
            sessions: self.sessions - before.sessions,
            accounts: self.accounts - before.accounts,
        }
    }
}

impl Desk {
    fn effect(&self) -> Effect {
        let (town, stripe) = (&self.town, self.town.stack.stripe());
        let mut items = town.items();
        // A match is what is found now, and is written each time.
        for matched in items.iter_mut().filter(|item| text(item, "/pk/S").starts_with("X#")) {
            matched["version"] = Value::Null;
        }
        Effect {
            items,
            happened: town.happened(),
            waiting: town.dead_letters(),
            moved: town.movements(),
            sessions: stripe.sessions().len(),
            accounts: stripe.accounts().len(),
        }
    }

    /// The routes of the template that are `POST`, and whether an operator's token is asked for.
    fn routes(&self) -> Vec<(String, bool)> {
        let triggers = self.town.stack.template().functions.iter().flat_map(|one| &one.triggers.routes);
        let posts = triggers.filter(|route| route.method == "POST");
        posts.map(|route| (route.path.clone(), route.authorizer.is_some())).collect()
    }

    async fn send(&mut self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let parts: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
        let fits = |route: &String| {
            let names: Vec<&str> = route.split('/').collect();
            names.len() == parts.len()
                && names.iter().zip(&parts).all(|(name, part)| name == part || name.starts_with('{'))
        };
        let routes = self.routes();
        let (route, is_operators) = routes.iter().find(|(route, _)| fits(route)).expect(path);
        self.sent.insert(route.clone());
        let body = (!body.is_null()).then(|| body.clone());
        let answer = if *is_operators {
            self.town.operate("POST", path, body).await
        } else {
            self.town.call(key, "POST", path, body).await
        };
        (answer.status, answer.json())
    }

    /// The first request is carried out, and nobody is told: whatever it writes is written, and the answer
    /// lost. The second is answered, and the third changes nothing. Gives the answers of these two.
    async fn thrice(&mut self, key: &str, path: &str, body: Value) -> [Value; 2] {
        let mark = self.town.mark();
        for write in WRITES {
            self.wire.cut(write, Fault::LoseReply, usize::MAX);
        }
        let (lost, told) = self.send(key, path, &body).await;
        self.wire.mend();
        let has_written = WRITES.iter().any(|write| self.town.since(mark).count("dynamodb", write) > 0);
        assert!(if has_written { lost == 503 } else { lost < 300 }, "{path}: {lost} {told}");
        self.town.settle().await;
        let (status, first) = self.send(key, path, &body).await;
        assert!(status < 300, "{path}: {status} {first}");
        self.town.settle().await;
        let effect = self.effect();
        let (status, again) = self.send(key, path, &body).await;
        assert!(status < 300, "{path}: {status} {again}");
        self.town.settle().await;
        assert_eq!(self.effect().beyond(&effect), Effect::default(), "{path}");
        [first, again]
    }

    async fn works(&self, shop: &Shop, key: &str) -> bool {
        self.town.call(key, "GET", &format!("/v1/merchants/{}", shop.id), None).await.status == 200
    }
}

fn order(reference: &str, phone: Option<&str>) -> Value {
    let mut order = json!({
        "reference": reference, "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi",
        "channel": "counter",
    });
    if let Some(phone) = phone {
        order["payer"] = json!({"phone": phone});
    }
    order
}

async fn merchants(desk: &mut Desk, shop: &Shop) {
    let application = json!({
        "reference": "tailor-7", "name": "Tailor", "email": "t@example.com", "country": "SG", "fee_bps": 100,
    });
    let [_, merchant] = desk.thrice("", "/v1/merchants", application).await;
    let mut tailor = Shop { id: text(&merchant, "/id"), key: String::new(), account: String::new() };
    let path = |what: &str| format!("/v1/merchants/{}/{what}", tailor.id);
    // Nobody has seen the key. A reset makes a new one each time: those that nobody was told of are no loss.
    let (reset, mut keys) = (path("keys/reset"), Vec::new());
    for _ in 0..3 {
        let (status, answer) = desk.send("", &reset, &Value::Null).await;
        assert_eq!(status, 201);
        keys.push(text(&answer, "/api_key"));
    }
    assert_eq!(text(&desk.town.item(&format!("M#{}", tailor.id)).unwrap(), "/keys/L/1/S"), "");
    let (onboard, suspend, resume) = (path("onboarding-link"), path("suspend"), path("resume"));
    tailor.key = keys.pop().unwrap();
    assert!(desk.works(&tailor, &tailor.key).await && !desk.works(&tailor, &keys[1]).await);
    desk.thrice(&tailor.key, &onboard, Value::Null).await;
    desk.thrice("", &suspend, json!({"reason": "chargebacks"})).await;
    desk.thrice("", &resume, Value::Null).await;

    let roll = format!("/v1/merchants/{}/keys", shop.id);
    let [first, again] = desk.thrice(&shop.key, &roll, Value::Null).await;
    assert_eq!(first, again, "the same key");
    let rolled = text(&first, "/api_key");
    assert!(desk.works(shop, &shop.key).await && desk.works(shop, &rolled).await);
    let [first, again] = desk.thrice(&rolled, &roll, Value::Null).await;
    assert_eq!(first, again);
    assert!(desk.works(shop, &rolled).await && desk.works(shop, &text(&first, "/api_key")).await);
    assert!(!desk.works(shop, &shop.key).await, "the one before them has stopped");
}

async fn markets(desk: &mut Desk, shop: &Shop) {
    let rule = five_percent("six", "card", "platform");
    desk.thrice("", "/v1/markets/SG/campaigns", rule.clone()).await;
    for what in ["pause", "resume", "end"] {
        desk.thrice("", &format!("/v1/markets/SG/campaigns/six/{what}"), Value::Null).await;
    }
    let simulation = json!({"rule": rule, "from": "2026-11-22", "to": "2026-11-23"});
    desk.thrice("", "/v1/markets/SG/campaigns/simulate", simulation).await;
    desk.thrice("", "/v1/markets/SG/policy/stop", json!({"reason": "a drill"})).await;
    desk.thrice("", "/v1/markets/SG/policy/resume", Value::Null).await;
    let sgd = json!({"value": "3.00", "currency": "SGD"});
    let gift = json!({
        "phone": "+6591234567", "reference": "gift", "direction": "credit", "reason": "spilled kopi", "amount": sgd,
    });
    desk.thrice("", "/v1/markets/SG/adjustments", gift).await;
    assert_eq!(desk.town.wallets(), ["SG 300"]);
    let consent = json!({"phone": "+6591234567", "merchant": shop.id, "reference": "order-9", "amount": sgd});
    let [first, again] = desk.thrice("", "/v1/markets/SG/wallet-consents", consent).await;
    assert_eq!(first, again);
    desk.thrice("", "/v1/markets/SG/match?day=2026-11-22", Value::Null).await;
}

async fn checkouts(desk: &mut Desk, key: &str) {
    let [paid, again] = desk.thrice(key, "/v1/checkouts", order("order-1", None)).await;
    assert_eq!(paid["url"], again["url"]);
    desk.town.pay(&paid, PayWith::Paynow).await;
    for account in desk.town.stack.stripe().accounts() {
        desk.town.stack.stripe().keep_available(&account, "sgd", 10_000);
    }
    let refund = json!({"reference": "r1", "amount": {"value": "10.00", "currency": "SGD"}});
    desk.thrice(key, &format!("/v1/checkouts/{}/refunds", text(&paid, "/id")), refund).await;
    assert_eq!(desk.town.back(&paid).refunds, [1000]);
    let [closed, _] = desk.thrice(key, "/v1/checkouts", order("order-2", Some("+6591234567"))).await;
    desk.thrice(key, &format!("/v1/checkouts/{}/expire", text(&closed, "/id")), Value::Null).await;
}

/// Two cashbacks that failed, and two that look suspicious.
async fn cashbacks(desk: &mut Desk, shop: &Shop) {
    let pay = async |town: &Town, reference: &str, phone: Option<&str>| {
        let checkout = town.create(shop, order(reference, phone)).await;
        town.pay(&checkout, PayWith::Paynow).await;
        text(&checkout, "/id")
    };
    let failed = [pay(&desk.town, "f-1", None).await, pay(&desk.town, "f-2", None).await];
    for _ in &failed {
        desk.town.stack.stripe().fail_next_refund(&shop.account, "expired_or_canceled_card");
    }
    // What nobody can settle is given up meanwhile.
    let sqs = desk.town.stack.sqs().clone();
    sqs.send("CashbackDue", r#"{"merchant":"mch_abcdefghijklmnop"}"#, BTreeMap::new())
        .expect("it is a queue");
    desk.town.hours(49).await;
    let screening = json!({"payments_per_day": 1});
    desk.town.operate("PUT", "/v1/markets/SG/policy/screening", Some(screening)).await;
    let phone = Some("+6598765432");
    pay(&desk.town, "s-0", phone).await;
    let held = [pay(&desk.town, "s-1", phone).await, pay(&desk.town, "s-2", phone).await];
    let [retried, written_off] = failed;
    let [approved, rejected] = held;
    for (checkout, verdict) in
        [(retried, "retry"), (written_off, "write-off"), (approved, "approve"), (rejected, "reject")]
    {
        let path = format!("/v1/cashbacks/{checkout}/{verdict}");
        let [_, review] = desk.thrice("", &path, json!({"reason": "they called"})).await;
        assert_eq!(review["decisions"].as_array().map(Vec::len), Some(1), "{verdict}: {review}");
    }
}

async fn messages(desk: &mut Desk) {
    let sqs = desk.town.stack.sqs().clone();
    sqs.send("StripeEventsDlq", "{}", BTreeMap::new()).expect("it is a queue");
    for (queue, path) in
        [("CashbackDueDlq", "cashback_due/redrive"), ("StripeEventsDlq", "stripe_events/discard")]
    {
        assert_eq!(sqs.messages(queue).len(), 1);
        let reason = json!({"reason": "looked at it"});
        desk.thrice("", &format!("/v1/dead-letters/{path}"), reason).await;
        assert!(sqs.messages(queue).is_empty(), "{queue}");
    }
    let event = desk.town.events(&["charge.succeeded"])[0].clone();
    let before = desk.effect();
    for _ in 0..2 {
        assert_eq!(desk.town.deliver(&event).await.status, 200);
    }
    assert_eq!(desk.effect().beyond(&before), Effect::default());
    desk.sent.insert("/webhooks/stripe".to_owned());
}

#[tokio::test(start_paused = true)]
async fn whatever_is_asked_for_again_happens_once() {
    let (town, wire) = Town::on_a_wire().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let mut desk = Desk { town, wire, sent: BTreeSet::new() };
    cashbacks(&mut desk, &shop).await;
    checkouts(&mut desk, &shop.key).await;
    markets(&mut desk, &shop).await;
    messages(&mut desk).await;
    merchants(&mut desk, &shop).await;
    let routes: BTreeSet<String> = desk.routes().into_iter().map(|(route, _)| route).collect();
    assert_eq!(desk.sent, routes);
}
