"""Fills the test NetBox with the demo's estate, under the same primary keys.

    fill.py ESTATE    loads what `netbox-chatbox demo-netbox --export` printed
    fill.py --add FILE   loads of it only what is not there yet
    fill.py --shift   moves the recent times (change log, journal) back to their distance from now

Rows that NetBox's own code completes (racks, scopes) go through its models; the many others are inserted in bulk, and
NetBox's own tracer then follows the cables. Foreign keys are checked at the end of the transaction, so the order matters only for the models that look at
others while they are saved. NETBOX_ROOT must be set; start.sh does it.
"""

import collections
import datetime
import itertools
import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")

import django

django.setup()

from dcim.models import CablePath
from dcim.models.device_components import PathEndpoint
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.utils import timezone
from extras.models import TaggedItem
from utilities.conversion import to_meters

# Saved one by one, because their save() works out columns that the estate does not spell out.
SAVED = {
    "dcim.rack", "dcim.powerfeed", "ipam.prefix", "ipam.vlangroup", "ipam.iprange", "virtualization.cluster", "wireless.wirelesslan",
    "circuits.circuittermination", "dcim.region", "dcim.sitegroup", "dcim.location", "dcim.devicerole", "dcim.platform",
    "tenancy.tenantgroup", "tenancy.contactgroup", "wireless.wirelesslangroup",
}  # fmt: skip
# What comes before the rest: types that others look at while they are saved.
FIRST = [
    "users.user", "extras.tag", "extras.customfieldchoiceset", "extras.customfield", "dcim.region", "dcim.sitegroup", "tenancy.tenantgroup", "tenancy.tenant",
    "ipam.rir", "ipam.role", "ipam.asn", "dcim.site", "dcim.location", "dcim.manufacturer", "dcim.platform", "dcim.devicetype", "dcim.rackrole", "dcim.racktype",
    "dcim.rack", "dcim.devicerole", "dcim.virtualchassis", "virtualization.clustertype", "virtualization.clustergroup", "virtualization.cluster", "dcim.device",
    "dcim.powerpanel", "circuits.provider", "circuits.provideraccount", "circuits.providernetwork", "circuits.circuittype", "circuits.circuit",
]  # fmt: skip


def read(path):
    rows = collections.defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            # PostgreSQL has no place for this one character in a text.
            row = json.loads(line.replace("\\u0000", "\ufffd"))
            rows[row["type"]].append(row)
    return rows


def without_those_there(rows):
    """Only the rows that come after what the database has: rows of an estate are never renumbered."""
    last = {name: model_of(name).objects.aggregate(last=Max("pk"))["last"] or 0 for name in rows}
    fresh = {name: [row for row in found if row["id"] > last[name]] for name, found in rows.items()}
    return collections.defaultdict(list, {name: found for name, found in fresh.items() if found})


def model_of(name):
    return apps.get_model(*name.split("."))


def instance_of(model, row, now, relations, moments, moved):
    """A model's instance from a row; many-to-many relations and times are noted for later."""
    fields = {field.name: field for field in model._meta.get_fields()}
    values = {"pk": row["id"]}
    for name, value in row["fields"].items():
        field = fields[name]
        if isinstance(field, GenericForeignKey):
            values[f"{field.ct_field}_id"] = content_type(value["type"])
            values[field.fk_field] = value["id"]
        elif isinstance(value, dict) and "ids" in value:
            relations.append((model, row["id"], name, value["ids"]))
        elif isinstance(value, dict) and "seconds_before_now" in value:
            moment = now - datetime.timedelta(seconds=value["seconds_before_now"])
            moments.append((model, row["id"], name, moment))
            moved.append((model._meta.db_table, field.column, row["id"], value["seconds_before_now"]))
            values[name] = moment
        elif isinstance(value, dict) and "seconds_since_1970" in value:
            moment = datetime.datetime.fromtimestamp(value["seconds_since_1970"], datetime.UTC)
            moments.append((model, row["id"], name, moment))
            values[name] = moment
        elif isinstance(value, dict) and "decimal" in value:
            values[name] = field.to_python(value["decimal"])
        elif isinstance(value, dict) and "json" in value:
            value = value["json"]
            if name == "vid_ranges":
                value = [NumericRange(first, last + 1, "[)") for first, last in value]
            values[name] = value
        elif isinstance(value, dict):
            values[field.attname] = value["id"]
        else:
            values[name] = field.to_python(value) if isinstance(value, str) else value
    if "last_updated" in fields and "last_updated" not in row["fields"] and "created" in row["fields"]:
        created = row["fields"]["created"]
        moment = next(found for found_model, pk, name, found in reversed(moments) if name == "created" and pk == row["id"])
        moments.append((model, row["id"], "last_updated", moment))
        if "seconds_before_now" in created:
            moved.append((model._meta.db_table, "last_updated", row["id"], created["seconds_before_now"]))
    return model(**values)


CONTENT_TYPES = {}


def content_type(name):
    if not CONTENT_TYPES:
        CONTENT_TYPES.update({f"{row.app_label}.{row.model}": row.pk for row in ContentType.objects.all()})
    return CONTENT_TYPES[name]


def place_components(instances, devices):
    """What a component's save() copies from its device."""
    for instance in instances:
        device = devices.get(instance.device_id)
        if device is not None and hasattr(instance, "_site_id"):
            instance._site_id, instance._location_id, instance._rack_id = device.site_id, device.location_id, device.rack_id


