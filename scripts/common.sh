# Sourced by the other scripts: where things are, and how to speak to the person.
#
#   NETBOX_CHATBOX_CACHE   where tools and test data are kept (default: $XDG_CACHE_HOME/netbox-chatbox)
#   CARGO_TARGET_DIR       where Cargo builds (default: target, in the project)

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${NETBOX_CHATBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netbox-chatbox}
tools=$cache/tools
logs=$cache/logs
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac

# Tools of the project's own serve only where the ones on PATH do not, so they come first.
[ ! -d "$tools/bin" ] || PATH=$tools/bin:$PATH
# Written by wasm-target.sh where rustup cannot add the target and another toolchain has to be used.
[ ! -s "$cache/toolchain" ] || [ -n "${RUSTUP_TOOLCHAIN:-}" ] || export RUSTUP_TOOLCHAIN=$(<"$cache/toolchain")

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'; else bold='' dim='' red='' plain=''; fi

say() { printf '%s\n' "${bold}==>${plain} $*" >&2; }
detail() { printf '%s\n' "    ${dim}$*${plain}" >&2; }

# fail SENTENCE HINT: one sentence and what to do about it.
fail() {
  printf '%s\n' "${red}error${plain}: $1" >&2
  [ -z "${2:-}" ] || printf '%s\n' " hint: $2" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# duration SECONDS: "8 s", "3 min 20 s".
duration() { if [ "$1" -lt 60 ]; then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi; }

# crate_pin NAME: the version after "=" in Cargo.toml.
crate_pin() { sed -n "s/^$1 = .*version = \"=\([0-9.]*\)\".*/\1/p" "$root/Cargo.toml"; }
