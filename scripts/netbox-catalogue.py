#!/usr/bin/env python3
"""Makes src/server/netbox/catalogue/4.7.txt from a NetBox's own OpenAPI document.

    NETBOX_ROOT=... python scripts/netbox-catalogue.py http://127.0.0.1:8000 > src/server/netbox/catalogue/4.7.txt

NetBox ignores a filter that it does not know and answers with everything, so the program refuses unknown names
itself. This list is where it knows them from. Run it with the Python of the NetBox's own environment: what a list can
be ordered by is not in the document, and NetBox ignores some fields and fails with 500 on others (`mac_address` of
interfaces), so each is tried on the query itself.

The format, one endpoint per block:

    lookups NAME = LOOKUP ...          a set of lookups that many filters share
    choices NAME = VALUE ...           the values that a filter of choices accepts
    [app/endpoint]
    fields NAME ...                    what an object of the list has
    unordered NAME ...                 those of them that `ordering` cannot take
    KIND[/one] LOOKUPS: FILTER ...     filters of one kind; `/one` takes a single value
                                       FILTER is name, name@app.model/attribute or name=CHOICES
"""

import collections
import json
import os
import re
import sys
import urllib.request

LOOKUPS = {"n", "ic", "nic", "isw", "nisw", "iew", "niew", "ie", "nie", "empty", "regex", "iregex",
           "lt", "lte", "gt", "gte", "any"}
# Arguments of the list itself, not filters.
CONTROLS = {"limit", "offset", "start", "ordering", "fields", "omit", "brief"}
# Filters that name an object of another type, where neither the answer's schema nor the model's name says so.
REFERENCES = {
    "tag": "extras.tag", "parent_device": "dcim.device", "virtual_chassis_member": "dcim.device", "vrf": "ipam.vrf",
    "present_in_vrf": "ipam.vrf", "import_target": "ipam.routetarget", "export_target": "ipam.routetarget",
    "virtual_machine": "virtualization.virtualmachine", "provider": "circuits.provider", "circuit": "circuits.circuit",
    "contact": "tenancy.contact", "contact_role": "tenancy.contactrole",
    "contact_group": "tenancy.contactgroup", "cluster_group": "virtualization.clustergroup", "cluster_type": "virtualization.clustertype",
    "device_role": "dcim.devicerole", "tenant_group": "tenancy.tenantgroup", "owner_group": "users.ownergroup",
    "bridge": None, "available_at_site": "dcim.site", "available_on_device": "dcim.device",
    "available_on_virtualmachine": "virtualization.virtualmachine", "user": "users.user", "created_by": "users.user", "ancestor": "self", "parent": "self",
}
# Method filters whose description does not say what they match.
NAMED = {"device": "name", "virtual_machine": "name", "rack": "name", "location": "slug", "site": "slug", "tag": "slug",
         "interface": None, "available_at_site": "id", "available_on_device": "id",
         "available_on_virtualmachine": "id", "user": "username", "created_by": "username", "tenant": "slug"}
# What a filter takes, where neither the document nor the rules above tell it right; None is no object at all.
EVERYWHERE = {"contact_group": "tenancy.contactgroup/id"}
OVERRIDES = {
    "dcim/cables": {"location": "dcim.location/name"},
    "dcim/front-port-templates": {"rear_port_id": "dcim.rearporttemplate/id"},
    "dcim/rack-reservations": {"group": "dcim.rackgroup/slug", "group_id": "dcim.rackgroup/id"},
    "dcim/rear-port-templates": {"front_port_id": "dcim.frontporttemplate/id"},
    "dcim/virtual-device-contexts": {"device": "dcim.device/id"},
    "extras/scripts": {"module_id": None},
    "ipam/fhrp-groups": {"group_id": None},
    "ipam/vlan-groups": {
        "cluster": "virtualization.cluster/id", "cluster_group": "virtualization.clustergroup/id",
        "location": "dcim.location/id", "rack": "dcim.rack/id", "rack_group": "dcim.rackgroup/id",
        "region": "dcim.region/id", "site": "dcim.site/id", "site_group": "dcim.sitegroup/id",
    },
    "tenancy/contact-assignments": {"group": "tenancy.contactgroup/slug", "group_id": "tenancy.contactgroup/id"},
    "tenancy/contacts": {"group": "tenancy.contactgroup/slug", "group_id": "tenancy.contactgroup/id"},
    "vpn/tunnels": {"tunnel_id": None},
}


