//! A connected account and its capabilities.

use crate::methods::Method;
use crate::params::Metadata;

/// An account, with what both API versions show of it.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) created_millis: i64,
    pub(crate) profile: Profile,
    pub(crate) capabilities: Vec<Capability>,
    /// What is still wanted from the account's holder; empty when nothing is.
    pub(crate) wanted: Vec<String>,
    /// Whether onboarding was completed once.
    pub(crate) details_submitted: bool,
}

/// What the platform says about an account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) display_name: Option<String>,
    pub(crate) contact_email: Option<String>,
    pub(crate) dashboard: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) entity_type: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) fees_collector: Option<String>,
    pub(crate) losses_collector: Option<String>,
    pub(crate) metadata: Metadata,
}

/// One capability that was requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capability {
    pub(crate) configuration: Configuration,
    /// Within the configuration: `card_payments`, `stripe_balance.stripe_transfers`.
    pub(crate) name: String,
    pub(crate) status: Status,
}

/// Whether a capability can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    /// Stripe looks at what it got.
    Pending,
    /// Something is wanted first.
    Inactive,
}

impl Capability {
    /// A capability that was requested and waits for onboarding.
    pub(crate) fn requested(configuration: Configuration, name: &str) -> Self {
        Self { configuration, name: name.to_owned(), status: Status::Inactive }
    }

    /// Whether it can be used.
    pub(crate) fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}

/// Which configuration of an account a capability belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Configuration {
    Merchant,
    Recipient,
}

/// The merchant capability that lets money out to the bank. Every merchant has it.
pub(crate) const PAYOUTS: &str = "stripe_balance.payouts";
/// The recipient capability that lets transfers in.
pub(crate) const TRANSFERS: &str = "stripe_balance.stripe_transfers";

/// What onboarding asks for.
const WANTED_AT_FIRST: [&str; 3] = [
    "identity.business_details.registered_name",
    "identity.individual.id_numbers",
    "defaults.payout_methods",
];

impl Configuration {
    /// Stripe's name for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::Recipient => "recipient",
        }
    }
}

impl Account {
    /// A new account: every capability waits for onboarding.
    pub(crate) fn new(
        id: String,
        created_millis: i64,
        profile: Profile,
        capabilities: Vec<Capability>,
    ) -> Self {
        let wanted = WANTED_AT_FIRST.iter().map(|entry| (*entry).to_owned()).collect();
        let wanted = if capabilities.is_empty() { Vec::new() } else { wanted };
        Self { id, created_millis, profile, capabilities, wanted, details_submitted: false }
    }

    /// A platform's own account, which can do everything.
    pub(crate) fn platform(id: String, country: &str) -> Self {
        let own = |method: &&Method| **method != Method::Link;
        let methods = Method::ALL.iter().filter(own).map(|method| method.capability());
        let active = |name: &str| Capability {
            configuration: Configuration::Merchant,
            name: name.to_owned(),
            status: Status::Active,
        };
        let profile = Profile {
            display_name: Some("Platform".to_owned()),
            country: Some(country.to_owned()),
            ..Profile::default()
        };
        Self {
            id,
            created_millis: 0,
            profile,
            capabilities: methods.chain([PAYOUTS]).map(active).collect(),
            wanted: Vec::new(),
            details_submitted: true,
        }
    }

    /// Whether the capability is active.
    pub(crate) fn can(&self, configuration: Configuration, name: &str) -> bool {
        self.capabilities.iter().any(|c| c.configuration == configuration && c.name == name && c.is_active())
    }

    /// Whether `configuration` was applied.
    pub(crate) fn has(&self, configuration: Configuration) -> bool {
        self.capabilities.iter().any(|capability| capability.configuration == configuration)
    }

    /// Whether money can leave for its bank.
    pub(crate) fn pays_out(&self) -> bool {
        self.capabilities.iter().all(|capability| capability.name != PAYOUTS || capability.is_active())
    }

    /// The currency of the account's country, as far as the stand-in knows it.
    pub(crate) fn default_currency(&self) -> &str {
        match (self.profile.currency.as_deref(), self.profile.country.as_deref()) {
            (Some(currency), _) => currency,
            (None, Some("IN" | "in")) => "inr",
            (None, Some("BR" | "br")) => "brl",
            (None, Some("US" | "us")) => "usd",
            (None, _) => "sgd",
        }
    }

    /// The name a payer sees.
    pub(crate) fn shown_name(&self) -> &str {
        self.profile.display_name.as_deref().unwrap_or(&self.id)
    }
}

/// An account link: one visit to the hosted onboarding page.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) account: String,
    pub(crate) refresh_url: String,
    pub(crate) return_url: String,
    pub(crate) expires_millis: i64,
    pub(crate) visit: Visit,
}

/// How far an account link was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Nobody opened it.
    Fresh,
    /// Its page is open in front of somebody.
    Opened,
    /// It was left.
    Left,
}
