//! Campaigns' budgets: made with the campaign, moved between their parts, changed with a new version.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};

use super::table::{Store, Written, number, signed};
use super::transaction::{before, broken, transaction_written};
use crate::adapters::clients::items::item;
use crate::adapters::clients::keys::{Item, Key};
use crate::domain::campaign::Campaign;
use crate::domain::campaign::budget::{BudgetChange, Pot, Slot, moves, part_of_budget};
use crate::domain::time::Day;
use crate::fault::Fault;

/// How often a move that somebody else was faster with is planned again.
const TRIES: u32 = 6;

impl Store {
    /// Writes a campaign (its version tells whether it is new) together with the change of its budget since `known`: a part
    /// for each shard when there was none, more or less in each when there was.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_campaign(
        &self,
        campaign: &Campaign,
        known: Option<&Campaign>,
    ) -> Result<Written, Fault> {
        let key = Key::campaign(campaign.country, &campaign.rule.id);
        let budget = self.budget_writes(campaign, known)?;
        if budget.is_empty() {
            return self.put(item(key, campaign)?, before(campaign.version)).await;
        }
        let put = Put::builder().table_name(&self.table).set_item(Some(item(key, campaign)?));
        let put = match before(campaign.version) {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(version) => put
                .condition_expression("version = :version")
                .expression_attribute_values(":version", number(version)),
        };
        let put = TransactWriteItem::builder().put(put.build().map_err(broken)?).build();
        let mut writes = vec![put];
        writes.extend(budget.into_iter().map(|update| TransactWriteItem::builder().update(update).build()));
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        transaction_written(sent.map(|_| ()))
    }

    /// What a new version changes in the parts of the whole budget. What a day has
    /// left follows by itself: parts that nobody has taken from today at once, the others from the next day.
    fn budget_writes(&self, campaign: &Campaign, known: Option<&Campaign>) -> Result<Vec<Update>, Fault> {
        let had = known.filter(|known| known.rule.budget.total.is_some());
        if campaign.rule.budget.total.is_none()
            || had.is_some_and(|had| had.rule.budget == campaign.rule.budget)
        {
            return Ok(Vec::new());
        }
        let mut writes = Vec::new();
        for slot in slots(campaign, None) {
            let new = part_of_budget(campaign, &slot);
            let update = match had {
                None => Update::builder()
                    .update_expression("SET left_minor = :minor, left_payments = :payments")
                    .condition_expression("attribute_not_exists(left_minor)")
                    .expression_attribute_values(":minor", signed(new.minor))
                    .expression_attribute_values(":payments", signed(new.payments)),
                Some(had) => {
                    let more = new.minus(part_of_budget(had, &slot));
                    let enough = "left_minor >= :less_minor AND left_payments >= :less_payments";
                    Update::builder()
                        .update_expression("ADD left_minor :minor, left_payments :payments")
                        .condition_expression(enough)
                        .expression_attribute_values(":minor", signed(more.minor))
                        .expression_attribute_values(":payments", signed(more.payments))
                        .expression_attribute_values(":less_minor", signed(more.minor.saturating_neg()))
                        .expression_attribute_values(":less_payments", signed(more.payments.saturating_neg()))
                }
            };
            let key = Key::budget(campaign.country, &slot).into_item();
            writes.push(update.table_name(&self.table).set_key(Some(key)).build().map_err(broken)?);
        }
        Ok(writes)
    }

    /// What is left of a campaign's budget: of the whole, or of `day`. `None` where there is no such budget.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn budget_left(&self, campaign: &Campaign, day: Option<Day>) -> Result<Option<Pot>, Fault> {
        let budget = &campaign.rule.budget;
        if (if day.is_some() { budget.per_day } else { budget.total }).is_none() {
            return Ok(None);
        }
        let pots = self.pots(campaign, day).await?;
        Ok(Some(pots.into_iter().fold(Pot::default(), Pot::plus)))
    }

    /// Makes `slot` hold what `need` asks, from other parts of the same budget. Whether it could: if not, the budget is used
    /// up.
    ///
    /// # Errors
    /// DynamoDB did not answer, or others were faster too often.
    pub async fn refill(&self, campaign: &Campaign, slot: &Slot, need: Pot) -> Result<bool, Fault> {
        let mut seen_before = None;
        for _ in 0..TRIES {
            let pots = self.pots(campaign, slot.day).await?;
            let Some(moves) = moves(&pots, usize::from(slot.shard), need) else {
                // DynamoDB reads a batch item by item: what is moved meanwhile, from a part that is still to be read to one
                // that was read already, would be missed. What is read twice the same was there at one moment.
                if seen_before.as_ref() == Some(&pots) {
                    return Ok(false);
                }
                seen_before = Some(pots);
                continue;
            };
            if moves.is_empty() {
                return Ok(true);
            }
            let mut sum = Pot::default();
            let mut writes = Vec::new();
            for (shard, given) in moves {
                sum = sum.plus(given);
                let shard = u8::try_from(shard).map_err(|_| Fault::Bug("a shard of none".to_owned()))?;
                writes.push(self.moved(campaign, &Slot { shard, ..slot.clone() }, given)?);
            }
            writes.push(self.moved(campaign, slot, Pot::default().minus(sum))?);
            let writes: Vec<_> = writes
                .into_iter()
                .map(|update| TransactWriteItem::builder().update(update).build())
                .collect();
            let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
            match transaction_written(sent.map(|_| ()))? {
                Written::Done => return Ok(true),
                Written::Lost => {}
            }
        }
        Err(Fault::Retry("a budget is busy".to_owned()))
    }

    /// Makes each part of a whole budget hold what `needs` says, in their order, and what is left over evenly. Whether it
    /// could: if not, all of them together hold less.
    ///
    /// # Errors
    /// DynamoDB did not answer, or others were faster too often.
    pub async fn level(&self, campaign: &Campaign, needs: &[Pot]) -> Result<bool, Fault> {
        let shards = campaign.rule.budget.shards();
        for _ in 0..TRIES {
            let pots = self.pots(campaign, None).await?;
            let sum = |pots: &[Pot]| pots.iter().copied().fold(Pot::default(), Pot::plus);
            let (all, need) = (sum(&pots), sum(needs));
            if !all.covers(need) {
                return Ok(false);
            }
            let mut writes = Vec::new();
            for ((slot, pot), need) in slots(campaign, None).iter().zip(pots).zip(needs) {
                let given = pot.minus(need.plus(all.minus(sum(needs)).part(slot.shard, shards)));
                if given != Pot::default() {
                    let update = self.moved(campaign, slot, given)?;
                    writes.push(TransactWriteItem::builder().update(update).build());
                }
            }
            if writes.is_empty() {
                return Ok(true);
            }
            let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
            match transaction_written(sent.map(|_| ()))? {
                Written::Done => return Ok(true),
                Written::Lost => {}
            }
        }
        Err(Fault::Retry("a budget is busy".to_owned()))
    }

    /// A part that gives `given`, or below zero gets it.
    fn moved(&self, campaign: &Campaign, slot: &Slot, given: Pot) -> Result<Update, Fault> {
        let full = part_of_budget(campaign, slot);
        let condition = match slot.day {
            Some(_) if full.covers(given) => format!("attribute_not_exists(#minor0) OR ({})", enough(0)),
            Some(_) | None => enough(0),
        };
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(Key::budget(campaign.country, slot).into_item()))
            .update_expression(
                "SET #minor0 = if_not_exists(#minor0, :full_minor0) - :minor0, \
                 #payments0 = if_not_exists(#payments0, :full_payments0) - :payments0",
            )
            .condition_expression(condition);
        named(update, 0, slot, given, full).build().map_err(broken)
    }

    /// What each part holds, in their order.
    async fn pots(&self, campaign: &Campaign, day: Option<Day>) -> Result<Vec<Pot>, Fault> {
        let slots = slots(campaign, day);
        let keys: Vec<Item> =
            slots.iter().map(|slot| Key::budget(campaign.country, slot).into_item()).collect();
        let mut found: HashMap<String, Item> = HashMap::new();
        for part in self.get_all(keys).await? {
            if let Some(Ok(pk)) = part.get("pk").map(|pk| pk.as_s().cloned()) {
                found.insert(pk, part);
            }
        }
        let pot = |slot: &Slot| {
            let part = found.get(&Key::budget(campaign.country, slot).pk);
            let value = |name: &str| part?.get(name)?.as_n().ok()?.parse().ok();
            let [minor, payments] = attributes(slot).map(|name| value(&name));
            let known = minor.zip(payments).map(|(minor, payments)| Pot { payments, minor });
            // What a day has left is not there until somebody takes from it; the whole is made with the campaign.
            known.or(slot.day.map(|_| part_of_budget(campaign, slot))).unwrap_or_default()
        };
        Ok(slots.iter().map(pot).collect())
    }
}

