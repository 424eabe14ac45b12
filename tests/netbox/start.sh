#!/usr/bin/env bash
# A real NetBox 4.7.3 on 127.0.0.1 for the tests, with users and tokens of every kind and the demo's estate in it.
#
#   tests/netbox/start.sh [ESTATE]     ESTATE is what `netbox-chatbox demo-netbox --export` printed; without it: empty
#
# Idempotent: what is there is kept, what is missing is made, and the filled database is kept as a template, so that
# only the first start after a change of the estate fills it anew. Settings for the tests are written to
# $state/tokens.env. Environment: TEST_NETBOX_HTTP_PORT, TEST_NETBOX_POSTGRES_PORT, TEST_NETBOX_REDIS_PORT,
# TEST_NETBOX_STATE, TEST_NETBOX_PYTHON, and
#   TEST_NETBOX_FRESH=1         begin with the database as it was filled, whatever was changed in it since
#   TEST_NETBOX_FROM_SOURCE=1   run NetBox's migrations (6 to 10 minutes of CPU) and write empty-4.7.3.sql.gz anew
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
estate=${1:+$(realpath "$1")}
cd / # the postgres user may not enter the caller's folder
mkdir -p "$NETBOX_ROOT/conf" "$run" "$logs"
: >"$logs/timings.txt"
begin=$(date +%s)
empty=$here/empty-4.7.3.sql.gz

install_services() {
  export DEBIAN_FRONTEND=noninteractive
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  # Keep Debian from making a cluster and daemons of its own.
  $sudo mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' | $sudo tee /etc/postgresql-common/createcluster.conf
  $sudo apt-get -o DPkg::Lock::Timeout=300 update -qq
  $sudo apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends postgresql redis-server
} >"$logs/apt.log" 2>&1

find_python() {
  local candidate
  for candidate in ${TEST_NETBOX_PYTHON:-} python3.12 python3.13 python3.14 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python python3; do
    command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo "$candidate"; return; }
  done
  echo "start.sh: NetBox 4.7 needs Python 3.12 or newer and none was found
hint: install one (pyenv install 3.12) or name it in TEST_NETBOX_PYTHON" >&2
  return 1
}

# Pinned, without documentation tools, and psycopg-binary for psycopg-c, which would be compiled for a minute.
install_netbox() {
  local python
  python=$(find_python) || return 1
  [ -x "$virtual_environment/bin/python" ] || "$python" -m venv "$virtual_environment" || return 1
  "$virtual_environment/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-compile \
    -r "$here/requirements.txt" >"$logs/pip.log" 2>&1
}

write_configuration() {
  cat >"$NETBOX_ROOT/conf/configuration.py" <<C
# Test instance on loopback. Fixed throw-away secrets, so that the token digests in the kept dump stay valid.
ALLOWED_HOSTS = ['127.0.0.1', 'localhost', '[::1]']
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql', 'NAME': 'netbox', 'USER': 'netbox', 'PASSWORD': 'netbox',
    'HOST': '127.0.0.1', 'PORT': '$postgres_port', 'CONN_MAX_AGE': 300, 'CONN_HEALTH_CHECKS': True,
}}
_R = {'HOST': '127.0.0.1', 'PORT': $redis_port, 'USERNAME': '', 'PASSWORD': '', 'SSL': False}
REDIS = {'tasks': dict(_R, DATABASE=0), 'caching': dict(_R, DATABASE=1)}
SECRET_KEY = 'loopback-test-only-loopback-test-only-loopback-test-only-0001'
API_TOKEN_PEPPERS = {1: 'loopback-test-only-pepper-loopback-test-only-pepper-loopback-01'}
AUTH_PASSWORD_VALIDATORS = []
ISOLATED_DEPLOYMENT = True
CENSUS_REPORTING_ENABLED = False
RELEASE_CHECK_URL = None
CHANGELOG_RETENTION = 0
C
  cat >"$NETBOX_ROOT/conf/gunicorn_conf.py" <<C
