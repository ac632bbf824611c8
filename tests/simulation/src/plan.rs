//! What will happen: the lives of checkouts, and what befalls everybody. All of it is decided before anything
//! happens.

use crate::dice::Dice;
use crate::markets::Market;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// In so many hours from the beginning all checkouts are created.
pub const WINDOW: i64 = 30 * HOUR;
/// From so many hours on nothing goes wrong any more.
pub const CALM_FROM: i64 = 86 * HOUR;
/// When the auditor comes.
pub const END: i64 = 112 * HOUR;
/// How many different payers there are in a market, for each hundred lives.
const PAYERS: i64 = 8;

/// The life of one checkout.
#[derive(Clone, Debug)]
pub struct Life {
    /// Which market.
    pub market: usize,
    /// Which shop of it.
    pub shop: usize,
    /// The price.
    pub minor: i64,
    /// Which payer of the market, if the merchant says.
    pub payer: Option<i64>,
    /// Whether the payer agrees to spend credit.
    pub spends_credit: bool,
    /// When it is created, in seconds from the beginning.
    pub at: i64,
    /// Whether the merchant's request is sent twice in a row.
    pub asked_twice: bool,
    /// How it is paid.
    pub course: Course,
    /// How long after its creation.
    pub pays_after: i64,
    /// What follows, and how long after the payment.
    pub follows: Vec<(i64, Happening)>,
}

/// How a checkout is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Not at all: the page expires.
    Never,
    /// The merchant closes it.
    Closed,
    /// The merchant closes it in the second in which the payer pays.
    ClosedWhilePaying,
    /// By the rail of the market.
    Rail,
    /// By the rail, which takes ten minutes and then succeeds or does not.
    Slowly {
        /// Whether it succeeds.
        succeeds: bool,
    },
    /// By a card.
    Card(&'static str),
}

/// Something that happens to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The merchant refunds through the API, a part in percent of the price, or all that is left.
    Refund {
        /// Which of the merchant's refunds of this payment.
        number: u8,
        /// How much of the price, in percent.
        percent: Option<i64>,
    },
    /// The merchant refunds in Stripe's dashboard, a part of the price in percent.
    Dashboard(i64),
    /// The payer's bank disputes it.
    Dispute,
    /// The dispute ends.
    Verdict {
        /// For the merchant.
        won: bool,
    },
    /// The message that its cashback is due comes once more.
    DueAgain,
}

/// Something that befalls everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// The next refund of a shop will fail.
    FailNextRefund {
        /// Market and shop.
        shop: (usize, usize),
        /// Stripe's word for why.
        reason: &'static str,
    },
    /// A shop has no money at Stripe.
    Drain((usize, usize)),
    /// It has again.
    Fill((usize, usize)),
    /// The platform has no money in a market's currency.
    DrainPlatform(usize),
    /// It has again.
    FillPlatform(usize),
    /// A schedule is lost, any of those that there are.
    LoseSchedule(i64),
    /// A schedule fires twice: once now, before its time or after.
    FireTwice(i64),
    /// Stripe signs with a new secret from now on.
    RollSecret,
    /// Stripe tells of payments in another order from now on.
    OtherOrder(bool),
    /// A merchant asks for another's checkout.
    Peep(i64),
}

/// Everything that will happen.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The lives, oldest first.
    pub lives: Vec<Life>,
    /// What befalls everybody, with its time in seconds from the beginning.
    pub blows: Vec<(i64, Blow)>,
}

impl Plan {
    /// The plan of a seed.
    pub fn new(seed: u64, count: usize, markets: &[Market]) -> Self {
        let mut dice = Dice::new(seed, "plan");
        let payers = (i64::try_from(count).unwrap_or(i64::MAX / PAYERS) * PAYERS / 100).max(3);
        let mut lives: Vec<Life> = (0..count).map(|_| life(&mut dice, markets, payers)).collect();
        lives.sort_by_key(|life| life.at);
        Self { lives, blows: blows(&mut dice, count, markets) }
    }
}

