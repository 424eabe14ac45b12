"""Asks our tools as the model would: `netbox-chatbox tool call -`, one session per question."""

import json
import os
import selectors
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

# Seconds after which an answer does not come any more.
PATIENCE = 120


@dataclass
class Asked:
    """What one question cost, and its last answer."""

    texts: list[str] = field(default_factory=list)
    calls: int = 0
    requests: int = 0
    read: int = 0
    received: int = 0
    seconds: float = 0.0
    peak: int = 0
    urls: list[str] = field(default_factory=list)
    problem: str | None = None


class Session:
    """One run of the program; handles live on from call to call."""

    def __init__(self, program: Path, url: str, token: str):
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ}
        environment |= {"NETBOX_URL": url, "NETBOX_TOKEN": token, "TZ": "UTC"}
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [program, "tool", "call", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env=environment, cwd=tempfile.gettempdir(),
        )  # fmt: skip

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def call(self, name: str, arguments: dict) -> dict:
        """The program's line for one call."""
        try:
            self.process.stdin.write(json.dumps({"name": name, "input": arguments}) + "\n")
            self.process.stdin.flush()
            with selectors.DefaultSelector() as waiting:
                waiting.register(self.process.stdout, selectors.EVENT_READ)
                if not waiting.select(PATIENCE):
                    raise TimeoutError(f"no answer within {PATIENCE} s")
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.errors.seek(0)
            raise RuntimeError(f"the program ended: {self.errors.read().strip()[-300:] or 'it said nothing'}")
        return json.loads(line)


def ask(program: Path, url: str, token: str, plan: list[dict]) -> Asked:
    asked = Asked()
    try:
        with Session(program, url, token) as session:
            for step in plan:
                begin = time.monotonic()
                answer = session.call(step["name"], step["input"])
                asked.seconds += time.monotonic() - begin
                outcome = answer.get("outcome") or {}
                text = answer.get("model_text") or ""
                asked.calls += 1
                asked.texts.append(text)
                asked.read += len(text.encode())
                asked.peak = max(asked.peak, answer.get("peak_memory_bytes") or 0)
                for request in outcome.get("requests") or []:
                    asked.requests += 1
                    asked.received += request.get("bytes") or 0
                    asked.urls.append(f"{request.get('method', 'GET')} {request.get('url')} {request.get('status')}")
                if outcome.get("is_error"):
                    asked.problem = f"call {asked.calls} failed: {' '.join(text.split())[:300]}"
                    break
    except (RuntimeError, TimeoutError, ValueError) as error:
        asked.problem = str(error)
    return asked
