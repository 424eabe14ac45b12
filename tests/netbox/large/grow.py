"""Grows the project's estate to about 10,000 devices, 200,000 interfaces and 50,000 addresses, in its own database.

    grow.py     NETBOX_ROOT must be set and its database hold the small estate; start.sh does both

The estate is copied as a whole, COPIES times: every row of a site and of what belongs to it, with its cables, traced
paths, counters and trees, under numbers, names, addresses, MACs and serials of its own ("Cleveland 01" becomes "Cleveland
03", "Cleveland 05", ...; 10.17.0.0/16 becomes 11.17.0.0/16). What is shared stays one: regions, tenants, roles, models,
carriers, tags, VRFs. Columns that NetBox works out itself are therefore right because they are right in the small
estate; counters over shared rows are worked out anew at the end. Nothing is drawn by lot.
"""

import ipaddress
import os
import re
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")

import django

django.setup()

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from utilities.ordering import naturalize_interface

COPIES = 20
# Numbers of copy k begin at k times this; additional rows of a copy at half of it.
OFFSET = 100_000
INTERFACES = 200_000
ADDRESSES = 50_000
# Seconds by which the recent times of each copy lie further back than those of the one before.
BACK = 2_220

COPIED = [
    "ipam_asn", "dcim_site", "dcim_site_asns", "dcim_location", "dcim_rack", "dcim_rackreservation", "dcim_virtualchassis", "dcim_device",
    "dcim_interface", "dcim_interface_tagged_vlans", "dcim_interface_wireless_lans", "dcim_rearport", "dcim_frontport", "dcim_portmapping",
    "dcim_consoleport", "dcim_consoleserverport", "dcim_powerport", "dcim_poweroutlet", "dcim_powerpanel", "dcim_powerfeed", "dcim_macaddress",
    "dcim_cable", "dcim_cabletermination", "dcim_cablepath", "ipam_aggregate", "ipam_vlangroup", "ipam_vlan", "ipam_prefix", "ipam_iprange",
    "ipam_ipaddress", "ipam_fhrpgroup", "ipam_fhrpgroupassignment", "ipam_service", "ipam_service_ipaddresses", "circuits_circuit",
    "circuits_circuittermination", "virtualization_cluster", "virtualization_virtualmachine", "virtualization_vminterface",
    "virtualization_vminterface_tagged_vlans", "virtualization_virtualdisk", "extras_taggeditem", "extras_journalentry",
    "tenancy_contactassignment", "core_objectchange",
]  # fmt: skip

# Rows that hold the copies too.
NOT_COPIED = {"ipam_aggregate": "masklen(prefix) = 8 OR masklen(prefix) > 16"}
# What is said of other objects: of shared ones it is not said again.
ATTACHED = {"extras_taggeditem", "extras_journalentry", "tenancy_contactassignment"}

cursor = connection.cursor()


def answer(query: str, *arguments: object) -> list[tuple]:
    cursor.execute(query, arguments)
    return cursor.fetchall()


TYPES = dict(answer("SELECT id, app_label || '_' || model FROM django_content_type"))
COPIED_TYPES = {str(key) for key, name in TYPES.items() if name in COPIED}
SITES = [name for name, in answer("SELECT name FROM dcim_site")]
SLUGS = [slug for slug, in answer("SELECT slug FROM dcim_site")]
HIGHEST = max(int(slug[-2:]) for slug in SLUGS)

cities = "|".join(sorted({re.escape(name[:-3]) for name in SITES}))
codes = "|".join(sorted({slug[:-3] for slug in SLUGS}))
NAMED = re.compile(
    rf"(?P<city>\b(?:{cities}) |\b(?:{codes}|{codes.upper()})-)(?P<number>\d\d)\b"
    r"|\bWAVE-(?P<wave>\d{4})\b|\bMR-(?P<asset>\d{5})\b"
    r"|(?<![\d.])(?P<net>10|172|192|203)\.(?P<second>\d{1,3})(?=\.\d{1,3}\.\d{1,3}\b)|\b2001:db8(?=:)"
)  # fmt: skip


