//! All attacks, side by side; and beside them what is no attack to whoever looks.

use std::collections::BTreeMap;
use std::pin::Pin;

use expect_test::expect;
use tokio::task::JoinSet;

use crate::gain::{Purchases, Row};
use crate::{collusion, credit, disputes, forgeries, occasions, people, refunds, terms};

type Attack<Line> = Pin<Box<dyn Future<Output = Line> + Send>>;

/// How many towns are lived in at once.
const WIDTH: usize = 4;

fn attacks() -> Vec<Attack<Row>> {
    vec![
        Box::pin(refunds::pay_and_refund_at_once()),
        Box::pin(refunds::before_the_payment_is_known()),
        Box::pin(refunds::part_before_release()),
        Box::pin(refunds::all_after_credit()),
        Box::pin(refunds::part_after_credit_net()),
        Box::pin(refunds::two_refunds_race_the_release()),
        Box::pin(refunds::dashboard_and_api_at_once()),
        Box::pin(refunds::part_after_credit()),
        Box::pin(refunds::below_the_least_before_release()),
        Box::pin(refunds::out_of_the_tier_before_release()),
        Box::pin(disputes::lost_before_release()),
        Box::pin(disputes::won_before_release()),
        Box::pin(disputes::lost_after_credit_with_the_merchant()),
        Box::pin(disputes::lost_after_credit()),
        Box::pin(disputes::refunded_in_part_then_lost()),
        Box::pin(people::merchant_pays_itself()),
        Box::pin(people::merchant_pays_itself_by_a_friend()),
        Box::pin(people::split_under_a_cap_by_sum()),
        Box::pin(people::split_under_a_cap_by_count()),
        Box::pin(people::split_under_a_min_spend()),
        Box::pin(people::split_under_screening()),
        Box::pin(people::many_pages_under_one_cap()),
        Box::pin(people::many_payers_one_card()),
        Box::pin(people::many_cards_one_payer()),
        Box::pin(people::first_payment_twice()),
        Box::pin(people::first_payment_on_two_pages_at_once()),
        Box::pin(occasions::many_pages_are_all_the_third()),
        Box::pin(occasions::abandoned_pages_make_a_third()),
        Box::pin(occasions::refunded_payments_make_a_third()),
        Box::pin(occasions::given_back_after_the_credit_makes_a_second()),
        Box::pin(credit::spent_then_its_payment_refunded()),
        Box::pin(credit::spent_then_given_back()),
        Box::pin(credit::cashback_on_cashback()),
        Box::pin(credit::spent_twice_at_once()),
        Box::pin(credit::anothers_credit()),
        Box::pin(forgeries::replayed()),
        Box::pin(forgeries::event_of_another_account()),
        Box::pin(forgeries::own_page_of_a_cent()),
        Box::pin(forgeries::refund_marked_as_cashback()),
        Box::pin(forgeries::refund_marked_as_an_earlier_cashback()),
        Box::pin(forgeries::refunds_marked_as_the_cashback_that_was_paid()),
        Box::pin(forgeries::refund_of_a_charge_without_our_name()),
        Box::pin(forgeries::own_page_naming_our_checkout()),
        Box::pin(forgeries::own_page_where_there_is_no_fee()),
        Box::pin(forgeries::own_page_that_captures_nothing()),
        Box::pin(terms::odd_amounts()),
        Box::pin(terms::odd_refunds()),
        Box::pin(terms::cents()),
        Box::pin(terms::reference_reused()),
        Box::pin(terms::campaign_changed_before_payment()),
        Box::pin(terms::another_market()),
        Box::pin(terms::pages_opened_and_left()),
        Box::pin(terms::paid_another_way()),
        Box::pin(collusion::wash_with_split_funding()),
        Box::pin(collusion::wash_with_the_merchants_own_money()),
        Box::pin(collusion::refund_before_release()),
        Box::pin(collusion::refund_after_credit()),
        Box::pin(collusion::dashboard_refund_after_credit()),
        Box::pin(collusion::empty_account_of_the_merchants_own()),
        Box::pin(collusion::account_in_debt_for_a_while()),
        Box::pin(collusion::credit_spent_and_given_back()),
    ]
}

