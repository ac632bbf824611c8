//! To which businesses a market is open: first to few, later to more, never back by accident.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Reference, digest};
use crate::domain::market::Country;
use crate::domain::tagged::tagged;

tagged! {
    /// Who may come in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
    #[serde(tag = "mode", rename_all = "snake_case")]
    pub enum OpenTo by mode {
        /// Nobody. Whoever applies waits.
        Closed,
        /// Those on the invite list.
        InviteList,
        /// Those on the invite list, and a share of all others by a stable hash: who is in at 10 percent is
        /// in at 20.
        Percentage {
            /// 0 to 100.
            percent: u8,
        },
        /// Everybody.
        Open,
    }
}

/// One market's rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// The market.
    pub country: Country,
    /// Who may come in.
    pub open_to: OpenTo,
    /// The invite list, by the platform's own reference for the business.
    #[serde(default)]
    pub invited: BTreeSet<Reference>,
    /// Counts the changes; every write is conditional on it. Zero: nobody has written it yet.
    pub version: u64,
}

impl Rollout {
    /// A market that nobody has opened yet.
    pub fn closed(country: Country) -> Self {
        Self { country, open_to: OpenTo::Closed, invited: BTreeSet::new(), version: 0 }
    }

    /// Whether the business that the platform calls `business` may come in.
    pub fn admits(&self, business: &Reference) -> bool {
        match self.open_to {
            OpenTo::Closed => false,
            OpenTo::InviteList => self.invited.contains(business),
            OpenTo::Percentage { percent } => {
                self.invited.contains(business) || self.position(business) < u64::from(percent)
            }
            OpenTo::Open => true,
        }
    }

    /// Where a business stands among 0 to 99 in this market: the same on every machine and at every time.
    fn position(&self, business: &Reference) -> u64 {
        let hash = digest(&["rollout", self.country.code(), business.as_str()], 12);
        hash.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))) % 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn business(number: u32) -> Reference {
        Reference::parse(&format!("business-{number}")).unwrap()
    }

    fn admitted(open_to: OpenTo) -> BTreeSet<u32> {
        let rollout = Rollout { country: Country::SG, open_to, invited: [business(7)].into(), version: 1 };
        (0..2000).filter(|number| rollout.admits(&business(*number))).collect()
    }

    #[test]
    fn each_mode_lets_in_whom_it_says() {
        assert_eq!(admitted(OpenTo::Closed).len(), 0);
        assert_eq!(admitted(OpenTo::InviteList), [7].into());
        assert_eq!(admitted(OpenTo::Percentage { percent: 0 }), [7].into(), "not one of a hundred");
        assert_eq!(admitted(OpenTo::Open).len(), 2000);
        let fifth = admitted(OpenTo::Percentage { percent: 20 }).len();
        assert!((340..=460).contains(&fifth), "{fifth} of 2000 at 20 percent");
    }

    #[test]
    fn who_comes_first_in_one_market_need_not_in_another() {
        let first = |country| {
            let open_to = OpenTo::Percentage { percent: 10 };
            let rollout = Rollout { country, open_to, invited: BTreeSet::new(), version: 1 };
            (0..2000).filter(|number| rollout.admits(&business(*number))).collect::<Vec<_>>()
        };
        assert_ne!(first(Country::SG), first(Country::IN));
    }

    #[test]
    fn widening_never_shuts_anybody_out() {
        let steps: Vec<_> =
            (0..=100).step_by(10).map(|percent| admitted(OpenTo::Percentage { percent })).collect();
        assert!(steps.windows(2).all(|pair| pair[0].is_subset(&pair[1])));
        assert!(steps[0].contains(&7), "the invited stay");
        assert_eq!(steps[10].len(), 2000);
    }
}
