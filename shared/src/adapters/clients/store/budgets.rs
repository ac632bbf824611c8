//! Campaigns' budgets: moved between their parts, and changed with a new version of the campaign.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::table::{Store, Written, signed};
use super::transaction::{broken, transaction_written};
use crate::adapters::clients::keys::{Item, Key};
use crate::domain::campaign::Campaign;
use crate::domain::campaign::budget::{
    BudgetChange, Pot, Slot, UNLIMITED, moves, part_of_budget, resized, whole_budget,
};
use crate::domain::time::Day;
use crate::fault::Fault;

/// How often a change that somebody else was faster with is planned again.
pub(super) const TRIES: u32 = 6;

/// A part of a budget. A cut below what is already promised closes all parts: nothing can be taken from any
/// of them until enough has been given back to all of them together. In the table a closed part has
/// [`CLOSED`] payments less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BudgetPart {
    pot: Pot,
    pub(super) is_closed: bool,
}

/// Puts the payments of a closed part far below zero, whatever it holds. Those of an open part are never
/// below zero.
const CLOSED: i64 = 4 * UNLIMITED;

impl BudgetPart {
    fn read(kept: Pot) -> Self {
        let is_closed = kept.payments < 0;
        let payments = if is_closed { kept.payments.saturating_add(CLOSED) } else { kept.payments };
        Self { pot: Pot { payments, ..kept }, is_closed }
    }

    /// As it is in the table.
    fn kept(self) -> Pot {
        let less = if self.is_closed { CLOSED } else { 0 };
        Pot { payments: self.pot.payments.saturating_sub(less), ..self.pot }
    }
}

/// How a part of a budget changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) slot: Slot,
    /// Whether there is no such part yet.
    is_new: bool,
    /// What it holds while nobody has taken from it.
    full: Pot,
    seen: BudgetPart,
    pub(super) becomes: BudgetPart,
}

impl Store {
    /// How the parts of a budget change from one version of the rule to the next.
    pub(super) async fn resized(
        &self,
        known: &Campaign,
        campaign: &Campaign,
        day: Option<Day>,
    ) -> Result<Vec<Change>, Fault> {
        let parts = self.parts(known, day).await?;
        Ok(spread(known, day, &parts, whole_budget(known, day), whole_budget(campaign, day)))
    }

