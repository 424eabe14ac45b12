//! `netbox_get_changelogs`: what was changed, with a real difference instead of two whole objects.

use serde_json::{Map, Value, json};

use super::Outcome;
use super::arguments::Arguments;
use super::call::Call;
use super::filters;
use super::list;
use super::shape;
use super::table::Tool;
use crate::server::netbox::{Query, object_type};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::tool::{Cell, Table, ToolOutcome};

const FIELDS: &str = "id,time,user_name,action,changed_object_type,changed_object_id,changed_object,object_repr,message,\
                      request_id,prechange_data,postchange_data";
const KEPT: [&str; 9] = [
    "id",
    "time",
    "user_name",
    "action",
    "changed_object_type",
    "changed_object_id",
    "object_repr",
    "message",
    "request_id",
];
/// The longest text of one side of a change, in characters.
const LONGEST_SIDE: usize = 200;
const MOST_ROWS: usize = 20;
/// Changes of one request can have the same time.
const NEWEST_FIRST: &str = "-time,-id";

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let arguments = Arguments::new(Tool::GetChangelogs, input)?;
    let kind = object_type::by_name("core.objectchange")
        .ok_or_else(|| Problem::new(ProblemCode::Internal, "The table of object types has no changes"))?;
    let limit = arguments.limit(20)?;
    let offset = arguments.number("offset")?.unwrap_or(0);
    let endpoint = filters::endpoint_of(kind)?;
    let ordering = shape::check_ordering(kind, endpoint, &arguments.texts("ordering")?.unwrap_or_default())?;
    let ordering = if ordering.is_empty() { NEWEST_FIRST.to_owned() } else { shape::total(ordering).join(",") };
    let mut query = Query::new().with("limit", limit).with("fields", FIELDS).with("ordering", ordering);
    if offset > 0 {
        query.add("offset", offset.to_string());
    }
    let given = renamed(arguments.filters()?);
    let mut filters = filters::check(call, kind, &given).await?;
    let answer = list::list(call, kind, &query, &mut filters).await?;
    let mut envelope = list::envelope(call, kind, &query, &filters, &answer).await;
    let rows: Vec<_> = answer.results().iter().map(row).collect();
    let table = table(call, answer.results(), &rows);
    list::fill(&mut envelope, rows, answer.total().unwrap_or_default(), offset);
    Ok(Outcome {
        evidence: ToolOutcome { summary: list::summary(kind, &envelope, offset), table, ..ToolOutcome::default() },
        model_text: Value::Object(envelope).to_string(),
    })
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

fn row(change: &Value) -> Map<String, Value> {
    let mut row = Map::new();
    for name in KEPT {
        let value = match change.get(name) {
            Some(Value::Object(choice)) => choice.get("value").cloned().unwrap_or_default(),
            Some(value) => value.clone(),
            None => Value::Null,
        };
        if !value.is_null() && value != "" {
            row.insert(name.to_owned(), value);
        }
    }
    if row.get("action").is_some_and(|action| action == "update") {
        row.insert("changes".to_owned(), Value::Object(difference(change)));
    }
    row
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

fn table(call: &Call<'_>, changes: &[Value], rows: &[Map<String, Value>]) -> Option<Table> {
    let columns = ["time", "user_name", "action", "object", "changes"].map(str::to_owned).to_vec();
    let text =
        |row: &Map<String, Value>, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows: Vec<_> = rows
        .iter()
        .zip(changes)
        .take(MOST_ROWS)
        .map(|(row, change)| {
            let kind = object_type::by_name(&text(row, "changed_object_type")).map_or("object", |kind| kind.singular);
            let url = change.pointer("/changed_object/url").and_then(Value::as_str);
            let differing = row.get("changes").and_then(Value::as_object).into_iter().flatten();
            let names: Vec<&str> = differing.map(|(name, _)| name.as_str()).collect();
            let plain = |text: String| Cell { text, link: None };
            vec![
                plain(text(row, "time")),
                plain(text(row, "user_name")),
                plain(text(row, "action")),
                Cell {
                    text: format!("{kind} {}", text(row, "object_repr")),
                    link: url.and_then(|url| call.netbox.address().page_of(url)),
                },
                plain(names.join(", ")),
            ]
        })
        .collect();
    (!rows.is_empty()).then_some(Table { columns, rows })
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
        assert_eq!(row["changes"], json!({"status": ["planned", "active"], "cf_env": ["lab", "prod"]}));
        assert_eq!(row["action"], "update");
        assert!(!row.contains_key("message") && !row.contains_key("prechange_data"));
    }
}
