#!/usr/bin/env bash
# Does each part of the method help? Trains the demo's model plain, then with upsampler, prompt injection and distillation
# added one after the other (configs/ablation), each with several seeds on the same synthetic data, which it writes first;
# evaluates every result (configs/eval/ablation.yaml) and prints the table. docs/howto_ablation.md says more.
#
#   tools/ablation.sh                 begin, or continue where an earlier call was interrupted
#     --seeds "1 2 3"                 train.seed of the runs of each variant
#     --steps N                       steps of each training; default: as in the configurations
#     --out DIR                       default runs/ablation: one folder a run, its log beside it, table.md
#     --data DIR                      default runs/ablation_data
#     --jobs J                        trainings at once, each with 1/J of the cores; default 1
#     --set KEY=VALUE                 for every training (may be repeated), e.g. synth.train=40 for a trial
#     --eval FILE                     default configs/eval/ablation.yaml
#     --bin DIR                       default build/release/bin
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

command=tools/ablation.sh
for word in "$@"; do
  [[ $word == *[[:space:]]* ]] && command+=" \"$word\"" || command+=" $word"
done
seeds="1 2 3" steps="" out=runs/ablation data=runs/ablation_data jobs=1
eval_config=configs/eval/ablation.yaml bin=build/release/bin
overrides=()
while (($# > 0)); do
  if [[ $1 == --help || $1 == -h ]]; then
    usage
    exit 0
  fi
  (($# > 1)) || { usage >&2; exit 2; }
  case $1 in
    --seeds) seeds=$2 ;;
    --steps) steps=$2 ;;
    --out) out=$2 ;;
    --data) data=$2 ;;
    --jobs) jobs=$2 ;;
    --set) overrides+=(--set "$2") ;;
    --eval) eval_config=$2 ;;
    --bin) bin=$2 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift 2
done
number='^[1-9][0-9]*$'
[[ $jobs =~ $number ]] || { echo "ablation: --jobs is not a positive number: $jobs" >&2; exit 2; }
[[ -z $steps || $steps =~ $number ]] || { echo "ablation: --steps is not a positive number: $steps" >&2; exit 2; }
[[ $seeds =~ ^[0-9]+( +[0-9]+)*$ ]] || { echo "ablation: --seeds are not numbers: $seeds" >&2; exit 2; }
[[ -z $steps ]] || overrides+=(--set "train.steps=$steps")

python3 tools/bench/ablation_table.py --check configs/ablation
for program in pixelsail-train pixelsail-eval; do
  [[ -x $bin/$program ]] || { echo "ablation: $bin/$program is not there; tools/bootstrap.sh builds it" >&2; exit 2; }
done

cores=$(nproc)
export OMP_NUM_THREADS=$((cores / jobs > 0 ? cores / jobs : 1))
mkdir -p "$out"

roots=()
for ((i = 0; i < $(grep -cE '^ *- *benchmark:' "$eval_config"); ++i)); do
  roots+=(--set "benchmarks[$i].root=$data")
done

train() { # variant seed, further arguments
  "$bin/pixelsail-train" "configs/ablation/$1.yaml" --set "output_dir=$out/$1_$2" --set "data.root=$data" \
    --set "train.seed=$2" "${overrides[@]}" "${@:3}"
}

run_one() { # variant seed
  local name=$1_$2
  # A finished training ends at once, an interrupted one goes on; so do evaluations.
  train "$1" "$2" --resume || return
  "$bin/pixelsail-eval" "$eval_config" --checkpoint "$out/$name/final" --out "$out/$name" "${roots[@]}"
}

in_background() { # variant seed
  local name=$1_$2 begin=$SECONDS
  if run_one "$1" "$2" > "$out/$name.log" 2>&1; then
    echo "$(date +%T)  $name done in $(((SECONDS - begin) / 60)):$(printf %02d $(((SECONDS - begin) % 60)))"
  else
    echo "$(date +%T)  $name failed; the end of $out/$name.log:" >&2
    tail -n 5 "$out/$name.log" >&2
    return 1
  fi
}

# The scenes are written once, before the runs that share them; each run checks that they are what it wants.
if [[ ! -f $data/dataset.json ]]; then
  echo "$(date +%T)  scenes"
  read -r first _ <<< "$seeds"
  train distillation "$first" --dry-run > "$out/scenes.log" 2>&1 || { cat "$out/scenes.log" >&2; exit 1; }
fi

# Every run is a process group of its own (set -m); at SIGTERM a training saves where it is.
stop() {
  local groups
  groups=$(jobs -p)
  for group in $groups; do kill -TERM -- "-$group" 2> /dev/null || true; done
  for group in $groups; do
    while kill -0 -- "-$group" 2> /dev/null; do sleep 0.2; done
  done
  echo "ablation: stopped; the same command goes on" >&2
  exit 130
}
set -m
trap stop INT TERM
failed=0 running=0
for seed in $seeds; do
  for variant in plain upsampler injection distillation; do
    if ((running == jobs)); then
      wait -n || failed=1
      running=$((running - 1))
    fi
    in_background "$variant" "$seed" &
    running=$((running + 1))
  done
done
for ((; running > 0; --running)); do
  wait -n || failed=1
done
if ((failed)); then
  echo "ablation: not everything is done; the same command goes on" >&2
  exit 1
fi

python3 tools/bench/ablation_table.py "$out" --seeds "$seeds" --command "$command" > "$out/table.md.new"
mv "$out/table.md.new" "$out/table.md"
echo
cat "$out/table.md"
