"""Tests of spiral_tf.evaluation.reconstruction."""

import dataclasses
import functools
import json
import os

import numpy as np
from PIL import Image
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.datasets import dataset as dataset_lib
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import recognition
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import scribbles
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from tests import runs
from tests import small


@pytest.fixture
def quick_judges(monkeypatch):
  """Has networks trained a fifth as long: for digits, that is enough."""
  train = functools.partial(classifier.train_classifier, updates=300)
  monkeypatch.setattr(classifier, 'train_classifier', train)
  monkeypatch.setattr(scribbles, '_AGENTS', 2)
  train = functools.partial(recognition.train, updates=300)
  monkeypatch.setattr(recognition, 'train', train)


def test_errors_are_means_of_squares_on_the_unit_interval():
  targets = np.zeros([2, 2, 2, 1], np.uint8)
  images = targets.copy()
  images[0, 0, 0] = 255
  images[1] = 51
  np.testing.assert_allclose(
    reconstruction.errors(images, targets), [0.25, 0.04], rtol=1e-6
  )
  one = np.full([2, 2, 1], 255, np.uint8)
  np.testing.assert_allclose(reconstruction.errors(one, targets), [1, 1])


def test_pairs_alternate():
  targets, canvases = (
    np.arange(first, first + 3, dtype=np.uint8).reshape(3, 1, 1, 1)
    for first in (0, 10)
  )
  both = reconstruction.pairs(targets, canvases)
  assert both.shape == (6, 1, 1, 1)
  assert both.ravel().tolist() == [0, 10, 1, 11, 2, 12]


def test_each_target_is_reproduced_in_its_place():
  seen = []

  def step(observation, state):
    seen.extend(observation['target'][:, 0, 0, 0].tolist())
    zeros = np.zeros(len(observation['canvas']), np.int32)
    # Draws a line across the rows that the target's shade says.
    cell = observation['target'][:, 0, 0, 0].astype(np.int32) % 4 * 4
    action = {'end': cell + 3 * (state > 0), 'control': cell}
    return types.AgentOutput(action, {'end': zeros}, None), state + 1

  player = rollout.Player(lambda n: np.zeros(n, np.int32), step)
  number = 203  # More than are played at once.
  targets = np.zeros([number, 16, 16, 1], np.uint8)
  targets += np.arange(number, dtype=np.uint8)[:, None, None, None]
  canvases = reconstruction.reconstruct(small.CONDITIONAL, player, targets)
  assert canvases.shape == targets.shape
  assert sorted(set(seen)) == list(range(number))
  middle = canvases[:, :, 8, 0].astype(int)
  np.testing.assert_array_equal(
    middle.reshape(number, 4, 4).sum(axis=2).argmin(axis=1),
    np.arange(number) % 4,
  )


def test_the_empty_canvas_is_blank_paper():
  canvas = reconstruction.empty_canvas(small.CONDITIONAL)
  assert canvas.shape == (16, 16, 1)
  assert (canvas == 255).all()


@pytest.mark.slow
def test_evaluates_a_run(tmp_path, quick_judges):
  workdir = str(tmp_path)
  config = dataclasses.replace(small.CONDITIONAL, seed=3)
  config_file.save(workdir, config)
  policy = builders.make_policy(config)
  # A player that always goes to the last cell, whatever it sees.
  for variable in policy.trainable_variables:
    if 'end' in variable.name and 'logits' in variable.name:
      variable.assign(tf.zeros_like(variable))
  checkpoints.Checkpointer(
    workdir,
    node_kinds.POLICY_LEARNER,
    1e6,
    {
      'policy': policy,
      'updates': tf.Variable(5, dtype=tf.int64),
      'seconds': tf.Variable(1.0, dtype=tf.float64),
    },
  ).save()
  lines = []
  result = reconstruction.evaluate(workdir, 20, lines.append)
  assert lines
  assert result['number'] == 20
  assert result['frames'] == 5 * 8 * 3

  dataset = builders.load_dataset(config)
  targets = np.asarray(dataset.validation[:20]) / 255
  train = np.asarray(dataset.train) / 255
  assert result['empty'] == pytest.approx(np.mean((1 - targets) ** 2), rel=1e-5)
  assert result['mean_image'] == pytest.approx(
    np.mean((train.mean(axis=0) - targets) ** 2), rel=1e-3
  )
  player = builders.make_player(policy, seed=3)
  again = reconstruction.reconstruct(
    config, player, np.asarray(dataset.validation[:20])
  )
  truth = np.mean((again / 255 - targets) ** 2)
  assert result['trained'] == pytest.approx(truth, rel=0.3)

  assert result['split'] == 'validation'
  # Digits are of ten classes, so a classifier can look at them; but this agent
  # draws none.
  assert result['classifier_accuracy'] > 0.9
  read = result['read']
  assert read['real'] > 0.8
  assert max(read['trained'], read['untrained']) < 0.5
  recognised = result['recognised']
  assert recognised['real'] > 0.7
  assert max(recognised['trained'], recognised['untrained']) <= 0.1

  folder = os.path.join(workdir, 'evaluation')
  with open(os.path.join(folder, 'reconstruction.json')) as file:
    assert json.load(file) == result
  pairs = np.asarray(Image.open(os.path.join(folder, 'pairs.png')))
  # Enlarged to 128 pixels, 8 images a row, lines of one pixel.
  np.testing.assert_array_equal(
    pairs[1:129:8, 1:129:8], np.asarray(dataset.validation[0])[..., 0]
  )
  np.testing.assert_array_equal(
    pairs[130:258:8, 1:129:8], np.asarray(dataset.validation[4])[..., 0]
  )
  assert os.path.exists(os.path.join(folder, 'comparison.png'))
  table = reconstruction.table(result)
  assert f'{result["trained"]:.5f}' in table
  assert f'{result["trained"] / result["empty"]:.3f}' in table
  assert f'{read["real"]:.1%}' in table
  assert f'{recognised["real"]:.1%}' in table and 'judge of digits' in table


