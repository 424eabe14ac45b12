//! `netbox_describe`: which types there are here, and what one of them has and takes, as this NetBox says it. Written
//! for a model: what it can write next, shortest first, nothing twice.

mod about;
mod filters;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use futures::FutureExt as _;
use serde_json::{Map, Value, json};

use super::arguments::{Arguments, find_type};
use super::call::Call;
use super::filters::short;
use super::output::Output;
use super::tool::{Argument, Kind, Tool, always};
use super::words;
use crate::server::netbox::{CustomField, FieldKind, FilterLogic, ObjectType, Origin, Query, Schema};
use crate::wire::problem::Problem;
use about::About;

/// The largest description, in bytes.
const LARGEST: usize = 3_000;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_describe",
    description: "Tells what this NetBox has: without arguments its object types, also plugins'; with a type its fields, \
                  filters, orderings, custom fields with choices, saved filters. \"about\" (a filter, field or words) \
                  narrows, and tells all lookups and values. Call it before guessing a name.",
    example: r#"{"object_type":"dcim.device","about":"status"}"#,
    arguments: &[Argument::new("object_type", Kind::Text, ""), Argument::new("about", Kind::Text, "")],
    title: |input| match (words::text(input, "object_type"), words::text(input, "about")) {
        (kind, about) if kind.is_empty() && about.is_empty() => "what types there are".to_owned(),
        (kind, about) if kind.is_empty() => format!("types about {about}"),
        (_, about) if about.is_empty() => format!("what {} have and take", words::plural(input)),
        (_, about) => format!("{about} of {}", words::plural(input)),
    },
    changes: false,
    works_with: always,
    run: |call, input| run(call, input).boxed(),
};

async fn run(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let about = About::new(arguments.optional_text("about")?.unwrap_or_default());
    let schema = &call.schema;
    let (summary, mut description) = match arguments.optional_text("object_type")? {
        None => ("What types there are".to_owned(), types(schema, &about)),
        Some(name) => {
            let kind = find_type(schema, name)?;
            (format!("What {} have and take", kind.plural), of_type(call, schema, kind, &about).await)
        }
    };
    if let Some(note) = schema.note() {
        description.push_str(&note);
        description.push('\n');
    }
    Ok(Output::facts(summary, Map::from_iter([("description".to_owned(), json!(description))])))
}

/// The types by app.
fn types(schema: &Schema, about: &About) -> String {
    let mut apps: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
    let mut count = 0;
    for kind in schema.types() {
        let list = kind.endpoint.rsplit('/').next().unwrap_or_default();
        if !about.is_empty() && !about.matches(kind.name) && !about.matches(kind.plural) && !about.matches(list) {
            continue;
        }
        count += 1;
        let app = kind.name.split('.').next().unwrap_or_default();
        // A custom object's model says nothing, its list does.
        let plain = kind.plural.replace([' ', '-'], "").to_lowercase();
        let said = plain.starts_with(kind.model().trim_end_matches('y'));
        let name = if kind.is_foreign() && !said {
            format!("{} ({})", kind.model(), kind.plural)
        } else {
            kind.model().to_owned()
        };
        apps.entry((kind.is_foreign(), app)).or_default().push(name);
    }
    if count == 0 {
        return format!(
            "No type of this NetBox is like {}: call netbox_describe without arguments for all.\n",
            short(about.text())
        );
    }
    let version = schema.version.map_or_else(String::new, |version| format!(" {version}"));
    let source = match schema.origin {
        Origin::Live => "",
        Origin::Embedded => " (as known to this program; plugins' types come when NetBox has described itself)",
    };
    let mut text = format!("{count} types of NetBox{version}{source}; object_type is app.model:\n");
    for ((foreign, app), models) in apps {
        let plugin = if foreign { " (plugin)" } else { "" };
        let _ = writeln!(text, "{app}{plugin}: {}", models.join(" "));
    }
    text
}

/// One type.
async fn of_type(call: &Call<'_>, schema: &Schema, kind: &'static ObjectType, about: &About) -> String {
    let Some(endpoint) = schema.endpoint(kind.endpoint) else {
        return format!("{}: NetBox does not say what its lists have and take.\n", kind.name);
    };
    let (custom, saved) = futures::join!(custom_fields(call, kind, about), saved_filters(call, kind, about));
    let mut lines = vec![format!("{} ({})", kind.name, kind.plural)];
    let fields: Vec<&str> =
        endpoint.fields.iter().copied().filter(|name| about.is_empty() || about.matches(name)).collect();
    let found = filters::lines(endpoint, about);
    let nothing = fields.is_empty() && found.is_empty() && custom.is_empty() && saved.is_empty();
    if nothing {
        let names = endpoint.fields.iter().copied().chain(endpoint.filters.keys().copied());
        let near = crate::server::netbox::catalogue::nearest(about.text(), names);
        let near = if near.is_empty() { String::new() } else { format!(" The nearest are {}.", near.join(", ")) };
        lines.push(format!("Nothing of it is about {}.{near}", short(about.text())));
    }
    if !fields.is_empty() {
        lines.push(format!("Fields: {}", fields.join(" ")));
        let unordered: Vec<&str> = endpoint.unordered.iter().copied().filter(|name| fields.contains(name)).collect();
        if !unordered.is_empty() {
            lines.push(format!("Ordering: by any field but {}; - in front for descending", unordered.join(" ")));
        }
    }
    if !schema.is_described(kind.endpoint) {
        lines.push("NetBox does not describe this list: filters other than id cannot be checked".to_owned());
    }
    lines.extend(custom);
    lines.extend(saved);
    lines.extend(found);
    capped(lines)
}

