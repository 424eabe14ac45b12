//! `netbox_graphql`: one question over several types at once. What NetBox's GraphQL does silently is done or told here:
//! lists are cut at a thousand, joins give an object once for each thing that it is joined with, a tree filter below a
//! relation finds nothing, and what a token may not see is an empty list.

mod check;
mod page;
mod rows;
mod spell;
mod tree;
mod value;

use serde_json::{Map, Value, json};

use super::Outcome;
use super::call::Call;
use super::filters::{refused, short};
use super::output;
use crate::server::netbox::{Error, GraphqlDialect, Query, Schema};
use crate::wire::problem::Problem;
use crate::wire::tool::ToolOutcome;
use check::Root;

pub(super) const DESCRIPTION: &str = r#"Asks NetBox's GraphQL, read-only: for joins over several types, such as devices by region whose addresses lie in a prefix, or VLANs with their prefixes. For lists and counts of one type use netbox_get_objects or netbox_aggregate.

Lists are <type>_list(filters:{…}), paged for you to the end (no totals, no ordering); related objects and lists are fields. Filters: text {exact|i_contains|i_starts_with|in_list|is_null}; own id {exact|in_list}; <relation>_id a bare id; choices {exact:STATUS_ACTIVE}; numbers {comparison_lookup:{gte:5}}; relations nest (site:{region:{slug:{exact:"us"}}}); AND, OR, NOT. A wrong name or shape is refused with the right one.

Example: {"query":"{device_list(filters:{site:{name:{exact:\"Cleveland 01\"}}, status:{exact:STATUS_ACTIVE}}){name role{name} primary_ip4{address}}}"}"#;
pub(super) const EXAMPLE: &str = r#"{"query":"{device_list(filters:{site:{name:{exact:\"Cleveland 01\"}}, status:{exact:STATUS_ACTIVE}}){name role{name} primary_ip4{address}}}"}"#;
/// Room for rows, in bytes, in the text for the model.
const ROOM: usize = 11_000;

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let (query, variables) = arguments(input)?;
    if call.capabilities().await.graphql_dialect() == GraphqlDialect::Rest {
        return Err(refused(
            "NetBox before 4.3 writes GraphQL filters in another way, which this program does not know",
        )
        .hint("use netbox_get_objects and netbox_aggregate"));
    }
    let graphql = call.graphql_schema().await.map_err(|error| unavailable(&error))?;
    let schema = call.schema().await;
    let mut plan = check::check(&graphql, query, &variables)?;
    tree::expand(call, &schema, &mut plan).await?;
    let mut envelope = Map::new();
    let mut table = None;
    let mut summary = Vec::new();
    let only = plan.roots.len() == 1;
    let room = ROOM / plan.roots.len().max(1);
    let mut warnings = Vec::new();
    for root in &plan.roots {
        let fetched = page::fetch(call, &graphql, root).await?;
        warnings.extend(fetched.warnings);
        let kind = rows::object_type(&schema, &root.type_name);
        if !root.is_list {
            envelope.insert(root.key.clone(), fetched.rows.first().map_or(Value::Null, rows::flatten_value));
            summary.push(root.key.clone());
            continue;
        }
        let total = fetched.rows.len();
        if total == 0 {
            let why = nothing(call, &schema, root).await;
            warnings.push(format!("{}: {why}", root.key));
        }
        if table.is_none() {
            table = rows::table(call.netbox.address(), kind, &fetched.rows);
        }
        let plural = kind.map_or("rows", |kind| kind.plural);
        summary.push(format!("{}{total} {plural}", if fetched.is_cut { "the first " } else { "" }));
        let flat: Vec<_> = fetched.rows.iter().map(|row| rows::flatten(row, root.has_own_id)).collect();
        let shown = output::fitting(flat, room);
        let mut part = Map::new();
        let name = if fetched.is_cut { "fetched" } else { "total" };
        part.insert(name.into(), json!(total));
        part.insert("returned".into(), json!(shown.len()));
        part.insert("truncated".into(), json!(fetched.is_cut || shown.len() < total));
        if fetched.is_cut {
            part.insert(
                "note".into(),
                json!("there are more: narrow the filters, or page with pagination:{offset,limit}"),
            );
        }
        part.insert("results".into(), Value::Array(shown));
        if only {
            envelope.extend(part);
        } else {
            envelope.insert(root.key.clone(), Value::Object(part));
        }
    }
    if !plan.resolved.is_empty() {
        envelope.insert("resolved".into(), json!(plan.resolved));
    }
    if !warnings.is_empty() {
        envelope.insert("warnings".into(), json!(warnings));
    }
    let note = format!("{}; null or [] may mean not visible", call.visibility_note().await);
    envelope.insert("visible".into(), json!(note));
    Ok(Outcome {
        evidence: ToolOutcome { summary: summary.join(", "), table, ..ToolOutcome::default() },
        model_text: Value::Object(envelope).to_string(),
    })
}

fn arguments(input: &Value) -> Result<(&str, Map<String, Value>), Problem> {
    let wrong = |sentence: String| refused(sentence).hint(format!("the right shape is {EXAMPLE}"));
    let given = input.as_object().ok_or_else(|| wrong("The arguments are not a JSON object".into()))?;
    if let Some(name) = given.keys().find(|name| !matches!(name.as_str(), "query" | "variables")) {
        return Err(wrong(format!("netbox_graphql has no argument {}: it has query, variables", short(name))));
    }
    let query = given.get("query").and_then(Value::as_str).filter(|query| !query.trim().is_empty());
    let query = query.ok_or_else(|| wrong("The argument query is missing".into()))?;
    let variables = match given.get("variables") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(variables)) => variables.clone(),
        Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
        Some(Value::String(text)) => {
            serde_json::from_str(text).map_err(|_| wrong("The argument variables is not an object".into()))?
        }
        Some(_) => return Err(wrong("The argument variables is not an object".into())),
    };
    Ok((query, variables))
}

/// GraphQL is switched off, or the token may not use it.
fn unavailable(error: &Error) -> Problem {
    match error {
        Error::NoSuchEndpoint { .. } => refused("GraphQL is switched off in this NetBox")
            .hint("use netbox_get_objects, netbox_get_object_by_id and netbox_aggregate"),
        error => error.problem(),
    }
}

/// Why a list is empty: asked of REST, which says when the token may not see a type.
async fn nothing(call: &Call<'_>, schema: &Schema, root: &Root) -> String {
    let Some(kind) = rows::object_type(schema, &root.type_name) else {
        return "nothing found, and whether this token may see the type is not known".to_owned();
    };
    let query = Query::new().with("limit", 1).with("fields", "id");
    match call.list(&kind.list_path(), &query).await {
        Ok(answer) => match answer.total().unwrap_or_default() {
            0 => format!("there are no {} that this token may see", kind.plural),
            total => format!("this token may see {}, none of them matches", kind.counted(total)),
        },
        Err(error) => format!("not an answer: {error}"),
    }
}

#[cfg(test)]
mod tests;
