#!/usr/bin/env bash
# The whole way on this machine: sets everything up, writes a synthetic data set, trains a small model on it from
# scratch, evaluates it beside the one that ships, and shows what to try next. Everything lies in runs/demo afterwards.
#
#   tools/demo.sh              begin, or continue where an earlier call was interrupted
#   tools/demo.sh --restart    throw away the earlier run first
#   tools/demo.sh --things     scenes of things instead of shapes, in runs/demo_things (with --restart: --things --restart)
#   tools/demo.sh --quick      no training: the shipped model answers about the photographs of data/things, in runs/quick
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

name=demo restart=false quick=false
for argument in "$@"; do
  case $argument in
    --restart) restart=true ;;
    --things) name=demo_things ;;
    --quick) quick=true ;;
    *)
      sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
      [[ $argument == --help || $argument == -h ]] && exit 0
      exit 2
      ;;
  esac
done
bin=build/release/bin
model=data/demo_model
[[ $name == demo ]] || model=data/things_model
source tools/interruptible.sh

# quick: what the shipped model marks in 24 photographs, on one sheet.
quick() {
  local photos=data/things/photos out=runs/quick
  stage "1 of 2: packages, LibTorch and pixelsail-predict, as far as they are missing (some minutes from nothing)"
  tools/bootstrap.sh --predict
  mkdir -p $out
  stage "2 of 2: 24 questions about 24 photographs (seconds)"
  sed -nE "s|^\{\"image\": \"([^\"]+)\",.*\"expression\": \"([^\"]+)\".*|{\"image\":\"$photos/images/\1\",\"prompt\":\" Please segment \2 in this image.\"}|p" \
    $photos/samples.jsonl > $out/photos.jsonl
  run demo $bin/pixelsail-predict --checkpoint data/things_model --jsonl $out/photos.jsonl --out $out/answers --sheet $out/sheet.jpg \
    > $out/answers.jsonl
  cat << EOF
Pictures $out/sheet.jpg (24 photographs that the model has not seen, what was asked, what it marks)
Answers  $out/answers/*/overlay.png, mask_0.png, result.json

What to try next:
  $bin/pixelsail-predict --checkpoint data/things_model --image MY_PICTURE.jpg --prompt " Please segment the dog in this image." --out runs/predict
  tools/demo.sh      (trains a model of its own and scores it: half an hour on 2 cores)
  tools/own_data_demo.sh      (from annotated pictures to a trained model: docs/howto_own_data.md)
EOF
}

stage() { echo "demo: $*" >&2; }

if $quick; then
  quick
  exit 0
fi
if $restart; then rm -rf runs/$name; fi
stage "1 of 3: packages, LibTorch and four programs, as far as they are missing (up to 22 minutes on 2 cores from nothing)"
tools/bootstrap.sh --demo
stage "2 of 3: scenes, then the training (11 to 15 minutes on 2 cores; it shows the time left)"
run demo "$bin/pixelsail-train" configs/train/$name.yaml --resume
stage "3 of 3: evaluation of the trained and the shipped model (a minute)"
run demo "$bin/pixelsail-eval" configs/eval/$name.yaml --out runs/$name
sed -n '/^#/,$p' runs/$name/report.md
if [[ $name == demo_things ]]; then
  run demo "$bin/pixelsail-eval" configs/eval/demo_things_seen.yaml --out runs/demo_things/seen
  echo "The same on pictures of things that the training scenes show:"
  sed -n '/^#/,$p' runs/demo_things/seen/report.md
fi

image=$(find runs/${name}_data/images/train2014 -name '*.jpg' | sort | tail -n 1)
cat << EOF

Report   runs/$name/report.html, runs/$name/report.md, runs/$name/report.json
Pictures runs/$name/samples.png (twelve answers), runs/$name/loss.png

What to try next:
  $bin/pixelsail-predict --checkpoint $model --image $image --prompt " Please segment the leftmost object in this image." --out runs/predict
  $bin/pixelsail-train configs/train/folder.yaml --set data.root=MY_FOLDER      (your own data: docs/howto_dataset.md)
  $bin/pixelsail-eval configs/eval/refcoco.yaml --checkpoint MY_CHECKPOINT --out runs/refcoco     (real RefCOCO files)
EOF
