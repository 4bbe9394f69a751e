"""A run whose disk gets full: it says so, and goes on where it was.

It takes a minute, as all nodes load TensorFlow, twice if the run ends.
"""

import contextlib
import errno
import os
import subprocess

import pytest

from spiral_tf import node_kinds
from spiral_tf.workdir import checkpoints
from tests import counters
from tests import launched
from tests import patience
from tests import small

_BYTES = 32 * 2**20
_WORDS = os.strerror(errno.ENOSPC)


@pytest.fixture
def disk(tmp_path):
  """A folder that is a small disk of its own."""
  folder = tmp_path / 'disk'
  folder.mkdir()
  size = f'size={_BYTES}'
  command = ['mount', '-n', '-t', 'tmpfs', '-o', size, 'tmpfs', str(folder)]
  try:
    subprocess.run(command, check=True, capture_output=True)
  except (OSError, subprocess.SubprocessError) as error:
    pytest.skip(f'no file system can be mounted here: {error}')
  yield folder
  subprocess.run(['umount', '-n', '-l', str(folder)], check=True)


def _fill(path):
  """Writes until there is no room."""
  with contextlib.suppress(OSError), open(path, 'ab', buffering=0) as file:
    while True:
      file.write(bytes(4096))


def test_it_says_that_the_disk_is_full_and_goes_on(disk, tmp_path):
  config = launched.write_config(tmp_path, small.CONFIG)
  workdir = str(disk / 'run')
  output = tmp_path / 'output'

  def start():
    with open(output, 'a') as file:
      return launched.start(
        *(config, workdir, '--config.training.frames=0'),
        *('--config.training.num_actors=1',),
        stdout=file,
      )

  process = start()
  launched.wait_for_updates(workdir, process, 20)
  _fill(disk / 'filler')
  saved = checkpoints.done_so_far(workdir)[0]
  assert saved > 0

  def is_said():
    _fill(disk / 'filler')  # Something may have been removed.
    return process.poll() is not None or _WORDS in output.read_text()

  patience.wait_until(is_said, _WORDS, tell=output.read_text)
  assert _WORDS in output.read_text(), output.read_text()
  os.remove(disk / 'filler')
  reached = launched.updates(workdir)

  def goes_on():
    """Whether it trains again, or has given up, and saved what it had."""
    is_over = process.poll() is not None
    return is_over or launched.updates(workdir) >= reached + 10

  patience.wait_until(goes_on, 'more updates, or an end', tell=output.read_text)
  if process.poll() is not None:
    assert process.returncode == 1, output.read_text()
    assert 'Error: ' in output.read_text().splitlines()[-1]
    launched.assert_none_left(process)
    assert checkpoints.done_so_far(workdir)[0] >= saved
    process = start()
  launched.wait_for_updates(workdir, process, reached + 10)
  process.terminate()
  assert patience.end(process) == 130, output.read_text()
  launched.assert_none_left(process)
  assert checkpoints.done_so_far(workdir)[0] >= reached + 10
  for node in (node_kinds.POLICY_LEARNER, node_kinds.DISCRIMINATOR_LEARNER):
    counters.assert_lost_little(small.CONFIG, workdir, node)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
