use expect_test::expect;
use iso_currency::Currency;
use proptest::prelude::*;

use super::*;
use crate::domain::campaign::{Funding, NoCashback};
use crate::domain::decision::{Decision, RefundRequest, changes, decide, request_refund};
use crate::domain::ids::{CampaignId, Reference, RefundId};
use crate::domain::ledger;
use crate::domain::new_checkout::Channel;
use crate::domain::offer::Terms;
use crate::domain::refund::Failure;

fn sgd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::SGD).unwrap()
}

fn at(hours: u32) -> Timestamp {
    Timestamp::from_epoch_seconds(1_795_341_600).plus_hours(hours)
}

/// 25.00 with 5% back by PayNow and nothing by card; the platform takes 1%.
fn open(funding: Funding) -> Checkout {
    let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
    let reference = Reference::parse("order-1").unwrap();
    let terms = Terms {
        campaign: CampaignId::parse("paynow-5").unwrap(),
        amount: sgd(125),
        funding,
        promise_hours: cashback::PROMISE_HOURS,
        release_margin_hours: cashback::RELEASE_MARGIN_HOURS,
    };
    Checkout {
        id: CheckoutId::of(&merchant, &reference),
        merchant,
        account: AccountId::parse("acct_1").unwrap(),
        country: Country::SG,
        content: Content {
            reference,
            amount: sgd(2500),
            description: Some("kopi".into()),
            items: vec![],
            channel: Channel::Chat,
            expires_at: None,
            return_url: None,
        },
        fee: sgd(25),
        payer: None,
        session: SessionId::parse("cs_1").unwrap(),
        offers: [
            (Method::Card, Offer::None { no_cashback: NoCashback::MethodNotEligible }),
            (Method::Paynow, Offer::Cashback(terms)),
        ]
        .into(),
        state: State::Open { url: "https://checkout.stripe.com/c/pay/cs_1".into() },
        postings: vec![],
        created_at: at(0),
        version: 1,
    }
}

fn paid(method: Method) -> Event {
    let charge = Charge {
        charge: ChargeId::parse("ch_1").unwrap(),
        payment_intent: PaymentIntentId::parse("pi_1").unwrap(),
        method: Some(method),
        fingerprint: None,
        paid_at: at(0),
    };
    Event::Paid { charge, amount: sgd(2500) }
}

fn refund(id: &str, minor: i64, outcome: Outcome, purpose: Purpose) -> Event {
    Event::RefundSeen(StripeRefund {
        id: RefundId::parse(id).unwrap(),
        charge: None,
        amount: sgd(minor),
        outcome,
        purpose,
    })
}

fn cashback_refund(outcome: Outcome) -> Event {
    let checkout = open(Funding::Merchant).id;
    refund("re_cashback", 125, outcome, Purpose::Cashback { checkout, attempt: 1 })
}

fn apply(checkout: &Checkout, event: &Event, hours: u32) -> Checkout {
    match decide(checkout, event, at(hours)).unwrap() {
        Decision::Commit(commit) => commit.checkout,
        Decision::Nothing => checkout.clone(),
    }
}

fn after(funding: Funding, events: &[(u32, Event)]) -> Checkout {
    events.iter().fold(open(funding), |checkout, (hours, event)| apply(&checkout, event, *hours))
}

