//! `netbox_get_changelogs`: what was changed, with a real difference instead of two whole objects.

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::ask;
use super::call::Call;
use super::filters;
use super::frame::{Cell, Frame, Object, Row};
use super::list;
use super::output::{Output, Rows};
use super::shape;
use super::tool::{Argument, Kind, Running, Tool};
use super::words;
use crate::server::netbox::{Query, object_type};
use crate::wire::problem::{Problem, ProblemCode};

pub(super) static TOOL: Tool = Tool {
    name: "netbox_get_changelogs",
    description: r#"Lists what was changed in NetBox, newest first: when, by whom, what; for updates the fields with [before, after].

Filters: user (name), action (create, update, delete), changed_object_type (dcim.device), changed_object_id, object_repr__ic (part of the name), time_after and time_before (2026-01-15T00:00:00Z), request_id, q. Changes to a device's interfaces are objects of their own: changed_object_type dcim.interface. To count, read "total"."#,
    example: r#"{"filters":{"action":"update","changed_object_type":"dcim.device","time_after":"2026-01-15T00:00:00Z"},"limit":20}"#,
    arguments: &[
        Argument::new("filters", Kind::Object, ""),
        Argument::new("limit", Kind::Limit { most: 100, usual: 20 }, ""),
        Argument::new("offset", Kind::Number { least: 0 }, ""),
        Argument::new("ordering", Kind::TextOrTexts, "-time unless given"),
    ],
    title: |input| format!("changes{}", words::conditions(input)),
    run,
};

const FIELDS: &str = "id,time,user_name,action,changed_object_type,changed_object_id,changed_object,object_repr,message,\
                      request_id,prechange_data,postchange_data";
const COLUMNS: [&str; 9] = [
    "time",
    "user_name",
    "action",
    "changed_object_type",
    "object_repr",
    "changes",
    "message",
    "changed_object_id",
    "request_id",
];
/// The longest text of one side of a change, in characters.
const LONGEST_SIDE: usize = 200;
/// Changes of one request can have the same time.
const NEWEST_FIRST: &str = "-time,-id";

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    changes(call, input).boxed()
}

async fn changes(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let kind = object_type::by_name("core.objectchange")
        .ok_or_else(|| Problem::new(ProblemCode::Internal, "The table of object types has no changes"))?;
    let limit = arguments.limit(20)?;
    let offset = arguments.number("offset")?.unwrap_or(0);
    let endpoint = filters::endpoint_of(call, kind)?;
    let ordering = shape::check_ordering(kind, endpoint, &arguments.texts("ordering")?.unwrap_or_default())?;
    let ordering = if ordering.is_empty() { NEWEST_FIRST.to_owned() } else { shape::total(ordering).join(",") };
    let mut query = Query::new().with("limit", limit).with("fields", FIELDS).with("ordering", ordering);
    if offset > 0 {
        query.add("offset", offset.to_string());
    }
    let given = renamed(arguments.filters()?);
    let mut filters = filters::check(call, kind, &given).await?;
    let answer = ask::list(call, kind, &query, &mut filters).await?;
    let total = answer.total().unwrap_or_default();
    let mut frame = Frame::new(&COLUMNS);
    frame.rows = answer.results().iter().map(row).collect();
    let mut output =
        Output { summary: list::summary(kind, total, frame.rows.len() as u64, offset), ..Output::default() };
    ask::describe(call, kind, &query, &filters, &mut output).await;
    output.rows = Some(Rows { kind: Some(kind), frame, offset, total, shown: usize::MAX, source: None });
    Ok(output)
}

/// Times are filtered by `time_after` and `time_before` here, unlike anywhere else in NetBox. A user's name is kept
/// with each change: it also names users who are gone, and needs no right to view users.
fn renamed(filters: Map<String, Value>) -> Map<String, Value> {
    filters
        .into_iter()
        .map(|(name, value)| match name.as_str() {
            "time__gte" | "time__gt" => ("time_after".to_owned(), value),
            "time__lte" | "time__lt" => ("time_before".to_owned(), value),
            "user" if !value.is_null() => ("user_name__ie".to_owned(), value),
            _ => (name, value),
        })
        .collect()
}

fn row(change: &Value) -> Row {
    let value = |name: &str| match change.get(name) {
        Some(Value::Object(choice)) => choice.get("value").cloned().unwrap_or_default(),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    let changed = change.get("changed_object").and_then(Object::of);
    let cells = COLUMNS.map(|column| match column {
        "changes" if value("action") == "update" => Cell::plain(Value::Object(difference(change))),
        "changes" => Cell::default(),
        "object_repr" => Cell { value: value(column), object: changed },
        column => Cell::plain(value(column)),
    });
    let id = change.get("id").and_then(Value::as_u64);
    Row { object: id.map(|id| Object { endpoint: "core/object-changes", id }), cells: cells.to_vec() }
}

/// The fields whose value differs, as `[before, after]`; custom fields each by itself.
fn difference(change: &Value) -> Map<String, Value> {
    let side = |name: &str| flat(change.get(name));
    let (before, after) = (side("prechange_data"), side("postchange_data"));
    let mut changes = Map::new();
    for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
        let value = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or_default();
        let (old, new) = (value(&before), value(&after));
        if old != new && name != "last_updated" {
            changes.insert(name.clone(), json!([shortened(old), shortened(new)]));
        }
    }
    changes
}

fn flat(data: Option<&Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    for (name, value) in data.and_then(Value::as_object).into_iter().flatten() {
        match value {
            Value::Object(custom) if name == "custom_fields" => {
                flat.extend(custom.iter().map(|(name, value)| (format!("cf_{name}"), value.clone())));
            }
            value => {
                flat.insert(name.clone(), value.clone());
            }
        }
    }
    flat
}

fn shortened(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
        _ => return value,
    };
    if text.chars().count() <= LONGEST_SIDE {
        return value;
    }
    Value::String(text.chars().take(LONGEST_SIDE).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let change = json!({
            "id": 1, "time": "2026-01-15T10:00:00Z", "user_name": "ada", "action": {"value": "update", "label": "Updated"},
            "changed_object_type": "dcim.device", "changed_object_id": 7, "object_repr": "sw1", "message": "", "request_id": "r",
            "prechange_data": {"status": "planned", "last_updated": "a", "tags": ["x"], "custom_fields": {"env": "lab", "owner": "me"}},
            "postchange_data": {"status": "active", "last_updated": "b", "tags": ["x"], "custom_fields": {"env": "prod", "owner": "me"}},
        });
        let row = row(&change);
        let cell = |name: &str| &row.cells[COLUMNS.iter().position(|column| *column == name).unwrap()].value;
        assert_eq!(*cell("changes"), json!({"status": ["planned", "active"], "cf_env": ["lab", "prod"]}));
        assert_eq!(*cell("action"), "update");
    }
}
