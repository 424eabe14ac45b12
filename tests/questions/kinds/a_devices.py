"""Devices: how many, where, which, and one of them in full."""

from dcim.models import Device, DeviceRole, Manufacturer, Region, Site, VirtualChassis
from django.db.models import Count
from tenancy.models import Tenant

from .case import Case, aggregate, ask, by_name, call, either, objects, question
from .choosing import busiest_site, busiest_switch, most, universe

TYPE = "dcim.device"


def host(address) -> str:
    return str(address.address.ip)


@question("devices-total", "How many devices do we have?", "Count all devices", "What is the number of devices in NetBox?")
def devices_total() -> Case:
    return ask(objects(TYPE, fields=["name"], limit=1)).total(Device.objects.count())


@question("devices-at-site", "Which devices are at {site}?", "Show me the equipment of site {site}", "How many devices does {site} have?")
def devices_at_site() -> Case:
    site = busiest_site()
    found = Device.objects.filter(site=site)
    names = found.order_by("name", "pk").values_list("name", "role__name")
    case = ask(objects(TYPE, {"site": site.name}, ["name", "role"], "name"), site=site.name)
    return case.total(found.count()).rows(names[:5], shown=5).absent(*universe(Device.objects, found))


@question("devices-of-manufacturer", "What {manufacturer} devices do we run?", "List our {manufacturer} models with numbers")
def devices_of_manufacturer() -> Case:
    manufacturer = most(Manufacturer.objects.all(), "device_types__instances")
    found = Device.objects.filter(device_type__manufacturer=manufacturer)
    pairs = found.values_list("device_type__model").annotate(number=Count("pk"))
    return ask(aggregate(TYPE, {"manufacturer": manufacturer.name}, group_by=["device_type"], top=10), manufacturer=manufacturer.name).ranking(pairs, 10)


@question("devices-per-site", "How many devices are there per site?", "Top sites by number of devices", "Device count by site")
def devices_per_site() -> Case:
    pairs = Device.objects.values_list("site__name").annotate(number=Count("pk"))
    return ask(aggregate(TYPE, group_by=["site"], top=10)).ranking(pairs, 10)


@question("devices-per-role", "How many devices of each role do we have?", "Break our devices down by role")
def devices_per_role() -> Case:
    return ask(aggregate(TYPE, group_by=["role"], top=10)).ranking(Device.objects.values_list("role__name").annotate(number=Count("pk")), 10)


@question("devices-per-site-and-role", "Devices per site and role, the ten largest", "Which site has most of which kind of device?")
def devices_per_site_and_role() -> Case:
    pairs = Device.objects.values_list("site__name", "role__name").annotate(number=Count("pk"))
    return ask(aggregate(TYPE, group_by=["site", "role"], top=10)).ranking(pairs, 10)


@question("devices-per-manufacturer", "Which manufacturers' devices do we have, and how many?", "Devices by vendor")
def devices_per_manufacturer() -> Case:
    pairs = Device.objects.values_list("device_type__manufacturer__name").annotate(number=Count("pk"))
    return ask(aggregate(TYPE, group_by=["device_type.manufacturer"], top=10)).ranking(pairs, 10)


@question("devices-per-region", "How many devices in each region?", "Group the devices by the region of their site")
def devices_per_region() -> Case:
    pairs = Device.objects.values_list("site__region__name").annotate(number=Count("pk"))
    return ask(aggregate(TYPE, group_by=["site.region"], top=10)).ranking(pairs, 10)


@question("devices-in-region", "How many devices are in {region}?", "Number of devices in {region}, all countries and cities included")
def devices_in_region() -> Case:
    region = most(Region.objects.filter(parent__isnull=True), "children")
    found = Device.objects.filter(site__region__in=region.get_descendants(include_self=True))
    return ask(objects(TYPE, {"region": region.name}, ["name"], limit=1), region=region.name).total(found.count())


@question("devices-by-status", "Which statuses do our devices have?", "How many devices are active, planned, failed and so on?")
def devices_by_status() -> Case:
    labels = {value: label for value, label, *_ in Device._meta.get_field("status").choices}
    pairs = [(either(value, labels[value]), number) for value, number in Device.objects.values_list("status").annotate(number=Count("pk"))]
    return ask(aggregate(TYPE, group_by=["status"])).ranking(pairs, len(pairs))


@question("failed-devices", "Which devices are failed or offline?", "List devices whose status is failed or offline")
def failed_devices() -> Case:
    found = Device.objects.filter(status__in=["failed", "offline"])
    rows = found.order_by("name", "pk").values_list("name", "site__name")
    return ask(objects(TYPE, {"status": ["failed", "offline"]}, ["name", "status", "site"], "name", 10)).total(found.count()).rows(rows[:10], shown=10)


