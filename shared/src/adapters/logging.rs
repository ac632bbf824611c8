//! Logs, one JSON object a line.
//!
//! A failure is logged once, at the boundary where it is handled. Never logged: bodies, secrets, keys, phone
//! numbers, names, card details. Ids are.

/// Starts logging at the level that `RUST_LOG` names, `info` when it names none.
pub fn start() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // Already started is as good as started.
    let _ =
        tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).without_time().try_init();
}
