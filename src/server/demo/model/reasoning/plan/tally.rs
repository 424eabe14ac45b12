//! How many objects each group has, where no counter of NetBox's fits: one count for each.

use serde_json::{Map, Value, json};

use super::super::calls;
use super::super::focus::Selection;
use super::super::history::Outcome;
use super::super::kind::{Kind, Relation};
use super::super::look::{Look, Wait};
use super::super::markdown::{Row, field, rows, total};
use super::failed;
use super::list::{ask, filters};

/// Groups that are counted, at most: each is a call.
const MOST_GROUPS: u64 = 25;
/// Where a row holds its number.
pub(super) const COUNT: &str = "count";

/// Groups with their numbers.
pub(super) struct Tally {
    /// The groups, the largest first, each with [`COUNT`].
    pub rows: Vec<Row>,
    /// How many groups there are.
    pub groups: u64,
    /// How many of them were counted.
    pub counted: u64,
    /// How many objects there are, whatever their group, with the list that says so.
    pub whole: u64,
    pub envelope: Value,
}

/// Whether NetBox's counter beside each group says what was asked: of all its objects, or of groups in a place.
pub(super) fn counter_fits(group: &Kind, chosen: &Selection) -> Option<&'static str> {
    let tally = group.counter(chosen.kind)?;
    let whole = chosen.statuses.is_empty()
        && chosen.noun.is_none()
        && chosen.lacks.is_none()
        && chosen.pattern.is_none()
        && chosen.occupied.is_none();
    // What is in a place is in it with everything; a provider in a place has circuits elsewhere, too.
    let placed =
        ["dcim.region", "dcim.sitegroup", "dcim.site", "dcim.location", "dcim.rack"].contains(&group.object_type);
    let place = |relation: Relation| relation.class() == Relation::Site.class() && group.filter(relation).is_some();
    let fits = chosen.scopes.is_empty() || placed && chosen.scopes.iter().all(|scope| place(scope.relation));
    (whole && fits).then_some(tally)
}

/// Counts what is chosen for each group.
pub(super) fn count(group: &'static Kind, chosen: &Selection, look: &mut Look) -> Result<Result<Tally, String>, Wait> {
    let relation = Relation::of(group.object_type, chosen.kind);
    let Some((relation, key)) = relation.and_then(|relation| Some((relation, chosen.kind.filter(relation)?))) else {
        return Ok(Err(format!(
            "NetBox cannot filter {} by {}, so I cannot count {}{} for each of them.",
            chosen.kind.plural,
            group.singular,
            chosen.noun(2),
            chosen.phrase()
        )));
    };
    let filters = match filters(chosen, look)? {
        Ok(filters) => filters,
        Err(sentence) => return Ok(Err(sentence)),
    };
    look.think(format!(
        "No counter says how many {}{} each {} has. I ask for the {} and then for one number each.",
        chosen.noun(2),
        chosen.phrase(),
        group.singular,
        group.plural
    ));
    let mut fields = group.fields();
    fields.push("slug");
    let mut call = calls::list(group.object_type, of_groups(group, relation, chosen), &fields, MOST_GROUPS);
    if let Some(tally) = group.counter(chosen.kind) {
        call = calls::with(call, "ordering", json!(format!("-{tally}")));
    }
    let list = match ask(call, look)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(Err(failed(&reason))),
    };
    let groups = rows(&list);
    let one = |filters: Map<String, Value>| calls::list(chosen.kind.object_type, filters, &["id"], 1);
    let mut asked = vec![one(filters.clone())];
    asked.extend(groups.iter().map(|row| {
        let value = if key == "tag" { json!(field(row, "slug")) } else { row.get("id").cloned().unwrap_or_default() };
        let mut filters = filters.clone();
        filters.insert(key.to_owned(), value);
        one(filters)
    }));
    let mut lists = Vec::with_capacity(asked.len());
    for outcome in look.all(asked)? {
        match outcome {
            Outcome::Found(list) => lists.push(list),
            Outcome::Failed(reason) => return Ok(Err(failed(&reason))),
        }
    }
    let mut lists = lists.into_iter();
    let envelope = lists.next().unwrap_or_default();
    let mut counted: Vec<Row> = groups
        .iter()
        .zip(lists)
        .map(|(row, list)| {
            let mut row = (*row).clone();
            row.insert(COUNT.to_owned(), json!(total(&list)));
            row
        })
        .collect();
    counted.sort_by_key(|row| std::cmp::Reverse(number(row)));
    Ok(Ok(Tally {
        rows: counted,
        groups: total(&list),
        counted: groups.len() as u64,
        whole: total(&envelope),
        envelope,
    }))
}

/// How many objects a group has.
pub(super) fn number(row: &Row) -> u64 {
    row.get(COUNT).and_then(Value::as_u64).unwrap_or_default()
}

/// The groups that can have any: those in the places that were asked about.
fn of_groups(group: &'static Kind, relation: Relation, chosen: &Selection) -> Map<String, Value> {
    let mut groups = Selection::of(group);
    groups.scopes = chosen.scopes.iter().filter(|scope| group.filter(scope.relation).is_some()).cloned().collect();
    let (mut filters, _) = groups.filters();
    if group.filter(relation).is_none()
        && let Some(own) = chosen.scopes.iter().find(|scope| scope.relation == relation)
    {
        filters.insert("id".to_owned(), json!(own.ids));
    }
    filters
}