@question("device-profile", "Tell me about {device}", "What is {device}?", "Everything about the device {device}")
def device_profile() -> Case:
    device = busiest_switch()
    case = ask(by_name(TYPE, device.name), device=device.name)
    case.says(device.name, device.site.name, device.role.name, device.device_type.model, device.serial, either(host(device.primary_ip4), str(device.primary_ip4.address)))
    if device.rack:
        case.says(device.rack.name)
    return case.figure(device.interface_count)


@question("primary-address", "What is the management address of {device}?", "Primary IP of {device}", "How do I reach {device}?")
def primary_address() -> Case:
    device = busiest_switch()
    shown = either(host(device.primary_ip4), str(device.primary_ip4.address))
    return ask(objects(TYPE, {"name": device.name}, ["name", "primary_ip4", "oob_ip"]), device=device.name).total(1).fact(device.name, shown)


@question("serial", "Which device has the serial number {serial}?", "Find serial {serial}")
def serial() -> Case:
    device = Device.objects.filter(name__isnull=False).exclude(serial="").order_by("-interface_count", "pk").first()
    return ask(call("search_objects", query=device.serial, fields=["name", "serial"], limit=3), serial=device.serial).fact(device.name, device.serial)


@question("asset-tag", "What is asset {tag}?", "Look up the asset tag {tag}")
def asset_tag() -> Case:
    device = Device.objects.filter(name__isnull=False, asset_tag__isnull=False).order_by("-interface_count", "pk")[1]
    return ask(call("search_objects", query=device.asset_tag, fields=["name", "asset_tag"], limit=3), tag=device.asset_tag).fact(device.name, device.asset_tag)


@question("hostname-fragment", "Which devices have '{fragment}' in their name?", "Find all hosts named like {fragment}")
def hostname_fragment() -> Case:
    fragment = busiest_switch().name[-7:]
    found = Device.objects.filter(name__icontains=fragment)
    names = found.order_by("name", "pk").values_list("name", "site__name")
    return ask(objects(TYPE, {"name__ic": fragment}, ["name", "site"], "name"), fragment=fragment).total(found.count()).rows(names[:5], shown=5)


@question("devices-of-tenant", "Which roles of devices does {tenant} have?", "Count the devices of the tenant {tenant} by role")
def devices_of_tenant() -> Case:
    tenant = most(Tenant.objects.all(), "devices")
    pairs = Device.objects.filter(tenant=tenant).values_list("role__name").annotate(number=Count("pk"))
    return ask(aggregate(TYPE, {"tenant": tenant.name}, group_by=["role"], top=10), tenant=tenant.name).ranking(pairs, 10)


@question("stack-members", "Which devices form the virtual chassis {chassis}?", "Members of the stack {chassis}")
def stack_members() -> Case:
    chassis = most(VirtualChassis.objects.all(), "members")
    found = Device.objects.filter(virtual_chassis=chassis)
    rows = found.order_by("vc_position").values_list("name", "vc_position")
    case = ask(objects(TYPE, {"virtual_chassis_id": chassis.name}, ["name", "vc_position"], "vc_position", 10), chassis=chassis.name)
    return case.total(found.count()).rows(rows)


@question("role-at-site", "How many {role}s does {site} have?", "Count the {role}s at {site}")
def role_at_site() -> Case:
    site = busiest_site()
    role = most(DeviceRole.objects.filter(devices__site=site), "devices")
    return ask(objects(TYPE, {"site": site.name, "role": role.name}, ["name"], limit=1), site=site.name, role=role.name.lower()).total(
        Device.objects.filter(site=site, role=role).count()
    )


@question("models-in-several-sites", "Which device models are used at more than three sites?", "Models that are spread over more than 3 sites")
def models_in_several_sites() -> Case:
    pairs = Device.objects.values_list("device_type__model").annotate(sites=Count("site", distinct=True)).filter(sites__gt=3)
    plan = aggregate(TYPE, group_by=["device_type"], measures=["distinct:site"], having="distinct:site > 3", ordering="-distinct:site", top=10)
    return ask(plan).ranking(pairs, 10)


@question("smallest-sites", "Which sites have the fewest devices?", "Our smallest sites by number of devices")
def smallest_sites() -> Case:
    plan = objects("dcim.site", fields=["name", "device_count"], ordering=["device_count", "name"], limit=3)
    rows = Site.objects.annotate(number=Count("devices")).order_by("number", "name").values_list("name", "number")
    return ask(plan).total(rows.count()).rows(rows[:3], shown=3)


@question("unracked-devices", "Which devices are at {site} but in no rack?", "Devices of {site} without a rack, by role")
def unracked_devices() -> Case:
    site = most(Site.objects.filter(devices__rack__isnull=True), "devices")
    pairs = Device.objects.filter(rack__isnull=True, site=site).values_list("role__name").annotate(number=Count("pk"))
    return ask(aggregate(TYPE, {"site": site.name, "rack_id": "null"}, group_by=["role"], top=10), site=site.name).ranking(pairs, 10)
