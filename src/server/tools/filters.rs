//! Checks filters before NetBox sees them: an unknown name, lookup or value of the wrong kind is refused with the
//! nearest names, because NetBox would ignore it and answer with everything.

use serde_json::{Map, Value};

use super::call::Call;
use crate::server::netbox::catalogue::{self, Endpoint, Filter, Kind, Reference, nearest};
use crate::server::netbox::{FilterLogic, ObjectType, Query, object_type};
use crate::wire::problem::{Problem, ProblemCode};

/// Filters that passed, and what was changed about them.
#[derive(Debug, Default)]
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
}

/// Checks `filters` for lists of `kind`.
pub(super) async fn check(
    call: &Call<'_>,
    kind: &'static ObjectType,
    filters: &Map<String, Value>,
) -> Result<Filters, Problem> {
    let endpoint = endpoint_of(kind)?;
    let mut done = Filters::default();
    for (name, value) in filters {
        if let Some(custom) = name.strip_prefix("cf_") {
            check_custom_field(call, &mut done, name, custom).await?;
            let values = texts(name, value)?;
            done.checked.push(Checked { name: name.clone(), values, reference: None, by_id: None });
        } else {
            let checked = check_one(kind, endpoint, &mut done, name, value)?;
            done.checked.push(checked);
        }
    }
    Ok(done)
}

/// The catalogue's entry of a type.
pub(super) fn endpoint_of(kind: &ObjectType) -> Result<&'static Endpoint, Problem> {
    catalogue::endpoint(kind.endpoint)
        .ok_or_else(|| Problem::new(ProblemCode::Internal, format!("The catalogue does not know {}", kind.endpoint)))
}

fn check_one(
    kind: &ObjectType,
    endpoint: &Endpoint,
    done: &mut Filters,
    name: &str,
    value: &Value,
) -> Result<Checked, Problem> {
    // `rack: "R1"` where only `rack_id` exists: the name of the object is looked up.
    let by_id = format!("{name}_id");
    let (sent, found) = match endpoint.filter(name) {
        Some(found) => (name.to_owned(), Some(found)),
        None if endpoint.filters.get(by_id.as_str()).is_some_and(|filter| filter.reference.is_some()) => {
            (by_id.clone(), endpoint.filter(&by_id))
        }
        None => (name.to_owned(), None),
    };
    let Some((base, lookup, filter)) = found else { return Err(unknown_filter(kind, endpoint, name)) };
    if let Some(lookup) = lookup
        && !filter.lookups.split(' ').any(|known| known == lookup)
    {
        return Err(unknown_lookup(kind, name, base, lookup, filter));
    }
    if value.is_null() && lookup.is_none() && filter.reference.is_none() && filter.lookups.contains("empty") {
        return Ok(Checked {
            name: format!("{base}__empty"),
            values: vec!["true".into()],
            reference: None,
            by_id: None,
        });
    }
    let mut values = texts(name, value)?;
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
    let by_id = filter.reference.filter(|reference| reference.attribute != "id" && lookup.is_none());
    let by_id = by_id.map(|_| format!("{base}_id")).filter(|by_id| endpoint.filters.contains_key(by_id.as_str()));
    for value in &mut values {
        let fixed = check_value(name, base, lookup, filter, value)?;
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
        by_id,
    })
}

/// A value in NetBox's own spelling.
fn check_value(name: &str, base: &str, lookup: Option<&str>, filter: Filter, value: &str) -> Result<String, Problem> {
    if lookup == Some("empty") || filter.kind == Kind::Boolean {
        return match value.to_lowercase().as_str() {
            "true" | "yes" | "1" => Ok("true".to_owned()),
            "false" | "no" | "0" => Ok("false".to_owned()),
            _ => Err(refused(format!("The filter {name} is true or false, not {}", short(value)))
                .hint(format!("write {{\"{name}\": true}}"))),
        };
    }
    if value == "null" || filter.reference.is_some() {
        return Ok(value.to_owned());
    }
    match filter.kind {
        Kind::Integer if value.parse::<i64>().is_err() => {
            Err(refused(format!("The filter {name} takes a whole number, not {}", short(value)))
                .hint(format!("write {{\"{name}\": 7}}; look the number up first if you only know a name")))
        }
        Kind::Number if value.parse::<f64>().is_err() => {
            Err(refused(format!("The filter {name} takes a number, not {}", short(value)))
                .hint(format!("write {{\"{name}\": 10}}")))
        }
        Kind::Choice if matches!(lookup, None | Some("n")) => Ok(choice(filter.choices, value)),
        Kind::Date | Kind::Time if !starts_with_date(value) => {
            Err(refused(format!("The filter {name} takes a date or time, not {}", short(value)))
                .hint(format!("write {{\"{name}\": \"2026-01-15T00:00:00Z\"}}")))
        }
        // `object_type` filters: any spelling of a type becomes NetBox's own.
        Kind::Text if base.ends_with("_type") || base == "object_type" => {
            Ok(object_type::find(value).map_or_else(|_| value.to_owned(), |kind| kind.name.to_owned()))
        }
        _ => Ok(value.to_owned()),
    }
}

/// The choice that `value` means: `Active` is `active`, `created` is `create`. What is none is left to NetBox,
/// because choices can be added in its configuration.
fn choice(choices: &str, value: &str) -> String {
    let plain = |text: &str| text.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "");
    let wanted = plain(value);
    let mut all = choices.split(' ');
    if choices.split(' ').any(|choice| choice == value) {
        return value.to_owned();
    }
    all.find(|choice| plain(choice) == wanted || format!("{choice}d") == wanted)
        .map_or_else(|| value.to_owned(), str::to_owned)
}

