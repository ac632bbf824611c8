//! What one function tells another. (`apply-stripe-event` is told a
//! [`StripeEvent`](crate::domain::stripe::event::StripeEvent).)

use serde::{Deserialize, Serialize};

use crate::domain::cashback::bucket::Bucket;
use crate::domain::ids::{CheckoutId, MerchantId};

/// A schedule to `release-cashback`: the time of a bucket has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketDue {
    /// Which bucket.
    pub bucket: Bucket,
}

/// `release-cashback` to `pay-cashback`: the time of something may have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Due {
    /// Of a checkout's cashback, of a refund that was begun, or of a page that was never made.
    Cashback {
        /// Of which checkout.
        checkout: CheckoutId,
    },
    /// Of what the platform owes a merchant, or the merchant owes the platform.
    Settlement {
        /// Which merchant.
        merchant: MerchantId,
    },
}
