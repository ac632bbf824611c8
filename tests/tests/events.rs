//! Every payload of `events/`, fed as it is to the function it is for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(test)]
mod story;

use std::collections::BTreeSet;
use std::path::Path;

use expect_test::expect;
use serde_json::Value;
use story::{KNOWN_KEY, STORY, Step, account, payload, root, tell, text};

#[tokio::test]
async fn the_payloads_tell_one_story() {
    let stack = story::stack().await;
    let told = tell(&stack, async |function, payload| stack.invoke(function, payload).await).await;
    expect![[r#"
        manage-market/set-rollout: 200 country,invited,open_to,version
        manage-market/create-campaign: 201 country,created_at,ends_at,funding,id,max_per_payment,methods,min_spend,on_refund,paused,promise_hours,release_margin_hours,reward,rule_version,stacking,starts_at,status,version,wallet_days "running"
        enable-merchant/apply: 201 api_key,country,created_at,enabled,fee_bps,id,methods,name,reference,state,why_not_enabled "invited"
        enable-merchant/onboarding-link: 201 account,country,created_at,enabled,fee_bps,id,methods,name,reference,state,why_not_enabled "onboarding"
        apply-stripe-event/account-updated: {"batchItemFailures":[]}
        enable-merchant/read: 200 account,country,created_at,enabled,fee_bps,id,methods,name,reference,state "enabled"
        create-checkout/create: 201 amount,channel,created_at,description,fee,id,merchant,offers,reference,status,url "open"
        create-checkout/create-items: 201 amount,channel,created_at,fee,id,items,merchant,offers,reference,status,url "open"
        create-checkout/list: 200 checkouts,day,next_cursor
        explain-routes/wrong-method: 405 detail,next,status,title,type 405 "The path takes GET, HEAD, OPTIONS, POST."
        create-checkout/expire: 200 amount,channel,created_at,fee,id,items,merchant,reference,status "expired"
        receive-stripe-event/charge-succeeded: 200 received,used
        receive-stripe-event/stale: 400 detail,field,next,status,title,type 400 "The signature is too old."
        apply-stripe-event/charge-succeeded: {"batchItemFailures":[]}
        create-checkout/read: 200 amount,cashback,channel,cover,created_at,description,fee,id,merchant,payment,postings,reference,status "paid" "held"
        recover-messages/missed: {"failed":0,"queued":7}
        publish-events/checkout-paid: {"batchItemFailures":[]}
        keep-books/checkout-paid: {"batchItemFailures":[]}
        read-books/balances: 200 as_of,balances,country,open_days,scope
        read-books/ledger: 200 5 lines
        match-books/match-now: 200 amount_differs,country,day,differences,matched,matched_at,missing_here,missing_there,not_listed,not_read,outside
        recover-messages/dead-letters: 200 queues
        release-cashback/bucket: {"late":0,"queued":1}
        release-cashback/sweep: {"late":0,"queued":1}
        pay-cashback/due: {"batchItemFailures":[]}
        create-checkout/refund: 201 amount,cashback,channel,cover,created_at,description,fee,id,merchant,payment,postings,reference,refunds,status "partly_refunded" "held" "pending"
        keep-books/close: {"days":1,"failed":0,"rows":4}
        match-books/daily: {"differences":0,"failed":0,"matched":4}
        enable-merchant/suspend: 200 account,country,created_at,enabled,fee_bps,id,methods,name,reference,state,suspension,why_not_enabled "suspended"
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn one_function_hands_on_what_the_next_is_sent() {
    let stack = story::stack().await;
    tell(&stack, async |function, payload| stack.invoke(function, payload).await).await;
    let only = |queue: &str| {
        let messages = stack.sqs().messages(queue);
        let bodies = messages.into_iter().map(|message| message.body);
        // What was read in Stripe's list comes besides.
        let bodies: BTreeSet<String> = bodies.filter(|body| !body.contains("\"listed\":true")).collect();
        assert_eq!(bodies.len(), 1, "{queue}: {bodies:?}");
        bodies.into_iter().next().unwrap_or_default()
    };
    let sent = |function: &str, name: &str| text(&payload(function, name), "/Records/0/body");
    let queued = only("StripeEvents");
    assert_eq!(queued, sent("apply-stripe-event", "charge-succeeded"));
    assert_eq!(only("CashbackDue"), sent("pay-cashback", "due"), "by the bucket and by the sweep");
    assert_eq!(stack.stripe().accounts().last(), Some(&account()));

    let delivered = text(&payload("receive-stripe-event", "charge-succeeded"), "/body");
    for private in ["mei@example.com", "Mei Tan", "238823", "4242"] {
        assert!(delivered.contains(private) && !queued.contains(private), "{private}");
    }
    let delivered: Value = serde_json::from_str(&delivered).unwrap();
    let at_stripe = stack.stripe().object(&text(&delivered, "/data/object/id")).unwrap();
    assert_eq!(at_stripe["payment_intent"], delivered["data"]["object"]["payment_intent"]);

    let schedules = stack.scheduler().schedules();
    let bucket = text(&payload("release-cashback", "bucket"), "/bucket");
    assert!(schedules.iter().any(|schedule| schedule.name.contains(&bucket.replace(':', ""))));
    let published = stack.eventbridge().events();
    let published: Vec<&str> = published.iter().map(|event| event.detail_type.as_str()).collect();
    assert_eq!(published, ["checkout.paid", "cashback.held"]);
}

#[test]
fn every_file_is_in_the_story_and_in_the_readme() {
    let told = STORY.iter().filter_map(|step| match step {
        Step::Event(function, name) => Some(format!("{function}/{name}.json")),
        Step::KnownKey => Some(KNOWN_KEY.to_owned()),
        Step::MerchantOnboards | Step::PayerPays => None,
    });
    let mut there = BTreeSet::new();
    files(&root(), "", &mut there);
    assert!(there.remove("README.md"));
    assert_eq!(there, told.collect());
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for file in there {
        assert!(readme.contains(&format!("`{file}`")), "{file} is not in events/README.md");
    }
}

fn files(directory: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() { files(&path, &format!("{name}/"), found) } else { assert!(found.insert(name)) }
    }
}
