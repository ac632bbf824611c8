//! Resources other than functions.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Expression, Node, TemplateError};

/// What a logical id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A DynamoDB table.
    Table,
    /// An SQS queue.
    Queue,
    /// A group of EventBridge schedules.
    ScheduleGroup,
    /// An event bus.
    Bus,
    /// A Lambda function.
    Function,
    /// An HTTP API.
    Api,
    /// An IAM role. On one machine nobody asks for permission; its name is still referred to.
    Role,
    /// Something that watches the deployment. Nothing on one machine corresponds to it.
    Unneeded,
}

impl Kind {
    pub(super) fn read(resource: &Node<'_>) -> Result<Self, TemplateError> {
        let node = resource.required("Type")?;
        let name = node.text()?;
        match name.as_str() {
            "AWS::DynamoDB::Table" => Ok(Self::Table),
            "AWS::SQS::Queue" => Ok(Self::Queue),
            "AWS::Scheduler::ScheduleGroup" => Ok(Self::ScheduleGroup),
            "AWS::Events::EventBus" => Ok(Self::Bus),
            "AWS::Serverless::Function" => Ok(Self::Function),
            "AWS::Serverless::HttpApi" => Ok(Self::Api),
            "AWS::IAM::Role" => Ok(Self::Role),
            "AWS::CloudWatch::Alarm" | "AWS::Logs::LogGroup" | "AWS::Logs::MetricFilter" => {
                Ok(Self::Unneeded)
            }
            _ => Err(node.unknown(name)),
        }
    }
}

/// A DynamoDB table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its logical id, which is also its name.
    pub id: String,
    /// The body of the `CreateTable` request.
    pub create: Value,
}

impl Table {
    /// Properties that `CreateTable` takes as CloudFormation has them. The others are about backup and
    /// encryption.
    const SHARED: [&'static str; 5] = [
        "AttributeDefinitions",
        "BillingMode",
        "GlobalSecondaryIndexes",
        "KeySchema",
        "LocalSecondaryIndexes",
    ];

    pub(super) fn read(id: &str, resource: &Node<'_>) -> Result<Self, TemplateError> {
        let properties = resource.required("Properties")?;
        let mut create = serde_json::Map::new();
        create.insert("TableName".to_owned(), id.into());
        for name in Self::SHARED {
            if let Some(property) = properties.optional(name) {
                create.insert(name.to_owned(), property.json()?);
            }
        }
        if let Some(stream) = properties.optional("StreamSpecification") {
            let view = stream.required("StreamViewType")?.text()?;
            let stream = serde_json::json!({ "StreamEnabled": true, "StreamViewType": view });
            create.insert("StreamSpecification".to_owned(), stream);
        }
        Ok(Self { id: id.to_owned(), create: create.into() })
    }
}

/// An SQS queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its logical id, which is also its name.
    pub id: String,
    /// How long a received message stays invisible.
    pub visibility_timeout_seconds: u32,
    /// How long a message is kept.
    pub retention_seconds: u32,
    /// Where a message goes that is received too often.
    pub redrive: Option<Redrive>,
}

/// Where a message goes that is received too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The dead-letter queue's logical id.
    pub dead_letter_queue: String,
    /// How often a message may be received before it goes there.
    pub max_receive_count: u32,
}

impl Queue {
    pub(super) fn read(id: &str, resource: &Node<'_>) -> Result<Self, TemplateError> {
        let properties = resource.optional("Properties").unwrap_or_else(|| resource.clone());
        let redrive =
            properties.optional("RedrivePolicy").map(|policy| Redrive::read(&policy)).transpose()?;
        Ok(Self {
            id: id.to_owned(),
            visibility_timeout_seconds: properties.number_or("VisibilityTimeout", 30)?,
            retention_seconds: properties.number_or("MessageRetentionPeriod", 345_600)?,
            redrive,
        })
    }
}

impl Redrive {
    fn read(policy: &Node<'_>) -> Result<Self, TemplateError> {
        Ok(Self {
            dead_letter_queue: policy.required("deadLetterTargetArn")?.attribute_of("Arn")?,
            max_receive_count: policy.required("maxReceiveCount")?.number()?,
        })
    }
}

/// An event bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bus {
    /// Its logical id.
    pub id: String,
    /// Its name.
    pub name: Expression,
}

impl Bus {
    pub(super) fn read(id: &str, resource: &Node<'_>) -> Result<Self, TemplateError> {
        let name = resource.required("Properties")?.required("Name")?.expression()?;
        Ok(Self { id: id.to_owned(), name })
    }
}

/// Whose tokens a route accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorizer {
    /// The issuer a token must name.
    pub issuer: Expression,
    /// The audiences of which a token must name one.
    pub audiences: Vec<Expression>,
}

/// The JWT authorizers of an HTTP API.
pub(super) fn authorizers(api: &Node<'_>) -> Result<BTreeMap<String, Authorizer>, TemplateError> {
    let auth = api.optional("Properties").and_then(|properties| properties.optional("Auth"));
    let Some(authorizers) = auth.and_then(|auth| auth.optional("Authorizers")) else {
        return Ok(BTreeMap::new());
    };
    let read = |(name, node): (String, Node<'_>)| {
        let jwt = node.required("JwtConfiguration")?;
        let audiences = jwt.required("audience")?.items()?;
        let audiences = audiences.iter().map(Node::expression).collect::<Result<_, _>>()?;
        Ok((name, Authorizer { issuer: jwt.required("issuer")?.expression()?, audiences }))
    };
    authorizers.entries()?.into_iter().map(read).collect()
}
