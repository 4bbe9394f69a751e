"""Tests of launch.figure11, as one runs it."""

import re

import numpy as np
from PIL import Image
import pytest

from tests import commands


@pytest.fixture(scope='module')
def figure11(tmp_path_factory):
  """Runs the command with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda *arguments: runner.run('launch.figure11', *arguments)


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


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
