//! `netbox_search_objects`: NetBox has no global search in its API, so every type is asked side by side, and what
//! failed for one type is said and not taken for nothing found.

use std::collections::HashSet;

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::call::Call;
use super::evidence;
use super::filters::{self, refused};
use super::flatten::flatten;
use super::output;
use super::shape::{self, Fields};
use super::table::Tool;
use super::{Outcome, filters::short};
use crate::server::netbox::{Answer, Error, ObjectType, Query, object_type};
use crate::wire::problem::Problem;
use crate::wire::tool::{Cell, Table, ToolOutcome};

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
const MOST_ROWS: usize = 20;

struct Hits {
    kind: &'static ObjectType,
    fields: Fields,
    query: Query,
    answer: Result<Answer, Error>,
}

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let arguments = Arguments::new(Tool::SearchObjects, input)?;
    let text = arguments.text("query")?;
    let limit = arguments.limit(5)?;
    let names = arguments.texts("fields")?.unwrap_or_default();
    let mut kinds = arguments.object_types()?;
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
        let endpoint = filters::endpoint_of(kind)?;
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

async fn outcome(call: &Call<'_>, text: &str, hits: &[Hits]) -> Outcome {
    let address = call.netbox.address();
    let (mut results, mut errors, mut found) = (Map::new(), Map::new(), Vec::new());
    let mut table =
        Table { columns: ["type", "name", "status", "description"].map(str::to_owned).to_vec(), rows: Vec::new() };
    let with_hits =
        hits.iter().filter(|hits| hits.answer.as_ref().is_ok_and(|answer| answer.total() != Some(0))).count();
    let room = output::LARGEST.saturating_sub(1_000) / with_hits.max(1);
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
        let rows = answer.results().iter().map(|object| flatten(object, fields)).collect();
        let rows = output::fitting(rows, room);
        let page = kind.page().map(|page| address.page(&page, &query.filters_only()).to_string());
        results.insert(
            kind.name.to_owned(),
            json!({"total": total, "returned": rows.len(), "page": page, "results": rows}),
        );
        found.push(kind.counted(total));
        let shown = evidence::table(
            address,
            answer.results(),
            &Fields(["name", "status", "description"].map(str::to_owned).to_vec()),
        );
        let shown = shown.map(|table| table.rows).unwrap_or_default();
        table.rows.extend(shown.into_iter().zip(answer.results()).map(|(row, object)| named_row(kind, row, object)));
    }
    table.rows.truncate(MOST_ROWS);
    let mut envelope = Map::new();
    envelope.insert("query".into(), json!(text));
    envelope.insert("note".into(), json!(call.visibility_note().await));
    envelope.insert("results".into(), Value::Object(results));
    let failed = errors.len();
    if failed > 0 {
        envelope.insert("errors".into(), Value::Object(errors));
    }
    let mut summary = if found.is_empty() { format!("Nothing found for {}", short(text)) } else { found.join(", ") };
    if failed > 0 {
        summary = format!("{summary}; {failed} types could not be searched");
    }
    Outcome {
        model_text: Value::Object(envelope).to_string(),
        evidence: ToolOutcome {
            summary,
            table: Some(table).filter(|table| !table.rows.is_empty()),
            ..ToolOutcome::default()
        },
    }
}

/// A row with its type before it. Objects without a name (addresses, prefixes, circuits) are called by `display`.
fn named_row(kind: &ObjectType, mut row: Vec<Cell>, object: &Value) -> Vec<Cell> {
    if let Some(name) = row.first_mut()
        && name.text.is_empty()
    {
        object.get("display").and_then(Value::as_str).unwrap_or_default().clone_into(&mut name.text);
    }
    row.insert(0, Cell { text: kind.singular.to_owned(), link: None });
    row
}
