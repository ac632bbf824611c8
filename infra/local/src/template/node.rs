//! Reading the template's YAML: every step knows where it stands, so that every error says so.

use yaml_serde::Value;

use super::Expression;

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not YAML.
    #[error("the template is not YAML: {0}")]
    Yaml(#[from] yaml_serde::Error),
    /// A property is missing.
    #[error("template: {at} is missing")]
    Missing {
        /// The property's path.
        at: String,
    },
    /// A property holds something else than it should.
    #[error("template: {at} must be {expected}")]
    Unexpected {
        /// The property's path.
        at: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// A type of resource or event that the local stack has no stand-in for.
    #[error("template: {at}: the local stack has no stand-in for {name}")]
    Unknown {
        /// The property's path.
        at: String,
        /// The type's name.
        name: String,
    },
    /// Two events have the same route.
    #[error("template: {at} has the route {route} a second time")]
    Repeated {
        /// The path of the second.
        at: String,
        /// The route.
        route: String,
    },
    /// A reference to something that is not in the template, or is of another type.
    #[error("template: {at} refers to {id}, which is not there or is something else")]
    Dangling {
        /// The path of the property that refers.
        at: String,
        /// What it refers to.
        id: String,
    },
}

/// A place in the template.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    path: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { path: String::new(), value }
    }

    /// The property `key`, if it is there.
    pub(super) fn optional(&self, key: &str) -> Option<Self> {
        let value = self.value.as_mapping()?.get(key)?;
        Some(Self { path: self.path_of(key), value })
    }

    /// The property `key`.
    pub(super) fn required(&self, key: &str) -> Result<Self, TemplateError> {
        self.optional(key).ok_or_else(|| TemplateError::Missing { at: self.path_of(key) })
    }

    /// Every property with its name.
    pub(super) fn entries(&self) -> Result<Vec<(String, Self)>, TemplateError> {
        let mapping = self.value.as_mapping().ok_or_else(|| self.unexpected("a mapping"))?;
        let entry = |(key, value): (&'a Value, &'a Value)| {
            let key = key.as_str().ok_or_else(|| self.unexpected("a mapping with text as keys"))?;
            Ok((key.to_owned(), Self { path: self.path_of(key), value }))
        };
        mapping.iter().map(entry).collect()
    }

    /// Every element.
    pub(super) fn items(&self) -> Result<Vec<Self>, TemplateError> {
        let items = self.value.as_sequence().ok_or_else(|| self.unexpected("a list"))?;
        let item = |(index, value)| Self { path: format!("{}[{index}]", self.path), value };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// A scalar as text.
    pub(super) fn text(&self) -> Result<String, TemplateError> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Bool(value) => Ok(value.to_string()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
                Err(self.unexpected("a text"))
            }
        }
    }

    /// A whole number.
    pub(super) fn number(&self) -> Result<u32, TemplateError> {
        let number = self.value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| self.unexpected("a whole number"))
    }

    /// The property `key` as a whole number, or `default` when it is not there.
    pub(super) fn number_or(&self, key: &str, default: u32) -> Result<u32, TemplateError> {
        self.optional(key).map_or(Ok(default), |node| node.number())
    }

    /// A value that is known only once the stack has addresses: a text, or one of `!Ref`, `!GetAtt`, `!Sub`.
    pub(super) fn expression(&self) -> Result<Expression, TemplateError> {
        let Value::Tagged(tagged) = self.value else { return self.text().map(Expression::Text) };
        let argument = Self { path: self.path.clone(), value: &tagged.value }.text()?;
        let expression = Expression::intrinsic(&tagged.tag.to_string(), argument);
        expression.ok_or_else(|| self.unexpected("a text, !Ref, !GetAtt or !Sub"))
    }

    /// The logical id in `!GetAtt <id>.<attribute>`.
    pub(super) fn attribute_of(&self, attribute: &str) -> Result<String, TemplateError> {
        match self.expression()? {
            Expression::Attribute { id, attribute: found } if found == attribute => Ok(id),
            Expression::Attribute { .. }
            | Expression::Text(_)
            | Expression::Reference(_)
            | Expression::Substitution(_) => Err(self.unexpected("!GetAtt of a resource's ARN")),
        }
    }

    /// Plain data, without intrinsics, as JSON.
    pub(super) fn json(&self) -> Result<serde_json::Value, TemplateError> {
        serde_json::to_value(self.value).map_err(|_| self.unexpected("plain data"))
    }

    pub(super) fn unexpected(&self, expected: &'static str) -> TemplateError {
        TemplateError::Unexpected { at: self.path.clone(), expected }
    }

    pub(super) fn unknown(&self, name: String) -> TemplateError {
        TemplateError::Unknown { at: self.path.clone(), name }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}
