"""What is missing, wrong or out of line; tags and custom fields; what may be asked at all."""

import re

from dcim.models import Device, DeviceRole, Interface, Site
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q
from extras.models import CustomField, JournalEntry, Tag, TaggedItem

from .case import Case, aggregate, ask, call, either, objects, question
from .choosing import busiest_site, first, most, universe

DEVICE = "dcim.device"


@question("no-primary-address", "Which devices have no primary IP?", "Devices without a management address, by role")
def no_primary_address() -> Case:
    found = Device.objects.filter(primary_ip4__isnull=True, primary_ip6__isnull=True)
    return ask(aggregate(DEVICE, {"has_primary_ip": False}, group_by=["role"], top=5)).ranking(found.values_list("role__name").annotate(number=Count("pk")), 5)


@question("missing-values", "How complete are our devices: serials, tenants, platforms, descriptions?", "How many devices lack a serial, asset tag, tenant, platform or description?")
def missing_values() -> Case:
    lacking = {
        "serial": Q(serial=""), "asset_tag": Q(asset_tag__isnull=True), "tenant": Q(tenant__isnull=True),
        "platform": Q(platform__isnull=True), "description": Q(description=""), "primary_ip": Q(primary_ip4__isnull=True, primary_ip6__isnull=True),
    }  # fmt: skip
    case = ask(aggregate(DEVICE, missing=list(lacking)))
    for name, condition in lacking.items():
        case.fact(name, Device.objects.filter(condition).count())
    return case


@question("naming-convention", "Which devices at {site} are not named after it?", "Names at {site} that do not begin with {prefix}")
def naming_convention() -> Case:
    site = busiest_site()
    found = Device.objects.filter(site=site).exclude(name__istartswith=site.slug).order_by("name", "pk")
    rows = [[row.name] for row in found[:5]]
    plan = objects(DEVICE, {"site": site.name, "name__nisw": site.slug}, ["name"], "name")
    return ask(plan, site=site.name, prefix=site.slug).total(found.count()).rows(rows, shown=5)


@question("naming-pattern", "Which device names do not end in a number?", "Devices whose name breaks the pattern 'ends in digits'")
def naming_pattern() -> Case:
    found = Device.objects.filter(name__isnull=False)
    ending = [pk for pk, name in found.values_list("pk", "name") if re.search(r"[0-9]$", name)]
    plan = objects(DEVICE, {"name__regex": "[^0-9]$"}, ["name"], "name", 3)
    rest = found.exclude(pk__in=ending).exclude(name="").order_by("name", "pk") if len(ending) < 5000 else found.filter(name__regex="[^0-9]$").order_by("name", "pk")
    return ask(plan).total(rest.count()).rows([[row.name] for row in rest[:3]], shown=3)


@question("tagged-with-either", "Which devices are tagged {first} or {second}?", "Devices with the tag {first} or the tag {second}, by site")
def tagged_with_either() -> Case:
    kind = ContentType.objects.get_for_model(Device)
    tags = [row["tag__name"] for row in TaggedItem.objects.filter(content_type=kind).values("tag__name").annotate(number=Count("pk")).order_by("-number", "tag__name")[:2]]
    found = Device.objects.filter(pk__in=Device.objects.filter(tags__name__in=tags).values("pk"))
    pairs = found.values_list("site__name").annotate(number=Count("pk"))
    plan = aggregate(DEVICE, {"tag__any": tags}, group_by=["site"], top=5)
    return ask(plan, first=tags[0], second=tags[-1]).ranking(pairs, 5)


@question("tags-in-use", "Which tags do we use, and how often?", "Tags by number of objects")
def tags_in_use() -> Case:
    pairs = Tag.objects.annotate(number=Count("extras_taggeditem_items")).values_list("name", "number")
    plan = objects("extras.tag", fields=["name", "tagged_items"], ordering="name", limit=10)
    return ask(plan).total(len(pairs)).rows(sorted(pairs, key=lambda row: row[0])[:10], shown=10)


