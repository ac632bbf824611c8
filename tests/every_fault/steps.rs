//! What people do in a flow. Whoever gets no answer asks again.

use kembali_tests::{Shop, session_of, text};
use serde_json::{Value, json};

use super::flow::Step;
use super::world::{Life, World};

/// How often somebody repeats a request, first after seconds and then every hour: for longer than three
/// outages that follow one another.
const PATIENCE: usize = 220;

/// Who asks.
#[derive(Clone, Copy)]
enum Caller {
    Merchant,
    Operator,
}

impl World {
    /// One step, and ten minutes for what follows from it: Stripe's and the queues' first repetitions.
    pub(crate) async fn take(&self, life: &mut Life, step: Step) {
        let stripe = self.town.stack.stripe();
        let (session, charge) = (session_of(&life.checkout), self.town.charge(&life.checkout));
        let checkout = text(&life.checkout, "/id");
        match step {
            Step::Apply => self.apply(life).await,
            Step::Onboard => self.onboard(life).await,
            Step::RollKey => self.roll_key(life).await,
            Step::Restrict => {
                self.unheard(|| stripe.restrict(&life.shop.account, "identity.individual.documents"))
            }
            Step::Mend => self.unheard(|| stripe.complete_onboarding(&life.shop.account)),
            Step::Credit => self.give_credit(life).await,
            Step::Create => self.create(life, self.order(life)).await,
            Step::CreateWithCredit => self.create_with_credit(life).await,
            // Whoever is answered only after days gets no page: it has expired.
            Step::Pay if session.is_empty() && self.plan.over_at_millis().is_some() => {
                life.had_no_page = true
            }
            Step::Pay => stripe.pay(&session, self.flow.rail.pay()).expect("it is open"),
            Step::PaySlowly(succeeds) => {
                stripe.pay_slowly(&session, self.flow.rail.pay(), succeeds).expect("it is open");
                self.town.minutes(10).await;
            }
            Step::Mature => self.mature(life).await,
            Step::MatureUnscheduled => self.mature_unscheduled().await,
            Step::Refund(value) => self.refund(life, value).await,
            Step::RefundInDashboard => {
                stripe.refund_from_dashboard(&charge, 500).expect("it can be refunded");
            }
            Step::Dispute => life.dispute = stripe.dispute(&charge).expect("it can be disputed"),
            Step::Close(won) => stripe.close_dispute(&life.dispute, won).expect("it is open"),
            Step::Expire => {
                let path = format!("/v1/checkouts/{checkout}/expire");
                self.ask(life, Caller::Merchant, &path, None).await;
            }
            Step::LetExpire => self.town.hours(25).await,
            Step::BounceNext => stripe.fail_next_refund(&life.shop.account, "expired_or_canceled_card"),
            Step::Retry => {
                let (path, reason) =
                    (format!("/v1/cashbacks/{checkout}/retry"), json!({"reason": "they called"}));
                self.ask(life, Caller::Operator, &path, Some(reason)).await;
            }
            Step::Day => self.town.hours(24).await,
        }
        self.town.minutes(10).await;
    }

    async fn apply(&self, life: &mut Life) {
        let country = self.flow.rail.at_home().0;
        let body = json!({
            "reference": format!("shop-{}", life.number), "name": "Baker's 13", "email": "shop@example.com",
            "country": country, "fee_bps": 100,
        });
        let merchant = self.ask(life, Caller::Operator, "/v1/merchants", Some(body)).await;
        let (id, mut key) = (text(&merchant, "/id"), text(&merchant, "/api_key"));
        if key.is_empty() {
            // The answer with the key was lost: the operator has a new one made.
            let path = format!("/v1/merchants/{id}/keys/reset");
            key = text(&self.ask(life, Caller::Operator, &path, None).await, "/api_key");
        }
        life.shop = Shop { id, key, account: String::new() };
    }

    async fn onboard(&self, life: &mut Life) {
        let path = format!("/v1/merchants/{}/onboarding-link", life.shop.id);
        life.shop.account = text(&self.ask(life, Caller::Merchant, &path, None).await, "/account");
        self.town.minutes(10).await;
        self.town.stack.stripe().complete_onboarding(&life.shop.account).expect("the account exists");
    }

