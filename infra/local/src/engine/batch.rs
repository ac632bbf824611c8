//! What a function says about the batch it was given.

use serde_json::Value;

/// The indexes of the items that failed, given the items' identifiers in order.
///
/// An error fails all. A function that `reports` failures answers with `batchItemFailures`; an answer that is
/// not JSON, or names an item that was not in the batch, fails all as well.
pub(super) fn failures(answer: Result<Vec<u8>, String>, reports: bool, items: &[String]) -> Vec<usize> {
    let named = match answer {
        Ok(answer) if reports => named(&answer, items),
        Ok(_) => Some(Vec::new()),
        Err(_) => None,
    };
    named.unwrap_or_else(|| (0..items.len()).collect())
}

fn named(answer: &[u8], items: &[String]) -> Option<Vec<usize>> {
    if answer.is_empty() {
        return Some(Vec::new());
    }
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let failures = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return Some(Vec::new()),
        Some(failures) => failures.as_array()?,
    };
    let position = |failure: &Value| {
        let identifier = failure.get("itemIdentifier")?.as_str()?;
        items.iter().position(|item| item == identifier)
    };
    failures.iter().map(position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(answer: &str) -> Vec<usize> {
        let items = ["a", "b", "c"].map(str::to_owned);
        failures(Ok(answer.as_bytes().to_vec()), true, &items)
    }

    #[test]
    fn only_what_is_named_failed() {
        assert_eq!(failed(r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#), [1]);
        for nothing in ["", "null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#] {
            assert_eq!(failed(nothing), [0; 0], "{nothing}");
        }
    }

    #[test]
    fn what_cannot_be_read_fails_all() {
        for malformed in [
            "oops",
            r#"{"batchItemFailures":"b"}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"unknown"}]}"#,
            r#"{"batchItemFailures":[{"id":"b"}]}"#,
        ] {
            assert_eq!(failed(malformed), [0, 1, 2], "{malformed}");
        }
    }

    #[test]
    fn a_function_that_does_not_report_succeeds_unless_it_errs() {
        let items = ["a".to_owned()];
        assert_eq!(failures(Ok(b"oops".to_vec()), false, &items), [0; 0]);
        assert_eq!(failures(Err("oops".to_owned()), false, &items), [0]);
    }
}
