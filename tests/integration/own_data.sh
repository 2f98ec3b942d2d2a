#!/usr/bin/env bash
# The way of docs/howto_own_data.md: annotations of LabelMe become a data set, are looked through and trained on; through
# every other format and back nothing is lost; what is broken is named.
#
# Usage: own_data.sh BIN_DIR
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh" "$1"

mkdir "$work/labelme"
for name in a b c; do
  cp data/photo.jpg "$work/labelme/$name.jpg"
  cat > "$work/labelme/$name.json" << END
{"version": "5.5.0", "flags": {}, "imagePath": "$name.jpg", "imageData": null, "shapes": [
  {"label": "cup", "points": [[170, 20], [410, 20], [410, 300], [170, 300]], "shape_type": "polygon"},
  {"label": "cup", "points": [[20, 20], [60, 50]], "shape_type": "rectangle"},
  {"label": "handle", "points": [[1, 1], [9, 9], [20, 3]], "shape_type": "linestrip"}]}
END
done

data() { "$bin/pixelsail-data" "$@" > "$work/out" 2> "$work/err"; }
count() { grep -c . "$1/samples.jsonl"; }
# masks FOLDER: what its lines say of pictures, names and masks
masks() { python3 -c '
import json, sys
print(sorted(json.dumps([x["image"], x["expression"], len(x["masks"])]) for x in map(json.loads, open(sys.argv[1]))))' "$1/samples.jsonl"; }

data convert --from labelme --to folder "$work/labelme" "$work/apart" || fail "convert: $(cat "$work/err")"
grep -q "linestrip 3" "$work/out" || fail "lines are not named: $(cat "$work/out")"
grep -q '"record": "shapes\[2\]"' "$work/apart/conversion.json" || fail "no place in conversion.json"
for format in coco labelme yolo label_studio cvat mask_folder; do
  data convert --from folder --to $format "$work/apart" "$work/to_$format" || fail "to $format: $(cat "$work/err")"
  data convert --from $format --to folder "$work/to_$format" "$work/back_$format" || fail "from $format: $(cat "$work/err")"
  [[ $(masks "$work/apart") == "$(masks "$work/back_$format")" ]] || fail "$format: $(masks "$work/back_$format")"
done

data convert --from labelme --to folder "$work/labelme" "$work/own" --join --val 0.33 || fail "convert: $(cat "$work/err")"
[[ $(count "$work/own") -eq 3 && $(grep -c '"split":"val"' "$work/own/samples.jsonl") -eq 1 ]] || fail "split: $(cat "$work/own/samples.jsonl")"
own=(configs/train/own_data.yaml --set "data.root=$work/own")
data check "${own[@]}" --json "$work/check.json" || fail "check: $(cat "$work/out" "$work/err")"
grep -q '"faults": 0' "$work/check.json" || fail "faults: $(cat "$work/check.json")"
data stats "${own[@]}" --samples 100 --lengths 4 || fail "stats: $(cat "$work/err")"
data preview "${own[@]}" --out "$work/sheets" || fail "preview: $(cat "$work/err")"
[[ -s $work/sheets/1_folder.png && -s $work/sheets/index.html ]] || fail "no sheets"
"$bin/pixelsail-train" "${own[@]}" --threads 1 --set "output_dir=$work/run" --set train.steps=2 --set train.eval_every=1 \
  --set train.checkpoint_every=0 --set train.batch_size=1 > "$work/out" 2> "$work/err" || fail "train: $(tail -n 3 "$work/err")"
[[ -s $work/run/eval.jsonl && -f $work/run/adapter/adapter_model.safetensors ]] || fail "no score or no adapter"

# A fault has a place and exit code 3.
printf '{"image": "a.jpg", "expression": "the dog", "masks": [[900, 900, 950, 900, 950, 950]]}\n' >> "$work/own/samples.jsonl"
status=0
data check "${own[@]}" || status=$?
[[ $status -eq 3 ]] && grep -q 'samples.jsonl:4' "$work/out" || fail "a broken line: exit code $status, $(cat "$work/out")"
echo "own_data: six formats there and back, a check, a training"
