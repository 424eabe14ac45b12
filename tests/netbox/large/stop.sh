#!/usr/bin/env bash
# Stops only the large NetBox's own daemon. Its database and dump stay; --wipe removes them.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
stop "the large NetBox" "$state/large/gunicorn.pid" gunicorn QUIT
if [ "${1:-}" = --wipe ]; then
  sql postgres -c 'DROP DATABASE IF EXISTS netbox_large WITH (FORCE)'
  rm -rf "$state/large"
fi
