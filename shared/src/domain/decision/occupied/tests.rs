//! What a checkout takes and gives back: the difference between two states, told as a story.

mod credit;

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::domain::campaign::offer::Market;
use crate::domain::campaign::tests::{campaign, clock, sgd};
use crate::domain::campaign::{Funding, Purchase};
use crate::domain::cashback::refund::{Outcome, Purpose};
use crate::domain::checkout::{Event, Insight};
use crate::domain::decision::decide::{Around, Decision, decide};
use crate::domain::examples::{self, asked, open, paid};
use crate::domain::ids::{PayerId, Reference};
use crate::domain::market::{Country, Method, Tender};
use crate::domain::money::Money;
use crate::domain::payer::{PayerKey, Phone};
use crate::domain::promise::NoCashback;
use iso_currency::Currency;

fn mei() -> PayerId {
    PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG)
}

fn noon() -> Timestamp {
    clock(Country::SG, "2026-11-22 12:00")
}

/// 25.00 at noon, with what the campaigns promise for it.
fn offered(rules: &[Value]) -> Checkout {
    let campaigns: Vec<_> = rules.iter().map(|rule| campaign(Country::SG, rule.clone())).collect();
    let payer = Payer::new(mei(), Country::SG);
    let usual = open(Funding::Merchant);
    let purchase = Purchase {
        merchant: &usual.merchant,
        category: None,
        amount: usual.content.amount,
        tender: Tender::Card,
        channel: usual.content.channel,
        at: noon(),
        payer: Some(&payer),
    };
    let market = Market { campaigns: &campaigns, used_up: &BTreeSet::new(), closed: None };
    let offers = market.offers(&usual.id, &purchase, Country::SG.methods()).unwrap();
    Checkout { offers, payer: Some(mei()), remembers_payer: true, created_at: noon(), ..usual }
}

/// What a rule limits: five cents' worth of everything.
fn limits(methods: Value) -> Value {
    json!({
        "methods": methods,
        "budget": {"total": {"amount": sgd("500.00")}, "per_day": {"payments": 10}, "shards": 1},
        "caps": [{"per": "day", "payments": 1}, {"per": "campaign", "amount": sgd("9.00")}],
        "occasion": {"kind": "once_per_merchant"},
    })
}

/// What each event takes from budgets (or gives back), and what the payer's item says then.
fn check(checkout: Checkout, events: &[(&str, Event)], expected: Expect) {
    let mut payer = Payer::new(mei(), Country::SG);
    let taken = Occupied::of(&checkout).unwrap();
    let mut story = String::from("created\n");
    tell(&mut story, &Occupied::default().budget_changes(&taken));
    payer = Occupied::default().payer_after(&taken, &payer, &checkout, noon());
    tell_payer(&mut story, &payer);
    let mut checkout = checkout;
    for (words, event) in events {
        story.push_str(words);
        let around = Around { payer: Some(payer.clone()), ..Around::default() };
        match decide(&checkout, Some(&around), &examples::as_asked(&checkout, event), noon().plus_seconds(60))
            .unwrap()
        {
            Decision::Nothing => story.push_str(": nothing\n"),
            Decision::Look => panic!("it has looked"),
            Decision::Commit(commit) => {
                story.push_str(&format!(": {}\n", commit.checkout.status()));
                tell(&mut story, &commit.budget);
                if let Some(next) = commit.around.payer {
                    payer = next;
                    tell_payer(&mut story, &payer);
                }
                checkout = commit.checkout;
            }
        }
    }
    expected.assert_eq(&story);
}

fn tell(story: &mut String, changes: &[BudgetChange]) {
    for BudgetChange { slot, payments, minor } in changes {
        let day = slot.day.map_or("in all".to_owned(), |day| format!("on {day}"));
        story.push_str(&format!("  budget of {} {day}: {payments:+} payment, {minor:+}\n", slot.campaign));
    }
}

