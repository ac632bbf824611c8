//! Why a command could not find something out.

use crate::client::NoAnswer;

/// Why something could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The API did not answer.
    #[error("{0}; is `--api` right?")]
    NoAnswer(#[from] NoAnswer),
    /// The API said no.
    #[error("{status}: {said}")]
    Refused {
        /// The answer's status.
        status: u16,
        /// What it said, for a person.
        said: String,
    },
    /// The API's answer has not the form that it should have.
    #[error("the answer to {0} cannot be understood")]
    NotUnderstood(String),
    /// An argument, or what it names, cannot be used.
    #[error("{argument}: {said}")]
    Argument {
        /// Which.
        argument: String,
        /// What is wrong with it, and what to do.
        said: String,
    },
    /// The result cannot be written.
    #[error("the result cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl CommandError {
    /// Whether the same may be answered a little later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::NotUnderstood(_) | Self::Argument { .. } | Self::Output(_) => false,
        }
    }
}
