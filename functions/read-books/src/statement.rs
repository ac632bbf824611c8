//! `GET /v1/statement?month=` for a merchant, and the same for an operator.

use kembali::adapters::edge::auth;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::flows::books::days_of;
use kembali::domain::books::{Month, Scope, Statement};
use kembali::domain::ids::MerchantId;
use kembali::domain::merchant::Merchant;
use kembali::domain::time::Timestamp;
use kembali::fault::Problem;
use serde::Serialize;

use crate::{ReadBooks, market, texts};

#[derive(Serialize)]
struct View {
    merchant: MerchantId,
    as_of: Timestamp,
    /// Days of this month that may still change.
    open_days: Vec<String>,
    #[serde(flatten)]
    statement: Statement,
}

impl ReadBooks {
    /// The merchant's own: the key says whose.
    pub(crate) async fn own_statement(&self, request: &Request) -> Answer {
        let merchant = auth::merchant(&self.store, request).await?;
        self.statement_of(request, &merchant).await
    }

    /// Any merchant's, for an operator.
    pub(crate) async fn statement(&self, request: &Request) -> Answer {
        let country = market(request)?;
        let id = request.query("merchant", MerchantId::parse)?;
        let id = id.ok_or_else(|| {
            Problem::invalid("merchant", "A statement is of one merchant.", "Send `?merchant=mch_…`.")
        })?;
        let merchant = self.merchant_of(country, &id).await?;
        self.statement_of(request, &merchant).await
    }

    /// This month's, when none is named.
    async fn statement_of(&self, request: &Request, merchant: &Merchant) -> Answer {
        let this_month = Month::of(request.at.day_in(&merchant.country.time_zone()));
        let month = request.query("month", Month::parse)?.unwrap_or_else(|| this_month.clone());
        if month > this_month {
            let detail = format!("{month} has not begun; it is {this_month}.");
            return Err(Problem::invalid("month", detail, "Name this month or an earlier one.").into());
        }
        let (days, mut open) =
            days_of(&self.store, merchant.country, &Scope::Merchant(merchant.id.clone())).await?;
        open.retain(|day| month.has(*day));
        json(
            200,
            &View {
                merchant: merchant.id.clone(),
                as_of: request.at,
                open_days: texts(&open),
                statement: Statement::new(month, &days, merchant.country.currency()),
            },
        )
    }
}
