//! Reading a request's parameters by taking them out: what is left at the end is unknown.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::form::{Node, Tree, in_order};

const METADATA_KEYS: usize = 50;
const METADATA_KEY_LENGTH: usize = 40;
const METADATA_VALUE_LENGTH: usize = 500;

/// An object's metadata.
pub(crate) type Metadata = BTreeMap<String, String>;

/// The parameters of a request, or of an object inside it.
#[derive(Debug)]
pub(crate) struct Params {
    tree: Tree,
    prefix: String,
}

impl Params {
    /// All parameters of a request.
    pub(crate) fn new(tree: Tree) -> Self {
        Self { tree, prefix: String::new() }
    }

    /// The parameter `key` as Stripe names it: `line_items[0][quantity]`.
    pub(crate) fn name(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}[{key}]", self.prefix) }
    }

    /// A text, if given.
    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, Error> {
        let name = self.name(key);
        match self.tree.remove(key) {
            None => Ok(None),
            Some(Node::Leaf(text)) if text.is_empty() => Err(empty(&name)),
            Some(Node::Leaf(text)) => Ok(Some(text)),
            Some(Node::Branch(_)) => Err(Error::invalid(format!("Invalid string: {name}")).at(name)),
        }
    }

    /// A text that must be given.
    pub(crate) fn required_text(&mut self, key: &str) -> Result<String, Error> {
        self.text(key)?.ok_or_else(|| Error::param_missing(&self.name(key)))
    }

    /// A whole number, if given.
    pub(crate) fn integer(&mut self, key: &str) -> Result<Option<i64>, Error> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let wrong = |_| {
            Error::invalid(format!("Invalid integer: {text}"))
                .coded("parameter_invalid_integer")
                .at(self.name(key))
        };
        text.parse().map(Some).map_err(wrong)
    }

    /// A whole number of at least `least`, if given.
    pub(crate) fn integer_from(&mut self, key: &str, least: i64) -> Result<Option<i64>, Error> {
        match self.integer(key)? {
            Some(number) if number < least => {
                let message = format!("This value must be greater than or equal to {least}.");
                Err(Error::invalid(message).coded("parameter_invalid_integer").at(self.name(key)))
            }
            number => Ok(number),
        }
    }

    /// A whole number of at least `least`; empty unsets it.
    pub(crate) fn emptiable_integer_from(&mut self, key: &str, least: i64) -> Result<Option<i64>, Error> {
        if self.tree.get(key).is_some_and(|node| *node == Node::Leaf(String::new())) {
            self.tree.remove(key);
            return Ok(None);
        }
        self.integer_from(key, least)
    }

    /// `true` or `false`, if given.
    pub(crate) fn boolean(&mut self, key: &str) -> Result<Option<bool>, Error> {
        match self.text(key)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(Error::invalid(format!("Invalid boolean: {other}")).at(self.name(key))),
        }
    }

    /// One of `choices`, if given.
    pub(crate) fn one_of(&mut self, key: &str, choices: &[&str]) -> Result<Option<String>, Error> {
        match self.text(key)? {
            Some(text) if !choices.contains(&text.as_str()) => Err(unlisted(&self.name(key), choices)),
            choice => Ok(choice),
        }
    }

    /// The texts of an array; none when it is absent.
    pub(crate) fn texts(&mut self, key: &str) -> Result<Vec<String>, Error> {
        let name = self.name(key);
        let text = |(index, node)| match node {
            Node::Leaf(text) if !text.is_empty() => Ok(text),
            Node::Leaf(_) => Err(empty(&format!("{name}[{index}]"))),
            Node::Branch(_) => {
                Err(Error::invalid(format!("Invalid string: {name}[{index}]")).at(name.clone()))
            }
        };
        self.array(key)?.into_iter().map(text).collect()
    }

    /// The texts of an array that must each be one of `choices`.
    pub(crate) fn each_of(&mut self, key: &str, choices: &[&str]) -> Result<Vec<String>, Error> {
        let texts = self.texts(key)?;
        match texts.iter().position(|text| !choices.contains(&text.as_str())) {
            Some(index) => Err(unlisted(&format!("{}[{index}]", self.name(key)), choices)),
            None => Ok(texts),
        }
    }

    /// An object; an empty one when it is absent, so that its required members are reported by name.
    pub(crate) fn object(&mut self, key: &str) -> Result<Self, Error> {
        let prefix = self.name(key);
        match self.tree.remove(key) {
            None => Ok(Self { tree: Tree::new(), prefix }),
            Some(Node::Branch(tree)) => Ok(Self { tree, prefix }),
            Some(Node::Leaf(text)) if text.is_empty() => Ok(Self { tree: Tree::new(), prefix }),
            Some(Node::Leaf(_)) => Err(Error::invalid(format!("Invalid object: {prefix}")).at(prefix)),
        }
    }

    /// The objects of an array; none when it is absent.
    pub(crate) fn objects(&mut self, key: &str) -> Result<Vec<Self>, Error> {
        let name = self.name(key);
        let object = |(index, node)| {
            let prefix = format!("{name}[{index}]");
            match node {
                Node::Branch(tree) => Ok(Self { tree, prefix }),
                Node::Leaf(_) => Err(Error::invalid(format!("Invalid object: {prefix}")).at(prefix)),
            }
        };
        self.array(key)?.into_iter().map(object).collect()
    }

    /// Metadata within Stripe's limits. An empty value unsets its key, which here means: it is left out.
    pub(crate) fn metadata(&mut self, key: &str) -> Result<Metadata, Error> {
        let mut given = self.object(key)?;
        if given.tree.len() > METADATA_KEYS {
            let message = format!(
                "Metadata can have up to {METADATA_KEYS} keys, but you passed in {}.",
                given.tree.len()
            );
            return Err(Error::invalid(message).at(given.prefix));
        }
        let mut metadata = Metadata::new();
        for (name, node) in std::mem::take(&mut given.tree) {
            match node {
                Node::Leaf(text) if text.is_empty() => {}
                Node::Leaf(text) => {
                    given.check_metadata(&name, &text)?;
                    metadata.insert(name, text);
                }
                Node::Branch(_) => {
                    return Err(Error::invalid("Metadata values must be strings.").at(given.name(&name)));
                }
            }
        }
        Ok(metadata)
    }

    /// Whether `key` is given, and as a scalar.
    pub(crate) fn is_scalar(&self, key: &str) -> bool {
        matches!(self.tree.get(key), Some(Node::Leaf(_)))
    }

    /// Whether `key` is given.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.tree.contains_key(key)
    }

    /// The names of the members that are left.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.tree.keys().cloned().collect()
    }

    /// Accepts parameters that the stand-in knows of and does nothing with.
    pub(crate) fn ignore(&mut self, keys: &[&str]) {
        for key in keys {
            self.tree.remove(*key);
        }
    }

    /// Refuses whatever was not taken.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let unknown: Vec<String> = self.tree.keys().map(|key| self.name(key)).collect();
        let Some(first) = unknown.first().cloned() else { return Ok(()) };
        let plural = if unknown.len() == 1 { "" } else { "s" };
        let message = format!("Received unknown parameter{plural}: {}", unknown.join(", "));
        Err(Error::invalid(message).coded("parameter_unknown").at(first))
    }

    fn array(&mut self, key: &str) -> Result<Vec<(usize, Node)>, Error> {
        let name = self.name(key);
        let tree = match self.tree.remove(key) {
            None => return Ok(Vec::new()),
            // `include=requirements` is an array of one.
            Some(leaf @ Node::Leaf(_)) => return Ok(vec![(0, leaf)]),
            Some(Node::Branch(tree)) => tree,
        };
        in_order(tree).ok_or_else(|| Error::invalid(format!("Invalid array: {name}")).at(name))
    }

    fn check_metadata(&self, name: &str, text: &str) -> Result<(), Error> {
        let too_long = |what: &str, most: usize, length: usize| {
            let message = format!(
                "Metadata {what}s can have up to {most} characters, but you passed in a {what} that is {length} characters."
            );
            Err(Error::invalid(message).at(self.name(name)))
        };
        match (name.chars().count(), text.chars().count()) {
            (key, _) if key > METADATA_KEY_LENGTH => too_long("key", METADATA_KEY_LENGTH, key),
            (_, value) if value > METADATA_VALUE_LENGTH => too_long("value", METADATA_VALUE_LENGTH, value),
            _ => Ok(()),
        }
    }
}

