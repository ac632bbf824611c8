use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::ProvideErrorMetadata as _;
use aws_sdk_scheduler::operation::create_schedule::builders::CreateScheduleFluentBuilder;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy,
    ScheduleState, Target,
};
use local_aws::scheduler::Scheduler;
use local_wire::serve::Served;
use local_wire::{Calls, Clock};

use crate::{START, client, listen, stack};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:release";
const DEAD: &str = "arn:aws:sqs:us-east-1:000000000000:dead";
const INPUT: &str = r#"{"at":"<aws.scheduler.scheduled-time>","try":<aws.scheduler.attempt-number>}"#;

struct Bench {
    clock: Clock,
    calls: Calls,
    scheduler: Scheduler,
    client: Client,
    _served: Served,
}

async fn bench() -> Bench {
    let (clock, calls) = stack();
    let scheduler = Scheduler::new(clock.clone(), calls.clone());
    scheduler.create_group("releases");
    let served = listen(scheduler.router()).await;
    let client = client!(aws_sdk_scheduler, served.url());
    Bench { clock, calls, scheduler, client, _served: served }
}

fn target(retries: i32) -> Target {
    let retry = RetryPolicy::builder().maximum_retry_attempts(retries).build();
    let dead = DeadLetterConfig::builder().arn(DEAD).build();
    let target = Target::builder().arn(FUNCTION).role_arn("arn:aws:iam::000000000000:role/r").input(INPUT);
    target.retry_policy(retry).dead_letter_config(dead).build().unwrap()
}

impl Bench {
    fn create(&self, name: &str, at: &str) -> CreateScheduleFluentBuilder {
        let off = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().unwrap();
        self.client
            .create_schedule()
            .name(name)
            .group_name("releases")
            .schedule_expression(format!("at({at})"))
            .flexible_time_window(off)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(target(2))
    }
}

