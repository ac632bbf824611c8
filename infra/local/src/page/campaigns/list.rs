//! A market's campaigns: what they give, within which limits, and what is left.

use kembali::domain::campaign::{
    Campaign, Funding, Limit, Occasion, Reward, Rule, Stacking, Tier, VisitScope,
};
use kembali::domain::market::Country;
use kembali::domain::promise::OnRefund;
use kembali::domain::time::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use crate::page::answers::{Campaigns, Left, Policy, Remaining, Stop};
use crate::page::api::read;
use crate::page::common::Page;
use crate::page::layout::badge;
use crate::page::problem::Problem;
use crate::page::zone::Zone;

/// A market's campaigns, and whether all of them are stopped.
pub(super) struct Market {
    campaigns: Vec<Listed>,
    stopped: Option<Stop>,
}

/// A campaign, where it stands, and what is left of its budget.
struct Listed {
    campaign: Campaign,
    status: String,
    left: Option<Left>,
}

/// The campaigns of a market.
pub(super) async fn of(page: &Page, country: Country) -> Result<Market, Problem> {
    let path = format!("/v1/markets/{}/campaigns", country.code());
    let answer = page.api().look_up(&path).await?;
    let campaigns: Campaigns = read(answer.clone())?;
    let now = page.now();
    let mut listed = Vec::new();
    for campaign in campaigns.campaigns {
        let mut left = None;
        // What is left is read with a campaign, not with the list of them all.
        if !campaign.rule.budget.is_unlimited() {
            let one: Value = page.api().look_up(&format!("{path}/{}", campaign.rule.id)).await?;
            left = one.get("left").cloned().and_then(|left| serde_json::from_value(left).ok());
        }
        listed.push(Listed { status: campaign.status(now).to_owned(), campaign, left });
    }
    let policy = format!("/v1/markets/{}/policy", country.code());
    let policy: Policy = read(page.api().look_up(&policy).await?)?;
    Ok(Market { campaigns: listed, stopped: policy.stopped })
}

pub(super) fn market(country: Country, market: &Market, now: Timestamp) -> Markup {
    let Market { campaigns, stopped } = market;
    let zone = Zone::of(country, now);
    html! {
        section.card id=(country.code()) {
            h2 { span.flag { (country.code()) } " " (country.currency().code()) }
            @if let Some(stop) = stopped {
                div.why {
                    p { strong { "Stopped" } " since " (zone.time(stop.at)) " by " (stop.actor) ": " (stop.reason) }
                    p.quiet { "Nothing new is promised, and nothing that was promised is released." }
                    form method="post" action={ "/markets/" (country.code()) "/resume" } {
                        button aria-label={ "resume all campaigns in " (country.code()) } { "Go on" }
                    }
                }
            }
            @if campaigns.is_empty() { p.quiet { "No campaign." } }
            @for listed in campaigns { (one(&zone, country, listed, stopped.is_some())) }
            @if stopped.is_none() && !campaigns.is_empty() { (stop(country)) }
        }
    }
}

fn one(zone: &Zone, country: Country, listed: &Listed, is_stopped: bool) -> Markup {
    let Listed { campaign, status, left } = listed;
    let rule = &campaign.rule;
    let shown = if is_stopped && status == "running" { "stopped" } else { status };
    let methods = rule.methods.iter().map(|method| method.label()).collect::<Vec<_>>().join(", ");
    let first = zone.day(rule.starts_at.instant(&country.time_zone()));
    let last = zone.day(rule.ends_at.instant(&country.time_zone()).plus_seconds(-1));
    html! {
        article.campaign {
            div {
                p.what { strong { (reward(rule)) } " " span.id { (rule.id) } " " (badge(shown)) }
                p { (methods) " · paid by " (funding(rule.funding)) }
                ul { @for line in limits(rule) { li { (line) } } }
                @if let Some(left) = left { p { (remaining(left)) } }
                p.quiet { (first) " to " (last) }
            }
            @if status != "ended" { (actions(campaign)) }
        }
    }
}

/// The kill switch. Who presses it says why.
fn stop(country: Country) -> Markup {
    html! {
        details.fold {
            summary { "Stop all campaigns" }
            div {
                form.row method="post" action={ "/markets/" (country.code()) "/stop" } {
                    label { span { "Reason" } input name="reason" required maxlength="250"; }
                    button.danger { "Stop all in " (country.code()) }
                }
            }
        }
    }
}

