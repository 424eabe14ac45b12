//! `netbox_search_objects`: NetBox has no global search in its API, so every type is asked side by side, and what
//! failed for one type is said and not taken for nothing found.

use std::collections::HashSet;

use futures::FutureExt;
use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::call::Call;
use super::filters::{self, refused, short};
use super::flatten::{cell_text, flatten};
use super::frame::{Cell, Frame, Object, Row};
use super::output::{Output, Rows};
use super::shape::{self, Fields};
use super::tool::{Argument, Kind, Running, Tool};
use super::words;
use crate::server::netbox::{Answer, Error, ObjectType, Query, object_type};
use crate::wire::problem::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_search_objects",
    description: r#"Searches several types of object at once for a text: names, addresses, serials, descriptions. Use it when you do not know of which type something is; otherwise netbox_get_objects with a filter is exact. Without object_types it searches devices, sites, locations, racks, interfaces, IP addresses, prefixes, VLANs, circuits, providers, virtual machines and tenants. Types without a hit are left out; "errors" says which types could not be searched."#,
    example: r#"{"query":"core-sw","object_types":["dcim.device","ipam.ipaddress"]}"#,
    arguments: &[
        Argument::required("query", Kind::Text, "Part of a name, address, serial, ..."),
        Argument::new("object_types", Kind::Texts, ""),
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

struct Hits {
    kind: &'static ObjectType,
    fields: Fields,
    query: Query,
    answer: Result<Answer, Error>,
}

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    search(call, input).boxed()
}

async fn search(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let text = arguments.text("query")?;
    let limit = arguments.limit(5)?;
    let names = arguments.texts("fields")?.unwrap_or_default();
    let mut kinds = arguments.object_types(&call.schema)?;
    if kinds.is_empty() {
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
    check_fields(&searches, &names)?;
    let hits = join_all(searches.into_iter().map(|(kind, endpoint)| {
        let names = names.clone();
        async move {
            // Each type gets those of the fields that it has.
            let own: Vec<String> = names
                .into_iter()
                .filter(|name| Fields::check(kind, endpoint, std::slice::from_ref(name)).is_ok())
                .collect();
            let fields = Fields::check(kind, endpoint, &own).unwrap_or_default();
            let mut query = Query::new().with("q", text).with("limit", limit);
            if fields.is_empty() {
                let large = shape::large_fields(endpoint);
                if !large.is_empty() {
                    query.add("omit", large);
                }
            } else {
                query.add("fields", fields.query_value(endpoint));
            }
            let answer = call.list(&kind.list_path(), &query).await;
            Hits { kind, fields, query, answer }
        }
    }))
    .await;
    if hits.iter().all(|hits| hits.answer.is_err())
        && let Some(Hits { answer: Err(error), .. }) = hits.first()
    {
        return Err(error.problem());
    }
    Ok(outcome(call, text, &hits).await)
}

fn check_fields(
    searches: &[(&'static ObjectType, &'static crate::server::netbox::catalogue::Endpoint)],
    names: &[String],
) -> Result<(), Problem> {
    for name in names {
        let mut mistake = None;
        for (kind, endpoint) in searches {
            match Fields::check(kind, endpoint, std::slice::from_ref(name)) {
                Ok(_) => {
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

async fn outcome(call: &Call<'_>, text: &str, hits: &[Hits]) -> Output {
    let address = call.netbox.address();
    let (mut results, mut errors, mut found) = (Map::new(), Map::new(), Vec::new());
    let mut table = Frame::new(&["type", "name", "status", "description"]);
    for Hits { kind, fields, query, answer } in hits {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                errors.insert(kind.name.to_owned(), json!(error.to_string()));
                continue;
            }
        };
        let total = answer.total().unwrap_or_default();
        if total == 0 {
            continue;
        }
        let rows: Vec<_> = answer.results().iter().map(|object| Value::Object(flatten(object, fields))).collect();
        let page = kind.page().map(|page| address.page(&page, &query.filters_only()).to_string());
        results.insert(
            kind.name.to_owned(),
            json!({"total": total, "returned": rows.len(), "page": page, "results": rows}),
        );
        found.push(kind.counted(total));
        table.rows.extend(answer.results().iter().map(|object| row(kind, object)));
    }
    let mut head = Map::new();
    head.insert("query".into(), json!(text));
    head.insert("results".into(), Value::Object(results));
    let failed = errors.len();
    if failed > 0 {
        head.insert("errors".into(), Value::Object(errors));
    }
    let mut summary = if found.is_empty() { format!("Nothing found for {}", short(text)) } else { found.join(", ") };
    if failed > 0 {
        summary = format!("{summary}; {failed} types could not be searched");
    }
    let mut output = Output::facts(summary, head);
    output.tail.insert("shows".into(), json!(call.visibility_note().await));
    if !table.rows.is_empty() {
        output.rows = Some(Rows::whole(table, 0));
    }
    output
}

/// A row with its type before it. Objects without a name (addresses, prefixes, circuits) are called by `display`.
fn row(kind: &'static ObjectType, object: &Value) -> Row {
    let flat = flatten(object, &Fields::default());
    let text = |name: &str| flat.get(name).map(cell_text).filter(|text| !text.is_empty());
    let id = object.get("id").and_then(Value::as_u64).map(|id| Object { endpoint: kind.endpoint, id });
    let name = text("name").or_else(|| text("display")).unwrap_or_default();
    let cells = vec![
        Cell::plain(kind.singular),
        Cell { value: json!(name), object: id },
        Cell::plain(text("status").unwrap_or_default()),
        Cell::plain(text("description").unwrap_or_default()),
    ];
    Row { object: None, cells }
}
