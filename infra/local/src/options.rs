//! What a stack is started with.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use kembali::domain::market::Country;
use local_stripe::{Endpoint, Platform, Scope};
use local_wire::{Clock, Faults};

use crate::template::DEPLOYED;

/// What a stack is started with.
#[derive(Clone)]
pub struct Options {
    /// The template, as YAML.
    pub template: String,
    /// The stack's clock.
    pub clock: Clock,
    /// Where the tables are kept. `None`: in memory.
    ///
    /// Queues, schedules and what Stripe knows are in memory always, and start empty.
    pub data_dir: Option<PathBuf>,
    /// Where the gateway listens. Here and below, port 0 is any free one.
    pub gateway: SocketAddr,
    /// Where Stripe listens.
    pub stripe: SocketAddr,
    /// Where the AWS services listen, all at one address.
    pub aws: SocketAddr,
    /// The secrets.
    pub secrets: Secrets,
    /// The template's parameters, where they are not the defaults. `StripeApiUrl` is the stand-in's unless
    /// given.
    pub parameters: BTreeMap<String, String>,
    /// What goes wrong between the functions and the stand-ins: nothing, unless a test decides so.
    pub faults: Faults,
}

/// The secrets of a stack.
#[derive(Clone)]
pub struct Secrets {
    /// The key of each market's Stripe platform. A market without one is not served.
    pub stripe_secret_keys: BTreeMap<Country, String>,
    /// Signs the events of the platforms' own accounts.
    pub account_webhook: String,
    /// Signs the events of connected accounts.
    pub connect_webhook: String,
    /// Signs thin events.
    pub thin_webhook: String,
    /// Keys the hash of a payer's phone number.
    pub payer_hash_key: String,
    /// Signs the operator's tokens.
    pub operator_key: String,
}

impl Options {
    /// The deployed template in memory, on free loopback ports, with secrets that are none.
    pub fn new(clock: Clock) -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            template: DEPLOYED.to_owned(),
            clock,
            data_dir: None,
            gateway: anywhere,
            stripe: anywhere,
            aws: anywhere,
            secrets: Secrets::made_up(),
            parameters: BTreeMap::new(),
            faults: Faults::default(),
        }
    }
}

impl Secrets {
    /// Secrets that everyone knows, for a stack that only this machine reaches.
    pub fn made_up() -> Self {
        Self {
            stripe_secret_keys: Country::ALL
                .iter()
                .map(|&country| (country, format!("sk_test_local_{}", country.code())))
                .collect(),
            account_webhook: "whsec_local_account".to_owned(),
            connect_webhook: "whsec_local_connect".to_owned(),
            thin_webhook: "whsec_local_thin".to_owned(),
            payer_hash_key: "local-payer-hash-key-of-32-bytes".to_owned(),
            operator_key: "local-operator-key".to_owned(),
        }
    }

    /// The keys of the secret that the template refers to.
    pub(crate) fn of_template(&self) -> BTreeMap<String, String> {
        let keys = self.stripe_secret_keys.iter().map(|(country, key)| format!("{}={key}", country.code()));
        let webhooks = [&self.account_webhook, &self.connect_webhook, &self.thin_webhook];
        [
            ("payer_hash_key", self.payer_hash_key.clone()),
            ("stripe_secret_keys", keys.collect::<Vec<_>>().join(",")),
            ("stripe_webhook_secrets", webhooks.map(String::as_str).join(",")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// The platforms that the keys are of, each in its market.
    pub(crate) fn platforms(&self) -> Vec<Platform> {
        let platform = |(country, key): (&Country, &String)| Platform {
            secret_key: key.clone(),
            country: country.code().to_owned(),
        };
        self.stripe_secret_keys.iter().map(platform).collect()
    }

    /// Where the platforms send their events, at `url`.
    pub(crate) fn endpoints(&self, url: &str) -> Vec<Endpoint> {
        let endpoint =
            |secret: &str, scope| Endpoint { url: url.to_owned(), secret: secret.to_owned(), scope };
        vec![
            endpoint(&self.account_webhook, Scope::Account),
            endpoint(&self.connect_webhook, Scope::Connect),
            endpoint(&self.thin_webhook, Scope::Thin),
        ]
    }
}
