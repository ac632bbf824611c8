//! What each tenant alone may see, and where it is seen.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use data_encoding::BASE64URL_NOPAD;
use kembali_tests::text;
use serde_json::Value;

use crate::world::{Tenant, World};

/// The words by which something of a tenant is recognised, each with those who may read it. No merchant may
/// read those of nobody.
pub(crate) struct Marks {
    words: Vec<String>,
    readers: Vec<BTreeSet<usize>>,
    search: AhoCorasick,
}

impl Marks {
    /// As they are now: the words that the tenants have sent, their keys, and every id in the table that is
    /// theirs.
    pub(crate) fn of(world: &World, items: &[Value]) -> Self {
        let mut readers: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut add = |word: &str, reader: Option<usize>| {
            readers.entry(word.to_owned()).or_default().extend(reader);
        };
        for (index, tenant) in world.tenants.iter().enumerate() {
            tenant.words.iter().for_each(|word| add(word, Some(index)));
            tenant.live.iter().chain(&tenant.dead).for_each(|key| add(key, Some(index)));
            add(&text(&tenant.agreed, "/payer/wallet_consent"), Some(index));
            add(tenant.phone.trim_start_matches('+'), None);
        }
        for secret in ["sk_test_local", "whsec_local", "local-payer-hash-key", "local-operator-key"] {
            add(secret, None);
        }
        let payers: BTreeSet<String> = items.iter().filter_map(payer).collect();
        payers.iter().for_each(|payer| add(payer, None));
        for item in items {
            let owner = owner(&world.tenants, item);
            each_text(item, &mut |word| {
                if owner.is_some() && is_id(word) && !payers.contains(word) {
                    add(word, owner);
                }
            });
            if let Some(owner) = owner.filter(|_| text(item, "/pk/S").starts_with("C#")) {
                // A tenant may well use the reference that another has used.
                add(&text(item, "/content/M/reference/S"), Some(owner));
            }
        }
        readers.remove("");
        let (words, readers): (Vec<String>, Vec<_>) = readers.into_iter().unzip();
        let search = AhoCorasick::new(&words).unwrap();
        Self { words, readers, search }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// What stands in `answer` that `reader` may not read and has not said in `request`.
    pub(crate) fn leaked(&self, request: &str, answer: &str, reader: Option<usize>) -> BTreeSet<&str> {
        let said = self.found(request);
        let seen = self.found(answer).into_iter().filter(|mark| !said.contains(mark));
        let is_foreign = |mark: &usize| !reader.is_some_and(|reader| self.readers[*mark].contains(&reader));
        let foreign: BTreeSet<usize> = seen.filter(is_foreign).collect();
        foreign.into_iter().map(|mark| self.words[mark].as_str()).collect()
    }

    fn found(&self, text: &str) -> BTreeSet<usize> {
        self.search.find_overlapping_iter(text).map(|found| found.pattern().as_usize()).collect()
    }
}

/// Whose item it is: a merchant's, or of a checkout of theirs, of their Stripe account, of what the platform
/// owes them.
pub(crate) fn owner(tenants: &[Tenant], item: &Value) -> Option<usize> {
    let pk = text(item, "/pk/S");
    let (kind, rest) = pk.split_once('#')?;
    let is_owner = |tenant: &Tenant| match kind {
        "C" => tenant.shop.id == text(item, "/merchant/S"),
        "M" | "S" => tenant.shop.id == rest,
        "A" => tenant.shop.account == rest,
        _ => false,
    };
    tenants.iter().position(is_owner)
}

/// The payer whose item it is, if it is a payer's.
fn payer(item: &Value) -> Option<String> {
    text(item, "/pk/S").strip_prefix("P#").map(str::to_owned)
}

fn is_id(word: &str) -> bool {
    let kinds = ["chk_", "mch_", "acct_", "cs_", "pi_", "ch_", "py_", "re_", "pyr_"];
    kinds.iter().any(|kind| word.starts_with(kind))
}

fn each_text(value: &Value, note: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => note(text),
        Value::Array(values) => values.iter().for_each(|value| each_text(value, note)),
        Value::Object(fields) => fields.values().for_each(|value| each_text(value, note)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An answer's text with what its cursor says in other letters.
pub(crate) fn readable(answer: &str) -> String {
    let json: Value = serde_json::from_str(answer).unwrap_or_default();
    let cursor = BASE64URL_NOPAD.decode(text(&json, "/next_cursor").as_bytes()).unwrap_or_default();
    format!("{answer} {}", String::from_utf8_lossy(&cursor))
}
