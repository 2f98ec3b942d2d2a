#!/usr/bin/env bash
# Feeds mutated inputs to the readers of pickles, safetensors, RLE, torch archives, indices of shards,
# tokenizer.json files, tables, captions, pickles that name numpy and OrderedDict, JSON with Python's numbers, GIF pictures,
# EXIF and headers of pictures, YAML and lines of samples.jsonl under AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer, and
# prints one line per reader.
#   tools/fuzz.sh [COUNT]      inputs per reader, default 1000000
# Exit code 4 when a reader mishandles an input; the input is kept in build/asan/fuzz-READER.bin.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

count=${1:-1000000}
if ! [[ $count =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: tools/fuzz.sh [COUNT]" >&2
  exit 2
fi

# Only this target and the rooms below it are compiled.
launcher=()
if command -v ccache > /dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
log=build/asan/fuzz-build.log
mkdir -p build/asan
if ! { cmake --preset asan "${launcher[@]}" && cmake --build --preset asan --target pixelsail-fuzz; } > "$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "fuzz.sh: the build failed; all of it is in $log" >&2
  exit 4
fi

# An input of 4 KB must never ask for hundreds of megabytes.
export ASAN_OPTIONS=detect_leaks=1:max_allocation_size_mb=256:hard_rss_limit_mb=4096
export UBSAN_OPTIONS=print_stacktrace=1
readonly targets=(
  pickle
  safetensors
  rle
  pth
  index
  tokenizer
  tsv
  caption
  names
  json
  gif
  exif
  yaml
  folder
)
failed=0
for target in "${targets[@]}"; do
  { build/asan/bin/pixelsail-fuzz --target "$target" --count "$count" --seed 1 --dump "build/asan/fuzz-$target.bin" ||
    { echo "$target: FAILED, see the messages above"; exit 4; }; } &
done
for _ in "${targets[@]}"; do
  wait -n || failed=4
done
exit "$failed"
