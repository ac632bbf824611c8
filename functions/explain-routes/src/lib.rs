//! Answers what no route of the API takes, as HTTP asks: what a path allows (`OPTIONS`), that it does not
//! allow a method (405), or that there is no such path (404). It reads no table and calls nobody.
//!
//! API Gateway hands a function only what is declared. Without this one it would answer everything else with
//! a 404 of its own, which is no problem details and does not say what to do.

mod routes;

use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::{HeaderValue, Method, header};
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::http::{Answer, Request, answer, no_slash, refuse};
use kembali::fault::{Kind, Problem};

/// The function. It keeps nothing.
#[derive(Debug)]
pub struct ExplainRoutes;

impl ExplainRoutes {
    /// Needs nothing of the environment.
    ///
    /// # Errors
    /// Never.
    pub fn new(_environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Never: what goes wrong is told in the answer.
    pub async fn handle(
        &self,
        event: ApiGatewayV2httpRequest,
    ) -> Result<ApiGatewayV2httpResponse, Infallible> {
        answer(event, async |request| explain(request)).await
    }
}

fn explain(request: &Request) -> Answer {
    let Some((_, methods)) = routes::find(&request.raw_path) else {
        let without = routes::find(request.raw_path.trim_end_matches('/'));
        return Err(without.map_or_else(no_path, |(path, _)| no_slash(path)).into());
    };
    let mut response = if request.method == Method::OPTIONS {
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = 204;
        response
    } else {
        let detail = format!("The path takes {methods}.");
        refuse(
            &Problem::new(Kind::MethodNotAllowed, detail).next("Send the request with one of these methods."),
        )
    };
    response.headers.insert(header::ALLOW, HeaderValue::from_static(methods));
    Ok(response)
}

fn no_path() -> Problem {
    Problem::new(Kind::NotFound, "There is nothing at this path.")
        .next("Compare the path with the API's description, `openapi.yaml`.")
}
