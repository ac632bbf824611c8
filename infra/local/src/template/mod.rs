//! The deployment template, read into what a machine needs to do the same: tables, queues, schedule groups,
//! buses, the operator's authorizer, and the functions with everything that triggers them.

mod expression;
mod function;
mod node;
mod resource;

use std::collections::{BTreeMap, BTreeSet};

pub use expression::Expression;
pub use function::{Function, QueueTrigger, Rate, Route, StreamTrigger, Triggers};
use node::Node;
pub use node::TemplateError;
pub use resource::{Authorizer, Bus, Kind, Queue, Redrive, Table};

/// The template that is deployed, as it stood when this crate was built.
pub const DEPLOYED: &str = include_str!("../../../template.yaml");

/// A template, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Parameters with their defaults.
    pub parameters: BTreeMap<String, Option<String>>,
    /// What each logical id names, for references.
    pub kinds: BTreeMap<String, Kind>,
    /// DynamoDB tables.
    pub tables: Vec<Table>,
    /// SQS queues.
    pub queues: Vec<Queue>,
    /// Schedule groups, by logical id, which is also their name.
    pub schedule_groups: Vec<String>,
    /// Event buses.
    pub buses: Vec<Bus>,
    /// JWT authorizers by name.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// Functions with what triggers them.
    pub functions: Vec<Function>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// It is not YAML, or holds something that the local stack cannot stand for. The error names the place.
    pub fn parse(yaml: &str) -> Result<Self, TemplateError> {
        let document: yaml_serde::Value = yaml_serde::from_str(yaml)?;
        let root = Node::root(&document);
        let mut template = Self::default();
        for (name, parameter) in root.optional("Parameters").map_or(Ok(Vec::new()), |node| node.entries())? {
            let default = parameter.optional("Default").map(|node| node.text()).transpose()?;
            template.parameters.insert(name, default);
        }
        let function_defaults = root.optional("Globals").and_then(|globals| globals.optional("Function"));
        for (id, resource) in root.required("Resources")?.entries()? {
            template.add(id, &resource, function_defaults.as_ref())?;
        }
        template.check()?;
        Ok(template)
    }

    fn add(
        &mut self,
        id: String,
        resource: &Node<'_>,
        function_defaults: Option<&Node<'_>>,
    ) -> Result<(), TemplateError> {
        let kind = Kind::read(resource)?;
        match kind {
            Kind::Table => self.tables.push(Table::read(&id, resource)?),
            Kind::Queue => self.queues.push(Queue::read(&id, resource)?),
            Kind::ScheduleGroup => self.schedule_groups.push(id.clone()),
            Kind::Bus => self.buses.push(Bus::read(&id, resource)?),
            Kind::Api => self.authorizers.append(&mut resource::authorizers(resource)?),
            Kind::Function => self.functions.push(Function::read(&id, resource, function_defaults)?),
            Kind::Role | Kind::Unneeded => {}
        }
        self.kinds.insert(id, kind);
        Ok(())
    }

    /// What one resource says about another must be there.
    fn check(&self) -> Result<(), TemplateError> {
        let expect = |at: String, id: &str, kind: Kind| match self.kinds.get(id) {
            Some(found) if *found == kind => Ok(()),
            Some(_) | None => Err(TemplateError::Dangling { at, id: id.to_owned() }),
        };
        for Queue { id, redrive, .. } in &self.queues {
            if let Some(redrive) = redrive {
                expect(format!("Resources.{id}.RedrivePolicy"), &redrive.dead_letter_queue, Kind::Queue)?;
            }
        }
        let mut routes = BTreeSet::new();
        let mut takes_the_rest = false;
        for Function { id, triggers, .. } in &self.functions {
            let at = || format!("Resources.{id}.Events");
            if triggers.takes_the_rest && std::mem::replace(&mut takes_the_rest, true) {
                return Err(TemplateError::Repeated { at: at(), route: "$default".to_owned() });
            }
            for Route { method, path, .. } in &triggers.routes {
                if !routes.insert((method, path)) {
                    return Err(TemplateError::Repeated { at: at(), route: format!("{method} {path}") });
                }
            }
            for authorizer in triggers.routes.iter().filter_map(|route| route.authorizer.as_ref()) {
                if !self.authorizers.contains_key(authorizer) {
                    return Err(TemplateError::Dangling { at: at(), id: authorizer.clone() });
                }
            }
            for trigger in &triggers.queues {
                expect(at(), &trigger.queue, Kind::Queue)?;
            }
            for trigger in &triggers.streams {
                expect(at(), &trigger.table, Kind::Table)?;
                if let Some(queue) = &trigger.on_failure {
                    expect(at(), queue, Kind::Queue)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
