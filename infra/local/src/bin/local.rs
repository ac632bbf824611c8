//! `cargo local`: starts everything, says where to go, and runs until Ctrl-C.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use kembali::domain::market::Country;
use kembali_local::Stack;
use kembali_local::page::{Page, Shop, seed};
use kembali_local::settings::{Settings, explain, explain_address, url_of};
use local_functions::production;
use local_stripe::Stripe;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    log_warnings();
    match run(Settings::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo local: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// What everybody leaves on their balance at Stripe, in minor units: merchants to refund from before their
/// payments are available, the platforms to give covers back.
const FLOAT_MINOR: i64 = 100_000;

fn leave_floats(stripe: &Stripe) {
    stripe.set_floats(FLOAT_MINOR);
    for country in Country::ALL {
        let platform = stripe.platform_account_in(country.code());
        stripe.set_available_balance(&platform, country.currency().code(), FLOAT_MINOR);
    }
}

async fn run(settings: Settings) -> Result<(), String> {
    // The page's address is part of what the functions are told, so it is taken first and answered last.
    let unusable = |error| explain_address("page", settings.page, &error);
    let listener = TcpListener::bind(settings.page).await.map_err(unusable)?;
    let page_url = url_of(listener.local_addr().map_err(unusable)?);

    let stack = Stack::start(settings.options(&page_url), &production()).await;
    let stack = Arc::new(stack.map_err(|error| explain(&error))?);
    leave_floats(stack.stripe());
    write_environment(&stack, &settings.env_file)?;
    let page = Page::new(Arc::clone(&stack), page_url.clone());
    if !settings.no_seed {
        seed::seed(&page, settings.data.is_some(), |line| println!("  {line}"))
            .await
            .map_err(|error| format!("the town could not be set up: {error}"))?;
    }
    let _served = local_wire::serve::serve_on(listener, page.router()).map_err(unusable)?;
    greet(&settings, &stack, &page_url, page.shops().first());

    tokio::select! {
        stopped = stack.run() => stopped.map(|never| match never {}).map_err(|error| error.to_string()),
        pressed = tokio::signal::ctrl_c() => pressed.map_err(|error| error.to_string()),
    }
}

/// What goes wrong in a function is told on stderr, `RUST_LOG` permitting; what goes well is on the page.
fn log_warnings() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt()
        .compact()
        .with_env_filter(filter)
        .without_time()
        .with_writer(std::io::stderr)
        .init();
}

fn write_environment(stack: &Stack, path: &Path) -> Result<(), String> {
    let text = stack.environment_file().map_err(|error| error.to_string())?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text)).map_err(
        |error| format!("cannot write {}: {error}; choose another with `--env-file`", path.display()),
    )
}

fn greet(settings: &Settings, stack: &Stack, page_url: &str, shop: Option<&Shop>) {
    println!("\nKembali runs on this machine.\n");
    println!("  page       {page_url}");
    println!("  api        {}", stack.gateway_url());
    println!("  stripe     {}  (a stand-in: no real money)", stack.stripe_url());
    println!("  env file   {}  (for `cargo lambda watch --env-file`)", settings.env_file.display());
    // No comments among these lines: pasted into zsh, a `#` is a word like any other.
    let name = shop.map(|shop| format!(" as {}", shop.name)).unwrap_or_default();
    println!("\nTo try it with curl{name}, paste into another shell:\n");
    println!("  export PAGE={page_url} API={}", stack.gateway_url());
    if let Some(token) = stack.operator_token() {
        println!("  export OPERATOR={token}");
    }
    if let Some(shop) = shop {
        println!("  export MERCHANT={} KEY={}", shop.id, shop.key);
    }
    if let Some(data) = &settings.data {
        println!("\nThe table is kept in {}. Stripe started empty: payments of an earlier", data.display());
        println!("start can be read, and no longer be paid or refunded; this start has shops of its own.");
    }
    println!("\nCtrl-C stops it.");
}
