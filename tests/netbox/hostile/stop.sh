#!/usr/bin/env bash
# Stops only the hostile NetBox's own daemon. Its database stays; --wipe removes it too.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
pid_file=$state/hostile/gunicorn.pid
if alive "$pid_file" gunicorn; then
  pid=$(head -1 "$pid_file")
  kill -QUIT "$pid"
  for _ in $(seq 100); do ended "$pid" && break; sleep 0.1; done
  echo "the hostile NetBox: stopped"
fi
if [ "${1:-}" = --wipe ]; then
  sql postgres -c 'DROP DATABASE IF EXISTS netbox_hostile WITH (FORCE)'
  rm -rf "$state/hostile"
fi
