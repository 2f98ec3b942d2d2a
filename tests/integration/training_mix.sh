#!/usr/bin/env bash
# Synthetic data in every layout of the published mix: the configurations of the published trainings find no fault in them, and a
# small model trains on the whole mix.
#
# Usage: training_mix.sh BIN_DIR [STEPS=4]
set -euo pipefail
steps=${2:-4}
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh" "$1"

"$bin/pixelsail-synth" --out "$work/data" --seed 7 --train 16 --val 4 --test-a 1 --test-b 1 --mix 16 > /dev/null 2> "$work/err" ||
  fail "synth: $(tail -n 3 "$work/err")"
"$bin/pixelsail-synth" --out "$work/again" --seed 7 --train 16 --val 4 --test-a 1 --test-b 1 --mix 16 --threads 2 > /dev/null 2>&1
diff -r "$work/data" "$work/again" > /dev/null || fail "the same seed gave other bytes"

# A model as small as can be. There are no maps of the published teachers.
small=(--set "data.root=$work/data" --set tokenizer=data/demo_tokenizer --set data.teachers=[] --set data.workers=1
  --set loss.distill.mask2former_channels=0 --set loss.distill.sam2_channels=0 --set loss.num_points=64)
tiny=(--set model.hidden_size=32 --set model.intermediate_size=48 --set model.num_hidden_layers=2
  --set model.num_attention_heads=4 --set model.num_key_value_heads=2 --set model.seg_hidden_states=16 --set max_image_side=128
  --set device=cpu --set dtype=f32 --set train.final_dtype=f32 --threads 1)

for name in cotrain_3b finetune_refcoco_0_5b finetune_grefcoco_3b finetune_reasonseg_0_5b finetune_refcocog_caption_0_5b; do
  "$bin/pixelsail-data" check "configs/train/$name.yaml" "${small[@]}" --json "$work/check.json" > "$work/out" 2> "$work/err" ||
    fail "$name: $(cat "$work/out" "$work/err")"
  grep -q '"faults": 0' "$work/check.json" || fail "$name: $(cat "$work/check.json")"
done

"$bin/pixelsail-data" stats configs/train/cotrain_0_5b.yaml "${small[@]}" --samples 2000 --lengths 0 --json "$work/stats.json" \
  > /dev/null 2> "$work/err" || fail "stats: $(cat "$work/err")"
python3 - "$work/stats.json" << 'END' || fail "drawn shares"
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    stats = json.load(file)
with open("tests/golden/mix/shares.json", encoding="utf-8") as file:
    shares = list(json.load(file)["cotrain_0_5b"]["shares"].items())
for one, (kind, share) in zip(stats["datasets"], shares, strict=True):
    if abs(one["planned_share"] - share) > 1e-6:
        sys.exit(f"{kind}: planned {one['planned_share']}, published {share}")
    sigma = (share * (1 - share) / stats["places"]) ** 0.5
    if abs(one["drawn_share"] - share) > 4 * sigma:
        sys.exit(f"{kind}: drawn {one['drawn_share']}, published {share}")
END

"$bin/pixelsail-train" configs/train/cotrain_0_5b.yaml "${small[@]}" "${tiny[@]}" \
  --set "output_dir=$work/run" --set "train.steps=$steps" --set train.accumulate=8 --set train.eval_every=0 \
  --set train.checkpoint_every=0 > "$work/out" 2> "$work/err" || fail "train: $(tail -n 3 "$work/err")"
[[ $(wc -l < "$work/run/log.jsonl") -eq $steps && -f $work/run/final/model.safetensors ]] || fail "no result"
! grep -q 'samples were skipped' "$work/err" || fail "$(grep 'samples were skipped' "$work/err")"
echo "training_mix: no fault in twenty-three kinds, $steps steps on twenty of them"
