"""Sites, racks and the room in them."""

from dcim.models import Device, Location, Rack, RackReservation, Site
from django.db.models import Count

from .case import Case, aggregate, ask, call, either, objects, question
from .choosing import busiest_rack, busiest_site, first, most, universe


def runs(units: list[float]) -> list[tuple[float, float]]:
    """Consecutive half units as (lowest unit, height in units)."""
    found = []
    for unit in sorted(units):
        if found and unit == found[-1][0] + found[-1][1]:
            found[-1] = (found[-1][0], found[-1][1] + 0.5)
        else:
            found.append((unit, 0.5))
    return found


def free_half_units(rack: Rack) -> list[float]:
    """Half units that are free on both faces and not reserved, as NetBox itself sees them."""
    front = {float(unit) for unit in rack.get_available_units(u_height=0.5, rack_face="front")}
    rear = {float(unit) for unit in rack.get_available_units(u_height=0.5, rack_face="rear")}
    reserved = {unit + half for reservation in rack.reservations.all() for unit in reservation.units for half in (0.0, 0.5)}
    return sorted((front & rear) - reserved)


@question("active-sites", "Which sites are active?", "List our active sites with their regions")
def active_sites() -> Case:
    found = Site.objects.filter(status="active")
    rows = found.order_by("name").values_list("name", "region__name")
    case = ask(objects("dcim.site", {"status": "active"}, ["name", "region"], "name", 10))
    return case.total(found.count()).rows(rows[:10], shown=10).absent(*universe(Site.objects, found))


@question("sites-without-rack", "Which sites have no rack?", "Sites without racks")
def sites_without_rack() -> Case:
    found = Site.objects.filter(racks__isnull=True)
    case = ask(aggregate("dcim.site", compare={"object_type": "dcim.rack", "field": "site", "keep": "without"}, top=5))
    return case.figure(found.count()).says(*found.order_by("name").values_list("name", flat=True)[:1 if found.count() > 5 else 5]).absent(*universe(Site.objects, found))


@question("racks-per-site", "How many racks are at each site?", "Which sites have the most racks?")
def racks_per_site() -> Case:
    return ask(aggregate("dcim.rack", group_by=["site"], top=10)).ranking(Rack.objects.values_list("site__name").annotate(number=Count("pk")), 10)


@question("empty-racks", "Which racks are empty?", "Racks without a device")
def empty_racks() -> Case:
    found = Rack.objects.filter(devices__isnull=True)
    case = ask(aggregate("dcim.rack", compare={"object_type": "dcim.device", "field": "rack", "keep": "without"}, top=5))
    return case.figure(found.count()).absent(*([] if found.exists() else Rack.objects.values_list("name", flat=True)[:50]))


def find_rack(rack: Rack) -> dict:
    """The call that turns a rack's name, which many sites use, into its id."""
    return objects("dcim.rack", {"site": rack.site.name, "name": rack.name}, ["name"], limit=2)


def units(lowest: float, height: float) -> dict:
    """The ways to write a block of units."""
    low, top = f"{lowest:g}", f"{lowest + height - 1:g}"
    if height <= 1:
        return either(lowest, f"U{low}")
    spans = [f"{one}{dash}{other}" for one, other in ((low, top), (top, low)) for dash in ("-", "\u2013", "-U", "\u2013U")]
    return either(*spans, *[f"U{span}" for span in spans])


@question("rack-elevation", "What is in rack {rack} at {site}?", "Show me the elevation of {rack} in {site}", "Rack {rack} of {site} from top to bottom")
def rack_elevation() -> Case:
    rack = busiest_rack()
    mounted = rack.devices.filter(position__isnull=False).order_by("-position", "pk")
    case = ask(find_rack(rack), call("topology", question="elevation", object_type="dcim.rack", object_id=rack.pk), rack=rack.name, site=rack.site.name)
    for device in mounted:
        case.fact(device.name, units(float(device.position), float(device.device_type.u_height)))
    return case.sequence(*mounted.values_list("name", flat=True))


@question("free-units", "How much room is left in rack {rack} at {site}?", "Where is room for 4 units in rack {rack} of {site}?", "Free units of {rack}, {site}")
def free_units() -> Case:
    rack = busiest_rack()
    free = free_half_units(rack)
    case = ask(find_rack(rack), call("topology", question="elevation", object_type="dcim.rack", object_id=rack.pk), rack=rack.name, site=rack.site.name)
    case.figure(len(free) / 2)
    for lowest, height in runs(free):
        case.fact(units(lowest, height))
    return case


@question("room-at-site", "Where at {site} is room for {units} units in one piece?", "Which racks of {site} can take a device of {units} units?")
def room_at_site() -> Case:
    site = most(Site.objects.all(), "racks")
    rooms = []
    for rack in site.racks.order_by("name"):
        largest = max((height for _, height in runs(free_half_units(rack))), default=0)
        rooms.append((rack.name, largest))
    wanted = int(max(largest for _, largest in rooms))
    fitting = [name for name, largest in rooms if largest >= wanted]
    case = ask(call("topology", question="elevation", object_type="dcim.site", name=site.name, units=wanted, limit=20), site=site.name, units=wanted)
    return case.says(*fitting).absent(*[name for name, largest in rooms if largest < wanted])


@question("reserved-units", "Which rack units are reserved, and what for?", "Show the rack reservations")
def reserved_units() -> Case:
    found = RackReservation.objects.order_by("pk")
    first(found, "reservation")
    rows = [(row.rack.name, row.description) for row in found[:5]]
    return ask(objects("dcim.rackreservation", fields=["rack", "units", "tenant", "description"], ordering="id")).total(found.count()).rows(rows, shown=5)


@question("planned-racks", "Which racks are planned?", "Racks that are not in use yet")
def planned_racks() -> Case:
    found = Rack.objects.filter(status="planned")
    rows = found.order_by("name", "pk").values_list("name", "site__name")
    return ask(objects("dcim.rack", {"status": "planned"}, ["name", "site", "location"], ["name", "id"])).total(found.count()).rows(rows[:5], shown=5)


@question("rooms-at-site", "Which rooms does {site} have?", "Locations inside {site}")
def rooms_at_site() -> Case:
    site = most(Site.objects.all(), "locations")
    found = Location.objects.filter(site=site)
    case = ask(objects("dcim.location", {"site": site.name}, ["name", "parent", "rack_count"], "id", 5), site=site.name)
    # NetBox counts what is in the rooms of a room too.
    rows = [(row.name, Rack.objects.filter(location__in=row.get_descendants(include_self=True)).count()) for row in found.order_by("pk")[:5]]
    return case.total(found.count()).rows(rows, shown=5)


@question("impact-of-rack", "What fails if rack {rack} at {site} loses power?", "What is affected when I take down rack {rack} of {site}?")
def impact_of_rack() -> Case:
    rack = busiest_rack()
    case = ask(find_rack(rack), call("topology", question="impact", object_type="dcim.rack", object_id=rack.pk, limit=5), rack=rack.name, site=rack.site.name)
    return case.figure(Device.objects.filter(rack=rack).count())


@question("site-of-address", "Where is {site}?", "What is the postal address of {site}?")
def site_of_address() -> Case:
    site = busiest_site()
    return ask(objects("dcim.site", {"name": site.name}, ["name", "physical_address"]), site=site.name).total(1).says(*[part for part in [site.physical_address] if part])
