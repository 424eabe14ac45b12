#!/usr/bin/env python3
"""What NetBox itself computes about prefixes, as a fixture: `tests/fixtures/utilization-4.7.3.json`.

    NETBOX_ROOT=... python utilization.py > utilization-4.7.3.json

Makes prefixes, addresses and ranges of every kind in a transaction, asks NetBox's own methods how full each prefix is
and how many addresses and blocks are free, and rolls everything back. Needs the environment of a NetBox 4.7.3, as
`tests/netbox/start.sh` installs it; nothing is left in its database.
"""

import json
import os
import random
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")

import django

django.setup()

import netaddr
from django.db import transaction
from ipam.models import VRF, IPAddress, IPRange, Prefix

RANDOM = random.Random(4)
# Networks that no other data of the database lies in.
SPACES = [netaddr.IPNetwork("198.18.0.0/24"), netaddr.IPNetwork("3fff:5:6::/120")]
FIRST_ID = 900_000_000


def subnet(space, shortest):
    length = RANDOM.randint(shortest, 32 if space.version == 4 else 128)
    host = netaddr.IPAddress(RANDOM.randrange(space.first, space.last + 1), version=space.version)
    return netaddr.IPNetwork(f"{host}/{length}").cidr


def make(vrfs):
    prefixes, addresses, ranges = [], [], []
    for vrf in vrfs:
        for space in SPACES:
            shortest = space.prefixlen
            for number in range(14):
                network = space if number == 0 else subnet(space, shortest)
                prefixes.append(
                    Prefix(
                        prefix=network,
                        vrf=vrf,
                        status=RANDOM.choice(["container", "active", "active", "reserved"]),
                        is_pool=RANDOM.random() < 0.3,
                        mark_utilized=RANDOM.random() < 0.08,
                    )
                )
            length = RANDOM.choice([shortest, shortest + 2])
            for _ in range(60):
                host = netaddr.IPAddress(RANDOM.randrange(space.first, space.last + 1), version=space.version)
                addresses.append(IPAddress(address=netaddr.IPNetwork(f"{host}/{length}"), vrf=vrf))
            for _ in range(6):
                first = RANDOM.randrange(space.first, space.last + 1)
                last = min(first + RANDOM.randrange(24), space.last)
                ends = [netaddr.IPNetwork(f"{netaddr.IPAddress(end, version=space.version)}/{length}") for end in (first, last)]
                ranges.append(
                    IPRange(
                        start_address=ends[0],
                        end_address=ends[1],
                        size=last - first + 1,
                        vrf=vrf,
                        mark_populated=RANDOM.random() < 0.5,
                        mark_utilized=RANDOM.random() < 0.5,
                    )
                )
    return prefixes, addresses, ranges


def choice(value):
    return {"value": value, "label": value.capitalize()}


def vrf_of(row):
    return None if row.vrf_id is None else {"id": row.vrf_id, "name": f"VRF {row.vrf_id}"}


def main():
    with transaction.atomic():
        vrfs = [None, *VRF.objects.bulk_create([VRF(pk=FIRST_ID + number, name=f"VRF {FIRST_ID + number}") for number in (1, 2)])]
        made = [
            model.objects.bulk_create(rows)
            for model, rows in zip((Prefix, IPAddress, IPRange), make(vrfs), strict=True)
        ]
        prefixes = []
        for row in Prefix.objects.filter(pk__in=[row.pk for row in made[0]]).order_by("pk"):
            prefixes.append({
                "id": row.pk,
                "prefix": str(row.prefix),
                "vrf": vrf_of(row),
                "status": choice(row.status),
                "is_pool": row.is_pool,
                "mark_utilized": row.mark_utilized,
                "utilization": float(row.get_utilization()),
                "available_ips": row.get_available_ip_count(),
                "available_prefixes": [str(network) for network in row.get_available_prefixes().iter_cidrs()],
            })
        addresses = [{"id": row.pk, "address": str(row.address), "vrf": vrf_of(row)} for row in made[1]]
        ranges = [
            {
                "id": row.pk,
                "start_address": str(row.start_address),
                "end_address": str(row.end_address),
                "vrf": vrf_of(row),
                "mark_populated": row.mark_populated,
                "mark_utilized": row.mark_utilized,
            }
            for row in made[2]
        ]
        transaction.set_rollback(True)
    # Ids differ from run to run; the fixture does not.
    for rows in (prefixes, addresses, ranges):
        for number, row in enumerate(rows, 1):
            row["id"] = number
    lines = {"prefixes": prefixes, "addresses": addresses, "ranges": ranges}
    text = ",\n".join(
        f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]" for name, rows in lines.items()
    )
    sys.stdout.write("{\n" + text + "\n}\n")


main()