fn tell_payer(story: &mut String, payer: &Payer) {
    let uses = serde_json::to_value(&payer.uses).unwrap().to_string();
    let uses = uses.replace(open(Funding::Merchant).merchant.as_str(), "baker-13");
    story.push_str(&format!("  payer: {} visits, {uses}\n", payer.payments()));
}

#[test]
fn all_is_given_back_when_nobody_pays() {
    check(
        offered(&[limits(json!(["paynow"]))]),
        &[
            ("expires", Event::Expired),
            ("expires again", Event::Expired),
            ("is paid too late", paid(Method::Paynow)),
        ],
        expect![[r#"
            created
              budget of paynow-5 in all: +1 payment, +125
              budget of paynow-5 on 2026-11-22: +1 payment, +125
              payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}}}
            expires: expired
              budget of paynow-5 in all: -1 payment, -125
              budget of paynow-5 on 2026-11-22: -1 payment, -125
              payer: 0 visits, {}
            expires again: nothing
            is paid too late: paid
              payer: 1 visits, {}
        "#]],
    );
    check(
        offered(&[limits(json!(["paynow"]))]),
        &[("fails", Event::PaymentFailed), ("expires", Event::Expired)],
        expect![[r#"
            created
              budget of paynow-5 in all: +1 payment, +125
              budget of paynow-5 on 2026-11-22: +1 payment, +125
              payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}}}
            fails: failed
              budget of paynow-5 in all: -1 payment, -125
              budget of paynow-5 on 2026-11-22: -1 payment, -125
              payer: 0 visits, {}
            expires: nothing
        "#]],
    );
}

#[test]
fn a_page_that_was_never_made_gives_all_back_after_an_hour() {
    let checkout = Checkout { session: None, ..offered(&[limits(json!(["paynow"]))]) };
    let hour =
        |seconds| checkout.next_state(&Event::Abandoned, &Insight::default(), noon().plus_seconds(seconds));
    assert_eq!(hour(3599), Ok(State::Open));
    assert_eq!(hour(3600), Ok(State::Expired));
    let shown = offered(&[limits(json!(["paynow"]))]);
    assert_eq!(
        shown.next_state(&Event::Abandoned, &Insight::default(), noon().plus_hours(99)),
        Ok(State::Open)
    );
}

/// The order is placed again as a new one, which takes what there is then. Only the number of the try goes
/// on.
#[test]
fn a_page_that_was_refused_gives_all_back_at_once_and_the_order_is_placed_again() {
    let checkout = Checkout { session: None, ..offered(&[limits(json!(["paynow"]))]) };
    check(
        checkout.clone(),
        &[("is refused", Event::PageRefused), ("is refused once", Event::PageRefused)],
        expect![[r#"
            created
              budget of paynow-5 in all: +1 payment, +125
              budget of paynow-5 on 2026-11-22: +1 payment, +125
              payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}}}
            is refused: failed
              budget of paynow-5 in all: -1 payment, -125
              budget of paynow-5 on 2026-11-22: -1 payment, -125
              payer: 0 visits, {}
            is refused once: nothing
        "#]],
    );
    let around = Around { payer: Some(Payer::new(mei(), Country::SG)), ..Around::default() };
    let decision = decide(&checkout, Some(&around), &Event::PageRefused, noon()).unwrap();
    let Decision::Commit(commit) = decision else { panic!("it is written") };
    let refused = commit.checkout;
    assert!(refused.has_been_refused() && !checkout.has_been_refused());
    let again = checkout.clone().in_place_of(&refused);
    assert_eq!((again.refusals, again.version), (1, refused.version + 1));
    assert_eq!(Occupied::of(&again).unwrap(), Occupied::of(&checkout).unwrap());
    assert_eq!(again.refused().refusals, 2);
    // Whoever was faster has a page, and that stands.
    let shown = offered(&[limits(json!(["paynow"]))]);
    assert_eq!(shown.next_state(&Event::PageRefused, &Insight::default(), noon()), Ok(State::Open));
}

