//! Fields of related objects, one or more hops away: `site.region`, `device.site.region`. NetBox has no such fields
//! (it drops them silently), so the related objects are read and joined here.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::call::Call;
use super::filters::{self, capitalised, refused, short};
use super::flatten::flatten;
use super::frame::{Cell, Frame, Object};
use super::shape::Fields;
use super::sweep::{MOST_COUNTED, sweep};
use crate::server::netbox::catalogue::nearest;
use crate::server::netbox::{ObjectType, Query, object_type};
use crate::wire::problem::Problem;

/// Ids in one request: the address of a request has a limit of 3.5 kB.
const IDS: usize = 250;
/// More related objects than this are read as a whole list instead of by their ids.
const MANY: usize = 1_000;
const MOST_HOPS: usize = 4;

/// Fills the columns of related fields that were asked for. Until now they hold the first related object.
///
/// # Errors
/// A field that the related type does not have; NetBox does not answer.
pub(super) async fn add(call: &Call<'_>, frame: &mut Frame, fields: &Fields) -> Result<(), Problem> {
    let paths: Vec<String> = fields.related().map(str::to_owned).collect();
    for path in paths {
        if let Some(column) = frame.column(&path) {
            let objects: Vec<Option<Object>> =
                frame.rows.iter().map(|row| row.cells.get(column).and_then(|cell| cell.object)).collect();
            let cells = follow(call, objects, &path).await?;
            for (row, cell) in frame.rows.iter_mut().zip(cells) {
                if let Some(slot) = row.cells.get_mut(column) {
                    *slot = cell;
                }
            }
        }
    }
    Ok(())
}

/// The values at the end of `path` (`site.region`), of which `objects` are what its first part names.
///
/// # Errors
/// As [`add`].
pub(super) async fn follow(call: &Call<'_>, objects: Vec<Option<Object>>, path: &str) -> Result<Vec<Cell>, Problem> {
    let hops: Vec<&str> = path.split('.').skip(1).collect();
    if hops.len() > MOST_HOPS {
        return Err(refused(format!("{} goes over too many objects", short(path))).hint("four are the most"));
    }
    let mut cells: Vec<Cell> = objects.into_iter().map(|object| Cell { value: Value::Null, object }).collect();
    for hop in hops {
        let wanted: BTreeSet<Object> = cells.iter().filter_map(|cell| cell.object).collect();
        let found = values(call, &wanted, hop).await?;
        for cell in &mut cells {
            *cell = cell.object.and_then(|object| found.get(&object).cloned()).unwrap_or_default();
        }
    }
    Ok(cells)
}

/// One field of many objects.
async fn values(call: &Call<'_>, objects: &BTreeSet<Object>, field: &str) -> Result<HashMap<Object, Cell>, Problem> {
    let mut by_type: HashMap<&'static str, Vec<u64>> = HashMap::new();
    for object in objects {
        by_type.entry(object.endpoint).or_default().push(object.id);
    }
    let mut found = HashMap::new();
    for (endpoint, ids) in by_type {
        let Some(kind) = object_type::by_path(endpoint) else { continue };
        let own = check(call, kind, field)?;
        let query = Query::new().with("fields", format!("id,{own}"));
        let mut take = |object: Value| {
            let Some(id) = object.get("id").and_then(Value::as_u64) else { return };
            let mut row = flatten(&object, &Fields::of(&[field]));
            let value = row.shift_remove(field).or_else(|| row.shift_remove(own)).unwrap_or_default();
            found.insert(
                Object { endpoint: kind.endpoint, id },
                Cell { value, object: object.get(own).and_then(Object::of) },
            );
        };
        if ids.len() > MANY {
            let swept = sweep(call, &kind.list_path(), &query, MOST_COUNTED, take).await;
            swept.map_err(|error| error.problem())?;
            continue;
        }
        for ids in ids.chunks(IDS) {
            let query = ids.iter().fold(query.clone().with("limit", ids.len()), |query, id| query.with("id", id));
            let answer = call.list(&kind.list_path(), &query).await.map_err(|error| error.problem())?;
            answer.results().iter().cloned().for_each(&mut take);
        }
    }
    Ok(found)
}

/// NetBox's name of a related type's field.
fn check<'a>(call: &Call<'_>, kind: &ObjectType, field: &'a str) -> Result<&'a str, Problem> {
    let endpoint = filters::endpoint_of(call, kind)?;
    if field.starts_with("cf_") && endpoint.fields.contains(&"custom_fields") {
        return Ok("custom_fields");
    }
    let own = field.strip_suffix("_id").filter(|stem| endpoint.fields.contains(stem)).unwrap_or(field);
    if endpoint.fields.contains(&own) {
        return Ok(own);
    }
    let near = nearest(field, endpoint.fields.iter().copied());
    let hint = if near.is_empty() {
        format!("its fields are {}", endpoint.fields.join(", "))
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Err(refused(format!("{} have no field {}", capitalised(kind.plural), short(field))).hint(hint))
}
