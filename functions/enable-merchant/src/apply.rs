//! `POST /v1/merchants`

use std::collections::BTreeSet;

use kembali::adapters::clients::store::Written;
use kembali::adapters::edge::auth::require_operator;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::campaign::MerchantCategory;
use kembali::domain::ids::{MerchantId, Reference};
use kembali::domain::market::Country;
use kembali::domain::merchant::api_key::ApiKey;
use kembali::domain::merchant::{Merchant, State};
use kembali::domain::text::{Line, is_space, is_unseen};
use kembali::fault::{Fault, Kind, Problem};
use serde::Deserialize;

use crate::EnableMerchant;
use crate::keys::new_key;
use crate::view::MerchantView;

const LONGEST_NAME: usize = 60;

/// More than half of a payment is no fee.
const LARGEST_FEE_BPS: u16 = 5_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Application {
    /// The platform's own name for the business: the idempotency key.
    reference: Reference,
    name: Line,
    email: String,
    country: Country,
    /// The platform's fee in basis points.
    #[serde(default)]
    fee_bps: u16,
    /// The kind of business: its merchant category code (ISO 18245).
    #[serde(default)]
    category: Option<MerchantCategory>,
}

impl EnableMerchant {
    /// A business asks to be paid here. The market's rollout decides whether it is invited or waits. The
    /// platform asks on its behalf, since it is the platform that knows who the business is.
    pub(crate) async fn apply(&self, request: &Request) -> Answer {
        require_operator(request)?;
        let application: Application = request.json()?;
        application.check()?;
        self.stripe.of_request(application.country, "country")?;
        let rollout = self.store.rollout(application.country).await?;
        let id = MerchantId::of(&application.reference);
        let key = new_key(&id)?;
        let is_admitted = rollout.admits(&application.reference);
        let merchant = application.into_merchant(id, &key, is_admitted, request);
        match self.store.create_merchant(&merchant).await? {
            Written::Done => json(201, &MerchantView::of(&merchant).with_key(&key)),
            Written::Lost => {
                let known = self.store.merchant(&merchant.id).await?;
                let known = known.ok_or_else(|| Fault::Bug("a merchant is gone".to_owned()))?;
                // Our own write, whose answer was lost, and which the SDK repeated: nobody has seen the key
                // yet.
                if known.owns(&key) {
                    return json(201, &MerchantView::of(&known).with_key(&key));
                }
                repeat(&known, &merchant)
            }
        }
    }
}

impl Application {
    fn check(&self) -> Result<(), Problem> {
        self.name.check(LONGEST_NAME).map_err(|error| Problem::unfit("name", &error))?;
        let has_form = self.email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !self.email.contains(|at| is_space(at) || is_unseen(at))
        });
        if !has_form || self.email.len() > 254 {
            let next = "Write one such as `shop@example.com`.";
            return Err(Problem::invalid("email", "This is not an email address.", next));
        }
        if self.fee_bps > LARGEST_FEE_BPS {
            let next = format!("Write 0 to {LARGEST_FEE_BPS} basis points.");
            return Err(Problem::invalid("fee_bps", "More than half of a payment is no fee.", next));
        }
        Ok(())
    }

    fn into_merchant(self, id: MerchantId, key: &ApiKey, is_admitted: bool, request: &Request) -> Merchant {
        Merchant {
            id,
            reference: self.reference,
            name: self.name,
            email: self.email,
            country: self.country,
            fee_bps: self.fee_bps,
            category: self.category,
            insiders: BTreeSet::new(),
            state: if is_admitted { State::Invited } else { State::Waitlisted },
            keys: vec![key.hash()],
            seed: None,
            created_at: request.at,
            version: 1,
        }
    }
}

/// The same application again changes nothing, and shows no key again.
fn repeat(known: &Merchant, asked: &Merchant) -> Answer {
    let differs = [
        ("name", known.name != asked.name),
        ("email", known.email != asked.email),
        ("country", known.country != asked.country),
        ("fee_bps", known.fee_bps != asked.fee_bps),
        ("category", known.category != asked.category),
    ];
    match differs.into_iter().find(|(_, differs)| *differs) {
        None => json(200, &MerchantView::of(known)),
        Some((field, _)) => {
            let detail = format!("The business {} has applied with another {field}.", known.reference);
            Err(Problem::new(Kind::ReferenceReused, detail)
                .field(field)
                .next("Use a new reference for another business, or send the same application.")
                .into())
        }
    }
}
