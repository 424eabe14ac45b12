# Sourced by setup.sh: programs from the operating system.

# One line a need: purpose | how to see that it is there | Debian packages | elsewhere | why
system_needs="
run  | have cc                    | build-essential       | a C compiler (xcode-select --install, or gcc)  | links Rust programs and compiles the TLS library's assembly
test | chromium_program           | chromium              | Chromium or Google Chrome                      | the browser that the end-to-end tests drive
test | postgresql_programs        | postgresql            | PostgreSQL 14 or newer                         | the database of the real NetBox
test | have redis-server          | redis-server          | Redis 6 or newer                               | the cache of the real NetBox
test | python_makes_environments  | python3-venv          | Python with the modules venv and ensurepip     | the official clients' own environment
"

chromium_program() { have chromium || have chromium-browser || have google-chrome || [ -n "${CHROMIUM:-}" ]; }
postgresql_programs() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
python_makes_environments() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

# trimmed TEXT: without blanks at either end.
trimmed() {
  local text=${1#"${1%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# each_missing PURPOSE: the lines of the needs that are not met, as "packages|elsewhere|why".
each_missing() {
  local purpose check packages elsewhere why
  while IFS='|' read -r purpose check packages elsewhere why; do
    purpose=$(trimmed "$purpose")
    [ -n "$purpose" ] || continue
    [ "$purpose" = run ] || [ "$1" = test ] || continue
    # Word splitting is meant: a check is a command, some with an argument.
    $check || printf '%s|%s|%s\n' "$(trimmed "$packages")" "$(trimmed "$elsewhere")" "$(trimmed "$why")"
  done <<<"$system_needs"
}

system_ready() { [ -z "$(each_missing "$1")" ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else
    fail "installing packages needs root, and there is no sudo" "as root: apt-get install $*"
  fi
}

# Debian would create and start a database cluster of its own; the tests start theirs on a free port.
keep_postgresql_from_starting() {
  as_root mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
}

apt_install() {
  local log=$logs/apt.log
  case " $* " in *" postgresql "*) keep_postgresql_from_starting ;; esac
  {
    as_root apt-get -o DPkg::Lock::Timeout=300 update -qq &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@"
  } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "apt-get could not install: $*" "read $log; with another package manager install the same programs yourself"
  }
}

install_system_packages() {
  local missing packages=() line
  missing=$(each_missing "$1")
  [ -n "$missing" ] || return 0
  if ! have apt-get; then
    printf '%s\n' "${red}error${plain}: some programs are missing, and this system has no apt-get to install them with" >&2
    while IFS='|' read -r _ elsewhere why; do printf ' hint: install %s: %s\n' "$elsewhere" "$why" >&2; done <<<"$missing"
    exit 1
  fi
  while IFS='|' read -r names _ why; do
    read -ra line <<<"$names"
    packages+=("${line[@]}")
    detail "$names: $why"
  done <<<"$missing"
  step "Installing with apt: ${packages[*]}" apt_install "${packages[@]}"
}
