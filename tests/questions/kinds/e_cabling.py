"""Cables and what they lead to."""

import re

from dcim.constants import VIRTUAL_IFACE_TYPES, WIRELESS_IFACE_TYPES
from dcim.models import Cable, CablePath, ConsolePort, Device, FrontPort, Interface
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, Sum

from .case import Case, about, aggregate, ask, call, either, objects, question
from .choosing import busiest_site, busiest_switch, first


def physical(queryset):
    return queryset.exclude(type__in=[*VIRTUAL_IFACE_TYPES, *WIRELESS_IFACE_TYPES])


def free(queryset):
    """Ports that one could plug a cable into now."""
    return physical(queryset).filter(cable__isnull=True, mark_connected=False, enabled=True)


def traced(through: str) -> Interface:
    """The first interface with a complete path to another interface by way of `through`, such as a rear port."""
    kind = ContentType.objects.get(app_label="dcim", model=through).pk
    for path in CablePath.objects.filter(is_complete=True, is_active=True, is_split=False).order_by("pk").iterator():
        steps = path.path
        if len(steps[0]) == len(steps[-1]) == 1 and any(node.startswith(f"{kind}:") for step in steps for node in step):
            origin = path.origins[0]
            if isinstance(origin, Interface) and isinstance(path.destinations[0], Interface) and origin.device.name and path.destinations[0].device.name:
                return origin
    raise LookupError(f"no interface whose path goes through a {through}")


def hops(path: CablePath) -> list[str]:
    """Devices along a path, each once in a row, in order."""
    names: list[str] = []
    for step in path.path_objects:
        for node in step:
            device = getattr(node, "device", None)
            if device is not None and (not names or names[-1] != device.name):
                names.append(device.name)
    return names


@question("connected-to", "What is connected to {port} of {device}?", "Where does {device} {port} go?")
def connected_to() -> Case:
    device = busiest_switch()
    port = next(row for row in device.interfaces.filter(_path__is_complete=True).order_by("pk") if isinstance(row.connected_endpoints[0], Interface))
    far = port.connected_endpoints[0]
    plan = objects("dcim.interface", {"device": device.name, "name": port.name}, ["name", "connected_endpoints", "cable"])
    return ask(plan, device=device.name, port=port.name).total(1).says(far.device.name, far.name)


@question("trace-interface", "Trace the cable from {port} of {device} end to end", "Which patch panels lie between {device} {port} and its far end?")
def trace_interface() -> Case:
    port = traced("rearport")
    path = port.path
    far = path.destinations[0]
    case = ask(call("topology", question="trace", object_type="dcim.interface", device=port.device.name, name=port.name), device=port.device.name, port=port.name)
    return case.sequence(*hops(path)).says(port.name, far.device.name, far.name)


@question("trace-front-port", "What is behind {port} of the patch panel {device}?", "Follow front port {port} of {device}")
def trace_front_port() -> Case:
    for port in FrontPort.objects.filter(cable__isnull=False, device__name__isnull=False).order_by("pk"):
        path = CablePath.objects.filter(_nodes__contains=port, is_complete=True).order_by("pk").first()
        if path and all(hasattr(row[0], "device") for row in (path.origins, path.destinations)):
            break
    ends = (path.origins[0], path.destinations[0])
    case = ask(call("topology", question="trace", object_type="dcim.frontport", device=port.device.name, name=port.name), device=port.device.name, port=port.name)
    return case.says(*[end.device.name for end in ends], *[end.name for end in ends])


@question("console-of-device", "On which console server port is {device}?", "How do I get to the console of {device}?")
def console_of_device() -> Case:
    port = first(ConsolePort.objects.filter(_path__is_complete=True, device__name__isnull=False))
    far = port.connected_endpoints[0]
    plan = objects("dcim.consoleport", {"device": port.device.name}, ["name", "connected_endpoints"])
    return ask(plan, device=port.device.name).total(port.device.consoleports.count()).says(far.device.name, far.name)


def beside(device: Device) -> set[str]:
    """Names of the devices at the other ends of its interfaces."""
    ends = (end for port in device.interfaces.filter(_path__is_complete=True) for end in port.connected_endpoints)
    return {end.device.name for end in ends if isinstance(end, Interface) and end.device_id != device.pk}


@question("neighbours", "Which devices is {device} connected to?", "Neighbours of {device}")
def neighbours() -> Case:
    device = busiest_switch()
    far = beside(device)
    case = ask(call("topology", question="neighbours", object_type="dcim.device", name=device.name, limit=20), device=device.name)
    return case.says(*sorted(far)[:20 if len(far) <= 20 else 0])


@question("path-between-devices", "How do I get from {start} to {end}?", "Is there a cable path between {start} and {end}?")
def path_between_devices() -> Case:
    port = traced("rearport")
    end = port.path.destinations[0].device
    names = hops(port.path)
    case = ask(call("topology", question="path", object_type="dcim.device", name=port.device.name, to=end.name), start=port.device.name, end=end.name)
    return case.says(names[0], names[-1], port.name)


