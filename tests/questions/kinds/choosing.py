"""What is asked about: chosen by the ORM, the same each time, and never by a name that only one estate has."""

from dcim.models import Device, Interface, Rack, Site
from django.db.models import Count, QuerySet


def most(queryset: QuerySet, counted: str, **filters) -> object:
    """The object with the most of something; of equals the one with the smallest id."""
    chosen = queryset.annotate(chosen_by=Count(counted, distinct=True)).filter(chosen_by__gt=0, **filters).order_by("-chosen_by", "pk").first()
    if chosen is None:
        raise LookupError(f"no {queryset.model._meta.verbose_name} with {counted}")
    return chosen


def first(queryset: QuerySet, what: str = "") -> object:
    chosen = queryset.order_by("pk").first()
    if chosen is None:
        raise LookupError(f"no {what or queryset.model._meta.verbose_name} to ask about")
    return chosen


def busiest_site() -> Site:
    return most(Site.objects.all(), "devices")


def busiest_rack() -> Rack:
    return most(Rack.objects.all(), "devices")


def busiest_switch() -> Device:
    """The device with the most cabled interfaces that carry a primary address."""
    cabled = Interface.objects.filter(cable__isnull=False, device__primary_ip4__isnull=False, device__name__isnull=False)
    top = cabled.values("device").annotate(number=Count("pk")).order_by("-number", "device").first()
    return Device.objects.get(pk=top["device"])


def universe(queryset: QuerySet, without: QuerySet, field: str = "name") -> list:
    """Names that must not be in the answer: those of the others."""
    chosen = set(without.values_list(field, flat=True))
    return [name for name in queryset.order_by("pk").values_list(field, flat=True)[:400] if name and name not in chosen]
