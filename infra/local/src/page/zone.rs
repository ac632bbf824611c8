//! How times and durations are shown.

use jiff::tz::TimeZone;
use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use maud::{Markup, html};

/// A time zone in which times are shown.
#[derive(Clone, Debug)]
pub(super) struct Zone(TimeZone);

impl Zone {
    pub(super) fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    pub(super) fn of(country: Country) -> Self {
        Self(country.time_zone())
    }

    /// `Tue 24 Nov 18:00`
    pub(super) fn minute(&self, at_millis: i64) -> String {
        Timestamp::from_epoch_millis(at_millis).for_people(&self.0)
    }

    /// `24 Nov 18:00:05`
    pub(super) fn second(&self, at_millis: i64) -> String {
        let at = jiff::Timestamp::from_millisecond(at_millis).unwrap_or_default();
        at.to_zoned(self.0.clone()).strftime("%-d %b %H:%M:%S").to_string()
    }

    /// `2026-11-24`
    pub(super) fn day(&self, at: Timestamp) -> String {
        at.day_in(&self.0).to_string()
    }

    /// `Singapore`
    pub(super) fn label(&self) -> String {
        let name = self.0.iana_name().unwrap_or("UTC");
        name.rsplit('/').next().unwrap_or(name).replace('_', " ")
    }

    /// A point in time as a person reads it, with the exact one for those who ask.
    pub(super) fn time(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) title=(at) { (at.for_people(&self.0)) } }
    }
}

/// `2 d 1 h`, `48 h` being `2 d`.
pub(super) fn duration(minutes: i64) -> String {
    let (days, hours) = (minutes / (24 * 60), minutes / 60 % 24);
    match (days, hours) {
        (0, hours) => format!("{hours} h"),
        (days, 0) => format!("{days} d"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_in_days_and_hours() {
        assert_eq!([60, 48 * 60, 49 * 60].map(duration), ["1 h", "2 d", "2 d 1 h"]);
    }

    #[test]
    fn a_zone_is_called_by_its_city() {
        let zones = [Zone::utc(), Zone::of(Country::SG), Zone::of(Country::BR)];
        assert_eq!(zones.map(|zone| zone.label()), ["UTC", "Singapore", "Sao Paulo"]);
    }
}
