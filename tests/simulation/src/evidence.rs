//! What the auditor is shown: what was promised, what Stripe moved, and what the system says of it in the
//! end.

use std::collections::BTreeMap;

use crate::markets::Market;

/// Everything the auditor may look at.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The markets and their campaigns.
    pub markets: Vec<Market>,
    /// Each life that got as far as a checkout.
    pub lives: Vec<Seen>,
    /// The net of Stripe's balance transactions by owner (an account, or `platform`) and currency.
    pub moved: BTreeMap<(String, String), i64>,
    /// Every transfer from the platform.
    pub transfers: Vec<Transfer>,
    /// What was on the bus, in its order.
    pub bus: Vec<Told>,
    /// The wallets of all payers.
    pub wallets: Vec<Wallet>,
    /// What is left of the budgets.
    pub budgets: Vec<BudgetLeft>,
    /// What is in the queues: name and number of messages.
    pub queues: Vec<(String, usize)>,
    /// Sums of the books that are not what the items say, in words.
    pub rebuilt: Vec<String>,
    /// Where a phone number was found.
    pub phones: Vec<String>,
    /// From when to when Stripe was away.
    pub outage: (i64, i64),
    /// When the function failed that looks for what is due.
    pub failed_sweeps: Vec<i64>,
    /// When the function failed that asks Stripe for what no webhook brought.
    pub failed_recoveries: Vec<i64>,
    /// When a balance was too low: whose (an account, or `platform`), the currency, from when, until when.
    pub poor: Vec<(String, String, i64, i64)>,
    /// What was seen on the way and must never be.
    pub problems: Vec<(Option<usize>, String)>,
    /// Webhooks that were lost for good, with the time.
    pub lost: Vec<(String, i64)>,
    /// When all of it was looked at.
    pub at: i64,
}

/// One checkout.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Which life.
    pub life: usize,
    /// Its id.
    pub id: String,
    /// Which market.
    pub market: usize,
    /// The shop's account at Stripe.
    pub account: String,
    /// The payer, if the merchant said.
    pub payer: Option<i64>,
    /// The price.
    pub price: i64,
    /// When it was created.
    pub created_at: i64,
    /// What it was told to cost in credit.
    pub wallet: i64,
    /// What was promised, by way to pay.
    pub offers: BTreeMap<String, Offer>,
    /// What Stripe took for it.
    pub payment: Option<Payment>,
    /// Every refund of it at Stripe, oldest first.
    pub refunds: Vec<Refund>,
    /// Its dispute: when it was opened; when it was closed, and whether for the merchant.
    pub dispute: Option<(i64, Option<(i64, bool)>)>,
    /// What Stripe took for the dispute and did not give back.
    pub disputed_minor: i64,
    /// Refunds that the merchant asked for, accepted or not.
    pub asked: Vec<Asked>,
    /// Amounts of refunds that were asked for and that Stripe never made.
    pub refused: Vec<i64>,
    /// Whether a request about it was answered with a failure or not at all, a webhook about it did not come
    /// as it should, or a refund of it failed.
    pub met_fault: bool,
    /// How the API shows it in the end.
    pub view: View,
}

/// A refund that a merchant asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The merchant's reference.
    pub reference: String,
    /// When it was asked for the first time.
    pub first_at: i64,
    /// How much; `None` for all that is left.
    pub minor: Option<i64>,
    /// When it was answered with success.
    pub granted_at: Option<i64>,
}

/// What was promised for a way to pay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// How much; zero for nothing.
    pub minor: i64,
    /// The rule that said no.
    pub refusal: String,
    /// Who gives it.
    pub campaign: String,
}

/// What Stripe took.
#[derive(Clone, Debug, Default)]
pub struct Payment {
    /// The charge.
    pub charge: String,
    /// How.
    pub method: String,
    /// How much.
    pub minor: i64,
    /// What the platform took with it, cover among it, less what it gave back.
    pub fee: i64,
    /// When the payer began to pay.
    pub at: i64,
    /// When the money came in.
    pub arrived_at: i64,
}

