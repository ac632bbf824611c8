//! `GET /v1/checkouts/{checkout}` and `GET /v1/checkouts?day=&limit=&cursor=`

use data_encoding::BASE64URL_NOPAD;
use kembali::adapters::http::{Answer, Request, json};
use kembali::adapters::merchant_auth;
use kembali::domain::time::Day;
use kembali::domain::view::CheckoutView;
use serde::Serialize;

use crate::CreateCheckout;

const USUAL_PAGE: i32 = 25;
const LARGEST_PAGE: i32 = 100;

#[derive(Serialize)]
struct Page {
    day: String,
    checkouts: Vec<CheckoutView>,
    /// Where the next page begins; `null` on the last.
    next_cursor: Option<String>,
}

impl CreateCheckout {
    pub(crate) async fn read(&self, request: &Request) -> Answer {
        json(200, &CheckoutView::from(&self.own_checkout(request).await?))
    }

    /// A day of the market's own time zone, today when none is named; newest first.
    pub(crate) async fn list(&self, request: &Request) -> Answer {
        let merchant = merchant_auth::merchant(&self.store, request).await?;
        let day = request.query("day", Day::parse)?;
        let day = day.unwrap_or_else(|| request.at.day_in(&merchant.country.time_zone()));
        let limit = request.query("limit", parse_limit)?.unwrap_or(USUAL_PAGE);
        let cursor = request.query("cursor", parse_cursor)?;
        let (checkouts, next) =
            self.store.checkouts_of_day(&merchant.id, day, cursor.as_deref(), limit).await?;
        json(
            200,
            &Page {
                day: day.to_string(),
                checkouts: checkouts.iter().map(CheckoutView::from).collect(),
                next_cursor: next.map(|position| BASE64URL_NOPAD.encode(position.as_bytes())),
            },
        )
    }
}

fn parse_limit(text: &str) -> Result<i32, String> {
    let limit = text.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
    limit.ok_or_else(|| format!("The limit must be 1 to {LARGEST_PAGE}."))
}

fn parse_cursor(text: &str) -> Result<String, &'static str> {
    let position =
        BASE64URL_NOPAD.decode(text.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    position.filter(|position| !position.is_empty()).ok_or("Send `next_cursor` of the page before, as it is.")
}
