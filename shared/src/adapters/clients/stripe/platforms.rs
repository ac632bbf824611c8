//! The platform of each market. Stripe keeps platforms within their region: transfers do not leave it, a
//! platform from elsewhere takes no application fees in Brazil or India, and an Indian account needs an
//! Indian platform (<https://docs.stripe.com/connect/cross-border-payouts>). So each market has its own, by
//! its secret key, and everything that concerns a market is asked of its platform.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::request::{Stripe, StripeError, http_client};
use crate::adapters::config::{ConfigError, Environment};
use crate::domain::market::Country;
use crate::fault::Problem;

/// The clients of all platforms, which share their connections.
#[derive(Debug)]
pub struct Platforms(BTreeMap<Country, Stripe>);

/// What is wrong with a list of keys. No part of the list is repeated: it may be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum KeysError {
    #[error("entry {0} does not have the form SG=sk_…")]
    Malformed(usize),
    #[error("entry {0} is for an unknown market; the markets are {all}", all = Country::codes())]
    UnknownMarket(usize),
    #[error("{code} is there twice", code = .0.code())]
    Twice(Country),
}

impl Platforms {
    /// Reads `STRIPE_API_URL`, and from `STRIPE_SECRET_KEYS` the key of each market that is served:
    /// `SG=sk_…,US=sk_…`. Markets with one platform repeat its key.
    ///
    /// # Errors
    /// One of them is not set or malformed, or the machine has no root certificates.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let client = http_client()?;
        let url = environment.required("STRIPE_API_URL")?;
        let keys = environment.parsed("STRIPE_SECRET_KEYS", parse)?.into_iter();
        Ok(Self(keys.map(|(country, key)| (country, Stripe::new(client.clone(), url, key))).collect()))
    }

    /// The platform of `country`.
    ///
    /// # Errors
    /// There is none. Nothing may begin in such a market, so the key of one that was served is gone: a person
    /// has to put it back.
    pub fn of(&self, country: Country) -> Result<&Stripe, StripeError> {
        self.0.get(&country).ok_or(StripeError::NoPlatform { country })
    }

    /// The platform of the `country` that a request names in `field`.
    ///
    /// # Errors
    /// There is none, which the caller is told.
    pub fn of_request(&self, country: Country, field: &str) -> Result<&Stripe, Problem> {
        self.of(country).map_err(|_| {
            let code = country.code();
            let served: Vec<_> = self.0.keys().map(|country| country.code()).collect();
            let next = format!(
                "Choose a market that is served ({}), or add the key of a platform for {code} to \
                 `stripe_secret_keys` and deploy again.",
                served.join(", ")
            );
            Problem::invalid(field, format!("No Stripe platform serves {code}."), next)
        })
    }

    /// Every market that is served, with its platform.
    pub fn markets(&self) -> impl Iterator<Item = (Country, &Stripe)> {
        self.0.iter().map(|(country, stripe)| (*country, stripe))
    }
}

fn parse(list: &str) -> Result<BTreeMap<Country, SecretString>, KeysError> {
    let mut keys = BTreeMap::new();
    for (number, entry) in (1..).zip(list.split(',')) {
        let (code, key) = entry.split_once('=').ok_or(KeysError::Malformed(number))?;
        let (code, key) = (code.trim(), key.trim());
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(KeysError::Malformed(number));
        }
        let country = Country::parse(code).ok_or(KeysError::UnknownMarket(number))?;
        if keys.insert(country, key.into()).is_some() {
            return Err(KeysError::Twice(country));
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::fault::Fault;

    fn platforms(keys: &str) -> Result<Platforms, ConfigError> {
        let variables = [("STRIPE_API_URL", "http://localhost/"), ("STRIPE_SECRET_KEYS", keys)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Platforms::new(&Environment::new(variables.into()))
    }

    #[test]
    fn a_key_is_given_for_each_market() {
        let table = [
            ("SG=sk_1", "SG sk_1"),
            ("US=sk_4,BR=sk_3,IN=sk_2,SG=sk_1", "SG sk_1, IN sk_2, BR sk_3, US sk_4"),
            (" SG = sk_1 ,\n US=sk_1", "SG sk_1, US sk_1"),
            ("SG=sk_1=", "SG sk_1="),
            ("sk_1", "entry 1 does not have the form SG=sk_…"),
            ("SG=sk_1,sk_2", "entry 2 does not have the form SG=sk_…"),
            ("SG=sk_1,", "entry 2 does not have the form SG=sk_…"),
            ("SG=sk_1, US= ", "entry 2 does not have the form SG=sk_…"),
            ("SG=sk_1 US=sk_2", "entry 1 does not have the form SG=sk_…"),
            ("SG=sk_1,sk_2=US", "entry 2 is for an unknown market; the markets are SG, IN, BR, US"),
            ("sg=sk_1", "entry 1 is for an unknown market; the markets are SG, IN, BR, US"),
            ("=sk_1", "entry 1 is for an unknown market; the markets are SG, IN, BR, US"),
            ("SG=sk_1,SG=sk_1", "SG is there twice"),
        ];
        for (list, expected) in table {
            let keys = |keys: BTreeMap<Country, SecretString>| {
                let shown = |(country, key): (&Country, &SecretString)| {
                    format!("{} {}", country.code(), key.expose_secret())
                };
                keys.iter().map(shown).collect::<Vec<_>>().join(", ")
            };
            assert_eq!(parse(list).map_or_else(|error| error.to_string(), keys), expected, "{list:?}");
        }
    }

    #[test]
    fn no_key_is_ever_shown() {
        for list in ["sk_1", "SG=sk_1,sk_1", "sk_1=SG", "SG=sk_1,SG=sk_1", ""] {
            let error = platforms(list).unwrap_err();
            assert!(error.name == "STRIPE_SECRET_KEYS" && !format!("{error} {error:?}").contains("sk_1"));
        }
        let served = format!("{:?}", platforms("SG=sk_1").unwrap());
        assert_eq!(served, "Platforms({SG: Stripe(http://localhost)})");
    }

    #[test]
    fn a_market_without_a_key_is_not_served() {
        let platforms = platforms("SG=sk_1,US=sk_2").unwrap();
        assert!(platforms.of(Country::US).is_ok() && platforms.of_request(Country::US, "country").is_ok());
        assert_eq!(platforms.of(Country::BR).unwrap_err().to_string(), "no Stripe platform serves BR");
        let missing = platforms.of(Country::BR).unwrap_err();
        assert!(matches!(Fault::from(missing), Fault::Bug(_)), "it rings");
        let problem = platforms.of_request(Country::BR, "country").unwrap_err();
        assert_eq!((problem.status, problem.field.as_deref()), (422, Some("country")));
        assert!(problem.next.unwrap().contains("(SG, US)"));
    }
}
