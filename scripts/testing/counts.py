"""How many tests passed and failed, read from what each tool prints."""

import json
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Counts:
    """The tests of one step; `note` is what a person should know besides (a size, a time)."""

    passed: int = 0
    failed: int = 0
    note: str = ""

    def __add__(self, other: "Counts") -> "Counts":
        note = "; ".join(part for part in (self.note, other.note) if part)
        return Counts(self.passed + other.passed, self.failed + other.failed, note)


def whole(text: str) -> Counts:
    """A tool that only succeeds or fails: one test."""
    return Counts(passed=1)


def cargo_test(text: str) -> Counts:
    """`test result: ok. 12 passed; 0 failed; 1 ignored; ...`, once for each test binary. An ignored test is a failed one:
    nothing is switched off quietly."""
    found = re.findall(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored", text, re.MULTILINE)
    ignored = sum(int(row[2]) for row in found)
    note = f"{ignored} ignored" if ignored else ""
    return Counts(sum(int(row[0]) for row in found), sum(int(row[1]) for row in found) + ignored, note)


def plain(text: str) -> Counts:
    """`12 passed, 0 failed` on a line of its own; the last such line counts."""
    found = re.findall(r"^(?:\w+: )?(\d+) passed, (\d+) failed", text, re.MULTILINE)
    return Counts(int(found[-1][0]), int(found[-1][1])) if found else Counts()


def playwright(report: Path) -> Counts:
    """Playwright's JSON report. A test that passed only when tried again is a failed one; one that does not apply to
    a profile (`test.skip` on the phone) counts for neither."""
    statistics = json.loads(report.read_text())["stats"]
    note = f"{statistics['flaky']} flaky" if statistics["flaky"] else ""
    return Counts(statistics["expected"], statistics["unexpected"] + statistics["flaky"], note)
