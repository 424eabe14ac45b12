//! Which object is asked about: a port by its device and name, or any object by id or name.

use futures::future::join_all;
use serde_json::Value;

use crate::server::netbox::{Error, ObjectType, Query, object_type};
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters::{refused, short as short_text};
use crate::server::tools::finding::{name, name_in};
use crate::server::tools::{names, pages};
use crate::wire::problem::{Problem, ProblemCode};

/// How NetBox tells where a cable leads from an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// Paths begin and end here: `/trace/`.
    Trace,
    /// Paths lead through: `/paths/`.
    Paths,
}

/// The types that cables end at. Interfaces come first: most ports that people name are interfaces.
const CABLED: [(&str, Lookup); 9] = [
    ("dcim.interface", Lookup::Trace),
    ("dcim.frontport", Lookup::Paths),
    ("dcim.rearport", Lookup::Paths),
    ("dcim.consoleport", Lookup::Trace),
    ("dcim.consoleserverport", Lookup::Trace),
    ("dcim.powerport", Lookup::Trace),
    ("dcim.poweroutlet", Lookup::Trace),
    ("dcim.powerfeed", Lookup::Trace),
    ("circuits.circuittermination", Lookup::Paths),
];

/// Those of them that belong to a device.
const OF_DEVICE: usize = 7;

/// How the cable of an object of this type is followed; nothing where no cable ends at such an object.
pub(super) fn lookup(kind: &ObjectType) -> Option<Lookup> {
    CABLED.iter().find(|(name, _)| *name == kind.name).map(|(_, lookup)| *lookup)
}

/// The types of a device's ports.
pub(super) fn of_device() -> impl Iterator<Item = &'static ObjectType> {
    CABLED.iter().take(OF_DEVICE).filter_map(|(name, _)| object_type::by_name(name))
}

/// The fields that tell how an object is cabled: only those that its type has, as NetBox answers some others with 500.
pub(super) fn fields(kind: &ObjectType) -> String {
    let mut fields = vec!["id", "url", "display", "cable", "mark_connected", "link_peers"];
    match kind.name {
        "dcim.powerfeed" => fields.extend(["name", "rack", "power_panel"]),
        "circuits.circuittermination" => fields.extend(["circuit", "term_side"]),
        _ => fields.extend(["name", "device"]),
    }
    if lookup(kind) == Some(Lookup::Trace) {
        fields.extend(["connected_endpoints", "connected_endpoints_reachable"]);
    }
    if kind.name == "dcim.interface" {
        fields.extend(["wireless_link", "type"]);
    }
    fields.join(",")
}

/// An object that a cable can end at.
pub(super) struct Port {
    pub(super) kind: &'static ObjectType,
    pub(super) lookup: Lookup,
    pub(super) object: Value,
}

impl Port {
    pub(super) fn id(&self) -> u64 {
        self.object.get("id").and_then(Value::as_u64).unwrap_or_default()
    }

    /// `cle-01-sw-1 GigabitEthernet1/0/1`
    pub(super) fn called(&self) -> String {
        called(&self.object)
    }
}

/// An object with what it belongs to: `cle-01-sw-1 GigabitEthernet1/0/1`, `A01 A01-A`.
pub(super) fn called(object: &Value) -> String {
    let parent = ["device", "virtual_machine", "rack"].into_iter().find_map(|field| name_in(object, field));
    parent.map_or_else(|| name(object), |parent| format!("{parent} {}", name(object)))
}

pub(super) fn kind(name: &str) -> Result<&'static ObjectType, Problem> {
    object_type::by_name(name)
        .ok_or_else(|| Problem::new(ProblemCode::Internal, format!("The table of types does not know {name}")))
}

/// The type that the arguments name, if any.
pub(super) fn asked_kind(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Option<&'static ObjectType>, Problem> {
    match arguments.word("object_type")? {
        Some(_) => arguments.object_type(&call.schema).map(Some),
        None => Ok(None),
    }
}

/// An object of a type by the arguments' id or name.
pub(super) async fn object(
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    kind: &'static ObjectType,
) -> Result<Value, Problem> {
    if let Some(id) = arguments.number("object_id")? {
        return by_id(call, kind, id, "").await;
    }
    match (arguments.word("name")?, arguments.word("site")?) {
        (Some(name), Some(site)) if kind.name != "dcim.site" => at_site(call, kind, &name, &site).await,
        (Some(name), _) => names::one(call, kind, "id", &name).await,
        (None, _) => Err(arguments.wrong(&format!("Give the {}'s object_id or name", kind.singular))),
    }
}

