use super::*;
use crate::domain::ids::{AccountId, MerchantId, Reference};
use crate::domain::market::{Country, Method};
use crate::domain::merchant::api_key::ApiKey;
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
    let account = account();
    let states = [
        State::Waitlisted,
        State::Invited,
        State::Onboarding { account: account.clone(), requirements: vec![] },
        State::InReview { account: account.clone() },
        State::Enabled { account: account.clone(), methods: [Method::Card].into() },
        State::Restricted { account: account.clone(), requirements: vec![] },
        State::Suspended { account: account.clone(), reason: "fraud".into() },
        State::Closed { account: account.clone() },
    ];
    let events = [
        ("admitted", Event::Admitted),
        ("account created", Event::AccountCreated(account)),
        ("read: card active", reading(false, &[Method::Card], None)),
        ("read: merchant must act", reading(false, &[], Some(true))),
        ("read: Stripe reviews", reading(false, &[], Some(false))),
        ("read: closed", reading(true, &[], None)),
        ("suspended", Event::Suspended { reason: "fraud".into() }),
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
        waitlisted  suspended                impossible
        waitlisted  resumed                  impossible
        invited     admitted                 invited
        invited     account created          onboarding
        invited     read: card active        impossible
        invited     read: merchant must act  impossible
        invited     read: Stripe reviews     impossible
        invited     read: closed             impossible
        invited     suspended                impossible
        invited     resumed                  impossible
        onboarding  admitted                 onboarding
        onboarding  account created          onboarding
        onboarding  read: card active        enabled
        onboarding  read: merchant must act  onboarding
        onboarding  read: Stripe reviews     in_review
        onboarding  read: closed             closed
        onboarding  suspended                suspended
        onboarding  resumed                  onboarding
        in_review   admitted                 in_review
        in_review   account created          in_review
        in_review   read: card active        enabled
        in_review   read: merchant must act  onboarding
        in_review   read: Stripe reviews     in_review
        in_review   read: closed             closed
        in_review   suspended                suspended
        in_review   resumed                  in_review
        enabled     admitted                 enabled
        enabled     account created          enabled
        enabled     read: card active        enabled
        enabled     read: merchant must act  restricted
        enabled     read: Stripe reviews     restricted
        enabled     read: closed             closed
        enabled     suspended                suspended
        enabled     resumed                  enabled
        restricted  admitted                 restricted
        restricted  account created          restricted
        restricted  read: card active        enabled
        restricted  read: merchant must act  restricted
        restricted  read: Stripe reviews     restricted
        restricted  read: closed             closed
        restricted  suspended                suspended
        restricted  resumed                  restricted
        suspended   admitted                 suspended
        suspended   account created          suspended
        suspended   read: card active        suspended
        suspended   read: merchant must act  suspended
        suspended   read: Stripe reviews     suspended
        suspended   read: closed             closed
        suspended   suspended                suspended
        suspended   resumed                  in_review
        closed      admitted                 closed
        closed      account created          closed
        closed      read: card active        closed
        closed      read: merchant must act  closed
        closed      read: Stripe reviews     closed
        closed      read: closed             closed
        closed      suspended                impossible
        closed      resumed                  impossible
    "#]]
    .assert_eq(&table);
}

#[test]
fn two_keys_live_at_a_time() {
    let id = MerchantId::of(&Reference::parse("baker-13").unwrap());
    let key = |byte| ApiKey::new(&id, &[byte; 32]);
    let merchant = Merchant {
        id: id.clone(),
        reference: Reference::parse("baker-13").unwrap(),
        name: "Baker's 13".into(),
        email: "shop@example.com".into(),
        country: Country::SG,
        fee_bps: 100,
        category: None,
        insiders: [].into(),
        state: State::Invited,
        keys: vec![],
        created_at: Timestamp::from_epoch_seconds(0),
        version: 1,
    };
    let rolled = merchant.with_key(&key(1)).with_key(&key(2)).with_key(&key(3));
    let owned: Vec<_> = [1, 2, 3].into_iter().filter(|byte| rolled.owns(&key(*byte))).collect();
    assert_eq!(owned, [2, 3]);
    assert_eq!(rolled.version, 4);
    let other = MerchantId::of(&Reference::parse("other").unwrap());
    assert!(!rolled.owns(&ApiKey::new(&other, &[3; 32])), "the key of another merchant");
}
