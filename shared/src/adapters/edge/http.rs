//! HTTP as API Gateway hands it over: parsed once, answered with JSON or problem details.

use std::collections::HashMap;
use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use data_encoding::BASE64;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LINK, WWW_AUTHENTICATE};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json;
use crate::domain::market::Country;
use crate::domain::time::Timestamp;
use crate::fault::{Fault, Kind, Problem};

/// The largest body that is read: room for Stripe's largest event and for a hundred items.
const LARGEST_BODY_BYTES: usize = 256 * 1024;

/// What a function answers.
pub type Answer = Result<ApiGatewayV2httpResponse, Fault>;

/// A request.
#[derive(Debug)]
pub struct Request {
    /// `POST /v1/checkouts/{checkout}/expire`. For `HEAD` it is the route of `GET`: the answer is the same,
    /// and whoever sends it leaves the body out, as HTTP asks.
    pub route: String,
    /// The method.
    pub method: Method,
    /// The path as it was sent. It may hold a phone number: it goes into no log.
    pub raw_path: String,
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

/// Reads one request, has `route` answer it, and gives what API Gateway is to send. Every function of the API
/// is this.
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

/// What API Gateway is given for `problem`.
pub fn refuse(problem: &Problem) -> ApiGatewayV2httpResponse {
    let text = serde_json::to_string(problem).unwrap_or_default();
    let mut response = response(problem.status, "application/problem+json", text);
    if problem.status == Kind::Unauthorized.status() {
        response.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

impl Request {
    /// Reads what API Gateway hands over.
    ///
    /// # Errors
    /// The body is too large or not what its encoding says, a parameter is given twice, or the path ends with
    /// a slash.
    pub fn parse(event: ApiGatewayV2httpRequest) -> Result<Self, Problem> {
        let body = event.body.unwrap_or_default();
        let body = if event.is_base64_encoded {
            let malformed = Problem::new(Kind::MalformedRequest, "The body is not valid base64.");
            BASE64.decode(body.as_bytes()).map_err(|_| malformed.next("Send the request again."))?
        } else {
            body.into_bytes()
        };
        if body.len() > LARGEST_BODY_BYTES {
            let detail = format!("The body may have at most {LARGEST_BODY_BYTES} bytes.");
            return Err(Problem::new(Kind::BodyTooLarge, detail).next("Send less at a time."));
        }
        let raw_path = event.raw_path.unwrap_or_default();
        let query = query(event.raw_query_string.as_deref().unwrap_or_default())?;
        let context = event.request_context;
        let route = context.route_key.unwrap_or_default();
        if let (Some((_, path)), true) = (route.split_once(' '), raw_path.ends_with('/')) {
            return Err(no_slash(path));
        }
        let token = context.authorizer.and_then(|authorizer| authorizer.jwt);
        Ok(Self {
            route: route.strip_prefix("HEAD ").map_or(route.clone(), |path| format!("GET {path}")),
            method: context.http.method,
            raw_path,
            at: Timestamp::from_epoch_millis(context.time_epoch),
            id: context.request_id.unwrap_or_default(),
            is_operator: token.is_some(),
            actor: token.and_then(|token| token.claims.get("sub").cloned()),
            path: event.path_parameters,
            query,
            headers: event.headers,
            body,
        })
    }

    /// The header `name`, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The bearer token. The scheme is written in any case ([RFC
    /// 9110](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)).
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim_start_matches(' '))
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

    /// The market in the path.
    ///
    /// # Errors
    /// There is no such market.
    pub fn country(&self) -> Result<Country, Fault> {
        self.path("country", |code| Country::parse(code).ok_or(())).map_err(|_| {
            Problem::new(Kind::NotFound, "There is no such market.")
                .field("country")
                .next(format!("Write one of {} in the address.", Country::codes()))
                .into()
        })
    }

    /// How many are asked for at a time: `usual` when nothing is said.
    ///
    /// # Errors
    /// It is no number from 1 to `largest`.
    pub fn limit(&self, usual: u16, largest: u16) -> Result<u16, Fault> {
        let limit = self.query("limit", |text| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let limit = text.parse().ok().filter(|limit| is_plain && (1..=largest).contains(limit));
            limit.ok_or_else(|| format!("The limit is not possible. Write a number from 1 to {largest}."))
        });
        Ok(limit?.unwrap_or(usual))
    }

    /// A parameter of the query, parsed, if it is given.
    ///
    /// # Errors
    /// It does not parse. The error says in its first sentence what is wrong, and in the rest what to write.
    pub fn query<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        let parsed = self.query.get(name).map(|text| parse(text)).transpose();
        parsed.map_err(|error| Problem::unfit(name, &error).into())
    }

    /// A word of one of our lists in the query, if it is given.
    ///
    /// # Errors
    /// It is none of them.
    pub fn query_word<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Fault> {
        let word = self.query.get(name).map(|text| json::word(text).map_err(|misfit| misfit.at(name)));
        Ok(word.transpose()?)
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
        Ok(json::read(&self.body)?)
    }
}

/// The parameters of a query. API Gateway also hands them over decoded, but joins the values of one name with
/// commas: nobody could tell `amount=10,50` from two amounts then.
fn query(raw: &str) -> Result<HashMap<String, String>, Problem> {
    let mut parameters = HashMap::new();
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        if parameters.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(Problem::invalid(name, "The parameter is given twice.", "Send it once."));
        }
    }
    Ok(parameters)
}

/// There is no such thing, or not for this caller.
pub fn not_found(what: &str) -> Fault {
    let next = format!("Check the id of the {what}; those of others are not shown.");
    Problem::new(Kind::NotFound, format!("There is no such {what}.")).next(next).into()
}

/// A path has a slash too many at its end. API Gateway hands such a request to the route without it or to
/// none; the answer is the same.
pub fn no_slash(path: &str) -> Problem {
    Problem::new(Kind::NotFound, "The path ends with a slash.")
        .next(format!("Send the request to `{path}`, without the slash at the end."))
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

/// Answers with a page of CSV. `next` is the address of the page after it, if there is one, as a `Link`
/// header says it ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)).
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
