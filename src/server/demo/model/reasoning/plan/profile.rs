//! Everything, or one fact, about one object.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::calls::{self, filters};
use super::super::focus::{Focus, Subject};
use super::super::history::Outcome;
use super::super::kind::{Kind, Relation};
use super::super::language::{Attribute, Hint, Question};
use super::super::look::{Call, Look, Wait};
use super::super::markdown::{self, Row, code, escape, field, headline, name_of, rows, total};
use super::{failed, mend, subject};

/// The facts of a profile: NetBox's field, how it is called, whether it is something to copy.
const FACTS: &[(&str, &str, bool)] = &[
    ("status", "Status", false),
    ("role", "Role", false),
    ("type", "Type", false),
    ("manufacturer", "Manufacturer", false),
    ("device_type", "Device type", false),
    ("model", "Model", false),
    ("platform", "Platform", false),
    ("provider", "Provider", false),
    ("serial", "Serial number", true),
    ("asset_tag", "Asset tag", true),
    ("primary_ip4", "Primary IPv4", true),
    ("primary_ip6", "Primary IPv6", true),
    ("oob_ip", "Out-of-band IP", true),
    ("region", "Region", false),
    ("parent", "Part of", false),
    ("group", "Group", false),
    ("site", "Site", false),
    ("scope", "Scope", false),
    ("location", "Location", false),
    ("rack", "Rack", false),
    ("position", "Position", false),
    ("face", "Face", false),
    ("u_height", "Height in units", false),
    ("cluster", "Cluster", false),
    ("device", "Device", false),
    ("vid", "VLAN ID", false),
    ("vlan", "VLAN", false),
    ("vrf", "VRF", false),
    ("rd", "Route distinguisher", true),
    ("termination_a", "A side", false),
    ("termination_z", "Z side", false),
    ("commit_rate", "Commit rate (kbps)", false),
    ("install_date", "Installed", false),
    ("vcpus", "Virtual CPUs", false),
    ("memory", "Memory (MB)", false),
    ("disk", "Disk (MB)", false),
    ("tenant", "Tenant", false),
    ("facility", "Facility", false),
    ("physical_address", "Address", false),
    ("time_zone", "Time zone", false),
    ("title", "Title", false),
    ("phone", "Phone", false),
    ("email", "E-mail", false),
    ("site_count", "Sites", false),
    ("rack_count", "Racks", false),
    ("device_count", "Devices", false),
    ("interface_count", "Interfaces", false),
    ("virtualmachine_count", "Virtual machines", false),
    ("prefix_count", "Prefixes", false),
    ("vlan_count", "VLANs", false),
    ("circuit_count", "Circuits", false),
    ("tags", "Tags", false),
    ("description", "Description", false),
    ("comments", "Comments", false),
];

pub(super) fn answer(question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    // With its type the name is enough: one call.
    if let [name] = question.names.as_slice()
        && let Some(Hint::Kind(kind)) = name.hint
        && let Some(text) = by_name(kind, &name.text, focus, look)?
    {
        return Ok(text);
    }
    let subject = match subject(question, &[], focus, look)? {
        Ok(subject) => subject,
        Err(sentence) => return Ok(sentence),
    };
    describe(&subject, look)
}

/// The object with this name; nothing when there is not exactly one.
fn by_name(kind: &'static Kind, name: &str, focus: &mut Focus, look: &mut Look) -> Result<Option<String>, Wait> {
    look.think(format!("“{name}” is a {}: I ask for its profile by its name.", kind.singular));
    let input = json!({"object_type": kind.object_type, "name": name});
    let Outcome::Found(envelope) = mend::ask(Call { name: calls::GET_OBJECT, input }, look)? else { return Ok(None) };
    let Some(object) = envelope["object"].as_object() else { return Ok(None) };
    focus.subject = by_row(kind.object_type, object);
    Ok(Some(told(Some(kind), object, &envelope)))
}

