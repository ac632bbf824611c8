//! What is done: each flow from its first request to rest.

/// A way to pay, and the market where it is at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rail {
    Card,
    Paynow,
    Upi,
    Pix,
}

/// Something that somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A business applies, and the operator is given its key.
    Apply,
    /// It begins its onboarding, and finishes it on Stripe's pages.
    Onboard,
    /// The merchant has a new key made with the one in use, and uses it from then on.
    RollKey,
    /// Stripe stops payments on the merchant's account, or lets them go on, and tells nobody.
    Restrict,
    Mend,
    /// A merchant asks for 25.00.
    Create,
    /// The payer is given 1.25 of credit by hand.
    Credit,
    /// A merchant asks for 25.00, which the payer agrees to pay with credit in part.
    CreateWithCredit,
    /// The payer pays.
    Pay,
    /// The payer's payment takes a while, and succeeds or not.
    PaySlowly(bool),
    /// The time of the cashback comes, and the promise ends.
    Mature,
    /// The same, where the schedule was lost and the sweep alone finds what is due.
    MatureUnscheduled,
    /// The merchant refunds so much, or all that is left.
    Refund(Option<&'static str>),
    /// The merchant refunds 5.00 in Stripe's dashboard.
    RefundInDashboard,
    /// The payer disputes the payment.
    Dispute,
    /// The bank decides for the merchant, or not.
    Close(bool),
    /// The merchant closes the checkout.
    Expire,
    /// Nobody pays for a day.
    LetExpire,
    /// The next refund bounces.
    BounceNext,
    /// The operator has a failed cashback paid again.
    Retry,
    /// A day passes.
    Day,
}

/// One flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub(crate) name: &'static str,
    pub(crate) rail: Rail,
    /// Who pays the cashback.
    pub(crate) funding: &'static str,
    /// Whether the campaign has a cap and a budget.
    pub(crate) is_limited: bool,
    /// Whether the payer is known by number.
    pub(crate) knows_payer: bool,
    /// What has happened before, and goes well.
    pub(crate) before: &'static [Step],
    /// What is hit.
    pub(crate) act: &'static [Step],
    /// How it ends: checkout and cashback.
    pub(crate) ends: &'static str,
    /// How it may end when a step comes days later, where that is not the same; amounts may differ then as
    /// well.
    pub(crate) late: &'static [&'static str],
}

const PLAIN: Flow = Flow {
    name: "",
    rail: Rail::Card,
    funding: "merchant",
    is_limited: false,
    knows_payer: true,
    before: &[],
    act: &[],
    ends: "",
    late: &[],
};

const PAID: &[Step] = &[Step::Create, Step::Pay];
const CREDITED: &[Step] = &[Step::Create, Step::Pay, Step::Mature];

/// From nothing to an enabled merchant.
pub(crate) const ENABLE: Flow =
    Flow { name: "apply and onboard", act: &[Step::Apply, Step::Onboard], ends: "enabled", ..PLAIN };

/// A key that takes the place of another, twice.
pub(crate) const ROLL: Flow = Flow {
    name: "the key is rolled",
    before: &[Step::Apply, Step::Onboard],
    act: &[Step::RollKey, Step::RollKey],
    ends: "enabled",
    ..PLAIN
};

/// Orders for which Stripe makes no page at first.
pub(crate) const REFUSED: [Flow; 2] = [
    Flow {
        name: "refused a page at first",
        rail: Rail::Paynow,
        is_limited: true,
        act: &[Step::Restrict, Step::Create, Step::Mend, Step::Create, Step::Pay],
        ends: "paid credited",
        ..PLAIN
    },
    Flow {
        name: "refused a page at first, with credit",
        before: &[Step::Credit],
        act: &[Step::Restrict, Step::CreateWithCredit, Step::Mend, Step::CreateWithCredit, Step::Pay],
        ends: "paid credited",
        late: &["paid credited"],
        ..PLAIN
    },
];

/// A payment's life, for each rail and funding.
pub(crate) const LIVES: [Flow; 6] = [
    Flow { name: "card, merchant", act: CREDITED, ends: "paid credited", ..PLAIN },
    Flow {
        name: "paynow, platform, cap and budget",
        rail: Rail::Paynow,
        funding: "platform",
        is_limited: true,
        act: CREDITED,
        ends: "paid credited",
        ..PLAIN
    },
    Flow {
        name: "upi, merchant",
        rail: Rail::Upi,
        before: PAID,
        act: &[Step::Mature],
        ends: "paid credited",
        ..PLAIN
    },
    Flow {
        name: "pix, split",
        rail: Rail::Pix,
        funding: "split",
        before: PAID,
        act: &[Step::Mature],
        ends: "paid credited",
        ..PLAIN
    },
    Flow {
        name: "pix, platform",
        rail: Rail::Pix,
        funding: "platform",
        before: PAID,
        act: &[Step::Mature],
        ends: "paid credited",
        ..PLAIN
    },
    Flow {
        name: "card, split",
        funding: "split",
        before: PAID,
        act: &[Step::Mature],
        ends: "paid credited",
        ..PLAIN
    },
];

