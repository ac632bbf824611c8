//! The environment variables of every function: what the template computes, computed for one machine.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

use crate::names::{ACCOUNT, REGION, STACK, arn, function_arn, stream_arn};
use crate::template::{Expression, Function, Kind, Template};

/// Why a value cannot be computed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EnvironmentError {
    /// A name that the template does not declare, or an attribute that the resource does not have here.
    #[error("{at}: nothing here is called {name}")]
    UnknownName {
        /// The function and variable.
        at: String,
        /// The name as the template writes it.
        name: String,
    },
    /// A parameter without a default that was not given.
    #[error("{at}: the parameter {name} has no value")]
    NoValue {
        /// The function and variable.
        at: String,
        /// The parameter.
        name: String,
    },
    /// A parameter was given that the template does not declare.
    #[error("the template has no parameter {0}")]
    UnknownParameter(String),
    /// A reference to a secret that is malformed, or whose key was not given.
    #[error("{at}: there is no secret for {reference}")]
    NoSecret {
        /// The function and variable.
        at: String,
        /// The reference as the template writes it.
        reference: String,
    },
    /// Two functions give one variable different values, so that one file cannot hold both.
    #[error("{variable} differs between two functions, so they cannot share an environment file")]
    Conflict {
        /// The variable.
        variable: String,
    },
}

/// What the template's values are computed from.
#[derive(Clone)]
pub struct Environment {
    /// The template.
    pub template: Template,
    /// The parameters' values, where they are not the defaults.
    pub parameters: BTreeMap<String, String>,
    /// The keys of the secret in Secrets Manager, with their values.
    pub secrets: BTreeMap<String, String>,
    /// Where the AWS services answer, without a trailing slash.
    pub aws_url: String,
}

impl Environment {
    /// All environment variables of `function`, the SDK's included.
    ///
    /// # Errors
    /// A value cannot be computed.
    pub fn of(&self, function: &Function) -> Result<BTreeMap<String, String>, EnvironmentError> {
        let mut variables = self.sdk();
        for (name, expression) in &function.environment {
            let value = self.resolve(&format!("{}.{name}", function.id), expression)?;
            variables.insert(name.clone(), value);
        }
        Ok(variables)
    }