fn purchases() -> Vec<Attack<Purchases>> {
    vec![
        Box::pin(collusion::wash_under_a_cap()),
        Box::pin(collusion::wash_under_a_budget()),
        Box::pin(collusion::wash_under_screening()),
        Box::pin(collusion::account_in_debt()),
        Box::pin(people::split_under_no_cap()),
    ]
}

/// Drives all of them, and gives their lines in order.
async fn driven<Line: Send + 'static>(attacks: Vec<Attack<Line>>) -> Vec<Line> {
    let mut waiting = attacks.into_iter().enumerate();
    let (mut running, mut rows, mut broken) = (JoinSet::new(), BTreeMap::new(), Vec::new());
    loop {
        while running.len() < WIDTH
            && let Some((number, attack)) = waiting.next()
        {
            running.spawn(async move { (number, attack.await) });
        }
        let Some(ended) = running.join_next().await else { break };
        match ended {
            Ok((number, row)) => drop(rows.insert(number, row)),
            Err(panic) => broken.push(panic.to_string()),
        }
    }
    assert_eq!(broken, [""; 0], "every attack is driven to its end");
    rows.into_values().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_attack_gains() {
    let rows = driven(attacks()).await;
    let table = Row::head() + &rows.iter().map(Row::line).collect::<String>();
    println!("{table}");
    let too_much: Vec<String> = rows.iter().filter(|row| row.is_too_much()).map(Row::line).collect();
    assert_eq!(too_much, [""; 0]);
    expect![[r#"
        attack                                                     coalition             paid got back     kept   honest     gain
        pay and refund at once                                     payer                 2500     2500        0        0        0
        pay and refund before the payment's webhook                payer                 2500     2500        0        0        0
        half refunded before the release                           payer                 2500     1312     1250       62        0
        all refunded after the credit                              payer                 2500     2500        0        0        0
        half refunded after the credit, less its cashback          payer                 2500     1252     1250       62      -60
        two refunds race the release                               payer                 2500     2500        0        0        0
        refunds in the dashboard and by the API at once            payer                 2500     1550     1000       50        0
        half refunded after the credit                             payer                 2500     1312     1250       62        0
        bought above min spend, then refunded below it             payer                 5000     4500      500        0        0
        bought in a higher tier, then refunded out of it           payer                 5000     2500     2500       25      -25
        dispute before the release, lost                           payer                 2500     2500        0        0        0
        dispute before the release, won                            payer                 5000     2625     2500      125        0
        platform pays, dispute after the credit, lost              payer + merchant      5400     5375        0        0      -25
        dispute after the credit, lost                             payer                 2625     2625        0        0        0
        half refunded, then a dispute that is lost                 payer                 3750     3750        0        0        0
        merchant pays itself, own telephone                        payer + merchant      2525     2500        0        0      -25
        merchant pays itself, a friend's telephone, own card       payer + merchant      5050     5000        0        0      -50
        one purchase in ten, cap of 2.50 a day                     payer                10000      250    10000      250        0
        one purchase in ten, one payment a day earns               payer                10000       50    10000      250     -200
        one purchase in ten, each below min spend                  payer                10000        0    10000      250     -250
        one purchase in ten, five a day are usual                  payer                10000      250    10000      250        0
        ten pages opened at once, one payment earns                payer                10000       50    10000       50        0
        many payers, one card, each's first payment                payer                 3000      500     3000      500        0
        many cards, one payer                                      payer                 3000       50     3000      150     -100
        first payment given back, and a first one again            payer                 2000     1000     1000      500     -500
        two first payments, opened at once                         payer                 2000      500     2000      500        0
        every third: three pages opened before the third is paid   payer                12500      125    12500      125        0
        every third: two pages opened and left                     payer                 2500        0     2500        0        0
        every third: two payments given back                       payer                22500    20000     2500        0        0
        every second: the first given back after its credit        payer                 4000     2100     2000      100        0
        credit spent, then its payment refunded                    payer                 5007     2625     2500      118        0
        credit spent on what is given back                         payer                 5000     2625     2500      125        0
        cashback on cashback                                       payer                 5000      243     5000      243        0
        the same credit on two pages at once                       payer                 7500      368     7500      368        0
        credit of somebody else                                    payer                 5125      375     5000      250        0
        captured webhooks posted again                             payer                 2500      125     2500      125        0
        paid on another account, naming our checkout               payer + merchant      2500     2500        0        0        0
        the same for less than the checkout asks                   payer + merchant        50       50        0        0        0
        a refund that says it is our cashback                      payer + merchant      4930     4910        0        0      -20
        a refund that says it is an earlier attempt of it          payer + merchant      4906     4887        0        0      -19
        nineteen refunds that say that they are the cashback       payer + merchant      5150     5125        0        0      -25
        a refund of a charge without our name on it                payer + merchant      4906     4887        0        0      -19
        a charge of the merchant's own naming its checkout         payer + merchant      2500     2500        0        0        0
        a charge of the merchant's own where no fee is due         payer + merchant        99       99        0        0        0
        a card that is authorized and never charged                payer + merchant         0        0        0        0        0
        amounts of no, other, negative or huge currency            payer                    0        0        0        0        0
        refunds of odd amounts                                     payer                 2500      125     2500      125        0
        payments whose cashback is cut to the cent                 payer                  237        9      237        9        0
        a reference reused with another amount                     payer                10000      500    10000      500        0
        campaign switched between page and payment                 payer                 2500      125     2500      125        0
        paid in one market, earned in another                      payer                 2500        0     2500        0        0
        pages opened and left under a budget and a cap of three    payer                15000      375    15000      375        0
        paid another way than the one that earns                   payer                 2500        0     2500        0        0
        wash trade, platform pays half, cap of 2.00                payer + merchant     12926    12900        0        0      -26
        wash trade, the merchant pays                              payer + merchant      2775     2750        0        0      -25
        platform pays, all refunded before the release             payer + merchant      5025     5000        0        0      -25
        platform pays, all refunded after the credit               payer + merchant      5150     5125        0        0      -25
        platform pays, all refunded in the dashboard after it      payer + merchant      5150     5125        0        0      -25
        merchant pays, and has emptied its account                 payer + merchant      2650     2625        0        0      -25
        platform pays into an account in debt, which is then paid  payer + merchant      2650     2625        0        0      -25
        credit of 5.00 spent at an accomplice, then refunded       payer + merchant      4620     5100        0      500      -20
    "#]].assert_eq(&table);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_told_from_purchases_brings_what_purchases_bring() {
    let rows = driven(purchases()).await;
    let table = Purchases::head() + &rows.iter().map(Purchases::line).collect::<String>();
    println!("{table}");
    let wrong: Vec<String> = rows.iter().filter(|row| row.is_wrong()).map(Purchases::line).collect();
    assert_eq!(wrong, [""; 0]);
    expect![[r#"
        what is done                                               bounded by       purchases     paid got back     kept   brings   honest     gain  at most
        wash trade, platform pays, cap of 2.00                     cap                      5    12825    12900        0       75       75        0       75
        wash trade, many telephones, budget of 3.00                budget                   5    12875    13000        0      125      125        0      175
        wash trade, two a day are usual                            screening                5    12875    13000        0      125      125        0      125
        platform pays into an account that is in debt              reward                   1     2525     2625        0      100      100        0      100
        one purchase in ten, 2.50 a payment at most                none: add a cap         10    10000      500    10000      500      500        0      500
    "#]].assert_eq(&table);
}
