//! Each rule finds what is planted against it.

use super::*;
use crate::dice::Dice;
use crate::evidence::{Asked, BudgetLeft, Offer, Payment, Refund, Shown, Told, Transfer, View, Wallet};
use crate::markets::markets;

const HOUR: i64 = 3600;

/// A payment of 20.00 by PayNow, half of whose cashback of 1.00 the platform paid, in time; and everything
/// that goes with it.
fn good() -> Evidence {
    let mut markets = markets(&mut Dice::new(1, "markets"), 100);
    markets[0].campaigns[0].platform_bps = 5_000;
    let total = markets[0].campaigns[0].total_minor.unwrap();
    let posting = |debit: &str, credit: &str, minor| (debit.to_owned(), credit.to_owned(), minor);
    let told = |at, version, name: &str, cashback: &str| Told {
        at,
        checkout: "chk_1".into(),
        version,
        name: name.into(),
        status: "paid".into(),
        cashback: cashback.into(),
    };
    let offer = Offer { minor: 100, refusal: String::new(), campaign: "paynow-split".into() };
    let seen = Seen {
        life: 7,
        id: "chk_1".into(),
        account: "acct_1".into(),
        payer: Some(3),
        price: 2_000,
        offers: [("paynow".to_owned(), offer)].into(),
        payment: Some(Payment {
            charge: "ch_1".into(),
            method: "paynow".into(),
            minor: 2_000,
            fee: 20,
            at: 0,
            arrived_at: 0,
        }),
        refunds: vec![Refund {
            id: "re_1".into(),
            reference: String::new(),
            minor: 100,
            at: 47 * HOUR,
            is_cashback: true,
            by_us: true,
            failed_at: None,
            arrived_at: Some(47 * HOUR + 60),
            netted: 0,
        }],
        view: View {
            status: "paid".into(),
            cashback: "credited".into(),
            minor: 100,
            text: "came back".into(),
            credited_at: 47 * HOUR + 60,
            postings: vec![
                posting("merchant.balance", "merchant.sales", 2_000),
                posting("merchant.fees", "merchant.balance", 20),
                posting("platform.balance", "platform.fees", 20),
                posting("payer.cashback", "merchant.balance", 100),
                posting("merchant.balance", "platform.balance", 50),
            ],
            ..View::default()
        },
        ..Seen::default()
    };
    let budgets = markets.iter().flat_map(|market| &market.campaigns).map(|campaign| BudgetLeft {
        campaign: campaign.id.into(),
        total_minor: campaign.total_minor,
        total_payments: campaign.total_payments,
    });
    let mut budgets: Vec<BudgetLeft> = budgets.collect();
    budgets[0].total_minor = Some(total - 100);
    Evidence {
        markets,
        lives: vec![seen],
        moved: [(("acct_1".into(), "SGD".into()), 1_930), (("platform".into(), "SGD".into()), -30)].into(),
        transfers: vec![Transfer { account: "acct_1".into(), group: "chk_1".into(), net: 50 }],
        bus: vec![told(0, 2, "checkout.paid", "held"), told(47 * HOUR, 4, "cashback.credited", "credited")],
        wallets: vec![Wallet { market: 0, payer: 3, balance: 0, debt: 0 }],
        budgets,
        queues: vec![("StripeEvents".into(), 0)],
        at: 112 * HOUR,
        ..Evidence::default()
    }
}

/// What the auditor says of the good evidence after `plant` has spoilt it: the names of the rules.
fn found(plant: impl FnOnce(&mut Evidence)) -> Vec<&'static str> {
    let mut evidence = good();
    plant(&mut evidence);
    let mut rules: Vec<&str> = audit(&evidence).into_iter().map(|violation| violation.rule).collect();
    rules.dedup();
    rules
}

/// The rule `index` finds what is planted; others may find it, too.
fn check(index: usize, plant: impl FnOnce(&mut Evidence)) {
    let rules = found(plant);
    assert!(rules.contains(&RULES[index].0), "{}: {rules:?}", RULES[index].0);
}

