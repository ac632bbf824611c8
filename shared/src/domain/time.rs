//! Points in time. Nothing here reads a clock: time comes in with the event.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A point in time in whole seconds, as Stripe writes it. As text it is RFC 3339 in UTC, twenty characters
/// wide, so texts sort as times do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Timestamp(jiff::Timestamp);

/// Why a text is not a point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a time. Write one such as `2026-11-22T10:00:00Z`, from 1970 on.")]
pub struct InvalidTimestamp;

impl Timestamp {
    /// Seconds since the Unix epoch. What lies before 1970 or after 9999 is brought to the nearest end.
    pub fn from_epoch_seconds(seconds: i64) -> Self {
        Self(
            jiff::Timestamp::from_second(seconds.clamp(0, LAST_SECOND))
                .unwrap_or(jiff::Timestamp::UNIX_EPOCH),
        )
    }

    /// Milliseconds since the Unix epoch, as API Gateway and SQS write time; the fraction is dropped.
    pub fn from_epoch_millis(millis: i64) -> Self {
        Self::from_epoch_seconds(millis.div_euclid(1000))
    }

    /// Parses RFC 3339, with any offset.
    ///
    /// # Errors
    /// The text is not one, or lies before 1970.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        if (0..=LAST_SECOND).contains(&parsed.as_second()) {
            Ok(Self::from_epoch_seconds(parsed.as_second()))
        } else {
            Err(InvalidTimestamp)
        }
    }

    /// Seconds since the Unix epoch.
    pub fn epoch_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// So many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_epoch_seconds(self.epoch_seconds().saturating_add(seconds))
    }

    /// So many hours later.
    #[must_use]
    pub fn plus_hours(self, hours: u32) -> Self {
        self.plus_seconds(i64::from(hours).saturating_mul(3600))
    }

    /// So many days of 24 hours later.
    #[must_use]
    pub fn plus_days(self, days: u16) -> Self {
        self.plus_hours(u32::from(days).saturating_mul(24))
    }

    /// Seconds from `earlier` to this, negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.epoch_seconds().saturating_sub(earlier.epoch_seconds())
    }

    /// The calendar day in `zone`.
    pub fn day_in(self, zone: &TimeZone) -> Day {
        Day(self.0.to_zoned(zone.clone()).date())
    }

    /// Weekday, day, month and time in `zone`, as a payer reads it: `Tue 24 Nov 10:00`. With the year, as in
    /// `Wed 24 Nov 2027 10:00`, if that differs from the year of `beside`: the time at which it is read, or
    /// next to which it is shown.
    pub fn for_people(self, zone: &TimeZone, beside: Self) -> String {
        let [at, beside] = [self, beside].map(|time| time.0.to_zoned(zone.clone()));
        let form = if at.year() == beside.year() { "%a %-d %b %H:%M" } else { "%a %-d %b %Y %H:%M" };
        at.strftime(form).to_string()
    }
}

/// 9999-12-30T22:00:00Z, the last second that can be written in every time zone.
const LAST_SECOND: i64 = 253_402_207_200;

impl std::fmt::Display for Timestamp {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.0)
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

/// A calendar day in a market's own time zone, written `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Day(jiff::civil::Date);

/// Why a text is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a day. Write one such as `2026-11-22`.")]
pub struct InvalidDay;

impl Day {
    /// Parses `2026-11-22`.
    ///
    /// # Errors
    /// The text is not a day.
    pub fn parse(text: &str) -> Result<Self, InvalidDay> {
        if text.len() == 10 { text.parse().map(Self).map_err(|_| InvalidDay) } else { Err(InvalidDay) }
    }

    /// The ISO 8601 week it lies in, as `2026-47`: weeks begin on Monday.
    pub fn iso_week(self) -> String {
        let week = self.0.iso_week_date();
        format!("{:04}-{:02}", week.year(), week.week())
    }

    /// The month it lies in, as `2026-11`.
    pub fn month(self) -> String {
        self.0.strftime("%Y-%m").to_string()
    }

    /// The day after it; the last day there is has none, and stays.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The day so many business days later, from Monday to Friday. Public holidays are not known here.
    #[must_use]
    pub fn plus_business_days(self, days: u8) -> Self {
        (0..days).fold(self, |day, _| {
            let next = day.next();
            match next.0.weekday() {
                Weekday::Saturday => next.next().next(),
                Weekday::Sunday => next.next(),
                Weekday::Monday
                | Weekday::Tuesday
                | Weekday::Wednesday
                | Weekday::Thursday
                | Weekday::Friday => next,
            }
        })
    }

    /// As people read it: `Tue 24 Nov`, and with the year where it is another than that of `beside`.
    pub fn for_people(self, beside: Self) -> String {
        let form = if self.0.year() == beside.0.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        self.0.strftime(form).to_string()
    }

    /// So many days before it; the first days there are have none, and stay.
    #[must_use]
    pub fn days_before(self, days: u8) -> Self {
        let before = self.0.checked_sub(jiff::Span::new().days(i64::from(days))).ok();
        Self(before.filter(|before| before.year() >= 0).unwrap_or(self.0))
    }

