"""Addresses, prefixes, ranges and what is free in them."""

from dcim.models import MACAddress
from django.db import connection
from django.db.models import Count
from ipam.models import ASN, VRF, FHRPGroup, IPAddress, IPRange, Prefix

from .case import Case, about, aggregate, ask, call, either, objects, question
from .choosing import first, most


def label(model, field: str, value: str):
    return either(value, dict(model._meta.get_field(field).flatchoices).get(value, value))


def well_used() -> Prefix:
    """The active IPv4 prefix with the most addresses directly in it."""
    best = None
    for prefix in Prefix.objects.filter(status="active", prefix__family=4, _children=0).order_by("pk")[:200]:
        number = prefix.get_child_ips().count()
        if prefix.get_available_ips().size and (best is None or number > best[0]):
            best = (number, prefix)
    return best[1]


def of_a_device() -> IPAddress:
    """The first address of a physical interface whose device has a primary address elsewhere or here."""
    return IPAddress.objects.filter(interface__device__primary_ip4__isnull=False, address__family=4).order_by("pk").first()


@question("whois-address", "What is {address}?", "Who has {address}?", "Which device and prefix does {address} belong to?")
def whois_address() -> Case:
    address = of_a_device()
    parents = sorted(Prefix.objects.filter(vrf=address.vrf, prefix__net_contains_or_equals=str(address.address.ip)), key=lambda row: row.prefix.prefixlen)
    case = ask(call("ip_space", question="whois", address=str(address.address.ip)), address=str(address.address.ip))
    case.says(str(address.address), address.assigned_object.device.name, address.assigned_object.name, str(parents[-1].prefix))
    if parents[-1].vlan:
        case.says(parents[-1].vlan.name)
    return case


@question("whois-free-address", "Is {address} free?", "Does anything use {address}?")
def whois_free_address() -> Case:
    prefix = well_used()
    free = prefix.get_first_available_ip().split("/")[0]
    used = IPAddress.objects.filter(vrf=prefix.vrf, address__net_host_contained=str(prefix.prefix)).exclude(dns_name="").values_list("dns_name", flat=True)
    return ask(call("ip_space", question="whois", address=free), address=free).says(str(prefix.prefix)).absent(*used[:20])


@question("next-address", "What is the next free address in {prefix}?", "Give me a free IP in {prefix}")
def next_address() -> Case:
    prefix = well_used()
    free = prefix.get_first_available_ip()
    return ask(call("ip_space", question="next_address", prefix=str(prefix.prefix), limit=1), prefix=prefix.prefix).says(either(free, free.split("/")[0]))


@question("utilization", "How full is {prefix}?", "How many addresses are free in {prefix}?", "Utilisation of {prefix}")
def utilization() -> Case:
    prefix = well_used()
    case = ask(call("ip_space", question="utilization", prefix=str(prefix.prefix)), prefix=prefix.prefix)
    return case.figure(prefix.get_available_ips().size).fact(str(prefix.prefix), about(prefix.get_utilization(), 0.51))


@question("container-utilization", "How much of {prefix} is given out?", "Use of the container {prefix}")
def container_utilization() -> Case:
    prefix = Prefix.objects.filter(status="container", prefix__family=4).order_by("-_children", "pk").first()
    return ask(call("ip_space", question="utilization", prefix=str(prefix.prefix)), prefix=prefix.prefix).fact(str(prefix.prefix), about(prefix.get_utilization(), 0.51))


@question("full-prefixes", "Which prefixes are more than {percent} % full?", "Prefixes over {percent} % used")
def full_prefixes() -> Case:
    used = {prefix: prefix.get_utilization() for prefix in Prefix.objects.filter(status="active", prefix__family=4)}
    percent = 80 if sum(value > 80 for value in used.values()) else 40
    full = sorted(((str(prefix.prefix), value) for prefix, value in used.items() if value > percent), key=lambda row: (-row[1], row[0]))
    case = ask(call("ip_space", question="utilization", filters={"status": "active", "family": 4}, over=percent, limit=5), percent=percent)
    case.figure(len(full)).absent(*[str(prefix.prefix) for prefix, value in used.items() if value <= percent][:100])
    if len(full) <= 5:
        return case.rows([(name, about(value, 0.51)) for name, value in full])
    return case