#[tokio::test]
async fn a_schedule_is_due_at_its_time_and_gone_when_delivered() {
    let bench = bench().await;
    let created = bench.create("bucket-1", "2026-11-22T12:00:00").send().await.unwrap();
    assert_eq!(created.schedule_arn, "arn:aws:scheduler:us-east-1:000000000000:schedule/releases/bucket-1");
    let next = bench.scheduler.next_due_millis().unwrap();
    assert_eq!(next, (START + 7200) * 1000);
    bench.clock.advance(7199);
    assert!(bench.scheduler.due().is_empty());
    bench.clock.advance(1);
    let due = bench.scheduler.due();
    assert_eq!(due[0].input, r#"{"at":"2026-11-22T12:00:00Z","try":1}"#);
    assert_eq!(due[0].target_arn, FUNCTION);
    bench.scheduler.delivered(&due[0]);
    assert!(bench.scheduler.schedules().is_empty());
    let call = bench.calls.since(0).remove(0);
    assert_eq!(
        (call.operation.as_str(), call.subject.as_str(), call.status),
        ("CreateSchedule", "bucket-1", 200)
    );
}

#[tokio::test]
async fn a_name_is_taken_once_but_a_repeated_request_succeeds() {
    let bench = bench().await;
    let create = || bench.create("bucket-1", "2026-11-22T12:00:00");
    create().client_token("one").send().await.unwrap();
    create().client_token("one").send().await.unwrap();
    let taken = create().send().await.unwrap_err();
    assert_eq!(taken.raw_response().unwrap().status().as_u16(), 409);
    assert!(taken.into_service_error().is_conflict_exception());
    let unknown = create().group_name("nowhere").send().await.unwrap_err();
    assert!(unknown.into_service_error().is_resource_not_found_exception());
    let names = ["a b".to_owned(), "x".repeat(65)];
    for name in names {
        let refused = bench.create(&name, "2026-11-22T12:00:00").send().await.unwrap_err();
        assert!(refused.into_service_error().is_validation_exception());
    }
    let zone = create().schedule_expression_timezone("Asia/Jakarta").send().await.unwrap_err();
    assert!(zone.message().unwrap().contains("Asia/Jakarta"));
}

#[tokio::test]
async fn failures_are_retried_and_the_last_goes_to_the_dead_letter_queue() {
    let bench = bench().await;
    bench.create("bucket-1", "2026-11-22T09:00:00").send().await.unwrap();
    for (attempt, wait) in [(1, 1), (2, 2)] {
        let due = bench.scheduler.due();
        assert_eq!((due.len(), due[0].attempt), (1, attempt), "a time that has passed is due at once");
        assert_eq!(bench.scheduler.failed(&due[0]), None);
        assert!(bench.scheduler.due().is_empty());
        assert_eq!(bench.scheduler.failed(&due[0]), None, "an attempt fails once");
        bench.clock.advance(wait);
    }
    let due = bench.scheduler.due();
    let undelivered = bench.scheduler.failed(&due[0]).unwrap();
    assert_eq!(undelivered.dead_letter_arn.as_deref(), Some(DEAD));
    assert_eq!(undelivered.body, r#"{"at":"2026-11-22T09:00:00Z","try":3}"#);
    assert_eq!(undelivered.attributes["EXHAUSTED_RETRY_CONDITION"], "MaximumRetryAttempts");
    assert_eq!(undelivered.attributes["RETRY_ATTEMPTS"], "2");
    assert!(bench.scheduler.schedules().is_empty());
}

#[tokio::test]
async fn retries_end_after_a_day() {
    let bench = bench().await;
    bench.create("bucket-1", "2026-11-22T10:00:00").target(target(185)).send().await.unwrap();
    bench.clock.advance(86_400);
    let undelivered = bench.scheduler.failed(&bench.scheduler.due()[0]).unwrap();
    assert_eq!(undelivered.attributes["EXHAUSTED_RETRY_CONDITION"], "MaximumEventAgeInSeconds");
}

#[tokio::test]
async fn a_completed_schedule_that_is_kept_stays_done() {
    let bench = bench().await;
    let create = bench.create("bucket-1", "2026-11-22T10:00:00");
    create.action_after_completion(ActionAfterCompletion::None).send().await.unwrap();
    let due = bench.scheduler.due().remove(0);
    bench.scheduler.delivered(&due);
    assert_eq!(bench.scheduler.failed(&due), None);
    bench.clock.advance(86_400);
    assert!(bench.scheduler.due().is_empty());
    assert_eq!(bench.scheduler.schedules().len(), 1);
}

#[tokio::test]
async fn schedules_are_told_changed_listed_and_deleted() {
    let bench = bench().await;
    for name in ["a", "b", "c"] {
        bench.create(name, "2026-11-22T12:00:00").send().await.unwrap();
    }
    let get = |name: &str| bench.client.get_schedule().name(name).group_name("releases").send();
    let told = get("a").await.unwrap();
    assert_eq!(told.schedule_expression.as_deref(), Some("at(2026-11-22T12:00:00)"));
    assert_eq!(told.schedule_expression_timezone.as_deref(), Some("UTC"));
    assert_eq!(told.creation_date.unwrap().secs(), START);
    let update = bench.client.update_schedule().name("a").group_name("releases").target(target(0));
    let update = update.flexible_time_window(told.flexible_time_window.unwrap());
    update
        .schedule_expression("at(2026-11-22T11:00:00)")
        .state(ScheduleState::Disabled)
        .send()
        .await
        .unwrap();
    assert_eq!(get("a").await.unwrap().state, Some(ScheduleState::Disabled));
    assert_eq!(bench.scheduler.schedules()[0].due_at_millis, None);

    let list = || bench.client.list_schedules().group_name("releases").max_results(2);
    let first = list().send().await.unwrap();
    let second = list().next_token(first.next_token.unwrap()).send().await.unwrap();
    let names = first.schedules.iter().chain(&second.schedules).filter_map(|schedule| schedule.name());
    assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(second.next_token, None);

    bench.client.delete_schedule().name("a").group_name("releases").send().await.unwrap();
    assert!(get("a").await.unwrap_err().into_service_error().is_resource_not_found_exception());
    bench.scheduler.forget("b");
    assert_eq!(bench.scheduler.schedules().len(), 1);
}

#[tokio::test]
async fn groups_are_created_told_listed_and_deleted_with_their_schedules() {
    let bench = bench().await;
    let create = || bench.client.create_schedule_group().name("others").send();
    create().await.unwrap();
    assert!(create().await.unwrap_err().into_service_error().is_conflict_exception());
    let groups = bench.client.list_schedule_groups().send().await.unwrap().schedule_groups;
    assert_eq!(
        groups.iter().filter_map(|group| group.name()).collect::<Vec<_>>(),
        ["default", "others", "releases"]
    );
    bench.create("a", "2026-11-22T12:00:00").send().await.unwrap();
    bench.client.delete_schedule_group().name("releases").send().await.unwrap();
    assert!(bench.scheduler.schedules().is_empty());
    let gone = bench.client.get_schedule_group().name("releases").send().await.unwrap_err();
    assert!(gone.into_service_error().is_resource_not_found_exception());
}
