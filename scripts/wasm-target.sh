#!/usr/bin/env bash
# Makes the target wasm32-unknown-unknown usable by cargo. Usage: wasm-target.sh FILE
#
# 1. The ordinary way: rustup adds the target.
# 2. Where rustup's server is not reached: Debian's rustc-web, cargo-web and rust-web-src are of one and the same
#    version; the standard library is compiled once from that source and put where rustc looks for it, and rustup
#    learns the toolchain as "debian-web". About two minutes. FILE is then written with that toolchain's name.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/scripts/setup/system.sh"

file=$1
wasm=wasm32-unknown-unknown
linked=debian-web

has_target() { # TOOLCHAIN
  local sysroot
  sysroot=$(RUSTUP_TOOLCHAIN=$1 rustc --print sysroot 2>/dev/null) || return 1
  compgen -G "$sysroot/lib/rustlib/$wasm/lib/libcore-*.rlib" >/dev/null
}

if have rustup && timeout 300 rustup target add $wasm 2>"$logs/rustup.log"; then exit 0; fi
detail "rustup could not add it: $(tail -n 1 "$logs/rustup.log" 2>/dev/null || echo 'there is no rustup')"

have rustup && have apt-get && [ "$(uname -m)" = x86_64 ] || fail "the Rust target $wasm is missing" \
  "run 'rustup target add $wasm'; without rustup install your system's package with the WebAssembly standard library"

if ! has_target $linked; then
  detail "building the standard library from Debian's rust-web-src instead (about two minutes)"
  {
    as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
      rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-19 gcc libc6-dev
    rustup toolchain link $linked /usr
  } >"$logs/rust-web.log" 2>&1 || fail "Debian's packages for Rust and WebAssembly could not be installed" "read $logs/rust-web.log"
  library=/usr/lib/rustlib
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  as_root mkdir -p $library/x86_64-unknown-linux-gnu/bin $library/$wasm/lib
  # rustc links WebAssembly with rust-lld: another toolchain's if there is one, else Debian's lld.
  lld=$(compgen -G "$HOME/.rustup/toolchains/stable-*/lib/rustlib/*/bin/rust-lld" | head -n 1 || true)
  as_root ln -sf "${lld:-/usr/bin/lld-19}" $library/x86_64-unknown-linux-gnu/bin/rust-lld
  mkdir "$work/src"
  echo '#![no_std]' >"$work/src/lib.rs"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n[profile.release]\npanic = "abort"\n' >"$work/Cargo.toml"
  # RUSTC_BOOTSTRAP: -Zbuild-std is not stable; it is used for the standard library alone.
  (cd "$work" && env -u RUSTFLAGS RUSTUP_TOOLCHAIN=$linked RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
    cargo build --release -Zbuild-std=std,panic_abort,proc_macro --target $wasm) >>"$logs/rust-web.log" 2>&1 ||
    fail "the standard library for $wasm could not be compiled" "read $logs/rust-web.log"
  rm -f "$work/target/$wasm/release/deps"/libempty-*.rlib
  as_root cp "$work/target/$wasm/release/deps"/lib*.rlib $library/$wasm/lib/
fi
has_target $linked || fail "the Rust target $wasm is still missing" "read $logs/rust-web.log"
echo $linked >"$file"
detail "using the toolchain $linked: $(RUSTUP_TOOLCHAIN=$linked rustc --version)"
