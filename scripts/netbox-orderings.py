#!/usr/bin/env python3
"""Makes src/server/netbox/catalogue/4.7-unordered.txt: what NetBox's lists cannot be ordered by.

    NETBOX_ROOT=... python scripts/netbox-orderings.py src/server/netbox/catalogue/4.7.txt > .../4.7-unordered.txt

NetBox ignores some names in `ordering` and fails with 500 on others (`mac_address` of interfaces), and its OpenAPI
document says of neither. Run it with the Python of the NetBox's own environment: each field of each list is tried on
the query itself. The lists and their fields come from the catalogue, which is made by

    curl -s 'http://127.0.0.1:8000/api/schema/?format=json' | netbox-chatbox netbox-catalogue - > .../4.7.txt
"""

import os
import sys


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


def is_list_of_objects(path, field):
    """A list of related objects would repeat its object for each of them."""
    from django.urls import resolve
    from rest_framework.serializers import ListField, ListSerializer, ManyRelatedField

    match = resolve(path)
    serializer = match.func.cls(**match.func.initkwargs).serializer_class()
    kind = serializer.fields.get(field)
    return isinstance(kind, (ListField, ListSerializer, ManyRelatedField))


def main(catalogue):
    from netbox import settings

    print(f"# What the lists of NetBox {settings.VERSION} cannot be ordered by, although their objects have it: endpoint, then fields.")
    print("# Made by scripts/netbox-orderings.py. Do not edit.")
    path = None
    for line in open(catalogue):
        if line.startswith("["):
            path = line.strip()[1:-1]
        elif line.startswith("fields "):
            ordered = orderable(f"/api/{path}/")
            names = [
                name for name in line.split()[1:]
                if name not in ordered or is_list_of_objects(f"/api/{path}/", name)
            ]
            print(" ".join([path, *names]))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django

    django.setup()
    main(sys.argv[1])
