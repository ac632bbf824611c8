//! The REST API of EventBridge Scheduler.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use super::definition::{Definition, check_name, invalid};
use super::key::{DEFAULT_GROUP, Key};
use super::schedule::{Schedule, schedule_arn};
use super::service::Scheduler;
use crate::wire::{self, ACCOUNT, MAX_BODY_BYTES, REGION, Refusal};

const MEDIA_TYPE: &str = "application/json";
const MAX_PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InGroup {
    group_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    schedule_group: Option<String>,
    #[serde(default)]
    name_prefix: String,
    state: Option<String>,
    max_results: Option<usize>,
    /// The last name of the page before.
    next_token: Option<String>,
}

async fn create_schedule(
    State(scheduler): State<Scheduler>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let result = scheduler.put(&name, &body, false);
    scheduler.answer("CreateSchedule", name, result)
}

async fn update_schedule(
    State(scheduler): State<Scheduler>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let result = scheduler.put(&name, &body, true);
    scheduler.answer("UpdateSchedule", name, result)
}

async fn get_schedule(
    State(scheduler): State<Scheduler>,
    Path(name): Path<String>,
    Query(query): Query<InGroup>,
) -> Response {
    let key = query.key(&name);
    let result =
        scheduler.lock().schedules.get(&key).map(|found| told(&key, found)).ok_or_else(|| unknown(&key));
    scheduler.answer("GetSchedule", name, result)
}

async fn delete_schedule(
    State(scheduler): State<Scheduler>,
    Path(name): Path<String>,
    Query(query): Query<InGroup>,
) -> Response {
    let key = query.key(&name);
    let result = scheduler.lock().schedules.remove(&key).map(|_| json!({})).ok_or_else(|| unknown(&key));
    scheduler.answer("DeleteSchedule", name, result)
}

async fn list_schedules(State(scheduler): State<Scheduler>, Query(query): Query<List>) -> Response {
    let result = scheduler.list(&query);
    let subject = query.schedule_group.unwrap_or_default();
    scheduler.answer("ListSchedules", subject, result)
}

async fn create_group(State(scheduler): State<Scheduler>, Path(name): Path<String>) -> Response {
    let result = check_name(&name).and_then(|()| {
        if scheduler.lock().groups.contains_key(&name) {
            let message = format!("Schedule group {name} already exists.");
            return Err(Refusal::new("ConflictException", message).with_status(StatusCode::CONFLICT));
        }
        scheduler.create_group(&name);
        Ok(json!({ "ScheduleGroupArn": group_arn(&name) }))
    });
    scheduler.answer("CreateScheduleGroup", name, result)
}

async fn get_group(State(scheduler): State<Scheduler>, Path(name): Path<String>) -> Response {
    let created = scheduler.lock().groups.get(&name).copied();
    let result = created.map(|at_millis| group_told(&name, at_millis)).ok_or_else(|| unknown_group(&name));
    scheduler.answer("GetScheduleGroup", name, result)
}

async fn delete_group(State(scheduler): State<Scheduler>, Path(name): Path<String>) -> Response {
    let result = if name == DEFAULT_GROUP {
        Err(invalid("The default schedule group cannot be deleted."))
    } else if scheduler.lock().delete_group(&name) {
        Ok(json!({}))
    } else {
        Err(unknown_group(&name))
    };
    scheduler.answer("DeleteScheduleGroup", name, result)
}

async fn list_groups(State(scheduler): State<Scheduler>, Query(query): Query<List>) -> Response {
    let groups: Vec<(String, Value)> = scheduler
        .lock()
        .groups
        .iter()
        .filter(|(name, _)| name.starts_with(&query.name_prefix))
        .map(|(name, created_at_millis)| (name.clone(), group_told(name, *created_at_millis)))
        .collect();
    let result = query.page("ScheduleGroups", groups);
    scheduler.answer("ListScheduleGroups", String::new(), result)
}

impl InGroup {
    fn key(self, name: &str) -> Key {
        let group = self.group_name.unwrap_or_else(|| DEFAULT_GROUP.to_owned());
        Key { group, name: name.to_owned() }
    }
}

impl List {
    /// The page of `found`, which is in the order of its names, that this request asks for.
    fn page(&self, member: &str, found: Vec<(String, Value)>) -> Result<Value, Refusal> {
        let size = self.max_results.unwrap_or(MAX_PAGE);
        if size == 0 || size > MAX_PAGE {
            return Err(invalid("MaxResults must be from 1 to 100."));
        }
        let after = self.next_token.as_deref().unwrap_or_default();
        let mut rest = found.into_iter().filter(|(name, _)| name.as_str() > after).peekable();
        let mut page = Vec::new();
        let mut last = String::new();
        while page.len() < size
            && let Some((name, shown)) = rest.next()
        {
            page.push(shown);
            last = name;
        }
        let next_token = rest.peek().map(|_| last);
        Ok(json!({ member: page, "NextToken": next_token }))
    }
}

