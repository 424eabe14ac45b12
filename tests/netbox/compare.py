#!/usr/bin/env python3
"""Asks the demo NetBox and a real one, filled with the same estate, the same questions and reports every difference.

    compare.py REAL_URL REAL_TOKEN DEMO_URL DEMO_TOKEN [--only PATTERN]

Every list in full, details, filters, orderings, pages, extra addresses and errors. Prints one JSON object:
{"questions": n, "equal": n, "different": [{"question", "where", "count", "real", "demo"}]}; exits with 1 if anything
differs that EXPLAINED does not account for. Only the standard library is needed.
"""

import concurrent.futures
import datetime
import itertools
import json
import re
import sys
import urllib.error
import urllib.request

# Where the two may differ, and why: question (a pattern), place in the answer (a pattern).
EXPLAINED = [
    (r"core/object-types", r"description|display|count|results", "the demo carries no text of NetBox's own documentation"),
    (r"users/(users|tokens|permissions|groups)|authentication-check", r".*", "each has its own accounts"),
    (r"/paths/", r"\.id$", "numbers of paths are given as they are traced"),
    (r"/api/status/", r"hostname|installed_apps|version|netbox-full-version", "the demo says that it is one"),
    (r"core/(background|jobs)", r".*", "the demo runs no tasks"),
    (r"dcim/module-type-profiles", r"\.(created|last_updated)$", "NetBox makes these rows itself, at the moment it is installed"),
    (
        r"dcim/devices/\?ordering=-asset_tag&limit=3$",
        r"^\.body\.results\[\]\.(?!asset_tag)",
        "devices without an asset tag are ties: PostgreSQL puts any three of them first",
    ),
]
# Lists ordered by a key that rows share: such ties come in no certain order from PostgreSQL, so each group of them is
# compared by id. The key's own order is compared as it is.
TIES = [(r"dcim/sites/\?ordering=-device_count$", "device_count"), (r"extras/tagged-objects/", "tag")]
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


