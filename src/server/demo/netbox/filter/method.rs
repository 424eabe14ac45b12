//! The filters that NetBox does with a method of its own: named after those methods.

use serde_json::Value as Json;

use super::super::render::Scope;
use super::super::schema::{Filter, TypeId, schema};
use super::super::store::{Network, Object, Value};
use super::test::{boolean, not_a_choice, not_that_choice};
use super::{Found, Query, resolve, values};

/// Yes-or-no filters that ask whether a relation leads anywhere: the parameter and the relation.
const RELATIONS: [(&str, &str); 9] = [
    ("_console_ports", "consoleports"),
    ("_console_server_ports", "consoleserverports"),
    ("_power_ports", "powerports"),
    ("_power_outlets", "poweroutlets"),
    ("_interfaces", "interfaces"),
    ("_pass_through_ports", "frontports"),
    ("_module_bays", "modulebays"),
    ("_device_bays", "devicebays"),
    ("_inventory_items", "inventoryitems"),
];

/// The test for a parameter whose filter is a method; none if it says nothing.
pub fn test<'a>(
    scope: &'a Scope,
    kind: TypeId,
    name: &str,
    filter: &Filter,
    given: &[&str],
    query: &Query,
) -> Found<'a> {
    let store = scope.store;
    let last = given.last().copied().unwrap_or_default();
    let always = |test: Box<dyn Fn(Object) -> bool + 'a>| Ok(Some(test));
    if filter.kind == "Boolean" {
        let Some(wanted) = boolean(last) else { return Ok(None) };
        return Ok(yes_or_no(scope, kind, filter.method, wanted));
    }
    if filter.kind == "Number" && given.iter().any(|value| value.parse::<i64>().is_err()) {
        return Err(if filter.many { "Enter a whole number." } else { "Enter a number." }.to_owned());
    }
    let chosen = match filter.target {
        Some(target) => Some(choose(scope, target, given).map_err(|bad| match filter.kind {
            "ModelChoice" => not_that_choice(),
            _ => not_a_choice(bad),
        })?),
        None => None,
    };
    let networks: Vec<Option<Network>> = given.iter().map(|value| Network::parse(value)).collect();
    let texts: Vec<String> = given.iter().map(|value| (*value).to_owned()).collect();
    let network_of = move |object: Object, column: &str| match store.get(object, column) {
        Value::Network(network) => Some(*network),
        _ => None,
    };
    match filter.method {
        "filter_prefix" => {
            let wanted: Vec<Network> = networks.into_iter().flatten().collect();
            let wanted: Vec<Network> =
                if filter.many { wanted } else { wanted.into_iter().map(Network::cidr).collect() };
            always(Box::new(move |object| network_of(object, "prefix").is_some_and(|found| wanted.contains(&found))))
        }
        "search_within" | "search_within_include" => {
            let wanted = networks.last().copied().flatten().map(Network::cidr);
            let proper = filter.method == "search_within";
            always(Box::new(move |object| {
                let found = network_of(object, "prefix");
                wanted.zip(found).is_some_and(|(wanted, found)| wanted.contains(found) && !(proper && wanted == found))
            }))
        }
        "search_contains" if schema().kind(kind).name == "ipam.iprange" => {
            let wanted = networks.last().copied().flatten();
            always(Box::new(move |object| {
                let ends = network_of(object, "start_address").zip(network_of(object, "end_address"));
                // NetBox lets the database compare them with their masks: an address without one lies behind the end
                // of a range in the same network.
                wanted.zip(ends).is_some_and(|(wanted, (start, end))| (start.key()..=end.key()).contains(&wanted.key()))
            }))
        }
        "search_contains" => {
            let wanted = networks.last().copied().flatten();
            let whole = last.contains('/');
            always(Box::new(move |object| {
                let found = network_of(object, "prefix");
                wanted.zip(found).is_some_and(|(wanted, found)| {
                    if whole { found.contains(wanted.cidr()) } else { found.contains(wanted) && found != wanted }
                })
            }))
        }
        "search_by_parent" => {
            let Some(wanted) = networks.into_iter().map(|n| n.map(Network::cidr)).collect::<Option<Vec<_>>>() else {
                return always(Box::new(|_| false));
            };
            always(Box::new(move |object| {
                wanted.iter().any(|parent| match network_of(object, "address") {
                    Some(address) => parent.holds(address),
                    None => ["start_address", "end_address"]
                        .into_iter()
                        .all(|end| network_of(object, end).is_some_and(|end| parent.holds(end))),
                })
            }))
        }
        "filter_address" => {
            let column = if name.ends_with("_address") { name.to_owned() } else { "address".to_owned() };
            let wanted: Vec<(Network, bool)> =
                networks.into_iter().zip(&texts).filter_map(|(n, text)| Some((n?, text.contains('/')))).collect();
            always(Box::new(move |object| {
                let found = network_of(object, &column);
                found.is_some_and(|found| {
                    wanted.iter().any(
                        |(wanted, masked)| if *masked { *wanted == found } else { wanted.address == found.address },
                    )
                })
            }))
        }
        "filter_device" | "filter_virtual_machine" | "filter_fhrp_group" => {
            let holders = holders(scope, filter, &texts);
            if schema().kind(kind).name == "ipam.service" {
                return always(Box::new(move |object| {
                    store.reference(object, "parent").is_some_and(|parent| holders.contains(&parent))
                }));
            }
            let column =
                if schema().kind(kind).column("assigned_object").is_some() { "assigned_object" } else { "interface" };
            let interfaces: Vec<Object> = holders.iter().flat_map(|holder| interfaces(scope, *holder, true)).collect();
            always(Box::new(move |object| {
                store.reference(object, column).is_some_and(|interface| interfaces.contains(&interface))
            }))
        }
        "filter_virtual_chassis_member" | "filter_virtual_chassis_member_or_master" => {
            let if_master = filter.method.ends_with("_or_master");
            let holders = holders(scope, filter, &texts);
            let found: Vec<Object> = holders.iter().flat_map(|holder| interfaces(scope, *holder, if_master)).collect();
            always(Box::new(move |object| found.contains(&object)))
        }
        "filter_kind" => {
            let wanted = last.trim().to_lowercase();
            always(Box::new(move |object| {
                let of_type = store.text(object, "type");
                let is_virtual = matches!(of_type, "virtual" | "bridge" | "lag");
                let wireless = of_type.starts_with("ieee802.11")
                    || matches!(of_type, "ieee802.15.1" | "ieee802.15.4" | "other-wireless");
                match wanted.as_str() {
                    "physical" => !is_virtual && !wireless,
                    "virtual" => is_virtual,
                    "wireless" => wireless,
                    _ => false,
                }
            }))
        }
        "filter_vlan" | "filter_vlan_id" => {
            let column = if filter.method == "filter_vlan" { "vid" } else { "id" };
            let wanted: i64 = last.parse().unwrap_or_default();
            always(Box::new(move |object| {
                ["untagged_vlan", "tagged_vlans", "qinq_svlan"].into_iter().any(|relation| {
                    let mut found = Vec::new();
                    resolve(scope, object, &[relation, column], &mut found);
                    found.contains(&Value::Int(wanted))
                })
            }))
        }
        "filter_scope" => {
            let model = name.replace('_', "");
            always(Box::new(move |object| {
                store.reference(object, "scope").is_some_and(|place| {
                    schema().kind(place.kind).model() == model && texts.iter().any(|id| id.parse() == Ok(place.id))
                })
            }))
        }
        "get_for_site" | "get_for_site_group" => {
            let wanted = chosen.unwrap_or_default().first().copied();
            always(Box::new(move |object| wanted.is_some_and(|place| vlan_available(scope, object, place))))
        }
        "filter_present_in_vrf" => {
            let wanted = chosen.unwrap_or_default().first().copied();
            always(Box::new(move |object| {
                let (Some(vrf), Some(wanted)) = (store.reference(object, "vrf"), wanted) else { return false };
                let targets = |vrf: Object, column: &str| match store.get(vrf, column) {
                    Value::Refs(targets) => *targets,
                    _ => Vec::new(),
                };
                let imported = targets(wanted, "import_targets");
                vrf == wanted || targets(vrf, "export_targets").iter().any(|target| imported.contains(target))
            }))
        }
        "filter_interface_id" | "filter_vminterface_id" => {
            let vlans: Vec<Object> = chosen
                .unwrap_or_default()
                .into_iter()
                .flat_map(|interface| {
                    let mut found = Vec::new();
                    resolve(scope, interface, &["untagged_vlan"], &mut found);
                    resolve(scope, interface, &["tagged_vlans"], &mut found);
                    found.into_iter().filter_map(|value| if let Value::Ref(vlan) = value { Some(vlan) } else { None })
                })
                .collect();
            always(Box::new(move |object| vlans.contains(&object)))
        }
        "filter_by_termination" => {
            let path = filter.path.to_owned();
            always(Box::new(move |cable| {
                store.related(cable, "terminations").into_iter().any(|termination| {
                    let mut found = Vec::new();
                    let (first, rest) = path.split_once("__").unwrap_or((&path, ""));
                    let column = format!("_{}", first.strip_suffix("_id").unwrap_or(first));
                    let mut steps = vec![column.as_str()];
                    steps.push(if first.ends_with("_id") { "id" } else { rest });
                    steps.retain(|step| !step.is_empty());
                    resolve(scope, termination, &steps, &mut found);
                    found.iter().any(|value| match value {
                        Value::Int(id) => texts.iter().any(|text| text.parse() == Ok(*id)),
                        Value::Text(symbol) => texts.iter().any(|text| text == store.symbol(*symbol)),
                        _ => false,
                    })
                })
            }))
        }
        "filter_by_cable_end_a" | "filter_by_cable_end_b" => {
            let end = if filter.method.ends_with('a') { "A" } else { "B" };
            always(Box::new(move |cable| {
                store.terminations(cable, end).iter().any(|object| texts.iter().any(|id| id.parse() == Ok(object.id)))
            }))
        }
        method if method.starts_with("filter_by_") && name.ends_with("_id") => {
            let model = name.trim_end_matches("_id").to_owned();
            always(Box::new(move |object| {
                let ends = match store.reference(object, "termination") {
                    Some(end) => vec![end],
                    None => [store.terminations(object, "A"), store.terminations(object, "B")].concat(),
                };
                ends.iter().any(|end| {
                    schema().kind(end.kind).model() == model && texts.iter().any(|id| id.parse() == Ok(end.id))
                })
            }))
        }
        "filter_port_mappings" | "filter_port_mappings_negated" => {
            let negated = filter.method.ends_with("_negated");
            always(Box::new(move |object| {
                mappings(scope, object).iter().any(|mapping| texts.contains(mapping)) != negated
            }))
        }
        "filter_protocol_noop" | "filter_noop" => {
            // Protocol and port belong together: one mapping must meet both.
            let choices = schema().choices(filter.choices);
            if let Some(bad) =
                texts.iter().find(|t| !choices.is_empty() && choices.iter().all(|(known, _)| known != *t))
            {
                return Err(not_a_choice(bad));
            }
            let given = |name: &str| values(query, name).into_iter().map(str::to_owned).collect::<Vec<_>>();
            let (protocols, ports) = (given("protocol"), given("port"));
            let bound = |name: &str| given(name).first().and_then(|text| text.parse::<u32>().ok());
            let (gte, lte, gt, lt) = (bound("port__gte"), bound("port__lte"), bound("port__gt"), bound("port__lt"));
            always(Box::new(move |object| {
                mappings(scope, object).iter().filter_map(|mapping| mapping.split_once('/')).any(|(protocol, port)| {
                    let number: u32 = port.parse().unwrap_or_default();
                    (protocols.is_empty() || protocols.iter().any(|wanted| wanted == protocol))
                        && (ports.is_empty() || ports.iter().any(|wanted| wanted == port))
                        && gte.is_none_or(|bound| number >= bound)
                        && lte.is_none_or(|bound| number <= bound)
                        && gt.is_none_or(|bound| number > bound)
                        && lt.is_none_or(|bound| number < bound)
                })
            }))
        }
        "filter_by_request" => {
            let change = schema().id("core.objectchange");
            let actions: &[&str] = match name.split('_').next() {
                Some("created") => &["create"],
                Some("updated") => &["update"],
                _ => &["create", "update"],
            };
            let changed: Vec<Object> = store
                .ids(change)
                .map(|id| Object { kind: change, id })
                .filter(|change| {
                    store.text(*change, "request_id") == last && actions.contains(&store.text(*change, "action"))
                })
                .filter_map(|change| store.reference(change, "changed_object"))
                .collect();
            always(Box::new(move |object| changed.contains(&object)))
        }
        "_content_type" | "_content_type_id" => {
            let by_name = filter.method == "_content_type";
            let wanted: Vec<TypeId> = texts
                .iter()
                .filter_map(|text| if by_name { Some(schema().id(&text.to_lowercase())) } else { text.parse().ok() })
                .collect();
            always(Box::new(move |tag| {
                let items = store.related(tag, "extras_taggeditem_items").into_iter();
                let mut holders = items.filter_map(|item| store.reference(item, "content_object"));
                holders.any(|holder| wanted.contains(&holder.kind))
            }))
        }
        "filter_features" => {
            let wanted = last.to_lowercase();
            always(Box::new(move |object| {
                let kind = schema().kind(u16::try_from(object.id).unwrap_or_default());
                kind.features.join(",").contains(&wanted)
            }))
        }
        _ => Ok(None),
    }
}

