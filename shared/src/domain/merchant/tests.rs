use super::*;
use crate::domain::ids::{AccountId, MerchantId, Reference};
use crate::domain::market::{Country, Method};
use crate::domain::merchant::api_key::{ApiKey, Seed};
use crate::domain::time::Timestamp;
use expect_test::expect;

fn account() -> AccountId {
    AccountId::parse("acct_1").unwrap()
}

fn reading(closed: bool, active: &[Method], awaits_merchant: Option<bool>) -> Event {
    let requirements = awaits_merchant
        .map(|awaits_merchant| Requirement {
            requirement: "id document".into(),
            deadline: None,
            awaits_merchant,
        })
        .into_iter()
        .collect();
    Event::AccountRead(AccountReading {
        account: account(),
        closed,
        active: active.iter().copied().collect(),
        requirements,
    })
}

#[test]
fn every_state_and_every_event() {
    let id = account();
    let states = [
        State::Waitlisted,
        State::Invited,
        State::Onboarding { account: id.clone(), requirements: vec![] },
        State::InReview { account: id.clone() },
        State::Enabled { account: id.clone(), methods: [Method::Card].into() },
        State::Restricted { account: id.clone(), requirements: vec![] },
        State::Suspended { account: id.clone(), reason: "fraud".into(), reason_for_merchant: None },
        State::Closed { account: id.clone() },
    ];
    let events = [
        ("admitted", Event::Admitted),
        ("account created", Event::AccountCreated(id)),
        ("read: card active", reading(false, &[Method::Card], None)),
        ("read: merchant must act", reading(false, &[], Some(true))),
        ("read: Stripe reviews", reading(false, &[], Some(false))),
        ("read: closed", reading(true, &[], None)),
        ("read: it has left", Event::AccountRead(AccountReading::of_departed(account()))),
        ("suspended", Event::Suspended { reason: "fraud".into(), reason_for_merchant: None }),
        ("resumed", Event::Resumed),
    ];
    let mut table = String::new();
    for state in &states {
        for (name, event) in &events {
            let after = state.on(event).map_or("impossible", |after| after.name());
            table.push_str(&format!("{:<11} {name:<24} {after}\n", state.name()));
        }
    }
    expect![[r#"
        waitlisted  admitted                 invited
        waitlisted  account created          impossible
        waitlisted  read: card active        impossible
        waitlisted  read: merchant must act  impossible
        waitlisted  read: Stripe reviews     impossible
        waitlisted  read: closed             impossible
        waitlisted  read: it has left        impossible
        waitlisted  suspended                impossible
        waitlisted  resumed                  impossible
        invited     admitted                 invited
        invited     account created          onboarding
        invited     read: card active        impossible
        invited     read: merchant must act  impossible
        invited     read: Stripe reviews     impossible
        invited     read: closed             impossible
        invited     read: it has left        impossible
        invited     suspended                impossible
        invited     resumed                  impossible
        onboarding  admitted                 onboarding
        onboarding  account created          onboarding
        onboarding  read: card active        enabled
        onboarding  read: merchant must act  onboarding
        onboarding  read: Stripe reviews     in_review
        onboarding  read: closed             closed
        onboarding  read: it has left        onboarding
        onboarding  suspended                suspended
        onboarding  resumed                  onboarding
        in_review   admitted                 in_review
        in_review   account created          in_review
        in_review   read: card active        enabled
        in_review   read: merchant must act  onboarding
        in_review   read: Stripe reviews     in_review
        in_review   read: closed             closed
        in_review   read: it has left        onboarding
        in_review   suspended                suspended
        in_review   resumed                  in_review
        enabled     admitted                 enabled
        enabled     account created          enabled
        enabled     read: card active        enabled
        enabled     read: merchant must act  restricted
        enabled     read: Stripe reviews     restricted
        enabled     read: closed             closed
        enabled     read: it has left        restricted
        enabled     suspended                suspended
        enabled     resumed                  enabled
        restricted  admitted                 restricted
        restricted  account created          restricted
        restricted  read: card active        enabled
        restricted  read: merchant must act  restricted
        restricted  read: Stripe reviews     restricted
        restricted  read: closed             closed
        restricted  read: it has left        restricted
        restricted  suspended                suspended
        restricted  resumed                  restricted
        suspended   admitted                 suspended
        suspended   account created          suspended
        suspended   read: card active        suspended
        suspended   read: merchant must act  suspended
        suspended   read: Stripe reviews     suspended
        suspended   read: closed             closed
        suspended   read: it has left        suspended
        suspended   suspended                suspended
        suspended   resumed                  in_review
        closed      admitted                 closed
        closed      account created          closed
        closed      read: card active        closed
        closed      read: merchant must act  closed
        closed      read: Stripe reviews     closed
        closed      read: closed             closed
        closed      read: it has left        closed
        closed      suspended                impossible
        closed      resumed                  impossible
    "#]]
    .assert_eq(&table);
}

fn merchant() -> Merchant {
    Merchant {
        id: MerchantId::of(&Reference::parse("baker-13").unwrap()),
        reference: Reference::parse("baker-13").unwrap(),
        name: "Baker's 13".into(),
        email: "shop@example.com".into(),
        country: Country::SG,
        fee_bps: 100,
        category: None,
        insiders: [].into(),
        state: State::Invited,
        keys: vec![],
        seed: None,
        created_at: Timestamp::from_epoch_seconds(0),
        version: 1,
    }
}

#[test]
fn a_key_works_until_its_successor_has_one() {
    let first = ApiKey::new(&merchant().id, &[1; 32]);
    let only = merchant().with_only_key(&first);
    let (one, second) = only.with_successor_of(&first, Seed::new(&[2; 32]));
    let (two, third) = one.with_successor_of(&second, Seed::new(&[3; 32]));
    let live = |merchant: &Merchant| [&first, &second, &third].map(|key| merchant.owns(key));
    assert_eq!(
        [live(&only), live(&one), live(&two)],
        [[true, false, false], [true, true, false], [false, true, true],]
    );
    assert_eq!([only.version, one.version, two.version], [2, 3, 4]);
    let other = MerchantId::of(&Reference::parse("other").unwrap());
    assert!(!two.owns(&ApiKey::new(&other, &[1; 32]).successor(&Seed::new(&[2; 32]))), "another merchant's");
}

#[test]
fn a_key_has_one_successor() {
    let first = ApiKey::new(&merchant().id, &[1; 32]);
    let only = merchant().with_only_key(&first);
    assert!(only.successor_of(&first).is_none());
    let (rolled, second) = only.with_successor_of(&first, Seed::new(&[2; 32]));
    let again = |merchant: &Merchant, key: &ApiKey| merchant.successor_of(key).map(|next| next.reveal());
    assert_eq!(again(&rolled, &first), Some(second.reveal()));
    assert_eq!(again(&rolled, &second), None, "it has none yet");
    let (rolled, third) = rolled.with_successor_of(&second, Seed::new(&[3; 32]));
    assert_eq!(again(&rolled, &second), Some(third.reveal()));
    assert_eq!(again(&rolled, &first), None, "the first works no longer, and finds nothing out");
    let reset = rolled.with_only_key(&first);
    assert_eq!([&first, &second, &third].map(|key| again(&reset, key)), [None, None, None]);
}

#[test]
fn a_suspension_has_a_reason_for_each_of_its_readers() {
    let enabled = State::Enabled { account: account(), methods: [Method::Card].into() };
    let event = Event::Suspended {
        reason: "three chargebacks, call the bank".into(),
        reason_for_merchant: Some("Call us.".into()),
    };
    let written = serde_json::to_string(&enabled.on(&event).unwrap()).unwrap();
    expect![[r#"{"state":"suspended","account":"acct_1","reason":"three chargebacks, call the bank","reason_for_merchant":"Call us."}"#]]
        .assert_eq(&written);
    // Of one written before there were two, the one that there is stays with the operators.
    let before: State =
        serde_json::from_str(r#"{"state":"suspended","account":"acct_1","reason":"fraud"}"#).unwrap();
    let notes = State::Suspended { account: account(), reason: "fraud".into(), reason_for_merchant: None };
    assert_eq!(before, notes);
}
