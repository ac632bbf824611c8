//! The books: verified, exported, matched, read.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::deployment::{Operator, path};
use super::error::CommandError;
use crate::town::text;

/// By scope and by flow, in minor units.
type Sums = BTreeMap<String, BTreeMap<String, i64>>;

#[derive(Deserialize)]
struct Page {
    items: Sums,
    books: Sums,
    looked_at: u64,
    next_cursor: Option<String>,
}

impl Operator {
    pub(super) async fn verify_books(
        &self,
        country: &str,
        through: Option<&str>,
        patience: Duration,
        out: &mut impl Write,
        tell: &mut impl FnMut(&str),
    ) -> Result<bool, CommandError> {
        let mut found = self.compare(country, through, tell).await?;
        if !found.is_empty() && !patience.is_zero() {
            tell(&format!("{} sums differ; once more in {} seconds", found.len(), patience.as_secs()));
            tokio::time::sleep(patience).await;
            found = self.compare(country, through, tell).await?;
        }
        tell("");
        for difference in &found {
            writeln!(out, "{difference}")?;
        }
        if found.is_empty() {
            writeln!(out, "The books of {country} are what the items say.")?;
        }
        Ok(found.is_empty())
    }

    /// Every sum that differs, in words.
    async fn compare(
        &self,
        country: &str,
        through: Option<&str>,
        tell: &mut impl FnMut(&str),
    ) -> Result<Vec<String>, CommandError> {
        let base = format!("/v1/markets/{country}/rebuild");
        let (mut items, mut books) = (Sums::new(), Sums::new());
        let (mut looked_at, mut pages, mut cursor) = (0, 0, None);
        loop {
            let at = path(&base, &[("through", through), ("cursor", cursor.as_deref())]);
            let answer = self.ask("GET", &at).await?;
            let page = serde_json::from_slice(&answer.body);
            let page: Page = page.map_err(|_| CommandError::NotUnderstood(base.clone()))?;
            add(&mut items, page.items);
            add(&mut books, page.books);
            looked_at += page.looked_at;
            pages += 1;
            tell(&format!("page {pages}: {looked_at} items, {} scopes", items.len().max(books.len())));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(differences(&items, &books));
            }
        }
    }

    pub(super) async fn ledger_csv(
        &self,
        country: &str,
        from: Option<&str>,
        to: Option<&str>,
        out: &mut impl Write,
        tell: &mut impl FnMut(&str),
    ) -> Result<bool, CommandError> {
        let mut next =
            Some(path(&format!("/v1/markets/{country}/ledger.csv"), &[("from", from), ("to", to)]));
        let mut bytes = 0;
        while let Some(at) = next {
            let page = self.ask("GET", &at).await?;
            // As it comes, so that no more than a page is ever kept.
            tell("");
            out.write_all(&page.body)?;
            bytes += page.body.len();
            tell(&format!("{bytes} bytes"));
            let link = page.header("link").and_then(|link| link.strip_prefix('<')?.split_once('>'));
            next = link.map(|(address, _)| address.to_owned());
        }
        tell("");
        out.flush()?;
        Ok(true)
    }

    pub(super) async fn show_match(
        &self,
        country: &str,
        day: &str,
        now: bool,
        out: &mut impl Write,
    ) -> Result<bool, CommandError> {
        let at = path(&format!("/v1/markets/{country}/match"), &[("day", Some(day))]);
        let found = self.ask(if now { "POST" } else { "GET" }, &at).await?.json();
        writeln!(out, "{country} {day}, matched at {}", text(&found, "/matched_at"))?;
        for part in ["matched", "outside"] {
            for (kind, count) in found.get(part).and_then(Value::as_object).into_iter().flatten() {
                let number = count.get("count").and_then(Value::as_u64).unwrap_or_default();
                writeln!(out, "{part:<15} {number:>7} {kind:<18} {:>14}", text(count, "/amount/value"))?;
            }
        }
        for list in ["missing_here", "missing_there", "amount_differs"] {
            for one in found.get(list).and_then(Value::as_array).into_iter().flatten() {
                let of = |name: &str| text(one, &format!("/{name}"));
                let amount = |side: &str| match of(&format!("{side}/value")) {
                    none if none.is_empty() => "nothing".to_owned(),
                    value => value,
                };
                let (here, there) = (amount("here"), amount("there"));
                let (kind, stripe, checkout, account) =
                    (of("kind"), of("stripe"), of("checkout"), of("account"));
                writeln!(
                    out,
                    "{list:<15} {kind} {stripe} {checkout} on {account}: here {here}, at Stripe {there}"
                )?;
            }
        }
        for account in found.get("not_read").and_then(Value::as_array).into_iter().flatten() {
            writeln!(out, "not_read        {}", account.as_str().unwrap_or_default())?;
        }
        let differences = found.get("differences").and_then(Value::as_u64);
        let differences = differences.ok_or_else(|| CommandError::NotUnderstood(at.clone()))?;
        writeln!(out, "{differences} differences")?;
        Ok(differences == 0)
    }

    pub(super) async fn statement(
        &self,
        country: &str,
        merchant: &str,
        month: Option<&str>,
        out: &mut impl Write,
    ) -> Result<bool, CommandError> {
        let parameters = [("merchant", Some(merchant)), ("month", month)];
        let statement =
            self.ask("GET", &path(&format!("/v1/markets/{country}/statement"), &parameters)).await?.json();
        const COLUMNS: [&str; 8] =
            ["sales", "funding", "refunds", "fees", "cashback", "disputes", "other", "change"];
        let currency = text(&statement, "/opening/currency");
        writeln!(out, "{} {} {currency}", text(&statement, "/merchant"), text(&statement, "/month"))?;
        write!(out, "{:<10}", "day")?;
        COLUMNS.iter().try_for_each(|column| write!(out, " {column:>12}"))?;
        writeln!(out, "\n{:<10} {:>103}", "opening", text(&statement, "/opening/value"))?;
        let mut line = |name: &str, line: &Value| {
            write!(out, "{name:<10}")?;
            let value = |column: &&str| text(line, &format!("/{column}/value"));
            COLUMNS.iter().try_for_each(|column| write!(out, " {:>12}", value(column)))?;
            writeln!(out)
        };
        for day in statement.get("days").and_then(Value::as_array).into_iter().flatten() {
            line(&text(day, "/day"), day)?;
        }
        line("total", statement.get("totals").unwrap_or(&Value::Null))?;
        writeln!(out, "{:<10} {:>103}", "closing", text(&statement, "/closing/value"))?;
        Ok(true)
    }
}

