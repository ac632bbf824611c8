//! The stand-in as a program of its own: `local-stripe --listen 127.0.0.1:0 --webhook
//! connect,http://…=whsec_…`.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;
use local_stripe::{Config, Endpoint, Platform, Scope, Stripe};
use local_wire::serve::serve_on;
use local_wire::{Calls, Clock};
use tokio::net::TcpListener;

/// How often due webhooks are looked for.
const TICK: Duration = Duration::from_millis(200);

/// A stateful stand-in for Stripe.
#[derive(Debug, Parser)]
struct Args {
    /// Where to listen; port 0 chooses one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The API key that requests must carry.
    #[arg(long, env = "STRIPE_KEY", default_value = "sk_test_standin")]
    key: String,
    /// The country of the platform with this key.
    #[arg(long, default_value = "SG")]
    country: String,
    /// One more platform, `COUNTRY=KEY`. May be repeated.
    #[arg(long = "platform")]
    platforms: Vec<Another>,
    /// A webhook endpoint, `SCOPE,URL=SECRET` with the scope account, connect or thin. May be repeated.
    #[arg(long = "webhook")]
    webhooks: Vec<Webhook>,
}

#[derive(Clone, Debug)]
struct Webhook(Endpoint);

impl FromStr for Webhook {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scope, rest) = text.split_once(',').ok_or("expected SCOPE,URL=SECRET")?;
        let (url, secret) = rest.rsplit_once('=').ok_or("expected SCOPE,URL=SECRET")?;
        let scope = match scope {
            "account" => Scope::Account,
            "connect" => Scope::Connect,
            "thin" => Scope::Thin,
            other => return Err(format!("{other} is not account, connect or thin")),
        };
        Ok(Self(Endpoint { url: url.to_owned(), secret: secret.to_owned(), scope }))
    }
}

#[derive(Clone, Debug)]
struct Another(Platform);

impl FromStr for Another {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (country, secret_key) = text.split_once('=').ok_or("expected COUNTRY=KEY")?;
        Ok(Self(Platform { secret_key: secret_key.to_owned(), country: country.to_owned() }))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let listener = TcpListener::bind(args.listen).await?;
    let public_url = format!("http://{}", listener.local_addr()?);
    let endpoints = args.webhooks.into_iter().map(|webhook| webhook.0).collect();
    let first = Platform { secret_key: args.key, country: args.country };
    let platforms = [first].into_iter().chain(args.platforms.into_iter().map(|another| another.0)).collect();
    let config = Config { platforms, livemode: false, public_url, endpoints, ids_after: 0 };
    let stripe = Stripe::new(config, Clock::running(), Calls::new());
    stripe.limit_rates(true);
    let served = serve_on(listener, stripe.router())?;
    println!("listening on {}", served.url());
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        stripe.deliver().await;
    }
}
