//! Objects that have the same values.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::arguments::Arguments;
use super::super::call::Call;
use super::super::frame::{Cell, Frame, Row};
use super::super::output::{Output, Rows};
use super::super::relational;
use super::source::{Item, Key, Source};
use crate::server::netbox::ObjectType;
use crate::wire::problem::Problem;

/// Members of a group that are named.
const MOST_MEMBERS: usize = 10;
/// Roles of addresses that several interfaces have on purpose (NetBox: `IPADDRESS_ROLES_NONUNIQUE`).
const SHARED_ROLES: [&str; 6] = ["anycast", "vip", "vrrp", "hsrp", "glbp", "carp"];

struct Group {
    cells: Vec<Cell>,
    count: u64,
    members: Vec<Value>,
}

pub(super) async fn run(
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    names: &[String],
    top: usize,
) -> Result<Output, Problem> {
    let source = Source::of(call, arguments).await?;
    let addresses =
        source.kind().is_some_and(|kind| kind.name == "ipam.ipaddress") && names.iter().any(|name| name == "address");
    let mut names = names.to_vec();
    if addresses && !names.iter().any(|name| name == "vrf") {
        // The same address in two VRFs is two addresses.
        names.push("vrf".to_owned());
    }
    source.check(call, &names).await?;
    source.refuse_paths("duplicates", &names)?;
    let kind = source.kind();
    let mut fields = names.clone();
    if kind.is_some_and(|kind| kind.name == "dcim.device") && source.has_column("name") {
        fields.push("name".to_owned());
    }
    if addresses && matches!(source, Source::Listed(_)) {
        fields.extend(["role".to_owned(), "assigned_object".to_owned()]);
    }
    let mut groups: HashMap<Vec<Key>, Group> = HashMap::new();
    let swept = source
        .read(call, &fields, |item| {
            if addresses && item.cell("role").value.as_str().is_some_and(|role| SHARED_ROLES.contains(&role)) {
                return;
            }
            let cells: Vec<Cell> = names.iter().map(|name| value_of(item, name, addresses)).collect();
            // No value is nothing in common.
            if cells.iter().all(Cell::is_empty) || (addresses && cells.first().is_none_or(Cell::is_empty)) {
                return;
            }
            // `SW1` and `sw1` are the same to people, and to NetBox, which lets no site have both.
            let key: Vec<Key> = cells.iter().map(|cell| Key::of(cell).in_any_case()).collect();
            let group = groups.entry(key).or_insert_with(|| Group { cells, count: 0, members: Vec::new() });
            group.count += 1;
            if group.members.len() < MOST_MEMBERS {
                group.members.push(member(item, kind, addresses));
            }
        })
        .await?;
    let mut frame = Frame { columns: names, rows: Vec::new() };
    frame.columns.extend(["count".to_owned(), "members".to_owned()]);
    for group in groups.into_values().filter(|group| group.count > 1) {
        let mut cells = group.cells;
        cells.push(Cell::plain(group.count));
        cells.push(Cell::plain(Value::Array(group.members)));
        frame.rows.push(Row { object: None, cells });
    }
    let first: Vec<String> = frame.columns.iter().take(1).cloned().collect();
    relational::order(&mut frame, &first)?;
    relational::order(&mut frame, &["-count".to_owned()])?;
    let mut output = Output::default();
    source.describe(call, swept, &mut output).await;
    if addresses {
        let roles = SHARED_ROLES.join(", ");
        let shared = if source.has_column("role") {
            format!("roles {roles} are shared on purpose and left out")
        } else {
            format!("without their role, so that {roles}, which are shared on purpose, are among them")
        };
        output
            .head
            .insert("compared".into(), json!(format!("the same host in the same VRF, whatever the mask; {shared}")));
    }
    output.summary = match frame.rows.len() {
        0 => format!("No duplicates among {}", source.counted(swept.total)),
        1 => "1 duplicate".to_owned(),
        count => format!("{count} duplicates"),
    };
    output.rows = Some(Rows::whole(frame, top));
    Ok(output)
}

fn value_of(item: &Item<'_>, name: &str, addresses: bool) -> Cell {
    let mut cell = item.cell(name);
    if addresses && name == "address" {
        let host = cell.text().split('/').next().unwrap_or_default().to_owned();
        cell.value = Value::String(host);
    }
    cell
}

fn member(item: &Item<'_>, kind: Option<&ObjectType>, addresses: bool) -> Value {
    let name = item.name(kind);
    let Item::Whole(object) = item else { return name };
    let at = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    if addresses {
        let parent = at("/assigned_object/device/display").or_else(|| at("/assigned_object/virtual_machine/display"));
        let name = name.as_str().unwrap_or_default();
        return json!(match (parent, at("/assigned_object/display")) {
            (Some(parent), Some(interface)) => format!("{name} on {parent} {interface}"),
            _ => format!("{name} (unassigned)"),
        });
    }
    name
}
