#!/usr/bin/env bash
# Teaches the model that ships a word that it does not know ("crescent") from a synthetic data set that it writes first,
# then asks both that model and the tuned one for crescents. Ends with 1 when the tuned model's cIoU is not at least
# 0.2 above the other's, or when 5 % of the parameters or more were trained. Everything lies in runs/concept
# afterwards.
#
#   tools/lora_demo.sh              begin, or continue where an earlier call was interrupted
#   tools/lora_demo.sh --restart    throw away the earlier run first
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  "") ;;
  --restart) rm -rf runs/concept ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    [[ $1 == --help || $1 == -h ]] && exit 0
    exit 2
    ;;
esac

tools/bootstrap.sh --demo
bin=build/release/bin
source tools/interruptible.sh

run lora_demo "$bin/pixelsail-train" configs/train/lora_concept.yaml --resume
run lora_demo "$bin/pixelsail-eval" configs/eval/concept.yaml --out runs/concept

sed -n '/^#/,$p' runs/concept/report.md
cat << EOF

Report   runs/concept/report.html, runs/concept/report.md, runs/concept/report.json
Pictures runs/concept/samples.png (twelve answers of the tuned model), runs/concept/loss.png
EOF
echo
python3 - << 'EOF'
import json
import math
import struct
import sys

needed_gain, allowed_share = 0.2, 0.05


def parameters(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")


adapter = parameters("runs/concept/adapter/adapter_model.safetensors")
model = parameters("data/demo_model/model.safetensors")
with open("runs/concept/report.json", encoding="utf-8") as file:
    ciou = {job["name"]: job["score"]["ciou"] for job in json.load(file)["jobs"]}
gain = ciou["tuned"] - ciou["base"]
print(f"trained {adapter} of {model} parameters: {adapter / model:.2%} (allowed: {allowed_share:.0%})")
print(f"cIoU on crescents: base {ciou['base']:.4f}, tuned {ciou['tuned']:.4f}, gain {gain:+.4f} (needed: {needed_gain})")
sys.exit(0 if gain >= needed_gain and adapter < allowed_share * model else 1)
EOF
