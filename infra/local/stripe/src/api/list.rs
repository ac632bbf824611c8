//! Lists: newest first, page by page.

use serde_json::{Value, json};

use crate::error::Error;
use crate::params::Params;

const USUAL_LIMIT: i64 = 10;
const LARGEST_LIMIT: i64 = 100;

/// Which part of a list is asked for.
pub(super) struct Page {
    limit: usize,
    starting_after: Option<String>,
    ending_before: Option<String>,
    created: Range,
}

/// Bounds on `created`, in seconds; all of them must hold.
#[derive(Default)]
struct Range {
    from: Option<i64>,
    to: Option<i64>,
}

impl Page {
    /// Takes `limit`, `starting_after`, `ending_before` and `created` out of the parameters.
    pub(super) fn take(params: &mut Params) -> Result<Self, Error> {
        let limit = params.integer_from("limit", 1)?.unwrap_or(USUAL_LIMIT);
        if limit > LARGEST_LIMIT {
            let message = format!("This value must be less than or equal to {LARGEST_LIMIT}.");
            return Err(Error::invalid(message).coded("parameter_invalid_integer").at("limit"));
        }
        Ok(Self {
            limit: usize::try_from(limit).unwrap_or_default(),
            starting_after: params.text("starting_after")?,
            ending_before: params.text("ending_before")?,
            created: Range::take(params)?,
        })
    }

    /// Whether an object created then is in the list at all. Who asks before rendering renders less.
    pub(super) fn wants(&self, created: i64) -> bool {
        self.created.includes(created)
    }

    /// The list object over `rows`, which come newest first.
    pub(super) fn of(&self, url: &str, rows: Vec<Value>) -> Result<Value, Error> {
        let rows: Vec<Value> = rows.into_iter().filter(|row| self.created.holds(row)).collect();
        let after =
            self.starting_after.as_deref().map(|id| Ok::<_, Error>(position(&rows, id)? + 1)).transpose()?;
        let before = self.ending_before.as_deref().map(|id| position(&rows, id)).transpose()?;
        let (skipped, end) = match before {
            // Backwards: the page ends just before that object.
            Some(before) => (before.saturating_sub(self.limit), before),
            None => (after.unwrap_or(0), rows.len()),
        };
        let has_more = if before.is_some() { skipped > 0 } else { end > skipped + self.limit };
        let data: Vec<Value> = rows.into_iter().take(end).skip(skipped).take(self.limit).collect();
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
    }
}

impl Range {
    /// `created=5`, or any of `created[gt]`, `[gte]`, `[lt]`, `[lte]`.
    fn take(params: &mut Params) -> Result<Self, Error> {
        if params.is_scalar("created") {
            let exactly = params.integer("created")?;
            return Ok(Self { from: exactly, to: exactly });
        }
        let mut range = params.object("created")?;
        let later = range.integer("gt")?.map(|bound| bound.saturating_add(1));
        let earlier = range.integer("lt")?.map(|bound| bound.saturating_sub(1));
        let from = range.integer("gte")?.max(later);
        let to = match (range.integer("lte")?, earlier) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        range.finish()?;
        Ok(Self { from, to })
    }

    fn holds(&self, row: &Value) -> bool {
        self.includes(row.get("created").and_then(Value::as_i64).unwrap_or_default())
    }

    fn includes(&self, created: i64) -> bool {
        self.from.is_none_or(|from| created >= from) && self.to.is_none_or(|to| created <= to)
    }
}

fn position(rows: &[Value], id: &str) -> Result<usize, Error> {
    let found = rows.iter().position(|row| row.get("id").and_then(Value::as_str) == Some(id));
    found.ok_or_else(|| Error::missing("object", id).with_status(400).at("starting_after"))
}
