"""Tests of spiral_tf.studies.alone."""

import dataclasses
import time
from typing import Any, NamedTuple

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf.datasets import scene_factory
from spiral_tf.evaluation import reconstruction
from spiral_tf.studies import alone
from tests import small

_FRAMES_AN_UPDATE = 8 * 3
_UPDATES = 8
_BURNED = 0.1  # CPU seconds between updates.


def _config(config, updates=_UPDATES, seed=0):
  """A small experiment of so many updates, with uneven learners."""
  return dataclasses.replace(
    config,
    seed=seed,
    training=dataclasses.replace(
      config.training, frames=updates * _FRAMES_AN_UPDATE
    ),
    policy_learner=dataclasses.replace(config.policy_learner, anneal=0.5),
    discriminator_learner=dataclasses.replace(
      config.discriminator_learner, updates_per_policy_update=1.5
    ),
  )


class _Watched(NamedTuple):
  """A training that was watched.

  Attributes:
    training: when it was over.
    weights: of the policy: at first, when all was compiled, and after each
      update.
    compiled: CPU seconds that compiling took.
    spent: CPU seconds that all took, without what was burned between updates.
    progress: after each update.
    anneal: of each update of the policy.
    steps: updates of the discriminator by then.
    checkpoint: path of one after the third update.
  """

  training: alone.Training
  weights: list[np.ndarray]
  compiled: float
  spent: float
  progress: list[alone.Progress]
  anneal: list[float]
  steps: list[int]
  checkpoint: str


def _weights(training):
  return np.concatenate(
    [v.numpy().ravel() for v in training.policy.trainable_variables]
  )


@pytest.fixture(scope='module')
def watched(tmp_path_factory):
  training = alone.Training(_config(small.CONDITIONAL))
  step, anneals = training._policy_update.step, []

  def spy(episodes, anneal, apply):
    if bool(apply):
      anneals.append(float(anneal))
    return step(episodes, anneal, apply)

  training._policy_update.step = spy
  steps: list[Any] = []
  progress, weights = [], [_weights(training)]
  started = time.process_time()
  training._start()
  training._started = True
  compiled = time.process_time() - started
  weights.append(_weights(training))
  burned = 0.0
  while not training.done:
    progress.append(training.update())
    weights.append(_weights(training))
    steps.append(int(training.learners['discriminator']['optimizer'].step))
    if len(progress) == 3:
      checkpoint = tf.train.Checkpoint(**training.trackables).write(
        str(tmp_path_factory.mktemp('checkpoint') / 'ckpt')
      )
    begin = time.process_time()
    while time.process_time() - begin < _BURNED:
      pass
    burned += time.process_time() - begin
  spent = time.process_time() - started - burned
  return _Watched(
    *(training, weights, compiled, spent, progress, anneals, steps, checkpoint)
  )


def test_it_says_where_it_is(watched):
  assert [x.updates for x in watched.progress] == [1, 2, 3, 4, 5, 6, 7, 8]
  frames = [x.frames for x in watched.progress]
  assert frames == [24, 48, 72, 96, 120, 144, 168, 192]
  for each in watched.progress:
    assert {'entropy', 'return', 'discriminator_gap'} <= set(each.metrics)
    assert all(map(np.isfinite, each.metrics.values()))


def test_the_learners_keep_their_ratio(watched):
  assert watched.steps == [1, 3, 4, 6, 7, 9, 10, 12]


def test_rates_fall_as_in_a_run_of_nodes(watched):
  assert watched.anneal == [1, 1, 1, 1, 1, 0.75, 0.5, 0.25]


def test_the_policy_is_paid_by_the_trained_discriminator(watched):
  training = watched.training
  assert training._policy_update.discriminator is training.discriminator


def test_only_updates_are_time_of_training(watched):
  first, compiled, after, *_ = watched.weights
  np.testing.assert_array_equal(compiled, first)
  assert (after != compiled).any()
  seconds = [x.seconds for x in watched.progress]
  assert 0 < seconds[0] < watched.compiled
  assert seconds == sorted(seconds)
  assert seconds[-1] < watched.spent - watched.compiled


def test_it_goes_on_from_a_checkpoint(watched):
  again = alone.Training(_config(small.CONDITIONAL))
  tf.train.Checkpoint(**again.trackables).read(
    watched.checkpoint
  ).assert_consumed()
  np.testing.assert_array_equal(_weights(again), watched.weights[4])
  assert float(again.seconds) == watched.progress[2].seconds
  assert len(again._renders) == 32 and float(again._owed) == 0.5
  assert again.update().updates == 4 and not again.done
  # Who goes on sees other targets and other noise than at the beginning.
  assert (_weights(again) != watched.weights[5]).any()


def test_the_seed_decides(watched):
  def entropies(seed):
    config = _config(small.CONDITIONAL, updates=2, seed=seed)
    config = dataclasses.replace(
      config,
      training=dataclasses.replace(config.training, frames=0),
    )
    made = alone.train(config)
    return [next(made).metrics['entropy'] for _ in range(2)]

  first = [x.metrics['entropy'] for x in watched.progress[:2]]
  np.testing.assert_allclose(entropies(0), first, rtol=1e-4)
  assert not np.allclose(entropies(1), first, rtol=1e-4)


@pytest.mark.parametrize('config', [small.CONFIG, small.VARIANTS])
def test_it_trains_all_kinds_of_agents(config):
  *_, last = alone.train(_config(config, updates=2))
  assert last.updates == 2 and last.frames == 2 * _FRAMES_AN_UPDATE


def test_it_imitates_as_the_nodes_do(tmp_path):
  scene_factory.make(str(tmp_path), small.SCENES_SETTINGS, 1, lambda done: None)
  config = dataclasses.replace(
    small.SCENES,
    data=dataclasses.replace(small.SCENES.data, path=str(tmp_path)),
  )
  first, second = (
    x.metrics['imitation'] for x in alone.train(_config(config, updates=2))
  )
  assert first > 0 and second > 0 and first != second


def test_it_learns():
  config = dataclasses.replace(
    small.CONDITIONAL,
    training=dataclasses.replace(
      small.CONDITIONAL.training, frames=200 * _FRAMES_AN_UPDATE
    ),
  )
  dataset = builders.load_dataset(config)
  targets = np.asarray(dataset.validation[:100])

  def error(policy):
    player = builders.make_player(policy, 0)
    canvases = reconstruction.reconstruct(config, player, targets)
    return reconstruction.errors(canvases, targets).mean()

  untrained = error(builders.make_policy(config))
  *_, last = alone.train(config, dataset)
  assert error(last.policy) < 0.9 * untrained


# The last, for it spoils what the others look at.
def test_numbers_that_are_not_finite_end_it(watched):
  watched.training._policy_update.hyperparameters['learning_rate'].assign(1e38)
  watched.training.updates.assign(0)
  with pytest.raises(alone.DivergedError) as error:
    for _ in range(4):
      watched.training.update()
  assert 'was not finite: ' in str(error.value)
  assert '--config.policy_learner.learning_rate' in str(error.value)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
