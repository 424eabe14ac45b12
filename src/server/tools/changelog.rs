//! `netbox_get_changelogs`: what was changed, with a real difference instead of two whole objects.

mod difference;

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::ask;
use super::call::Call;
use super::filters::{self, refused};
use super::frame::{Cell, Frame, Object, Row};
use super::list;
use super::output::{Output, Rows};
use super::results::{Maker, Source};
use super::shape::{self, Fields};
use super::sweep::sweep;
use super::time_words;
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::server::netbox::{ObjectType, Query, object_type};
use crate::wire::problem::{Problem, ProblemCode};

pub(super) static TOOL: Tool = Tool {
    name: "netbox_get_changelogs",
    description: r"Lists what was changed, newest first: when, by whom, what; for updates the fields with [before, after].

Filters: user (name), action (create, update, delete), changed_object_type (dcim.device), changed_object_id (id or name), object_repr__ic (part of the name), request_id (one transaction), q. To group: netbox_aggregate on core.objectchange.",
    example: r#"{"filters":{"changed_object_type":"dcim.device","changed_object_id":"cle-01-sw1"},"since":"monday","related":true}"#,
    arguments: &[
        Argument::new("filters", Kind::Object, ""),
        Argument::new("since", Kind::Text, "yesterday, monday, 2 weeks ago, last month, 2026-01-15"),
        Argument::new("until", Kind::Text, "The moment that day begins; the same as since: that day"),
        Argument::new("related", Kind::Flag, "Also of what belongs to the object, such as its interfaces"),
        Argument::new("limit", Kind::Limit { most: 100, usual: 20 }, ""),
        Argument::new("offset", Kind::Number { least: 0 }, ""),
        Argument::new("ordering", Kind::TextOrTexts, "-time unless given"),
    ],
    title: |input| {
        let word = |name: &str| {
            let text = words::text(input, name);
            if text.is_empty() { text } else { format!(" {name} {text}") }
        };
        format!("changes{}{}{}", words::conditions(input), word("since"), word("until"))
    },
    changes: false,
    works_with: always,
    run,
};

const FIELDS: &str = "id,time,user_name,action,changed_object_type,changed_object_id,changed_object,object_repr,message,\
                      request_id,prechange_data,postchange_data";
const COLUMNS: [&str; 8] =
    ["time", "user_name", "action", "changed_object_type", "object_repr", "changes", "message", "request_id"];
/// How many of each of both lists are read at most.
const MOST_RELATED: u64 = 1_000;
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
    let related = arguments.flag("related")?;
    let newest_first = !ordering.iter().any(|field| field == "time");
    if related {
        check_related(&ordering, offset + limit)?;
    }
    let ordering = if ordering.is_empty() { NEWEST_FIRST.to_owned() } else { shape::total(ordering).join(",") };
    let shaping = Query::new().with("fields", FIELDS).with("ordering", ordering);
    let now = call.asking.now();
    let mut given = renamed(arguments.filters()?);
    let times = time_words::range(arguments.optional_text("since")?, arguments.optional_text("until")?, &now)?;
    let mut resolved = Map::new();
    for filter in ["time_after", "time_before"] {
        // Words, and days, which begin when they do for the person and not for NetBox.
        if let Some(text) = given.get(filter).and_then(Value::as_str) {
            let time = time_words::read(text, &now)?.time.to_string();
            if time != text {
                resolved.insert(filter.to_owned(), json!(format!("{text} -> {time}")));
            }
            given.insert(filter.to_owned(), json!(time));
        }
    }
    for (argument, filter, time) in [("since", "time_after", times.0), ("until", "time_before", times.1)] {
        if let Some(time) = time {
            if given.contains_key(filter) {
                return Err(arguments.wrong(&format!("{argument} and the filter {filter} say the same: give one")));
            }
            resolved.insert(argument.to_owned(), json!(format!("{} -> {time}", words::text(input, argument))));
            given.insert(filter.to_owned(), json!(time.to_string()));
        }
    }
    let mut filters = filters::check(call, kind, &given).await?;
    let (limit_here, offset_here) = if related { (offset + limit, 0) } else { (limit, offset) };
    let mut query = shaping.clone().with("limit", limit_here);
    if offset_here > 0 {
        query.add("offset", offset_here.to_string());
    }
    let answer = ask::list(call, kind, &query, &mut filters).await?;
    let mut total = answer.total().unwrap_or_default();
    let mut found: Vec<Value> = answer.results().to_vec();
    let mut source = None;
    if related {
        // A NetBox may give fewer at once than are needed to put both in one order.
        if (found.len() as u64) < total.min(limit_here) {
            found.clear();
            let mut own = shaping.clone();
            filters.add_to(&mut own);
            let swept = sweep(call, &kind.list_path(), &own, limit_here, |change| found.push(change)).await;
            total = swept.map_err(|error| error.problem())?.total;
        }
        total += add_related(call, kind, &shaping, limit_here, &filters, &mut found).await?;
        found.sort_by_key(moment);
        if newest_first {
            found.reverse();
        }
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
        found = found.into_iter().skip(skipped).take(usize::try_from(limit).unwrap_or(100)).collect();
    } else {
        let mut rest = shaping;
        filters.add_to(&mut rest);
        source =
            Some(Source { kind, query: rest, fields: Fields::default(), is_telling: false, maker: Maker::Changes });
    }
    let frame = frame(&found);
    let mut output = Output {
        summary: list::summary(kind, total, frame.rows.len() as u64, offset),
        picture: difference::picture(call.netbox.address(), &found),
        ..Output::default()
    };
    ask::describe(call, kind, &query, &filters, &mut output).await;
    if !resolved.is_empty() {
        match output.head.get_mut("resolved") {
            Some(Value::Object(before)) => before.extend(resolved),
            _ => {
                output.head.insert("resolved".into(), Value::Object(resolved));
            }
        }
    }
    // A transaction's id is long, and asked for when it matters.
    let hidden = if given.contains_key("request_id") { Vec::new() } else { vec!["request_id"] };
    output.rows = Some(Rows { kind: Some(kind), offset, total, source, hidden, ..Rows::whole(frame, usize::MAX) });
    Ok(output)
}

