//! Counting without reading: where a long list is grouped by something of which there are few values, NetBox is asked
//! for the number of each. What a list costs then does not grow with it.

use futures::future::try_join_all;
use serde_json::Value;

use super::super::call::Call;
use super::super::frame::{Cell, Object, name_cell};
use super::super::sweep::Swept;
use super::group::Group;
use super::measure::Measure;
use super::source::{Listed, Source};
use crate::server::netbox::catalogue::Kind;
use crate::server::netbox::{Query, object_type};
use crate::wire::problem::Problem;

/// Lists up to this long are read: that is five requests at most.
const READ: u64 = 5_000;
/// The most groups that are asked for one by one.
const MOST_GROUPS: usize = 60;

/// The groups of a list by one field, counted by NetBox; none where it has to be read, or where the numbers do not
/// add up.
pub(super) async fn groups(
    call: &Call<'_>,
    source: &Source,
    by: &[String],
    measures: &[Measure],
) -> Result<Option<(Vec<Group>, Swept)>, Problem> {
    let Source::Listed(listed) = source else { return Ok(None) };
    if *measures != [Measure::count()] {
        return Ok(None);
    }
    let swept = Swept { total: listed.total, read: listed.total };
    if by.is_empty() {
        let mut seen = super::measure::Seen::new();
        seen.count(listed.total);
        return Ok(Some((vec![Group { cells: Vec::new(), seen: vec![seen] }], swept)));
    }
    let [field] = by else { return Ok(None) };
    if listed.total <= READ || listed.filters.checked.iter().any(|filter| filter.name.starts_with(field.as_str())) {
        return Ok(None);
    }
    let Some(mut groups) = by_choice(call, listed, field).await?.or(by_object(call, listed, field).await?) else {
        return Ok(None);
    };
    let counted: u64 = groups.iter().map(|(_, count)| count).sum();
    if counted > listed.total {
        return Ok(None);
    }
    if counted < listed.total {
        // What has no value is the rest, if NetBox says so too.
        let unset = format!("{field}_id");
        let empty = if listed.endpoint.filters.contains_key(unset.as_str()) {
            count(call, listed, &unset, "null").await?
        } else if listed
            .endpoint
            .filters
            .get(field.as_str())
            .is_some_and(|filter| filter.lookups.split(' ').any(|lookup| lookup == "empty"))
        {
            count(call, listed, &format!("{field}__empty"), "true").await?
        } else {
            0
        };
        if counted + empty != listed.total {
            return Ok(None);
        }
        groups.push((Cell::default(), empty));
    }
    let groups = groups.into_iter().filter(|(_, count)| *count > 0).map(|(cell, count)| Group::counted(cell, count));
    Ok(Some((groups.collect(), swept)))
}

async fn by_choice(call: &Call<'_>, listed: &Listed, field: &str) -> Result<Option<Vec<(Cell, u64)>>, Problem> {
    let Some(filter) = listed.endpoint.filters.get(field) else { return Ok(None) };
    let values: Vec<&str> = filter.choices.split(' ').filter(|value| !value.is_empty()).collect();
    if filter.kind != Kind::Choice || values.is_empty() || values.len() > MOST_GROUPS {
        return Ok(None);
    }
    let counts = try_join_all(values.iter().map(|value| count(call, listed, field, value))).await?;
    Ok(Some(values.into_iter().map(Cell::plain).zip(counts).collect()))
}

async fn by_object(call: &Call<'_>, listed: &Listed, field: &str) -> Result<Option<Vec<(Cell, u64)>>, Problem> {
    let name = format!("{field}_id");
    let reference = listed.endpoint.filters.get(name.as_str()).and_then(|filter| filter.reference);
    let Some(target) = reference.and_then(|reference| object_type::by_name(reference.object_type)) else {
        return Ok(None);
    };
    // A filter by something in a tree includes what is below it: counting by it would count twice.
    let is_tree = call.schema.endpoint(target.endpoint).is_none_or(|endpoint| endpoint.fields.contains(&"_depth"));
    if is_tree || !listed.endpoint.fields.contains(&field) {
        return Ok(None);
    }
    let query = Query::new().with("fields", "id,display,url").with("limit", MOST_GROUPS + 1);
    // Who may not list them may still see their names beside what is counted.
    let Ok(answer) = call.list(&target.list_path(), &query).await else { return Ok(None) };
    if answer.total().unwrap_or(u64::MAX) > MOST_GROUPS as u64 {
        return Ok(None);
    }
    let objects: Vec<&Value> = answer.results().iter().collect();
    let ids: Vec<String> =
        objects.iter().filter_map(|object| object.get("id")?.as_u64()).map(|id| id.to_string()).collect();
    let counts = try_join_all(ids.iter().map(|id| count(call, listed, &name, id))).await?;
    let cells = objects.iter().map(|object| {
        let id = object.get("id").and_then(Value::as_u64);
        Cell { object: id.map(|id| Object { endpoint: target.endpoint, id }), ..name_cell(object) }
    });
    Ok(Some(cells.zip(counts).collect()))
}

/// How many objects of the list have this value too.
pub(super) async fn count(call: &Call<'_>, listed: &Listed, name: &str, value: &str) -> Result<u64, Problem> {
    let mut query = Query::new().with(name, value).with("limit", 1).with("fields", "id");
    listed.filters.add_to(&mut query);
    let answer = call.list(&listed.kind.list_path(), &query).await.map_err(|error| error.problem())?;
    Ok(answer.total().unwrap_or_default())
}