def renamed(text: str, copy: int) -> str:
    """The text with the names, numbers and addresses of a copy."""

    def name(found: re.Match) -> str:
        if found["city"]:
            return f"{found['city']}{int(found['number']) + HIGHEST * copy:02}"
        if found["wave"]:
            return f"WAVE-{int(found['wave']) + 100 * copy}"
        if found["asset"]:
            return f"MR-{int(found['asset']) + 1000 * copy:05}"
        if found["net"] == "10":
            return f"{10 + copy}.{found['second']}"
        if found["net"]:
            return f"{found['net']}.{int(found['second']) + copy}"
        return f"2001:{0xDB8 + copy:x}"

    return NAMED.sub(name, text)


def shifted(value: str, copy: int) -> str:
    return str(int(value) + copy * OFFSET)


def nodes(value: str, copy: int) -> str:
    """Nodes of a cable path: content type and number."""
    return re.sub(r"(\d+):(\d+)", lambda found: f"{found[1]}:{shifted(found[2], copy) if found[1] in COPIED_TYPES else found[2]}", value)


SPECIAL: dict[tuple[str, str], Callable[[str, int], str]] = {
    ("dcim_cablepath", "path"): nodes,
    ("dcim_cablepath", "_nodes"): nodes,
    ("dcim_location", "path"): lambda value, copy: ".".join(f"{int(part) + copy * OFFSET:019}" for part in value.split(".")),
    ("dcim_macaddress", "mac_address"): lambda value, copy: f"{value[:9]}{int(value[9:11], 16) + copy:02x}{value[11:]}",
    ("dcim_device", "serial"): lambda value, copy: f"{value[:2]}{copy:02}{value[2:]}" if value else value,
    ("dcim_rack", "serial"): lambda value, copy: f"{value[:2]}{copy:02}{value[2:]}" if value else value,
    ("ipam_asn", "asn"): lambda value, copy: str(int(value) + 1000 * copy),
    ("core_objectchange", "request_id"): lambda value, copy: f"{copy:02x}{value[2:]}",
}


class Table:
    """A table that is copied: its rows as text, and which columns change how."""

    def __init__(self, name: str):
        self.name = name
        found = answer("SELECT attname, format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum", name)
        self.columns = [column for column, _ in found]
        kinds = dict(found)
        referring = dict(answer(
            "SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
            "WHERE c.contype = 'f' AND c.conrelid = %s::regclass", name,
        ))  # fmt: skip
        self.keys = [place for place, column in enumerate(self.columns) if column == "id" or referring.get(column) in COPIED]
        # Generic references: which column holds the type, which the number.
        self.generic = []
        for place, column in enumerate(self.columns):
            if referring.get(column) == "django_content_type":
                other = "object_id" if column in ("content_type_id", "object_type_id") else column.removesuffix("_type_id") + "_id"
                self.generic.append((place, self.columns.index(other)))
        texts = [place for place, column in enumerate(self.columns) if kinds[column] in ("character varying", "text", "jsonb", "inet", "cidr") and (name, column) not in SPECIAL]
        self.special = [(place, SPECIAL[name, column]) for place, column in enumerate(self.columns) if (name, column) in SPECIAL]
        with cursor.copy(f'COPY (SELECT {self.listed()} FROM "{name}" WHERE {NOT_COPIED.get(name, "true")} ORDER BY id) TO STDOUT') as copy:
            self.rows = list(copy.rows())
        self.named = [[place for place in texts if row[place] and NAMED.search(row[place])] for row in self.rows]

    def listed(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)

    def copies(self, number: int):
        """The rows of one copy. Tags and the like of shared objects are not copied."""
        for row, named in zip(self.rows, self.named, strict=True):
            new = list(row)
            if self.generic and not all(self._point(new, kind, place, number) for kind, place in self.generic):
                continue
            for place in self.keys:
                if new[place] is not None:
                    new[place] = shifted(new[place], number)
            for place in named:
                new[place] = renamed(new[place], number)
            for place, change in self.special:
                if new[place] is not None:
                    new[place] = change(new[place], number)
            yield new

    def _point(self, row: list, kind: int, place: int, number: int) -> bool:
        if row[kind] is None or row[place] is None:
            return True
        if row[kind] not in COPIED_TYPES:
            return self.name not in ATTACHED
        row[place] = shifted(row[place], number)
        return True


def write(table: str, columns: str, rows) -> int:
    number = 0
    with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
            number += 1
    return number


