//! A payer's credit: what was given is what was spent, what is left and what is owed. Where there are no
//! transfers, none is given.

use crate::evidence::{Evidence, Seen, Wallet};

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    evidence.wallets.iter().filter_map(|wallet| wrong(evidence, wallet)).map(|what| (None, what)).collect()
}

fn wrong(evidence: &Evidence, wallet: &Wallet) -> Option<String> {
    let own = |seen: &&Seen| seen.market == wallet.market && seen.payer == Some(wallet.payer);
    let (mut given, mut spent) = (0, 0);
    for seen in evidence.lives.iter().filter(own) {
        if seen.view.cashback == "credited_to_wallet" {
            given += seen.view.minor;
        }
        if seen.payment.is_some() {
            spent += seen.wallet - seen.view.returned;
        } else if !["expired", "failed"].contains(&seen.view.status.as_str()) {
            spent += seen.wallet;
        }
    }
    let is_right = given - spent == wallet.balance - wallet.debt && wallet.balance >= 0 && wallet.debt >= 0;
    let may_have_credit = evidence.markets.get(wallet.market).is_some_and(|market| market.has_transfers);
    (!is_right || (given != 0 && !may_have_credit))
        .then(|| format!("{wallet:?}: {given} given, {spent} spent"))
}
