//! Cashbacks that wait for a person: which they are, what a person may decide on them, and who decided what,
//! and why.

use serde::{Deserialize, Serialize};

use super::event::Verdict;
use super::state::Checkout;
use crate::domain::cashback::refund::Failure;
use crate::domain::cashback::{Cashback, Waiting};
use crate::domain::time::Timestamp;
use crate::fault::{Kind, Problem};

/// For what a cashback waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// It looks suspicious: approve it or reject it.
    InReview,
    /// It could not be paid: have it tried again or write it off.
    Failed,
}

impl Waits {
    /// Its name in the API and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::Failed => "failed",
        }
    }

    /// Reads its name; nothing for another word.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::InReview, Self::Failed].into_iter().find(|waits| waits.name() == name)
    }

    /// What a person may decide on it.
    fn verdicts(self) -> [Verdict; 2] {
        match self {
            Self::InReview => [Verdict::Approve, Verdict::Reject],
            Self::Failed => [Verdict::Retry, Verdict::WriteOff],
        }
    }
}

impl Verdict {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Retry => "retry",
            Self::WriteOff => "write-off",
        }
    }
}

impl Checkout {
    /// For what its cashback waits for a person, and since when; `None` when it waits for nobody.
    pub fn waits_for_person(&self) -> Option<(Waits, Timestamp)> {
        let payment = self.payment()?;
        match &payment.cashback {
            Cashback::Held(Waiting { review: Some(_), .. }) => {
                Some((Waits::InReview, payment.charge.paid_at))
            }
            Cashback::Failed { at, .. } => Some((Waits::Failed, *at)),
            Cashback::None { .. }
            | Cashback::Held(_)
            | Cashback::Frozen(_)
            | Cashback::Paying { .. }
            | Cashback::Credited { .. }
            | Cashback::CreditedToWallet { .. }
            | Cashback::Reversed { .. } => None,
        }
    }

    /// Whether the last decision on it was this one, and it waits for none since, so that this is its
    /// repetition.
    pub fn was_decided(&self, verdict: Verdict, reason: &str) -> bool {
        let waits_since = self.waits_for_person().map(|(_, since)| since);
        self.decisions.last().is_some_and(|last| {
            last.verdict == verdict
                && last.reason == reason
                && waits_since.is_none_or(|since| since < last.at)
        })
    }

