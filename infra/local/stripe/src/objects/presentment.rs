//! What a payer was shown in another currency than the price's. The payment itself stays in the price's
//! (<https://docs.stripe.com/changelog/basil/2025-03-31/add_presentment_details>), and so do refunds of it.

use serde_json::{Value, json};

/// An amount in the payer's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Presentment {
    pub(crate) currency: String,
    pub(crate) amount: i64,
}

impl Presentment {
    /// What the payer is shown of `part` of `whole`, half a minor unit rounded up.
    pub(crate) fn share(&self, part: i64, whole: i64) -> Self {
        let whole = i128::from(whole.max(1));
        let share = (2 * i128::from(self.amount) * i128::from(part) + whole) / (2 * whole);
        Self { currency: self.currency.clone(), amount: i64::try_from(share).unwrap_or(i64::MAX) }
    }
}

/// Adds `presentment_details` to an object that has some.
pub(crate) fn add(rendered: &mut Value, presentment: Option<&Presentment>) {
    if let (Some(members), Some(shown)) = (rendered.as_object_mut(), presentment) {
        let details = json!({ "presentment_amount": shown.amount, "presentment_currency": shown.currency });
        members.insert("presentment_details".to_owned(), details);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_shown_in_proportion() {
        let shown = Presentment { currency: "jpy".to_owned(), amount: 1634 };
        assert_eq!([1, 250, 1000].map(|part| shown.share(part, 1000).amount), [2, 409, 1634]);
    }
}
