#!/usr/bin/env bash
# Runs the fuzz targets (fuzz/fuzz_targets), each for FUZZ_SECONDS (120). Usage: fuzz.sh [TARGET...]
#
# Each begins with what fuzz/seeds and earlier runs (fuzz/corpus) have. What breaks a target is left in fuzz/artifacts,
# and the command that repeats it is printed. A stable toolchain is enough: without a sanitizer, whose library only
# nightly ones have, cargo-fuzz needs no more than the permission to use -Z options.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/scripts/setup/rust.sh"
cd "$root"

if ! have cargo-fuzz; then
  say "Compiling cargo-fuzz $cargo_fuzz_version (once)"
  mkdir -p "$logs"
  cargo_install cargo-fuzz "$cargo_fuzz_version" --locked
  PATH=$tools/bin:$PATH
fi
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$target/fuzz

targets=("$@")
[ $# -gt 0 ] || targets=(fuzz/fuzz_targets/*.rs)
for target_file in "${targets[@]}"; do
  name=$(basename "$target_file" .rs)
  [ -e "fuzz/fuzz_targets/$name.rs" ] || fail "There is no fuzz target $name" "take one of: $(cd fuzz/fuzz_targets && echo *.rs | sed 's/\.rs//g')"
  say "Fuzzing $name for ${FUZZ_SECONDS:-120} s"
  mkdir -p "fuzz/corpus/$name"
  folders=("fuzz/corpus/$name")
  [ ! -d "fuzz/seeds/$name" ] || folders+=("fuzz/seeds/$name")
  case $name in assembler | server_sent_events) folders+=(tests/fixtures/sse tests/fixtures/compatible) ;; esac
  cargo fuzz run --sanitizer none "$name" "${folders[@]}" -- -max_total_time="${FUZZ_SECONDS:-120}" -max_len=65536
done
