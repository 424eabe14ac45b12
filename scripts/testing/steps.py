"""The steps of `make test`, in order: what is quick to fail comes first."""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import checks
from .command_line import command_line
from .counts import Counts, cargo_test, plain, playwright
from .processes import Failure, free_port, port_is_free, server
from .runner import ROOT, Run

WASM = "wasm32-unknown-unknown"
HARNESS = ROOT / "tests" / "netbox"
# Nothing is left out because something is not there.
EVERYTHING = {"TEST_EVERYTHING": "1"}
# Tests of the server that bring their databases, of both kinds or of one, whatever `TEST_DATABASE` says.
BRING_THEIR_DATABASES = ("backup", "durable", "full_disk", "processes")
# Browser tests of what is stored, told again and found again.
DEPEND_ON_THE_DATABASE = ("branches", "control", "interference", "resume", "search")


def formatting(run: Run) -> Counts:
    """Rust is formatted, and every script can at least be read by its interpreter."""
    total = run.command("cargo", "fmt", "--check")
    for script in tracked("*.sh", ".ci/run"):
        total += run.command("bash", "-n", script)
    for script in tracked("*.mjs"):
        total += run.command("node", "--check", script)
    compile_only = "import ast, sys; [ast.parse(open(name).read(), name) for name in sys.argv[1:]]"
    total += run.command("python3", "-c", compile_only, *tracked("*.py"))
    return total + run.command("npm", "--silent", "--prefix", "end2end", "run", "check")


def tracked(*patterns: str) -> list[str]:
    """Files of the project, whether it is a clone or an unpacked archive."""
    names = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(set(folders) - {"node_modules", "target", ".git"})
        relative = (Path(folder, file).relative_to(ROOT) for file in sorted(files))
        names += [str(path) for path in relative if any(path.match(pattern) for pattern in patterns)]
    return names


def lint(run: Run) -> Counts:
    """Each build on its own: they never share a feature set. What both share compiles without either."""
    shared = run.command("cargo", "check", "--locked", "--no-default-features", "--lib")
    server_side = run.command("cargo", "clippy", "--locked", "--features", "ssr", "--all-targets", "--", "-D", "warnings")
    browser_side = run.command("cargo", "clippy", "--locked", "--features", "hydrate", "--target", WASM, "--lib", "--", "-D", "warnings")
    documentation = run.command("cargo", "doc", "--locked", "--features", "ssr", "--no-deps", "--lib", environment={"RUSTDOCFLAGS": "-D warnings"})
    return shared + server_side + browser_side + documentation


def build(run: Run) -> Counts:
    counts = run.command("scripts/build.sh")
    size = run.program.stat().st_size / 1_000_000
    return counts + Counts(note=f"{size:.1f} MB")


def netbox(run: Run) -> Counts:
    """The real NetBox, filled with the demo's estate; left alone at the end if it ran before."""
    estate = run.logs / "estate.jsonl"
    with estate.open("w") as output:
        if subprocess.run([run.program, "demo-netbox", "--export"], stdout=output, check=False).returncode:
            raise Failure("'netbox-chatbox demo-netbox --export' failed")
    state = Path(os.environ.get("TEST_NETBOX_STATE", run.cache / "netbox-test"))
    ports = netbox_ports(state)
    # What tests of an earlier run changed would not agree with the demo any more. One that runs is left as it is.
    fresh = {"TEST_NETBOX_FRESH": "1"} if ports else {}
    counts = run.command("bash", HARNESS / "start.sh", estate, environment=ports | fresh, timeout=1800)
    if counts.failed:
        return counts
    if ports:
        run.at_end.append(lambda: subprocess.run(["bash", HARNESS / "stop.sh"], env=os.environ | ports, stdout=subprocess.DEVNULL, check=False))
    for line in (state / "tokens.env").read_text().splitlines():
        name, _, value = line.partition("=")
        run.netbox[name] = value
    # Our own databases stand beside NetBox's: each test makes one and drops it.
    postgres = ports.get("TEST_NETBOX_POSTGRES_PORT") or os.environ.get("TEST_NETBOX_POSTGRES_PORT", "55432")
    run.netbox["TEST_POSTGRES_URL"] = f"postgres://netbox:netbox@127.0.0.1:{postgres}/postgres"
    if ports:
        run.netbox["TEST_NETBOX_URL"] = f"http://127.0.0.1:{ports['TEST_NETBOX_HTTP_PORT']}"
    return counts + hostile_netbox(run, ports, state)