/// A refund at Stripe.
#[derive(Clone, Debug, Default)]
pub struct Refund {
    /// `re_…`.
    pub id: String,
    /// The merchant's reference for it, as we wrote it there.
    pub reference: String,
    /// How much.
    pub minor: i64,
    /// When it was made.
    pub at: i64,
    /// Whether it is tagged as our cashback.
    pub is_cashback: bool,
    /// Whether a merchant asked us for it, and not the dashboard.
    pub by_us: bool,
    /// When it failed.
    pub failed_at: Option<i64>,
    /// When it reached the payer.
    pub arrived_at: Option<i64>,
    /// How much more the merchant had asked for, that the payer was to have as cashback, as the API says.
    pub netted: i64,
}

impl Refund {
    /// Whether the money is with the payer, or on its way there.
    pub fn stands(&self) -> bool {
        self.failed_at.is_none()
    }
}

/// A transfer from the platform.
#[derive(Clone, Debug, Default)]
pub struct Transfer {
    /// To whom.
    pub account: String,
    /// What for: a checkout, or a settlement.
    pub group: String,
    /// How much, less what was taken back.
    pub net: i64,
}

/// How the API shows a checkout.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// `paid`, `expired`, …
    pub status: String,
    /// `credited`, `held`, …; empty where nothing was paid.
    pub cashback: String,
    /// How much.
    pub minor: i64,
    /// The rule that said no.
    pub refusal: String,
    /// For a person to read.
    pub text: String,
    /// When it was credited.
    pub credited_at: i64,
    /// The credit that it was paid with.
    pub wallet: i64,
    /// What refunds gave back to the wallet, of those that have not failed.
    pub returned: i64,
    /// What refunds that have not failed left to the cashback.
    pub netted: i64,
    /// Each refund.
    pub refunds: Vec<Shown>,
    /// The books: debit, credit, how much.
    pub postings: Vec<(String, String, i64)>,
}

/// How the API shows a refund.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The merchant's reference; empty for one that was made in Stripe's dashboard.
    pub reference: String,
    /// Stripe's id; empty where there is none.
    pub id: String,
    /// How much goes through Stripe.
    pub minor: i64,
    /// How much goes back to the wallet.
    pub to_wallet: i64,
    /// How much the payer has already, as cashback of what is given back.
    pub netted: i64,
    /// `succeeded`, `failed`, …
    pub status: String,
}

/// A line of the bus.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// When, in seconds since the epoch.
    pub at: i64,
    /// Of which checkout.
    pub checkout: String,
    /// The number of the change.
    pub version: i64,
    /// `checkout.paid`, …
    pub name: String,
    /// The status in it.
    pub status: String,
    /// The cashback's state in it.
    pub cashback: String,
}

/// A payer's wallet.
#[derive(Clone, Debug, Default)]
pub struct Wallet {
    /// In which market.
    pub market: usize,
    /// Whose.
    pub payer: i64,
    /// What can be spent.
    pub balance: i64,
    /// What is owed.
    pub debt: i64,
}

/// What is left of a budget.
#[derive(Clone, Debug, Default)]
pub struct BudgetLeft {
    /// Of which campaign.
    pub campaign: String,
    /// How much of the whole, if that is limited.
    pub total_minor: Option<i64>,
    /// How many payments, if they are.
    pub total_payments: Option<i64>,
}

impl Seen {
    /// What the payer was charged, as promised.
    pub fn charged(&self) -> i64 {
        self.price - self.wallet
    }

    /// What was promised for the way in which it was paid.
    pub fn promise(&self) -> Option<&Offer> {
        let method = &self.payment.as_ref()?.method;
        self.offers.get(method).filter(|offer| offer.minor > 0)
    }

    /// Our refunds that stand.
    pub fn cashbacks(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.is_cashback && refund.stands())
    }

    /// What the merchant gave back and stands.
    pub fn given_back(&self) -> i64 {
        self.refunds
            .iter()
            .filter(|refund| !refund.is_cashback && refund.stands())
            .map(|refund| refund.minor)
            .sum()
    }

    /// Whether the payer's bank took the payment back for good.
    pub fn is_lost(&self) -> bool {
        matches!(self.dispute, Some((_, Some((_, false)))))
    }

    /// Whether the bank has not decided yet.
    pub fn is_disputed(&self) -> bool {
        matches!(self.dispute, Some((_, None)))
    }
}