fn asked(reference: &str, minor: i64) -> Event {
    Event::RefundRequested {
        key: RefundKey::Requested(Reference::parse(reference).unwrap()),
        amount: sgd(minor),
    }
}

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
fn a_payment_the_usual_way() {
    let events = [
        (0, paid(Method::Paynow)),
        (47, Event::CashbackMatured),
        (47, cashback_refund(Outcome::Pending)),
        (48, cashback_refund(Outcome::Succeeded)),
    ];
    let mut checkout = open(Funding::Platform);
    let mut story = String::new();
    for (hours, event) in &events {
        let next = apply(&checkout, event, *hours);
        let changes = changes(Some(&checkout), &next);
        checkout = next;
        story.push_str(&format!("+{hours}h {} {changes:?}\n", checkout.status()));
    }
    for posting in &checkout.postings {
        story.push_str(&format!("{:?} <- {:?} {}\n", posting.debit, posting.credit, posting.minor));
    }
    expect![[r#"
        +0h paid ["checkout.paid", "cashback.held"]
        +47h paid ["cashback.paying"]
        +47h paid []
        +48h paid ["cashback.credited"]
        MerchantBalance <- MerchantSales 2500
        PlatformBalance <- PlatformFees 25
        MerchantFees <- MerchantBalance 25
        PlatformCashback <- PayerCashback 125
        MerchantBalance <- PlatformBalance 125
        PayerCashback <- MerchantBalance 125
    "#]]
    .assert_eq(&story);
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

#[test]
fn a_failed_cashback_goes_to_the_wallet_of_a_known_payer_once() {
    let payer = crate::domain::payer::PayerKey::new("key")
        .payer(&crate::domain::payer::Phone::parse("+6591234567").unwrap());
    let known = Checkout { payer: Some(payer.clone()), ..open(Funding::Merchant) };
    let paying = apply(&apply(&known, &paid(Method::Paynow), 0), &Event::CashbackMatured, 47);
    let bounce = cashback_refund(Outcome::Failed(Failure::ExpiredOrCanceledCard));
    let Decision::Commit(commit) = decide(&paying, &bounce, at(47)).unwrap() else { panic!("a change") };
    let credit = commit.wallet_credit.unwrap();
    assert_eq!((credit.payer, credit.amount), (payer, sgd(125)));
    assert_eq!(decide(&commit.checkout, &bounce, at(47)), Ok(Decision::Nothing));
}

#[test]
fn refund_requests() {
    let reference = |text| Reference::parse(text).unwrap();
    let paid_checkout = after(Funding::Merchant, &[(0, paid(Method::Paynow))]);
    let credited = after(
        Funding::Merchant,
        &[(0, paid(Method::Paynow)), (47, Event::CashbackMatured), (47, cashback_refund(Outcome::Succeeded))],
    );
    let once = apply(&paid_checkout, &asked("r1", 500), 1);
    let disputed = apply(&paid_checkout, &Event::DisputeOpened, 1);
    let cases = [
        ("all of a paid one", &paid_checkout, "r1", None),
        ("exactly all", &paid_checkout, "r1", Some(sgd(2500))),
        ("a cent more", &paid_checkout, "r1", Some(sgd(2501))),
        ("nothing", &paid_checkout, "r1", Some(sgd(0))),
        ("another currency", &paid_checkout, "r1", Some(Money::zero(Currency::INR))),
        ("the same again", &once, "r1", Some(sgd(500))),
        ("the same reference, another amount", &once, "r1", Some(sgd(501))),
        ("an equal second one", &once, "r2", Some(sgd(500))),
        ("the rest", &once, "r2", None),
        ("all after the cashback", &credited, "r1", None),
        ("more than the cashback left", &credited, "r1", Some(sgd(2376))),
        ("of a disputed one", &disputed, "r1", None),
        ("of an open one", &open(Funding::Merchant), "r1", None),
    ];
    let table: String = cases
        .into_iter()
        .map(|(case, checkout, name, amount)| {
            let verdict = match request_refund(checkout, &reference(name), amount) {
                Ok(RefundRequest::New(Event::RefundRequested { amount, .. })) => format!("refund {amount}"),
                Ok(RefundRequest::Known) => "known".to_owned(),
                Ok(other) => panic!("{other:?}"),
                Err(problem) => format!("{} {}", problem.status, problem.detail),
            };
            format!("{case}: {verdict}\n")
        })
        .collect();
    expect![[r#"
        all of a paid one: refund SGD 25.00
        exactly all: refund SGD 25.00
        a cent more: 422 At most SGD 25.00 can be refunded; the rest was refunded or paid back as cashback.
        nothing: 422 The amount must be above zero.
        another currency: 422 INR and SGD do not go together
        the same again: known
        the same reference, another amount: 409 The refund r1 was asked for with SGD 5.00.
        an equal second one: refund SGD 5.00
        the rest: refund SGD 20.00
        all after the cashback: refund SGD 23.75
        more than the cashback left: 422 At most SGD 23.75 can be refunded; the rest was refunded or paid back as cashback.
        of a disputed one: 409 The payment is disputed; Stripe refunds no disputed payment.
        of an open one: 409 The checkout is open, not paid.
    "#]].assert_eq(&table);
}

fn any_event() -> impl Strategy<Value = Event> {
    let outcome = prop_oneof![
        Just(Outcome::Pending),
        Just(Outcome::Succeeded),
        Just(Outcome::Failed(Failure::InsufficientFunds)),
        Just(Outcome::Failed(Failure::ExpiredOrCanceledCard)),
    ];
    prop_oneof![
        Just(paid(Method::Paynow)),
        Just(Event::Expired),
        Just(Event::PaymentFailed),
        Just(Event::CashbackMatured),
        Just(Event::DisputeOpened),
        any::<bool>().prop_map(|won| Event::DisputeClosed { won }),
        (0..3_u8, 1..1250_i64).prop_map(|(number, minor)| asked(&format!("r{number}"), minor)),
        (0..3_u8, 1..1250_i64, outcome.clone()).prop_map(|(number, minor, outcome)| {
            refund(&format!("re_{number}"), minor, outcome, Purpose::Dashboard)
        }),
        (1..4_u32, outcome).prop_map(|(attempt, outcome)| {
            let checkout = open(Funding::Merchant).id;
            refund(&format!("re_c{attempt}"), 125, outcome, Purpose::Cashback { checkout, attempt })
        }),
    ]
}

proptest! {
    /// Random lives, in any order and with repetitions: the books balance and agree with the state at every step, and
    /// the same event again changes nothing.
    #[test]
    fn whatever_happens_the_books_are_right(
        events in prop::collection::vec((0..80_u32, any_event()), 0..30),
        funding in prop_oneof![Just(Funding::Merchant), Just(Funding::Platform)],
    ) {
        let mut checkout = open(funding);
        let mut hour = 0;
        for (pause, event) in events {
            hour += pause;
            let Ok(decision) = decide(&checkout, &event, at(hour)) else { continue };
            let Decision::Commit(commit) = decision else { continue };
            prop_assert_eq!(commit.checkout.version, checkout.version + 1);
            checkout = commit.checkout;
            let balances = ledger::balances(&checkout.postings);
            prop_assert_eq!(balances.values().sum::<i64>(), 0);
            if let Some(payment) = checkout.payment() {
                for (&(debit, credit), &minor) in &ledger::positions(sgd(2500), sgd(25), payment).unwrap() {
                    let moved = |debit, credit| -> i64 {
                        let between = checkout.postings.iter().filter(|posting| (posting.debit, posting.credit) == (debit, credit));
                        between.map(|posting| posting.minor).sum()
                    };
                    prop_assert_eq!(moved(debit, credit) - moved(credit, debit), minor, "{:?} <- {:?}", debit, credit);
                }
            }
            if event != Event::CashbackMatured {
                prop_assert_eq!(decide(&checkout, &event, at(hour)), Ok(Decision::Nothing), "{:?}", event);
            }
        }
    }
}
