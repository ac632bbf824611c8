//! Somebody between two who speak: passes on what they say, plants something in it, keeps a copy of it, or
//! answers with an error that repeats all that was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kembali_local::client::Client;
use local_wire::serve::{Served, serve_on};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How a request is failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    /// Refused for good.
    Refused,
    /// Failed for now.
    Broken,
    /// Served, with an answer that cannot be read.
    Nonsense,
}

/// Changes the body of a request or of an answer.
pub(crate) type Change = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// The one between. Cloning shares it.
#[derive(Clone, Default)]
pub(crate) struct Between {
    state: Arc<Mutex<Inner>>,
    url: String,
    _served: Option<Arc<Served>>,
}

#[derive(Default)]
struct Inner {
    leads_to: Option<Client>,
    faults: Vec<(String, How, usize)>,
    failed: usize,
    answers: Option<Change>,
    /// The bodies of requests whose head has this text in it.
    kept: Option<(&'static str, Vec<String>)>,
}

impl Between {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let between = Self { url: format!("http://{}", listener.local_addr().unwrap()), ..Self::default() };
        let router = Router::new().fallback(pass).with_state(between.clone());
        let served = Some(Arc::new(serve_on(listener, router).unwrap()));
        Self { _served: served, ..between }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    pub(crate) fn lead_to(&self, url: &str) {
        self.state.lock().unwrap().leads_to = Some(Client::new(url));
    }

    /// What is planted in answers.
    pub(crate) fn change_answers(&self, change: Change) {
        self.state.lock().unwrap().answers = Some(change);
    }

    /// Keeps a copy of what is sent with `head` in its head.
    pub(crate) fn keep(&self, head: &'static str) {
        self.state.lock().unwrap().kept = Some((head, Vec::new()));
    }

    pub(crate) fn kept(&self) -> Vec<String> {
        self.state.lock().unwrap().kept.as_ref().map(|(_, kept)| kept.clone()).unwrap_or_default()
    }

    /// Fails the next `times` requests in whose head stands `head`: method, path and the name of an AWS
    /// action.
    pub(crate) fn fail(&self, head: &str, how: How, times: usize) {
        self.state.lock().unwrap().faults.push((head.to_owned(), how, times));
    }

    /// Ends every failure. How many there were since the last time.
    pub(crate) fn mend(&self) -> usize {
        let mut inner = self.state.lock().unwrap();
        inner.faults.clear();
        std::mem::take(&mut inner.failed)
    }

    /// How the request with this head is to be failed, if it is, and where requests lead.
    fn next(&self, head: &str, body: &str) -> (Option<How>, Client, Option<Change>) {
        let mut inner = self.state.lock().unwrap();
        if let Some((wanted, kept)) = &mut inner.kept
            && head.contains(*wanted)
        {
            kept.push(body.to_owned());
        }
        let fault =
            inner.faults.iter_mut().find(|(wanted, _, times)| *times > 0 && head.contains(wanted.as_str()));
        let how = fault.map(|(_, how, times)| {
            *times -= 1;
            *how
        });
        inner.failed += usize::from(how.is_some());
        (how, inner.leads_to.clone().unwrap(), inner.answers.clone())
    }
}

async fn pass(
    State(between): State<Between>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let action =
        headers.get("x-amz-target").and_then(|name| name.to_str().ok()).unwrap_or_default().to_owned();
    let head = format!("{method} {uri} {action}");
    let text = String::from_utf8_lossy(&body).into_owned();
    let (how, leads_to, change) = between.next(&head, &text);
    if let Some(how) = how {
        return failed(how, !action.is_empty(), &format!("{head} {headers:?} {text}"));
    }
    let kept: Vec<(String, String)> = headers
        .iter()
        .filter(|(name, _)| !["host", "content-length", "connection"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let kept: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = leads_to.send(method.as_str(), &uri.to_string(), &kept, body.to_vec()).await.unwrap();
    let mut out = answer.body.clone();
    if let (Some(change), Ok(mut json)) = (change, serde_json::from_slice::<Value>(&answer.body)) {
        change(&mut json);
        out = json.to_string().into_bytes();
    }
    let mut response = (StatusCode::from_u16(answer.status).unwrap(), out).into_response();
    for (name, value) in &answer.headers {
        if !["content-length", "transfer-encoding", "connection", "x-amz-crc32"].contains(&name.as_str()) {
            let name = axum::http::HeaderName::try_from(name.as_str()).unwrap();
            response.headers_mut().insert(name, value.parse().unwrap());
        }
    }
    response
}

/// An error in the words of the side that answers, in whose message stands all that was asked.
fn failed(how: How, is_aws: bool, asked: &str) -> Response {
    let (status, kind) = match how {
        How::Refused => (StatusCode::BAD_REQUEST, "ValidationException"),
        How::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        How::Nonsense => return (StatusCode::OK, format!("<html>{asked}</html>")).into_response(),
    };
    let json = [("content-type", if is_aws { "application/x-amz-json-1.0" } else { "application/json" })];
    let stripe = json!({"type": "invalid_request_error", "message": asked, "param": asked, "doc_url": asked});
    let body = json!({"__type": kind, "message": asked, "Message": asked, "Item": {"note": {"S": asked}}, "error": stripe});
    (status, json, body.to_string()).into_response()
}
