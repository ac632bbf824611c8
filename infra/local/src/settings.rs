//! What `cargo local` is told on its command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Parser;
use local_wire::Clock;

use crate::options::Options;
use crate::stack::StackError;

/// The whole of Kembali on this machine: the API and its functions, AWS and Stripe as stand-ins on loopback,
/// and a page on which a person creates a checkout, pays it, moves the clock and sees the cashback arrive.
///
/// It needs no account and no other program. The secrets are made up, so keep the addresses on loopback.
#[derive(Clone, Debug, Parser)]
#[command(name = "local", bin_name = "cargo local")]
pub struct Settings {
    /// Where the page is served; here and below, port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7400")]
    pub page: SocketAddr,
    /// Where the HTTP API answers.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7401")]
    pub gateway: SocketAddr,
    /// Where Stripe's stand-in answers, with the pages on which payers pay and merchants onboard.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7402")]
    pub stripe: SocketAddr,
    /// Where the AWS stand-ins answer, all at one address.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7403")]
    pub aws: SocketAddr,
    /// Keep the table in this directory. Queues, schedules and Stripe start empty nevertheless, so payments
    /// from an earlier start can be read, and no longer be paid or refunded.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where the functions' environment is written, for `cargo lambda watch --env-file`.
    #[arg(long, value_name = "PATH", default_value = ".kembali/local.env")]
    pub env_file: PathBuf,
    /// Start with closed markets, no shops and no campaigns.
    #[arg(long)]
    pub no_seed: bool,
}

impl Settings {
    /// What the stack is started with. Stripe sends payers and merchants back to the page at `page_url`.
    pub fn options(&self, page_url: &str) -> Options {
        let mut options = Options::new(Clock::running());
        options.data_dir.clone_from(&self.data);
        options.gateway = self.gateway;
        options.stripe = self.stripe;
        options.aws = self.aws;
        options.parameters = [("ReturnUrl", "/"), ("OnboardingUrl", "/merchants")]
            .map(|(parameter, path)| (parameter.to_owned(), format!("{page_url}{path}")))
            .into();
        options
    }
}

/// Where a browser on this machine finds what listens on `address`.
pub fn url_of(address: SocketAddr) -> String {
    let ip = if address.ip().is_unspecified() { IpAddr::from(Ipv4Addr::LOCALHOST) } else { address.ip() };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// What a person can do about a stack that does not start, in one line.
pub fn explain(error: &StackError) -> String {
    match error {
        StackError::Address { option, address, source } => explain_address(option, *address, source),
        StackError::Template(_)
        | StackError::Environment(_)
        | StackError::DynamoDb(_)
        | StackError::DataDir { .. }
        | StackError::Unregistered { .. }
        | StackError::Build { .. } => error.to_string(),
    }
}

/// What a person can do about an address that `option` names and that cannot be listened on.
pub fn explain_address(option: &str, address: SocketAddr, error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        let any = SocketAddr::new(address.ip(), 0);
        format!(
            "the address {address} is taken: stop the program that listens there, or choose another with \
             `--{option} {any}` (port 0 takes any free one)"
        )
    } else {
        format!("cannot listen on {address}: {error}; choose another address with `--{option}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_four_neighbours_on_loopback() {
        let settings = Settings::try_parse_from(["local"]).unwrap();
        let addresses = [settings.page, settings.gateway, settings.stripe, settings.aws];
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
        assert_eq!(addresses.map(|address| address.port()), [7400, 7401, 7402, 7403]);
        assert_eq!(url_of("0.0.0.0:7400".parse().unwrap()), "http://127.0.0.1:7400");
    }

    #[test]
    fn a_taken_port_says_what_to_do() {
        let taken = std::io::Error::from(std::io::ErrorKind::AddrInUse);
        let text = explain_address("gateway", "127.0.0.1:7401".parse().unwrap(), &taken);
        assert!(text.contains("127.0.0.1:7401 is taken") && text.contains("--gateway 127.0.0.1:0"), "{text}");
    }
}
