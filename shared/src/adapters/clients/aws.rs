//! What all AWS clients share: credentials, region, and one HTTP client with one TLS provider.
//!
//! Lambda hands a function its credentials in the environment and starts a new one before they expire, so no
//! provider chain is needed, and none of its code has to be started. `AWS_ENDPOINT_URL_<SERVICE>` points a
//! client elsewhere, as it does for every AWS SDK
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).

use aws_credential_types::Credentials;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use std::time::Duration;

use crate::adapters::config::{ConfigError, Environment};

/// The parts that every client is built from.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(in crate::adapters) region: String,
    pub(in crate::adapters) credentials: Credentials,
    pub(in crate::adapters) http_client: aws_sdk_dynamodb::config::SharedHttpClient,
    pub(in crate::adapters) environment: Environment,
}

impl Aws {
    /// Reads region and credentials.
    ///
    /// # Errors
    /// `AWS_REGION`, `AWS_ACCESS_KEY_ID` or `AWS_SECRET_ACCESS_KEY` is not set.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let token = environment.optional("AWS_SESSION_TOKEN").map(str::to_owned);
        Ok(Self {
            region: environment.required("AWS_REGION")?.to_owned(),
            credentials: Credentials::new(
                environment.required("AWS_ACCESS_KEY_ID")?,
                environment.required("AWS_SECRET_ACCESS_KEY")?,
                token,
                None,
                "environment",
            ),
            http_client: Builder::new()
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                .build_https(),
            environment: environment.clone(),
        })
    }

    pub(in crate::adapters) fn endpoint(&self, service: &str) -> Option<String> {
        self.environment.optional(&format!("AWS_ENDPOINT_URL_{service}")).map(str::to_owned)
    }
}

/// Retries with jitter, as the SDK does them: three tries.
pub(in crate::adapters) fn retries() -> RetryConfig {
    RetryConfig::standard()
}

/// Short enough that three tries fit into a function's own time limit.
pub(in crate::adapters) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(4))
        .build()
}

/// The configuration of a client of `$sdk` from the shared parts. The SDK's crates share no trait for this.
macro_rules! config {
    ($sdk:ident, $service:literal, $aws:expr) => {{
        let aws: &$crate::adapters::clients::aws::Aws = $aws;
        let mut config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new(aws.region.clone()))
            .credentials_provider(aws.credentials.clone())
            .http_client(aws.http_client.clone())
            .retry_config($crate::adapters::clients::aws::retries())
            .timeout_config($crate::adapters::clients::aws::timeouts());
        config.set_endpoint_url(aws.endpoint($service));
        config
    }};
}

/// A client of `$sdk` from the shared parts.
macro_rules! client {
    ($sdk:ident, $service:literal, $aws:expr) => {
        $sdk::Client::from_conf($crate::adapters::clients::aws::config!($sdk, $service, $aws).build())
    };
}

pub(in crate::adapters) use {client, config};
