#!/usr/bin/env bash
# A few tries of the campaign of faults (docs/faults.md): flipped bits in checkpoints, pipes, devices and folders in place of
# files, two writers. Takes about two minutes: 34 pipes without a writer are each waited for, and 300 checkpoints verified.
#
# Usage: faults.sh BIN_DIR
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/shell/begin.sh" "$1"

tools/fault_campaign.sh --bin "$bin" --out "$work/faults" --quick --only flips special writers || fail "findings, see above"
