//! Whose money a cashback can be, market by market: what Stripe does not carry there is refused.

use expect_test::expect;
use serde_json::{Value, json};

use crate::domain::campaign::Campaign;
use crate::domain::campaign::rule::Rule;
use crate::domain::campaign::tests::{rule, table};
use crate::domain::market::Country;
use crate::domain::time::Timestamp;

/// The usual rule by card, which every market has, with `funding`.
fn funded(funding: &Value) -> Rule {
    serde_json::from_value(rule(json!({"methods": ["card"], "funding": funding}))).unwrap()
}

fn fundings() -> [(&'static str, Value); 3] {
    let split = json!({"split": {"platform_bps": 5000}});
    [("merchant", json!("merchant")), ("platform", json!("platform")), ("split", split)]
}

#[test]
fn every_market_says_whose_money_it_can_be() {
    let mut answers = String::new();
    for &country in Country::ALL {
        for (words, funding) in fundings() {
            let answer = match funded(&funding).check(country) {
                Ok(()) => "good".to_owned(),
                Err(no) => format!("{} | {} {}", no.field.unwrap(), no.detail, no.next.unwrap()),
            };
            answers.push_str(&format!("{} {words}: {answer}\n", country.code()));
        }
    }
    expect![[r#"
        SG merchant: good
        SG platform: good
        SG split: good
        IN merchant: good
        IN platform: funding | A Stripe platform in IN has no transfers, which this funding needs. Write `"funding": "merchant"`.
        IN split: funding | A Stripe platform in IN has no transfers, which this funding needs. Write `"funding": "merchant"`.
        BR merchant: good
        BR platform: good
        BR split: good
        US merchant: good
        US platform: good
        US split: good
    "#]].assert_eq(&answers);
}

/// A campaign that is stored already promises nothing more, and says why.
#[test]
fn a_campaign_of_before_makes_no_offer_that_cannot_be_paid() {
    let mut answers = String::new();
    for country in [Country::SG, Country::IN] {
        for (words, funding) in fundings() {
            let stored = Campaign::new(country, funded(&funding), Timestamp::from_epoch_seconds(0));
            answers.push_str(&format!("{} {words}, {}", country.code(), table(&stored, &["25.00 card"])));
        }
    }
    expect![[r#"
        SG merchant, 25.00 card: SGD 1.25
        SG platform, 25.00 card: SGD 1.25
        SG split, 25.00 card: SGD 1.25
        IN merchant, 25.00 card: INR 1.25
        IN platform, 25.00 card: funding_not_carried
        IN split, 25.00 card: funding_not_carried
    "#]]
    .assert_eq(&answers);
}
