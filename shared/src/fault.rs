//! How something goes wrong, in three words, and the one table from there to a status and to a retry.

use serde::Serialize;

/// Why a request or a message could not be served.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The sender must change something. Repeating it as it is cannot help.
    #[error("{0}")]
    Reject(Box<Problem>),
    /// Something outside did not answer as it should. The same again, later, may succeed.
    #[error("try again: {0}")]
    Retry(String),
    /// A thing that must not happen did. A person has to look; the queue keeps the message for them.
    #[error("must not happen: {0}")]
    Bug(String),
}

impl Fault {
    /// What the caller of the HTTP API is told. Nothing internal is in it.
    pub fn to_problem(&self) -> Problem {
        match self {
            Self::Reject(problem) => Problem::clone(problem),
            Self::Retry(_) => Problem::new(Kind::Unavailable, "Something we depend on did not answer.")
                .next("Send the same request again in a few seconds; it is safe to repeat."),
            Self::Bug(_) => Problem::new(Kind::Internal, "Something went wrong on our side.")
                .next("Send the same request again later; it is safe to repeat."),
        }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Reject(Box::new(problem))
    }
}

/// The stable kinds of problem, each with its HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request is not well formed.
    MalformedRequest,
    /// No key or token, or one that is not valid.
    Unauthorized,
    /// The key is valid and may not do this.
    Forbidden,
    /// There is no such thing, or it belongs to somebody else.
    NotFound,
    /// The same reference was used before with other content.
    ReferenceReused,
    /// It cannot be done in the state the thing is in.
    WrongState,
    /// There is such a path, and it does not take this method.
    MethodNotAllowed,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// A field has a value that cannot be accepted.
    InvalidField,
    /// The webhook's signature is missing, stale or wrong.
    BadSignature,
    /// Stripe refused what we asked on the caller's behalf.
    RefusedByStripe,
    /// Something on our side is broken.
    Internal,
    /// Something we depend on is not available.
    Unavailable,
}

impl Kind {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::MalformedRequest | Self::BadSignature => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::ReferenceReused | Self::WrongState => 409,
            Self::BodyTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::InvalidField | Self::RefusedByStripe => 422,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformed-request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::ReferenceReused => "reference-reused",
            Self::WrongState => "wrong-state",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::BodyTooLarge => "body-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::InvalidField => "invalid-field",
            Self::BadSignature => "bad-signature",
            Self::RefusedByStripe => "refused-by-stripe",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "The request is malformed",
            Self::Unauthorized => "The key or token is missing or not valid",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::ReferenceReused => "The reference was used before with other content",
            Self::WrongState => "Not possible in this state",
            Self::MethodNotAllowed => "The method is not allowed here",
            Self::BodyTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The content type is not supported",
            Self::InvalidField => "A field cannot be accepted",
            Self::BadSignature => "The signature cannot be accepted",
            Self::RefusedByStripe => "Stripe refused the request",
            Self::Internal => "Internal error",
            Self::Unavailable => "Temporarily unavailable",
        }
    }
}

/// Problem details ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)): what is wrong, with which field, and
/// what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable name for programs to match on.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The kind, for a person to read.
    pub title: &'static str,
    /// The HTTP status, repeated.
    pub status: u16,
    /// This very case.
    pub detail: String,
    /// The field of the request that is at fault, as a dotted path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What the caller should do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Problem {
    /// A problem of `kind`; `detail` says what this case is.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            type_uri: format!("urn:kembali:problem:{}", kind.name()),
            title: kind.title(),
            status: kind.status(),
            detail: detail.into(),
            field: None,
            next: None,
        }
    }

    /// A value of `field` that cannot be accepted, why, and what to do about it.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Kind::InvalidField, detail).field(field).next(next)
    }

    /// A value of `field` that has not the form it should have. `why` says what is wrong in its first
    /// sentence, and in the rest what to write: so do the errors of everything that is parsed.
    pub fn unfit(field: impl Into<String>, why: &impl std::fmt::Display) -> Self {
        let why = why.to_string();
        let (wrong, next) = why.split_once(". ").unwrap_or((&why, "Correct it, and send the request again."));
        Self::invalid(field, format!("{}.", wrong.trim_end_matches('.')), next)
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.type_uri, self.detail)
    }
}
