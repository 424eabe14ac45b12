"""What a question is made of: wordings, a plan of tool calls, and what the truth demands of the answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

KINDS: list["Kind"] = []


@dataclass
class Kind:
    """A kind of question. `choose` runs the ORM and returns the case for this estate."""

    id: str
    family: str
    wordings: tuple[str, ...]
    choose: Callable[[], "Case"]


def question(id: str, *wordings: str) -> Callable[[Callable[[], "Case"]], Callable[[], "Case"]]:
    """Registers a kind. The wordings may name the case's parameters: `{device}`."""
    assert len(wordings) >= 2, f"{id}: at least two wordings"

    def register(choose: Callable[[], "Case"]) -> Callable[[], "Case"]:
        KINDS.append(Kind(id, choose.__module__.rpartition(".")[2], wordings, choose))
        return choose

    return register


def plain(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bool | int | float | dict | None):
        return value
    return str(value)


def about(value: float, within: float) -> dict:
    """A number that the answer may round."""
    return {"about": plain(value), "within": within}


def either(*values: Any) -> dict:
    """A value that may be shown in one of several ways."""
    return {"any": [plain(value) for value in values]}


def call(tool: str, /, **arguments: Any) -> dict:
    return {"name": f"netbox_{tool}", "input": {key: value for key, value in arguments.items() if value is not None}}


def objects(object_type: str, filters: dict | None = None, fields: list[str] | None = None, ordering: str | list[str] | None = None, limit: int = 5, **more: Any) -> dict:
    return call("get_objects", object_type=object_type, filters=filters, fields=fields, ordering=ordering, limit=limit, **more)


def aggregate(object_type: str | None = None, filters: dict | None = None, **more: Any) -> dict:
    return call("aggregate", object_type=object_type, filters=filters, **more)


def by_name(object_type: str, name: str, fields: list[str] | None = None) -> dict:
    return call("get_object_by_id", object_type=object_type, name=name, fields=fields)


@dataclass
class Case:
    """One question as it is asked of one estate. All demands are on the answer of the last call."""

    plan: list[dict]
    parameters: dict[str, Any] = field(default_factory=dict)
    expect: list[dict] = field(default_factory=list)
    # NetBoxes that cannot be asked this, with the reason.
    beyond: dict[str, str] = field(default_factory=dict)

    def _demand(self, kind: str, **what: Any) -> "Case":
        self.expect.append({"kind": kind, **what})
        return self

    def not_of(self, netbox: str, reason: str) -> "Case":
        """This NetBox (real, demo, large) is not asked."""
        self.beyond[netbox] = reason
        return self

    def total(self, number: int) -> "Case":
        """The answer's total is this number."""
        return self._demand("total", number=number)

    def figure(self, number: Any, *keys: str) -> "Case":
        """This number stands in the answer; under one of these keys, if any are named."""
        return self._demand("figure", number=plain(number), keys=list(keys))

    def rows(self, rows: Iterable[Iterable[Any]], shown: int | None = None) -> "Case":
        """Each row's values stand together in one row of the answer. Without `shown`, the answer has these rows and no
        other; with it, the first that many of them in this order, and no other."""
        rows = [[plain(value) for value in row] for row in rows]
        return self._demand("rows", rows=rows if shown is None else rows[:shown], ordered=shown is not None)

    def ranking(self, pairs: Iterable[tuple], shown: int) -> "Case":
        """Groups with a number each, of which the first `shown` by number are in the answer; equals may come in any order."""
        rows = [[plain(value) for value in pair] for pair in pairs]
        rows.sort(key=lambda row: (-float(row[-1]), [str(value) for value in row[:-1]]))
        if shown < len(rows):
            self.figure(len(rows))
        # Far more than can be shown is of no use to the comparison, except for what equals the last one shown.
        last = rows[min(shown, len(rows)) - 1][-1] if rows else 0
        return self._demand("ranking", rows=[row for row in rows if row[-1] >= last], shown=min(shown, len(rows)))

    def fact(self, *values: Any) -> "Case":
        """These values stand together in one object, row or line of the answer."""
        return self._demand("fact", values=[plain(value) for value in values])

    def says(self, *values: Any) -> "Case":
        """Each of these values stands somewhere in the answer."""
        return self._demand("says", values=[plain(value) for value in values])

    def absent(self, *values: Any) -> "Case":
        """None of these values stands in the answer."""
        return self._demand("absent", values=[plain(value) for value in values][:200])

    def sequence(self, *values: Any) -> "Case":
        """These values come in this order, such as the hops of a path."""
        return self._demand("sequence", values=[plain(value) for value in values])


def ask(*plan: dict, **parameters: Any) -> Case:
    """The best plan for the question; the parameters fill the wordings."""
    return Case(list(plan), parameters)
