//! `GET …/purchases`: the payments of a day, as far as a campaign's rule may ask of them, for whoever replays
//! them (`cargo operator dry-run` does, over any period). Who paid is a keyed hash; no number is here.

use std::collections::BTreeSet;

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::flows::purchases::{Place, categories, purchases_of_day};
use kembali::domain::campaign::dry_run::{KnownPurchase, PastPurchase, PurchasePage};
use kembali::domain::ids::CheckoutId;
use kembali::domain::time::{Day, Timestamp};
use kembali::fault::{Fault, Problem};

use crate::{ReadBooks, cursor_at, market, parse_cursor};

const LARGEST_PAGE: u16 = 500;

impl ReadBooks {
    /// A page of the payments of a day, in the order of their times.
    pub(crate) async fn purchases(&self, request: &Request) -> Answer {
        let country = market(request)?;
        let day = request.query("day", Day::parse)?.ok_or_else(no_day)?;
        let limit = usize::from(request.limit(LARGEST_PAGE, LARGEST_PAGE)?);
        let after = request.query("cursor", |text| parse_cursor(text, parse_place))?;
        let page = purchases_of_day(&self.store, country, day, after.as_ref(), limit).await?;
        let merchants: BTreeSet<_> = page.found.iter().map(|purchase| purchase.merchant.clone()).collect();
        let kinds = categories(&self.store, &merchants).await?;
        let known = |purchase: PastPurchase| {
            let category = kinds.get(&purchase.merchant).cloned();
            KnownPurchase { purchase, category }
        };
        let purchases = page.found.into_iter().map(known).collect();
        let next_cursor = page.end.map(|Place { at, checkout }| cursor_at(&format!("{at} {checkout}")));
        json(200, &PurchasePage { purchases, next_cursor })
    }
}

fn no_day() -> Fault {
    Problem::invalid("day", "It is not said which day.", "Send `?day=2026-11-22`, the market's own day.")
        .into()
}

fn parse_place(text: &str) -> Option<Place> {
    let (at, checkout) = text.split_once(' ')?;
    Some(Place { at: Timestamp::parse(at).ok()?, checkout: CheckoutId::parse(checkout).ok()? })
}
