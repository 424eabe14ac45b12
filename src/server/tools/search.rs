//! `netbox_search_objects`: NetBox has no global search in its API, so every type is asked side by side. What failed
//! for one type is said and not taken for nothing found; what matches exactly comes first.

mod attempts;
mod rank;

use std::collections::HashSet;

use futures::FutureExt;
use futures::future::join_all;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::call::Call;
use super::filters::{self, refused, short};
use super::flatten::{cell_text, flatten};
use super::frame::{Cell, Frame, Object, Row, field_of};
use super::output::{Output, Rows};
use super::related;
use super::shape::Fields;
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::server::netbox::catalogue::Endpoint;
use crate::server::netbox::{ObjectType, object_type};
use crate::wire::problem::Problem;
use attempts::{Attempt, Hits};

pub(super) static TOOL: Tool = Tool {
    name: "netbox_search_objects",
    description: r#"Searches several types for a text: name, address, MAC, serial, asset tag, circuit id, description. Use it when you do not know the type. Exact matches come first ("match":"exact"). "totals": how many of each type match; "errors": types that could not be searched."#,
    example: r#"{"query":"core-sw","object_types":["dcim.device","ipam.ipaddress"]}"#,
    arguments: &[
        Argument::required("query", Kind::Text, ""),
        Argument::new("object_types", Kind::Texts, "The usual ones unless given"),
        Argument::new("fields", Kind::Texts, ""),
        Argument::new("limit", Kind::Limit { most: 100, usual: 5 }, "For each type"),
    ],
    title: |input| {
        let types = input.get("object_types").and_then(Value::as_array).into_iter().flatten();
        let kinds: Vec<&str> =
            types.filter_map(|kind| object_type::find(kind.as_str()?).ok().map(|kind| kind.plural)).collect();
        let place = if kinds.is_empty() { String::new() } else { format!(" in {}", kinds.join(", ")) };
        format!("search for \u{201c}{}\u{201d}{place}", words::text(input, "query"))
    },
    changes: false,
    works_with: always,
    run,
};

/// What is searched when nothing is said.
const USUAL: [&str; 12] = [
    "dcim.device",
    "dcim.site",
    "dcim.location",
    "dcim.rack",
    "dcim.interface",
    "ipam.ipaddress",
    "ipam.prefix",
    "ipam.vlan",
    "circuits.circuit",
    "circuits.provider",
    "virtualization.virtualmachine",
    "tenancy.tenant",
];
const MOST_TYPES: usize = 20;

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    search(call, input).boxed()
}

async fn search(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let text = arguments.text("query")?;
    let limit = arguments.limit(5)?;
    let names = arguments.texts("fields")?.unwrap_or_default();
    let mut kinds = arguments.object_types(&call.schema)?;
    let usual = kinds.is_empty();
    if usual {
        kinds = USUAL.iter().filter_map(|name| object_type::by_name(name)).collect();
    }
    let mut seen = HashSet::new();
    kinds.retain(|kind| seen.insert(kind.name));
    if kinds.len() > MOST_TYPES {
        return Err(
            refused(format!("A search takes {MOST_TYPES} object types at most")).hint("search in several calls")
        );
    }
    let mut searches = Vec::new();
    for kind in kinds {
        let endpoint = filters::endpoint_of(call, kind)?;
        if !endpoint.filters.contains_key("q") {
            return Err(refused(format!("{} cannot be searched by text", filters::capitalised(kind.plural)))
                .hint("use netbox_get_objects with a filter"));
        }
        searches.push((kind, endpoint));
    }
    check_fields(call, &searches, &names).await?;
    let mut attempts: Vec<Attempt> =
        searches.iter().map(|(kind, endpoint)| Attempt::by_text(kind, endpoint, text)).collect();
    attempts.extend(attempts::exact(call, text, usual, &searches)?);
    let mut hits = join_all(attempts.into_iter().map(|attempt| attempt.run(call, &names, limit))).await;
    // Among many hits the one that is called exactly so may be on a later page.
    let named = hits.iter().flat_map(|hits| hits.named(call, text)).collect::<Vec<_>>();
    hits.extend(join_all(named.into_iter().map(|attempt| attempt.run(call, &names, limit))).await);
    if hits.iter().all(|hits| hits.answer.is_err())
        && let Some(Hits { answer: Err(error), .. }) = hits.first()
    {
        return Err(error.problem());
    }
    outcome(call, text, &names, &hits).await
}

/// That every field is one of at least one of the types.
async fn check_fields(
    call: &Call<'_>,
    searches: &[(&'static ObjectType, &'static Endpoint)],
    names: &[String],
) -> Result<(), Problem> {
    for name in names {
        let mut mistake = None;
        for (kind, endpoint) in searches {
            let own = match Fields::check(kind, endpoint, std::slice::from_ref(name)) {
                Ok(_) => filters::check_custom_fields(call, kind, std::slice::from_ref(name)).await,
                Err(problem) => Err(problem),
            };
            match own {
                Ok(()) => {
                    mistake = None;
                    break;
                }
                Err(problem) => mistake = Some(problem),
            }
        }
        if let Some(problem) = mistake {
            return Err(problem);
        }
    }
    Ok(())
}

