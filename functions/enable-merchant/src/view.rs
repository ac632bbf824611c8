//! A merchant as the API shows it.

use std::collections::BTreeSet;

use kembali::adapters::clients::stripe::OnboardingLink;
use kembali::domain::campaign::MerchantCategory;
use kembali::domain::ids::{AccountId, MerchantId, Reference};
use kembali::domain::market::{Country, Method};
use kembali::domain::merchant::api_key::ApiKey;
use kembali::domain::merchant::{Merchant, Requirement, State};
use kembali::domain::text::Line;
use kembali::domain::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct MerchantView {
    id: MerchantId,
    reference: Reference,
    name: Line,
    country: Country,
    fee_bps: u16,
    /// The kind of business, if it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<MerchantCategory>,
    /// How many people of its own earn nothing there.
    #[serde(skip_serializing_if = "is_zero")]
    insiders: usize,
    state: &'static str,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    /// The ways to pay that can be offered now.
    methods: BTreeSet<Method>,
    /// Why it is not enabled, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not_enabled: Option<WhyNot>,
    /// Why the platform has suspended it, for operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspension: Option<SuspensionView>,
    /// A new key. It is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    /// What becomes of the other keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
    created_at: Timestamp,
}

#[derive(Serialize)]
struct SuspensionView {
    reason: Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_for_merchant: Option<Line>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct WhyNot {
    reason: String,
    requirements: Vec<Requirement>,
    /// Where to mend it. The link works once.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link_expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl MerchantView {
    pub(crate) fn of(merchant: &Merchant) -> Self {
        let methods = match &merchant.state {
            State::Enabled { methods, .. } => methods.clone(),
            State::Waitlisted
            | State::Invited
            | State::Onboarding { .. }
            | State::InReview { .. }
            | State::Restricted { .. }
            | State::Suspended { .. }
            | State::Closed { .. } => BTreeSet::new(),
        };
        Self {
            id: merchant.id.clone(),
            reference: merchant.reference.clone(),
            name: merchant.name.clone(),
            country: merchant.country,
            fee_bps: merchant.fee_bps,
            category: merchant.category.clone(),
            insiders: merchant.insiders.len(),
            state: merchant.state.name(),
            enabled: !methods.is_empty(),
            account: merchant.state.account().cloned(),
            methods,
            why_not_enabled: why_not(merchant),
            suspension: None,
            api_key: None,
            next: None,
            created_at: merchant.created_at,
        }
    }

    /// With what the platform noted for itself: no merchant may see it.
    pub(crate) fn for_operator(merchant: &Merchant) -> Self {
        let suspension = match &merchant.state {
            State::Suspended { reason, reason_for_merchant, .. } => Some(SuspensionView {
                reason: reason.clone(),
                reason_for_merchant: reason_for_merchant.clone(),
            }),
            State::Waitlisted
            | State::Invited
            | State::Onboarding { .. }
            | State::InReview { .. }
            | State::Enabled { .. }
            | State::Restricted { .. }
            | State::Closed { .. } => None,
        };
        Self { suspension, ..Self::of(merchant) }
    }

    pub(crate) fn with_key(self, key: &ApiKey) -> Self {
        Self { api_key: Some(key.reveal()), ..self }
    }

    pub(crate) fn with_next(self, next: &'static str) -> Self {
        Self { next: Some(next), ..self }
    }

    pub(crate) fn with_link(mut self, link: &OnboardingLink) -> Self {
        let why = self
            .why_not_enabled
            .get_or_insert_with(|| WhyNot::new("It is enabled; the account can be changed."));
        why.link = Some(link.url.clone());
        why.link_expires_at = Some(link.expires_at);
        why.next = Some("Open the link, and give Stripe what it asks for.".to_owned());
        self
    }

    /// The market has opened to a merchant who was on the waiting list.
    pub(crate) fn now_admitted(mut self) -> Self {
        self.why_not_enabled = Some(begin(&self.id));
        self
    }
}

impl WhyNot {
    fn new(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            requirements: Vec::new(),
            link: None,
            link_expires_at: None,
            next: None,
        }
    }
}

fn begin(merchant: &MerchantId) -> WhyNot {
    let next = format!("POST /v1/merchants/{merchant}/onboarding-link");
    WhyNot { next: Some(next), ..WhyNot::new("The onboarding with Stripe has not begun.") }
}

fn why_not(merchant: &Merchant) -> Option<WhyNot> {
    Some(match &merchant.state {
        State::Enabled { .. } => return None,
        State::Waitlisted => WhyNot {
            next: Some("Wait until the platform opens the market further.".to_owned()),
            ..WhyNot::new("The market is not open to this business yet.")
        },
        State::Invited => begin(&merchant.id),
        State::Onboarding { requirements, .. } | State::Restricted { requirements, .. }
            if requirements.iter().any(Requirement::is_access) =>
        {
            WhyNot {
                requirements: requirements.clone(),
                next: Some(
                    "Give the platform access to the account again, in Stripe's dashboard.".to_owned(),
                ),
                ..WhyNot::new("The platform has no access to the Stripe account any more.")
            }
        }
        State::Onboarding { requirements, .. } => {
            WhyNot { requirements: requirements.clone(), ..WhyNot::new("Stripe waits for the merchant.") }
        }
        State::InReview { .. } => WhyNot {
            next: Some("Wait: Stripe looks at what was given.".to_owned()),
            ..WhyNot::new("Stripe is looking at the account.")
        },
        State::Restricted { requirements, .. } => WhyNot {
            requirements: requirements.clone(),
            ..WhyNot::new("Stripe has stopped payments on the account.")
        },
        State::Suspended { reason_for_merchant, .. } => {
            let why = reason_for_merchant.as_ref().map_or_else(|| ".".to_owned(), |why| format!(": {why}"));
            let next = Some("Ask the platform.".to_owned());
            WhyNot { next, ..WhyNot::new(&format!("The platform has suspended the merchant{why}")) }
        }
        State::Closed { .. } => WhyNot::new("The Stripe account is closed."),
    })
}
