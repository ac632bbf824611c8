//! An HTTP request as the payload that Lambda receives.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::{HeaderName, header, request};
use data_encoding::BASE64;
use jiff::Timestamp;
use local_aws::ACCOUNT;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::issuer::Claims;

/// A request that has a route and has passed its authorizer.
pub(super) struct Arrival<'a> {
    pub(super) head: &'a request::Parts,
    pub(super) body: &'a Bytes,
    pub(super) path_parameters: BTreeMap<&'a str, &'a str>,
    pub(super) route_key: &'a str,
    pub(super) claims: Option<&'a Claims>,
    pub(super) number: u64,
    pub(super) at_millis: i64,
}

impl Arrival<'_> {
    /// The payload, format 2.0. What a request does not have is not in it.
    pub(super) fn payload(&self) -> Value {
        let query = self.head.uri.query().unwrap_or_default();
        let mut payload = json!({
            "version": "2.0",
            "routeKey": self.route_key,
            "rawPath": self.path(),
            "rawQueryString": query,
            "headers": self.headers(),
            "requestContext": self.context(),
            "isBase64Encoded": !self.body.is_empty() && self.body_as_text().is_none(),
        });
        let body = self.body_as_text().map_or_else(|| BASE64.encode(self.body), str::to_owned);
        let optional = [
            ("body", json!(body), self.body.is_empty()),
            ("cookies", json!(self.cookies()), self.cookies().is_empty()),
            ("pathParameters", json!(self.path_parameters), self.path_parameters.is_empty()),
            ("queryStringParameters", json!(query_parameters(query)), query.is_empty()),
        ];
        for (name, value, absent) in optional {
            if let (false, Some(fields)) = (absent, payload.as_object_mut()) {
                fields.insert(name.to_owned(), value);
            }
        }
        payload
    }

    fn context(&self) -> Value {
        let host = self.header(header::HOST);
        let domain = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        let mut context = json!({
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": self.head.method.as_str(),
                "path": self.path(),
                "protocol": format!("{:?}", self.head.version),
                "sourceIp": "127.0.0.1",
                "userAgent": self.header(header::USER_AGENT),
            },
            "requestId": format!("request-{:06}", self.number),
            "routeKey": self.route_key,
            "stage": "$default",
            "time": common_log_time(self.at_millis),
            "timeEpoch": self.at_millis,
        });
        if let (Some(claims), Some(fields)) = (self.claims, context.as_object_mut()) {
            let authorizer = json!({ "jwt": { "claims": claims, "scopes": null } });
            fields.insert("authorizer".to_owned(), authorizer);
        }
        context
    }

    fn path(&self) -> String {
        percent_decode_str(self.head.uri.path()).decode_utf8_lossy().into_owned()
    }

    /// All headers but cookies, the values of one name joined.
    fn headers(&self) -> Map<String, Value> {
        let names = self.head.headers.keys().filter(|name| **name != header::COOKIE);
        names.map(|name| (name.to_string(), self.header(name.clone()).into())).collect()
    }

    fn header(&self, name: HeaderName) -> String {
        let values = self.head.headers.get_all(name);
        let values = values.iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.collect::<Vec<_>>().join(",")
    }

    fn cookies(&self) -> Vec<String> {
        let values = self.head.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split("; ")).map(str::to_owned).collect()
    }

    /// The body, if API Gateway would hand it on as text: it goes by the content type alone, here bytes that
    /// are not UTF-8 are never text.
    fn body_as_text(&self) -> Option<&str> {
        let content_type = self.header(header::CONTENT_TYPE);
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        let is_text = media_type.is_empty()
            || media_type.starts_with("text/")
            || ["json", "xml", "javascript"].iter().any(|kind| {
                let subtype = media_type.strip_prefix("application/").unwrap_or_default();
                subtype.rsplit('+').next() == Some(*kind)
            });
        if is_text { std::str::from_utf8(self.body).ok() } else { None }
    }
}

/// Decoded, the values of one name joined.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    parameters
}

/// `12/Mar/2027:19:03:58 +0000`.
fn common_log_time(at_millis: i64) -> String {
    let time = Timestamp::from_millisecond(at_millis).unwrap_or_default();
    time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_query_parameters_are_joined() {
        let parameters = query_parameters("day=2027-01-15&tag=a&tag=b%20c&empty=");
        assert_eq!(parameters["tag"], "a,b c");
        assert_eq!(parameters["empty"], "");
    }

    #[test]
    fn time_is_written_as_in_access_logs() {
        assert_eq!(common_log_time(1_800_000_000_000), "15/Jan/2027:08:00:00 +0000");
    }
}
