#!/usr/bin/env bash
# Unpacks Debian's arm64 packages of the libraries that the kernels need below build/aarch64-root, beside the system and
# without root: installed, libdnnl-dev:arm64 would clash with the host's.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

root=build/aarch64-root
packages=(libdnnl2 libdnnl-dev libfmt9 libfmt-dev libgmock-dev libgtest-dev libhwy1 libhwy-dev)
[ ! -e "$root/complete" ] || exit 0

rm -rf "$root"
mkdir -p "$root"/apt/{lists/partial,cache/archives/partial,packages}
apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::Lists="$PWD/$root/apt/lists"
  -o Dir::Cache="$PWD/$root/apt/cache" -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
"${apt[@]}" update
(cd "$root/apt/packages" && "${apt[@]}" download "${packages[@]}")
for package in "$root"/apt/packages/*.deb; do dpkg-deb -x "$package" "$root"; done
rm -rf "$root/apt"
touch "$root/complete"
