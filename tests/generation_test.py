"""Tests of spiral_tf.evaluation.generation."""

import dataclasses
import json
import os

import numpy as np
from PIL import Image
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import generation
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from tests import small


class _Scribbler:
  """Goes to a cell that its noise chooses; remembers the noise."""

  def __init__(self):
    self.noise = []

  def _step(self, observation, state):
    if not np.any(observation['step_fraction']):
      self.noise.append(observation['noise'])
    cell = (100 * np.abs(observation['noise'][:, 0])).astype(np.int32) % 16
    action = {'end': (cell + 5 * state) % 16, 'control': cell}
    return types.AgentOutput(action, None, None), state + 1

  @property
  def agent(self):
    return rollout.Agent(lambda batch: np.zeros([batch], np.int32), self._step)


@pytest.mark.parametrize('number,batches', [(10, [4, 4, 2]), (8, [4, 4])])
def test_draw_draws_as_many_different_pictures(monkeypatch, number, batches):
  monkeypatch.setattr(generation, '_BATCH', 4)
  scribblers = [_Scribbler(), _Scribbler()]
  drawings = [
    generation.draw(small.CONFIG, s.agent, number) for s in scribblers
  ]
  assert drawings[0].shape == (number, 16, 16, 1)
  assert drawings[0].dtype == np.uint8
  np.testing.assert_array_equal(*drawings)
  noise = scribblers[0].noise
  assert [len(batch) for batch in noise] == batches
  assert len(set(map(tuple, np.concatenate(noise)))) == number
  assert np.all(drawings[0].min(axis=(1, 2, 3)) < 255)


def test_draw_returns_final_canvases():
  agent = _Scribbler().agent
  environments = builders.make_environments(
    small.CONFIG, 3, seeds.GENERATION[0]
  )
  canvases = rollout.play(environments, agent).observation['canvas']
  assert np.any(canvases[-1] != canvases[-2])
  drawings = generation.draw(small.CONFIG, agent, 3)
  np.testing.assert_array_equal(drawings, canvases[-1])


def _column(number, score, recognised, classes, distance):
  return {
    'number': number,
    'score': score,
    'recognised': recognised,
    'classes': classes,
    'frechet_distance': distance,
  }


def test_table_shows_every_number():
  result = {
    'classifier_accuracy': 0.987,
    'frames': 1234567,
    'trained': _column(50, -1.25, 0.6, [10, 20, *[0] * 8], 12.5),
    'untrained': _column(40, -7.0, 0.0, [0] * 10, 50.0),
    'real': _column(30, 2.0, 1.0, [*[0] * 9, 30], 0.125),
  }
  lines = generation.table(result).splitlines()
  rows = [line.split() for line in lines]
  assert rows[0] == ['trained', 'untrained', 'real']
  by_label = {' '.join(row[:-3]): row[-3:] for row in rows[1:]}
  assert by_label['discriminator score'] == ['-1.250', '-7.000', '+2.000']
  assert by_label['recognised'] == ['60.0%', '0.0%', '100.0%']
  assert by_label['Frechet distance'] == ['12.50', '50.00', '0.12']
  assert by_label['images'] == ['50', '40', '30']
  assert by_label['recognised as 0'] == ['20.0%', '0.0%', '0.0%']
  assert by_label['recognised as 1'] == ['40.0%', '0.0%', '0.0%']
  assert by_label['recognised as 9'] == ['0.0%', '0.0%', '100.0%']
  assert 'Frechet distance, trained / untrained: 0.250' in lines
  assert 'classifier accuracy on held-out images: 98.7%' in lines
  assert 'environment frames of training: 1,234,567' in lines
  assert len({len(line) for line in lines[:-3]}) == 1  # Columns line up.


def _fabricate_run(workdir):
  """A run whose agent and discriminator have 7 updates behind them."""
  config_file.save(workdir, small.CONFIG)
  networks = {
    'policy': builders.make_policy(small.CONFIG),
    'discriminator': builders.make_discriminator(small.CONFIG),
  }
  for name, node in (
    ('policy', node_kinds.POLICY_LEARNER),
    ('discriminator', node_kinds.DISCRIMINATOR_LEARNER),
  ):
    for variable in networks[name].trainable_variables:
      variable.assign(3 * variable + 0.1)
    trackables = {
      name: networks[name],
      'updates': tf.Variable(7, dtype=tf.int64),
      'seconds': tf.Variable(60.0, dtype=tf.float64),
    }
    checkpoints.Checkpointer(workdir, node, 1e6, trackables).save()
  return networks


