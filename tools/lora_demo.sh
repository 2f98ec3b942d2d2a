#!/usr/bin/env bash
# Teaches the shipped model a word that it does not know ("crescent") from a synthetic data set that it writes first,
# then asks both the shipped and the tuned model for crescents. Ends with 1 when the tuned model's cIoU is not at least
# 0.2 above the shipped one's. Everything lies in runs/concept afterwards.
#
#   tools/lora_demo.sh              begin, or continue where an earlier call was interrupted
#   tools/lora_demo.sh --restart    throw away the earlier run first
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  "") ;;
  --restart) rm -rf runs/concept ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    [[ $1 == --help || $1 == -h ]] && exit 0
    exit 2
    ;;
esac

tools/bootstrap.sh
bin=build/release/bin

"$bin/pixelsail-train" configs/train/lora_concept.yaml --resume
"$bin/pixelsail-eval" configs/eval/concept.yaml --out runs/concept

sed -n '/^#/,$p' runs/concept/report.md
cat << EOF

Report   runs/concept/report.md, runs/concept/report.json
Pictures runs/concept/samples.png (twelve answers of the tuned model), runs/concept/loss.png
EOF
echo
python3 - runs/concept/report.json << 'EOF'
import json
import sys

report = sys.argv[1]
needed = 0.2
with open(report, encoding="utf-8") as file:
    ciou = {result["name"]: result["ciou"] for result in json.load(file)["results"]}
gain = ciou["tuned"] - ciou["base"]
print(f"cIoU on crescents: base {ciou['base']:.4f}, tuned {ciou['tuned']:.4f}, gain {gain:+.4f} (needed: {needed})")
sys.exit(0 if gain >= needed else 1)
EOF