/// As many leading lines as fit. What most questions need comes first.
fn capped(lines: Vec<String>) -> String {
    const MORE: &str = "More filters than fit here: give \"about\" with a word or a filter's name.\n";
    let mut text = String::new();
    for line in lines {
        if text.len() + line.len() + 1 + MORE.len() > LARGEST {
            text.push_str(MORE);
            return text;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

async fn custom_fields(call: &Call<'_>, kind: &ObjectType, about: &About) -> Vec<String> {
    let fields = match call.custom_fields().await {
        Ok(fields) => fields,
        Err(error) => return vec![format!("Custom fields: not known ({error})")],
    };
    let own: Vec<&CustomField> = fields
        .iter()
        .filter(|field| field.object_types.iter().any(|name| name == kind.name))
        .filter(|field| {
            let label = field.label.as_deref().unwrap_or_default();
            about.is_empty()
                || about.is("custom")
                || about.matches(&format!("cf_{}", field.name))
                || about.matches(label)
        })
        .collect();
    let choices =
        if own.iter().any(|field| field.choice_set.is_some()) { choice_sets(call).await } else { HashMap::new() };
    let mut lines = Vec::new();
    for field in own {
        let values = field.choice_set.and_then(|set| choices.get(&set));
        let mut line = format!("Custom field cf_{}: {}", field.name, kind_of(field));
        if let Some(values) = values {
            let _ = write!(line, ", one of {}", about.cut(values.iter().map(String::as_str)));
        }
        line.push_str(match field.lookups() {
            None => "; cannot be filtered by",
            Some("") if field.kind == FieldKind::Text => "; the filter matches a part of it and takes no lookup",
            Some("") => "",
            Some(lookups) if lookups.contains("ic") => "; lookups n ic isw iew ie regex empty",
            Some(_) => "; lookups n gt gte lt lte empty",
        });
        lines.push(line);
    }
    lines
}

fn kind_of(field: &CustomField) -> String {
    let related = field.related.as_deref().unwrap_or("object");
    match field.kind {
        FieldKind::Text if field.logic == FilterLogic::Loose => "text".to_owned(),
        FieldKind::Text => "text, whole".to_owned(),
        FieldKind::Integer => "whole number".to_owned(),
        FieldKind::Decimal => "number".to_owned(),
        FieldKind::Boolean => "true or false".to_owned(),
        FieldKind::Date => "date".to_owned(),
        FieldKind::Time => "time".to_owned(),
        FieldKind::Choice => "choice".to_owned(),
        FieldKind::Choices => "choices".to_owned(),
        FieldKind::Object => format!("id of a {related}"),
        FieldKind::Objects => format!("ids of {related}"),
        FieldKind::Json => "JSON".to_owned(),
    }
}

/// The values of every choice set, by its id.
async fn choice_sets(call: &Call<'_>) -> HashMap<u64, Vec<String>> {
    let query = Query::new().with("limit", 1000).with("fields", "id,base_choices,extra_choices");
    // The fields are told without their values rather than not at all.
    let Ok(answer) = call.list("extras/custom-field-choice-sets/", &query).await else { return HashMap::new() };
    let read = |set: &Value| {
        let extra = set.get("extra_choices").and_then(Value::as_array).into_iter().flatten();
        let mut values: Vec<String> =
            extra.filter_map(|pair| pair.get(0).and_then(Value::as_str).map(str::to_owned)).collect();
        let base = set.get("base_choices").map(|base| base.get("label").unwrap_or(base)).and_then(Value::as_str);
        values.extend(base.map(|base| format!("any of {base}")));
        Some((set.get("id")?.as_u64()?, values))
    };
    answer.results().iter().filter_map(read).collect()
}

async fn saved_filters(call: &Call<'_>, kind: &ObjectType, about: &About) -> Vec<String> {
    // Most tokens may see them; where not, there is nothing to say.
    let Ok(saved) = call.saved_filters().await else { return Vec::new() };
    let own = saved.iter().filter(|filter| filter.object_types.iter().any(|name| name == kind.name));
    let told: Vec<String> = own
        .filter(|filter| about.is_empty() || about.is("saved") || about.matches(&filter.slug))
        .map(|filter| filter.slug.clone())
        .collect();
    if told.is_empty() {
        Vec::new()
    } else {
        vec![format!("Saved filters (\"filter\"): {}", about.cut(told.iter().map(String::as_str)))]
    }
}

#[cfg(test)]
mod tests;