/// The object, with what the tool tells of what belongs to it; for types without such a profile a list beside it.
pub(super) fn describe(subject: &Subject, look: &mut Look) -> Result<String, Wait> {
    let kind = Kind::by_type(&subject.object_type);
    look.think(format!("{} is a {}. I read its profile.", subject.name, kind.map_or("object", |kind| kind.singular)));
    let related = related(subject);
    let mut asked = vec![calls::object(&subject.object_type, subject.id)];
    asked.extend(related.iter().map(|(_, _, call)| call.clone()));
    let mut outcomes = look.all(asked)?.into_iter();
    let envelope = match outcomes.next() {
        Some(Outcome::Found(envelope)) => envelope,
        Some(Outcome::Failed(reason)) => return Ok(failed(&reason)),
        None => return Err(Wait),
    };
    let Some(object) = envelope["object"].as_object() else { return Ok(failed("the answer holds no object")) };
    let mut text = told(kind, object, &envelope);
    for ((kind, heading, _), outcome) in related.iter().zip(outcomes) {
        match outcome {
            Outcome::Found(list) if total(&list) > 0 => {
                let count = total(&list);
                let hidden = ["site", "rack", "cluster", "vrf", "manufacturer"];
                let columns = markdown::columns_without(kind, &hidden);
                let rows = rows(&list);
                let lead = headline(count, kind.counted(count), &list);
                let body = if rows.len() as u64 == count {
                    markdown::table(&columns, &rows)
                } else {
                    super::tell::shown(&list).trim_start().to_owned()
                };
                _ = write!(text, "\n\n{lead}{heading}:\n\n{body}");
            }
            Outcome::Found(_) => _ = write!(text, "\n\nNo {}{heading}.", kind.plural),
            Outcome::Failed(reason) => {
                _ = write!(text, "\n\nThe {} are missing here. {}", kind.plural, failed(&reason));
            }
        }
    }
    Ok(text)
}

/// What the profile says.
fn told(kind: Option<&Kind>, object: &Row, envelope: &Value) -> String {
    let mut text = format!("**{}** {}", markdown::link(&escape(&name_of(object)), envelope), sentence(kind, object));
    for part in [facts(object), parts(object)] {
        if !part.is_empty() {
            _ = write!(text, "\n\n{part}");
        }
    }
    text
}

/// What belongs to the object: its addresses, cables, contacts, a few of each.
fn parts(object: &Row) -> String {
    let lists = object.iter().filter(|(name, _)| *name != "tags").filter_map(|(name, value)| {
        let entries: Vec<String> = value
            .as_array()?
            .iter()
            .map(markdown::plain)
            .filter(|text| !text.is_empty())
            .map(|text| escape(&text))
            .collect();
        let label = match name.as_str() {
            "addresses" => "IP addresses".to_owned(),
            other => capital(&other.replace('_', " ")),
        };
        (!entries.is_empty()).then(|| format!("- {label}: {}", entries.join("; ")))
    });
    lists.collect::<Vec<_>>().join("\n")
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// "is an active access switch at Cleveland 01".
fn sentence(kind: Option<&Kind>, object: &Row) -> String {
    let status = field(object, "status");
    let noun = match (kind.map(|kind| kind.object_type), field(object, "role")) {
        (Some("dcim.device"), role) if !role.is_empty() => format!("device with role {}", escape(&role)),
        _ => kind.map_or("object", |kind| kind.singular).to_owned(),
    };
    let place = ["rack", "location", "site", "scope", "region", "cluster"]
        .iter()
        .map(|name| (*name, field(object, name)))
        .find(|(_, text)| !text.is_empty());
    let place = place
        .map(|(name, text)| {
            let at = match name {
                "rack" => "in rack",
                "site" | "scope" => "at",
                "cluster" => "in cluster",
                _ => "in",
            };
            let site = field(object, "site");
            let site =
                if name == "rack" && !site.is_empty() { format!(" at {}", escape(&site)) } else { String::new() };
            format!(" {at} {}{site}", escape(&text))
        })
        .unwrap_or_default();
    let words = format!("{status}{}{noun}", if status.is_empty() { "" } else { " " });
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("is {article} {words}{place}.")
}

fn facts(object: &Row) -> String {
    let mut body: Vec<Vec<String>> = Vec::new();
    for (name, label, copied) in FACTS {
        let text = field(object, name);
        if text.is_empty() || (name.ends_with("_count") && text == "0") {
            continue;
        }
        let text = markdown::shorten(&text, 200);
        body.push(vec![(*label).to_owned(), if *copied { code(&text) } else { escape(&text) }]);
    }
    for (name, value) in object.iter().filter(|(name, _)| name.starts_with("cf_")) {
        let text = markdown::plain(value);
        if !text.is_empty() {
            let label = name.trim_start_matches("cf_").replace('_', " ");
            body.push(vec![escape(&label), escape(&markdown::shorten(&text, 200))]);
        }
    }
    if body.is_empty() { String::new() } else { markdown::grid(&["Field", "Value"], &body) }
}

/// What is listed under the profile of a type that has no profile of its own in the tools: the type, its words, the call.
fn related(subject: &Subject) -> Vec<(&'static Kind, &'static str, Call)> {
    let by = |object_type: &str, filter: &str, heading: &'static str, limit: u64| {
        let kind = Kind::by_type(object_type)?;
        let call = calls::list(object_type, filters([(filter, json!(subject.id))]), &kind.fields(), limit);
        Some((kind, heading, call))
    };
    let found = match subject.object_type.as_str() {
        "dcim.location" => by("dcim.rack", "location_id", "", 12),
        "dcim.region" => by("dcim.site", "region_id", "", 12),
        "virtualization.cluster" => by("virtualization.virtualmachine", "cluster_id", " in it", 12),
        "ipam.vrf" => by("ipam.prefix", "vrf_id", " in it", 12),
        "dcim.manufacturer" => by("dcim.devicetype", "manufacturer_id", "", 12),
        "dcim.devicetype" => by("dcim.device", "device_type_id", " of this type", 12),
        _ => None,
    };
    found.into_iter().collect()
}

