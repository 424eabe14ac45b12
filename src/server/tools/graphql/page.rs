//! Asks a root field page by page, until all rows are there or there are too many.

use std::collections::{BTreeMap, HashSet};

use graphql_parser::query::{Definition, Document, OperationDefinition, Selection, SelectionSet};
use serde_json::Value;

use super::check::{AstField, Root};
use super::value::{Literal, integer};
use crate::server::netbox::{Error, GraphqlSchema};
use crate::server::tools::call::Call;
use crate::server::tools::filters::{refused, short};
use crate::wire::problem::{Problem, ProblemCode};

/// The most rows of one list.
const MOST_ROWS: usize = 5_000;
/// Rows a page; NetBox cuts at 1,000 without a word.
const PAGE: u64 = 500;
/// Rows a page where each holds lists of its own.
const PAGE_WITH_LISTS: u64 = 100;
/// NetBox's own limit for every list, `MAX_PAGE_SIZE`.
const SILENT_LIMIT: usize = 1_000;

/// The rows of a root field.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    pub(super) rows: Vec<Value>,
    /// Whether there are more.
    pub(super) is_cut: bool,
    pub(super) warnings: Vec<String>,
}

/// Asks for everything that `root` means.
pub(super) async fn fetch(call: &Call<'_>, schema: &GraphqlSchema, root: &Root) -> Result<Fetched, Problem> {
    let mut fetched = Fetched::default();
    if !root.is_list {
        let value = ask(call, &root.field).await?;
        fetched.rows.extend((!value.is_null()).then_some(value));
        return Ok(fetched);
    }
    // Rows by id, where this NetBox can: an offset skips rows that are deleted meanwhile.
    let by_id = root.has_id
        && root.offset == 0
        && schema.input("OffsetPaginationInput").is_some_and(|fields| fields.contains_key("start"));
    let most = root.wanted.and_then(|wanted| usize::try_from(wanted).ok()).unwrap_or(MOST_ROWS).min(MOST_ROWS);
    let mut page = if root.has_lists { PAGE_WITH_LISTS } else { PAGE };
    let (mut position, mut known) = (if by_id { 0 } else { root.offset }, HashSet::new());
    loop {
        // One more than wanted tells whether there are more.
        let missing = u64::try_from(most + 1 - fetched.rows.len()).unwrap_or(page);
        let limit = page.min(missing);
        let rows = match ask(call, &paged(&root.field, by_id, position, limit)).await {
            Ok(Value::Array(rows)) => rows,
            Ok(_) => Vec::new(),
            Err(problem) if problem.code == ProblemCode::TooLarge && page > 10 => {
                page /= 4;
                continue;
            }
            Err(problem) => return Err(problem),
        };
        let count = rows.len() as u64;
        let mut last = None;
        for row in rows {
            let id = row.get("id").and_then(id_of);
            last = last.max(id);
            if id.is_none_or(|id| known.insert(id)) {
                fetched.rows.push(row);
            }
        }
        if fetched.rows.len() > most {
            fetched.rows.truncate(most);
            fetched.is_cut = true;
            break;
        }
        // A NetBox can have a lower limit than the page asked for; then a page that is not full is no end.
        let perhaps_cut = count >= 50 && count.is_multiple_of(10);
        if count == 0 || (count < limit && !perhaps_cut) {
            break;
        }
        let next = if by_id { last.map(|id| id + 1) } else { Some(position + count) };
        match next.filter(|next| *next > position) {
            Some(next) => position = next,
            None => break,
        }
    }
    if fetched.rows.iter().any(has_full_list) {
        let warning = format!(
            "{}: a list in a row holds {SILENT_LIMIT} or more entries, where NetBox cuts it without saying so: ask for that list itself",
            root.key
        );
        fetched.warnings.push(warning);
    }
    Ok(fetched)
}

/// GraphQL's ids are texts.
pub(super) fn id_of(id: &Value) -> Option<u64> {
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}

fn has_full_list(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.len() >= SILENT_LIMIT || values.iter().any(has_full_list),
        Value::Object(fields) => fields.values().any(has_full_list),
        _ => false,
    }
}

fn paged(field: &AstField, by_id: bool, position: u64, limit: u64) -> AstField {
    let number = |number: u64| integer(i64::try_from(number).unwrap_or(i64::MAX));
    // `offset` has no default before 4.5, and beside `start` it may only be left out.
    let begin = if by_id { "start" } else { "offset" };
    let pagination = BTreeMap::from([(begin.to_owned(), number(position)), ("limit".to_owned(), number(limit))]);
    let mut field = field.clone();
    field.arguments.push(("pagination".to_owned(), Literal::Object(pagination)));
    field
}

/// The query of one root field, in one line.
pub(super) fn text_of(field: &AstField) -> String {
    let document = Document::<String> {
        definitions: vec![Definition::Operation(OperationDefinition::SelectionSet(SelectionSet {
            span: field.selection_set.span,
            items: vec![Selection::Field(field.clone())],
        }))],
    };
    document.to_string()
}

async fn ask(call: &Call<'_>, field: &AstField) -> Result<Value, Problem> {
    let mut answer = call.graphql(&text_of(field)).await.map_err(|error| match error {
        Error::NoSuchEndpoint { .. } => {
            refused("GraphQL is switched off in this NetBox").hint("use netbox_get_objects")
        }
        error => error.problem(),
    })?;
    let errors = answer.body.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
    if let Some(errors) = errors {
        let told = errors.iter().take(3).filter_map(|error| error.get("message")?.as_str()).map(short_reason);
        let told = told.collect::<Vec<_>>().join("; ");
        return Err(refused(format!("NetBox refused the query: {told}"))
            .hint("correct what it names, or use netbox_get_objects"));
    }
    let key = field.alias.as_ref().unwrap_or(&field.name);
    Ok(answer.body.pointer_mut(&format!("/data/{key}")).map(Value::take).unwrap_or_default())
}

fn short_reason(text: &str) -> String {
    if text.len() <= 300 { text.to_owned() } else { short(text) }
}
