//! `netbox_get_objects`: one page of a list, with its total.

use serde_json::{Map, Value, json};

use super::Outcome;
use super::arguments::Arguments;
use super::call::Call;
use super::evidence;
use super::filters::{self, Filters};
use super::flatten::flatten;
use super::ignored;
use super::names::{self, When};
use super::output;
use super::shape::{self, Fields};
use super::table::Tool;
use crate::server::netbox::catalogue::Kind;
use crate::server::netbox::{Answer, Error, ObjectType, Query};
use crate::wire::problem::Problem;
use crate::wire::tool::ToolOutcome;

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let arguments = Arguments::new(Tool::GetObjects, input)?;
    let kind = arguments.object_type()?;
    let endpoint = filters::endpoint_of(kind)?;
    let names = arguments.texts("fields")?.unwrap_or_default();
    let fields = Fields::check(kind, endpoint, &names)?;
    let limit = arguments.limit(5)?;
    let given = arguments.filters()?;
    let mut query = Query::new().with("limit", limit);
    let offset = arguments.number("offset")?.unwrap_or(0);
    if offset > 0 {
        query.add("offset", offset.to_string());
    }
    let ordering = arguments.texts("ordering")?.unwrap_or_default();
    let ordering = shape::total(shape::check_ordering(kind, endpoint, &ordering)?);
    if !ordering.is_empty() {
        query.add("ordering", ordering.join(","));
    }
    // Counters can only be ordered by when they are among the fields: otherwise NetBox 4.7.3 answers 500.
    let ordered = ordering.iter().map(|field| field.trim_start_matches('-'));
    if !fields.is_empty() {
        query.add("fields", fields.with(ordered).query_value(endpoint));
    } else if arguments.flag("brief")? {
        if ordering.is_empty() {
            // Any value of `brief` switches it on, also `false`.
            query.add("brief", "true");
        } else {
            query.add("fields", Fields::brief(endpoint).with(ordered).query_value(endpoint));
        }
    } else {
        let large = shape::large_fields(endpoint);
        if !large.is_empty() {
            query.add("omit", large);
        }
    }
    filters::check_custom_fields(call, kind, &names).await?;
    let mut filters = filters::check(call, kind, &given).await?;
    let answer = list(call, kind, &query, &mut filters).await?;
    let mut envelope = envelope(call, kind, &query, &filters, &answer).await;
    let rows: Vec<_> = answer.results().iter().map(|object| flatten(object, &fields)).collect();
    fill(&mut envelope, rows, answer.total().unwrap_or_default(), offset);
    Ok(Outcome {
        evidence: ToolOutcome {
            summary: summary(kind, &envelope, offset),
            table: evidence::table(call.netbox.address(), answer.results(), &fields),
            ..ToolOutcome::default()
        },
        model_text: Value::Object(envelope).to_string(),
    })
}

/// Asks for a list; names that NetBox does not take are looked up, and the list is asked for again.
pub(super) async fn list(
    call: &Call<'_>,
    kind: &'static ObjectType,
    shaping: &Query,
    filters: &mut Filters,
) -> Result<Answer, Problem> {
    names::resolve(call, filters, When::Impossible).await?;
    ignored::refuse(call, filters).await?;
    let ask = |filters: &Filters| {
        let mut query = shaping.clone();
        filters.add_to(&mut query);
        query
    };
    let path = kind.list_path();
    let mut answer = call.list(&path, &ask(filters)).await;
    let again = match &answer {
        Err(Error::BadRequest { reasons }) => names::resolve(call, filters, When::Refused(reasons)).await?,
        Ok(answer) if answer.total() == Some(0) => names::resolve(call, filters, When::NothingFound).await?,
        _ => false,
    };
    if again {
        answer = call.list(&path, &ask(filters)).await;
    }
    // NetBox compares most names letter by letter; people do not write them so.
    if answer.as_ref().is_ok_and(|answer| answer.total() == Some(0))
        && let Some(relaxed) = filters.in_any_case()
        && let Ok(found) = call.list(&path, &ask(&relaxed)).await
        && found.total() != Some(0)
    {
        *filters = relaxed;
        return Ok(found);
    }
    let answer = answer.map_err(|error| explain(kind, filters, &error))?;
    if answer.total() > Some(1) {
        ignored::warn(call, kind, filters).await;
    }
    Ok(answer)
}

/// NetBox's refusal, with the choices there are for a filter whose value is none of them.
fn explain(kind: &ObjectType, filters: &Filters, error: &Error) -> Problem {
    let mut problem = error.problem();
    let Error::BadRequest { reasons } = error else { return problem };
    let endpoint = filters::endpoint_of(kind).ok();
    for reason in reasons {
        let filter = endpoint.and_then(|endpoint| endpoint.filter(&reason.field));
        if let Some((_, _, filter)) = filter
            && filter.kind == Kind::Choice
            && filters.checked.iter().any(|checked| checked.name == reason.field)
        {
            let choices: Vec<&str> = filter.choices.split(' ').take(30).collect();
            problem.hint = Some(format!("{} is one of {}", reason.field, choices.join(", ")));
        }
    }
    problem
}

/// Everything about a list but its rows.
pub(super) async fn envelope(
    call: &Call<'_>,
    kind: &ObjectType,
    query: &Query,
    filters: &Filters,
    answer: &Answer,
) -> Map<String, Value> {
    let mut envelope = Map::new();
    envelope.insert("object_type".into(), json!(kind.name));
    envelope.insert("total".into(), json!(answer.total()));
    let mut query = query.clone();
    filters.add_to(&mut query);
    if let Some(page) = kind.page() {
        envelope.insert("page".into(), json!(call.netbox.address().page(&page, &query.filters_only()).as_str()));
    }
    envelope.insert("note".into(), json!(call.visibility_note().await));
    if !filters.resolved.is_empty() {
        envelope.insert("resolved".into(), Value::Object(filters.resolved.clone()));
    }
    if !filters.warnings.is_empty() {
        envelope.insert("warnings".into(), json!(filters.warnings));
    }
    envelope
}

/// Adds the rows that fit and says what is missing.
pub(super) fn fill(envelope: &mut Map<String, Value>, rows: Vec<Map<String, Value>>, total: u64, offset: u64) {
    let fetched = rows.len();
    let rows = output::fitting(rows, output::LARGEST.saturating_sub(1_000));
    let returned = rows.len() as u64;
    let truncated = offset + returned < total;
    envelope.insert("returned".into(), json!(returned));
    envelope.insert("truncated".into(), json!(truncated));
    if truncated {
        envelope.insert("next_offset".into(), json!(offset + returned));
    }
    if rows.len() < fetched {
        let text = format!("Only {returned} of {fetched} rows fit here: ask for fewer fields or go on at next_offset");
        envelope.insert("shortened".into(), json!(text));
    }
    envelope.insert("results".into(), Value::Array(rows));
}

/// `5 of 14 sites`
pub(super) fn summary(kind: &ObjectType, envelope: &Map<String, Value>, offset: u64) -> String {
    let number = |name: &str| envelope.get(name).and_then(Value::as_u64).unwrap_or_default();
    let (total, returned) = (number("total"), number("returned"));
    match (total, returned) {
        (0, _) => format!("No {}", kind.plural),
        (total, returned) if total == returned => kind.counted(total),
        (total, 0) => format!("{}, none after {offset}", kind.counted(total)),
        (total, returned) if offset > 0 => {
            format!("{} to {} of {}", offset + 1, offset + returned, kind.counted(total))
        }
        (total, returned) => format!("{returned} of {}", kind.counted(total)),
    }
}
