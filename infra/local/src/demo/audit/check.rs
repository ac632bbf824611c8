//! What must always hold, checked from outside: against what Stripe moved, and against what the API says.

use std::collections::BTreeMap;

use local_stripe::{Movement, MovementKind};
use serde_json::Value;

use super::seen::{Seen, array, is_cashback, minor};
use super::{limits, wallet};
use crate::demo::story::{Story, Told};
use crate::town::{TownError, text};

/// Something that must hold and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub String);

/// Checks every invariant that can be seen from outside, and tells each.
pub(in crate::demo) async fn check(
    story: &mut Story<'_>,
    told: &[Told],
) -> Result<Vec<Violation>, TownError> {
    story.heading("What must always hold");
    let mut checkouts = Vec::new();
    for told in told {
        checkouts.push(story.town.read(&told.shop, &told.checkout).await?);
    }
    let moved = story.town.stack().stripe().moved();
    let seen: Vec<Seen<'_>> = told.iter().zip(&checkouts).map(|(told, now)| Seen { told, now }).collect();
    let checks = [
        (
            "1 debits equal credits, and the books agree with Stripe's balances",
            books(&seen, &moved, &wallet::settlements(story)),
        ),
        ("2 at most one cashback for a payment", one_cashback(story, &checkouts)),
        ("3 every promise is kept within 48 hours, or explained", promises(story, &checkouts)),
        ("4 refunds and cashback never exceed the charge", sums(&checkouts, &moved, story)),
        ("4 wallet credit is never more than what failed to be refunded", wallet::credit(story, &seen)),
        ("4 merchants are sent what was spent there in credit, once", wallet::settled(story, &seen)),
        ("5 no accepted event is lost: the dead-letter queues are empty", queues(story)),
        ("6 a budget or cap is never exceeded", limits::check(story, &seen).await?),
        ("7 one merchant never sees another's checkout", tenants(story, told).await?),
        ("8 no phone number in the table, on the bus or in what was called", secrets(story, told)),
    ];
    let mut violations = Vec::new();
    for (name, found) in checks {
        (story.tell)(&format!("{} {name}", if found.is_empty() { "✓" } else { "✗" }));
        for violation in found {
            (story.tell)(&format!("    {violation}"));
            violations.push(Violation(violation));
        }
    }
    Ok(violations)
}

