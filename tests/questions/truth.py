"""Prints every question with its plan and its truth, one JSON object a line, computed by the ORM of a real NetBox.

    truth.py [--ahead SECONDS] [--only ID ...]

NETBOX_ROOT must be set and the interpreter be the NetBox's own; run.py does both. --ahead says how much later the recent
times (change log, journal) of the NetBox that will be asked are than this one's, so that "yesterday" means the same rows.
A question that finds nothing to ask about in this estate is printed with the reason.
"""

import argparse
import json
import os
import sys
import time

sys.dont_write_bytecode = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import django

django.setup()

from django.db import connection

import kinds
from kinds import moments


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ahead", type=float, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    moments.AHEAD = arguments.ahead
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    for kind in kinds.every():
        if arguments.only and kind.id not in arguments.only:
            continue
        line = {"id": kind.id, "family": kind.family}
        begin = time.monotonic()
        try:
            case = kind.choose()
            line |= {"wordings": [wording.format(**case.parameters) for wording in kind.wordings], "plan": case.plan, "expect": case.expect, "beyond": case.beyond}
        except Exception as error:  # told per question, so that one does not hide the others
            line |= {"wordings": list(kind.wordings), "impossible": f"{type(error).__name__}: {error}"}
        line["truth_seconds"] = round(time.monotonic() - begin, 3)
        print(json.dumps(line), flush=True)


main()
