//! Items as they were stored on 27 November 2026. Whatever changes since, they are read, and they mean what
//! they meant. For tests only: it may use all rooms, and none may use it. Begin with [`stored`]: it reads the
//! items of `items.json`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::books::settlement::Settlement;
use crate::domain::campaign::policy::Policy;
use crate::domain::campaign::screening::Card;
use crate::domain::campaign::{Campaign, offer::Offer};
use crate::domain::checkout::Checkout;
use crate::domain::merchant::Merchant;
use crate::domain::merchant::rollout::Rollout;
use crate::domain::payer::Payer;
use crate::domain::promise::{OnRefund, Terms};

/// The items of one kind, by their names; each read, and written again with nothing lost.
fn stored<T: DeserializeOwned + Serialize>(kind: &str) -> Vec<(String, T)> {
    let items: Value = serde_json::from_str(include_str!("items.json")).unwrap();
    let items = items[kind].as_object().unwrap();
    items
        .iter()
        .map(|(name, text)| {
            let item: T =
                serde_json::from_value(text.clone()).unwrap_or_else(|no| panic!("{kind} {name}: {no}"));
            let again = serde_json::to_value(&item).unwrap();
            assert!(holds(&again, text), "{kind} {name}: {text} became {again}");
            (name.clone(), item)
        })
        .collect()
}

/// Whether `value` has all that `text` says. It may say more: what is new since.
fn holds(value: &Value, text: &Value) -> bool {
    match (value, text) {
        (Value::Object(value), Value::Object(text)) => {
            text.iter().all(|(name, text)| value.get(name).is_some_and(|value| holds(value, text)))
        }
        (Value::Array(values), Value::Array(texts)) => {
            values.len() == texts.len() && values.iter().zip(texts).all(|(value, text)| holds(value, text))
        }
        (value, text) => value == text,
    }
}

#[test]
fn what_was_stored_is_read() {
    assert_eq!(stored::<Checkout>("checkouts").len(), 20);
    assert_eq!(stored::<Merchant>("merchants").len(), 8);
    assert_eq!(stored::<Settlement>("settlements").len(), 2);
    assert_eq!(stored::<Payer>("payers").len(), 1);
    assert_eq!(stored::<Card>("cards").len(), 1);
    assert_eq!(stored::<Policy>("policies").len(), 1);
    assert_eq!(stored::<Rollout>("rollouts").len(), 1);
}

/// The numbers stand here once more, and not by the names of the constants: those may change.
#[test]
fn what_a_promise_leaves_out_it_still_means() {
    let meant =
        |terms: &Terms| (terms.promise_hours, terms.release_margin_hours, terms.wallet_days, terms.on_refund);
    let mut seen = 0;
    for (name, checkout) in stored::<Checkout>("checkouts") {
        let offered = checkout.offers.values().filter_map(|offer| match offer {
            Offer::Cashback(terms) => Some(terms),
            Offer::None { .. } => None,
        });
        let promised = checkout.payment().and_then(|payment| payment.cashback.terms());
        for terms in offered.chain(promised) {
            let expected = if name.ends_with("with terms of its own") {
                (24, 2, 30, OnRefund::Cancel)
            } else {
                (48, 1, 365, OnRefund::Proportional)
            };
            assert_eq!(meant(terms), expected, "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 20, "promises and offers");
}

/// A live budget would be divided anew if a campaign that does not say into how many parts came to mean
/// another number.
#[test]
fn a_budget_that_does_not_say_is_in_eight_parts() {
    let campaigns = stored::<Campaign>("campaigns");
    assert!(!campaigns.is_empty());
    for (name, campaign) in campaigns {
        assert_eq!((campaign.rule.budget.shards, campaign.rule.budget.shards()), (None, 8), "{name}");
    }
}
