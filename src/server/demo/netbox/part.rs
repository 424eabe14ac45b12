//! The parts of the API that are not a list or an object: roots, status, and the extra addresses of some objects.

mod available;
mod elevation;

use serde_json::{Value as Json, json};

use super::filter::{Query, values};
use super::http::{Answer, object as json_object};
use super::render::{Scope, Selection};
use super::schema::{TypeId, schema};
use super::store::Object;

/// `/api/`
pub fn root(base: &str) -> Json {
    let apps = [
        "circuits",
        "core",
        "dcim",
        "extras",
        "ipam",
        "plugins",
        "status",
        "tenancy",
        "users",
        "virtualization",
        "vpn",
        "wireless",
    ];
    json_object(apps.map(|app| (app, json!(format!("{base}/api/{app}/")))))
}

/// `/api/dcim/` and its like.
pub fn app(base: &str, app: &str) -> Json {
    let mut lists: Vec<&str> = schema()
        .listed()
        .filter(|(_, kind)| kind.app() == app)
        .filter_map(|(_, kind)| kind.endpoint.split_once('/').map(|(_, list)| list))
        .collect();
    lists.extend(match app {
        "dcim" => &["connected-device"][..],
        "users" => &["config"],
        "core" => &["background-queues", "background-workers", "background-tasks"],
        "extras" => &["scripts/upload"],
        _ => &[],
    });
    lists.sort_unstable();
    json_object(lists.into_iter().map(|list| (list, json!(format!("{base}/api/{app}/{list}/")))))
}

/// `/api/status/`, honest about being the demo.
pub fn status() -> Json {
    json!({
        "django-version": "6.1.2",
        "hostname": "demo-netbox",
        "installed_apps": {},
        "netbox-version": "4.7.3",
        "netbox-full-version": "4.7.3-demo",
        "plugins": {},
        "python-version": "3.12.1",
        "rq-workers-running": 0,
    })
}

/// `VirtualChassis` for `dcim.virtualchassis`: the class as NetBox's "not found" sentence names it.
pub fn class_name(kind: TypeId) -> String {
    let kind = schema().kind(kind);
    let joined: String = kind
        .singular
        .split([' ', '-'])
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect();
    // Where the words people read are not the name of the class.
    match kind.name {
        "ipam.service" => "Service".to_owned(),
        "ipam.servicetemplate" => "ServiceTemplate".to_owned(),
        "virtualization.vminterface" => "VMInterface".to_owned(),
        "users.objectpermission" => "ObjectPermission".to_owned(),
        _ => joined,
    }
}

/// An address with some parameters changed or taken away, the others kept in their order.
pub fn with_query<'a>(
    base: &str,
    path: &str,
    query: &Query,
    changes: impl Iterator<Item = (&'a str, Option<String>)>,
) -> String {
    let changes: Vec<_> = changes.collect();
    let mut pairs: Vec<(String, String)> =
        query.iter().filter(|(key, _)| changes.iter().all(|(name, _)| name != key)).cloned().collect();
    pairs.extend(changes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{base}{path}?{query}")
}

/// Which extra addresses an object of a type has.
pub fn has_action(kind: TypeId, action: &str) -> bool {
    let name = schema().kind(kind).name;
    match action {
        "trace" => super::cable::ENDPOINTS.contains(&name),
        "paths" => matches!(name, "dcim.frontport" | "dcim.rearport" | "circuits.circuittermination"),
        "elevation" => name == "dcim.rack",
        "available-ips" => matches!(name, "ipam.prefix" | "ipam.iprange"),
        "available-prefixes" => name == "ipam.prefix",
        "available-vlans" => name == "ipam.vlangroup",
        "available-asns" => name == "ipam.asnrange",
        _ => false,
    }
}

/// The answer of an extra address.
pub fn action(scope: &Scope, object: Object, action: &str, query: &Query) -> Answer {
    match action {
        "trace" => Answer::Json(trace(scope, object)),
        "paths" => Answer::Json(paths(scope, object)),
        "elevation" => elevation::elevation(scope, object, query),
        "available-ips" => Answer::Json(available::addresses(scope, object, query)),
        "available-prefixes" => Answer::Json(available::prefixes(scope, object)),
        "available-vlans" => Answer::Json(available::vlans(scope, object, query)),
        _ => Answer::Json(available::asns(scope, object, query)),
    }
}

fn trace(scope: &Scope, origin: Object) -> Json {
    let briefs = |objects: &[Object]| objects.iter().map(|object| scope.brief(*object)).collect::<Json>();
    let traced =
        ["id", "url", "display_url", "type", "status", "label", "color", "length", "length_unit", "description"];
    let segments = scope.store.trace(origin).into_iter();
    segments
        .map(|(near, cable, far)| {
            let cable = cable.map_or(json!([]), |cable| {
                let mut shown = scope.object(cable, Selection::Fields(&traced));
                // The traced form gives the plain values of its choices.
                for name in ["status", "length_unit"] {
                    shown[name] = scope.value(&scope.store.get(cable, name));
                }
                shown
            });
            json!([briefs(&near), cable, briefs(&far)])
        })
        .collect()
}

/// The paths that lead through a port of a panel or the end of a circuit.
fn paths(scope: &Scope, port: Object) -> Json {
    let store = scope.store;
    let mut found = Vec::new();
    let mut number = 0;
    // In the order in which the ends were plugged in, as paths are traced.
    let kind = schema().id("dcim.cabletermination");
    let ends = store.ids(kind).map(|id| Object { kind, id });
    for origin in ends.filter_map(|end| store.reference(end, "termination")) {
        let Some(path) = store.path(origin) else { continue };
        number += 1;
        if path.nodes.iter().flatten().all(|node| *node != port) {
            continue;
        }
        let nodes: Json =
            path.nodes.iter().map(|nodes| nodes.iter().map(|node| scope.brief(*node)).collect::<Json>()).collect();
        found.push(json!({
            "id": number,
            "path": nodes,
            "is_active": path.is_active,
            "is_complete": path.is_complete,
            "is_split": path.is_split,
        }));
    }
    Json::Array(found)
}

/// `/api/dcim/connected-device/`: the device at the other end of a named interface.
pub fn connected_device(scope: &Scope, query: &Query) -> Answer {
    let store = scope.store;
    let last = |name: &str| values(query, name).last().copied();
    let (Some(device), Some(interface)) = (last("peer_device"), last("peer_interface")) else {
        return Answer::Refused(
            json!({"detail": "Request must include \"peer_device\" and \"peer_interface\" filters."}),
        );
    };
    let missing = |what: &str| Answer::NotFound(format!("No {what} matches the given query."));
    let kind = schema().id("dcim.device");
    let mut devices = store.ids(kind).map(|id| Object { kind, id });
    let Some(device) = devices.find(|found| store.text(*found, "name") == device) else { return missing("Device") };
    let mut interfaces = store.related(device, "interfaces").into_iter();
    let Some(interface) = interfaces.find(|found| store.text(*found, "name") == interface) else {
        return missing("Interface");
    };
    let far = store.path(interface).and_then(|path| path.destinations().first().copied());
    match far.and_then(|far| store.reference(far, "device")) {
        Some(device) => Answer::Json(scope.object(device, Selection::All)),
        None => Answer::NotFound("Not found.".to_owned()),
    }
}
