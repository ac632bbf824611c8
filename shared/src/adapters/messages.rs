//! What one function tells another. (`apply-stripe-event` is told a
//! [`StripeEvent`](crate::domain::stripe_event::StripeEvent).)

use serde::{Deserialize, Serialize};

use crate::domain::bucket::Bucket;
use crate::domain::ids::CheckoutId;

/// A schedule to `release-cashback`: the time of a bucket has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketDue {
    /// Which bucket.
    pub bucket: Bucket,
}

/// `release-cashback` to `pay-cashback`: the time of a cashback may have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashbackDue {
    /// Of which checkout.
    pub checkout: CheckoutId,
}
