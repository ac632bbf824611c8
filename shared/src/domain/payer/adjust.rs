//! Changing a wallet by hand.

use super::lot::Lot;
use super::record::{Adjustment, Payer};
use crate::domain::ids::Reference;
use crate::domain::money::LARGEST_MINOR;
use crate::domain::posting::Account;
use crate::domain::promise::WALLET_DAYS;
use crate::fault::{Kind, Problem};

impl Payer {
    /// The payer after `asked`, which is known by `reference`; `None` if it was done before with the same
    /// content.
    ///
    /// Credit pays what the payer owes first. Debit takes what is there, the last to expire first; what is
    /// spent already becomes debt, taken from later credit.
    ///
    /// # Errors
    /// The reference was used before with other content, the market has no wallets and `asked` does more than
    /// take back what is there, or the wallet or the debt would be more than money can be.
    pub fn adjust(&self, reference: &Reference, asked: &Adjustment) -> Result<Option<Self>, Problem> {
        if let Some(known) = self.adjustments.get(reference) {
            return known.same_as(asked).map(|()| None).map_err(|field| {
                let detail = format!("The adjustment {reference} was made before with another {field}.");
                Problem::new(Kind::ReferenceReused, detail)
                    .field(field)
                    .next("Use a new reference for another adjustment, or send the same content.")
            });
        }
        self.check_wallet(asked)?;
        let (mut payer, now) = (self.clone(), asked.at);
        payer.expire(now);
        if asked.minor > 0 {
            let expires_at = now.plus_days(asked.wallet_days.unwrap_or(WALLET_DAYS));
            payer.book(Account::PlatformAdjustments, Account::PayerWallet, asked.minor, now);
            payer.credit(Lot { expires_at, minor: asked.minor }, now);
        } else {
            let taken = asked.minor.saturating_neg();
            payer.book(Account::PayerWallet, Account::PlatformAdjustments, taken, now);
            payer.take_back(taken, now);
        }
        if payer.balance_minor(now) > LARGEST_MINOR || payer.debt_minor > LARGEST_MINOR {
            let detail =
                "With what the payer has or owes already, this is more than one payer can have or owe.";
            let next = "Look at the payer's wallet, and send a smaller amount.";
            return Err(Problem::invalid("amount", detail, next));
        }
        payer.adjustments.insert(reference.clone(), asked.clone());
        payer.version = payer.version.saturating_add(1);
        Ok(Some(payer))
    }

    /// In a market without wallets no credit is given, and nothing is taken that would be a debt: it is paid
    /// by later credit, which never comes there.
    fn check_wallet(&self, asked: &Adjustment) -> Result<(), Problem> {
        if asked.minor > 0 {
            let next = "Have a merchant refund the payment, or a part of it, instead.";
            return self.country.check_wallets("direction", next);
        }
        if asked.minor.saturating_neg() > self.balance_minor(asked.at) {
            return self.country.check_wallets("amount", "Take at most what is left in the payer's wallet.");
        }
        Ok(())
    }
}

impl Adjustment {
    /// That both ask for the same, whoever asks and whenever; otherwise the field that differs.
    fn same_as(&self, other: &Self) -> Result<(), &'static str> {
        if self.minor.signum() != other.minor.signum() {
            Err("direction")
        } else if self.minor != other.minor {
            Err("amount")
        } else if self.reason != other.reason {
            Err("reason")
        } else if self.wallet_days != other.wallet_days {
            Err("wallet_days")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::market::Country;
    use crate::domain::payer::{PayerKey, Phone};
    use crate::domain::posting::balances;
    use crate::domain::time::Timestamp;
    use expect_test::expect;
    use proptest::prelude::*;

    fn mei() -> Payer {
        Payer::new(
            PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG),
            Country::SG,
        )
    }

    fn asked(minor: i64, hours: u32) -> Adjustment {
        Adjustment {
            minor,
            actor: "ana".to_owned(),
            reason: "spilled kopi".to_owned(),
            wallet_days: None,
            at: Timestamp::from_epoch_seconds(1_795_341_600).plus_hours(hours),
        }
    }

    fn reference(text: &str) -> Reference {
        Reference::parse(text).unwrap()
    }

    fn books(payer: &Payer) -> Vec<String> {
        balances(&payer.postings)
            .into_iter()
            .map(|(account, minor)| format!("{} {minor}", account.name()))
            .collect()
    }

