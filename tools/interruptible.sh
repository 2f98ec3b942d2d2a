# For scripts that run long programs one after the other; to be sourced.

child="" stopped_with=0

# An interrupted script asks the program that runs to end; it saves what it has.
stop_child() {
  stopped_with=$1
  [[ -z $child ]] || kill -TERM "$child" 2> /dev/null || true
}
trap 'stop_child 130' INT
trap 'stop_child 143' TERM

# run NAME PROGRAM...: runs the program. When it or this script was interrupted, says that the same command continues
# and ends the script with 128 + the signal's number; ends it with the program's exit code when that is not 0.
run() {
  local name=$1 status=0
  shift
  "$@" &
  child=$!
  while true; do
    status=0
    wait "$child" || status=$?
    # A signal ends the waiting, but not yet the program.
    kill -0 "$child" 2> /dev/null || break
  done
  child=""
  if [[ $stopped_with -ne 0 ]]; then status=$stopped_with; fi
  if [[ $status -gt 128 ]]; then
    echo "$name: interrupted; the same command continues" >&2
  fi
  if [[ $status -ne 0 ]]; then exit "$status"; fi
}
