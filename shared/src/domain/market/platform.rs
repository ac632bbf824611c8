//! What the Stripe platform of each market carries: the one table that campaigns, wallets and documents ask.
//!
//! A market's platform and all of its merchants are in the market's own country. Read in November 2026:
//!
//! * Application fees on direct charges are taken within a country in all four
//!   (<https://docs.stripe.com/connect/direct-charges#collect-fees>).
//! * Transfers beside a charge exist in Singapore, Brazil and the United States
//!   (<https://docs.stripe.com/connect/separate-charges-and-transfers>). India has neither those nor
//!   transfers by themselves (<https://support.stripe.com/questions/stripe-india-support-for-marketplaces>).

use super::country::Country;
use crate::fault::Problem;

/// A way in which money moves between a platform and its merchants at Stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// The platform's fee on a payment, and the cover that is taken with it and given back.
    ApplicationFee,
    /// The platform's own money to a merchant: its part of a cashback, and the wallet credit spent there.
    Transfer,
}

impl Movement {
    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ApplicationFee => "application fees",
            Self::Transfer => "transfers",
        }
    }
}

impl Country {
    /// What the market's Stripe platform carries.
    pub fn movements(self) -> &'static [Movement] {
        match self {
            Self::SG | Self::BR | Self::US => &[Movement::ApplicationFee, Movement::Transfer],
            Self::IN => &[Movement::ApplicationFee],
        }
    }

    /// Whether payers have credit here: merchants are paid for what was spent at theirs by transfer.
    pub fn has_wallets(self) -> bool {
        self.movements().contains(&Movement::Transfer)
    }

    /// That payers have credit here, for a request whose `field` asks for some; `next` is what to do instead.
    ///
    /// # Errors
    /// There are no wallets.
    pub fn check_wallets(self, field: &str, next: &str) -> Result<(), Problem> {
        if self.has_wallets() {
            return Ok(());
        }
        let (market, lacking) = (self.code(), Movement::Transfer.label());
        let detail = format!(
            "There is no wallet credit in {market}: a Stripe platform there has no {lacking} to pay merchants with."
        );
        Err(Problem::invalid(field, detail, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_market_says_what_its_platform_carries() {
        let table: Vec<String> = Country::ALL
            .iter()
            .map(|country| {
                let carried: Vec<_> = country.movements().iter().map(|movement| movement.label()).collect();
                let wallets = if country.has_wallets() { "wallets" } else { "no wallets" };
                format!("{}: {}; {wallets}", country.code(), carried.join(", "))
            })
            .collect();
        let both = "application fees, transfers; wallets";
        let expected = ["SG", "IN", "BR", "US"].map(|market| match market {
            "IN" => "IN: application fees; no wallets".to_owned(),
            _ => format!("{market}: {both}"),
        });
        assert_eq!(table, expected);
    }
}
