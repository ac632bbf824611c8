use super::*;
use crate::domain::books::matching::DayMatch;
use crate::domain::books::thing::{Kind, Transaction};
use crate::domain::ids::{AccountId, CampaignId, MerchantId, PayerId};
use crate::domain::market::Country;
use crate::domain::posting::{Account, Posting};
use crate::domain::time::{Day, Timestamp};
use expect_test::expect;
use iso_currency::Currency;
use serde_json::json;
use std::collections::BTreeMap;

fn posting(debit: Account, credit: Account, minor: i64, at: &str) -> Posting {
    Posting { debit, credit, minor, at: Timestamp::parse(at).unwrap() }
}

fn booked(postings: Vec<Posting>) -> Booked {
    let source = Source::try_from("chk_aaaaaaaaaaaaaaaaaaaaaaaa".to_owned()).unwrap();
    let entry = Entry {
        source,
        version: 2,
        merchant: MerchantId::parse("mch_aaaaaaaaaaaaaaaa").ok(),
        payer: PayerId::parse("pyr_aaaaaaaaaaaaaaaaaaaaaaaa").ok(),
        campaigns: vec![(CampaignId::parse("five").unwrap(), 125)],
        postings,
    };
    Booked { country: Country::SG, entry }
}

fn a_life() -> Booked {
    use Account::*;
    let day = "2026-11-22T10:00:00Z";
    let later = "2026-11-24T16:30:00Z"; // half past midnight in Singapore
    booked(vec![
        posting(MerchantBalance, MerchantSales, 2500, day),
        posting(MerchantFees, MerchantBalance, 25, day),
        posting(PlatformBalance, PlatformFees, 25, day),
        posting(PlatformCashback, PayerCashback, 125, day),
        posting(PayerCashback, PlatformCashback, 5, day),
        posting(PayerCashback, MerchantBalance, 120, later),
        posting(MerchantBalance, PlatformBalance, 120, later),
    ])
}

