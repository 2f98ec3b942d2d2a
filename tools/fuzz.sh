#!/usr/bin/env bash
# Feeds mutated inputs to every reader of outside data (pixelsail-fuzz --list) under AddressSanitizer,
# UndefinedBehaviorSanitizer and LeakSanitizer, as many readers at once as the machine has processors. A finding is a crash,
# an error that is none of ours, a reader that contradicts itself, memory out of proportion, a leak, or an input above a second.
#   tools/fuzz.sh [COUNT] [READER ...]
#     COUNT   inputs of the readers that are old and quick; all others get as many, but at most 2000.
#             Without it, or 0: a full run, 1,000,000 inputs of binary files and JSON each, 200,000 of text.
#     READER  only these
# Prints a line a reader, then the table that it also writes to build/asan/fuzz.md. Exit code 4 when a reader mishandles an
# input; the input is kept in build/asan/fuzz-READER.bin, what was said in build/asan/fuzz-READER.log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  echo "usage: tools/fuzz.sh [COUNT] [READER ...]" >&2
  exit 2
}
count=0
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  count=$1
  shift
fi
for reader in "$@"; do [[ $reader =~ ^[a-z0-9_]+$ ]] || usage; done

# Only this target and the rooms below it are compiled; none of them includes torch.
launcher=()
if command -v ccache > /dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
log=build/asan/fuzz-build.log
mkdir -p build/asan
if ! { cmake --preset asan "${launcher[@]}" && cmake --build --preset asan --target pixelsail-fuzz; } > "$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "fuzz.sh: the build failed; all of it is in $log" >&2
  exit 4
fi
readonly fuzzer=build/asan/bin/pixelsail-fuzz

# Readers that want files get them in memory where there is a place.
if [[ -w /dev/shm ]]; then TMPDIR=/dev/shm; fi
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/pixelsail-fuzz-run-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# An input of 4 KB must never ask for hundreds of megabytes. What one input frees fits into the quarantine, and
# two callers of an allocation are kept, since both cost time: run a finding again without these for the whole of its stack.
export ASAN_OPTIONS=detect_leaks=1:max_allocation_size_mb=256:hard_rss_limit_mb=4096:quarantine_size_mb=4
ASAN_OPTIONS+=:thread_local_quarantine_size_kb=256:malloc_context_size=2
export UBSAN_OPTIONS=print_stacktrace=1

mapfile -t known < <("$fuzzer" --list | cut -d' ' -f1)
readers=("$@")
if [[ $# -eq 0 ]]; then readers=("${known[@]}"); fi
for reader in "${readers[@]}"; do
  if [[ ! " ${known[*]} " == *" $reader "* ]]; then
    echo "fuzz.sh: no reader $reader (known: ${known[*]})" >&2
    exit 2
  fi
done
options=(--seed 1)
if [[ $count -gt 0 ]]; then options+=(--count "$count" --brief); fi

run_reader() {
  local name=$1 out=build/asan/fuzz-$1.log
  rm -f "build/asan/fuzz-$name.bin"
  if "$fuzzer" --target "$name" "${options[@]}" --dump "build/asan/fuzz-$name.bin" > "$out" 2>&1; then
    cat "$out"
  else
    echo "$name: FAILED, see $out"
    grep -m 3 -E '^finding|ERROR|runtime error|SUMMARY' "$out" || tail -n 3 "$out"
    return 4
  fi
}

failed=0 running=0
jobs_at_once=$(nproc)
for reader in "${readers[@]}"; do
  if [[ $running -ge $jobs_at_once ]]; then
    wait -n || failed=4
    running=$((running - 1))
  fi
  run_reader "$reader" &
  running=$((running + 1))
done
while [[ $running -gt 0 ]]; do
  wait -n || failed=4
  running=$((running - 1))
done

# "NAME: 1000 inputs, 20000 a second, 12 accepted, slowest 0.0010 s, no finding (1 s)"
{
  echo "| reader | kind | inputs | inputs/s | accepted | slowest input | findings |"
  echo "|---|---|---|---|---|---|---|"
  for reader in "${readers[@]}"; do
    kind=$("$fuzzer" --list | awk -v name="$reader" '$1 == name {print $2}')
    line=$(grep -m 1 "^$reader: .* no finding" "build/asan/fuzz-$reader.log" || true)
    if [[ $line =~ ^[a-z0-9_]+:\ ([0-9]+)\ inputs,\ ([0-9]+)\ a\ second,\ ([0-9]+)\ accepted,\ slowest\ ([0-9.]+)\ s ]]; then
      echo "| $reader | $kind | ${BASH_REMATCH[1]} | ${BASH_REMATCH[2]} | ${BASH_REMATCH[3]} | ${BASH_REMATCH[4]} s | 0 |"
    else
      echo "| $reader | $kind | | | | | 1: $(grep -m 1 -oE 'finding: .*|ERROR: .*|runtime error: .*' "build/asan/fuzz-$reader.log" | cut -c1-120 || true) |"
    fi
  done
} > build/asan/fuzz.md
echo
cat build/asan/fuzz.md
exit "$failed"
