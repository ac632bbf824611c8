//! A merchant's key: `kmb_<merchant>_<secret>`. The merchant in it finds the item that is loaded anyway; of
//! the secret only the SHA-256 is kept.

use data_encoding::BASE32_NOPAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::domain::ids::MerchantId;

/// A key as the merchant sends it.
#[derive(Clone, Debug)]
pub struct ApiKey {
    merchant: MerchantId,
    secret: SecretString,
}

/// What the successor of a key is made from, beside the key itself: random, and kept until that one has a
/// successor too.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Seed(String);

/// The text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a merchant key")]
pub struct NotAKey;

impl ApiKey {
    /// A new key for `merchant` from 32 random bytes.
    pub fn new(merchant: &MerchantId, random: &[u8; 32]) -> Self {
        let mut secret = BASE32_NOPAD.encode(random);
        secret.make_ascii_lowercase();
        Self { merchant: merchant.clone(), secret: secret.into() }
    }

    /// The key that follows this one, made from it and from `seed`: whoever sends this key again can be given
    /// the same one, although only its hash is kept. It takes both to make it.
    #[must_use]
    pub fn successor(&self, seed: &Seed) -> Self {
        let secret = Sha256::new().chain_update(&seed.0).chain_update(self.secret.expose_secret()).finalize();
        Self::new(&self.merchant, &secret.into())
    }

    /// Parses a key.
    ///
    /// # Errors
    /// It has not the form above.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let (merchant, secret) =
            text.strip_prefix("kmb_").and_then(|rest| rest.rsplit_once('_')).ok_or(NotAKey)?;
        let merchant = MerchantId::parse(merchant).map_err(|_| NotAKey)?;
        if (1..=128).contains(&secret.len()) {
            Ok(Self { merchant, secret: secret.into() })
        } else {
            Err(NotAKey)
        }
    }

    /// Whose key it says it is.
    pub fn merchant(&self) -> &MerchantId {
        &self.merchant
    }

    /// What is kept of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash(BASE32_NOPAD.encode(&Sha256::digest(self.secret.expose_secret())))
    }

    /// The whole key. It is shown once, to its owner.
    pub fn reveal(&self) -> String {
        format!("kmb_{}_{}", self.merchant, self.secret.expose_secret())
    }
}

impl Seed {
    /// A seed of 32 random bytes.
    pub fn new(random: &[u8; 32]) -> Self {
        Self(BASE32_NOPAD.encode(random))
    }
}

/// The SHA-256 of a key's secret. The secret has 256 bits of its own, so it needs no salt and no slow hash.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeyHash(String);

impl KeyHash {
    /// Whether `key` is the key this was made of, in time that does not depend on where they differ.
    pub fn matches(&self, key: &ApiKey) -> bool {
        self.0.as_bytes().ct_eq(key.hash().0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Reference;

    #[test]
    fn a_key_is_recognised_by_its_hash_only() {
        let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
        let (key, other) = (ApiKey::new(&merchant, &[7; 32]), ApiKey::new(&merchant, &[8; 32]));
        let read = ApiKey::parse(&key.reveal()).unwrap();
        assert_eq!(read.merchant(), &merchant);
        assert!(key.hash().matches(&read));
        assert!(!key.hash().matches(&other));
        assert!(!format!("{key:?}").contains(key.secret.expose_secret()));
    }

    #[test]
    fn a_successor_takes_the_key_and_the_seed() {
        let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
        let key = |byte| ApiKey::new(&merchant, &[byte; 32]);
        let of = |byte, seed| key(byte).successor(&Seed::new(&[seed; 32])).reveal();
        assert_eq!(of(1, 9), of(1, 9));
        assert!(of(1, 9) != of(2, 9) && of(1, 9) != of(1, 8) && of(1, 9) != key(1).reveal());
        assert_eq!(ApiKey::parse(&of(1, 9)).unwrap().merchant(), &merchant);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "kmb_", "kmb_mch_x_y", "sk_test_1", "kmb_mch_abcdefghijklmnop_"] {
            assert_eq!(ApiKey::parse(text).err(), Some(NotAKey), "{text}");
        }
    }
}