    /// The variables of all functions as one file, a `NAME=value` a line, for `cargo lambda watch
    /// --env-file`.
    ///
    /// # Errors
    /// A value cannot be computed, or two functions differ in one.
    pub fn file(&self) -> Result<String, EnvironmentError> {
        let mut merged = BTreeMap::new();
        for function in &self.template.functions {
            for (name, value) in self.of(function)? {
                match merged.entry(name) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(value);
                    }
                    Entry::Occupied(there) if *there.get() == value => {}
                    Entry::Occupied(there) => {
                        return Err(EnvironmentError::Conflict { variable: there.key().clone() });
                    }
                }
            }
        }
        Ok(merged.iter().fold(String::new(), |mut file, (name, value)| {
            let _ = writeln!(file, "{name}={value}");
            file
        }))
    }

    /// The value of `expression`. `at` says where it stands, for errors.
    ///
    /// # Errors
    /// It refers to something that has no value here.
    pub fn resolve(&self, at: &str, expression: &Expression) -> Result<String, EnvironmentError> {
        let text = match expression {
            Expression::Text(text) => text.clone(),
            Expression::Reference(name) => self.reference(at, name)?,
            Expression::Attribute { id, attribute } => self.attribute(at, id, attribute)?,
            Expression::Substitution(text) => self.substitute(at, text)?,
        };
        self.reveal(at, text)
    }

    /// Parameters that were given must be declared.
    ///
    /// # Errors
    /// One is not.
    pub fn check_parameters(&self) -> Result<(), EnvironmentError> {
        match self.parameters.keys().find(|name| !self.template.parameters.contains_key(*name)) {
            Some(name) => Err(EnvironmentError::UnknownParameter(name.clone())),
            None => Ok(()),
        }
    }

    /// What Lambda and the SDK find in every environment, with the addresses of this machine.
    fn sdk(&self) -> BTreeMap<String, String> {
        let url = self.aws_url.as_str();
        [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", url),
            ("AWS_ENDPOINT_URL_EVENTBRIDGE", url),
            ("AWS_ENDPOINT_URL_SCHEDULER", url),
            ("AWS_ENDPOINT_URL_SQS", url),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn reference(&self, at: &str, name: &str) -> Result<String, EnvironmentError> {
        let pseudo = match name {
            "AWS::AccountId" => Some(ACCOUNT),
            "AWS::Partition" => Some("aws"),
            "AWS::Region" => Some(REGION),
            "AWS::StackName" => Some(STACK),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => None,
        };
        if let Some(value) = pseudo {
            return Ok(value.to_owned());
        }
        if let Some(default) = self.template.parameters.get(name) {
            let value = self.parameters.get(name).or(default.as_ref());
            let missing = || EnvironmentError::NoValue { at: at.to_owned(), name: name.to_owned() };
            return value.cloned().ok_or_else(missing);
        }
        match self.template.kinds.get(name) {
            Some(Kind::Queue) => Ok(format!("{}/{ACCOUNT}/{name}", self.aws_url)),
            Some(Kind::Bus) => self.bus(at, name),
            Some(_) => Ok(name.to_owned()),
            None => Err(unknown(at, name.to_owned())),
        }
    }

    fn attribute(&self, at: &str, id: &str, attribute: &str) -> Result<String, EnvironmentError> {
        let kind = self.template.kinds.get(id).copied();
        match (kind, attribute) {
            (Some(Kind::Function), "Arn") => Ok(function_arn(id)),
            (Some(Kind::Queue), "Arn") => Ok(arn("sqs", id)),
            (Some(Kind::Queue), "QueueName") => Ok(id.to_owned()),
            (Some(Kind::Table), "Arn") => Ok(arn("dynamodb", &format!("table/{id}"))),
            (Some(Kind::Table), "StreamArn") => Ok(stream_arn(id)),
            (Some(Kind::ScheduleGroup), "Arn") => Ok(arn("scheduler", &format!("schedule-group/{id}"))),
            (Some(Kind::Bus), "Arn") => Ok(arn("events", &format!("event-bus/{}", self.bus(at, id)?))),
            (Some(Kind::Role), "Arn") => Ok(format!("arn:aws:iam::{ACCOUNT}:role/{id}")),
            (_, _) => Err(unknown(at, format!("{id}.{attribute}"))),
        }
    }

    fn bus(&self, at: &str, id: &str) -> Result<String, EnvironmentError> {
        let bus = self.template.buses.iter().find(|bus| bus.id == id);
        self.resolve(at, &bus.ok_or_else(|| unknown(at, id.to_owned()))?.name)
    }

    /// Replaces every `${name}` and `${id.attribute}`.
    fn substitute(&self, at: &str, text: &str) -> Result<String, EnvironmentError> {
        let mut parts = text.split("${");
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').ok_or_else(|| unknown(at, format!("${{{part}")))?;
            result.push_str(&self.resolve(at, &Expression::placeholder(name))?);
            result.push_str(rest);
        }
        Ok(result)
    }

    /// Replaces a text that is wholly a dynamic reference,
    /// `{{resolve:secretsmanager:<secret>:SecretString:<key>}}`, with the secret. There is one secret here,
    /// so that its name does not matter.
    fn reveal(&self, at: &str, text: String) -> Result<String, EnvironmentError> {
        if !text.contains("{{resolve:") {
            return Ok(text);
        }
        let reference =
            text.strip_prefix("{{resolve:secretsmanager:").and_then(|rest| rest.strip_suffix("}}"));
        let key = reference.and_then(|reference| reference.split_once(":SecretString:")).map(|(_, key)| key);
        let secret = key.and_then(|key| self.secrets.get(key)).cloned();
        secret.ok_or_else(|| EnvironmentError::NoSecret { at: at.to_owned(), reference: text })
    }
}

