//! Thirty days at Stripe's default settings: every merchant's balance is paid out every business day, and no
//! merchant leaves anything there. Every cashback is with its payer in time, and what the platform must have
//! on its own balance for that is what the README says.

use kembali::domain::market::{Country, Method, Tender};
use kembali_tests::{Shop, Town, five_percent, text};
use serde_json::Value;

use crate::cashback::paying;

const DAYS: i64 = 30;

/// After so many a merchant is no longer new: a new one's payments become available after a week at the
/// earliest.
const NEW_DAYS: i64 = 14;

/// What each payment earns: half of 40.00, so that the fees that the platform earns are small beside it.
const COVER_MINOR: i64 = 2000;

/// A market's shop, and what it sold.
struct Street {
    country: Country,
    method: Method,
    town: Town,
    shop: Shop,
    sold: Vec<Value>,
}

impl Street {
    async fn new(country: Country, method: Method) -> Self {
        let town = Town::unswept().await;
        let shop = town.shop(country.code()).await;
        let mut rule = five_percent("half", method.stripe_name(), "merchant");
        rule["reward"]["percent"] = "50".into();
        town.campaign(country.code(), rule).await;
        Self { country, method, town, shop, sold: Vec::new() }
    }

    fn currency(&self) -> String {
        self.country.currency().code().to_owned()
    }

    /// Somebody buys something.
    async fn sell(&mut self) {
        let (reference, currency) = (format!("order-{}", self.sold.len()), self.currency());
        let checkout = self.town.checkout(&self.shop, &reference, "40.00", &currency).await;
        self.town.pay(&checkout, paying(Tender::of(self.method)[0])).await;
        self.sold.push(checkout);
    }

    /// What the platform has on its available balance.
    fn available(&self) -> i64 {
        let stripe = self.town.stack.stripe();
        stripe.available_balance(
            &stripe.platform_account_in(self.country.code()),
            &self.currency().to_lowercase(),
        )
    }
}

/// How many days of covers the platform must have of its own, for a merchant that is new and for one that is
/// not: the lowest that its available balance came to.
async fn days_of_covers(country: Country, method: Method) -> (i64, i64) {
    let mut street = Street::new(country, method).await;
    let (begin, mut lowest) = (street.available(), (0, 0));
    for day in 0..DAYS {
        street.sell().await;
        for _ in 0..4 {
            street.town.hours(6).await;
            let lowest = if day < NEW_DAYS { &mut lowest.0 } else { &mut lowest.1 };
            *lowest = (street.available() - begin).min(*lowest);
        }
    }
    street.town.hours(48).await;
    for checkout in &street.sold {
        let seen = street.town.read(&street.shop, checkout).await;
        let case = format!("{} by {}: {seen}", country.code(), method.stripe_name());
        assert_eq!(text(&seen, "/cashback/state"), "credited", "{case}");
        assert!(text(&seen, "/cashback/credited_at") <= text(&seen, "/cashback/promised_by"), "{case}");
        assert_eq!(street.town.back(checkout).cashback, [COVER_MINOR], "{case}");
    }
    assert_eq!(street.town.dead_letters(), 0);
    let stripe = street.town.stack.stripe();
    let read = stripe.read_allocation(&stripe.platform_account_in(country.code()));
    assert!(read.used <= 90 && read.allowed > 10_000, "three reads a payment, of 500: {read:?}");
    let payouts = street.town.movements().into_iter().filter(|moved| moved.starts_with("payout")).count();
    assert!(payouts > 0 || country == Country::BR, "the merchant is paid out");
    let days = |lowest: i64| (COVER_MINOR - 1 - lowest) / COVER_MINOR;
    (days(lowest.0), days(lowest.1))
}

#[tokio::test]
async fn thirty_days_of_default_payouts_miss_no_promise() {
    let mut floats = Vec::new();
    for &country in Country::ALL {
        for &method in country.methods() {
            let (new, later) = days_of_covers(country, method).await;
            floats.push(format!("{} {}: {new}, then {later}", country.code(), method.stripe_name()));
        }
    }
    let expected = [
        "SG card: 6, then 3",
        "SG paynow: 6, then 1",
        "IN card: 6, then 3",
        "IN upi: 6, then 4",
        "BR card: 13, then 27",
        "BR pix: 13, then 27",
        "US card: 6, then 2",
    ];
    assert_eq!(floats, expected, "what `shared/README.md#funding` says");
}

/// Stripe does not say whether a fee that is given back is available at once. If it were not, it would be
/// paid out to the merchant's bank as soon as it is: a card's refund would wait for other money, and any
/// other's fail, so that a person decides. Nothing would be paid twice, and nothing forgotten.
#[tokio::test]
async fn were_covers_to_arrive_later_cards_would_wait_and_the_rails_would_fail() {
    let mut ends = Vec::new();
    for (country, method) in
        [(Country::SG, Method::Paynow), (Country::SG, Method::Card), (Country::IN, Method::Upi)]
    {
        let mut street = Street::new(country, method).await;
        street.town.stack.stripe().fee_refunds_arrive_pending(true);
        street.sell().await;
        street.town.hours(48 + 20 * 24).await;
        let standing = street.town.standing(&street.shop, &street.sold[0]).await;
        let back = street.town.back(&street.sold[0]).cashback;
        ends.push(format!("{} by {}: {standing}, {back:?}", country.code(), method.stripe_name()));
    }
    let expected =
        ["SG by paynow: paid failed, []", "SG by card: paid credited, [2000]", "IN by upi: paid failed, []"];
    assert_eq!(ends, expected);
}
