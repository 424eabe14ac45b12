#!/usr/bin/env bash
# Stops only the three daemons that start.sh started, by their pid files. The data stay; --wipe removes them too.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd /
stop() { # PIDFILE WORD SIGNAL
  alive "$1" "$2" || { echo "$2: not running"; return; }
  local pid
  pid=$(head -1 "$1")
  kill "-$3" "$pid"
  for _ in $(seq 100); do ended "$pid" && { echo "$2: stopped"; return; }; sleep 0.1; done
  echo "$2: process $pid is still there" >&2
}
stop "$run/gunicorn.pid" gunicorn QUIT
stop "$run/redis.pid" redis-server TERM
stop "$postgres_data/postmaster.pid" postgres INT
if [ "${1:-}" = --wipe ]; then
  rm -rf "$postgres_state" "$run" "$NETBOX_ROOT" "$state/tokens.env"
  echo "removed $postgres_state, $run and $NETBOX_ROOT"
fi