def select_field() -> CustomField:
    return first(CustomField.objects.filter(type="select", object_types__model="device"), "select custom field of devices")


@question("custom-field-value", "Which devices are in {value}?", "Devices whose {field} is {value}")
def custom_field_value() -> Case:
    field = select_field()
    value = field.choices[-1][0]
    found = Device.objects.filter(**{f"custom_field_data__{field.name}": value})
    rows = found.order_by("name", "pk").values_list("name", "site__name")
    plan = objects(DEVICE, {f"cf_{field.name}": value}, ["name", "site"], "name")
    return ask(plan, field=field.label or field.name, value=value).total(found.count()).rows(rows[:5], shown=5).absent(*universe(Device.objects, found))


@question("by-custom-field", "How many devices are there per {field}?", "Devices by {field}")
def by_custom_field() -> Case:
    field = select_field()
    labels = dict(field.choices)
    pairs = []
    for value, number in Device.objects.values_list(f"custom_field_data__{field.name}").annotate(number=Count("pk")):
        pairs.append((either(value, labels[value]) if value else either(None, "", "none", "(none)", "not set"), number))
    merged: dict[str, tuple] = {}
    for value, number in pairs:
        key = str(value)
        merged[key] = (value, merged.get(key, (value, 0))[1] + number)
    return ask(aggregate(DEVICE, group_by=[f"cf_{field.name}"]), field=(field.label or field.name).lower()).ranking(merged.values(), len(merged))


@question("custom-fields-of-type", "Which custom fields do devices have?", "What extra fields can I filter devices by?")
def custom_fields_of_type() -> Case:
    fields = CustomField.objects.filter(object_types__model="device")
    return ask(call("describe", object_type=DEVICE, about="custom fields")).says(*[either(f"cf_{row.name}", row.name) for row in fields])


@question("values-of-status", "Which statuses can a device have?", "Possible values of a device's status")
def values_of_status() -> Case:
    values = [value for value, *_ in Device._meta.get_field("status").choices]
    return ask(call("describe", object_type=DEVICE, about="status")).says(*values)


@question("compliance-address", "Does every active device at {site} have a primary address?", "Compliance: active devices of {site} without a primary IP")
def compliance_address() -> Case:
    site = most(Site.objects.filter(devices__primary_ip4__isnull=False), "devices")
    found = Device.objects.filter(site=site, status="active")
    case = ask(aggregate(DEVICE, {"site": site.name, "status": "active"}, missing=["primary_ip"]), site=site.name)
    return case.figure(found.count()).fact("primary_ip", found.filter(primary_ip4__isnull=True, primary_ip6__isnull=True).count())


@question("no-journal-entry", "Which devices of {region} with a primary address have no journal entry?", "Devices in {region} that have a primary IP but nothing in the journal")
def no_journal_entry() -> Case:
    kind = ContentType.objects.get_for_model(Device)
    entry = first(JournalEntry.objects.filter(assigned_object_type=kind))
    region = entry.assigned_object.site.region
    found = Device.objects.filter(site__region__in=region.get_descendants(include_self=True)).exclude(primary_ip4__isnull=True, primary_ip6__isnull=True)
    found = found.exclude(pk__in=JournalEntry.objects.filter(assigned_object_type=kind).values("assigned_object_id"))
    plan = aggregate(
        DEVICE, {"region": region.name, "has_primary_ip": True}, top=3,
        compare={"object_type": "extras.journalentry", "filters": {"assigned_object_type": DEVICE}, "field": "assigned_object_id", "keep": "without"},
    )  # fmt: skip
    return ask(plan, region=region.name).figure(found.count())


def routers() -> tuple:
    site = first(Site.objects.filter(devices__role__slug__contains="router"))
    role = most(DeviceRole.objects.filter(devices__site=site, slug__contains="router"), "devices")
    return site, role, Device.objects.filter(site=site, role=role).order_by("name", "pk")


