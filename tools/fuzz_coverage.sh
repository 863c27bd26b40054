#!/usr/bin/env bash
# Prints which functions and edges of our sources the fuzz targets reach with their seeds and what they learnt
# (build/fuzz/corpus, or CORPUS): for each file of the readers, taken over all targets. Needs llvm-symbolizer-14.
#   tools/fuzz_coverage.sh [CORPUS [PROGRAMS]]
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

corpus=${1:-build/fuzz/corpus} programs=${2:-build/fuzz/fuzz}
ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-14)
export ASAN_SYMBOLIZER_PATH

for program in "$programs"/*_fuzz; do
  target=$(basename "$program" _fuzz)
  folders=()
  for folder in "$corpus/$target" "fuzz/seeds/$target"; do if [ -d "$folder" ]; then folders+=("$folder"); fi; done
  "$program" -runs=0 -print_coverage=1 "${folders[@]}" 2>&1 | grep 'COVERED_FUNC: hits' || true
done | awk '
  # …COVERED_FUNC: hits: N edges: REACHED/ALL NAME FILE:LINE, the best of all targets for each function
  {
    place = $NF
    if (!match(place, /stepwell\/(base|ir|converter|state|apps)\/.*:[0-9]+$/)) next
    place = substr(place, RSTART)
    split($5, edges, "/")
    if (!(place in all) || edges[2] > all[place]) all[place] = edges[2]
    if (edges[1] + 0 > reached[place] + 0) reached[place] = edges[1]
  }
  END {
    for (place in all) {
      file = place
      sub(/:[0-9]+$/, "", file)
      functions[file]++
      if (reached[place] > 0) functions_reached[file]++
      edges_all[file] += all[place]
      edges_reached[file] += reached[place]
    }
    for (file in functions)
      printf "%-64s %4d of %4d functions  %5d of %5d edges  %3d %%\n", file, functions_reached[file], functions[file],
             edges_reached[file], edges_all[file], 100 * edges_reached[file] / edges_all[file]
  }' | sort