/// One fact about one object.
pub(super) fn attribute(
    attribute: &'static Attribute,
    question: &Question,
    focus: &mut Focus,
    look: &mut Look,
) -> Result<String, Wait> {
    // In "which rack is X in", "rack" is the fact and says nothing about X.
    let mut question = question.clone();
    for name in &mut question.names {
        if let Some(Hint::Kind(kind)) = name.hint
            && attribute.words.iter().any(|word| kind.words.contains(word))
        {
            name.hint = None;
        }
    }
    let subject = match subject(&question, &[], focus, look)? {
        Ok(subject) => subject,
        Err(sentence) => return Ok(sentence),
    };
    look.think(format!("{} is found; its {} is in the object itself.", subject.name, attribute.label));
    let envelope = match look.one(calls::object(&subject.object_type, subject.id))? {
        Outcome::Found(envelope) => envelope,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let Some(object) = envelope["object"].as_object() else { return Ok(failed("the answer holds no object")) };
    let name = markdown::link(&code(&name_of(object)), &envelope);
    if attribute == &super::super::language::WHERE {
        return Ok(place(&name, object));
    }
    let found: Vec<String> =
        attribute.fields.iter().map(|name| field(object, name)).filter(|text| !text.is_empty()).collect();
    if let Some(text) = found.first() {
        let mut all = vec![code(text)];
        if attribute.fields.first() == Some(&"primary_ip") {
            all = dedup(&found).iter().map(|text| code(text)).collect();
        }
        return Ok(format!("The {} of {name} is **{}**.", attribute.label, markdown::series(&all, "and")));
    }
    // "Which provider serves cle-01": no field of the site, but a list that can be narrowed by it.
    let listed = question.kind.or_else(|| {
        super::super::kind::kinds().find(|kind| attribute.words.iter().any(|word| kind.words.contains(word)))
    });
    if let Some(kind) = listed
        && kind.object_type != subject.object_type
        && let Some(filter) = Relation::of(&subject.object_type, kind).and_then(|relation| kind.filter(relation))
    {
        look.think(format!("It has no such field, but {} can be listed by it.", kind.plural));
        let call = calls::list(kind.object_type, filters([(filter, json!(subject.id))]), &kind.fields(), 20);
        return Ok(match look.one(call)? {
            Outcome::Failed(reason) => failed(&reason),
            Outcome::Found(list) if total(&list) == 0 => format!("NetBox shows no {} for {name}.", kind.plural),
            Outcome::Found(list) => {
                let count = total(&list);
                let table = markdown::table(kind.columns, &rows(&list));
                format!("{} for {name}:\n\n{table}", headline(count, kind.counted(count), &list))
            }
        });
    }
    Ok(format!("NetBox records no {} for {name}.", attribute.label))
}

fn dedup(texts: &[String]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !seen.contains(text) {
            seen.push(text.clone());
        }
    }
    seen
}

/// "`cle-01-sw1` is in rack R1 (unit 12), room 1, Cleveland 01."
fn place(name: &str, object: &Row) -> String {
    let mut parts = Vec::new();
    for (key, before) in [
        ("rack", "in rack "),
        ("location", "in "),
        ("site", "at "),
        ("scope", "at "),
        ("region", "in "),
        ("cluster", "in cluster "),
    ] {
        let text = field(object, key);
        if text.is_empty() || parts.iter().any(|part: &String| part.ends_with(&escape(&text))) {
            continue;
        }
        let position = field(object, "position");
        let unit = if key == "rack" && !position.is_empty() { format!(", unit {position}") } else { String::new() };
        parts.push(format!("{before}{}{unit}", escape(&text)));
    }
    let address = field(object, "physical_address");
    if !address.is_empty() {
        parts.push(escape(&address));
    }
    if parts.is_empty() {
        return format!("NetBox records no place for {name}.");
    }
    let face = field(object, "face");
    let face = if face.is_empty() { String::new() } else { format!(" It is mounted at the {}.", escape(&face)) };
    format!("{name} is **{}**.{face}", parts.join(", "))
}

/// The object of a profile, as the answer to something that found it by another way.
pub(super) fn by_row(object_type: &str, row: &Row) -> Option<Subject> {
    Some(Subject {
        object_type: object_type.to_owned(),
        id: row.get("id").and_then(Value::as_u64)?,
        name: name_of(row),
    })
}
