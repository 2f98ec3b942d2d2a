#!/usr/bin/env bash
# Makes the archive that tools/gpu_check.sh needs on a machine with a GPU and nothing of ours: the minimal build, stripped,
# with tensors of the published code, model configurations and tests. It runs on x86-64 Linux with glibc 2.36 or newer
# and Python's torch package:
#
#   tar xf pixelsail-gpu-check-*.tar.xz && pixelsail-gpu-check-*/gpu_check.sh
#
#   tools/bundle.sh [--jobs N] [--build FOLDER]     build/minimal by default; the archive goes into it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=$(nproc) build=build/minimal
fail() {
  echo "bundle.sh: $*" >&2
  exit 4
}
while [[ $# -gt 0 ]]; do
  case $1 in
    --jobs | --build)
      [[ $# -ge 2 ]] || fail "$1 needs a value"
      if [[ $1 == --jobs ]]; then jobs=$2; else build=$2; fi
      shift
      ;;
    -h | --help)
      sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) fail "unknown argument '$1' (see --help)" ;;
  esac
  shift
done

build=$(realpath -m "$build")
readonly max_bytes=$((10 << 20))
readonly programs=(pixelsail-doctor pixelsail-doctor-devices pixelsail-bench strict_device_test)
# Cases of models of every family, with gradients and optimizer steps; those of weights that they share come along.
readonly cases=(sail_tiny sail_text sail_batch generate generate_seg eve_tiny eve_generate steps_sail steps_sail_7b
  steps_solo steps_eve)

if [[ ! -f $build/build.ninja ]]; then
  cmake -S . -B "$build" -G Ninja -DPIXELSAIL_MINIMAL=ON > /dev/null || fail "cmake could not configure $build"
fi
mkdir -p "$build"
ninja -C "$build" -j "$jobs" "${programs[@]}" > "$build/bundle.log" 2>&1 ||
  { tail -n 30 "$build/bundle.log" >&2 && fail "the minimal build failed; the compiler's message stands above"; }

name=pixelsail-gpu-check-$(cat VERSION)
stage=$build/bundle
rm -rf "$stage"
mkdir -p "$stage/$name/bin" "$stage/$name/configs" "$stage/$name/tests/golden"
for program in "${programs[@]}"; do
  cp "$build/bin/$program" "$stage/$name/bin/"
  strip "$stage/$name/bin/$program"
done
cmake -DCPACK_PIXELSAIL_LAUNCH="$build/launch" -DCPACK_TEMPORARY_INSTALL_DIRECTORY="$stage/$name" \
  -P cmake/PackageLayout.cmake || fail "the programs could not be put in order"
cp -r configs/model "$stage/$name/configs/"
for case in "${cases[@]}"; do
  mkdir "$stage/$name/tests/golden/$case"
  cp "tests/golden/$case"/*.{json,safetensors} "$stage/$name/tests/golden/$case/"
done
cp tools/gpu_check.sh LICENSE "$stage/$name/"

archive=$build/$name-linux-x86_64.tar.xz
tar -C "$stage" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - "$name" | xz -9e > "$archive.tmp"
bytes=$(stat -c %s "$archive.tmp")
[[ $bytes -le $max_bytes ]] || fail "the archive has $bytes bytes, more than $max_bytes: $archive.tmp"
mv "$archive.tmp" "$archive"
echo "$archive  $bytes bytes"
