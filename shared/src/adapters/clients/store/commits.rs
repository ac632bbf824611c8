//! Writing a decision: one item on condition, or several in one transaction.

use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem, Update};

use super::budgets::{attributes, enough, named, need, taking};
use super::table::{Store, Written};
use super::transaction::{before, broken, cancellation_reasons, not_written};
use crate::adapters::clients::items::{checkout_item, item, settlement_item};
use crate::adapters::clients::keys::{Item, Key};
use crate::domain::campaign::budget::{BudgetChange, Pot, Slot};
use crate::domain::decision::Commit;
use crate::domain::market::Country;
use crate::fault::Fault;

/// The days, counted back from the one that is taken from, whose remainder is cleared away: no checkout lives
/// so long.
const FORGOTTEN: [u8; 4] = [8, 9, 10, 11];

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Committed {
    /// It is written, all of it.
    Done,
    /// Somebody else wrote the checkout or something around it first, and nothing is written: read again and
    /// decide again.
    Lost,
    /// One of these parts of a budget does not hold enough, and nothing is written.
    UsedUp(Vec<Slot>),
}

/// One item of a transaction, and what it means when its condition does not hold.
struct TransactionItem {
    write: TransactWriteItem,
    slots: Vec<Slot>,
}

impl Store {
    /// Writes a decision on a checkout. A part of a budget that is taken from holds `full(slot)` while nobody
    /// has written it.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub(in crate::adapters) async fn commit(
        &self,
        commit: &Commit,
        full: impl Fn(&Slot) -> Pot,
    ) -> Result<Committed, Fault> {
        let (checkout, expected) = (checkout_item(&commit.checkout)?, before(commit.checkout.version));
        let around = &commit.around;
        let is_alone = around.payer.is_none() && around.card.is_none() && around.settlement.is_none();
        if is_alone && commit.budget.is_empty() {
            return Ok(match self.put(checkout, expected).await? {
                Written::Done => Committed::Done,
                Written::Lost => Committed::Lost,
            });
        }
        let mut items = vec![self.transaction_put(checkout, expected)?];
        if let Some(payer) = &around.payer {
            items.push(self.transaction_put(item(Key::payer(&payer.id), payer)?, before(payer.version))?);
        }
        if let Some(card) = &around.card {
            items.push(self.transaction_put(item(Key::card(&card.id), card)?, before(card.version))?);
        }
        if let Some(settlement) = &around.settlement {
            items.push(self.transaction_put(settlement_item(settlement)?, before(settlement.version))?);
        }
        // What is left of the whole and what is left of a day are in one item, and are taken together.
        let same_item = |one: &BudgetChange, other: &BudgetChange| {
            (&one.slot.campaign, one.slot.shard) == (&other.slot.campaign, other.slot.shard)
        };
        for changes in commit.budget.chunk_by(same_item) {
            let update = self.budget_update(commit.checkout.country, changes, &full)?;
            items.push(TransactionItem {
                write: TransactWriteItem::builder().update(update).build(),
                slots: changes.iter().map(|change| change.slot.clone()).collect(),
            });
        }
        self.transact(items).await
    }

    fn transaction_put(&self, item: Item, expected: Option<u64>) -> Result<TransactionItem, Fault> {
        Ok(TransactionItem { write: self.conditional_put(item, expected)?, slots: Vec::new() })
    }

    /// Takes from a part of a budget on condition that it holds enough, or gives back to it. What a day has
    /// left is made by whoever takes from it first, who also clears away days that nobody asks for any more.
    fn budget_update(
        &self,
        country: Country,
        changes: &[BudgetChange],
        full: impl Fn(&Slot) -> Pot,
    ) -> Result<Update, Fault> {
        let (mut sets, mut conditions, mut removes) = (Vec::new(), Vec::new(), Vec::new());
        let mut update = Update::builder().table_name(&self.table);
        for (index, change) in changes.iter().enumerate() {
            let (slot, need) = (&change.slot, need(change));
            let full = full(slot);
            update = update.set_key(Some(Key::budget(country, slot).into_item()));
            update = named(update, index, slot, need, full);
            let takes = need.payments > 0 || need.minor > 0;
            sets.push(taking(index));
            let enough = enough(index);
            conditions.push(match slot.day {
                _ if !takes => "attribute_exists(pk)".to_owned(),
                Some(_) if full.covers(need) => {
                    format!("(attribute_not_exists(#minor{index}) OR ({enough}))")
                }
                Some(_) | None => enough,
            });
            for day in
                slot.day.filter(|_| takes).iter().flat_map(|day| FORGOTTEN.map(|ago| day.days_before(ago)))
            {
                let old = Slot { day: Some(day), ..slot.clone() };
                for (name, attribute) in ["m", "p"].into_iter().zip(attributes(&old)) {
                    let name = format!("#{name}{}", removes.len());
                    update = update.expression_attribute_names(&name, attribute);
                    removes.push(name);
                }
            }
        }
        let remove =
            if removes.is_empty() { String::new() } else { format!(" REMOVE {}", removes.join(", ")) };
        let update = update
            .update_expression(format!("SET {}{remove}", sets.join(", ")))
            .condition_expression(conditions.join(" AND "));
        update.build().map_err(broken)
    }

    async fn transact(&self, items: Vec<TransactionItem>) -> Result<Committed, Fault> {
        let (writes, slots): (Vec<_>, Vec<_>) =
            items.into_iter().map(|item| (item.write, item.slots)).unzip();
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else { return Ok(Committed::Done) };
        let reasons = cancellation_reasons(&error);
        let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
        if !reasons.iter().any(failed) {
            return Err(not_written(&error));
        }
        let mut used_up = Vec::new();
        for (_, slots) in reasons.iter().zip(slots).filter(|(reason, _)| failed(reason)) {
            if slots.is_empty() {
                return Ok(Committed::Lost);
            }
            used_up.extend(slots);
        }
        Ok(Committed::UsedUp(used_up))
    }
}
