//! Asks NetBox for a list with checked filters, and again where it does not take a value as people write it.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::filters::{self, Filters};
use super::ignored;
use super::names::{self, When};
use super::output::Output;
use super::units;
use crate::server::netbox::catalogue::Kind;
use crate::server::netbox::{Answer, Error, ObjectType, Query};
use crate::wire::problem::Problem;

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
    let answer = answer.map_err(|error| explain(call, kind, filters, &error))?;
    if answer.total() > Some(1) {
        ignored::warn(call, kind, filters).await;
    }
    Ok(answer)
}

/// NetBox's refusal, with the choices there are for a filter whose value is none of them.
fn explain(call: &Call<'_>, kind: &ObjectType, filters: &Filters, error: &Error) -> Problem {
    let mut problem = error.problem();
    let Error::BadRequest { reasons } = error else { return problem };
    let endpoint = filters::endpoint_of(call, kind).ok();
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

/// What a list says beside its rows: what was taken for what, what could not be checked, whose view it is, and where
/// the same is in NetBox's interface.
pub(super) async fn describe(
    call: &Call<'_>,
    kind: &ObjectType,
    query: &Query,
    filters: &Filters,
    output: &mut Output,
) {
    if !filters.resolved.is_empty() {
        output.head.insert("resolved".into(), Value::Object(filters.resolved.clone()));
    }
    warn(output, filters.warnings.iter().cloned().chain(call.schema.note()));
    let mut query = query.clone();
    filters.add_to(&mut query);
    output.page = kind.page().map(|page| call.netbox.address().page(&page, &query.filters_only()).to_string());
    output.tail.insert("shows".into(), json!(call.visibility_note().await));
}

/// Tells the units of the columns that have one.
pub(super) fn units(output: &mut Output) {
    let Some(rows) = &output.rows else { return };
    let filled = rows.frame.columns.iter().enumerate().filter(|(index, _)| {
        rows.frame.rows.iter().any(|row| row.cells.get(*index).is_some_and(|cell| !cell.is_empty()))
    });
    if let Some(units) = units::of(rows.kind, filled.map(|(_, name)| name.as_str())) {
        output.head.insert("units".into(), Value::Object(units));
    }
}

/// Adds warnings for the model.
pub(super) fn warn(output: &mut Output, warnings: impl IntoIterator<Item = String>) {
    let mut warnings: Vec<Value> = warnings.into_iter().map(Value::String).collect();
    if warnings.is_empty() {
        return;
    }
    if let Some(Value::Array(before)) = output.head.get_mut("warnings") {
        before.append(&mut warnings);
    } else {
        output.head.insert("warnings".into(), Value::Array(warnings));
    }
}

/// Names and values, for [`Output::head`].
pub(super) fn map<const COUNT: usize>(pairs: [(&str, Value); COUNT]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
