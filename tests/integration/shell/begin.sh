# For scripts of tests/integration, to be sourced with BIN_DIR: the programs ($bin), an empty folder that goes away ($work),
# the repository's root as the working folder, one torch thread, and fail WORDS.

bin=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1

fail() {
  echo "$(basename "$0" .sh): $*" >&2
  exit 1
}
