#!/usr/bin/env bash
# The whole way on this machine: sets everything up, writes scenes of things that everybody knows, trains a small model on them
# from scratch, scores it on pictures that it has not seen, and shows what to try next. Everything lies in runs/demo afterwards.
#
#   tools/demo.sh              begin, or continue where an earlier call was interrupted
#   tools/demo.sh --restart    throw away the earlier run first
#   tools/demo.sh --shapes     scenes of coloured shapes instead, in runs/shapes (with --restart: --shapes --restart)
#   tools/demo.sh --quick      no training: what the model that ships says about the photographs that ship, in runs/quick
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

name=demo restart=false quick=false
for argument in "$@"; do
  case $argument in
    --restart) restart=true ;;
    --shapes) name=shapes ;;
    --quick) quick=true ;;
    *)
      sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
      [[ $argument == --help || $argument == -h ]] && exit 0
      exit 2
      ;;
  esac
done
bin=build/release/bin
source tools/interruptible.sh

stage() { echo "demo: $*" >&2; }

# evaluate NAME FOLDER: configs/eval/NAME.yaml, its report on the terminal, too
evaluate() {
  run demo "$bin/pixelsail-eval" "configs/eval/$1.yaml" --out "$2"
  sed -n '/^#/,$p' "$2/report.md"
}

if $quick; then
  stage "1 of 2: packages, LibTorch and pixelsail-predict, as far as they are missing (up to 10 minutes on 2 cores from nothing)"
  tools/bootstrap.sh --predict
  stage "2 of 2: answers about the photographs of data/things (seconds)"
  mkdir -p runs/quick
  tools/photo_questions.py > runs/quick/questions.jsonl
  run demo "$bin/pixelsail-predict" --checkpoint data/demo_model --jsonl runs/quick/questions.jsonl --out runs/quick/answers \
    --sheet runs/quick/answers.jpg > runs/quick/answers.jsonl
  cat << EOF

Pictures runs/quick/answers.jpg (what was asked, and what the model marks)

What to try next:
  $bin/pixelsail-predict --checkpoint data/demo_model --image data/photo.jpg --prompt " Please segment the cup in this image." --out runs/photo
  tools/demo.sh              trains a model from scratch and scores it, in about half an hour
  tools/own_data_demo.sh     twelve annotated pictures, and the model knows a new word
EOF
  exit 0
fi
if $restart; then rm -rf runs/$name; fi
stage "1 of 3: packages, LibTorch and four programs, as far as they are missing (10 to 15 minutes on 2 cores from nothing)"
tools/bootstrap.sh --demo
stage "2 of 3: scenes, then the training (11 to 15 minutes on 2 cores; it shows the time left)"
run demo "$bin/pixelsail-train" configs/train/$name.yaml --resume
stage "3 of 3: evaluation (a minute or two)"
evaluate $name runs/$name
if [[ $name == demo ]]; then
  echo "The same on new scenes of pictures that the training scenes show:"
  evaluate demo_seen runs/demo/seen
fi

image=$(find runs/${name}_data/images/train2014 -name '*.jpg' | sort | tail -n 1)
cat << EOF

Report   runs/$name/report.html, runs/$name/report.md, runs/$name/report.json
Pictures runs/$name/samples.png (twelve answers), runs/$name/loss.png

What to try next:
  $bin/pixelsail-predict --checkpoint runs/$name/final --image $image --prompt " Please segment the leftmost object in this image." --out runs/predict
  $bin/pixelsail-train configs/train/folder.yaml --set data.root=MY_FOLDER      (your own data: docs/howto_dataset.md)
  $bin/pixelsail-eval configs/eval/refcoco.yaml --checkpoint MY_CHECKPOINT --out runs/refcoco     (real RefCOCO files)
EOF
