//! How often an endpoint may be called.

use std::collections::BTreeMap;

use crate::error::Error;

/// Requests a second for each named operation, as long as nothing else was agreed on
/// (<https://docs.stripe.com/rate-limits>).
const ENDPOINT_RATE: u32 = 25;

/// The requests of one second. Nothing is limited until somebody says so: under a clock that stands still all
/// requests would be of the same second.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    pub(crate) limited: bool,
    second: i64,
    counts: BTreeMap<&'static str, u32>,
}

impl Rates {
    /// Counts a request for `operation` in the second `now`, or refuses it.
    pub(crate) fn count(&mut self, operation: &'static str, now: i64) -> Result<(), Error> {
        if !self.limited {
            return Ok(());
        }
        if self.second != now {
            self.second = now;
            self.counts.clear();
        }
        let count = self.counts.entry(operation).or_default();
        if *count >= ENDPOINT_RATE {
            return Err(Error::invalid("Request rate limit exceeded.").coded("rate_limit").with_status(429));
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_has_its_own_25_in_each_second() {
        let mut rates = Rates::default();
        assert!((0..100).all(|_| rates.count("GET /v1/balance", 1).is_ok()), "not limited");
        rates.limited = true;
        assert!((0..25).all(|_| rates.count("GET /v1/balance", 1).is_ok()));
        assert_eq!(rates.count("GET /v1/balance", 1).unwrap_err().status(), 429);
        assert!(rates.count("GET /v1/account", 1).is_ok());
        assert!(rates.count("GET /v1/balance", 2).is_ok());
    }
}