#[test]
fn all_is_given_back_when_it_is_paid_another_way() {
    check(
        offered(&[limits(json!(["paynow"]))]),
        &[("paid by card", paid(Method::Card)), ("paid by card again", paid(Method::Card))],
        expect![[r#"
            created
              budget of paynow-5 in all: +1 payment, +125
              budget of paynow-5 on 2026-11-22: +1 payment, +125
              payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}}}
            paid by card: paid
              budget of paynow-5 in all: -1 payment, -125
              budget of paynow-5 on 2026-11-22: -1 payment, -125
              payer: 1 visits, {}
            paid by card again: nothing
        "#]],
    );
}

#[test]
fn what_is_paid_and_refunded_stays_used() {
    check(
        offered(&[limits(json!(["paynow"]))]),
        &[
            ("paid", paid(Method::Paynow)),
            ("half refunded", asked("r1", 1250)),
            ("all refunded", asked("r2", 1250)),
            ("disputed", examples::disputed()),
            ("lost", examples::dispute_closed(false)),
        ],
        expect![[r#"
            created
              budget of paynow-5 in all: +1 payment, +125
              budget of paynow-5 on 2026-11-22: +1 payment, +125
              payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}}}
            paid: paid
            half refunded: partly_refunded
            all refunded: refunded
            disputed: disputed
            lost: lost
        "#]],
    );
}

/// One campaign for two ways to pay: only one of them will be paid, so it is held once, for the larger.
#[test]
fn two_ways_to_pay_hold_a_campaign_once() {
    let mut checkout = offered(&[limits(json!(["paynow", "card"]))]);
    let Some(Offer::Cashback(card)) = checkout.offers.get_mut(&Tender::Card) else { panic!("cards earn") };
    card.amount = Money::from_minor(40, Currency::SGD).unwrap();
    card.shares[0].minor = 40;
    check(
        checkout.clone(),
        &[("paid by PayNow", paid(Method::Paynow))],
        expect![[r#"
        created
          budget of paynow-5 in all: +1 payment, +125
          budget of paynow-5 on 2026-11-22: +1 payment, +125
          payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}}}
        paid by PayNow: paid
    "#]],
    );
    check(
        checkout,
        &[("paid by card", paid(Method::Card))],
        expect![[r#"
        created
          budget of paynow-5 in all: +1 payment, +125
          budget of paynow-5 on 2026-11-22: +1 payment, +125
          payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}}}
        paid by card: paid
          budget of paynow-5 in all: +0 payment, -85
          budget of paynow-5 on 2026-11-22: +0 payment, -85
          payer: 1 visits, {"paynow-5":{"merchants":["baker-13"],"windows":{"c":[1,40],"d2026-11-22":[1,40]}}}
    "#]],
    );
}

