#!/usr/bin/env bash
# Makes docs/shipped.jpg, the picture in README.md, anew: twelve answers of the shipped model. The scenes show pictures of things
# that no training scene shows and are the first that the seed gives; of each one expression is asked, the kinds in turn. Nothing
# is chosen by its answer.
#
#   tools/readme_picture.sh [CHECKPOINT]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit 0
fi
checkpoint=${1:-data/things_model} out=runs/readme bin=build/release/bin

tools/bootstrap.sh --demo
mkdir -p $out
$bin/pixelsail-synth --world things --out $out/scenes --seed 40 --train 1 --val 12 --test-a 0 --test-b 0 --max-side 192 > /dev/null
python3 - $out << 'EOF'
import json
import pathlib
import pickle
import sys

out = pathlib.Path(sys.argv[1])
with open(out / "scenes/refcoco/refs(unc).p", "rb") as file:
    refs = [ref for ref in pickle.load(file) if ref["split"] == "val"]
kinds = ["name", "relation", "category", "position", "color", "size"]
lines = []
for number, image in enumerate(sorted({ref["image_id"] for ref in refs})):
    sentences = [(s["kind"], s["sent"], ref["file_name"]) for ref in refs if ref["image_id"] == image for s in ref["sentences"]]
    # The kind whose turn it is, or the next one that the scene has.
    _, sent, name = min(sentences, key=lambda s: (kinds.index(s[0]) - number) % len(kinds))
    picture = out / "scenes/images/train2014" / (name.rsplit("_", 1)[0] + ".jpg")
    lines.append(json.dumps({"image": str(picture), "prompt": f" Please segment {sent} in this image."}))
(out / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
EOF
$bin/pixelsail-predict --checkpoint "$checkpoint" --jsonl $out/questions.jsonl --out $out/answers --sheet docs/shipped.jpg > /dev/null
echo docs/shipped.jpg
