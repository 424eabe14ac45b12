# Sourced by setup.sh: what only the tests need: the official Python clients and the browser tests' npm packages.

clients=$cache/clients
requirements=$root/tests/clients/requirements.txt
lock=$root/end2end/package-lock.json

# The same content as when it was installed?
same_as() { [ -s "$2" ] && cmp -s "$1" "$2"; }
clients_ready() { same_as "$requirements" "$clients/installed.txt" && [ -x "$clients/bin/python" ]; }
browser_tests_ready() { same_as "$lock" "$root/end2end/node_modules/.installed.json"; }
testing_ready() { clients_ready && browser_tests_ready; }

install_test_clients() {
  clients_ready || step "Installing the official clients (anthropic, pynetbox) that judge the embedded servers" make_clients
  browser_tests_ready || step "Installing Playwright and axe for the browser tests, without a browser of their own" install_browser_tests
}

make_clients() {
  [ -x "$clients/bin/python" ] || python3 -m venv "$clients"
  "$clients/bin/python" -m pip install -q --disable-pip-version-check -r "$requirements" >"$logs/pip.log" 2>&1 || {
    tail -n 20 "$logs/pip.log" >&2
    fail "pip could not install the official clients" "read $logs/pip.log; is PyPI reached?"
  }
  cp "$requirements" "$clients/installed.txt"
}

install_browser_tests() {
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm --prefix "$root/end2end" ci --no-audit --no-fund >"$logs/npm.log" 2>&1 || {
    tail -n 20 "$logs/npm.log" >&2
    fail "npm could not install the browser tests' packages" "read $logs/npm.log; is the npm registry reached?"
  }
  cp "$lock" "$root/end2end/node_modules/.installed.json"
}
