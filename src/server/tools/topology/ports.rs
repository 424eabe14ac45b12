//! `free_ports`: ports that nothing is plugged into, of a device, or of a rack, site, location or region.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::port;
use crate::server::netbox::{ObjectType, Query, object_type};
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{Finding, choice_in, id_in, linked, name, name_in, named};
use crate::server::tools::frame::Cell;
use crate::server::tools::pages;
use crate::wire::problem::Problem;

const MOST: u64 = 20_000;

/// A free port.
struct Free {
    cell: Cell,
    name: String,
    device: u64,
    device_name: String,
    /// Value and label of its type.
    kind: (String, String),
    description: String,
}

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(25)?).unwrap_or(25);
    let asked = port::asked_kind(call, arguments)?;
    let is_port = |kind: &&'static ObjectType| port::of_device().any(|port| port.name == kind.name);
    let named = arguments.word("type")?;
    // `type` may name a type of port (`front port`) or a type of interface (`10gbase-x-sfpp`).
    let of_type = named.as_deref().and_then(|text| object_type::find(text).ok()).filter(|kind| is_port(kind));
    let kind = of_type.or(asked.filter(is_port)).map_or_else(|| port::kind("dcim.interface"), Ok)?;
    let (place, filter, place_kind) = match asked.filter(|kind| !is_port(kind)) {
        Some(place) if arguments.word("device")?.is_none() && place.name != "dcim.device" => {
            let filter = match place.name {
                "dcim.rack" => "rack_id",
                "dcim.site" => "site_id",
                "dcim.location" => "location_id",
                "dcim.region" => "region_id",
                "dcim.sitegroup" => "site_group_id",
                _ => return Err(arguments.wrong("Free ports are those of a device, rack, location, site or region")),
            };
            let object = port::object(call, arguments, place).await?;
            ((object.get("id").and_then(Value::as_u64).unwrap_or_default(), name(&object)), filter, place.model())
        }
        _ => (port::device(call, arguments).await?, "device_id", "device"),
    };
    let mut fields = vec!["id", "url", "name", "device", "type", "description"];
    let mut query = Query::new().with(filter, place.0).with("occupied", "false");
    if kind.name == "dcim.interface" {
        query = query.with("kind", "physical").with("enabled", "true");
        fields.push("mgmt_only");
    }
    let query = query.with("fields", fields.join(","));
    let found = pages::all(call, &kind.list_path(), &query, MOST, free).await.map_err(|error| error.problem())?;
    let partial = !found.is_complete();
    let mut ports = found.rows;
    if let Some(wanted) = named.as_deref().filter(|_| of_type.is_none()) {
        ports.retain(|port| is_of(&port.kind, wanted));
    }
    let mut finding = Finding::default();
    finding.tell(place_kind, place.1.as_str());
    if kind.name != "dcim.interface" {
        finding.tell("ports", kind.plural);
    }
    finding.answer.insert("free".to_owned(), json!(ports.len()));
    let mut by_type: BTreeMap<&str, usize> = BTreeMap::new();
    for port in &ports {
        *by_type.entry(port.kind.0.as_str()).or_default() += 1;
    }
    finding.tell("by_type", json!(by_type));
    if filter == "device_id" {
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for port in &ports {
            groups.entry(port.kind.0.as_str()).or_default().push(&port.name);
        }
        let names: BTreeMap<&str, String> =
            groups.into_iter().map(|(kind, names)| (kind, shortened(&names, limit))).collect();
        finding.tell("names", json!(names));
    } else {
        let mut devices: BTreeMap<u64, (&str, usize)> = BTreeMap::new();
        for port in &ports {
            devices.entry(port.device).or_insert((&port.device_name, 0)).1 += 1;
        }
        finding.tell("devices", devices.len());
        let mut most: Vec<(&str, usize)> = devices.into_values().collect();
        most.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
        let told: serde_json::Map<String, Value> =
            most.into_iter().take(limit.min(15)).map(|(name, count)| (name.to_owned(), json!(count))).collect();
        finding.tell("most_free", Value::Object(told));
    }
    if partial {
        finding.tell("partial", format!("Only the first {MOST} free ports were counted"));
    }
    let rule = "enabled physical interfaces without cable, wireless link or the mark \"connected\"";
    finding
        .tell("counted", if kind.name == "dcim.interface" { rule } else { "without cable or the mark \"connected\"" });
    finding.summary = format!("{} free {} of {}", ports.len(), kind.plural, place.1);
    finding.columns = vec!["port", "device", "type", "description"];
    finding.rows = ports
        .into_iter()
        .map(|port| {
            let device = linked(port.device_name, "dcim/devices", port.device);
            vec![port.cell, device, Cell::plain(port.kind.1), Cell::plain(port.description)]
        })
        .collect();
    Ok(finding)
}

