//! Why a value does not fit, in words for a caller: no type of ours is named, and no list of every currency
//! is read out.

use std::fmt::Display;

use serde::de::{Error, Expected, Unexpected};

use crate::fault::Problem;

/// A list of names up to here is short enough to be read.
const READABLE_BYTES: usize = 200;
/// A name up to here is said again; a longer one is no typing mistake.
const LONGEST_NAME: usize = 40;

/// What is wrong with a value, or with one member of it.
#[derive(Debug)]
pub(super) struct Misfit {
    at: At,
    detail: String,
    next: String,
}

/// Where it is, seen from where serde was.
#[derive(Debug)]
enum At {
    Here,
    /// A member that is missing, or there twice.
    Member(&'static str),
    /// A member that nobody knows: sometimes serde was at it already.
    Unknown(String),
}

/// The field at `path`, by the name that a caller knows it by.
pub(super) fn field_at(path: &str) -> &str {
    if matches!(path, "." | "") { "body" } else { path }
}

impl Misfit {
    fn here(detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self { at: At::Here, detail: detail.into(), next: next.into() }
    }

    /// No field of a request may be `null`.
    pub(super) fn null() -> Self {
        Self::here("The value is null.", "Give it a value; a field that is optional can be left out.")
    }

    /// A kind is an object without a member.
    pub(super) fn no_member(kinds: &[&str]) -> Self {
        let next = one_of(kinds).unwrap_or_else(|| "Write one that the API's description names.".to_owned());
        Self::here("The object is empty.", next)
    }

    /// A kind is an object with several members.
    pub(super) fn several<'a>(members: impl Iterator<Item = &'a str>) -> Self {
        let members: Vec<String> = members.map(|name| format!("`{name}`")).collect();
        let detail = format!("Only one of {} can be there.", members.join(", "));
        Self::here(detail, "Send one of them alone.")
    }

    /// A kind is neither a name nor an object.
    pub(super) fn no_kind(kinds: &[&str]) -> Self {
        Self::here(
            "The value is not a name.",
            one_of(kinds).unwrap_or_else(|| "Write a name, in quotes.".to_owned()),
        )
    }

    /// The problem that a caller is told; serde was at `path`.
    pub(super) fn at(self, path: &str) -> Problem {
        let member = match &self.at {
            At::Here => None,
            At::Member(name) => Some(*name),
            At::Unknown(name) => {
                let is_there = path == name || path.ends_with(&format!(".{name}"));
                Some(name.as_str()).filter(|_| !is_there)
            }
        };
        let field = match (path, member) {
            (path, None) => field_at(path).to_owned(),
            (".", Some(name)) => field_at(name).to_owned(),
            (path, Some(name)) => format!("{path}.{name}"),
        };
        Problem::invalid(field, self.detail, self.next)
    }
}

impl std::error::Error for Misfit {}

impl Display for Misfit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.detail, self.next)
    }
}

impl Error for Misfit {
    /// An error of something that is parsed: its first sentence says what is wrong, the rest what to write.
    fn custom<T: Display>(why: T) -> Self {
        let Problem { detail, next, .. } = Problem::unfit("", &why);
        Self::here(detail, next.unwrap_or_default())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "true or false",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "a text",
            Unexpected::Unit | Unexpected::Option => "null",
            Unexpected::UnitVariant => "a name alone",
            Unexpected::Seq => "a list",
            Unexpected::NewtypeStruct
            | Unexpected::Map
            | Unexpected::Enum
            | Unexpected::NewtypeVariant
            | Unexpected::TupleVariant
            | Unexpected::StructVariant => "an object",
            Unexpected::Other(_) => "something else",
        };
        Self::here(format!("The value is {found}."), write(&wanted.to_string()))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = wanted.to_string();
        if let Unexpected::Signed(_) = found {
            Self::here("The number is negative.", "Write a whole number, zero or more.")
        } else if let Unexpected::Unsigned(_) = found {
            Self::here("The number is too large.", "Write a smaller one.")
        } else {
            Self::here("The value does not fit.", write(&wanted))
        }
    }

    fn invalid_length(_length: usize, wanted: &dyn Expected) -> Self {
        Self::here("The list is too short or too long.", write(&wanted.to_string()))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        let meant = known.iter().find(|known| known.eq_ignore_ascii_case(name));
        let next = meant.map(|meant| format!("Write `{meant}`.")).or_else(|| one_of(known));
        let next = next.unwrap_or_else(|| "Write one that the API's description names.".to_owned());
        Self::here(format!("{} is not known here.", quoted(name).unwrap_or("The value".to_owned())), next)
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        let detail = format!("There is no field {} here.", quoted(name).unwrap_or("of this name".to_owned()));
        let next = match named(known) {
            Some(known) => format!("Leave it out, or correct its name: the fields are {known}."),
            None => "Leave it out, or correct its name.".to_owned(),
        };
        Self { at: At::Unknown(name.to_owned()), detail, next }
    }

    fn missing_field(name: &'static str) -> Self {
        Self { at: At::Member(name), detail: format!("`{name}` is missing."), next: format!("Add `{name}`.") }
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self {
            at: At::Member(name),
            detail: format!("`{name}` is there twice."),
            next: format!("Send `{name}` once."),
        }
    }
}

/// What to write, where serde wants what it calls `wanted`.
fn write(wanted: &str) -> &'static str {
    match wanted {
        "u8" | "u16" | "u32" | "u64" => "Write a whole number, without quotes.",
        "a string" => "Write a text, in quotes.",
        "a boolean" => "Write `true` or `false`.",
        "a sequence" => "Send a list.",
        "unit" => "Write the name alone, in quotes.",
        wanted if wanted.starts_with("struct ") => "Send an object.",
        _ => "Look the field up in the API's description.",
    }
}

fn one_of(names: &[&str]) -> Option<String> {
    named(names).map(|names| format!("Write one of {names}."))
}

/// The names, if they can be read.
fn named(names: &[&str]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Some(names.join(", ")).filter(|names| names.len() <= READABLE_BYTES)
}

fn quoted(name: &str) -> Option<String> {
    (name.len() <= LONGEST_NAME).then(|| format!("`{name}`"))
}
