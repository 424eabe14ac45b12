//! The change log: who, what, when, and the difference.

use super::super::plan::tell;
use super::{Entry, Tell};

const CHANGES: &str = "netbox_get_changelogs";
const AGGREGATE: &str = "netbox_aggregate";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "last-difference",
        wordings: &[
            "what (exactly|) was the last change (of|to) {device}",
            "(the|) diff of the last change (to|of) {device}",
            "what changed last (on|at) {device}",
        ],
        find: "",
        tool: CHANGES,
        input: r#"{"filters":{"changed_object_type":"dcim.device","changed_object_id":"{device}","action":"update"},"limit":1}"#,
        tell: Tell::With(tell::changes::last),
    },
    Entry {
        id: "changes-of-device",
        wordings: &["what has happened to {device}", "who (changed|touched) (the|) device {device}"],
        find: "",
        tool: CHANGES,
        input: r#"{"filters":{"changed_object_type":"dcim.device","changed_object_id":"{device}"},"limit":5}"#,
        tell: Tell::With(tell::changes::list),
    },
    Entry {
        id: "busiest-editors",
        wordings: &["who made (the|) most changes", "(how many|) changes (are there|) (by|per) user"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"core.objectchange","group_by":["user_name"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:change:changes}** by {=total:user:users}",
            none: "The change log is **empty**",
        },
    },
    Entry {
        id: "changes-by-action",
        wordings: &[
            "how many objects were created changed (and|) deleted",
            "how many objects were created changed deleted",
            "(how many|) changes (are there|) (by|per) action",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"core.objectchange","group_by":["action"]}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:change:changes}** of {=total:kind:kinds}",
            none: "The change log is **empty**",
        },
    },
    Entry {
        id: "created-by-user",
        wordings: &["what did {user} create", "new objects made by {user} by type"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"core.objectchange","filters":{"action":"create","user":"{user}"},"group_by":["changed_object_type"]}"#,
        tell: Tell::Ranked {
            lead: "{user} created **{=objects:object:objects}** of {=total:type:types}",
            none: "{user} created **nothing** that the change log knows",
        },
    },
];
