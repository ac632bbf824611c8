//! No budget and no cap is exceeded: computed from what the checkouts said to the payers, and from what
//! Stripe sent, never from what the system counts.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kembali::domain::market::Country;
use local_stripe::MovementKind;
use serde_json::Value;

use super::seen::{Seen, array, is_cashback, minor};
use crate::demo::story::Story;
use crate::town::{TownError, text};

/// How many payments and how much, under the name of what is limited.
type Tallies = BTreeMap<String, (i64, i64)>;

/// Every campaign of every market, against everything that was promised under it and everything that was sent
/// for it.
pub(super) async fn check(story: &Story<'_>, seen: &[Seen<'_>]) -> Result<Vec<String>, TownError> {
    let mut violations = Vec::new();
    for &country in Country::ALL {
        let path = format!("/v1/markets/{}/campaigns", country.code());
        let listed = story.town.look_up(&path).await?;
        for campaign in array(&listed, "/campaigns") {
            let sent = |seen: &Seen<'_>, id: &str| sent(story, seen, id);
            violations.extend(exceeded(seen, campaign, &country.time_zone(), sent));
        }
    }
    Ok(violations)
}

/// The limits of a campaign that are exceeded; `sent` says what Stripe sent for a checkout under a campaign.
fn exceeded(
    seen: &[Seen<'_>],
    campaign: &Value,
    zone: &TimeZone,
    sent: impl Fn(&Seen<'_>, &str) -> Option<i64>,
) -> Vec<String> {
    let id = text(campaign, "/id");
    let mut tallies = Tallies::new();
    let mut count = |name: String, minor: i64| {
        let tally = tallies.entry(name).or_default();
        *tally = (tally.0 + 1, tally.1 + minor);
    };
    for seen in seen {
        if let Some(promised) = promised(seen, &id) {
            let created = text(seen.now, "/created_at");
            count("budget.total".to_owned(), promised);
            count(format!("budget.per_day {}", period("day", &created, zone)), promised);
            for cap in array(campaign, "/caps") {
                let per = text(cap, "/per");
                count(format!("cap.{per} {} {}", seen.told.phone, period(&per, &created, zone)), promised);
            }
        }
        if let Some(sent) = sent(seen, &id) {
            count("sent budget.total".to_owned(), sent);
        }
    }
    let limit = |name: &str| {
        let name = name.trim_start_matches("sent ");
        let caps = array(campaign, "/caps").iter();
        caps.map(|cap| (format!("cap.{}", text(cap, "/per")), cap))
            .chain(campaign.pointer("/budget/total").map(|limit| ("budget.total".to_owned(), limit)))
            .chain(campaign.pointer("/budget/per_day").map(|limit| ("budget.per_day".to_owned(), limit)))
            .find(|(known, _)| name.split(' ').next() == Some(known))
            .map(|(_, limit)| limit.clone())
    };
    tallies
        .into_iter()
        .filter_map(|(name, (payments, sum))| {
            let limit = limit(&name)?;
            let most = limit.pointer("/payments").and_then(Value::as_i64);
            let most_minor = limit.pointer("/amount").map(|_| minor(&limit, "/amount"));
            let over = most.is_some_and(|most| payments > most) || most_minor.is_some_and(|most| sum > most);
            over.then(|| format!("{id}: {name}: {payments} payments, {sum} in all"))
        })
        .collect()
}

/// What a checkout promised under a campaign when it was created, and has not taken back with its page.
fn promised(seen: &Seen<'_>, campaign: &str) -> Option<i64> {
    let offers = array(&seen.told.checkout, "/offers").iter();
    let of_campaign = offers
        .filter(|offer| array(offer, "/campaigns").iter().any(|named| named.as_str() == Some(campaign)));
    let most = of_campaign.map(|offer| minor(offer, "/cashback")).max()?;
    let stands = match text(seen.now, "/status").as_str() {
        "open" => true,
        "expired" | "failed" => false,
        _ => text(seen.now, "/cashback/campaign") == campaign,
    };
    stands.then_some(most)
}

/// What Stripe sent the payer as the cashback of a checkout under a campaign.
fn sent(story: &Story<'_>, seen: &Seen<'_>, campaign: &str) -> Option<i64> {
    if text(seen.now, "/cashback/campaign") != campaign {
        return None;
    }
    let (stripe, id) = (story.town.stack().stripe(), text(seen.now, "/id"));
    let is_own = |refund: &Value| is_cashback(refund) && text(refund, "/metadata/kembali_checkout") == id;
    let moved = stripe.moved().into_iter().filter(|moved| {
        matches!(moved.kind, MovementKind::Refund | MovementKind::RefundFailure)
            && stripe.object(&moved.source).as_ref().is_some_and(is_own)
    });
    let sent: i64 = moved.map(|moved| -moved.amount).sum();
    (sent > 0).then_some(sent)
}

/// The name of the period that a point in time lies in, by the market's clock.
fn period(per: &str, at: &str, zone: &TimeZone) -> String {
    let Ok(at) = at.parse::<jiff::Timestamp>() else { return String::new() };
    let day = at.to_zoned(zone.clone()).date();
    match per {
        "day" => day.to_string(),
        "week" => format!("{}-{}", day.iso_week_date().year(), day.iso_week_date().week()),
        "month" => format!("{}-{}", day.year(), day.month()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::demo::story::Told;
    use crate::town::Shop;

    /// A checkout that was promised 2.00 under `lunch` and stands at `status`.
    fn told(phone: &str, status: &str, created: &str) -> (Told, Value) {
        let money = json!({"value": "2.00", "currency": "SGD"});
        let offers = json!([{"campaigns": ["lunch"], "cashback": money}]);
        let shop = Shop { id: String::new(), key: String::new(), account: String::new() };
        let told = Told { shop, checkout: json!({ "offers": offers }), phone: phone.to_owned() };
        let now = json!({"status": status, "created_at": created, "cashback": {"campaign": "lunch"}});
        (told, now)
    }

    /// How many limits of a campaign with `limits` these checkouts exceed.
    fn check(limits: Value, checkouts: &[(Told, Value)], sent: Option<i64>, expected: usize) {
        let mut campaign = json!({"id": "lunch"});
        campaign.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
        let seen: Vec<Seen<'_>> = checkouts.iter().map(|(told, now)| Seen { told, now }).collect();
        let found = exceeded(&seen, &campaign, &Country::SG.time_zone(), |_, _| sent);
        assert_eq!(found.len(), expected, "{limits}: {found:?}");
    }

    #[test]
    fn what_is_exceeded_is_found() {
        let noon = "2026-11-22T04:00:00Z";
        let two = [told("a", "paid", noon), told("b", "open", noon)];
        let money = |value: &str| json!({"value": value, "currency": "SGD"});
        check(json!({"budget": {"total": {"payments": 2}}}), &two, None, 0);
        check(json!({"budget": {"total": {"payments": 1}}}), &two, None, 1);
        check(json!({"budget": {"total": {"amount": money("4.00")}}}), &two, None, 0);
        check(json!({"budget": {"total": {"amount": money("3.99")}}}), &two, None, 1);
        check(json!({"budget": {"total": {"amount": money("4.00")}}}), &two, Some(201), 1);
        check(json!({"budget": {"per_day": {"payments": 1}}}), &two, None, 1);
        let tomorrow = [told("a", "paid", noon), told("a", "paid", "2026-11-22T16:00:00Z")];
        check(json!({"budget": {"per_day": {"payments": 1}}}), &tomorrow, None, 0);
        check(json!({"caps": [{"per": "day", "payments": 1}]}), &tomorrow, None, 0);
        check(json!({"caps": [{"per": "campaign", "payments": 1}]}), &tomorrow, None, 1);
        check(json!({"caps": [{"per": "campaign", "payments": 1}]}), &two, None, 0);
        let gone = [told("a", "paid", noon), told("a", "expired", noon)];
        check(json!({"caps": [{"per": "campaign", "amount": money("2.00")}]}), &gone, None, 0);
    }
}
