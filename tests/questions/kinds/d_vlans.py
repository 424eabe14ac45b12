"""VLANs, their numbers, and who carries them."""

from dcim.models import Interface
from django.db.models import Count, Q
from ipam.models import VLAN, Prefix, VLANGroup

from .case import Case, aggregate, ask, call, objects, question
from .choosing import first, most


def with_prefix() -> VLAN:
    return first(VLAN.objects.filter(prefixes__isnull=False, site__isnull=False))


@question("vlan-prefix", "Which prefix belongs to VLAN {vid} at {site}?", "What subnet is VLAN {vid} in {site}?")
def vlan_prefix() -> Case:
    vlan = with_prefix()
    found = Prefix.objects.filter(vlan__vid=vlan.vid, _site=vlan.site).order_by("prefix", "pk")
    case = ask(objects("ipam.prefix", {"vlan_vid": vlan.vid, "site": vlan.site.name}, ["prefix", "vlan"], "prefix"), vid=vlan.vid, site=vlan.site.name)
    return case.total(found.count()).rows([[str(row.prefix)] for row in found[:5]], shown=5)


@question("vlans-at-site", "Which VLANs are there at {site}?", "VLANs that I can use at {site}")
def vlans_at_site() -> Case:
    site = with_prefix().site
    found = VLAN.objects.get_for_site(site)
    rows = found.order_by("vid", "pk").values_list("vid", "name")
    case = ask(objects("ipam.vlan", {"available_at_site": site.name}, ["vid", "name", "role"], "vid", 10), site=site.name)
    return case.total(found.count()).rows(rows[:10], shown=10)


@question("free-vlan-ids", "Which VLAN ids are free in {group}?", "Next free VLAN of {group}", "How many VLAN ids are left in {group}?")
def free_vlan_ids() -> Case:
    group = most(VLANGroup.objects.all(), "vlans")
    free = group.get_available_vids()
    return ask(call("ip_space", question="free_vlans", vlan_group=group.name, limit=5), group=group.name).figure(len(free)).figure(free[0])


@question("vlans-without-prefix", "Which VLANs have no prefix?", "VLANs without a subnet")
def vlans_without_prefix() -> Case:
    found = VLAN.objects.filter(prefixes__isnull=True)
    return ask(aggregate("ipam.vlan", compare={"object_type": "ipam.prefix", "field": "vlan", "keep": "without"}, top=3)).figure(found.count())


@question("unused-vlans", "Which VLANs carry nothing: no prefix and no interface?", "Unused VLANs")
def unused_vlans() -> Case:
    found = VLAN.objects.filter(prefixes__isnull=True, interfaces_as_untagged__isnull=True, interfaces_as_tagged__isnull=True, vminterfaces_as_untagged__isnull=True, vminterfaces_as_tagged__isnull=True)
    # Only ports with a mode have a VLAN; most have none.
    plan = [
        aggregate("ipam.vlan", compare={"object_type": "dcim.interface", "filters": {"mode": ["access", "tagged", "tagged-all"]}, "field": "untagged_vlan", "keep": "without"}, top=1),
        aggregate(**{"from": "r1"}, compare={"object_type": "ipam.prefix", "field": "vlan", "keep": "without"}, top=5),
    ]
    untagged = VLAN.objects.filter(prefixes__isnull=True, interfaces_as_untagged__isnull=True)
    assert set(untagged) == set(found), "this estate has VLANs that are only tagged or only on virtual machines"
    return ask(*plan).figure(found.count())


@question("interfaces-in-vlan", "Which ports are in VLAN {vid} of {site}?", "How many interfaces carry VLAN {vid} at {site}?")
def interfaces_in_vlan() -> Case:
    vlan = most(VLAN.objects.filter(site__isnull=False), "interfaces_as_untagged")
    found = Interface.objects.filter(device__site=vlan.site)
    carrying = found.filter(Q(untagged_vlan__vid=vlan.vid) | Q(tagged_vlans__vid=vlan.vid)).values("pk")
    pairs = found.filter(pk__in=carrying).values_list("device__name").annotate(number=Count("pk"))
    plan = aggregate("dcim.interface", {"site": vlan.site.name, "vlan": vlan.vid}, group_by=["device"], top=5)
    return ask(plan, vid=vlan.vid, site=vlan.site.name).ranking(pairs, 5)


@question("vlan-by-number", "Where is VLAN {vid} used?", "Which sites have a VLAN {vid}?")
def vlan_by_number() -> Case:
    vid = VLAN.objects.values("vid").annotate(number=Count("pk")).order_by("-number", "vid").first()["vid"]
    found = VLAN.objects.filter(vid=vid)
    rows = found.order_by("pk").values_list("name", "site__name")
    return ask(objects("ipam.vlan", {"vid": vid}, ["name", "site"], "id"), vid=vid).total(found.count()).rows(rows[:5], shown=5)


@question("vlans-by-role", "How many VLANs are there for each role?", "VLANs by role")
def vlans_by_role() -> Case:
    pairs = VLAN.objects.filter(role__isnull=False).values_list("role__name").annotate(number=Count("pk"))
    without = VLAN.objects.filter(role__isnull=True).count()
    return ask(aggregate("ipam.vlan", {"role_id__n": "null"} if without else None, group_by=["role"], top=10)).ranking(pairs, 10)
