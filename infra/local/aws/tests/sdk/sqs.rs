use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata as _;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
};
use local_aws::sqs::{QueueSpec, Redrive, Sqs, queue_arn};
use local_wire::serve::Served;
use local_wire::{Calls, Clock};

use crate::{START, client, listen, stack};

struct Bench {
    clock: Clock,
    calls: Calls,
    sqs: Sqs,
    client: Client,
    url: String,
    _served: Served,
}

/// A queue `work` (90 s invisible, two receives) with the dead-letter queue `dead`.
async fn bench() -> Bench {
    let (clock, calls) = stack();
    let sqs = Sqs::new(clock.clone(), calls.clone());
    sqs.create_queue(spec("dead", None));
    let redrive = Redrive { dead_letter_queue: "dead".to_owned(), max_receive_count: 2 };
    sqs.create_queue(spec("work", Some(redrive)));
    let served = listen(sqs.router()).await;
    let client = client!(aws_sdk_sqs, served.url());
    let url = client.get_queue_url().queue_name("work").send().await.unwrap().queue_url.unwrap();
    Bench { clock, calls, sqs, client, url, _served: served }
}

fn spec(name: &str, redrive: Option<Redrive>) -> QueueSpec {
    QueueSpec { name: name.to_owned(), visibility_timeout_seconds: 90, retention_seconds: 1_209_600, redrive }
}

impl Bench {
    async fn send(&self, body: &str) {
        self.client.send_message().queue_url(&self.url).message_body(body).send().await.unwrap();
    }

    async fn receive(&self) -> Vec<aws_sdk_sqs::types::Message> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await
            .unwrap();
        received.messages.unwrap_or_default()
    }
}

#[tokio::test]
async fn a_message_is_received_once_and_deleted() {
    let bench = bench().await;
    assert!(bench.url.starts_with("http://127.0.0.1:") && bench.url.ends_with("/000000000000/work"));
    let kind = MessageAttributeValue::builder().data_type("String").string_value("paid").build().unwrap();
    let sent = bench
        .client
        .send_message()
        .queue_url(&bench.url)
        .message_body("hello")
        .message_attributes("kind", kind)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body.as_deref(), Some("5d41402abc4b2a76b9719d911017c592"));

    let received = bench.receive().await;
    assert_eq!(received.len(), 1);
    let message = &received[0];
    assert_eq!(message.message_id, sent.message_id);
    assert_eq!(message.body.as_deref(), Some("hello"));
    assert_eq!(message.md5_of_message_attributes, sent.md5_of_message_attributes);
    assert_eq!(message.message_attributes.as_ref().unwrap()["kind"].string_value.as_deref(), Some("paid"));
    let system = message.attributes.as_ref().unwrap();
    assert_eq!(system[&MessageSystemAttributeName::SentTimestamp], (START * 1000).to_string());
    assert_eq!(system[&MessageSystemAttributeName::ApproximateReceiveCount], "1");

    assert!(bench.receive().await.is_empty(), "it is in flight");
    let handle = message.receipt_handle.as_deref().unwrap();
    bench.client.delete_message().queue_url(&bench.url).receipt_handle(handle).send().await.unwrap();
    bench.clock.advance(91);
    assert!(bench.receive().await.is_empty(), "it is deleted");
    let operations: Vec<String> = bench.calls.since(1).into_iter().map(|call| call.operation).collect();
    assert_eq!(
        operations,
        ["SendMessage", "ReceiveMessage", "ReceiveMessage", "DeleteMessage", "ReceiveMessage"]
    );
    assert!(bench.calls.since(1).iter().all(|call| call.subject == "work" && call.status == 200));
}

#[tokio::test]
async fn a_message_not_deleted_comes_again_then_goes_to_the_dead_letter_queue_and_back() {
    let bench = bench().await;
    bench.send("poison").await;
    let first = bench.sqs.receive("work", 10);
    assert_eq!(bench.sqs.next_visible_millis("work"), Some((START + 90) * 1000));
    bench.clock.advance(90);
    let second = bench.sqs.receive("work", 10);
    assert_eq!(second[0].receive_count, 2);
    assert_eq!(second[0].first_received_millis, Some(START * 1000));
    bench.sqs.delete("work", &first[0].receipt_handle);
    assert_eq!(bench.sqs.messages("work").len(), 1, "an old handle deletes nothing");
    bench.sqs.release("work", &second[0].receipt_handle, 0);
    assert!(bench.receive().await.is_empty(), "the third receive buries it");

    let dead = bench.sqs.messages("dead");
    assert_eq!((dead[0].message_id.as_str(), dead[0].receive_count), (second[0].message_id.as_str(), 2));
    bench.client.start_message_move_task().source_arn(queue_arn("dead")).send().await.unwrap();
    assert!(bench.sqs.messages("dead").is_empty());
    let back = bench.sqs.receive("work", 10);
    assert_eq!((back[0].body.as_str(), back[0].receive_count), ("poison", 1));
    assert_ne!(back[0].message_id, dead[0].message_id, "a redriven message is a new one");
}

