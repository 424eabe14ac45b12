//! What is wanted, by the words that say so.

use super::super::kind::Kind;

/// What a question wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Act {
    Count,
    List,
    /// The ones with the most or the fewest of something.
    Top {
        least: bool,
    },
    /// One number for each of something: "devices per site".
    Per(&'static Kind),
    /// Everything about one object.
    Profile,
    /// One fact about one object.
    Attribute(&'static Attribute),
    /// What an address, prefix or MAC address is.
    Literal,
    Find(Finder),
    /// Interfaces by whether something is plugged in.
    Ports {
        occupied: bool,
    },
    /// What is on the other end.
    Connected,
    Contacts,
    /// Who changed what; `action` is NetBox's `create`, `update` or `delete`.
    Changes {
        action: Option<&'static str>,
    },
    Journal,
    /// The next rows of the last list.
    More,
    /// All rows of the last list.
    All,
    Greeting,
    Thanks,
    Help,
    Identity,
    /// A change that was not understood.
    Write,
    /// Nothing that a NetBox knows.
    Foreign,
}

/// Fields that hold something one searches by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Finder {
    Serial,
    AssetTag,
}

/// A fact that can be asked of one object.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Attribute {
    /// The words for it, singular.
    pub words: &'static [&'static str],
    /// NetBox's fields that hold it, best first.
    pub fields: &'static [&'static str],
    /// How an answer calls it.
    pub label: &'static str,
}

const fn attribute(words: &'static [&'static str], fields: &'static [&'static str], label: &'static str) -> Attribute {
    Attribute { words, fields, label }
}

/// The facts that have words here. Terms of several words stand before their parts.
pub(super) const ATTRIBUTES: &[Attribute] = &[
    attribute(&["serial number", "serial"], &["serial"], "serial number"),
    attribute(&["asset tag"], &["asset_tag"], "asset tag"),
    attribute(
        &[
            "primary ip address",
            "primary ip",
            "primary address",
            "management ip",
            "management address",
            "mgmt ip",
            "ip address",
            "ip",
        ],
        &["primary_ip", "primary_ip4", "primary_ip6", "oob_ip"],
        "primary IP address",
    ),
    attribute(&["device type", "hardware model", "model"], &["device_type"], "device type"),
    attribute(&["status", "state"], &["status"], "status"),
    attribute(&["role", "device role"], &["role"], "role"),
    attribute(&["tenant", "customer"], &["tenant"], "tenant"),
    attribute(&["platform", "operating system", "os"], &["platform"], "platform"),
    attribute(&["rack", "cabinet"], &["rack"], "rack"),
    attribute(&["position", "rack position", "rack unit"], &["position"], "position"),
    attribute(&["location", "room"], &["location", "site", "scope"], "location"),
    attribute(&["site", "datacenter", "data center"], &["site", "scope"], "site"),
    attribute(&["region"], &["region"], "region"),
    attribute(&["cluster"], &["cluster"], "cluster"),
    attribute(&["provider", "carrier", "isp"], &["provider"], "provider"),
    attribute(&["vlan"], &["vlan", "untagged_vlan"], "VLAN"),
    attribute(&["vrf"], &["vrf"], "VRF"),
    attribute(&["physical address", "street address", "postal address", "address"], &["physical_address"], "address"),
    attribute(&["time zone", "timezone"], &["time_zone"], "time zone"),
    attribute(&["commit rate", "bandwidth", "speed"], &["commit_rate", "speed"], "commit rate in kbps"),
    attribute(&["description"], &["description"], "description"),
    attribute(&["comment", "comments"], &["comments"], "comment"),
    attribute(&["height"], &["u_height"], "height in rack units"),
    attribute(&["memory", "ram"], &["memory"], "memory in MB"),
    attribute(&["vcpus", "cpus"], &["vcpus"], "number of virtual CPUs"),
    attribute(&["disk"], &["disk"], "disk in MB"),
    attribute(&["manufacturer", "vendor"], &["manufacturer", "device_type"], "manufacturer"),
];

/// Where something is: the fields from the nearest to the widest.
pub(in super::super) const WHERE: Attribute =
    attribute(&["place"], &["position", "rack", "location", "site", "scope", "region", "cluster"], "place");

