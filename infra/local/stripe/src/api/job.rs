//! What a request becomes once its parameters are read.

use serde_json::Value;

use crate::error::Error;
use crate::params::Params;
use crate::state::Act;

/// What a valid request does.
pub(super) type Job = Box<dyn FnOnce(&mut Act<'_>) -> Result<Value, Error> + Send>;

/// Turns the id in the path and the parameters into what the request does. Its errors are validation errors:
/// they come before the request is executed, so no idempotency key remembers them.
pub(super) type Parse = fn(String, Params) -> Result<Job, Error>;
