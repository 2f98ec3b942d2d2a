#!/usr/bin/env bash
# Makes the model of things anew: collects pictures without names, writes the training scenes, exports the teacher and computes its
# features, then trains one stretch after the other. What is there already is kept, so that it goes on where it was interrupted.
#
#   tools/things_model.sh PACKAGE...       folders with unpacked packages, as for tools/collect_things.py (docs/things.md)
#
# Python packages: tools/things_requirements.txt and tools/teacher_requirements.txt, in $PYTHON (python3).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ $# == 0 || $1 == --help || $1 == -h ]]; then
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  [[ $# == 0 ]] && exit 2
  exit 0
fi
python=${PYTHON:-python3} bin=build/release/bin data=runs/things_data

[[ -f runs/things_others/others.tsv ]] || $python tools/collect_things.py "$@" --others runs/things_others
# The options are those under synth: of things_model_1.yaml; the third stretch writes its own scenes, which begin with these, the fifth,
# sixth and those from the eighth on write others.
$bin/pixelsail-synth --world things --out $data --seed 1 --train 8000 --val 310 --test-a 200 --test-b 100 --max-side 192 \
  --nameless runs/things_others --train-nameless 3000
if [[ ! -f $data/teachers/efficientnet/index.json ]]; then
  $python tools/export_teacher.py efficientnet-lite0 --size 384 --components 64 --pictures $data/images/train2014 --formats pt \
    --name things --out runs/things_teacher
  $bin/pixelsail-teach --module runs/things_teacher/things.pt --images $data/images/train2014 --out $data/teachers/efficientnet --jobs 2
fi
[[ -f runs/things_strangers/others.tsv ]] ||
  $python tools/collect_things.py "$@" --table data/things/things.tsv --table data/things_more/things.tsv --others runs/things_strangers
train() { $bin/pixelsail-train "configs/train/things_model_$1.yaml" --resume; }
final() { for stretch in "$@"; do echo "runs/things_model_$stretch/final"; done; }
# mean TO OPTIONS FOLDER...: the mean of these models
mean() {
  local to=$1 options=$2
  shift 2
  [[ -f $to/config.json ]] || $bin/pixelsail-convert --from "$1" --average "${@:2}" $options --to "$to"
}
# passed STRETCH FIRST STEP LAST: its checkpoints, one each STEP steps
passed() { printf "runs/things_model_$1/checkpoints/step_%s " $(seq "$2" "$3" "$4"); }
for stretch in 1 2 3 4 5 6; do train $stretch; done
mean runs/things_mean "--dtype f32" $(final 6 5 4)
train 7
mean runs/things_mean_7 "--dtype f32" $(final 7 6 5 4)
train 8
mean runs/things_mean_8 "--dtype f32" $(final 8 7 6 5 4)
train 9
# The ninth ends at the rate that it began with: what counts is the mean of what it passed through.
mean runs/things_mean_9a "--dtype f32" $(passed 9 300 75 600)
mean runs/things_mean_9b "--dtype f32" $(passed 9 600 75 900)
mean runs/things_mean_10 "--dtype f32 --patch-size 12" $(final 4 6 8) runs/things_model_8/checkpoints/step_2000 runs/things_mean_9a \
  runs/things_mean_9b
train 10
mean runs/things_mean_10_end "--dtype f32" $(passed 10 700 100 1400)
mean runs/things_shipped "--dtype bf16" runs/things_mean_10 runs/things_mean_10_end runs/things_mean_10_end