/// The cashback of the one life.
fn sent(evidence: &mut Evidence) -> &mut Refund {
    &mut evidence.lives[0].refunds[0]
}

#[test]
fn what_is_good_is_found_good() {
    assert_eq!(audit(&good()), []);
}

#[test]
fn a_promise_that_no_campaign_makes_is_found() {
    check(0, |evidence| evidence.lives[0].offers.get_mut("paynow").unwrap().minor = 101);
    check(0, |evidence| evidence.lives[0].offers.get_mut("paynow").unwrap().minor = 0);
    check(0, |evidence| evidence.lives[0].wallet = 2_001);
}

#[test]
fn a_second_a_wrong_and_an_unpromised_cashback_are_found() {
    check(1, |evidence| {
        let again = sent(evidence).clone();
        evidence.lives[0].refunds.push(again);
    });
    check(1, |evidence| sent(evidence).minor = 99);
    check(1, |evidence| sent(evidence).failed_at = Some(48 * HOUR));
    check(1, |evidence| evidence.lives[0].offers.clear());
    check(1, |evidence| evidence.lives[0].view.minor = 101);
    let merchants = |minor, at| Refund { minor, at, by_us: true, ..Refund::default() };
    check(1, |evidence| evidence.lives[0].refunds.push(merchants(1_000, 46 * HOUR)));
    check(1, |evidence| evidence.lives[0].refunds.push(merchants(1_901, 50 * HOUR)));
}

#[test]
fn what_is_late_forgotten_or_not_explained_is_found() {
    check(2, |evidence| sent(evidence).arrived_at = Some(48 * HOUR + 1));
    for state in ["held", "paying", "frozen", "reversed", "failed", "credited_to_wallet", "none", ""] {
        check(2, |evidence| evidence.lives[0].view.cashback = state.into());
    }
    check(2, |evidence| evidence.lives[0].view.status = "expired".into());
    check(2, |evidence| {
        evidence.lives[0].payment = None;
        evidence.lives[0].view.status = "open".into();
    });
}

/// Whether it is found good that the cashback of the one life became credit, though nothing had failed, where
/// another one of the same payer, which had bounced, became credit at `another_at`.
fn credit_beside(another_at: i64) -> bool {
    let mut evidence = good();
    let mut other = evidence.lives[0].clone();
    (other.life, other.id) = (8, "chk_2".into());
    other.refunds[0].failed_at = Some(47 * HOUR + 60);
    (other.view.cashback, other.view.credited_at) = ("credited_to_wallet".into(), another_at);
    evidence.lives[0].refunds.clear();
    evidence.lives[0].view.cashback = "credited_to_wallet".into();
    evidence.lives.push(other);
    let is_it = |violation: &Violation| violation.life == Some(7) && violation.rule == RULES[2].0;
    !audit(&evidence).iter().any(is_it)
}

#[test]
fn only_credit_that_was_given_before_can_be_owed() {
    let credited_at = good().lives[0].view.credited_at;
    assert!(credit_beside(credited_at - 1));
    assert!(!credit_beside(credited_at + 1));
}

#[test]
fn what_stood_in_the_way_excuses_for_as_long_as_it_did() {
    let late = |minutes: i64| {
        move |evidence: &mut Evidence| {
            evidence.outage = (44 * HOUR, 50 * HOUR);
            sent(evidence).arrived_at = Some(50 * HOUR + minutes * 60);
        }
    };
    assert_eq!(found(late(119)), [""; 0]);
    check(2, late(121));
}

#[test]
fn money_that_nobody_can_account_for_is_found() {
    check(3, |evidence| *evidence.moved.values_mut().next().unwrap() += 1);
    check(3, |evidence| evidence.transfers[0].net = 49);
    check(3, |evidence| {
        let transfer = Transfer { account: "acct_1".into(), group: "settlement_x_1".into(), net: 5 };
        evidence.transfers.push(transfer);
    });
    check(3, |evidence| evidence.lives[0].view.wallet = 10);
}