def hostile_netbox(run: Run, ports: dict[str, str], state: Path) -> Counts:
    """A second one beside it, with hostile texts in every kind of field; always ended, since only tests look at it."""
    estate = run.logs / "hostile.jsonl"
    with estate.open("w") as output:
        if subprocess.run([run.program, "demo-netbox", "--plant", ROOT / "tests" / "hostile" / "fields.json", "--export"], stdout=output, check=False).returncode:
            raise Failure("'netbox-chatbox demo-netbox --plant --export' failed")
    port = int(os.environ.get("TEST_NETBOX_HOSTILE_HTTP_PORT", 18002))
    ports = ports | {"TEST_NETBOX_HOSTILE_HTTP_PORT": str(port if port_is_free(port) else free_port())}
    stop = ["bash", HARNESS / "hostile" / "stop.sh"]
    subprocess.run(stop, env=os.environ | ports, stdout=subprocess.DEVNULL, check=False)
    counts = run.command("bash", HARNESS / "hostile" / "start.sh", estate, environment=ports, timeout=900)
    run.at_end.append(lambda: subprocess.run(stop, env=os.environ | ports, stdout=subprocess.DEVNULL, check=False))
    settings = state / "hostile" / "settings.env"
    if not counts.failed and settings.exists():
        name, _, value = settings.read_text().strip().partition("=")
        run.netbox[name] = value
    return counts


def netbox_ports(state: Path) -> dict[str, str]:
    """Settings for a NetBox that has yet to be started; none for one that this harness runs already."""
    pid = state / "run" / "gunicorn.pid"
    if pid.exists() and Path("/proc", pid.read_text().split()[0]).exists():
        return {}
    usual = {"TEST_NETBOX_HTTP_PORT": 18000, "TEST_NETBOX_POSTGRES_PORT": 55432, "TEST_NETBOX_REDIS_PORT": 56379}
    chosen = {name: int(os.environ.get(name, port)) for name, port in usual.items()}
    return {name: str(port if port_is_free(port) else free_port()) for name, port in chosen.items()}


def rust(run: Run) -> Counts:
    """Unit, property and integration tests of the server's build. Those that need the real NetBox fail without it. The
    whole server is tested over a SQLite file and once more over PostgreSQL, but for what brings both databases itself."""
    command = ("cargo", "test", "--locked", "--features", "ssr")
    environment = run.netbox | EVERYTHING
    # Most of them wait for each other's servers. Faults have their times, and as many at once as there are processors.
    side_by_side = environment | {"RUST_TEST_THREADS": str(2 * (os.cpu_count() or 1))}
    names = sorted(main.parent.name for main in (ROOT / "tests").glob("*/main.rs"))
    tests = [argument for name in names if name != "faults" for argument in ("--test", name)]
    total = run.command(*command, "--no-fail-fast", "--lib", "--bins", *tests, count=cargo_test, environment=side_by_side | {"TEST_DATABASE": "sqlite"})
    total += run.command(*command, "--test", "faults", count=cargo_test, environment=environment)
    skipped = (argument for module in BRING_THEIR_DATABASES for argument in ("--skip", f"{module}::"))
    return total + run.command(*command, "--test", "server", "--", *skipped, count=cargo_test, environment=side_by_side | {"TEST_DATABASE": "postgres"})


def soak(run: Run) -> Counts:
    """The release program among faults and kills, for long; the figures are printed."""
    settings = {"FAULT_KILLS": "300", "FAULT_RESTARTS": "10", "FAULT_CELLS": "all"}
    environment = run.netbox | EVERYTHING | settings | {name: os.environ[name] for name in settings if name in os.environ}
    command = ("cargo", "test", "--locked", "--features", "ssr", "--test", "faults", "--", "--nocapture", "--test-threads", "1")
    counts = run.command(*command, count=cargo_test, environment=environment | {"PROGRAM": str(run.program)}, timeout=4 * 3600)
    for line in run.log.read_text(errors="replace").splitlines():
        if line.startswith("| ") or "FAULT_SEED=" in line:
            print(f"    {line}", flush=True)
    return counts