fn yes_or_no<'a>(
    scope: &'a Scope,
    kind: TypeId,
    method: &str,
    wanted: bool,
) -> Option<Box<dyn Fn(Object) -> bool + 'a>> {
    let store = scope.store;
    let relation = RELATIONS.iter().find(|(name, _)| *name == method).map(|(_, relation)| *relation);
    if let Some(relation) = relation {
        // Types of devices and modules have templates of the same components.
        let template = format!("{}templates", relation.trim_end_matches('s'));
        let reverse = &schema().kind(kind).reverse;
        let relation = if reverse.contains_key(relation) { relation.to_owned() } else { template };
        return Some(Box::new(move |object| store.related(object, &relation).is_empty() != wanted));
    }
    let any = |columns: &'static [&'static str]| -> Option<Box<dyn Fn(Object) -> bool + 'a>> {
        Some(Box::new(move |object| columns.iter().any(|column| store.reference(object, column).is_some()) == wanted))
    };
    match method {
        "_has_primary_ip" => any(&["primary_ip4", "primary_ip6"]),
        "_has_oob_ip" => any(&["oob_ip"]),
        "_virtual_chassis_member" => any(&["virtual_chassis"]),
        "_assigned" | "filter_assigned" => any(&["assigned_object"]),
        "_assigned_to_interface" => Some(Box::new(move |object| {
            let target = store.reference(object, "assigned_object").map(|target| schema().kind(target.kind).model());
            matches!(target, Some("interface" | "vminterface")) == wanted
        })),
        "filter_primary" => Some(Box::new(move |object| {
            let holder = store.reference(object, "assigned_object");
            let primary = holder.and_then(|holder| store.reference(holder, "primary_mac_address"));
            (primary == Some(object)) == wanted
        })),
        "filter_occupied" => Some(Box::new(move |object| scope.occupied(object) == wanted)),
        "filter_connected" => Some(Box::new(move |object| {
            store.path(object).is_some_and(|path| path.is_complete && path.is_active) == wanted
        })),
        "_unterminated" => Some(Box::new(move |cable| {
            let both = ["A", "B"].into_iter().all(|end| !store.terminations(cable, end).is_empty());
            both != wanted
        })),
        "_local_context_data" => {
            Some(Box::new(move |object| (store.get(object, "local_context_data") != Value::Null) == wanted))
        }
        "_has_virtual_device_context" => {
            Some(Box::new(move |object| store.related(object, "vdcs").is_empty() != wanted))
        }
        _ => None,
    }
}

