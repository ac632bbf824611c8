//! A checkout as merchants and listeners see it. No phone number, no key and no card detail is in it.

mod words;

use serde::Serialize;

use self::words::{failed, for_people, sent};
use super::new_checkout::Item;
use super::payment::Payment;
use super::state::{Checkout, State};
use crate::domain::campaign::offer::Offer;
use crate::domain::cashback::refund::{Refund, RefundKey};
use crate::domain::cashback::{Cashback, Waiting, WalletReason};
use crate::domain::ids::{
    CampaignId, ChargeId, CheckoutId, MerchantId, PaymentIntentId, Reference, RefundId,
};
use crate::domain::market::{Channel, Method, Tender};
use crate::domain::money::Money;
use crate::domain::posting::Posting;
use crate::domain::promise::NoCashback;
use crate::domain::text::Line;
use crate::domain::time::Timestamp;

/// A checkout.
#[derive(Clone, Debug, Serialize)]
pub struct CheckoutView {
    /// Its id.
    pub id: CheckoutId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// The merchant's order number.
    pub reference: Reference,
    /// Where it stands.
    pub status: &'static str,
    /// How much.
    pub amount: Money,
    /// What of it is paid with credit from the payer's wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet: Option<Money>,
    /// The platform's fee in it.
    pub fee: Money,
    /// What the platform holds of the payment besides, to pay the merchant's cashback from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<Money>,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Line>,
    /// What for, line by line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Where the payer is.
    pub channel: Channel,
    /// Stripe's page, while it can be paid. Only who asks for one checkout is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What to do if it is not to be paid any more. Only who asks for one checkout is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<&'static str>,
    /// What is promised for each way to pay, while it can be paid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<OfferView>,
    /// How it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentView>,
    /// What became of the promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cashback: Option<CashbackView>,
    /// The merchant's refunds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<RefundView>,
    /// What was refunded beside those: they are too many to be told one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_refunds: Option<Money>,
    /// The books.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<PostingView>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Until when it can be paid, if the merchant said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What is promised for one way to pay.
#[derive(Clone, Debug, Serialize)]
pub struct OfferView {
    /// The way to pay: `credit_card` and `debit_card` where a campaign tells them apart.
    pub method: Tender,
    /// For the payer to read.
    pub text: String,
    /// How much, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cashback: Option<Money>,
    /// Within how many hours of payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise_hours: Option<u32>,
    /// The campaigns that give it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<CampaignId>,
    /// The rule that said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_cashback: Option<NoCashback>,
}

/// How a checkout was paid.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentView {
    /// The way to pay; `null` for one that is none of the market's.
    pub method: Option<Method>,
    /// When.
    pub paid_at: Timestamp,
    /// Stripe's charge.
    pub charge: ChargeId,
    /// Stripe's payment intent.
    pub payment_intent: PaymentIntentId,
}

/// What became of the promise.
#[derive(Clone, Debug, Serialize)]
pub struct CashbackView {
    /// Where it stands.
    pub state: &'static str,
    /// For a person to read: when it comes, or why it does not.
    pub text: String,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The campaign; of several that are added up, the one that gives most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// The end of the promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_by: Option<Timestamp>,
    /// When Stripe sent it, or when it became credit. When a bank shows it, nobody tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credited_at: Option<Timestamp>,
    /// Stripe's refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundId>,
    /// The rule that said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_cashback: Option<NoCashback>,
}

/// A merchant's refund.
#[derive(Clone, Debug, Serialize)]
pub struct RefundView {
    /// The merchant's reference, unless it was made in Stripe's dashboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Stripe's id, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundId>,
    /// How much of the charge.
    pub amount: Money,
    /// How much went back to the payer's wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_wallet: Option<Money>,
    /// How much of what was asked for the payer had already, as cashback of what is given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub had_as_cashback: Option<Money>,
    /// Where it stands.
    pub status: &'static str,
}

/// A line of the books.
#[derive(Clone, Debug, Serialize)]
pub struct PostingView {
    /// The account that receives.
    pub debit: &'static str,
    /// The account that gives.
    pub credit: &'static str,
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
}

