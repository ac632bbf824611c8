//! Closing days: the hourly event.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use kembali::adapters::clients::store::{BookDay, DayState};
use kembali::adapters::flows::books::close_day;
use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

use crate::{Closed, KeepBooks};

/// A day is closed so long after its end: by then nearly all of its changes have come through the stream.
/// What comes later opens it again, and the next hour closes it.
const GRACE_SECONDS: i64 = 30 * 60;

impl KeepBooks {
    /// Closes every day that is over and not closed. One that fails stays open, and the next hour tries
    /// again: until then it is summed from its journal, and nobody sees a difference.
    pub(crate) async fn close(&self, event: EventBridgeEvent) -> Result<Closed, Fault> {
        let time = event.time.ok_or_else(|| Fault::Bug("a scheduled event has no time".to_owned()))?;
        let now = Timestamp::from_epoch_seconds(time.timestamp());
        let mut closed = Closed::default();
        for &country in Country::ALL {
            let is_over =
                |day: &BookDay| day.day.bounds_in(&country.time_zone()).1.plus_seconds(GRACE_SECONDS) <= now;
            let days = self.store.book_days(country).await?.into_iter();
            for day in days.filter(|day| day.state != DayState::Closed && is_over(day)) {
                match close_day(&self.store, country, &day).await {
                    Ok(rows) => {
                        closed.days += 1;
                        closed.rows += rows;
                    }
                    Err(fault) => {
                        tracing::warn!(country = country.code(), day = %day.day, fault = %fault, "not closed");
                        closed.failed += 1;
                    }
                }
            }
        }
        tracing::info!(days = closed.days, rows = closed.rows, failed = closed.failed, "closed");
        Ok(closed)
    }
}
