//! The disputes of a payment. There can be several, each of a part of it, and a verdict can change
//! (<https://docs.stripe.com/disputes/how-disputes-work>). What a dispute took is what its movements say; a
//! word such as `won` is believed once the money agrees with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::DisputeId;

/// How a payment stands, over all of its disputes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// There never was one.
    #[default]
    None,
    /// One is open.
    Open,
    /// They are over, and the merchant has all of the money.
    Won,
    /// They are over, and a payer's bank has money of it.
    Lost,
}

/// One dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(bool, i64)", from = "(bool, i64)")]
pub struct Disputed {
    /// Whether it is still to be decided, or its money does not agree with the verdict yet.
    pub is_open: bool,
    /// What it took from the merchant's balance and did not give back, in minor units.
    pub taken_minor: i64,
}

impl From<Disputed> for (bool, i64) {
    fn from(disputed: Disputed) -> Self {
        (disputed.is_open, disputed.taken_minor)
    }
}

impl From<(bool, i64)> for Disputed {
    fn from((is_open, taken_minor): (bool, i64)) -> Self {
        Self { is_open, taken_minor }
    }
}

/// All disputes of a payment, as Stripe told of them last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", from = "Stored")]
pub struct Disputes(BTreeMap<DisputeId, Disputed>);

/// As they are stored: with the sum of them, which was all that was stored while a payment could have one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default, skip_serializing_if = "Stored::is_nothing")]
    dispute: Dispute,
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    disputed_minor: i64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    disputes: BTreeMap<DisputeId, Disputed>,
}

impl Stored {
    fn is_nothing(dispute: &Dispute) -> bool {
        matches!(dispute, Dispute::None)
    }
}

impl From<Disputes> for Stored {
    fn from(disputes: Disputes) -> Self {
        Self { dispute: disputes.standing(), disputed_minor: disputes.taken_minor(), disputes: disputes.0 }
    }
}

impl From<Stored> for Disputes {
    fn from(Stored { dispute, disputed_minor, disputes }: Stored) -> Self {
        if !disputes.is_empty() || dispute == Dispute::None {
            return Self(disputes);
        }
        let one = Disputed { is_open: dispute == Dispute::Open, taken_minor: disputed_minor };
        Self(BTreeMap::from([(DisputeId::unknown(), one)]))
    }
}

impl Disputes {
    /// As Stripe lists them.
    pub fn new(listed: impl IntoIterator<Item = (DisputeId, Disputed)>) -> Self {
        Self(listed.into_iter().collect())
    }

    /// Whether there never was one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How the payment stands.
    pub fn standing(&self) -> Dispute {
        if self.is_empty() {
            Dispute::None
        } else if self.0.values().any(|one| one.is_open) {
            Dispute::Open
        } else if self.taken_minor() > 0 {
            Dispute::Lost
        } else {
            Dispute::Won
        }
    }

    /// What they took from the merchant's balance and did not give back, in minor units.
    pub fn taken_minor(&self) -> i64 {
        self.sum(|_| true)
    }

    /// What those took that are over.
    pub fn lost_minor(&self) -> i64 {
        self.sum(|one| !one.is_open)
    }

    fn sum(&self, which: impl Fn(&Disputed) -> bool) -> i64 {
        let of = self.0.values().filter(|one| which(one));
        of.fold(0, |sum, one| sum.saturating_add(one.taken_minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disputes(of: &[(bool, i64)]) -> Disputes {
        let named = |(number, one): (usize, &(bool, i64))| {
            (DisputeId::parse(&format!("du_{number}")).unwrap(), Disputed::from(*one))
        };
        Disputes::new(of.iter().enumerate().map(named))
    }

    #[test]
    fn every_dispute_counts() {
        for (of, standing, taken, lost) in [
            (vec![], Dispute::None, 0, 0),
            (vec![(true, 0)], Dispute::Open, 0, 0),
            (vec![(true, 3000), (false, 0)], Dispute::Open, 3000, 0),
            (vec![(true, 3000), (false, 3000)], Dispute::Open, 6000, 3000),
            (vec![(false, 0), (false, 0)], Dispute::Won, 0, 0),
            (vec![(false, 0), (false, 3000)], Dispute::Lost, 3000, 3000),
        ] {
            let all = disputes(&of);
            assert_eq!(
                (all.standing(), all.taken_minor(), all.lost_minor()),
                (standing, taken, lost),
                "{of:?}"
            );
            let text = serde_json::to_string(&all).unwrap();
            assert_eq!(serde_json::from_str::<Disputes>(&text).unwrap(), all, "{text}");
        }
    }

    #[test]
    fn what_was_stored_of_the_one_dispute_is_known() {
        for (text, standing, taken) in [
            (r#"{}"#, Dispute::None, 0),
            (r#"{"dispute": "open", "disputed_minor": 2500}"#, Dispute::Open, 2500),
            (r#"{"dispute": "won"}"#, Dispute::Won, 0),
            (r#"{"dispute": "lost", "disputed_minor": 1250}"#, Dispute::Lost, 1250),
        ] {
            let stored: Disputes = serde_json::from_str(text).unwrap();
            assert_eq!((stored.standing(), stored.taken_minor()), (standing, taken), "{text}");
        }
    }
}
