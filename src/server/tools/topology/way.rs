//! A way through cables, read from NetBox's `/trace/` and `/paths/`, and written in one line.

use serde_json::Value;

use super::port::called;
use crate::server::tools::finding::{Hop, HopEnd, PathPicture, choice_in, name_in, target};

/// Reads `/trace/`: threes of near ends, link, far ends.
pub(super) fn of_trace(segments: &[Value]) -> PathPicture {
    let mut hops = Vec::new();
    for segment in segments {
        let part = |at: usize| segment.get(at).unwrap_or(&Value::Null);
        hops.push(ends(part(0)));
        if part(1).is_object() {
            hops.push(link(part(1)));
        }
        hops.push(ends(part(2)));
    }
    finished(hops)
}

/// Reads a path of `/paths/`: groups of objects.
pub(super) fn of_path(path: &Value) -> PathPicture {
    let groups = path.get("path").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let hops = groups.iter().map(|group| {
        let is_link = group.get(0).is_some_and(|object| {
            target(object).is_some_and(|(endpoint, _)| matches!(endpoint, "dcim/cables" | "wireless/wireless-links"))
        });
        match group.get(0) {
            Some(first) if is_link => link(first),
            _ => ends(group),
        }
    });
    let mut picture = finished(hops.collect());
    picture.complete = path.get("is_complete").and_then(Value::as_bool).unwrap_or(false);
    picture
}

fn finished(hops: Vec<Hop>) -> PathPicture {
    let hops: Vec<Hop> = hops.into_iter().filter(|hop| hop.is_link || !hop.ends.is_empty()).collect();
    let complete = hops.last().is_some_and(|hop| !hop.is_link && hop.ends.iter().all(is_endpoint));
    PathPicture { hops, complete }
}

/// Whether a way ends there for good: a port that is no panel's, or a provider's network.
fn is_endpoint(end: &HopEnd) -> bool {
    end.target.is_some_and(|(endpoint, _)| {
        !matches!(endpoint, "dcim/front-ports" | "dcim/rear-ports" | "circuits/circuit-terminations" | "dcim/sites")
    })
}

fn ends(objects: &Value) -> Hop {
    let objects = objects.as_array().map_or(&[][..], Vec::as_slice);
    Hop { ends: objects.iter().map(end).collect(), ..Hop::default() }
}

fn end(object: &Value) -> HopEnd {
    let parent = ["device", "circuit"].into_iter().find_map(|field| name_in(object, field));
    let label = match parent.as_deref() {
        // `MPLS-CLE-01-103: Termination A` says the circuit already.
        Some(_) if object.get("circuit").is_some() => {
            let side = object.get("term_side").and_then(Value::as_str).unwrap_or_default();
            format!("Termination {side}")
        }
        _ => crate::server::tools::finding::name(object),
    };
    HopEnd { label, parent, target: target(object) }
}

fn link(object: &Value) -> Hop {
    let id = object.get("id").map(Value::to_string).unwrap_or_default();
    let label = object.get("label").and_then(Value::as_str).filter(|label| !label.is_empty());
    let label = label.map_or_else(|| format!("#{id}"), str::to_owned);
    let status = choice_in(object, "status");
    Hop { ends: vec![HopEnd { label, parent: None, target: target(object) }], is_link: true, status }
}

/// The same way from its other end.
pub(super) fn reversed(mut picture: PathPicture) -> PathPicture {
    picture.hops.reverse();
    picture
}

/// What it begins and ends at, in an order that does not depend on its direction.
pub(super) fn ends_of(picture: &PathPicture) -> Vec<Option<(&'static str, u64)>> {
    let of = |hop: Option<&Hop>| hop.and_then(|hop| hop.ends.first()).and_then(|end| end.target);
    let mut both = vec![of(picture.hops.first()), of(picture.hops.last())];
    both.sort_unstable();
    both
}

