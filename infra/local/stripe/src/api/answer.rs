//! Answering a request: who asks, what for, and the answer with Stripe's headers.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use local_wire::Call;
use serde_json::Value;

use super::auth;
use super::job::Job;
use super::routes::{self, Route, operation};
use crate::error::Error;
use crate::events::API_VERSION;
use crate::form::{self, Tree};
use crate::idempotency::{self, Answer, Key, Use, Verdict};
use crate::params::Params;
use crate::state::{Act, Cause};
use crate::stripe::Stripe;
use crate::table::Owner;

/// Larger requests are none of Stripe's.
const LARGEST_BODY: usize = 1 << 20;

/// A request that passed authentication.
struct Authorized {
    route: Route,
    path: String,
    tree: Tree,
    owner: Owner,
    key: Option<Key>,
    request_id: String,
}

/// What is answered, before it becomes HTTP.
struct Reply {
    answer: Answer,
    original_request: Option<String>,
    replayed: bool,
}

/// Answers any request to `/v1/…` and `/v2/…`.
pub(crate) async fn answer(State(stripe): State<Stripe>, request: Request) -> Response {
    let request_id = stripe.lock().ids.next("req");
    let (parts, body) = request.into_parts();
    let operation = operation(&parts);
    let reply = match authorize(&stripe, &parts, body, &request_id).await {
        // A client that hangs up does not stop what it asked for.
        Ok(authorized) => tokio::spawn(execute(stripe.clone(), authorized)).await.unwrap_or_else(|_| {
            let error = Error::api("The stand-in failed while it carried this out.");
            Reply::refusal(&error, &request_id)
        }),
        Err(error) => Reply::refusal(&error, &request_id),
    };
    stripe.calls().record(Call {
        service: "stripe",
        operation,
        caller: auth::caller(&stripe.lock(), &parts.headers),
        subject: subject(&parts, &reply.answer),
        status: reply.answer.status,
        error: None,
        write_units_tenths: 0,
        read_units_tenths: 0,
        at_millis: stripe.clock().epoch_millis(),
    });
    reply.into_response(&parts.headers, &request_id)
}

async fn authorize(
    stripe: &Stripe,
    parts: &Parts,
    body: Body,
    request_id: &str,
) -> Result<Authorized, Error> {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let owner = auth::owner(&stripe.lock(), &parts.headers)?;
    let route = routes::find(method, path).ok_or_else(|| unknown_route(method, path))?;
    stripe.lock().rates.count(route.operation, stripe.clock().epoch_seconds())?;
    if method == "GET" && owner.account.is_some() {
        stripe.lock().reads.count(&owner.platform, stripe.clock().epoch_seconds());
    }
    let body =
        to_bytes(body, LARGEST_BODY).await.map_err(|_| Error::invalid("The request body is too large."))?;
    let tree = decode(parts, path, &body)?;
    let header = parts.headers.get("idempotency-key").filter(|_| method == "POST");
    let key = header.and_then(|key| key.to_str().ok()).map(str::to_owned);
    key.as_deref().map_or(Ok(()), idempotency::check_length)?;
    let key = key.map(|key| (owner.clone(), key));
    Ok(Authorized { route, path: path.to_owned(), tree, owner, key, request_id: request_id.to_owned() })
}

fn unknown_route(method: &str, path: &str) -> Error {
    let message = format!(
        "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at \
         https://support.stripe.com/."
    );
    Error::invalid(message).with_status(404)
}

fn decode(parts: &Parts, path: &str, body: &Bytes) -> Result<Tree, Error> {
    if parts.method != "POST" {
        return form::decode(parts.uri.query().unwrap_or_default().as_bytes());
    }
    let is_v2 = path.starts_with("/v2/");
    let expected = if is_v2 { "application/json" } else { "application/x-www-form-urlencoded" };
    // Stripe takes an empty request without it. Its own mock does not, and every SDK sends it.
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .ok_or_else(|| Error::invalid(format!("Content-Type header was empty. Expected: `{expected}`.")))?;
    if is_v2 {
        return form::decode_json(body);
    }
    if kind.as_bytes().starts_with(b"application/json") {
        let message = "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If \
                       you have questions, we can help at https://support.stripe.com/.";
        return Err(Error::invalid(message));
    }
    form::decode(body)
}