fn starts_with_date(value: &str) -> bool {
    value.get(..10).is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok())
}

/// One value or several as texts.
fn texts(name: &str, value: &Value) -> Result<Vec<String>, Problem> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Null => Ok("null".to_owned()),
        Value::Array(_) | Value::Object(_) => {
            Err(refused(format!("The filter {name} takes a value or a list of values"))
                .hint(format!("write {{\"{name}\": \"value\"}} or {{\"{name}\": [\"one\", \"two\"]}}")))
        }
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

async fn check_custom_field(call: &Call<'_>, done: &mut Filters, name: &str, custom: &str) -> Result<(), Problem> {
    let fields = match call.custom_fields().await {
        Ok(fields) => fields,
        Err(error) => {
            done.warnings.push(format!(
                "{name} could not be checked ({error}): NetBox ignores it if there is no such custom field"
            ));
            return Ok(());
        }
    };
    let find = |name: &str| fields.iter().find(|field| field.name == name);
    let (field, lookup) = match find(custom) {
        Some(field) => (Some(field), None),
        None => custom.rsplit_once("__").map_or((None, None), |(base, lookup)| (find(base), Some(lookup))),
    };
    let Some(field) = field else {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let near = nearest(custom, names.iter().copied());
        let hint = match (near.is_empty(), names.is_empty()) {
            (false, _) => format!("did you mean cf_{}?", near.join(" or cf_")),
            (true, true) => "this NetBox has no custom fields that this token may see".to_owned(),
            (true, false) => {
                format!("there are cf_{}", names.iter().take(20).copied().collect::<Vec<_>>().join(", cf_"))
            }
        };
        return Err(refused(format!("There is no custom field for the filter {}", short(name))).hint(hint));
    };
    match (field.logic, lookup) {
        (FilterLogic::Disabled, _) => Err(refused(format!("The custom field {} cannot be filtered by", field.name))
            .hint("its filter logic is `disabled` in NetBox: ask for the field and compare the values instead")),
        (FilterLogic::Loose, Some(_)) => Err(refused(format!("The filter cf_{} takes no lookup", field.name))
            .hint(format!("write {{\"cf_{}\": \"part\"}}: it already matches a part of the text", field.name))),
        (FilterLogic::Exact, Some("in")) => Err(no_in_lookup(&format!("cf_{}", field.name), "\"one\", \"two\"")),
        _ => Ok(()),
    }
}

fn unknown_filter(kind: &ObjectType, endpoint: &Endpoint, name: &str) -> Problem {
    let sentence = format!("{} cannot be filtered by {}", capitalised(kind.plural), short(name));
    if let Some((relation, _)) = name.split_once("__")
        && (endpoint.filters.contains_key(format!("{relation}_id").as_str()) || endpoint.filters.contains_key(relation))
    {
        return refused(sentence)
            .hint(format!("filters do not reach through relations: write {{\"{relation}_id\": <id or name>}}"));
    }
    let plain = name.split("__").next().unwrap_or(name);
    let stem = plain.trim_end_matches("_name").trim_end_matches("_slug").trim_end_matches("_ids");
    let mut near = nearest(plain, endpoint.filters.keys().copied());
    if stem != plain {
        near.splice(0..0, endpoint.filters.keys().copied().filter(|known| *known == stem));
    }
    let hint = if near.is_empty() {
        let usual = ["q", "name", "site", "status", "role", "tenant", "tag", "device_id", "description"];
        let known: Vec<&str> = usual.into_iter().filter(|name| endpoint.filters.contains_key(name)).collect();
        format!("its filters are {} and others", known.join(", "))
    } else {
        let best = near.first().and_then(|name| Some((*name, *endpoint.filters.get(name)?)));
        let example = best.map(|(name, filter)| format!(", for example {{\"{name}\": {}}}", example_value(filter)));
        format!("did you mean {}?{}", near.join(" or "), example.unwrap_or_default())
    };
    refused(sentence).hint(hint)
}

fn unknown_lookup(kind: &ObjectType, name: &str, base: &str, lookup: &str, filter: Filter) -> Problem {
    if lookup == "in" {
        return no_in_lookup(base, if filter.kind == Kind::Integer { "1, 2" } else { "\"one\", \"two\"" });
    }
    let has = |wanted: &str| filter.lookups.split(' ').any(|known| known == wanted);
    let meant = match lookup {
        "icontains" | "contains" => "ic",
        "istartswith" | "startswith" => "isw",
        "iendswith" | "endswith" => "iew",
        "iexact" => "ie",
        "not" | "ne" | "exclude" => "n",
        "isnull" => "empty",
        "after" => "gte",
        "before" => "lte",
        other => other,
    };
    let problem = refused(format!("The filter {base} of {} has no lookup __{}", kind.plural, short(lookup)));
    if filter.reference.is_some() && meant == lookup && !has(lookup) {
        let hint = "filters do not reach through relations: write";
        return problem.hint(format!(
            "{hint} {{\"{base}\": \"its name or slug\"}}, or {{\"{}_id\": <id>}}",
            base.trim_end_matches("_id")
        ));
    }
    problem.hint(if has(meant) {
        format!("write {base}__{meant} instead of {}", short(name))
    } else if filter.lookups.is_empty() {
        format!("{base} takes no lookup: write {{\"{base}\": {}}}", example_value(filter))
    } else {
        format!("it has {base}__{}", filter.lookups.replace(' ', &format!(", {base}__")))
    })
}

fn no_in_lookup(base: &str, example: &str) -> Problem {
    refused(format!("NetBox has no lookup __in, so {base}__in would be ignored"))
        .hint(format!("give a list, which means any of them: {{\"{base}\": [{example}]}}"))
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