def kind_of(schema):
    item = schema.get("items", schema)
    if item.get("x-spec-enum-id") or schema.get("x-spec-enum-id"):
        return "choice"
    format_ = item.get("format")
    if format_ in ("date", "date-time", "uuid", "duration"):
        return {"date-time": "time"}.get(format_, format_)
    return {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}.get(item.get("type"), "text")


def orderable(path):
    """The fields that the list at this path can be ordered by."""
    from django.core.exceptions import FieldError
    from django.test import RequestFactory
    from django.urls import resolve
    from rest_framework.filters import OrderingFilter
    from rest_framework.request import Request

    match = resolve(path)
    view = match.func.cls(**match.func.initkwargs)
    view.action_map, view.action, view.args, view.kwargs, view.format_kwarg = match.func.actions, "list", (), {}, None
    view.request = Request(RequestFactory().get(path))
    queryset = view.get_queryset()
    names = set()
    for name, _ in OrderingFilter().get_valid_fields(queryset, view, {"request": view.request}):
        try:
            str(queryset.order_by(name).query)
        except FieldError:
            continue
        names.add(name)
    return names


def main(address):
    with urllib.request.urlopen(address.rstrip("/") + "/api/schema/?format=json") as answer:
        schema = json.load(answer)
    components = schema["components"]["schemas"]

    choices = collections.defaultdict(list)

    def collect(node):
        if isinstance(node, dict):
            if "x-spec-enum-id" in node:
                for value in node.get("enum", []):
                    if value not in (None, "", "null") and value not in choices[node["x-spec-enum-id"]]:
                        choices[node["x-spec-enum-id"]].append(value)
            for value in node.values():
                collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)

    collect(schema)

    def name_of(reference):
        return reference.rsplit("/", 1)[1]

    endpoints = {}
    for path, item in schema["paths"].items():
        parameters = item.get("get", {}).get("parameters", [])
        if "{" not in path and any(parameter["name"] == "limit" for parameter in parameters):
            body = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            listing = components[name_of(body["$ref"])]
            endpoints[path] = name_of(listing["properties"]["results"]["items"]["$ref"])
    with_model = {component: path for path, component in endpoints.items()}

    def object_type(path):
        app, endpoint = path[5:-1].split("/", 1)
        model = re.sub(r"(?<=[^aeiou])ies$", "y", endpoint)
        irregular = {"virtual-chassis": "virtualchassis", "prefixes": "prefix", "ip-addresses": "ipaddress",
                     "mac-addresses": "macaddress", "tagged-objects": "taggeditem", "permissions": "objectpermission"}
        if (app, endpoint) == ("virtualization", "interfaces"):
            return "virtualization.vminterface"
        model = irregular.get(endpoint, model[:-1] if model.endswith("s") else model)
        return f"{app}.{model.replace('-', '')}"

    by_component = {component: object_type(path) for component, path in with_model.items()}
    with_slug = {kind for component, kind in by_component.items() if "slug" in components[component]["properties"]}
    by_model = collections.defaultdict(set)
    for kind in by_component.values():
        by_model[kind.split(".")[1]].add(kind)

    def reference_of(path, component, base):
        """The object type that the filter `base` (without `_id`) names, as far as it can be told."""
        if REFERENCES.get(base) == "self":
            return by_component[component]
        field = components[component]["properties"].get(base, {})
        for option in [field, *field.get("allOf", []), *field.get("oneOf", [])]:
            if "$ref" in option:
                target = re.sub(r"^(Brief|Nested)", "", name_of(option["$ref"]))
                if target in by_component:
                    return by_component[target]
        if base in REFERENCES:
            return REFERENCES[base]
        same = by_model.get(base.replace("_", ""), set())
        app = path.split("/")[2]
        near = [kind for kind in same if kind.startswith(app + ".")] or list(same)
        return near[0] if len(near) == 1 else None

    lookup_names, lines, used = {}, [], set()
    for path, component in sorted(endpoints.items()):
        parameters = {parameter["name"]: parameter for parameter in schema["paths"][path]["get"]["parameters"]}
        filters, lookups = {}, collections.defaultdict(list)
        for name, parameter in parameters.items():
            base, _, lookup = name.rpartition("__")
            if lookup in LOOKUPS and base in parameters:
                lookups[base].append(lookup)
            elif name not in CONTROLS:
                filters[name] = parameter
        groups = collections.defaultdict(list)
        for name, parameter in filters.items():
            form = parameter["schema"]
            kind = kind_of(form)
            text = name
            if kind == "choice":
                identifier = form.get("x-spec-enum-id") or form["items"]["x-spec-enum-id"]
                used.add(identifier)
                text += "=" + identifier[:8]
            elif name in OVERRIDES.get(path[5:-1], {}) or name in EVERYWHERE:
                reference = OVERRIDES.get(path[5:-1], {}).get(name, EVERYWHERE.get(name))
                text += f"@{reference}" if reference else ""
            elif kind in ("text", "integer") and form.get("items", form).get("format") != "int64":  # ASNs: numbers, not ids
                attribute = re.findall(r"\((ID|slug|name|RD|username|model|account)\)\s*$", parameter.get("description") or "")
                attribute = {"ID": "id", "RD": "rd"}.get(attribute[0], attribute[0]) if attribute else None
                base = name.removesuffix("_id")
                if base != name and kind == "integer":
                    attribute = "id"
                elif attribute is None and name in NAMED:
                    attribute = NAMED[name]
                elif attribute is None and lookups[name] == ["n"]:
                    # A filter of a tree (region, role, platform, ...): its description is empty.
                    attribute = "id" if base != name or kind == "integer" else "slug"
                if attribute and not lookups[name].count("ic"):
                    target = reference_of(path, component, base)
                    if (target, attribute) == ("users.user", "name"):
                        attribute = "username"
                    if target and (attribute != "slug" or target in with_slug):
                        text += f"@{target}/{attribute}"
            group = kind + ("" if form.get("type") == "array" or kind == "boolean" else "/one")
            known = " ".join(sorted(lookups[name]))
            if known not in lookup_names:
                lookup_names[known] = f"l{len(lookup_names)}" if known else "none"
            groups[(group, lookup_names[known])].append(text)
        properties = components[component]["properties"]
        ordered = orderable(path)
        # A list of related objects would repeat its object for each of them.
        unordered = [name for name, field in properties.items() if name not in ordered or field.get("type") == "array"]
        lines.append(f"[{path[5:-1]}]")
        lines.append("fields " + " ".join(properties))
        lines.append("unordered " + " ".join(unordered))
        lines += [f"{group} {known}: {' '.join(sorted(names))}" for (group, known), names in sorted(groups.items())]

    version = schema["info"]["version"].split(" ")[0]
    print(f"# The list endpoints of NetBox {version} with their fields and filters.")
    print("# Made by scripts/netbox-catalogue.py, which describes the format. Do not edit.")
    for known, name in lookup_names.items():
        if known:
            print(f"lookups {name} = {known}")
    for identifier in sorted(used):
        print(f"choices {identifier[:8]} = {' '.join(str(value) for value in choices[identifier])}")
    print("\n".join(lines))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django

    django.setup()
    main(sys.argv[1])