/// Phrases and what they mean, longest first where one begins another. The words of a phrase are used up.
pub(super) const CUES: &[(&str, Act)] = &[
    ("how many", Act::Count),
    ("number of", Act::Count),
    ("total number", Act::Count),
    ("count of", Act::Count),
    ("count", Act::Count),
    ("other end", Act::Connected),
    ("far end", Act::Connected),
    ("plugged into", Act::Connected),
    ("cabled to", Act::Connected),
    ("connected to", Act::Connected),
    ("connects to", Act::Connected),
    ("connect to", Act::Connected),
    ("linked to", Act::Connected),
    ("patched to", Act::Connected),
    ("neighbours", Act::Connected),
    ("neighbors", Act::Connected),
    ("neighbour", Act::Connected),
    ("neighbor", Act::Connected),
    ("connections", Act::Connected),
    ("peers", Act::Connected),
    ("goes to", Act::Connected),
    ("go to", Act::Connected),
    ("what changed", Act::Changes { action: None }),
    ("change log", Act::Changes { action: None }),
    ("changelog", Act::Changes { action: None }),
    ("changes", Act::Changes { action: None }),
    ("changed", Act::Changes { action: None }),
    ("change history", Act::Changes { action: None }),
    ("history", Act::Changes { action: None }),
    ("modified", Act::Changes { action: Some("update") }),
    ("edited", Act::Changes { action: Some("update") }),
    ("updated", Act::Changes { action: Some("update") }),
    ("updates", Act::Changes { action: Some("update") }),
    ("deleted", Act::Changes { action: Some("delete") }),
    ("removed", Act::Changes { action: Some("delete") }),
    ("created", Act::Changes { action: Some("create") }),
    ("added", Act::Changes { action: Some("create") }),
    ("what happened", Act::Changes { action: None }),
    ("change", Act::Changes { action: None }),
    ("who is responsible for", Act::Contacts),
    ("responsible for", Act::Contacts),
    ("who owns", Act::Contacts),
    ("owner of", Act::Contacts),
    ("who do i call", Act::Contacts),
    ("who to call", Act::Contacts),
    ("who looks after", Act::Contacts),
    ("show all of them", Act::All),
    ("show me all of them", Act::All),
    ("all of them", Act::All),
    ("show all", Act::All),
    ("list them", Act::All),
    ("show them", Act::All),
    ("which ones", Act::All),
    ("name them", Act::All),
    ("the rest", Act::More),
    ("next page", Act::More),
    ("next ones", Act::More),
    ("next", Act::More),
    ("show more", Act::More),
    ("more", Act::More),
    ("tell me about", Act::Profile),
    ("tell me more about", Act::Profile),
    ("details of", Act::Profile),
    ("details about", Act::Profile),
    ("details for", Act::Profile),
    ("information about", Act::Profile),
    ("information on", Act::Profile),
    ("describe", Act::Profile),
    ("who is", Act::Profile),
    ("what do you know about", Act::Profile),
    ("what is in", Act::List),
    ("what's in", Act::List),
];

/// Whole questions that are no questions about data.
pub(super) const SMALL_TALK: &[(&str, Act)] = &[
    ("hi", Act::Greeting),
    ("hello", Act::Greeting),
    ("hey", Act::Greeting),
    ("good morning", Act::Greeting),
    ("good afternoon", Act::Greeting),
    ("good evening", Act::Greeting),
    ("thanks", Act::Thanks),
    ("thank you", Act::Thanks),
    ("great", Act::Thanks),
    ("perfect", Act::Thanks),
    ("ok", Act::Thanks),
    ("help", Act::Help),
    ("what can you do", Act::Help),
    ("what can i ask", Act::Help),
    ("what can i ask you", Act::Help),
    ("what do you know", Act::Help),
    ("how can you help", Act::Help),
    ("how do you work", Act::Identity),
    ("who are you", Act::Identity),
    ("what are you", Act::Identity),
    ("are you claude", Act::Identity),
    ("which model are you", Act::Identity),
    ("what model are you", Act::Identity),
    ("are you an ai", Act::Identity),
];
