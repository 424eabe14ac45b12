"""What failed and what was said about it, found in a step's log: repeated at the end of a run, where whoever sees only the
end of the output finds it."""

import re

# Lines that name what failed, as Cargo's test harness and our own scripts write them.
NAMES = re.compile(r"^test .+ \.\.\. FAILED$|^(FAILED|WRONG|error)\b")
# Lines after which it is said why: a panic of Rust's, and a failed test in Playwright's list at the end.
EXPLAINS = re.compile(r"^thread .+ panicked at |^  \d+\) \[")
# Lines at which that ends.
ENDS = re.compile(r"^(test |---- |thread |stack backtrace|note: run with|failures:|  \d+\) \[|\s+attachment #)")
# How many failures of a step are told, and how much of an explanation: its beginning and its end, in characters.
MOST = 20
BEGINNING, END = 700, 500
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def told(log: list[str]) -> list[str]:
    """The failures that this log names, each with what was said about it, on one line or a few."""
    lines = [COLOURS.sub("", line) for line in log]
    found = []
    for number, line in enumerate(lines):
        if EXPLAINS.search(line):
            found.append(f"{line.strip()}{explanation(lines[number + 1 :])}")
        elif NAMES.search(line):
            found.append(line.strip())
    return list(dict.fromkeys(found))[:MOST]


def explanation(lines: list[str]) -> str:
    """What these lines say up to where something else begins, indented; the middle of a long text is left out."""
    said = []
    for line in lines:
        if ENDS.search(line):
            break
        if line.strip():
            said.append(f"\n      {line.strip()}")
    text = "".join(said)
    return text if len(text) <= BEGINNING + END else f"{text[:BEGINNING]}\n      ...{text[-END:]}"
