"""Tests of launch.figure11, as one runs it."""

import os
import re

import numpy as np
from PIL import Image
import pytest

from tests import commands


@pytest.fixture(scope='module')
def figure11(tmp_path_factory):
  """Runs the command with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:

    def run(*arguments, limit=None):
      if limit is None:
        return runner.run('launch.figure11', *arguments)
      return runner.run(
        'tests.limited', str(limit), 'launch.figure11', *arguments
      )

    yield run


def _error(done):
  """What went wrong; Matplotlib may say before where it keeps its fonts."""
  assert 'Traceback' not in done.stderr
  return done.stderr.strip().splitlines()[-1]


@pytest.mark.slow
def test_it_trains_measures_and_draws(figure11, tmp_path):
  path = tmp_path / 'new' / 'figure.png'
  done = figure11(
    f'--output={path}', '--steps=30', '--canvas_width=12', '--radius=2'
  )
  assert not done.returncode, done.stderr
  assert re.search(
    r'30 of 30 steps, [\d.,]+ a second, 0:00 left, real minus', done.stdout
  )
  rows = re.findall(r'^(.*?)  +([\d.]+) +([\d.]+)$', done.stdout, re.M)
  numbers = {title: (float(a), float(b)) for title, a, b in rows}
  assert len(numbers) == 4
  # The discriminator has slopes where l2 has none.
  fixed, learned = numbers['slope there, share of the range a pixel']
  assert fixed == 0.0 < learned
  with Image.open(path) as image:
    pixels = np.asarray(image.convert('RGB')).astype(int)
  assert min(pixels.shape[:2]) >= 600
  # The marks of the target, red, in both columns of surfaces.
  red = (pixels[..., 0] > 200) & (pixels[..., 1:].max(-1) < 60)
  third = pixels.shape[1] // 3
  assert red[:, third : 2 * third - 60].any() and red[:, 2 * third - 60 :].any()


@pytest.mark.parametrize(
  'arguments,message',
  [
    (('--output=figure.jpg',), 'must end in .png'),
    (('--output=figure.png', '--radius=9'), 'radius is 9'),
    (('--output=figure.png', 'more'), 'unknown arguments: more'),
    (('--output=figure.png', '--steps=0'), 'steps'),
    ((), '--output'),
  ],
)
def test_what_cannot_be_done_is_said_at_once(figure11, arguments, message):
  done = figure11(*arguments)
  assert done.returncode and message in done.stderr
  assert 'Traceback' not in done.stderr and 'step' not in done.stdout


def test_a_file_that_cannot_be_written_is_refused_before_the_work(
  figure11, tmp_path
):
  (tmp_path / 'file').write_text('')
  (tmp_path / 'folder.png').mkdir()
  (tmp_path / 'old.png').write_text('old')
  (tmp_path / 'old.png').chmod(0o444)
  (tmp_path / 'full.png').symlink_to('/dev/full')
  before = sorted(os.listdir(tmp_path))
  for name, words in (
    ('file/a.png', 'must be a folder'),
    ('folder.png', 'is a directory'),
    ('old.png', 'is read-only'),
    ('full.png', 'no ordinary file'),
  ):
    done = figure11(f'--output={tmp_path / name}')
    assert done.returncode == 1 and done.stdout == ''
    line = _error(done)
    assert line.startswith('Error: ') and str(tmp_path) in line
    assert re.search(words, line)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_disk_that_is_full_in_the_end_is_named(figure11, tmp_path):
  done = figure11(
    f'--output={tmp_path / "A.PNG"}',
    '--steps=1',
    '--canvas_width=12',
    '--radius=2',
    limit=4096,
  )
  assert done.returncode == 1
  line = _error(done)
  assert line.startswith('Error: ') and 'A.PNG' in line
  assert 'too large' in line and not os.listdir(tmp_path)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