impl CheckoutView {
    /// With the page on which it can be paid.
    #[must_use]
    pub fn with_url(self, url: Option<String>) -> Self {
        Self { url, ..self }
    }

    /// Without what the merchant wrote in words of its own: it may hold what must not go further.
    #[must_use]
    pub fn without_words(self) -> Self {
        Self { description: None, items: Vec::new(), ..self }
    }
}

impl From<&Checkout> for CheckoutView {
    fn from(checkout: &Checkout) -> Self {
        let content = checkout.content.clone();
        let payment = checkout.payment();
        let offers = if checkout.state == State::Open { offers(checkout) } else { Vec::new() };
        Self {
            id: checkout.id.clone(),
            merchant: checkout.merchant.clone(),
            reference: content.reference,
            status: checkout.status(),
            amount: content.amount,
            wallet: match checkout.state {
                State::Open | State::Paid(_) => credit(checkout, checkout.wallet_spent_minor()),
                State::Expired | State::Failed => None,
            },
            fee: checkout.fee,
            cover: Money::from_minor(checkout.cover_held_minor(), checkout.fee.currency())
                .ok()
                .filter(|cover| !cover.is_zero()),
            description: content.description,
            items: content.items,
            channel: content.channel,
            url: None,
            next: None,
            offers,
            payment: payment.map(payment_view),
            cashback: payment.map(|payment| cashback_view(checkout, &payment.cashback)),
            refunds: payment.map(|payment| refunds(checkout, payment)).unwrap_or_default(),
            other_refunds: payment.and_then(|payment| credit(checkout, payment.refunded_beyond_minor())),
            postings: checkout
                .postings
                .iter()
                .filter_map(|posting| posting_view(checkout, posting))
                .collect(),
            created_at: checkout.created_at,
            expires_at: content.expires_at,
        }
    }
}

/// What the merchant can do about a checkout that nobody can pay.
pub fn what_next(checkout: &Checkout) -> Option<&'static str> {
    match checkout.state {
        State::Failed if checkout.has_been_refused() => {
            Some("Look at the account in Stripe's dashboard, then send the same order again.")
        }
        State::Expired | State::Failed => {
            Some("This order number is used up. Ask for the payment again under a new reference.")
        }
        State::Open | State::Paid(_) => None,
    }
}

fn offers(checkout: &Checkout) -> Vec<OfferView> {
    let has_kinds =
        [Tender::CreditCard, Tender::DebitCard].iter().any(|kind| checkout.offers.contains_key(kind));
    let label =
        |method: Tender| if has_kinds && method == Tender::Card { "any other card" } else { method.label() };
    let view = |(method, offer): (&Tender, &Offer)| match offer {
        Offer::Cashback(terms) => {
            let by = for_people(checkout, terms.promised_by(checkout.created_at));
            OfferView {
                method: *method,
                text: format!("{} back with {}, sent by {by} if you pay now", terms.amount, label(*method)),
                cashback: Some(terms.amount),
                promise_hours: Some(terms.promise_hours),
                campaigns: terms.shares.iter().map(|share| share.campaign.clone()).collect(),
                no_cashback: None,
            }
        }
        Offer::None { no_cashback } => OfferView {
            method: *method,
            text: format!("No cashback with {}: {}", label(*method), no_cashback.explanation()),
            cashback: None,
            promise_hours: None,
            campaigns: Vec::new(),
            no_cashback: Some(*no_cashback),
        },
    };
    checkout.offers.iter().map(view).collect()
}

fn payment_view(payment: &Payment) -> PaymentView {
    PaymentView {
        method: payment.charge.method,
        paid_at: payment.charge.paid_at,
        charge: payment.charge.charge.clone(),
        payment_intent: payment.charge.payment_intent.clone(),
    }
}

