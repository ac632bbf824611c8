//! Functions and what triggers them.

use std::collections::BTreeMap;

use super::{Expression, Node, TemplateError};

/// A Lambda function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its logical id.
    pub id: String,
    /// The name of the binary it is built from.
    pub binary: String,
    /// How long one invocation may take.
    pub timeout_seconds: u32,
    /// Its environment variables, those of `Globals` included.
    pub environment: BTreeMap<String, Expression>,
    /// What invokes it.
    pub triggers: Triggers,
}

/// What invokes a function, apart from schedules that are created at run time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triggers {
    /// Routes of the HTTP API.
    pub routes: Vec<Route>,
    /// Whether it takes the requests that no route takes: the route `$default`.
    pub takes_the_rest: bool,
    /// Queues it consumes.
    pub queues: Vec<QueueTrigger>,
    /// Tables whose changes it is told.
    pub streams: Vec<StreamTrigger>,
    /// Rules that invoke it regularly.
    pub rates: Vec<Rate>,
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, with `{parameters}`.
    pub path: String,
    /// The authorizer that a request must pass, by name.
    pub authorizer: Option<String>,
}

/// A queue that a function consumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueTrigger {
    /// The queue's logical id.
    pub queue: String,
    /// The most messages in one invocation.
    pub batch_size: u32,
    /// Whether the function says which messages failed. Otherwise its answer is not read.
    pub reports_failures: bool,
}

/// A table whose changes a function is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamTrigger {
    /// The table's logical id.
    pub table: String,
    /// The most changes in one invocation.
    pub batch_size: u32,
    /// How long a batch that is not full waits for more.
    pub window_seconds: u32,
    /// Whether the function says which change failed first. Otherwise its answer is not read.
    pub reports_failures: bool,
    /// Whether a failed batch is halved before it is tried again.
    pub bisects: bool,
    /// How often a batch is tried again. `None`: until it succeeds.
    pub retries: Option<u32>,
    /// The queue that is told which changes were given up.
    pub on_failure: Option<String>,
}

/// A rule that invokes a function regularly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The rule's name: the function's logical id and the event's.
    pub name: String,
    /// The time between two invocations.
    pub seconds: u32,
}

impl Function {
    pub(super) fn read(
        id: &str,
        resource: &Node<'_>,
        defaults: Option<&Node<'_>>,
    ) -> Result<Self, TemplateError> {
        let properties = resource.required("Properties")?;
        let build = resource.required("Metadata")?.required("BuildProperties")?;
        let default_timeout = defaults.map_or(Ok(3), |node| node.number_or("Timeout", 3))?;
        let mut environment = BTreeMap::new();
        for node in defaults.into_iter().chain([&properties]) {
            environment.append(&mut variables(node)?);
        }
        let mut triggers = Triggers::default();
        for (name, event) in properties.optional("Events").map_or(Ok(Vec::new()), |node| node.entries())? {
            triggers.add(format!("{id}{name}"), &event)?;
        }
        Ok(Self {
            id: id.to_owned(),
            binary: build.required("Binary")?.text()?,
            timeout_seconds: properties.number_or("Timeout", default_timeout)?,
            environment,
            triggers,
        })
    }
}

fn variables(function: &Node<'_>) -> Result<BTreeMap<String, Expression>, TemplateError> {
    let environment = function.optional("Environment");
    let Some(variables) = environment.and_then(|node| node.optional("Variables")) else {
        return Ok(BTreeMap::new());
    };
    variables.entries()?.into_iter().map(|(name, node)| Ok((name, node.expression()?))).collect()
}

impl Triggers {
    fn add(&mut self, name: String, event: &Node<'_>) -> Result<(), TemplateError> {
        let kind = event.required("Type")?;
        let properties = event.required("Properties")?;
        match kind.text()?.as_str() {
            "HttpApi" if properties.optional("Path").is_none() && properties.optional("Method").is_none() => {
                self.takes_the_rest = true;
            }
            "HttpApi" => self.routes.push(Route::read(&properties)?),
            "SQS" => self.queues.push(QueueTrigger::read(&properties)?),
            "DynamoDB" => self.streams.push(StreamTrigger::read(&properties)?),
            "Schedule" => self.rates.push(Rate::read(name, &properties)?),
            other => return Err(kind.unknown(format!("an event of type {other}"))),
        }
        Ok(())
    }
}

impl Route {
    fn read(properties: &Node<'_>) -> Result<Self, TemplateError> {
        let auth = properties.optional("Auth").and_then(|auth| auth.optional("Authorizer"));
        let path = properties.required("Path")?;
        if !path.text()?.starts_with('/') || path.text()?.contains('+') {
            return Err(path.unexpected("a path without a greedy parameter"));
        }
        Ok(Self {
            method: properties.required("Method")?.text()?.to_uppercase(),
            path: path.text()?,
            authorizer: auth.map(|authorizer| authorizer.text()).transpose()?,
        })
    }
}

impl QueueTrigger {
    fn read(properties: &Node<'_>) -> Result<Self, TemplateError> {
        Ok(Self {
            queue: properties.required("Queue")?.attribute_of("Arn")?,
            batch_size: properties.number_or("BatchSize", 10)?,
            reports_failures: reports_failures(properties)?,
        })
    }
}

impl StreamTrigger {
    fn read(properties: &Node<'_>) -> Result<Self, TemplateError> {
        let destination =
            properties.optional("DestinationConfig").and_then(|node| node.optional("OnFailure"));
        let on_failure =
            destination.map(|node| node.required("Destination")?.attribute_of("Arn")).transpose()?;
        let bisects =
            properties.optional("BisectBatchOnFunctionError").map(|node| node.text()).transpose()?;
        Ok(Self {
            table: properties.required("Stream")?.attribute_of("StreamArn")?,
            batch_size: properties.number_or("BatchSize", 100)?,
            window_seconds: properties.number_or("MaximumBatchingWindowInSeconds", 0)?,
            reports_failures: reports_failures(properties)?,
            bisects: bisects.as_deref() == Some("true"),
            retries: properties.optional("MaximumRetryAttempts").map(|node| node.number()).transpose()?,
            on_failure,
        })
    }
}

impl Rate {
    /// `rate(1 hour)`. Other expressions have no stand-in.
    fn read(name: String, properties: &Node<'_>) -> Result<Self, TemplateError> {
        let node = properties.required("Schedule")?;
        let text = node.text()?;
        let rate = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
        let seconds = rate.and_then(|rate| rate.split_once(' ')).and_then(|(count, unit)| {
            let unit_seconds = match unit.trim_end_matches('s') {
                "minute" => 60,
                "hour" => 3_600,
                "day" => 86_400,
                _ => return None,
            };
            count.parse::<u32>().ok().filter(|count| *count > 0)?.checked_mul(unit_seconds)
        });
        let seconds = seconds.ok_or_else(|| node.unexpected("rate(<number> minutes, hours or days)"))?;
        Ok(Self { name, seconds })
    }
}

fn reports_failures(properties: &Node<'_>) -> Result<bool, TemplateError> {
    let types = properties.optional("FunctionResponseTypes").map_or(Ok(Vec::new()), |node| node.items())?;
    let types = types.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?;
    Ok(types.iter().any(|kind| kind == "ReportBatchItemFailures"))
}
