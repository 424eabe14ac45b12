//! `netbox_graphql`: one question over several types at once. What NetBox's GraphQL does silently is done or told here:
//! lists are cut at a thousand, joins give an object once for each thing that it is joined with, a tree filter below a
//! relation finds nothing, and what a token may not see is an empty list.

mod check;
mod page;
mod rows;
mod spell;
mod tree;
mod value;

use futures::FutureExt as _;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::call::Call;
use super::filters::{refused, short};
use super::output::{LARGEST, Output, Rows};
use super::tool::{Argument, Kind, Tool};
use crate::server::netbox::{Error, GraphqlDialect, Query, Schema};
use crate::wire::problem::Problem;
use check::Root;

const DESCRIPTION: &str = r#"Asks NetBox's GraphQL, read-only: for joins over several types, such as VLANs with their prefixes. For one type use netbox_get_objects or netbox_aggregate.

Lists are <type>_list(filters:{…}), read to their end for you; related objects and lists are fields. Filters: text {exact|i_contains|i_starts_with|in_list|is_null}; own id {exact|in_list}; <relation>_id a bare id; choices {exact:STATUS_ACTIVE}; numbers {comparison_lookup:{gte:5}}; relations nest (site:{region:{slug:{exact:"us"}}}); AND, OR, NOT. Mistakes are told with the right way."#;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_graphql",
    description: DESCRIPTION,
    example: r#"{"query":"{device_list(filters:{site:{name:{exact:\"Cleveland 01\"}},status:{exact:STATUS_ACTIVE}}){name role{name} primary_ip4{address}}}"}"#,
    arguments: &[Argument::required("query", Kind::Text, ""), Argument::new("variables", Kind::Object, "")],
    title,
    changes: false,
    works_with: |capabilities| !capabilities.lacks_graphql,
    run: |call, input| run(call, input).boxed(),
};

/// `devices and prefixes, joined`
fn title(input: &Value) -> String {
    let query = input.get("query").and_then(Value::as_str).unwrap_or_default();
    let names = query.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let lists: Vec<String> =
        names.filter_map(|name| name.strip_suffix("_list")).map(|name| name.replace('_', " ")).collect();
    if lists.is_empty() {
        "a joined query".to_owned()
    } else {
        format!("a joined query of {}", short(&lists.join(", ")))
    }
}

async fn run(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let query = arguments.text("query")?;
    let variables = arguments.object("variables")?.cloned().unwrap_or_default();
    if call.capabilities().await.graphql_dialect() == GraphqlDialect::Rest {
        return Err(refused(
            "NetBox before 4.3 writes GraphQL filters in another way, which this program does not know",
        )
        .hint("use netbox_get_objects and netbox_aggregate"));
    }
    let graphql = call.graphql_schema().await.map_err(|error| unavailable(&error))?;
    let mut plan = check::check(&graphql, query, &variables)?;
    tree::expand(call, &call.schema, &mut plan).await?;
    let mut output = Output::default();
    let mut summary = Vec::new();
    let mut warnings = Vec::new();
    let is_only = plan.roots.len() == 1;
    for root in &plan.roots {
        let fetched = page::fetch(call, &graphql, root).await?;
        warnings.extend(fetched.warnings);
        if !root.is_list {
            summary.push(root.key.replace('_', " "));
            output.head.insert(root.key.clone(), fetched.rows.first().map_or(Value::Null, rows::flatten_value));
            continue;
        }
        let count = fetched.rows.len();
        if count == 0 {
            warnings.push(format!("{}: {}", root.key, nothing(call, &call.schema, root).await));
        }
        if fetched.is_cut {
            warnings.push(format!(
                "{}: there are more than these {count}: narrow the filters, or page with pagination:{{offset,limit}}",
                root.key
            ));
        }
        let kind = rows::object_type(&call.schema, &root.type_name);
        let plural = kind.map_or_else(|| "rows".to_owned(), |kind| kind.plural.to_owned());
        summary.push(format!("{}{count} {plural}", if fetched.is_cut { "the first " } else { "" }));
        if is_only {
            let frame = rows::frame(kind, &fetched.rows, root.has_own_id);
            output.rows = Some(Rows { kind, ..Rows::whole(frame, usize::MAX) });
        } else {
            output
                .head
                .insert(root.key.clone(), rows::compact(&fetched.rows, root.has_own_id, LARGEST / plan.roots.len()));
        }
    }
    output.summary = summary.join(", ");
    if !plan.resolved.is_empty() {
        output.tail.insert("resolved".into(), json!(plan.resolved));
    }
    if !warnings.is_empty() {
        output.tail.insert("warnings".into(), json!(warnings));
    }
    let note = format!("{}; null or [] may mean not visible", call.visibility_note().await);
    output.tail.insert("visible".into(), json!(note));
    Ok(output)
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
