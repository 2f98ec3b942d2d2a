#!/usr/bin/env bash
# Builds (tools/bootstrap.sh) and runs every test: source checks, unit and golden tests, the installed package, and the
# scripts of tests/integration. The last line is "N passed, N failed"; the exit code is 0 when none failed.
#
#   tools/test.sh [--lint]     --lint adds clang-tidy (used by .ci/run)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lint=false
for argument in "$@"; do
  case $argument in
    --lint) lint=true ;;
    -h | --help)
      sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      echo "test.sh: unknown argument '$argument'" >&2
      exit 2
      ;;
  esac
done

readonly build_dir=$PWD/build/release
readonly bin=$build_dir/bin
readonly results=$build_dir/test-results
passed=0 failed=0 skipped=0

finish() {
  local line="$passed passed, $failed failed"
  [[ $skipped -eq 0 ]] || line+=", $skipped skipped"
  echo "$line"
  [[ $failed -eq 0 ]]
  exit
}

# check NAME COMMAND...: one test; exit code 77 means that it could not run here and says why.
check() {
  local name=$1 start=$SECONDS status=0
  shift
  "$@" < /dev/null || status=$?
  case $status in
    0)
      passed=$((passed + 1))
      echo "ok       $name ($((SECONDS - start)) s)"
      ;;
    77)
      skipped=$((skipped + 1))
      echo "skipped  $name"
      ;;
    *)
      failed=$((failed + 1))
      echo "FAILED   $name (exit code $status, $((SECONDS - start)) s)"
      ;;
  esac
}

# The Python packages of the cross-checks, apart from the project's own environment.
make_python() {
  local wanted=tests/requirements.txt venv=build/test-venv
  cmp -s "$wanted" "$venv/installed.txt" && return 0
  mkdir -p build
  /usr/bin/python3 -m venv --clear "$venv" || return
  "$venv/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check -r "$wanted" || return
  cp "$wanted" "$venv/installed.txt"
}

if ! tools/bootstrap.sh; then
  failed=1
  finish
fi

check "includes between rooms" tools/check_includes.sh
check "format, file sizes" tools/check_style.sh
check "files named in the documentation" tools/check_docs.py
if $lint; then check "clang-tidy" timeout 1800 tools/check_tidy.sh; fi

check "install tests/requirements.txt" make_python
readonly python=build/test-venv/bin/python
# METEOR's own data, where the package that brings it was installed.
for table in "$PWD"/build/test-venv/lib/python3*/site-packages/pycocoevalcap/meteor/data/paraphrase-en.gz; do
  if [[ -f $table ]]; then export PIXELSAIL_METEOR_DATA=$table; fi
done

# One GoogleTest program is one ctest; its cases are counted one by one.
rm -rf "$results"
mkdir -p "$results"
# Test programs run side by side: torch threads that wait for each other would only slow them down.
export OMP_NUM_THREADS=1
GTEST_OUTPUT=xml:$results/ ctest --test-dir "$build_dir" --output-on-failure --parallel "$(nproc)" \
  --output-junit "$results/ctest.xml" || true
if counts=$(/usr/bin/python3 tests/count_cases.py "$results"); then
  read -r p f s <<< "$counts"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
else
  failed=$((failed + 1))
fi

check "tools/fuzz.sh 10000" timeout 1800 tools/fuzz.sh 10000
check "tests/consumer/run.sh" timeout 900 bash tests/consumer/run.sh "$build_dir"

for script in tests/integration/*.py; do
  [[ -f $script ]] && check "$script" timeout 1200 "$python" "$script" --bin "$bin"
done
for script in tests/integration/*.sh; do
  [[ -f $script ]] && check "$script" timeout 1200 bash "$script" "$bin"
done
finish
