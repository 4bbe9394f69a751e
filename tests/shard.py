"""Runs a share of the tests in one process, for Bazel.

    python tests/shard.py FILE... [ARGUMENT_OF_PYTEST...]

A process a test would load TensorFlow a hundred times. Which share it is comes
from Bazel, in the environment variables of its test encyclopedia: so many
shards, and which of them; the file that says that this is understood; the
results; and the value of --test_filter.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import os
import pathlib
import sys

import pytest


def share(files: Sequence[str], index: int, total: int) -> list[str]:
  """One of `total` shares of files, which differ by at most one in length.

  Args:
    files: all files.
    index: of the share, from 0.
    total: number of shares.

  Returns:
    Its files. Those with like names, which are of like kind, go to different
    shares.
  """
  return sorted(files)[index::total]


def arguments(argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
  """What to give to pytest.

  Args:
    argv: test files, and further arguments of pytest, in any order.
    env: environment variables.

  Returns:
    Arguments of pytest; those with which it runs nothing if the share is empty.
  """
  files = [word for word in argv if word.endswith('_test.py')]
  others = [word for word in argv if word not in files]
  if named := env.get('TESTBRIDGE_TEST_ONLY'):
    others += ['-k', named]
  if results := env.get('XML_OUTPUT_FILE'):
    others += [f'--junit-xml={results}']
  total = int(env.get('TEST_TOTAL_SHARDS', 1))
  mine = share(files, int(env.get('TEST_SHARD_INDEX', 0)), total)
  return [*others, '--', *mine] if mine else ['--version']


def main() -> int:
  """Runs the share; returns pytest's exit code."""
  if understood := os.environ.get('TEST_SHARD_STATUS_FILE'):
    pathlib.Path(understood).touch()
  words = arguments(sys.argv[1:], os.environ)
  code = pytest.main(words)
  # A filter may leave a share without tests.
  nothing = code == pytest.ExitCode.NO_TESTS_COLLECTED and '-k' in words
  return 0 if nothing else int(code)


if __name__ == '__main__':
  raise SystemExit(main())