#[test]
fn two_campaigns_in_a_sum_are_both_held() {
    let sum = |id: &str| {
        let mut rule = limits(json!(["paynow"]));
        rule["id"] = json!(id);
        rule["stacking"] = json!({"mode": "sum", "ceiling": sgd("2.00")});
        rule
    };
    check(
        offered(&[sum("a"), sum("b")]),
        &[("paid", paid(Method::Paynow)), ("refunded", asked("r1", 2500))],
        expect![[r#"
            created
              budget of a in all: +1 payment, +125
              budget of a on 2026-11-22: +1 payment, +125
              budget of b in all: +1 payment, +75
              budget of b on 2026-11-22: +1 payment, +75
              payer: 1 visits, {"a":{"merchants":["baker-13"],"windows":{"c":[1,125],"d2026-11-22":[1,125]}},"b":{"merchants":["baker-13"],"windows":{"c":[1,75],"d2026-11-22":[1,75]}}}
            paid: paid
            refunded: refunded
        "#]],
    );
}

#[test]
fn who_pays_with_a_card_of_the_shop_gives_it_back() {
    let checkout = offered(&[limits(json!(["paynow"]))]);
    let own = Insight { own_merchant: true, ..Insight::default() };
    let state =
        checkout.next_state(&examples::as_asked(&checkout, &paid(Method::Paynow)), &own, noon()).unwrap();
    let own = Checkout { state, ..checkout.clone() };
    let reason = &own.payment().unwrap().cashback;
    assert_eq!(*reason, Cashback::None { reason: NoCashback::OwnMerchant });
    let (before, after) = (Occupied::of(&checkout).unwrap(), Occupied::of(&own).unwrap());
    let mut story = String::from("paid by somebody of the shop\n");
    tell(&mut story, &before.budget_changes(&after));
    expect![[r#"
        paid by somebody of the shop
          budget of paynow-5 in all: -1 payment, -125
          budget of paynow-5 on 2026-11-22: -1 payment, -125
    "#]]
    .assert_eq(&story);
}

/// Credit is changed by the difference, up or down.
#[test]
fn credit_follows_what_is_left_of_the_payment() {
    let checkout = examples::open(Funding::Merchant);
    let credited = |minor| Occupied {
        credited: Some(Lot { expires_at: examples::at(900), minor }),
        ..Occupied::default()
    };
    let id = crate::domain::ids::PayerId::parse(&format!("pyr_{}", "a".repeat(24))).unwrap();
    let after = |steps: &[i64]| {
        let mut before = Occupied::default();
        let mut payer = Payer::new(id.clone(), checkout.country);
        for minor in steps {
            let next = credited(*minor);
            payer = before.payer_after(&next, &payer, &checkout, examples::at(1));
            before = next;
        }
        (payer.balance_minor(examples::at(1)), payer.debt_minor)
    };
    assert_eq!(after(&[125]), (125, 0));
    assert_eq!(after(&[125, 50]), (50, 0));
    assert_eq!(after(&[125, 50, 125]), (125, 0));
}

#[test]
fn a_payment_that_was_lost_or_given_back_does_not_count() {
    let counted = |events: &[(u32, Event)]| {
        let campaign = CampaignId::parse("every-third").unwrap();
        let checkout = examples::after(Funding::Merchant, events);
        let checkout = Checkout { counted_by: [campaign].into(), ..checkout };
        Occupied::of(&checkout).unwrap().counted.len()
    };
    let paid = (0, examples::paid(crate::domain::market::Method::Paynow));
    assert_eq!(counted(&[paid.clone(), (1, examples::asked("r1", 1))]), 1);
    assert_eq!(counted(&[paid.clone(), (1, examples::disputed())]), 1);
    assert_eq!(counted(&[paid.clone(), (1, examples::dispute_closed(false))]), 0);
    assert_eq!(counted(&[paid.clone(), (1, examples::asked("r1", 2499))]), 1);
    assert_eq!(counted(&[paid.clone(), (1, examples::asked("r1", 2500))]), 0);
    // A part of it that was lost leaves a purchase; and so does what was given back before a verdict changed.
    assert_eq!(counted(&[paid.clone(), (1, examples::disputes(&[(false, 1000)]))]), 1);
    let changed = [(1, examples::dispute_closed(false)), (2, examples::dispute_closed(true))];
    assert_eq!(counted(&[vec![paid.clone()], changed.to_vec()].concat()), 1);
    // Given back after its cashback: 1.25 is not left of it, the payer has had that.
    let credited = [paid, (47, Event::CashbackMatured), (47, examples::cashback_refund(Outcome::Succeeded))];
    assert_eq!(counted(&credited), 1);
    assert_eq!(counted(&[&credited[..], &[(50, examples::asked("r1", 2499))]].concat()), 1);
    assert_eq!(counted(&[&credited[..], &[(50, examples::asked("r1", 2500))]].concat()), 0);
}
