//! A function's environment, read once when it starts.

use std::collections::BTreeMap;

/// The variables that the template gives a function.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

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
        Self(std::env::vars().collect())
    }

    /// An environment of one's own: the local stack runs many functions in one process.
    pub fn new(variables: BTreeMap<String, String>) -> Self {
        Self(variables)
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
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
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

impl std::fmt::Debug for Environment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}