/// The objects that values mean, or the first value that means none.
fn choose<'a>(scope: &Scope, (target, key): (TypeId, &str), given: &[&'a str]) -> Result<Vec<Object>, &'a str> {
    given
        .iter()
        .map(|value| {
            let mut all = scope.store.ids(target).map(|id| Object { kind: target, id });
            all.find(|object| {
                if key == "pk" { value.parse() == Ok(object.id) } else { scope.store.text(*object, key) == *value }
            })
            .ok_or(*value)
        })
        .collect()
}

/// The devices, machines or groups that a filter names by `name` or `pk`.
fn holders(scope: &Scope, filter: &Filter, wanted: &[String]) -> Vec<Object> {
    let kind = schema().id(match filter.method {
        "filter_virtual_machine" => "virtualization.virtualmachine",
        "filter_fhrp_group" => "ipam.fhrpgroup",
        _ => "dcim.device",
    });
    let all = scope.store.ids(kind).map(|id| Object { kind, id });
    all.filter(|object| {
        wanted.iter().any(|wanted| {
            if filter.path == "pk" {
                wanted.parse() == Ok(object.id)
            } else {
                scope.store.text(*object, "name") == wanted
            }
        })
    })
    .collect()
}

/// A device's interfaces, and those of the other members of its virtual chassis if it is the master (or always).
fn interfaces(scope: &Scope, holder: Object, if_master: bool) -> Vec<Object> {
    let store = scope.store;
    let mut found = store.related(holder, "interfaces");
    if let Some(chassis) = store.reference(holder, "virtual_chassis")
        && (!if_master || store.reference(chassis, "master") == Some(holder))
    {
        let members = store.related(chassis, "members").into_iter().filter(|member| *member != holder);
        let theirs = members.flat_map(|member| store.related(member, "interfaces"));
        found.extend(theirs.filter(|interface| store.get(*interface, "mgmt_only") != Value::Bool(true)));
    }
    found
}

/// Whether a VLAN may be used at a site or in a group of sites.
fn vlan_available(scope: &Scope, vlan: Object, place: Object) -> bool {
    let store = scope.store;
    let is_site = schema().kind(place.kind).name == "dcim.site";
    let site = store.reference(vlan, "site");
    let group = store.reference(vlan, "group");
    let scope_of = group.and_then(|group| store.reference(group, "scope"));
    if site.is_some() && site == Some(place) {
        return true;
    }
    let Some(wanted) = scope_of else { return site.is_none() };
    let above = |column: &str| store.reference(place, column).map(|node| store.ancestors(node)).unwrap_or_default();
    if is_site {
        wanted == place || above("region").contains(&wanted) || above("group").contains(&wanted)
    } else {
        store.ancestors(place).contains(&wanted)
    }
}

fn mappings(scope: &Scope, object: Object) -> Vec<String> {
    let mappings = scope.store.json(object, "port_mappings");
    mappings.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}
