"""What is measured on the release program: what the first load costs, memory, the start, that it stands alone."""

import contextlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from .counts import Counts
from .processes import Failure, end, free_port, get, server
from .runner import ROOT, Run

FIRST_LOAD_BYTES = 400_000
# With the demo NetBox in the same process, which writes its OpenAPI document, ours, which reads it, and the database.
MEMORY_KIBIBYTES = 48 * 1024
START_MILLISECONDS = 300
STARTS = 7

# Crates of the server's that must not reach the browser. tokio itself is a dependency of some shared crates' `sync`.
SERVER_CRATES = {"axum", "clap", "hyper", "mio", "reqwest", "ring", "rust-embed", "rustls", "socket2", "sqlx", "tower-http"}


def features(run: Run) -> Counts:
    """No server crate is in the browser's build, and none of our browser crates in the server's (leptos_router itself
    brings gloo-net)."""
    failed = []
    for features, target, forbidden in (
        ("hydrate", ["--target", "wasm32-unknown-unknown"], SERVER_CRATES),
        ("ssr", [], {"gloo-timers", "console_error_panic_hook"}),
    ):
        command = ["cargo", "tree", "--locked", "--no-default-features", "--features", features, "-e", "normal", "--prefix", "none", "-f", "{p}", *target]
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if listing.returncode:
            raise Failure(f"cargo tree failed: {listing.stderr.strip()}")
        found = {line.split()[0] for line in listing.stdout.splitlines() if line}
        with run.log.open("a") as log:
            print("$", *command, *sorted(found), sep="\n  ", file=log)
            if leaked := sorted(found & forbidden):
                failed.append(f"{features}: {', '.join(leaked)}")
                print("leaked:", leaked, file=log)
    return Counts(2 - len(failed), len(failed), "; ".join(failed))


def serving(run: Run, program: Path, port: int, folder: Path | None = None):
    """The demo, started as a stranger would: nothing configured, nothing in the environment."""
    home = folder or Path(tempfile.gettempdir())
    environment = {"PATH": "/nowhere", "HOME": str(home)}
    return server([str(program), "serve", "--demo", "--listen", f"127.0.0.1:{port}"], f"http://127.0.0.1:{port}/health", run.log, environment, home)


def first_load(run: Run) -> Counts:
    """Every byte the first load of the page needs, as it goes over the wire to a browser that takes Brotli."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with serving(run, run.program, port):
        _, _, page = get(f"{origin}/")
        addresses = set(re.findall(r"""["'(]((?:/pkg)?/[\w./-]+\.(?:js|wasm|css|svg|ico|png|webmanifest)(?:\?[\w=.&-]*)?)["')]""", page.decode()))
        if not any(".wasm" in address for address in addresses):
            raise Failure("the page names no WebAssembly file")
        sizes = {}
        for address in ["/", *sorted(addresses)]:
            status, headers, body = get(origin + address, {"Accept-Encoding": "br, gzip"})
            if status != 200:
                raise Failure(f"{address} answers {status}")
            sizes[address] = (len(body), headers.get("content-encoding", "plain"))
    total = sum(size for size, _ in sizes.values())
    with run.log.open("a") as log:
        for address, (size, encoding) in sorted(sizes.items(), key=lambda row: -row[1][0]):
            print(f"{size:>9} {encoding:<6} {address}", file=log)
    large_and_plain = [address for address, (size, encoding) in sizes.items() if encoding != "br" and size > 20_000]
    checks = [total <= FIRST_LOAD_BYTES, not large_and_plain]
    note = f"{total / 1000:.0f} of {FIRST_LOAD_BYTES / 1000:.0f} kB" + (f"; not Brotli: {large_and_plain}" if large_and_plain else "")
    return Counts(sum(checks), len(checks) - sum(checks), note)


def stands_alone(run: Run) -> Counts:
    """The binary alone in an empty folder serves the whole page, and health is what is promised."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = Path(shutil.copy(run.program, folder))
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        problems = []
        with serving(run, program, port, folder):
            _, _, health = get(f"{origin}/health")
            health = json.loads(health)
            if (health.get("status"), health.get("service")) != ("healthy", "netbox-chatbox-api") or not health.get("version"):
                problems.append(f"/health says {health}")
            status, headers, page = get(f"{origin}/")
            if status != 200 or b"<textarea" not in page:
                problems.append(f"/ answers {status} without a composer")
            if "content-security-policy" not in headers:
                problems.append("/ has no content security policy")
            for extension in ("js", "wasm", "css"):
                address = re.search(rf"/pkg/[\w.-]+\.{extension}(\?[\w=.&-]*)?", page.decode())
                if not address or get(origin + address.group(0))[0] != 200:
                    problems.append(f"no {extension} is served")
        # The folder is its home too: there it keeps what has to outlive it, and nothing else.
        kept = folder / ".local" / "share" / "netbox-chatbox"
        left = [str(entry.relative_to(folder)) for entry in folder.rglob("*") if entry != program and entry not in kept.parents and entry != kept and kept not in entry.parents]
        if left:
            problems.append(f"it left {left} in its folder")
    with run.log.open("a") as log:
        print(*problems, sep="\n", file=log)
    return Counts(7 - min(len(problems), 7), len(problems), "; ".join(problems))


def memory(run: Run) -> Counts:
    """Resident memory after the start with the demo, and after the first page."""
    port = free_port()
    with serving(run, run.program, port) as process:
        time.sleep(0.5)
        started = resident(process.pid)
        get(f"http://127.0.0.1:{port}/")
        served = resident(process.pid)
    note = f"{started / 1024:.1f} MiB after the start, {served / 1024:.1f} MiB after the first page, at most {MEMORY_KIBIBYTES // 1024}"
    fits = started <= MEMORY_KIBIBYTES
    return Counts(int(fits), int(not fits), note)


def resident(pid: int) -> int:
    """KiB, from ps, which is there on every Unix."""
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout)


def start(run: Run) -> Counts:
    """From starting the process to the first byte of the page: the best of several, since the machine is shared."""
    times = sorted(start_once(run) for _ in range(STARTS))
    fits = times[0] < START_MILLISECONDS
    note = f"best {times[0]:.0f} ms, median {statistics.median(times):.0f} ms, at most {START_MILLISECONDS}"
    return Counts(int(fits), int(not fits), note)


def start_once(run: Run) -> float:
    port = free_port()
    # A home of its own each time: making the database is part of a first start.
    home = tempfile.mkdtemp()
    begin = time.perf_counter()
    process = subprocess.Popen(
        [str(run.program), "serve", "--demo", "--listen", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": home}, start_new_session=True,
    )  # fmt: skip
    try:
        while time.perf_counter() - begin < 10:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
                if connection.recv(1):
                    return (time.perf_counter() - begin) * 1000
            time.sleep(0.001)
        raise Failure("the server did not answer within 10 s of its start")
    finally:
        end(process)
        shutil.rmtree(home, ignore_errors=True)
