#!/usr/bin/env bash
# Checks layout and size of the sources: clang-format (when installed), no file above 400 lines, no function above 60
# (ctags, when installed) without a comment "Long: WHY" above it, nothing in the library that ends the process. Prints each violation; exit code 1 when there is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly max_lines=400 max_function_lines=60
bad=0

while IFS= read -r file; do
  lines=$(wc -l < "$file")
  if [[ $lines -gt $max_lines ]]; then
    echo "$file: $lines lines, at most $max_lines are allowed; split it"
    bad=1
  fi
done < <(find src include tools cuda -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.sh' -o -name '*.py')

# file, first line and length of each long function
long_functions() {
  ctags -f - --languages=C++ --kinds-C++=f --fields=+ne --langmap=C++:+.cu --excmd=number -R src include tools cuda |
    awk -F'\t' -v most=$max_function_lines '{
      for (i = 4; i <= NF; i++) {
        if ($i ~ /^line:/) first = substr($i, 6)
        if ($i ~ /^end:/) last = substr($i, 5)
      }
      if (last - first + 1 > most) print $2, first, last - first + 1
    }'
}
if ctags --version 2> /dev/null | grep -q Universal; then
  while read -r file first lines; do
    if ! sed -n "$((first > 4 ? first - 4 : 1)),${first}p" "$file" | grep -q '// Long: '; then
      echo "$file:$first: a function of $lines lines, at most $max_function_lines are allowed; split it"
      bad=1
    fi
  done < <(long_functions)
fi

if grep -rnE '(^|[^_[:alnum:]>.])((std::)?(exit|_exit|quick_exit|abort|terminate)|assert) *\(' src include cuda --include='*.h' --include='*.cpp' --include='*.cu' |
  grep -vE ':[[:space:]]*//'; then
  echo "the library must not end the process: throw an error of pixelsail/error.h"
  bad=1
fi

if command -v clang-format > /dev/null; then
  unformatted=$(find src include tools tests cuda \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' \) -print0 |
    xargs -0 clang-format --dry-run 2>&1 | sed -n 's/^\([^: ]*\):.*Wclang-format-violations.*/\1/p' | sort -u)
  if [[ -n $unformatted ]]; then
    echo "$unformatted" | sed 's/$/: not formatted; run clang-format -i on it/'
    bad=1
  fi
fi

exit $bad
