//! Who is responsible, what was written down, and what was changed.

use super::Fact::{Field, Most, Says, Total};
use super::Kind;

pub const KINDS: &[Kind] = &[
    (
        "contacts-of-site",
        &[
            "Who is responsible for Columbus 01?",
            "Contacts of Columbus 01",
            "Who do I call about Columbus 01?",
            "Who are the contacts of Columbus 01?",
        ],
        &[Says("2 contacts"), Field("tenancy/contact-assignments/?object_type=dcim.site&object_id=2", "contact.name")],
    ),
    (
        "contacts-of-provider",
        &["How do I reach the support of Northline Carrier?", "Telephone number of Northline Carrier"],
        &[Says("+1-216-555-0177")],
    ),
    (
        "inherited-contacts",
        &["Who is to be called about cle-01-core-01?", "Contacts of cle-01-core-01, its site and tenant included"],
        &[Says("Erin Walsh"), Says("of its site")],
    ),
    (
        "assignments-of-contact",
        &["What is Erin Walsh responsible for?", "Everything assigned to Erin Walsh"],
        &[Total("tenancy/contact-assignments/?contact_id=5", "assignments")],
    ),
    (
        "sites-without-contact",
        &["Which sites have no contact?", "Sites nobody is responsible for"],
        &[Says("Every one of the"), Total("dcim/sites/", "sites")],
    ),
    (
        "tenants-of-site",
        &["Which tenants have devices at Columbus 01?", "Tenants of Columbus 01 by number of devices"],
        &[Most("dcim/devices/?site=cmh-01", "tenant.name")],
    ),
    ("tenants-by-group", &["Which tenants are there?", "List our tenants"], &[Total("tenancy/tenants/", "tenants")]),
    (
        "journal-dangers",
        &["Which journal entries are marked as danger?", "Serious entries of the journal"],
        &[Total("extras/journal-entries/?kind=danger", "journal entr")],
    ),
    (
        "journal-of-object",
        &["What does the journal say about Columbus 01?", "Journal entries of site Columbus 01"],
        &[Says("journal entr")],
    ),
    (
        "changes-since-monday",
        &["What did alice.nguyen change since Monday?", "Changes by alice.nguyen since Monday"],
        &[Says("alice.nguyen")],
    ),
    (
        "changes-yesterday",
        &["What was changed yesterday?", "Yesterday's changes"],
        &[Total("core/object-changes/?time_after=2026-11-21T00:00:00Z&time_before=2026-11-22T00:00:00Z", "change")],
    ),
    (
        "changes-in-time",
        &["What changed in the last 7 days?", "changes in the last 7 days"],
        &[Total("core/object-changes/?time_after=2026-11-15T10:00:00Z", "changes")],
    ),
    (
        "deletions-this-month",
        &["Who deleted devices this month?", "devices deleted this month"],
        &[Total(
            "core/object-changes/?changed_object_type=dcim.device&action=delete&time_after=2026-11-01T00:00:00Z",
            "deletions",
        )],
    ),
    (
        "changes-of-device",
        &["What has happened to cle-01-core-01?", "Who changed the device cle-01-core-01?"],
        &[Says("cle-01-core-01")],
    ),
    (
        "busiest-editors",
        &["Who made most changes?", "Changes by user"],
        &[Total("core/object-changes/", "changes"), Most("core/object-changes/", "user_name")],
    ),
    (
        "changes-by-action",
        &["How many objects were created, changed, deleted?", "Changes by action"],
        &[Total("core/object-changes/", "changes"), Most("core/object-changes/", "action.value")],
    ),
    (
        "created-by-user",
        &["What did netops-automation create?", "New objects made by netops-automation, by type"],
        &[Total("core/object-changes/?action=create&user=netops-automation", "object")],
    ),
];
