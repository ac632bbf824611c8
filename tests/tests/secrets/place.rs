//! A town whose every secret is known to this test, with somebody between the functions and all whom they
//! speak to.

use std::sync::Arc;

use kembali_local::client::Response;
use kembali_local::{Options, Stack};
use kembali_tests::{CONNECT_SECRET, DAWN, Shop, Town, signature, text};
use local_functions::production;
use local_functions::{Build, Registry};
use local_wire::Clock;
use serde_json::{Value, json};

use crate::between::Between;
use crate::events::enrich;
use crate::garden::{Garden, Kind};
use crate::logs::Logs;
use crate::outputs::{Output, Place as Out, of_stack};

/// The town and all that surrounds it.
pub(crate) struct Place {
    pub(crate) town: Town,
    pub(crate) garden: Garden,
    pub(crate) logs: Logs,
    pub(crate) stripe: Between,
    pub(crate) aws: Between,
    answers: Vec<Output>,
    /// How many requests and events were sent in.
    pub(crate) inputs: usize,
    /// How many of Stripe's events have been delivered.
    delivered: usize,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let garden = Garden::default();
        let (stripe, aws) = (Between::new().await, Between::new().await);
        aws.keep("SendMessage");
        let mut options = Options::new(Clock::fixed(DAWN));
        // The same lines every hour would be looked through in vain.
        options.template = options
            .template
            .replace("rate(1 hour)", "rate(10 hours)")
            .replace("rate(30 minutes)", "rate(3 hours)");
        options.parameters.insert("StripeApiUrl".to_owned(), stripe.url());
        for (country, key) in &mut options.secrets.stripe_secret_keys {
            *key = garden.secret(&format!("sktest{}", country.code()));
        }
        options.secrets.payer_hash_key = garden.secret("payerhashkey");
        options.secrets.operator_key = garden.secret("operatorkey");
        options.secrets.account_webhook = garden.secret("whsecaccount");
        options.secrets.thin_webhook = garden.secret("whsecthin");
        garden.plant(Kind::Secret, CONNECT_SECRET);
        let registry: Registry =
            production().into_iter().map(|(name, build)| (name, through(&aws, build))).collect();
        let names: Vec<String> = registry.keys().map(|name| (*name).to_owned()).collect();
        let logs = Logs::of_process(&names);
        let town = Town::of(Stack::start(options, &registry).await.unwrap());
        stripe.lead_to(&town.stack.stripe_url());
        let told = garden.clone();
        stripe.change_answers(Arc::new(move |answer| enrich(&told, answer)));
        // This test delivers Stripe's events itself, with more in them.
        town.stack.stripe().set_endpoints(Vec::new());
        Self { town, garden, logs, stripe, aws, answers: Vec::new(), inputs: 0, delivered: 0 }
    }

    /// Sends a request with a token and headers in which something is planted as well, and keeps what is
    /// answered.
    pub(crate) async fn ask(
        &mut self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Response {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(token, method, path, "application/json", body).await
    }

    /// As [`Self::ask`], with any body.
    pub(crate) async fn send(
        &mut self,
        token: &str,
        method: &str,
        path: &str,
        content_type: &str,
        body: String,
    ) -> Response {
        self.garden.plant(Kind::Secret, &format!("Bearer {token}"));
        let authorization = format!("Bearer {token}");
        let (agent, cookie) = ("Zsagent", "Zscookie=Zscookie");
        let (from, card) = (self.garden.phone_of(90), self.garden.card_of(90));
        self.garden.plant(Kind::Secret, "Zsagent");
        self.garden.plant(Kind::Secret, "Zscookie");
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", content_type),
            ("user-agent", agent),
            ("cookie", cookie),
            ("from", &from),
            ("x-card", &card),
            ("x-request-id", agent),
        ];
        let answer = self.town.client.send(method, path, &headers, body).await.unwrap();
        self.note(answer)
    }

    /// Keeps an answer.
    pub(crate) fn note(&mut self, answer: Response) -> Response {
        self.inputs += 1;
        let place = if answer.status < 300 { Out::Answer } else { Out::Problem };
        for key in ["/api_key", "/wallet_consent"] {
            let given = text(&answer.json(), key);
            if !given.is_empty() {
                self.garden.plant(Kind::Given, given.rsplit('_').next().unwrap());
            }
        }
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        self.answers.push(Output::new(place, format!("{:?} {body}", answer.headers)));
        answer
    }

    /// Sends a request as an operator.
    pub(crate) async fn operate(&mut self, method: &str, path: &str, body: Option<&Value>) -> Response {
        let token = self.town.stack.operator_token().unwrap();
        self.garden.plant(Kind::Secret, token.rsplit('.').next().unwrap());
        self.ask(&token, method, path, body).await
    }

    /// Lets everything happen that is due, Stripe's events among it, each with everything planted in it that
    /// Stripe may tell.
    pub(crate) async fn settle(&mut self) {
        loop {
            self.town.settle().await;
            let events = self.town.stack.stripe().events();
            let new = events.get(self.delivered..).unwrap_or_default().to_vec();
            if new.is_empty() {
                return;
            }
            self.delivered = events.len();
            for mut event in new {
                enrich(&self.garden, &mut event);
                self.deliver(&event.to_string()).await;
            }
        }
    }

    /// Delivers an event's body, signed.
    pub(crate) async fn deliver(&mut self, body: &str) -> Response {
        let now = self.town.now();
        let signature = signature(CONNECT_SECRET, now, body);
        self.garden.plant(Kind::Secret, &signature);
        let header = format!("t={now},v1={signature}");
        let answer = self.town.post_webhook(&header, "application/json; charset=utf-8", body).await;
        self.note(answer)
    }

    /// Lets hours pass.
    pub(crate) async fn hours(&mut self, hours: i64) {
        for _ in 0..hours {
            self.town.hours(1).await;
            self.settle().await;
        }
    }

    /// A merchant who is enabled, and who writes their own words wherever they can.
    pub(crate) async fn shop(&mut self, reference: &str) -> Shop {
        let email = format!("{}@example.com", self.garden.plant(Kind::Words, &format!("Zwmail{reference}")));
        let name: String = self.garden.words("name").chars().take(60).collect();
        let application = json!({
            "reference": reference, "name": name, "email": email, "country": "SG", "fee_bps": 100,
        });
        let answer = self.operate("POST", "/v1/merchants", Some(&application)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        let (id, key) = (text(&answer.json(), "/id"), text(&answer.json(), "/api_key"));
        let link = self.ask(&key, "POST", &format!("/v1/merchants/{id}/onboarding-link"), None).await.json();
        let account = text(&link, "/account");
        self.town.stack.stripe().complete_onboarding(&account).unwrap();
        self.settle().await;
        let shop = Shop { id, key, account };
        let read = self.ask(&shop.key, "GET", &format!("/v1/merchants/{}", shop.id), None).await.json();
        assert_eq!(text(&read, "/state"), "enabled");
        shop
    }

    /// Everything that has come out so far.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        let mut outputs = of_stack(&self.town);
        outputs.extend(self.answers.iter().cloned());
        outputs.extend(self.logs.lines().into_iter().map(|line| Output::new(Out::Log, line)));
        outputs.extend(self.aws.kept().into_iter().map(|sent| Output::new(Out::Queue, sent)));
        outputs
    }
}

/// A function that reaches AWS through `aws`.
fn through(aws: &Between, build: Build) -> Build {
    let aws = aws.clone();
    Arc::new(move |environment| {
        let mut environment = environment.clone();
        for (name, value) in &mut environment {
            if name.starts_with("AWS_ENDPOINT_URL_") {
                aws.lead_to(value);
                *value = aws.url();
            }
        }
        build(&environment)
    })
}
