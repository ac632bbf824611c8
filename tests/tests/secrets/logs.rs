//! All that is logged in this process, written as the functions' own logging writes it.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;

/// The lines. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// What all tests of this process have logged, listened to since the first of them.
    pub(crate) fn of_process(ours: &[String]) -> Self {
        static LOGS: OnceLock<Logs> = OnceLock::new();
        LOGS.get_or_init(|| Self::start(ours)).clone()
    }

    /// Listens from now on: to everybody at the level that the template gives the functions, and to `ours`,
    /// the names of crates, at every level.
    fn start(ours: &[String]) -> Self {
        let logs = Self::default();
        let ours: String = ours.iter().map(|name| format!(",{}=trace", name.replace('-', "_"))).collect();
        let writer = logs.clone();
        tracing_subscriber::fmt()
            .json()
            .with_env_filter(EnvFilter::new(format!("info,kembali=trace{ours}")))
            .with_target(false)
            .without_time()
            .with_writer(move || writer.clone())
            .try_init()
            .unwrap();
        logs
    }

    /// The lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        String::from_utf8_lossy(&self.0.lock().unwrap()).lines().map(str::to_owned).collect()
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
