"""Writes src/server/demo/netbox/schema.txt: what the installed NetBox knows about its REST API, as one table.

The demo NetBox answers in the shapes of the real one. Those shapes are not retyped by hand but read from the real
one's models, serializers and filter sets. Needs the virtual environment that start.sh makes:

    NETBOX_ROOT=... python tests/netbox/describe.py > src/server/demo/netbox/schema.txt
    NETBOX_ROOT=... python tests/netbox/describe.py writes > src/server/demo/netbox/writes.txt

Lines, fields separated by tabs (the reader is src/server/demo/netbox/schema.rs):

    choices  SET  value=label ...
    type     app.model  endpoint  UI path  content type id  verbose name  plural  flags
    order    column ...                      the default order, `-` in front means descending
    column   name  kind  argument  default   what is stored
    reverse  name  type  column              rows of `type` whose `column` points here
    shape    name  type                      a serializer; the first of a type is its own
    field    name  kind  argument ...        of the last shape
    brief    name ...                        fields of the brief form of the last shape
    filter   name  kind  path  lookups  argument
    search   path ...                        what `q` looks into
    content  id  app.model  app  singular  plural  public  features  list URL      an object type

Lines of writes.txt (the reader is src/server/demo/netbox/write/table.rs):

    type     app.model
    field    name  type  flags  label  limit=value ...   as OPTIONS gives it; flags: `r` required, `o` read-only,
                                                         `n` may be null, `b` may be blank
    unique   sentence  column ...            rows may not agree in these; `~` in front: whatever the case, `!`: only
                                             rows where it is null; a last `=`: two nulls agree
    refer    column  protect|cascade|null    what becomes of a row when the object behind its column is deleted
"""

import inspect
import json
import os
import re
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")

import django

django.setup()

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from rest_framework import serializers

from core.models import ObjectType
from dcim.models import PortMapping, PortTemplateMapping
from netbox.api.serializers import BaseModelSerializer
from utilities.api import get_serializer_for_model
from utilities.views import get_action_url
from utilities.fields import CounterCacheField

lines = []
choice_sets = {}
shapes = {}


def emit(*parts):
    parts = ["" if part is None else str(part) for part in parts]
    while parts[-1] == "":
        parts.pop()
    assert not any("\n" in part for part in parts), parts
    lines.append("\t".join(parts))


def label(model):
    return model._meta.concrete_model._meta.label_lower


def choice_set(choices):
    pairs = []
    for value, text in choices:
        if isinstance(text, (list, tuple)):
            pairs.extend(text)
        else:
            pairs.append((value, text))
    pairs = tuple((str(value), str(text)) for value, text in pairs if value not in ("", None))
    if pairs not in choice_sets:
        choice_sets[pairs] = f"c{len(choice_sets) + 1}"
    return choice_sets[pairs]


def views():
    found = {}

    def walk(patterns, prefix=""):
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
                continue
            view = getattr(pattern.callback, "cls", None)
            actions = getattr(pattern.callback, "actions", None) or {}
            if view is None or not path.startswith("api/") or actions.get("get") != "list" or "format" in path:
                continue
            found[path.replace("^", "").replace("$", "").removeprefix("api/").strip("/")] = view

    walk(get_resolver().url_patterns)
    return found


def default_of(field):
    if isinstance(field, models.DateTimeField) or not field.has_default():
        if field.null or isinstance(field, models.ForeignKey):
            return None
        if isinstance(field, (models.CharField, models.TextField)):
            return '""'
        return None
    value = field.get_default()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, str)):
        return json.dumps(value, default=str)
    if isinstance(value, (int, float)) or type(value).__name__ == "Decimal":
        return str(value)
    return None


KINDS = {
    "BigAutoField": "id", "AutoField": "id", "BooleanField": "bool", "DateField": "date", "DateTimeField": "time", "DecimalField": "decimal",
    "FloatField": "float", "JSONField": "json", "ForeignKey": "ref", "OneToOneField": "ref", "ManyToManyField": "refs",
    "TreeForeignKey": "ref", "MACAddressField": "mac", "IPAddressField": "address", "IPNetworkField": "network",
    "ArrayField": "json", "UUIDField": "text", "DurationField": "float", "TimeZoneField": "text", "TaggableManager": "refs", "PathField": "json",
    "WWNField": "text", "ASNField": "int", "AttributesField": "json", "CustomFieldDataField": "json",
}  # fmt: skip


