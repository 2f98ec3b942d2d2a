#!/usr/bin/env bash
# A training that a signal stops saves a checkpoint, ends with 128 + the signal's number, and goes on with --resume; a
# script that runs several programs says so and ends likewise, instead of going on with nothing.
#
# Usage: signals.sh BIN_DIR
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh" "$1"

# settings STEPS: a small training.
settings() {
  printf -- '--set %s ' "output_dir=$work/run" "data.root=$work/data" model.hidden_size=32 model.intermediate_size=48 \
    model.num_hidden_layers=2 model.num_attention_heads=4 model.seg_hidden_states=16 train.batch_size=2 \
    train.eval_every=0 train.checkpoint_every=0 loss.num_points=64 synth.train=12 synth.val=2 synth.test_a=1 \
    synth.test_b=1 "train.steps=$1"
}

# wait_for FILE: until it holds something.
wait_for() {
  for _ in $(seq 600); do
    [[ -s $1 ]] && return 0
    sleep 0.1
  done
  fail "$1 did not appear"
}

for signal in TERM:143 INT:130; do
  rm -rf "$work/run"
  # A background command of a script ignores SIGINT until it sets its own handler; python restores the default.
  python3 -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])' \
    "$bin/pixelsail-train" configs/train/shapes.yaml $(settings 100000) 2> "$work/err" &
  program=$!
  wait_for "$work/run/log.jsonl"
  kill -"${signal%:*}" $program
  status=0
  wait $program || status=$?
  [[ $status -eq ${signal#*:} ]] || fail "SIG${signal%:*}: exit code $status, wanted ${signal#*:}"
  [[ -d $work/run/final ]] && fail "a stopped training has a result"
  ls "$work/run/checkpoints" | grep -q '^step_' || fail "nothing was saved"
done
step=$(ls "$work/run/checkpoints" | sed 's/step_//' | sort -n | tail -n 1)
"$bin/pixelsail-train" configs/train/shapes.yaml $(settings 100000) --resume --dry-run > /dev/null 2>&1 || fail "--resume refuses"

# The scripts that run several programs.
cat > "$work/script.sh" << END
set -euo pipefail
source tools/interruptible.sh
run trial bash -c 'trap "echo saved; exit 143" TERM; echo > $work/begun; while true; do sleep 0.1; done'
echo "went on"
END
for signal in TERM:143 INT:130; do
  rm -f "$work/begun"
  python3 -c 'import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp("bash", ["bash", "'"$work/script.sh"'"])' \
    > "$work/out" 2> "$work/err" &
  script=$!
  wait_for "$work/begun"
  kill -"${signal%:*}" $script
  status=0
  wait $script || status=$?
  [[ $status -eq ${signal#*:} ]] || fail "script: exit code $status, wanted ${signal#*:}"
  grep -q saved "$work/out" || fail "the program was not asked to end"
  grep -q "trial: interrupted; the same command continues" "$work/err" || fail "the script says nothing"
  grep -q "went on" "$work/out" && fail "the script went on"
done

# Exit codes of what runs in it.
status=0
bash -c 'source tools/interruptible.sh; run trial bash -c "exit 3"' || status=$?
[[ $status -eq 3 ]] || fail "exit code $status instead of the program's 3"
bash -c 'source tools/interruptible.sh; run trial true; run trial true' || fail "programs that end well end the script"
echo "signals: a training stopped at step $step; 2 signals, 3 scripts"
