//! What there is of everybody, in the table and at Stripe, and whether only what the caller may change has
//! changed.

use std::collections::BTreeMap;

use kembali_tests::text;
use serde_json::{Value, json};

use crate::marks::owner;
use crate::world::{PLAYER, PLAYGROUND, World};

/// Whose something is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Tenant(usize),
    /// A payer of no tenant: counts of what was used change with any checkout for them.
    Uses(String),
    /// What a payer can spend, owes, and was given by hand, and their market: a tenant's orders can spend
    /// what its own payer has.
    Wallet(String, String),
    /// What is left of a budget.
    Budget(String),
    /// A market's campaigns, rollout, policy and matches.
    Market(String),
    Platform,
}

/// All there is.
pub(crate) struct State {
    things: BTreeMap<(Of, String), Value>,
}

impl State {
    pub(crate) fn of(world: &World, items: &[Value]) -> Self {
        let mut things = BTreeMap::new();
        // The journal follows all changes of the table, whoever made them.
        let is_journal =
            |item: &&Value| ["J#", "D#"].iter().any(|kind| text(item, "/pk/S").starts_with(kind));
        for item in items.iter().filter(|item| !is_journal(item)) {
            let key = format!("{} {}", text(item, "/pk/S"), text(item, "/sk/S"));
            if key.starts_with("P#") {
                let money = ["wallet", "debt_minor", "postings", "adjustments"].map(|name| item.get(name));
                let of = Of::Wallet(text(item, "/pk/S"), text(item, "/country/S"));
                things.insert((of, key.clone()), json!(money));
            }
            things.insert((of(world, item), key), item.clone());
        }
        let stripe = world.town.stack.stripe();
        let account = |id: Option<&str>| {
            let tenant = world.tenants.iter().position(|tenant| Some(tenant.shop.account.as_str()) == id);
            tenant.map_or(Of::Platform, Of::Tenant)
        };
        for moved in stripe.moved() {
            let what = json!([moved.kind.as_str(), moved.amount, moved.source]);
            things.insert((account(moved.account.as_deref()), moved.id), what);
        }
        for (index, tenant) in world.tenants.iter().enumerate() {
            let stripe_account = stripe.object(&tenant.shop.account).unwrap_or_default();
            things.insert((Of::Tenant(index), tenant.shop.account.clone()), stripe_account);
        }
        for item in items.iter().filter(|item| text(item, "/pk/S").starts_with("C#")) {
            let (session, owner) = (text(item, "/session/S"), owner(&world.tenants, item));
            let page = stripe.object(&session).unwrap_or_default();
            let charge = stripe.charge_of(&session).and_then(|charge| stripe.object(&charge));
            things.insert((owner.map_or(Of::Platform, Of::Tenant), session), json!([page, charge]));
        }
        Self { things }
    }

    /// What is different in `after` and is not the caller's to change: the names of the things.
    pub(crate) fn moved(&self, after: &Self, world: &World, caller: Option<usize>) -> Vec<String> {
        let is_callers = |of: &Of| match of {
            Of::Tenant(tenant) => Some(*tenant) == caller,
            Of::Uses(country) | Of::Budget(country) => {
                caller.is_some_and(|caller| world.tenants[caller].country == country)
            }
            Of::Wallet(payer, _) if caller.is_some_and(|caller| world.tenants[caller].payer == *payer) => {
                true
            }
            Of::Wallet(_, country) | Of::Market(country) => caller == Some(PLAYER) && country == PLAYGROUND,
            Of::Platform => false,
        };
        let keys = self.things.keys().chain(after.things.keys());
        let foreign = keys.filter(|(of, _)| !is_callers(of));
        let different = foreign.filter(|key| self.things.get(*key) != after.things.get(*key));
        // A payer who was never seen before has neither credit nor debt.
        let is_empty = json!([null, null, null, null]);
        let different = different.filter(|key| {
            !matches!(key.0, Of::Wallet(..))
                || self.things.contains_key(*key)
                || after.things[*key] != is_empty
        });
        different.map(|(of, name)| format!("{name} of {of:?}")).collect()
    }
}

fn of(world: &World, item: &Value) -> Of {
    if let Some(tenant) = owner(&world.tenants, item) {
        return Of::Tenant(tenant);
    }
    let pk = text(item, "/pk/S");
    let (kind, rest) = pk.split_once('#').unwrap();
    let market = rest.get(..2).unwrap_or_default().to_owned();
    match kind {
        "P" => Of::Uses(text(item, "/country/S")),
        "B" => Of::Budget(market),
        "K" | "V" | "R" | "L" | "X" => Of::Market(market),
        // A business for which an operator has applied.
        "M" => Of::Market(text(item, "/country/S")),
        _ => Of::Platform,
    }
}
