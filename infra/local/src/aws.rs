//! The AWS stand-ins together: created from the template, and served at one address.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use local_aws::dynamodb::{self, DynamoDb};
use local_aws::eventbridge::EventBridge;
use local_aws::scheduler::Scheduler;
use local_aws::sqs::{QueueSpec, Redrive, Sqs};
use local_wire::{Calls, Clock};
use tower::Service as _;

use crate::environment::{Environment, EnvironmentError};
use crate::template::{Function, Queue, Template};

/// The services that the system uses. Cloning shares them.
#[derive(Clone)]
pub struct Aws {
    /// The tables and their changes.
    pub dynamodb: DynamoDb,
    /// The bus and the rules.
    pub eventbridge: EventBridge,
    /// The one-time schedules.
    pub scheduler: Scheduler,
    /// The queues.
    pub sqs: Sqs,
}

impl Aws {
    /// Empty services. The tables are kept in the file `database`, or in memory.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn open(database: Option<&Path>, clock: &Clock, calls: &Calls) -> Result<Self, dynamodb::Error> {
        Ok(Self {
            dynamodb: DynamoDb::open(database, clock.clone(), calls.clone())?,
            eventbridge: EventBridge::new(clock.clone(), calls.clone()),
            scheduler: Scheduler::new(clock.clone(), calls.clone()),
            sqs: Sqs::new(clock.clone(), calls.clone()),
        })
    }

    /// Creates the tables, queues, schedule groups and rules that `template` declares.
    ///
    /// # Errors
    /// A table of the file is another one than the template's.
    pub fn create(&self, template: &Template) -> Result<(), dynamodb::Error> {
        for table in &template.tables {
            self.dynamodb.create_table(table.create.clone())?;
        }
        for table in &template.tables {
            let reads =
                |function: &&Function| function.triggers.streams.iter().any(|one| one.table == table.id);
            let readers = template.functions.iter().filter(reads).map(|function| function.id.as_str());
            self.dynamodb.set_readers(&table.id, &readers.collect::<Vec<_>>());
        }
        for queue in &template.queues {
            self.sqs.create_queue(spec(queue));
        }
        for group in &template.schedule_groups {
            self.scheduler.create_group(group);
        }
        for rate in template.functions.iter().flat_map(|function| &function.triggers.rates) {
            self.eventbridge.put_rule(&rate.name, rate.seconds.into());
        }
        Ok(())
    }

    /// Creates the buses that the template declares, whose names it computes.
    ///
    /// # Errors
    /// A name cannot be computed.
    pub fn create_buses(&self, environment: &Environment) -> Result<(), EnvironmentError> {
        for bus in &environment.template.buses {
            self.eventbridge.create_bus(&environment.resolve(&format!("{}.Name", bus.id), &bus.name)?);
        }
        Ok(())
    }

    /// All services behind one address. A request's target header says which one it is for; only the
    /// scheduler's have none.
    pub fn router(&self) -> Router {
        let scheduler = self.scheduler.router();
        let services = [
            ("AmazonSQS.", self.sqs.router()),
            ("AWSEvents.", self.eventbridge.router()),
            ("DynamoDB_", self.dynamodb.router()),
        ];
        Router::new().fallback(async move |request: Request| {
            let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
            let target = target.unwrap_or_default();
            let service = services.iter().find(|(prefix, _)| target.starts_with(prefix));
            service.map_or(&scheduler, |(_, router)| router).clone().call(request).await
        })
    }
}

fn spec(queue: &Queue) -> QueueSpec {
    QueueSpec {
        name: queue.id.clone(),
        visibility_timeout_seconds: queue.visibility_timeout_seconds.into(),
        retention_seconds: queue.retention_seconds.into(),
        redrive: queue.redrive.as_ref().map(|redrive| Redrive {
            dead_letter_queue: redrive.dead_letter_queue.clone(),
            max_receive_count: redrive.max_receive_count,
        }),
    }
}