    /// Its first second in `zone`, and the first second after it. A day in which clocks change is shorter or
    /// longer, and one that lies before 1970 or after the end of time has no seconds: the two are the same.
    pub fn bounds_in(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        // A date without a first second in `zone` is the last in the calendar, or comes after it.
        let start = |date: Result<jiff::civil::Date, jiff::Error>| {
            let start = date.and_then(|date| date.to_zoned(zone.clone()));
            Timestamp::from_epoch_seconds(start.map_or(LAST_SECOND, |start| start.timestamp().as_second()))
        };
        (start(Ok(self.0)), start(self.0.tomorrow()))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = InvalidDay;

    fn try_from(text: String) -> Result<Self, InvalidDay> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// A period in the market's own time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A calendar day.
    Day,
    /// A week from Monday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// As long as the campaign runs.
    Campaign,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_sort_as_times_do_and_come_back() {
        let early = Timestamp::from_epoch_seconds(9);
        let late = Timestamp::from_epoch_seconds(1_795_341_600);
        assert!(early.to_string() < late.to_string());
        assert_eq!(late.to_string().len(), 20);
        assert_eq!(Timestamp::parse(&late.to_string()), Ok(late));
        assert_eq!(Timestamp::from_epoch_millis(9_999), early, "the fraction is dropped");
    }

    #[test]
    fn any_offset_is_read() {
        assert_eq!(Timestamp::parse("2026-11-22T18:00:00+08:00"), Timestamp::parse("2026-11-22T10:00:00Z"));
        for text in ["", "2026-11-22", "yesterday", "1969-12-31T23:59:59Z"] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_is_the_markets_own() {
        let late_evening_utc = Timestamp::parse("2026-11-22T18:30:00Z").unwrap();
        assert_eq!(late_evening_utc.day_in(&jiff::tz::get!("Asia/Singapore")).to_string(), "2026-11-23");
        let (first, after) = Day::parse("2026-11-23").unwrap().bounds_in(&jiff::tz::get!("Asia/Singapore"));
        assert_eq!(
            (first.to_string().as_str(), after.seconds_since(first)),
            ("2026-11-22T16:00:00Z", 24 * 3600)
        );
        let (first, after) = Day::parse("2026-11-01").unwrap().bounds_in(&jiff::tz::get!("America/New_York"));
        assert_eq!(after.seconds_since(first), 25 * 3600, "the day on which summer time ends");
    }

    #[test]
    fn a_time_of_another_year_says_so() {
        let zone = jiff::tz::get!("Asia/Singapore");
        let now = Timestamp::parse("2026-11-22T18:30:00Z").unwrap();
        assert_eq!(now.for_people(&zone, now), "Mon 23 Nov 02:30");
        assert_eq!(now.plus_days(365).for_people(&zone, now), "Tue 23 Nov 2027 02:30");
        // The year changes at the market's own midnight.
        let [last, first] =
            ["2026-12-31T15:59:00Z", "2026-12-31T16:00:00Z"].map(|text| Timestamp::parse(text).unwrap());
        assert_eq!(last.for_people(&zone, now), "Thu 31 Dec 23:59");
        assert_eq!(first.for_people(&zone, now), "Fri 1 Jan 2027 00:00");
        assert_eq!(now.for_people(&zone, first), "Mon 23 Nov 2026 02:30", "and of one that is past");
    }

    /// Wherever the calendar ends, a day does not end before it begins, and the next begins where it ends.
    #[test]
    fn business_days_leave_weekends_out() {
        let tuesday = Day::parse("2026-11-24").unwrap();
        let after = |days| tuesday.plus_business_days(days).to_string();
        assert_eq!(
            [0, 1, 3, 4, 10].map(after),
            ["2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30", "2026-12-08"]
        );
        for weekend in ["2026-11-28", "2026-11-29"] {
            let monday = Day::parse(weekend).unwrap().plus_business_days(1);
            assert_eq!(monday.to_string(), "2026-11-30");
        }
        let next_year = tuesday.plus_business_days(30);
        assert_eq!([tuesday, next_year].map(|day| day.for_people(tuesday)), ["Tue 24 Nov", "Tue 5 Jan 2027"]);
    }

    #[test]
    fn days_at_both_ends_of_time() {
        let zones = [
            jiff::tz::get!("Asia/Singapore"),
            jiff::tz::get!("Asia/Kolkata"),
            jiff::tz::get!("America/Sao_Paulo"),
            jiff::tz::get!("America/New_York"),
        ];
        let mut table = String::new();
        for text in [
            "0000-01-01",
            "0001-01-01",
            "1969-12-31",
            "1970-01-01",
            "1970-01-02",
            "9999-12-29",
            "9999-12-30",
            "9999-12-31",
        ] {
            let day = Day::parse(text).unwrap();
            let hours = zones.each_ref().map(|zone| {
                let (first, after) = day.bounds_in(zone);
                assert_eq!(
                    day.next().bounds_in(zone).0,
                    if day.next() == day { first } else { after },
                    "{text}"
                );
                after.seconds_since(first) / 3600
            });
            table.push_str(&format!(
                "{text}: {hours:?}, then {}, before {}\n",
                day.next(),
                day.days_before(1)
            ));
        }
        expect_test::expect![[r#"
            0000-01-01: [0, 0, 0, 0], then 0000-01-02, before 0000-01-01
            0001-01-01: [0, 0, 0, 0], then 0001-01-02, before 0000-12-31
            1969-12-31: [0, 0, 3, 5], then 1970-01-01, before 1969-12-30
            1970-01-01: [16, 18, 24, 24], then 1970-01-02, before 1969-12-31
            1970-01-02: [24, 24, 24, 24], then 1970-01-03, before 1970-01-01
            9999-12-29: [24, 24, 24, 24], then 9999-12-30, before 9999-12-28
            9999-12-30: [24, 24, 19, 17], then 9999-12-31, before 9999-12-29
            9999-12-31: [6, 3, 0, 0], then 9999-12-31, before 9999-12-30
        "#]]
        .assert_eq(&table);
        for text in [
            "",
            "2026-11-31",
            "20261122",
            "2026-W47-7",
            "2026-11-2",
            " 2026-11-2",
            "2026/11/22",
            "-001-01-01",
        ] {
            assert_eq!(Day::parse(text), Err(InvalidDay), "{text:?}");
        }
    }
}
