#!/usr/bin/env bash
# Sets up a checkout on Debian 12, and does only what is still to be done:
# Debian packages, .venv, pinned Python packages, the native extension.
#
#   tools/setup.sh [DEBIAN_PACKAGE ...]      further Debian packages to have
#   PYTHON=/path/to/python3.10 tools/setup.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly LOG=.venv/setup.log
readonly STAMP=.venv/setup.stamp

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
    'this is not Debian' \
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

# Whether a command is a Python 3.10 that can make a virtual environment and
# build extensions. It is run: a pyenv shim on PATH may lead nowhere.
usable_python() {
  "$1" - >/dev/null 2>&1 <<'PYTHON'
import ensurepip, os, ssl, sys, sysconfig, venv, zlib
assert sys.version_info[:2] == (3, 10)
assert os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h'))
PYTHON
}

# Prints the path of the Python 3.10 to use.
find_python() {
  local candidates candidate
  if [[ -n ${PYTHON:-} ]]; then
    usable_python "$PYTHON" || fail \
      "PYTHON=$PYTHON is not a complete Python 3.10" \
      'It must run, be version 3.10, and have ssl, zlib, ensurepip and its' \
      'headers (Python.h).'
    candidates=("$PYTHON")
  else
    mapfile -t candidates < <(
      printf '%s\n' python3.10 python3 python
      printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python |
        sort -rV
    )
  fi
  for candidate in "${candidates[@]}"; do
    if usable_python "$candidate"; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  fail 'no complete Python 3.10 on PATH or in pyenv' \
    'TensorFlow 2.8 and Launchpad 0.5 need 3.10; Debian 12 has no package of' \
    'it. With pyenv (github.com/pyenv/pyenv):' \
    '  apt-get install build-essential libssl-dev zlib1g-dev libffi-dev \' \
    '    libbz2-dev liblzma-dev libsqlite3-dev libreadline-dev' \
    '  pyenv install 3.10' \
    'or name one of your own: make PYTHON=/path/to/python3.10'
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

built() { compgen -G 'spiral_tf/environments/mypaint/_mypaint*.so' >/dev/null; }

main() {
  # One set-up at a time in a checkout: `make train` beside `make test`.
  exec 9<tools/setup.sh
  flock 9

  install_debian_packages g++ libmypaint-dev libosmesa6 mypaint-brushes \
    pkg-config "$@"

  if ! usable_python .venv/bin/python || [[ -n ${PYTHON:-} ]]; then
    local python
    python=$(find_python)
    # A .venv that PYTHON did not make is made anew.
    if ! usable_python .venv/bin/python ||
      [[ $(base_of .venv/bin/python) != $(base_of "$python") ]]; then
      say "Python: $python"
      "$python" -m venv --clear .venv
    fi
  fi

  local now
  now=$(fingerprint)
  if [[ -f $STAMP && $(<"$STAMP") == "$now" ]] && built; then return; fi
  say 'Python packages and the native extension (a minute or two)'
  : >"$LOG"
  logged .venv/bin/python -m pip install --disable-pip-version-check \
    --no-compile --constraint constraints.txt --editable '.[serve,test]'
  # By all cores, where pip uses one. What fails are files of other Pythons.
  .venv/bin/python -m compileall -q -j 0 .venv/lib >>"$LOG" 2>&1 || true
  built || fail 'the native extension was not built' "See $LOG."
  printf '%s\n' "$now" >"$STAMP"
}

# Prints the installation that a Python, perhaps of a .venv, comes from.
base_of() { "$1" -c 'import sys; print(sys.base_prefix)'; }

main "$@"
