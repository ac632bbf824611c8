//! Who pays, without keeping who it is.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ids::PayerId;

/// A phone number in E.164 form (`+6591234567`). It is shown to nobody: its debug form hides it.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Phone(String);

/// Why a text is not a phone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number in international form, such as +6591234567")]
pub struct InvalidPhone;

impl Phone {
    /// Parses a number in international form; spaces and dashes between the digits are taken out.
    ///
    /// # Errors
    /// It does not start with `+`, or has other than 8 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, InvalidPhone> {
        let digits: String = text.strip_prefix('+').ok_or(InvalidPhone)?.replace([' ', '-'], "");
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if plain && (8..=15).contains(&digits.len()) {
            Ok(Self(format!("+{digits}")))
        } else {
            Err(InvalidPhone)
        }
    }
}

impl TryFrom<String> for Phone {
    type Error = InvalidPhone;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Phone(hidden)")
    }
}

/// The key of the hash by which payers are known. It must never change: another key makes everybody a stranger.
#[derive(Clone)]
pub struct PayerKey(Vec<u8>);

impl PayerKey {
    /// Takes the secret text.
    pub fn new(secret: &str) -> Self {
        Self(secret.as_bytes().to_vec())
    }

    /// The payer who has `phone`.
    pub fn payer(&self, phone: &Phone) -> PayerId {
        // HMAC takes a key of any length, so this never takes the empty default.
        let hash = Hmac::<Sha256>::new_from_slice(&self.0)
            .map(|mac| mac.chain_update(phone.0.as_bytes()).finalize().into_bytes())
            .unwrap_or_default();
        PayerId::of(&hash)
    }
}

impl std::fmt::Debug for PayerKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("PayerKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_payer_however_it_is_written() {
        let key = PayerKey::new("key");
        let payer = |text| key.payer(&Phone::parse(text).unwrap());
        assert_eq!(payer("+6591234567"), payer("+65 9123-4567"));
        assert_ne!(payer("+6591234567"), payer("+6591234568"));
        assert_ne!(payer("+6591234567"), PayerKey::new("other").payer(&Phone::parse("+6591234567").unwrap()));
    }

    #[test]
    fn what_is_no_number_is_refused_and_a_number_is_never_shown() {
        for text in ["", "91234567", "+0123456789", "+65 abc", "+1234567", "+1234567890123456"] {
            assert_eq!(Phone::parse(text), Err(InvalidPhone), "{text}");
        }
        assert!(!format!("{:?}", Phone::parse("+6591234567").unwrap()).contains("9123"));
    }
}
