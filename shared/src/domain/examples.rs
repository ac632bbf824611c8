//! A checkout to test with: 25.00 in Singapore, 5% back by PayNow, and what can happen to it.

use crate::domain::promise::{PROMISE_HOURS, RELEASE_MARGIN_HOURS};
use iso_currency::Currency;

use crate::domain::books::settlement::Settlement;
use crate::domain::campaign::Funding;
use crate::domain::campaign::offer::Offer;
use crate::domain::campaign::screening::Screening;
use crate::domain::cashback::refund::{Failure, Outcome, Purpose, RefundKey, StripeRefund};
use crate::domain::checkout::disputes::{Disputed, Disputes};
use crate::domain::checkout::new_checkout::Content;
use crate::domain::checkout::payment::Charge;
use crate::domain::checkout::{Checkout, Event, State};
use crate::domain::decision::{Around, Decision, decide};
use crate::domain::ids::{
    AccountId, CampaignId, ChargeId, CheckoutId, DisputeId, MerchantId, PaymentIntentId, Reference, RefundId,
    SessionId,
};
use crate::domain::market::{Channel, Country, Method, Tender};
use crate::domain::money::Money;
use crate::domain::payer::Payer;
use crate::domain::promise::{Hold, NoCashback, OnRefund, Share, Terms};
use crate::domain::time::Timestamp;

pub(in crate::domain) fn sgd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::SGD).unwrap()
}

pub(in crate::domain) fn at(hours: u32) -> Timestamp {
    Timestamp::from_epoch_seconds(1_795_341_600).plus_hours(hours)
}

/// 25.00 with 5% back by PayNow and nothing by card; the platform takes 1%.
pub(in crate::domain) fn open(funding: Funding) -> Checkout {
    let merchant = MerchantId::of(&Reference::parse("baker-13").unwrap());
    let reference = Reference::parse("order-1").unwrap();
    let share = Share {
        campaign: CampaignId::parse("paynow-5").unwrap(),
        minor: 125,
        platform_minor: if funding == Funding::Platform { 125 } else { 0 },
        hold: Hold::default(),
    };
    let terms = Terms {
        amount: sgd(125),
        shares: vec![share],
        promise_hours: PROMISE_HOURS,
        release_margin_hours: RELEASE_MARGIN_HOURS,
        on_refund: OnRefund::Proportional,
        least_minor: 0,
        wallet_days: 365,
    };
    Checkout {
        id: CheckoutId::of(&merchant, &reference),
        merchant,
        account: AccountId::parse("acct_1").unwrap(),
        country: Country::SG,
        content: Content {
            reference,
            amount: sgd(2500),
            description: Some("kopi".into()),
            items: vec![],
            channel: Channel::Chat,
            expires_at: None,
            return_url: None,
            use_wallet: false,
        },
        fee: sgd(25),
        cover_minor: if funding == Funding::Platform { 0 } else { 125 },
        payer: None,
        insider: false,
        decisions: vec![],
        remembers_payer: false,
        counted_by: [].into(),
        screening: Screening::default(),
        wallet: vec![],
        session: Some(SessionId::parse("cs_1").unwrap()),
        refusals: 0,
        offers: [
            (Tender::Card, Offer::None { no_cashback: NoCashback::MethodNotEligible }),
            (Tender::Paynow, Offer::Cashback(terms)),
        ]
        .into(),
        state: State::Open,
        postings: vec![],
        folded: 0,
        created_at: at(0),
        version: 1,
    }
}

pub(in crate::domain) fn paid(method: Method) -> Event {
    let charge = Charge {
        charge: ChargeId::parse("ch_1").unwrap(),
        payment_intent: PaymentIntentId::parse("pi_1").unwrap(),
        method: Some(method),
        fingerprint: None,
        funding: None,
        paid_at: at(0),
    };
    Event::Paid { charge, amount: sgd(2500), fee: sgd(25) }
}

pub(in crate::domain) fn refund(id: &str, minor: i64, outcome: Outcome, purpose: Purpose) -> Event {
    Event::RefundSeen(StripeRefund {
        id: RefundId::parse(id).unwrap(),
        charge: Some(ChargeId::parse("ch_1").unwrap()),
        amount: sgd(minor),
        outcome,
        purpose,
    })
}

pub(in crate::domain) fn cashback_refund(outcome: Outcome) -> Event {
    let checkout = open(Funding::Merchant).id;
    refund("re_cashback", 125, outcome, Purpose::Cashback { checkout, attempt: 1 })
}

/// A payer, a card and a settlement of whom nothing is known yet.
pub(in crate::domain) fn around(checkout: &Checkout) -> Around {
    Around {
        payer: checkout.payer.clone().map(|payer| Payer::new(payer, checkout.country)),
        card: None,
        settlement: Some(Settlement::new(
            checkout.merchant.clone(),
            checkout.country,
            checkout.account.clone(),
        )),
    }
}

pub(in crate::domain) fn apply(checkout: &Checkout, event: &Event, hours: u32) -> Checkout {
    let event = &as_asked(checkout, event);
    match decide(checkout, Some(&around(checkout)), event, at(hours)).unwrap() {
        Decision::Commit(commit) => commit.checkout,
        Decision::Nothing => checkout.clone(),
        Decision::Look => unreachable!("it has looked"),
    }
}

/// Stripe takes the cover that it is asked to take with the fee of [`paid`].
pub(in crate::domain) fn as_asked(checkout: &Checkout, event: &Event) -> Event {
    let mut event = event.clone();
    if let Event::Paid { fee, .. } = &mut event
        && *fee == checkout.fee
    {
        *fee = checkout.application_fee().unwrap();
    }
    event
}

pub(in crate::domain) fn after(funding: Funding, events: &[(u32, Event)]) -> Checkout {
    events.iter().fold(open(funding), |checkout, (hours, event)| apply(&checkout, event, *hours))
}

/// Every attempt meets an empty balance, until none is made any more.
pub(in crate::domain) fn attempts_in_vain(reason: Failure) -> Vec<(u32, Event)> {
    let hours = [47, 48, 49, 51, 58, 70, 94, 124];
    let attempts = hours.into_iter().zip(1..);
    let both = |(hour, attempt)| {
        [(hour, Event::CashbackMatured), (hour, Event::CashbackRefused { attempt, reason })]
    };
    attempts.flat_map(both).collect()
}

/// A dispute over the whole charge, whose money is gone.
pub(in crate::domain) fn disputed() -> Event {
    disputes(&[(true, 2500)])
}

/// The end of it.
pub(in crate::domain) fn dispute_closed(won: bool) -> Event {
    disputes(&[(false, if won { 0 } else { 2500 })])
}

/// Disputes: whether each is open, and what it took.
pub(in crate::domain) fn disputes(of: &[(bool, i64)]) -> Event {
    let named = |(number, one): (usize, &(bool, i64))| {
        (DisputeId::parse(&format!("du_{number}")).unwrap(), Disputed::from(*one))
    };
    Event::DisputesSeen(Disputes::new(of.iter().enumerate().map(named)))
}

pub(in crate::domain) fn asked(reference: &str, minor: i64) -> Event {
    Event::RefundRequested {
        key: RefundKey::Requested(Reference::parse(reference).unwrap()),
        amount: sgd(minor),
    }
}
