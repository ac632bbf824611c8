//! The post office between Stripe and the gateway: it loses, repeats, delays and misdates webhooks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use kembali_local::client::Client;
use kembali_tests::signature;
use local_stripe::{Endpoint, Scope};
use local_wire::serve::{Served, serve_on};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::dice::Dice;

/// Whether webhooks are lost for good. What no webhook brings is fetched from Stripe's list of events.
pub const LOSES_FOR_GOOD: bool = true;

/// The events that the endpoints are subscribed to, as infra/README.md has them.
const SUBSCRIBED: [&str; 7] = [
    "checkout.session.",
    "charge.succeeded",
    "charge.refunded",
    "charge.dispute.",
    "refund.",
    "account.updated",
    "capability.updated",
];

/// How the old secret and the new one of each endpoint begin.
const OLD: &str = "whsec_old";
const NEW: &str = "whsec_new";

/// The office. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Mail(Arc<Mutex<Office>>);

#[derive(Debug)]
struct Office {
    gateway: Client,
    dice: Dice,
    /// Whether everything arrives as it should.
    is_calm: bool,
    now: i64,
    secret: &'static str,
    /// Events that nobody takes before a time.
    held: BTreeMap<String, i64>,
    /// Copies that are still to arrive, by time.
    copies: Vec<(i64, String)>,
    seen: BTreeMap<String, usize>,
    counts: BTreeMap<&'static str, u64>,
    lines: Vec<(i64, String)>,
    /// The events that were taken by the gateway, with the first time.
    taken: BTreeMap<String, i64>,
    lost: BTreeMap<String, i64>,
    /// The events that did not just come.
    touched: BTreeSet<String>,
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Pass,
    Twice,
    CopyLater(i64),
    Hold(i64),
    /// It is taken, and Stripe does not hear of it.
    NoThanks,
    /// Dated wrongly by so many seconds, and signed so.
    Misdated(i64),
    Lost,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Pass => "passed",
            Self::Twice => "duplicated",
            Self::CopyLater(_) => "duplicated later",
            Self::Hold(_) => "held back",
            Self::NoThanks => "taken without thanks",
            Self::Misdated(_) => "misdated",
            Self::Lost => "lost for good",
        }
    }
}

/// The secrets of the functions: the old and the new one of each kind of endpoint.
pub fn secrets(kind: &str) -> String {
    format!("{OLD}_{kind},{NEW}_{kind}")
}

