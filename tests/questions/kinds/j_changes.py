"""The change log: who, what, when, and the difference."""

from core.models import ObjectChange
from dcim.models import Device
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count

from . import moments
from .case import Case, aggregate, ask, call, either, question

CHANGE = "core.objectchange"


def of_devices():
    return ObjectChange.objects.filter(changed_object_type=ContentType.objects.get_for_model(Device))


def often_changed() -> Device:
    """The living device with the most updates in the log."""
    rows = of_devices().filter(action="update").values("changed_object_id").annotate(number=Count("pk")).order_by("-number", "changed_object_id")
    for row in rows:
        device = Device.objects.filter(pk=row["changed_object_id"], name__isnull=False).first()
        if device:
            return device
    raise LookupError("no device was changed")


@question("changes-of-device", "Who changed {device}?", "What has happened to {device}?")
def changes_of_device() -> Case:
    device = often_changed()
    found = of_devices().filter(changed_object_id=device.pk).order_by("-time", "-pk")
    case = ask(call("get_changelogs", filters={"changed_object_type": "dcim.device", "changed_object_id": device.name}, limit=5), device=device.name)
    return case.total(found.count()).says(*[row.user_name for row in found[:5]])


@question("changes-since-monday", "What did {user} change since Monday?", "Changes by {user} this week")
def changes_since_monday() -> Case:
    since = moments.here(moments.monday())
    rows = ObjectChange.objects.filter(time__gte=since).values("user_name").annotate(number=Count("pk")).order_by("-number", "user_name").first()
    user = rows["user_name"] if rows else ObjectChange.objects.order_by("-pk").first().user_name
    found = ObjectChange.objects.filter(time__gte=since, user_name=user).order_by("-time", "-pk")
    case = ask(call("get_changelogs", filters={"user": user}, since="monday", limit=3), user=user)
    return case.total(found.count()).says(*[row.object_repr for row in found[:3]])


@question("changes-yesterday", "What was changed yesterday?", "Yesterday's changes")
def changes_yesterday() -> Case:
    first, last = moments.here(moments.midnight(1)), moments.here(moments.midnight())
    found = ObjectChange.objects.filter(time__gte=first, time__lt=last).order_by("-time", "-pk")
    return ask(call("get_changelogs", since="yesterday", until="today", limit=3)).total(found.count()).says(*[row.object_repr for row in found[:3]])


@question("deleted-lately", "What was deleted in the last four weeks?", "Which objects were removed since four weeks ago?")
def deleted_lately() -> Case:
    since = moments.here(moments.now()) - moments.datetime.timedelta(weeks=4)
    found = ObjectChange.objects.filter(action="delete", time__gte=since).order_by("-time", "-pk")
    case = ask(call("get_changelogs", filters={"action": "delete"}, since="4 weeks ago", limit=3))
    return case.total(found.count()).says(*[row.object_repr for row in found[:3]])


@question("last-difference", "What exactly was the last change of {device}?", "Show the diff of the last change to {device}")
def last_difference() -> Case:
    device = often_changed()
    change = of_devices().filter(changed_object_id=device.pk, action="update").order_by("-time", "-pk").first()
    before, after = change.prechange_data or {}, change.postchange_data or {}
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key) and key != "last_updated"}
    case = ask(call("get_changelogs", filters={"changed_object_type": "dcim.device", "changed_object_id": device.name, "action": "update"}, limit=1), device=device.name)
    case.says(change.user_name)
    for key in sorted(changed):
        case.says(either(key, key.removeprefix("custom_fields.")))
        if isinstance(after.get(key), str) and after[key]:
            case.says(after[key])
        if isinstance(before.get(key), str) and before[key]:
            case.says(before[key])
    same = [value for key, value in after.items() if key not in changed and isinstance(value, str) and len(value) > 6 and value not in (device.name, str(device))]
    return case.absent(*same)


@question("busiest-editors", "Who made most changes?", "Changes by user")
def busiest_editors() -> Case:
    return ask(aggregate(CHANGE, group_by=["user_name"], top=5)).ranking(ObjectChange.objects.values_list("user_name").annotate(number=Count("pk")), 5)


@question("changes-by-action", "How many objects were created, changed, deleted?", "Changes by action")
def changes_by_action() -> Case:
    labels = {"create": "Created", "update": "Updated", "delete": "Deleted"}
    pairs = [(either(value, labels[value]), number) for value, number in ObjectChange.objects.values_list("action").annotate(number=Count("pk"))]
    return ask(aggregate(CHANGE, group_by=["action"])).ranking(pairs, len(pairs))


@question("created-by-user", "What did {user} create?", "New objects made by {user}, by type")
def created_by_user() -> Case:
    row = ObjectChange.objects.filter(action="create").values("user_name").annotate(number=Count("pk")).order_by("-number", "user_name").first()
    found = ObjectChange.objects.filter(action="create", user_name=row["user_name"])
    pairs = []
    for kind, number in found.values_list("changed_object_type").annotate(number=Count("pk")):
        model = ContentType.objects.get(pk=kind)
        pairs.append((either(f"{model.app_label}.{model.model}", str(model.model_class()._meta.verbose_name), model.name), number))
    plan = aggregate(CHANGE, {"action": "create", "user": row["user_name"]}, group_by=["changed_object_type"])
    return ask(plan, user=row["user_name"]).ranking(pairs, len(pairs))
