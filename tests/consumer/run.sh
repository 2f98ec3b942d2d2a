#!/usr/bin/env bash
# Installs a build into a temporary folder, builds tests/consumer against that and nothing else, and runs it. Then configures
# it with PixelSail as a part of itself (add_subdirectory) and compiles it so.
#
#   tests/consumer/run.sh BUILD_FOLDER [CHECKPOINT]
#
# PIXELSAIL_CONSUMER_FULL=1 builds the library in the second way too: all of its rooms once more.
# Exit code 77: no checkpoint to run it with.
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
checkpoint=$(realpath -m "${2:-data/demo_model}")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "consumer test: $*" >&2
  exit 1
}

cmake --install "$build" --prefix "$work/prefix" > "$work/install.log" || fail "the installation failed"

configure() {
  cmake -S tests/consumer -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" --fresh "$@" > "$work/configure.log" 2>&1
}
configure || { cat "$work/configure.log" >&2 && fail "find_package(PixelSail) failed"; }
if grep -hE 'nlohmann|spdlog|yaml|opencv|sentencepiece|/torch' "$work"/prefix/lib*/cmake/PixelSail/PixelSailTargets*.cmake \
  "$work"/prefix/lib/*/cmake/PixelSail/PixelSailTargets*.cmake 2> /dev/null; then
  fail "the package leaks a third-party library"
fi
ninja -C "$work/build" > "$work/build.log" || { cat "$work/build.log" >&2 && fail "the consumer does not build"; }

for program in "$work"/prefix/bin/pixelsail-*; do
  "$program" --version > /dev/null || fail "the installed $(basename "$program") does not start"
done

# Another LibTorch folder: refused when it is none, used by the program when it is one.
torch=$(sed -n 's/^set(_pixelsail_torch_root "\(.*\)")$/\1/p' "$(find "$work/prefix" -name PixelSailConfig.cmake)" | head -n 1)
configure -DPixelSail_TORCH_ROOT="$work" && fail "a folder without LibTorch was taken for PixelSail_TORCH_ROOT"
grep -q 'pass$\|-DPixelSail_TORCH_ROOT' "$work/configure.log" || fail "the message about a missing LibTorch has no remedy"
ln -s "$torch" "$work/torch"
configure -DPixelSail_TORCH_ROOT="$work/torch" || fail "PixelSail_TORCH_ROOT is not honoured"
cp "$work/build/consumer" "$work/consumer"
ninja -C "$work/build" > "$work/build.log" || { cat "$work/build.log" >&2 && fail "the consumer does not build with PixelSail_TORCH_ROOT"; }
# Into a variable first: grep -q would close the pipe early, which counts as a failure of the pipeline.
loaded=$(LD_TRACE_LOADED_OBJECTS=1 "$work/build/consumer")
grep -q "libtorch_cpu.so => $work/torch/lib" <<< "$loaded" ||
  fail "the program does not load the LibTorch of PixelSail_TORCH_ROOT"

# Of our own symbols the library shows what the public headers declare.
nm -DC --defined-only "$(find "$work/prefix" -name 'libpixelsail.so' | head -n 1)" | sed 's/^[0-9a-f ]* . //' | grep 'pixelsail::' \
  > "$work/symbols" || true
grep -q 'pixelsail::TrainingJob::run' "$work/symbols" || fail "TrainingJob is not exported"
if grep -vE '^((vtable|typeinfo|typeinfo name) for )?pixelsail::(Session|TrainingJob|TrainingReport|Error|ConfigError|DataError|RunError|parse_region|rasterize|load_image|decode_image)' \
  "$work/symbols" > "$work/leaked"; then
  fail "internal symbols are exported: $(head -n 3 "$work/leaked")"
fi

# As a part of another project, without tests and programs.
cmake -S tests/consumer -B "$work/sub" -G Ninja -DPIXELSAIL_SOURCE="$PWD" -DPIXELSAIL_TORCH_ROOT="$torch" > "$work/sub.log" 2>&1 ||
  { cat "$work/sub.log" >&2 && fail "add_subdirectory fails"; }
if [[ -n ${PIXELSAIL_CONSUMER_FULL:-} ]]; then
  ninja -C "$work/sub" consumer > "$work/sub.log" 2>&1 || { tail -n 30 "$work/sub.log" >&2 && fail "the consumer does not build by add_subdirectory"; }
else
  # Only the consumer's own files: ninja would compile the library's rooms before them.
  for file in main train; do
    (cd "$work/sub" && eval "$(ninja -t commands "CMakeFiles/consumer.dir/$file.cpp.o" | tail -n 1)") > "$work/sub.log" 2>&1 ||
      { tail -n 30 "$work/sub.log" >&2 && fail "the consumer does not compile by add_subdirectory"; }
  done
fi
link=$(ninja -C "$work/sub" -t commands consumer | tail -n 1)
if grep -qE 'pixelsail_[a-z]+\.a' <<< "$link"; then fail "PixelSail::pixelsail exports what it does not own"; fi

if [[ ! -f $checkpoint/config.json ]]; then
  echo "consumer test: built, but there is no checkpoint in $checkpoint to run it with" >&2
  exit 77
fi
"$work/consumer" "$checkpoint" || fail "the consumer program failed"