impl Mail {
    /// An office in front of the gateway at `gateway`, and where it is.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn open(seed: u64, gateway: &str, now: i64) -> std::io::Result<(Self, Served)> {
        let office = Office {
            gateway: Client::new(gateway),
            dice: Dice::new(seed, "mail"),
            is_calm: true,
            now,
            secret: OLD,
            held: BTreeMap::new(),
            copies: Vec::new(),
            seen: BTreeMap::new(),
            counts: BTreeMap::new(),
            lines: Vec::new(),
            taken: BTreeMap::new(),
            lost: BTreeMap::new(),
            touched: BTreeSet::new(),
        };
        let mail = Self(Arc::new(Mutex::new(office)));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let router = Router::new().route("/{kind}", post(receive)).with_state(mail.clone());
        Ok((mail, serve_on(listener, router)?))
    }

    /// The endpoints at Stripe, at the office's address, with the secrets that it signs with now.
    pub fn endpoints(&self, url: &str) -> Vec<Endpoint> {
        let secret = self.lock().secret;
        [("connect", Scope::Connect), ("thin", Scope::Thin)]
            .into_iter()
            .map(|(kind, scope)| Endpoint {
                url: format!("{url}/{kind}"),
                secret: format!("{secret}_{kind}"),
                scope,
            })
            .collect()
    }

    /// Stripe signs with the new secrets from now on.
    pub fn roll_secrets(&self) {
        self.lock().secret = NEW;
    }

    /// From now on everything arrives, or not.
    pub fn set_calm(&self, is_calm: bool) {
        let mut office = self.lock();
        office.is_calm = is_calm;
        if is_calm {
            office.held.clear();
        }
    }

    /// What was noted since the last time: when, and what.
    pub fn take_lines(&self) -> Vec<(i64, String)> {
        std::mem::take(&mut self.lock().lines)
    }

    /// How often each thing was done.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.lock().counts.clone()
    }

    /// When the gateway took an event for the first time, by the event's id.
    pub fn taken(&self) -> BTreeMap<String, i64> {
        self.lock().taken.clone()
    }

    /// Which events were lost for good, and when.
    pub fn lost(&self) -> Vec<(String, i64)> {
        self.lock().lost.iter().map(|(id, at)| (id.clone(), *at)).collect()
    }

    /// Which events were lost, repeated, delayed or misdated.
    pub fn touched(&self) -> BTreeSet<String> {
        self.lock().touched.clone()
    }

    /// Delivers the copies that are due. How many there were.
    pub async fn deliver_copies(&self, now: i64) -> usize {
        let due: Vec<String> = {
            let mut office = self.lock();
            office.now = now;
            let (due, later): (Vec<_>, Vec<_>) =
                std::mem::take(&mut office.copies).into_iter().partition(|(at, _)| *at <= now);
            office.copies = later;
            due.into_iter().map(|(_, body)| body).collect()
        };
        for body in &due {
            self.forward("connect", body, now, now).await;
        }
        due.len()
    }

    /// When the next copy is due.
    pub fn next_copy(&self) -> Option<i64> {
        self.lock().copies.iter().map(|(at, _)| *at).min()
    }

    fn fate(&self, event: &str, now: i64) -> Fate {
        let mut office = self.lock();
        office.now = now;
        if office.is_calm {
            return Fate::Pass;
        }
        if office.held.get(event).is_some_and(|until| *until > now) {
            return Fate::Hold(0);
        }
        let tries = office.seen.entry(event.to_owned()).or_default();
        *tries += 1;
        // Nothing is unlucky for ever.
        if *tries > 3 {
            return Fate::Pass;
        }
        match office.dice.between(0, 999) {
            0..=39 => Fate::Twice,
            40..=79 => Fate::CopyLater(office.dice.between(1, 20 * 3600)),
            80..=129 => {
                let until = now + office.dice.between(1, 4 * 3600);
                office.held.insert(event.to_owned(), until);
                Fate::Hold(until - now)
            }
            130..=159 => Fate::NoThanks,
            160..=199 => Fate::Misdated(office.dice.between(-240, 240)),
            200..=249 if LOSES_FOR_GOOD => Fate::Lost,
            _ => Fate::Pass,
        }
    }

    /// Posts a body to the gateway as Stripe does, signed as of `dated`. The status of the answer.
    async fn forward(&self, kind: &str, body: &str, now: i64, dated: i64) -> u16 {
        let (gateway, secret) = {
            let office = self.lock();
            (office.gateway.clone(), format!("{}_{kind}", office.secret))
        };
        let header = format!("t={dated},v1={}", signature(&secret, dated, body));
        let headers =
            [("stripe-signature", header.as_str()), ("content-type", "application/json; charset=utf-8")];
        let answer = gateway.send("POST", "/webhooks/stripe", &headers, body.to_owned()).await;
        let status = answer.map_or(502, |answer| answer.status);
        if (200..300).contains(&status)
            && let Some(id) = id_of(body)
        {
            self.lock().taken.entry(id).or_insert(now);
        }
        status
    }

    async fn receive(&self, kind: &str, now: i64, body: &str) -> u16 {
        let event: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, name) = (text("id"), text("type"));
        if kind == "connect" && !SUBSCRIBED.iter().any(|start| name.starts_with(start)) {
            return 200;
        }
        let fate = self.fate(&id, now);
        let status = match fate {
            Fate::Pass => self.forward(kind, body, now, now).await,
            Fate::Twice => {
                self.forward(kind, body, now, now).await;
                self.forward(kind, body, now, now).await
            }
            Fate::CopyLater(seconds) => {
                self.lock().copies.push((now + seconds, body.to_owned()));
                self.forward(kind, body, now, now).await
            }
            Fate::Hold(_) => 500,
            Fate::NoThanks => {
                self.forward(kind, body, now, now).await;
                500
            }
            Fate::Misdated(seconds) => {
                let body = misdated(event, seconds);
                self.forward(kind, &body, now, now + seconds).await
            }
            Fate::Lost => {
                self.lock().lost.insert(id.clone(), now);
                200
            }
        };
        let mut office = self.lock();
        *office.counts.entry(fate.name()).or_default() += 1;
        if fate != Fate::Pass {
            office.touched.insert(id.clone());
        }
        office.lines.push((now, format!("webhook {name} {id} {}: {status}", fate.name())));
        status
    }

    fn lock(&self) -> MutexGuard<'_, Office> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn receive(
    State(mail): State<Mail>,
    axum::extract::Path(kind): axum::extract::Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    // Stripe's own signature says what time it is: it signs each attempt anew.
    let header = headers.get("stripe-signature").and_then(|header| header.to_str().ok()).unwrap_or_default();
    let signed = header.split(',').find_map(|part| part.strip_prefix("t=")?.parse().ok());
    let (Some(now), Ok(body)) = (signed, std::str::from_utf8(&body)) else { return StatusCode::BAD_REQUEST };
    let status = mail.receive(&kind, now, body).await;
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

/// The event as a Stripe would send it whose clock is wrong.
fn misdated(event: Value, seconds: i64) -> String {
    let mut event = event;
    if let Some(created) = event.get("created").and_then(Value::as_i64)
        && let Some(fields) = event.as_object_mut()
    {
        fields.insert("created".to_owned(), (created + seconds).into());
    }
    event.to_string()
}

fn id_of(body: &str) -> Option<String> {
    let event: Value = serde_json::from_str(body).ok()?;
    event.get("id")?.as_str().map(str::to_owned)
}
