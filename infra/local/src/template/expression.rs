//! Values that a template computes.

/// A value as the template writes it. The [environment](crate::environment) resolves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A plain text.
    Text(String),
    /// `!Ref`: a parameter's value or a resource's principal name.
    Reference(String),
    /// `!GetAtt`: an attribute of a resource.
    Attribute {
        /// The resource's logical id.
        id: String,
        /// The attribute: `Arn`, `StreamArn`.
        attribute: String,
    },
    /// `!Sub`: a text with `${…}` inside.
    Substitution(String),
}

impl Expression {
    /// The expression that the short form `tag argument` stands for.
    pub(super) fn intrinsic(tag: &str, argument: String) -> Option<Self> {
        match tag {
            "!Ref" => Some(Self::Reference(argument)),
            "!GetAtt" => Self::attribute(&argument),
            "!Sub" => Some(Self::Substitution(argument)),
            _ => None,
        }
    }

    /// What stands inside `${…}`: the same as `!GetAtt` with a dot, as `!Ref` without.
    pub(crate) fn placeholder(name: &str) -> Self {
        Self::attribute(name).unwrap_or_else(|| Self::Reference(name.to_owned()))
    }

    fn attribute(name: &str) -> Option<Self> {
        let (id, attribute) = name.split_once('.')?;
        Some(Self::Attribute { id: id.to_owned(), attribute: attribute.to_owned() })
    }
}
