//! What a stand-in is told when it starts.

/// How a [`Stripe`](crate::Stripe) is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// The platforms. They share nothing but the endpoints and the clock.
    pub platforms: Vec<Platform>,
    /// What objects and events say about themselves.
    pub livemode: bool,
    /// Where the hosted pages are reachable, without a trailing slash.
    pub public_url: String,
    /// Where the events of all platforms are sent.
    pub endpoints: Vec<Endpoint>,
    /// How many ids were given out before: the same number, the same ids. A platform that remembers an
    /// earlier start of the stand-in, which itself remembers nothing, must not meet that start's ids again.
    pub ids_after: u64,
}

/// A Stripe account with Connect, and what is its own: accounts, money, events and idempotency keys.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Its API key; the requests that carry it are this platform's.
    pub secret_key: String,
    /// Where it is, as two capital letters.
    pub country: String,
}

/// A webhook endpoint. Its `url` is its identity: changing the secret of a URL rolls the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// An `http://` address.
    pub url: String,
    /// The signing secret, `whsec_…`.
    pub secret: String,
    /// Which events it gets.
    pub scope: Scope,
}

/// Which events an endpoint gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Snapshot events of the platform's own account.
    Account,
    /// Snapshot events of connected accounts, with a top-level `account`.
    Connect,
    /// Thin events of API v2.
    Thin,
}

/// In which order the events of a successful payment are produced. Stripe guarantees none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventOrder {
    /// `payment_intent.created`, `charge.succeeded`, `payment_intent.succeeded`,
    /// `checkout.session.completed`.
    #[default]
    AsStripe,
    /// `checkout.session.completed` before the others.
    CompletedFirst,
}
