"""Tests of spiral_tf.studies.measure."""

import numpy as np
import pytest

from spiral_tf import builders
from spiral_tf import seeds
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import yardstick
from spiral_tf.studies import measure
from tests import small


def _make(config, number=20):
  dataset = builders.load_dataset(config)
  policy = builders.make_policy(config)
  return dataset, policy, measure.Measure(config, dataset, policy, number)


def test_a_conditional_agent_is_measured_as_elsewhere():
  config = small.CONDITIONAL
  dataset, policy, made = _make(config)
  found = made()
  targets = np.asarray(dataset.validation[:20])
  player = builders.make_player(policy, seeds.RECONSTRUCTION[0])
  canvases = reconstruction.reconstruct(config, player, targets)
  assert found.numbers.keys() == {
    *('mse', 'mse_cold', 'mse_empty', 'mse_mean_image'),
  }
  for name, images in (
    ('mse', canvases),
    ('mse_empty', reconstruction.empty_canvas(config)),
    ('mse_mean_image', reconstruction.mean_image(dataset)),
  ):
    error = reconstruction.errors(images, targets).mean()
    assert found.numbers[name] == pytest.approx(error)
  assert found.numbers['mse_cold'] != found.numbers['mse']
  assert found.picture.dtype == np.uint8 and found.picture.ndim == 3


def test_an_agent_that_draws_freely_is_measured_by_the_yardstick():
  config = small.CONFIG
  dataset, policy, made = _make(config)
  found = made()
  ruler = yardstick.Yardstick(np.asarray(dataset.train))
  player = builders.make_player(policy, seeds.GENERATION[0])
  features = ruler.features(generation.draw(config, player, 20))
  assert found.numbers.keys() == {'distance', 'distance_cold'}
  assert found.numbers['distance'] == pytest.approx(ruler.distance(features))
  assert found.numbers['distance_cold'] != found.numbers['distance']


@pytest.mark.parametrize('config', [small.CONFIG, small.CONDITIONAL])
def test_it_depends_on_the_weights_and_on_nothing_else(config):
  _, policy, made = _make(config)
  first, again = made(), made()
  assert first.numbers == again.numbers
  np.testing.assert_array_equal(first.picture, again.picture)
  for variable in policy.trainable_variables:
    variable.assign(-variable)
  assert made().numbers != first.numbers


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
