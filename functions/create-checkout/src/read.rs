//! `GET /v1/checkouts/{checkout}` and `GET /v1/checkouts?day=&limit=&cursor=`

use data_encoding::BASE64URL_NOPAD;
use kembali::adapters::clients::store::PageEnd;
use kembali::adapters::edge::auth;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::checkout::view::CheckoutView;
use kembali::domain::ids::CheckoutId;
use kembali::domain::time::{Day, Timestamp};
use kembali::fault::Problem;
use serde::Serialize;

use crate::CreateCheckout;

const USUAL_PAGE: u16 = 25;
const LARGEST_PAGE: u16 = 100;

#[derive(Serialize)]
struct Page {
    day: String,
    checkouts: Vec<CheckoutView>,
    /// Where the next page begins; `null` on the last.
    next_cursor: Option<String>,
}

impl CreateCheckout {
    pub(crate) async fn read(&self, request: &Request) -> Answer {
        let checkout = self.own_checkout(request).await?;
        json(200, &self.view(&checkout).await)
    }

    /// A day of the market's own time zone, today when none is named; newest first.
    pub(crate) async fn list(&self, request: &Request) -> Answer {
        let merchant = auth::merchant(&self.store, request).await?;
        let day = request.query("day", Day::parse)?;
        let day = day.unwrap_or_else(|| request.at.day_in(&merchant.country.time_zone()));
        let limit = request.limit(USUAL_PAGE, LARGEST_PAGE)?;
        let cursor = request.query("cursor", parse_cursor)?;
        let bounds = day.bounds_in(&merchant.country.time_zone());
        if cursor.as_ref().is_some_and(|cursor| !(bounds.0..bounds.1).contains(&cursor.created_at)) {
            let next = "Send `next_cursor` of the page before, with the same day.";
            return Err(Problem::invalid("cursor", "The cursor is of another day.", next).into());
        }
        let (checkouts, end) =
            self.store.checkouts_of_day(&merchant.id, bounds, cursor.as_ref(), limit.into()).await?;
        json(
            200,
            &Page {
                day: day.to_string(),
                checkouts: checkouts.iter().map(CheckoutView::from).collect(),
                next_cursor: end.as_ref().map(cursor_after),
            },
        )
    }
}

fn cursor_after(end: &PageEnd) -> String {
    BASE64URL_NOPAD.encode(format!("{}#{}", end.created_at, end.checkout).as_bytes())
}

fn parse_cursor(text: &str) -> Result<PageEnd, &'static str> {
    let parse = || {
        let position = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let (created_at, checkout) = position.split_once('#')?;
        let created_at = Timestamp::parse(created_at).ok()?;
        Some(PageEnd { created_at, checkout: CheckoutId::parse(checkout).ok()? })
    };
    parse().ok_or("The cursor is not valid. Send `next_cursor` of the page before, as it is.")
}