def columns(model):
    for field in model._meta.get_fields(include_hidden=False):
        if isinstance(field, GenericRelation):
            emit("reverse", field.name, label(field.related_model), field.object_id_field_name, "generic")
        elif isinstance(field, GenericForeignKey):
            emit("column", field.name, "generic", f"{field.ct_field} {field.fk_field}")
        elif isinstance(field, CounterCacheField):
            emit("column", field.name, "counter", f"{field.to_model_name.lower()} {field.to_field_name}")
        elif field.auto_created and not field.concrete:
            emit("reverse", field.name, label(field.related_model), field.field.name)
        elif type(field).__name__ == "TaggableManager":
            emit("column", field.name, "refs", "extras.tag")
        elif field.is_relation and field.related_model is not None:
            kind = "refs" if field.many_to_many else "ref"
            emit("column", field.name, kind, label(field.related_model))
        elif isinstance(field, (models.CharField, models.TextField, models.SlugField)):
            natural = getattr(field, "db_collation", None) == "natural_sort" or field.name == "_name"
            emit("column", field.name, "natural" if natural else "text", choice_set(field.choices) if field.choices else None, default_of(field))
        else:
            kind = KINDS.get(type(field).__name__)
            if kind is None:
                kind = "int" if isinstance(field, models.IntegerField) else "json"
                if kind == "json":
                    print("note: column", label(model), field.name, type(field).__name__, file=sys.stderr)
            argument = field.decimal_places if kind == "decimal" else choice_set(field.choices) if getattr(field, "choices", None) else None
            emit("column", field.name, kind, argument, default_of(field))


def source(field):
    return field.source if field.source != "*" else field.field_name


def nested(serializer):
    """Which shape a nested serializer has: the brief form of a type's own one, or a shape of its own."""
    model = serializer.Meta.model
    own = type(get_serializer_for_model(model)())
    if type(serializer) is own and serializer.nested:
        if serializer._include_fields and list(serializer._include_fields) != list(own.Meta.brief_fields):
            return label(model), "+" + ",".join(name for name in own().fields if name in serializer._include_fields)
        return label(model), "brief"
    name = type(serializer).__name__
    if serializer.nested and getattr(serializer.Meta, "brief_fields", None):
        name += "!"
    shapes.setdefault(name, serializer)
    return label(model), name


def field_line(name, field, model):
    kind = type(field).__name__
    if isinstance(field, serializers.ListSerializer):
        if isinstance(field.child, BaseModelSerializer):
            target, shape = nested(field.child)
            return emit("field", name, "list", source(field), target, shape)
        if kind == "ListSerializer" and type(field.child).__name__.endswith("MappingSerializer"):
            return emit("field", name, "special")
        return emit("field", name, "special")
    if isinstance(field, BaseModelSerializer):
        target, shape = nested(field)
        return emit("field", name, "nested", source(field), target, shape)
    if isinstance(field, serializers.ManyRelatedField):
        child = field.child_relation
        if type(child).__name__ == "SerializedPKRelatedField":
            target, shape = nested(child.serializer(nested=child.nested))
            return emit("field", name, "list", source(field), target, shape)
        if type(child).__name__ == "ContentTypeField":
            return emit("field", name, "types", source(field))
        if type(child).__name__ == "SlugRelatedField":
            return emit("field", name, "slugs", source(field), child.slug_field)
        return emit("field", name, "ids", source(field))
    if isinstance(field, serializers.SerializerMethodField):
        return emit("field", name, "display" if name == "display" else "special")
    if kind == "ChoiceField" and hasattr(field, "choiceset"):
        return emit("field", name, "choice", source(field), choice_set(field.choiceset))
    if kind == "RelatedObjectCountField":
        relations = {part.get_accessor_name(): part.name for part in model._meta.related_objects}
        return emit("field", name, "count", relations.get(field.relation, field.relation))
    simple = {
        "NetBoxAPIHyperlinkedIdentityField": "url", "HyperlinkedIdentityField": "url", "NetBoxURLHyperlinkedIdentityField": "display_url",
        "CustomFieldsDataField": "custom_fields", "ContentTypeField": "type", "GFKSerializerField": "generic",
        "PrimaryKeyRelatedField": "id_of",
    }  # fmt: skip
    if kind in simple:
        return emit("field", name, simple[kind], source(field) if source(field) != name else None)
    names = {part.name for part in model._meta.get_fields()}
    if source(field).split(".")[0] in names:
        return emit("field", name, "value", source(field) if source(field) != name else None)
    return emit("field", name, "special", source(field) if source(field) != name else None)