fn add(sums: &mut Sums, more: Sums) {
    for (scope, flows) in more {
        let known = sums.entry(scope).or_default();
        for (flow, minor) in flows {
            let sum = known.entry(flow).or_default();
            *sum = sum.saturating_add(minor);
        }
    }
}

fn differences(items: &Sums, books: &Sums) -> Vec<String> {
    let of = |sums: &Sums, scope: &str, flow: &str| {
        sums.get(scope).and_then(|flows| flows.get(flow)).copied().unwrap_or_default()
    };
    let names = |sums: &Sums| -> Vec<(String, String)> {
        let all =
            sums.iter().flat_map(|(scope, flows)| flows.keys().map(|flow| (scope.clone(), flow.clone())));
        all.collect()
    };
    let mut all = names(items);
    all.extend(names(books));
    all.sort();
    all.dedup();
    all.into_iter()
        .filter_map(|(scope, flow)| {
            let (item, book) = (of(items, &scope, &flow), of(books, &scope, &flow));
            (item != book).then(|| format!("{scope} {flow}: the items say {item}, the books {book}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_that_only_one_side_knows_differs() {
        let sums =
            |scope: &str, minor| Sums::from([(scope.to_owned(), [("1000>4000".to_owned(), minor)].into())]);
        assert!(differences(&sums("market", 5), &sums("market", 5)).is_empty());
        assert_eq!(
            differences(&sums("market", 5), &sums("payer#x", 6)),
            [
                "market 1000>4000: the items say 5, the books 0",
                "payer#x 1000>4000: the items say 0, the books 6"
            ]
        );
    }
}
