//! What an answer must hold, from NetBox's own REST API.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::stack::Stack;

/// Something that an answer must hold.
pub enum Fact {
    /// Words that stand in the estate.
    Says(&'static str),
    /// The count of a query, and the words after it: `85 devices`.
    Total(&'static str, &'static str),
    /// The group with the most objects of a query, by a field: `Columbus 01 (85)`.
    Most(&'static str, &'static str),
    /// A field of the first object of a query.
    Field(&'static str, &'static str),
    /// The sum of a field over a query, and the words after it.
    Sum(&'static str, &'static str, &'static str),
    /// How many different values a field has in a query, and the words after it.
    Distinct(&'static str, &'static str, &'static str),
    /// How many objects of the first query have no object of the second whose field names them.
    Without(&'static str, &'static str, &'static str, &'static str),
    /// How many objects of a query have nothing in a field, and the words after it.
    Empty(&'static str, &'static str, &'static str),
    /// The first address of an IPv4 prefix that no object has.
    Free(&'static str),
    /// Devices at the other ends of a device's interfaces.
    Beside(&'static str),
}

impl Fact {
    /// The words that the answer must hold.
    pub async fn words(&self, stack: &Stack) -> Vec<String> {
        match self {
            Self::Says(words) => vec![(*words).to_owned()],
            Self::Total(query, noun) => {
                vec![format!("{} {noun}", stack.total(query).await).trim_end().to_owned()]
            }
            Self::Most(query, path) => {
                let mut groups: BTreeMap<String, usize> = BTreeMap::new();
                for object in stack.all(query).await {
                    *groups.entry(text(&object, path)).or_default() += 1;
                }
                let most = groups.values().copied().max().unwrap_or_default();
                let first: Vec<&String> =
                    groups.iter().filter(|(_, count)| **count == most).map(|(name, _)| name).collect();
                assert!(most > 0, "{query} finds nothing");
                // Of equal ones any may stand first.
                if first.len() == 1 { vec![format!("{} ({most})", first[0])] } else { vec![format!("({most})")] }
            }
            Self::Field(query, path) => {
                let found = text(&stack.rest(query).await["results"][0], path);
                assert!(!found.is_empty(), "{query} has no {path}");
                vec![found]
            }
            Self::Sum(query, path, noun) => {
                let sum: f64 = stack.all(query).await.iter().filter_map(|object| number(&object[*path])).sum();
                vec![format!("{sum}{noun}")]
            }
            Self::Distinct(query, path, noun) => {
                let values: BTreeSet<String> = stack.all(query).await.iter().map(|object| text(object, path)).collect();
                vec![format!("{} {noun}", values.iter().filter(|value| !value.is_empty()).count())]
            }
            Self::Without(ours, theirs, path, noun) => {
                let named: BTreeSet<String> = stack.all(theirs).await.iter().map(|object| text(object, path)).collect();
                let without =
                    stack.all(ours).await.iter().filter(|object| !named.contains(&object["id"].to_string())).count();
                vec![if without == 0 { String::new() } else { format!("{without} {noun}") }]
            }
            Self::Empty(query, path, noun) => {
                let empty = stack.all(query).await.iter().filter(|object| text(object, path).is_empty()).count();
                vec![format!("{empty}{noun}")]
            }
            Self::Free(prefix) => {
                let (network, length) = prefix.split_once('/').unwrap();
                let network = u32::from(network.parse::<std::net::Ipv4Addr>().unwrap());
                let addresses = stack.all(&format!("ipam/ip-addresses/?parent={prefix}")).await;
                let used: BTreeSet<String> = addresses
                    .iter()
                    .map(|object| text(object, "address").split('/').next().unwrap().to_owned())
                    .collect();
                let mut free = (network + 1..).map(|host| std::net::Ipv4Addr::from(host).to_string());
                vec![format!("{}/{length}", free.find(|host| !used.contains(host)).unwrap())]
            }
            Self::Beside(device) => {
                let interfaces = stack.all(&format!("dcim/interfaces/?device={device}&connected=true")).await;
                let ends =
                    interfaces.iter().flat_map(|port| port["connected_endpoints"].as_array().into_iter().flatten());
                let names: BTreeSet<String> =
                    ends.map(|end| text(end, "device.name")).filter(|name| !name.is_empty()).collect();
                assert!(!names.is_empty(), "{device} has no neighbours");
                names.into_iter().collect()
            }
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// A value by its path; of an object its name.
fn text(object: &Value, path: &str) -> String {
    let value = path.split('.').fold(object, |value, name| &value[name]);
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Object(fields) => ["name", "display", "value"]
            .iter()
            .find_map(|key| fields.get(*key).and_then(Value::as_str))
            .unwrap_or_default()
            .to_owned(),
        other => other.to_string(),
    }
}
