#!/usr/bin/env bash
# Makes the picture at the top of README anew: what the model that ships answers about eight scenes of pictures that it was not
# trained on, one expression each, and about the first four photographs of data/things.
#
#   tools/readme_picture.sh [FILE.jpg]      docs/answers.jpg unless told
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ ${1:-} == -* ]]; then
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  [[ $1 == --help || $1 == -h ]] && exit 0
  exit 2
fi
file=${1:-docs/answers.jpg} bin=${BIN:-build/release/bin} work=runs/readme_picture
rm -rf "$work"
mkdir -p "$work"
"$bin/pixelsail-synth" --world things --out "$work/data" --seed 20 --train 1 --val 8 --test-a 1 --test-b 1 --max-side 192
python3 - "$work/data" > "$work/questions.jsonl" << 'EOF'
import json
import pathlib
import pickle
import sys

root = pathlib.Path(sys.argv[1])
names = {image["id"]: image["file_name"] for image in json.loads((root / "refcoco" / "instances.json").read_text())["images"]}
with open(root / "refcoco" / "refs(unc).p", "rb") as file:
    refs = [ref for ref in pickle.load(file) if ref["split"] == "val"]

shown = []
for ref in refs:
    if ref["image_id"] in shown:
        continue
    # Not always the first sentence, so that other kinds of expressions are seen, too.
    sentence = ref["sentences"][len(shown) % len(ref["sentences"])]["sent"]
    shown.append(ref["image_id"])
    image = root / "images" / "train2014" / names[ref["image_id"]]
    print(json.dumps({"image": str(image), "prompt": f" Please segment {sentence} in this image."}))
EOF
tools/photo_questions.py | sed -n 1,4p >> "$work/questions.jsonl"
"$bin/pixelsail-predict" --checkpoint data/demo_model --jsonl "$work/questions.jsonl" --out "$work/answers" --sheet "$file" > /dev/null