/// A life that ends without a payment, or without its schedule.
pub(crate) const UNPAID: [Flow; 5] = [
    Flow {
        name: "closed by the merchant",
        rail: Rail::Paynow,
        is_limited: true,
        before: &[Step::Create],
        act: &[Step::Expire],
        ends: "expired ",
        ..PLAIN
    },
    Flow {
        name: "expired at Stripe",
        rail: Rail::Paynow,
        is_limited: true,
        before: &[Step::Create],
        act: &[Step::LetExpire],
        ends: "expired ",
        ..PLAIN
    },
    Flow {
        name: "a slow payment fails",
        rail: Rail::Upi,
        is_limited: true,
        before: &[Step::Create],
        act: &[Step::PaySlowly(false)],
        ends: "failed ",
        ..PLAIN
    },
    Flow {
        name: "a slow payment succeeds",
        rail: Rail::Upi,
        is_limited: true,
        before: &[Step::Create],
        act: &[Step::PaySlowly(true)],
        ends: "paid credited",
        ..PLAIN
    },
    Flow {
        name: "found by the sweep",
        before: PAID,
        act: &[Step::MatureUnscheduled],
        ends: "paid credited",
        ..PLAIN
    },
];

/// Refunds, before the release and after it.
pub(crate) const REFUNDS: [Flow; 5] = [
    Flow {
        name: "a part before the release",
        rail: Rail::Paynow,
        funding: "split",
        is_limited: true,
        before: PAID,
        act: &[Step::Refund(Some("10.00")), Step::Mature],
        ends: "partly_refunded credited",
        late: &["partly_refunded credited"],
        ..PLAIN
    },
    Flow {
        name: "all before the release",
        before: PAID,
        // Its cover goes back when the cashback would have been released.
        act: &[Step::Refund(None), Step::Mature],
        ends: "refunded reversed",
        late: &["refunded reversed", "refunded credited"],
        ..PLAIN
    },
    Flow {
        name: "a part after the release, funded by the platform",
        rail: Rail::Paynow,
        funding: "platform",
        before: CREDITED,
        act: &[Step::Refund(Some("10.00"))],
        ends: "partly_refunded credited",
        ..PLAIN
    },
    Flow {
        name: "all after the release, split",
        rail: Rail::Pix,
        funding: "split",
        is_limited: true,
        before: CREDITED,
        act: &[Step::Refund(None)],
        ends: "refunded credited",
        ..PLAIN
    },
    Flow {
        name: "in the dashboard",
        before: PAID,
        act: &[Step::RefundInDashboard],
        ends: "partly_refunded credited",
        late: &["partly_refunded credited"],
        ..PLAIN
    },
];

/// Disputes, won and lost.
pub(crate) const DISPUTES: [Flow; 4] = [
    Flow {
        name: "won",
        before: PAID,
        act: &[Step::Dispute, Step::Day, Step::Close(true), Step::Mature],
        ends: "won credited",
        late: &["won credited"],
        ..PLAIN
    },
    Flow {
        name: "lost before the release",
        funding: "split",
        is_limited: true,
        before: PAID,
        act: &[Step::Dispute, Step::Day, Step::Close(false), Step::Mature],
        ends: "lost reversed",
        late: &["lost reversed", "lost credited"],
        ..PLAIN
    },
    Flow {
        name: "won after the release, split",
        funding: "split",
        before: CREDITED,
        act: &[Step::Dispute, Step::Close(true)],
        ends: "won credited",
        ..PLAIN
    },
    Flow {
        name: "lost after the release, funded by the platform",
        funding: "platform",
        before: CREDITED,
        act: &[Step::Dispute, Step::Close(false)],
        ends: "lost credited",
        late: &["lost credited"],
        ..PLAIN
    },
];

/// Cashback that bounces, and credit that is spent.
pub(crate) const WALLETS: [Flow; 3] = [
    Flow {
        name: "bounced, to the wallet",
        funding: "platform",
        before: &[Step::Create, Step::Pay, Step::BounceNext],
        act: &[Step::Mature],
        ends: "paid credited_to_wallet",
        ..PLAIN
    },
    Flow {
        name: "bounced, and paid again by hand",
        rail: Rail::Paynow,
        knows_payer: false,
        before: &[Step::Create, Step::Pay, Step::BounceNext, Step::Mature],
        act: &[Step::Retry, Step::Day],
        ends: "paid credited",
        late: &["paid credited"],
        ..PLAIN
    },
    Flow {
        name: "credit spent and settled",
        before: &[Step::Credit],
        act: &[Step::CreateWithCredit, Step::Pay, Step::Mature],
        ends: "paid credited",
        late: &["paid credited"],
        ..PLAIN
    },
];
