"""Tests of the heads that choose a cell of a grid."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.networks import location
from spiral_tf.networks import sight as sight_lib

_CONFIG = sections.PolicyNetworkConfig(
  lstm_size=32, location_channels=4, location_residual_blocks=0
)


def _z(number=1):
  return tf.random.stateless_normal([number, 32], [1, 2])


def test_a_head_without_residual_blocks_sees_all_of_z_in_each_cell():
  head = location.LocationHead(types.LocationArray(16), _CONFIG)
  z = _z()
  with tf.GradientTape() as tape:
    tape.watch(z)
    corner = head.activations(z)[-1][:, 0, 0]
  assert (tape.gradient(corner, z).numpy() != 0).all()


@pytest.mark.parametrize('width', [2, 6, 12, 20])
def test_refuses_grids_it_cannot_double_to(width):
  with pytest.raises(ValueError, match=f'grid_width is {width}'):
    location.LocationHead(types.LocationArray(width), _CONFIG)


def test_refuses_a_hidden_vector_that_is_no_map():
  config = sections.PolicyNetworkConfig(lstm_size=40)
  with pytest.raises(ValueError, match=r'lstm_size is 40.*multiple of 16'):
    location.LocationHead(types.LocationArray(8), config)


def test_only_heads_that_see_have_the_layers_for_it():
  blind, seeing = (
    location.LocationHead(types.LocationArray(16), _CONFIG) for _ in range(2)
  )
  blind.activations(_z())
  # Of the widths 8 and 16 that the head has, the torso has one.
  seeing.activations(_z(), sight_lib.Sight([tf.ones([1, 8, 8, 3])]))
  names = [
    {v.name for v in head.trainable_variables} for head in (blind, seeing)
  ]
  assert names[1] - names[0] == {
    'location_head/mix_0/w:0',
    'location_head/mix_0/b:0',
  }
  assert seeing._mixes[0].w.shape == [3, 3, 4 + 3, 4]


def test_what_is_seen_moves_the_logits_where_it_is_seen():
  head = location.LocationHead(types.LocationArray(16), _CONFIG)
  plain = tf.zeros([2, 16, 16, 3])
  spot = tf.tensor_scatter_nd_update(plain, [[1, 3, 12, 0]], [9.0])
  before, after = (
    head.activations(_z(2), sight_lib.Sight([seen]))[-1][..., 0].numpy()
    for seen in (plain, spot)
  )
  changed = np.argwhere(before != after)
  assert len(changed)
  # Two convolutions of 3x3 reach two cells; the other image is as it was.
  assert set(changed[:, 0]) == {1}
  assert (abs(changed[:, 1:] - [3, 12]) <= 2).all()


def test_marks_are_seen_where_maps_are():
  head = location.LocationHead(types.LocationArray(8), _CONFIG)
  spec = types.LocationArray(8)
  maps = [tf.zeros([2, 8, 8, 1])]
  logits = []
  for cell in (0, 63):
    mark = sight_lib.Mark(spec, tf.constant([cell, 5]), tf.ones([2]))
    sight = sight_lib.Sight(maps).marked(mark)
    logits.append(head.activations(_z(2), sight)[-1].numpy())
  assert (logits[0][0] != logits[1][0]).any()
  np.testing.assert_array_equal(logits[0][1], logits[1][1])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
