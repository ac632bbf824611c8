//! Who pays, without keeping who it is.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::domain::ids::{MerchantId, PayerId, Reference};
use crate::domain::market::Country;
use crate::domain::money::Money;
use crate::domain::text::{is_space, is_unseen};

/// A phone number in E.164 form (`+6591234567`). It is shown to nobody: its debug form hides it.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Phone(String);

/// Fifteen digits, and what people write between them.
const LONGEST: usize = 40;

/// Why a text is not a phone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a phone number. Write it in international form, such as `+6591234567`.")]
pub struct InvalidPhone;

impl Phone {
    /// Parses a number in international form, however it is written, if it is one that a person can have
    /// (Google's libphonenumber metadata).
    ///
    /// # Errors
    /// It does not start with `+` and a country's code, or no number of that country looks so.
    pub fn parse(text: &str) -> Result<Self, InvalidPhone> {
        let text = &as_typed(text);
        let is_international = text.trim_start().starts_with('+') && text.len() <= LONGEST;
        // libphonenumber reads letters as the keys they are on: nobody types their number so, and a typo
        // would be another's.
        let is_international = is_international && !text.contains(char::is_alphabetic);
        let number = phonenumber::parse(None, text).ok().filter(|_| is_international).ok_or(InvalidPhone)?;
        if phonenumber::is_valid(&number) && number.extension().is_none() {
            Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
        } else {
            Err(InvalidPhone)
        }
    }
}

/// A number as a person would type it. One that is copied from contacts or from a page has invisible marks
/// around it (U+202A, U+202C), and non-breaking spaces and hyphens in it.
fn as_typed(text: &str) -> String {
    let typed = |letter| match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        _ if is_space(letter) => Some(' '),
        _ => Some(letter).filter(|letter| !is_unseen(*letter)),
    };
    text.chars().filter_map(typed).collect()
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

/// The key of the hash by which payers are known. It must never change: another key makes everybody a
/// stranger.
#[derive(Clone, Debug)]
pub struct PayerKey(SecretString);

impl PayerKey {
    /// Takes the secret text.
    pub fn new(secret: &str) -> Self {
        Self(secret.into())
    }

    /// The payer who has `phone`, in `country`: markets do not know each other's payers.
    pub fn payer(&self, phone: &Phone, country: Country) -> PayerId {
        PayerId::of(&self.hash([country.code(), &phone.0]))
    }

    fn hash<const N: usize>(&self, parts: [&str; N]) -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes());
        // HMAC takes a key of any length, so this never takes the empty default.
        mac.map(|mac| {
            parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into()
        })
        .unwrap_or_default()
    }
}

/// An order that a payer agrees to pay a part of with credit.
#[derive(Clone, Copy, Debug)]
pub struct Consent<'a> {
    /// Who agrees.
    pub payer: &'a PayerId,
    /// At whom.
    pub merchant: &'a MerchantId,
    /// The merchant's order number.
    pub reference: &'a Reference,
    /// The price.
    pub amount: Money,
}

impl PayerKey {
    /// The text by which the platform testifies to `consent`. It is good for this one order: it names payer,
    /// merchant, order number and price, and nobody without the key can make it.
    pub fn testify(&self, consent: &Consent<'_>) -> String {
        let parts = [
            "wallet",
            consent.payer.as_str(),
            consent.merchant.as_str(),
            consent.reference.as_str(),
            consent.amount.currency().code(),
            &consent.amount.minor().to_string(),
        ];
        BASE64URL_NOPAD.encode(&self.hash([&parts.join("\0")]))
    }

