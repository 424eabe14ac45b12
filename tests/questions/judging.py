"""Compares what the model reads with the truth.

The exact layout of an answer is not demanded, only its values: an answer is taken apart into its leaves (single values)
and its records (values that stand together: an object, a row, a line). Values are compared whole: 41 is neither in 410
nor in 10.41.0.1, and "cle-01" is not in "cle-01-rtr-01".
"""

import json
import re
from collections.abc import Iterator
from typing import Any

# Keys whose values are numbers of another kind than what is counted.
IDENTIFIER = re.compile(r"(^|_)ids?$|^url$|^handle$")
# What only repeats the question or leads to NetBox's pages is no part of the answer.
ECHO = {"page", "url", "resolved", "query", "next", "next_offset", "returned"}
TOTAL_KEYS = ("total", "count", "matches", "objects")
EDGE_BEFORE = r"(?<![\w:/-])(?<!\w\.)"
EDGE_AFTER = r"(?!\w|[:/-][\w:]|\.\w)"


class Answer:
    """The text of an answer, taken apart."""

    def __init__(self, text: str):
        self.text = text
        self.roots = list(parsed(text))
        self.tables: list[list[list[Any]]] = []
        self.records: list[list[Any]] = []
        self.numbers: list[tuple[str, float]] = []
        self.leaves: list[Any] = []
        for root in self.roots:
            self._walk(root, "")

    def _walk(self, node: Any, key: str) -> None:
        if isinstance(node, dict):
            node = {name: value for name, value in node.items() if name not in ECHO}
            self.records.append(list(flat(node)))
            columns = node.get("columns") or node.get("fields")
            for name, value in node.items():
                self.leaves.append(name)
                self.records.append([name, *flat(value)] if not isinstance(value, dict | list) or shallow(value) else [name])
                if isinstance(value, list) and isinstance(columns, list) and name not in ("columns", "fields"):
                    value = [named(columns, row) for row in value]
                self._walk(value, name)
        elif isinstance(node, list):
            if node and all(isinstance(item, dict | list) for item in node):
                self.tables.append([list(everything(item)) for item in node])
            elif node and all(isinstance(item, str) for item in node):
                self.tables.append([[item] for item in node])
            self.records.append(list(flat(node)))
            for item in node:
                self._walk(item, key)
        else:
            self.leaves.append(node)
            if isinstance(node, bool):
                return
            if isinstance(node, int | float):
                self.numbers.append((key, float(node)))
            elif isinstance(node, str):
                if "\n" in node:
                    lines = [line for line in node.split("\n") if line.strip()]
                    self.records += [[line] for line in lines]
                    # A text may begin with a line of its own about the rows, and one with the columns' names.
                    self.tables += [[[line] for line in lines[begin:]] for begin in range(3)]
                else:
                    self.records.append([node])
                for found in re.finditer(r"(?<![\w.:/-])-?\d+(\.\d+)?(?!\w|[:/-][\w:]|\.\d)", node):
                    self.numbers.append((key, float(found[0])))


def parsed(text: str) -> Iterator[Any]:
    """The answer as JSON; or each of its lines as JSON or as text."""
    try:
        yield json.loads(text)
        return
    except ValueError:
        pass
    rest = []
    for line in text.split("\n"):
        try:
            value = json.loads(line)
        except ValueError:
            value = line
        if isinstance(value, dict | list):
            yield value
        elif line.strip():
            rest.append(line)
    if rest:
        yield "\n".join([*rest, ""])


def named(columns: list, row: Any) -> Any:
    if isinstance(row, list) and len(row) == len(columns) and all(isinstance(column, str) for column in columns):
        return dict(zip(columns, row, strict=True))
    return row


def shallow(node: Any) -> bool:
    items = node.values() if isinstance(node, dict) else node
    return not any(isinstance(item, dict | list) for item in items)


