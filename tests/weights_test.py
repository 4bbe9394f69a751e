"""Tests of spiral_tf.nodes.weights, server and client in one process."""

import io
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


def test_within_a_process_nothing_is_packed(monkeypatch):
  monkeypatch.setattr(weights, 'pack', None)
  source, target = _variables(1.0, 2.0), _variables(0.0, 0.0)
  server = weights.WeightsServer(source)

  class Near(weights.Holder):
    version = 5

    def held(self, have_version):
      return server.held(self.version, have_version)

  client = weights.WeightsClient(Near(), target)
  client.update()
  assert client.version == 5
  assert [float(v) for v in target] == [1, 2]
  # What is trained on does not change what was taken, nor without a version.
  source[0].assign_add(10.0)
  client.update()
  assert [float(v) for v in target] == [1, 2]
  Near.version = 6
  client.update()
  source[1].assign_add(10.0)
  assert [float(v) for v in target] == [11, 2]


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
  pack = weights.pack

  def count(variables):
    packed.append(variables)
    return pack(variables)

  monkeypatch.setattr(weights, 'pack', count)
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
  [
    ([[1, 2], 3], [0, [0, 0]]),
    ([5, [1, 2]], [0, 0]),
    ([1, 2], [0]),
    ([1], [0, 0]),
  ],
  ids=['order', 'only the last', 'too many', 'too few'],
)
def test_weights_that_do_not_fit_are_refused(source, target):
  target = _variables(*target)
  client = weights.WeightsClient(_Learner(_variables(*source)), target)
  with pytest.raises(ValueError, match='same networks'):
    client.update()
  assert client.version == -1
  assert not any(np.any(variable.numpy()) for variable in target)


def _state(scale):
  """Variables of several shapes and dtypes, as a network and optimizer have."""
  return [
    tf.Variable(scale * np.arange(6, dtype=np.float32).reshape(2, 3)),
    tf.Variable(scale, dtype=tf.int64),
    tf.Variable(np.zeros([0, 3], np.float32)),
    *(tf.Variable(np.float32(scale + i)) for i in range(20)),
  ]


def test_values_arrive_in_their_order():
  source, target = _state(3), _state(0)
  weights.unpack(weights.pack(source), target)
  for a, b in zip(source, target, strict=True):
    np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize(
  'wrong',
  [
    _state(0)[1:],
    [tf.Variable(np.zeros([3, 2], np.float32)), *_state(0)[1:]],
    [*_state(0)[:-1], tf.Variable(np.float64(0))],
  ],
  ids=['number', 'shape', 'dtype'],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(wrong):
  before = [variable.numpy() for variable in wrong]
  with pytest.raises(ValueError, match='same networks'):
    weights.unpack(weights.pack(_state(3)), wrong)
  for old, variable in zip(before, wrong):
    np.testing.assert_array_equal(old, variable.numpy())


def test_a_torn_message_is_refused_and_changes_nothing():
  source, target = _variables(1, [2, 3]), _variables(0, [0, 0])
  with pytest.raises(ValueError):
    weights.unpack(weights.pack(source)[:-1], target)
  assert not np.any(target[0].numpy())


def test_nothing_is_unpickled():
  file = io.BytesIO()
  np.save(file, np.array([print], dtype=object))
  with pytest.raises(ValueError, match='allow_pickle'):
    weights.unpack(file.getvalue(), [tf.Variable(0.0)])
  with pytest.raises(ValueError):
    weights.unpack(pickle.dumps([1.0]), [tf.Variable(0.0)])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
