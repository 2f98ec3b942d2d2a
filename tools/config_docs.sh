#!/usr/bin/env bash
# Prints docs/config.md: every key of the configurations, as the programs themselves describe them.
#
#   tools/config_docs.sh [BIN] > docs/config.md       BIN: folder of the programs, default build/release/bin
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=${1:-build/release/bin}

cat << 'END'
# Every key of the configurations

Made by `tools/config_docs.sh` from what the programs say of themselves; a test keeps it current. `pixelsail-train --explain KEY`
and `pixelsail-eval --explain KEY` say the same of one key. `--print-config` prints a file with every value in it.

Editors that know JSON Schema complete and check a file:

```
build/release/bin/pixelsail-train --schema > train.schema.json
build/release/bin/pixelsail-eval --schema > eval.schema.json
```

`[]` stands for every item of a list. Unknown keys, wrong types and values out of range are errors.

`base: other.yaml` names a file to build on, relative to this one. Keys replace the base's keys one by one, lists replace its
lists as a whole, and a base may have a base. `--set` comes last. Keys that a file must have may stand in its base.

## pixelsail-train

END
"$bin/pixelsail-train" --explain all
printf '\n## pixelsail-eval\n\n'
"$bin/pixelsail-eval" --explain all