def shape(name, serializer):
    model = serializer.Meta.model
    emit("shape", name, label(model))
    for field_name, field in serializer.fields.items():
        field_line(field_name, field, model)
    brief = getattr(serializer.Meta, "brief_fields", None)
    if brief and not serializer.nested:
        emit("brief", " ".join(brief))


GROUPS = {
    "char": {"n", "ic", "nic", "iew", "niew", "isw", "nisw", "ie", "nie", "empty", "regex", "iregex"},
    "number": {"n", "lte", "lt", "gte", "gt", "empty"},
    "negation": {"n"},
    "tag": {"n", "any"},
    "none": set(),
}


def filters(filter_set):
    every = filter_set.get_filters()
    declared = {}
    for name, found in every.items():
        base, _, lookup = name.rpartition("__")
        if base in every and lookup in GROUPS["char"] | GROUPS["number"] | GROUPS["tag"] and found.method is None and not (
            name in filter_set.declared_filters
        ):
            declared.setdefault(base, set()).add(lookup)
    for name, found in every.items():
        base, _, lookup = name.rpartition("__")
        if base in declared and lookup in declared[base]:
            continue
        lookups = declared.get(name, set())
        group = next((key for key, value in GROUPS.items() if value == lookups), ",".join(sorted(lookups)))
        kind = type(found).__name__.removesuffix("Filter").removeprefix("MultiValue")
        argument = ""
        if found.method is not None:
            method = found.method if isinstance(found.method, str) else found.method.__name__
            argument = f"method={method}"
        queryset = found.extra.get("queryset")
        if queryset is not None:
            target = found.extra.get("to_field_name") or "pk"
            argument += f" target={label(queryset.model)} key={target}"
        if found.extra.get("choices") is not None:
            choices = found.extra["choices"]
            choices = choices() if callable(choices) and not hasattr(choices, "CHOICES") else choices
            argument += f" choices={choice_set(choices)}"
        if found.lookup_expr not in ("exact", "in"):
            argument += f" lookup={found.lookup_expr}"
        if found.exclude:
            argument += " exclude"
        if type(found).__name__.startswith("MultiValue"):
            argument += " many"
        emit("filter", name, kind, found.field_name if found.field_name != name else None, group, argument.strip())
    search = getattr(filter_set, "search", None)
    if search is not None:
        text = ""
        for owner in filter_set.__mro__:
            if "search" in vars(owner):
                text += inspect.getsource(owner.search)
                if "super().search" not in text:
                    break
        paths = re.findall(r"\b(\w+?)__icontains=value", text)
        # The ones that look at addresses and numbers too; the words name what the reader does with them.
        if "__istartswith=value" in text:
            paths += ["address:starts"]
        if "prefix__net_contains_or_equals" in text:
            paths += ["prefix:network"]
        if "primary_ip4__address__host__inet" in text:
            paths += [":primary"]
        if "start_address__contains" in text:
            paths += ["start_address:text", "end_address:text"]
        if "group_id__contains" in text:
            paths += ["group_id:text"]
        for path in re.findall(r"\b(\w+)=int(?:_value|\(value)", text):
            paths += [f"{path}:number"]
        emit("search", " ".join(dict.fromkeys(paths)))


