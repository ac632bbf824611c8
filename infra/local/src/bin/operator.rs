//! `cargo operator`: what an operator does from a terminal, over HTTP, with any deployment.

use std::process::ExitCode;

use clap::Parser as _;
use kembali_local::commands::{Screen, Settings, run};

#[tokio::main]
async fn main() -> ExitCode {
    let (mut out, mut screen) = (std::io::stdout().lock(), Screen::stderr());
    let done = run(&Settings::parse(), &mut out, &mut |line| screen.tell(line)).await;
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            screen.tell("");
            eprintln!("cargo operator: {error}");
            ExitCode::from(2)
        }
    }
}
