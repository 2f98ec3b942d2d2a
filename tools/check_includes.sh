#!/usr/bin/env bash
# Checks that no room includes a header of a room it must not know (docs/architecture.md), and that torch and OpenCV
# stay in the rooms that may use them. Prints each violation; exit code 1 when there is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# For each room, the rooms whose headers it may include besides its own. "train" and "infer" never meet.
declare -A may=(
  [core]=""
  [kernels]=""
  [config]="core"
  [io]="core config"
  [text]="core config io"
  [image]="core config io"
  [data]="core config io text image"
  [synth]="core config io text image data"
  [model]="core config kernels"
  [loss]="core config model"
  [metrics]="core io"
  [checkpoint]="core io text image model"
  [train]="core config io text image data model checkpoint loss metrics"
  [infer]="core config io text image model checkpoint"
  [parity]="core io text image model checkpoint loss train infer"
  [bench]="core config image model checkpoint loss train infer"
  [score]="core io data metrics"
  [questions]="core config io image data metrics score"
  [report]="core io metrics"
  [eval]="core config io text image data infer metrics score questions report"
)
# Only these files of "model" may include io: reading and writing weights.
readonly weights='^src/model/weights'
readonly torch_rooms=" model checkpoint loss train infer parity bench "
readonly opencv_rooms=" image "

bad=0
report() {
  echo "$1: $2"
  bad=1
}

while IFS=: read -r file line text; do
  room=${file#src/}
  room=${room%%/*}
  [[ -n ${may[$room]+x} ]] || report "$file" "room '$room' is not listed in tools/check_includes.sh"
  included=$(sed -E 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]+)[>"].*/\1/' <<< "$text")
  top=${included%%/*}
  if [[ -n ${may[$top]+x} && $top != "$room" ]]; then
    if [[ " ${may[$room]:-} " != *" $top "* && ! ($top == io && $file =~ $weights) ]]; then
      report "$file:$line" "room '$room' must not include '$included' (room '$top')"
    fi
  fi
  case $included in
    torch/* | ATen/* | c10/*)
      [[ $torch_rooms == *" $room "* ]] || report "$file:$line" "room '$room' must not include torch ('$included')"
      ;;
    opencv2/*)
      [[ $opencv_rooms == *" $room "* ]] || report "$file:$line" "room '$room' must not include OpenCV ('$included')"
      ;;
    ../*) report "$file:$line" "'$included': paths begin at src/ or include/" ;;
  esac
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' src --include='*.h' --include='*.cpp')

# Public headers know each other and the standard library only.
while IFS=: read -r file line text; do
  if [[ $text =~ \"([^\"]+)\" && ${BASH_REMATCH[1]} != pixelsail/* ]] || [[ $text =~ \<[^\>]*[/.][^\>]*\> ]]; then
    report "$file:$line" "a public header must not include ${text#*include }"
  fi
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' include --include='*.h')

exit $bad
