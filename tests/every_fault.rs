//! **Every call, every fault.** Each flow is lived once and its calls are recorded. Then it is lived again
//! for every call and every fault: refused before the effect, done but the reply lost, throttled, in
//! conflict, delivered twice, and the handler dropped where it waits; with redelivery at once, and after
//! outages of 2, 26 and 71 hours that begin at that call. After each, everything must hold, and the flow must
//! have ended as it does when nothing goes wrong.
//!
//! Calls that are made only because something failed are hit as well. A call that was never hit fails the
//! test.
//!
//! Every run of the suite hits each call with every fault and prompt redelivery, and with one of the outages
//! in turn; a read, which has no effect that could be lost or doubled, is refused or loses its handler.
//! `EVERY_FAULT=full` takes all of it. The counts, by flow, are printed by `cargo test -p kembali-tests
//! --test every_fault -- --nocapture`, and each case that fails is, in any run.

#[cfg(test)]
mod every_fault {
    mod audit;
    mod checks;
    mod flow;
    mod matrix;
    mod plan;
    mod rest;
    mod steps;
    mod world;

    use std::sync::atomic::{AtomicUsize, Ordering};

    use flow::{DISPUTES, ENABLE, Flow, LIVES, REFUNDS, REFUSED, ROLL, UNPAID, WALLETS};

    /// Cases of all flows that have ended, and how many violations there were.
    static SUM: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

    async fn check(flows: &[Flow]) {
        let mut violations = Vec::new();
        for flow in flows {
            let report = matrix::run(*flow).await;
            assert!(report.cases() > 0);
            let add = |sum: &AtomicUsize, more: usize| sum.fetch_add(more, Ordering::Relaxed) + more;
            let [flows, cases, wrong] = &SUM;
            let (flows, cases, wrong) =
                (add(flows, 1), add(cases, report.cases()), add(wrong, report.violations.len()));
            println!(
                "{report}\n  by now {flows} flows, each of their calls hit; {cases} cases, {wrong} violations"
            );
            violations.extend(report.violations);
        }
        assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn enablement() {
        check(&[ENABLE, ROLL]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn pages_that_are_refused_at_first() {
        check(&REFUSED).await;
    }

    #[tokio::test(start_paused = true)]
    async fn lives_by_card() {
        check(&LIVES[..1]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn lives_by_paynow() {
        check(&LIVES[1..2]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn lives_by_upi_and_pix() {
        check(&LIVES[2..]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn lives_without_a_payment() {
        check(&UNPAID).await;
    }

    #[tokio::test(start_paused = true)]
    async fn refunds_before_the_release() {
        check(&REFUNDS[..2]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn refunds_after_the_release_and_in_the_dashboard() {
        check(&REFUNDS[2..]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn disputes_before_the_release() {
        check(&DISPUTES[..2]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn disputes_after_the_release() {
        check(&DISPUTES[2..]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn bounces() {
        check(&WALLETS[..2]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn credit() {
        check(&WALLETS[2..]).await;
    }
}
