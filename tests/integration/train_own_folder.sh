#!/usr/bin/env bash
# The way of somebody with a checkpoint and a folder of pictures: configs/train/folder.yaml says nothing of the model, which
# is that of init_from. Also: an adapter on two of the three projections of attention in bf16, and a language model that
# was not converted.
#
# Usage: train_own_folder.sh BIN_DIR
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh" "$1"

mkdir -p "$work/data/images"
cp data/photo.jpg "$work/data/images/"
cat > "$work/data/samples.jsonl" << 'END'
{"image": "photo.jpg", "expression": "the cup", "masks": [[[170, 20, 410, 20, 410, 300, 170, 300]]]}
{"image": "photo.jpg", "question": "What is <Prompt0>?", "answer": "A cup.", "regions": ["box:170,20,240,280"]}
END

train() { # NAME ARGUMENT...
  local name=$1
  shift
  "$bin/pixelsail-train" configs/train/folder.yaml --set "data.root=$work/data" --set "output_dir=$work/$name" \
    --set train.steps=2 --set train.batch_size=1 --set train.checkpoint_every=0 "$@" > "$work/$name.out" 2> "$work/$name.err"
}

# What the checkpoint says of a number.
of_checkpoint() { sed -n "s/^ *\"$1\": \([0-9]*\).*/\1/p" data/demo_model/config.json; }
hidden=$(of_checkpoint hidden_size) theta=$(of_checkpoint rope_theta)
[[ -n $hidden && -n $theta ]] || fail "data/demo_model/config.json has no hidden_size or rope_theta"

train plain || fail "$(tail -n 3 "$work/plain.err")"
[[ -f $work/plain/final/model.safetensors ]] || fail "no result"
grep -q " hidden_size: $hidden\$" "$work/plain/config.yaml" || fail "the resolved configuration lacks the model"
grep -q " rope_theta: $theta\$" "$work/plain/config.yaml" || fail "the model is not that of init_from"
grep -q 'device: ' "$work/plain.err" || fail "the device is not said"

# A key that contradicts the checkpoint, and one that agrees with it.
status=0
train contradicts --set model.rope_theta=77 || status=$?
[[ $status -eq 2 ]] && grep -q rope_theta "$work/contradicts.err" || fail "a contradiction: exit code $status"
train agrees --set model.rope_theta="$theta" || fail "$(tail -n 3 "$work/agrees.err")"
cmp "$work/plain/final/model.safetensors" "$work/agrees/final/model.safetensors" || fail "another result"

train lora --set dtype=bf16 --set lora.rank=8 --set 'lora.targets=[q_proj, v_proj]' || fail "$(tail -n 3 "$work/lora.err")"
[[ -f $work/lora/adapter/adapter_model.safetensors ]] || fail "no adapter"

status=0
train qwen --set init_from=tests/golden/hf_qwen2_tied || status=$?
[[ $status -eq 2 ]] && grep -q 'pixelsail-convert --from' "$work/qwen.err" || fail "a language model: exit code $status"

# The older key of the schedule works and is named.
train older --set train.optimizer.warmup_start_lr=1e-5 || fail "$(tail -n 3 "$work/older.err")"
grep -q warmup_start_lr "$work/older.err" || fail "the older key is not named"
echo "train_own_folder: 6 trainings"
