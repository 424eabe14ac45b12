//! Sites, racks and the room in them.

use super::Fact::{Field, Most, Says, Total, Without};
use super::Kind;

pub const KINDS: &[Kind] = &[
    (
        "active-sites",
        &["Which sites are active?", "List our active sites"],
        &[Total("dcim/sites/?status=active", "active sites")],
    ),
    (
        "sites-without-rack",
        &["Which sites have no rack?", "Sites without racks", "Is there a site without a rack?"],
        &[Without("dcim/sites/", "dcim/racks/", "site.id", "site"), Says("Akron 01")],
    ),
    (
        "racks-per-site",
        &["How many racks are at each site?", "racks per site"],
        &[Total("dcim/racks/", "racks"), Most("dcim/racks/", "site.name")],
    ),
    (
        "empty-racks",
        &["Which racks are empty?", "Racks without a device"],
        &[Without("dcim/racks/", "dcim/devices/", "rack.id", "rack"), Says("empty")],
    ),
    (
        "rack-elevation",
        &[
            "What is in rack A01 at Columbus 01?",
            "Show me the elevation of A01 in Columbus 01",
            "Rack A01 of Columbus 01 from top to bottom",
        ],
        &[Total("dcim/devices/?site=cmh-01&rack_id=6&position__gte=1", "mounted devices"), Says("{{result:r")],
    ),
    (
        "free-units",
        &[
            "How much room is left in rack A01 at Columbus 01?",
            "Where is room for 4 units in rack A01 of Columbus 01?",
            "Free units of A01, Columbus 01",
        ],
        &[Says("29 units"), Says("1-22 (22U)")],
    ),
    (
        "room-at-site",
        &[
            "Where at Columbus 01 is room for 4 units in one piece?",
            "Which racks of Columbus 01 can take a device of 4 units?",
        ],
        &[Total("dcim/racks/?site=cmh-01", "racks"), Says("A07")],
    ),
    (
        "impact-of-rack",
        &[
            "What fails if rack A01 at Columbus 01 loses power?",
            "What is affected when I take down rack A01 of Columbus 01?",
        ],
        &[Says("rack A01 fails"), Says("devices fail with it")],
    ),
    (
        "reserved-units",
        &["Which rack units are reserved, and what for?", "Show the rack reservations"],
        &[
            Total("dcim/rack-reservations/", "reservation"),
            Field("dcim/rack-reservations/", "rack.name"),
            Field("dcim/rack-reservations/", "description"),
        ],
    ),
    (
        "site-of-address",
        &["What is the postal address of Columbus 01?", "street address of Columbus 01"],
        &[Field("dcim/sites/?slug=cmh-01", "physical_address")],
    ),
    (
        "planned-racks",
        &["Which racks are planned?", "list the planned racks"],
        &[Total("dcim/racks/?status=planned", "planned rack")],
    ),
    (
        "rooms-at-site",
        &["Which rooms does Columbus 01 have?", "Locations at Columbus 01"],
        &[Total("dcim/locations/?site=cmh-01", "location")],
    ),
    (
        "largest-sites",
        &["Which site has the most devices?", "the site with the most devices"],
        &[Total("dcim/devices/?site=cmh-01", "devices"), Says("Columbus 01 has the most")],
    ),
];
