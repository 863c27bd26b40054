# Sourced by ./demo and ./check: installs what is missing and configures the build.

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# missing_packages LIST
missing_packages() {
  local package
  grep -v '^#' "$1" | while read -r package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; return; fi
  command -v sudo >/dev/null || die "these packages need root to install and there is no sudo; install them yourself, then run again with --no-install"
  sudo "$@"
}

# install_packages [LIST]: installs the missing ones of tools/debian-packages.txt, or of another list, from Debian's
# archive.
install_packages() {
  local list=${1:-tools/debian-packages.txt}
  command -v dpkg-query >/dev/null || die "this is not Debian: install the packages of $list by your system's names, then run again with --no-install"
  local missing
  missing=$(missing_packages "$list" | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  say "Installing from Debian's packages: $missing"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  # shellcheck disable=SC2086  # a list of names
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

# configure PRESET [OPTION...]: configures build/PRESET, with ccache where there is one.
configure() {
  local preset=$1
  shift
  local launcher=()
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  cmake --preset "$preset" "${launcher[@]}" "$@" >"build-$preset.log" 2>&1 || { cat "build-$preset.log" >&2; rm -f "build-$preset.log"; die "cmake failed"; }
  rm -f "build-$preset.log"
}
