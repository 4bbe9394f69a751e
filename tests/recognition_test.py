"""Tests of spiral_tf.evaluation.recognition."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from configs import digits as digits_config
from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import recognition
from spiral_tf.evaluation import scribbles
from spiral_tf.search import climbing
from tests import small

_CONFIG = experiment.from_dict(digits_config.get_config().to_dict())


@pytest.fixture(scope='module')
def digits():
  return builders.load_dataset(_CONFIG)


@pytest.fixture(scope='module')
def judge(digits):
  """A judge that learned for a third of the time."""
  return recognition.train(_CONFIG, digits, updates=400)


@pytest.fixture
def few_scribbles(monkeypatch):
  """Has few scribbles made, where it is no matter what is learned of them."""
  monkeypatch.setattr(scribbles, '_AGENTS', 1)
  monkeypatch.setattr(scribbles, '_DRAWINGS', 4)
  monkeypatch.setattr(scribbles, '_RANDOM', 4)


@pytest.mark.parametrize('seed', [0, 1])
def test_an_untrained_agent_is_not_recognised(judge, seed):
  # None of those that the judge learned from.
  config = dataclasses.replace(_CONFIG, seed=seed)
  player = builders.make_player(builders.make_policy(config), seed)
  drawings = generation.draw(config, player, 150)
  assert recognition.recognised(judge.probabilities(drawings)) < 0.05


def test_random_strokes_and_blank_paper_are_not_recognised(judge):
  random = np.random.default_rng(77)
  spec = builders.environment_spec(_CONFIG).action

  def step(observation, state):
    size = len(observation['canvas'])
    action = {
      k: random.integers(x.num_values, size=size) for k, x in spec.items()
    }
    return types.AgentOutput(action, None, None), state

  player = rollout.Player(lambda size: size, step)
  scribbled = generation.draw(_CONFIG, player, 150)
  assert recognition.recognised(judge.probabilities(scribbled)) < 0.05
  blank = np.full([2, 32, 32, 1], 255, np.uint8)
  assert recognition.recognised(judge.probabilities(blank)) == 0


def test_held_out_digits_are_recognised_as_what_they_are(judge, digits):
  tried = recognition.trial(
    judge, digits.validation, digits.validation_labels, seed=0
  )
  assert tried['right'] > 0.85 and tried['wrong'] < 0.02
  assert max(tried['spoiled'].values()) < 0.1
  (words,) = recognition.notes({'judge': tried}, 'validation')
  assert f'{tried["right"]:.1%} right' in words and 'mirrored' in words


def test_digits_that_were_drawn_with_the_brush_are_recognised(judge, digits):
  # Scribbles are of this brush, and real images are not: it is by their shapes
  # that they must be told apart.
  number = 40
  targets = np.asarray(digits.validation[:number])
  random = np.random.default_rng(0)
  steps = _CONFIG.environment.episode_length
  starts = {
    name: random.integers(x.num_values, size=[number, 4, steps], dtype=np.int32)
    for name, x in builders.environment_spec(_CONFIG).action.items()
  }
  found = climbing.climb(
    *(_CONFIG.environment, starts, targets, 1500, range(number))
  )
  drawings = []
  for i, environment in enumerate(builders.make_environments(_CONFIG, 40, 0)):
    timestep = environment.reset()
    for step in range(steps):
      action = {name: int(x[i, step]) for name, x in found.actions.items()}
      timestep = environment.step(action)
    drawings.append(timestep.observation['canvas'])
  probabilities = judge.probabilities(np.stack(drawings))
  labels = digits.validation_labels[:number]
  assert recognition.recognised_as(probabilities, labels) > 0.6


def test_other_seeds_are_other_judges(digits, few_scribbles):
  few = dataclasses.replace(
    digits, train=digits.train[:50], train_labels=digits.train_labels[:50]
  )
  first, second, other = (
    recognition.train(
      dataclasses.replace(_CONFIG, seed=seed), few, updates=3
    ).probabilities(digits.validation)
    for seed in (1, 1, 2)
  )
  np.testing.assert_allclose(first, second, atol=1e-4)
  assert np.abs(first - other).max() > 0.01
  assert first.shape == (180, 11)
  np.testing.assert_allclose(first.sum(axis=1), 1, atol=1e-5)


def test_canvases_in_colour_are_judged(few_scribbles):
  config = dataclasses.replace(
    small.CONDITIONAL,
    environment=dataclasses.replace(small.CONFIG.environment, color=True),
  )
  dataset = builders.load_dataset(config)
  judge = recognition.train(config, dataset, updates=2)
  assert judge.image_shape == (16, 16, 3)
  assert judge.probabilities(dataset.validation).shape == (180, 11)


def test_the_loss_is_the_cross_entropy_of_eleven_classes():
  judge = recognition.Judge([16, 16, 1], seed=0)
  for variable in judge.trainable_variables:
    variable.assign(tf.zeros_like(variable))
  images = tf.zeros([3, 16, 16, 1], tf.uint8)
  loss = judge.loss(images, tf.constant([0, 9, 10]), tf.constant([1, 2]))
  assert float(loss) == pytest.approx(np.log(11))


def _probabilities(*rows):
  """Rows that give one class a probability, the others the rest alike."""
  result = np.empty([len(rows), 11], np.float32)
  for row, (label, probability) in zip(result, rows):
    row[:] = (1 - probability) / 10
    row[label] = probability
  return result


def test_shares_and_histogram():
  found = _probabilities((3, 0.82), (3, 0.95), (9, 0.7), (10, 0.99))
  assert recognition.taken(found).tolist() == [True, True, False, False]
  assert recognition.recognised(found) == 0.5
  assert recognition.recognised(found, threshold=0.9) == 0.25
  assert recognition.recognised(found, threshold=0.6) == 0.75
  histogram = recognition.class_histogram(found)
  assert histogram.tolist() == [0, 0, 0, 2, 0, 0, 0, 0, 0, 0]
  assert recognition.class_histogram(found, 0.6)[9] == 1
  # What is refused, unsure or another digit is wrong.
  labels = np.array([3, 4, 9, 2])
  assert recognition.recognised_as(found, labels) == 0.25
  assert recognition.recognised_as(found, labels, threshold=0.6) == 0.5


def test_foreign_images_are_refused():
  judge = recognition.Judge([32, 32, 1], seed=0)
  with pytest.raises(ValueError, match='judges uint8'):
    judge.probabilities(np.zeros([2, 28, 28, 1], np.uint8))
  with pytest.raises(ValueError, match='N at least 1'):
    judge.probabilities(np.zeros([0, 32, 32, 1], np.uint8))
  with pytest.raises(ValueError, match='at least 8'):
    recognition.Judge([4, 4, 1], seed=0)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
