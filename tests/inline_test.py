"""Tests of launch.inline: whole trainings, of agents so small that they may."""

import dataclasses
import json
import os
import signal

import numpy as np
import pytest
import tensorflow as tf

from launch import inline
from launch import training
from launch.runtime import engines
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import guard
from spiral_tf.nodes import policy_learner
from spiral_tf.replay import snapshots
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import metrics
from tests import small

_INLINE = engines.Place('inline')


def _train(config, workdir):
  return training.train(config, str(workdir), _INLINE)


def _until(config, frames):
  """The experiment, until then."""
  goal = dataclasses.replace(config.training, frames=frames)
  return dataclasses.replace(config, training=goal)


def _rarely_saved(config):
  """The experiment, with checkpoints at its end only."""
  rarely = dataclasses.replace(config.training, checkpoint_seconds=1e6)
  return dataclasses.replace(config, training=rarely)


def _lines(workdir, node):
  with open(metrics.metrics_path(str(workdir), node)) as file:
    return [json.loads(line) for line in file]


def _done(workdir):
  return checkpoints.done_so_far(str(workdir))[0]


@pytest.mark.parametrize(
  'config', [small.CONFIG, small.CONDITIONAL], ids=['free', 'conditional']
)
def test_it_trains_to_the_end_and_leaves_all_that_a_run_has(config, tmp_path):
  assert _train(config, tmp_path) == 0
  assert _done(tmp_path) == 20
  last = _lines(tmp_path, node_kinds.POLICY_LEARNER)[-1]
  assert last['updates'] == 20 and last['done']
  # Two updates of the discriminator for each of the policy.
  updates = tf.Variable(0, dtype=tf.int64)
  checkpoints.restore(
    str(tmp_path), node_kinds.DISCRIMINATOR_LEARNER, {'updates': updates}
  )
  assert int(updates) == 40
  assert list((tmp_path / 'samples').glob('*.png'))
  assert (tmp_path / 'config.json').exists()
  assert snapshots.newest(snapshots.folder(config, str(tmp_path))).path
  # There are no processes, so nothing of theirs.
  assert not (tmp_path / 'logs').exists()


def test_each_episode_is_trained_on_once_and_in_order(tmp_path, monkeypatch):
  played, trained = [], []
  play, update = rollout.play, policy_learner.PolicyLearner._update

  def noted_play(environments, player):
    episodes = play(environments, player)
    if len(environments) == small.CONFIG.training.environments_per_actor:
      played.extend(np.swapaxes(episodes.log_prob, 0, 1).tolist())
    return episodes

  def noted_update(self, data):
    trained.extend(data['episodes'].log_prob.numpy().tolist())
    return update(self, data)

  monkeypatch.setattr(rollout, 'play', noted_play)
  monkeypatch.setattr(policy_learner.PolicyLearner, '_update', noted_update)
  _train(small.CONFIG, tmp_path)
  assert len(trained) == 20 * 8
  assert trained == played
  # Actors take turns, too: they see noise of their own.
  assert played[:4] != played[4:8]


def test_it_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
  update = policy_learner.PolicyLearner._update

  def interrupted(self, data):
    update(self, data)
    if int(self._updates) == 7:
      os.kill(os.getpid(), signal.SIGINT)

  monkeypatch.setattr(policy_learner.PolicyLearner, '_update', interrupted)
  assert _train(small.CONFIG, tmp_path) == 130
  assert 'Stopped before its end' in capsys.readouterr().out
  assert _done(tmp_path) == 7
  monkeypatch.undo()
  assert _train(small.CONFIG, tmp_path) == 0
  output = capsys.readouterr().out
  assert 'Goes on from 7 updates' in output
  assert 'empty' not in output  # The renders are there again.
  assert _done(tmp_path) == 20


@pytest.mark.parametrize('number', [3, 20])
def test_numbers_that_are_not_finite_end_it_and_are_not_saved(
  number, tmp_path, monkeypatch
):
  gather = discriminator_learner.DiscriminatorLearner._gather

  def spoil(self):
    data = gather(self)
    if data is not None and int(self._updates) == number:
      variable = self._module.discriminator.trainable_variables[0]
      variable.assign(tf.fill(variable.shape, np.nan))
    return data

  monkeypatch.setattr(
    discriminator_learner.DiscriminatorLearner, '_gather', spoil
  )
  with pytest.raises(guard.NonFiniteError, match='gradient_penalty'):
    _train(_rarely_saved(small.CONFIG), tmp_path)
  # The other learner's numbers are sound.
  assert _done(tmp_path) == number // 2
  with pytest.raises(FileNotFoundError):
    checkpoints.restore(str(tmp_path), node_kinds.DISCRIMINATOR_LEARNER, {})


def test_one_process_can_go_on_with_the_run_of_many_and_back(tmp_path, capfd):
  pytest.importorskip('launchpad')
  pytest.importorskip('reverb')
  frames = small.CONFIG.training.frames
  for engine, updates in (('local', 20), ('inline', 40), ('local', 60)):
    config = _until(small.CONFIG, frames * updates // 20)
    assert training.train(config, str(tmp_path), engines.Place(engine)) == 0
    assert _done(tmp_path) == updates
  steps = [x['frames'] for x in _lines(tmp_path, node_kinds.POLICY_LEARNER)]
  assert steps == sorted(steps)
  output = capfd.readouterr().out
  assert 'of a Reverb server' in output


def test_a_population_needs_more_than_one_process(tmp_path):
  with pytest.raises(ValueError, match=r'population\.size is 2'):
    _train(small.POPULATION, tmp_path / 'run')
  assert not (tmp_path / 'run').exists()
  inline.check(small.CONFIG)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