#[test]
fn books_that_say_something_else_than_stripe_are_found() {
    check(4, |evidence| evidence.lives[0].view.postings[0].2 += 1);
    check(4, |evidence| drop(evidence.lives[0].view.postings.pop()));
    check(4, |evidence| evidence.rebuilt.push("a row".into()));
}

#[test]
fn a_limit_that_is_exceeded_and_a_budget_that_leaks_are_found() {
    check(5, |evidence| evidence.markets[0].campaigns[0].total_minor = Some(99));
    check(5, |evidence| evidence.markets[0].campaigns[0].day_minor = Some(99));
    check(5, |evidence| evidence.markets[0].campaigns[0].day_payments = Some(0));
    check(5, |evidence| evidence.markets[0].campaigns[0].payer_minor = Some(99));
    check(5, |evidence| {
        evidence.budgets[0].total_minor = evidence.budgets[0].total_minor.map(|left| left - 1)
    });
    check(5, |evidence| {
        evidence.budgets[0].total_minor = evidence.budgets[0].total_minor.map(|left| left + 1)
    });
}

#[test]
fn credit_from_nowhere_and_credit_that_is_gone_are_found() {
    check(6, |evidence| evidence.wallets[0].balance = 1);
    check(6, |evidence| evidence.wallets[0].debt = 1);
    check(6, |evidence| evidence.lives[0].wallet = 5);
    let credited = |evidence: &mut Evidence, has_transfers| {
        evidence.markets[0].has_transfers = has_transfers;
        evidence.lives[0].view.cashback = "credited_to_wallet".into();
        evidence.wallets[0].balance = evidence.lives[0].view.minor;
    };
    check(6, |evidence| credited(evidence, false));
    assert!(!found(|evidence| credited(evidence, true)).contains(&RULES[6].0));
}

#[test]
fn a_step_back_and_a_silence_on_the_bus_are_found() {
    check(7, |evidence| evidence.bus.swap(0, 1));
    check(7, |evidence| drop(evidence.bus.pop()));
    check(7, |evidence| {
        let open = Told { version: 5, status: "open".into(), ..evidence.bus[1].clone() };
        evidence.bus.push(open);
    });
    let twice = found(|evidence| {
        let again = evidence.bus.clone();
        evidence.bus.extend(again);
    });
    assert_eq!(twice, [""; 0], "what is put twice is no step back");
}

#[test]
fn a_payment_that_is_known_late_is_found() {
    check(8, |evidence| evidence.bus[0].at = 71 * 60);
    check(8, |evidence| drop(evidence.bus.remove(0)));
    let excused = found(|evidence| {
        evidence.bus[0].at = 71 * 60;
        evidence.failed_recoveries.push(1_800);
    });
    assert_eq!(excused, [""; 0]);
    // What is told of the payment tells nothing of what came after it.
    check(8, |evidence| evidence.lives[0].dispute = Some((60, Some((120, true)))));
    check(8, |evidence| {
        evidence.bus.push(Told { status: "disputed".into(), at: 60, ..evidence.bus[0].clone() });
        evidence.lives[0].dispute = Some((60, Some((120, true))));
    });
    check(8, |evidence| {
        let refund = Refund { by_us: false, is_cashback: false, at: 60, ..sent(evidence).clone() };
        evidence.lives[0].refunds.push(refund);
    });
}