fn life(dice: &mut Dice, markets: &[Market], payers: i64) -> Life {
    let market = dice.index(markets.len());
    let shops = markets.get(market).map_or(1, |market| market.shops);
    let course = match dice.between(0, 99) {
        0..=4 => Course::Never,
        5..=8 => Course::Closed,
        9..=11 => Course::ClosedWhilePaying,
        12..=17 => Course::Slowly { succeeds: dice.chance(700) },
        18..=29 => Course::Card(card(dice)),
        _ => Course::Rail,
    };
    let mut follows = Vec::new();
    // Most payments are left alone; the others have it hard.
    for number in 0..dice.pick(&[0, 0, 0, 0, 1, 1, 2, 3]).unwrap_or_default() {
        // Near the release things are most interesting.
        let after = if dice.chance(300) {
            47 * HOUR + dice.between(-20, 20) * MINUTE
        } else {
            dice.between(0, 52 * 60) * MINUTE + dice.between(0, 59)
        };
        let happening = match dice.between(0, 9) {
            0 => Happening::Refund { number, percent: None },
            1..=3 => Happening::Refund { number, percent: Some(dice.between(1, 70)) },
            4 | 5 => Happening::Dashboard(dice.pick(&[1, 10, 33, 50, 100]).unwrap_or(1)),
            6 | 7 => {
                let ends = (after + dice.between(1, 40 * 60) * MINUTE).min(54 * HOUR);
                // Some are still open at the end.
                if dice.chance(850) {
                    follows.push((ends, Happening::Verdict { won: dice.chance(500) }));
                }
                Happening::Dispute
            }
            _ => Happening::DueAgain,
        };
        follows.push((after, happening));
    }
    Life {
        market,
        shop: dice.index(shops),
        minor: dice.pick(&[150, 1_000, 2_500, 9_999]).unwrap_or(500) + dice.between(0, 3_000),
        payer: dice.chance(700).then(|| dice.between(0, payers - 1)),
        spends_credit: dice.chance(400),
        at: dice.between(0, WINDOW),
        asked_twice: dice.chance(50),
        course,
        pays_after: dice.pick(&[2, 30, 300, 3_600]).unwrap_or(2) + dice.between(0, 120),
        follows,
    }
}

/// Stripe's test cards: one that works, and those whose refunds fail or take a while, that are disputed or
/// declined.
fn card(dice: &mut Dice) -> &'static str {
    let cards = [
        "4242424242424242",
        "4242424242424242",
        "5555555555554444",
        "4000000000005126",
        "4000000000007726",
        "4000000000000259",
        "4000000000000002",
    ];
    dice.pick(&cards).unwrap_or("4242424242424242")
}

fn blows(dice: &mut Dice, count: usize, markets: &[Market]) -> Vec<(i64, Blow)> {
    let mut blows = vec![(dice.between(0, 60 * HOUR), Blow::RollSecret)];
    let shop = |dice: &mut Dice| {
        let market = dice.index(markets.len());
        (market, dice.index(markets.get(market).map_or(1, |market| market.shops)))
    };
    for _ in 0..count / 25 + 1 {
        let reasons = ["expired_or_canceled_card", "insufficient_funds", "declined", "unknown"];
        let reason = dice.pick(&reasons).unwrap_or("unknown");
        let blow = Blow::FailNextRefund { shop: shop(dice), reason };
        blows.push((dice.between(40 * HOUR, 78 * HOUR), blow));
        blows.push((dice.between(HOUR, 77 * HOUR), Blow::LoseSchedule(dice.between(0, 1_000))));
        blows.push((dice.between(HOUR, 80 * HOUR), Blow::FireTwice(dice.between(0, 1_000))));
        blows.push((dice.between(2 * HOUR, 80 * HOUR), Blow::Peep(dice.between(0, 1_000_000))));
    }
    for _ in 0..3 {
        let drained = shop(dice);
        let at = dice.between(30 * HOUR, 76 * HOUR);
        blows.push((at, Blow::Drain(drained)));
        blows.push((at + dice.between(10, 360) * MINUTE, Blow::Fill(drained)));
    }
    let (poor, at) = (dice.index(markets.len()), dice.between(40 * HOUR, 76 * HOUR));
    blows.push((at, Blow::DrainPlatform(poor)));
    blows.push((at + dice.between(10, 240) * MINUTE, Blow::FillPlatform(poor)));
    for first in [true, false, true] {
        blows.push((dice.between(0, 40 * HOUR), Blow::OtherOrder(first)));
    }
    blows
}
