//! How a batch is served in part: the first half of it, while the answer names the rest.

use axum::body::Bytes;
use axum::http::StatusCode;
use local_wire::faults::{Asked, Part};
use serde_json::{Map, Value, json};

use super::answer::answer;

const MESSAGE: &str = "Something failed here.";

/// A batch in two halves; of one entry the first is empty. `None` for what is no batch, or an empty one.
pub(super) fn part(asked: &Asked, body: &Bytes) -> Option<Part> {
    let mut request: Value = serde_json::from_slice(body).ok()?;
    let (is_any, rest) = match (asked.service, asked.operation.as_str()) {
        ("sqs", "SendMessageBatch" | "DeleteMessageBatch") => messages(&mut request)?,
        ("eventbridge", "PutEvents") => events(&mut request)?,
        ("dynamodb", "BatchGetItem") => {
            let (is_any, rest) = items(&mut request)?;
            (is_any, json!({ "Responses": {}, "UnprocessedKeys": rest }))
        }
        ("dynamodb", "BatchWriteItem") => {
            let (is_any, rest) = items(&mut request)?;
            (is_any, json!({ "UnprocessedItems": rest }))
        }
        _ => return None,
    };
    let complete = move |told: &Bytes| {
        let mut told: Value = serde_json::from_slice(told).unwrap_or_default();
        add(&mut told, rest);
        answer(StatusCode::OK, "", &told)
    };
    let request = is_any.then(|| Bytes::from(request.to_string()));
    Some(Part { request, complete: Box::new(complete) })
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html>.
fn messages(request: &mut Value) -> Option<(bool, Value)> {
    let (is_any, rest) = entries(request)?;
    let failed = |entry: &Value| {
        let id = entry.get("Id");
        json!({ "Id": id, "SenderFault": false, "Code": "InternalError", "Message": MESSAGE })
    };
    let failed: Vec<Value> = rest.iter().map(failed).collect();
    Some((is_any, json!({ "Successful": [], "Failed": failed })))
}

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html>.
/// The answer's entries are in the order of the request.
fn events(request: &mut Value) -> Option<(bool, Value)> {
    let (is_any, rest) = entries(request)?;
    let failed = json!({ "ErrorCode": "InternalFailure", "ErrorMessage": MESSAGE });
    Some((is_any, json!({ "FailedEntryCount": rest.len(), "Entries": vec![failed; rest.len()] })))
}

/// Leaves the first half of the entries in a request. Whether that is any, and the rest.
fn entries(request: &mut Value) -> Option<(bool, Vec<Value>)> {
    let entries = request.get_mut("Entries")?.as_array_mut()?;
    let rest = entries.split_off(entries.len() / 2);
    (!rest.is_empty()).then_some((!entries.is_empty(), rest))
}

/// The same for DynamoDB, which has the entries by table, and names the rest as they were requested.
fn items(request: &mut Value) -> Option<(bool, Map<String, Value>)> {
    let tables = request.get_mut("RequestItems")?.as_object_mut()?;
    let mut left = tables.values_mut().filter_map(of_table).map(|items| items.len()).sum::<usize>() / 2;
    let mut rest = Map::new();
    for (name, table) in tables.iter_mut() {
        let mut other = table.clone();
        let (items, others) = (of_table(table)?, of_table(&mut other)?);
        *others = items.split_off(left.min(items.len()));
        left -= items.len();
        if !others.is_empty() {
            rest.insert(name.clone(), other);
        }
    }
    tables.retain(|_, table| of_table(table).is_some_and(|items| !items.is_empty()));
    (!rest.is_empty()).then_some((!tables.is_empty(), rest))
}

/// What is requested of one table: writes, or the keys of what is read and how.
fn of_table(table: &mut Value) -> Option<&mut Vec<Value>> {
    let items = if table.is_array() { table } else { table.get_mut("Keys")? };
    items.as_array_mut()
}

/// Adds the rest to an answer: lists grow, counts are summed.
fn add(told: &mut Value, rest: Value) {
    match (told, rest) {
        (Value::Object(told), Value::Object(rest)) => {
            for (name, value) in rest {
                add(told.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(told), Value::Array(rest)) => told.extend(rest),
        (Value::Number(told), Value::Number(rest)) => {
            *told = (told.as_u64().unwrap_or_default() + rest.as_u64().unwrap_or_default()).into();
        }
        (told, rest) => *told = rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves(service: &'static str, operation: &str, body: &Value) -> Option<Option<Value>> {
        let asked = Asked { service, operation: operation.to_owned(), number: 0, at_millis: 0 };
        let part = part(&asked, &Bytes::from(body.to_string()))?;
        Some(part.request.map(|request| serde_json::from_slice(&request).unwrap()))
    }

    #[test]
    fn the_first_half_is_served_and_of_one_entry_nothing() {
        let batch = |entries: Value| json!({ "QueueUrl": "work", "Entries": entries });
        let three = batch(json!([{ "Id": "a" }, { "Id": "b" }, { "Id": "c" }]));
        let first = batch(json!([{ "Id": "a" }]));
        assert_eq!(halves("sqs", "SendMessageBatch", &three), Some(Some(first.clone())));
        assert_eq!(halves("sqs", "SendMessageBatch", &first), Some(None));
        assert_eq!(halves("sqs", "SendMessageBatch", &batch(json!([]))), None);
        assert_eq!(halves("sqs", "SendMessage", &three), None);
    }

    #[test]
    fn tables_are_halved_together() {
        let mut request = json!({ "RequestItems": {
            "A": { "Keys": [1, 2], "ConsistentRead": true }, "B": { "Keys": [3, 4] }, "C": { "Keys": [5, 6] },
        } });
        let (is_any, rest) = items(&mut request).unwrap();
        let served = json!({ "A": { "Keys": [1, 2], "ConsistentRead": true }, "B": { "Keys": [3] } });
        assert_eq!((is_any, &request["RequestItems"]), (true, &served));
        assert_eq!(Value::Object(rest), json!({ "B": { "Keys": [4] }, "C": { "Keys": [5, 6] } }));

        let mut request = json!({ "RequestItems": { "A": [{ "PutRequest": {} }] } });
        let (is_any, rest) = items(&mut request).unwrap();
        assert_eq!((is_any, Value::Object(rest)), (false, json!({ "A": [{ "PutRequest": {} }] })));
    }

    #[test]
    fn what_the_service_itself_left_stays_in_the_answer() {
        let mut told =
            json!({ "FailedEntryCount": 1, "Entries": [{ "EventId": "1" }, { "ErrorCode": "own" }] });
        add(&mut told, json!({ "FailedEntryCount": 2, "Entries": ["c", "d"] }));
        assert_eq!(told["FailedEntryCount"], 3);
        assert_eq!(told["Entries"].as_array().unwrap().len(), 4);
    }
}
