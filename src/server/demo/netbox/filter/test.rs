//! One comparison of a filter, with its values read and checked.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use regex::{Regex, RegexBuilder};

use super::super::network::{mac, parse_mac};
use super::super::render::Scope;
use super::super::schema::{ColumnKind, Filter, TypeId, schema};
use super::super::store::{Network, Object, Value};
use super::resolve;

/// What the values are compared with.
enum Wanted {
    /// Texts, compared as the lookup says.
    Text(Vec<String>),
    /// Patterns.
    Pattern(Vec<Regex>),
    /// Numbers in millionths; moments in microseconds.
    Number(Vec<i128>),
    /// True or false.
    Bool(bool),
    /// Objects, by id.
    Objects(Vec<u32>),
    /// MAC addresses.
    Macs(Vec<u64>),
    /// Types of objects.
    Types(Vec<TypeId>),
    /// Whether the cell must be empty.
    Empty(bool),
}

/// A comparison.
pub struct Test {
    wanted: Wanted,
    lookup: String,
    negated: bool,
    /// `null` was among the values.
    or_null: bool,
    /// All values must be met, not one of them.
    conjoined: bool,
}

/// The sentence for a value that is not one of a list.
pub fn not_a_choice(value: &str) -> String {
    format!("Select a valid choice. {value} is not one of the available choices.")
}

/// The sentence of filters that take a single object.
pub fn not_that_choice() -> String {
    "Select a valid choice. That choice is not one of the available choices.".to_owned()
}

/// `true` and `false` in any case; anything else says nothing.
pub fn boolean(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A moment, in the forms Django reads; without an offset it is UTC, as the server's clock.
pub fn moment(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Ok(found) = text.replacen(' ', "T", 1).parse::<Timestamp>() {
        return Some(found.as_microsecond().into());
    }
    let zoned =
        |civil: DateTime| civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_microsecond().into());
    if let Ok(civil) = text.replacen(' ', "T", 1).parse::<DateTime>() {
        return zoned(civil);
    }
    text.parse::<Date>().ok().and_then(|date| zoned(date.at(0, 0, 0, 0)))
}

fn number(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Ok(whole) = text.parse::<i64>() {
        return Some(i128::from(whole) * 1_000_000);
    }
    #[allow(clippy::cast_possible_truncation, reason = "more than a user may sensibly ask for still fits")]
    text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| (value * 1_000_000.0).round() as i128)
}

