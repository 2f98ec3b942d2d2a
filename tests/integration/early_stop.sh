#!/usr/bin/env bash
# A training counted in epochs that ends early: the log and the program say why, exit code 0, the best model is whole; called
# again it does nothing; killed on the way it ends at the same step with the same best model.
#
# Usage: early_stop.sh BIN_DIR
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh" "$1"

mkdir -p "$work/data/images"
cp data/photo.jpg "$work/data/images/"
for split in train val; do
  echo '{"image": "photo.jpg", "split": "'$split'", "expression": "the cup", "masks": [[[170, 20, 410, 20, 410, 300, 170, 300]]]}'
done > "$work/data/samples.jsonl"

# No score is 2 better than another: after the first evaluation three bring nothing.
train() { # NAME ARGUMENT...
  local name=$1
  shift
  "$bin/pixelsail-train" configs/train/own_data.yaml --threads 1 --set "data.root=$work/data" --set "output_dir=$work/$name" \
    --set train.epochs=40 --set train.batch_size=2 --set train.eval_every=2 --set train.checkpoint_every=1 --set eval.min_delta=2 \
    "$@" > "$work/$name.out" 2> "$work/$name.err"
}

train whole --dry-run || fail "dry run: $(tail -n 3 "$work/whole.err")"
grep -q '40 epochs of 1 samples: 20 steps of 2' "$work/whole.out" || fail "the dry run does not say how long: $(cat "$work/whole.out")"
train whole || fail "$(tail -n 3 "$work/whole.err")"
grep -q 'ended after step 8 of 20: 3 evaluations without a better ciou' "$work/whole.out" || fail "why it ended: $(cat "$work/whole.out")"
grep -q 'ended after step 8 of 20' "$work/whole.err" || fail "the log does not say why it ended"
grep -q '^# train.epochs: 40 epochs of 1 samples: 20 steps of 2' "$work/whole/config.yaml" || fail "the length is not in config.yaml"
"$bin/pixelsail-inspect" "$work/whole/best" --verify > "$work/verified" || fail "best/ is not whole: $(cat "$work/verified")"
[[ -f $work/whole/best/adapter/adapter_model.safetensors && -f $work/whole/final/config.json ]] || fail "no adapter or no result"

sums() { find "$work"/whole/{log,eval}.jsonl "$work/whole/best" -type f -exec md5sum {} + | sort; }
before=$(sums)
train whole --resume || fail "called again: $(tail -n 3 "$work/whole.err")"
grep -q 'nothing is left to do: this training ended after step 8' "$work/whole.out" || fail "called again: $(cat "$work/whole.out")"
[[ $before == "$(sums)" ]] || fail "called again it changed something"

# Killed behind its second evaluation.
train killed &
pid=$!
for _ in $(seq 600); do
  [[ $(grep -c . "$work/killed/eval.jsonl" 2> /dev/null || true) -lt 2 ]] || break
  sleep 0.05
done
pkill -KILL -P "$pid" 2> /dev/null || true
wait "$pid" 2> /dev/null || true
train killed --resume || fail "resumed: $(tail -n 3 "$work/killed.err")"
diff -r "$work/whole/best" "$work/killed/best" || fail "another best model"
cmp "$work/whole/eval.jsonl" "$work/killed/eval.jsonl" || fail "other scores"

# What cannot be meant is refused before anything is read.
refused() { # WORD ARGUMENT...
  local word=$1 status=0
  shift
  "$bin/pixelsail-train" configs/train/own_data.yaml --set "data.root=$work/data" --set "output_dir=$work/refused" "$@" \
    > "$work/out" 2> "$work/err" || status=$?
  [[ $status -eq 2 ]] && grep -q -- "$word" "$work/err" || fail "$*: exit code $status, $(cat "$work/err")"
}
refused 'train.steps and train.epochs' --set train.steps=3 --set train.epochs=3
refused 'train.eval_every' --set train.eval_every=0
refused 'it has: .*giou' --set eval.metric=cio
[[ ! -e $work/refused ]] || fail "a refused training wrote something"
echo "early_stop: an early end, twice the same, and three refusals"
