"""Who is responsible, and what has been written down."""

from circuits.models import Provider
from dcim.models import Device, Site
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from extras.models import JournalEntry
from tenancy.models import Contact, ContactAssignment, Tenant

from .case import Case, aggregate, ask, by_name, either, objects, question
from .choosing import first, most


def assigned(model) -> tuple:
    """The object of this type with the most contacts, and its assignments."""
    kind = ContentType.objects.get_for_model(model)
    chosen = ContactAssignment.objects.filter(object_type=kind).values("object_id").annotate(number=Count("pk")).order_by("-number", "object_id").first()
    if chosen is None:
        raise LookupError(f"no {model._meta.verbose_name} has a contact")
    return model.objects.get(pk=chosen["object_id"]), ContactAssignment.objects.filter(object_type=kind, object_id=chosen["object_id"]).order_by("pk")


@question("contacts-of-site", "Who is responsible for {site}?", "Contacts of {site}", "Whom do I call about {site}?")
def contacts_of_site() -> Case:
    site, found = assigned(Site)
    case = ask(by_name("dcim.site", site.name), site=site.name)
    for row in found:
        case.fact(row.contact.name, row.role.name)
    return case


@question("contacts-of-provider", "How do I reach the support of {provider}?", "Telephone number of {provider}")
def contacts_of_provider() -> Case:
    provider, found = assigned(Provider)
    contact = found[0].contact
    case = ask(by_name("circuits.provider", provider.name), provider=provider.name)
    return case.fact(contact.name, *[value for value in [contact.phone or contact.email] if value])


@question("inherited-contacts", "Who is to be called about {device}?", "Contacts of {device}, its site and tenant included")
def inherited_contacts() -> Case:
    site, found = assigned(Site)
    device = first(Device.objects.filter(site=site, name__isnull=False, primary_ip4__isnull=False))
    case = ask(by_name("dcim.device", device.name), device=device.name)
    return case.says(*[row.contact.name for row in found])


@question("assignments-of-contact", "What is {contact} responsible for?", "Everything assigned to {contact}")
def assignments_of_contact() -> Case:
    contact = most(Contact.objects.all(), "assignments")
    found = contact.assignments.order_by("pk")
    rows = [(str(row.object), row.role.name) for row in found[:5]]
    return ask(objects("tenancy.contactassignment", {"contact_id": contact.name}, ["object", "role", "priority"], "id"), contact=contact.name).total(found.count()).rows(rows, shown=5)


@question("sites-without-contact", "Which sites have no contact?", "Sites nobody is responsible for")
def sites_without_contact() -> Case:
    kind = ContentType.objects.get_for_model(Site)
    found = Site.objects.exclude(pk__in=ContactAssignment.objects.filter(object_type=kind).values("object_id"))
    plan = aggregate("dcim.site", compare={"object_type": "tenancy.contactassignment", "filters": {"object_type": "dcim.site"}, "field": "object_id", "keep": "without"}, top=5)
    return ask(plan).figure(found.count()).says(*([] if found.count() > 5 else found.values_list("name", flat=True)))


@question("tenants-of-site", "Which tenants have devices at {site}?", "Tenants of {site} by number of devices")
def tenants_of_site() -> Case:
    site = most(Site.objects.all(), "devices__tenant")
    pairs = Device.objects.filter(site=site, tenant__isnull=False).values_list("tenant__name").annotate(number=Count("pk"))
    plan = aggregate("dcim.device", {"site": site.name, "tenant_id__n": "null"}, group_by=["tenant"], top=10)
    return ask(plan, site=site.name).ranking(pairs, 10)


@question("tenants-by-group", "Which tenants are there, in which group?", "List our tenants")
def tenants_by_group() -> Case:
    found = Tenant.objects.order_by("name")
    rows = [(row.name, *([row.group.name] if row.group else [])) for row in found[:10]]
    return ask(objects("tenancy.tenant", fields=["name", "group"], ordering="name", limit=10)).total(found.count()).rows(rows, shown=10)


@question("journal-of-object", "What does the journal say about {site}?", "Journal entries of {site}")
def journal_of_object() -> Case:
    kind = ContentType.objects.get_for_model(Site)
    entry = first(JournalEntry.objects.filter(assigned_object_type=kind))
    found = JournalEntry.objects.filter(assigned_object_type=kind, assigned_object_id=entry.assigned_object_id)
    plan = objects("extras.journalentry", {"assigned_object_type": "dcim.site", "assigned_object_id": entry.assigned_object.name}, ["created", "kind", "comments"], "-created")
    return ask(plan, site=str(entry.assigned_object)).total(found.count()).says(entry.comments)


@question("journal-dangers", "Which journal entries are marked as danger?", "Serious entries of the journal")
def journal_dangers() -> Case:
    found = JournalEntry.objects.filter(kind="danger").order_by("pk")
    plan = objects("extras.journalentry", {"kind": "danger"}, ["assigned_object", "comments"], "id", 3)
    shown = [either(str(row.assigned_object), getattr(row.assigned_object, "name", str(row.assigned_object))) for row in found[:3]]
    return ask(plan).total(found.count()).says(*shown)
