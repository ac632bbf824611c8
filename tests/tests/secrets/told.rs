//! All of it, and what came out.

use std::collections::BTreeMap;

use kembali_tests::{Town, text};
use serde_json::json;

use crate::events::unreadable;
use crate::failures::{dead, failures};
use crate::garden::{Garden, KINDS, Kind};
use crate::lives::{beginnings, lives};
use crate::outputs::{Output, PLACES, Place as Out};
use crate::place::Place;
use crate::requests::{all_fields, all_routes};

#[tokio::test]
async fn what_is_planted_in_every_life_and_every_request_comes_out_nowhere() {
    let mut place = Place::new().await;
    let lived = lives(&mut place).await;
    unreadable(&mut place).await;
    let checkout = text(&lived.held, "/id");
    let fields = all_fields(&mut place, &lived.shop, &checkout).await;
    all_routes(&mut place, &lived.shop).await;
    println!("{fields} fields of requests");
    nothing_came_out(&place);
    assert!(fields > 50, "{fields} fields");
}

#[tokio::test]
async fn what_is_repeated_in_errors_and_what_dies_comes_out_nowhere() {
    let mut place = Place::new().await;
    let lived = beginnings(&mut place).await;
    let failed = failures(&mut place, &lived).await;
    let dead = dead(&mut place, &lived).await;
    println!("{failed} calls failed, {dead} messages dead");
    nothing_came_out(&place);
    assert!(dead > 2 && failed > 50, "{failed} calls failed, {dead} messages are dead");
    everything_planted_is_found_again(&place);
}

fn nothing_came_out(place: &Place) {
    let outputs = place.outputs();
    let mut count: BTreeMap<Out, usize> = BTreeMap::new();
    outputs.iter().for_each(|output| *count.entry(output.place).or_default() += 1);
    let (planted, inputs) = (place.garden.len(), place.inputs);
    println!("{planted} things planted in {inputs} inputs; looked through {count:?}");
    let must = PLACES.into_iter().filter(|place| ![Out::FunctionError, Out::Schedule].contains(place));
    assert!(
        must.into_iter().all(|place| count.contains_key(&place)),
        "something came out everywhere: {count:?}"
    );
    let found = place.garden.found_in(&outputs);
    for (kind, place, what) in found.iter().take(40) {
        println!("{kind:?} in {place:?}: {what}");
    }
    assert!(found.is_empty(), "{} of what was planted came out", found.len());
}

#[tokio::test]
async fn a_number_in_a_merchants_words_is_not_on_the_bus() {
    let town = Town::unswept().await;
    let (shop, garden) = (town.shop("SG").await, Garden::default());
    let words = format!("{} {}", garden.phone(), garden.card());
    let unit = json!({"value": "5.00", "currency": "SGD"});
    let items = json!([{"name": words, "quantity": 1, "unit_amount": unit}]);
    for (reference, field, told) in [("one", "description", json!(words)), ("two", "items", items)] {
        let mut order = json!({"reference": reference, "amount": unit, "channel": "chat"});
        order[field] = told;
        town.create(&shop, order).await;
    }
    town.settle().await;
    let events = town.stack.eventbridge().events();
    let events: Vec<Output> =
        events.iter().map(|event| Output::new(Out::Bus, event.detail.to_string())).collect();
    assert_eq!(garden.found_in(&events).len(), 0, "{events:?}");
}

/// Each thing that was planted, in each place where it may not be, however it is written.
fn everything_planted_is_found_again(place: &Place) {
    let logged = place.logs.lines().len();
    tracing::info!(note = place.garden.phone(), "logged on purpose");
    let lines = place.logs.lines().split_off(logged).into_iter().filter(|line| line.contains("on purpose"));
    let lines: Vec<Output> = lines.map(|line| Output::new(Out::Log, line)).collect();
    assert_eq!((lines.len(), place.garden.found_in(&lines).is_empty()), (1, false), "{lines:?}");

    for kind in KINDS {
        let garden = Garden::default();
        let word = match kind {
            Kind::Phone => garden.phone(),
            Kind::Card => garden.card(),
            Kind::Secret | Kind::Given | Kind::Person | Kind::Words => garden.plant(kind, "Zx0123456789"),
        };
        let split: String = word
            .chars()
            .enumerate()
            .flat_map(|(at, one)| [one].into_iter().chain((at % 4 == 3).then_some(' ')))
            .collect();
        let base64 = data_encoding::BASE64.encode(format!("{{\"phone\":\"{word}\"}}").as_bytes());
        for written in [word.clone(), word.to_lowercase(), split, base64, format!("{:?}", word.as_bytes())] {
            let found =
                |place: Out| !garden.found_in(&[Output::new(place, format!("x={written};"))]).is_empty();
            let places: Vec<Out> = PLACES.into_iter().filter(|place| !found(*place)).collect();
            let allowed: &[Out] = match kind {
                Kind::Secret => &[],
                Kind::Given => &[Out::Answer],
                Kind::Phone | Kind::Card | Kind::Person => &[Out::Problem],
                Kind::Words => &[Out::Answer, Out::Problem, Out::Table],
            };
            assert_eq!(places, allowed, "{kind:?} written as {written}");
        }
    }
}
