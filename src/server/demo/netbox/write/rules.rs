//! What NetBox checks of several columns of an object together (`clean()` of its models), where it keeps places and
//! addresses from contradicting each other.

use serde_json::json;

use super::super::render::Scope;
use super::super::schema::schema;
use super::super::store::{Object, Value};
use super::Errors;

/// Looks an object over.
pub fn check(scope: &Scope, object: Object, errors: &mut Errors) {
    let mut wrong = |field: &str, sentence: String| _ = errors.insert(field.to_owned(), json!([sentence]));
    let store = scope.store;
    let site = store.reference(object, "site");
    let shown = |object: Option<Object>| object.map(|object| scope.display(object)).unwrap_or_default();
    // A rack or a location of another site.
    let strays = |column: &str| {
        store
            .reference(object, column)
            .filter(|place| store.reference(*place, "site") != site)
            .map(|place| shown(Some(place)))
    };
    match schema().kind(object.kind).name {
        "dcim.device" => {
            if let Some(rack) = strays("rack") {
                wrong("rack", format!("Rack {rack} does not belong to site {}.", shown(site)));
            } else if let Some(location) = strays("location") {
                wrong("location", format!("Location {location} does not belong to site {}.", shown(site)));
            }
            let (face, position) = (store.text(object, "face"), store.get(object, "position"));
            let sentence = match (store.reference(object, "rack"), face.is_empty(), position == Value::Null) {
                (None, false, _) => Some(("face", "Cannot select a rack face without assigning a rack.")),
                (None, _, false) => Some(("position", "Cannot select a rack position without assigning a rack.")),
                (Some(_), true, false) => Some(("face", "Must specify rack face when defining rack position.")),
                _ => None,
            };
            if let Some((column, sentence)) = sentence {
                wrong(column, sentence.to_owned());
            }
            for column in ["primary_ip4", "primary_ip6", "oob_ip"] {
                let Some(address) = store.reference(object, column) else { continue };
                let holder = store.reference(address, "assigned_object");
                if holder.and_then(|holder| store.reference(holder, "device")) != Some(object) {
                    let sentence = format!(
                        "The specified IP address ({}) is not assigned to this device.",
                        scope.display(address)
                    );
                    wrong(column, sentence);
                }
            }
        }
        "dcim.rack" if strays("location").is_some() => {
            wrong("__all__", format!("Assigned location must belong to parent site ({}).", shown(site)));
        }
        "virtualization.virtualmachine"
            if ["site", "cluster", "device"].iter().all(|column| store.reference(object, column).is_none()) =>
        {
            wrong("__all__", "A virtual machine must be assigned to a site, cluster, or device.".to_owned());
        }
        _ => {}
    }
}
