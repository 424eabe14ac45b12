"""Circuits, their carriers, and what hangs on them."""

from circuits.models import Circuit, CircuitTermination, Provider
from dcim.models import CablePath, Interface, Site
from django.db.models import Count, Sum

from .case import Case, aggregate, ask, by_name, call, objects, question
from .choosing import most


def site_with_circuits() -> Site:
    number: dict[int, int] = {}
    for pk in CircuitTermination.objects.filter(_site__isnull=False).order_by("_site").values_list("_site", flat=True):
        number[pk] = number.get(pk, 0) + 1
    return Site.objects.get(pk=min(number, key=lambda pk: (-number[pk], pk)))


def to_a_device() -> tuple[Circuit, Interface]:
    """The first circuit with a termination that is cabled, and the device's interface at the other end."""
    for termination in CircuitTermination.objects.filter(cable__isnull=False).order_by("pk"):
        for path in CablePath.objects.filter(_nodes__contains=termination).order_by("pk"):
            if isinstance(path.origins[0], Interface):
                return termination.circuit, path.origins[0]
    raise LookupError("no circuit leads to a device")


@question("circuits-at-site", "Which circuits serve {site}?", "Circuits of {site} with carrier and rate")
def circuits_at_site() -> Case:
    site = site_with_circuits()
    found = Circuit.objects.filter(terminations___site=site).distinct().order_by("cid", "pk")
    rows = [(row.cid, row.provider.name) for row in found[:5]]
    plan = objects("circuits.circuit", {"site": site.name}, ["cid", "provider", "status", "commit_rate"], "cid")
    return ask(plan, site=site.name).total(found.count()).rows(rows, shown=5)


@question("circuits-per-provider", "How many circuits do we have from each provider?", "Circuits by carrier")
def circuits_per_provider() -> Case:
    return ask(aggregate("circuits.circuit", group_by=["provider"], top=10)).ranking(Circuit.objects.values_list("provider__name").annotate(number=Count("pk")), 10)


@question("circuit-profile", "Tell me about circuit {cid}", "Where does {cid} go?")
def circuit_profile() -> Case:
    circuit, _ = to_a_device()
    case = ask(by_name("circuits.circuit", circuit.cid), cid=circuit.cid).says(circuit.cid, circuit.provider.name, circuit.type.name)
    for termination in circuit.terminations.all():
        case.says(termination.termination.name)
    return case


@question("devices-on-circuit", "Which devices hang on circuit {cid}?", "Carrier maintenance on {cid}: which of our devices are hit?")
def devices_on_circuit() -> Case:
    circuit, port = to_a_device()
    return ask(call("topology", question="impact", object_type="circuits.circuit", name=circuit.cid), cid=circuit.cid).says(port.device.name)


@question("provider-maintenance", "{provider} announces maintenance: which sites are hit?", "Which sites depend on {provider}?")
def provider_maintenance() -> Case:
    provider = most(Provider.objects.all(), "circuits")
    pairs = CircuitTermination.objects.filter(circuit__provider=provider, _site__isnull=False).values_list("_site__name").annotate(number=Count("pk"))
    plan = aggregate("circuits.circuittermination", {"provider": provider.name, "termination_type": "dcim.site"}, group_by=["termination"], top=5)
    return ask(plan, provider=provider.name).ranking(pairs, 5)


@question("bandwidth-per-provider", "How much bandwidth do we buy from each carrier?", "Sum of the committed rates by provider")
def bandwidth_per_provider() -> Case:
    rows = Circuit.objects.values("provider__name").annotate(sum=Sum("commit_rate")).order_by("provider__name")
    case = ask(aggregate("circuits.circuit", group_by=["provider"], measures=["count", "sum:commit_rate"], top=10))
    for row in rows:
        if row["sum"]:
            case.fact(row["provider__name"], row["sum"])
    return case


@question("fastest-circuit", "Which circuit has the highest rate?", "Our fastest circuits")
def fastest_circuit() -> Case:
    found = Circuit.objects.filter(commit_rate__isnull=False).order_by("-commit_rate", "cid")
    plan = objects("circuits.circuit", {"commit_rate__empty": False}, ["cid", "provider", "commit_rate"], ["-commit_rate", "cid"], 3)
    return ask(plan).total(found.count()).rows(found.values_list("cid", "commit_rate")[:3], shown=3)


@question("circuits-by-status", "Which circuits are not active?", "Circuits that are planned, offline or decommissioned")
def circuits_by_status() -> Case:
    found = Circuit.objects.exclude(status="active").order_by("cid", "pk")
    return ask(objects("circuits.circuit", {"status__n": "active"}, ["cid", "status", "provider"], "cid")).total(found.count()).rows([[row.cid] for row in found[:5]], shown=5)


@question("second-carrier", "Which sites have circuits of only one provider?", "Sites without a second carrier")
def second_carrier() -> Case:
    rows = CircuitTermination.objects.filter(_site__isnull=False).values("_site").annotate(number=Count("circuit__provider", distinct=True)).filter(number=1)
    plan = aggregate("circuits.circuittermination", {"termination_type": "dcim.site"}, group_by=["termination"], measures=["distinct:circuit.provider"], having="distinct:circuit.provider = 1", top=3)
    return ask(plan).figure(len(rows))