impl Test {
    /// Reads the values of a filter. Nothing if they say nothing, an error with Django's sentence if they are no good.
    pub fn new(
        scope: &Scope,
        kind: TypeId,
        filter: &Filter,
        lookup: &str,
        values: &[&str],
    ) -> Result<Option<Self>, String> {
        let negated = lookup.starts_with('n') != filter.exclude;
        let plain = if lookup == "n" { "" } else { lookup.strip_prefix('n').unwrap_or(lookup) };
        let operation = if plain.is_empty() { filter.lookup } else { plain };
        let mut test = Self {
            wanted: Wanted::Empty(false),
            lookup: operation.to_owned(),
            negated,
            or_null: false,
            conjoined: false,
        };
        let single = !filter.many
            && !matches!(
                filter.kind,
                "ModelMultipleChoice" | "TreeNodeMultipleChoice" | "Tag" | "TagID" | "MultipleChoice"
            );
        let last = values.last().copied().unwrap_or_default();
        let values: Vec<&str> = if single { vec![last] } else { values.to_vec() };
        if matches!(operation, "empty" | "isnull") {
            let Some(value) = boolean(last) else { return Ok(None) };
            test.wanted = Wanted::Empty(value);
            test.negated = filter.exclude && operation == "isnull";
            return Ok(Some(test));
        }
        let null = |value: &&str| *value == "null";
        test.wanted = match filter.kind {
            "Boolean" => match boolean(last) {
                Some(value) => Wanted::Bool(value),
                None => return Ok(None),
            },
            "Number" | "BigNumber" | "NumericArray" | "Decimal" | "Duration" => {
                let whole = filter.many && filter.kind != "Decimal" || filter.kind == "NumericArray";
                let sentence = if whole { "Enter a whole number." } else { "Enter a number." };
                let read = |value: &&str| {
                    number(value).filter(|found| !whole || found % 1_000_000 == 0).ok_or_else(|| sentence.to_owned())
                };
                Wanted::Number(values.iter().map(read).collect::<Result<_, _>>()?)
            }
            "DateTime" | "DateTimeFromToRange" => {
                let read = |value: &&str| moment(value).ok_or_else(|| "Enter a valid date/time.".to_owned());
                Wanted::Number(values.iter().map(read).collect::<Result<_, _>>()?)
            }
            "Date" => {
                let read = |value: &&str| {
                    value.parse::<Date>().map(|date| date.to_string()).map_err(|_| "Enter a valid date.".to_owned())
                };
                Wanted::Text(values.iter().map(read).collect::<Result<_, _>>()?)
            }
            "UUID" => {
                let read = |value: &&str| {
                    uuid::Uuid::parse_str(value).map(|id| id.to_string()).map_err(|_| "Enter a valid UUID.".to_owned())
                };
                Wanted::Text(values.iter().map(read).collect::<Result<_, _>>()?)
            }
            "MACAddress" => {
                test.or_null = values.iter().any(&null);
                if operation.is_empty() {
                    let wanted = values.iter().filter(|value| !null(value));
                    let read =
                        |value: &&str| parse_mac(value).ok_or_else(|| format!("Invalid MAC address format: {value}"));
                    Wanted::Macs(wanted.map(read).collect::<Result<_, _>>()?)
                } else {
                    Wanted::Text(values.iter().map(|value| (*value).to_owned()).collect())
                }
            }
            "ContentType" => {
                let read = |value: &&str| Some(schema().id(&value.to_lowercase())).filter(|kind| *kind != 0);
                Wanted::Types(values.iter().filter_map(read).collect())
            }
            "MultipleChoice" | "Choice" => {
                let choices = schema().choices(filter.choices);
                test.or_null = values.iter().any(&null);
                let wanted: Vec<&str> = values.iter().copied().filter(|value| !null(value)).collect();
                if let Some(bad) = wanted.iter().find(|value| choices.iter().all(|(known, _)| known != *value)) {
                    return Err(not_a_choice(bad));
                }
                Self::texts(&test.lookup, &wanted)
            }
            "ModelMultipleChoice" | "TreeNodeMultipleChoice" | "Tag" | "TagID" | "ModelChoice" => {
                test.conjoined = matches!(filter.kind, "Tag" | "TagID") && lookup != "any" && !negated;
                test.lookup = String::new();
                test.or_null = values.iter().any(&null);
                let wanted: Vec<&str> = values.iter().copied().filter(|value| !null(value)).collect();
                Self::chosen(scope, kind, filter, &wanted)?
            }
            _ => {
                test.or_null = operation.is_empty() && values.iter().any(&null);
                let wanted: Vec<&str> = values.iter().copied().filter(|value| !test.or_null || !null(value)).collect();
                Self::texts(&test.lookup, &wanted)
            }
        };
        Ok(Some(test))
    }

    fn texts(lookup: &str, values: &[&str]) -> Wanted {
        match lookup {
            "regex" | "iregex" => {
                let build = |value: &&str| RegexBuilder::new(value).case_insensitive(lookup == "iregex").build().ok();
                Wanted::Pattern(values.iter().filter_map(build).collect())
            }
            "" | "exact" => Wanted::Text(values.iter().map(|value| (*value).to_owned()).collect()),
            _ => Wanted::Text(values.iter().map(|value| value.to_lowercase()).collect()),
        }
    }

