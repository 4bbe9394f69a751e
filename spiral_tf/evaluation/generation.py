"""Judges an agent that draws freely, beside an untrained one and real images.

Any data set will do. Where its labels are of ten classes, a classifier that is
trained on them tells what is recognised; all else needs no labels.
"""

from collections.abc import Callable
from collections.abc import Mapping
import os
from typing import Any

import numpy as np
import tabulate
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import pictures
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import frechet
from spiral_tf.evaluation import precision_recall
from spiral_tf.evaluation import results
from spiral_tf.evaluation import yardstick
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file

# What an evaluation writes.
FILES = (
  *('trained.png', 'untrained.png', 'real.png', 'comparison.png'),
  'evaluation.json',
)
# Drawings that are made at once, and that are judged at once.
_BATCH = 250
# Images in a picture, and images a row.
_SHOWN = 100
_COLUMNS = 10
# Real images that the fixed network looks at, at most: enough for a distance.
_REFERENCES = 5000


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
    `num_samples` of them, in the features of the fixed network of `yardstick`.
    If the labels of the data set are of ten classes, also
    `classifier_accuracy`, of a classifier trained on the training images, on
    the images of `split`; `recognised`, for each, the share whose likeliest
    class has a probability of at least 0.8; `classes`, how many of them are in
    each class; and the Frechet distance is taken in the features of that
    classifier. Else it is taken in those of the fixed network, in units of the
    variance of the real images. What so few images are that it cannot be taken
    of them is None.

    The same is written to the folder of `results` for that split, as JSON and
    with a grid of each.

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
  ruler = yardstick.Yardstick(references[:_REFERENCES])
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
  if classifier.has_ten_classes(dataset.train_labels):
    report('Training the judge on the real images.')
    judge, accuracy = classifier.train_judge(dataset, config.seed, split)
    result['classifier_accuracy'] = float(accuracy)
    features = judge.features(references)
    for name, batch in images.items():
      result[name].update(_recognition(batch, judge, features))
  _write(folder, result, images)
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


def _recognition(
  images: np.ndarray, judge: classifier.Classifier, references: np.ndarray
) -> dict[str, Any]:
  """What a trained classifier finds in images, uint8 `[N, W, W, C]`.

  Args:
    images: the images.
    judge: the classifier.
    references: features of the real images in it, float32 `[M, F]`.
  """
  probabilities = judge.probabilities(images)
  result = {
    'recognised': classifier.recognised(probabilities),
    'classes': classifier.class_histogram(probabilities).tolist(),
  }
  if len(images) > 1:
    result['frechet_distance'] = frechet.distance(
      judge.features(images), references
    )
  return result


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


def table(result: Mapping[str, Any]) -> str:
  """The result of `evaluate` as text for people.

  Results of earlier versions have no precision and recall, and name no split:
  it was "validation".
  """
  names = ('trained', 'untrained', 'real')
  has_classes = 'classifier_accuracy' in result
  rows = []
  for label, key, form in (
    ('discriminator score', 'score', '{:+.3f}'),
    ('recognised', 'recognised', '{:.1%}'),
    (
      'Frechet distance',
      'frechet_distance',
      f'{{:.{2 if has_classes else 3}f}}',
    ),
    ('precision', 'precision', '{:.1%}'),
    ('recall', 'recall', '{:.1%}'),
    ('images', 'number', '{}'),
  ):
    if key in result['trained']:
      values = (result[name][key] for name in names)
      cells = ('-' if x is None else form.format(x) for x in values)
      rows.append((label, *cells))
  if has_classes:
    for digit in range(classifier.NUM_CLASSES):
      shares = (
        f'{result[name]["classes"][digit] / result[name]["number"]:.1%}'
        for name in names
      )
      rows.append((f'recognised as {digit}', *shares))
  split = result.get('split', 'validation')
  trained, untrained = (
    result[name]['frechet_distance'] for name in ('trained', 'untrained')
  )
  lines = [
    tabulate.tabulate(
      rows,
      ('', *names),
      tablefmt='plain',
      colalign=('left', 'right', 'right', 'right'),
      disable_numparse=True,
    ),
    f'Frechet distance, trained / untrained: {trained / untrained:.3f}',
    f'held against: the {"test" if split == "test" else "training"} images; '
    'real: the held-out (validation) images',
  ]
  if has_classes:
    lines.append(
      f'classifier accuracy on {split} images: '
      f'{result["classifier_accuracy"]:.1%}'
    )
  else:
    lines.append(
      'Frechet distance: in units of the variance of the real images, in the '
      'features of a fixed network'
    )
  lines.append(f'environment frames of training: {result["frames"]:,}')
  return '\n'.join(lines)