/// The object of this name at a site: racks and locations are called alike at many.
async fn at_site(call: &Call<'_>, kind: &'static ObjectType, text: &str, site: &str) -> Result<Value, Problem> {
    let site = names::one(call, self::kind("dcim.site")?, "slug", site).await?;
    let id = site.get("id").map(Value::to_string).unwrap_or_default();
    let endpoint = crate::server::tools::filters::endpoint_of(call, kind)?;
    if !endpoint.filters.contains_key("site_id") {
        return names::one(call, kind, "id", text).await;
    }
    let query = Query::new().with("name__ie", text).with("site_id", id).with("brief", "true").with("limit", 5);
    let answer = call.list(&kind.list_path(), &query).await.map_err(|error| error.problem())?;
    match answer.results() {
        [one] => Ok(one.clone()),
        [] => Err(refused(format!("There is no {} called {} at {}", kind.singular, short_text(text), name(&site)))
            .hint(format!("list the {} of the site with netbox_get_objects", kind.plural))),
        several => {
            let ids: Vec<String> = several.iter().filter_map(|object| object.get("id").map(Value::to_string)).collect();
            Err(refused(format!("More than one of the {} is called {} there", kind.plural, short_text(text)))
                .hint(format!("give object_id: {}", ids.join(", "))))
        }
    }
}

/// An object by its id, with these fields, or as NetBox's short form.
pub(super) async fn by_id(call: &Call<'_>, kind: &'static ObjectType, id: u64, fields: &str) -> Result<Value, Problem> {
    let query =
        if fields.is_empty() { Query::new().with("brief", "true") } else { Query::new().with("fields", fields) };
    match call.get(&kind.object_path(id), &query).await {
        Ok(answer) => Ok(answer.body),
        Err(Error::NoSuchObject { .. }) => {
            Err(refused(format!("There is no {} with id {id}, or this token may not see it", kind.singular))
                .hint("give its name instead; ids are not the same in every NetBox"))
        }
        Err(error) => Err(error.problem()),
    }
}

