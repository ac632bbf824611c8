//! Idempotency keys: the first answer is kept and given again.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::form::Tree;
use crate::table::Owner;

const LONGEST_KEY: usize = 255;
/// API v1 forgets a key so long after its first use.
const V1_KEPT_MILLIS: i64 = 24 * 3600 * 1000;
/// API v2 remembers longer.
const V2_KEPT_MILLIS: i64 = 30 * V1_KEPT_MILLIS;

/// An answer as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// What a key was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) path: String,
    pub(crate) params: Tree,
    pub(crate) request_id: String,
}

/// What a request with a key is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Carry on; the key is taken until [`Keys::finish`].
    Execute,
    /// Answer what was answered to the request with this id.
    Replay { answer: Answer, original_request: String },
}

/// The keys of one account are separate from another's.
pub(crate) type Key = (Owner, String);

/// Every key that is remembered.
#[derive(Debug, Default)]
pub(crate) struct Keys(BTreeMap<Key, Entry>);

#[derive(Debug)]
struct Entry {
    used: Use,
    until_millis: i64,
    /// `None` while the request is being carried out.
    answer: Option<Answer>,
}

impl Keys {
    /// Decides what a request with `key` does. `Execute` must be followed by [`Self::finish`].
    pub(crate) fn begin(&mut self, key: &Key, used: Use, now_millis: i64) -> Result<Verdict, Error> {
        self.0.retain(|_, entry| entry.until_millis > now_millis);
        if let Some(entry) = self.0.get(key) {
            return entry.verdict(&key.1, &used);
        }
        let kept_millis = if used.path.starts_with("/v2/") { V2_KEPT_MILLIS } else { V1_KEPT_MILLIS };
        let entry = Entry { used, until_millis: now_millis + kept_millis, answer: None };
        self.0.insert(key.clone(), entry);
        Ok(Verdict::Execute)
    }

    /// Keeps the answer of a request that was carried out. API v2 keeps no failure: the next request tries
    /// again.
    pub(crate) fn finish(&mut self, key: &Key, answer: Answer) {
        let Some(entry) = self.0.get_mut(key) else { return };
        if entry.used.path.starts_with("/v2/") && answer.status >= 400 {
            self.0.remove(key);
        } else {
            entry.answer = Some(answer);
        }
    }
}

impl Entry {
    fn verdict(&self, key: &str, used: &Use) -> Result<Verdict, Error> {
        let hint = format!("Try using a key other than '{key}' if you meant to execute a different request.");
        if self.used.path != used.path {
            return Err(Error::idempotency(format!(
                "Keys for idempotent requests can only be used for the same endpoint they were first used for \
                 ('{}' vs '{}'). {hint}",
                used.path, self.used.path
            )));
        }
        if self.used.params != used.params {
            return Err(Error::idempotency(format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. {hint}"
            )));
        }
        let Some(answer) = self.answer.clone() else {
            let message = format!(
                "There is currently another in-progress request using this Idempotent Key (that probably means you \
                 submitted twice, and the other request is still going through): {key}. Please try again later."
            );
            return Err(Error::idempotency(message).coded("idempotency_key_in_use").with_status(409));
        };
        Ok(Verdict::Replay { answer, original_request: self.used.request_id.clone() })
    }
}

/// Refuses a key that is too long.
pub(crate) fn check_length(key: &str) -> Result<(), Error> {
    if key.chars().count() <= LONGEST_KEY {
        return Ok(());
    }
    Err(Error::invalid(format!("Idempotency keys can be at most {LONGEST_KEY} characters long.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::decode;

    fn used(path: &str, params: &str) -> Use {
        Use {
            path: path.to_owned(),
            params: decode(params.as_bytes()).unwrap(),
            request_id: "req_1".to_owned(),
        }
    }

    fn answer(status: u16) -> Answer {
        Answer { status, body: "{}".to_owned() }
    }

    #[test]
    fn a_key_in_use_is_refused_and_a_finished_one_replayed() {
        let (mut keys, key) = (Keys::default(), (Owner::default(), "k".to_owned()));
        assert_eq!(keys.begin(&key, used("/v1/refunds", "a=1"), 0).unwrap(), Verdict::Execute);
        let busy = keys.begin(&key, used("/v1/refunds", "a=1"), 0).unwrap_err();
        assert_eq!((busy.status(), busy.code()), (409, Some("idempotency_key_in_use")));
        keys.finish(&key, answer(402));
        let replay = keys.begin(&key, used("/v1/refunds", "a=1"), V1_KEPT_MILLIS - 1).unwrap();
        assert_eq!(replay, Verdict::Replay { answer: answer(402), original_request: "req_1".to_owned() });
        assert!(
            keys.begin(&key, used("/v1/refunds", "a=2"), 0)
                .unwrap_err()
                .message()
                .contains("same parameters")
        );
        assert!(
            keys.begin(&key, used("/v1/transfers", "a=1"), 0)
                .unwrap_err()
                .message()
                .contains("same endpoint")
        );
        assert_eq!(keys.begin(&key, used("/v1/refunds", "a=2"), V1_KEPT_MILLIS).unwrap(), Verdict::Execute);
    }

    #[test]
    fn v2_tries_a_failed_request_again() {
        let (mut keys, key) = (Keys::default(), (Owner::default(), "k".to_owned()));
        keys.begin(&key, used("/v2/core/accounts", ""), 0).unwrap();
        keys.finish(&key, answer(400));
        assert_eq!(keys.begin(&key, used("/v2/core/accounts", ""), 0).unwrap(), Verdict::Execute);
        keys.finish(&key, answer(200));
        assert_ne!(
            keys.begin(&key, used("/v2/core/accounts", ""), V1_KEPT_MILLIS).unwrap(),
            Verdict::Execute
        );
    }
}
