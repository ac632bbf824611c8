//! What a caller says of a schedule, read and checked once.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::key::DEFAULT_GROUP;
use crate::wire::Refusal;

/// The most retries a policy may ask for, and what it has when it says nothing.
const MAX_RETRIES: u32 = 185;
/// The least and the most a policy may ask for; the most is what it has when it says nothing.
const MIN_AGE_SECONDS: i64 = 60;
const MAX_AGE_SECONDS: i64 = 86_400;
const MAX_WINDOW_MINUTES: u32 = 1_440;
const MAX_NAME_CHARS: usize = 64;

/// A schedule as its caller described it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Definition {
    pub(super) group: String,
    pub(super) scheduled_at_millis: i64,
    pub(super) target_arn: String,
    /// Empty if the caller gave none.
    pub(super) input: String,
    pub(super) max_retries: u32,
    pub(super) max_age_seconds: i64,
    pub(super) dead_letter_arn: Option<String>,
    pub(super) action_after_completion: ActionAfterCompletion,
    pub(super) state: Activity,
    /// The request itself with the defaults filled in, which is what `GetSchedule` tells.
    pub(super) told: Value,
}

/// What happens to a schedule after its last invocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum ActionAfterCompletion {
    #[default]
    None,
    Delete,
}

/// Whether a schedule is invoked at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Activity {
    #[default]
    Enabled,
    Disabled,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    group_name: Option<String>,
    schedule_expression: String,
    schedule_expression_timezone: Option<String>,
    target: Target,
    flexible_time_window: FlexibleTimeWindow,
    #[serde(default)]
    action_after_completion: ActionAfterCompletion,
    #[serde(default)]
    state: Activity,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    arn: String,
    #[serde(rename = "RoleArn")]
    _role_arn: String,
    #[serde(default)]
    input: String,
    #[serde(default)]
    retry_policy: RetryPolicy,
    #[serde(default)]
    dead_letter_config: DeadLetterConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RetryPolicy {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetterConfig {
    arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FlexibleTimeWindow {
    mode: WindowMode,
    maximum_window_in_minutes: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum WindowMode {
    Off,
    Flexible,
}

impl Definition {
    /// Reads the body of `CreateSchedule` or `UpdateSchedule`.
    pub(super) fn parse(mut body: Value) -> Result<Self, Refusal> {
        let request: Request =
            serde_json::from_value(body.clone()).map_err(|error| invalid(error.to_string()))?;
        request.flexible_time_window.check()?;
        let timezone = request.schedule_expression_timezone.as_deref().unwrap_or("UTC");
        let scheduled_at_millis = parse_at(&request.schedule_expression, timezone)?;
        let policy = request.target.retry_policy;
        let max_retries = policy.maximum_retry_attempts.unwrap_or(MAX_RETRIES);
        let max_age_seconds = policy.maximum_event_age_in_seconds.unwrap_or(MAX_AGE_SECONDS);
        if max_retries > MAX_RETRIES || !(MIN_AGE_SECONDS..=MAX_AGE_SECONDS).contains(&max_age_seconds) {
            return Err(invalid("RetryPolicy allows at most 185 retries within 60 to 86400 seconds."));
        }
        let group = request.group_name.unwrap_or_else(|| DEFAULT_GROUP.to_owned());
        if let Value::Object(told) = &mut body {
            told.remove("ClientToken");
            told.insert("GroupName".to_owned(), json!(group));
            told.insert("ScheduleExpressionTimezone".to_owned(), json!(timezone));
            told.entry("State").or_insert(json!("ENABLED"));
            told.entry("ActionAfterCompletion").or_insert(json!("NONE"));
        }
        Ok(Self {
            group,
            scheduled_at_millis,
            target_arn: request.target.arn,
            input: request.target.input,
            max_retries,
            max_age_seconds,
            dead_letter_arn: request.target.dead_letter_config.arn,
            action_after_completion: request.action_after_completion,
            state: request.state,
            told: body,
        })
    }
}

impl FlexibleTimeWindow {
    fn check(&self) -> Result<(), Refusal> {
        match (self.mode, self.maximum_window_in_minutes) {
            (WindowMode::Off, None) | (WindowMode::Flexible, Some(1..=MAX_WINDOW_MINUTES)) => Ok(()),
            (WindowMode::Off, Some(_)) | (WindowMode::Flexible, _) => Err(invalid(
                "FlexibleTimeWindow needs MaximumWindowInMinutes, from 1 to 1440, with the mode FLEXIBLE and with it only.",
            )),
        }
    }
}

/// The instant of `at(yyyy-mm-ddThh:mm:ss)`, in milliseconds since the epoch.
fn parse_at(expression: &str, timezone: &str) -> Result<i64, Refusal> {
    if timezone != "UTC" {
        return Err(invalid(format!("The local scheduler knows the time zone UTC only, not {timezone}.")));
    }
    let refused = || invalid(format!("Invalid Schedule Expression {expression}."));
    let written =
        expression.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(refused)?;
    let time = DateTime::strptime("%Y-%m-%dT%H:%M:%S", written).map_err(|_| refused())?;
    let instant = time.to_zoned(TimeZone::UTC).map_err(|_| refused())?;
    Ok(instant.timestamp().as_millisecond())
}

/// Checks the name of a schedule or a group.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.is_empty() && name.len() <= MAX_NAME_CHARS && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$ and have length less than or equal to 64"
    )))
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_time_in_utc_is_a_time() {
        assert_eq!(parse_at("at(2026-11-22T10:00:00)", "UTC"), Ok(1_795_341_600_000));
        for expression in
            ["at(2026-11-22)", "at(2026-11-22T10:00)", "rate(1 hour)", "at(2026-02-30T00:00:00)"]
        {
            assert!(parse_at(expression, "UTC").is_err(), "{expression}");
        }
        let refusal = parse_at("at(2026-11-22T10:00:00)", "Asia/Singapore").unwrap_err();
        assert!(refusal.message.contains("Asia/Singapore"));
    }
}
