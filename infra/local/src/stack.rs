//! Everything together: stand-ins, functions, gateway and engine, started from the template.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use local_aws::dynamodb::{self, DynamoDb};
use local_aws::eventbridge::EventBridge;
use local_aws::scheduler::Scheduler;
use local_aws::sqs::Sqs;
use local_stripe::{Config, Stripe};
use local_wire::serve::{Served, serve_on};
use local_wire::{Calls, Clock};
use tokio::net::TcpListener;

use crate::aws::Aws;
use crate::engine::{Engine, Unsettled};
use crate::environment::{Environment, EnvironmentError};
use crate::functions::{Functions, Invocation};
use crate::gateway::Gateway;
use crate::issuer::Issuer;
use crate::options::Options;
use crate::template::{Authorizer, Template, TemplateError};
use local_functions::Registry;

/// The template's parameter that says where Stripe answers.
const STRIPE_URL_PARAMETER: &str = "StripeApiUrl";
/// The route that Stripe sends its events to.
const WEBHOOK_PATH: &str = "/webhooks/stripe";
/// How long an operator's token is valid: by the stack's clock, on which forty-eight hours pass at the press
/// of a button.
const TOKEN_SECONDS: i64 = 30 * 24 * 3_600;

/// Why a stack does not start.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// An environment variable cannot be computed.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The tables cannot be opened or created.
    #[error(transparent)]
    DynamoDb(#[from] dynamodb::Error),
    /// The data directory cannot be created.
    #[error("the data directory {path} cannot be created: {source}")]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An address cannot be listened on.
    #[error("the {option} address {address} cannot be used: {source}")]
    Address {
        /// The option: `gateway`, `stripe` or `aws`.
        option: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The template has a function that the registry does not know.
    #[error("the template's function {function} is built from {binary}, which is not in the registry")]
    Unregistered {
        /// The function's logical id.
        function: String,
        /// The binary's name.
        binary: String,
    },
    /// A function does not start with its environment.
    #[error("the function {function} does not start: {reason}")]
    Build {
        /// The function's logical id.
        function: String,
        /// Why.
        reason: String,
    },
}

/// The running system. It ends when this is dropped.
pub struct Stack {
    clock: Clock,
    calls: Calls,
    aws: Aws,
    stripe: Stripe,
    functions: Arc<Functions>,
    engine: Engine,
    environment: Environment,
    operators: BTreeMap<String, Issuer>,
    gateway_served: Served,
    stripe_served: Served,
    _aws_served: Served,
}

/// What a stack is waited on for. It is boxed so that every program with a stack does not compile all of it
/// once more.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Stack {
    /// Starts a stack whose functions `registry` builds.
    ///
    /// # Errors
    /// The template, an address, the data directory or a function is not usable; the error says which and
    /// why.
    pub fn start(options: Options, registry: &Registry) -> Boxed<'_, Result<Self, StackError>> {
        Box::pin(Self::started(options, registry))
    }

    async fn started(options: Options, registry: &Registry) -> Result<Self, StackError> {
        let template = Template::parse(&options.template)?;
        let keeps_tables = options.data_dir.is_some();
        let (clock, calls, secrets) = (options.clock, Calls::new(), options.secrets);
        let faults = options.faults;
        let gateway = Port::bind("gateway", options.gateway).await?;
        let stripe_port = Port::bind("stripe", options.stripe).await?;
        let aws_port = Port::bind("aws", options.aws).await?;

        let mut parameters = options.parameters;
        if template.parameters.contains_key(STRIPE_URL_PARAMETER) {
            parameters.entry(STRIPE_URL_PARAMETER.to_owned()).or_insert_with(|| stripe_port.url());
        }
        let secrets_of_template = secrets.of_template();
        let environment =
            Environment { template, parameters, secrets: secrets_of_template, aws_url: aws_port.url() };
        environment.check_parameters()?;
        let template = &environment.template;

        let aws = Aws::open(database(options.data_dir.as_deref())?.as_deref(), &clock, &calls)?;
        aws.create(template)?;
        aws.create_buses(&environment)?;
        let config = Config {
            endpoints: secrets.endpoints(&format!("{}{WEBHOOK_PATH}", gateway.url())),
            public_url: stripe_port.url(),
            platforms: secrets.platforms(),
            livemode: false,
            // A million ids last from one start to the next, a second later at the earliest.
            ids_after: if keeps_tables {
                clock.epoch_seconds().unsigned_abs().saturating_mul(1_000_000)
            } else {
                0
            },
        };
        let stripe = Stripe::new(config, clock.clone(), calls.clone());
        // As their operator sets them up: what covers the cashbacks stays on the platforms' balances.
        for platform in stripe.platform_accounts() {
            stripe.set_payouts(&platform, true);
        }

        let operators = operators(&environment, secrets.operator_key.as_bytes())?;
        let functions =
            Arc::new(deploy(&environment, Functions::new(clock.clone(), faults.clone()), registry)?);
        let front = Gateway::new(clock.clone(), Arc::clone(&functions), operators.clone());
        let engine =
            Engine::new(template, clock.clone(), aws.clone(), stripe.clone(), Arc::clone(&functions));
        Ok(Self {
            gateway_served: gateway.serve(front.router(template))?,
            stripe_served: stripe_port.serve(faults.in_front_of(
                stripe.router(),
                local_stripe::PEER,
                clock.clone(),
            ))?,
            _aws_served: aws_port.serve(faults.in_front_of(
                aws.router(),
                local_aws::faults::PEER,
                clock.clone(),
            ))?,
            clock,
            calls,
            aws,
            stripe,
            functions,
            engine,
            environment,
            operators,
        })
    }

    /// Does everything that is due now, and what comes of it. Answers how much that was.
    ///
    /// # Errors
    /// It does not end.
    pub fn settle(&self) -> Boxed<'_, Result<usize, Unsettled>> {
        Box::pin(self.engine.settle())
    }

    /// Lets `seconds` pass, doing everything at its time. Answers how much that was.
    ///
    /// # Errors
    /// The work at some point in time does not end.
    pub fn advance(&self, seconds: i64) -> Boxed<'_, Result<usize, Unsettled>> {
        Box::pin(self.engine.advance(seconds))
    }

    /// Does what is due when it is due, for as long as it is waited for.
    ///
    /// # Errors
    /// The work at some point in time does not end.
    pub async fn run(&self) -> Result<Infallible, Unsettled> {
        self.engine.run().await
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Every call that the stand-ins answered.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Every invocation of a function.
    pub fn invocations(&self) -> Vec<Invocation> {
        self.functions.invocations()
    }

    /// The template, as read.
    pub fn template(&self) -> &Template {
        &self.environment.template
    }

    /// Where the API answers, without a trailing slash.
    pub fn gateway_url(&self) -> String {
        self.gateway_served.url()
    }

    /// Where Stripe answers, without a trailing slash.
    pub fn stripe_url(&self) -> String {
        self.stripe_served.url()
    }

    /// Stripe.
    pub fn stripe(&self) -> &Stripe {
        &self.stripe
    }

    /// The queues.
    pub fn sqs(&self) -> &Sqs {
        &self.aws.sqs
    }

    /// The schedules.
    pub fn scheduler(&self) -> &Scheduler {
        &self.aws.scheduler
    }

    /// The bus and the rules.
    pub fn eventbridge(&self) -> &EventBridge {
        &self.aws.eventbridge
    }

    /// The tables.
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.aws.dynamodb
    }

    /// A token for the operator's routes, valid for thirty days from now. `None` if the template has no
    /// authorizer.
    pub fn operator_token(&self) -> Option<String> {
        let operator = self.operators.values().next()?;
        operator.token("operator", self.clock.epoch_seconds(), TOKEN_SECONDS).ok()
    }

    /// Invokes the function that is built from `binary` with a payload of one's own, as `aws lambda invoke`
    /// does.
    ///
    /// # Errors
    /// The function's own error, or that no function is built from `binary`.
    pub async fn invoke(&self, binary: &str, payload: Vec<u8>) -> Result<Vec<u8>, String> {
        let function = self.template().functions.iter().find(|function| function.binary == binary);
        self.functions.invoke(function.map_or(binary, |function| &function.id), payload).await
    }

    /// What the functions' variables are computed from, the address of the AWS services among it.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The environment of all functions, for `cargo lambda watch --env-file`.
    ///
    /// # Errors
    /// Two functions give one variable different values.
    pub fn environment_file(&self) -> Result<String, StackError> {
        Ok(self.environment.file()?)
    }
}

