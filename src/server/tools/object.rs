//! `netbox_get_object_by_id`: one object with its page and, unless only some fields are wanted, what belongs to it.

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::ask;
use super::call::Call;
use super::filters::{self, refused};
use super::flatten::{flatten, text_of};
use super::frame::Frame;
use super::names;
use super::output::{self, Output, Rows};
use super::profile;
use super::related;
use super::shape::{self, Fields};
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::server::netbox::{Error, ObjectType, Query};
use crate::wire::problem::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_get_object_by_id",
    description: "Gets one object by its name or id; without fields a profile, with what belongs to it (a device's addresses, cables, contacts; a prefix's parents and children; a circuit's ends).",
    example: r#"{"object_type":"dcim.device","name":"cle-01-sw1"}"#,
    arguments: &[
        Argument::required("object_type", Kind::Text, ""),
        Argument::new("object_id", Kind::Number { least: 1 }, ""),
        Argument::new("name", Kind::Text, "Its name, slug, address, prefix or circuit id"),
        Argument::new("fields", Kind::Texts, ""),
        Argument::new("brief", Kind::Flag, ""),
    ],
    title: |input| {
        let named = if input.get("name").is_some() { "name" } else { "object_id" };
        format!("{} {}", words::singular(input), words::text(input, named))
    },
    changes: false,
    works_with: always,
    run,
};

/// Fields that nobody asks about: when and where from, and what the profile says better.
const NOISE: [&str; 4] = ["created", "last_updated", "natural_slug", "display"];

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    get(call, input).boxed()
}

async fn get(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let kind = arguments.object_type(&call.schema)?;
    let endpoint = filters::endpoint_of(call, kind)?;
    let names = arguments.texts("fields")?.unwrap_or_default();
    let fields = Fields::check(kind, endpoint, &names)?;
    filters::check_custom_fields(call, kind, &names).await?;
    let id = id_of(call, &arguments, kind).await?;
    let mut query = Query::new();
    let brief = arguments.flag("brief")?;
    if !fields.is_empty() {
        query.add("fields", fields.query_value(endpoint));
    } else if brief {
        query.add("brief", "true");
    } else {
        let large = shape::large_fields(endpoint);
        if !large.is_empty() {
            query.add("omit", large);
        }
    }
    let answer = call.get(&kind.object_path(id), &query).await.map_err(|error| match error {
        Error::NoSuchObject { .. } => {
            refused(format!("There is no {} with id {id}, or this token may not see it", kind.singular))
                .hint("ask for it by its name, or search for it")
        }
        error => error.problem(),
    })?;
    let mut frame = Frame::of_objects(kind, [&answer.body], &fields);
    related::add(call, &mut frame, &fields).await?;
    let mut warnings = Vec::new();
    let mut object = if fields.is_empty() && !brief {
        let mut object = telling(&answer.body);
        let (profile, missing) = profile::of(call, kind, &answer.body).await;
        object.extend(profile);
        warnings = missing;
        object
    } else {
        let cells = frame.rows.first().map(|row| row.cells.clone()).unwrap_or_default();
        frame.columns.iter().cloned().zip(cells.into_iter().map(|cell| cell.value)).collect()
    };
    output::shorten_object(&mut object, output::LARGEST);
    let name = answer.body.as_object().and_then(text_of).unwrap_or_default().to_owned();
    let mut output = Output::facts(
        format!("{} {name}", filters::capitalised(kind.singular)),
        ask::map([("object_type", json!(kind.name)), ("object", Value::Object(object))]),
    );
    ask::warn(&mut output, warnings);
    output.page =
        kind.page().map(|page| call.netbox.address().page(&format!("{page}{id}/"), &Query::new()).to_string());
    output.rows = Some(Rows { kind: Some(kind), ..Rows::whole(frame, 0) });
    ask::units(&mut output);
    output.tail.insert("shows".into(), json!(call.visibility_note().await));
    Ok(output)
}

async fn id_of(call: &Call<'_>, arguments: &Arguments<'_>, kind: &'static ObjectType) -> Result<u64, Problem> {
    // A name where an id belongs is a name.
    let given = arguments.word("object_id")?;
    let name = arguments.word("name")?;
    if let Some(id) = given.as_deref().and_then(|id| id.parse().ok()) {
        return if id > 0 { Ok(id) } else { Err(arguments.missing("object_id")) };
    }
    let Some(name) = name.or(given) else { return Err(arguments.wrong("Give the object's object_id or name")) };
    let object = names::one(call, kind, "id", &name).await?;
    object.get("id").and_then(Value::as_u64).ok_or_else(|| refused(format!("{name} has no id")))
}

/// An object without what says nothing: ids of what has a name, counters at zero.
fn telling(object: &Value) -> Map<String, Value> {
    let flat = flatten(object, &Fields::default());
    let has = |name: &str| flat.contains_key(name);
    flat.iter()
        .filter(|(name, value)| {
            let companion = name.strip_suffix("_id").is_some_and(has);
            let nothing = value.as_u64() == Some(0) && name.ends_with("_count");
            !companion && !nothing && (!NOISE.contains(&name.as_str()) || (*name == "display" && !has("name")))
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
