//! What every refusal has in common: it speaks a caller's language, and says what to do.

use serde_json::Value;

/// Words of the machinery: of Rust, of serde, of the libraries.
const INTERNAL: [&str; 24] = [
    "Decimal",
    "Option",
    "String",
    "duplicate field",
    "enum",
    "expected",
    "fixed-point",
    "floating point",
    "i64",
    "invalid type",
    "invalid value",
    "map with",
    "missing field",
    "sequence",
    "serde",
    "struct",
    "tagged",
    "u16",
    "u32",
    "u64",
    "u8",
    "unknown field",
    "unknown variant",
    "variant",
];
/// A list that is longer is read by nobody.
const LONGEST: usize = 300;

/// Why the problem details `problem` are not what a caller should read, if they are not.
pub(crate) fn complaint(problem: &Value) -> Option<String> {
    for (name, is_needed) in [("detail", true), ("next", problem["status"].as_u64() < Some(500))] {
        let Some(text) = problem[name].as_str() else {
            if is_needed {
                return Some(format!("there is no {name}"));
            }
            continue;
        };
        if !text.ends_with('.') || text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Some(format!("the {name} is no sentence"));
        }
        if text.len() > LONGEST {
            return Some(format!("the {name} is too long"));
        }
        if let Some(word) = INTERNAL.iter().find(|word| text.contains(**word)) {
            return Some(format!("the {name} says {word}"));
        }
    }
    if problem["status"] == 422
        && problem["field"].is_null()
        && !problem["type"].to_string().contains("stripe")
    {
        return Some("there is no field".to_owned());
    }
    None
}
