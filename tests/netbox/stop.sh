#!/usr/bin/env bash
# Stops only the three daemons that start.sh started, by their pid files. The data stay; --wipe removes them too.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd /
stop gunicorn "$run/gunicorn.pid" gunicorn QUIT
stop redis-server "$run/redis.pid" redis-server TERM
stop postgres "$postgres_data/postmaster.pid" postgres INT
if [ "${1:-}" = --wipe ]; then
  rm -rf "$postgres_state" "$run" "$NETBOX_ROOT" "$state/tokens.env"
  echo "removed $postgres_state, $run and $NETBOX_ROOT"
fi