@question("free-block", "First free /{length} in {prefix}", "Where can I put a new /{length} inside {prefix}?")
def free_block() -> Case:
    prefix = Prefix.objects.filter(status="container", prefix__family=4, _depth=1, _children__gt=2).order_by("pk").first()
    length = 24
    free = next(network for block in prefix.get_available_prefixes().iter_cidrs() if block.prefixlen <= length for network in block.subnet(length))
    return ask(call("ip_space", question="free_prefixes", prefix=str(prefix.prefix), length=length, limit=3), prefix=prefix.prefix, length=length).says(str(free))


@question("duplicate-addresses", "Do we have duplicate IP addresses?", "Which addresses are used twice?")
def duplicate_addresses() -> Case:
    shared = ["anycast", "vip", "vrrp", "hsrp", "glbp", "carp"]
    hosts: dict[tuple, list] = {}
    for pk, address, vrf, role in IPAddress.objects.order_by("pk").values_list("pk", "address", "vrf", "role"):
        if role not in shared:
            hosts.setdefault((str(address.ip), vrf), []).append(str(address))
    twice = {key: rows for key, rows in hosts.items() if len(rows) > 1}
    case = ask(aggregate("ipam.ipaddress", duplicates=["address"], top=5)).figure(len(twice))
    if 0 < len(twice) <= 5:
        case.says(*[either(host, *rows) for (host, _), rows in twice.items()])
    return case


@question("overlapping-prefixes", "Do any prefixes overlap?", "The same prefix entered twice, or active prefixes inside each other?")
def overlapping_prefixes() -> Case:
    rows: dict[int | None, list] = {}
    for prefix in Prefix.objects.exclude(status="container").order_by("prefix", "pk"):
        rows.setdefault(prefix.vrf_id, []).append(prefix.prefix)
    pairs = []
    for networks in rows.values():
        above: list = []
        for network in networks:
            while above and network not in above[-1]:
                above.pop()
            if above:
                pairs.append((str(above[-1]), str(network)))
            above.append(network)
    case = ask(call("ip_space", question="overlaps", limit=5)).figure(len(pairs))
    return case.says(*[name for pair in pairs for name in pair]) if 0 < len(pairs) <= 5 else case


@question("addresses-outside", "Which addresses are in no prefix?", "Addresses outside every prefix")
def addresses_outside() -> Case:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address::text FROM ipam_ipaddress AS a WHERE NOT EXISTS (SELECT FROM ipam_prefix AS p "
            "WHERE p.prefix >>= host(a.address)::inet AND p.vrf_id IS NOT DISTINCT FROM a.vrf_id) ORDER BY id"
        )
        found = [row[0] for row in cursor.fetchall()]
    case = ask(call("ip_space", question="outside", limit=5)).figure(len(found))
    return case.says(*[either(address, address.split("/")[0]) for address in found]) if 0 < len(found) <= 5 else case


@question("mac-address", "Which device has the MAC address {mac}?", "Where is {mac} plugged in?")
def mac_address() -> Case:
    row = first(MACAddress.objects.filter(interface__device__name__isnull=False))
    mac = str(row.mac_address)
    return ask(call("search_objects", query=mac, limit=3), mac=mac).says(mac, row.assigned_object.device.name, row.assigned_object.name)


@question("addresses-by-status", "How many addresses are active, reserved, DHCP?", "IP addresses by status")
def addresses_by_status() -> Case:
    pairs = [(label(IPAddress, "status", value), number) for value, number in IPAddress.objects.order_by().values_list("status").annotate(number=Count("pk"))]
    return ask(aggregate("ipam.ipaddress", group_by=["status"])).ranking(pairs, len(pairs))


