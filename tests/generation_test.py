"""Tests of spiral_tf.evaluation.generation."""

import dataclasses
import gzip
import json
import os
import struct

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
from spiral_tf.evaluation import frechet
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import nearest
from spiral_tf.evaluation import precision_recall
from spiral_tf.evaluation import recognition
from spiral_tf.evaluation import scribbles
from spiral_tf.evaluation import spoiled
from spiral_tf.evaluation import yardstick
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
  def player(self):
    return rollout.Player(lambda batch: np.zeros([batch], np.int32), self._step)


@pytest.mark.parametrize('number,batches', [(10, [4, 4, 2]), (8, [4, 4])])
def test_draw_draws_as_many_different_pictures(monkeypatch, number, batches):
  monkeypatch.setattr(generation, '_BATCH', 4)
  scribblers = [_Scribbler(), _Scribbler()]
  drawings = [
    generation.draw(small.CONFIG, s.player, number) for s in scribblers
  ]
  assert drawings[0].shape == (number, 16, 16, 1)
  assert drawings[0].dtype == np.uint8
  np.testing.assert_array_equal(*drawings)
  noise = scribblers[0].noise
  assert [len(batch) for batch in noise] == batches
  assert len(set(map(tuple, np.concatenate(noise)))) == number
  assert np.all(drawings[0].min(axis=(1, 2, 3)) < 255)


def test_draw_returns_final_canvases():
  player = _Scribbler().player
  environments = builders.make_environments(
    small.CONFIG, 3, seeds.GENERATION[0]
  )
  canvases = rollout.play(environments, player).observation['canvas']
  assert np.any(canvases[-1] != canvases[-2])
  drawings = generation.draw(small.CONFIG, player, 3)
  np.testing.assert_array_equal(drawings, canvases[-1])


