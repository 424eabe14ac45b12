//! Checks filters before NetBox sees them: an unknown name, lookup or value of the wrong kind is refused with the
//! nearest names, because NetBox would ignore it and answer with everything.

mod custom;
mod network;
mod saved;
mod unknown;
mod value;

use serde_json::{Map, Value};

use super::call::Call;
use crate::server::netbox::catalogue::{Endpoint, Filter, Kind, Reference};
use crate::server::netbox::{ObjectType, Query};
use crate::wire::problem::{Problem, ProblemCode};
pub(super) use custom::check_fields as check_custom_fields;

/// Filters that passed, and what was changed about them.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    pub(super) checked: Vec<Checked>,
    /// What was taken for something else, for the model to read: `Active -> active`.
    pub(super) resolved: Map<String, Value>,
    /// What could not be checked.
    pub(super) warnings: Vec<String>,
}

/// One filter that passed.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    /// Its name as it is sent, with its lookup.
    pub(super) name: String,
    pub(super) values: Vec<String>,
    /// The objects that its values name.
    pub(super) reference: Option<Reference>,
    /// The same filter by id, where there is one.
    pub(super) by_id: Option<String>,
    /// A name was asked for where NetBox takes an id: also `12` is a name first.
    pub(super) by_name: bool,
    /// Compares texts letter by letter, and has a lookup that does not care for their case.
    pub(super) by_case: bool,
}

impl Checked {
    fn plain(name: String, value: &str) -> Self {
        Self { name, values: vec![value.to_owned()], reference: None, by_id: None, by_name: false, by_case: false }
    }
}

/// What a filter's name means.
struct Meant {
    /// The name that is sent.
    name: String,
    base: String,
    lookup: Option<String>,
    filter: Filter,
    by_name: bool,
}

impl Filters {
    /// Adds them to a query.
    pub(super) fn add_to(&self, query: &mut Query) {
        for filter in &self.checked {
            for value in &filter.values {
                query.add(filter.name.as_str(), value.as_str());
            }
        }
    }

    /// Notes that `from` was taken for `to`.
    pub(super) fn note(&mut self, name: &str, from: &str, to: &str) {
        let text = format!("{from} -> {to}");
        match self.resolved.get_mut(name) {
            Some(Value::String(before)) => *before = format!("{before}, {text}"),
            _ => {
                self.resolved.insert(name.to_owned(), Value::String(text));
            }
        }
    }

    /// The same filters with texts compared whatever their case; `None` where that changes nothing.
    pub(super) fn in_any_case(&self) -> Option<Self> {
        let mut relaxed = self.clone();
        let mut names = Vec::new();
        for filter in &mut relaxed.checked {
            if filter.by_case && filter.values.iter().any(|value| value.chars().any(char::is_alphabetic)) {
                names.push((filter.name.clone(), filter.values.join(", ")));
                filter.name.push_str("__ie");
            }
        }
        for (name, values) in &names {
            relaxed.note(name, values, "the same in any case");
        }
        (!names.is_empty()).then_some(relaxed)
    }
}

/// Checks `filters` for lists of `kind`.
pub(super) async fn check(
    call: &Call<'_>,
    kind: &'static ObjectType,
    filters: &Map<String, Value>,
) -> Result<Filters, Problem> {
    let endpoint = endpoint_of(call, kind)?;
    let mut done = Filters::default();
    let filters = saved::expand(call, kind, &mut done, filters).await?;
    for (name, value) in &filters {
        let mut meant = match name.strip_prefix("cf_") {
            Some(field) => custom::find(call, kind, &mut done, name, field).await?,
            None => find(kind, endpoint, name, value)?,
        };
        if meant.filter.reference.is_none() && meant.filter.kind == Kind::Integer {
            meant.filter.reference = generic(call, &meant.base, &filters);
        }
        if meant.name != *name && !meant.by_name {
            for value in value::texts(name, value)? {
                done.note(name, &value, &format!("{} {value}", meant.name));
            }
        }
        let checked = check_one(kind, endpoint, &mut done, meant, name, value)?;
        done.checked.push(checked);
    }
    Ok(done)
}

/// The object that a generic relation's id names, whose type stands beside it: `assigned_object_type` with
/// `assigned_object_id`.
fn generic(call: &Call<'_>, base: &str, filters: &Map<String, Value>) -> Option<Reference> {
    let sibling = format!("{}_type", base.strip_suffix("_id")?);
    let kind = call.schema.find_type(filters.get(&sibling)?.as_str()?).ok()?;
    Some(Reference { object_type: kind.name, attribute: "id" })
}