fn cashback_view(checkout: &Checkout, cashback: &Cashback) -> CashbackView {
    let day = |time: Timestamp| for_people(checkout, time);
    let view = |text: String| CashbackView {
        state: cashback.name(),
        text,
        amount: None,
        campaign: None,
        promised_by: None,
        credited_at: None,
        refund: None,
        no_cashback: None,
    };
    match cashback {
        Cashback::None { reason } => CashbackView {
            no_cashback: Some(*reason),
            ..view(format!("No cashback: {}.", reason.explanation()))
        },
        Cashback::Held(Waiting { review: Some(suspicion), amount, terms, promised_by, .. }) => CashbackView {
            amount: Some(*amount),
            campaign: terms.campaign().cloned(),
            promised_by: Some(*promised_by),
            ..view(format!("{amount} waits for a person to look at it: {}.", suspicion.explanation()))
        },
        Cashback::Held(waiting) => CashbackView {
            amount: Some(waiting.amount),
            campaign: waiting.terms.campaign().cloned(),
            promised_by: Some(waiting.promised_by),
            ..view(format!("{} is sent by {}.", waiting.amount, day(waiting.promised_by)))
        },
        Cashback::Frozen(waiting) => CashbackView {
            amount: Some(waiting.amount),
            campaign: waiting.terms.campaign().cloned(),
            promised_by: Some(waiting.promised_by),
            ..view(format!("{} waits for the end of the dispute.", waiting.amount))
        },
        Cashback::Paying { terms, amount, promised_by, .. } => CashbackView {
            amount: Some(*amount),
            campaign: terms.campaign().cloned(),
            promised_by: Some(*promised_by),
            ..view(format!("{amount} is being sent, by {}.", day(*promised_by)))
        },
        Cashback::Credited { terms, amount, refund, at, promised_by, .. } => CashbackView {
            amount: Some(*amount),
            campaign: terms.campaign().cloned(),
            promised_by: Some(*promised_by),
            credited_at: Some(*at),
            refund: Some(refund.clone()),
            ..view(sent(checkout, *amount, *at))
        },
        Cashback::CreditedToWallet { terms, amount, at, reason } => CashbackView {
            amount: Some(*amount),
            campaign: terms.campaign().cloned(),
            credited_at: Some(*at),
            ..view(match reason {
                _ if amount.is_zero() => "The credit was taken back with the payment.".to_owned(),
                WalletReason::Unrefundable(_) => {
                    format!("{amount} could not be refunded and is in the wallet for the next payment.")
                }
                WalletReason::PayerOwes => {
                    format!("{amount} went to the wallet, where what the payer owed was taken from it.")
                }
            })
        },
        Cashback::Failed { terms, amount, reason, .. } => CashbackView {
            amount: Some(*amount),
            campaign: terms.campaign().cloned(),
            ..view(failed(checkout, terms, *amount, *reason))
        },
        Cashback::Reversed { reason, waiting, .. } => CashbackView {
            campaign: waiting.terms.campaign().cloned(),
            ..view(format!("No cashback: {}.", reason.explanation()))
        },
    }
}

fn credit(checkout: &Checkout, minor: i64) -> Option<Money> {
    let credit = Money::from_minor(minor, checkout.content.amount.currency()).ok()?;
    (!credit.is_zero()).then_some(credit)
}

fn refunds(checkout: &Checkout, payment: &Payment) -> Vec<RefundView> {
    let view = |(key, refund): (&RefundKey, &Refund)| {
        let (reference, known) = match key {
            RefundKey::Requested(reference) => (Some(reference.clone()), refund.state.id()),
            RefundKey::Dashboard(id) => (None, Some(id)),
        };
        RefundView {
            reference,
            refund: known.cloned(),
            amount: refund.amount,
            to_wallet: credit(checkout, refund.to_wallet_minor),
            had_as_cashback: credit(checkout, refund.had_as_cashback_minor),
            status: refund.state.name(),
        }
    };
    payment.refunds.iter().map(view).collect()
}

fn posting_view(checkout: &Checkout, posting: &Posting) -> Option<PostingView> {
    let amount = Money::from_minor(posting.minor, checkout.content.amount.currency()).ok()?;
    Some(PostingView { debit: posting.debit.name(), credit: posting.credit.name(), amount, at: posting.at })
}

#[cfg(test)]
mod tests;