    /// That a person may decide `verdict` now.
    ///
    /// # Errors
    /// The cashback does not wait for that.
    pub fn may_decide(&self, verdict: Verdict) -> Result<(), Problem> {
        let waits = self.waits_for_person().map(|(waits, _)| waits);
        let may_have_arrived = self.payment().is_some_and(|payment| {
            matches!(payment.cashback, Cashback::Failed { reason: Failure::Disconnected, .. })
        });
        if verdict == Verdict::Retry && may_have_arrived {
            let detail = "The cashback may be with the payer: the account left while it was on its way.";
            return Err(Problem::new(Kind::WrongState, detail)
                .next("Write it off; if the payer has nothing, give credit by an adjustment."));
        }
        if waits.is_some_and(|waits| waits.verdicts().contains(&verdict)) {
            return Ok(());
        }
        let Some(payment) = self.payment() else {
            let detail = format!("The checkout is {}: it has no cashback.", self.status());
            return Err(Problem::new(Kind::WrongState, detail).next("Decide once it is paid."));
        };
        let state = payment.cashback.name();
        let (asked, next) = match verdict {
            Verdict::Approve | Verdict::Reject => ("in_review", "approve and reject"),
            Verdict::Retry | Verdict::WriteOff => ("failed", "retry and write-off"),
        };
        let before = self.decisions.last().map_or_else(String::new, |last| {
            format!(
                " The last decision on it was {} by {}: {}.",
                last.verdict.name(),
                last.actor,
                last.reason
            )
        });
        let detail = format!("The cashback is {state}, not {asked}.{before}");
        Err(Problem::new(Kind::WrongState, detail).next(match waits {
            Some(waits) => {
                let [one, other] = waits.verdicts().map(Verdict::name);
                format!("It waits for a person: decide {one} or {other}.")
            }
            None => format!("There is nothing to decide: {next} are for a cashback that is {asked}."),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::Funding;
    use crate::domain::cashback::Suspicion;
    use crate::domain::cashback::refund::Outcome;
    use crate::domain::checkout::{Decided, Event, State};
    use crate::domain::examples::{after, cashback_refund, open, paid};
    use crate::domain::market::Method;
    use expect_test::expect;

    const ALL: [Verdict; 4] = [Verdict::Approve, Verdict::Reject, Verdict::Retry, Verdict::WriteOff];

    #[test]
    fn what_waits_for_nobody_cannot_be_decided_on() {
        let checkout = Checkout { state: State::Expired, ..open(Funding::Merchant) };
        assert_eq!(checkout.waits_for_person(), None);
        for verdict in ALL {
            let problem = checkout.may_decide(verdict).unwrap_err();
            assert_eq!(
                (problem.status, problem.detail.as_str()),
                (409, "The checkout is expired: it has no cashback.")
            );
        }
    }

    #[test]
    fn what_waits_for_a_person_takes_the_verdicts_that_fit() {
        let paid_by = paid(Method::Paynow);
        let mut in_review = after(Funding::Merchant, &[(0, paid_by.clone())]);
        if let State::Paid(payment) = &mut in_review.state {
            payment.cashback = payment.cashback.clone().suspected(Some(Suspicion::ManyPayments));
        }
        let bounced = cashback_refund(Outcome::Failed(Failure::ExpiredOrCanceledCard));
        let failed = after(Funding::Merchant, &[(0, paid_by), (47, Event::CashbackMatured), (47, bounced)]);
        let allowed = |checkout: &Checkout| ALL.map(|verdict| checkout.may_decide(verdict).is_ok());
        assert_eq!(allowed(&in_review), [true, true, false, false]);
        assert_eq!(allowed(&failed), [false, false, true, true]);
        // It may be with the payer: paid again, it would be twice.
        let reason = Failure::Disconnected;
        let unknown = [
            (0, paid(Method::Paynow)),
            (47, Event::CashbackMatured),
            (47, Event::CashbackRefused { attempt: 1, reason }),
        ];
        assert_eq!(allowed(&after(Funding::Merchant, &unknown)), [false, false, false, true]);
    }

    #[test]
    fn a_decision_is_repeated_until_it_is_asked_for_anew() {
        let bounced = cashback_refund(Outcome::Failed(Failure::ExpiredOrCanceledCard));
        let events = [(0, paid(Method::Paynow)), (47, Event::CashbackMatured), (47, bounced)];
        let mut failed = after(Funding::Merchant, &events);
        let (_, since) = failed.waits_for_person().unwrap();
        let retried = |at| Decided {
            verdict: Verdict::Retry,
            actor: "ana".to_owned(),
            reason: "they called".to_owned(),
            at,
        };
        failed.decisions.push(retried(since.plus_seconds(1)));
        assert!(failed.was_decided(Verdict::Retry, "they called"));
        failed.decisions.push(retried(since.plus_seconds(-1)));
        assert!(!failed.was_decided(Verdict::Retry, "they called"), "it has failed again since");
    }

    #[test]
    fn names_come_back() {
        for waits in [Waits::InReview, Waits::Failed] {
            assert_eq!(Waits::parse(waits.name()), Some(waits));
        }
        assert_eq!(Waits::parse("held"), None);
    }

    #[test]
    fn a_decision_says_who_and_why_in_the_table() {
        let mut checkout = open(Funding::Merchant);
        checkout.decisions.push(Decided {
            verdict: Verdict::WriteOff,
            actor: "ana".to_owned(),
            reason: "no way to pay".to_owned(),
            at: Timestamp::from_epoch_seconds(1_795_341_600),
        });
        let written = serde_json::to_value(&checkout).unwrap();
        expect![[
            r#"[{"actor":"ana","at":"2026-11-22T10:00:00Z","reason":"no way to pay","verdict":"write_off"}]"#
        ]]
        .assert_eq(&written["decisions"].to_string());
        let read: Checkout = serde_json::from_value(written).unwrap();
        assert_eq!(read, checkout);
        assert!(
            read.was_decided(Verdict::WriteOff, "no way to pay")
                && !read.was_decided(Verdict::Retry, "no way to pay")
        );
    }
}
