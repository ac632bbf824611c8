//! `GET /v1/payers/{phone}/cashback`: what a payer has, owes and has had, and what a payment would earn now.

use std::collections::BTreeSet;

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::campaign::budget::Pot;
use kembali::domain::campaign::offer::Offer;
use kembali::domain::checkout::Checkout;
use kembali::domain::checkout::new_checkout::Content;
use kembali::domain::checkout::order::{Known, Order};
use kembali::domain::checkout::view::{CheckoutView, OfferView};
use kembali::domain::ids::{CampaignId, CheckoutId, MerchantId, PayerId, Reference};
use kembali::domain::market::{Channel, Country, Tender};
use kembali::domain::merchant;
use kembali::domain::merchant::Merchant;
use kembali::domain::money::{Money, MoneyError};
use kembali::domain::payer::{Payer, Phone};
use kembali::fault::{Fault, Kind, Problem};
use serde::Serialize;

use crate::ManageMarket;
use crate::wallet::{CampaignUse, Wallet};

#[derive(Serialize)]
struct PayerView {
    payer: PayerId,
    country: Country,
    #[serde(flatten)]
    wallet: Wallet,
    /// What was had of each campaign that counts by payer.
    campaigns: Vec<CampaignUse>,
    /// What a payment would earn now, by each way to pay; only when a merchant and an amount are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    offers: Option<Vec<OfferView>>,
}

/// What is asked about: a payment that somebody might make.
struct Asked {
    merchant: MerchantId,
    amount: Money,
    channel: Channel,
    method: Option<Tender>,
}

impl ManageMarket {
    pub(crate) async fn read_payer(&self, request: &Request) -> Answer {
        let phone = phone(request)?;
        let country = request.query("country", parse_country)?;
        let country = country.ok_or_else(|| {
            let detail = "It is not said in which market.";
            Problem::invalid("country", detail, "Add `?country=SG`: a payer has a wallet in each market.")
        })?;
        let asked = Asked::parse(request, country)?;
        let payer = self.store.payer(&self.payer_key.payer(&phone, country), country).await?;
        let offers = match asked {
            Some(asked) => Some(self.offers(&payer, asked, request).await?),
            None => None,
        };
        json(
            200,
            &PayerView {
                payer: payer.id.clone(),
                country,
                wallet: Wallet::of(&payer, request.at)?,
                campaigns: CampaignUse::of(&payer)?,
                offers,
            },
        )
    }

    /// What `asked` would earn now. Nothing is written: no budget is taken from, and no payment counted.
    async fn offers(&self, payer: &Payer, asked: Asked, request: &Request) -> Result<Vec<OfferView>, Fault> {
        let country = payer.country;
        let merchant = self.store.merchant(&asked.merchant).await?;
        let merchant = merchant.filter(|merchant| merchant.country == country).ok_or_else(|| {
            let detail = format!("There is no merchant {} in {}.", asked.merchant, country.code());
            Problem::invalid("merchant", detail, "Name a merchant of this market.")
        })?;
        let content = preview(&asked)?;
        let order = order(&merchant, payer, content, request)?;
        if order.methods(asked.amount).is_empty() {
            let detail = "No way to pay that accepts this amount is active on the merchant's Stripe account.";
            return Err(
                Problem::invalid("amount", detail, "Ask about an amount that can be paid there.").into()
            );
        }
        let (policy, campaigns) = self.store.campaigns(country).await?;
        let checkout = self.priced(&order, &Known { policy, campaigns }).await?;
        let mut offers = CheckoutView::from(&checkout).offers;
        offers.retain(|offer| {
            asked.method.is_none_or(|method| offer.method.is_a(method) || method.is_a(offer.method))
        });
        Ok(offers)
    }

    /// Prices an order with the budgets as they are: a campaign that cannot pay what it would give is left
    /// out.
    async fn priced(&self, order: &Order<'_>, known: &Known) -> Result<Checkout, Fault> {
        let mut used_up = BTreeSet::new();
        loop {
            let checkout = order.price(known, &used_up).map_err(broken)?;
            let empty = self.empty(&checkout, known).await?;
            // Each round leaves out at least one campaign more, so it ends.
            if empty.is_empty() {
                return Ok(checkout);
            }
            used_up.extend(empty);
        }
    }