class Server:
    def __init__(self, url, token):
        self.url = url.rstrip("/")
        self.token = token
        self.newest = None

    def ask(self, path, token=None, method="GET"):
        token = self.token if token is None else token
        request = urllib.request.Request(self.url + path, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}" if token.startswith("nbt_") else f"Token {token}")
        try:
            with OPENER.open(request, timeout=120) as response:
                return response.status, self.body(response)
        except urllib.error.HTTPError as error:
            return error.code, self.body(error)

    def body(self, response):
        text = response.read().decode()
        if "json" not in (response.headers.get("Content-Type") or ""):
            return "HTML" if text else response.headers.get("Location", "")
        return json.loads(text)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def plain(server, value):
    """The answer without what must differ: the host, and moments counted from the newest change."""
    if isinstance(value, dict):
        created, display = value.get("created"), value.get("display")
        # A journal entry is called by its moment, which is compared as `created` already.
        if isinstance(created, str) and isinstance(display, str) and display.startswith(created[:16].replace("T", " ")):
            value = {**value, "display": display.replace(created[:16].replace("T", " "), "<created>", 1)}
        return {key: plain(server, item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(server, item) for item in value]
    if isinstance(value, str):
        value = value.replace(server.url, "")
        if MOMENT.match(value):
            moment = datetime.datetime.fromisoformat(value)
            if moment > server.newest - datetime.timedelta(days=60):
                return f"newest change - {round((server.newest - moment).total_seconds())} s"
            return moment.isoformat()
    return value


def differences(real, demo, where=""):
    if isinstance(real, dict) and isinstance(demo, dict):
        for key in list(real) + [key for key in demo if key not in real]:
            if key not in demo:
                yield f"{where}.{key}", real[key], "MISSING"
            elif key not in real:
                yield f"{where}.{key}", "MISSING", demo[key]
            else:
                yield from differences(real[key], demo[key], f"{where}.{key}")
        if list(real) != list(demo) and set(real) == set(demo) and real and where.endswith("]"):
            yield f"{where} order of keys", list(real), list(demo)
    elif isinstance(real, list) and isinstance(demo, list):
        if where.endswith(".tags"):
            real, demo = (sorted(items, key=json.dumps) for items in (real, demo))
        if len(real) != len(demo):
            yield f"{where} length", len(real), len(demo)
        for left, right in zip(real, demo):
            yield from differences(left, right, f"{where}[]")
    elif real != demo or isinstance(real, bool) != isinstance(demo, bool):
        yield where, real, demo


def untied(question, answer):
    """The answer with rows that share the key they are ordered by put in the order of their ids."""
    for pattern, key in TIES:
        if re.search(pattern, question) and "results" in answer["body"]:
            groups = itertools.groupby(answer["body"]["results"], lambda row: row[key])
            answer["body"]["results"] = [row for _, group in groups for row in sorted(group, key=lambda row: row["id"])]
    return answer


def lists(server):
    """The addresses of all lists, as the server's own roots give them."""
    _, apps = server.ask("/api/")
    for app in sorted(apps):
        if app in ("plugins", "status"):
            continue
        _, found = server.ask(f"/api/{app}/")
        yield f"/api/{app}/"
        yield from (address.replace(server.url, "") for name, address in sorted(found.items()) if name not in ("connected-device", "config"))


FILTERS = """
dcim/sites/?region=ohio | region=united-states&status=active | region_id=2 | name__ic=01 | name__n=Cleveland%2001 | slug=cle-01&slug=fra-01 | tag=critical
dcim/sites/?tag=critical&tag=backup-power | tag__n=critical | tag__any=critical&tag__any=core | status=planned | status__n=active | group=offices | tenant_group=business-units
dcim/sites/?q=cleve | q=65001 | asn=65001 | asn_id=1 | name__empty=true | facility__empty=true | facility__isw=cage | ordering=-name | ordering=-device_count | cf_cost_center=4010 | cf_cost_center__gte=4100
dcim/sites/?bogus=1 | name__in=a,b | status=Active | region=nowhere | region_id=9999 | id=abc | latitude__gt=45 | created__gte=2024-01-01 | time_zone=Europe/Berlin | name__regex=^C.*1$ | contact=4 | has_primary_ip=true
dcim/regions/?ancestor=americas | parent=united-states | parent_id=2 | q=york | ancestor_id=9
dcim/locations/?site=cle-01 | parent_id=1 | region=ohio | status=active
dcim/racks/?site=cmh-01 | location=hall-a | role=servers | status=planned | name=A01 | q=PND | region=texas | facility_id__empty=true | u_height__gte=42
dcim/devices/?site=cle-01 | role=server&limit=3 | status=offline | status=offline&status=failed | has_primary_ip=false | has_primary_ip=maybe | region=ohio&limit=2 | manufacturer=cisco&limit=2 | name__ic=leaf&limit=5 | name=CLE-01-RTR-01
dcim/devices/?rack=A01&limit=1 | rack_id=1 | position=41 | face=front&limit=1 | tenant=orbit-medical | tenant=null&limit=1 | platform=null | platform_id=null&limit=2 | cluster_id=1 | virtual_chassis_member=true&limit=2 | q=10.255.17.1 | q=leaf-01 | serial__ic=MX2 | asset_tag__isw=MR-0001
dcim/devices/?cf_environment=staging | cf_environment__n=production&limit=2 | cf_monitored=false&limit=3 | cf_support_contract=MR-PO&limit=2 | cf_commissioned__gte=2025-01-01&limit=2 | cf_bogus=1&limit=1 | has_primary_ip=1&limit=1 | serial__empty=1&limit=1 | has_oob_ip=true&limit=1 | console_ports=true&limit=1 | power_outlets=true&limit=2 | interfaces=false&limit=2 | pass_through_ports=true&limit=2
dcim/devices/?site=Cleveland | role=Router | id=1&id=2&id=99999 | id=1,2 | mac_address=00:50:56:00:00:0A | mac_address=zz | local_context_data=true | device_type=dell-poweredge-r650&limit=2 | model=dell-poweredge-r650&limit=1 | is_full_depth=false&limit=1 | ordering=-asset_tag&limit=3 | ordering=site,name&limit=5 | ordering=bogus&limit=5 | interface_count__gte=50&limit=3
dcim/interfaces/?device=cle-01-rtr-01 | device_id=5&limit=60 | site=sin-01&type=1000base-t&limit=3 | kind=physical&limit=2&device_id=40 | kind=virtual&limit=5 | kind=wireless&limit=2 | connected=true&limit=4 | connected=false&cabled=true | cabled=true&limit=3 | occupied=false&device_id=60&limit=3 | enabled=false&limit=2 | mgmt_only=true&limit=2 | vlan=20&limit=2 | vlan_id=3&limit=2 | mode=tagged&limit=2 | speed__empty=true&limit=1 | name__isw=xe-&limit=4 | virtual_chassis_member_id=20&limit=3 | description__ic=ticket&limit=4 | device=nowhere | mac_address=00:50:56:00:00:0A | type__n=virtual&limit=1
dcim/front-ports/?device_id=30&limit=3 | cabled=true&limit=2
dcim/rear-ports/?cabled=true&limit=2
dcim/cables/?device_id=10&limit=5 | device=cle-01-rtr-01 | site=sin-01&limit=3 | rack_id=1&limit=3 | type=power&limit=2 | status=planned | color=2196f3&limit=2 | unterminated=true | interface_id=200 | termination_a_type=dcim.interface&limit=2 | length__gte=30&limit=2 | q=x
dcim/power-feeds/?rack_id=2 | power_panel_id=1&limit=2
dcim/device-types/?manufacturer=dell | console_ports=true&limit=2 | q=poweredge | u_height=0 | part_number__ic=c9300
dcim/mac-addresses/?mac_address=00:50:56:00:00:0A | device_id=60 | assigned=true&limit=2 | primary=false
dcim/virtual-chassis/?site=cle-01 | master_id=20 | q=acc-01
dcim/inventory-items/?device_id=1
ipam/prefixes/?within=10.17.0.0/16 | within_include=10.17.0.0/16 | contains=10.17.4.9 | contains=10.17.4.0/24 | prefix=10.0.0.0/8 | parent=10.0.0.0/8 | family=6 | site=cle-01 | region=ohio&limit=3 | vrf=65001:200 | vrf_id=null&limit=2 | role=voice | status=container | vlan_vid=20&limit=3 | mask_length=24&limit=3 | mask_length__gte=64 | depth=0 | children__gt=3 | q=10.17 | q=guest | present_in_vrf=65001:303 | is_pool=true | vrf=RED | scope_type=dcim.site&limit=2 | site_id=1&limit=2 | prefix=nonsense | tenant=corporate-it&limit=1
ipam/ip-addresses/?address=10.255.17.1 | address=10.255.17.1/32 | parent=10.17.16.0/26&limit=4 | parent=10.17.0.0/16&limit=3 | device=cle-01-rtr-01 | device_id=12 | device=CLE-01-RTR-01 | virtual_machine_id=3 | interface_id=200 | assigned=false&limit=3 | assigned_to_interface=true&limit=2 | dns_name__ic=phone&limit=3 | status=dhcp&limit=3 | role=vrrp&limit=3 | vrf=65001:303&limit=3 | family=6&limit=3 | mask_length=31&limit=2 | q=10.255 | q=robot-01 | fhrpgroup_id=1 | site_id=1&limit=1 | address=bad | vrf_id=9999
ipam/vlans/?site=cle-01 | available_at_site=1 | available_at_site=4 | vid=20&limit=3 | group=cle-01 | role=users&limit=2 | region=ohio&limit=3 | q=20 | name=Voice&limit=2 | vid__gte=100&limit=2 | status=deprecated | available_at_site=999
ipam/vlan-groups/?site=1 | scope_type=dcim.site&limit=1 | contains_vid=20&limit=1
ipam/vrfs/?rd=65001:200 | q=guest | import_target=65001:300 | tenant=robotics
ipam/asns/?asn=65001 | site=cle-01 | rir=arin | q=65003
ipam/services/?port=443 | protocol=udp | protocol=tcp&port=53 | virtual_machine_id=1 | q=WEB&limit=2
ipam/ip-ranges/?contains=10.17.6.9 | parent=10.17.0.0/16 | family=4&limit=1
ipam/aggregates/?family=6 | prefix=10.0.0.0/8 | rir=rfc-1918 | q=10.0.0.0
circuits/circuits/?site=cle-01 | provider=great-lakes-fiber | type=internet&limit=3 | status=provisioning | q=WAVE | region=ohio&limit=3 | commit_rate__gte=10000000 | cid__isw=mpls&limit=2 | provider_network_id=1
circuits/circuit-terminations/?circuit_id=1 | site=cle-01 | term_side=Z&limit=2 | cabled=true&limit=2 | provider_network_id=1 | q=XC
circuits/providers/?site=fra-01 | q=rhein | region=ohio
virtualization/virtual-machines/?cluster_id=1&limit=2 | status=offline | platform=debian-12&limit=2 | site=cmh-01&limit=2 | cf_environment=development&limit=2 | has_primary_ip=false | q=db-01 | memory__gte=65536 | role=server&limit=1 | device_id=60 | region=ohio&limit=2 | name=DB-01.CMH-01
virtualization/clusters/?site=cmh-01 | group=production | type=vmware-vsphere&limit=1
tenancy/tenants/?group=business-units | q=orbit
tenancy/contacts/?group=meridian | group=local-sites | q=alice
tenancy/contact-assignments/?object_type=dcim.site&limit=3 | object_id=1&object_type=dcim.site | contact_id=4&limit=2 | role=technical&limit=2 | priority=primary&limit=2
extras/tags/?q=crit | slug=core | content_type=dcim.device
extras/journal-entries/?assigned_object_type=dcim.site | kind=danger | created_by=alice.nguyen | q=fan
core/object-changes/?action=delete | action=created | user=alice.nguyen&limit=3 | user=nobody-at-all | changed_object_type=dcim.device&limit=3 | changed_object_type=dcim.device&changed_object_id=40 | object_repr__ic=10.17&limit=3 | q=capacity&limit=2 | action=create&limit=2&ordering=time | time_after=2099-01-01T00:00:00Z | time__gte=2099-01-01 | request_id=5eed0000-0000-4000-a000-000000000000 | user_name=netops-automation&limit=2 | time_after=nonsense
core/object-types/?app_label=dcim&limit=3&fields=id,app_label,model,rest_api_endpoint | model=site&fields=id,model
""".strip()  # noqa: E501

SHAPES = """
/api/dcim/devices/?limit=2&fields=id,name,site | /api/dcim/devices/?limit=2&fields=site,name,bogus | /api/dcim/devices/?limit=1&fields=bogus
/api/dcim/devices/?limit=2&brief=1 | /api/dcim/devices/?limit=2&brief=false | /api/dcim/devices/?limit=1&omit=config_context,custom_fields | /api/dcim/sites/?brief=1 | /api/core/object-changes/?brief=1&limit=1
/api/dcim/devices/?limit=0&fields=id | /api/dcim/devices/?limit=5000&fields=id | /api/dcim/devices/?limit=-1&fields=id | /api/dcim/devices/?limit=abc&fields=id | /api/dcim/devices/?limit=2&offset=3&fields=id | /api/dcim/devices/?limit=2&offset=1&fields=id | /api/dcim/devices/?limit=2&offset=99999&fields=id
/api/dcim/devices/?start=10&limit=3&fields=id | /api/dcim/devices/?start=10&offset=3 | /api/dcim/devices/?start=1&ordering=name | /api/dcim/devices/?start=x
/api/dcim/sites/1/ | /api/dcim/sites/1/?brief=1 | /api/dcim/sites/1/?fields=name | /api/dcim/sites/9999/ | /api/dcim/sites/abc/ | /api/dcim/bogus/ | /api/bogus/ | /api/dcim/sites | /api/dcim/sites/1 | /api/dcim/sites/1/bogus/ | /api/dcim/cables/1/trace/
/api/dcim/devices/1/ | /api/dcim/interfaces/1/ | /api/ipam/ip-addresses/99999/ | /api/ipam/services/9999/ | /api/virtualization/interfaces/9999/ | /api/dcim/virtual-chassis/9999/ | /api/ipam/vlan-groups/9999/ | /api/ipam/asns/9999/ | /api/dcim/mac-addresses/9999/ | /api/circuits/circuits/9999/
/api/dcim/racks/1/elevation/?limit=100 | /api/dcim/racks/2/elevation/?face=rear&limit=100 | /api/dcim/racks/3/elevation/ | /api/dcim/racks/3/elevation/?face=top
/api/ipam/prefixes/1/available-prefixes/ | /api/ipam/prefixes/6/available-prefixes/ | /api/ipam/prefixes/10/available-ips/ | /api/ipam/prefixes/12/available-ips/?limit=3 | /api/ipam/prefixes/14/available-ips/?limit=1000 | /api/ipam/vlan-groups/1/available-vlans/?limit=5 | /api/ipam/asn-ranges/1/available-asns/?limit=5 | /api/ipam/ip-ranges/1/available-ips/?limit=3
/api/dcim/connected-device/ | /api/dcim/connected-device/?peer_device=nothing&peer_interface=x | /api/plugins/ | /api/status/ | /api/authentication-check/
""".strip()  # noqa: E501


def questions(real):
    for address in lists(real):
        yield address if address.count("/") == 3 else f"{address}?limit=1000"
    for line in FILTERS.splitlines():
        path, query = line.split("?", 1)
        for part in query.split(" | "):
            yield f"/api/{path}?{part}"
    for line in SHAPES.splitlines():
        yield from line.split(" | ")
    # Whole pages of the long lists, and traces of all sorts of endpoints.
    for offset in range(1000, 8000, 1000):
        yield f"/api/dcim/interfaces/?limit=1000&offset={offset}"
    for kind in ("interfaces", "console-ports", "power-ports", "power-outlets", "console-server-ports", "power-feeds"):
        _, found = real.ask(f"/api/dcim/{kind}/?cabled=true&limit=400&fields=id")
        ids = [row["id"] for row in found["results"]]
        yield from (f"/api/dcim/{kind}/{pk}/trace/" for pk in ids[:: max(1, len(ids) // 20)])
    for kind in ("dcim/front-ports", "dcim/rear-ports", "circuits/circuit-terminations"):
        _, found = real.ask(f"/api/{kind}/?cabled=true&limit=200&fields=id")
        ids = [row["id"] for row in found["results"]]
        yield from (f"/api/{kind}/{pk}/paths/" for pk in ids[:: max(1, len(ids) // 6)])


def explained(question, where):
    return any(re.search(left, question) and re.search(right, where) for left, right, _ in EXPLAINED)


def main():
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    real, demo = Server(*arguments[0:2]), Server(*arguments[2:4])
    for server in (real, demo):
        _, newest = server.ask("/api/core/object-changes/?limit=1")
        server.newest = datetime.datetime.fromisoformat(newest["results"][0]["time"])
    asked = equal = 0
    report = []

    def judge(question, left, right):
        nonlocal asked, equal
        asked += 1
        found = {}
        sides = [untied(question, plain(server, answer)) for server, answer in ((real, left), (demo, right))]
        for where, first, second in differences(*sides):
            if not explained(question, where):
                found.setdefault(where, []).append((first, second))
        equal += not found
        for where, pairs in found.items():
            report.append({"question": question, "where": where, "count": len(pairs), "real": pairs[0][0], "demo": pairs[0][1]})

    wanted = [question for question in questions(real) if re.search(only, question)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = zip(wanted, pool.map(real.ask, wanted), pool.map(demo.ask, wanted))
        for question, left, right in answers:
            judge(question, {"status": left[0], "body": left[1]}, {"status": right[0], "body": right[1]})
    for name, token in [("no token", ""), ("a wrong v1 token", "0" * 40), ("a wrong v2 token", "nbt_abcdefghijkl." + "x" * 40)]:
        if re.search(only, name):
            left, right = (server.ask("/api/dcim/sites/", token) for server in (real, demo))
            judge(name, {"status": left[0], "body": left[1]}, {"status": right[0], "body": right[1]})
    print(json.dumps({"questions": asked, "equal": equal, "different": report}, indent=1, ensure_ascii=False))
    print(f"{equal} passed, {asked - equal} failed", file=sys.stderr)
    sys.exit(bool(report))


main()
