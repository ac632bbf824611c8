//! What `infra/openapi.yaml` says of a body. OpenAPI 3.1 is JSON Schema 2020-12, so a library for that checks
//! it.

use jsonschema::Validator;
use serde_json::{Value, json};

/// An OpenAPI document.
pub struct Document(pub Value);

#[expect(clippy::expect_used, reason = "a test helper fails the test")]
impl Document {
    /// Checks `value` against the schema `name`: forms, lengths and limits too.
    ///
    /// # Panics
    /// The value is not as the schema says, or there is no such schema.
    pub fn check(&self, name: &str, value: &Value) {
        let validator = self.validator(name);
        let errors = validator.iter_errors(value);
        let errors: Vec<_> = errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?} in {value}");
    }

    fn validator(&self, name: &str) -> Validator {
        let schema =
            json!({ "$ref": format!("#/components/schemas/{name}"), "components": self.0.get("components") });
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        options.build(&schema).expect("a schema that all its references lead to")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A checker that reads over one of these passes what a caller is told cannot be.
    #[test]
    fn each_kind_of_limit_counts() {
        let yes = json!({"id": "c", "n": 3, "list": [1], "at": "2026-11-22T10:00:00Z", "day": "2026-11-22"});
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["id"], "minProperties": 5,
            "properties": {
                "id": {"$ref": "#/components/schemas/Id"}, "n": {"type": "integer", "minimum": 3, "maximum": 3},
                "list": {"type": "array", "minItems": 1, "maxItems": 1}, "at": {"type": "string", "format": "date-time"},
                "day": {"type": "string", "format": "date"},
            },
        });
        let id = json!({"type": "string", "minLength": 1, "maxLength": 2, "pattern": "^[a-c]*$"});
        let document = Document(json!({"components": {"schemas": {"Thing": schema, "Id": id}}}));
        document.check("Thing", &yes);
        let validator = document.validator("Thing");
        for (name, wrong) in [
            ("id", json!("")),
            ("id", json!("abc")),
            ("id", json!("d")),
            ("n", json!(2)),
            ("n", json!(4)),
            ("n", json!(3.5)),
            ("list", json!([])),
            ("list", json!([1, 2])),
            ("at", json!("2026-11-22 10:00")),
            ("day", json!("2026-02-30")),
            ("other", json!(1)),
        ] {
            let mut no = yes.clone();
            no[name] = wrong;
            assert!(!validator.is_valid(&no), "{no}");
        }
        for name in ["id", "n"] {
            let mut no = yes.clone();
            no.as_object_mut().unwrap().remove(name);
            assert!(!validator.is_valid(&no), "{no}");
        }
    }
}
