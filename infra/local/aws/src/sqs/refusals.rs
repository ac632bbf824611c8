//! What SQS refuses with, in its own words.

use super::queue::HandleError;
use crate::wire::Refusal;

/// A parameter is wrong.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
}

/// A receipt handle was of no use.
pub(super) fn handle_refused(error: HandleError, receipt_handle: &str) -> Refusal {
    match error {
        HandleError::Malformed => Refusal::new(
            "ReceiptHandleIsInvalid",
            format!("The input receipt handle \"{receipt_handle}\" is not a valid receipt handle."),
        ),
        HandleError::Unknown => invalid(format!(
            "Value {receipt_handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."
        )),
        HandleError::NotInFlight => {
            Refusal::new("MessageNotInflight", "The specified message isn't in flight.")
        }
    }
}