/// A hit while it is ranked.
struct Hit {
    rank: rank::Rank,
    row: Row,
}

async fn outcome(call: &Call<'_>, text: &str, names: &[String], hits: &[Hits]) -> Result<Output, Problem> {
    let (mut totals, mut errors): (IndexMap<&'static str, (&'static ObjectType, u64)>, _) =
        (IndexMap::new(), Map::new());
    let mut columns: Vec<String> = ["type", "id", "name", "match"].map(str::to_owned).to_vec();
    if names.is_empty() {
        columns.extend(["status", "site", "device", "assigned_object", "description"].map(str::to_owned));
    } else {
        columns.extend(names.iter().filter(|name| *name != "name" && *name != "id").cloned());
    }
    let (mut ranked, mut seen): (Vec<Hit>, HashSet<Object>) = (Vec::new(), HashSet::new());
    let mut cut: HashSet<&'static str> = HashSet::new();
    for Hits { kind, by_text, by_mac, answer } in hits {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                errors.insert(kind.name.to_owned(), json!(error.to_string()));
                continue;
            }
        };
        let total = answer.total().unwrap_or_default();
        if *by_text && total > answer.results().len() as u64 {
            cut.insert(kind.name);
        }
        let mut new = 0;
        for object in answer.results() {
            let Some(id) = object.get("id").and_then(Value::as_u64) else { continue };
            let itself = Object { endpoint: kind.endpoint, id };
            if seen.insert(itself) {
                let rank = rank::of(object, text, *by_text);
                ranked.push(Hit { rank, row: row(kind, itself, object, rank, &columns) });
                new += 1;
            }
        }
        // What was found in another way is counted where the text search did not find it: it looks into names, but not
        // into MAC addresses.
        let counted = if *by_text {
            total
        } else if *by_mac || !cut.contains(kind.name) {
            new + total.saturating_sub(answer.results().len() as u64)
        } else {
            0
        };
        if counted > 0 {
            totals.entry(kind.name).or_insert((kind, 0)).1 += counted;
        }
    }
    // The types keep their order within a rank.
    ranked.sort_by_key(|hit| hit.rank);
    let mut frame = Frame { columns, rows: ranked.into_iter().map(|hit| hit.row).collect() };
    if frame.rows.is_empty() {
        frame.columns.clear();
    }
    related::add(call, &mut frame, &Fields::of(&names.iter().map(String::as_str).collect::<Vec<_>>())).await?;
    let failed = errors.len();
    let mut head = Map::new();
    let found: Vec<String> = totals.values().map(|(kind, total)| kind.counted(*total)).collect();
    let total: u64 = totals.values().map(|(_, total)| total).sum();
    head.insert("totals".into(), totals.iter().map(|(name, (_, total))| ((*name).to_owned(), json!(total))).collect());
    if failed > 0 {
        head.insert("errors".into(), Value::Object(errors));
    }
    let mut summary = if found.is_empty() { format!("Nothing found for {}", short(text)) } else { found.join(", ") };
    if failed > 0 {
        summary = format!("{summary}; {failed} types could not be searched");
    }
    let mut output = Output::facts(summary, head);
    output.tail.insert("shows".into(), json!(call.visibility_note().await));
    output.rows = Some(Rows { total, is_partial: true, ..Rows::whole(frame, usize::MAX) });
    Ok(output)
}

/// A row with its type before it. Objects without a name (addresses, prefixes, circuits) are called by `display`.
fn row(kind: &'static ObjectType, itself: Object, object: &Value, rank: rank::Rank, columns: &[String]) -> Row {
    let flat = flatten(object, &Fields::default());
    let text = |name: &str| flat.get(name).map(cell_text).filter(|text| !text.is_empty());
    let cells = columns.iter().map(|column| match column.as_str() {
        "type" => Cell::plain(kind.name),
        "id" => Cell::plain(itself.id),
        "match" if rank == rank::Rank::Exact => Cell::plain("exact"),
        "match" => Cell::default(),
        "name" => {
            let name = text("name").or_else(|| text("display")).unwrap_or_default();
            Cell { value: json!(name), object: Some(itself) }
        }
        // An address is on an interface of a device.
        "device" if !flat.contains_key("device") => Cell {
            value: text("assigned_object_device")
                .or_else(|| text("assigned_object_virtual_machine"))
                .map_or(Value::Null, Value::String),
            object: None,
        },
        // The related object, until its field is looked up.
        column if column.contains('.') => field_of(object, column.split('.').next().unwrap_or(column)),
        column => Cell {
            value: flat.get(column).cloned().unwrap_or_default(),
            object: object.get(column).and_then(Object::of),
        },
    });
    Row { object: Some(itself), cells: cells.collect() }
}
