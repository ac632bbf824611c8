//! stripe

pub mod event;
pub mod object;
pub mod recovery;
pub mod signature;