def test_evaluates_a_run(tmp_path, monkeypatch):
  workdir, number = str(tmp_path), 20
  networks = _fabricate_run(workdir)
  drawings, hidden, judges = [], [], []
  draw, train = generation.draw, classifier.train_classifier
  observation = tf.nest.map_structure(
    lambda x: x[None],
    builders.make_environment(small.CONFIG, seed=0).reset().observation,
  )

  def hidden_of(agent):
    _, state = agent.step(observation, agent.initial_state(1))
    return state.hidden.numpy()

  def spy_draw(config, agent, number):
    hidden.append(hidden_of(agent))
    drawings.append(draw(config, agent, number))
    return drawings[-1]

  def spy_train(*args):
    judges.append((args, train(*args, updates=20)))
    return judges[-1][1]

  monkeypatch.setattr(generation, 'draw', spy_draw)
  monkeypatch.setattr(classifier, 'train_classifier', spy_train)
  said = []
  result = generation.evaluate(workdir, number, said.append)
  assert len(said) == 3

  # Who drew: first the agent as it was made, then the one of the checkpoint.
  fresh = builders.make_policy(small.CONFIG)
  for seen, policy in zip(hidden, (fresh, networks['policy']), strict=True):
    np.testing.assert_allclose(seen, hidden_of(policy), atol=1e-6)
  assert np.any(hidden[0] != hidden[1])

  dataset = datasets.load(sections.DataConfig(), 16, 1, small.CONFIG.seed)
  (((images, labels, held_out, _, _), (judge, accuracy)),) = judges
  np.testing.assert_array_equal(images, dataset.train)
  np.testing.assert_array_equal(labels, dataset.train_labels)
  np.testing.assert_array_equal(held_out, dataset.validation)
  assert result['classifier_accuracy'] == accuracy
  episodes = 7 * small.CONFIG.policy_learner.batch_size
  steps = small.CONFIG.environment.episode_length
  assert result['frames'] == episodes * steps

  sets = {
    'untrained': drawings[0],
    'trained': drawings[1],
    'real': dataset.validation[:number],
  }
  reference = judge.features(dataset.train)
  for name, images in sets.items():
    judged = result[name]
    assert judged['number'] == number
    scores = networks['discriminator'](tf.constant(images)).numpy()
    np.testing.assert_allclose(judged['score'], scores.mean(), rtol=1e-4)
    sure = judge.probabilities(images).max(axis=1) >= 0.8
    assert judged['recognised'] == pytest.approx(sure.mean())
    assert len(judged['classes']) == 10
    assert sum(judged['classes']) == sure.sum()
    distance = classifier.frechet_distance(judge.features(images), reference)
    assert judged['frechet_distance'] == pytest.approx(distance)

  folder = os.path.join(workdir, 'evaluation')
  with open(os.path.join(folder, 'evaluation.json')) as file:
    assert json.load(file) == result
  sizes = {}
  for name in (*sets, 'comparison'):
    with Image.open(os.path.join(folder, name + '.png')) as image:
      sizes[name] = image.size
  assert sizes['trained'] == sizes['untrained'] == sizes['real']
  assert sizes['comparison'][0] > 3 * sizes['real'][0]
  generation.table(result)


def test_a_batch_is_scored_whole(monkeypatch):
  # Batches of unequal size must not count the same.
  monkeypatch.setattr(generation, '_BATCH', 4)
  images = np.zeros([5, 16, 16, 1], np.uint8)
  images[-1] = 100
  judge = classifier.Classifier([16, 16, 1], seed=0)
  result = generation._judge(
    images,
    lambda x: tf.reduce_mean(tf.cast(x, tf.float32), axis=[1, 2, 3]),
    judge,
    judge.features(images),
  )
  assert result['score'] == pytest.approx(20.0)
  assert result['number'] == 5


def test_needs_a_run(tmp_path):
  with pytest.raises(FileNotFoundError, match='not the folder of a run'):
    generation.evaluate(str(tmp_path), 2)


def test_refuses_data_without_classes(tmp_path):
  folder = tmp_path / 'pictures'
  folder.mkdir()
  for i in range(3):
    Image.fromarray(np.full([20, 20], 80 * i, np.uint8)).save(
      folder / f'{i}.png'
    )
  config = dataclasses.replace(
    small.CONFIG,
    data=sections.DataConfig(
      name='images', path=str(folder), cache=str(tmp_path / 'cache')
    ),
  )
  workdir = str(tmp_path / 'run')
  config_file.save(workdir, config)
  said = []
  with pytest.raises(ValueError, match='ten classes'):
    generation.evaluate(workdir, 2, said.append)
  assert not said  # Before any work.


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
