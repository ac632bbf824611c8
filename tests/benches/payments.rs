//! `cargo bench`: what a payment costs when there are many, counted on the wire. Counts, not seconds: they
//! are the same on every machine.

use kembali_local::demo::Counts;
use kembali_local::town::{Town, TownError};
use kembali_local::{Options, Stack};
use kembali_tests::Spent;
use local_functions::production;
use local_stripe::PayWith;
use local_wire::Clock;
use serde_json::json;

/// 2026-11-22T10:00:00Z.
const BEGINNING: i64 = 1_795_341_600;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "{:>9} {:>12} {:>12} {:>14} {:>14} {:>14}",
        "payments", "write units", "of the books", "Stripe calls", "table reads", "schedules"
    );
    for payments in [1, 10, 100] {
        let (counts, books_tenths) = lives(payments).await?;
        let each = |count: u64| format!("{}.{:02}", count / payments, count % payments * 100 / payments);
        let units = |tenths: u32| {
            let tenths = u64::from(tenths);
            format!("{}.{:02}", tenths / 10 / payments, tenths * 10 / payments % 100)
        };
        let (writes, books) = (units(counts.write_units_tenths - books_tenths), units(books_tenths));
        println!(
            "{payments:>9} {writes:>12} {books:>12} {:>14} {:>14} {:>14}",
            each(counts.stripe as u64),
            each(counts.reads as u64),
            each(counts.schedules as u64)
        );
    }
    Ok(())
}

/// So many payments within a few minutes, each with its cashback, from creation to credit. Enabling the shop
/// is not counted. With it, the write units of the books, in tenths, which are among them.
async fn lives(payments: u64) -> Result<(Counts, u32), Box<dyn std::error::Error>> {
    let stack = Stack::start(Options::new(Clock::fixed(BEGINNING)), &production()).await?;
    let town = Town::new(&stack);
    town.open_market("SG").await?;
    let shop = town.enabled_shop("SG", "bakers-13", "Baker's 13").await?;
    let rule = json!({
        "id": "paynow-5", "reward": {"kind": "percent", "percent": "5"}, "methods": ["paynow"], "funding": "merchant",
        "starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-12-31T00:00:00Z",
    });
    town.campaign("SG", &rule).await?;
    let mark = stack.calls().mark();
    for number in 0..payments {
        one(&town, &shop, number).await?;
    }
    town.hours(48).await?;
    let spent = Spent(stack.calls().since(mark));
    Ok((Counts::of(&spent.0), spent.book_tenths()))
}

async fn one(town: &Town<'_>, shop: &kembali_local::town::Shop, number: u64) -> Result<(), TownError> {
    let body = json!({
        "reference": format!("order-{number}"), "amount": {"value": "12.00", "currency": "SGD"},
        "description": "Kopi", "channel": "chat",
    });
    let checkout = town.checkout(shop, &body).await?;
    town.pay(&checkout, PayWith::Paynow).await?;
    town.stack().advance(2).await?;
    Ok(())
}