/// The attributes of a part's item that hold what `slot` has left: minor units, and payments.
pub(super) fn attributes(slot: &Slot) -> [String; 2] {
    match slot.day {
        None => ["left_minor".to_owned(), "left_payments".to_owned()],
        Some(day) => [format!("minor_{day}"), format!("payments_{day}")],
    }
}

/// The names and values by which an update's expressions speak of its slot number `index`.
pub(super) fn named(
    update: UpdateBuilder,
    index: usize,
    slot: &Slot,
    taken: Pot,
    full: Pot,
) -> UpdateBuilder {
    let [minor, payments] = attributes(slot);
    update
        .expression_attribute_names(format!("#minor{index}"), minor)
        .expression_attribute_names(format!("#payments{index}"), payments)
        .expression_attribute_values(format!(":minor{index}"), signed(taken.minor))
        .expression_attribute_values(format!(":payments{index}"), signed(taken.payments))
        .expression_attribute_values(format!(":full_minor{index}"), signed(full.minor))
        .expression_attribute_values(format!(":full_payments{index}"), signed(full.payments))
}

/// The condition that slot number `index` holds what is taken.
pub(super) fn enough(index: usize) -> String {
    format!("#minor{index} >= :minor{index} AND #payments{index} >= :payments{index}")
}

fn slots(campaign: &Campaign, day: Option<Day>) -> Vec<Slot> {
    let slot = |shard| Slot { campaign: campaign.rule.id.clone(), shard, day };
    (0..campaign.rule.budget.shards()).map(slot).collect()
}

/// What `change` asks of its part.
pub fn need(change: &BudgetChange) -> Pot {
    Pot { payments: change.payments, minor: change.minor }
}
