"""Tests of spiral_tf.nodes.weights, server and client in one process."""

import pickle

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.nodes import weights


def _variables(*values):
  return [tf.Variable(np.float32(value)) for value in values]


class _Learner:
  """What a client of a learner's node looks like to `WeightsClient`."""

  def __init__(self, variables):
    self.version = 0
    self.replies = []
    self._server = weights.WeightsServer(variables)

  def get_weights(self, have_version):
    self.replies.append(self._server.get(self.version, have_version))
    return self.replies[-1]


def test_client_follows_the_server():
  source = _variables([1, 2], 3)
  target = _variables([0, 0], 0)
  learner = _Learner(source)
  client = weights.WeightsClient(learner, target)
  assert client.version == -1
  client.update()
  assert client.version == 0
  np.testing.assert_array_equal(target[0], [1, 2])
  np.testing.assert_array_equal(target[1], 3)

  source[0].assign([5, 6])
  learner.version = 7
  client.update()
  assert client.version == 7
  np.testing.assert_array_equal(target[0], [5, 6])


def test_nothing_travels_when_up_to_date():
  source, target = _variables(1), _variables(0)
  learner = _Learner(source)
  client = weights.WeightsClient(learner, target)
  client.update()
  target[0].assign(9)
  client.update()
  assert isinstance(learner.replies[0][1], bytes)
  assert learner.replies[1] == (0, None)
  np.testing.assert_array_equal(target[0], 9)  # Was left alone.
  learner.version = 1
  client.update()
  assert isinstance(learner.replies[2][1], bytes)
  np.testing.assert_array_equal(target[0], 1)


def test_weights_are_packed_once_a_version(monkeypatch):
  packed = []
  dumps = pickle.dumps

  def count(value):
    packed.append(value)
    return dumps(value)

  monkeypatch.setattr(weights.pickle, 'dumps', count)
  server = weights.WeightsServer(_variables(1, 2))
  first = server.get(0, -1)
  assert server.get(0, -1) == first
  assert server.get(0, 0) == (0, None)
  assert len(packed) == 1
  assert server.get(1, 0)[1] is not None
  assert server.get(1, -1)[1] is not None
  assert len(packed) == 2


def test_a_learner_that_went_back_is_followed_too():
  # It died, and began again from its last checkpoint.
  source, target = _variables(1), _variables(0)
  learner = _Learner(source)
  learner.version = 10
  client = weights.WeightsClient(learner, target)
  client.update()
  source[0].assign(4)
  learner.version = 6
  client.update()
  assert client.version == 6
  np.testing.assert_array_equal(target[0], 4)


@pytest.mark.parametrize(
  'source,target',
  [([[1, 2], 3], [0, [0, 0]]), ([1, 2], [0]), ([1], [0, 0])],
  ids=['order', 'too many', 'too few'],
)
def test_variables_that_do_not_fit_are_refused(source, target):
  client = weights.WeightsClient(
    _Learner(_variables(*source)), _variables(*target)
  )
  with pytest.raises(ValueError):
    client.update()
  assert client.version == -1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