/// Half of the goods were given back after the cashback of 1.00: the payer has 0.50 of their 10.00 already.
fn give_back(evidence: &mut Evidence) {
    let (at, seen) = (50 * HOUR, &mut evidence.lives[0]);
    let reference = String::from("refund-1");
    seen.asked.push(Asked {
        reference: reference.clone(),
        first_at: at,
        minor: Some(1_000),
        granted_at: Some(at),
    });
    seen.refunds.push(Refund {
        id: "re_2".into(),
        reference: reference.clone(),
        minor: 950,
        at,
        by_us: true,
        arrived_at: Some(at + 60),
        netted: 50,
        ..Refund::default()
    });
    let status = String::from("succeeded");
    seen.view.refunds.push(Shown {
        reference,
        id: "re_2".into(),
        minor: 950,
        to_wallet: 0,
        netted: 50,
        status,
    });
    seen.view.netted = 50;
}

/// Whether the rule about refunds finds what is planted against a refund that was made as it should be.
fn is_found(plant: impl FnOnce(&mut Seen)) -> bool {
    let rules = found(|evidence| {
        give_back(evidence);
        plant(&mut evidence.lives[0]);
    });
    rules.contains(&RULES[9].0)
}

/// It failed, and Stripe did not make it.
fn refuse(seen: &mut Seen) {
    (seen.view.refunds[0].status, seen.view.netted) = ("failed".into(), 0);
    seen.refunds.pop();
}

#[test]
fn a_refund_that_was_made_in_whole_in_part_or_for_a_reason_not_at_all_is_found_good() {
    assert!(!is_found(|_| {}));
    assert!(!is_found(|seen| {
        (seen.view.refunds[0].status, seen.view.netted) = ("failed".into(), 0);
        seen.refunds[1].failed_at = Some(50 * HOUR + 60);
    }));
    assert!(!is_found(|seen| {
        refuse(seen);
        seen.dispute = Some((49 * HOUR, None));
    }));
    // All that is left: the other half, of which the payer has the other 0.50.
    assert!(!is_found(|seen| {
        let at = 70 * HOUR;
        seen.asked.push(Asked {
            reference: "refund-2".into(),
            first_at: at,
            minor: None,
            granted_at: Some(at),
        });
        let made = Refund { id: "re_3".into(), reference: "refund-2".into(), at, ..seen.refunds[1].clone() };
        seen.refunds.push(made);
        let shown = Shown { id: "re_3".into(), reference: "refund-2".into(), ..seen.view.refunds[0].clone() };
        seen.view.refunds.push(shown);
        seen.view.netted = 100;
    }));
}

#[test]
fn a_refund_that_is_forgotten_made_twice_made_of_another_amount_or_asked_for_by_nobody_is_found() {
    assert!(is_found(|seen| drop(seen.view.refunds.pop())));
    for status in ["requested", "pending", "failed", ""] {
        assert!(is_found(|seen| seen.view.refunds[0].status = status.into()), "{status}");
    }
    assert!(is_found(|seen| seen.refunds[1].failed_at = Some(50 * HOUR + 60)));
    assert!(is_found(|seen| seen.refunds[1].minor = 949));
    assert!(is_found(|seen| drop(seen.refunds.pop())));
    assert!(is_found(|seen| {
        let again = seen.refunds[1].clone();
        seen.refunds.push(again);
    }));
    assert!(is_found(|seen| seen.asked[0].minor = Some(999)));
    assert!(is_found(|seen| seen.refunds[1].reference = "refund-2".into()));
    // The payer would have the whole price of the goods, and keep the cashback for them.
    assert!(is_found(|seen| {
        (seen.refunds[1].minor, seen.view.refunds[0].minor) = (1_000, 1_000);
        (seen.view.refunds[0].netted, seen.view.netted) = (0, 0);
    }));
    assert!(is_found(|seen| seen.view.netted = 101));
    // Nothing says why it was not made.
    assert!(is_found(refuse));
}

#[test]
fn what_is_left_over_told_or_answered_wrongly_is_found() {
    check(10, |evidence| evidence.queues[0].1 = 1);
    check(10, |evidence| evidence.phones.push("the bus".into()));
    check(10, |evidence| evidence.problems.push((Some(7), "another merchant is answered 200".into())));
}
