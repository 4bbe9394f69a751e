"""Judges an agent that draws freely, beside an untrained one and real images.

Any data set will do. Where its labels are of ten classes, distances are taken
in the features of a classifier that is trained on them, and a judge that knows
counterexamples, too, tells what it recognises; all else needs no labels.
"""

from collections.abc import Callable
from collections.abc import Mapping
import os
from typing import Any

import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf import node_kinds
from spiral_tf import pictures
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import frechet
from spiral_tf.evaluation import generation_table
from spiral_tf.evaluation import nearest
from spiral_tf.evaluation import precision_recall
from spiral_tf.evaluation import recognition
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import results
from spiral_tf.evaluation import yardstick
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file

# What an evaluation writes.
FILES = (
  *('trained.png', 'untrained.png', 'real.png', 'comparison.png'),
  *('nearest.png', 'recognised.png', 'evaluation.json'),
)
table = generation_table.table
# Drawings that are made at once, and that are judged at once.
_BATCH = 250
# Images in a picture, and images a row.
_SHOWN = 100
_COLUMNS = 10
# Drawings that are shown beside the nearest training images, and pairs a row.
_PAIRS = 40
_PAIRS_A_ROW = 4


def draw(
  config: experiment.Config, player: rollout.Player, number: int
) -> np.ndarray:
  """Lets an agent draw.

  Args:
    config: the experiment.
    player: who draws.
    number: N, drawings to make.

  Returns:
    Final canvases, uint8 `[N, W, W, C]`.
  """
  canvases = []
  for start in range(0, number, _BATCH):
    environments = builders.make_environments(
      config, min(_BATCH, number - start), seeds.GENERATION[start]
    )
    episodes = rollout.play(environments, player)
    canvases.append(episodes.observation['canvas'][-1])
  return np.concatenate(canvases)


def evaluate(
  workdir: str,
  num_samples: int,
  report: Callable[[str], None] = print,
  split: str = 'validation',
  config: experiment.Config | None = None,
) -> dict[str, Any]:
  """Evaluates the last checkpoint of an unconditional run.

  While settings are chosen (`split='validation'`), drawings are held against
  the training images. In the end (`split='test'`) they are held against the
  test images. Held-out images, of the split "validation", are judged as well,
  and show what perfect drawings would get.

  Args:
    workdir: folder of the run.
    num_samples: drawings of each agent.
    report: called with lines that say what is going on.
    split: 'validation' or 'test'.
    config: the run's, where its data have moved; if None, the one it keeps.

  Returns:
    `split`; `frames`, of training; and for each of `trained`, `untrained` and
    `real` (the held-out images) a dictionary of
    `number`, of images;
    `score`, the mean score by the discriminator;
    `frechet_distance` to all that drawings are held against;
    `precision` and `recall`, see `precision_recall`, against the first
    `num_samples` of them, in the features of the fixed network of `yardstick`;
    `nearer` and `suspicious`, see `nearest.Copying`, always of the training
    images; and of the agents `copied`, see `nearest.copied`, for which the
    result has `copied_chance`.
    If the labels of the data set are of ten classes, also
    `classifier_accuracy`, of a classifier trained on the training images alone,
    on the images of `split`, and the Frechet distance is taken in its features:
    the ratio of the trained agent's and the untrained one's is the figure that
    docs/results.md states, and what the judge below refuses changes nothing
    about it. Else it is taken in those of the fixed network, in units of the
    variance of the real images. And `judge`, what `recognition.trial` finds of
    a judge that has seen counterexamples, too; `recognised`, for each, the
    share that it takes for a digit; `classes`, how many for each of them. What
    so few images are that it cannot be taken of them is None.

    The same is written to the folder of `results` for that split, as JSON and
    with a grid of each; with drawings beside the nearest training images; and,
    where there is a judge, with what it takes for digits, and what it refuses.

  Raises:
    FileNotFoundError: `workdir` has no run, or no checkpoint, or the images of
      the split are missing.
    ValueError: the data set has no such split, or a file is damaged.
  """
  folder = results.folder(workdir, split)
  config = config or config_file.load(workdir)
  dataset = builders.load_dataset(config)
  # This may fail, and so comes before the work.
  references = dataset.images('train' if split == 'validation' else split)
  ruler = yardstick.of_many(references)
  policy = builders.make_policy(config)
  player = builders.make_player(policy, seeds.GENERATION[0])
  # Read for the first time here, for what cannot be read would waste the work.
  discriminator = builders.make_discriminator(config)
  for node, saved in (
    (node_kinds.POLICY_LEARNER, {'policy': builders.make_policy(config)}),
    (node_kinds.DISCRIMINATOR_LEARNER, {'discriminator': discriminator}),
  ):
    checkpoints.restore(workdir, node, saved)
  report(f'Drawing {num_samples} pictures with the untrained agent.')
  untrained = draw(config, player, num_samples)
  checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {'policy': policy})
  report(f'Drawing {num_samples} pictures with the trained agent.')
  trained = draw(config, player, num_samples)
  images = {
    'trained': trained,
    'untrained': untrained,
    'real': np.asarray(dataset.validation[:num_samples]),
  }
  updates, _ = checkpoints.done_so_far(workdir)
  result: dict[str, Any] = {
    'split': split,
    'frames': experiment.frames(config, updates),
  }
  for name, batch in images.items():
    result[name] = {
      'number': len(batch),
      'score': _score(batch, discriminator),
      **_realism(batch, ruler, num_samples),
    }
  report('Looking for the nearest training images.')
  found = _look_for_copies(images, dataset, result)
  if classifier.has_ten_classes(dataset.train_labels):
    report('Training a classifier and a judge on the real images.')
    taken = _recognise(config, dataset, split, images, result)
    pictures.write_png(
      os.path.join(folder, 'recognised.png'), _sorted(trained, taken)
    )
  _write(folder, result, images)
  pictures.write_png(
    os.path.join(folder, 'nearest.png'), _beside(images, dataset.train, found)
  )
  return result


