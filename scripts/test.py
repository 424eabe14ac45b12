"""Runs the tests: all of them, or the steps that are named (`soak` only where it is). Usage: test.py [STEP...]

Ends with a line `N passed, N failed` and a matching exit code. Logs are in target/test-logs.
"""

import shutil
import sys

from testing import steps
from testing.runner import Run


def main() -> int:
    wanted = sys.argv[1:] or list(steps.ALL)
    every = steps.ALL | steps.LONG
    unknown = [name for name in wanted if name not in every]
    if unknown:
        print(f"error: there is no step {', '.join(unknown)}\n hint: the steps are {', '.join(every)}", file=sys.stderr)
        return 2
    wanted = [name for name in every if name in wanted or any(name in steps.NEEDS.get(other, []) for other in wanted)]
    run = Run()
    shutil.rmtree(run.logs, ignore_errors=True)
    run.logs.mkdir(parents=True)
    try:
        for name in wanted:
            run.step(name, every[name])
    finally:
        code = run.finish()
    return code


if __name__ == "__main__":
    sys.exit(main())
