//! A plain HTTP client for the demo, the page, the tests and the operator: it goes to the gateway as
//! everybody else does.

use std::pin::Pin;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What RFC 3986 leaves unreserved stays as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `text` as one segment of a path, or one value of a query, whatever a person typed.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// The request had no answer.
#[derive(Debug, thiserror::Error)]
#[error("{method} {url}: {reason}")]
pub struct NoAnswer {
    method: String,
    url: String,
    reason: String,
}

/// The client. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    line: Line,
}

/// Only a deployment is spoken to in private; to read the machine's root certificates takes its time.
#[derive(Clone, Debug)]
enum Line {
    Plain(HyperClient<HttpConnector, Full<Bytes>>),
    Private(HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>),
    NoRoots(String),
}

impl Line {
    fn to(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        if !base.starts_with("https://") {
            return Self::Plain(HyperClient::builder(TokioExecutor::new()).build(connector));
        }
        connector.enforce_http(false);
        match HttpsConnectorBuilder::new().with_native_roots() {
            Ok(roots) => {
                let private = roots.https_only().enable_http1().wrap_connector(connector);
                Self::Private(HyperClient::builder(TokioExecutor::new()).build(private))
            }
            Err(error) => Self::NoRoots(error.to_string()),
        }
    }

    async fn request(
        &self,
        request: hyper::Request<Full<Bytes>>,
    ) -> Result<hyper::Response<Incoming>, String> {
        let answer = match self {
            Self::Plain(line) => line.request(request).await,
            Self::Private(line) => line.request(request).await,
            Self::NoRoots(error) => return Err(format!("no root certificates: {error}")),
        };
        answer.map_err(|error| error.to_string())
    }
}

impl Response {
    /// The body as JSON, or `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The first header `name`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What [`Client::send`] is waited on for. It is boxed so that every program that sends something does not
/// compile hyper once more.
pub type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response, NoAnswer>> + Send + 'a>>;

impl Client {
    /// A client of the server at `base` (no trailing slash).
    pub fn new(base: impl Into<String>) -> Self {
        let base = base.into();
        Self { line: Line::to(&base), base }
    }

    /// Sends a request with these headers and this body. Redirects are not followed.
    ///
    /// # Errors
    /// The server did not answer, or the request cannot be sent.
    pub fn send<'a>(
        &'a self,
        method: &'a str,
        path: &'a str,
        headers: &'a [(&'a str, &'a str)],
        body: impl Into<Bytes>,
    ) -> Sent<'a> {
        self.send_bytes(method, path, headers, body.into())
    }

    fn send_bytes<'a>(
        &'a self,
        method: &'a str,
        path: &'a str,
        headers: &'a [(&'a str, &'a str)],
        body: Bytes,
    ) -> Sent<'a> {
        Box::pin(async move {
            let url = format!("{}{path}", self.base);
            let failed = |reason: String| NoAnswer { method: method.to_owned(), url: url.clone(), reason };
            let mut request = hyper::Request::builder().method(method).uri(&url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Full::new(body)).map_err(|error| failed(error.to_string()))?;
            let answer = self.line.request(request).await.map_err(failed)?;
            let status = answer.status().as_u16();
            let text =
                |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            let headers =
                answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
            let body = answer.into_body().collect().await.map_err(|error| failed(error.to_string()))?;
            Ok(Response { status, headers, body: body.to_bytes().to_vec() })
        })
    }

    /// A request with a bearer token and, if there is one, a JSON body.
    ///
    /// # Errors
    /// The server did not answer.
    pub async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, NoAnswer> {
        let authorization = format!("Bearer {token}");
        let json = ("content-type", "application/json");
        match body {
            Some(body) => {
                self.send(method, path, &[("authorization", &authorization), json], body.to_string()).await
            }
            None => self.send(method, path, &[("authorization", &authorization)], String::new()).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form would write a plus for the space, and in a path a plus is a plus.
    #[test]
    fn what_a_person_typed_is_one_segment() {
        assert_eq!(encoded("chk_a-b.c~d"), "chk_a-b.c~d");
        assert_eq!(encoded("+65 9/é?"), "%2B65%209%2F%C3%A9%3F");
    }
}
