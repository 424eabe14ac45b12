//! Who is responsible, and what has been written down.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";
const PROFILE: &str = "netbox_get_object_by_id";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "sites-without-contact",
        wordings: &[
            "which sites have no (contact|contacts)",
            "sites (nobody is responsible for|without a contact|without contacts)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.site","compare":{"object_type":"tenancy.contactassignment","filters":{"object_type":"dcim.site"},"field":"object_id","keep":"without"},"top":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:site:sites}** without a contact, of {=objects}",
            none: "**Every one of the {=objects} sites** has a contact",
        },
    },
    Entry {
        id: "contacts-of-site",
        wordings: &[
            "who is responsible for (the|) (site|) {site}",
            "(who are|what are|) (the|) contacts (of|for) (the|) (site|) {site}",
            "(whom|who) do i call about {site}",
        ],
        find: "",
        tool: PROFILE,
        input: r#"{"object_type":"dcim.site","name":"{site}"}"#,
        tell: Tell::With(tell::people::contacts),
    },
    Entry {
        id: "contacts-of-provider",
        wordings: &["how do i reach (the|) support of {provider}", "(telephone|phone) number of {provider}"],
        find: "",
        tool: PROFILE,
        input: r#"{"object_type":"circuits.provider","name":"{provider}"}"#,
        tell: Tell::With(tell::people::contacts),
    },
    Entry {
        id: "inherited-contacts",
        wordings: &["who is to be called about {device}", "contacts of {device} its site and tenant included"],
        find: "",
        tool: PROFILE,
        input: r#"{"object_type":"dcim.device","name":"{device}"}"#,
        tell: Tell::With(tell::people::contacts),
    },
    Entry {
        id: "assignments-of-contact",
        wordings: &[
            "what is {contact} responsible for",
            "everything assigned to {contact}",
            "what does {contact} look after",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"tenancy.contactassignment","filters":{"contact_id":"{contact}"},"fields":["object","role","priority"],"ordering":"id"}"#,
        tell: Tell::Listed {
            lead: "{contact} has **{=total:assignment:assignments}**",
            none: "{contact} is responsible for **nothing** that NetBox records",
        },
    },
    Entry {
        id: "tenants-of-site",
        wordings: &["which tenants have devices (at|in) {site}", "tenants (of|at) {site} by number of devices"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","filters":{"site":"{site}","tenant_id__n":"null"},"group_by":["tenant"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=total:tenant has:tenants have}** {=objects:device:devices} at {site}",
            none: "**No tenant** has devices at {site}",
        },
    },
    Entry {
        id: "journal-of-object",
        wordings: &[
            "what does the journal say about {site}",
            "journal (entries|) (of|about|for) (the site|site) {site}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"extras.journalentry","filters":{"assigned_object_type":"dcim.site","assigned_object_id":"{site}"},"fields":["created","kind","comments"],"ordering":"-created"}"#,
        tell: Tell::Listed {
            lead: "**{=total:journal entry:journal entries}** about {site}",
            none: "NetBox shows **no journal entries** about {site}",
        },
    },
    Entry {
        id: "journal-dangers",
        wordings: &[
            "which journal entries are marked as danger",
            "serious entries of the journal",
            "dangerous journal entries",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"extras.journalentry","filters":{"kind":"danger"},"fields":["assigned_object","comments"],"ordering":"id","limit":3}"#,
        tell: Tell::Listed {
            lead: "**{=total:journal entry is:journal entries are}** marked as danger",
            none: "**No journal entry** is marked as danger",
        },
    },
];
