//! The daily match: what moved at Stripe against what our books say. It runs by itself when a day is over,
//! and whenever an operator asks.

mod view;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::Store;
use kembali::adapters::clients::stripe::Platforms;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::auth::require_operator;
use kembali::adapters::edge::http::{Answer, Request, answer, json, no_route};
use kembali::adapters::flows::matching::match_day;
use kembali::domain::books::matching::DayMatch;
use kembali::domain::market::Country;
use kembali::domain::time::{Day, Timestamp};
use kembali::fault::{Fault, Kind, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use view::MatchView;

/// So long after a day's end it is matched: Stripe's events of the day have come by then, or will take a
/// person to find.
const AFTER_SECONDS: i64 = 2 * 3600;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct MatchBooks {
    store: Store,
    stripe: Platforms,
}

/// What was done.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Done {
    /// A request was answered.
    Answered(Box<ApiGatewayV2httpResponse>),
    /// Days were matched.
    Matched {
        /// How many markets' days.
        matched: usize,
        /// How many differences they have.
        differences: u64,
        /// How many could not be matched; the next hour tries again.
        failed: usize,
    },
}

impl MatchBooks {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(&Aws::new(environment)?, environment)?,
            stripe: Platforms::new(environment)?,
        })
    }

    /// Answers a request, or takes the hourly event.
    ///
    /// # Errors
    /// The event cannot be read, or the table did not answer.
    pub async fn handle(&self, event: Value) -> Result<Done, Fault> {
        if event.get("requestContext").is_none() {
            return Box::pin(self.match_what_is_over(read(event)?)).await;
        }
        let Ok(response) =
            answer(read::<ApiGatewayV2httpRequest>(event)?, async |request| self.route(request).await).await;
        Ok(Done::Answered(Box::new(response)))
    }

    async fn route(&self, request: &Request) -> Answer {
        require_operator(request)?;
        match request.route.as_str() {
            "GET /v1/markets/{country}/match" => self.read_match(request).await,
            "POST /v1/markets/{country}/match" => self.match_now(request).await,
            _ => Err(no_route(request)),
        }
    }

    /// What the last match of a day found.
    async fn read_match(&self, request: &Request) -> Answer {
        let (country, day) = day_of(request)?;
        let found = self.store.day_match(country, day).await?;
        let found = found.ok_or_else(|| {
            Problem::new(Kind::NotFound, format!("{day} was not matched yet.")).field("day").next(
                "A day is matched some two hours after its end; `POST` the same address to match it now.",
            )
        })?;
        json(200, &MatchView::new(country, &found))
    }

    async fn match_now(&self, request: &Request) -> Answer {
        let (country, day) = day_of(request)?;
        let stripe = self.stripe.of_request(country, "country")?;
        let found = match_day(&self.store, stripe, country, day, request.at).await?;
        tell(country, &found);
        json(200, &MatchView::new(country, &found))
    }

    /// Matches yesterday in every market that is served and in which it is over and not matched yet.
    async fn match_what_is_over(&self, event: EventBridgeEvent) -> Result<Done, Fault> {
        let time = event.time.ok_or_else(|| Fault::Bug("a scheduled event has no time".to_owned()))?;
        let now = Timestamp::from_epoch_seconds(time.timestamp());
        let (mut matched, mut differences, mut failed) = (0, 0_u64, 0);
        for (country, stripe) in self.stripe.markets() {
            let today = now.plus_seconds(-AFTER_SECONDS).day_in(&country.time_zone());
            let yesterday =
                today.bounds_in(&country.time_zone()).0.plus_seconds(-1).day_in(&country.time_zone());
            // A match that an operator asked for before the day was over does not count as the day's.
            let over = yesterday.bounds_in(&country.time_zone()).1;
            let known = self.store.day_match(country, yesterday).await?;
            if known.is_some_and(|known| known.matched_at >= over) {
                continue;
            }
            // A market that cannot be matched does not keep the others waiting.
            match match_day(&self.store, stripe, country, yesterday, now).await {
                Ok(found) => {
                    tell(country, &found);
                    matched += 1;
                    differences = differences.saturating_add(found.differences());
                }
                Err(fault) => {
                    tracing::error!(country = country.code(), day = %yesterday, fault = %fault, "not matched");
                    failed += 1;
                }
            }
        }
        Ok(Done::Matched { matched, differences, failed })
    }
}

/// One line for each match; an alarm reads the number of differences.
fn tell(country: Country, found: &DayMatch) {
    let matched: u64 = found.matched.values().map(|count| count.count).sum();
    let differences = found.differences();
    tracing::info!(country = country.code(), day = %found.day, matched, differences, "matched");
}

/// The market in the path and the day in the query, which has begun.
fn day_of(request: &Request) -> Result<(Country, Day), Fault> {
    let country = request.country()?;
    let today = request.at.day_in(&country.time_zone());
    let day = request.query("day", Day::parse)?;
    let day =
        day.ok_or_else(|| Problem::invalid("day", "A match is of one day.", "Send `?day=2026-11-22`."))?;
    if day > today {
        let detail = format!("{day} has not begun; it is {today}.");
        return Err(Problem::invalid("day", detail, "Name today or an earlier day.").into());
    }
    Ok((country, day))
}

fn read<T: DeserializeOwned>(event: Value) -> Result<T, Fault> {
    serde_json::from_value(event).map_err(|_| Fault::Bug("an event cannot be read".to_owned()))
}
