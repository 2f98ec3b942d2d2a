#!/usr/bin/env bash
# What the programs do when something outside of them goes wrong: killed in the middle, a full disk, folders that cannot
# be written, damaged checkpoints, little memory, a jumping clock, a second writer, files that change while they are read,
# pipes and devices in place of files, very long inputs. One line a kind of fault; docs/faults.md says what is expected.
#
#   tools/fault_campaign.sh [--bin DIR] [--out DIR] [--only PART ...] [--quick] [--seed N] [--jobs N]
#
#   --bin DIR     the programs (default build/release/bin)
#   --out DIR     table.md and table.json (default runs/faults)
#   --only PART   kill, disk, readonly, flips, memory, clock, writers, changing, special, long
#   --quick       a few tries of each kind, for a first look
#
# Exit code 0 when there was no finding, 4 with findings, 2 for a wrong command line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec /usr/bin/python3 -B tools/faults/campaign.py "$@"