impl Scheduler {
    /// What answers the SDK: the REST API with `/schedules` and `/schedule-groups`.
    pub fn router(&self) -> Router {
        let schedule = get(get_schedule).post(create_schedule).put(update_schedule);
        let group = get(get_group).post(create_group).delete(delete_group);
        Router::new()
            .route("/schedules", get(list_schedules))
            .route("/schedules/{name}", schedule.delete(delete_schedule))
            .route("/schedule-groups", get(list_groups))
            .route("/schedule-groups/{name}", group)
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }

    /// Creates a schedule, or replaces the whole of one that exists.
    fn put(&self, name: &str, body: &Bytes, replaces: bool) -> Result<Value, Refusal> {
        check_name(name)?;
        let body: Value = wire::parse(body).map_err(|refusal| invalid(refusal.message))?;
        let client_token = body.get("ClientToken").and_then(Value::as_str).map(str::to_owned);
        let definition = Definition::parse(body)?;
        let key = Key { group: definition.group.clone(), name: name.to_owned() };
        let now = self.clock.epoch_millis();
        let mut state = self.lock();
        if !state.groups.contains_key(&key.group) {
            return Err(unknown_group(&key.group));
        }
        let answer = json!({ "ScheduleArn": schedule_arn(&key) });
        let created_at_millis = match (state.schedules.get(&key), replaces) {
            (Some(existing), true) => existing.created_at_millis,
            (None, false) => now,
            (None, true) => return Err(unknown(&key)),
            // The same request once more, as an SDK sends it when the first answer was lost.
            (Some(existing), false)
                if client_token.is_some()
                    && existing.client_token == client_token
                    && existing.definition == definition =>
            {
                return Ok(answer);
            }
            (Some(_), false) => return Err(exists(&key)),
        };
        state.schedules.insert(key, Schedule::new(definition, client_token, created_at_millis, now));
        Ok(answer)
    }

    fn list(&self, query: &List) -> Result<Value, Refusal> {
        let state = self.lock();
        if let Some(group) = query.schedule_group.as_ref().filter(|group| !state.groups.contains_key(*group))
        {
            return Err(unknown_group(group));
        }
        let found = state.schedules.iter().filter(|(key, schedule)| {
            query.schedule_group.as_ref().is_none_or(|group| *group == key.group)
                && key.name.starts_with(&query.name_prefix)
                && query
                    .state
                    .as_deref()
                    .is_none_or(|state| schedule.definition.told.get("State") == Some(&json!(state)))
        });
        let found =
            found.map(|(key, schedule)| (format!("{}/{}", key.group, key.name), listed(key, schedule)));
        query.page("Schedules", found.collect())
    }

    /// Answers and records.
    fn answer(&self, operation: &str, subject: String, result: Result<Value, Refusal>) -> Response {
        let status = result.as_ref().map_or_else(|refusal| refusal.status, |_| StatusCode::OK);
        self.recorder.record(operation, subject, status);
        match result {
            Ok(answer) => wire::answer(status, MEDIA_TYPE, &answer),
            Err(refusal) => {
                let mut response = wire::answer(status, MEDIA_TYPE, &refusal.body());
                let kind = HeaderValue::from_static(refusal.code);
                response.headers_mut().insert(HeaderName::from_static("x-amzn-errortype"), kind);
                response
            }
        }
    }
}

/// A schedule as `GetSchedule` tells it.
fn told(key: &Key, schedule: &Schedule) -> Value {
    let mut told = schedule.definition.told.clone();
    if let Value::Object(told) = &mut told {
        told.insert("Name".to_owned(), json!(key.name));
        told.insert("Arn".to_owned(), json!(schedule_arn(key)));
        told.insert("CreationDate".to_owned(), json!(schedule.created_at_millis.div_euclid(1000)));
        told.insert("LastModificationDate".to_owned(), json!(schedule.modified_at_millis.div_euclid(1000)));
    }
    told
}

/// A schedule as `ListSchedules` tells it: the same, with less of it.
fn listed(key: &Key, schedule: &Schedule) -> Value {
    let mut listed = told(key, schedule);
    if let Value::Object(listed) = &mut listed {
        let names = ["Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate"];
        listed.retain(|name, _| names.contains(&name.as_str()));
        listed.insert("Target".to_owned(), json!({ "Arn": schedule.definition.target_arn }));
    }
    listed
}

fn group_told(name: &str, created_at_millis: i64) -> Value {
    let created = created_at_millis.div_euclid(1000);
    json!({
        "Arn": group_arn(name),
        "Name": name,
        "State": "ACTIVE",
        "CreationDate": created,
        "LastModificationDate": created,
    })
}

fn group_arn(name: &str) -> String {
    format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{name}")
}

fn exists(key: &Key) -> Refusal {
    Refusal::new("ConflictException", format!("Schedule {} already exists.", key.name))
        .with_status(StatusCode::CONFLICT)
}

fn unknown(key: &Key) -> Refusal {
    Refusal::new("ResourceNotFoundException", format!("Schedule {} does not exist.", key.name))
        .with_status(StatusCode::NOT_FOUND)
}

fn unknown_group(name: &str) -> Refusal {
    Refusal::new("ResourceNotFoundException", format!("Schedule group {name} does not exist."))
        .with_status(StatusCode::NOT_FOUND)
}
