//! Bringing everything to rest: outages end, what was given up is delivered again, promises end.

use std::collections::BTreeSet;

use kembali_tests::text;
use serde_json::Value;

use super::flow::Step;
use super::world::{Life, World};

/// Half a day: Stripe's longest distance between two attempts.
const LONGEST_SPACING_SECONDS: i64 = 12 * 3_600;

impl World {
    /// Lets time pass until nothing is left to do for a life. Whether changes of the table were given up, so
    /// that journal and bus lack them.
    pub(crate) async fn rest(&self, life: &Life) -> bool {
        let mut gave_up = false;
        if let Some(over_at_millis) = self.plan.over_at_millis() {
            let left = over_at_millis.div_euclid(1_000) + 1 - self.town.now();
            self.town.stack.advance(left.max(0) + LONGEST_SPACING_SECONDS).await.expect("it comes to rest");
            self.resend().await;
            gave_up = self.redrive().await;
            self.town.minutes(10).await;
        }
        if self.is_due(life) {
            self.keep_promise(life).await;
        }
        gave_up
    }

    /// Passes the end of the promise, with the sweeps of its last hour and, if need be, one after it.
    async fn keep_promise(&self, life: &Life) {
        let promised = text(&self.town.read(&life.shop, &life.checkout).await, "/cashback/promised_by");
        let promised = promised.parse().map_or(0, jiff::Timestamp::as_second);
        for before_seconds in [2_400, 1_200, -3_600] {
            let seconds = promised - before_seconds - self.town.now();
            self.town.stack.advance(seconds.max(0)).await.expect("it comes to rest");
            if self.is_due(life) {
                self.sweep().await;
                self.town.minutes(10).await;
            }
        }
    }

    /// What Stripe has given up, or still waits to repeat, is sent again from its dashboard.
    async fn resend(&self) {
        let attempts = self.town.stack.stripe().webhooks();
        let arrived: BTreeSet<String> =
            attempts.iter().filter(|one| one.succeeded()).map(|one| one.event.clone()).collect();
        let tried: BTreeSet<String> = attempts.into_iter().map(|one| one.event).collect();
        let missing: Vec<Value> = self
            .town
            .stack
            .stripe()
            .events()
            .into_iter()
            .filter(|event| tried.contains(&text(event, "/id")) && !arrived.contains(&text(event, "/id")))
            .collect();
        for event in missing {
            let answer = self.town.deliver(&event).await;
            assert!(answer.status == 200, "an event sent again is taken: {}", answer.json());
        }
    }

    /// What died in a queue comes again, as an operator does it: messages go back, a bucket that was not
    /// released is released. Of changes of the table that were given up only their place is known.
    async fn redrive(&self) -> bool {
        let sqs = self.town.stack.sqs();
        for queue in ["StripeEventsDlq", "CashbackDueDlq"] {
            sqs.redrive(queue);
        }
        let mut gave_up = false;
        loop {
            let messages = sqs.receive("UndeliveredDlq", 10);
            if messages.is_empty() {
                break;
            }
            for message in messages {
                if message.body.contains("DDBStreamBatchInfo") {
                    gave_up = true;
                } else {
                    let payload = message.body.clone().into_bytes();
                    self.town.stack.invoke("release-cashback", payload).await.expect("it is released");
                }
                sqs.delete("UndeliveredDlq", &message.receipt_handle);
            }
        }
        self.town.settle().await;
        gave_up
    }

    /// Whether the flow is about a merchant's enablement and no payment.
    pub(crate) fn is_enablement(&self) -> bool {
        self.flow.before.iter().chain(self.flow.act).any(|step| *step == Step::Apply)
    }
}
