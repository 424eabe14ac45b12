"""Users, permissions and API tokens of every kind, with fixed throw-away values, and the settings that name them.

Usage: accounts.py SETTINGS URL   (NETBOX_ROOT must be set; start.sh does it). Running it again changes nothing.
"""

import datetime
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")

import django

django.setup()

from core.models import ObjectType
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from users.constants import OBJECTPERMISSION_OBJECT_TYPES, TOKEN_PREFIX
from users.models import ObjectPermission, Token, User

# The one site whose devices the user `viewer` may see.
VIEWER_SITE = "cle-01"

settings = {}


def user(name, **attributes):
    row, _ = User.objects.get_or_create(username=name, defaults=attributes)
    for key, value in attributes.items():
        setattr(row, key, value)
    row.set_password(name)
    row.save()
    return row


def permission(name, models, constraints, users):
    row, _ = ObjectPermission.objects.update_or_create(
        name=name, defaults={"enabled": True, "actions": ["view"], "constraints": constraints}
    )
    row.object_types.set([ContentType.objects.get_by_natural_key(*model.split(".")) for model in models])
    row.users.set(users)


def token(setting, owner, version, value, key=None, **attributes):
    Token.objects.filter(user=owner, description=setting).delete()
    row = Token(user=owner, version=version, description=setting, token=value, **attributes)
    if version == 2:
        row.key = key
    row.save()
    settings[setting] = value if version == 1 else f"{TOKEN_PREFIX}{row.key}.{value}"


def padded(value):
    return value.ljust(40, "0")


admin = user("admin", is_superuser=True)
viewer = user("viewer")
reader = user("reader")
nobody = user("nobody")
inactive = user("inactive", is_active=False)

ObjectPermission.objects.all().delete()
every_type = [f"{row.app_label}.{row.model}" for row in ObjectType.objects.filter(OBJECTPERMISSION_OBJECT_TYPES)]
permission("viewer: devices of one site", ["dcim.device"], {"site__slug": VIEWER_SITE}, [viewer])
permission("reader: view everything", every_type, None, [reader])

Token.objects.filter(description__startswith="NETBOX_TOKEN").delete()  # those that came with the dump
token("TEST_NETBOX_TOKEN_V1", admin, 1, "0123456789abcdef0123456789abcdef01234567")
token("TEST_NETBOX_TOKEN", admin, 2, padded("adminV2"), "adminV2key00")
token("TEST_NETBOX_TOKEN_READONLY", admin, 2, padded("adminRO"), "adminROkey00", write_enabled=False)
token("TEST_NETBOX_TOKEN_VIEWER", viewer, 2, padded("viewerV2"), "viewerV2key0")
token("TEST_NETBOX_TOKEN_VIEWER_V1", viewer, 1, "89abcdef0123456789abcdef0123456789abcdef")
token("TEST_NETBOX_TOKEN_READER", reader, 2, padded("readerV2"), "readerV2key0", write_enabled=False)
token("TEST_NETBOX_TOKEN_NOBODY", nobody, 2, padded("nobodyV2"), "nobodyV2key0")
token("TEST_NETBOX_TOKEN_INACTIVE", inactive, 2, padded("inactive"), "inactivekey0")
token("TEST_NETBOX_TOKEN_DISABLED", admin, 2, padded("disabled"), "disabledkey0", enabled=False)
yesterday = timezone.now() - datetime.timedelta(days=1)
token("TEST_NETBOX_TOKEN_EXPIRED", admin, 2, padded("expired"), "expiredkey00", expires=yesterday)
token("TEST_NETBOX_TOKEN_WRONG_ADDRESS", admin, 2, padded("wrongip"), "wrongipkey00", allowed_ips=["10.255.255.0/24"])

with open(sys.argv[1], "w") as file:
    print(f"TEST_NETBOX_URL={sys.argv[2]}", file=file)
    print(f"TEST_NETBOX_VIEWER_SITE={VIEWER_SITE}", file=file)
    for name, value in settings.items():
        print(f"{name}={value}", file=file)