#[test]
fn an_entry_comes_back_and_is_short() {
    let entry = a_life().entry;
    let text = serde_json::to_string(&entry).unwrap();
    assert!(text.starts_with(r#"["chk_aaaaaaaaaaaaaaaaaaaaaaaa",2,"mch_aaaaaaaaaaaaaaaa","pyr_"#), "{text}");
    assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
}

#[test]
fn only_what_is_new_counts_and_on_the_markets_own_day() {
    let days = a_life().since(4);
    let table: Vec<String> =
        days.iter().map(|(day, entry)| format!("{day} {}", entry.postings.len())).collect();
    assert_eq!(table, ["2026-11-22 1", "2026-11-25 2"]);
    assert!(a_life().since(7).is_empty());
}

#[test]
fn an_entry_is_read_once_whatever_page_it_is_in() {
    let (mut once, entry) = (Once::default(), a_life().entry);
    assert!(once.is_new(&entry));
    assert!(!once.is_new(&entry));
    assert!(once.is_new(&Entry { version: 3, ..entry }));
}

#[test]
fn each_scope_takes_what_concerns_it() {
    let mut sums = BTreeMap::new();
    add_to(&mut sums, &a_life().entry);
    expect![[r#"{"market":{"1000>1100":120,"1000>4000":2500,"1100>4200":25,"2000>1000":120,"2000>5300":5,"5000>1000":25,"5300>2000":125},"merchant#mch_aaaaaaaaaaaaaaaa":{"1000>1100":120,"1000>4000":2500,"1100>4200":25,"2000>1000":120,"2000>5300":5,"5000>1000":25,"5300>2000":125},"payer#pyr_aaaaaaaaaaaaaaaaaaaaaaaa":{"2000>1000":120,"2000>5300":5,"5300>2000":125},"campaign#five":{"1000>1100":120,"2000>1000":120,"2000>5300":5,"5300>2000":125}}"#]].assert_eq(&serde_json::to_string(&sums).unwrap());
    let text = serde_json::to_string(&sums).unwrap();
    assert_eq!(serde_json::from_str::<BTreeMap<Scope, Totals>>(&text).unwrap(), sums);
}

#[test]
fn a_campaigns_promises_are_all_accounted_for() {
    let mut sums = BTreeMap::new();
    add_to(&mut sums, &a_life().entry);
    let scope = Scope::try_from("campaign#five".to_owned()).unwrap();
    let report = CampaignReport::new(&sums[&scope], Currency::SGD);
    let numbers = [&report.promised, &report.held, &report.credited, &report.reversed, &report.wallet];
    assert_eq!(numbers.map(SignedAmount::value), ["1.25", "0.00", "1.20", "0.05", "0.00"]);
}

#[test]
fn balances_add_up_to_zero() {
    let mut totals = Totals::default();
    a_life().entry.postings.iter().for_each(|posting| totals.add(posting));
    assert_eq!(Account::ALL.into_iter().map(|account| totals.balance(account)).sum::<i64>(), 0);
    let table: Vec<String> = balances_of(&totals, Currency::SGD)
        .iter()
        .map(|one| {
            format!(
                "{} {} = {} - {}",
                one.account,
                one.balance.value(),
                one.debits.value(),
                one.credits.value()
            )
        })
        .collect();
    expect![[r#"
        merchant.balance 24.75 = 26.20 - 1.45
        platform.balance -0.95 = 0.25 - 1.20
        payer.cashback 0.00 = 1.25 - 1.25
        merchant.sales -25.00 = 0.00 - 25.00
        platform.fees -0.25 = 0.00 - 0.25
        merchant.fees 0.25 = 0.25 - 0.00
        platform.cashback 1.20 = 1.25 - 0.05"#]]
    .assert_eq(&table.join("\n"));
}

#[test]
fn a_statement_opens_with_what_was_before() {
    let days: BTreeMap<Day, Totals> = a_life()
        .since(0)
        .into_iter()
        .map(|(day, entry)| {
            let mut totals = Totals::default();
            entry.postings.iter().for_each(|posting| totals.add(posting));
            (day, totals)
        })
        .collect();
    let of = |month: &str| {
        let statement = Statement::new(Month::parse(month).unwrap(), &days, Currency::SGD);
        serde_json::to_value(statement).unwrap()
    };
    let october = of("2026-10");
    assert_eq!(
        (&october["opening"]["value"], &october["closing"]["value"]),
        (&"0.00".into(), &"0.00".into())
    );
    let november = of("2026-11");
    assert_eq!(
        (&november["opening"]["value"], &november["closing"]["value"]),
        (&"0.00".into(), &"24.75".into())
    );
    assert_eq!(november["days"].as_array().map(Vec::len), Some(2));
    let december = of("2026-12");
    assert_eq!((&december["opening"]["value"], &december["days"]), (&"24.75".into(), &json!([])));
}

#[test]
fn a_month_is_one_that_exists() {
    for text in ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "november"] {
        assert!(Month::parse(text).is_err(), "{text}");
    }
    assert!(Month::parse("2026-11").unwrap().has(Day::parse("2026-11-30").unwrap()));
}

/// A posting for several campaigns is divided without a rest: the parts are the whole.
#[test]
fn the_parts_of_campaigns_are_the_whole() {
    use Account::{MerchantCashback, PayerCashback};
    let campaigns: Vec<_> =
        ["a", "b", "c"].map(|name| (CampaignId::parse(name).unwrap(), 1)).into_iter().collect();
    let held = posting(MerchantCashback, PayerCashback, 100, "2026-11-22T10:00:00Z");
    let entry = Entry { campaigns: campaigns.clone(), ..booked(vec![held]).entry };
    let mut sums = BTreeMap::new();
    add_to(&mut sums, &entry);
    let parts: Vec<_> = campaigns
        .into_iter()
        .map(|(campaign, _)| sums[&Scope::Campaign(campaign)].flow(MerchantCashback, PayerCashback))
        .collect();
    assert_eq!(parts, [33, 33, 34]);
}

#[test]
fn a_claim_is_met_by_its_bounds_and_by_nothing_beyond_them() {
    use crate::domain::books::movements::Claim;
    use crate::domain::books::thing::Kind;
    let claim = |least, most| Claim { kind: Kind::Refund, subject: "re_1".to_owned(), least, most };
    let met = |claim: &Claim| (-4..=1).filter(|minor| claim.is_met_by(*minor)).collect::<Vec<i64>>();
    assert_eq!(met(&claim(-3, -3)), [-3]);
    assert_eq!(met(&claim(-2, 0)), [-2, -1, 0]);
}

#[test]
fn a_fee_that_is_given_back_is_known_by_its_type_and_by_its_object() {
    for (kind, object) in [("application_fee_refund", "application_fee"), ("adjustment", "fee_refund")] {
        let source = json!({"object": object, "id": "fr_1", "charge": "ch_1", "account": "acct_1"});
        let transaction = json!({"amount": -25, "created": 1, "type": kind, "source": source});
        let about = Transaction::read(&transaction).unwrap().about.unwrap();
        assert!(about.is(Kind::FeeRefund, "fr_1"), "{kind} {object}: {about:?}");
    }
}

#[test]
fn an_account_that_could_not_be_read_is_a_difference() {
    let day = Day::parse("2026-11-22").unwrap();
    let mut found = DayMatch::new(day, Timestamp::from_epoch_seconds(0), 1);
    assert_eq!(found.differences(), 0);
    found.not_read.push(AccountId::parse("acct_1").unwrap());
    assert_eq!(found.differences(), 1);
}
