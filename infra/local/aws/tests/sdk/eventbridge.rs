use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use local_aws::eventbridge::EventBridge;
use serde_json::Value;

use crate::{START, client, listen, stack};

const HOUR: i64 = 3600;

fn entry(bus: &str, detail: &str) -> PutEventsRequestEntry {
    let entry = PutEventsRequestEntry::builder().event_bus_name(bus).source("kembali");
    entry.detail_type("checkout.paid").detail(detail).build()
}

#[tokio::test]
async fn events_are_kept_and_each_entry_is_told_its_own() {
    let (clock, calls) = stack();
    let bridge = EventBridge::new(clock, calls.clone());
    bridge.create_bus("kembali");
    let served = listen(bridge.router()).await;
    let client: Client = client!(aws_sdk_eventbridge, served.url());
    let put = client
        .put_events()
        .entries(entry("kembali", r#"{"amount": 5}"#))
        .entries(entry("kembali", "not json"))
        .entries(entry("nowhere", "{}"))
        .send()
        .await
        .unwrap();
    let codes: Vec<Option<&str>> = put.entries().iter().map(|entry| entry.error_code()).collect();
    assert_eq!(codes, [None, Some("MalformedDetail"), Some("ResourceNotFoundException")]);
    assert_eq!(put.failed_entry_count, 2);
    let events = bridge.events();
    assert_eq!(events.len(), 1);
    assert_eq!(Some(events[0].id.as_str()), put.entries()[0].event_id());
    assert_eq!((events[0].detail["amount"].as_i64(), events[0].time_millis), (Some(5), START * 1000));

    let many = (0..11).fold(client.put_events(), |put, _| put.entries(entry("kembali", "{}")));
    many.send().await.unwrap_err();
    let large = format!("{{\"x\":\"{}\"}}", "y".repeat(1_048_576));
    client.put_events().entries(entry("kembali", &large)).send().await.unwrap_err();
    let statuses: Vec<u16> = calls.since(0).iter().map(|call| call.status).collect();
    assert_eq!(statuses, [200, 400, 400]);
}

#[tokio::test]
async fn a_rate_rule_fires_once_for_each_period() {
    let (clock, calls) = stack();
    let bridge = EventBridge::new(clock.clone(), calls);
    bridge.put_rule("sweep", HOUR);
    assert_eq!(bridge.next_due_millis(), Some((START + HOUR) * 1000));
    assert!(bridge.due_rules().is_empty());

    clock.advance(3 * HOUR);
    let due = bridge.due_rules();
    assert_eq!(due.len(), 3);
    let payload: Value = serde_json::from_str(&due[0].payload).unwrap();
    assert_eq!(payload["time"], "2026-11-22T11:00:00Z");
    assert_eq!(payload["detail-type"], "Scheduled Event");
    bridge.fired(&due[0]);
    assert_eq!(bridge.due_rules(), due[1..]);
    bridge.put_rule("sweep", HOUR);
    bridge.fired(&due[2]);
    assert_eq!(bridge.next_due_millis(), Some((START + 4 * HOUR) * 1000), "the rhythm is kept");

    clock.advance(100 * HOUR);
    let due = bridge.due_rules();
    assert_eq!(due.len(), 72);
    assert_eq!(due[71].scheduled_at_millis, (START + 103 * HOUR) * 1000);
}
