//! A status as NetBox shows it: its word on its colour.

use leptos::prelude::*;

/// A status word in its pill. The word says it all; the colour is the one that NetBox gives it.
#[component]
pub fn StatusPill(
    /// The status, as NetBox labels it.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let class = format!("pill pill-{}", tone(&label));
    view! { <span class=class>{label}</span> }
}

/// Whether a column or heading holds a status.
pub fn is_status(heading: &str) -> bool {
    heading.trim().eq_ignore_ascii_case("status")
}

/// The colour that NetBox's own choice sets give a status (netbox/*/choices.py; a deployment may change them).
fn tone(label: &str) -> &'static str {
    match label.trim().to_ascii_lowercase().as_str() {
        "active" | "connected" | "dhcp" | "slaac" | "up" | "enabled" | "available" => "green",
        "planned" | "reserved" => "cyan",
        "staged" | "staging" | "provisioning" => "blue",
        "failed" | "deprecated" | "offline" | "down" => "red",
        "decommissioning" | "deprovisioning" | "paused" => "yellow",
        "inventory" => "purple",
        _ => "grey",
    }
}

#[cfg(test)]
mod tests {
    use super::tone;

    #[test]
    fn an_unknown_status_is_neutral() {
        assert_eq!(tone("Active "), "green");
        assert_eq!(tone("Quarantined"), "grey");
    }
}
