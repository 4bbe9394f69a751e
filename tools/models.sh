#!/usr/bin/env bash
# Makes the small agents of models/: trains, evaluates and exports each.
#
#   MNIST=FOLDER OMNIGLOT=FOLDER tools/models.sh [NAME ...]
#
# Without names, all of them. Runs lie in $RUNS, by default runs/models. One that
# was stopped goes on where it was; a finished one is not trained again. Where
# there are test images they judge as well, once. What cards say beside figures
# is in tools/notes/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly RUNS=${RUNS:-runs/models}
readonly MAX_BYTES=5000000

say() { printf '==> %s\n' "$*"; }

fail() {
  printf 'make models failed: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}

# need VARIABLE FILE ...: checks that the variable names a folder with all of
# these. Commas separate names of which any will do.
need() {
  local variable=$1 folder=${!1:-} choice name found all
  shift
  all=$(printf ' and %s' "${@//,/ or }")
  all=${all# and }
  [[ -n $folder ]] || fail "$variable is not given" \
    "It names the folder that holds $all:" \
    'make models MNIST=FOLDER OMNIGLOT=FOLDER'
  for choice in "$@"; do
    found=
    for name in ${choice//,/ }; do
      if [[ -e $folder/$name ]]; then found=yes; fi
    done
    [[ $found ]] || fail "$folder lacks ${choice//,/ or }" \
      "$variable must be the folder that holds $all."
  done
}

# Makes one agent: make_model NAME [DATA_FOLDER [TEST]]; no folder for built-in
# data. TEST is a file that the folder has if there are test images in it.
make_model() {
  local name=$1 workdir=$RUNS/$1 output=models/$1 bytes
  local test=${3:-} notes=()
  if [[ -e tools/notes/$name.md ]]; then notes=(--notes="tools/notes/$name.md"); fi
  say "$name: training in $workdir; Ctrl-C stops, the same command goes on"
  .venv/bin/python -m launch.train --config="configs/$name.py" \
    --config.data.path="${2:-}" --workdir="$workdir"
  say "$name: evaluation"
  .venv/bin/python -m launch.evaluate --workdir="$workdir"
  if [[ -n $test && -e $2/$test && ! -d $workdir/evaluation_test ]]; then
    say "$name: evaluation by test images"
    .venv/bin/python -m launch.evaluate --workdir="$workdir" --split=test
  fi
  say "$name: export"
  .venv/bin/python -m launch.export --workdir="$workdir" --output="$output" \
    "${notes[@]}"
  bytes=$(find "$output" -type f -printf '%s\n' | awk '{s += $1} END {print s}')
  ((bytes <= MAX_BYTES)) || fail "$output has $bytes bytes" \
    "At most $MAX_BYTES are allowed, because it goes into the repository."
}

# Sets `folder` and `test`, see make_model, for an agent; ends if they lack.
find_data() {
  folder= test=
  case $1 in
    mnist_small | mnist_conditional_small)
      need MNIST train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
      folder=$MNIST test=t10k-images-idx3-ubyte.gz
      ;;
    omniglot_conditional_small)
      need OMNIGLOT images_background.zip,images_background
      folder=$OMNIGLOT test=images_evaluation.zip
      ;;
    photos_small) ;;
    *) fail "there is no agent $1" "There are: ${NAMES[*]}" ;;
  esac
}

readonly NAMES=(
  mnist_small mnist_conditional_small omniglot_conditional_small photos_small
)
if (($#)); then names=("$@"); else names=("${NAMES[@]}"); fi
# All of it before any work.
for name in "${names[@]}"; do find_data "$name"; done
bash tools/setup.sh
for name in "${names[@]}"; do
  find_data "$name"
  make_model "$name" "$folder" "$test"
done
say "Made: ${names[*]}."