    /// The objects that values of a foreign key's filter mean.
    fn chosen(scope: &Scope, _kind: TypeId, filter: &Filter, values: &[&str]) -> Result<Wanted, String> {
        let (target, key) = filter.target.unwrap_or_default();
        let store = scope.store;
        let mut objects = Vec::new();
        let mut texts = Vec::new();
        for value in values {
            let found: Vec<Object> = if matches!(key, "pk" | "id") {
                let Ok(id) = value.parse::<u32>() else {
                    return Err(if key == "pk" {
                        format!("“{value}” is not a valid value.")
                    } else {
                        not_a_choice(value)
                    });
                };
                let object = Object { kind: target, id };
                let known = store.exists(object)
                    || !schema().kind(target).name.is_empty() && target_is_type(target) && id <= 164;
                if known { vec![object] } else { Vec::new() }
            } else {
                let all = store.ids(target).map(|id| Object { kind: target, id });
                all.filter(|object| same(scope, *object, key, value)).collect()
            };
            if found.is_empty() {
                return Err(if filter.kind == "ModelChoice" { not_that_choice() } else { not_a_choice(value) });
            }
            texts.push((*value).to_owned());
            if filter.kind == "TreeNodeMultipleChoice" {
                objects.extend(found.iter().flat_map(|object| store.descendants(*object)).map(|object| object.id));
            } else {
                objects.extend(found.iter().map(|object| object.id));
            }
        }
        Ok(if ends_at_object(filter) { Wanted::Objects(objects) } else { Wanted::Text(texts) })
    }

    /// Whether an object passes.
    pub fn holds(&self, scope: &Scope, object: Object, path: &[&str]) -> bool {
        let mut found = Vec::new();
        resolve(scope, object, path, &mut found);
        let unset = found.is_empty() || found.contains(&Value::Null);
        let met = (self.or_null && unset)
            || if self.conjoined {
                self.every(scope, &found)
            } else {
                found.iter().any(|value| self.meets(scope, value))
            }
            || (matches!(self.wanted, Wanted::Empty(true)) && unset);
        met != self.negated
    }

    /// Whether each wanted value is among those found.
    fn every(&self, scope: &Scope, found: &[Value]) -> bool {
        match &self.wanted {
            Wanted::Objects(ids) => ids.iter().all(|id| {
                found.iter().any(|value| match value {
                    Value::Ref(object) => object.id == *id,
                    Value::Int(value) => *value == i64::from(*id),
                    _ => false,
                })
            }),
            Wanted::Text(texts) => {
                texts.iter().all(|text| found.iter().any(|value| Self::text_of(scope, value).as_deref() == Some(text)))
            }
            _ => false,
        }
    }

    fn text_of(scope: &Scope, value: &Value) -> Option<String> {
        Some(match value {
            Value::Text(symbol) => scope.store.symbol(*symbol).to_owned(),
            Value::Int(number) => number.to_string(),
            Value::Network(network) => network.to_string(),
            Value::Mac(address) => mac(*address),
            Value::Json(symbol) => match scope.store.parsed(*symbol) {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            },
            Value::Type(kind) => schema().kind(*kind).name.to_owned(),
            _ => return None,
        })
    }

    fn meets(&self, scope: &Scope, value: &Value) -> bool {
        match &self.wanted {
            Wanted::Empty(wanted) => {
                let empty = match value {
                    Value::Null => true,
                    Value::Text(_) if self.lookup == "empty" => {
                        Self::text_of(scope, value).is_some_and(|t| t.is_empty())
                    }
                    _ => false,
                };
                empty == *wanted
            }
            Wanted::Bool(wanted) => *value == Value::Bool(*wanted),
            Wanted::Objects(ids) => match value {
                Value::Ref(object) => ids.contains(&object.id),
                Value::Type(kind) => ids.contains(&u32::from(*kind)),
                Value::Int(value) => u32::try_from(*value).is_ok_and(|value| ids.contains(&value)),
                _ => false,
            },
            Wanted::Types(kinds) => matches!(value, Value::Type(kind) if kinds.contains(kind)),
            Wanted::Macs(wanted) => matches!(value, Value::Mac(address) if wanted.contains(address)),
            Wanted::Pattern(patterns) => {
                let Some(text) = Self::text_of(scope, value) else { return false };
                patterns.iter().any(|pattern| pattern.is_match(&text))
            }
            Wanted::Text(wanted) => {
                let Some(text) = Self::text_of(scope, value) else { return false };
                if matches!(self.lookup.as_str(), "" | "exact") {
                    return wanted.contains(&text);
                }
                let text = text.to_lowercase();
                wanted.iter().any(|wanted| self.compare(&text, wanted))
            }
            Wanted::Number(wanted) => self.numbers(scope, value).iter().any(|found| {
                wanted.iter().any(|wanted| match self.lookup.rsplit("__").next().unwrap_or_default() {
                    "lt" => found < wanted,
                    "lte" => found <= wanted,
                    "gt" => found > wanted,
                    "gte" => found >= wanted,
                    _ => found == wanted,
                })
            }),
        }
    }