def clients(run: Run) -> Counts:
    """The official clients read the embedded servers, each alone on a port; pynetbox the real NetBox too, as a control."""
    python = run.cache / "clients" / "bin" / "python"
    scripts = ROOT / "tests" / "clients"
    with alone(run, "demo-model", "--faults") as (url, _):
        total = run.command(python, scripts / "anthropic_client.py", url, count=plain, timeout=300)
    with alone(run, "demo-netbox") as (url, token):
        total += run.command(python, scripts / "pynetbox_client.py", url, count=plain, timeout=300, environment={"NETBOX_TOKEN": token})
    if run.netbox:
        token = run.netbox["TEST_NETBOX_TOKEN_READONLY"]
        total += run.command(python, scripts / "pynetbox_client.py", run.netbox["TEST_NETBOX_URL"], count=plain, timeout=300, environment={"NETBOX_TOKEN": token})
    return total


@contextlib.contextmanager
def alone(run: Run, command: str, *options: str) -> Iterator[tuple[str, str]]:
    """One of the embedded servers on a port of its own: its address, and the NetBox token that it says to use."""
    url = f"http://127.0.0.1:{free_port()}"
    log = run.logs / f"{command}.log"
    with server([str(run.program), command, *options, "--listen", url.removeprefix("http://")], f"{url}/", log):
        token = re.search(r"nbt_\w+\.\w+", log.read_text())
        yield url, token.group(0) if token else ""


def compare(run: Run) -> Counts:
    """The demo NetBox and the real one give the same answers to the same requests."""
    if not run.netbox:
        raise Failure("the real NetBox does not run: the step 'netbox' has to succeed first")
    python = run.cache / "clients" / "bin" / "python"
    real = (run.netbox["TEST_NETBOX_URL"], run.netbox["TEST_NETBOX_TOKEN_READONLY"])
    with alone(run, "demo-netbox") as demo:
        return run.command(python, HARNESS / "compare.py", *real, *demo, count=plain, timeout=900)


def questions(run: Run) -> Counts:
    """What network people ask, of the real NetBox and the demo, compared with the truth that NetBox's own ORM tells."""
    if not run.netbox:
        raise Failure("the real NetBox does not run: the step 'netbox' has to succeed first")
    folder = ROOT / "tests" / "questions"
    total = run.command("python3", folder / "test_judging.py")
    return total + run.command("python3", folder / "run.py", "--wrong", count=plain, timeout=1800, environment={"PROGRAM": str(run.program)} | run.netbox)


def program(run: Run) -> Counts:
    """What the release program promises about itself."""
    total = Counts()
    for check in (checks.features, checks.first_load, checks.stands_alone, checks.memory, checks.start):
        try:
            total += check(run)
        except Failure as failure:
            total += Counts(failed=1, note=f"{check.__name__}: {failure}")
    return total


def browser(run: Run) -> Counts:
    """Playwright against the release program over SQLite files; it starts its own servers (end2end/servers.ts)."""
    return in_browser(run, "sqlite")


def browser_postgres(run: Run) -> Counts:
    """What of it depends on the database, over PostgreSQL."""
    if not run.netbox:
        raise Failure("PostgreSQL does not run: the step 'netbox' has to succeed first")
    return in_browser(run, "postgres", *(f"tests/{name}.spec.ts" for name in DEPEND_ON_THE_DATABASE))


def in_browser(run: Run, database: str, *specifications: str) -> Counts:
    report = run.logs / f"browser-{database}.json"
    report.unlink(missing_ok=True)
    environment = {"PROGRAM": str(run.program), "PLAYWRIGHT_JSON_OUTPUT_NAME": str(report), "TEST_DATABASE": database} | run.netbox
    counts = run.command("npx", "playwright", "test", "--reporter=list,json", *specifications, folder=ROOT / "end2end", environment=environment, timeout=1800)
    return playwright(report) if report.exists() else counts


ALL = {
    "format": formatting,
    "lint": lint,
    "build": build,
    "program": program,
    "netbox": netbox,
    # Before what changes the real NetBox and fills its change log.
    "clients": clients,
    "compare": compare,
    "questions": questions,
    "commands": command_line,
    "rust": rust,
    "browser": browser,
    "browser-postgres": browser_postgres,
}
# What takes too long for every day, and has a command of its own.
LONG = {"soak": soak}
# What a step needs when it is asked for alone.
NEEDS = {"rust": ["netbox"], "compare": ["netbox"], "questions": ["netbox"], "commands": ["netbox"], "browser-postgres": ["netbox"], "soak": ["build", "netbox"]}