/// What a type's list has and takes.
pub(super) fn endpoint_of(call: &Call<'_>, kind: &ObjectType) -> Result<&'static Endpoint, Problem> {
    call.schema
        .endpoint(kind.endpoint)
        .ok_or_else(|| Problem::new(ProblemCode::Internal, format!("The catalogue does not know {}", kind.endpoint)))
}

/// The catalogue's filter that a name means.
fn find(kind: &ObjectType, endpoint: &Endpoint, name: &str, value: &Value) -> Result<Meant, Problem> {
    if let Some((base, lookup, filter)) = endpoint.filter(name) {
        if let Some(lookup) = lookup
            && !has_lookup(filter, lookup)
        {
            return Err(unknown::lookup(kind.plural, name, base, lookup, filter));
        }
        let lookup = lookup.map(str::to_owned);
        return Ok(Meant { name: name.to_owned(), base: base.to_owned(), lookup, filter, by_name: false });
    }
    let meant = |name: String, filter: &Filter, by_name: bool| Meant {
        base: name.clone(),
        name,
        lookup: None,
        filter: *filter,
        by_name,
    };
    // `vlan: 120` is the VLAN with this number, as people call VLANs.
    let by_number = format!("{name}_vid");
    if let Some(filter) = endpoint.filters.get(by_number.as_str())
        && value::texts(name, value)?.iter().all(|value| value.parse::<u64>().is_ok())
    {
        return Ok(meant(by_number, filter, false));
    }
    // `rack: "R1"` where only `rack_id` exists: the name of the object is looked up.
    let by_id = format!("{name}_id");
    match endpoint.filters.get(by_id.as_str()) {
        Some(filter) if filter.reference.is_some() => Ok(meant(by_id, filter, true)),
        _ => Err(unknown::filter(kind, endpoint, name)),
    }
}

fn check_one(
    kind: &ObjectType,
    endpoint: &Endpoint,
    done: &mut Filters,
    meant: Meant,
    name: &str,
    value: &Value,
) -> Result<Checked, Problem> {
    let Meant { name: sent, base, lookup, filter, by_name } = meant;
    let lookup = lookup.as_deref();
    let mut values = value::texts(name, value)?;
    let by_id = format!("{base}_id");
    let by_id = filter
        .reference
        .filter(|reference| reference.attribute != "id" && endpoint.filters.contains_key(by_id.as_str()))
        .map(|_| by_id);
    match value::unset(name, lookup, filter, value, &values)? {
        value::Unset::No => {}
        value::Unset::Empty(empty) => return Ok(Checked::plain(format!("{base}__empty"), empty)),
        // An object can be without the attribute that the filter compares: a VRF without an RD is not "no VRF".
        value::Unset::Null => {
            if let Some(by_id) = &by_id
                && values.len() == 1
                && filter.reference.is_some_and(|reference| reference.attribute == "rd")
            {
                return Ok(Checked::plain(format!("{by_id}{}", sent.trim_start_matches(base.as_str())), "null"));
            }
        }
    }
    if matches!(filter.kind, Kind::Integer | Kind::Number)
        && let [one] = values.as_slice()
        && one.contains(',')
    {
        values = one.split(',').map(|part| part.trim().to_owned()).collect();
    }
    let single = !filter.several || lookup == Some("empty");
    if values.is_empty() || (single && values.len() > 1) {
        let sentence = format!("The filter {name} takes {} value", if single { "one" } else { "at least one" });
        return Err(
            refused(sentence).hint(format!("ask once for each value: {{\"{name}\": {}}}", example_value(filter)))
        );
    }
    for value in &mut values {
        let fixed = value::check(name, &base, lookup, filter, value)?;
        let fixed = match network::Form::of(kind, &base).filter(|_| lookup.is_none() && filter.reference.is_none()) {
            Some(form) => network::check(name, form, &fixed)?,
            None => fixed,
        };
        if fixed != *value {
            if !fixed.eq_ignore_ascii_case(value) || filter.kind == Kind::Choice {
                done.note(name, value, &fixed);
            }
            *value = fixed;
        }
    }
    Ok(Checked {
        name: sent,
        values,
        reference: filter.reference.filter(|_| matches!(lookup, None | Some("n" | "any"))),
        by_id: by_id.filter(|_| lookup.is_none()),
        by_name,
        by_case: filter.kind == Kind::Text
            && filter.reference.is_none()
            && lookup.is_none()
            && has_lookup(filter, "ie"),
    })
}

pub(super) fn has_lookup(filter: Filter, lookup: &str) -> bool {
    filter.lookups.split(' ').any(|known| known == lookup)
}

fn example_value(filter: Filter) -> String {
    match (filter.kind, filter.reference) {
        (Kind::Boolean, _) => "true".to_owned(),
        (_, Some(reference)) if reference.attribute == "id" => "3".to_owned(),
        (Kind::Integer | Kind::Number, _) => "10".to_owned(),
        (Kind::Choice, _) => format!("\"{}\"", filter.choices.split(' ').next().unwrap_or_default()),
        (Kind::Date | Kind::Time, _) => "\"2026-01-15\"".to_owned(),
        _ => "\"value\"".to_owned(),
    }
}

pub(super) fn refused(sentence: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::BadRequest, sentence)
}

/// A model's text in a sentence: never long.
pub(super) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
