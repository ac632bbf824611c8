//! What `cargo operator` can do. It knows an address and a token, and nothing else of the deployment.
//!
//! The result goes to stdout, what is happening meanwhile to stderr. It ends with 0 when all is as it should
//! be, with 1 when it found what should not be, and with 2 when it could not find out.

mod books;
mod dead_letters;
mod deployment;
mod dry_run;
mod error;
mod market;
mod run;
mod screen;
mod settings;

pub use dead_letters::DeadLetters;
pub use error::CommandError;
pub use run::run;
pub use screen::Screen;
pub use settings::{Command, Decision, Settings};