    /// The campaigns whose budget does not hold what `checkout` would promise.
    async fn empty(&self, checkout: &Checkout, known: &Known) -> Result<BTreeSet<CampaignId>, Fault> {
        let today = checkout.created_at.day_in(&checkout.country.time_zone());
        let mut empty = BTreeSet::new();
        let shares = checkout.offers.values().flat_map(|offer| match offer {
            Offer::Cashback(terms) => terms.shares.as_slice(),
            Offer::None { .. } => &[],
        });
        for share in shares.filter(|share| share.hold.shard.is_some()) {
            let campaign = known.campaigns.iter().find(|campaign| campaign.rule.id == share.campaign);
            let Some(campaign) = campaign else { continue };
            let need = Pot { payments: 1, minor: share.minor };
            for day in [None, Some(today)] {
                let left = self.store.budget_left(campaign, day).await?;
                if left.is_some_and(|left| !left.covers(need)) {
                    empty.insert(share.campaign.clone());
                }
            }
        }
        Ok(empty)
    }
}

impl Asked {
    fn parse(request: &Request, country: Country) -> Result<Option<Self>, Fault> {
        let merchant = request.query("merchant", MerchantId::parse)?;
        let amount = request.query("amount", |text| Money::parse(text, country.currency()))?;
        let method = request.query_word("method")?;
        let channel = request.query_word("channel")?.unwrap_or(Channel::Chat);
        let missing = |field: &str| {
            let detail = "What a payment would earn depends on the merchant and on the amount.";
            Problem::invalid(field, detail, "Give both, or leave out everything but the country.")
        };
        match (merchant, amount) {
            (Some(merchant), Some(amount)) => Ok(Some(Self { merchant, amount, channel, method })),
            (None, None) if method.is_none() => Ok(None),
            (Some(_), None) => Err(missing("amount").into()),
            (None, Some(_) | None) => Err(missing("merchant").into()),
        }
    }
}

/// The number in the path. It is told to nobody, not even in the answer that says it is none.
fn phone(request: &Request) -> Result<Phone, Fault> {
    let text = request.path("phone", |text| Ok::<_, ()>(text.to_owned()))?;
    Phone::parse(&text).map_err(|_| {
        let next = "Write `/v1/payers/+6591234567/cashback`: the plus sign, the country's code, the number.";
        Problem::invalid("phone", "This is not a phone number.", next).into()
    })
}

fn parse_country(code: &str) -> Result<Country, String> {
    Country::parse(code).ok_or_else(|| format!("There is no such market. Write one of {}.", Country::codes()))
}

fn preview(asked: &Asked) -> Result<Content, Fault> {
    Ok(Content {
        reference: Reference::parse("preview").map_err(|error| Fault::Bug(error.to_string()))?,
        amount: asked.amount,
        description: None,
        items: Vec::new(),
        channel: asked.channel,
        expires_at: None,
        return_url: None,
        use_wallet: false,
    })
}

fn order<'a>(
    merchant: &'a Merchant,
    payer: &Payer,
    content: Content,
    request: &Request,
) -> Result<Order<'a>, Problem> {
    match &merchant.state {
        merchant::State::Enabled { account, methods } => Ok(Order {
            id: CheckoutId::of(&merchant.id, &content.reference),
            merchant,
            account,
            active: methods,
            content,
            payer: Some(payer.clone()),
            at: request.at,
        }),
        merchant::State::Waitlisted
        | merchant::State::Invited
        | merchant::State::Onboarding { .. }
        | merchant::State::InReview { .. }
        | merchant::State::Restricted { .. }
        | merchant::State::Suspended { .. }
        | merchant::State::Closed { .. } => {
            let detail = format!("The merchant is {}: nothing can be paid there.", merchant.state.name());
            Err(Problem::new(Kind::WrongState, detail)
                .field("merchant")
                .next("Ask again once the merchant is enabled."))
        }
    }
}

fn broken(error: MoneyError) -> Fault {
    Fault::Bug(format!("price a preview: {error}"))
}