@question("addresses-of-device", "Which addresses does {device} have?", "All IP addresses on {device}")
def addresses_of_device() -> Case:
    device = of_a_device().assigned_object.device
    found = IPAddress.objects.filter(interface__device=device).order_by("pk")
    rows = [(str(row.address), row.assigned_object.name) for row in found[:5]]
    return ask(objects("ipam.ipaddress", {"device": device.name}, ["address", "assigned_object"], "id"), device=device.name).total(found.count()).rows(rows, shown=5)


@question("dhcp-ranges", "Which DHCP ranges do we have?", "Address ranges with their size, the largest first")
def dhcp_ranges() -> Case:
    found = IPRange.objects.order_by("-size", "pk")
    pairs = [(str(row.start_address), row.size) for row in found]
    return ask(objects("ipam.iprange", fields=["start_address", "end_address", "size"], ordering=["-size", "id"])).total(len(pairs)).rows(pairs[:5], shown=5)


@question("prefix-in-vrfs", "In which VRFs is {prefix}?", "Does {prefix} exist more than once?")
def prefix_in_vrfs() -> Case:
    twice = Prefix.objects.values("prefix").annotate(number=Count("vrf", distinct=True)).filter(number__gt=1).order_by("prefix").first()
    found = Prefix.objects.filter(prefix=twice["prefix"]).order_by("pk")
    rows = [(str(row.prefix), row.vrf.name) for row in found]
    return ask(objects("ipam.prefix", {"prefix": str(twice["prefix"])}, ["prefix", "vrf", "status"], "id"), prefix=twice["prefix"]).total(len(rows)).rows(rows)


@question("prefixes-of-vrf", "How many prefixes are in the VRF {vrf}?", "Count the prefixes of {vrf}")
def prefixes_of_vrf() -> Case:
    vrf = most(VRF.objects.all(), "prefixes")
    return ask(objects("ipam.prefix", {"vrf": vrf.name}, ["prefix"], limit=1), vrf=vrf.name).total(vrf.prefixes.count())


@question("gateways", "Which virtual gateway addresses does {site} have?", "VRRP groups of {site} with their addresses")
def gateways() -> Case:
    group = first(FHRPGroup.objects.filter(ip_addresses__isnull=False))
    found = FHRPGroup.objects.filter(description=group.description)
    site = group.description.rpartition(" of ")[2]
    rows = [[str(row.ip_addresses.order_by("pk").first().address)] for row in found.order_by("group_id")[:5]]
    case = ask(objects("ipam.fhrpgroup", {"description": group.description}, ["group_id", "protocol", "ip_addresses"], "group_id"), site=site)
    return case.total(found.count()).rows(rows, shown=5)


@question("asn-of-site", "Which AS numbers does {site} use?", "What is the ASN of {site}?")
def asn_of_site() -> Case:
    site = first(ASN.objects.filter(sites__isnull=False)).sites.order_by("pk").first()
    found = site.asns.order_by("asn")
    return ask(objects("ipam.asn", {"site": site.name}, ["asn", "rir"], "asn"), site=site.name).total(found.count()).rows([(row.asn, row.rir.name) for row in found])


@question("aggregates-used", "Which aggregates do we have and from which registry?", "List our address blocks with their RIRs")
def aggregates_used() -> Case:
    from ipam.models import Aggregate

    found = Aggregate.objects.order_by("prefix", "pk")
    rows = [(str(row.prefix), row.rir.name) for row in found[:5]]
    return ask(objects("ipam.aggregate", fields=["prefix", "rir"], ordering="prefix")).total(found.count()).rows(rows, shown=5)


@question("prefixes-per-site", "How many prefixes does each site have?", "Prefixes by site, the five largest")
def prefixes_per_site() -> Case:
    pairs = Prefix.objects.filter(_site__isnull=False, _location__isnull=True).values_list("_site__name").annotate(number=Count("pk"))
    return ask(aggregate("ipam.prefix", {"scope_type": "dcim.site"}, group_by=["scope"], top=5)).ranking(pairs, 5)