def test_targets_are_test_images_if_asked_for(tmp_path, monkeypatch):
  workdir = str(tmp_path)
  runs.make(workdir, small.CONDITIONAL)
  dataset = builders.load_dataset(small.CONDITIONAL)
  tests = dataset_lib.Split(255 - dataset.train[:30], dataset.train_labels[:30])
  with_tests = dataclasses.replace(dataset, load_test=lambda: tests)
  monkeypatch.setattr(builders, 'load_dataset', lambda config: with_tests)
  seen = []

  def read(*arguments):
    seen.append(arguments)
    return {}

  monkeypatch.setattr(reconstruction, 'read', read)
  result = reconstruction.evaluate(workdir, 20, lambda line: None, 'test')
  targets = tests.images[:20] / 255
  assert result['split'] == 'test' and result['number'] == 20
  assert result['empty'] == pytest.approx(np.mean((1 - targets) ** 2), rel=1e-5)
  ((config, data, images, split),) = seen
  assert config == small.CONDITIONAL
  assert data is with_tests and split == 'test'
  np.testing.assert_array_equal(images['real'], tests.images[:20])
  assert os.listdir(os.path.join(workdir, 'evaluation_test'))
  assert not os.path.exists(os.path.join(workdir, 'evaluation'))
  assert '20 test images' in reconstruction.table(result)


def test_without_test_images_says_so_before_any_work(tmp_path):
  runs.make(str(tmp_path), small.CONDITIONAL)
  said = []
  with pytest.raises(ValueError, match='"digits" has no split "test"'):
    reconstruction.evaluate(str(tmp_path), 2, said.append, 'test')
  assert not said


def test_recognises_each_reconstruction_as_its_own_targets_digit(
  quick_judges,
):
  dataset = builders.load_dataset(small.CONDITIONAL)
  targets = np.asarray(dataset.validation[:100])
  labels = dataset.validation_labels[:100]
  others = np.asarray(
    [targets[np.flatnonzero(labels != label)[0]] for label in labels]
  )
  scribbles = 255 - np.random.default_rng(0).permuted(255 - targets, axis=1)
  result = reconstruction.read(
    small.CONDITIONAL,
    dataset,
    {'same': targets, 'others': others, 'scribbles': scribbles},
  )
  assert result['read']['same'] > 0.8
  assert result['read']['others'] < 0.2
  # Who must name a digit is right now and then; who need not refuses.
  assert result['recognised']['same'] > 0.7
  assert result['recognised']['others'] < 0.1
  assert result['recognised']['scribbles'] < result['read']['scribbles']


def test_the_table_of_earlier_versions_knows_no_judge():
  errors = dict.fromkeys(('trained', 'untrained', 'empty', 'mean_image'), 0.5)
  shares = {'trained': 0.75, 'untrained': 0.125, 'real': 0.9}
  result = {'number': 3, 'frames': 1, 'read': shares, **errors}
  table = reconstruction.table({**result, 'classifier_accuracy': 0.99})
  assert 'if a digit is named' in table and '75.0%' in table
  assert 'classifier accuracy on validation images: 99.0%' in table
  assert 'judge' not in table and 'Recognised' not in table


def test_the_mean_image_is_that_of_the_training_images():
  dataset = builders.load_dataset(small.CONDITIONAL)
  mean = reconstruction.mean_image(dataset)
  assert mean.dtype == np.uint8
  truth = np.asarray(dataset.train).mean(axis=0)
  assert np.abs(mean - truth).max() <= 0.5


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
