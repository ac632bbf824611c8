//! The calls, and what must hold after each of them and after each batch.

use data_encoding::BASE64URL_NOPAD;
use kembali_tests::{Town, text};
use serde_json::json;

use crate::calls::{Called, Count, call, kind, routes};
use crate::dice::Dice;
use crate::marks::Marks;
use crate::state::State;
use crate::tokens::Token;
use crate::world::{PLAYER, World};

/// How many calls one caller makes before it is looked at what they have changed.
const BATCH: usize = 200;

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[tokio::test]
async fn random_calls_leak_nothing_and_move_nothing_of_anothers() {
    let (seed, wanted) = (number("SEED", 1), number("CALLS", 10_000));
    let mut dice = Dice::new(u64::try_from(seed).unwrap());
    let mut world = World::new().await;
    let routes = routes(&world);
    let (mut count, mut marks) = (Count::default(), 0);
    let mut items = world.town.items();
    let mut before = State::of(&world, &items);
    while count.calls < wanted {
        // Each merchant in turn, the one whom an operator works with more often, and nobody in particular.
        let caller = match dice.roll(world.tenants.len() + 3) {
            stranger if stranger > world.tenants.len() => None,
            caller => Some(caller.min(PLAYER)),
        };
        let mut batch = Vec::new();
        for _ in 0..BATCH {
            let called = call(&mut dice, &mut world, &routes, caller).await;
            count.add(&called);
            batch.push(called);
        }
        world.town.settle().await;
        items = world.town.items();
        let known = Marks::of(&world, &items);
        marks = known.len();
        for called in &batch {
            check(called, &known, caller);
        }
        let after = State::of(&world, &items);
        let moved = before.moved(&after, &world, caller);
        assert!(moved.is_empty(), "seed {seed}: {caller:?} has changed {moved:#?}");
        before = after;
    }
    report(&count, marks);
    for route in &routes {
        let answers = &count.by_route[&route.name()];
        let is_served = answers.contains_key(&2) || route.is_operators;
        assert!(is_served && answers.contains_key(&4), "{} is always answered so: {answers:?}", route.name());
    }
}

fn check(called: &Called, marks: &Marks, caller: Option<usize>) {
    let Called { route, token, request, status, answer, to_nobodys } = called;
    let what = format!("{route} with {token:?}, {request}: {status} {answer}");
    assert!(*status < 500, "{what}");
    match token {
        // They may see everything.
        Token::Operator(_) => return,
        // A webhook needs no token.
        Token::Invalid(..) if !route.ends_with("/webhooks/stripe") => {
            assert!([400, 401, 404, 413, 415, 422].contains(status), "{what}");
        }
        Token::Own(_) | Token::Invalid(..) => {}
    }
    let reader = caller.filter(|_| matches!(token, Token::Own(_)));
    let leaked = marks.leaked(request, answer, reader);
    assert!(leaked.is_empty(), "{leaked:?} in {what}");
    if let Some((nobodys_status, nobodys)) = to_nobodys {
        assert_eq!((status, answer), (nobodys_status, nobodys), "{what}");
        // Another's may be asked for in a form that nobody's would be refused for as well, and an operator's
        // door stays shut.
        assert!([400, 401, 404, 413, 415, 422].contains(status), "{what} {}", kind(answer));
    }
}

fn report(count: &Count, marks: usize) {
    println!("{} calls; {marks} words and ids looked for", count.calls);
    let line = |classes: &std::collections::BTreeMap<u16, usize>| {
        [2, 3, 4, 5].map(|class| format!("{:>6}", classes.get(&class).copied().unwrap_or_default())).concat()
    };
    println!("   2xx   3xx   4xx   5xx");
    for (name, classes) in count.by_route.iter().map(|(name, classes)| (name.as_str(), classes)) {
        println!("{}  {name}", line(classes));
    }
    for (name, classes) in &count.by_token {
        println!("{}  {name}", line(classes));
    }
}

#[tokio::test]
async fn a_cursor_of_another_day_is_the_callers_mistake() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let cursor = BASE64URL_NOPAD.encode(b"2026-11-20T10:00:00Z#chk_aaaaaaaaaaaaaaaaaaaaaaaa");
    let path = format!("/v1/checkouts?day=2026-11-22&cursor={cursor}");
    let answer = town.call(&shop.key, "GET", &path, None).await;
    assert_eq!((answer.status, text(&answer.json(), "/field").as_str()), (422, "cursor"));
}

#[tokio::test]
async fn what_is_looked_for_is_found() {
    let world = World::new().await;
    let (ant, bee) = (0, 1);
    let items = world.town.items();
    let marks = Marks::of(&world, &items);
    let known =
        world.tenants[bee].words.iter().chain(&world.tenants[bee].checkouts).chain(&world.tenants[bee].live);
    let known = known.chain([&world.tenants[bee].shop.id, &world.tenants[bee].shop.account]);
    for word in known {
        let answer = format!("{{\"x\":\"({word})\"}}");
        assert!(!marks.leaked("", &answer, Some(ant)).is_empty(), "{word} is another's");
        assert!(!marks.leaked("", &answer, None).is_empty(), "{word} is nobody's business");
        assert!(marks.leaked("", &answer, Some(bee)).is_empty(), "{word} is one's own");
        assert!(marks.leaked(word, &answer, Some(ant)).is_empty(), "{word} was said");
    }
    let before = State::of(&world, &items);
    let checkout = world.tenants[bee].checkouts[0].clone();
    for (pk, path) in [
        (format!("C#{checkout}"), "fee"),
        (format!("M#{}", world.tenants[bee].shop.id), "name"),
        (world.tenants[bee].payer.clone(), "wallet"),
    ] {
        world.town.tamper(&pk, path, json!({"S": "touched"})).await;
        let after = State::of(&world, &world.town.items());
        let moved = before.moved(&after, &world, Some(ant));
        assert!(moved.iter().any(|name| name.starts_with(&pk)), "{pk} {path}: {moved:?}");
        assert!(before.moved(&after, &world, Some(bee)).is_empty(), "{pk} {path}");
    }
}
