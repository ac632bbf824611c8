//! A message, and the digests by which SDKs check that it arrived whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its identity, for as long as it is in this queue and in its dead-letter queue.
    pub message_id: String,
    /// The handle of its latest receive; empty before the first.
    pub receipt_handle: String,
    /// What was sent.
    pub body: String,
    /// MD5 of the body, in hexadecimal.
    pub md5_of_body: String,
    /// When it was sent, in milliseconds since the epoch.
    pub sent_timestamp_millis: i64,
    /// When it was first received, in milliseconds since the epoch.
    pub first_received_millis: Option<i64>,
    /// How often it has been received.
    pub receive_count: u32,
    /// Its message attributes, by name.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// From when on it can be received, in milliseconds since the epoch.
    pub visible_at_millis: i64,
    /// The queue it was moved from, while it is in a dead-letter queue.
    pub dead_letter_source: Option<String>,
}

/// A message attribute written as text: `String`, `Number`, or a custom label of either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MessageAttribute {
    /// `String`, `Number`, `String.<label>` or `Number.<label>`.
    pub data_type: String,
    /// The value as text.
    pub string_value: String,
}

impl MessageAttribute {
    /// An attribute of type `String`.
    pub fn string(value: impl Into<String>) -> Self {
        Self { data_type: "String".to_owned(), string_value: value.into() }
    }
}

/// MD5 in hexadecimal.
pub(super) fn md5_hex(bytes: impl AsRef<[u8]>) -> String {
    format!("{:x}", md5::compute(bytes))
}

/// The digest SQS answers as `MD5OfMessageAttributes`: over name, type and value of each, each with its
/// length, in the order of the names. `None` when there are no attributes.
pub(super) fn md5_of_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> Option<String> {
    /// The transport type of text.
    const STRING: u8 = 1;
    if attributes.is_empty() {
        return None;
    }
    let mut bytes = Vec::new();
    for (name, attribute) in attributes {
        put(&mut bytes, name);
        put(&mut bytes, &attribute.data_type);
        bytes.push(STRING);
        put(&mut bytes, &attribute.string_value);
    }
    Some(md5_hex(bytes))
}

fn put(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_aws() {
        assert_eq!(md5_hex("hello"), "5d41402abc4b2a76b9719d911017c592");
        let attributes = BTreeMap::from([("test".to_owned(), MessageAttribute::string("value"))]);
        let by_hand = md5_hex(b"\0\0\0\x04test\0\0\0\x06String\x01\0\0\0\x05value");
        assert_eq!(md5_of_attributes(&attributes), Some(by_hand));
        assert_eq!(md5_of_attributes(&BTreeMap::new()), None);
    }
}
