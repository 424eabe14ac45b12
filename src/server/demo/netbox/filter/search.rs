//! `q`: NetBox's search within one list.

use super::super::network::mac;
use super::super::render::Scope;
use super::super::schema::{TypeId, schema};
use super::super::store::{Network, Object, Value};
use super::resolve;

/// A test for `q`, or none if the text is blank.
pub fn test<'a>(scope: &'a Scope, kind: TypeId, text: &str) -> Option<Box<dyn Fn(Object) -> bool + 'a>> {
    let text = text.to_owned();
    if text.trim().is_empty() {
        return None;
    }
    let lower = text.to_lowercase();
    let network = Network::parse(&text);
    Some(Box::new(move |object| {
        schema().kind(kind).search.iter().any(|spec| {
            let (path, how) = spec.split_once(':').unwrap_or((spec, ""));
            let mut found = Vec::new();
            if !path.is_empty() {
                let path: Vec<&str> = path.split("__").collect();
                resolve(scope, object, &path, &mut found);
            }
            match how {
                "number" => {
                    found.iter().any(|value| matches!(value, Value::Int(number) if text.trim().parse() == Ok(*number)))
                }
                "primary" => network.is_some_and(|network| primary(scope, object, network)),
                "network" => found.iter().any(|value| match value {
                    Value::Network(prefix) => {
                        prefix.to_string().contains(text.trim())
                            || network.is_some_and(|network| prefix.contains(network.cidr()))
                    }
                    _ => false,
                }),
                "starts" => found.iter().any(|value| written(scope, value).to_lowercase().starts_with(&lower)),
                "text" => found.iter().any(|value| written(scope, value).contains(&text)),
                _ => found.iter().any(|value| written(scope, value).to_lowercase().contains(&lower)),
            }
        })
    }))
}

/// Whether one of an object's primary addresses is this one, whatever its mask.
fn primary(scope: &Scope, object: Object, network: Network) -> bool {
    ["primary_ip4", "primary_ip6"].into_iter().any(|column| {
        let address = scope.store.reference(object, column).map(|address| scope.store.get(address, "address"));
        matches!(address, Some(Value::Network(address)) if address.address == network.address)
    })
}

fn written(scope: &Scope, value: &Value) -> String {
    match value {
        Value::Text(symbol) => scope.store.symbol(*symbol).to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Network(network) => network.to_string(),
        Value::Mac(address) => mac(*address),
        _ => String::new(),
    }
}