/// What the postings of all checkouts add up to, against what Stripe moved on the same balances. What the
/// platform sent to merchants for spent credit is in no checkout's books; it is [checked](wallet::settled) by
/// itself.
fn books(seen: &[Seen<'_>], moved: &[Movement], settlements: &[wallet::Settled]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut ours: BTreeMap<(String, String), i64> = BTreeMap::new();
    for settled in settlements {
        for (owner, signed) in
            [(settled.account.clone(), settled.minor), ("platform".to_owned(), -settled.minor)]
        {
            *ours.entry((owner, settled.currency.clone())).or_default() += signed;
        }
    }
    for Seen { told, now: checkout } in seen {
        let mut total = 0_i64;
        for posting in array(checkout, "/postings") {
            let minor = minor(posting, "/amount");
            for (side, signed) in [("/debit", minor), ("/credit", -minor)] {
                total += signed;
                let owner = match text(posting, side).as_str() {
                    "merchant.balance" => told.shop.account.clone(),
                    "platform.balance" => "platform".to_owned(),
                    _ => continue,
                };
                *ours.entry((owner, text(posting, "/amount/currency"))).or_default() += signed;
            }
        }
        if total != 0 {
            violations.push(format!("{}: debits and credits differ by {total}", text(checkout, "/id")));
        }
    }
    let mut theirs: BTreeMap<(String, String), i64> = BTreeMap::new();
    // What goes to the bank is in no books of ours.
    for movement in moved.iter().filter(|movement| movement.kind != MovementKind::Payout) {
        let owner = movement.account.clone().unwrap_or_else(|| "platform".to_owned());
        let net = movement.amount - movement.fee;
        *theirs.entry((owner, movement.currency.to_uppercase())).or_default() += net;
    }
    for key in ours.keys().chain(theirs.keys()) {
        let (here, there) = (ours.get(key).unwrap_or(&0), theirs.get(key).unwrap_or(&0));
        if here != there {
            violations
                .push(format!("balance of {} in {}: {here} in our books, {there} at Stripe", key.0, key.1));
        }
    }
    violations.dedup();
    violations
}

fn one_cashback(story: &Story<'_>, checkouts: &[Value]) -> Vec<String> {
    let mut sent: BTreeMap<String, i64> = BTreeMap::new();
    for movement in story.town.stack().stripe().moved() {
        let refund = story.town.stack().stripe().object(&movement.source);
        let Some(refund) = refund.filter(is_cashback) else { continue };
        // One that bounced has come back.
        let change = i64::from(movement.kind == MovementKind::Refund)
            - i64::from(movement.kind == MovementKind::RefundFailure);
        *sent.entry(text(&refund, "/metadata/kembali_checkout")).or_default() += change;
    }
    let expected = |checkout: &Value| i64::from(text(checkout, "/cashback/state") == "credited");
    checkouts
        .iter()
        .filter_map(|checkout| {
            let (id, expected) = (text(checkout, "/id"), expected(checkout));
            let sent = sent.get(&id).copied().unwrap_or_default();
            (sent != expected).then(|| format!("{id}: {sent} cashbacks sent, {expected} credited"))
        })
        .collect()
}

/// When the last dispute of a charge gave its money back, in seconds since the epoch.
fn won_at(story: &Story<'_>, charge: &str) -> Option<i64> {
    let stripe = story.town.stack().stripe();
    let given_back = stripe.moved().into_iter().filter(|moved| {
        moved.kind == MovementKind::Adjustment
            && moved.amount > 0
            && stripe.object(&moved.source).is_some_and(|dispute| text(&dispute, "/charge") == charge)
    });
    given_back.map(|moved| moved.created).max()
}

/// How long after the end of a dispute a cashback that was promised for earlier may arrive.
const AFTER_DISPUTE_SECONDS: i64 = 3600;

fn promises(story: &Story<'_>, checkouts: &[Value]) -> Vec<String> {
    let problem = |checkout: &Value| {
        let (state, explanation) = (text(checkout, "/cashback/state"), text(checkout, "/cashback/text"));
        let in_time = text(checkout, "/cashback/credited_at") <= text(checkout, "/cashback/promised_by");
        let waited = || {
            let credited: Option<jiff::Timestamp> = text(checkout, "/cashback/credited_at").parse().ok();
            let won = won_at(story, &text(checkout, "/payment/charge"));
            let both = credited.map(jiff::Timestamp::as_second).zip(won);
            both.is_some_and(|(credited, won)| (0..=AFTER_DISPUTE_SECONDS).contains(&(credited - won)))
        };
        let kept = match state.as_str() {
            "credited" => in_time || waited(),
            "none" | "reversed" | "credited_to_wallet" => !explanation.is_empty(),
            _ => false,
        };
        (!kept).then(|| format!("{}: cashback {state}", text(checkout, "/id")))
    };
    checkouts.iter().filter(|checkout| checkout.pointer("/payment").is_some()).filter_map(problem).collect()
}

fn sums(checkouts: &[Value], moved: &[Movement], story: &Story<'_>) -> Vec<String> {
    let refunded = |charge: &str| -> i64 {
        let of_charge = |movement: &&Movement| {
            let refund = story.town.stack().stripe().object(&movement.source);
            matches!(movement.kind, MovementKind::Refund | MovementKind::RefundFailure)
                && refund.is_some_and(|refund| text(&refund, "/charge") == charge)
        };
        moved.iter().filter(of_charge).map(|movement| -movement.amount).sum()
    };
    let over = |checkout: &Value| {
        let (paid, back) = (minor(checkout, "/amount"), refunded(&text(checkout, "/payment/charge")));
        (back > paid).then(|| format!("{}: {back} of {paid} went back", text(checkout, "/id")))
    };
    checkouts.iter().filter_map(over).collect()
}

fn queues(story: &Story<'_>) -> Vec<String> {
    let template = story.town.stack().template();
    let names = template.queues.iter().map(|queue| queue.id.clone());
    names
        .filter_map(|name| {
            let left = story.town.stack().sqs().messages(&name).len();
            (left > 0).then(|| format!("{name} holds {left} messages"))
        })
        .collect()
}

async fn tenants(story: &Story<'_>, told: &[Told]) -> Result<Vec<String>, TownError> {
    let mut violations = Vec::new();
    for owner in told {
        for other in told.iter().filter(|other| other.shop.id != owner.shop.id) {
            match story.town.read(&other.shop, &owner.checkout).await {
                Err(TownError::Refused { status: 404, .. }) => {}
                Err(error) => return Err(error),
                Ok(_) => violations.push(format!("{} sees {}", other.shop.id, text(&owner.checkout, "/id"))),
            }
        }
    }
    Ok(violations)
}

fn secrets(story: &Story<'_>, told: &[Told]) -> Vec<String> {
    let stack = story.town.stack();
    let table: Vec<Value> =
        stack.template().tables.iter().flat_map(|table| stack.dynamodb().scan(&table.id)).collect();
    let kept = [
        ("the table", table.iter().map(Value::to_string).collect::<Vec<_>>()),
        ("the bus", stack.eventbridge().events().iter().map(|event| event.detail.to_string()).collect()),
        ("a call's record", stack.calls().since(0).into_iter().map(|call| call.subject).collect()),
    ];
    let numbers: std::collections::BTreeSet<&str> =
        told.iter().map(|told| told.phone.trim_start_matches('+')).collect();
    let tells =
        |texts: &[String]| texts.iter().any(|text| numbers.iter().any(|number| text.contains(number)));
    kept.iter()
        .filter(|(_, texts)| tells(texts))
        .map(|(place, _)| format!("a phone number in {place}"))
        .collect()
}
