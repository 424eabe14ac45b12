//! Devices: how many, which, where.

use super::Fact::{Distinct, Empty, Field, Most, Says, Total};
use super::Kind;

pub const KINDS: &[Kind] = &[
    ("devices-total", &["How many devices do we have?", "Count all devices"], &[Total("dcim/devices/", "devices")]),
    (
        "devices-at-site",
        &[
            "Which devices are at Columbus 01?",
            "How many devices does cmh-01 have?",
            "Show me the equipment of site Columbus 01",
        ],
        &[Total("dcim/devices/?site=cmh-01", "devices")],
    ),
    (
        "devices-of-manufacturer",
        &["What Arista devices do we run?", "List our Arista models with numbers"],
        &[
            Total("dcim/devices/?manufacturer=arista", "devices"),
            Most("dcim/devices/?manufacturer=arista", "device_type.model"),
        ],
    ),
    (
        "devices-per-site",
        &["How many devices are there per site?", "Device count by site", "Devices per site"],
        &[Total("dcim/devices/", "devices"), Most("dcim/devices/", "site.name")],
    ),
    (
        "devices-per-role",
        &["How many devices of each role do we have?", "Break our devices down by role", "devices per role"],
        &[Total("dcim/devices/", "devices"), Distinct("dcim/devices/", "role.name", "device roles")],
    ),
    (
        "devices-per-site-and-role",
        &["Devices per site and role, the ten largest", "Which site has most of which kind of device?"],
        &[Total("dcim/devices/", "devices"), Says("{{result:r")],
    ),
    (
        "devices-per-manufacturer",
        &[
            "Which manufacturers' devices do we have, and how many?",
            "Devices by vendor",
            "How many devices per manufacturer?",
        ],
        &[Total("dcim/devices/", "devices"), Most("dcim/devices/", "device_type.manufacturer.name")],
    ),
    (
        "devices-per-type",
        &["How many devices per model?", "devices by device type"],
        &[Most("dcim/devices/", "device_type.model"), Distinct("dcim/devices/", "device_type.model", "models")],
    ),
    (
        "devices-per-region",
        &["How many devices in each region?", "Group the devices by the region of their site"],
        &[Total("dcim/devices/", "devices"), Says("Ohio (")],
    ),
    (
        "devices-in-region",
        &["How many devices are in Ohio?", "number of devices in Ohio"],
        &[Total("dcim/devices/?region=ohio", "devices")],
    ),
    (
        "devices-by-status",
        &["Which statuses do our devices have?", "How many devices by status?"],
        &[Most("dcim/devices/", "status.value")],
    ),
    (
        "failed-devices",
        &["Which devices are failed or offline?", "List devices whose status is failed or offline"],
        &[Total("dcim/devices/?status=failed&status=offline", "failed or offline devices")],
    ),
    (
        "role-at-site",
        &["How many servers does Columbus 01 have?", "Count the servers at Columbus 01"],
        &[Total("dcim/devices/?site=cmh-01&role=server", "servers")],
    ),
    (
        "device-profile",
        &["Tell me about cle-01-core-01", "details of cle-01-core-01"],
        &[
            Says("cle-01-core-01"),
            Says("Core switch"),
            Field("dcim/devices/?name=cle-01-core-01", "serial"),
            Field("dcim/devices/?name=cle-01-core-01", "primary_ip4.address"),
        ],
    ),
    (
        "primary-address",
        &[
            "What is the management address of cle-01-core-01?",
            "Primary IP of cle-01-core-01",
            "How do I reach cle-01-core-01?",
        ],
        &[Field("dcim/devices/?name=cle-01-core-01", "primary_ip4.address")],
    ),
    (
        "serial",
        &["Which device has the serial number C952400786?", "Find serial C952400786"],
        &[Field("dcim/devices/?serial=C952400786", "name")],
    ),
    (
        "asset-tag",
        &["What is asset MR-00006?", "Look up the asset tag MR-00006"],
        &[Field("dcim/devices/?asset_tag=MR-00006", "name")],
    ),
    (
        "hostname-fragment",
        &["Which devices have 'core' in their name?", "Find all hosts named like core"],
        &[Total("dcim/devices/?name__ic=core", "devices have")],
    ),
    (
        "devices-of-tenant",
        &["Which roles of devices does Robotics have?", "Count the devices of the tenant Robotics by role"],
        &[Total("dcim/devices/?tenant=robotics", "devices"), Most("dcim/devices/?tenant=robotics", "role.name")],
    ),
    (
        "stack-members",
        &["Which devices form the virtual chassis cle-01-acc-01?", "Members of the stack cle-01-acc-01"],
        &[Total("dcim/devices/?name__isw=cle-01-acc-01-", "members"), Says("cle-01-acc-01-2")],
    ),
    (
        "models-in-several-sites",
        &["Which device models are used at more than three sites?", "Models that are spread over more than 3 sites"],
        &[Says("are** used at more than three sites"), Says("{{result:r")],
    ),
    (
        "smallest-sites",
        &["Which sites have the fewest devices?", "Our smallest sites by number of devices"],
        &[Field("dcim/sites/?ordering=device_count,name", "name")],
    ),
    (
        "unracked-devices",
        &["Which devices are at Cleveland 01 but in no rack?", "Devices of Cleveland 01 without a rack, by role"],
        &[Total("dcim/devices/?site=cle-01&rack_id=null", "devices")],
    ),
    (
        "no-primary-address",
        &["Which devices have no primary IP?", "Devices without a management address, by role"],
        &[
            Total("dcim/devices/?has_primary_ip=false", "devices have"),
            Most("dcim/devices/?has_primary_ip=false", "role.name"),
        ],
    ),
    (
        "missing-values",
        &[
            "How complete are our devices: serials, tenants, platforms, descriptions?",
            "How many devices lack a serial, asset tag, tenant, platform or description?",
            "How many devices have no serial number?",
        ],
        &[
            Empty("dcim/devices/", "serial", "** without a serial number"),
            Empty("dcim/devices/", "asset_tag", "** without an asset tag"),
            Empty("dcim/devices/", "platform.name", "** without a platform"),
        ],
    ),
    (
        "naming-pattern",
        &["Which device names do not end in a number?", "Devices whose name does not end in a number"],
        &[Total("dcim/devices/?name__regex=[^0-9]$", "devices")],
    ),
    (
        "duplicate-serials",
        &["Are there devices with the same serial number?", "Duplicate serials"],
        &[Says("No serial number")],
    ),
    (
        "by-custom-field",
        &["How many devices are there per environment?", "Devices by environment"],
        &[Most("dcim/devices/", "custom_fields.environment")],
    ),
    (
        "custom-fields-of-type",
        &[
            "Which custom fields do devices have?",
            "Which custom fields exist?",
            "What extra fields can I filter devices by?",
        ],
        &[Says("4 custom fields"), Says("cf_environment"), Says("cf_monitored")],
    ),
    (
        "values-of-status",
        &["Which statuses can a device have?", "Possible values of a device's status"],
        &[Says("7 states"), Says("decommissioning"), Says("inventory")],
    ),
    (
        "filters-of-type",
        &["Which filters do devices have?", "What can I filter devices by?"],
        &[Says("filters**"), Says("has_primary_ip"), Says("manufacturer")],
    ),
    (
        "types-here",
        &["Which object types exist?", "What kinds of objects are there?"],
        &[Says("object types"), Says("dcim")],
    ),
    (
        "compliance-address",
        &[
            "Does every active device at Cleveland 01 have a primary address?",
            "Active devices at Cleveland 01 without a primary IP",
        ],
        &[Total("dcim/devices/?site=cle-01&status=active&has_primary_ip=false", "of the")],
    ),
    (
        "tags-in-use",
        &["Which tags do we use, and how often?", "Tags by number of objects"],
        &[Total("extras/tags/", "tags")],
    ),
];
