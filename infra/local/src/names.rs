//! How the local stack names what CloudFormation would name: by its logical id.

pub use local_aws::{ACCOUNT, REGION};

/// The stack's name.
pub const STACK: &str = "kembali";

/// The ARN of `resource` in `service`.
pub fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// The ARN of the function with this logical id.
pub fn function_arn(id: &str) -> String {
    arn("lambda", &format!("function:{id}"))
}

/// The ARN of a table's stream of changes.
pub fn stream_arn(table: &str) -> String {
    arn("dynamodb", &format!("table/{table}/stream/1"))
}

/// What an ARN is about: its last part.
pub fn last_of(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}
