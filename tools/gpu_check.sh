#!/usr/bin/env bash
# Settles in ten minutes what only a GPU can show: the library computes right on it, and how fast. Prints a table and
# writes JSON. Runs in a bundle (tools/bundle.sh) or in the repository after tools/bootstrap.sh --cuda.
#
#   gpu_check.sh [--device cuda|cuda:N|cpu] [--small] [--out FILE] [--bin FOLDER]
#
#   --device   cuda by default
#   --small    the demo's model in place of 0.5B and 3B, for a machine without a GPU
#   --out      gpu_check.json by default
#   --bin      folder of the programs; the bundle's, or build/release/bin
#
# Exit code 0 when every part went through, 1 when one failed (its row says how), 2 for a wrong command line.
set -uo pipefail

device=cuda small=false out=gpu_check.json bin=
fail() {
  echo "gpu_check.sh: $*" >&2
  exit 2
}
while [[ $# -gt 0 ]]; do
  case $1 in
    --device | --out | --bin)
      [[ $# -ge 2 ]] || fail "$1 needs a value"
      case $1 in
        --device) device=$2 ;;
        --out) out=$2 ;;
        --bin) bin=$2 ;;
      esac
      shift
      ;;
    --small) small=true ;;
    -h | --help)
      sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) fail "unknown argument '$1' (see --help)" ;;
  esac
  shift
done

out=$(realpath -m "$out")
[[ -z $bin ]] || bin=$(realpath -m "$bin")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ -d $root/bin ]]; then
  : "${bin:=$root/bin}" # a bundle
else
  root=$(dirname "$root")
  : "${bin:=$root/build/release/bin}"
fi
[[ -x $bin/pixelsail-bench && -x $bin/strict_device_test ]] ||
  fail "pixelsail-bench and strict_device_test are not in $bin"
cd "$root" || exit 2
python=${PIXELSAIL_PYTHON:-python3}
command -v "$python" > /dev/null || fail "$python is missing; set PIXELSAIL_PYTHON"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIXELSAIL_TEST_DEVICE=$device PIXELSAIL_SOURCE_DIR=$root

# A processor is no GPU: it may take longer.
patience=1
if $small; then patience=5; fi

# part NAME KIND SECONDS COMMAND...: runs it within its time; KIND says how its output is read.
parts=0
part() {
  local name=$1 kind=$2 limit=$(($3 * patience)) start=${EPOCHREALTIME//[!0-9]/} status=0
  shift 3
  echo "gpu_check: $name" >&2
  timeout --kill-after=5 "$limit" "$@" > "$work/$parts.out" 2> "$work/$parts.err" < /dev/null || status=$?
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$parts" "$name" "$kind" "$limit" "$status" \
    $((${EPOCHREALTIME//[!0-9]/} - start)) >> "$work/parts.tsv"
  parts=$((parts + 1))
}

tests() { part "$1" tests "$2" "$bin/strict_device_test" --gtest_brief=1 --gtest_filter="$3"; }
bench() {
  local name=$1 limit=$2
  shift 2
  part "$name" bench "$limit" "$bin/pixelsail-bench" --device "$device" --dtype bf16 --json "$@"
}

part "doctor" doctor 30 "$bin/pixelsail-doctor"
if $small; then
  shapes=(demo demo) image=128x128 sample=(--text-tokens 24 --num-points 1024) answer=(--vocabulary 2048)
else
  # The published vocabulary; one picture of 1024 x 1024 pixels, four masks and both teachers in 8,100 tokens.
  shapes=(0.5b 3b) image=1024x1024 answer=(--vocabulary 151680 --decode-tokens 128)
  sample=(--vocabulary 151680 --text-tokens 1000 --train-turns 4 --teacher-channels 256 --sam2-channels 256)
fi
tests "device against CPU" 110 '-*Published*:*Lengths*'
tests "published tensors and steps" 50 '*Published*'
tests "lengths 1 to 64" 50 '*Lengths*'
bench "20 steps twice" 40 --repeat 20
bench "train ${shapes[0]}" 70 --shape "${shapes[0]}" --train-only --runs 5 --image $image "${sample[@]}"
bench "train ${shapes[1]}, recomputed" 100 --shape "${shapes[1]}" --train-only --recompute --runs 3 --image $image "${sample[@]}"
bench "answer ${shapes[0]}" 50 --shape "${shapes[0]}" --runs 5 --image $image "${answer[@]}"
bench "answer ${shapes[0]}, no graphs" 40 --no-graphs --shape "${shapes[0]}" --runs 3 --image $image "${answer[@]}"
bench "answer ${shapes[1]}" 60 --shape "${shapes[1]}" --runs 3 --image $image "${answer[@]}"

"$python" - "$work" "$out" "$device" << 'EOF'
import json
import os
import pathlib
import re
import sys
import time

work, out, device = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]