fn actions(campaign: &Campaign) -> Markup {
    let (country, id) = (campaign.country.code(), &campaign.rule.id);
    let action = if campaign.paused { "resume" } else { "pause" };
    html! {
        form method="post" action={ "/campaigns/" (country) "/" (id) "/" (action) } {
            button aria-label={ (action) " " (id) } { (action) }
        }
    }
}

fn remaining(left: &Left) -> Markup {
    let words = |left: &Remaining| {
        let payments = left.payments.map(count);
        let amount = left.amount.map(|amount| amount.to_string());
        payments.into_iter().chain(amount).collect::<Vec<_>>().join(", ")
    };
    html! {
        @if let Some(total) = &left.total { strong.left { (words(total)) " left" } " " }
        @if let Some(today) = &left.today { strong.left { (words(today)) " left today" } }
    }
}

fn count(payments: i64) -> String {
    if payments == 1 { "1 payment".to_owned() } else { format!("{payments} payments") }
}

fn reward(rule: &Rule) -> String {
    match &rule.reward {
        Reward::Percent { percent } => format!("{percent}% back"),
        Reward::Fixed { amount } => format!("{amount} back"),
        Reward::Tiered { tiers } => {
            let tier = |tier: &Tier| format!("{}% from {}", tier.percent, tier.from);
            tiers.iter().map(tier).collect::<Vec<_>>().join(", ")
        }
    }
}

fn funding(funding: Funding) -> String {
    match funding {
        Funding::Merchant => "the merchant".to_owned(),
        Funding::Platform => "the platform".to_owned(),
        Funding::Split { platform_bps } => {
            format!("the platform {}.{:02}%, the merchant the rest", platform_bps / 100, platform_bps % 100)
        }
    }
}

/// Everything that bounds it, a line each.
fn limits(rule: &Rule) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(rule.min_spend.map(|least| format!("payments from {least}")));
    lines.extend(rule.max_per_payment.map(|most| format!("at most {most} a payment")));
    lines.extend(rule.channels.as_ref().map(|channels| {
        let name = |channel: &kembali::domain::market::Channel| match channel {
            kembali::domain::market::Channel::Chat => "in the chat",
            kembali::domain::market::Channel::Counter => "at the counter",
        };
        channels.iter().map(name).collect::<Vec<_>>().join(" or ")
    }));
    lines.extend(rule.occasion.map(occasion));
    lines.extend(rule.caps.iter().map(|cap| format!("a payer: {} per {}", limit(cap.limit), cap.per.name())));
    lines.extend(rule.budget.total.map(|total| format!("all: {}", limit(total))));
    lines.extend(rule.budget.per_day.map(|day| format!("all: {} a day", limit(day))));
    lines.extend(match rule.stacking {
        Stacking::BestOf => None,
        Stacking::Exclusive => Some("no other campaign beside it".to_owned()),
        Stacking::Sum { ceiling } => Some(format!("added to others, up to {ceiling}")),
    });
    lines.extend((rule.on_refund == OnRefund::Cancel).then(|| "ends with a partial refund".to_owned()));
    lines.extend(rule.merchants.as_ref().map(|merchants| format!("at {} merchants", merchants.len())));
    lines.extend(rule.merchant_categories.as_ref().map(|_| "at some kinds of shops".to_owned()));
    lines
}

fn limit(limit: Limit) -> String {
    let payments = limit.payments.map(|payments| count(i64::from(payments)));
    let amount = limit.amount.map(|amount| amount.to_string());
    payments.into_iter().chain(amount).collect::<Vec<_>>().join(", ")
}

fn occasion(occasion: Occasion) -> String {
    match occasion {
        Occasion::FirstPayment { scope: VisitScope::Overall } => "the first payment".to_owned(),
        Occasion::FirstPayment { scope: VisitScope::PerMerchant } => "the first payment at a shop".to_owned(),
        Occasion::OncePerMerchant => "once at each shop".to_owned(),
        Occasion::EveryNth { n } => format!("every {n}th payment"),
    }
}