    async fn roll_key(&self, life: &mut Life) {
        let path = format!("/v1/merchants/{}/keys", life.shop.id);
        let key = text(&self.ask(life, Caller::Merchant, &path, None).await, "/api_key");
        self.plan.act(false);
        for (which, key) in [("in use", &life.shop.key), ("that was given", &key)] {
            let path = format!("/v1/merchants/{}", life.shop.id);
            if self.town.call(key, "GET", &path, None).await.status == 401 {
                life.refused.push(format!("the key {which}"));
            }
        }
        self.plan.act(true);
        life.shop.key = key;
    }

    /// Something that happens at Stripe, and that nobody is told of.
    fn unheard(&self, happens: impl FnOnce() -> Result<(), local_stripe::Error>) {
        let endpoints = self.town.stack.stripe().set_endpoints(Vec::new());
        happens().expect("the account exists");
        self.town.stack.stripe().set_endpoints(endpoints);
    }

    async fn give_credit(&self, life: &mut Life) {
        let (country, currency, _) = self.flow.rail.at_home();
        let body = json!({
            "phone": life.phone, "reference": "gift", "direction": "credit", "reason": "spilled kopi",
            "amount": {"value": "1.25", "currency": currency},
        });
        self.ask(life, Caller::Operator, &format!("/v1/markets/{country}/adjustments"), Some(body)).await;
    }

    fn order(&self, life: &Life) -> Value {
        let mut order = json!({
            "reference": format!("order-{}", life.number), "description": "kopi", "channel": "chat",
            "amount": {"value": "25.00", "currency": self.flow.rail.at_home().1},
        });
        if self.flow.knows_payer {
            order["payer"] = json!({"phone": life.phone});
        }
        order
    }

    async fn create(&self, life: &mut Life, order: Value) {
        life.checkout = self.ask(life, Caller::Merchant, "/v1/checkouts", Some(order)).await;
    }

    async fn create_with_credit(&self, life: &mut Life) {
        let mut order = self.order(life);
        let consent = json!({
            "phone": life.phone, "merchant": life.shop.id, "reference": order["reference"],
            "amount": order["amount"],
        });
        let path = format!("/v1/markets/{}/wallet-consents", self.flow.rail.at_home().0);
        let testimony = self.ask(life, Caller::Operator, &path, Some(consent)).await;
        order["payer"]["wallet_consent"] = testimony["wallet_consent"].clone();
        self.create(life, order).await;
    }

    async fn refund(&self, life: &mut Life, value: Option<&str>) {
        let mut body = json!({"reference": "r1"});
        if let Some(value) = value {
            body["amount"] = json!({"value": value, "currency": self.flow.rail.at_home().1});
        }
        let path = format!("/v1/checkouts/{}/refunds", text(&life.checkout, "/id"));
        self.ask(life, Caller::Merchant, &path, Some(body)).await;
    }

    /// Two days pass. The sweep comes in the last hour of the promise, as often as there is something left
    /// for it.
    async fn mature(&self, life: &Life) {
        self.town.minutes(47 * 60 + 9).await;
        for _ in 0..2 {
            if self.is_due(life) {
                self.plan.act(false);
                self.sweep().await;
                self.plan.act(true);
            }
            self.town.minutes(20).await;
        }
        self.town.minutes(30).await;
    }

    /// The schedule is lost, and the sweep is hit.
    async fn mature_unscheduled(&self) {
        for schedule in self.town.stack.scheduler().schedules() {
            self.town.stack.scheduler().forget(&schedule.name);
        }
        self.town.minutes(47 * 60 + 10).await;
        self.sweep().await;
    }

    /// Asks, and again until there is an answer.
    async fn ask(&self, life: &mut Life, caller: Caller, path: &str, body: Option<Value>) -> Value {
        for tried in 0..PATIENCE {
            let answer = match caller {
                Caller::Merchant => self.town.call(&life.shop.key, "POST", path, body.clone()).await,
                Caller::Operator => self.town.operate("POST", path, body.clone()).await,
            };
            if answer.status < 500 {
                if answer.status >= 400 {
                    life.refused.push(format!("{path}: {} {}", answer.status, answer.json()));
                }
                return answer.json();
            }
            self.town.stack.advance(if tried < 3 { 5 } else { 3_600 }).await.expect("it comes to rest");
        }
        panic!("{path} was not answered for days");
    }
}