    #[test]
    fn credit_pays_debt_first_and_debit_beyond_the_wallet_becomes_debt() {
        let mut story = String::new();
        let mut payer = mei();
        for (number, minor) in [500, -200, -400, 150].into_iter().enumerate() {
            let asked = asked(minor, u32::try_from(number).unwrap());
            payer = payer.adjust(&reference(&format!("adj-{number}")), &asked).unwrap().unwrap();
            let wallet = payer.balance_minor(asked.at);
            story.push_str(&format!(
                "{minor}: wallet {wallet}, owes {}, {:?}\n",
                payer.debt_minor,
                books(&payer)
            ));
        }
        expect![[r#"
            500: wallet 500, owes 0, ["payer.wallet -500", "platform.adjustments 500"]
            -200: wallet 300, owes 0, ["payer.wallet -300", "platform.adjustments 300"]
            -400: wallet 0, owes 100, ["payer.debt 100", "payer.wallet 0", "platform.adjustments -100"]
            150: wallet 50, owes 0, ["payer.debt 0", "payer.wallet -50", "platform.adjustments 50"]
        "#]]
        .assert_eq(&story);
        assert_eq!(payer.version, 4);
    }

    #[test]
    fn nobody_can_have_or_owe_more_than_money_can_be() {
        for sign in [1, -1] {
            let most = mei().adjust(&reference("one"), &asked(sign * LARGEST_MINOR, 0)).unwrap().unwrap();
            let problem = most.adjust(&reference("two"), &asked(sign, 0)).unwrap_err();
            assert_eq!((problem.status, problem.field.as_deref()), (422, Some("amount")));
            assert!(
                most.adjust(&reference("three"), &asked(-sign, 0)).unwrap().is_some(),
                "the other way is fine"
            );
        }
    }

    #[test]
    fn without_wallets_nothing_is_given_and_no_debt_is_made() {
        let before = asked(500, 0);
        let mut table = String::new();
        for &country in Country::ALL {
            let mut payer = Payer { country, ..mei() };
            payer.adjustments.insert(reference("before"), before.clone());
            payer.credit(Lot { expires_at: before.at.plus_days(9), minor: 500 }, before.at);
            for minor in [1, -500, -501] {
                let answer = match payer.adjust(&reference("adj-1"), &asked(minor, 1)) {
                    Ok(adjusted) => {
                        let adjusted = adjusted.unwrap();
                        format!("{}, owes {}", adjusted.balance_minor(before.at), adjusted.debt_minor)
                    }
                    Err(no) => format!("{} | {} {}", no.field.unwrap(), no.detail, no.next.unwrap()),
                };
                table.push_str(&format!("{} {minor}: {answer}\n", country.code()));
            }
            assert_eq!(payer.adjust(&reference("before"), &before), Ok(None), "what was done stays done");
            let spendable = if country.has_wallets() { 500 } else { 0 };
            assert_eq!(payer.spendable_minor(before.at), spendable, "{}", country.code());
        }
        expect![[r#"
            SG 1: 501, owes 0
            SG -500: 0, owes 0
            SG -501: 0, owes 1
            IN 1: direction | There is no wallet credit in IN: a Stripe platform there has no transfers to pay merchants with. Have a merchant refund the payment, or a part of it, instead.
            IN -500: 0, owes 0
            IN -501: amount | There is no wallet credit in IN: a Stripe platform there has no transfers to pay merchants with. Take at most what is left in the payer's wallet.
            BR 1: 501, owes 0
            BR -500: 0, owes 0
            BR -501: 0, owes 1
            US 1: 501, owes 0
            US -500: 0, owes 0
            US -501: 0, owes 1
        "#]].assert_eq(&table);
    }

    #[test]
    fn the_same_again_changes_nothing_and_another_content_names_its_field() {
        let first = asked(500, 0);
        let payer = mei().adjust(&reference("adj-1"), &first).unwrap().unwrap();
        let later = Adjustment { actor: "ben".to_owned(), ..asked(500, 9) };
        assert_eq!(
            payer.adjust(&reference("adj-1"), &later),
            Ok(None),
            "another operator, the same adjustment"
        );
        let field = |other: Adjustment| payer.adjust(&reference("adj-1"), &other).unwrap_err().field.unwrap();
        assert_eq!(field(asked(501, 0)), "amount");
        assert_eq!(field(asked(-500, 0)), "direction");
        assert_eq!(field(Adjustment { reason: "other".to_owned(), ..first.clone() }), "reason");
        assert_eq!(field(Adjustment { wallet_days: Some(9), ..first }), "wallet_days");
    }

    proptest! {
        /// What the books say the payer may spend, less what they owe, is what was given by hand.
        #[test]
        fn the_books_say_what_the_wallet_holds(changes in proptest::collection::vec(-1000_i64..1000, 1..20)) {
            let mut payer = mei();
            let mut sum = 0;
            for (number, minor) in changes.into_iter().filter(|minor| *minor != 0).enumerate() {
                let asked = asked(minor, u32::try_from(number).unwrap());
                payer = payer.adjust(&reference(&format!("adj-{number}")), &asked).unwrap().unwrap();
                sum += minor;
                let balances = balances(&payer.postings);
                let of = |account| balances.get(&account).copied().unwrap_or_default();
                prop_assert_eq!(of(Account::PlatformAdjustments), sum);
                prop_assert_eq!(-of(Account::PayerWallet), payer.balance_minor(asked.at));
                prop_assert_eq!(of(Account::PayerDebt), payer.debt_minor);
            }
        }
    }
}
