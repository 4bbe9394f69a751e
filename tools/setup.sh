#!/usr/bin/env bash
# Sets up a checkout on Debian or Ubuntu, and does only what is still to be done:
# Debian packages, .venv, Python packages, the native extension.
#
#   tools/setup.sh [DEBIAN_PACKAGE ...]      further Debian packages to have
#   PYTHON=/path/to/python tools/setup.sh
#   CORE=yes tools/setup.sh                  in .venv-core
#
# With Python 3.10, .venv has Launchpad and the very versions of constraints.txt.
# Where there is none, and in .venv-core, it is a Python from 3.11 to 3.13 with
# the newest TensorFlow, and training is done in one process.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly CORE=${CORE:-}
readonly VENV=.venv${CORE:+-core}
readonly LOG=$VENV/setup.log
readonly STAMP=$VENV/setup.stamp
# Versions of Python, the best first.
readonly CORES='3.12 3.13 3.11'
if [[ $CORE ]]; then readonly VERSIONS=$CORES; else readonly VERSIONS="3.10 $CORES"; fi

say() { printf '==> %s\n' "$*"; }

fail() {
  printf 'set-up failed: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}

# Runs a command with its output in the log, which is shown where it fails.
logged() {
  if ! "$@" >>"$LOG" 2>&1; then
    tail -n 40 "$LOG" >&2
    fail "$*" "The lines above are the end of $LOG."
  fi
}

install_debian_packages() {
  command -v dpkg-query >/dev/null || fail \
    'this is not Debian, nor Ubuntu' \
    "Have the like of these installed: $*" \
    'and run the commands of this script by hand.'
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
      grep -q '^install ok installed$' || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return; fi

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail \
      "missing Debian packages: ${missing[*]}" \
      'Neither root nor sudo is at hand. As root, run:' \
      "apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Debian packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    fail "apt-get install ${missing[*]}" "The whole log is $log."
  fi
  rm -f "$log"
}

# Whether a command is a Python of one of these versions, by default of VERSIONS,
# that can make a virtual environment and build extensions. It is run: a pyenv
# shim on PATH may lead nowhere.
usable_python() {
  WANTED=${2:-$VERSIONS} "$1" - >/dev/null 2>&1 <<'PYTHON'
import ensurepip, os, ssl, sys, sysconfig, venv, zlib
assert '%d.%d' % sys.version_info[:2] in os.environ['WANTED'].split()
assert os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h'))
PYTHON
}

# Prints the path of the Python to use; fails if there is none.
find_python() {
  local version candidates candidate
  for version in $VERSIONS; do
    mapfile -t candidates < <(
      printf '%s\n' "python$version" python3 python
      printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python |
        sort -rV
      if command -v uv >/dev/null; then
        uv python find --no-project "$version" 2>/dev/null || true
      fi
    )
    for candidate in "${candidates[@]}"; do
      if usable_python "$candidate" "$version"; then
        "$candidate" -c 'import sys; print(sys.executable)'
        return
      fi
    done
  done
  return 1
}

# Whether the system's Python is to be used once it is complete, or to be had.
system_python_will_do() {
  local version
  [[ -x /usr/bin/python3 ]] || return 0
  version=$(/usr/bin/python3 -c \
    'import sys; print("%d.%d" % sys.version_info[:2])')
  [[ " $VERSIONS " == *" $version "* ]]
}

# Prints the path of the Python to use, which may have to be installed.
need_python() {
  if [[ -n ${PYTHON:-} ]]; then
    usable_python "$PYTHON" || fail \
      "PYTHON=$PYTHON is not a complete Python ${VERSIONS// / or }" \
      'It must run, be of such a version, and have ssl, zlib, ensurepip and' \
      'its headers (Python.h).'
    "$PYTHON" -c 'import sys; print(sys.executable)'
    return
  fi
  find_python || fail \
    "no complete Python ${VERSIONS// / or } on PATH, in pyenv or of uv" \
    'With uv (pip install uv; docs.astral.sh/uv):' \
    "  uv python install ${VERSIONS%% *}" \
    'or name one of your own: make PYTHON=/path/to/python'
}

# What the environment was made from, and where: an editable install and the
# scripts of .venv hold the checkout's path.
fingerprint() {
  pwd
  # shellcheck disable=SC2046
  sha256sum setup.py pyproject.toml constraints.txt $(
    find spiral_tf -regex '.*\.\(c\|cc\|cpp\|h\|hpp\)' | sort
  )
}

# Whether the native extension is there, for the Python of the environment.
built() {
  local suffix
  suffix=$("$VENV"/bin/python -c \
    'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
  [[ -e spiral_tf/environments/mypaint/_mypaint$suffix ]]
}

# Installs Python packages, with the arguments of pip. Where no versions are
# given, uv finds them in seconds, for which pip takes minutes.
install_python_packages() {
  local pip=("$VENV"/bin/python -m pip install --disable-pip-version-check)
  if [[ $1 == --editable ]] && "${pip[@]}" uv >>"$LOG" 2>&1 &&
    "$VENV"/bin/python -m uv pip install --python "$VENV"/bin/python "$@" \
      >>"$LOG" 2>&1; then
    return
  fi
  logged "${pip[@]}" --no-compile "$@"
}

main() {
  # One set-up at a time in a checkout: `make train` beside `make test`.
  exec 9<tools/setup.sh
  flock 9

  # The system's Python is completed only where no other is complete.
  local packages=(g++ libmypaint-dev libosmesa6 mypaint-brushes pkg-config "$@")
  if [[ -z ${PYTHON:-} ]] && ! usable_python "$VENV"/bin/python &&
    ! find_python >/dev/null && system_python_will_do; then
    packages+=(python3-venv python3-dev)
  fi
  install_debian_packages "${packages[@]}"

  if ! usable_python "$VENV"/bin/python || [[ -n ${PYTHON:-} ]]; then
    local python
    python=$(need_python)
    # An environment that PYTHON did not make is made anew.
    if ! usable_python "$VENV"/bin/python ||
      [[ $(base_of "$VENV"/bin/python) != $(base_of "$python") ]]; then
      say "Python: $python"
      "$python" -m venv --clear "$VENV"
    fi
  fi

  local now options
  now=$(fingerprint)
  if [[ -f $STAMP && $(<"$STAMP") == "$now" ]] && built; then return; fi
  if usable_python "$VENV"/bin/python 3.10; then
    options=(--constraint constraints.txt --editable '.[launchpad,serve,test]')
  else
    if [[ ! $CORE ]]; then
      say 'There is no Python 3.10, so no Launchpad: training is in one process'
    fi
    options=(--editable '.[serve,test]')
  fi
  say 'Python packages and the native extension (a minute or two)'
  : >"$LOG"
  install_python_packages "${options[@]}"
  # By all cores, where pip uses one. What fails are files of other Pythons.
  "$VENV"/bin/python -m compileall -q -j 0 "$VENV"/lib >>"$LOG" 2>&1 || true
  built || fail 'the native extension was not built' "See $LOG."
  printf '%s\n' "$now" >"$STAMP"
}

# Prints the installation that a Python, perhaps of a .venv, comes from.
base_of() { "$1" -c 'import sys; print(sys.base_prefix)'; }

main "$@"
