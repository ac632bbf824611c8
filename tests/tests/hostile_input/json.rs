//! JSON that is almost right: any node left out, replaced, retyped, doubled or nested.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::text::changed;

/// As deep as no document is, and deeper than serde_json goes.
const DEEP: usize = 200;

/// Changes one node of `value`, any of them with the same chance.
pub(crate) fn changed_somewhere(rng: &mut Rng, value: &mut Value) {
    let mut steps = rng.usize(..nodes(value));
    if let Some(node) = node_at(value, &mut steps) {
        change(rng, node);
    }
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Object(members) => members.values().map(nodes).sum(),
        Value::Array(values) => values.iter().map(nodes).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The node that is reached after `steps` others.
fn node_at<'a>(value: &'a mut Value, steps: &mut usize) -> Option<&'a mut Value> {
    if *steps == 0 {
        return Some(value);
    }
    *steps -= 1;
    match value {
        Value::Object(members) => members.values_mut().find_map(|member| node_at(member, steps)),
        Value::Array(values) => values.iter_mut().find_map(|inner| node_at(inner, steps)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn change(rng: &mut Rng, node: &mut Value) {
    match node {
        Value::Object(members) if !members.is_empty() && rng.u8(..8) > 0 => {
            let name = members.keys().nth(rng.usize(..members.len())).cloned().unwrap_or_default();
            rename(rng, members, &name);
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => *node = instead(rng, node),
    }
}

/// Leaves a member out, or gives it another name, or adds one beside it.
fn rename(rng: &mut Rng, members: &mut Map<String, Value>, name: &str) {
    let Some(member) = members.get(name).cloned() else { return };
    match rng.u8(..4) {
        0 => drop(members.insert(changed(rng, name), member)),
        1 => {
            members.remove(name);
            members.insert(changed(rng, name), member);
        }
        _ => drop(members.remove(name)),
    }
}

/// What stands in the place of `node`: something of the same type, or of another.
fn instead(rng: &mut Rng, node: &Value) -> Value {
    match (rng.u8(..3), node) {
        (0, Value::String(text)) => changed(rng, text).into(),
        (0, Value::Number(number)) => near(rng, number.as_i64().unwrap_or_default()),
        (0, Value::Bool(bool)) => (!bool).into(),
        (0, Value::Array(values)) => {
            let mut values = values.clone();
            let copies = values.clone();
            values.extend(copies);
            values.into()
        }
        (1, _) => Value::Array(vec![node.clone(), node.clone()]),
        (
            _,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        ) => anything(rng),
    }
}

fn near(rng: &mut Rng, number: i64) -> Value {
    let near = [
        number.wrapping_add(1),
        number.wrapping_sub(1),
        number.wrapping_neg(),
        number / 2,
        number.wrapping_mul(1000),
    ];
    near[rng.usize(..near.len())].into()
}

/// A value of any type, none of them friendly.
fn anything(rng: &mut Rng) -> Value {
    match rng.u8(..24) {
        0 => Value::Null,
        1 => rng.bool().into(),
        2 => 0.into(),
        3 => (-1).into(),
        4 => i64::MAX.into(),
        5 => i64::MIN.into(),
        6 => u64::MAX.into(),
        7 => json!(1e308),
        8 => json!(0.1),
        9 => "".into(),
        10 => "\0".into(),
        11 => "👩‍🍳☕ \u{202e}\u{feff}".into(),
        12 => "9".repeat(40).into(),
        13 => ["1e5", "NaN", " 1", "١", "+1.00", "1.", ".5", "0x10", "1,000.00", "-0.00", "00.50"]
            [rng.usize(..11)]
        .into(),
        14 => ["USD", "sgd", "XTS", "JPY", "KWD", "sg"][rng.usize(..6)].into(),
        15 => ["acct_1", "chk_aaaaaaaaaaaaaaaaaaaaaaaa", "ch_1", "re_1", "../../v1", "mch_aaaaaaaaaaaaaaaa"]
            [rng.usize(..6)]
        .into(),
        16 => ["2026-11-22T10:00:00Z", "9999-12-31T23:59:59Z", "-9999-01-01", "2026-02-30"][rng.usize(..4)]
            .into(),
        17 => "x".repeat(rng.usize(..4000)).into(),
        18 => json!([]),
        19 => json!({}),
        20 => (0..DEEP).fold(Value::Null, |inner, _| Value::Array(vec![inner])),
        21 => {
            (0..DEEP).fold(Value::Null, |inner, _| Value::Object(Map::from_iter([("a".to_owned(), inner)])))
        }
        22 => json!({"id": "x", "value": "1.00", "currency": "SGD"}),
        _ => json!(["", null, {}]),
    }
}
