//! What a question was asked about: the parts of a wording that differ.

use serde_json::{Map, Value, json};

use super::super::language::{Literal, Token};

/// The slots of a question with what they hold, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Slots(Vec<(String, String)>);

impl Slots {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(slot, _)| slot == name).map(|(_, value)| value.as_str())
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same with one more, or with another value of one.
    pub fn with(mut self, name: &str, value: String) -> Self {
        match self.0.iter_mut().find(|(slot, _)| slot == name) {
            Some(old) => old.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
        self
    }

    /// The same with what pronouns stand for; nothing when one of them stands for nothing.
    pub fn with_referents(mut self, refers: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        for (slot, value) in &mut self.0 {
            if is_pronoun(value) {
                *value = refers(slot)?;
            }
        }
        Some(self)
    }

    /// A JSON text with its slots filled in.
    pub fn fill(&self, template: &str) -> Option<Value> {
        let value: Value = serde_json::from_str(template).ok()?;
        Some(self.filled(value))
    }

    fn filled(&self, value: Value) -> Value {
        match value {
            Value::String(text) => match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
                Some(name) => match self.get(name) {
                    Some(held) if is_number(name) => held.parse::<u64>().map_or(json!(held), |number| json!(number)),
                    Some(held) => json!(held),
                    None => Value::String(text),
                },
                None => Value::String(text),
            },
            Value::Array(values) => values.into_iter().map(|value| self.filled(value)).collect(),
            Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(name, value)| (name, self.filled(value))).collect::<Map<_, _>>())
            }
            other => other,
        }
    }
}

/// The slots that a text names.
#[cfg(test)]
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("\"{").skip(1).filter_map(|rest| rest.split_once("}\"")).map(|(name, _)| name)
}

fn is_number(slot: &str) -> bool {
    matches!(slot, "units" | "percent" | "length" | "vid" | "number" | "id" | "top")
}

fn is_pronoun(text: &str) -> bool {
    ["it", "this", "that", "there", "this one", "that one"].contains(&text.to_lowercase().as_str())
}

/// Words that a slot may take at most.
pub(super) fn longest(slot: &str) -> usize {
    match slot {
        "prefix" | "address" | "mac" | "user" | "serial" | "tag" | "fragment" | "word" => 1,
        slot if is_number(slot) => 1,
        "port" => 3,
        "time" => 4,
        _ => 6,
    }
}

/// What the words mean in the slot, if they fit it.
pub(super) fn read(slot: &str, words: &[Token]) -> Option<String> {
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let pronoun = is_pronoun(&text);
    match slot {
        "prefix" => match Literal::read(&text)? {
            Literal::Prefix(prefix) => Some(prefix),
            _ => None,
        },
        "address" => match Literal::read(&text)? {
            Literal::Address(address) => Some(address),
            _ => None,
        },
        "mac" => match Literal::read(&text)? {
            Literal::Mac(mac) => Some(mac),
            _ => None,
        },
        slot if is_number(slot) => {
            let digits = text.trim_start_matches('/').trim_end_matches(['%', 'U', 'u']);
            digits.parse::<u64>().ok().map(|number| number.to_string())
        }
        "fragment" | "word" if !pronoun => {
            let text = text.trim_matches('\'');
            (!text.is_empty() && !FUNCTION.contains(&text.to_lowercase().as_str())).then(|| text.to_owned())
        }
        "serial" | "tag" => text.contains(|c: char| c.is_ascii_digit()).then_some(text),
        "port" => text.contains(|c: char| c.is_ascii_digit()).then_some(text),
        "user" => (!pronoun && !FUNCTION.contains(&text.to_lowercase().as_str())).then_some(text),
        "time" => Some(text.to_lowercase()),
        _ => name(words),
    }
}

/// Words that no name has.
const FUNCTION: &[&str] = &[
    "which", "what", "how", "many", "much", "is", "are", "does", "do", "per", "each", "every", "by", "we", "our",
    "have", "has", "at", "in", "on", "to", "from", "with", "without", "for", "all", "any", "their", "its", "if", "who",
    "where", "when", "was", "were", "been", "changed", "of", "or", "a", "an", "no", "not", "them", "those",
];

/// Words before a name that say what it is.
const NOUNS: &[&str] = &[
    "the",
    "our",
    "site",
    "device",
    "switch",
    "router",
    "firewall",
    "server",
    "host",
    "hypervisor",
    "rack",
    "room",
    "region",
    "cluster",
    "tenant",
    "provider",
    "carrier",
    "circuit",
    "vrf",
    "group",
    "panel",
    "patch",
    "stack",
    "customer",
    "datacenter",
    "contact",
    "chassis",
    "virtual",
    "machine",
    "vm",
    "feed",
    "user",
];

fn name(words: &[Token]) -> Option<String> {
    let nouns = words.iter().take_while(|word| !word.quoted && NOUNS.contains(&word.text.as_str())).count();
    let rest = words.get(nouns..).filter(|rest| !rest.is_empty())?;
    let function = |word: &Token| !word.quoted && FUNCTION.contains(&word.lower.as_str());
    // A comma inside ends a name.
    let ends = rest.iter().rev().skip(1).any(|word| word.stop);
    if rest.iter().any(function) || ends {
        return None;
    }
    Some(rest.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
}