async fn execute(stripe: Stripe, request: Authorized) -> Reply {
    let mut params = Params::new(request.tree.clone());
    let parsed = params.texts("expand").and_then(|expand| Ok((expand, request.route.parse(params)?)));
    let (expand, job) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Reply::refusal(&error, &request.request_id),
    };
    match claim_key(&stripe, &request) {
        Ok(Verdict::Execute) => {}
        Ok(Verdict::Replay { answer, original_request }) => {
            return Reply { answer, original_request: Some(original_request), replayed: true };
        }
        Err(error) => return Reply::refusal(&error, &request.request_id),
    }
    if request.key.is_some() {
        stripe.linger().await;
    }
    let answer = carry_out(&stripe, &request, job, &expand);
    let original_request = request.key.is_some().then(|| request.request_id.clone());
    Reply { answer, original_request, replayed: false }
}

/// Looks up the request's idempotency key, and takes it when it is free.
fn claim_key(stripe: &Stripe, request: &Authorized) -> Result<Verdict, Error> {
    let Some(key) = &request.key else { return Ok(Verdict::Execute) };
    let used = Use {
        path: request.path.clone(),
        params: request.tree.clone(),
        request_id: request.request_id.clone(),
    };
    stripe.lock().keys.begin(key, used, stripe.clock().epoch_millis())
}

/// Does what was asked for and keeps the answer under the idempotency key, in one step.
fn carry_out(stripe: &Stripe, request: &Authorized, job: Job, expand: &[String]) -> Answer {
    let now_millis = stripe.clock().epoch_millis();
    let mut state = stripe.lock();
    state.catch_up(now_millis);
    let key = request.key.as_ref().map(|(_, key)| key.clone());
    let cause = Cause { request: Some(request.request_id.clone()), key };
    let mut act = Act { state: &mut state, now_millis, owner: request.owner.clone(), cause };
    let answer = match job(&mut act).and_then(|answer| act.state.expand(answer, expand)) {
        Ok(body) => Answer { status: 200, body: body.to_string() },
        Err(error) => Reply::refusal(&error, &request.request_id).answer,
    };
    if let Some(key) = &request.key {
        state.keys.finish(key, answer.clone());
    }
    answer
}

/// What a call was about: the id in the answer, or else the account.
fn subject(parts: &Parts, answer: &Answer) -> String {
    let id = serde_json::from_str::<Value>(&answer.body).ok();
    let id = id.as_ref().and_then(|body| body.get("id")).and_then(Value::as_str).map(str::to_owned);
    let account = parts.headers.get("stripe-account").and_then(|account| account.to_str().ok());
    id.or_else(|| {
        routes::find(parts.method.as_str(), parts.uri.path())
            .map(|route| route.id)
            .filter(|id| !id.is_empty())
    })
    .unwrap_or_else(|| account.unwrap_or_default().to_owned())
}

impl Reply {
    fn refusal(error: &Error, request_id: &str) -> Self {
        let answer = Answer { status: error.status(), body: error.body(request_id).to_string() };
        Self { answer, original_request: None, replayed: false }
    }

    fn into_response(self, asked: &HeaderMap, request_id: &str) -> Response {
        let status = StatusCode::from_u16(self.answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.answer.body).into_response();
        let headers = response.headers_mut();
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("content-type", "application/json");
        set("request-id", request_id);
        let text = |name: &str| asked.get(name).and_then(|value| value.to_str().ok());
        set("stripe-version", text("stripe-version").unwrap_or(API_VERSION));
        for name in ["idempotency-key", "stripe-account"] {
            if let Some(value) = text(name) {
                set(name, value);
            }
        }
        if let Some(original) = &self.original_request {
            set("original-request", original);
        }
        // The one limit that the stand-in has.
        if status == StatusCode::TOO_MANY_REQUESTS {
            set("stripe-rate-limited-reason", "endpoint-rate");
        }
        if self.replayed {
            set("idempotent-replayed", "true");
        }
        response
    }
}