    fn compare(&self, text: &str, wanted: &str) -> bool {
        let wanted = wanted.to_lowercase();
        match self.lookup.as_str() {
            "ic" | "icontains" => text.contains(&wanted),
            "isw" | "istartswith" => text.starts_with(&wanted),
            "iew" | "iendswith" => text.ends_with(&wanted),
            _ => text == wanted,
        }
    }

    /// The numbers a cell holds, in the unit of the wanted ones.
    fn numbers(&self, scope: &Scope, value: &Value) -> Vec<i128> {
        let mask = self.lookup.starts_with("net_mask_length");
        match value {
            Value::Int(value) => vec![i128::from(*value) * 1_000_000],
            Value::Decimal(value) => vec![i128::from(*value)],
            Value::At(microseconds) => vec![i128::from(*microseconds)],
            Value::Ago(seconds) => vec![i128::from(scope.now.as_second() - seconds) * 1_000_000],
            Value::Network(network) if mask => vec![i128::from(network.length) * 1_000_000],
            Value::Network(network) => vec![i128::from(network.family()) * 1_000_000],
            Value::Ref(object) => vec![i128::from(object.id) * 1_000_000],
            Value::Type(kind) => vec![i128::from(*kind) * 1_000_000],
            Value::Json(symbol) => scope.store.parsed(*symbol).as_array().map_or_else(Vec::new, |items| {
                let ranges = self.lookup == "range_contains";
                items
                    .iter()
                    .flat_map(|item| match item.as_array() {
                        Some(ends) if ranges => {
                            let end = |position: usize| {
                                ends.get(position).and_then(serde_json::Value::as_i64).unwrap_or_default()
                            };
                            (end(0)..=end(1)).collect::<Vec<_>>()
                        }
                        _ => item.as_i64().into_iter().collect(),
                    })
                    .map(|number| i128::from(number) * 1_000_000)
                    .collect()
            }),
            _ => Vec::new(),
        }
    }
}

/// Whether the path of a foreign key's filter ends at the object itself, not at one of its columns.
fn ends_at_object(filter: &Filter) -> bool {
    let (_, key) = filter.target.unwrap_or_default();
    filter.kind == "TreeNodeMultipleChoice" || matches!(key, "pk" | "id") || !filter.path.ends_with(&format!("__{key}"))
}

fn target_is_type(kind: TypeId) -> bool {
    matches!(schema().kind(kind).name, "contenttypes.contenttype" | "core.objecttype")
}

/// Whether a column of an object equals a value that a client wrote.
fn same(scope: &Scope, object: Object, column: &str, value: &str) -> bool {
    let kind = schema().kind(object.kind);
    let is = kind.column(column).map(|position| kind.columns[position].kind);
    match (scope.store.get(object, column), is) {
        (Value::Text(symbol), _) => scope.store.symbol(symbol) == value,
        (Value::Int(number), _) => value.parse() == Ok(number),
        (Value::Network(network), Some(ColumnKind::Network)) => Network::parse(value).as_ref() == Some(&*network),
        (Value::Mac(address), _) => parse_mac(value) == Some(address),
        _ => false,
    }
}
