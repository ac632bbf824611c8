//! As much of JSON Schema as `infra/openapi.yaml` uses. What it does not know it refuses, so that nothing passes
//! unchecked.

use serde_json::Value;

/// An OpenAPI document.
pub(crate) struct Document(pub(crate) Value);

/// What tells a reader something and restricts nothing; forms and lengths are the functions' own tests' business.
const NOT_CHECKED: [&str; 12] = [
    "default",
    "description",
    "examples",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
];

impl Document {
    /// Checks `value` against the schema `name`.
    pub(crate) fn check(&self, name: &str, value: &Value) {
        let schema = &self.0["components"]["schemas"][name];
        assert!(schema.is_object(), "no schema {name}");
        if let Err(error) = self.fits(schema, value) {
            panic!("{name}: {error} in {value}");
        }
    }

    fn fits(&self, schema: &Value, value: &Value) -> Result<(), String> {
        for (keyword, wanted) in schema.as_object().ok_or("no schema")? {
            match keyword.as_str() {
                "$ref" => {
                    let pointer =
                        wanted.as_str().and_then(|text| text.strip_prefix('#')).ok_or("no reference")?;
                    self.fits(self.0.pointer(pointer).ok_or_else(|| format!("no {pointer}"))?, value)?;
                }
                "type" => has_type(wanted, value)?,
                "const" => is_one_of(std::slice::from_ref(wanted), value)?,
                "enum" => is_one_of(wanted.as_array().ok_or("no list")?, value)?,
                "oneOf" => {
                    let schemas = wanted.as_array().ok_or("no list")?;
                    let fitting = schemas.iter().filter(|schema| self.fits(schema, value).is_ok()).count();
                    if fitting != 1 {
                        return Err(format!("{value} fits {fitting} of {wanted}"));
                    }
                }
                "items" => {
                    value.as_array().into_iter().flatten().try_for_each(|item| self.fits(wanted, item))?
                }
                "required" => {
                    let names = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
                    if let Some(name) = names.into_iter().find(|name| value.get(name).is_none()) {
                        return Err(format!("{name} is missing"));
                    }
                }
                "properties" => {
                    for (name, member) in value.as_object().into_iter().flatten() {
                        let schema = wanted.get(name).ok_or_else(|| format!("{name} is not described"))?;
                        self.fits(schema, member).map_err(|error| format!("{name}: {error}"))?;
                    }
                }
                "additionalProperties" if wanted == false => {} // so are `properties` read in any case
                "additionalProperties" if schema.get("properties").is_none() => value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .try_for_each(|(_, member)| self.fits(wanted, member))?,
                known if NOT_CHECKED.contains(&known) => {}
                unknown => return Err(format!("{unknown} is not understood")),
            }
        }
        Ok(())
    }
}

fn has_type(wanted: &Value, value: &Value) -> Result<(), String> {
    let is = match wanted.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some(_) | None => false,
    };
    if is { Ok(()) } else { Err(format!("{value} is no {wanted}")) }
}

fn is_one_of(allowed: &[Value], value: &Value) -> Result<(), String> {
    if allowed.contains(value) { Ok(()) } else { Err(format!("{value} is none of {allowed:?}")) }
}
