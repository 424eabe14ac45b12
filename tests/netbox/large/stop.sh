#!/usr/bin/env bash
# Stops only the large NetBox's own daemon. Its database and dump stay; --wipe removes them.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
pid_file=$state/large/gunicorn.pid
if alive "$pid_file" gunicorn; then
  pid=$(head -1 "$pid_file")
  kill -QUIT "$pid"
  for _ in $(seq 100); do ended "$pid" && break; sleep 0.1; done
  echo "the large NetBox: stopped"
fi
if [ "${1:-}" = --wipe ]; then
  sql postgres -c 'DROP DATABASE IF EXISTS netbox_large WITH (FORCE)'
  rm -rf "$state/large"
fi
