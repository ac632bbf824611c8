//! What a payer has had of a campaign, by period.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::ids::MerchantId;
use crate::domain::time::{Period, Timestamp};

/// A period that has a name: the 22nd, the 47th week, November. In the table it is a short text that sorts by
/// time among its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Window(String);

impl Window {
    /// The window of kind `period` that `at` lies in, by the clock of `zone`.
    pub fn of(period: Period, at: Timestamp, zone: &TimeZone) -> Self {
        let day = at.day_in(zone);
        Self(match period {
            Period::Day => format!("d{day}"),
            Period::Week => format!("w{}", day.iso_week()),
            Period::Month => format!("m{}", day.month()),
            Period::Campaign => "c".to_owned(),
        })
    }

    /// Its kind and its name: `day` and `2026-11-22`; the campaign as a whole has no name of its own.
    pub fn parts(&self) -> (&'static str, &str) {
        let (kind, name) = self.0.split_at_checked(1).unwrap_or_default();
        let period = [Period::Day, Period::Week, Period::Month]
            .into_iter()
            .find(|period| period.name().starts_with(kind));
        (period.unwrap_or(Period::Campaign).name(), name)
    }

    /// Whether it is of the same kind as `now` and was over when that began.
    fn is_before(&self, now: &Self) -> bool {
        self.0.get(..1) == now.0.get(..1) && self.0 < now.0
    }
}

/// How many payments and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(u32, i64)", from = "(u32, i64)")]
pub struct Tally {
    /// How many.
    pub payments: u32,
    /// How much, in minor units.
    pub minor: i64,
}

impl From<Tally> for (u32, i64) {
    fn from(tally: Tally) -> Self {
        (tally.payments, tally.minor)
    }
}

impl From<(u32, i64)> for Tally {
    fn from((payments, minor): (u32, i64)) -> Self {
        Self { payments, minor }
    }
}

/// What a payer has had, or is promised, of one campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// By period, for the kinds of periods that the campaign counts by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    windows: BTreeMap<Window, Tally>,
    /// The merchants at whom it was earned, if the campaign asks.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    merchants: BTreeSet<MerchantId>,
    /// How many payments were made since the campaign asked, and not given back, whether they earned or not.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_none_of")]
    paid: u32,
}

impl Use {
    /// What was had in `window`.
    pub fn in_window(&self, window: &Window) -> Tally {
        self.windows.get(window).copied().unwrap_or_default()
    }

    /// What is counted, window by window.
    pub fn windows(&self) -> impl Iterator<Item = (&Window, Tally)> {
        self.windows.iter().map(|(window, tally)| (window, *tally))
    }

    /// The merchants at whom it was earned, as far as the campaign asks.
    pub fn merchants(&self) -> &BTreeSet<MerchantId> {
        &self.merchants
    }

    /// How many payments were made and not given back, if the campaign asks.
    pub fn paid(&self) -> u32 {
        self.paid
    }

    /// Counts a payment that was made.
    pub(in crate::domain) fn pay(&mut self) {
        self.paid = self.paid.saturating_add(1);
    }

    /// Takes back a payment that was given back.
    pub(in crate::domain) fn unpay(&mut self) {
        self.paid = self.paid.saturating_sub(1);
    }

    /// Whether it was earned at `merchant`.
    pub fn earned_at(&self, merchant: &MerchantId) -> bool {
        self.merchants.contains(merchant)
    }

    /// Counts one payment of `minor` in `windows`, and forgets windows that have long been over. Of each kind
    /// the last two are kept: a request that came a second before midnight may be served after one that came
    /// a second after.
    pub(in crate::domain) fn add(&mut self, windows: &[Window], minor: i64) {
        for window in windows {
            let last = self.windows.keys().rev().find(|known| known.is_before(window)).cloned();
            self.windows.retain(|known, _| !known.is_before(window) || Some(known) == last.as_ref());
            let tally = self.windows.entry(window.clone()).or_default();
            tally.payments = tally.payments.saturating_add(1);
            tally.minor = tally.minor.saturating_add(minor);
        }
    }

    /// Changes the sum of a payment that stays counted.
    pub(in crate::domain) fn change(&mut self, windows: &[Window], minor: i64) {
        for window in windows {
            if let Some(tally) = self.windows.get_mut(window) {
                tally.minor = tally.minor.saturating_add(minor);
            }
        }
    }

    /// Takes back what [`add`](Self::add) counted, where its window is still known.
    pub(in crate::domain) fn remove(&mut self, windows: &[Window], minor: i64) {
        for window in windows {
            if let Some(tally) = self.windows.get_mut(window) {
                tally.payments = tally.payments.saturating_sub(1);
                tally.minor = tally.minor.saturating_sub(minor);
            }
        }
        self.windows.retain(|_, tally| *tally != Tally::default());
    }

    /// Marks a merchant at whom it was earned.
    pub(in crate::domain) fn earn_at(&mut self, merchant: &MerchantId) {
        self.merchants.insert(merchant.clone());
    }

    /// Takes the mark back.
    pub(in crate::domain) fn forget(&mut self, merchant: &MerchantId) {
        self.merchants.remove(merchant);
    }

    /// Whether nothing is counted.
    pub(in crate::domain) fn is_empty(&self) -> bool {
        self.windows.is_empty() && self.merchants.is_empty() && self.paid == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::market::Country;

    /// A request of a second before midnight may be served after one of a second after.
    #[test]
    fn midnight_does_not_forget_the_day_that_has_just_ended() {
        let zone = Country::SG.time_zone();
        let day = |text: &str| vec![Window::of(Period::Day, Timestamp::parse(text).unwrap(), &zone)];
        let mut used = Use::default();
        let (first, next, after) = (
            day("2026-11-22T23:59:59+08:00"),
            day("2026-11-23T00:00:00+08:00"),
            day("2026-11-24T00:00:00+08:00"),
        );
        used.add(&first, 100);
        used.add(&next, 100);
        assert_eq!(used.in_window(&first[0]).payments, 1, "still known");
        used.add(&after, 100);
        assert_eq!(used.in_window(&first[0]).payments, 0, "long over");
        assert_eq!(used.in_window(&next[0]).payments, 1);
    }
}
