#!/usr/bin/env bash
# A second real NetBox, with about 10,000 devices, 200,000 interfaces and 50,000 addresses, beside the one of ../start.sh.
#
#   tests/netbox/large/start.sh           needs the small one to run: shares its programs, PostgreSQL and Redis
#   tests/netbox/large/start.sh --runs    says by its exit code whether it runs
#
# The first time it fills a database (grow.py) and keeps a dump of it in the cache; later times restore that in about a
# minute, or find the database still there. Ports and folders: ../common.sh; TEST_NETBOX_LARGE_HTTP_PORT (18001).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
large=$state/large
large_port=${TEST_NETBOX_LARGE_HTTP_PORT:-18001}
database=netbox_large
pid_file=$large/gunicorn.pid
here=$here/large
if [ "${1:-}" = --runs ]; then alive "$pid_file" gunicorn; exit; fi
cd /
small_root=$NETBOX_ROOT
export NETBOX_ROOT=$large/root
mkdir -p "$large/root/conf" "$large/log"
logs=$large/log
: >"$logs/timings.txt"

alive "$postgres_data/postmaster.pid" postgres && alive "$run/redis.pid" redis-server && [ -s "$run/content" ] ||
  { echo "start.sh: the small NetBox does not run
hint: start it first (tests/netbox/start.sh, or make questions)" >&2; exit 1; }

# The small one's configuration, with another database and other numbers in Redis.
write_configuration() {
  sed -e "s/'NAME': 'netbox'/'NAME': '$database'/" -e "s/DATABASE=0/DATABASE=2/" -e "s/DATABASE=1)/DATABASE=3)/" \
    "$small_root/conf/configuration.py" >"$large/root/conf/configuration.py" || return 1
  sed -e "s/^bind = .*/bind = '127.0.0.1:$large_port'/" -e "s|^pidfile = .*|pidfile = '$pid_file'|" -e "s|$state/log/|$logs/|" \
    "$small_root/conf/gunicorn_conf.py" >"$large/root/conf/gunicorn_conf.py" || return 1
  mkdir -p "$large/root/static" && cp "$small_root"/static/*.css "$large/root/static/"
}
database_exists() { [ "$(sql_as_owner -Atc "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }
grow() {
  sql postgres -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" -c "CREATE DATABASE $database TEMPLATE netbox_$content" &&
    "$virtual_environment/bin/python" "$here/grow.py" >"$logs/grow.log" 2>&1 && sql "$database" -c 'VACUUM ANALYZE'
}
keep() {
  rm -f "$large"/estate-*.dump
  pg_dump -Fc -Z1 -O -x -h 127.0.0.1 -p "$postgres_port" -U netbox "$database" >"$dump.new" && mv "$dump.new" "$dump"
}
restore() {
  sql postgres -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" -c "CREATE DATABASE $database" &&
    pg_restore -j 2 -O -x -h 127.0.0.1 -p "$postgres_port" -U netbox -d "$database" "$dump" >"$logs/restore.log" 2>&1 &&
    sql "$database" -c 'ANALYZE'
}
shift_times() { "$virtual_environment/bin/python" "$here/../fill.py" --shift >"$logs/shift.log" 2>&1; }
start_gunicorn() {
  setsid "$virtual_environment/bin/gunicorn" --daemon -c "$large/root/conf/gunicorn_conf.py" netbox.wsgi:application \
    </dev/null >>"$logs/gunicorn.log" 2>&1
  for _ in $(seq 240); do curl -s -o /dev/null -m 5 "http://127.0.0.1:$large_port/login/" && return; sleep 0.25; done
  return 1
}

content=$(cat "$run/content")
wanted=$(cat "$here/grow.py" <(echo "$content") | sha256sum | cut -c1-16)
dump=$large/estate-$wanted.dump
step 'configuration' write_configuration
if [ "$(cat "$large/content" 2>/dev/null)" != "$wanted" ] || ! database_exists "$database"; then
  rm -f "$large/content"
  if [ -s "$dump" ]; then step 'restore the large estate' restore
  else
    step 'grow the estate' grow
    step 'keep a dump' keep
  fi
  echo "$wanted" >"$large/content"
  redis-cli -p "$redis_port" -n 3 flushdb >/dev/null
fi
step 'times relative to now' shift_times
alive "$pid_file" gunicorn || step 'NetBox to its first answer' start_gunicorn
echo "TEST_NETBOX_LARGE_URL=http://127.0.0.1:$large_port" >"$large/settings.env"
echo "the large NetBox on http://127.0.0.1:$large_port"
