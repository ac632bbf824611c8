//! Payments of the past, for a dry run.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Store, fault};
use crate::adapters::items::read;
use crate::domain::checkout::Checkout;
use crate::domain::dry_run::PastPurchase;
use crate::domain::market::Country;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// Payments of the past.
#[derive(Debug, Default)]
pub struct Purchases {
    /// The payments, in the order of their times.
    pub found: Vec<PastPurchase>,
    /// Whether there are more than were asked for; then `found` is not all of the period, nor its beginning.
    pub is_too_many: bool,
}

impl Store {
    /// What was paid in `country` in `period` (its first second and the first after it), at most about `most`.
    ///
    /// The table has no index of payments by market and day, so this reads all of it and keeps what fits: right, and slow
    /// and dear on a large table. Whoever keeps a journal by market and day replaces this function and nothing else.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn purchases(
        &self,
        country: Country,
        period: (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Purchases, Fault> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut pages = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression(
                "begins_with(pk, :checkout) AND #country = :country AND #state.#paid_at BETWEEN :first AND :last",
            )
            .expression_attribute_names("#country", "country")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#paid_at", "paid_at")
            .expression_attribute_values(":checkout", text("C#"))
            .expression_attribute_values(":country", text(country.code()))
            .expression_attribute_values(":first", text(&period.0.to_string()))
            .expression_attribute_values(":last", text(&period.1.plus_seconds(-1).to_string()))
            .into_paginator()
            .items()
            .send();
        let mut purchases = Purchases::default();
        while let Some(item) = pages.next().await {
            let checkout: Checkout = read(item.map_err(|error| fault("Scan", &error))?)?;
            let past = PastPurchase::of(&checkout);
            purchases.found.extend(past.map_err(|error| Fault::Bug(format!("a past payment: {error}")))?);
            if purchases.found.len() > most {
                purchases.is_too_many = true;
                break;
            }
        }
        purchases.found.sort_by_key(|purchase| purchase.at);
        Ok(purchases)
    }
}
