#!/usr/bin/env bash
# Makes the small agents of models/: trains, evaluates and exports each.
#
#   MNIST=FOLDER OMNIGLOT=FOLDER tools/models.sh
#
# Runs lie in $RUNS, by default runs/models. One that was stopped goes on where
# it was; a finished one is not trained again.
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

# Makes one agent: make_model NAME [DATA_FOLDER]; none for built-in data.
make_model() {
  local name=$1 workdir=$RUNS/$1 output=models/$1 bytes
  say "$name: training in $workdir; Ctrl-C stops, the same command goes on"
  .venv/bin/python -m launch.train --config="configs/$name.py" \
    --config.data.path="${2:-}" --workdir="$workdir"
  say "$name: evaluation"
  .venv/bin/python -m launch.evaluate --workdir="$workdir"
  say "$name: export"
  .venv/bin/python -m launch.export --workdir="$workdir" --output="$output"
  bytes=$(find "$output" -type f -printf '%s\n' | awk '{s += $1} END {print s}')
  ((bytes <= MAX_BYTES)) || fail "$output has $bytes bytes" \
    "At most $MAX_BYTES are allowed, because it goes into the repository."
}

need MNIST train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
need OMNIGLOT images_background.zip,images_background
bash tools/setup.sh
make_model mnist_small "$MNIST"
make_model mnist_conditional_small "$MNIST"
make_model omniglot_conditional_small "$OMNIGLOT"
make_model photos_small
say 'All of models/ is made.'