def last_words(number):
    lines = [line for name in ("err", "out") for line in (work / f"{number}.{name}").read_text(errors="replace").splitlines()]
    return next((line.strip() for line in lines if line.strip()), "nothing was said")


def read_tests(text):
    passed = re.search(r"\[  PASSED  \] (\d+) test", text)
    failed = sorted(set(re.findall(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", text, re.M)))
    skipped = set(re.findall(r"^\[  SKIPPED \] ([\w/]+\.[\w/]+)", text, re.M))
    values = {"passed": int(passed[1]) if passed else 0, "failed": failed, "skipped": len(skipped)}
    words = f"{values['passed']} passed, {len(failed)} failed" + (f": {failed[0]}" if failed else "")
    return values, words, bool(passed) and values["passed"] > 0 and not failed


def shown(values, key, unit, factor=1.0, digits=1):
    return [f"{values[key] * factor:.{digits}f} {unit}"] if key in values else []


def read_bench(text):
    values = json.loads(text.splitlines()[-1])
    if "repeat_steps" in values:
        words = ["equal bits"] if values["repeat_equal"] else [
            f"loss differs by {values['repeat_loss_difference']:.1e}, weights by {values['repeat_weight_difference']:.1e}"]
        return values, ", ".join(words), True
    words = (shown(values, "train_step_s", "ms a step", 1e3) + shown(values, "train_tokens_per_s", "tokens/s", 1, 0) +
             shown(values, "train_tflops", "TFLOP/s") + shown(values, "train_mfu", "% MFU", 100) +
             shown(values, "train_peak_gib", "GiB at most") + shown(values, "image_to_mask_s", "ms image to mask", 1e3) +
             shown(values, "decode_tok_s", "tokens/s decoded") + shown(values, "decode_gb_s", "GB/s", 1, 0) +
             shown(values, "decode_share", "% of the bandwidth", 100))
    return values, ", ".join(words), True


def read_doctor(text):
    lines = text.splitlines()
    values = {"lines": lines}
    words = [line.split(None, 1)[1] for line in lines if re.match(r"(ok|PROBLEM|note)\s+cuda", line)]
    return values, "; ".join(" ".join(word.split()) for word in words), not any(line.startswith("PROBLEM") for line in lines)


READERS = {"tests": read_tests, "bench": read_bench, "doctor": read_doctor}
rows = []
for line in (work / "parts.tsv").read_text().splitlines():
    number, name, kind, limit, status, microseconds = line.split("\t")
    row = {"name": name, "seconds": round(int(microseconds) / 1e6, 1), "status": "ok", "exit_code": int(status)}
    values, words, good = {}, "", False
    try:
        values, words, good = READERS[kind]((work / f"{number}.out").read_text(errors="replace"))
    except (ValueError, IndexError, KeyError):
        pass
    if int(status) in (124, 137):
        row["status"], words = "too long", f"stopped after {limit} s" + (f"; {words}" if words else "")
    elif int(status) != 0 or not good:
        row["status"] = "failed"
        words = words or f"exit code {status}: {last_words(number)}"
    row.update(result=words, values=values)
    rows.append(row)

total = sum(row["seconds"] for row in rows)
result = {"device": device, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(total, 1), "parts": rows}
temporary = out.with_name(out.name + ".tmp")
temporary.write_text(json.dumps(result, indent=1) + "\n")
os.replace(temporary, out)
width = max(len(row["name"]) for row in rows)
print(f"{'part':{width}}  {'status':8}  {'s':>6}  result")
for row in rows:
    print(f"{row['name']:{width}}  {row['status']:8}  {row['seconds']:6.1f}  {row['result'][:200]}")
print(f"{total:.0f} s on {device}; {out}")
sys.exit(0 if all(row["status"] == "ok" for row in rows) else 1)
EOF
