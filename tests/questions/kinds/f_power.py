"""Power: feeds, who hangs on them, and how much."""

from dcim.models import PowerFeed, PowerOutlet, PowerPort, Rack
from django.db.models import Count, Sum

from .b_places import find_rack
from .case import Case, aggregate, ask, call, objects, question
from .choosing import busiest_site, first, most


@question("feeds-of-rack", "Which power feeds does rack {rack} at {site} have?", "How is rack {rack} of {site} fed?")
def feeds_of_rack() -> Case:
    rack = most(Rack.objects.all(), "powerfeeds")
    found = rack.powerfeeds.order_by("name", "pk")
    rows = [(row.name, row.voltage, row.amperage) for row in found]
    plan = objects("dcim.powerfeed", {"rack_id": rack.pk}, ["name", "type", "voltage", "amperage"], "name")
    return ask(find_rack(rack), plan, rack=rack.name, site=rack.site.name).total(found.count()).rows(rows)


@question("power-of-device", "Where does {device} get its power from?", "Which PDU outlets feed {device}?")
def power_of_device() -> Case:
    port = first(PowerPort.objects.filter(_path__is_complete=True, device__name__isnull=False, device__position__isnull=False))
    ports = PowerPort.objects.filter(device=port.device).order_by("name")
    plan = objects("dcim.powerport", {"device": port.device.name}, ["name", "connected_endpoints"], "name")
    case = ask(plan, device=port.device.name).total(ports.count())
    for row in ports:
        for end in row.connected_endpoints or []:
            case.fact(row.name, either_end(end))
    return case


def either_end(end) -> str:
    return end.device.name if hasattr(end, "device") else end.name


@question("power-draw", "How much power is allocated at {site}?", "Sum of the allocated draw in {site}")
def power_draw() -> Case:
    site = busiest_site()
    found = PowerPort.objects.filter(device__site=site)
    plan = aggregate("dcim.powerport", {"site": site.name}, measures=["count", "sum:maximum_draw", "sum:allocated_draw"])
    sums = found.aggregate(most=Sum("maximum_draw"), given=Sum("allocated_draw"))
    case = ask(plan, site=site.name).figure(found.count())
    return case.figure(sums["most"] or 0).figure(sums["given"] or 0)


@question("feeds-per-panel", "How many feeds does each power panel have?", "Power panels with the number of their feeds")
def feeds_per_panel() -> Case:
    rows = PowerFeed.objects.values_list("power_panel__site__name", "power_panel__name").annotate(number=Count("pk"))
    return ask(aggregate("dcim.powerfeed", group_by=["power_panel.site", "power_panel"], top=5)).ranking(rows, 5)


@question("free-outlets", "Which PDU outlets are free at {site}?", "Free power outlets per PDU in {site}")
def free_outlets() -> Case:
    site = busiest_site()
    rows = PowerOutlet.objects.filter(device__site=site, cable__isnull=True, mark_connected=False).values_list("device__name").annotate(number=Count("pk"))
    return ask(aggregate("dcim.poweroutlet", {"site": site.name, "occupied": False}, group_by=["device"], top=5), site=site.name).ranking(rows, 5)


@question("impact-of-feed", "What loses power if the feed {feed} of {site} fails?", "Which devices hang on feed {feed} at {site}?")
def impact_of_feed() -> Case:
    feed = first(PowerFeed.objects.filter(_path__isnull=False, cable__isnull=False))
    unit = feed.connected_endpoints[0].device
    devices = {port.device.name for port in PowerPort.objects.filter(cable__in=unit.poweroutlets.values("cable")).exclude(device=unit)}
    site = feed.power_panel.site
    find = objects("dcim.powerfeed", {"site": site.name, "name": feed.name}, ["name", "rack"], limit=2)
    case = ask(find, call("topology", question="impact", object_type="dcim.powerfeed", object_id=feed.pk, limit=20), feed=feed.name, site=site.name)
    return case.says(unit.name).figure(len(devices) + 1) if len(devices) > 20 else case.says(unit.name, *sorted(devices))
