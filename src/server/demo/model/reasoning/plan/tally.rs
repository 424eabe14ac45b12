//! How many objects each group has: counted by the server, in one call.

use serde_json::{Map, Value, json};

use super::super::calls::{self, AGGREGATE};
use super::super::focus::Selection;
use super::super::history::Outcome;
use super::super::kind::{Kind, Relation};
use super::super::look::{Call, Look, Wait};
use super::super::markdown::{Row, field, name_of, rows, total};
use super::failed;
use super::list::filters;

/// Groups that an answer shows by itself; of more, the page shows the result.
pub(super) const MOST_GROUPS: u64 = 12;
/// Groups among which those without any are looked for.
const MOST_EMPTY: u64 = 100;
/// Where a row holds its number.
pub(super) const COUNT: &str = "count";

/// Groups with their numbers.
pub(super) struct Tally {
    /// The first groups, the largest first, each with [`COUNT`].
    pub rows: Vec<Row>,
    /// How many groups have any, or how many there are when those without any were asked for, too.
    pub groups: u64,
    /// How many objects there are, whatever their group, with the result that says so.
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

/// Counts what is chosen for each group; `empty` asks for the groups that have none, too.
pub(super) fn count(
    group: &'static Kind,
    chosen: &Selection,
    empty: bool,
    look: &mut Look,
) -> Result<Result<Tally, String>, Wait> {
    let Some(by) = column(group, chosen.kind) else {
        return Ok(Err(format!(
            "NetBox does not tell the {} of {}, so I cannot count {}{} for each of them.",
            group.singular,
            chosen.kind.plural,
            chosen.noun(2),
            chosen.phrase()
        )));
    };
    let filters = match filters(chosen, look)? {
        Ok(filters) => filters,
        Err(sentence) => return Ok(Err(sentence)),
    };
    look.think(format!(
        "How many {}{} each {} has is one count in the server.",
        chosen.noun(2),
        chosen.phrase(),
        group.singular
    ));
    let mut input = Map::new();
    input.insert("object_type".into(), json!(chosen.kind.object_type));
    if !filters.is_empty() {
        input.insert("filters".into(), Value::Object(filters));
    }
    input.insert("group_by".into(), json!([by]));
    input.insert("top".into(), json!(if empty { MOST_EMPTY } else { MOST_GROUPS }));
    let mut asked = vec![Call { name: AGGREGATE, input: Value::Object(input) }];
    if empty {
        asked.push(calls::list(group.object_type, of_groups(group, chosen), &group.fields(), MOST_EMPTY));
    }
    let mut lists = Vec::with_capacity(asked.len());
    for outcome in look.all(asked)? {
        match outcome {
            Outcome::Found(list) => lists.push(list),
            Outcome::Failed(reason) => return Ok(Err(failed(&reason))),
        }
    }
    let mut lists = lists.into_iter();
    let envelope = lists.next().unwrap_or_default();
    let mut counted: Vec<Row> = rows(&envelope).into_iter().map(|row| named(row, by)).collect();
    let mut groups = total(&envelope);
    if let Some(all) = lists.next() {
        groups = total(&all);
        for row in rows(&all) {
            if !counted.iter().any(|known| name_of(known) == name_of(row)) {
                let mut row = row.clone();
                row.insert(COUNT.to_owned(), json!(0));
                counted.push(row);
            }
        }
    }
    let whole = envelope["objects"].as_u64().unwrap_or_default();
    Ok(Ok(Tally { rows: counted, groups, whole, envelope }))
}

/// The group's name where rows of lists have it.
fn named(row: &Row, by: &str) -> Row {
    let name = field(row, by);
    let mut named = Row::new();
    named.insert("name".into(), json!(if name.is_empty() { "none".to_owned() } else { name }));
    named.insert(COUNT.into(), row.get(COUNT).cloned().unwrap_or_default());
    named
}

/// The column of a type that names its group.
fn column(group: &Kind, counted: &Kind) -> Option<&'static str> {
    let placed = |own: &'static str, of_device: &'static str| match counted.object_type {
        "dcim.interface" => of_device,
        _ => own,
    };
    let scoped = ["ipam.prefix", "virtualization.cluster"].contains(&counted.object_type);
    let known = match group.object_type {
        "dcim.site" if scoped => "scope",
        "dcim.site" => placed("site", "device.site"),
        "dcim.region" => "site.region",
        "dcim.location" => placed("location", "device.location"),
        "dcim.rack" => placed("rack", "device.rack"),
        "dcim.device" => "device",
        "dcim.devicerole" => placed("role", "device.role"),
        "dcim.devicetype" => placed("device_type", "device.device_type"),
        "dcim.manufacturer" if counted.object_type == "dcim.devicetype" => "manufacturer",
        "dcim.manufacturer" => "device_type.manufacturer",
        "dcim.platform" => "platform",
        "tenancy.tenant" => placed("tenant", "device.tenant"),
        "virtualization.cluster" => "cluster",
        "circuits.provider" => "provider",
        "circuits.circuittype" => "type",
        "ipam.vrf" => "vrf",
        "ipam.vlan" => "vlan",
        "ipam.vlangroup" => "group",
        _ => return None,
    };
    Relation::of(group.object_type, counted).map(|_| known)
}

/// How many objects a group has.
pub(super) fn number(row: &Row) -> u64 {
    row.get(COUNT).and_then(Value::as_u64).unwrap_or_default()
}

/// The groups that can have any: those in the places that were asked about.
fn of_groups(group: &'static Kind, chosen: &Selection) -> Map<String, Value> {
    let mut groups = Selection::of(group);
    groups.scopes = chosen.scopes.iter().filter(|scope| group.filter(scope.relation).is_some()).cloned().collect();
    groups.filters().0
}
