#!/usr/bin/env bash
# Runs every fuzz target of build/fuzz for SECONDS each, two at a time; fails if any of them finds something.
#   tools/fuzz.sh [--fresh] SECONDS [TARGET...]
# What they learn is kept in build/fuzz/corpus and used the next time, unless --fresh; what fails is kept in
# build/fuzz/failures, to be run again: build/fuzz/fuzz/TARGET_fuzz FILE. docs/fuzzing.md says more.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

readonly programs=build/fuzz/fuzz failures=build/fuzz/failures
readonly input_seconds=10 process_mb=1500 allocation_mb=256

# Bytes of the longest input of a target.
longest_input() {
  case "$1" in
    ir | run) echo 16000 ;;
    convert | graph_text) echo 8000 ;;
    mo_values) echo 300 ;;
    *) echo 4096 ;;
  esac
}

# Folders and words that a target shares with another one.
seeds_of() {
  case "$1" in
    run) echo fuzz/seeds/run fuzz/seeds/ir ;;
    graph_def) echo fuzz/seeds/graph_def fuzz/seeds/convert ;;
    *) echo "fuzz/seeds/$1" ;;
  esac
}
dictionary_of() {
  case "$1" in
    ir | run) echo fuzz/dictionaries/ir.dict ;;
    graph_text | convert) echo fuzz/dictionaries/graph_text.dict ;;
    mo_values | arpa | npy) echo "fuzz/dictionaries/$1.dict" ;;
  esac
}

existing() { local folder; for folder in "$@"; do if [ -d "$folder" ]; then echo "$folder"; fi; done; }

# run_one CORPORA SECONDS TARGET
run_one() {
  local corpus=$1/$3 log=$1/$3.log dictionary
  dictionary=$(dictionary_of "$3")
  mkdir -p "$corpus"
  # shellcheck disable=SC2046  # folders without blanks
  if ! "$programs/$3_fuzz" -seed=1 -max_total_time="$2" -max_len="$(longest_input "$3")" -timeout=$input_seconds \
    -rss_limit_mb=$process_mb -malloc_limit_mb=$allocation_mb -artifact_prefix="$failures/$3-" \
    -print_final_stats=1 ${dictionary:+-dict="$dictionary"} "$corpus" $(existing $(seeds_of "$3")) >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "fuzz target $3 failed; run it again with: $programs/$3_fuzz $failures/$3-…"
    return 1
  fi
  echo "  $3: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, $(grep -o 'cov: [0-9]*' "$log" | tail -n 1)"
}

# Without it, traces show addresses.
if [ -z "${ASAN_SYMBOLIZER_PATH-}" ] && command -v llvm-symbolizer-14 >/dev/null; then
  ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-14)
  export ASAN_SYMBOLIZER_PATH
fi

corpora=build/fuzz/corpus
scratch=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" stepwell-fuzz.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
if [ "${1-}" = --fresh ]; then corpora=$scratch/corpus; shift; fi
seconds=${1:?"SECONDS are missing"}
shift
[ $# -gt 0 ] || set -- $(cd fuzz && ls -- *_fuzz.cc | sed 's/_fuzz\.cc$//')
mkdir -p "$corpora" "$failures" "$scratch/tmp"
export TMPDIR=$scratch/tmp programs failures input_seconds process_mb allocation_mb
export -f run_one longest_input seeds_of dictionary_of existing
printf '%s\n' "$@" | xargs -P 2 -I TARGET bash -c "run_one '$corpora' '$seconds' TARGET"
