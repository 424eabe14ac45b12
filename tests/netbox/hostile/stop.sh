#!/usr/bin/env bash
# Stops only the hostile NetBox's own daemon. Its database stays; --wipe removes it too.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
stop "the hostile NetBox" "$state/hostile/gunicorn.pid" gunicorn QUIT
if [ "${1:-}" = --wipe ]; then
  sql postgres -c 'DROP DATABASE IF EXISTS netbox_hostile WITH (FORCE)'
  rm -rf "$state/hostile"
fi
