"""Tests of launch.ceiling, as one runs it."""

import re

import numpy as np
from PIL import Image
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections
from tests import commands


@pytest.fixture(scope='module')
def ceiling(tmp_path_factory):
  """Runs the command with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda *arguments: runner.run('launch.ceiling', *arguments)


_SMALL = (
  '--config=configs/digits.py',
  '--config.environment.canvas_width=16',
  '--config.environment.grid_width=8',
)


def _errors(done):
  """By row: error, as a share of the blank canvas's, and distance."""
  assert not done.returncode, done.stderr
  row = r'^(.*?)  +(\d\.\d+(?: +\d+\.\d+)+)$'
  rows = re.findall(row, done.stdout, re.M)
  return {name: tuple(map(float, numbers.split())) for name, numbers in rows}


@pytest.mark.slow
def test_search_comes_nearer_than_any_random_program(ceiling, tmp_path):
  path = tmp_path / 'new' / 'pairs.png'
  done = ceiling(*_SMALL, '--targets=9', '--tries=300', f'--output={path}')
  errors = _errors(done)
  blanks, randoms, (found, share, distance), themselves = errors.values()
  assert 0 < found < randoms[0] and found < blanks[0] and blanks[1] == 1
  assert share == pytest.approx(found / blanks[0], abs=1e-3)
  assert themselves[:2] == (0, 0)
  assert 0 < themselves[2] < distance < randoms[2] < blanks[2]
  assert list(errors)[2] == 'after 300 variations of it'
  assert '9 of 9 images' in done.stdout
  # The picture has the targets, and canvases that are as far from them.
  targets = datasets.load(sections.DataConfig(), 16, 1, 0).validation[:9]
  picture = np.asarray(Image.open(path).convert('L')).astype(float)
  scale = (picture.shape[1] - 1) // 16  # Cells and lines between them.
  cells = [
    picture[
      1 + row * scale : (row + 1) * scale : 2,
      1 + column * scale : (column + 1) * scale : 2,
    ]
    for row in range(2)
    for column in range(16)
  ][:18]
  shown, made = np.stack(cells[::2]), np.stack(cells[1::2])
  np.testing.assert_array_equal(shown, np.asarray(targets)[..., 0])
  measured = np.square((shown - made) / 255).mean()
  assert measured == pytest.approx(found, abs=1e-5)


@pytest.mark.slow
def test_a_seed_decides_and_a_coarser_environment_is_worse(ceiling):
  few = *_SMALL, '--targets=4', '--tries=300'
  first, again, other, coarse = (
    _errors(ceiling(*few, *more))
    for more in (
      (),
      (),
      ('--seed=1',),
      ('--config.environment.brush_sizes=(6.0,)',),
    )
  )
  assert first == again != other
  assert list(coarse.values())[2] > list(first.values())[2]


@pytest.mark.slow
def test_a_single_image_is_no_set_that_has_a_distance(ceiling):
  done = ceiling(*_SMALL, '--targets=1', '--tries=10')
  assert not done.returncode, done.stderr
  assert len(re.findall(r' \d\.\d+ +-$', done.stdout, re.M)) == 4


@pytest.mark.slow
def test_the_classifier_tells_scribbles_from_copies_of_digits(ceiling):
  done = ceiling(*_SMALL, '--targets=40', '--tries=300', '--classifier')
  assert 'by the classifier' in done.stdout
  *_, random, found, themselves = (row[3] for row in _errors(done).values())
  assert themselves < found < random


@pytest.mark.parametrize(
  'arguments,message',
  [
    (('--config=configs/scenes_conditional_small.py',), 'launch.mcmc'),
    ((*_SMALL, '--output=pairs.jpg'), 'must end in .png'),
    ((*_SMALL, '--tries=0'), 'tries'),
    ((*_SMALL, 'more'), 'unknown arguments: more'),
    (('--config=configs/photos_small.py', '--classifier'), 'ten classes'),
  ],
)
def test_what_cannot_be_done_is_said_at_once(ceiling, arguments, message):
  done = ceiling(*arguments)
  assert done.returncode and message in done.stderr
  assert 'Traceback' not in done.stderr and not done.stdout


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
