"""Tests of spiral_tf.studies.run."""

import dataclasses
import json
import os
import shutil

import numpy as np
from PIL import Image
import pytest

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.studies import alone
from spiral_tf.studies import curve
from spiral_tf.studies import run
from spiral_tf.studies import store
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import claims
from spiral_tf.workdir import config_file
from tests import small

_FRAMES_AN_UPDATE = 8 * 3
# Of the run; the held-out images are those of seed 0.
_CONFIG = dataclasses.replace(
  small.CONDITIONAL,
  seed=3,
  training=dataclasses.replace(
    small.CONDITIONAL.training, frames=6 * _FRAMES_AN_UPDATE
  ),
)


def _go_on(folder, told=None, stop_at=1000, **kwargs):
  """Goes on until `stop_at` updates of the policy; returns what was told."""
  told = [] if told is None else told

  def stopping():
    news = [x for x in told if 'done' not in x]
    return bool(news) and news[-1]['frames'] >= stop_at * _FRAMES_AN_UPDATE

  over = run.go_on(str(folder), 0, 50, 20, told.append, stopping, **kwargs)
  return over, told


def _frames(folder):
  return curve.read(str(folder)).frames.tolist()


@pytest.fixture(scope='module')
def stopped(tmp_path_factory):
  """A run that was stopped after four updates."""
  folder = tmp_path_factory.mktemp('stopped') / 'run'
  config_file.save(str(folder), _CONFIG)
  over, told = _go_on(folder, stop_at=4)
  assert not over
  return folder, told


@pytest.fixture(scope='module')
def ended(stopped, tmp_path_factory):
  """The same, to its end."""
  folder = tmp_path_factory.mktemp('ended') / 'run'
  shutil.copytree(stopped[0], folder)
  over, told = _go_on(folder)
  assert over
  return folder, told


def test_it_is_measured_at_first_and_at_each_multiple(stopped):
  folder, told = stopped
  # The first updates at or after a multiple of 50.
  assert _frames(folder) == [0, 72]
  assert [x['frames'] for x in told if 'done' in x] == [0, 72]
  assert [x['frames'] for x in told if 'done' not in x] == [24, 48, 72, 96]
  rows = [json.loads(x) for x in (folder / curve.NAME).open()]
  assert not any(row['done'] for row in rows)
  assert {'mse', 'mse_cold', 'mse_empty', 'entropy', 'blank'} <= set(rows[1])
  with Image.open(folder / 'samples.png') as picture:
    assert min(picture.size) > 16


def test_it_goes_on_where_it_stopped(stopped, ended):
  folder, told = ended
  assert [x['frames'] for x in told if 'done' not in x] == [120, 144]
  assert _frames(folder) == [0, 72, 120, 144]
  before, after = (curve.read(str(x[0])) for x in (stopped, ended))
  assert after.done and after.seconds[2] > after.seconds[1]
  np.testing.assert_array_equal(after.values['mse'][:2], before.values['mse'])


def test_at_its_end_nothing_is_repeated(ended, monkeypatch):
  def fail(*unused):
    raise AssertionError('It trains.')

  monkeypatch.setattr(alone.Training, 'update', fail)
  before = (ended[0] / curve.NAME).read_bytes()
  over, told = _go_on(ended[0])
  assert over and not told
  assert (ended[0] / curve.NAME).read_bytes() == before


def test_what_was_learned_is_left_as_a_run(ended):
  folder = str(ended[0] / 'agent')
  config = config_file.load(folder)
  # That of the held-out images, or what was trained on would be judged.
  assert config == dataclasses.replace(_CONFIG, seed=0)
  policy = builders.make_policy(config)
  discriminator = builders.make_discriminator(config)
  for node, network in (
    (node_kinds.POLICY_LEARNER, {'policy': policy}),
    (node_kinds.DISCRIMINATOR_LEARNER, {'discriminator': discriminator}),
  ):
    checkpoints.restore(folder, node, network)
  updates, seconds = checkpoints.done_so_far(folder)
  course = curve.read(str(ended[0]))
  assert updates == 6 and seconds == course.seconds[-1]
  assert not (ended[0] / 'checkpoints' / 'alone').exists()


def test_what_a_kill_left_beyond_the_checkpoint_is_made_again(
  stopped, tmp_path
):
  folder = tmp_path / 'run'
  shutil.copytree(stopped[0], folder)
  path = folder / curve.NAME
  row = json.loads(path.read_text().splitlines()[-1])
  with path.open('a') as file:
    file.write(json.dumps({**row, 'frames': 120, 'mse': 9}) + '\n')
    file.write('{"frames": 144, "ms')
  over, _ = _go_on(folder)
  assert over and _frames(folder) == [0, 72, 120, 144]
  assert curve.read(str(folder)).values['mse'][2] < 9


def test_whoever_has_been_replaced_writes_nothing(stopped, tmp_path):
  folder = tmp_path / 'run'
  shutil.copytree(stopped[0], folder)

  class Told(list):
    def append(self, row):
      super().append(row)
      claims.Claim(checkpoints.folder(str(folder), 'alone'))

  before = (folder / curve.NAME).read_bytes()
  with pytest.raises(claims.SupersededError):
    _go_on(folder, Told())
  assert (folder / curve.NAME).read_bytes() == before


def test_one_that_diverges_is_over(tmp_path, monkeypatch):
  folder = tmp_path / 'run'
  config_file.save(str(folder), _CONFIG)

  def fail(self):
    raise alone.DivergedError('an update was not finite.')

  monkeypatch.setattr(alone.Training, 'update', fail)
  over, told = _go_on(folder)
  assert over and told[-1]['diverged'] == 'an update was not finite.'
  found = curve.read(str(folder))
  assert found.over and found.frames.tolist() == [0]
  again, told = _go_on(folder)
  assert again and not told
  assert not os.path.exists(folder / 'agent')


def test_an_agent_of_a_study_knows_its_experiment(ended, tmp_path):
  settings = store.Settings(frames=144, evaluate_every=50, images=20)
  study = store.begin(str(tmp_path / 'study'), small.CONDITIONAL, settings, [])
  (each,) = store.order(study, 1)
  shutil.copytree(ended[0], each.folder)
  agent = os.path.join(each.folder, 'agent')
  assert config_file.load(agent).seed == 0
  assert run.of_agent(agent) == _CONFIG
  assert run.of_agent(agent + os.sep) == _CONFIG
  # Folders of other runs.
  assert run.of_agent(each.folder) is None
  assert run.of_agent(str(ended[0] / 'agent')) is None


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
