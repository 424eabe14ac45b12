#!/usr/bin/env bash
# Installs what `make run` or `make test` needs and is not there yet. Usage: setup.sh run|test
#
# A machine with rustup's stable Rust, Node, Python and apt is enough. All of it can be run again at any time: what
# is there is kept, and when everything is there it takes well under a second. Tools that Cargo builds go into the
# project's cache (see common.sh), never into ~/.cargo/bin.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/scripts/setup/system.sh"
. "$root/scripts/setup/rust.sh"
. "$root/scripts/setup/testing.sh"

purpose=${1:-run}
case $purpose in run | test) ;; *) fail "setup.sh does not know the purpose '$purpose'" "use 'setup.sh run' or 'setup.sh test'" ;; esac

# Set up already, for exactly these files, and nothing has been removed since?
fingerprint=$(cat "$root"/scripts/{common,setup,wasm-target}.sh "$root"/scripts/setup/*.sh \
  "$root"/{Cargo.toml,end2end/package-lock.json,tests/clients/requirements.txt} | sha256sum | cut -c1-16)
stamp=$cache/stamps/$purpose-$fingerprint
everything_there() { rust_ready && system_ready "$purpose" && { [ "$purpose" = run ] || testing_ready; }; }
if [ -e "$stamp" ] && everything_there; then exit 0; fi

started=$SECONDS
timings=()
# step WHY COMMAND...: says what is installed and why, and remembers how long it took.
step() {
  local why=$1 begin=$SECONDS
  shift
  say "$why"
  "$@"
  timings+=("$(printf '%-72s %s' "$why" "$(duration $((SECONDS - begin)))")")
}

mkdir -p "$cache/stamps" "$logs"
check_toolchain
install_system_packages "$purpose"
install_wasm_target
install_wasm_opt
install_cargo_tool wasm-bindgen "$(crate_pin wasm-bindgen)"
install_cargo_tool cargo-leptos "$cargo_leptos_version"
if [ "$purpose" = test ]; then install_test_clients; fi
everything_there || fail "the set-up ran but something is still missing" "run 'bash -x scripts/setup.sh $purpose' to see what"

rm -f "$cache/stamps/$purpose"-*
: >"$stamp"
if [ ${#timings[@]} -gt 0 ]; then
  say "Set up in $(duration $((SECONDS - started)))"
  for line in "${timings[@]}"; do detail "$line"; done
fi
