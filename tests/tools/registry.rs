//! The table of object types and the catalogue of filters against what a real NetBox 4.7 says of itself.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use netbox_chatbox::server::netbox::{catalogue, object_type};
use serde_json::{Value, json};

use crate::side::Side;

/// Endpoints that list nothing: one only takes uploads, the other is one's own preferences.
const WITHOUT_LIST: [&str; 2] = ["extras.scriptmodule", "users.userconfig"];

#[tokio::test]
async fn the_table_is_netboxs_own() {
    let side = Side::real();
    let answer = side.raw("core/object-types/", &[("limit", "1000")]).await;
    let theirs: BTreeSet<(String, String)> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|kind| kind["is_plugin_model"] == false)
        .filter_map(|kind| {
            let name = format!("{}.{}", kind["app_label"].as_str()?, kind["model"].as_str()?);
            let endpoint = kind["rest_api_endpoint"].as_str()?.trim_start_matches("/api/").trim_matches('/').to_owned();
            (!WITHOUT_LIST.contains(&name.as_str())).then_some((name, endpoint))
        })
        .collect();
    let ours = object_type::all().iter().map(|kind| (kind.name.to_owned(), kind.endpoint.to_owned())).collect();
    assert_eq!(theirs, ours);
}

#[tokio::test]
async fn every_type_can_be_listed_with_every_field() {
    for side in Side::both().await {
        for kind in object_type::all() {
            let fields = &catalogue::endpoint(kind.endpoint).unwrap().fields;
            let answer = side.objects(json!({"object_type": kind.name, "limit": 2, "fields": fields})).await;
            assert_eq!(answer["object_type"], kind.name);
            assert!(answer["total"].is_u64(), "{}: {}", side.name, kind.name);
        }
    }
}

#[tokio::test]
async fn every_ordering_that_is_offered_is_one() {
    let side = Side::real();
    for kind in ["dcim.device", "dcim.site", "dcim.interface", "ipam.prefix", "ipam.ipaddress", "circuits.circuit"] {
        let kind = object_type::find(kind).unwrap();
        let endpoint = catalogue::endpoint(kind.endpoint).unwrap();
        for field in endpoint.fields.iter().filter(|field| !endpoint.unordered.contains(field)) {
            let outcome =
                side.call("netbox_get_objects", json!({"object_type": kind.name, "ordering": field, "limit": 1})).await;
            assert!(!outcome.evidence.is_error, "{} by {field}: {}", kind.name, outcome.model_text);
        }
    }
}

#[tokio::test]
async fn pages_of_the_interface_exist_in_the_demo() {
    let side = Side::demo().await;
    let http = reqwest::Client::builder().build().unwrap();
    for kind in object_type::all() {
        if let Some(page) = kind.page() {
            let status = http.get(format!("{}{page}", side.client.address())).send().await.unwrap().status();
            assert!(status.is_success(), "{page}: {status}");
        }
    }
}

/// The lists that most questions are about.
const COMMON: [&str; 18] = [
    "circuits.circuit",
    "dcim.cable",
    "dcim.device",
    "dcim.interface",
    "dcim.location",
    "dcim.rack",
    "dcim.rackreservation",
    "dcim.site",
    "extras.journalentry",
    "ipam.ipaddress",
    "ipam.prefix",
    "ipam.vlan",
    "ipam.vlangroup",
    "ipam.vrf",
    "tenancy.contact",
    "tenancy.contactassignment",
    "virtualization.cluster",
    "virtualization.virtualmachine",
];
/// Filters that the estate has something for, and of which NetBox's document says less than they need.
const FILLED: [(&str, &str); 14] = [
    ("dcim.cable", "location"),
    ("dcim.cable", "rack"),
    ("dcim.cable", "site"),
    ("dcim.device", "role"),
    ("dcim.device", "site"),
    ("dcim.device", "tenant_group"),
    ("dcim.interface", "device"),
    ("dcim.rackreservation", "user"),
    ("dcim.site", "contact_group"),
    ("ipam.prefix", "site"),
    ("ipam.vlan", "group"),
    ("ipam.vlangroup", "site"),
    ("tenancy.contact", "group_id"),
    ("tenancy.contactassignment", "group_id"),
];

const MOST_VALUES: usize = 40;

/// The attribute of some objects, as a filter takes it.
async fn values_of(side: &Side, object_type: &str, attribute: &str) -> Vec<String> {
    let path = object_type::by_name(object_type).unwrap().list_path();
    let objects = side.raw(&path, &[("limit", "40"), ("fields", &format!("id,{attribute}"))]).await;
    let values = objects["results"].as_array().unwrap().iter().filter_map(|object| match &object[attribute] {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    values.collect()
}

#[tokio::test]
async fn references_are_compared_as_netbox_compares_them() {
    let side = Side::real();
    let (mut wrong, mut known) = (Vec::new(), HashMap::new());
    for name in COMMON {
        let kind = object_type::by_name(name).unwrap();
        for (filter_name, filter) in &catalogue::endpoint(kind.endpoint).unwrap().filters {
            let Some(reference) = filter.reference else { continue };
            let all = match known.entry((reference.object_type, reference.attribute)) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => {
                    entry.insert(values_of(&side, reference.object_type, reference.attribute).await)
                }
            };
            let values = &all[..all.len().min(if filter.several { MOST_VALUES } else { 1 })];
            let mut query: Vec<(&str, &str)> = vec![("limit", "1"), ("fields", "id")];
            query.extend(values.iter().map(|value| (*filter_name, value.as_str())));
            match side.try_raw(&kind.list_path(), &query).await {
                Ok(answer) if answer["count"] == 0 && FILLED.contains(&(name, *filter_name)) => {
                    wrong.push(format!("{name} by {filter_name}: nothing"));
                }
                Ok(_) => {}
                Err(error) => wrong.push(format!("{name} by {filter_name}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