fn unknown(at: &str, name: String) -> EnvironmentError {
    EnvironmentError::UnknownName { at: at.to_owned(), name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::DEPLOYED;

    fn environment(template: &str) -> Environment {
        let secrets = ["stripe_secret_keys", "stripe_webhook_secrets", "payer_hash_key"];
        Environment {
            template: Template::parse(template).unwrap(),
            parameters: BTreeMap::from([("StripeApiUrl".to_owned(), "http://127.0.0.1:2".to_owned())]),
            secrets: secrets.map(|key| (key.to_owned(), format!("secret of {key}"))).into(),
            aws_url: "http://127.0.0.1:1".to_owned(),
        }
    }

    fn variables(environment: &Environment, id: &str) -> BTreeMap<String, String> {
        let function = environment.template.functions.iter().find(|function| function.id == id);
        environment.of(function.unwrap()).unwrap()
    }

    #[test]
    fn references_become_names_and_addresses_of_this_machine() {
        let environment = environment(DEPLOYED);
        let apply = variables(&environment, "ApplyStripeEvent");
        assert_eq!(apply["TABLE_NAME"], "Table");
        assert_eq!(apply["STRIPE_API_URL"], "http://127.0.0.1:2");
        assert_eq!(apply["STRIPE_SECRET_KEYS"], "secret of stripe_secret_keys");
        assert_eq!(apply["RELEASE_SCHEDULE_GROUP"], "ReleaseSchedules");
        assert_eq!(
            apply["RELEASE_FUNCTION_ARN"],
            "arn:aws:lambda:us-east-1:000000000000:function:ReleaseCashback"
        );
        assert_eq!(apply["RELEASE_ROLE_ARN"], "arn:aws:iam::000000000000:role/ReleaseScheduleRole");
        assert_eq!(apply["UNDELIVERED_QUEUE_ARN"], "arn:aws:sqs:us-east-1:000000000000:UndeliveredDlq");
        assert_eq!(apply["AWS_ENDPOINT_URL_DYNAMODB"], "http://127.0.0.1:1");
        let receive = variables(&environment, "ReceiveStripeEvent");
        assert_eq!(receive["STRIPE_EVENTS_QUEUE_URL"], "http://127.0.0.1:1/000000000000/StripeEvents");
        assert_eq!(receive["LIVEMODE"], "false");
        assert_eq!(variables(&environment, "PublishEvents")["EVENT_BUS_NAME"], "kembali");
    }

    #[test]
    fn one_file_holds_the_variables_of_all_functions() {
        let file = environment(DEPLOYED).file().unwrap();
        assert!(file.lines().any(|line| line == "EVENT_BUS_NAME=kembali"));
        assert!(file.lines().any(|line| line == "PAYER_HASH_KEY=secret of payer_hash_key"));
        assert!(file.lines().all(|line| line.contains('=')));
    }

    #[test]
    fn what_has_no_value_is_an_error_that_says_where() {
        let at = |value: &str| {
            let mut environment = environment("Resources: {}\nParameters: { Empty: { Type: String } }");
            environment.parameters.clear();
            environment.resolve("F.V", &Expression::Substitution(value.to_owned())).unwrap_err().to_string()
        };
        assert_eq!(at("x-${Gone}"), "F.V: nothing here is called Gone");
        assert_eq!(at("${Gone.Arn}"), "F.V: nothing here is called Gone.Arn");
        assert_eq!(at("${Empty}"), "F.V: the parameter Empty has no value");
        assert_eq!(at("${Empty"), "F.V: nothing here is called ${Empty");
        assert_eq!(
            at("{{resolve:secretsmanager:a:SecretString:unknown}}"),
            "F.V: there is no secret for {{resolve:secretsmanager:a:SecretString:unknown}}"
        );
    }

    #[test]
    fn a_parameter_that_the_template_does_not_declare_is_refused() {
        let mut environment = environment(DEPLOYED);
        assert_eq!(environment.check_parameters(), Ok(()));
        environment.parameters.insert("StripeApiURL".to_owned(), String::new());
        assert_eq!(
            environment.check_parameters(),
            Err(EnvironmentError::UnknownParameter("StripeApiURL".to_owned()))
        );
    }
}
