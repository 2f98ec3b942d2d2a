#!/usr/bin/env bash
# Makes the packages that need no building: a .deb for Debian 12, which depends on Debian's packages, and a .tar.gz with
# the libraries that it needs. LibTorch is in neither; programs find that of Python's torch package when they start.
#
#   tools/package.sh [BUILD]     BUILD: a finished build, build/release by default; packages go to BUILD/packages
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1:-} in
  -h | --help)
    sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac
build=${1:-build/release}
[[ -f $build/CPackConfig.cmake ]] || { echo "package.sh: $build is no build of this project; run tools/bootstrap.sh first" >&2 && exit 2; }
log=$build/packages.log
if ! cpack --config "$build/CPackConfig.cmake" > "$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "package.sh: cpack failed; its last words stand above" >&2
  exit 4
fi
find "$build/packages" -maxdepth 1 \( -name '*.deb' -o -name '*.tar.gz' \) -printf '%p  %s bytes\n'
