# Shared by start.sh and stop.sh: where things lie, which ports, and how a daemon of ours is told from others.
# Everything is private to one folder and bound to 127.0.0.1. Each setting can be overridden from the environment.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${TEST_NETBOX_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/netbox-chatbox/netbox-test}
virtual_environment=${TEST_NETBOX_VENV:-$state/venv}
http_port=${TEST_NETBOX_HTTP_PORT:-18000}
postgres_port=${TEST_NETBOX_POSTGRES_PORT:-55432}
redis_port=${TEST_NETBOX_REDIS_PORT:-56379}
workers=${TEST_NETBOX_WORKERS:-2}
run=$state/run
logs=$state/log
export NETBOX_ROOT=$state/root
unset PYTHONDONTWRITEBYTECODE # without .pyc files each start costs 4 s more

postgres_programs() { ls -d "${TEST_NETBOX_POSTGRES_PROGRAMS:-/nowhere}" /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
# PostgreSQL refuses to run as root; its own user may not enter root's home, where the cache usually lies.
if [ "$(id -u)" = 0 ]; then
  as_postgres="setpriv --reuid=postgres --regid=postgres --init-groups"
  postgres_state=${TEST_NETBOX_POSTGRES_STATE:-/var/tmp/netbox-chatbox-test-$postgres_port}
else
  as_postgres=""
  postgres_state=${TEST_NETBOX_POSTGRES_STATE:-$state/postgres}
fi
postgres_data=$postgres_state/data

sql() { psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U netbox "$@"; }
sql_as_owner() { psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U postgres "$@"; }

# ended PID: the process is gone, or only waits to be reaped.
ended() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
# alive PIDFILE WORD: the process named in the file lives and is ours (its command line holds WORD).
alive() {
  local pid
  [ -s "$1" ] && pid=$(head -1 "$1") && ! ended "$pid" && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- "$2"
}
# stop NAME PIDFILE WORD SIGNAL: ends the process named in the file, if it lives and is ours, and waits for its end.
stop() {
  local pid
  alive "$2" "$3" || { echo "$1: not running"; return; }
  pid=$(head -1 "$2")
  kill "-$4" "$pid"
  for _ in $(seq 100); do ended "$pid" && { echo "$1: stopped"; return; }; sleep 0.1; done
  echo "$1: process $pid is still there" >&2
}
# step NAME COMMAND...: runs it, prints and records what it took.
step() {
  local name=$1 begin end
  shift
  begin=$(date +%s.%N)
  "$@" || { echo "start.sh: '$name' failed
hint: see the logs in $logs" >&2; exit 1; }
  end=$(date +%s.%N)
  awk -v n="$name" -v b="$begin" -v e="$end" 'BEGIN { printf "%-38s %7.2f s\n", n, e - b }' | tee -a "$logs/timings.txt"
}