def insert_like(table: str, like: str, rows: list[dict], **fixed: object) -> None:
    """New rows with the values of the row that `like` (a condition) finds, but for those that are given."""
    columns = [name for name, in answer("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum", table)]
    with cursor.copy(f'COPY (SELECT {", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns)} FROM "{table}" WHERE {like} ORDER BY id LIMIT 1) TO STDOUT') as copy:
        template = dict(zip(columns, list(copy.rows())[0], strict=True)) | fixed
    write(table, ", ".join(f'"{name}"' for name in columns), ([(template | row)[name] for name in columns] for row in rows))


def spare_devices() -> int:
    """Unracked spares, more in each copy, so that no two copies of a large site have equally many devices."""
    large = answer("SELECT site_id FROM dcim_device WHERE site_id < %s GROUP BY site_id ORDER BY count(*) DESC, site_id LIMIT 4", OFFSET)
    names = dict(answer("SELECT id, slug FROM dcim_site"))
    rows = []
    for copy in range(1, COPIES + 1):
        for rank, (site,) in enumerate(large):
            for number in range(1, copy + 1):
                pk = copy * OFFSET + OFFSET // 2 + rank * 100 + number
                place = site + copy * OFFSET
                rows.append({"id": pk, "site_id": place, "name": f"{names[place]}-spare-{number:02}", "serial": f"SP{copy:02}{rank}{number:03}"})
    counters = [name for name, in answer("SELECT attname FROM pg_attribute WHERE attrelid = 'dcim_device'::regclass AND attname LIKE '%%_count'")]
    empty = ["rack_id", "location_id", "position", "asset_tag", "primary_ip4_id", "primary_ip6_id", "oob_ip_id", "cluster_id", "virtual_chassis_id", "vc_position", "vc_priority"]
    like = "role_id = (SELECT id FROM dcim_devicerole WHERE slug = 'server')"
    insert_like("dcim_device", like, rows, **dict.fromkeys(empty), **dict.fromkeys(counters, 0), face="", status="inventory")
    return len(rows)


