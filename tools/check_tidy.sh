#!/usr/bin/env bash
# clang-tidy (.clang-tidy) on the rooms without torch, from the compile commands of build/release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

files=()
for room in core kernels families config io text image processor annotations export data synth metrics benchmarks report survey predict eval; do
  [[ -d src/$room ]] || continue
  while IFS= read -r file; do files+=("$file"); done < <(find "src/$room" -name '*.cpp' | sort)
done
if [[ $# -gt 0 ]]; then files=("$@"); fi

# The build compiles several files of a room as one; so they are read here, since their headers take most of the time.
units=()
for file in "${files[@]}"; do
  unit=$(grep -lF "\"$PWD/$file\"" build/release/src/*/CMakeFiles/*.dir/Unity/unity_*.cxx 2> /dev/null || true)
  units+=("${unit:-$file}")
done
mapfile -t units < <(printf '%s\n' "${units[@]}" | sort -u)

# g++ knows options that clang does not, and leaves signs out of -Wconversion; only what .clang-tidy asks for counts.
printf '%s\0' "${units[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/release --quiet --extra-arg=-Wno-unknown-warning-option \
    --extra-arg=-Wno-ignored-optimization-argument --extra-arg=-Wno-sign-conversion 2> >(grep -vE 'warnings? (generated|treated)' >&2)
