#!/usr/bin/env bash
# Kills a small training run with SIGKILL at random moments, resumes it each time, and compares weights and losses with
# a run that was left alone: they must be equal byte for byte.
# Usage: resume_after_kill.sh BIN_DIR [KILLS=3] [SEED=1]
set -euo pipefail
bin=$(cd "$1" && pwd)
kills=${2:-3}
RANDOM=${3:-1}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Long enough that every kill hits a running program; a checkpoint every other step, so that some hit a write.
steps=$((kills * 40))

"$bin/pixelsail-synth" --out "$work/data" --seed 5 --train 40 --val 2 --test-a 1 --test-b 1 > /dev/null
train() {
  "$bin/pixelsail-train" configs/train/shapes.yaml --set data.root="$work/data" --set synth.write_if_missing=false \
    --set output_dir="$work/$1" --set train.steps=$steps --set train.checkpoint_every=2 --set train.eval_every=0 \
    --set train.batch_size=2 --set threads=2 --set model.num_hidden_layers=2 --resume > /dev/null 2> "$work/$1.log"
}
train whole

killed=0
while ((killed < kills)) && [[ ! -d $work/parts/final ]]; do
  train parts &
  pid=$!
  sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
  # The function runs in a subshell; the program is its child.
  if pkill -KILL -P "$pid" 2> /dev/null; then killed=$((killed + 1)); fi
  wait "$pid" 2> /dev/null || true
done
if ((killed < kills)); then
  echo "the run ended after $killed kills" >&2
  exit 1
fi
train parts

cmp "$work/whole/final/model.safetensors" "$work/parts/final/model.safetensors"
losses() { sed -E 's/"((data_wait|forward|backward|optimizer|step|samples_per|tokens_per)_s|mfu|memory_(peak_)?mb)":[^,}]*[,}]//g' "$1"; }
diff <(losses "$work/whole/log.jsonl") <(losses "$work/parts/log.jsonl")
[[ $(wc -l < "$work/parts/log.jsonl") -eq $steps ]]
echo "resume after $killed kills: weights and losses are equal"
