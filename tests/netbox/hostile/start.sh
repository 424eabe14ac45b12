#!/usr/bin/env bash
# A real NetBox whose every kind of field holds hostile texts (tests/hostile/fields.json), beside the one of ../start.sh.
#
#   tests/netbox/hostile/start.sh ESTATE   ESTATE is what `netbox-chatbox demo-netbox --plant FILE --export` printed
#
# Shares programs, PostgreSQL and Redis with the small one, which has to run; its database is a copy of that one's
# template. Nothing of the small one is touched. Ports and folders: ../common.sh; TEST_NETBOX_HOSTILE_HTTP_PORT (18002).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
estate=$(realpath "$1")
hostile=$state/hostile
hostile_port=${TEST_NETBOX_HOSTILE_HTTP_PORT:-18002}
database=netbox_hostile
pid_file=$hostile/gunicorn.pid
cd /
small_root=$NETBOX_ROOT
export NETBOX_ROOT=$hostile/root
logs=$hostile/log
mkdir -p "$hostile/root/conf" "$hostile/root/static" "$logs"
: >"$logs/timings.txt"

alive "$postgres_data/postmaster.pid" postgres && alive "$run/redis.pid" redis-server && [ -s "$run/content" ] ||
  { echo "start.sh: the small NetBox does not run
hint: start it first (tests/netbox/start.sh)" >&2; exit 1; }

# The small one's configuration, with another database and other numbers in Redis.
write_configuration() {
  sed -e "s/'NAME': 'netbox'/'NAME': '$database'/" -e "s/DATABASE=0/DATABASE=4/" -e "s/DATABASE=1)/DATABASE=5)/" \
    "$small_root/conf/configuration.py" >"$hostile/root/conf/configuration.py" || return 1
  sed -e "s/^bind = .*/bind = '127.0.0.1:$hostile_port'/" -e "s|^pidfile = .*|pidfile = '$pid_file'|" -e "s|$state/log/|$logs/|" \
    "$small_root/conf/gunicorn_conf.py" >"$hostile/root/conf/gunicorn_conf.py" || return 1
  cp "$small_root"/static/*.css "$hostile/root/static/"
}
database_exists() { [ "$(sql_as_owner -Atc "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }
plant() {
  sql postgres -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" -c "CREATE DATABASE $database TEMPLATE netbox_$content" &&
    "$virtual_environment/bin/python" "$here/fill.py" --add "$estate" >"$logs/fill.log" 2>&1 && sql "$database" -c 'ANALYZE'
}
start_gunicorn() {
  setsid "$virtual_environment/bin/gunicorn" --daemon -c "$hostile/root/conf/gunicorn_conf.py" netbox.wsgi:application \
    </dev/null >>"$logs/gunicorn.log" 2>&1
  for _ in $(seq 240); do curl -s -o /dev/null -m 5 "http://127.0.0.1:$hostile_port/login/" && return; sleep 0.25; done
  return 1
}

content=$(cat "$run/content")
wanted=$(cat "$estate" "$here/fill.py" <(echo "$content") | sha256sum | cut -c1-16)
step 'configuration' write_configuration
if [ "$(cat "$hostile/content" 2>/dev/null)" != "$wanted" ] || ! database_exists "$database"; then
  rm -f "$hostile/content"
  step 'plant the texts' plant
  echo "$wanted" >"$hostile/content"
  redis-cli -p "$redis_port" -n 5 flushdb >/dev/null
fi
alive "$pid_file" gunicorn || step 'NetBox to its first answer' start_gunicorn
echo "TEST_NETBOX_HOSTILE_URL=http://127.0.0.1:$hostile_port" >"$hostile/settings.env"
echo "the hostile NetBox on http://127.0.0.1:$hostile_port"
