"""Runs the steps one after the other, each with its own log; a failing one hides none of the rest."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .counts import Counts, whole
from .failures import told
from .processes import Failure, end

ROOT = Path(__file__).resolve().parents[2]
# Lines of a failing step's log that are printed.
TAIL = 60
# Seconds between two signs of life of a long step.
SIGN_OF_LIFE = 60


def setting(name: str, default: Path) -> Path:
    return Path(os.path.abspath(ROOT / os.environ.get(name, default)))


@dataclass
class Run:
    """Where things are, and what steps hand on to later ones."""

    target: Path = field(default_factory=lambda: setting("CARGO_TARGET_DIR", ROOT / "target"))
    cache: Path = field(
        default_factory=lambda: setting(
            "NETBOX_CHATBOX_CACHE", Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "netbox-chatbox"
        )
    )
    logs: Path = field(default_factory=lambda: ROOT / "target" / "test-logs")
    # TEST_NETBOX_URL and TEST_NETBOX_TOKEN_* once the real NetBox runs.
    netbox: dict[str, str] = field(default_factory=dict)
    log: Path = Path("/dev/null")
    results: list[tuple[str, Counts, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    at_end: list[Callable[[], None]] = field(default_factory=list)

    @property
    def program(self) -> Path:
        """The release binary, or the one that PROGRAM names."""
        program = setting("PROGRAM", self.target / "release" / "netbox-chatbox")
        if not program.exists():
            raise Failure(f"there is no {program}: the step 'build' has to succeed first")
        return program

    def command(self, *arguments: str | Path, count: Callable[[str], Counts] = whole, timeout: float = 3600, environment: dict[str, str] | None = None, folder: Path = ROOT) -> Counts:
        """Runs a command into the step's log and counts its tests. Failing without a failed test is one failure."""
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a") as output:
            print("$", *arguments, file=output, flush=True)
            process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder, env=os.environ | (environment or {}), start_new_session=True)
        code = self._wait(process, timeout)
        with self.log.open(errors="replace") as text:
            text.seek(begin)
            counts = count(text.read())
        if code == 0:
            return counts
        return Counts(0 if count is whole else counts.passed, max(counts.failed, 1), counts.note)

    def _wait(self, process: subprocess.Popen, timeout: float) -> int:
        begin = time.monotonic()
        try:
            while (waited := time.monotonic() - begin) < timeout:
                try:
                    return process.wait(SIGN_OF_LIFE)
                except subprocess.TimeoutExpired:
                    print(f"    ... {waited + SIGN_OF_LIFE:.0f} s: {last_line(self.log)[:100]}", flush=True)
        finally:
            if process.poll() is None:
                end(process)
        raise Failure(f"'{process.args[0]}' did not end within {timeout:.0f} s")

    def step(self, name: str, function: Callable[["Run"], Counts]) -> None:
        self.log = self.logs / f"{len(self.results) + 1:02}-{name.replace(' ', '-')}.log"
        print(f"==> {name}", flush=True)
        begin = time.monotonic()
        try:
            counts = function(self)
            if counts.passed + counts.failed == 0:
                raise Failure("it ran no test")
        except Failure as failure:
            counts = Counts(failed=1, note=str(failure))
        except OSError as error:
            counts = Counts(failed=1, note=f"{type(error).__name__}: {error}")
        seconds = time.monotonic() - begin
        self.results.append((name, counts, seconds))
        if counts.failed and self.log.exists():
            lines = self.log.read_text(errors="replace").splitlines()
            self.failures += [f"{name}: {line}" for line in told(lines)]
            print("\n".join(f"    | {line}" for line in lines[-TAIL:]))
            print(f"    the whole log: {self.log}")
        print(f"    {summary(counts)} in {duration(seconds)}", flush=True)

    def finish(self) -> int:
        """Ends what was started, prints the sum, and returns the exit code."""
        for function in reversed(self.at_end):
            function()
        total = sum((Counts(counts.passed, counts.failed) for _, counts, _ in self.results), Counts())
        print("\nStep                      passed  failed      time")
        for name, counts, seconds in self.results:
            print(f"{name:<24}{counts.passed:>8}{counts.failed:>8}{duration(seconds):>14}  {counts.note}".rstrip())
        print(f"{'':<24}{'':>8}{'':>8}{duration(sum(seconds for *_, seconds in self.results)):>14}\n")
        if self.failures:
            print("What failed, by its step:", *self.failures, sep="\n  ", end="\n\n")
        print(f"{total.passed} passed, {total.failed} failed", flush=True)
        return 1 if total.failed or not total.passed else 0


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def summary(counts: Counts) -> str:
    note = f" ({counts.note})" if counts.note else ""
    return f"{counts.passed} passed, {counts.failed} failed{note}"


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return lines[-1] if lines else ""


def note(text: str) -> None:
    print(f"    {text}", file=sys.stderr, flush=True)