/// Changes of an object and of what belongs to it are two lists, which are put in one order here.
fn check_related(ordering: &[String], last: u64) -> Result<(), Problem> {
    if ordering.iter().any(|field| field.trim_start_matches('-') != "time") {
        return Err(
            refused("related changes are ordered by time").hint("leave ordering out, or order by time or -time")
        );
    }
    if last > MOST_RELATED {
        return Err(refused(format!("related changes are read up to the {MOST_RELATED}th"))
            .hint("narrow them with since and until"));
    }
    Ok(())
}

/// When it happened, and of what happened at the same time its place.
fn moment(change: &Value) -> (Option<jiff::Timestamp>, Option<u64>) {
    let time = change.get("time").and_then(Value::as_str).and_then(|time| time.parse().ok());
    (time, change.get("id").and_then(Value::as_u64))
}

/// Adds the changes of what belongs to the object. Returns how many there are in all.
async fn add_related(
    call: &Call<'_>,
    kind: &'static ObjectType,
    query: &Query,
    most: u64,
    filters: &filters::Filters,
    found: &mut Vec<Value>,
) -> Result<u64, Problem> {
    let mut own = filters.clone();
    let mut named = 0;
    for filter in &mut own.checked {
        match filter.name.as_str() {
            "changed_object_type" => "related_object_type".clone_into(&mut filter.name),
            "changed_object_id" => "related_object_id".clone_into(&mut filter.name),
            _ => continue,
        }
        named += 1;
    }
    if named < 2 {
        return Err(refused("related needs the object whose relations are meant").hint(
            r#"write {"filters":{"changed_object_type":"dcim.device","changed_object_id":"its name"},"related":true}"#,
        ));
    }
    let mut query = query.clone();
    own.add_to(&mut query);
    let swept = sweep(call, &kind.list_path(), &query, most, |change| found.push(change)).await;
    Ok(swept.map_err(|error| error.problem())?.total)
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

/// Changes as rows.
pub(super) fn frame(changes: &[Value]) -> Frame {
    Frame { rows: changes.iter().map(row).collect(), ..Frame::new(&COLUMNS) }
}

fn row(change: &Value) -> Row {
    let value = |name: &str| match change.get(name) {
        Some(Value::Object(choice)) => choice.get("value").cloned().unwrap_or_default(),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    let changed = change.get("changed_object").and_then(Object::of);
    let cells = COLUMNS.map(|column| match column {
        "changes" if value("action") == "update" => Cell::plain(Value::Object(difference::of(change))),
        "changes" => Cell::default(),
        "object_repr" => Cell { value: value(column), object: changed },
        column => Cell::plain(value(column)),
    });
    let id = change.get("id").and_then(Value::as_u64);
    Row { object: id.map(|id| Object { endpoint: "core/object-changes", id }), cells: cells.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_who_changed_what() {
        let change = json!({
            "id": 1, "time": "2026-01-15T10:00:00Z", "user_name": "ada", "action": {"value": "update", "label": "Updated"},
            "changed_object_type": "dcim.device", "changed_object_id": 7, "object_repr": "sw1", "message": "", "request_id": "r",
            "prechange_data": {"status": "planned"}, "postchange_data": {"status": "active"},
        });
        let row = row(&change);
        let cell = |name: &str| &row.cells[COLUMNS.iter().position(|column| *column == name).unwrap()].value;
        assert_eq!(*cell("changes"), json!({"status": ["planned", "active"]}));
        assert_eq!((cell("action"), cell("object_repr")), (&json!("update"), &json!("sw1")));
    }
}
