//! HTTP as API Gateway hands it over: parsed once, answered with JSON or problem details.

use std::collections::HashMap;
use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use data_encoding::BASE64;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LINK};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::time::Timestamp;
use crate::fault::{Fault, Kind, Problem};

/// The largest body that is read: room for Stripe's largest event and for a hundred items.
const LARGEST_BODY_BYTES: usize = 256 * 1024;

/// What a function answers.
pub type Answer = Result<ApiGatewayV2httpResponse, Fault>;

/// A request.
#[derive(Debug)]
pub struct Request {
    /// `POST /v1/checkouts/{checkout}/expire`.
    pub route: String,
    /// When it came.
    pub at: Timestamp,
    /// API Gateway's id for it: the same when the function is started again for the same request.
    pub id: String,
    /// Whether API Gateway has checked an operator's token. A route without that authorizer never has.
    pub is_operator: bool,
    /// Who the operator is: the `sub` of the token.
    pub actor: Option<String>,
    path: HashMap<String, String>,
    query: HashMap<String, String>,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Reads one request, has `route` answer it, and gives what API Gateway is to send. Every function of the API is this.
///
/// # Errors
/// Never: what goes wrong is told in the answer.
pub async fn answer(
    event: ApiGatewayV2httpRequest,
    route: impl AsyncFnOnce(&Request) -> Answer,
) -> Result<ApiGatewayV2httpResponse, Infallible> {
    Ok(match Request::parse(event) {
        // A route's future is large, and lives on the heap once.
        Ok(request) => respond(&request, Box::pin(route(&request)).await),
        Err(problem) => refuse(&problem),
    })
}

/// What API Gateway is given for `answer`. A fault is logged here, once, and told in problem details.
fn respond(request: &Request, answer: Answer) -> ApiGatewayV2httpResponse {
    let (request_id, route) = (&request.id, &request.route);
    answer.unwrap_or_else(|fault| {
        match &fault {
            Fault::Reject(problem) => {
                // Not the field: of a field that we do not know, the name is the caller's own text.
                tracing::info!(request_id, route, kind = problem.type_uri, "refused");
            }
            Fault::Retry(reason) => tracing::warn!(request_id, route, reason, "failed for now"),
            Fault::Bug(reason) => tracing::error!(request_id, route, reason, "failed"),
        }
        refuse(&fault.to_problem())
    })
}

/// What API Gateway is given when not even the request could be read.
fn refuse(problem: &Problem) -> ApiGatewayV2httpResponse {
    response(problem.status, "application/problem+json", serde_json::to_string(problem).unwrap_or_default())
}

impl Request {
    /// Reads what API Gateway hands over.
    ///
    /// # Errors
    /// The body is too large, or not what its encoding says.
    pub fn parse(event: ApiGatewayV2httpRequest) -> Result<Self, Problem> {
        let body = event.body.unwrap_or_default();
        let body = if event.is_base64_encoded {
            let malformed = |_| Problem::new(Kind::MalformedRequest, "The body is not valid base64.");
            BASE64.decode(body.as_bytes()).map_err(malformed)?
        } else {
            body.into_bytes()
        };
        if body.len() > LARGEST_BODY_BYTES {
            let detail = format!("The body may have at most {LARGEST_BODY_BYTES} bytes.");
            return Err(Problem::new(Kind::BodyTooLarge, detail));
        }
        let context = event.request_context;
        let token = context.authorizer.and_then(|authorizer| authorizer.jwt);
        Ok(Self {
            route: context.route_key.unwrap_or_default(),
            at: Timestamp::from_epoch_millis(context.time_epoch),
            id: context.request_id.unwrap_or_default(),
            is_operator: token.is_some(),
            actor: token.and_then(|token| token.claims.get("sub").cloned()),
            path: event.path_parameters,
            query: event
                .query_string_parameters
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            headers: event.headers,
            body,
        })
    }

    /// The header `name`, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The bearer token.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization").and_then(|value| value.strip_prefix("Bearer "))
    }