def _fabricate_run(workdir, config=small.CONFIG):
  """A run whose agent and discriminator have 7 updates behind them."""
  config_file.save(workdir, config)
  networks = {
    'policy': builders.make_policy(config),
    'discriminator': builders.make_discriminator(config),
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


@pytest.fixture
def judges(monkeypatch):
  """Has judges trained for a moment, and returns them."""
  made, train = [], recognition.train
  monkeypatch.setattr(scribbles, '_AGENTS', 1)

  def spy(config, dataset):
    made.append(train(config, dataset, updates=20))
    return made[-1]

  monkeypatch.setattr(recognition, 'train', spy)
  return made


def test_evaluates_a_run(tmp_path, monkeypatch, judges):
  workdir, number = str(tmp_path), 20
  networks = _fabricate_run(workdir)
  drawings, hidden, classifiers = [], [], []
  draw, train = generation.draw, classifier.train_classifier
  observation = tf.nest.map_structure(
    lambda x: x[None],
    builders.make_environment(small.CONFIG, seed=0).reset().observation,
  )

  def hidden_of(player):
    _, state = player.step(observation, player.initial_state(1))
    return state.hidden.numpy()

  def spy_draw(config, player, number):
    hidden.append(hidden_of(player))
    drawings.append(draw(config, player, number))
    return drawings[-1]

  def spy_train(*args):
    classifiers.append((args, train(*args, updates=20)))
    return classifiers[-1][1]

  monkeypatch.setattr(generation, 'draw', spy_draw)
  monkeypatch.setattr(classifier, 'train_classifier', spy_train)
  said = []
  result = generation.evaluate(workdir, number, said.append)
  assert len(said) == 4

  # Who drew: first the agent as it was made, then the one of the checkpoint.
  fresh = builders.make_policy(small.CONFIG)
  for seen, policy in zip(hidden, (fresh, networks['policy']), strict=True):
    np.testing.assert_allclose(seen, hidden_of(policy), atol=1e-6)
  assert np.any(hidden[0] != hidden[1])

  dataset = datasets.load(sections.DataConfig(), 16, 1, small.CONFIG.seed)
  (((images, labels, held_out, _, _), (network, accuracy)),) = classifiers
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
  (judge,) = judges
  reference = network.features(dataset.train)
  held_out = nearest.find(dataset.validation[:number], dataset.train)
  for name, images in sets.items():
    judged = result[name]
    assert judged['number'] == number
    scores = networks['discriminator'](tf.constant(images)).numpy()
    np.testing.assert_allclose(judged['score'], scores.mean(), rtol=1e-4)
    sure = judge.probabilities(images)[:, :10].max(axis=1) >= 0.8
    assert judged['recognised'] == pytest.approx(sure.mean())
    assert len(judged['classes']) == 10
    assert sum(judged['classes']) == sure.sum()
    distance = frechet.distance(network.features(images), reference)
    assert judged['frechet_distance'] == pytest.approx(distance)
    # In the features of the fixed network, of as many real images.
    ruler = yardstick.Yardstick(dataset.train)
    found = precision_recall.measure(
      ruler.features(dataset.train[:number]), ruler.features(images)
    )
    assert judged['precision'] == found.precision
    assert judged['recall'] == found.recall
    near = nearest.find(images, dataset.train).distances
    shares = nearest.copying(near, held_out.distances)
    assert (judged['nearer'], judged['suspicious']) == shares
    if name != 'real':
      far = nearest.find(images, dataset.validation).distances
      assert judged['copied'] == nearest.copied(near, far, 1617, 180)
  assert result['copied_chance'] == nearest.chance(number, 1617, 180)
  assert result['real']['nearer'] == pytest.approx(0.5)
  assert result['judge'].keys() == {'right', 'wrong', 'spoiled'}
  assert result['judge']['spoiled'].keys() == set(spoiled.KINDS)
  assert result['real']['precision'] > result['trained']['precision']

  folder = os.path.join(workdir, 'evaluation')
  with open(os.path.join(folder, 'evaluation.json')) as file:
    assert json.load(file) == result
  sizes = {}
  for name in (*sets, 'comparison'):
    with Image.open(os.path.join(folder, name + '.png')) as image:
      sizes[name] = image.size
  assert sizes['trained'] == sizes['untrained'] == sizes['real']
  assert sizes['comparison'][0] > 3 * sizes['real'][0]
  # The first drawing, at twice its size, with its nearest image on its right.
  sheet = np.asarray(Image.open(os.path.join(folder, 'nearest.png')))
  lines = sheet[..., 0] == 160  # Above, there are titles.
  row = np.flatnonzero(lines.sum(axis=1) > 100)[0] + 1
  column = np.flatnonzero(lines[row - 1])[0] + 1
  near = nearest.find(sets['trained'], dataset.train).indices[0]
  for i, image in enumerate((sets['trained'][0], dataset.train[near])):
    left = column + 33 * i
    seen = sheet[row : row + 32 : 2, left : left + 32 : 2, 0]
    np.testing.assert_array_equal(seen, image[..., 0])
  # What is taken for a digit, and what is refused: here, it is one or both.
  assert os.path.exists(os.path.join(folder, 'recognised.png'))
  parts = generation._sorted(sets['real'], np.arange(number) < 5)
  assert parts.shape[1] > generation._sorted(sets['real'], sure >= 0).shape[1]
  generation.table(result)


def test_a_batch_is_scored_whole(monkeypatch):
  # Batches of unequal size must not count the same.
  monkeypatch.setattr(generation, '_BATCH', 4)
  images = np.zeros([5, 16, 16, 1], np.uint8)
  images[-1] = 100
  score = generation._score(
    images, lambda x: tf.reduce_mean(tf.cast(x, tf.float32), axis=[1, 2, 3])
  )
  assert score == pytest.approx(20.0)


def test_needs_a_run(tmp_path):
  with pytest.raises(FileNotFoundError, match='not the folder of a run'):
    generation.evaluate(str(tmp_path), 2)


def _write_photos(folder, number):
  """Colour pictures of 40x30 pixels, each of another colour."""
  folder.mkdir()
  random = np.random.default_rng(0)
  for i in range(number):
    pixels = np.full([30, 40, 3], random.integers(256, size=3), np.uint8)
    pixels[10:20, i % 30 : i % 30 + 10] = random.integers(256, size=3)
    Image.fromarray(pixels).save(folder / f'{i}.png')


def _in_colour(path, cache, width):
  """An experiment with the pictures in `path`, which have no labels."""
  environment = dataclasses.replace(
    small.CONFIG.environment, color=True, canvas_width=width, grid_width=4
  )
  data = sections.DataConfig(
    name='images', path=str(path), cache=str(cache), validation_fraction=0.25
  )
  return dataclasses.replace(small.CONFIG, environment=environment, data=data)


@pytest.mark.parametrize('width,photos', [(16, 40), (24, 40), (16, 5)])
def test_judges_agents_of_data_without_labels(
  tmp_path, monkeypatch, width, photos
):
  _write_photos(tmp_path / 'photos', photos)
  config = _in_colour(tmp_path / 'photos', tmp_path / 'cache', width)
  workdir = str(tmp_path / 'run')
  networks = _fabricate_run(workdir, config)
  drawings = []
  draw = generation.draw

  def spy_draw(*args):
    drawings.append(draw(*args))
    return drawings[-1]

  monkeypatch.setattr(generation, 'draw', spy_draw)
  result = generation.evaluate(workdir, 20, lambda line: None)
  assert result['split'] == 'validation'
  dataset = builders.load_dataset(config)
  held_out = round(photos / 4)
  assert len(dataset.validation) == held_out
  ruler = yardstick.Yardstick(dataset.train[:])
  sets = dict(
    untrained=drawings[0], trained=drawings[1], real=dataset.validation[:]
  )
  for name, images in sets.items():
    judged = result[name]
    assert judged.keys() == {
      'number',
      'score',
      'frechet_distance',
      'precision',
      'recall',
      'nearer',
      'suspicious',
      'copied',
    }
    assert images.shape[1:] == (width, width, 3)
    assert judged['number'] == len(images)
    scores = networks['discriminator'](tf.constant(images)).numpy()
    np.testing.assert_allclose(judged['score'], scores.mean(), rtol=1e-4)
    if len(images) == 1:
      # Neither can be taken of a single image.
      assert judged['frechet_distance'] is judged['precision'] is None
      continue
    assert judged['frechet_distance'] == pytest.approx(-ruler.fitness(images))
    if len(dataset.train) > 3:
      found = precision_recall.measure(ruler.real[:20], ruler.features(images))
      assert (judged['precision'], judged['recall']) == found
  folder = os.path.join(workdir, 'evaluation')
  with open(os.path.join(folder, 'evaluation.json')) as file:
    assert json.load(file) == result
  with Image.open(os.path.join(folder, 'comparison.png')) as image:
    assert image.mode == 'RGB'
  table = generation.table(result)
  assert 'recall' in table and 'score' in table
  assert 'recognised' not in table and 'classifier' not in table
  assert not os.path.exists(os.path.join(folder, 'recognised.png'))
  assert ('-' in table.split('recall')[1].split()[:3]) == (photos == 5)


def _write_mnist(folder, first, number, seed):
  """A pair of files in MNIST's format, of digits that are rectangles."""
  random = np.random.default_rng(seed)
  ink = np.zeros([number, 28, 28], np.uint8)
  labels = np.arange(number, dtype=np.uint8) % 10
  for image, label in zip(ink, labels):
    row = 4 + random.integers(8)
    image[row : row + 8, 2 * label : 2 * label + 6] = 255
  for name, magic, array in (
    ('images-idx3', 2051, ink),
    ('labels-idx1', 2049, labels),
  ):
    header = struct.pack(f'>{1 + array.ndim}I', magic, *array.shape)
    path = folder / f'{first}-{name}-ubyte.gz'
    path.write_bytes(gzip.compress(header + array.tobytes()))


def test_judges_by_the_test_images_if_asked_to(tmp_path, monkeypatch, judges):
  _write_mnist(tmp_path, 'train', 60, seed=0)
  _write_mnist(tmp_path, 't10k', 50, seed=1)
  images = tmp_path / 't10k-images-idx3-ubyte.gz'
  sound = images.read_bytes()
  data = sections.DataConfig(name='mnist', path=str(tmp_path))
  config = dataclasses.replace(small.CONFIG, data=data)
  workdir = str(tmp_path / 'run')
  _fabricate_run(workdir, config)
  train, classifiers, said = classifier.train_classifier, [], []

  def spy_train(*args):
    classifiers.append((args, train(*args, updates=20)))
    return classifiers[-1][1]

  monkeypatch.setattr(classifier, 'train_classifier', spy_train)
  images.write_bytes(b'broken')
  validation = generation.evaluate(workdir, 10, lambda line: None)
  with pytest.raises(ValueError, match='Download t10k-images') as error:
    generation.evaluate(workdir, 10, said.append, 'test')
  assert str(images) in str(error.value)
  assert not said  # Before any work.
  images.write_bytes(sound)
  test = generation.evaluate(workdir, 10, lambda line: None, 'test')

  dataset = builders.load_dataset(config)
  assert len(judges) == 2
  for (arguments, (network, accuracy)), result, split, reference in zip(
    classifiers,
    (validation, test),
    ('validation', 'test'),
    (dataset.train, dataset.images('test')),
    strict=True,
  ):
    np.testing.assert_array_equal(arguments[0], dataset.train)
    np.testing.assert_array_equal(arguments[2], dataset.images(split))
    assert result['split'] == split
    assert result['classifier_accuracy'] == accuracy
    assert result['real']['frechet_distance'] == pytest.approx(
      frechet.distance(
        network.features(dataset.validation), network.features(reference)
      )
    )
  distances = [x['trained']['frechet_distance'] for x in (validation, test)]
  assert distances[0] != distances[1]
  for folder, result in (('evaluation', validation), ('evaluation_test', test)):
    with open(os.path.join(workdir, folder, 'evaluation.json')) as file:
      assert json.load(file) == result
    assert os.path.exists(os.path.join(workdir, folder, 'comparison.png'))


def test_without_test_images_says_so_before_any_work(tmp_path):
  config_file.save(str(tmp_path), small.CONFIG)
  said = []
  with pytest.raises(ValueError, match='"digits" has no split "test"'):
    generation.evaluate(str(tmp_path), 2, said.append, 'test')
  assert not said
  assert not (tmp_path / 'evaluation_test').exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