@question("impact-of-device", "What is affected if {device} fails?", "Who loses the network when {device} goes down?")
def impact_of_device() -> Case:
    device = busiest_switch()
    far = beside(device)
    case = ask(call("topology", question="impact", object_type="dcim.device", name=device.name, limit=5), device=device.name)
    return case.figure(len(far))


def in_a_row(names: list[str]) -> str:
    """The first of the names and those that follow it by number: `Ethernet9-48`."""
    first = last = re.fullmatch(r"(.*?)(\d+)", names[0])
    for name in names[1:]:
        following = re.fullmatch(r"(.*?)(\d+)", name)
        if not following or (following[1], int(following[2])) != (first[1], int(last[2]) + 1):
            break
        last = following
    return f"{names[0]}-{last[2]}"


@question("free-ports", "How many free ports does {device} have?", "Which ports of {device} are free?")
def free_ports() -> Case:
    device = Device.objects.filter(pk__in=free(Interface.objects.all()).values("device")).annotate(number=Count("interfaces")).order_by("-number", "pk").first()
    found = free(device.interfaces).order_by("_name")
    same = [port.name for port in found if port.type == found[0].type]
    case = ask(call("topology", question="free_ports", object_type="dcim.device", name=device.name, limit=3), device=device.name)
    return case.figure(found.count()).says(either(same[0], in_a_row(same)))


@question("free-ports-at-site", "Where at {site} are free switch ports?", "Free ports per device at {site}")
def free_ports_at_site() -> Case:
    site = busiest_site()
    pairs = free(Interface.objects.filter(device__site=site)).values_list("device__name").annotate(number=Count("pk"))
    plan = aggregate("dcim.interface", {"site": site.name, "kind": "physical", "occupied": False, "enabled": True}, group_by=["device"], top=5)
    return ask(plan, site=site.name).ranking(pairs, 5)


@question("ports-in-use", "How many ports of {device} are cabled?", "Which share of {device}'s interfaces is in use?")
def ports_in_use() -> Case:
    device = busiest_switch()
    case = ask(objects("dcim.interface", {"device": device.name, "cabled": True}, ["name"], limit=1), device=device.name)
    return case.total(device.interfaces.filter(cable__isnull=False).count())


@question("disabled-ports", "Which interfaces are disabled?", "Shut-down ports by device")
def disabled_ports() -> Case:
    pairs = Interface.objects.filter(enabled=False).values_list("device__name").annotate(number=Count("pk"))
    return ask(aggregate("dcim.interface", {"enabled": False}, group_by=["device"], top=5)).ranking(pairs, 5)


@question("cables-without-type", "How many cables have no type?", "Cables whose type nobody entered")
def cables_without_type() -> Case:
    number = Cable.objects.filter(Q(type="") | Q(type__isnull=True)).count()
    return ask(aggregate("dcim.cable", missing=["type", "label"])).fact("type", number).fact("label", Cable.objects.filter(label="").count())


@question("cables-by-type", "How many cables of each type do we have?", "Our cables by type")
def cables_by_type() -> Case:
    labels = dict(Cable._meta.get_field("type").flatchoices)
    pairs = Cable.objects.exclude(type="").filter(type__isnull=False).values_list("type").annotate(number=Count("pk"))
    rows = [(either(value, labels.get(value, value)), number) for value, number in pairs]
    without = Cable.objects.count() - sum(number for _, number in rows)
    if without:
        rows.append((either(None, "", "none", "(none)", "not set", "without"), without))
    return ask(aggregate("dcim.cable", group_by=["type"], top=10)).ranking(rows, 10)


@question("cable-length", "How many metres of cable lie at {site}?", "Total length of the cables in {site}")
def cable_length() -> Case:
    site = busiest_site()
    found = Cable.objects.filter(pk__in=Cable.objects.filter(terminations___site=site).values("pk"), length_unit="m")
    length = found.aggregate(sum=Sum("length"))["sum"]
    plan = aggregate("dcim.cable", {"site": site.name, "length_unit": "m"}, measures=["count", "sum:length"])
    return ask(plan, site=site.name).figure(found.count()).fact(about(float(length), 0.06))


@question("interface-types", "Which kinds of interfaces does {device} have?", "Port types of {device} with numbers")
def interface_types() -> Case:
    device = busiest_switch()
    labels = dict(Interface._meta.get_field("type").flatchoices)
    pairs = [(either(value, labels[value]), number) for value, number in device.interfaces.values_list("type").annotate(number=Count("pk"))]
    return ask(aggregate("dcim.interface", {"device": device.name}, group_by=["type"]), device=device.name).ranking(pairs, len(pairs))


@question("cables-of-device", "How many cables does {device} have, and of which type?", "Cables of {device} by type")
def cables_of_device() -> Case:
    device = busiest_switch()
    labels = dict(Cable._meta.get_field("type").flatchoices)
    found = Cable.objects.filter(pk__in=Cable.objects.filter(terminations___device=device).values("pk"))
    pairs = [(either(value, labels.get(value, value)) if value else either(None, "", "none"), number) for value, number in found.values_list("type").annotate(number=Count("pk"))]
    return ask(aggregate("dcim.cable", {"device": device.name}, group_by=["type"]), device=device.name).ranking(pairs, len(pairs))
