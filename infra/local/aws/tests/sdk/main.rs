//! The services as the genuine SDK clients see them, over loopback, on a clock that only the tests move.
#![cfg(test)]

mod dynamodb;
mod eventbridge;
mod in_part;
mod scheduler;
mod sqs;

use std::net::SocketAddr;

use axum::Router;
use local_wire::serve::{Served, serve};
use local_wire::{Calls, Clock};

/// 2026-11-22T10:00:00Z, when every test begins.
const START: i64 = 1_795_341_600;

/// Builds an SDK client for a stand-in.
macro_rules! client {
    ($sdk:ident, $url:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new("us-east-1"))
                .endpoint_url($url)
                .credentials_provider(aws_credential_types::Credentials::new(
                    "local", "local", None, None, "local",
                ))
                .http_client(aws_smithy_http_client::Builder::new().build_http())
                .build(),
        )
    };
}
use client;

async fn listen(router: Router) -> Served {
    serve(SocketAddr::from(([127, 0, 0, 1], 0)), router).await.unwrap()
}

fn stack() -> (Clock, Calls) {
    (Clock::fixed(START), Calls::new())
}