def virtual_interfaces() -> int:
    """Routed and bridged interfaces without a cable, as many for each device as are missing to the wanted number."""
    [(present,)] = answer("SELECT count(*) FROM dcim_interface")
    devices = answer("SELECT d.id, d.site_id, d.location_id, d.rack_id FROM dcim_device d WHERE d.id > %s AND EXISTS (SELECT FROM dcim_interface i WHERE i.device_id = d.id) ORDER BY d.id", OFFSET)
    each, more = divmod(max(INTERFACES - present, 0), len(devices))
    rows, following = [], {}
    for place, (device, site, location, rack) in enumerate(devices):
        for number in range(each + (place < more)):
            copy = device // OFFSET
            following[copy] = following.get(copy, copy * OFFSET + OFFSET // 2) + 1
            name = f"irb.{3000 + number}"
            rows.append({"id": following[copy], "device_id": device, "name": name, "_name": naturalize_interface(name, 100), "_site_id": site, "_location_id": location, "_rack_id": rack})
    empty = ["cable_id", "_path_id", "cable_end", "lag_id", "parent_id", "bridge_id", "untagged_vlan_id", "primary_mac_address_id", "vrf_id", "speed", "mode", "mtu"]
    like = "type = 'virtual' AND cable_id IS NULL AND primary_mac_address_id IS NULL"
    insert_like("dcim_interface", like, rows, **dict.fromkeys(empty), enabled=True, mgmt_only=False, mark_connected=False, type="virtual", description="")
    return len(rows)


def more_addresses() -> int:
    """Addresses of clients: the same number in every prefix of a copy that has room and no DHCP range."""
    [(present,)] = answer("SELECT count(*) FROM ipam_ipaddress")
    prefixes = answer(
        "SELECT p.id, p.prefix::text, p.vrf_id, s.slug FROM ipam_prefix p JOIN dcim_site s ON s.id = p._site_id WHERE p.id > %s AND family(p.prefix) = 4 AND masklen(p.prefix) BETWEEN 22 AND 24 "
        "AND p.status = 'active' AND p._children = 0 AND NOT p.is_pool AND NOT EXISTS (SELECT FROM ipam_iprange r WHERE host(r.start_address)::inet <<= p.prefix) ORDER BY p.id", OFFSET,
    )  # fmt: skip
    used = {(str(address).split("/")[0], vrf) for address, vrf in answer("SELECT host(address), vrf_id FROM ipam_ipaddress")}
    each, more = divmod(max(ADDRESSES - present, 0), len(prefixes))
    rows, following = [], {}
    for place, (pk, prefix, vrf, slug) in enumerate(prefixes):
        network, left = ipaddress.ip_network(prefix), each + (place < more)
        for host in range(60, network.num_addresses - 1):
            if not left:
                break
            address = str(network[host])
            if (address, vrf) in used:
                continue
            left -= 1
            copy = pk // OFFSET
            following[copy] = following.get(copy, copy * OFFSET + OFFSET // 2) + 1
            rows.append({"id": following[copy], "address": f"{address}/{network.prefixlen}", "vrf_id": vrf, "dns_name": f"client-{following[copy]}.{slug}.meridian-robotics.example"})
    empty = ["assigned_object_id", "assigned_object_type_id", "nat_inside_id"]
    insert_like("ipam_ipaddress", "vrf_id IS NULL AND role = '' AND status = 'active'" if answer("SELECT 1 FROM ipam_ipaddress WHERE role = '' LIMIT 1") else "role IS NULL AND status = 'active'", rows, **dict.fromkeys(empty), description="")
    return len(rows)


def mistakes() -> None:
    """What the small estate has none of, so that the questions about it have something to find: two addresses twice, two
    in no prefix, an active prefix inside an active one."""
    twice = answer("SELECT id, address::text FROM ipam_ipaddress WHERE id > %s AND id < %s AND dns_name LIKE 'client-%%' ORDER BY id LIMIT 2", OFFSET, 2 * OFFSET)
    rows = [{"id": 3 * OFFSET // 2 + 40_000 + place, "address": address} for place, (_, address) in enumerate(twice)]
    rows += [{"id": 3 * OFFSET // 2 + 40_010 + place, "address": address} for place, address in enumerate(("198.51.100.7/24", "198.51.100.9/24"))]
    insert_like("ipam_ipaddress", f"id = {twice[0][0]}", rows, dns_name="", description="Entered by hand")
    [(pk, prefix)] = answer("SELECT id, prefix::text FROM ipam_prefix WHERE id > %s AND status = 'active' AND family(prefix) = 4 AND masklen(prefix) = 22 AND vrf_id IS NULL ORDER BY id LIMIT 1", OFFSET)
    inner = next(ipaddress.ip_network(prefix).subnets(new_prefix=26))
    insert_like("ipam_prefix", f"id = {pk}", [{"id": 3 * OFFSET // 2, "prefix": str(inner)}], vlan_id=None, description="Entered by hand")


def main() -> None:
    begin = time.monotonic()

    def told(number: int, what: str) -> None:
        print(f"{time.monotonic() - begin:7.2f} s  {number:7}  {what}", flush=True)

    with transaction.atomic():
        # No foreign key is looked up and no trigger runs: all they would see to is right in what is copied.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in COPIED:
            table = Table(name)
            told(write(name, table.listed(), (row for copy in range(1, COPIES + 1) for row in table.copies(copy))), name)
        told(spare_devices(), "spare devices")
        told(virtual_interfaces(), "virtual interfaces")
        told(more_addresses(), "client addresses")
        mistakes()
        cursor.execute(
            "INSERT INTO test_moments SELECT name, field, pk + copy * %s, seconds + copy * %s FROM test_moments, generate_series(1, %s) AS copy WHERE name = ANY (%s)",
            [OFFSET, BACK, COPIES, COPIED],
        )
        cursor.execute("CREATE INDEX ON test_moments (name, field, pk)")
        for name in COPIED:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM \"{name}\"))")
    told(0, "written")
    call_command("calculate_cached_counts", verbosity=0)
    call_command("rebuild_prefixes", verbosity=0)
    told(0, "counted")
    for table in ("dcim_site", "dcim_device", "dcim_interface", "ipam_ipaddress", "ipam_prefix", "dcim_cable", "virtualization_virtualmachine", "core_objectchange"):
        told(answer(f'SELECT count(*) FROM "{table}"')[0][0], table)


main()