#[tokio::test]
async fn redrive_in_process_moves_everything_back() {
    let bench = bench().await;
    for body in ["one", "two"] {
        bench.send(body).await;
    }
    for _ in 0..3 {
        bench.sqs.receive("work", 10);
        bench.clock.advance(90);
    }
    assert_eq!(bench.sqs.messages("dead").len(), 2);
    assert_eq!(bench.sqs.redrive("dead"), 2);
    assert_eq!(bench.sqs.messages("work").len(), 2);
    bench.sqs.send("dead", "from AWS itself", Default::default()).unwrap();
    assert_eq!(bench.sqs.redrive("dead"), 0, "it came from no queue");
}

#[tokio::test]
async fn a_delayed_message_waits_and_an_old_one_expires() {
    let bench = bench().await;
    let send = || bench.client.send_message().queue_url(&bench.url).message_body("later");
    send().delay_seconds(900).send().await.unwrap();
    let refused = send().delay_seconds(901).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterValue"));
    bench.clock.advance(899);
    assert!(bench.receive().await.is_empty());
    let attributes = bench.client.get_queue_attributes().queue_url(&bench.url);
    let attributes =
        attributes.attribute_names(QueueAttributeName::All).send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessagesDelayed], "1");
    assert_eq!(attributes[&QueueAttributeName::QueueArn], queue_arn("work"));
    bench.clock.advance(1);
    assert_eq!(bench.receive().await.len(), 1);
    bench.clock.advance(1_209_600);
    assert_eq!(bench.sqs.next_visible_millis("work"), None);
}

#[tokio::test]
async fn visibility_is_changed_only_in_flight() {
    let bench = bench().await;
    bench.send("slow").await;
    let handle = bench.receive().await.remove(0).receipt_handle.unwrap();
    let change = |seconds: i32| {
        let request = bench.client.change_message_visibility().queue_url(&bench.url);
        request.receipt_handle(&handle).visibility_timeout(seconds).send()
    };
    change(600).await.unwrap();
    bench.clock.advance(599);
    assert!(bench.receive().await.is_empty());
    change(0).await.unwrap();
    assert!(change(0).await.unwrap_err().into_service_error().is_message_not_inflight());
    assert_eq!(bench.receive().await.len(), 1);
}

#[tokio::test]
async fn a_batch_tells_each_entry_its_own() {
    let bench = bench().await;
    let entry = |id: &str, body: String| {
        SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
    };
    let batch = || bench.client.send_message_batch().queue_url(&bench.url);
    let sent = batch()
        .entries(entry("a", "fine".to_owned()))
        .entries(entry("b", "not \u{1} allowed".to_owned()))
        .send()
        .await
        .unwrap();
    assert_eq!((sent.successful[0].id.as_str(), sent.failed[0].id.as_str()), ("a", "b"));
    assert_eq!(sent.failed[0].code, "InvalidMessageContents");

    let half = "x".repeat(600_000);
    let long = batch().entries(entry("a", half.clone())).entries(entry("b", half)).send().await;
    assert!(long.unwrap_err().into_service_error().is_batch_request_too_long());
    let eleven = (0..11).fold(batch(), |batch, id| batch.entries(entry(&id.to_string(), "x".to_owned())));
    let eleven = eleven.send().await.unwrap_err();
    assert!(eleven.into_service_error().is_too_many_entries_in_batch_request());
    let whole = bench.client.send_message().queue_url(&bench.url).message_body("x".repeat(1_048_576));
    whole.send().await.unwrap();
    bench.client.purge_queue().queue_url(&bench.url).send().await.unwrap();
    assert!(bench.sqs.messages("work").is_empty());
}

#[tokio::test]
async fn errors_are_those_of_aws() {
    let bench = bench().await;
    let missing = bench.url.replace("work", "none");
    let error = bench.client.send_message().queue_url(missing).message_body("x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("AWS.SimpleQueueService.NonExistentQueue"));
    assert!(error.into_service_error().is_queue_does_not_exist());
    let error = bench.client.delete_message().queue_url(&bench.url).receipt_handle("nonsense").send().await;
    assert!(error.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
    let queues = bench.client.list_queues().queue_name_prefix("wo").send().await.unwrap();
    assert_eq!(queues.queue_urls.unwrap(), [bench.url]);
}
