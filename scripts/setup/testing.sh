# Sourced by setup.sh: what only the tests need: the official Python clients, and the npm packages of the browser tests
# and of the OpenID Connect provider.

clients=$cache/clients
requirements=$root/tests/clients/requirements.txt

# The same content as when it was installed?
same_as() { [ -s "$2" ] && cmp -s "$1" "$2"; }
clients_ready() { same_as "$requirements" "$clients/installed.txt" && [ -x "$clients/bin/python" ]; }
packages_ready() { same_as "$root/$1/package-lock.json" "$root/$1/node_modules/.installed.json"; }
testing_ready() { clients_ready && packages_ready end2end && packages_ready tests/oidc; }

install_test_clients() {
  clients_ready || step "Installing the official clients (anthropic, pynetbox) that judge the embedded servers" make_clients
  packages_ready end2end || step "Installing Playwright and axe for the browser tests, without a browser of their own" install_packages end2end
  packages_ready tests/oidc || step "Installing the OpenID Connect provider that people sign in with in the tests" install_packages tests/oidc
}

make_clients() {
  [ -x "$clients/bin/python" ] || python3 -m venv "$clients"
  "$clients/bin/python" -m pip install -q --disable-pip-version-check -r "$requirements" >"$logs/pip.log" 2>&1 || {
    tail -n 20 "$logs/pip.log" >&2
    fail "pip could not install the official clients" "read $logs/pip.log; is PyPI reached?"
  }
  cp "$requirements" "$clients/installed.txt"
}

# install_packages FOLDER
install_packages() {
  local log=$logs/npm-${1//\//-}.log
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm --prefix "$root/$1" ci --no-audit --no-fund >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "npm could not install the packages of $1" "read $log; is the npm registry reached?"
  }
  cp "$root/$1/package-lock.json" "$root/$1/node_modules/.installed.json"
}
