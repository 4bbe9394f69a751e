"""Tests of launch.curves, as one runs it."""

import csv
import re

import numpy as np
from PIL import Image
import pytest

from spiral_tf.config import experiment
from spiral_tf.workdir import config_file
from spiral_tf.workdir import metrics
from tests import commands
from tests import small

_COURSE = ((0, 0.4), (1000, 0.09), (2000, 0.06), (3000, 0.03))


def _make_run(workdir, course, seconds_a_frame, **settings):
  """Writes what a run leaves behind.

  Args:
    workdir: its folder.
    course: pairs of frames and error.
    seconds_a_frame: how long an environment step takes.
    **settings: fields of the configuration; of a section, a dictionary.

  Returns:
    The folder's name.
  """
  values = experiment.to_dict(small.CONDITIONAL)
  for name, value in settings.items():
    values[name] = {**values[name], **value} if name == 'data' else value
  config_file.save(str(workdir), experiment.from_dict(values))
  policy = metrics.MetricsWriter(str(workdir), 'policy_learner')
  evaluator = metrics.MetricsWriter(str(workdir), 'evaluator')
  for frames, error in course:
    policy.scalars(frames, {'seconds': seconds_a_frame * frames})
    errors = {'mse': error, 'mse_empty': 0.1, 'mse_mean_image': 0.05}
    evaluator.scalars(frames, errors)
  return str(workdir)


@pytest.fixture(scope='module')
def command(tmp_path_factory):
  """Runs the command with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda *arguments: runner.run('launch.curves', *arguments)


def test_the_command_draws(command, tmp_path):
  a = _make_run(tmp_path / 'a', _COURSE, seconds_a_frame=0.1)
  slower = [(2 * frames, error + 0.02) for frames, error in _COURSE]
  b = _make_run(tmp_path / 'b', slower, seconds_a_frame=0.2, seed=1)
  c = _make_run(tmp_path / 'c', _COURSE[:2], seconds_a_frame=0.1, seed=1)
  path = tmp_path / 'new' / 'figure.png'
  done = command(f'--output={path}', '--title=T', f'two={a},{b}', f'one={c}')
  assert not done.returncode, done.stderr
  assert 'mean of its last 3 evaluations' in done.stdout
  numbers = {
    label: [float(x.replace(',', '')) for x in re.findall('[0-9.,]+', rest)]
    for label, rest in re.findall(
      '^(two|one|blank canvas|mean image) (.*)$', done.stdout, re.M
    )
  }
  # Runs, frames, minutes, error, lowest, highest, share of the blank canvas's.
  assert numbers == {
    'two': [2, 4500, 12.5, 0.07, 0.06, 0.08, 0.7],
    'one': [1, 1000, 1.7, 0.245, 0.245, 0.245, 2.45],
    'blank canvas': [0.1, 1],
    'mean image': [0.05, 0.5],
  }
  with Image.open(path) as image:
    pixels = np.asarray(image.convert('RGB')).astype(int)
  assert 1200 < pixels.shape[1] < 2000 and 500 < pixels.shape[0] < 1000
  half = pixels.shape[1] // 2
  # Blue and red lines, and the light blue band, in both panels.
  for color in ((0, 0x72, 0xB2), (0xD5, 0x5E, 0), (0xBF, 0xDC, 0xEC)):
    found = np.abs(pixels - color).max(axis=-1) < 8
    assert found[:, :half].sum() > 100 and found[:, half:].sum() > 100
  text = path.with_suffix('.csv').read_text()
  assert str(tmp_path) not in text
  first, *rows = csv.DictReader(text.splitlines())
  assert first == {
    **{'label': 'two', 'run': 'a', 'seed': '0', 'frames': '0'},
    **{'minutes': '0.000', 'mse': '0.4'},
    **{'mse_empty': '0.1', 'mse_mean_image': '0.05'},
  }
  assert [row['run'] for row in rows] == [*'aaa', *'bbbb', *'cc']
  assert list(rows[-1].values())[:6] == [
    *('one', 'c', '1', '1000', '1.667', '0.09')
  ]


@pytest.mark.parametrize(
  'arguments,message',
  [
    (('--output=x.jpg', 'a={a}'), 'must end in .png'),
    (('a={a}',), '--output'),
    (('--output={png}',), 'but 0 are named. Each curve is label=workdir'),
    (('--output={png}', '{a}'), 'is no curve'),
    (('--output={png}', '={a}'), 'is no curve'),
    (('--output={png}', 'a='), "'a=' is no curve"),
    (('--output={png}', 'a={a},'), 'is no curve'),
    (('--output={png}', 'a={a}', 'a={b}'), 'the label of another'),
    (('--output={png}', 'a={a},{a}/'), 'is named twice'),
    (('--output={png}', 'a={a}', 'b={a}'), 'is named twice'),
    (('--output={png}', *(f'{i}=x' for i in range(8))), '1 to 7 curves'),
    (('--output={png}', 'a={a}', 'b=/none'), "'/none' is not the folder"),
    (('--output={png}', 'a={a}', 'b={b}'), 'config.data.name'),
  ],
)
def test_what_cannot_be_done_is_said_at_once(
  command, tmp_path, arguments, message
):
  names = {
    'a': _make_run(tmp_path / 'a', _COURSE, 0.1),
    'b': _make_run(tmp_path / 'b', _COURSE, 0.1, data={'name': 'mnist'}),
    'png': tmp_path / 'new' / 'x.png',
  }
  done = command(*(argument.format(**names) for argument in arguments))
  assert done.returncode and message in done.stderr
  assert 'Traceback' not in done.stderr and not done.stdout
  assert not (tmp_path / 'new').exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
