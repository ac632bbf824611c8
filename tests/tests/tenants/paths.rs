//! Paths: what is put in the place of a parameter, and what may follow the question mark.

use data_encoding::BASE64URL_NOPAD;

use crate::dice::Dice;
use crate::world::World;
use kembali_local::client::encoded;

/// Who asks, and whose things they name.
pub(crate) struct Aim {
    pub(crate) caller: Option<usize>,
    pub(crate) target: usize,
}

/// A path in which a parameter may name something of another merchant.
pub(crate) struct Path {
    /// Percent-encoded.
    pub(crate) path: String,
    /// The same, with an id that nobody has in the place of the other merchant's, and these two ids.
    pub(crate) unknown: Option<(String, String, &'static str)>,
}

/// Fills the parameters of a route.
pub(crate) fn fill(dice: &mut Dice, world: &World, aim: &Aim, template: &str) -> Path {
    let mut parts: Vec<String> = template.split('/').map(str::to_owned).collect();
    let mut foreign = None;
    for part in &mut parts {
        let (nobodys, id) = match part.as_str() {
            "{checkout}" => ("chk_aaaaaaaaaaaaaaaaaaaaaaaa", checkout(dice, world, aim)),
            "{merchant}" => ("mch_aaaaaaaaaaaaaaaa", world.tenants[aim.target].shop.id.clone()),
            "{country}" => {
                *part = if dice.once_in(12) { odd(dice, "SG") } else { country(dice, world, aim) };
                continue;
            }
            "{campaign}" => {
                let known = *dice.pick(&["five", "five", "random", "none"]);
                *part = if dice.once_in(12) { odd(dice, known) } else { known.to_owned() };
                continue;
            }
            "{queue}" => {
                let known = *dice.pick(&["stripe_events", "cashback_due", "undelivered"]);
                *part = if dice.once_in(12) { odd(dice, known) } else { known.to_owned() };
                continue;
            }
            "{phone}" => {
                *part = encoded(&world.tenants[aim.target].phone);
                continue;
            }
            _ => continue,
        };
        *part = match dice.roll(8) {
            0 => nobodys.to_owned(),
            1 => odd(dice, &id),
            _ => {
                let is_foreign = aim.caller.is_some_and(|caller| caller != aim.target);
                foreign = is_foreign.then(|| (id.clone(), nobodys));
                id
            }
        };
    }
    let query = query(dice, world, aim);
    let path = parts.join("/");
    let unknown =
        foreign.map(|(id, nobodys)| (format!("{}{query}", path.replace(&id, nobodys)), id, nobodys));
    Path { path: format!("{path}{query}"), unknown }
}

fn checkout(dice: &mut Dice, world: &World, aim: &Aim) -> String {
    dice.pick(&world.tenants[aim.target].checkouts).clone()
}

fn country(dice: &mut Dice, world: &World, aim: &Aim) -> String {
    let countries = ["SG", "IN", "BR", "US", "XX"];
    let own = world.tenants[aim.target].country;
    if dice.once_in(3) { (*dice.pick(&countries)).to_owned() } else { own.to_owned() }
}

/// An id as somebody writes it who hopes that it is read twice in different ways.
fn odd(dice: &mut Dice, id: &str) -> String {
    let upper = id.to_uppercase();
    let tail = id.get(1..).unwrap_or_default();
    let first = id.bytes().next().unwrap_or(b'x');
    match dice.roll(14) {
        0 => format!("..%2F{id}"),
        1 => format!("chk_aaaaaaaaaaaaaaaaaaaaaaaa%2F..%2F{id}"),
        2 => format!("{id}%20"),
        3 => format!("%20{id}"),
        4 => format!("{id}%00"),
        5 => format!("{id}.json"),
        6 => format!("{id}%23"),
        7 => upper,
        8 => format!("%{first:02X}{tail}"),
        9 => format!("{id}%2Fexpire"),
        10 => format!("C%23{id}"),
        11 => "%25".to_owned(),
        12 => "*".to_owned(),
        _ => format!("{id},{id}"),
    }
}

fn query(dice: &mut Dice, world: &World, aim: &Aim) -> String {
    if dice.roll(3) > 0 {
        return String::new();
    }
    let target = &world.tenants[aim.target];
    let mut parts = Vec::new();
    // A cursor is of its day.
    let day = format!("2026-11-2{}", 2 + dice.roll(4));
    for _ in 0..=dice.roll(3) {
        let cursor = format!("{day}T10:00:00Z#{}", checkout(dice, world, aim));
        parts.push(match dice.roll(12) {
            0 => format!("merchant={}", target.shop.id),
            1 => format!("checkout={}", checkout(dice, world, aim)),
            2 => format!("account={}", target.shop.account),
            3 | 4 => format!("day={day}&cursor={}", BASE64URL_NOPAD.encode(cursor.as_bytes())),
            5 => "cursor=nonsense".to_owned(),
            6 | 7 => format!("day={day}"),
            8 => "month=2026-11".to_owned(),
            9 => format!("limit={}", dice.pick(&["1", "2", "100", "0", "-1", "x"])),
            10 => format!("country={}", target.country),
            _ => "from=2026-11-20&to=2026-11-26".to_owned(),
        });
    }
    format!("?{}", parts.join("&"))
}
