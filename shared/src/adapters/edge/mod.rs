//! Where requests and messages come in and answers go out: parsed once, the caller known. It may use the
//! clients. Begin with [`http`].

pub mod auth;
pub mod batch;
pub mod http;
mod json;
mod misfit;
pub mod reason;
