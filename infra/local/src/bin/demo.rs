//! `cargo demo`

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let mut tell = |line: &str| println!("{line}");
    match kembali_local::demo::run(&mut tell).await {
        Ok(outcome) => {
            let over = outcome.flows.iter().filter(|flow| !flow.is_within()).count();
            println!("\n{} violations, {over} flows over their bounds", outcome.violations.len());
            if outcome.violations.is_empty() && over == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}
