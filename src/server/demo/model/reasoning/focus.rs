//! What the conversation is about: what a follow-up may refer to.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::kind::{Kind, Relation};
use super::language::{Act, Lack, Status, Window};

/// The state after a question; the next one starts from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Focus {
    pub selection: Option<Selection>,
    pub subject: Option<Subject>,
    /// Where the next rows of the last list begin, when there are more.
    pub next: Option<u64>,
    pub window: Option<Window>,
    /// An interface that was asked about.
    pub interface: Option<String>,
    /// What the last question was, so that the same can be asked of something else.
    pub asked: Option<Asked>,
}

/// The parts of a question that carry over.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub act: Act,
    pub second: Option<&'static Kind>,
    pub limit: Option<u64>,
    /// It was about what a user did.
    pub by_user: bool,
}

/// Which objects a list holds.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub kind: &'static Kind,
    /// "switches" where the question said so instead of "devices".
    pub noun: Option<&'static str>,
    pub scopes: Vec<Scope>,
    pub statuses: Vec<Status>,
    pub lacks: Option<Lack>,
    /// A filter on the name, with its words.
    pub pattern: Option<(String, Value, String)>,
    /// Interfaces by whether something is plugged in.
    pub occupied: Option<bool>,
}

/// What a list is narrowed by: objects that a tool returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub relation: Relation,
    pub ids: Vec<u64>,
    pub slugs: Vec<String>,
    /// Their names, for the answer.
    pub names: Vec<String>,
}

/// One object that the conversation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub object_type: String,
    pub id: u64,
    pub name: String,
}

impl Selection {
    pub fn of(kind: &'static Kind) -> Self {
        Self { kind, noun: None, scopes: Vec::new(), statuses: Vec::new(), lacks: None, pattern: None, occupied: None }
    }

    /// Adds a scope; one of the same class gives way.
    pub fn narrow(&mut self, scope: Scope) {
        self.scopes.retain(|old| old.relation.class() != scope.relation.class());
        self.scopes.push(scope);
    }

    /// The filters of NetBox for all this, and the scopes that this type has no filter for.
    pub fn filters(&self) -> (Map<String, Value>, Vec<&Scope>) {
        let mut filters = Map::new();
        let mut left = Vec::new();
        for scope in &self.scopes {
            match self.kind.filter(scope.relation) {
                Some("tag") => {
                    filters.insert("tag".into(), one_or_all(scope.slugs.iter().map(|slug| json!(slug)).collect()));
                }
                // NetBox takes one site here.
                Some("available_at_site") if scope.ids.len() > 1 => {
                    filters.insert("site_id".into(), json!(scope.ids));
                }
                Some(key) => {
                    filters.insert(key.into(), one_or_all(scope.ids.iter().map(|id| json!(id)).collect()));
                }
                None => left.push(scope),
            }
        }
        for negated in [false, true] {
            let values: Vec<Value> = self
                .statuses
                .iter()
                .filter(|status| status.negated == negated)
                .map(|status| json!(status.value))
                .collect();
            if !values.is_empty() {
                filters.insert(if negated { "status__n" } else { "status" }.into(), one_or_all(values));
            }
        }
        if let Some(Lack::Filter(filter, value, _)) = self.lacks {
            filters.insert(filter.into(), if value == "null" { json!(value) } else { json!(value == "true") });
        }
        if let Some((filter, value, _)) = &self.pattern {
            filters.insert(filter.clone(), value.clone());
        }
        if let Some(occupied) = self.occupied {
            filters.insert("kind".into(), json!("physical"));
            filters.insert("occupied".into(), json!(occupied));
        }
        (filters, left)
    }

    /// "active switches".
    pub fn noun(&self, count: u64) -> String {
        let noun = match self.noun {
            Some(noun) if count != 1 => noun,
            _ => self.kind.counted(count),
        };
        let adjectives: Vec<String> = self
            .statuses
            .iter()
            .map(|status| if status.negated { format!("not {}", status.value) } else { status.value.to_owned() })
            .collect();
        let ports = match self.occupied {
            Some(true) => "occupied ",
            Some(false) => "free physical ",
            None => "",
        };
        if adjectives.is_empty() {
            format!("{ports}{noun}")
        } else {
            format!("{} {ports}{noun}", adjectives.join(" or "))
        }
    }

    /// " in Ohio of tenant Acme", with a space before; empty without scopes.
    pub fn phrase(&self) -> String {
        let mut words = String::new();
        for scope in &self.scopes {
            let names: Vec<String> = scope.names.iter().map(|name| super::markdown::escape(name)).collect();
            let names = if names.len() > 6 { vec![format!("{} of them", names.len())] } else { names };
            _ = write!(words, " {} {}", scope.relation.preposition(), super::markdown::series(&names, "and"));
        }
        match self.lacks {
            Some(Lack::Filter(_, _, phrase)) => _ = write!(words, " {phrase}"),
            Some(Lack::Zero(kind)) => _ = write!(words, " without {}", kind.plural),
            Some(Lack::Above(kind, number)) => _ = write!(words, " with more than {number} {}", kind.counted(number)),
            Some(Lack::Below(kind, number)) => _ = write!(words, " with fewer than {number} {}", kind.counted(number)),
            None => {}
        }
        if let Some((_, _, phrase)) = &self.pattern {
            _ = write!(words, " {phrase}");
        }
        words
    }
}

/// One value alone, several as a list: NetBox takes any of them.
fn one_or_all(mut values: Vec<Value>) -> Value {
    if values.len() == 1 { values.remove(0) } else { Value::Array(values) }
}
