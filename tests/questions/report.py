"""The table of what was asked, and whether the goals are met."""

from dataclasses import asdict, dataclass, field

from asking import Asked

# Kinds that must be answered by a single call; all others by two.
ONE_CALL = 45
MOST_CALLS = 2
# Bytes that the model reads per question, on average.
READ_ON_AVERAGE = 1000
# Of a large estate: how much more the model may read than of the small one, from which size on that counts for a single
# question, and the memory of ours.
GROWTH = 1.5
GROWTH_COUNTS_FROM = 1000
PEAK = 150_000_000


@dataclass
class Result:
    """A question as it was asked of one NetBox."""

    netbox: str
    id: str
    family: str
    wordings: list[str]
    plan: list[dict]
    asked: Asked
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        asked = self.asked
        verdict = "right" if not self.wrong else "WRONG " + "; ".join(self.wrong)
        return f"{self.netbox:<6}{self.id:<28}{asked.calls:>6}{asked.requests:>9}{asked.read:>9}{asked.received:>11}{asked.seconds:>9.2f}{asked.peak / 1e6:>8.1f}  {verdict}"

    def as_json(self) -> dict:
        return asdict(self) | {"right": not self.wrong}


HEADER = f"{'':<6}{'question':<28}{'calls':>6}{'requests':>9}{'B read':>9}{'B NetBox':>11}{'seconds':>9}{'MB':>8}"


def summary(results: list[Result]) -> list[str]:
    lines = []
    for netbox in dict.fromkeys(result.netbox for result in results):
        mine = [result for result in results if result.netbox == netbox]
        count = len(mine)
        sums = {name: sum(getattr(result.asked, name) for result in mine) for name in ("calls", "requests", "read", "received", "seconds")}
        right = sum(not result.wrong for result in mine)
        lines.append(
            f"{netbox}: {right} of {count} right; per question {sums['calls'] / count:.2f} calls, {sums['requests'] / count:.2f} requests, "
            f"{sums['read'] / count:.0f} bytes read by the model, {sums['received'] / count:.0f} bytes from NetBox, {sums['seconds'] / count:.2f} s; "
            f"peak memory {max(result.asked.peak for result in mine) / 1e6:.1f} MB"
        )
    return lines


def broken_goals(results: list[Result], complete: bool) -> list[str]:
    """What `make questions` promises and does not keep. Averages and counts only hold for all kinds together."""
    broken = []
    for netbox in dict.fromkeys(result.netbox for result in results):
        mine = [result for result in results if result.netbox == netbox]
        wrong = [result.id for result in mine if result.wrong]
        if wrong:
            broken.append(f"{netbox}: {len(wrong)} wrong: {', '.join(wrong)}")
        if long := [result.id for result in mine if len(result.plan) > MOST_CALLS]:
            broken.append(f"{netbox}: more than {MOST_CALLS} calls: {', '.join(long)}")
        if complete:
            single = sum(len(result.plan) == 1 and not result.wrong for result in mine)
            average = sum(result.asked.read for result in mine) / len(mine)
            if single < ONE_CALL:
                broken.append(f"{netbox}: {single} kinds are answered by one call, should be {ONE_CALL}")
            if average > READ_ON_AVERAGE:
                broken.append(f"{netbox}: the model reads {average:.0f} bytes per question, should be at most {READ_ON_AVERAGE}")
    return broken


def broken_growth(small: list[Result], large: list[Result]) -> list[str]:
    """Where the cost of a question grows with the estate."""
    broken, before = [], {result.id: result for result in small}
    pairs = [(before[result.id].asked, result.asked, result.id) for result in large if result.id in before]
    for old, new, name in pairs:
        if new.calls != old.calls:
            broken.append(f"{name}: {new.calls} calls in place of {old.calls}")
        if new.read > GROWTH * old.read and new.read > GROWTH_COUNTS_FROM:
            broken.append(f"{name}: the model reads {new.read} bytes, {new.read / max(old.read, 1):.1f} times {old.read}")
        if new.peak > PEAK:
            broken.append(f"{name}: {new.peak / 1e6:.0f} MB of memory, should be under {PEAK / 1e6:.0f}")
    read = [sum(pair[side].read for pair in pairs) for side in (0, 1)]
    if pairs and read[1] > GROWTH * read[0]:
        broken.append(f"all together: the model reads {read[1]} bytes, {read[1] / max(read[0], 1):.2f} times {read[0]}")
    return broken


def markdown(results: list[Result]) -> str:
    """The table of the README: one row per kind, the numbers of each NetBox beside each other."""
    names = list(dict.fromkeys(result.netbox for result in results))
    kinds: dict[str, dict[str, Result]] = {}
    for result in results:
        kinds.setdefault(result.id, {})[result.netbox] = result
    lines = ["| question | calls | requests | bytes the model reads | bytes from NetBox | right |", "| --- | --: | --: | --: | --: | --- |"]
    for found in kinds.values():
        mine = [found[name] for name in names if name in found]

        def several(values: list) -> str:
            return str(values[0]) if len(set(values)) == 1 else " / ".join(str(value) for value in values)

        right = "yes" if not any(result.wrong for result in mine) else "no: " + ", ".join(result.netbox for result in mine if result.wrong)
        cells = [several([getattr(result.asked, name) for result in mine]) for name in ("calls", "requests", "read", "received")]
        lines.append(f"| {mine[0].wordings[0].replace('|', '/')} | {' | '.join(cells)} | {right} |")
    return "\n".join([*lines, "", *(f"- {line}" for line in summary(results))])
