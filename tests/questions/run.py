"""Asks every question of the real NetBox and of the demo NetBox and compares the answers with the truth.

    run.py [--only ID ...] [--netbox real demo] [--json FILE] [--markdown] [--large] [--wrong]

`make questions` runs it on the release program (PROGRAM names another one). A real NetBox that runs already can be named
by TEST_NETBOX_URL and TEST_NETBOX_TOKEN_READONLY; otherwise it is started as the tests do. --large asks the large estate
and the small one and compares what they cost (`make questions-large`). Exits with 1 if an answer is wrong or a goal is
broken.
"""

import argparse
import contextlib
import datetime
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

import asking
import judging
import report
from testing import steps
from testing.processes import Failure
from testing.runner import Run


@dataclass
class NetBox:
    """A NetBox to ask, and the one whose ORM knows the truth about it."""

    name: str
    url: str
    token: str
    root: Path
    python: Path

    def newest_change(self) -> datetime.datetime:
        address = f"{self.url}/api/core/object-changes/?limit=1&fields=time&ordering=-time"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return datetime.datetime.fromisoformat(json.load(answer)["results"][0]["time"])

    def truths(self, only: list[str], like: "NetBox") -> list[dict]:
        """Every question with its truth, from the ORM of `like`, which holds the same estate."""
        ahead = 0.0 if like is self else (self.newest_change() - like.newest_change()).total_seconds()
        command = [like.python, HERE / "truth.py", "--ahead", str(ahead), *(["--only", *only] if only else [])]
        done = subprocess.run(command, env=os.environ | {"NETBOX_ROOT": str(like.root)}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(f"truth.py failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
        return [json.loads(line) for line in done.stdout.splitlines()]


def state(run: Run) -> Path:
    return Path(os.environ.get("TEST_NETBOX_STATE", run.cache / "netbox-test"))


def real(run: Run) -> NetBox:
    if "TEST_NETBOX_URL" in os.environ:
        run.netbox = {name: value for name, value in os.environ.items() if name.startswith("TEST_NETBOX_")}
    else:
        run.step("netbox", steps.netbox)
        if "TEST_NETBOX_URL" not in run.netbox:
            raise Failure("the real NetBox did not start")
    folder = state(run)
    return NetBox("real", run.netbox["TEST_NETBOX_URL"], run.netbox["TEST_NETBOX_TOKEN_READONLY"], folder / "root", python(folder))


def python(folder: Path) -> Path:
    return Path(os.environ.get("TEST_NETBOX_VENV", folder / "venv")) / "bin" / "python"


def large(run: Run) -> NetBox:
    """The large estate, restored or filled (tests/netbox/large/start.sh); stopped at the end if it did not run before."""
    script = ROOT / "tests" / "netbox" / "large" / "start.sh"
    folder = state(run)
    settings = folder / "large" / "settings.env"
    ran = subprocess.run(["bash", script, "--runs"], check=False).returncode == 0
    if subprocess.run(["bash", script], check=False).returncode:
        raise Failure("the large NetBox did not start")
    if not ran:
        run.at_end.append(lambda: subprocess.run(["bash", script.with_name("stop.sh")], check=False, stdout=subprocess.DEVNULL))
    values = dict(line.split("=", 1) for line in settings.read_text().splitlines())
    return NetBox("large", values["TEST_NETBOX_LARGE_URL"], run.netbox["TEST_NETBOX_TOKEN_READONLY"], folder / "large" / "root", python(folder))


@contextlib.contextmanager
def demo(run: Run) -> Iterator[NetBox]:
    with steps.alone(run, "demo-netbox") as (url, token):
        yield NetBox("demo", url, token, Path(), Path())


def asked_of(run: Run, netbox: NetBox, like: NetBox, only: list[str], wrong_only: bool) -> list[report.Result]:
    results = []
    for truth in netbox.truths(only, like):
        if reason := truth.get("beyond", {}).get(netbox.name):
            print(f"{netbox.name:<6}{truth['id']:<28}  not asked: {reason}", flush=True)
            continue
        if reason := truth.get("impossible"):
            result = report.Result(netbox.name, truth["id"], truth["family"], truth["wordings"], [], asking.Asked(), [f"nothing to ask about: {reason}"])
        else:
            asked = asking.ask(run.program, netbox.url, netbox.token, truth["plan"])
            result = report.Result(netbox.name, truth["id"], truth["family"], truth["wordings"], truth["plan"], asked)
            if asked.problem:
                result.wrong = [asked.problem]
            else:
                answer = judging.Answer(asked.texts[-1])
                result.wrong = [reason for demand in truth["expect"] if (reason := judging.wrong(answer, demand))]
        results.append(result)
        if result.wrong or not wrong_only:
            print(result.line(), flush=True)
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", help="only these questions")
    parser.add_argument("--netbox", nargs="*", default=["real", "demo"], choices=["real", "demo"], help="which NetBoxes to ask")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything, the answers too, to this file")
    parser.add_argument("--markdown", action="store_true", help="print the table for the README")
    parser.add_argument("--large", action="store_true", help="ask the large estate, and compare with the small one")
    parser.add_argument("--wrong", action="store_true", help="print only what is wrong")
    arguments = parser.parse_args()
    run = Run()
    run.logs.mkdir(parents=True, exist_ok=True)
    results: list[report.Result] = []
    broken: list[str] = []
    try:
        run.program  # noqa: B018  says at once if it is missing
        truthful = real(run)
        print(report.HEADER, flush=True)
        if arguments.large:
            small = asked_of(run, truthful, truthful, arguments.only, arguments.wrong)
            big = large(run)
            results = asked_of(run, big, big, arguments.only, arguments.wrong)
            broken = report.broken_goals(results, complete=not arguments.only) + report.broken_growth(small, results)
            results = small + results
        else:
            if "real" in arguments.netbox:
                results += asked_of(run, truthful, truthful, arguments.only, arguments.wrong)
            if "demo" in arguments.netbox:
                with demo(run) as netbox:
                    results += asked_of(run, netbox, truthful, arguments.only, arguments.wrong)
            broken = report.broken_goals(results, complete=not arguments.only)
    except Failure as failure:
        broken.append(str(failure))
    finally:
        for function in reversed(run.at_end):
            function()
    if arguments.json:
        arguments.json.write_text(json.dumps([result.as_json() for result in results], indent=1))
    if results:
        print(*report.summary(results), sep="\n")
    if arguments.markdown:
        print(report.markdown(results))
    for line in broken:
        print(f"broken: {line}")
    wrong = len({(result.netbox, result.id) for result in results if result.wrong})
    print(f"{len(results) - wrong} passed, {max(wrong, int(bool(broken)))} failed", flush=True)
    return 1 if broken or not results else 0


if __name__ == "__main__":
    sys.exit(main())
