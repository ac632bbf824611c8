//! A town with shops and campaigns, on a calm day.

use kembali_local::Options;
use kembali_tests::{DAWN, Shop, Town};
use local_wire::Clock;
use local_wire::faults::Faults;

use super::{Act, WEALTH, World};
use crate::dice::Dice;
use crate::mail::{self, Mail};
use crate::markets::markets;
use crate::memory::Memory;
use crate::plan::Plan;
use crate::trace::Trace;
use crate::weather::Weather;

#[expect(clippy::expect_used, reason = "a town that cannot be built ends the simulation")]
impl World {
    /// The town of a seed, with everything set up that is there before the first checkout.
    pub async fn build(seed: u64, lives: usize) -> Self {
        let weather = Weather::new(seed, DAWN);
        let mut options = Options::new(Clock::fixed(DAWN));
        // The books are closed and matched when the auditor says so.
        options.template = options.template.replace("rate(1 hour)", "rate(30 days)");
        options.secrets.connect_webhook = mail::secrets("connect");
        options.secrets.thin_webhook = mail::secrets("thin");
        let faults = Faults::default();
        options.faults = faults.clone();
        let town = Town::with(options).await;
        let (mail, mail_served) =
            Mail::open(seed, &town.stack.gateway_url(), DAWN).await.expect("a free port");
        let stripe = town.stack.stripe();
        stripe.set_endpoints(mail.endpoints(&mail_served.url()));
        let markets = markets(&mut Dice::new(seed, "markets"), lives);
        let mut shops: Vec<Vec<Shop>> = Vec::new();
        for market in &markets {
            let mut of_market = vec![town.shop(market.country).await];
            for number in 1..market.shops {
                let reference = format!("shop-{}-{number}", market.country);
                of_market.push(town.another_shop(market.country, &reference).await);
            }
            for campaign in &market.campaigns {
                town.campaign(market.country, campaign.rule(market.currency)).await;
            }
            for shop in &of_market {
                stripe.keep_minimum(&shop.account, market.currency, WEALTH);
            }
            let platform = stripe.platform_account_in(market.country);
            stripe.set_available_balance(&platform, market.currency, WEALTH);
            shops.push(of_market);
        }
        let in_front = weather.clone();
        faults.decide(move |asked| in_front.decide(asked));
        let plan = Plan::new(seed, lives, &markets);
        let dawn = town.now();
        Self {
            lives: plan.lives.iter().map(|_| Memory::default()).collect(),
            trace: Trace::new(dawn),
            agenda: std::collections::BTreeMap::<(i64, u64), Act>::new(),
            planned: 0,
            redriven: 0,
            problems: Vec::new(),
            town,
            mail,
            mail_served,
            weather,
            markets,
            plan,
            shops,
            dawn,
        }
    }

    /// Has Stripe sign with the new secrets.
    pub(super) fn roll_secrets(&self) {
        self.mail.roll_secrets();
        self.town.stack.stripe().set_endpoints(self.mail.endpoints(&self.mail_served.url()));
    }
}
