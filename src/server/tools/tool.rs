//! What a tool is: a row of data. From it come the schema for a model, the page of the documentation, the command
//! line and the check of what a model sends.

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::Definition;
use super::call::Call;
use super::output::Output;
use crate::server::netbox::Capabilities;
use crate::wire::problem::Problem;

/// What a call comes to.
pub(super) type Running<'a> = BoxFuture<'a, Result<Output, Problem>>;

/// A tool.
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// What it is for, for a model.
    pub(super) description: &'static str,
    /// Arguments that work, for the description and for whoever sent arguments of a wrong shape.
    pub(super) example: &'static str,
    pub(super) arguments: &'static [Argument],
    /// What a call asks for, in words a person reads while it runs.
    pub(super) title: fn(&Value) -> String,
    /// Whether it is there to change NetBox: then it makes a plan, and is offered only where people may have that.
    pub(super) changes: bool,
    /// Whether a NetBox that can do this has something to answer with: others are not offered the tool.
    pub(super) works_with: fn(&Capabilities) -> bool,
    pub(super) run: for<'a> fn(&'a Call<'a>, &'a Value) -> Running<'a>,
}

/// One argument of a tool.
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// What it means; empty where the name says it.
    pub(super) text: &'static str,
}

/// What an argument's value is.
pub(super) enum Kind {
    Text,
    Texts,
    /// A text or a list of texts.
    TextOrTexts,
    Flag,
    /// A whole number of at least this.
    Number {
        least: u64,
    },
    /// A page size.
    Limit {
        most: u64,
        usual: u64,
    },
    OneOf(&'static [&'static str]),
    /// Names and values.
    Object,
    /// A list of objects with these names.
    Objects(&'static [Argument]),
}

/// Of a tool that every NetBox can answer.
pub(super) const fn always(_: &Capabilities) -> bool {
    true
}

impl Argument {
    pub(super) const fn new(name: &'static str, kind: Kind, text: &'static str) -> Self {
        Self { name, kind, required: false, text }
    }

    pub(super) const fn required(name: &'static str, kind: Kind, text: &'static str) -> Self {
        Self { name, kind, required: true, text }
    }

    fn schema(&self) -> Value {
        let texts = || json!({"type": "string"});
        let mut schema = match self.kind {
            Kind::Text => json!({"type": "string"}),
            Kind::Texts => json!({"type": "array", "items": texts()}),
            Kind::TextOrTexts => json!({"type": ["string", "array"], "items": texts()}),
            Kind::Flag => json!({"type": "boolean"}),
            Kind::Number { least } => json!({"type": "integer", "minimum": least}),
            Kind::Limit { most, usual } => json!({"type": "integer", "minimum": 1, "maximum": most, "default": usual}),
            Kind::OneOf(values) => json!({"type": "string", "enum": values}),
            Kind::Object => json!({"type": "object"}),
            Kind::Objects(arguments) => json!({"type": "array", "items": object_schema(arguments)}),
        };
        if let (false, Some(schema)) = (self.text.is_empty(), schema.as_object_mut()) {
            schema.insert("description".to_owned(), json!(self.text));
        }
        schema
    }
}

fn object_schema(arguments: &[Argument]) -> Value {
    let properties: Map<String, Value> =
        arguments.iter().map(|argument| (argument.name.to_owned(), argument.schema())).collect();
    let required: Vec<&str> =
        arguments.iter().filter(|argument| argument.required).map(|argument| argument.name).collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if let (false, Some(schema)) = (required.is_empty(), schema.as_object_mut()) {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

impl Tool {
    /// The tool as a model is told of it.
    pub(super) fn definition(&self) -> Definition {
        Definition {
            name: self.name.to_owned(),
            description: format!("{}\n\nExample: {}", self.description, self.example),
            input_schema: object_schema(self.arguments),
            is_read_only: !self.changes,
        }
    }

    /// Whether it has an argument of this name.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.arguments.iter().any(|argument| argument.name == name)
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}
