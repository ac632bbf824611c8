use expect_test::expect;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::decision::{Decision, decide};
use crate::domain::examples::*;
use crate::domain::ids::{ChargeId, Reference};
use crate::domain::market::Method;
use crate::domain::refund::{Failure, Outcome};

#[test]
fn every_state_and_every_event() {
    let paynow = paid(Method::Paynow);
    let states = [
        ("open", after(Funding::Merchant, &[])),
        ("expired", after(Funding::Merchant, &[(1, Event::Expired)])),
        ("failed", after(Funding::Merchant, &[(1, Event::PaymentFailed)])),
        ("paid", after(Funding::Merchant, &[(0, paynow.clone())])),
        ("partly refunded", after(Funding::Merchant, &[(0, paynow.clone()), (1, asked("r1", 500))])),
        ("refunded", after(Funding::Merchant, &[(0, paynow.clone()), (1, asked("r1", 2500))])),
        ("disputed", after(Funding::Merchant, &[(0, paynow.clone()), (1, Event::DisputeOpened)])),
        ("won", after(Funding::Merchant, &[(0, paynow.clone()), (1, Event::DisputeClosed { won: true })])),
        ("lost", after(Funding::Merchant, &[(0, paynow.clone()), (1, Event::DisputeClosed { won: false })])),
        ("paying", after(Funding::Merchant, &[(0, paynow.clone()), (47, Event::CashbackMatured)])),
    ];
    let events = [
        ("paid", paynow),
        ("paid by card", paid(Method::Card)),
        ("expired", Event::Expired),
        ("payment failed", Event::PaymentFailed),
        ("refund asked", asked("r2", 500)),
        (
            "refund refused",
            Event::RefundRefused { key: RefundKey::Requested(Reference::parse("r1").unwrap()) },
        ),
        ("refund seen", refund("re_1", 500, Outcome::Succeeded, Purpose::Dashboard)),
        ("cashback refund", cashback_refund(Outcome::Succeeded)),
        ("matured", Event::CashbackMatured),
        ("refused", Event::CashbackRefused { attempt: 1, reason: Failure::Refused }),
        ("dispute opened", Event::DisputeOpened),
        ("dispute won", Event::DisputeClosed { won: true }),
        ("dispute lost", Event::DisputeClosed { won: false }),
    ];
    let mut table = String::new();
    for (state, checkout) in &states {
        for (name, event) in &events {
            let line = match decide(checkout, event, at(48)) {
                Err(refused) => refused.to_string(),
                Ok(Decision::Nothing) => "-".to_owned(),
                Ok(Decision::Commit(commit)) => {
                    let cashback = commit.checkout.payment().map_or("", |payment| payment.cashback.name());
                    format!("{} {cashback}", commit.checkout.status())
                }
            };
            table.push_str(format!("{state:<15} {name:<15} {line}").trim_end());
            table.push('\n');
        }
    }
    expect![[r#"
        open            paid            paid held
        open            paid by card    paid none
        open            expired         expired
        open            payment failed  failed
        open            refund asked    refund request for a checkout that is open
        open            refund refused  refused refund for a checkout that is open
        open            refund seen     refund for a checkout that is open
        open            cashback refund refund for a checkout that is open
        open            matured         -
        open            refused         refused cashback for a checkout that is open
        open            dispute opened  dispute for a checkout that is open
        open            dispute won     end of a dispute for a checkout that is open
        open            dispute lost    end of a dispute for a checkout that is open
        expired         paid            paid held
        expired         paid by card    paid none
        expired         expired         -
        expired         payment failed  -
        expired         refund asked    refund request for a checkout that is expired
        expired         refund refused  refused refund for a checkout that is expired
        expired         refund seen     refund for a checkout that is expired
        expired         cashback refund refund for a checkout that is expired
        expired         matured         -
        expired         refused         refused cashback for a checkout that is expired
        expired         dispute opened  dispute for a checkout that is expired
        expired         dispute won     end of a dispute for a checkout that is expired
        expired         dispute lost    end of a dispute for a checkout that is expired
        failed          paid            paid held
        failed          paid by card    paid none
        failed          expired         -
        failed          payment failed  -
        failed          refund asked    refund request for a checkout that is failed
        failed          refund refused  refused refund for a checkout that is failed
        failed          refund seen     refund for a checkout that is failed
        failed          cashback refund refund for a checkout that is failed
        failed          matured         -
        failed          refused         refused cashback for a checkout that is failed
        failed          dispute opened  dispute for a checkout that is failed
        failed          dispute won     end of a dispute for a checkout that is failed
        failed          dispute lost    end of a dispute for a checkout that is failed
        paid            paid            -
        paid            paid by card    -
        paid            expired         -
        paid            payment failed  -
        paid            refund asked    partly_refunded held
        paid            refund refused  -
        paid            refund seen     partly_refunded held
        paid            cashback refund -
        paid            matured         paid paying
        paid            refused         -
        paid            dispute opened  disputed frozen
        paid            dispute won     won held
        paid            dispute lost    lost reversed
        partly refunded paid            -
        partly refunded paid by card    -
        partly refunded expired         -
        partly refunded payment failed  -
        partly refunded refund asked    partly_refunded held
        partly refunded refund refused  paid held
        partly refunded refund seen     partly_refunded held
        partly refunded cashback refund -
        partly refunded matured         partly_refunded paying
        partly refunded refused         -
        partly refunded dispute opened  disputed frozen
        partly refunded dispute won     won held
        partly refunded dispute lost    lost reversed
        refunded        paid            -
        refunded        paid by card    -
        refunded        expired         -
        refunded        payment failed  -
        refunded        refund asked    refunded reversed
        refunded        refund refused  paid held
        refunded        refund seen     refunded reversed
        refunded        cashback refund -
        refunded        matured         -
        refunded        refused         -
        refunded        dispute opened  disputed reversed
        refunded        dispute won     won reversed
        refunded        dispute lost    lost reversed
        disputed        paid            -
        disputed        paid by card    -
        disputed        expired         -
        disputed        payment failed  -
        disputed        refund asked    disputed frozen
        disputed        refund refused  -
        disputed        refund seen     disputed frozen
        disputed        cashback refund -
        disputed        matured         -
        disputed        refused         -
        disputed        dispute opened  -
        disputed        dispute won     won held
        disputed        dispute lost    lost reversed
        won             paid            -
        won             paid by card    -
        won             expired         -
        won             payment failed  -
        won             refund asked    won held
        won             refund refused  -
        won             refund seen     won held
        won             cashback refund -
        won             matured         won paying
        won             refused         -
        won             dispute opened  -
        won             dispute won     -
        won             dispute lost    -
        lost            paid            -
        lost            paid by card    -
        lost            expired         -
        lost            payment failed  -
        lost            refund asked    lost reversed
        lost            refund refused  -
        lost            refund seen     lost reversed
        lost            cashback refund -
        lost            matured         -
        lost            refused         -
        lost            dispute opened  -
        lost            dispute won     -
        lost            dispute lost    -
        paying          paid            -
        paying          paid by card    -
        paying          expired         -
        paying          payment failed  -
        paying          refund asked    partly_refunded paying
        paying          refund refused  -
        paying          refund seen     partly_refunded paying
        paying          cashback refund paid credited
        paying          matured         -
        paying          refused         paid failed
        paying          dispute opened  disputed paying
        paying          dispute won     won paying
        paying          dispute lost    lost paying
    "#]]
    .assert_eq(&table);
}

#[test]
fn an_event_of_another_amount_or_a_second_charge_is_a_contradiction() {
    let Event::Paid { charge, .. } = paid(Method::Paynow) else { panic!("paid") };
    let wrong = Event::Paid { charge: charge.clone(), amount: sgd(1) };
    assert!(matches!(decide(&open(Funding::Merchant), &wrong, at(0)), Err(Refused::Contradiction(_))));
    let second = Charge { charge: ChargeId::parse("ch_2").unwrap(), ..charge };
    let checkout = after(Funding::Merchant, &[(0, paid(Method::Paynow))]);
    let second = Event::Paid { charge: second, amount: sgd(2500) };
    assert!(matches!(decide(&checkout, &second, at(0)), Err(Refused::Contradiction(_))));
}
