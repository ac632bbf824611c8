//! `cargo bench --bench budgets`: a campaign that everybody wants at the same time, with its budget in 1, 8
//! and 32 parts, counted on the wire. No seconds. How often transactions meet depends on how many are under
//! way at once, so those figures differ a little from run to run; what was promised does not.

use kembali_tests::{Answered, Spent, Town, order_of, promised_minor};
use local_wire::Call;
use serde_json::json;

const CHECKOUTS: usize = 640;
const AT_ONCE: usize = 32;
/// Fewer rewards than checkouts, so that at the end every part is empty.
const REWARDS: usize = 600;
const PAYERS: usize = 320;

#[tokio::main]
async fn main() {
    println!(
        "{CHECKOUTS} checkouts of {PAYERS} payers, {AT_ONCE} at once; a budget of {REWARDS} rewards, a cap for each payer"
    );
    let headings = [
        "parts",
        "promised",
        "left",
        "transactions",
        "met another",
        "of 1000",
        "503",
        "refills",
        "units each",
        "served",
    ];
    println!("{}", headings.map(|heading| format!("{heading:>12}")).join(""));
    for parts in [1_u8, 8, 32] {
        println!("{}", rush(parts).await.map(|figure| format!("{figure:>12}")).join(""));
    }
}

async fn rush(parts: u8) -> [String; 10] {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let rule = json!({
        "id": "five", "reward": {"kind": "percent", "percent": "5"}, "methods": ["paynow"], "funding": "merchant",
        "starts_at": "2026-11-01", "ends_at": "2027-02-01", "caps": [{"per": "day", "payments": 3}],
        "budget": {"total": {"payments": REWARDS}, "shards": parts},
    });
    town.campaign("SG", rule).await;
    let order = |number: usize| order_of(number % PAYERS, &format!("order-{number}"), "25.00");
    let mark = town.mark();
    let answered = town.crowd(&shop, &(0..CHECKOUTS).map(order).collect::<Vec<_>>(), AT_ONCE).await;
    let Spent(calls) = town.since(mark);
    let promised = answered.iter().filter(|one| promised_minor(&one.checkout()) > 0).count();
    let left = town.budget_left("SG", "five", "-").payments;
    let of = |wanted: &dyn Fn(&Call) -> bool| calls.iter().filter(|call| wanted(call)).collect::<Vec<_>>();
    let transactions = of(&|call| call.operation == "TransactWriteItems");
    let met = |call: &Call| call.error.as_deref() == Some("TransactionConflict");
    let conflicts = transactions.iter().filter(|call| met(call)).count();
    let is_refill = |call: &Call| call.subject.split(", ").all(|key| key.starts_with("B#"));
    let refills = transactions.iter().filter(|call| call.error.is_none() && is_refill(call)).count();
    // A transaction that was rejected for another is billed or not: AWS does not say. Both are told.
    let units = |calls: &mut dyn Iterator<Item = &Call>| {
        let tenths = calls.fold(0_usize, |sum, call| sum.saturating_add(call.write_units_tenths as usize));
        let hundredths = tenths * 10 / CHECKOUTS;
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    };
    [
        parts.to_string(),
        promised.to_string(),
        left.to_string(),
        transactions.len().to_string(),
        conflicts.to_string(),
        (conflicts * 1000 / transactions.len().max(1)).to_string(),
        answered.iter().map(|one: &Answered| one.later).sum::<usize>().to_string(),
        refills.to_string(),
        units(&mut calls.iter()),
        units(&mut calls.iter().filter(|call| !met(call))),
    ]
}
