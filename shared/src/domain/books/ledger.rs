//! What the books must show. Nothing in the rules writes a posting by hand: [`positions`] says what the books
//! must show for a checkout in its present state; [`book`] writes the difference between two states. A state
//! that is taken back books itself out.

use std::collections::BTreeMap;

use crate::domain::cashback::Cashback;
use crate::domain::checkout::Checkout;
use crate::domain::checkout::payment::Payment;
use crate::domain::money::{Money, MoneyError};
use crate::domain::posting::{Account, Posting};
use crate::domain::time::Timestamp;

/// What the books show: how much has gone from the second account to the first.
pub type Positions = BTreeMap<(Account, Account), i64>;

/// What the books must show for a paid checkout in its present state.
///
/// # Errors
/// Amounts of two currencies met.
pub fn positions(checkout: &Checkout, payment: &Payment) -> Result<Positions, MoneyError> {
    use Account::*;
    let charged = checkout.charged()?;
    let mut refunded = Money::zero(charged.currency());
    for refund in payment.refunds.values().filter(|refund| refund.state.moved()) {
        refunded = refunded.plus(refund.amount)?;
    }
    refunded = refunded.plus(Money::from_minor(payment.refunded_beyond_minor(), charged.currency())?)?;
    let (spent, returned) = (checkout.wallet_spent_minor(), payment.returned_to_wallet_minor());
    let mut positions = Positions::from([
        ((MerchantBalance, MerchantSales), charged.minor()),
        ((MerchantFees, MerchantBalance), checkout.fee.minor()),
        ((PlatformBalance, PlatformFees), checkout.fee.minor()),
        ((MerchantCover, MerchantBalance), checkout.cover_held_minor()),
        ((PlatformBalance, PlatformCover), checkout.cover_held_minor()),
        ((MerchantRefunds, MerchantBalance), refunded.minor()),
        // Credit from the payer's wallet: the platform owes it to the merchant from now on, and no longer to
        // the payer.
        ((MerchantSettlement, MerchantSales), spent),
        ((PayerWallet, PlatformSettlement), spent.saturating_sub(returned)),
        ((MerchantRefunds, MerchantSettlement), returned),
    ]);
    positions.insert((MerchantDisputes, MerchantBalance), payment.disputes.taken_minor());
    for (pair, minor) in cashback_positions(payment, charged, checkout.cover_kept_minor())? {
        add(&mut positions, pair, minor);
    }
    add(&mut positions, (MerchantBalance, PlatformBalance), payment.platform_funding(charged)?.minor());
    positions.retain(|_, minor| *minor != 0);
    Ok(positions)
}

fn add(positions: &mut Positions, pair: (Account, Account), minor: i64) {
    let position = positions.entry(pair).or_default();
    *position = position.saturating_add(minor);
}

fn cashback_positions(payment: &Payment, charged: Money, kept_minor: i64) -> Result<Positions, MoneyError> {
    use Account::*;
    let cashback = &payment.cashback;
    let Some((terms, amount)) = cashback.owed() else { return Ok(Positions::new()) };
    // Money that went back to the platform with a refund or a dispute is no expense of the platform any more.
    let platform = match cashback {
        Cashback::Credited { .. } => payment.platform_funding(charged)?.minor(),
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::CreditedToWallet { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => payment.platform_part(terms, amount)?.minor(),
    };
    let merchant = amount.minor().saturating_sub(platform);
    let mut positions = Positions::from([
        ((MerchantCashback, PayerCashback), merchant),
        ((PlatformCashback, PayerCashback), platform),
    ]);
    match cashback {
        Cashback::Credited { .. } => {
            positions.insert((PayerCashback, MerchantBalance), amount.minor());
        }
        Cashback::CreditedToWallet { .. } => {
            positions.insert((PayerCashback, PayerWallet), amount.minor());
            // The platform owes the credit, and keeps the cover of the merchant's part. What is not covered
            // the merchant owes it.
            positions.insert((PlatformCover, MerchantCover), kept_minor);
            positions.insert((PlatformSettlement, MerchantSettlement), merchant.saturating_sub(kept_minor));
        }
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => {}
    }
    Ok(positions)
}

/// The postings that lead from what the books show to what they must show.
pub fn book(before: &Positions, after: &Positions, at: Timestamp) -> Vec<Posting> {
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter_map(|key @ &(debit, credit)| {
            let change = after.get(key).unwrap_or(&0).saturating_sub(*before.get(key).unwrap_or(&0));
            match change.signum() {
                1 => Some(Posting { debit, credit, minor: change, at }),
                -1 => Some(Posting { debit: credit, credit: debit, minor: change.saturating_neg(), at }),
                _ => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
