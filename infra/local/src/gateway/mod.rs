//! The HTTP API: finds the route, asks the authorizer, and turns HTTP into the payload that Lambda receives
//! and Lambda's answer back into HTTP (payload format 2.0).
//!
//! Differences from AWS: the API answers on plain HTTP, adds no tracing headers, sees every client at
//! 127.0.0.1, and numbers its requests. CORS, stages and throttling do not exist. A path that ends with a
//! slash reaches no route; of API Gateway both is told, that it does and that it does not, and the functions
//! answer both alike.

mod request;
mod response;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{RawPathParams, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use local_wire::Clock;

use crate::functions::Functions;
use crate::issuer::Issuer;
use crate::template::Template;
use request::Arrival;

/// The largest payload that Lambda takes.
const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// The API in front of the functions.
pub struct Gateway {
    clock: Clock,
    functions: Arc<Functions>,
    /// The authorizers by name.
    operators: BTreeMap<String, Issuer>,
    /// The function that takes what no route takes, if there is one.
    rest: Option<Target>,
    requests: AtomicU64,
}

/// What a method of a path leads to.
struct Target {
    function: String,
    route_key: String,
    authorizer: Option<String>,
}

/// The methods of one path.
type Methods = BTreeMap<String, Target>;

impl Gateway {
    /// The API of `functions`, whose protected routes ask `operators`, by name.
    pub fn new(clock: Clock, functions: Arc<Functions>, operators: BTreeMap<String, Issuer>) -> Self {
        Self { clock, functions, operators, rest: None, requests: AtomicU64::new(0) }
    }

    /// The routes of `template`.
    pub fn router(mut self, template: &Template) -> Router {
        let rest = template.functions.iter().find(|function| function.triggers.takes_the_rest);
        self.rest = rest.map(|function| Target {
            function: function.id.clone(),
            route_key: "$default".to_owned(),
            authorizer: None,
        });
        let gateway = Arc::new(self);
        let mut paths: BTreeMap<&str, Methods> = BTreeMap::new();
        for function in &template.functions {
            for route in &function.triggers.routes {
                let target = Target {
                    function: function.id.clone(),
                    route_key: format!("{} {}", route.method, route.path),
                    authorizer: route.authorizer.clone(),
                };
                paths.entry(&route.path).or_default().insert(route.method.clone(), target);
            }
        }
        let mut router = Router::new();
        for (path, methods) in paths {
            let (gateway, methods) = (Arc::clone(&gateway), Arc::new(methods));
            let answer = async move |parameters: RawPathParams, request: Request| match methods
                .get(request.method().as_str())
            {
                Some(target) => gateway.answer(target, parameters.iter().collect(), request).await,
                None => gateway.answer_the_rest(request).await,
            };
            router = router.route(path, any(answer));
        }
        router.fallback(async move |request: Request| gateway.answer_the_rest(request).await)
    }

    async fn answer_the_rest(&self, request: Request) -> Response {
        match &self.rest {
            Some(target) => self.answer(target, BTreeMap::new(), request).await,
            None => response::message(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    async fn answer(
        &self,
        target: &Target,
        path_parameters: BTreeMap<&str, &str>,
        request: Request,
    ) -> Response {
        let (head, body) = request.into_parts();
        let mut claims = None;
        if let Some(name) = &target.authorizer {
            let token = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            let operator = self.operators.get(name);
            claims = operator.and_then(|operator| operator.authorize(token, self.clock.epoch_seconds()));
            if claims.is_none() {
                return response::unauthorized();
            }
        }
        let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
            return response::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let arrival = Arrival {
            head: &head,
            body: &body,
            path_parameters,
            route_key: &target.route_key,
            claims: claims.as_ref(),
            number: self.requests.fetch_add(1, Ordering::SeqCst) + 1,
            at_millis: self.clock.epoch_millis(),
        };
        let answer =
            self.functions.invoke(&target.function, arrival.payload().to_string().into_bytes()).await;
        let response = answer.ok().and_then(|answer| response::read(&answer));
        response
            .unwrap_or_else(|| response::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
    }
}

#[cfg(test)]
mod tests;
