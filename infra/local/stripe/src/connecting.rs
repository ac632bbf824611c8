//! What becomes of connected accounts, on the handle: merchants come and go, Stripe looks into them.

use crate::acts::{connection, onboarding};
use crate::error::Error;
use crate::stripe::Stripe;

impl Stripe {
    /// A merchant finishes onboarding: every requested capability becomes active.
    ///
    /// # Errors
    /// There is no such connected account.
    pub fn complete_onboarding(&self, account: &str) -> Result<(), Error> {
        self.act(|act| onboarding::complete(act, account))
    }

    /// Stripe restricts an account: its capabilities are off until onboarding is completed again. `reason`
    /// describes what is past due, such as `identity.individual.documents`.
    ///
    /// # Errors
    /// There is no such connected account.
    pub fn restrict(&self, account: &str, reason: &str) -> Result<(), Error> {
        self.act(|act| onboarding::restrict(act, account, reason))
    }

    /// A merchant has sent what was wanted and Stripe looks at it: every capability is `pending`, until
    /// onboarding is [completed](Self::complete_onboarding) or the account [restricted](Self::restrict).
    ///
    /// # Errors
    /// There is no such connected account.
    pub fn pend(&self, account: &str) -> Result<(), Error> {
        self.act(|act| onboarding::pend(act, account))
    }

    /// A merchant takes the platform's access to its account away. Events that were produced before are still
    /// delivered, the last one says that it left, and later ones are not.
    pub fn deauthorize(&self, account: &str) {
        self.act(|act| connection::leave(act, account));
    }

    /// A merchant gives the platform access to its account again.
    pub fn authorize_again(&self, account: &str) {
        self.act(|act| connection::come_back(act, account));
    }
}