bind = '127.0.0.1:$http_port'
workers = $workers
threads = 4
timeout = 120
graceful_timeout = 3
control_socket_disable = True  # gunicorn 26: else ~/.gunicorn/gunicorn.ctl, shared with other instances
preload_app = True             # the 8 s of importing are spent once, not once per worker
pidfile = '$run/gunicorn.pid'
errorlog = '$logs/gunicorn.log'
accesslog = '$logs/access.log'
access_log_format = '%(t)s "%(r)s" %(s)s %(b)s %(M)sms'
capture_output = True


def when_ready(server):  # nothing opened before the fork may be shared
    from django.db import connections
    connections.close_all()
C
}

make_cluster() {
  install -d -m 700 "$postgres_state" || return 1
  [ -z "$as_postgres" ] || chown postgres: "$postgres_state" || return 1
  $as_postgres "$(postgres_programs)/initdb" -D "$postgres_data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 \
    >"$logs/initdb.log" 2>&1 || return 1
  # Test data: what a crash loses is made again, so nothing waits for the disk.
  $as_postgres tee "$postgres_data/postgresql.auto.conf" >/dev/null <<C
listen_addresses = '127.0.0.1'
port = $postgres_port
unix_socket_directories = '$postgres_state'
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = '256MB'
autovacuum_naptime = '5min'
C
}
# Each server of the tests has a pool of connections, and several run at once; a cluster that was made before has room too.
start_postgres() {
  setsid $as_postgres "$(postgres_programs)/pg_ctl" -D "$postgres_data" -l "$postgres_state/postgres.log" -w -t 60 -o "-c max_connections=200" start \
    >"$logs/pg_ctl.log" 2>&1 </dev/null
}
start_redis() {
  setsid redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$run" --save '' --appendonly no --daemonize yes \
    --pidfile "$run/redis.pid" --logfile "$logs/redis.log" </dev/null >/dev/null
  for _ in $(seq 50); do redis-cli -p "$redis_port" ping 2>/dev/null | grep -q PONG && return; sleep 0.1; done
  return 1
}

database_exists() { [ "$(sql_as_owner -Atc "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }
make_role() {
  sql_as_owner -c "DO \$\$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'netbox') THEN
    CREATE ROLE netbox LOGIN SUPERUSER PASSWORD 'netbox'; END IF; END \$\$"
}
restore_empty() {
  sql postgres -c 'DROP DATABASE IF EXISTS netbox_empty' -c 'CREATE DATABASE netbox_empty' &&
    gzip -dc "$empty" | sql netbox_empty >"$logs/restore.log" 2>&1 && sql netbox_empty -c 'ANALYZE'
}
migrate() {
  sql postgres -c 'DROP DATABASE IF EXISTS netbox' -c 'CREATE DATABASE netbox' &&
    "$virtual_environment/bin/netbox" migrate --no-input >"$logs/migrate.log" 2>&1 &&
    sql netbox -c 'VACUUM ANALYZE' &&
    # \restrict lines are dropped so that an older psql can read the dump.
    pg_dump -O -x -h 127.0.0.1 -p "$postgres_port" -U netbox netbox | grep -v '^\\\(un\)\?restrict ' | gzip -9n >"$empty.new" &&
    mv "$empty.new" "$empty" && sql postgres -c 'ALTER DATABASE netbox RENAME TO netbox_empty'
}
python_script() { "$virtual_environment/bin/python" "$here/$1" "${@:2}" >"$logs/${1%.py}.log" 2>&1; }
clone() { sql postgres -c "DROP DATABASE IF EXISTS $2 WITH (FORCE)" -c "CREATE DATABASE $2 TEMPLATE $1"; }
users_and_tokens() { python_script accounts.py "$state/tokens.env" "http://127.0.0.1:$http_port"; }
# The estate's recent times (change log, journal) are kept as distances from now: put them back to that distance.
shift_times() { python_script fill.py --shift; }
style_sheets() { # the two that the SVG answers (rack elevation, cable trace) read
  local folder
  folder=$(echo "$virtual_environment"/lib/python3*/site-packages/netbox/_data/project-static/dist)
  mkdir -p "$NETBOX_ROOT/static" && cp "$folder/rack_elevation.css" "$folder/cable_trace.css" "$NETBOX_ROOT/static/"
}
start_gunicorn() {
  setsid "$virtual_environment/bin/gunicorn" --daemon -c "$NETBOX_ROOT/conf/gunicorn_conf.py" netbox.wsgi:application \
    </dev/null >>"$logs/gunicorn.log" 2>&1
  for _ in $(seq 240); do curl -s -o /dev/null -m 2 "http://127.0.0.1:$http_port/login/" && return; sleep 0.25; done
  return 1
}
check() {
  local answer
  answer=$(curl -sS -m 30 -H 'Authorization: Token 0123456789abcdef0123456789abcdef01234567' "http://127.0.0.1:$http_port/api/status/" | tr -d ' \n')
  case $answer in *'"netbox-version":"4.7.3"'*) ;; *) echo "unexpected answer of /api/status/: $answer" >&2; return 1 ;; esac
}