def main():
    found = views()
    chosen = {}
    for endpoint, view in found.items():
        if getattr(view, "queryset", None) is not None:
            chosen.setdefault(label(view.queryset.model), (endpoint, view))
    for name, (endpoint, view) in chosen.items():
        model = view.queryset.model
        content_type = ContentType.objects.get(app_label=model._meta.app_label, model=model._meta.model_name)
        path = ""
        try:
            path = re.sub(r"/1/$", "", model(pk=1).get_absolute_url()).strip("/")
        except (NoReverseMatch, AttributeError, Exception):
            path = ""
        flags = []
        if hasattr(model, "custom_field_data"):
            flags.append("custom_fields")
        emit("type", name, endpoint, path, content_type.pk, model._meta.verbose_name, model._meta.verbose_name_plural, " ".join(flags))
        ordering = []
        for part in view.queryset.query.order_by or model._meta.ordering or ["pk"]:
            ordering.append(part if isinstance(part, str) else re.search(r"F\((\w+)\)", repr(part))[1])
        emit("order", " ".join(ordering))
        columns(model)
        shape(view.serializer_class.__name__, view.serializer_class())
        if getattr(view, "filterset_class", None):
            filters(view.filterset_class)
    done = set()
    while set(shapes) - done:
        for name in sorted(set(shapes) - done):
            done.add(name)
            shape(name, shapes[name])
    for model in (PortMapping, PortTemplateMapping):  # not in the API, but what front and rear ports say comes from them
        content_type = ContentType.objects.get_for_model(model)
        emit("type", label(model), "", "", content_type.pk, model._meta.verbose_name, model._meta.verbose_name_plural)
        columns(model)
    for pairs, name in choice_sets.items():
        print("\t".join(["choices", name, *(f"{value}={text}" for value, text in pairs)]))
    print("\n".join(lines))
    for content_type in sorted(ContentType.objects.all(), key=lambda row: row.pk):
        object_type = ObjectType.objects.filter(pk=content_type.pk).first()
        parts = ["content", content_type.pk, f"{content_type.app_label}.{content_type.model}"]
        if object_type is not None:
            parts += [object_type.app_verbose_name, object_type.model_verbose_name, object_type.model_verbose_name_plural]
            parts += ["public" if object_type.public else "", " ".join(object_type.features)]
            try:
                parts.append(get_action_url(object_type.model_class(), action="list", rest_api=True))
            except (NoReverseMatch, AttributeError):
                pass
        print("\t".join("" if part is None else str(part) for part in parts))


LIMITS = ("max_length", "min_value", "max_value", "max_digits", "decimal_places")


def write_fields(view):
    # The metadata looks at the serializer only.
    serializer = view.serializer_class()
    metadata = view.metadata_class()
    for name, field in serializer.fields.items():
        about = metadata.get_field_info(field)
        flags = "".join(
            letter
            for letter, holds in (
                ("r", about["required"]),
                ("o", about["read_only"]),
                ("n", field.allow_null),
                ("b", getattr(field, "allow_blank", False)),
            )
            if holds
        )
        limits = [f"{limit}={about[limit]}" for limit in LIMITS if about.get(limit) is not None]
        emit("field", name, about["type"], flags, str(about.get("label", "")), *limits)


def write_rules(model):
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            sentence = field.error_messages["unique"] % {"model_name": model._meta.verbose_name, "field_label": field.verbose_name}
            emit("unique", sentence, field.name)
        if field.is_relation and field.remote_field is not None:
            rule = field.remote_field.on_delete.__name__
            rule = {"PROTECT": "protect", "RESTRICT": "protect", "CASCADE": "cascade"}.get(rule, "null")
            emit("refer", field.name, rule)
    for constraint in model._meta.total_unique_constraints + [
        found for found in model._meta.constraints if isinstance(found, models.UniqueConstraint) and found not in model._meta.total_unique_constraints
    ]:
        columns = list(constraint.fields)
        for expression in constraint.expressions:
            inner = getattr(expression, "get_source_expressions", list)()
            columns.append(f"~{inner[0].name}" if inner else expression.name)
        for condition in constraint.condition.children if constraint.condition is not None else ():
            path, value = condition
            if not constraint.condition.negated and path.endswith("__isnull") and value is False:
                continue  # NULL is never equal to anything anyway
            if constraint.condition.negated or not path.endswith("__isnull") or value is not True:
                print("note: condition", label(model), constraint.name, condition, file=sys.stderr)
                break
            columns.append("!" + path.removesuffix("__isnull"))
        else:
            names = [str(model._meta.get_field(name.lstrip("~")).verbose_name).title() for name in columns if not name.startswith("!")]
            sentence = f"{str(model._meta.verbose_name).capitalize()} with this {' and '.join([', '.join(names[:-1]), names[-1]])} already exists."
            if constraint.violation_error_message != constraint.default_violation_error_message:
                sentence = str(constraint.violation_error_message)
            elif constraint.condition is not None or constraint.expressions:
                sentence = f"Constraint “{constraint.name}” is violated."
            emit("unique", sentence, *columns, *(["="] if constraint.nulls_distinct is False else []))


def writes():
    found = views()
    seen = set()
    for view in found.values():
        model = getattr(getattr(view, "queryset", None), "model", None)
        if model is None or label(model) in seen:
            continue
        seen.add(label(model))
        emit("type", label(model))
        if hasattr(view, "create"):
            write_fields(view)
        write_rules(model)
    for model in (PortMapping, PortTemplateMapping):
        emit("type", label(model))
        write_rules(model)
    print("\n".join(lines))


writes() if sys.argv[1:] == ["writes"] else main()
