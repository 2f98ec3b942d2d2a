#!/usr/bin/env bash
# Twelve pictures annotated in LabelMe's format, of a shape that the model that ships does not know ("arrow"): converts
# them, looks through them and trains on eight, with three seeds, each until the score of the other four gets no better,
# then asks the model that ships and the best of each training for the arrows of the other four. Ends with 1 when the mean
# cIoU is not at least 0.1 above that of the model that ships. Everything lies in runs/own_data_demo afterwards.
#
#   tools/own_data_demo.sh              begin, or continue where an earlier call was interrupted
#   tools/own_data_demo.sh --restart    throw away the earlier run first
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  "") ;;
  --restart) rm -rf runs/own_data_demo ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    [[ $1 == --help || $1 == -h ]] && exit 0
    exit 2
    ;;
esac

bin=${BIN:-build/release/bin}
[[ -x $bin/pixelsail-data ]] || tools/bootstrap.sh
source tools/interruptible.sh
readonly work=runs/own_data_demo
mkdir -p "$work"

# What somebody would have drawn: pictures and LabelMe's files, of the arrows alone.
if [[ ! -d $work/annotations ]]; then
  rm -rf "$work/scenes" "$work/all" "$work/annotations.tmp"
  run own_data_demo "$bin/pixelsail-synth" --out "$work/scenes" --train 12 --val 0 --test-a 0 --test-b 0 --seed 5 \
    --shapes disc,square,triangle,star,cross,ring,diamond,arrow --focus arrow --max-side 192
  run own_data_demo "$bin/pixelsail-data" convert --from coco --to labelme "$work/scenes/refcoco/instances.json" "$work/all" \
    --images "$work/scenes/images/train2014"
  mkdir "$work/annotations.tmp"
  python3 - "$work/all" "$work/annotations.tmp" << 'EOF'
import json
import pathlib
import shutil
import sys

source, target = map(pathlib.Path, sys.argv[1:])
for file in source.glob("COCO_*.json"):
    picture = json.loads(file.read_text())
    picture["shapes"] = [shape for shape in picture["shapes"] if shape["label"] == "arrow"]
    (target / file.name).write_text(json.dumps(picture, indent=2))
    shutil.copy(source / picture["imagePath"], target)
EOF
  mv "$work/annotations.tmp" "$work/annotations"
fi

# The three commands of docs/howto_own_data.md, the last one with three seeds.
[[ -d $work/data ]] ||
  run own_data_demo "$bin/pixelsail-data" convert --from labelme --to folder "$work/annotations" "$work/data" --join --val 0.33
run own_data_demo "$bin/pixelsail-data" check configs/train/own_data.yaml --set "data.root=$work/data"
{
  echo "benchmarks:"
  echo "  - {benchmark: folder, split: val, root: $work/data}"
  echo "checkpoints:"
  echo "  - {name: shipped, dir: data/demo_model}"
} > "$work/eval.yaml"
for seed in 1 2 3; do
  run own_data_demo "$bin/pixelsail-train" configs/train/own_data.yaml --resume --set "data.root=$work/data" \
    --set "output_dir=$work/seed_$seed" --set "train.seed=$seed"
  echo "  - {name: seed_$seed, dir: $work/seed_$seed/best}" >> "$work/eval.yaml"
done
echo "max_new_tokens: 32" >> "$work/eval.yaml"
run own_data_demo "$bin/pixelsail-eval" "$work/eval.yaml" --out "$work/report"

python3 - "$work/report/report.json" << 'EOF'
import json
import sys

needed = 0.1
with open(sys.argv[1], encoding="utf-8") as file:
    ciou = {job["name"]: job["score"]["ciou"] for job in json.load(file)["jobs"]}
shipped = ciou.pop("shipped")
gain = sum(ciou.values()) / len(ciou) - shipped
print("cIoU on four pictures: shipped %.4f, tuned %s" % (shipped, ", ".join("%.4f" % value for value in ciou.values())))
print(f"mean gain {gain:+.4f} (needed: {needed})")
sys.exit(0 if gain >= needed else 1)
EOF
