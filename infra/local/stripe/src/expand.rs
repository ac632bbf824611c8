//! Objects by their id alone, and `expand`.

use serde_json::{Value, json};

use crate::balance::render_movement;
use crate::error::Error;
use crate::objects::{
    account_v1, application_fee, charge, dispute, intent, payout, refund, session, transfer,
};
use crate::state::{State, application};

impl State {
    /// The object with this id as API v1 shows it, whatever it is.
    pub(crate) fn render(&self, id: &str) -> Option<Value> {
        let config = &self.config;
        match id.split('_').next()? {
            "acct" => self.owner(id).and_then(|owner| self.account(&owner).ok()).map(account_v1::render),
            "ch" => self.charges.find(id).map(|(_, row)| charge::render(row, config)),
            "cs" => self.sessions.find(id).map(|(_, row)| session::render(row, config)),
            "fee" => self.fees.find(id).map(|(platform, row)| {
                application_fee::render(row, &application(&platform.platform), config.livemode)
            }),
            "fr" => self.fees.all().find_map(|row| application_fee::render_refund_of(row, id)),
            "du" => self.disputes.find(id).map(|(_, row)| {
                let charge = self.charges.find(&row.charge);
                dispute::render(row, charge.is_some_and(|(_, charge)| charge.undisputed() > 0), config)
            }),
            "pi" => self.intents.find(id).map(|(_, row)| {
                let charge = row.latest_charge.as_deref().and_then(|charge| self.charges.find(charge));
                intent::render(row, charge.map(|(_, charge)| charge), config)
            }),
            "po" => self.payouts.find(id).map(|(_, row)| payout::render(row, config)),
            "py" => {
                let row = self.transfers.all().find(|row| row.destination_payment == id)?;
                Some(transfer::render_payment(row, config))
            }
            "re" | "pyr" => self.refunds.find(id).map(|(_, row)| refund::render(row)),
            "tr" => self.transfers.find(id).map(|(_, row)| transfer::render(row, config)),
            "trr" => self.transfers.all().find_map(|row| transfer::render_reversal_of(row, id)),
            "txn" => self.books.movements.find(id).map(|(_, row)| render_movement(row)),
            _ => None,
        }
    }

    /// Puts the objects that `paths` name (`payment_intent.latest_charge`) in the place of their ids.
    pub(crate) fn expand(&self, mut answer: Value, paths: &[String]) -> Result<Value, Error> {
        for path in paths {
            let steps: Vec<&str> = path.split('.').collect();
            self.expand_in(&mut answer, &steps).map_err(|()| {
                Error::invalid(format!("This property cannot be expanded ({path}).")).at("expand")
            })?;
        }
        Ok(answer)
    }

    fn expand_in(&self, value: &mut Value, steps: &[&str]) -> Result<(), ()> {
        let Some((step, rest)) = steps.split_first() else { return Ok(()) };
        if let Some(items) = value.as_array_mut() {
            return items.iter_mut().try_for_each(|item| self.expand_in(item, steps));
        }
        if value.is_null() {
            return Ok(());
        }
        if *step == "line_items" {
            return self.expand_items(value);
        }
        let member = value.get_mut(*step).ok_or(())?;
        if let Some(id) = member.as_str() {
            *member = self.render(id).ok_or(())?;
        }
        self.expand_in(member, rest)
    }

    fn expand_items(&self, value: &mut Value) -> Result<(), ()> {
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
        let (_, session) = self.sessions.find(id).ok_or(())?;
        let url = format!("/v1/checkout/sessions/{id}/line_items");
        let items = json!({
            "object": "list", "data": session::render_items(session), "has_more": false, "url": url,
        });
        value.as_object_mut().ok_or(())?.insert("line_items".to_owned(), items);
        Ok(())
    }
}
