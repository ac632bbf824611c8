//! Credit from the wallet, and what must be read before anything is decided.

use super::*;

/// 25.00, of which 10.00 is credit from two lots.
fn partly_by_credit() -> (Checkout, Payer) {
    let lot = |days, minor| Lot { expires_at: noon().plus_days(days), minor };
    let mut payer = Payer::new(mei(), Country::SG);
    payer.wallet = vec![lot(30, 400), lot(60, 900)];
    let usual = open(Funding::Merchant);
    let checkout =
        Checkout { payer: Some(mei()), wallet: payer.pick(1000, noon()), created_at: noon(), ..usual };
    let reserved = Occupied::of(&checkout).unwrap();
    let payer = Occupied::default().payer_after(&reserved, &payer, &checkout, noon());
    (checkout, payer)
}

/// The charge is given back first, then the credit, the last lot first: what was paid first comes back last.
#[test]
fn credit_is_reserved_spent_and_given_back_in_order() {
    let (checkout, payer) = partly_by_credit();
    let Event::Paid { charge, .. } = paid(Method::Paynow) else { panic!("paid") };
    let paid = Event::Paid { charge, amount: examples::sgd(1500), fee: examples::sgd(25) };
    let check = |events: &[(&str, Event)], expected: Expect| {
        let (mut checkout, mut payer) = (checkout.clone(), payer.clone());
        let mut story = wallet("reserved", &checkout, &payer, None);
        for (words, event) in events {
            let settlement = crate::domain::books::settlement::Settlement::new(
                checkout.merchant.clone(),
                checkout.country,
                checkout.account.clone(),
            );
            let around = Around { payer: Some(payer.clone()), card: None, settlement: Some(settlement) };
            match decide(
                &checkout,
                Some(&around),
                &examples::as_asked(&checkout, event),
                noon().plus_hours(1),
            )
            .unwrap()
            {
                Decision::Commit(commit) => {
                    checkout = commit.checkout;
                    payer = commit.around.payer.unwrap_or(payer);
                    let owed = commit.around.settlement.map(|settlement| settlement.balance_minor);
                    story.push_str(&wallet(words, &checkout, &payer, owed));
                }
                Decision::Nothing => story.push_str(&format!("{words}: nothing\n")),
                Decision::Look => panic!("it has looked"),
            }
        }
        expected.assert_eq(&story);
    };
    check(
        &[("expires", Event::Expired), ("expires again", Event::Expired)],
        expect![[r#"
        reserved: open, wallet [300 for 60 days]
        expires: expired, wallet [400 for 30 days, 900 for 60 days]
        expires again: nothing
    "#]],
    );
    check(
        &[
            ("15.00 paid", paid.clone()),
            ("10.00 refunded", asked("r1", 1000)),
            ("6.00 more", asked("r2", 600)),
            ("7.00 more", asked("r3", 700)),
            ("7.00 once more, by another request", asked("r4", 700)),
            ("the 7.00 repeated", asked("r3", 700)),
        ],
        expect![[r#"
            reserved: open, wallet [300 for 60 days]
            15.00 paid: paid, wallet [300 for 60 days], the merchant is owed +1000
            10.00 refunded: partly_refunded, wallet [300 for 60 days]
            6.00 more: partly_refunded, wallet [300 for 60 days]
            7.00 more: partly_refunded, wallet [100 for 30 days, 900 for 60 days], the merchant is owed -700
            7.00 once more, by another request: refunded, wallet [100 for 30 days, 900 for 60 days]
            the 7.00 repeated: nothing
        "#]],
    );
    check(
        &[
            ("15.00 paid", paid),
            ("all refunded", asked("r1", 2500)),
            (
                "the bank says no",
                crate::domain::examples::refund(
                    "re_1",
                    1500,
                    Outcome::Failed(crate::domain::cashback::refund::Failure::Declined),
                    Purpose::Merchant {
                        checkout: checkout.id.clone(),
                        reference: Reference::parse("r1").unwrap(),
                    },
                ),
            ),
        ],
        expect![[r#"
            reserved: open, wallet [300 for 60 days]
            15.00 paid: paid, wallet [300 for 60 days], the merchant is owed +1000
            all refunded: refunded, wallet [300 for 60 days]
            the bank says no: paid, wallet [300 for 60 days]
        "#]],
    );
}

fn wallet(words: &str, checkout: &Checkout, payer: &Payer, owed: Option<i64>) -> String {
    let lots: Vec<_> = payer
        .wallet
        .iter()
        .map(|lot| format!("{} for {} days", lot.minor, lot.expires_at.seconds_since(noon()) / 86_400))
        .collect();
    let owed = owed.map_or(String::new(), |owed| format!(", the merchant is owed {owed:+}"));
    format!("{words}: {}, wallet [{}]{owed}\n", checkout.status(), lots.join(", "))
}

#[test]
fn an_event_without_its_surroundings_asks_for_them() {
    let (with_credit, _) = partly_by_credit();
    let cases = [
        ("expiry of a page that holds nothing", open(Funding::Merchant), Event::Expired),
        ("expiry of a page that holds credit", with_credit, Event::Expired),
        ("expiry of a page that counts", offered(&[limits(json!(["paynow"]))]), Event::Expired),
        ("payment as promised", offered(&[limits(json!(["paynow"]))]), paid(Method::Paynow)),
        ("payment another way", offered(&[limits(json!(["paynow"]))]), paid(Method::Card)),
    ];
    let table: String = cases
        .into_iter()
        .map(|(words, checkout, event)| {
            let answer =
                match decide(&checkout, None, &examples::as_asked(&checkout, &event), noon()).unwrap() {
                    Decision::Look => "look",
                    Decision::Commit(_) => "commit",
                    Decision::Nothing => "nothing",
                };
            format!("{words}: {answer}\n")
        })
        .collect();
    expect![[r#"
        expiry of a page that holds nothing: commit
        expiry of a page that holds credit: look
        expiry of a page that counts: look
        payment as promised: commit
        payment another way: look
    "#]]
    .assert_eq(&table);
}
