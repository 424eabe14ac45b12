"""Programs that the tests start: each in a session of its own, on a port that was free, ended when its step is."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path


class Failure(Exception):
    """What went wrong, as a sentence for the person who reads the summary."""


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    """A port that nothing listens on now. Another program could take it before ours does; then ours says so."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url: str, headers: dict[str, str] | None = None, timeout: float = 10) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case) and body, undecoded; an answer that says no is an answer."""
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def end(process: subprocess.Popen) -> None:
    """Ends the process and what it started: asks first, and after ten seconds does not ask any more."""
    for reason in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, reason)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


@contextlib.contextmanager
def server(command: list[str], url: str, log: Path, environment: dict[str, str] | None = None, folder: Path | None = None) -> Iterator[subprocess.Popen]:
    """Runs `command` until the block ends; the block begins when `url` answers."""
    with log.open("a") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment, cwd=folder, start_new_session=True)
    try:
        wait_for(url, process)
        yield process
    finally:
        end(process)


def wait_for(url: str, process: subprocess.Popen, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"'{process.args[0]}' ended with code {process.returncode} before {url} answered")
        with contextlib.suppress(OSError):
            get(url, timeout=2)
            return
        time.sleep(0.02)
    raise Failure(f"{url} did not answer within {seconds:.0f} s")
