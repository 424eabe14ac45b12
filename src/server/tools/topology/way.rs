//! A way through cables, read from NetBox's `/trace/` and `/paths/`, and written in one line.

use serde_json::Value;

use super::port::called;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{choice_in, endpoint_of, name, name_in, shown};
use crate::server::tools::frame::Object;
use crate::wire::result::{self, Picture};
use crate::wire::tool::Cell;

/// A way through cables.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Way {
    pub(super) hops: Vec<Hop>,
    /// Whether it ends where nothing goes on.
    pub(super) complete: bool,
}

/// One thing on a way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Hop {
    pub(super) ends: Vec<HopEnd>,
    /// Whether it is a cable or another link between the ends before and after it.
    pub(super) is_link: bool,
    /// Of a link: its status.
    pub(super) status: Option<String>,
}

/// An object of a hop.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct HopEnd {
    pub(super) label: String,
    /// The device or circuit that it belongs to.
    pub(super) parent: Option<String>,
    pub(super) parent_object: Option<Object>,
    pub(super) object: Option<Object>,
}

impl HopEnd {
    /// The endpoint of its type and its id.
    pub(super) fn target(&self) -> Option<(&'static str, u64)> {
        self.object.map(|object| (object.endpoint, object.id))
    }
}

/// Reads `/trace/`: threes of near ends, link, far ends.
pub(super) fn of_trace(segments: &[Value]) -> Way {
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
pub(super) fn of_path(path: &Value) -> Way {
    let groups = path.get("path").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let hops = groups.iter().map(|group| {
        let is_link = group.get(0).is_some_and(|object| {
            endpoint_of(object).is_some_and(|endpoint| matches!(endpoint, "dcim/cables" | "wireless/wireless-links"))
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

fn finished(hops: Vec<Hop>) -> Way {
    let hops: Vec<Hop> = hops.into_iter().filter(|hop| hop.is_link || !hop.ends.is_empty()).collect();
    let complete = hops.last().is_some_and(|hop| !hop.is_link && hop.ends.iter().all(is_endpoint));
    Way { hops, complete }
}

/// Whether a way ends there for good: a port that is no panel's, or a provider's network.
fn is_endpoint(end: &HopEnd) -> bool {
    end.target().is_some_and(|(endpoint, _)| {
        !matches!(endpoint, "dcim/front-ports" | "dcim/rear-ports" | "circuits/circuit-terminations" | "dcim/sites")
    })
}

fn ends(objects: &Value) -> Hop {
    let objects = objects.as_array().map_or(&[][..], Vec::as_slice);
    Hop { ends: objects.iter().map(end).collect(), ..Hop::default() }
}

fn end(object: &Value) -> HopEnd {
    let inside =
        ["device", "circuit"].into_iter().find_map(|field| object.get(field).filter(|inner| inner.is_object()));
    let parent = inside.map(name);
    let label = match parent.as_deref() {
        // `MPLS-CLE-01-103: Termination A` says the circuit already.
        Some(_) if object.get("circuit").is_some() => {
            let side = object.get("term_side").and_then(Value::as_str).unwrap_or_default();
            format!("Termination {side}")
        }
        _ => name(object),
    };
    HopEnd { label, parent, parent_object: inside.and_then(Object::of), object: Object::of(object) }
}

fn link(object: &Value) -> Hop {
    let id = object.get("id").map(Value::to_string).unwrap_or_default();
    let label = object.get("label").and_then(Value::as_str).filter(|label| !label.is_empty());
    let label = label.map_or_else(|| format!("#{id}"), str::to_owned);
    let status = choice_in(object, "status");
    Hop { ends: vec![HopEnd { label, object: Object::of(object), ..HopEnd::default() }], is_link: true, status }
}

/// The same way from its other end.
pub(super) fn reversed(mut picture: Way) -> Way {
    picture.hops.reverse();
    picture
}

/// What it begins and ends at, in an order that does not depend on its direction.
pub(super) fn ends_of(picture: &Way) -> Vec<Option<(&'static str, u64)>> {
    let of = |hop: Option<&Hop>| hop.and_then(|hop| hop.ends.first()).and_then(HopEnd::target);
    let mut both = vec![of(picture.hops.first()), of(picture.hops.last())];
    both.sort_unstable();
    both
}

/// The way in one line: `a-1 eth0 -(#7)- panel Front 1|Rear 1 -(#8, planned)- b-1 eth0`.
pub(super) fn line(picture: &Way) -> String {
    let mut text = String::new();
    let mut before: Option<&Hop> = None;
    for hop in &picture.hops {
        if hop.is_link {
            let labels: Vec<&str> = hop.ends.iter().map(|end| end.label.as_str()).collect();
            let status = hop.status.as_deref().filter(|status| *status != "connected");
            let status = status.map(|status| format!(", {status}")).unwrap_or_default();
            text.extend([" -(", labels.join("+").as_str(), status.as_str(), ")- "]);
        } else {
            let parent = hop.ends.first().and_then(|end| end.parent.as_deref());
            let inside =
                before.filter(|hop| !hop.is_link).and_then(|hop| hop.ends.first()).map(|end| end.parent.as_deref());
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

/// The way as a picture: places with the ports by which it enters and leaves them, and the links between.
pub(super) fn picture(call: &Call<'_>, way: &Way, note: &str) -> Picture {
    let mut hops: Vec<result::Hop> = Vec::new();
    let mut inside: Option<Option<&str>> = None;
    for hop in &way.hops {
        let first = hop.ends.first();
        if hop.is_link {
            if let (Some(last), Some(end)) = (hops.last_mut(), first) {
                let labels: Vec<&str> = hop.ends.iter().map(|end| end.label.as_str()).collect();
                last.link = shown(call, labels.join(", "), end.object);
                last.detail = hop.status.clone().unwrap_or_default();
            }
            inside = None;
            continue;
        }
        let Some(first) = first else { continue };
        let ports: Vec<Cell> = hop.ends.iter().map(|end| shown(call, end.label.as_str(), end.object)).collect();
        match (&first.parent, hops.last_mut()) {
            (Some(parent), Some(last)) if inside == Some(Some(parent.as_str())) => last.ports.extend(ports),
            (Some(parent), _) => {
                let place = shown(call, parent.as_str(), first.parent_object);
                hops.push(result::Hop { place, ports, ..result::Hop::default() });
            }
            (None, _) => {
                hops.push(result::Hop { place: shown(call, end_text(first), first.object), ..result::Hop::default() });
            }
        }
        inside = Some(first.parent.as_deref());
    }
    Picture::Path(result::Path { hops, complete: way.complete, note: note.to_owned() })
}

/// The ends of a way, as people call them.
pub(super) fn last(picture: &Way) -> Vec<String> {
    picture
        .hops
        .last()
        .filter(|hop| !hop.is_link)
        .map(|hop| hop.ends.iter().map(end_text).collect())
        .unwrap_or_default()
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
        let circuit = |id: u64, side: &str| json!({"id": id, "url": format!("http://x/api/circuits/circuit-terminations/{id}/"), "display": "C1: Termination", "term_side": side, "circuit": {"display": "C1"}});
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