fn unlisted(name: &str, choices: &[&str]) -> Error {
    Error::invalid(format!("Invalid {name}: must be one of {}", choices.join(", "))).at(name)
}

fn empty(name: &str) -> Error {
    let message = format!(
        "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; however \
         '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
    );
    Error::invalid(message).coded("parameter_invalid_empty").at(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::decode;

    fn params(body: &str) -> Params {
        Params::new(decode(body.as_bytes()).unwrap())
    }

    #[test]
    fn what_is_not_taken_is_unknown() {
        let mut given = params("amount=5&a[b]=1");
        assert_eq!(given.integer("amount").unwrap(), Some(5));
        let mut nested = given.object("a").unwrap();
        assert_eq!(nested.integer("b").unwrap(), Some(1));
        nested.finish().unwrap();
        given.finish().unwrap();
        let error = params("foo=1").finish().unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            (Some("parameter_unknown"), "Received unknown parameter: foo")
        );
    }

    #[test]
    fn wrong_values_name_their_parameter() {
        let code = |result: Result<Option<i64>, Error>| result.unwrap_err().code();
        assert_eq!(code(params("amount=1.5").integer("amount")), Some("parameter_invalid_integer"));
        assert_eq!(code(params("amount=").integer("amount")), Some("parameter_invalid_empty"));
        assert_eq!(code(params("amount=0").integer_from("amount", 1)), Some("parameter_invalid_integer"));
        assert!(params("a[x]=1").texts("a").is_err());
        assert!(params("a[x]=1").text("a").is_err());
        assert!(params("flag=yes").boolean("flag").is_err());
        let missing = params("").object("a").unwrap().required_text("b").unwrap_err();
        assert_eq!(missing.message(), "Missing required param: a[b].");
    }

    #[test]
    fn metadata_has_limits() {
        let many: Vec<String> = (0..51).map(|i| format!("metadata[k{i}]=v")).collect();
        assert!(params(&many.join("&")).metadata("metadata").is_err());
        assert!(params(&format!("metadata[{}]=v", "k".repeat(41))).metadata("metadata").is_err());
        assert!(params(&format!("metadata[k]={}", "v".repeat(501))).metadata("metadata").is_err());
        assert_eq!(params("metadata[k]=v&metadata[gone]=").metadata("metadata").unwrap().len(), 1);
    }
}