fn free(object: &Value) -> Option<Free> {
    let management = if object.get("mgmt_only") == Some(&json!(true)) { " (management only)" } else { "" };
    let value = choice_in(object, "type").unwrap_or_else(|| "without type".to_owned());
    let label = object.get("type").and_then(|kind| kind.get("label")?.as_str()).unwrap_or_default();
    Some(Free {
        cell: named(object),
        name: name(object),
        device: id_in(object, "device")?,
        device_name: name_in(object, "device").unwrap_or_default(),
        kind: (format!("{value}{management}"), format!("{label}{management}")),
        description: object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
    })
}

/// Whether a type is the one that was asked for: by value or label, or a part of them.
fn is_of((value, label): &(String, String), wanted: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_', '.'], "");
    let wanted = plain(wanted);
    plain(value) == wanted || plain(value).contains(&wanted) || plain(label).contains(&wanted)
}

/// Names with their numbers in spans, each stem once: `Gi1/0/1-3,7`; after `most` spans how many names there are besides.
fn shortened(names: &[&str], most: usize) -> String {
    let mut split: Vec<(&str, u64)> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for name in names {
        let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let digits = name.get(stem.len()..).unwrap_or_default();
        match digits.parse() {
            Ok(number) if !digits.starts_with('0') || digits == "0" => split.push((stem, number)),
            _ => texts.push((*name).to_owned()),
        }
    }
    split.sort_unstable();
    let mut stems: Vec<(&str, Vec<(u64, u64)>)> = Vec::new();
    let (mut spans, mut left) = (texts.len(), 0);
    for (stem, number) in split {
        if !stems.last().is_some_and(|(before, _)| *before == stem) {
            stems.push((stem, Vec::new()));
        }
        let Some((_, runs)) = stems.last_mut() else { continue };
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ if spans >= most => left += 1,
            _ => {
                spans += 1;
                runs.push((number, number));
            }
        }
    }
    let span = |(first, last): &(u64, u64)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    let stems = stems.iter().filter(|(_, runs)| !runs.is_empty());
    let mut all: Vec<String> =
        stems.map(|(stem, runs)| format!("{stem}{}", runs.iter().map(span).collect::<Vec<_>>().join(","))).collect();
    all.append(&mut texts);
    if left > 0 {
        all.push(format!("and {left} more"));
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_numbers_in_a_row_become_one() {
        let names = ["Gi1/0/10", "Gi1/0/1", "Gi1/0/2", "Gi1/0/3", "mgmt", "Gi2/0/1", "p01"];
        assert_eq!(shortened(&names, 9), "Gi1/0/1-3,10, Gi2/0/1, mgmt, p01");
        assert_eq!(shortened(&names, 3), "Gi1/0/1-3, mgmt, p01, and 2 more");
    }

    #[test]
    fn types_are_found_by_part_of_their_name() {
        let sfp = ("10gbase-x-sfpp".to_owned(), "SFP+ (10GE)".to_owned());
        assert!(is_of(&sfp, "10gbase-x-sfpp") && is_of(&sfp, "SFP+") && is_of(&sfp, "10GE"));
        assert!(!is_of(&sfp, "1000base-t"));
    }
}
