# Sourced by setup.sh: the Rust toolchain, the WebAssembly target and the build tools that Cargo compiles.

cargo_leptos_version=0.3.10 # the newest that Rust 1.95 compiles
cargo_fuzz_version=0.13.2 # for scripts/fuzz.sh alone
rust_version=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
node_major=18 # compress.mjs: zlib with Brotli, promises
python_minor=9
wasm_opt_oldest=119 # Debian 12's 108 exports the wrong table, and the page never starts
wasm_opt_version=132.0.0 # what is installed from npm where there is none, or an older one

# at_least A B: is the dotted version A at least B?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

check_toolchain() {
  have rustc && have cargo || fail "there is no Rust on this machine" "install it with rustup: https://rustup.rs (the stable toolchain is enough)"
  local version
  version=$(rustc --version | cut -d' ' -f2)
  at_least "$version" "$rust_version" || fail "Rust $version is too old, $rust_version or newer is needed" "run 'rustup update stable'"
  have node || fail "there is no Node on this machine" "install Node $node_major or newer: https://nodejs.org, or your system's package 'nodejs'"
  version=$(node --version)
  at_least "${version#v}" "$node_major" || fail "Node ${version#v} is too old, $node_major or newer is needed" "install a newer one: https://nodejs.org"
  have python3 || fail "there is no Python 3 on this machine" "install Python 3.$python_minor or newer, for instance your system's package 'python3'"
}

# tool_version PROGRAM: "0.3.10".
tool_version() {
  case $1 in
  cargo-leptos) cargo-leptos --version ;;
  *) "$1" --version ;;
  esac 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+\.[0-9]+)?' | head -n 1
}

# tool_serves PROGRAM VERSION: wasm-bindgen has to be exactly the crate's version; any later cargo-leptos 0.3 will do.
tool_serves() {
  local found
  found=$(tool_version "$1") || return 1
  case $1 in
  wasm-opt) at_least "$found" "$2" ;;
  wasm-bindgen) [ "$found" = "$2" ] ;;
  *) [ "${found%.*}" = "${2%.*}" ] && at_least "$found" "$2" ;;
  esac
}

rust_ready() {
  have cargo && have node && has_wasm_target &&
    tool_serves wasm-opt "$wasm_opt_oldest" && tool_serves wasm-bindgen "$(crate_pin wasm-bindgen)" && tool_serves cargo-leptos "$cargo_leptos_version"
}

has_wasm_target() { compgen -G "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib/libcore-*.rlib" >/dev/null; }

install_wasm_target() {
  has_wasm_target || step "Adding the Rust target wasm32-unknown-unknown, for the code that runs in the browser" add_wasm_target
}

add_wasm_target() {
  bash "$root/scripts/wasm-target.sh" "$cache/toolchain" 2> >(tee "$logs/wasm-target.log" >&2)
  [ ! -s "$cache/toolchain" ] || export RUSTUP_TOOLCHAIN=$(<"$cache/toolchain")
}

# Compiled without optimisation: these tools run for seconds, and their own release profile costs half an hour.
light_profile=(
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=symbols
)

install_wasm_opt() {
  tool_serves wasm-opt "$wasm_opt_oldest" ||
    step "Installing wasm-opt (binaryen $wasm_opt_version from npm): shrinks the WebAssembly" npm_wasm_opt
}

npm_wasm_opt() {
  mkdir -p "$tools/bin"
  npm --prefix "$tools/binaryen" install --no-save --no-audit --no-fund "binaryen@$wasm_opt_version" >"$logs/binaryen.log" 2>&1 || {
    tail -n 20 "$logs/binaryen.log" >&2
    fail "npm could not install binaryen $wasm_opt_version" "read $logs/binaryen.log; is the npm registry reached? Or install wasm-opt $wasm_opt_oldest or newer yourself"
  }
  ln -sf "$tools/binaryen/node_modules/.bin/wasm-opt" "$tools/bin/wasm-opt"
  PATH=$tools/bin:$PATH
}

install_cargo_tool() {
  local program=$1 version=$2
  tool_serves "$program" "$version" && return 0
  case $program in
  wasm-bindgen) step "Compiling wasm-bindgen $version: joins WebAssembly and JavaScript" cargo_install wasm-bindgen-cli "$version" --no-default-features ;;
  cargo-leptos) step "Compiling cargo-leptos $version: builds the browser's half (several minutes, once)" cargo_install cargo-leptos "$version" --locked --features no_downloads ;;
  esac
}

cargo_install() {
  local crate=$1 version=$2 log=$logs/$1.log watcher=
  shift 2
  local command=(env "${light_profile[@]}" CARGO_TARGET_DIR="$tools/build" cargo install "$crate" --version "=$version" --root "$tools" --force "$@")
  if [ -t 2 ]; then
    "${command[@]}" || fail "$crate $version could not be compiled" "is crates.io reached? Cargo's messages are above"
  else
    # Not a terminal: Cargo would print five hundred lines, so only every half minute one.
    (while sleep 30; do detail "$(grep -c Compiling "$log") crates compiled or begun"; done) &
    watcher=$!
    "${command[@]}" >"$log" 2>&1 || {
      kill "$watcher"
      tail -n 20 "$log" >&2
      fail "$crate $version could not be compiled" "read $log; is crates.io reached?"
    }
    kill "$watcher" 2>/dev/null || true
  fi
  PATH=$tools/bin:$PATH
}
