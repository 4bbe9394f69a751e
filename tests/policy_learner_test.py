"""Tests of spiral_tf.nodes.policy_learner."""

import dataclasses
import time

import numpy as np
import pytest
import tensorflow as tf
import tree

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf.nodes import guard
from spiral_tf.nodes import policy_learner
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics
from spiral_tf.workdir import progress
from tests import clocks
from tests import nowhere
from tests import small


def _episodes(policy):
  """Episodes by `policy`, batch-major tensors as replay delivers them."""
  environments = builders.make_environments(small.CONFIG, 8, 0)
  player = rollout.Player(policy.initial_state, policy.step)
  episodes = rollout.play(environments, player)
  return tree.map_structure(tf.constant, rollout.batch_major(episodes))


def _blank(episodes, number):
  """The same with the first canvases of `number` episodes all through them."""
  canvas = episodes.observation['canvas'].numpy()
  canvas[:number] = canvas[:number, :1]
  observation = {**episodes.observation, 'canvas': tf.constant(canvas)}
  return episodes._replace(observation=observation)


def _learner(tmp_path, config):
  """A learner that is handed its data, and told when to log and to save."""
  training = dataclasses.replace(
    config.training, log_seconds=1e6, checkpoint_seconds=1e6
  )
  return policy_learner.PolicyLearner(
    dataclasses.replace(config, training=training),
    str(tmp_path),
    discriminator_learner=None,
    replay=nowhere.Replay(),
  )


@pytest.fixture
def learner(tmp_path):
  """That of a painter."""
  return _learner(tmp_path, small.CONFIG)


def test_gathers_demonstrations_where_there_are_any(tmp_path, monkeypatch):
  episode = dict.fromkeys(('observation', 'action', 'log_prob', 'context'))
  found = []
  for name, config in (('painter', small.CONFIG), ('scenes', small.SCENES)):
    learner = _learner(tmp_path / name, config)
    monkeypatch.setattr(learner._reader, 'read', lambda: episode)
    monkeypatch.setattr(learner._discriminator, 'update', lambda: None)
    found += [learner._gather(), learner._gather()]
  assert [set(data) for data in found] == 2 * [{'episodes'}] + 2 * [
    {'episodes', 'demonstrations'}
  ]
  first, second = (x['demonstrations'].context['target'] for x in found[2:])
  assert first.shape == (4, 16, 16, 3)
  assert (first.numpy() != second.numpy()).any()


def test_logs_its_idle_share(learner, tmp_path, monkeypatch):
  path = metrics.metrics_path(str(tmp_path), node_kinds.POLICY_LEARNER)
  now = [learner._last_log + 1.0]
  clocks.replace(monkeypatch, policy_learner, monotonic=lambda: now[0])

  def read():
    now[0] += 3.0

  monkeypatch.setattr(learner._reader, 'read', read)
  learner._log(now[0])
  learner._gather()
  now[0] += 1.0
  learner._log(now[0])
  assert json_lines.last_line(path)['idle'] == pytest.approx(0.75)
  now[0] += 1.0
  learner._log(now[0])
  assert json_lines.last_line(path)['idle'] == 0


@pytest.mark.slow
def test_what_is_logged_raises_the_right_warnings(learner, tmp_path):
  path = metrics.metrics_path(str(tmp_path), node_kinds.POLICY_LEARNER)
  episodes = _episodes(learner._module.policy)
  for number in (0, 8):
    learner._update({'episodes': _blank(episodes, number)})
  learner._log(time.monotonic())
  line = json_lines.last_line(path)
  assert line['blank'] == 0.5  # Of both batches.
  assert progress.warnings(line) == []
  for _ in range(2):
    learner._update({'episodes': _blank(episodes, 8)})
  learner._log(time.monotonic())
  (warning,) = progress.warnings(json_lines.last_line(path))
  assert '100% of the canvases are blank' in warning


@pytest.mark.slow
def test_weights_that_are_not_finite_go_nowhere(learner, tmp_path):
  episodes = _episodes(learner._module.policy)
  assert learner.get_weights(-1)[1]
  learner._module.hyperparameters['learning_rate'].assign(np.inf)
  with pytest.raises(guard.NonFiniteError, match='weight_norm=nan'):
    learner._locked_update({'episodes': episodes})
  with pytest.raises(RuntimeError, match='failed'):
    learner.get_weights(-1)
  assert not any((tmp_path / 'checkpoints').rglob('*ckpt*'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