    /// The body as it came.
    pub fn raw_body(&self) -> &[u8] {
        &self.body
    }

    /// A parameter of the path, parsed.
    ///
    /// # Errors
    /// What does not parse cannot exist: not found.
    pub fn path<T, E>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Fault> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        parse(text).map_err(|_| not_found(name))
    }

    /// A parameter of the query, parsed, if it is given.
    ///
    /// # Errors
    /// It does not parse.
    pub fn query<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        let parsed = self.query.get(name).map(|text| parse(text)).transpose();
        parsed.map_err(|error| Problem::invalid(name, error.to_string()).into())
    }

    /// The body as a JSON object.
    ///
    /// # Errors
    /// Another content type, no JSON, no object, or a field that does not fit; the field is named.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let media_type = self.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let problem = Problem::new(Kind::UnsupportedMediaType, "The body must be JSON.");
            return Err(problem.field("Content-Type").next("Send `Content-Type: application/json`.").into());
        }
        // serde would take a list as well, its elements as the fields in their order.
        if self.body.trim_ascii_start().starts_with(b"[") {
            return Err(Problem::invalid("body", "Send a JSON object.").into());
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            if inner.is_data() {
                unfit(&path, &inner.to_string())
            } else {
                let place =
                    format!("The JSON breaks off at line {}, column {}.", inner.line(), inner.column());
                Problem::new(Kind::MalformedRequest, place)
            }
        })?;
        reader.end().map_err(|_| Problem::new(Kind::MalformedRequest, "Something follows the JSON."))?;
        Ok(value)
    }
}

/// What serde says of a value that does not fit at `path`, in words for a caller: the field that is missing or there
/// twice is the field at fault, no type of ours is named, and no list of every currency is read out.
fn unfit(path: &str, message: &str) -> Problem {
    /// A message up to here is short enough to be read.
    const READABLE_BYTES: usize = 250;
    // The message ends with the place in the text; the path says it better.
    let message = message.split(" at line ").next().unwrap_or_default();
    let named = ["missing field `", "duplicate field `"]
        .into_iter()
        .find_map(|start| message.strip_prefix(start)?.strip_suffix('`'));
    let field = match (path, named) {
        (".", None) => "body".to_owned(),
        (".", Some(name)) => name.to_owned(),
        (path, None) => path.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
    };
    let (said, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    Problem::invalid(
        field,
        if expected.starts_with("struct ") {
            format!("{said}, expected an object")
        } else if message.len() > READABLE_BYTES {
            said.to_owned()
        } else {
            message.to_owned()
        },
    )
}

/// There is no such thing, or not for this caller.
pub fn not_found(what: &str) -> Fault {
    Problem::new(Kind::NotFound, format!("There is no such {what}.")).into()
}

/// No function has this route: the template and the code differ.
pub fn no_route(request: &Request) -> Fault {
    Fault::Bug(format!("no handler for {}", request.route))
}

/// Answers with JSON.
///
/// # Errors
/// `body` cannot be written: a bug.
pub fn json<T: Serialize>(status: u16, body: &T) -> Answer {
    let text =
        serde_json::to_string(body).map_err(|error| Fault::Bug(format!("write an answer: {error}")))?;
    Ok(response(status, "application/json", text))
}

/// Answers with a page of CSV. `next` is the address of the page after it, if there is one, as a `Link` header says it
/// ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)).
///
/// # Errors
/// The address cannot stand in a header: a bug.
pub fn csv_page(body: String, next: Option<&str>) -> Answer {
    let mut response = response(200, "text/csv; charset=utf-8; header=present", body);
    if let Some(next) = next {
        let link = HeaderValue::from_str(&format!("<{next}>; rel=\"next\""));
        let link = link.map_err(|_| Fault::Bug("a link cannot be written".to_owned()))?;
        response.headers.insert(LINK, link);
    }
    Ok(response)
}

fn response(status: u16, content_type: &'static str, body: String) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(status);
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers.insert("cache-control", HeaderValue::from_static("no-store"));
    response.body = Some(body.into());
    response
}
