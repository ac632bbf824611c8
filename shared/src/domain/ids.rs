//! Names of things, each parsed once. A value of these types is safe in a key and in a log; all but a
//! [`Reference`] are also safe in a URL.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};

/// Why a text is not the name it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a {what}. Write {rule}.")]
pub struct InvalidId {
    what: &'static str,
    rule: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Parses a ", $what, ".\n\n# Errors\nIt must be ", $rule, ".")]
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId { what: $what, rule: $rule }) }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }
    };
}

id!(
    /// A merchant: a function of the platform's own reference for the business.
    MerchantId, "merchant id", "mch_ and 16 characters", |text| hashed(text, "mch_", 16));
id!(
    /// A checkout: a function of the merchant and the merchant's own order reference. However long that is,
    /// this fits where WhatsApp wants a `reference_id` of at most 35 characters.
    CheckoutId, "checkout id", "chk_ and 24 characters", |text| hashed(text, "chk_", 24));
id!(
    /// A campaign's name, chosen by the operator, unique within its market.
    CampaignId, "campaign id", "1 to 40 characters of a-z, 0-9 and -",
    |text| (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
id!(
    /// A reference chosen by the caller (an order number): the idempotency key of what it names. A UUID fits,
    /// and so do order numbers such as `2026/11/1` and `A#7`. It is safe in a key and in a log; in a URL it
    /// must be encoded.
    Reference, "reference", "1 to 64 characters of A-Z, a-z, 0-9, _, . and -; one that begins with a letter or a digit may also have / and #",
    |text| (1..=64).contains(&text.len())
        && (text.starts_with(|first: char| first.is_ascii_alphanumeric()) || !text.contains(['/', '#']))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/#".contains(&byte)));
id!(
    /// A payer: a keyed hash of a phone number. Nobody without the key can tell the number, or try numbers
    /// against it.
    PayerId, "payer id", "pyr_ and 24 characters", |text| hashed(text, "pyr_", 24));
id!(
    /// A payment card in one market: a digest of Stripe's fingerprint of it.
    CardId, "card id", "crd_ and 24 characters", |text| hashed(text, "crd_", 24));
id!(
    /// A Stripe connected account, `acct_…`.
    AccountId, "Stripe account id", "a Stripe id", opaque);
id!(
    /// A Stripe Checkout Session, `cs_…`.
    SessionId, "Stripe session id", "a Stripe id", opaque);
id!(
    /// A Stripe PaymentIntent, `pi_…`.
    PaymentIntentId, "Stripe payment intent id", "a Stripe id", opaque);
id!(
    /// A Stripe charge, `ch_…` or `py_…`.
    ChargeId, "Stripe charge id", "a Stripe id", opaque);
id!(
    /// A Stripe refund, `re_…` or `pyr_…`.
    RefundId, "Stripe refund id", "a Stripe id", opaque);
id!(
    /// A Stripe dispute, `du_…` or `dp_…`.
    DisputeId, "Stripe dispute id", "a Stripe id", opaque);
id!(
    /// A Stripe event, `evt_…`.
    EventId, "Stripe event id", "a Stripe id", opaque);

impl MerchantId {
    /// The merchant that the platform calls `reference`.
    pub fn of(reference: &Reference) -> Self {
        Self(format!("mch_{}", digest(&["merchant", reference.as_str()], 16)))
    }
}

impl CheckoutId {
    /// The checkout that `merchant` calls `reference`: the same two always name the same checkout, so the
    /// reference needs no separate idempotency record that could expire.
    pub fn of(merchant: &MerchantId, reference: &Reference) -> Self {
        Self(format!("chk_{}", digest(&["checkout", merchant.as_str(), reference.as_str()], 24)))
    }
}

impl DisputeId {
    /// Of a dispute that was stored without its id, while a payment could have only one.
    pub(super) fn unknown() -> Self {
        Self("unknown".to_owned())
    }
}

impl CardId {
    /// The card that Stripe knows by `fingerprint`, in the market whose two-letter code is given.
    pub fn of(country: &str, fingerprint: &str) -> Self {
        Self(format!("crd_{}", digest(&["card", country, fingerprint], 24)))
    }
}

impl PayerId {
    /// A payer from the keyed hash of the phone number.
    pub(super) fn of(keyed_hash: &[u8]) -> Self {
        Self(format!("pyr_{}", shorten(keyed_hash, 24)))
    }
}

/// `length` characters (five bits each) of the SHA-256 of `parts`, which are kept apart by a byte that none
/// contains.
pub(crate) fn digest(parts: &[&str], length: usize) -> String {
    shorten(&Sha256::digest(parts.join("\0").as_bytes()), length)
}

fn shorten(hash: &[u8], length: usize) -> String {
    let mut text = BASE32_NOPAD.encode(hash).to_ascii_lowercase();
    text.truncate(length);
    text
}

fn hashed(text: &str, prefix: &str, length: usize) -> bool {
    text.strip_prefix(prefix).is_some_and(|hash| {
        hash.len() == length
            && hash.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte))
    })
}

/// Stripe's ids are opaque and may change in form (<https://docs.stripe.com/upgrades>): only what is safe in
/// a path is asked of them.
fn opaque(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_reference_names_the_same_checkout() {
        let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
        let order = Reference::parse("order-1").unwrap();
        assert_eq!(CheckoutId::of(&merchant, &order), CheckoutId::of(&merchant, &order));
        assert_ne!(
            CheckoutId::of(&merchant, &order),
            CheckoutId::of(&merchant, &Reference::parse("order-2").unwrap())
        );
    }

    #[test]
    fn derived_ids_parse() {
        let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
        assert_eq!(MerchantId::parse(merchant.as_str()), Ok(merchant.clone()));
        let checkout = CheckoutId::of(&merchant, &Reference::parse("o").unwrap());
        assert_eq!(CheckoutId::parse(checkout.as_str()), Ok(checkout));
        let longest = CheckoutId::of(&merchant, &Reference::parse(&"x".repeat(64)).unwrap());
        assert!(longest.as_str().len() <= 35, "WhatsApp's reference_id: {longest}");
    }

    #[test]
    fn order_numbers_are_references() {
        let longest = "x".repeat(64);
        for text in ["0f8fad5b-d9cb-469f-a165-70867728950e", "2026/11/1", "A#7", "9", "a_.-/#", &longest] {
            assert_eq!(Reference::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_could_change_a_key_or_a_path_is_refused() {
        let too_long = "x".repeat(65);
        for text in ["", "a b", "ä", "../x", "/a", "#1", "-/1", "a\n", "a:b", "a?b", "a%2F", &too_long] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
        for text in ["", "acct_1/../2", "acct?", "acct_1#"] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
        for text in ["chk_", "chk_UPPERCASE", "mch_abc", "chk_abcdefghijklmnopqrstuvw1"] {
            assert!(CheckoutId::parse(text).is_err(), "{text}");
        }
    }
}
