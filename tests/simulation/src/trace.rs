//! What was seen, line by line: the same seed gives the same lines, and so the same digest.
//!
//! In it is what outsiders can see: what was asked and answered, what Stripe told and moved, what was on the
//! bus, where everything stood in the end, and which faults were injected. Not in it is what is random by its
//! nature and decides nothing: API keys, loopback ports, how long the AWS SDK waits before it tries again.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// The lines so far.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    dawn: i64,
    lines: Vec<(Option<usize>, String)>,
}

impl Trace {
    /// An empty trace of something that begins at `dawn`.
    pub fn new(dawn: i64) -> Self {
        Self { dawn, lines: Vec::new() }
    }

    /// Adds a line about the life `about`, or about everybody, at `now`.
    pub fn add(&mut self, now: i64, about: Option<usize>, line: &str) {
        let past = now - self.dawn;
        let (hours, minutes, seconds) = (past / 3600, past / 60 % 60, past % 60);
        let whose = about.map_or_else(String::new, |life| format!(" life {life}"));
        self.lines.push((about, format!("{hours:03}:{minutes:02}:{seconds:02}{whose} {line}")));
    }

    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|(_, line)| line.as_str())
    }

    /// The last lines about a life, at most `most`.
    pub fn about(&self, life: usize, most: usize) -> Vec<&str> {
        let about = self.lines.iter().filter(|(about, _)| *about == Some(life));
        let about: Vec<&str> = about.map(|(_, line)| line.as_str()).collect();
        about.get(about.len().saturating_sub(most)..).unwrap_or_default().to_vec()
    }

    /// SHA-256 of all lines.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for line in self.lines() {
            digest.update(line.as_bytes());
            digest.update(b"\n");
        }
        HEXLOWER.encode(&digest.finalize())
    }
}
