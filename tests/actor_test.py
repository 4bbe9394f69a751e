"""Tests of spiral_tf.nodes.actor, with neighbours that are fakes."""

import types

import numpy as np
import pytest

from spiral_tf import activity
from spiral_tf import builders
from spiral_tf.nodes import actor
from spiral_tf.nodes import weights
from tests import small


class _Writer:
  """Keeps what it is given."""

  def __init__(self):
    self.batches = []

  def writer(self):
    return self

  def write(self, episodes, stopping):
    assert stopping() is False
    self.batches.append(episodes)


@pytest.fixture
def make():
  """Makes actors whose episodes go nowhere."""
  policy = builders.make_policy(small.CONFIG)
  for variable in policy.trainable_variables:
    variable.assign_add(np.full(variable.shape, 0.25, np.float32))
  server = weights.WeightsServer(policy.trainable_variables)
  learner = types.SimpleNamespace(get_weights=lambda have: server.get(3, have))
  return lambda index: actor.Actor(small.CONFIG, learner, _Writer(), index)


def test_plays_with_the_learners_weights_and_files_whole_episodes(make):
  played = make(0)
  assert played._gather() is None  # Nothing is left to do under the lock.
  (batch,) = played._writer.batches
  environments = small.CONFIG.training.environments_per_actor
  assert batch.log_prob.shape == (3, environments)
  assert batch.observation['canvas'].shape[:2] == (4, environments)
  assert played._weights.version == 3
  # Not the weights that it was made with.
  fresh = builders.make_policy(small.CONFIG).trainable_variables
  for mine, new in zip(played._weights._variables, fresh, strict=True):
    np.testing.assert_allclose(mine.numpy(), new.numpy() + 0.25, rtol=1e-6)


def test_it_says_whom_it_waits_for_and_that_it_got_on(make, monkeypatch):
  current = activity.Activity()
  monkeypatch.setattr(activity, 'CURRENT', current)
  said = []

  def note(work):
    def noted(*args, **kwargs):
      said.append(current.report()[:2])
      return work(*args, **kwargs)

    return noted

  played = make(0)
  monkeypatch.setattr(played._weights, 'update', note(played._weights.update))
  monkeypatch.setattr(played._writer, 'write', note(played._writer.write))
  current.work()
  for steps in (1, 2):
    played._gather()
    assert current.report() == ('working', '', steps)
  assert said == [('waiting', 'policy_learner'), ('waiting', 'replay')] * 2


def test_actors_see_noise_of_their_own(make):
  noise = []
  for index in (0, 0, 1):
    played = make(index)
    played._gather()
    noise.append(played._writer.batches[0].observation['noise'][0])
  np.testing.assert_array_equal(noise[0], noise[1])
  assert np.abs(noise[0] - noise[2]).max() > 0.1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
