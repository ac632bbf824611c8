//! A function's environment, read once when it starts.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};

/// The variables that the template gives a function. Some are secrets, and none is shown.
#[derive(Clone, Debug)]
pub struct Environment(BTreeMap<String, SecretString>);

/// A variable is missing or has no meaning. Its value is not told: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment variable {name}: {problem}")]
pub struct ConfigError {
    /// The variable.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        Self::new(std::env::vars().collect())
    }

    /// An environment of one's own: the local stack runs many functions in one process.
    pub fn new(variables: BTreeMap<String, String>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name, value.into())).collect())
    }

    /// The variable `name`.
    ///
    /// # Errors
    /// It is not set, or empty.
    pub fn required(&self, name: &str) -> Result<&str, ConfigError> {
        self.optional(name).ok_or_else(|| self.error(name, "is not set"))
    }

    /// The variable `name`, if it is set and not empty.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(SecretString::expose_secret).filter(|value| !value.is_empty())
    }

    /// The variable `name`, as `parse` reads it.
    ///
    /// # Errors
    /// It is not set, or `parse` refuses it.
    pub fn parsed<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, ConfigError> {
        parse(self.required(name)?).map_err(|error| self.error(name, &error.to_string()))
    }

    fn error(&self, name: &str, problem: &str) -> ConfigError {
        ConfigError { name: name.to_owned(), problem: problem.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_read_and_never_shown() {
        let variables = [("STRIPE_SECRET_KEYS", "SG=sk_test_1"), ("EMPTY", "")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::new(variables.into());
        assert_eq!(environment.required("STRIPE_SECRET_KEYS"), Ok("SG=sk_test_1"));
        assert_eq!(environment.optional("EMPTY"), None);
        let shown = format!("{environment:?}");
        assert!(shown.contains("STRIPE_SECRET_KEYS") && !shown.contains("sk_test"), "{shown}");
    }
}