/// The way in one line: `a-1 eth0 -(#7)- panel Front 1|Rear 1 -(#8, planned)- b-1 eth0`.
pub(super) fn line(picture: &PathPicture) -> String {
    let mut text = String::new();
    let mut before: Option<&Hop> = None;
    for hop in &picture.hops {
        if hop.is_link {
            let labels: Vec<&str> = hop.ends.iter().map(|end| end.label.as_str()).collect();
            let status = hop.status.as_deref().filter(|status| *status != "connected");
            let status = status.map(|status| format!(", {status}")).unwrap_or_default();
            text.push_str(&format!(" -({}{status})- ", labels.join("+")));
        } else {
            let parent = hop.ends.first().and_then(|end| end.parent.as_deref());
            let inside = before.filter(|hop| !hop.is_link).and_then(|hop| hop.ends.first()).map(|end| end.parent.as_deref());
            let labels: Vec<&str> = hop.ends.iter().map(|end| end.label.as_str()).collect();
            match (inside, parent) {
                // Through a panel or a circuit: its name is said once.
                (Some(same), Some(parent)) if same == Some(parent) => text.push('|'),
                (Some(_), _) => {
                    text.push_str(" - ");
                    text.extend(parent.map(|parent| format!("{parent} ")));
                }
                (None, parent) => text.extend(parent.map(|parent| format!("{parent} "))),
            }
            text.push_str(&labels.join("+"));
        }
        before = Some(hop);
    }
    text
}

/// The ends of a way, as people call them.
pub(super) fn last(picture: &PathPicture) -> Vec<String> {
    picture.hops.last().filter(|hop| !hop.is_link).map(|hop| hop.ends.iter().map(end_text).collect()).unwrap_or_default()
}

pub(super) fn end_text(end: &HopEnd) -> String {
    end.parent.as_ref().map_or_else(|| end.label.clone(), |parent| format!("{parent} {}", end.label))
}

/// The objects at the other end of a cable, in one text.
pub(super) fn peers(object: &Value, field: &str) -> Vec<String> {
    object.get(field).and_then(Value::as_array).into_iter().flatten().map(called_or_circuit).collect()
}

/// An object with what it belongs to; of a circuit's end the circuit.
pub(super) fn called_or_circuit(object: &Value) -> String {
    match name_in(object, "circuit") {
        Some(circuit) => {
            format!("{circuit} Termination {}", object.get("term_side").and_then(Value::as_str).unwrap_or_default())
        }
        None => called(object),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn interface(id: u64, device: &str) -> Value {
        json!({"id": id, "url": format!("http://x/api/dcim/interfaces/{id}/"), "name": format!("eth{id}"), "device": {"name": device}})
    }

    fn port(kind: &str, id: u64) -> Value {
        json!({"id": id, "url": format!("http://x/api/dcim/{kind}/{id}/"), "name": format!("P{id}"), "device": {"name": "panel"}})
    }

    fn cable(id: u64) -> Value {
        json!({"id": id, "url": format!("http://x/api/dcim/cables/{id}/"), "label": "", "status": "connected"})
    }

    #[test]
    fn a_trace_through_a_panel_and_a_circuit_is_one_line() {
        let circuit = |id: u64, side: &str| {
            json!({"id": id, "url": format!("http://x/api/circuits/circuit-terminations/{id}/"), "display": "C1: Termination", "term_side": side, "circuit": {"display": "C1"}})
        };
        let network = json!({"id": 2, "url": "http://x/api/circuits/provider-networks/2/", "name": "Cloud"});
        let picture = of_trace(&[
            json!([[interface(1, "a")], cable(7), [port("front-ports", 1)]]),
            json!([[port("rear-ports", 2)], cable(8), [circuit(3, "A")]]),
            json!([[circuit(4, "Z")], [], [network]]),
        ]);
        assert!(picture.complete);
        assert_eq!(line(&picture), "a eth1 -(#7)- panel P1|P2 -(#8)- C1 Termination A|Termination Z - Cloud");
        assert_eq!(last(&picture), ["Cloud"]);
    }

    #[test]
    fn a_way_that_ends_in_a_panel_is_not_complete() {
        let picture = of_trace(&[
            json!([[interface(1, "a")], cable(7), [port("front-ports", 1)]]),
            json!([[port("rear-ports", 2)], [], []]),
        ]);
        assert!(!picture.complete);
        assert_eq!(line(&picture), "a eth1 -(#7)- panel P1|P2");
    }

    #[test]
    fn a_path_and_its_reverse_have_the_same_ends() {
        let path = json!({"path": [[interface(1, "a")], [cable(7)], [interface(2, "b")]], "is_complete": true});
        let there = of_path(&path);
        assert_eq!(line(&there), "a eth1 -(#7)- b eth2");
        let back = reversed(there.clone());
        assert_eq!(line(&back), "b eth2 -(#7)- a eth1");
        assert_eq!(ends_of(&there), ends_of(&back));
    }
}
