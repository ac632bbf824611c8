//! What is claimed for the things of one account.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::books::movements::Claim;
use crate::domain::books::settlement::Settlement;
use crate::domain::books::thing::Kind;
use crate::domain::checkout::Checkout;
use crate::domain::ids::{AccountId, CheckoutId};

/// What is claimed, by what it is, with the checkout that claims it.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) all: BTreeMap<(Kind, String), (Claim, Option<CheckoutId>, AccountId)>,
    pub(super) of_day: BTreeSet<(Kind, String)>,
}

impl Claims {
    pub(super) fn add(&mut self, checkout: &Checkout, claim: Claim, is_of_day: bool) {
        let name = (claim.kind, claim.subject.clone());
        if is_of_day {
            self.of_day.insert(name.clone());
        }
        self.all.insert(name, (claim, Some(checkout.id.clone()), checkout.account.clone()));
    }

    pub(super) fn add_settlement(&mut self, settlement: &Settlement, claim: Claim) {
        let name = (claim.kind, claim.subject.clone());
        self.of_day.insert(name.clone());
        self.all.insert(name, (claim, None, settlement.account.clone()));
    }
}

/// Whether it moves on the platform's own account.
pub(super) fn is_platforms(kind: Kind) -> bool {
    match kind {
        Kind::ApplicationFee | Kind::FeeRefund | Kind::Funding | Kind::Settlement => true,
        Kind::Charge
        | Kind::Refund
        | Kind::Cashback
        | Kind::FundingReceived
        | Kind::FeeRefundReceived
        | Kind::Dispute => false,
    }
}