/// An address that is taken, before anything answers there.
struct Port {
    option: &'static str,
    address: SocketAddr,
    listener: TcpListener,
}

impl Port {
    async fn bind(option: &'static str, address: SocketAddr) -> Result<Self, StackError> {
        let unusable = |source| StackError::Address { option, address, source };
        let listener = TcpListener::bind(address).await.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        Ok(Self { option, address, listener })
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn serve(self, router: axum::Router) -> Result<Served, StackError> {
        let Self { option, address, listener } = self;
        serve_on(listener, router).map_err(|source| StackError::Address { option, address, source })
    }
}

/// The file of the tables.
fn database(data_dir: Option<&Path>) -> Result<Option<PathBuf>, StackError> {
    let Some(path) = data_dir else { return Ok(None) };
    std::fs::create_dir_all(path).map_err(|source| StackError::DataDir { path: path.to_owned(), source })?;
    Ok(Some(path.join("dynamodb.sqlite")))
}

fn operators(environment: &Environment, key: &[u8]) -> Result<BTreeMap<String, Issuer>, EnvironmentError> {
    let operator = |(name, authorizer): (&String, &Authorizer)| {
        let issuer = environment.resolve(name, &authorizer.issuer)?;
        let audiences = authorizer.audiences.iter().map(|audience| environment.resolve(name, audience));
        Ok((name.clone(), Issuer::new(issuer, audiences.collect::<Result<_, _>>()?, key)))
    };
    environment.template.authorizers.iter().map(operator).collect()
}

/// Builds every function with its environment.
fn deploy(
    environment: &Environment,
    mut functions: Functions,
    registry: &Registry,
) -> Result<Functions, StackError> {
    for function in &environment.template.functions {
        let build = registry.get(function.binary.as_str()).ok_or_else(|| StackError::Unregistered {
            function: function.id.clone(),
            binary: function.binary.clone(),
        })?;
        let handler = build(&environment.of(function)?)
            .map_err(|reason| StackError::Build { function: function.id.clone(), reason })?;
        functions.deploy(function, handler);
    }
    Ok(functions)
}

#[cfg(test)]
mod tests;
