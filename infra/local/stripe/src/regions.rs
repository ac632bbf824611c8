//! What a platform cannot do across borders (<https://docs.stripe.com/connect/cross-border-payouts>).
//! Countries are two capital letters.

/// The countries among which transfers cross borders: besides the European Economic Area, these four
/// (<https://docs.stripe.com/connect/separate-charges-and-transfers>).
const TRANSFER_REGION: [&str; 34] = [
    "US", "CA", "GB", "CH", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU",
    "IS", "IE", "IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

/// The countries where only platforms at home take application fees.
const FEES_AT_HOME: [&str; 2] = ["BR", "IN"];

/// Where there are no transfers, not even at home
/// (<https://support.stripe.com/questions/stripe-india-support-for-marketplaces>).
const NO_TRANSFERS: [&str; 1] = ["IN"];

/// Whether a platform can send money to an account.
pub(crate) fn lets_transfer(platform: &str, account: &str) -> bool {
    if [platform, account].iter().any(|country| NO_TRANSFERS.contains(country)) {
        return false;
    }
    platform == account || [platform, account].iter().all(|country| TRANSFER_REGION.contains(country))
}

/// Whether a platform can take an application fee from a payment on an account.
pub(crate) fn lets_take_fees(platform: &str, account: &str) -> bool {
    platform == account || !FEES_AT_HOME.contains(&account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_crosses_some_borders_and_not_others() {
        let table = [
            ("SG", "SG", true, true),
            ("SG", "US", false, true),
            ("SG", "MY", false, true),
            ("US", "CA", true, true),
            ("FR", "CH", true, true),
            ("US", "BR", false, false),
            ("BR", "US", false, true),
            ("BR", "BR", true, true),
            ("SG", "IN", false, false),
            ("IN", "IN", false, true),
        ];
        for (platform, account, transfers, fees) in table {
            let found = (lets_transfer(platform, account), lets_take_fees(platform, account));
            assert_eq!(found, (transfers, fees), "{platform} to {account}");
        }
    }
}
