//! A deployment as an operator sees it: asked over HTTP, its refusals in one line.

use serde_json::Value;

use super::error::CommandError;
use crate::client::{Client, Response};

/// A deployment, seen by an operator.
pub(super) struct Operator {
    pub(super) client: Client,
    pub(super) token: String,
}

impl Operator {
    pub(super) async fn ask(&self, method: &str, path: &str) -> Result<Response, CommandError> {
        self.send(method, path, None).await
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, CommandError> {
        let answer = self.client.call(&self.token, method, path, body).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(CommandError::Refused { status: answer.status, said: explain(answer.status, &answer.json()) })
    }
}

/// What a problem comes to, in one line: the field at fault, what is wrong with it, and what to do.
fn explain(status: u16, problem: &Value) -> String {
    let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
    if status == 401 {
        return "the token is missing or not valid; give one with `--token` or in OPERATOR".to_owned();
    }
    let parts = [text("detail"), text("message"), text("next")];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    match text("field") {
        "" => said.join(" "),
        field => format!("{field}: {}", said.join(" ")),
    }
}

/// A path with those of `parameters` that are given. Days, months and cursors need no escaping; what does is
/// refused by the API.
pub(super) fn path(base: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
}