def _score(
  images: np.ndarray, discriminator: Callable[[tf.Tensor], tf.Tensor]
) -> float:
  """Mean score of images, uint8 `[N, W, W, C]`."""
  scores = [
    discriminator(tf.constant(images[start : start + _BATCH]))
    for start in range(0, len(images), _BATCH)
  ]
  return float(np.mean(np.concatenate(scores)))


def _realism(
  images: np.ndarray, ruler: yardstick.Yardstick, num_references: int
) -> dict[str, float | None]:
  """What needs no labels, of images, uint8 `[N, W, W, C]`."""
  features = ruler.features(images)
  real = ruler.real[:num_references]
  result = dict.fromkeys(('frechet_distance', 'precision', 'recall'))
  if len(images) > 1:
    result['frechet_distance'] = ruler.distance(features)
  if min(len(images), len(real)) > precision_recall.NEIGHBOURS:
    result.update(precision_recall.measure(real, features)._asdict())
  return result


def _look_for_copies(
  images: Mapping[str, np.ndarray],
  dataset: datasets.Dataset,
  result: dict[str, Any],
) -> dict[str, nearest.Nearest]:
  """Adds to a result how near training images are, and returns these."""
  sizes = len(dataset.train), len(dataset.validation)
  found = {k: nearest.find(x, dataset.train) for k, x in images.items()}
  for name, batch in images.items():
    distances = found[name].distances
    shares = nearest.copying(distances, found['real'].distances)
    result[name].update(shares._asdict(), copied=None)
    if name != 'real':
      held_out = nearest.find(batch, dataset.validation).distances
      result[name]['copied'] = nearest.copied(distances, held_out, *sizes)
  result['copied_chance'] = nearest.chance(len(images['trained']), *sizes)
  return found


def _recognise(
  config: experiment.Config,
  dataset: datasets.Dataset,
  split: str,
  images: Mapping[str, np.ndarray],
  result: dict[str, Any],
) -> np.ndarray:
  """Adds what needs labels of ten classes to a result, see `evaluate`.

  Returns:
    Which of the trained agent's drawings are taken for digits, bool `[N]`.
  """
  network, accuracy = classifier.train_on(dataset, config.seed, split)
  result['classifier_accuracy'] = float(accuracy)
  references = network.features(
    dataset.images('train' if split == 'validation' else split)
  )
  judge = recognition.train(config, dataset)
  result['judge'] = recognition.trial(
    judge, dataset.images(split), dataset.labels(split), config.seed
  )
  probabilities = {k: judge.probabilities(x) for k, x in images.items()}
  for name, batch in images.items():
    result[name].update(
      recognised=recognition.recognised(probabilities[name]),
      classes=recognition.class_histogram(probabilities[name]).tolist(),
    )
    if len(batch) > 1:
      result[name]['frechet_distance'] = frechet.distance(
        network.features(batch), references
      )
  return recognition.taken(probabilities['trained'])


def _sorted(images: np.ndarray, taken: np.ndarray) -> np.ndarray:
  """A picture of what is taken for a digit, and of what is not."""
  parts = {'taken for digits': images[taken], 'refused': images[~taken]}
  return pictures.titled(
    {
      f'{title}: {len(part)}': pictures.grid(part[:_SHOWN], _COLUMNS)
      for title, part in parts.items()
      if len(part)
    }
  )


def _beside(
  images: Mapping[str, np.ndarray],
  training: datasets.Images,
  found: Mapping[str, nearest.Nearest],
) -> np.ndarray:
  """A picture of images, each with the nearest training image to its right."""
  first, order = slice(_PAIRS), np.argsort(found['trained'].distances)
  shown = {}
  for title, name, chosen in (
    ('drawing, nearest training image', 'trained', first),
    ('the nearest of all drawings', 'trained', order[:_PAIRS]),
    ('the same of held-out images', 'real', first),
  ):
    others = np.asarray(training[found[name].indices[chosen]])
    both = reconstruction.pairs(images[name][chosen], others)
    shown[title] = pictures.grid(both, 2 * _PAIRS_A_ROW)
  return pictures.titled(shown)


def _write(
  folder: str, result: Mapping[str, Any], images: Mapping[str, np.ndarray]
) -> None:
  grids = {}
  for name, batch in images.items():
    grids[name] = pictures.grid(batch[:_SHOWN], _COLUMNS)
    pictures.write_png(os.path.join(folder, name + '.png'), grids[name])
  pictures.write_png(
    os.path.join(folder, 'comparison.png'), pictures.titled(grids)
  )
  results.write(os.path.join(folder, 'evaluation.json'), result)
