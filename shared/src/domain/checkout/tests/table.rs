use super::*;

#[test]
fn every_state_and_every_event() {
    let paynow = paid(Method::Paynow);
    let states = [
        ("open", after(Funding::Merchant, &[])),
        ("no page yet", Checkout { session: None, ..after(Funding::Merchant, &[]) }),
        ("expired", after(Funding::Merchant, &[(1, Event::Expired)])),
        ("failed", after(Funding::Merchant, &[(1, Event::PaymentFailed)])),
        ("no page", Checkout { session: None, ..after(Funding::Merchant, &[]) }.refused()),
        ("paid", after(Funding::Merchant, &[(0, paynow.clone())])),
        ("partly refunded", after(Funding::Merchant, &[(0, paynow.clone()), (1, asked("r1", 500))])),
        ("refunded", after(Funding::Merchant, &[(0, paynow.clone()), (1, asked("r1", 2500))])),
        ("disputed", after(Funding::Merchant, &[(0, paynow.clone()), (1, disputed())])),
        ("won", after(Funding::Merchant, &[(0, paynow.clone()), (1, dispute_closed(true))])),
        ("lost", after(Funding::Merchant, &[(0, paynow.clone()), (1, dispute_closed(false))])),
        ("paying", after(Funding::Merchant, &[(0, paynow.clone()), (47, Event::CashbackMatured)])),
        ("credited", after(Funding::Merchant, &credited())),
        ("in review", in_review()),
        ("failed cashback", apply(&after(Funding::Merchant, &credited()), &bounced_for_good(), 48)),
        ("in the wallet", apply(&known(&after(Funding::Platform, &credited())), &bounced_for_good(), 48)),
    ];
    let events = [
        ("paid", paynow),
        ("paid by card", paid(Method::Card)),
        ("page made", Event::SessionOpened { session: SessionId::parse("cs_2").unwrap() }),
        ("page refused", Event::PageRefused),
        ("abandoned", Event::Abandoned),
        ("expired", Event::Expired),
        ("payment failed", Event::PaymentFailed),
        ("refund asked", asked("r2", 500)),
        ("refund refused", Event::RefundRefused { key: r1(), reason: Failure::Refused }),
        ("refund seen", refund("re_1", 500, Outcome::Succeeded, Purpose::Dashboard)),
        ("cashback refund", cashback_refund(Outcome::Succeeded)),
        ("matured", Event::CashbackMatured),
        ("approved", Event::CashbackDecided(Verdict::Approve)),
        ("rejected", Event::CashbackDecided(Verdict::Reject)),
        ("retried", Event::CashbackDecided(Verdict::Retry)),
        ("written off", Event::CashbackDecided(Verdict::WriteOff)),
        ("refused", Event::CashbackRefused { attempt: 1, reason: Failure::Refused }),
        ("dispute opened", disputed()),
        ("dispute won", dispute_closed(true)),
        ("dispute lost", dispute_closed(false)),
    ];
    let mut table = String::new();
    for (state, checkout) in &states {
        for (name, event) in &events {
            let line = match decide(checkout, Some(&around(checkout)), &as_asked(checkout, event), at(48)) {
                Err(refused) => refused.to_string(),
                Ok(Decision::Nothing) => "-".to_owned(),
                Ok(Decision::Look) => "look".to_owned(),
                Ok(Decision::Commit(commit)) => {
                    let cashback = commit.checkout.payment().map_or("", |payment| payment.cashback.name());
                    format!("{} {cashback}", commit.checkout.status())
                }
            };
            table.push_str(format!("{state:<15} {name:<15} {line}").trim_end());
            table.push('\n');
        }
    }
    expect![[r#"
        open            paid            paid held
        open            paid by card    paid none
        open            page made       -
        open            page refused    -
        open            abandoned       -
        open            expired         expired
        open            payment failed  failed
        open            refund asked    refund request for a checkout that is open
        open            refund refused  refused refund for a checkout that is open
        open            refund seen     refund for a checkout that is open
        open            cashback refund refund for a checkout that is open
        open            matured         -
        open            approved        -
        open            rejected        -
        open            retried         -
        open            written off     -
        open            refused         refused cashback for a checkout that is open
        open            dispute opened  disputes for a checkout that is open
        open            dispute won     disputes for a checkout that is open
        open            dispute lost    disputes for a checkout that is open
        no page yet     paid            paid held
        no page yet     paid by card    paid none
        no page yet     page made       open
        no page yet     page refused    failed
        no page yet     abandoned       expired
        no page yet     expired         expired
        no page yet     payment failed  failed
        no page yet     refund asked    refund request for a checkout that is open
        no page yet     refund refused  refused refund for a checkout that is open
        no page yet     refund seen     refund for a checkout that is open
        no page yet     cashback refund refund for a checkout that is open
        no page yet     matured         -
        no page yet     approved        -
        no page yet     rejected        -
        no page yet     retried         -
        no page yet     written off     -
        no page yet     refused         refused cashback for a checkout that is open
        no page yet     dispute opened  disputes for a checkout that is open
        no page yet     dispute won     disputes for a checkout that is open
        no page yet     dispute lost    disputes for a checkout that is open
        expired         paid            paid held
        expired         paid by card    paid none
        expired         page made       -
        expired         page refused    -
        expired         abandoned       -
        expired         expired         -
        expired         payment failed  -
        expired         refund asked    refund request for a checkout that is expired
        expired         refund refused  refused refund for a checkout that is expired
        expired         refund seen     refund for a checkout that is expired
        expired         cashback refund refund for a checkout that is expired
        expired         matured         -
        expired         approved        -
        expired         rejected        -
        expired         retried         -
        expired         written off     -
        expired         refused         refused cashback for a checkout that is expired
        expired         dispute opened  disputes for a checkout that is expired
        expired         dispute won     disputes for a checkout that is expired
        expired         dispute lost    disputes for a checkout that is expired
        failed          paid            paid held
        failed          paid by card    paid none
        failed          page made       -
        failed          page refused    -
        failed          abandoned       -
        failed          expired         -
        failed          payment failed  -
        failed          refund asked    refund request for a checkout that is failed
        failed          refund refused  refused refund for a checkout that is failed
        failed          refund seen     refund for a checkout that is failed
        failed          cashback refund refund for a checkout that is failed
        failed          matured         -
        failed          approved        -
        failed          rejected        -
        failed          retried         -
        failed          written off     -
        failed          refused         refused cashback for a checkout that is failed
        failed          dispute opened  disputes for a checkout that is failed
        failed          dispute won     disputes for a checkout that is failed
        failed          dispute lost    disputes for a checkout that is failed
        no page         paid            paid held
        no page         paid by card    paid none
        no page         page made       -
        no page         page refused    -
        no page         abandoned       -
        no page         expired         -
        no page         payment failed  -
        no page         refund asked    refund request for a checkout that is failed
        no page         refund refused  refused refund for a checkout that is failed
        no page         refund seen     refund for a checkout that is failed
        no page         cashback refund refund for a checkout that is failed
        no page         matured         -
        no page         approved        -
        no page         rejected        -
        no page         retried         -
        no page         written off     -
        no page         refused         refused cashback for a checkout that is failed
        no page         dispute opened  disputes for a checkout that is failed
        no page         dispute won     disputes for a checkout that is failed
        no page         dispute lost    disputes for a checkout that is failed
        paid            paid            -
        paid            paid by card    -
        paid            page made       -
        paid            page refused    -
        paid            abandoned       -
        paid            expired         -
        paid            payment failed  -
        paid            refund asked    partly_refunded held
        paid            refund refused  -
        paid            refund seen     partly_refunded held
        paid            cashback refund partly_refunded held
        paid            matured         paid paying
        paid            approved        -
        paid            rejected        -
        paid            retried         -
        paid            written off     -
        paid            refused         -
        paid            dispute opened  disputed frozen
        paid            dispute won     won held
        paid            dispute lost    lost reversed
        partly refunded paid            -
        partly refunded paid by card    -
        partly refunded page made       -
        partly refunded page refused    -
        partly refunded abandoned       -
        partly refunded expired         -
        partly refunded payment failed  -
        partly refunded refund asked    partly_refunded held
        partly refunded refund refused  paid held
        partly refunded refund seen     partly_refunded held
        partly refunded cashback refund partly_refunded held
        partly refunded matured         partly_refunded paying
        partly refunded approved        -
        partly refunded rejected        -
        partly refunded retried         -
        partly refunded written off     -
        partly refunded refused         -
        partly refunded dispute opened  disputed frozen
        partly refunded dispute won     won held
        partly refunded dispute lost    lost reversed
        refunded        paid            -
        refunded        paid by card    -
        refunded        page made       -
        refunded        page refused    -
        refunded        abandoned       -
        refunded        expired         -
        refunded        payment failed  -
        refunded        refund asked    refunded reversed
        refunded        refund refused  paid held
        refunded        refund seen     refunded reversed
        refunded        cashback refund refunded reversed
        refunded        matured         -
        refunded        approved        -
        refunded        rejected        -
        refunded        retried         -
        refunded        written off     -
        refunded        refused         -
        refunded        dispute opened  disputed reversed
        refunded        dispute won     won reversed
        refunded        dispute lost    lost reversed
        disputed        paid            -
        disputed        paid by card    -
        disputed        page made       -
        disputed        page refused    -
        disputed        abandoned       -
        disputed        expired         -
        disputed        payment failed  -
        disputed        refund asked    disputed frozen
        disputed        refund refused  -
        disputed        refund seen     disputed frozen
        disputed        cashback refund disputed frozen
        disputed        matured         -
        disputed        approved        -
        disputed        rejected        -
        disputed        retried         -
        disputed        written off     -
        disputed        refused         -
        disputed        dispute opened  -
        disputed        dispute won     won held
        disputed        dispute lost    lost reversed
        won             paid            -
        won             paid by card    -
        won             page made       -
        won             page refused    -
        won             abandoned       -
        won             expired         -
        won             payment failed  -
        won             refund asked    won held
        won             refund refused  -
        won             refund seen     won held
        won             cashback refund won held
        won             matured         won paying
        won             approved        -
        won             rejected        -
        won             retried         -
        won             written off     -
        won             refused         -
        won             dispute opened  disputed frozen
        won             dispute won     -
        won             dispute lost    lost reversed
        lost            paid            -
        lost            paid by card    -
        lost            page made       -
        lost            page refused    -
        lost            abandoned       -
        lost            expired         -
        lost            payment failed  -
        lost            refund asked    lost reversed
        lost            refund refused  -
        lost            refund seen     lost reversed
        lost            cashback refund lost reversed
        lost            matured         -
        lost            approved        -
        lost            rejected        -
        lost            retried         -
        lost            written off     -
        lost            refused         -
        lost            dispute opened  disputed frozen
        lost            dispute won     won held
        lost            dispute lost    -
        paying          paid            -
        paying          paid by card    -
        paying          page made       -
        paying          page refused    -
        paying          abandoned       -
        paying          expired         -
        paying          payment failed  -
        paying          refund asked    partly_refunded paying
        paying          refund refused  -
        paying          refund seen     partly_refunded paying
        paying          cashback refund paid credited
        paying          matured         -
        paying          approved        -
        paying          rejected        -
        paying          retried         -
        paying          written off     -
        paying          refused         paid failed
        paying          dispute opened  disputed paying
        paying          dispute won     won paying
        paying          dispute lost    lost paying
        credited        paid            -
        credited        paid by card    -
        credited        page made       -
        credited        page refused    -
        credited        abandoned       -
        credited        expired         -
        credited        payment failed  -
        credited        refund asked    partly_refunded credited
        credited        refund refused  -
        credited        refund seen     partly_refunded credited
        credited        cashback refund -
        credited        matured         -
        credited        approved        -
        credited        rejected        -
        credited        retried         -
        credited        written off     -
        credited        refused         -
        credited        dispute opened  disputed credited
        credited        dispute won     won credited
        credited        dispute lost    lost credited
        in review       paid            -
        in review       paid by card    -
        in review       page made       -
        in review       page refused    -
        in review       abandoned       -
        in review       expired         -
        in review       payment failed  -
        in review       refund asked    partly_refunded in_review
        in review       refund refused  -
        in review       refund seen     partly_refunded in_review
        in review       cashback refund partly_refunded in_review
        in review       matured         -
        in review       approved        paid held
        in review       rejected        paid reversed
        in review       retried         -
        in review       written off     -
        in review       refused         -
        in review       dispute opened  disputed frozen
        in review       dispute won     won in_review
        in review       dispute lost    lost reversed
        failed cashback paid            -
        failed cashback paid by card    -
        failed cashback page made       -
        failed cashback page refused    -
        failed cashback abandoned       -
        failed cashback expired         -
        failed cashback payment failed  -
        failed cashback refund asked    partly_refunded failed
        failed cashback refund refused  -
        failed cashback refund seen     partly_refunded failed
        failed cashback cashback refund -
        failed cashback matured         -
        failed cashback approved        -
        failed cashback rejected        -
        failed cashback retried         paid held
        failed cashback written off     paid reversed
        failed cashback refused         -
        failed cashback dispute opened  disputed failed
        failed cashback dispute won     won failed
        failed cashback dispute lost    lost reversed
        in the wallet   paid            -
        in the wallet   paid by card    -
        in the wallet   page made       -
        in the wallet   page refused    -
        in the wallet   abandoned       -
        in the wallet   expired         -
        in the wallet   payment failed  -
        in the wallet   refund asked    partly_refunded credited_to_wallet
        in the wallet   refund refused  -
        in the wallet   refund seen     partly_refunded credited_to_wallet
        in the wallet   cashback refund -
        in the wallet   matured         -
        in the wallet   approved        -
        in the wallet   rejected        -
        in the wallet   retried         -
        in the wallet   written off     -
        in the wallet   refused         -
        in the wallet   dispute opened  disputed credited_to_wallet
        in the wallet   dispute won     won credited_to_wallet
        in the wallet   dispute lost    lost credited_to_wallet
    "#]]
    .assert_eq(&table);
}