    /// Whether `testimony` is for `consent`.
    pub fn confirms(&self, consent: &Consent<'_>, testimony: &str) -> bool {
        self.testify(consent).as_bytes().ct_eq(testimony.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use iso_currency::Currency;

    use super::*;

    #[test]
    fn one_number_is_one_payer_however_it_is_written() {
        let key = PayerKey::new("key");
        let payer = |text| key.payer(&Phone::parse(text).unwrap(), Country::SG);
        for same in [
            "+65 9123 4567",
            "+65 9123-4567",
            " +6591234567",
            "+65 (9123) 4567",
            "+65.9123.4567",
            "+6591234567 ",
            "\u{202a}+65 9123 4567\u{202c}",
            "\u{2066}+65\u{a0}9123\u{2011}4567\u{2069}",
            "\u{feff}+65\u{200b}9123\u{202f}4567\u{200e}",
            "+65 9123\u{2013}4567\r\n",
        ] {
            assert_eq!(payer("+6591234567"), payer(same), "{same}");
        }
        assert_ne!(payer("+6591234567"), payer("+6591234568"));
        let phone = Phone::parse("+6591234567").unwrap();
        assert_ne!(payer("+6591234567"), PayerKey::new("other").payer(&phone, Country::SG), "another key");
        let in_markets: std::collections::BTreeSet<_> =
            Country::ALL.iter().map(|&country| key.payer(&phone, country)).collect();
        assert_eq!(in_markets.len(), Country::ALL.len(), "markets do not know each other's payers");
    }

    /// By libphonenumber's metadata: a number that a person of that country can have.
    #[test]
    fn what_is_a_number_and_what_is_none() {
        let table: String = [
            ("a mobile in Singapore", "+65 9123 4567"),
            ("a landline in Singapore", "+65 6123 4567"),
            ("a digit short", "+65 9123 456"),
            ("a digit long", "+65 9123 45678"),
            ("no number begins so there", "+65 1123 4567"),
            ("a mobile in India", "+91 98765 43210"),
            ("a mobile in India, with its trunk zero", "+91 098765 43210"),
            ("no number begins so in India", "+91 00000 00000"),
            ("a mobile in Brazil", "+55 11 98765-4321"),
            ("a landline in Brazil", "+55 11 3456-7890"),
            ("an area that Brazil has not", "+55 10 98765-4321"),
            ("a number in New York", "+1 212 555 2368"),
            ("the number of films", "+1 000 555 0123"),
            ("an extension", "+65 9123 4567 ext. 5"),
            ("no country", "9123 4567"),
            ("two zeros instead of the plus", "0065 9123 4567"),
            ("no such country", "+999 12345678"),
            ("letters", "+65 9123 KOPI"),
            ("another's digits", "+٦٥٩١٢٣٤٥٦٧"),
            ("nothing", ""),
            ("only a plus", "+"),
            ("two numbers in two lines", "+65 9123 4567\n+65 9123 4568"),
            ("only what nobody sees", "\u{202a}\u{202c}"),
            ("far too long", "+65 9123 4567 0000 0000 0000 0000 0000 0000 0000"),
        ]
        .into_iter()
        .map(|(words, text)| {
            let answer = Phone::parse(text).map_or("none".to_owned(), |phone| phone.0);
            format!("{words}: {answer}\n")
        })
        .collect();
        expect_test::expect![[r#"
            a mobile in Singapore: +6591234567
            a landline in Singapore: +6561234567
            a digit short: none
            a digit long: none
            no number begins so there: none
            a mobile in India: +919876543210
            a mobile in India, with its trunk zero: +919876543210
            no number begins so in India: none
            a mobile in Brazil: +5511987654321
            a landline in Brazil: +551134567890
            an area that Brazil has not: none
            a number in New York: +12125552368
            the number of films: none
            an extension: none
            no country: none
            two zeros instead of the plus: none
            no such country: none
            letters: none
            another's digits: none
            nothing: none
            only a plus: none
            two numbers in two lines: none
            only what nobody sees: none
            far too long: none
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_testimony_is_good_for_one_order_of_one_payer() {
        let key = PayerKey::new("key");
        let payer = |text| key.payer(&Phone::parse(text).unwrap(), Country::SG);
        let reference = |text| Reference::parse(text).unwrap();
        let merchant = |text| MerchantId::of(&reference(text));
        let money = |minor, currency| Money::from_minor(minor, currency).unwrap();
        let (payers, merchants) =
            ([payer("+6591234567"), payer("+6591234568")], [merchant("baker"), merchant("tailor")]);
        let references = [reference("order-1"), reference("order-2")];
        let amount = money(2500, Currency::SGD);
        let consent =
            Consent { payer: &payers[0], merchant: &merchants[0], reference: &references[0], amount };
        let testimony = key.testify(&consent);
        assert!(key.confirms(&consent, &testimony));
        for (what, other) in [
            ("payer", Consent { payer: &payers[1], ..consent }),
            ("merchant", Consent { merchant: &merchants[1], ..consent }),
            ("order", Consent { reference: &references[1], ..consent }),
            ("price", Consent { amount: money(2501, Currency::SGD), ..consent }),
            ("currency", Consent { amount: money(2500, Currency::USD), ..consent }),
        ] {
            assert!(!key.confirms(&other, &testimony), "another {what}");
        }
        assert!(!PayerKey::new("other").confirms(&consent, &testimony), "another key");
        assert!(!key.confirms(&consent, "") && !key.confirms(&consent, &testimony[..42]));
    }

    #[test]
    fn a_number_and_a_key_are_never_shown() {
        assert_eq!(format!("{:?}", Phone::parse("+6591234567").unwrap()), "Phone(hidden)");
        assert_eq!(format!("{:?}", PayerKey::new("key")), "PayerKey(SecretBox<str>([REDACTED]))");
        let parsed = serde_json::from_value::<Phone>(serde_json::json!("777123"));
        assert!(!parsed.unwrap_err().to_string().contains("777"), "not even one that is none");
    }
}