[ -n "$(postgres_programs)" ] && command -v redis-server psql >/dev/null || step 'apt: postgresql, redis-server' install_services
[ -x "$virtual_environment/bin/netbox" ] && [ -x "$virtual_environment/bin/gunicorn" ] || step 'NetBox from PyPI' install_netbox
step 'configuration' write_configuration
[ -s "$postgres_data/PG_VERSION" ] || step 'database cluster' make_cluster
alive "$postgres_data/postmaster.pid" postgres || step 'PostgreSQL' start_postgres
alive "$run/redis.pid" redis-server || step 'Redis' start_redis
step 'database role' make_role
if ! database_exists netbox_empty; then
  if [ -s "$empty" ] && [ -z "${TEST_NETBOX_FROM_SOURCE:-}" ]; then step 'restore the empty database' restore_empty
  else step 'migrate' migrate; fi
fi

# Which content the database has, and which it should have: a hash of all that decides it.
wanted=$(cat ${estate:+"$estate"} "$here/accounts.py" "$here/fill.py" "$empty" | sha256sum | cut -c1-16)
template=netbox_$wanted
if ! database_exists "$template"; then
  for old in $(sql_as_owner -Atc "SELECT datname FROM pg_database WHERE datname ~ '^netbox_[0-9a-f]{16}$'"); do
    sql postgres -c "DROP DATABASE $old WITH (FORCE)"
  done
  step 'clone the empty database' clone netbox_empty netbox
  [ -z "$estate" ] || step 'fill in the estate' python_script fill.py "$estate"
  step 'users and tokens' users_and_tokens
  step 'keep as template' clone netbox "$template"
  redis-cli -p "$redis_port" flushall >/dev/null
elif [ -n "${TEST_NETBOX_FRESH:-}" ] || [ "$(cat "$run/content" 2>/dev/null)" != "$wanted" ] || ! database_exists netbox; then
  step 'database from template' clone "$template" netbox
  redis-cli -p "$redis_port" flushall >/dev/null
fi
echo "$wanted" >"$run/content"
[ -s "$state/tokens.env" ] || step 'users and tokens' users_and_tokens
[ -z "$estate" ] || step 'times relative to now' shift_times
[ -s "$NETBOX_ROOT/static/cable_trace.css" ] || step 'style sheets for SVG' style_sheets
alive "$run/gunicorn.pid" gunicorn || step 'NetBox to its first answer' start_gunicorn
step 'check' check
printf '%-38s %7d s\n' TOTAL $(($(date +%s) - begin)) | tee -a "$logs/timings.txt"
echo "NetBox on http://127.0.0.1:$http_port (admin/admin), settings for the tests in $state/tokens.env"
