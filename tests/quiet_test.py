"""Tests of launch.quiet, with a library that only pretends to be TensorFlow."""

import os
import subprocess
import sys
import textwrap

import pytest

from launch import quiet

_SAYS = """
  import contextlib
  import os
  def say(text):
    with contextlib.suppress(OSError):
      os.write(2, text.encode())
  say('I0000 port.cc] oneDNN custom operations are on. You may see\\n')
  say('WARNING: All log messages before absl::InitializeLog() is called are ')
  say('written to STDERR\\nWhat must be read.\\n')
  {more}
"""


def _run(tmp_path, code, more=''):
  library = tmp_path / 'tensorflow'
  library.mkdir()
  source = textwrap.dedent(_SAYS).format(more=more)
  (library / '__init__.py').write_text(source)
  (library / 'function_type.py').write_text(
    'from absl import logging\nlogging.warning("is not a valid name")\n'
  )
  path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
  return subprocess.run(
    [sys.executable, '-c', code],
    capture_output=True,
    text=True,
    env={**os.environ, 'PYTHONPATH': path},
  )


def test_noise_is_kept_back_and_all_else_goes_through(tmp_path):
  code = (
    'import launch, os, sys, tensorflow\n'
    'os.write(2, b"oneDNN custom operations are on. I say so.\\n")\n'
    'print(tensorflow.__spec__.name, len(tensorflow.__path__))'
  )
  done = _run(tmp_path, code)
  assert done.stderr.splitlines() == [
    'What must be read.',
    'oneDNN custom operations are on. I say so.',
  ]
  assert done.stdout == 'tensorflow 1\n' and done.returncode == 0


@pytest.mark.parametrize(
  'more, words',
  [
    ('raise RuntimeError("No such processor.")', 'No such processor.'),
    ("say('Last words'); os.abort()", 'Last words'),
  ],
)
def test_last_words_are_not_lost(tmp_path, more, words):
  done = _run(tmp_path, 'import launch, tensorflow', more)
  assert done.returncode and words in done.stderr
  assert quiet.NOISE[1] not in done.stderr


def test_a_closed_standard_error_does_not_hinder(tmp_path):
  code = 'import os; os.close(2); import launch, tensorflow; print("there")'
  assert _run(tmp_path, code).stdout == 'there\n'


def test_warnings_of_names_are_kept_back(tmp_path):
  code = (
    'import launch\n'
    'import tensorflow.function_type\n'
    'from absl import logging\n'
    'logging.warning("Mine.")\n'
  )
  done = _run(tmp_path, code)
  assert 'valid name' not in done.stderr and 'Mine.' in done.stderr


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