def flat(node: Any) -> Iterator[Any]:
    """The values of an object or row, without those of tables inside it."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
                continue
            if IDENTIFIER.search(key) and not isinstance(value, str | dict | list):
                continue
            yield from flat(value)
    elif isinstance(node, list):
        for item in node:
            if not isinstance(item, dict | list):
                yield item
    else:
        yield node


def everything(node: Any) -> Iterator[Any]:
    """All values of a row, those of tables inside it too."""
    if isinstance(node, dict):
        for key, value in node.items():
            if not (IDENTIFIER.search(key) and not isinstance(value, str | dict | list)):
                yield from everything(value)
    elif isinstance(node, list):
        for item in node:
            yield from everything(item)
    else:
        yield node


def number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(str(value).strip().rstrip("%").strip())
    except ValueError:
        return None


def same(wanted: Any, found: Any) -> bool:
    """Whether a leaf of an answer is, or holds as a whole word, the wanted value."""
    if isinstance(wanted, dict):
        if "any" in wanted:
            return any(same(value, found) for value in wanted["any"])
        given = number(found)
        if given is None and isinstance(found, str):
            return any(abs(float(part) - wanted["about"]) <= wanted["within"] for part in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", found))
        return given is not None and abs(given - wanted["about"]) <= wanted["within"]
    if isinstance(wanted, bool) or wanted is None:
        return found is wanted or (isinstance(found, str) and found.casefold() == str(json.dumps(wanted)))
    if isinstance(found, bool) or found is None:
        return False
    if isinstance(wanted, int | float):
        given = number(found)
        if given is not None:
            return abs(given - wanted) < 1e-9
        return isinstance(found, str) and any(abs(float(part) - wanted) < 1e-9 for part in re.findall(r"(?<![\w.:/-])\d+(?:\.\d+)?(?!\w|[:/-][\w:]|\.\d)", found))
    wanted, found = str(wanted).casefold(), str(found).casefold()
    return wanted == found or (wanted in found and re.search(EDGE_BEFORE + re.escape(wanted) + EDGE_AFTER, found) is not None)


def holds(record: list, values: list) -> bool:
    """Whether each value is in the record, each number in a leaf of its own."""
    left = list(record)
    for value in values:
        at = next((index for index, leaf in enumerate(left) if same(value, leaf)), None)
        if at is None:
            return False
        if not isinstance(left[at], str):
            del left[at]
    return True


def show(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False)


def wrong(answer: Answer, demand: dict) -> str | None:
    """Why the answer does not meet the demand; none if it does."""
    return CHECKS[demand["kind"]](answer, demand)


def total(answer: Answer, demand: dict) -> str | None:
    for key in TOTAL_KEYS:
        found = [value for root in answer.roots if isinstance(root, dict) for name, value in shallow_items(root) if name == key and number(value) is not None]
        if found:
            return None if number(found[0]) == demand["number"] else f"{key} is {found[0]}, should be {demand['number']}"
    if re.search(rf"(?i)total\W{{1,3}}{demand['number']}\b", answer.text):
        return None
    return f"no total in the answer, should be {demand['number']}"


def shallow_items(root: dict) -> Iterator[tuple[str, Any]]:
    """The items of the answer, then of the objects directly in it, then of a table that has only one row."""
    yield from root.items()
    for value in root.values():
        if isinstance(value, dict):
            yield from value.items()
        elif isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            yield from value[0].items()


def figure(answer: Answer, demand: dict) -> str | None:
    keys = demand["keys"]
    for key, value in answer.numbers:
        if abs(value - demand["number"]) < 1e-6 and (key in keys if keys else not IDENTIFIER.search(key)):
            return None
    near = sorted({value for key, value in answer.numbers if key in keys})[:5] if keys else []
    return f"{demand['number']} is not in the answer" + (f" under {'/'.join(keys)} (there: {near})" if keys else "")


def rows(answer: Answer, demand: dict) -> str | None:
    wanted = demand["rows"]
    if not wanted:
        return None
    best, missing = None, wanted
    for table in answer.tables:
        left = [row for row in wanted if not any(holds(record, row) for record in table)]
        if best is None or (len(left), len(table)) < (len(missing), len(best)):
            best, missing = table, left
    if missing:
        return f"{len(missing)} of {len(wanted)} rows are missing, first {show(missing[0])}"
    if len(best) != len(wanted):
        return f"{len(best)} rows in place of {len(wanted)}"
    if demand["ordered"] and not all(holds(record, row) for record, row in zip(best, wanted, strict=True)):
        return "the rows come in another order"
    return None


def ranking(answer: Answer, demand: dict) -> str | None:
    wanted, shown = demand["rows"], demand["shown"]
    if not wanted:
        return None
    last = wanted[-1][-1]
    sure = [row for row in wanted if row[-1] > last]
    equal = [row for row in wanted if row[-1] == last]
    reason = None
    for table in answer.tables:
        missing = [row for row in sure if not any(holds(record, row) for record in table)]
        found = sum(any(holds(record, row) for record in table) for row in equal)
        if not missing and found == shown - len(sure) and len(table) == shown:
            return None
        problem = f"{show(missing[0])} is missing" if missing else f"{len(table)} rows of which {len(sure) + found} are right, should be {shown}"
        if reason is None or len(missing) < reason[0]:
            reason = (len(missing), problem)
    return reason[1] if reason else "the answer has no table"


def fact(answer: Answer, demand: dict) -> str | None:
    if any(holds(record, demand["values"]) for record in answer.records) or any(holds(record, demand["values"]) for table in answer.tables for record in table):
        return None
    return f"{show(demand['values'])} do not stand together"


def says(answer: Answer, demand: dict) -> str | None:
    missing = [value for value in demand["values"] if not any(same(value, leaf) for leaf in answer.leaves)]
    return f"not in the answer: {show(missing[:5])}" if missing else None


def absent(answer: Answer, demand: dict) -> str | None:
    present = [value for value in demand["values"] if any(same(value, leaf) for leaf in answer.leaves)]
    return f"should not be in the answer: {show(present[:5])}" if present else None


def sequence(answer: Answer, demand: dict) -> str | None:
    text, place = answer.text.casefold(), 0
    for value in demand["values"]:
        options = value["any"] if isinstance(value, dict) else [value]
        places = [found.end() for option in options if (found := re.compile(EDGE_BEFORE + re.escape(escaped(option)) + EDGE_AFTER).search(text, place))]
        if not places:
            return f"{show(value)} does not come in its place"
        place = min(places)
    return None


def escaped(value: Any) -> str:
    """As JSON writes it inside a string."""
    return json.dumps(str(value), ensure_ascii=False)[1:-1].casefold()


CHECKS = {
    "total": total, "figure": figure, "rows": rows, "ranking": ranking, "fact": fact, "says": says, "absent": absent, "sequence": sequence,
}  # fmt: skip
