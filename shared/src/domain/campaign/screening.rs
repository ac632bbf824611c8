//! Cards and payers that look as if somebody earned on their own money. Nobody is refused: a suspicious
//! cashback is held until a person has looked at it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::cashback::Suspicion;
use crate::domain::ids::{CardId, MerchantId, PayerId};
use crate::domain::payer::Payer;
use crate::domain::time::Day;

/// What a market looks for. What is left out is not looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    /// How many payments of one payer on one day are usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments_per_day: Option<u32>,
    /// How many payers use one card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payers_per_card: Option<u32>,
    /// How many cards one payer uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cards_per_payer: Option<u32>,
}

/// How many payers of a card are remembered: more than any screening allows.
const PAYERS_REMEMBERED: usize = 20;

/// One card in one market: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// A digest of Stripe's fingerprint.
    pub id: CardId,
    /// Who paid with it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub payers: BTreeSet<PayerId>,
    /// The merchants whose own people paid with it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub insider_of: BTreeSet<MerchantId>,
    /// Counts the changes; every write is conditional on it. Zero: never written.
    pub version: u64,
}

impl Card {
    /// A card that nobody has paid with yet.
    pub fn new(id: CardId) -> Self {
        Self { id, payers: BTreeSet::new(), insider_of: BTreeSet::new(), version: 0 }
    }

    /// The card after `payer` paid with it; `insider` if they belong to `merchant`.
    #[must_use]
    pub(in crate::domain) fn paid_by(
        &self,
        payer: Option<&PayerId>,
        merchant: &MerchantId,
        insider: bool,
    ) -> Self {
        let mut card = self.clone();
        if card.payers.len() < PAYERS_REMEMBERED {
            card.payers.extend(payer.cloned());
        }
        if insider {
            card.insider_of.insert(merchant.clone());
        }
        card
    }
}

impl Screening {
    /// Whether anything is looked for.
    pub fn is_off(&self) -> bool {
        *self == Self::default()
    }

    /// What is suspicious about a payment of `payer` with `card` on `day`, after both have counted it.
    pub fn suspects(&self, payer: Option<&Payer>, card: Option<&Card>, day: Day) -> Option<Suspicion> {
        let over = |most: Option<u32>, count: usize| {
            most.is_some_and(|most| usize::try_from(most).is_ok_and(|most| count > most))
        };
        if payer.is_some_and(|payer| self.payments_per_day.is_some_and(|most| payer.payments_on(day) > most))
        {
            Some(Suspicion::ManyPayments)
        } else if card.is_some_and(|card| over(self.payers_per_card, card.payers.len())) {
            Some(Suspicion::ManyPayersOneCard)
        } else if payer.is_some_and(|payer| over(self.cards_per_payer, payer.cards.len())) {
            Some(Suspicion::ManyCardsOnePayer)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::tests::{clock, merchant};
    use crate::domain::ids::Reference;
    use crate::domain::market::Country;
    use crate::domain::payer::{PayerKey, Phone};
    use expect_test::expect;

    fn payer(last_digit: u8) -> Payer {
        let phone = Phone::parse(&format!("+659123456{last_digit}")).unwrap();
        Payer::new(PayerKey::new("key").payer(&phone, Country::SG), Country::SG)
    }

    fn card(number: u8) -> Card {
        Card::new(CardId::of("SG", &format!("fingerprint {number}")))
    }

    /// Twice a day, two payers a card, two cards a payer: the third is looked at, and who is looked for
    /// nothing is not.
    #[test]
    fn what_is_more_than_usual_is_suspicious() {
        let baker = merchant("baker-13");
        let today = clock(Country::SG, "2026-11-22").day_in(&Country::SG.time_zone());
        let all = Screening { payments_per_day: Some(2), payers_per_card: Some(2), cards_per_payer: Some(2) };
        let after = |payments: u32, payers: u8, cards: u8| {
            let mut busy = payer(0);
            for _ in 0..payments {
                busy.visit(&baker, today);
            }
            for number in 0..cards {
                busy.paid_with(&card(number).id);
            }
            let used = (0..payers)
                .fold(card(0), |card, number| card.paid_by(Some(&payer(number).id), &baker, false));
            (busy, used)
        };
        let table: String = [
            ("twice today", after(2, 1, 1), all),
            ("three times today", after(3, 1, 1), all),
            ("two payers on one card", after(1, 2, 1), all),
            ("three payers on one card", after(1, 3, 1), all),
            ("two cards", after(1, 1, 2), all),
            ("three cards", after(1, 1, 3), all),
            ("all of it", after(9, 9, 9), all),
            (
                "all of it, only cards looked for",
                after(9, 9, 9),
                Screening { cards_per_payer: Some(2), ..Screening::default() },
            ),
            ("all of it, and nothing looked for", after(9, 9, 9), Screening::default()),
        ]
        .into_iter()
        .map(|(words, (payer, card), screening)| {
            let found = screening.suspects(Some(&payer), Some(&card), today);
            format!("{words}: {}\n", found.map_or("fine", Suspicion::explanation))
        })
        .collect();
        expect![[r#"
            twice today: fine
            three times today: one payer made more payments on one day than is usual
            two payers on one card: fine
            three payers on one card: more payers paid with one card than is usual
            two cards: fine
            three cards: one payer paid with more cards than is usual
            all of it: one payer made more payments on one day than is usual
            all of it, only cards looked for: one payer paid with more cards than is usual
            all of it, and nothing looked for: fine
        "#]]
        .assert_eq(&table);
        let (busy, _) = after(9, 0, 0);
        assert_eq!(all.suspects(Some(&busy), None, today.next()), None, "a new day");
        assert_eq!(all.suspects(None, None, today), None, "nobody is known");
    }

    #[test]
    fn a_card_of_the_shops_own_people_is_remembered_by_shop() {
        let (baker, tailor) = (merchant("baker-13"), merchant("tailor-7"));
        let card = card(0).paid_by(None, &baker, true).paid_by(Some(&payer(1).id), &tailor, false);
        assert_eq!(card.insider_of, [baker].into());
        assert_eq!(card.payers, [payer(1).id].into());
    }

    #[test]
    fn so_many_payers_of_a_card_are_remembered_and_no_more() {
        let baker = merchant("baker-13");
        let ids = (0..100).map(|number| {
            let reference = Reference::parse(&format!("p{number}")).unwrap();
            crate::domain::ids::PayerId::of(reference.as_str().as_bytes().repeat(16).as_slice())
        });
        let card = ids.fold(card(0), |card, id| card.paid_by(Some(&id), &baker, false));
        assert_eq!(card.payers.len(), PAYERS_REMEMBERED);
    }
}
