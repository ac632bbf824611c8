//! The template against the code: what is declared is used, and what is used is declared.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(test)]
mod api;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod variables;

use std::path::{Path, PathBuf};

use kembali_local::{Options, Stack};
use local_functions::production;
use local_wire::Clock;
use yaml_serde::Value as Yaml;

/// 2026-11-22T10:00:00Z.
const NOW: i64 = 1_795_341_600;

async fn stack() -> Stack {
    Stack::start(Options::new(Clock::fixed(NOW)), &production()).await.unwrap()
}

/// The top of the repository.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The source of a function, all its files.
fn source(binary: &str) -> String {
    let files = std::fs::read_dir(top().join("functions").join(binary).join("src")).unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// A YAML file of `infra/`.
fn infra(file: &str) -> Yaml {
    yaml_serde::from_str(&std::fs::read_to_string(top().join("infra").join(file)).unwrap()).unwrap()
}
