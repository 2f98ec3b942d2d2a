#!/usr/bin/env bash
# The whole way on this machine: sets everything up, writes a synthetic data set, trains a small model on it from
# scratch, evaluates it beside the one that ships, and shows what to try next. Everything lies in runs/demo afterwards.
#
#   tools/demo.sh              begin, or continue where an earlier call was interrupted
#   tools/demo.sh --restart    throw away the earlier run first
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  "") ;;
  --restart) rm -rf runs/demo ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    [[ $1 == --help || $1 == -h ]] && exit 0
    exit 2
    ;;
esac

tools/bootstrap.sh --demo
bin=build/release/bin
source tools/interruptible.sh

run demo "$bin/pixelsail-train" configs/train/demo.yaml --resume
run demo "$bin/pixelsail-eval" configs/eval/demo.yaml --out runs/demo

sed -n '/^#/,$p' runs/demo/report.md
image=$(find runs/demo_data/images/train2014 -name '*.jpg' | sort | tail -n 1)
cat << EOF

Report   runs/demo/report.html, runs/demo/report.md, runs/demo/report.json
Pictures runs/demo/samples.png (twelve answers), runs/demo/loss.png

What to try next:
  $bin/pixelsail-predict --checkpoint data/demo_model --image $image --prompt " Please segment the leftmost object in this image." --out runs/predict
  $bin/pixelsail-train configs/train/folder.yaml --set data.root=MY_FOLDER      (your own data: docs/howto_dataset.md)
  $bin/pixelsail-eval configs/eval/refcoco.yaml --checkpoint MY_CHECKPOINT --out runs/refcoco     (real RefCOCO files)
EOF