def place_terminations(instances, kept):
    """What CableTermination.cache_related_objects() copies from the object that is plugged in."""
    for instance in instances:
        end = kept[instance.termination_type_id, instance.termination_id]
        if hasattr(end, "device_id"):
            instance._device_id = end.device_id
            end = kept[content_type("dcim.device"), end.device_id]
            instance._rack_id = end.rack_id
        elif hasattr(end, "rack_id"):
            instance._rack_id = end.rack_id
            end = kept[content_type("dcim.rack"), end.rack_id]
        instance._site_id = end.site_id if hasattr(end, "site_id") else end._site_id
        instance._location_id = end.location_id if hasattr(end, "location_id") else end._location_id


def trace_paths(rows):
    """The paths of all endpoints, traced by NetBox itself and stored in bulk."""
    paths = []
    for row in rows["dcim.cabletermination"]:
        target = row["fields"]["termination"]
        model = model_of(target["type"])
        if issubclass(model, PathEndpoint):
            path = CablePath.from_origin([model.objects.get(pk=target["id"])])
            path._nodes = list(itertools.chain(*path.path))
            paths.append((model, target["id"], path))
    CablePath.objects.bulk_create([path for _, _, path in paths], batch_size=500)
    with connection.cursor() as cursor:
        for model in {model for model, _, _ in paths}:
            pairs = [(path.pk, pk) for owner, pk, path in paths if owner is model]
            cursor.executemany(f'UPDATE "{model._meta.db_table}" SET _path_id = %s WHERE id = %s', pairs)


def relate(relations):
    """Many-to-many rows, in bulk; tags go through their own table."""
    tagged = []
    through = collections.defaultdict(list)
    for model, pk, name, ids in relations:
        if name == "tags":
            tagged += [TaggedItem(tag_id=tag, content_type_id=content_type(model._meta.label_lower), object_id=pk) for tag in ids]
            continue
        field = model._meta.get_field(name)
        table = field.remote_field.through
        for target in ids:
            through[table].append(table(**{f"{field.m2m_field_name()}_id": pk, f"{field.m2m_reverse_field_name()}_id": target}))
    TaggedItem.objects.bulk_create(tagged, batch_size=1000)
    for table, rows in through.items():
        table.objects.bulk_create(rows, batch_size=1000)


def write_moments(moments):
    """Created and the like, which the models fill in themselves."""
    grouped = collections.defaultdict(list)
    for model, pk, name, moment in moments:
        column = model._meta.get_field(name).column
        grouped[model._meta.db_table, column].append((pk, moment))
    with connection.cursor() as cursor:
        for (table, column), rows in grouped.items():
            cursor.execute("CREATE TEMPORARY TABLE moments (pk bigint PRIMARY KEY, moment timestamptz) ON COMMIT DROP")
            cursor.executemany("INSERT INTO moments VALUES (%s, %s) ON CONFLICT (pk) DO UPDATE SET moment = excluded.moment", rows)
            cursor.execute(f'UPDATE "{table}" SET "{column}" = moment FROM moments WHERE "{table}".id = moments.pk')
            cursor.execute("DROP TABLE moments")


def remember(moved):
    """Keeps what --shift needs, beside NetBox's own tables."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_moments (name text, field text, pk bigint, seconds bigint)")
        cursor.executemany("INSERT INTO test_moments VALUES (%s, %s, %s, %s)", moved)


def shift():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT name, field FROM test_moments")
        for table, column in cursor.fetchall():
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = date_trunc(\'second\', now()) - kept.seconds * interval \'1 second\' '
                f'FROM test_moments AS kept WHERE kept.name = %s AND kept.field = %s AND kept.pk = "{table}".id',
                [table, column],
            )


def fill(path, adding=False):
    now = timezone.now().replace(microsecond=0)
    rows = without_those_there(read(path)) if adding else read(path)
    relations, moments, moved = [], [], []
    devices = {}
    order = [name for name in FIRST if name in rows]
    last = ["dcim.cable", "dcim.cabletermination"]
    order += [name for name in rows if name not in FIRST and name not in last] + [name for name in last if name in rows]
    kept = {}
    begin = time.monotonic()
    with transaction.atomic():
        for name in order:
            model = model_of(name)
            instances = [instance_of(model, row, now, relations, moments, moved) for row in rows[name]]
            if name == "users.user":
                for user in instances:
                    user.set_unusable_password()
            if name == "dcim.device":
                devices = {device.pk: device for device in instances}
            if any(field.name == "_site" for field in model._meta.fields) and hasattr(model, "device"):
                place_components(instances, devices)
            if name == "dcim.cable":
                for cable in instances:
                    cable._abs_length = to_meters(cable.length, cable.length_unit)
            if name == "dcim.cabletermination":
                place_terminations(instances, kept)
            if hasattr(model, "cable_end") or name in ("dcim.device", "dcim.rack"):
                kept.update({(content_type(name), instance.pk): instance for instance in instances})
            if name in SAVED:
                for instance in instances:
                    instance.save(force_insert=True)
            else:
                model.objects.bulk_create(instances, batch_size=500)
            print(f"{time.monotonic() - begin:7.2f} s  {len(instances):6}  {name}", flush=True)
        relate(relations)
        trace_paths(rows)
        print(f"{time.monotonic() - begin:7.2f} s  paths traced", flush=True)
        for row in rows["circuits.circuit"]:
            ends = {f"{side}_id": row["fields"][side]["id"] for side in ("termination_a", "termination_z") if side in row["fields"]}
            model_of("circuits.circuit").objects.filter(pk=row["id"]).update(**ends)
        write_moments(moments)
        if not adding:
            remember(moved)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [model_of(name) for name in rows]):
                cursor.execute(statement)
    call_command("calculate_cached_counts", verbosity=0)
    call_command("rebuild_prefixes", verbosity=0)
    print(f"{time.monotonic() - begin:7.2f} s  done", flush=True)


if sys.argv[1] == "--shift":
    shift()
elif sys.argv[1] == "--add":
    fill(sys.argv[2], adding=True)
else:
    fill(sys.argv[1])
