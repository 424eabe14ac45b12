"""What the commands print: a question asked in the terminal, of the demo and of the real NetBox; help; health."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable

from .counts import Counts
from .processes import Failure, get
from .runner import ROOT, Run

QUESTION = "How many sites do we have?"


def call(run: Run, *arguments: str, settings: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    """The program with nothing in its environment but `settings`, in a folder without `.env`."""
    environment = {"PATH": os.environ["PATH"], **(settings or {})}
    done = subprocess.run([run.program, *arguments], capture_output=True, text=True, timeout=60, env=environment, cwd=tempfile.gettempdir(), check=False)
    with run.log.open("a") as log:
        print("$ netbox-chatbox", *arguments, file=log)
        print(done.stdout, done.stderr, f"exit code {done.returncode}\n", sep="\n", file=log)
    return done


def command_line(run: Run) -> Counts:
    checks: list[tuple[str, Callable[[], None]]] = [
        ("ask, demo", lambda: answers(call(run, "ask", QUESTION), estate_sites(run))),
        ("ask --json", lambda: frames(call(run, "ask", "--json", QUESTION))),
        ("wrong settings", lambda: refused(run)),
        ("NetBox that is not there", lambda: unreachable(run)),
        ("unknown command", lambda: unknown(call(run, "no-such-command"))),
        ("completions", lambda: holds(call(run, "completions", "bash"), "complete")),
        ("settings are documented", lambda: documented(run)),
    ]
    if run.netbox:
        for name in ("TEST_NETBOX_TOKEN_V1", "TEST_NETBOX_TOKEN_READONLY"):
            checks.append((f"ask, real NetBox, {name}", lambda name=name: asked_of_real(run, name)))
    failed = []
    for name, check in checks:
        try:
            check()
        except (AssertionError, Failure, ValueError, subprocess.TimeoutExpired) as error:
            failed.append(f"{name}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
    with run.log.open("a") as log:
        print(*failed, sep="\n", file=log)
    return Counts(len(checks) - len(failed), len(failed), "; ".join(failed))


def estate_sites(run: Run) -> int:
    """Sites in the exported estate: what the demo holds."""
    lines = call(run, "demo-netbox", "--export").stdout.splitlines()
    return sum(json.loads(line).get("type") == "dcim.site" for line in lines)


def answers(done: subprocess.CompletedProcess, number: int) -> None:
    assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr}"
    assert number > 0 and re.search(rf"\b{number}\b", done.stdout), f"{number} is not in the answer"


def frames(done: subprocess.CompletedProcess) -> None:
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows and all("type" in row for row in rows), "not one event a line"
    assert [row for row in rows if row.get("completed")] == rows[-1:], "not exactly the last event is completed"


def refused(run: Run) -> None:
    """All that is wrong is told at once, each with a hint, and no secret is."""
    settings = {"NETBOX_URL": "ftp://netbox", "NETBOX_TOKEN": "swordfish", "LISTEN": "nowhere", "CORS_ORIGINS": "*"}
    done = call(run, "serve", settings=settings)
    assert done.returncode != 0, "it started"
    for name in ("NETBOX_URL", "LISTEN", "CORS_ORIGINS"):
        assert name in done.stderr, f"{name} is not named"
    assert done.stderr.count("hint:") >= 3, "hints are missing"
    assert "swordfish" not in done.stdout + done.stderr, "the token is printed"


def unreachable(run: Run) -> None:
    done = call(run, "ask", QUESTION, settings={"NETBOX_URL": "http://127.0.0.1:9", "NETBOX_TOKEN": "0" * 40})
    assert "panicked" not in done.stderr, "it panicked"
    assert re.search(r"reach|connect", done.stdout + done.stderr, re.IGNORECASE), "it does not say that NetBox was not reached"


def unknown(done: subprocess.CompletedProcess) -> None:
    assert done.returncode == 2 and "no-such-command" in done.stderr, f"exit code {done.returncode}"


def holds(done: subprocess.CompletedProcess, text: str) -> None:
    assert done.returncode == 0 and text in done.stdout, f"exit code {done.returncode}, '{text}' expected"


def documented(run: Run) -> None:
    """Every setting of `serve --help` is in .env.example, and no other."""
    told = set(re.findall(r"\[env:\s+(\w+)", call(run, "serve", "--help").stdout))
    written = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert told == written, f"only in --help: {sorted(told - written)}, only in .env.example: {sorted(written - told)}"


def asked_of_real(run: Run, token: str) -> None:
    url = run.netbox["TEST_NETBOX_URL"]
    _, _, body = get(f"{url}/api/dcim/sites/?limit=1", {"Authorization": f"Bearer {run.netbox['TEST_NETBOX_TOKEN']}"}, timeout=30)
    answers(call(run, "ask", QUESTION, settings={"NETBOX_URL": url, "NETBOX_TOKEN": run.netbox[token]}), json.loads(body)["count"])
