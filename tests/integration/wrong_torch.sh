#!/usr/bin/env bash
# A LibTorch that does not fit is named, found and wanted, by pixelsail-doctor, by the script that starts packaged programs
# and by the CMake package; none of them loads it.
#
#   wrong_torch.sh BIN
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh"
build=$(cd "$bin/.." && pwd)
wanted='wanted LibTorch 2.11 (C++11 ABI, CUDA'

# fake FOLDER VERSION CUDA ABI: files that only say what they are; whoever loads them fails.
fake() {
  mkdir -p "$1/lib"
  touch "$1/__init__.py"
  printf "from typing import Optional\n\n__version__ = '%s'\ncuda: Optional[str] = '%s'\n" "$2" "$3" > "$1/version.py"
  echo "no library" > "$1/lib/libtorch_cpu.so"
  case $4 in
    new) echo "_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE" ;;
    old) echo "_ZN3c105ErrorC1ENS_14SourceLocationESs" ;;
  esac > "$1/lib/libc10.so"
}
fake "$work/older/torch" 2.10.0+cu128 12.8 new
fake "$work/abi/torch" 2.11.0+cu130 13.0 old
fake "$work/right/torch" 2.11.0+cu126 12.6 new
older='found LibTorch 2.10.0+cu128 (C++11 ABI, CUDA 12.8) in'
abi='found LibTorch 2.11.0+cu130 (old ABI, CUDA 13.0) in'

# expect CODE WORDS COMMAND...: what it says holds the words, in one line.
expect() {
  local code=$1 words=$2 said status=0
  shift 2
  said=$("$@" 2>&1) || status=$?
  [[ $status -eq $code ]] || fail "$*: exit code $status instead of $code: $said"
  grep -qF -- "$words" <<< "$said" || fail "$*: '$words' is not in: $said"
  if [[ $code -ne 0 ]]; then
    grep -F -- "$words" <<< "$said" | grep -qF "$wanted" || fail "$*: '$wanted' is not in: $said"
  fi
}

doctor() { LD_LIBRARY_PATH=$1/lib "$bin/pixelsail-doctor"; }
expect 4 "PROBLEM  torch     $older $work/older/torch" doctor "$work/older/torch"
expect 4 "PROBLEM  torch     $abi $work/abi/torch" doctor "$work/abi/torch"
expect 4 "PROBLEM  torch     $older $work/older/torch" doctor "$work/older/torch/"

# A package as cmake/PackageLayout.cmake lays it out, with a program that says how it was started.
home=$work/package/lib/pixelsail
mkdir -p "$home/programs" "$work/package/bin"
cp "$build/launch" "$home/launch"
ln -s ../lib/pixelsail/launch "$work/package/bin/pixelsail-doctor"
printf '#!/bin/sh\necho "started with $LD_LIBRARY_PATH: $*"\n' > "$home/programs/pixelsail-doctor"
chmod +x "$home/programs/pixelsail-doctor"
start() { env -u PIXELSAIL_TORCH -u PIXELSAIL_PYTHON -u LD_LIBRARY_PATH "$1" PYTHONPATH="$2" "$work/package/bin/pixelsail-doctor" --one two; }
named() { start "PIXELSAIL_TORCH=$1" ""; }
imported() { start "PIXELSAIL_PYTHON=/usr/bin/python3" "$1"; }
expect 4 "pixelsail-doctor: $older $work/older/torch" named "$work/older/torch"
expect 4 "pixelsail-doctor: $older $work/older/torch" imported "$work/older"
expect 4 "pixelsail-doctor: $abi $work/abi/torch" named "$work/abi/torch"
expect 4 "no LibTorch was found in $work/nowhere" named "$work/nowhere"
expect 0 "started with $work/right/torch/lib:$home/libs: --one two" named "$work/right/torch"
expect 0 "started with $work/right/torch/lib:$home/libs: --one two" imported "$work/right"

# The CMake package, which needs no more than these files to say so.
if [[ -f $build/src/PixelSailConfig.cmake ]]; then
  mkdir -p "$work/prefix/lib/cmake/PixelSail" "$work/project"
  cp "$build"/src/PixelSailConfig*.cmake cmake/TorchTargets.cmake "$work/prefix/lib/cmake/PixelSail/"
  printf 'cmake_minimum_required(VERSION 3.16)\nproject(p LANGUAGES NONE)\nfind_package(PixelSail REQUIRED)\n' > "$work/project/CMakeLists.txt"
  configure() { # cmake breaks long lines
    local status=0 said
    said=$(cmake -S "$work/project" -B "$work/project/build" --fresh -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_SIZEOF_VOID_P=8 \
      -DPixelSail_TORCH_ROOT="$1" 2>&1) || status=$?
    tr -s ' \n' ' ' <<< "$said"
    return $status
  }
  expect 1 "$older $work/older/torch" configure "$work/older/torch"
  expect 1 "$abi $work/abi/torch" configure "$work/abi/torch"
  expect 1 "no LibTorch was found in $work/nowhere" configure "$work/nowhere"
fi