/// The device of the arguments: `device`, or where the object itself is a device its id or name. Gives id and name.
pub(super) async fn device(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<(u64, String), Problem> {
    let kind = kind("dcim.device")?;
    let object = match arguments.word("device")? {
        Some(text) => names::one(call, kind, "id", &text).await?,
        None => object(call, arguments, kind).await?,
    };
    Ok((object.get("id").and_then(Value::as_u64).unwrap_or_default(), name(&object)))
}

/// The port that the arguments mean: by type and id, or by device and name.
pub(super) async fn find(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Port, Problem> {
    let asked = asked_kind(call, arguments)?.filter(|kind| kind.name != "dcim.device");
    if let Some(kind) = asked
        && lookup(kind).is_none()
    {
        return Err(refused(format!("No cable ends at a {}", kind.singular))
            .hint("trace from a port (device and name), a power feed, a circuit or a cable"));
    }
    if let (Some(kind), Some(id)) = (asked, arguments.number("object_id")?) {
        return with_id(call, kind, id).await;
    }
    if arguments.word("device")?.is_none() {
        let kind = asked.filter(|kind| kind.name == "dcim.powerfeed");
        let Some(kind) = kind else {
            return Err(arguments.wrong("A port is told by its device and its name, or by object_type and object_id"));
        };
        let found = object(call, arguments, kind).await?;
        return with_id(call, kind, found.get("id").and_then(Value::as_u64).unwrap_or_default()).await;
    }
    let wanted = arguments.word("name")?.ok_or_else(|| arguments.wrong("The argument name, the port's, is missing"))?;
    let (device, device_name) = device(call, arguments).await?;
    of_name(call, asked, device, &device_name, &wanted).await
}

/// The port of this type and id.
pub(super) async fn with_id(call: &Call<'_>, kind: &'static ObjectType, id: u64) -> Result<Port, Problem> {
    let lookup = lookup(kind).unwrap_or(Lookup::Trace);
    Ok(Port { kind, lookup, object: by_id(call, kind, id, &fields(kind)).await? })
}

/// The port of a device by its name: exactly, and where there is none as people shorten it (`Gi1/0/1`).
async fn of_name(
    call: &Call<'_>,
    asked: Option<&'static ObjectType>,
    device: u64,
    device_name: &str,
    wanted: &str,
) -> Result<Port, Problem> {
    let kinds: Vec<&'static ObjectType> = match asked {
        Some(kind) => vec![kind],
        None => of_device().collect(),
    };
    // One question finds the exact name and its short forms: they end in the same number.
    let number = wanted.find(|letter: char| letter.is_ascii_digit()).and_then(|at| wanted.get(at..));
    let (first, others) = kinds.split_at(kinds.len().min(1));
    for kinds in [first, others] {
        let found = join_all(kinds.iter().map(|kind| async move {
            let query = Query::new().with("device_id", device).with("fields", fields(kind)).with("limit", 200);
            let query = match number {
                Some(number) => query.with("name__iew", number),
                None => query.with("name__ie", wanted),
            };
            (*kind, call.list(&kind.list_path(), &query).await)
        }))
        .await;
        // A type that this token may not see is none that the port can be of.
        let ports: Vec<(&'static ObjectType, Value)> = found
            .into_iter()
            .filter_map(|(kind, answer)| Some((kind, answer.ok()?)))
            .flat_map(|(kind, answer)| answer.results().iter().map(|row| (kind, row.clone())).collect::<Vec<_>>())
            .collect();
        let exact = ports.iter().find(|(_, row)| name(row).to_lowercase() == wanted.to_lowercase());
        let short: Vec<_> = ports.iter().filter(|(_, row)| is_short_for(wanted, &name(row))).collect();
        match (exact, short.as_slice()) {
            (Some((kind, object)), _) | (None, [(kind, object)]) => {
                let lookup = lookup(kind).unwrap_or(Lookup::Trace);
                return Ok(Port { kind, lookup, object: object.clone() });
            }
            (None, []) => {}
            (None, several) => {
                let names: Vec<String> = several.iter().take(5).map(|(_, row)| name(row)).collect();
                return Err(refused(format!("{} can be more than one port of {device_name}", short_text(wanted)))
                    .hint(format!("write it in full: {}", names.join(", "))));
            }
        }
    }
    Err(missing(call, asked, device, device_name, wanted).await)
}

async fn missing(
    call: &Call<'_>,
    asked: Option<&'static ObjectType>,
    device: u64,
    device_name: &str,
    wanted: &str,
) -> Problem {
    let problem = refused(format!("{device_name} has no port called {}", short_text(wanted)));
    let Some(kind) = asked.or_else(|| object_type::by_name("dcim.interface")) else { return problem };
    let query = Query::new().with("device_id", device).with("fields", "id,name");
    let read = |row: &Value| Some(row.get("name")?.as_str()?.to_owned());
    let ports = pages::all(call, &kind.list_path(), &query, 2_000, read).await.map(|pages| pages.rows);
    let ports = ports.unwrap_or_default();
    let nearest = crate::server::netbox::catalogue::nearest(wanted, ports.iter().map(String::as_str));
    let some: Vec<&str> = ports.iter().take(6).map(String::as_str).collect();
    problem.hint(match (nearest.is_empty(), some.is_empty()) {
        (false, _) => format!("did you mean {}?", nearest.join(" or ")),
        (true, false) => format!("its {} are {}, …", kind.plural, some.join(", ")),
        (true, true) => format!("it has no {} that this token may see", kind.plural),
    })
}

/// Whether `short` is how people write `name`: `Gi1/0/1` or `gi 1/0/1` for `GigabitEthernet1/0/1`.
pub(super) fn is_short_for(short: &str, name: &str) -> bool {
    let split = |text: &str| {
        let plain: String = text.to_lowercase().chars().filter(|letter| !letter.is_whitespace()).collect();
        let at = plain.find(|letter: char| letter.is_ascii_digit()).unwrap_or(plain.len());
        let (letters, number) = plain.split_at(at);
        (letters.trim_end_matches(['-', '_']).to_owned(), number.to_owned())
    };
    let (short, name) = (split(short), split(name));
    short.1 == name.1 && !short.0.is_empty() && name.0.starts_with(&short.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_understood() {
        for (short, name) in [
            ("Gi1/0/1", "GigabitEthernet1/0/1"),
            ("gi 1/0/1", "GigabitEthernet1/0/1"),
            ("Te1/1", "TenGigabitEthernet1/1"),
            ("eth0", "Ethernet0"),
            ("Front 1", "front 1"),
        ] {
            assert!(is_short_for(short, name), "{short} {name}");
        }
        for (short, name) in [
            ("Gi1/0/1", "GigabitEthernet1/0/11"),
            ("1/0/1", "GigabitEthernet1/0/1"),
            ("Te1/0/1", "GigabitEthernet1/0/1"),
        ] {
            assert!(!is_short_for(short, name), "{short} {name}");
        }
    }

    #[test]
    fn every_type_that_cables_end_at_is_known() {
        for (name, _) in CABLED {
            let kind = kind(name).unwrap();
            let endpoint = crate::server::netbox::catalogue::endpoint(kind.endpoint).unwrap();
            for field in fields(kind).split(',') {
                assert!(endpoint.fields.contains(&field), "{name}: {field}");
            }
        }
        assert_eq!(of_device().count(), OF_DEVICE);
    }
}
