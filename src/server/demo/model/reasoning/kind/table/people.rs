//! Tenants, contacts, tags and what was written down.

use super::super::Kind;
use super::super::Relation::Tag;
use super::{NONE, code, column};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        object_type: "tenancy.tenant",
        singular: "tenant",
        plural: "tenants",
        words: &["customer", "customers", "business unit", "business units", "tenant", "tenants"],
        columns: &[
            column("name", "Tenant"),
            column("group", "Group"),
            column("site_count", "Sites"),
            column("device_count", "Devices"),
            column("prefix_count", "Prefixes"),
            column("virtualmachine_count", "Virtual machines"),
        ],
        filters: &[(Tag, "tag")],
    },
    Kind {
        object_type: "tenancy.contact",
        singular: "contact",
        plural: "contacts",
        words: &["people", "person", "persons", "technician", "technicians", "contact", "contacts"],
        columns: &[
            column("name", "Contact"),
            column("title", "Title"),
            column("phone", "Phone"),
            column("email", "E-mail"),
        ],
        filters: &[(Tag, "tag")],
    },
    Kind {
        object_type: "extras.tag",
        singular: "tag",
        plural: "tags",
        words: &["label", "labels", "tag", "tags"],
        columns: &[
            column("name", "Tag"),
            code("slug", "Slug"),
            column("tagged_items", "Uses"),
            column("description", "Description"),
        ],
        filters: NONE,
    },
    Kind {
        object_type: "extras.journalentry",
        singular: "journal entry",
        plural: "journal entries",
        words: &[
            "journal",
            "journals",
            "note",
            "notes",
            "journal note",
            "journal notes",
            "log entry",
            "log entries",
            "journal entry",
            "journal entries",
        ],
        columns: &[
            column("created", "When"),
            column("kind", "Kind"),
            column("assigned_object", "Object"),
            column("comments", "Text"),
        ],
        filters: &[(Tag, "tag")],
    },
];
