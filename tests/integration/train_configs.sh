#!/usr/bin/env bash
# Every configuration of configs/train resolves, and what --print-config prints reads back to itself. Those of real size
# have the published recipe and the sizes of their models.
#
#   train_configs.sh BIN
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh"

# resolve FILE [OPTION...]
resolve() { "$bin/pixelsail-train" "$@" --print-config 2> "$work/err" || fail "$1: $(cat "$work/err")"; }

# What ships has other patches than most of its stretches, which begin with a model of 16 pixels.
"$bin/pixelsail-convert" --from data/demo_model --patch-size 16 --to "$work/patches_of_16" > /dev/null
start_of() {
  case $1 in
    *things_model_1.yaml) ;;
    *things_model_[2-9].yaml) echo "--set init_from=$work/patches_of_16" ;;
    *things_model_*.yaml) echo "--set init_from=data/demo_model" ;;
  esac
}

count=0
for file in configs/train/*.yaml configs/ablation/*.yaml; do
  resolve "$file" $(start_of "$file") > "$work/first.yaml"
  resolve "$work/first.yaml" > "$work/second.yaml"
  cmp -s "$work/first.yaml" "$work/second.yaml" || fail "$file: its printed configuration reads back to another one"
  count=$((count + 1))
done
[[ $count -ge 12 ]] || fail "only $count configurations were found"

# has FILE LINE...: lines of the resolved configuration, without their indentation.
has() {
  local file=configs/train/$1.yaml line resolved
  resolved=$(resolve "$file" | sed 's/^ *//')
  shift
  for line in "$@"; do
    grep -qxF -- "$line" <<< "$resolved" || fail "$file: '$line' is not in its resolved configuration"
  done
}
recipe=("lr: 4e-05" "beta1: 0.9" "beta2: 0.999" "weight_decay: 0.05" "clip_norm: 1" "warmup_fraction: 0.05" "kind: adamw"
  "warmup_start_factor: 1e-05" "mask_bce: 2" "mask_dice: 0.5" "num_points: 12544" "dtype: auto" "batch_size: 1")
small=("hidden_size: 896" "num_hidden_layers: 24" "seg_hidden_states: 512" "max_length: 8192" "max_image_side: 1024")
large=("hidden_size: 2048" "num_hidden_layers: 36" "seg_hidden_states: 512" "max_length: 8192" "max_image_side: 1024" "recompute: true")
teachers=("mask2former_channels: 256" "sam2_channels: 256")
has cotrain_0_5b "${recipe[@]}" "${small[@]}" "${teachers[@]}" "accumulate: 128"
has cotrain_3b "${recipe[@]}" "${large[@]}" "${teachers[@]}" "accumulate: 256"
has finetune_refcoco_0_5b "${recipe[@]}" "${small[@]}" "mask2former_channels: 0"
has finetune_refcoco_3b "${recipe[@]}" "${large[@]}" "mask2former_channels: 0"
has cotrain_eve_7b "${recipe[@]}" "backbone: eve" "hidden_size: 3584" "seg_hidden_states: 256" "max_length: 3296" "max_image_side: 800"

# What ships is trained on the pictures whose licences things_files_test.cpp checks (data/things, data/things_more), and on those that
# tools/collect_things.py --others takes from packages of the same licences.
for stretch in 1 2 3 4 5 6 7 8 9 10; do
  grep -q '^base: things_model_\|^  world: things' configs/train/things_model_$stretch.yaml || fail "stretch $stretch is of another world"
  [[ $stretch == 5 ]] || ! grep -q '^  things:' configs/train/things_model_$stretch.yaml || fail "stretch $stretch names pictures of its own"
done
has things_model_1 "world: things" "things: [data/things]" "nameless: [runs/things_others]"
nouns=$(resolve configs/train/demo.yaml | sed -n 's/^ *nouns: //p')
for stretch in 3 5; do
  file=configs/train/things_model_$stretch.yaml
  resolve $file $(start_of $file) > "$work/stretch.yaml"
  [[ -n $nouns && $(sed -n 's/^ *frequent: //p' "$work/stretch.yaml") == "$nouns" ]] ||
    fail "the nouns of stretch $stretch are not those of the demo"
done
grep -qx ' *things: \[data/things, data/things_more\]' "$work/stretch.yaml" || fail "the fifth stretch shows other pictures"
grep -qx ' *nameless: \[runs/things_strangers\]' "$work/stretch.yaml" || fail "the fifth stretch shows other pictures without names"
has demo "world: things" "things: [data/things]" "nameless: []"
[[ $(sed -n '/^LICENCES = {/,/^}/s/^ *"[a-z0-9-]*": "\([^"]*\)".*/\1/p' tools/collect_things.py | sort) == $'Apache-2.0\nCC0-1.0\npublic domain' ]] ||
  fail "tools/collect_things.py takes pictures of other licences"
