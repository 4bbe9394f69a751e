"""Tests of the loss of imitating demonstrations."""

import pytest
import tensorflow as tf

from spiral_tf.learning import imitation


def test_is_the_mean_over_what_is_to_be_imitated():
  log_prob = tf.constant([[-1.0, -2.0], [-4.0, -8.0]])
  weight = tf.constant([[1.0, 0.0], [1.0, 1.0]])
  assert float(imitation.loss(log_prob, weight)) == pytest.approx(13 / 3)


def test_is_0_where_there_is_nothing_to_imitate():
  assert float(imitation.loss(tf.fill([2, 3], -5.0), tf.zeros([2, 3]))) == 0


def test_refuses_weights_of_another_shape():
  with pytest.raises(ValueError, match='weight'):
    imitation.loss(tf.zeros([2, 3]), tf.zeros([3, 2]))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
