//! What the conversation is about: what a follow-up may refer to.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::kind::{Kind, Relation};
use super::language::{Act, Lack, Status, Window};
use super::phrasebook::{Entry, Slots};

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
    /// The last question, when the phrase book knew it.
    pub phrased: Option<Phrased>,
    /// The handle of the rows that were found last.
    pub result: Option<String>,
    /// What the last question was, so that the same can be asked of something else.
    pub asked: Option<Asked>,
}

/// A question of the phrase book with what it was asked about.
#[derive(Clone, Debug)]
pub(super) struct Phrased {
    pub entry: &'static Entry,
    pub slots: Slots,
    /// Filters that follow-ups added, each with its words.
    pub extra: Vec<(String, Value, String)>,
}

impl Phrased {
    pub fn new(entry: &'static Entry, slots: Slots) -> Self {
        Self { entry, slots, extra: Vec::new() }
    }

    /// The type of the objects, where they can be filtered.
    pub fn kind(&self) -> Option<&'static Kind> {
        let lists = [super::calls::AGGREGATE, super::calls::GET_OBJECTS].contains(&self.entry.tool);
        let input: Value = serde_json::from_str(self.entry.input).ok().filter(|_| lists)?;
        Kind::by_type(input["object_type"].as_str()?)
    }

    /// The same with one more filter; a former one of the same name gives way.
    pub fn narrowed(mut self, filter: &str, value: Value, words: String) -> Self {
        self.extra.retain(|(name, _, _)| name != filter);
        self.extra.push((filter.to_owned(), value, words));
        self
    }
}

impl Focus {
    /// What "it" means where a slot of this name takes something.
    pub fn named(&self, slot: &str) -> Option<String> {
        let types: &[&str] = match slot {
            "device" | "start" | "end" | "host" => &["dcim.device"],
            "site" => &["dcim.site"],
            "rack" => &["dcim.rack"],
            "circuit" => &["circuits.circuit"],
            "cluster" => &["virtualization.cluster"],
            "tenant" => &["tenancy.tenant"],
            "provider" => &["circuits.provider"],
            "contact" => &["tenancy.contact"],
            "prefix" => &["ipam.prefix"],
            _ => return None,
        };
        let subject = self.subject.as_ref().filter(|subject| types.contains(&subject.object_type.as_str()));
        let held = |phrased: &Phrased| {
            let same = |(name, value): (&str, &str)| (name == slot).then(|| value.to_owned());
            phrased.slots.all().find_map(same)
        };
        subject.map(|subject| subject.name.clone()).or_else(|| self.phrased.as_ref().and_then(held))
    }

    /// The one object that the last question of the phrase book was about: its type's slot and its name.
    pub fn object_of_phrase(&self) -> Option<(&'static str, String)> {
        const SLOTS: &[(&str, &str)] = &[
            ("device", "dcim.device"),
            ("host", "dcim.device"),
            ("circuit", "circuits.circuit"),
            ("cluster", "virtualization.cluster"),
            ("tenant", "tenancy.tenant"),
            ("provider", "circuits.provider"),
            ("contact", "tenancy.contact"),
            ("site", "dcim.site"),
        ];
        let phrased = self.phrased.as_ref()?;
        SLOTS.iter().find_map(|(slot, object_type)| Some((*object_type, phrased.slots.get(slot)?.to_owned())))
    }
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
