#!/usr/bin/env bash
# Builds the release program: the browser's half, compressed, and the server that carries it inside.
#
# The result is $CARGO_TARGET_DIR/release/netbox-chatbox. What has not changed is not built again: the browser's half
# is skipped when none of its sources has (those of src/server are not among them), Cargo decides about the server.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

site=$root/target/site
stamp=$root/target/site.inputs

# What the browser's half is made of, and with.
inputs() {
  find src style public Cargo.toml Cargo.lock scripts/compress.mjs scripts/build.sh \
    -path src/server -prune -o -path src/server.rs -prune -o -path src/main.rs -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum
  rustc --version
  cargo-leptos --version
  wasm-bindgen --version
  wasm-opt --version
}
# What stands in the site folder, so that a folder somebody else has touched is made again.
outputs() { [ -d "$site" ] && find "$site" -type f -printf '%P %s\n' | LC_ALL=C sort; }
state() { { inputs; outputs; } | sha256sum; }

if [ "$(cat "$stamp" 2>/dev/null)" != "$(state)" ]; then
  rm -f "$stamp"
  begin=$SECONDS
  say "Building the browser's half (WebAssembly)"
  cargo leptos build --release --frontend-only --cargo-locked
  node scripts/compress.mjs "$site" >&2
  mkdir -p target
  state >"$stamp"
  detail "took $(duration $((SECONDS - begin)))"
fi

begin=$SECONDS
say "Building the server"
NETBOX_CHATBOX_SITE=$site cargo build --release --locked --bin netbox-chatbox --no-default-features --features ssr
detail "took $(duration $((SECONDS - begin))): $target/release/netbox-chatbox"
