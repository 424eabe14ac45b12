//! Fields of related objects, one or more hops away: `site.region`, `device.site.region`. NetBox has no such fields
//! (it drops them silently), so the related objects are read and joined here.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::call::Call;
use super::filters::{self, capitalised, refused, short};
use super::flatten::flatten;
use super::frame::{Cell, Frame, Object};
use super::pages;
use super::shape::Fields;
use super::sweep::MOST_COUNTED;
use crate::server::netbox::catalogue::nearest;
use crate::server::netbox::{ObjectType, Query, object_type};
use crate::wire::problem::Problem;

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
            let objects = frame.rows.iter().map(|row| match row.cells.get(column) {
                Some(cell) => first_object(&path, cell),
                None => Ok(None),
            });
            let cells = follow(call, objects.collect::<Result<_, _>>()?, &path).await?;
            for (row, cell) in frame.rows.iter_mut().zip(cells) {
                if let Some(slot) = row.cells.get_mut(column) {
                    *slot = cell;
                }
            }
        }
    }
    Ok(())
}

/// The object that the first part of `path` names.
///
/// # Errors
/// It holds something else: a choice, a text, a list. Such a value has no fields, and no answer would be "none".
pub(super) fn first_object(path: &str, cell: &Cell) -> Result<Option<Object>, Problem> {
    if cell.object.is_some() || cell.is_empty() {
        return Ok(cell.object);
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let what = if cell.value.is_array() { "a list" } else { "a value" };
    Err(refused(format!("{} is {what}, not one related object: it has no {}", short(first), short(rest)))
        .hint(format!("use {} itself, or ask for the related objects by their type", short(first))))
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
    let mut without = None;
    let mut asked = Vec::new();
    for (endpoint, ids) in by_type {
        let Some(kind) = object_type::by_path(endpoint) else { continue };
        match check(call, kind, field).await {
            Ok(own) => asked.push((kind, own, ids)),
            Err(problem) => {
                call.warn(format!("{} {} have no {field}: it counts as none", ids.len(), kind.plural));
                without = Some(problem);
            }
        }
    }
    // What an address is on can be an interface, which has a device, or an FHRP group, which has none.
    if let (Some(problem), true) = (without, asked.is_empty()) {
        return Err(problem);
    }
    for (kind, own, ids) in asked {
        let query = Query::new().with("fields", format!("id,{own}"));
        let read = |object: &Value| {
            let id = object.get("id").and_then(Value::as_u64)?;
            let mut row = flatten(object, &Fields::of(&[field]));
            let value = row.shift_remove(field).or_else(|| row.shift_remove(own)).unwrap_or_default();
            let cell = Cell { value, object: object.get(own).and_then(Object::of) };
            Some((Object { endpoint: kind.endpoint, id }, cell))
        };
        let path = kind.list_path();
        let pages = if ids.len() > MANY {
            pages::all(call, &path, &query, MOST_COUNTED, read).await
        } else {
            pages::of_ids(call, &path, &query, ("id", &ids), MOST_COUNTED, read).await
        };
        found.extend(pages.map_err(|error| error.problem())?.rows);
        let object = |id: &u64| Object { endpoint: kind.endpoint, id: *id };
        let unseen = ids.iter().filter(|id| !found.contains_key(&object(id))).count();
        if unseen > 0 {
            let of = kind.counted(unseen as u64);
            call.warn(format!("This token may not see {of} that the answer names: their {field} counts as none"));
        }
    }
    Ok(found)
}

/// NetBox's name of a related type's field.
async fn check<'a>(call: &Call<'_>, kind: &ObjectType, field: &'a str) -> Result<&'a str, Problem> {
    let endpoint = filters::endpoint_of(call, kind)?;
    if field.starts_with("cf_") && endpoint.fields.contains(&"custom_fields") {
        filters::check_custom_fields(call, kind, &[field.to_owned()]).await?;
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
