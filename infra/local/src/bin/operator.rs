//! `cargo operator`: what an operator does from a terminal, over HTTP, with any deployment.

use std::process::ExitCode;

use clap::Parser as _;
use kembali_local::commands::{Settings, run};

#[tokio::main]
async fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    match run(&Settings::parse(), &mut out, &mut |line| eprintln!("{line}")).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo operator: {error}");
            ExitCode::from(2)
        }
    }
}