@question("one-hop-further", "The {role}s of {site} with their tenants and those tenants' groups", "For each {role} of {site}: its tenant and that tenant's group")
def one_hop_further() -> Case:
    site, role, found = routers()
    rows = [[row.name, row.tenant.name, row.tenant.group.name] for row in found[:5]]
    plan = objects(DEVICE, {"site": site.name, "role": role.name}, ["name", "tenant", "tenant.group"], "name")
    return ask(plan, site=site.name, role=role.name.lower()).total(found.count()).rows(rows, shown=5)


@question("join-by-graphql", "The {role}s of {site} with the region of their site and the group of their tenant, in one query", "By GraphQL: each {role} of {site}, its site's region, its tenant's group")
def join_by_graphql() -> Case:
    site, role, found = routers()
    chosen = f'site: {{slug: {{exact: "{site.slug}"}}}}, role: {{slug: {{exact: "{role.slug}"}}}}'
    query = f"{{ device_list(filters: {{{chosen}}}) {{ name site {{ region {{ name }} }} tenant {{ group {{ name }} }} }} }}"
    rows = [[row.name, row.site.region.name, row.tenant.group.name] for row in found]
    return ask(call("graphql", query=query), site=site.name, role=role.name.lower()).rows(rows).not_of("demo", "it has no GraphQL")


@question("duplicate-serials", "Are there devices with the same serial number?", "Duplicate serials")
def same_serial() -> Case:
    twice = Device.objects.exclude(serial="").values("serial").annotate(number=Count("pk")).filter(number__gt=1)
    return ask(aggregate(DEVICE, {"serial__empty": False}, duplicates=["serial"], top=3)).figure(twice.count())


@question("descriptions-with-word", "Which interfaces mention '{word}' in their description?", "Ports described with '{word}'")
def descriptions_with_word() -> Case:
    words: dict[str, int] = {}
    for text in Interface.objects.exclude(description="").values_list("description", flat=True)[:5000]:
        for word in set(re.findall(r"[A-Za-z]{5,}", text)):
            words[word.lower()] = words.get(word.lower(), 0) + 1
    word = min(words, key=lambda word: (-words[word], word))
    found = Interface.objects.filter(description__icontains=word).order_by("pk")
    rows = [(row.name, row.device.name) for row in found[:3]]
    return ask(objects("dcim.interface", {"description__ic": word}, ["name", "device", "description"], "id", 3), word=word).total(found.count()).rows(rows, shown=3)


@question("follow-up-on-result", "Which devices are at {site}? And which of those are {role}s?", "Of the devices at {site}, list the {role}s")
def follow_up_on_result() -> Case:
    site = busiest_site()
    role = most(DeviceRole.objects.filter(devices__site=site), "devices")
    found = Device.objects.filter(site=site, role=role).order_by("name", "pk")
    plan = [
        objects(DEVICE, {"site": site.name}, ["name", "role", "status"], "name", 1, all=True),
        call("get_objects", **{"from": "r1"}, filters={"role": role.name}, fields=["name"], ordering="name", limit=3),
    ]
    return ask(*plan, site=site.name, role=role.name.lower()).total(found.count()).rows([[row.name] for row in found[:3]], shown=3)


@question("spread-of-result", "List the devices with a primary address at {site}, then count them by role", "Devices with a primary address at {site}: group what you found by role")
def spread_of_result() -> Case:
    site = busiest_site()
    found = Device.objects.filter(site=site).exclude(primary_ip4__isnull=True, primary_ip6__isnull=True)
    plan = [
        objects(DEVICE, {"site": site.name, "has_primary_ip": True}, ["name", "role"], "name", 1, all=True),
        aggregate(**{"from": "r1"}, group_by=["role"], top=5),
    ]
    return ask(*plan, site=site.name).ranking(found.values_list("role__name").annotate(number=Count("pk")), 5)
