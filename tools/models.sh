#!/usr/bin/env bash
# Makes the agents of models/: trains, evaluates and exports each.
#
#   MNIST=FOLDER OMNIGLOT=FOLDER CELEBA=FOLDER tools/models.sh [NAME ...]
#
# Without names, all of them. Each is a study of one run, in one process with one
# thread, so two calls with other names are as fast as one on two cores. Studies
# lie in $RUNS, by default runs/models. One that was stopped goes on where it was;
# a finished one is not trained again. Where there are test images they judge as
# well, once. What cards say beside figures is in tools/notes/. Cards of agents that
# are older than this say how those were made.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly RUNS=${RUNS:-runs/models}
readonly MAX_BYTES=5000000
readonly USAGE='make models MNIST=FOLDER OMNIGLOT=FOLDER CELEBA=FOLDER'

# Frames of training.
declare -rA FRAMES=(
  [digits]=1_200_000
  [mnist_small]=2_000_000
  [mnist_conditional_small]=1_800_000
  [omniglot_small]=800_000
  [omniglot_conditional_small]=2_000_000
  [photos_small]=2_000_000
  [celeba_conditional_small]=2_000_000
  [scenes_conditional_small]=40_000
  [scenes_conditional_64]=100_000
)

# Flags of launch.make_scenes.
declare -rA SCENES=(
  [scenes_conditional_small]='--num=20000 --max_objects=2 --canvas_width=32 --grid_width=8'
  [scenes_conditional_64]='--num=20000'
)

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
    "It names the folder that holds $all:" "$USAGE"
  for choice in "$@"; do
    found=
    for name in ${choice//,/ }; do
      if [[ -e $folder/$name ]]; then found=yes; fi
    done
    [[ $found ]] || fail "$folder lacks ${choice//,/ or }" \
      "$variable must be the folder that holds $all."
  done
}

# Sets, for an agent, `folder` of its data, empty if they are built in, and
# `test`, a file that is there if there are test images; ends if data lack.
find_data() {
  folder= test=
  case $1 in
    mnist_*)
      need MNIST train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
      folder=$MNIST test=$MNIST/t10k-images-idx3-ubyte.gz
      ;;
    omniglot_*)
      need OMNIGLOT images_background.zip,images_background
      folder=$OMNIGLOT test=$OMNIGLOT/images_evaluation.zip
      ;;
    celeba_*)
      need CELEBA img_align_celeba.zip,img_align_celeba
      folder=$CELEBA test=$CELEBA/list_eval_partition.txt
      ;;
    scenes_*) folder=$RUNS/data/$1 ;;
  esac
}

# Makes one agent.
make_model() {
  local name=$1 study=$RUNS/$1 output=models/$1 bytes folder test
  local agent=$study/runs/as_it_is/0/agent
  find_data "$name"
  if [[ -n ${SCENES[$name]:-} ]]; then
    say "$name: scenes"
    # Words of flags, which are to be split.
    # shellcheck disable=SC2086
    .venv/bin/python -m launch.make_scenes ${SCENES[$name]} --output="$folder"
  fi
  say "$name: training in $study; Ctrl-C stops, the same command goes on"
  .venv/bin/python -m launch.study --config="configs/$name.py" \
    --config.data.path="$folder" --frames="${FRAMES[$name]}" --seeds=1 \
    --workdir="$study"
  say "$name: evaluation"
  .venv/bin/python -m launch.evaluate --workdir="$agent"
  if [[ -n $test && -e $test && ! -d $agent/evaluation_test ]]; then
    say "$name: evaluation by test images"
    .venv/bin/python -m launch.evaluate --workdir="$agent" --split=test
  fi
  say "$name: export"
  .venv/bin/python -m launch.export --workdir="$agent" --output="$output" \
    --notes="tools/notes/$name.md"
  bytes=$(find "$output" -type f -printf '%s\n' | awk '{s += $1} END {print s}')
  ((bytes <= MAX_BYTES)) || fail "$output has $bytes bytes" \
    "At most $MAX_BYTES are allowed, because it goes into the repository."
}

readonly EVERY=$(printf '%s\n' "${!FRAMES[@]}" | sort)
if (($#)); then names=("$@"); else mapfile -t names <<< "$EVERY"; fi
# All of it before any work.
for name in "${names[@]}"; do
  [[ -n ${FRAMES[$name]:-} ]] || fail "there is no agent $name" \
    "There are: ${EVERY//$'\n'/ }"
  find_data "$name"
done
bash tools/setup.sh
for name in "${names[@]}"; do make_model "$name"; done
say "Made: ${names[*]}."
