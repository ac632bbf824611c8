//! How times and durations are shown.

use jiff::tz::TimeZone;
use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use maud::{Markup, html};

/// A time zone in which times are shown. Times of another year than the present one have their year.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    zone: TimeZone,
    now: Timestamp,
}

impl Zone {
    pub(super) fn utc(now: Timestamp) -> Self {
        Self { zone: TimeZone::UTC, now }
    }

    pub(super) fn of(country: Country, now: Timestamp) -> Self {
        Self { zone: country.time_zone(), now }
    }

    /// `Tue 24 Nov 18:00`
    pub(super) fn minute(&self, at: Timestamp) -> String {
        at.for_people(&self.zone, self.now)
    }

    /// `24 Nov 18:00:05`
    pub(super) fn second(&self, at_millis: i64) -> String {
        let [at, now] = [Timestamp::from_epoch_millis(at_millis), self.now].map(|at| {
            let at = jiff::Timestamp::from_second(at.epoch_seconds()).unwrap_or_default();
            at.to_zoned(self.zone.clone())
        });
        let form = if at.year() == now.year() { "%-d %b %H:%M:%S" } else { "%-d %b %Y %H:%M:%S" };
        at.strftime(form).to_string()
    }

    /// `2026-11-24`
    pub(super) fn day(&self, at: Timestamp) -> String {
        at.day_in(&self.zone).to_string()
    }

    /// `Singapore`
    pub(super) fn label(&self) -> String {
        let name = self.zone.iana_name().unwrap_or("UTC");
        name.rsplit('/').next().unwrap_or(name).replace('_', " ")
    }

    /// A point in time as a person reads it, with the exact one for those who ask.
    pub(super) fn time(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) title=(at) { (self.minute(at)) } }
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
    fn a_time_of_another_year_says_so() {
        let now = Timestamp::from_epoch_seconds(1_795_341_600);
        let zone = Zone::of(Country::SG, now);
        let millis = |at: Timestamp| at.epoch_seconds().saturating_mul(1000);
        let later = now.plus_days(365);
        assert_eq!([now, later].map(|at| zone.minute(at)), ["Sun 22 Nov 18:00", "Mon 22 Nov 2027 18:00"]);
        assert_eq!(
            [now, later].map(|at| zone.second(millis(at))),
            ["22 Nov 18:00:00", "22 Nov 2027 18:00:00"]
        );
    }

    #[test]
    fn a_zone_is_called_by_its_city() {
        let now = Timestamp::from_epoch_seconds(1_795_341_600);
        let zones = [Zone::utc(now), Zone::of(Country::SG, now), Zone::of(Country::BR, now)];
        assert_eq!(zones.map(|zone| zone.label()), ["UTC", "Singapore", "Sao Paulo"]);
    }
}