    /// An update of each part's item. What is left of the whole and of each day is in one item, so it has all
    /// the changes.
    pub(super) fn part_writes(
        &self,
        campaign: &Campaign,
        changes: &[Change],
    ) -> Result<Vec<TransactWriteItem>, Fault> {
        let mut writes = Vec::new();
        for of_part in slots(campaign, None) {
            let changes: Vec<_> =
                changes.iter().filter(|change| change.slot.shard == of_part.shard).collect();
            let key = Key::budget(campaign.country, &of_part).into_item();
            let update = Update::builder().table_name(&self.table).set_key(Some(key));
            let update = changed(update, &changes).build().map_err(broken)?;
            writes.push(TransactWriteItem::builder().update(update).build());
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
        Ok(Some(Pot::sum(&pots(&self.parts(campaign, day).await?))))
    }

    /// Makes `slot` hold what `need` asks, from other parts of the same budget. Whether it could: if not, the
    /// budget is used up.
    ///
    /// # Errors
    /// DynamoDB did not answer, or others were faster too often.
    pub async fn refill(&self, campaign: &Campaign, slot: &Slot, need: Pot) -> Result<bool, Fault> {
        let mut seen_before = None;
        for _ in 0..TRIES {
            let parts = self.parts(campaign, slot.day).await?;
            let pots = pots(&parts);
            if parts.iter().any(|part| part.is_closed) {
                if !Pot::sum(&pots).covers(need) {
                    return Ok(false);
                }
                let opened = spread(campaign, slot.day, &parts, Pot::default(), Pot::default());
                // Whoever opened them, what they hold must be read again.
                let (Written::Done | Written::Lost) =
                    self.write_parts(self.part_writes(campaign, &opened)?).await?;
                continue;
            }
            let Some(moves) = moves(&pots, usize::from(slot.shard), need) else {
                // DynamoDB reads a batch item by item: what is moved meanwhile, from a part that is still to
                // be read to one that was read already, would be missed. What is read twice the same was
                // there at one moment.
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
            match self.write_parts(writes).await? {
                Written::Done => return Ok(true),
                Written::Lost => {}
            }
        }
        Err(Fault::Retry("a budget is busy".to_owned()))
    }

    async fn write_parts(&self, writes: Vec<TransactWriteItem>) -> Result<Written, Fault> {
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        transaction_written(sent.map(|_| ()))
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
            .update_expression(format!("SET {}", taking(0)))
            .condition_expression(condition);
        named(update, 0, slot, given, full).build().map_err(broken)
    }

    /// What each part holds, in their order.
    async fn parts(&self, campaign: &Campaign, day: Option<Day>) -> Result<Vec<BudgetPart>, Fault> {
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
            // What a day has left is not there until somebody takes from it; the whole is made with the
            // campaign.
            known.or(slot.day.map(|_| part_of_budget(campaign, slot))).unwrap_or_default()
        };
        Ok(slots.iter().map(pot).map(BudgetPart::read).collect())
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

/// Takes from slot number `index` of an update: from what it holds, or from a full one.
pub(super) fn taking(index: usize) -> String {
    let take = |what| {
        format!("#{what}{index} = if_not_exists(#{what}{index}, :full_{what}{index}) - :{what}{index}")
    };
    ["minor", "payments"].map(take).join(", ")
}

/// An update by which a part of a budget changes. Numbers change by differences, so the sum of all parts
/// stays right even if others take or give back at the same time. The conditions keep an open part from
/// falling below zero, and a closed part from being opened twice.
fn changed(mut update: UpdateBuilder, changes: &[&Change]) -> UpdateBuilder {
    let (mut sets, mut conditions) = (Vec::new(), Vec::new());
    for (index, change) in changes.iter().enumerate() {
        let Change { slot, is_new, full, seen, becomes } = change;
        let given = seen.kept().minus(becomes.kept());
        update = named(update, index, slot, given, *full);
        sets.push(taking(index));
        let mut holds = Vec::new();
        if seen.is_closed {
            holds.push(format!("#payments{index} < :nothing"));
            update = update.expression_attribute_values(":nothing", signed(0));
        } else if !becomes.is_closed {
            let given = [("minor", given.minor), ("payments", given.payments)];
            let given = given.into_iter().filter(|(_, given)| *given > 0);
            holds.extend(given.map(|(name, _)| format!("#{name}{index} >= :{name}{index}")));
        }
        let holds = holds.join(" AND ");
        conditions.extend(match slot.day {
            _ if *is_new => Some(format!("attribute_not_exists(#minor{index})")),
            _ if holds.is_empty() => None,
            Some(_) => Some(format!("(attribute_not_exists(#minor{index}) OR ({holds}))")),
            None => Some(holds),
        });
    }
    let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
    update.update_expression(format!("SET {}", sets.join(", "))).set_condition_expression(condition)
}

/// The parts of a new budget of the whole campaign.
pub(super) fn made(campaign: &Campaign) -> Vec<Change> {
    let change = |slot| {
        let full = part_of_budget(campaign, &slot);
        let part = BudgetPart { pot: full, is_closed: false };
        Change { slot, is_new: true, full, seen: part, becomes: part }
    };
    slots(campaign, None).into_iter().map(change).collect()
}

/// How `parts` change when their budget goes from `was` to `becomes`. If that leaves less than nothing, they
/// are closed.
fn spread(
    campaign: &Campaign,
    day: Option<Day>,
    parts: &[BudgetPart],
    was: Pot,
    becomes: Pot,
) -> Vec<Change> {
    let pots = resized(&pots(parts), was, becomes);
    let is_closed = !Pot::sum(&pots).is_whole();
    let change = |((slot, seen), pot): ((Slot, &BudgetPart), Pot)| {
        let full = part_of_budget(campaign, &slot);
        Change { slot, is_new: false, full, seen: *seen, becomes: BudgetPart { pot, is_closed } }
    };
    slots(campaign, day).into_iter().zip(parts).zip(pots).map(change).collect()
}

fn pots(parts: &[BudgetPart]) -> Vec<Pot> {
    parts.iter().map(|part| part.pot).collect()
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
