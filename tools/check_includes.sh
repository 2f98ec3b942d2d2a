#!/usr/bin/env bash
# Checks that no room includes a header of a room it must not know (src/rooms.txt), that no two rooms know each other, that
# torch and OpenCV stay in the rooms that may use them, and that the table in docs/architecture.md is that of src/rooms.txt.
# Prints each violation; exit code 1 when there is one.
#
#   tools/check_includes.sh [--write-table]     --write-table puts the table into docs/architecture.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# For each room, the rooms whose headers it may include besides its own.
declare -A may=()
rooms=()
while IFS=: read -r room others; do
  [[ $room =~ ^[a-z]+$ ]] || continue
  may[$room]=${others# }
  rooms+=("$room")
done < src/rooms.txt

table() {
  echo '| room | may include |'
  echo '|---|---|'
  for room in "${rooms[@]}"; do
    local list=${may[$room]// /, }
    [[ $room != model ]] || list+='; `model/weights*` also io'
    echo "| $room | ${list:--} |"
  done
}

# The page with the table between its two marks.
page() {
  sed -n '1,/^<!-- rooms -->$/p' docs/architecture.md
  echo
  table
  echo
  sed -n '/^<!-- end of rooms -->$/,$p' docs/architecture.md
}

if [[ ${1:-} == --write-table ]]; then
  page > docs/architecture.md.new
  mv docs/architecture.md.new docs/architecture.md
fi

# Only these files of "model" may include io: reading and writing weights.
readonly weights='^src/model/weights'
readonly torch_rooms=" model teach checkpoint loss distributed train infer golden perf jobs "
readonly opencv_rooms=" image "

bad=0
report() {
  echo "$1: $2"
  bad=1
}

page | cmp -s - docs/architecture.md ||
  report docs/architecture.md "the table of rooms is not that of src/rooms.txt: tools/check_includes.sh --write-table"
known=" "
for room in "${rooms[@]}"; do
  for other in ${may[$room]}; do
    [[ -n ${may[$other]+x} ]] || report src/rooms.txt "'$room' may include '$other', which is no room"
    [[ " ${may[$other]:-} " != *" $room "* ]] || report src/rooms.txt "'$room' and '$other' know each other"
  done
  known+="$room "
done
# A room that is built needs a line, and torch rooms a place in the order that has no circle.
for folder in src/*/; do
  room=$(basename "$folder")
  [[ $known == *" $room "* ]] || report "$folder" "room '$room' is not in src/rooms.txt"
done
placed=" " left=("${rooms[@]}")
while [[ ${#left[@]} -gt 0 ]]; do
  next=()
  for room in "${left[@]}"; do
    ready=true
    for other in ${may[$room]}; do [[ $placed == *" $other "* ]] || ready=false; done
    if $ready; then placed+="$room "; else next+=("$room"); fi
  done
  if [[ ${#next[@]} -eq ${#left[@]} ]]; then
    report src/rooms.txt "a circle among ${left[*]}"
    break
  fi
  left=(${next[@]+"${next[@]}"})
done

while IFS=: read -r file line text; do
  room=${file#src/}
  room=${room%%/*}
  [[ -n ${may[$room]+x} ]] || report "$file" "room '$room' is not listed in src/rooms.txt"
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
