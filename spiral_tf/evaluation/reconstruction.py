"""Judges a conditional agent: how near it comes to targets it never saw.

The measure is the mean squared error of a pixel on [0, 1], of which figure 8 of
the paper shows the course. Where the labels of targets are of ten classes, a
classifier looks at targets and reconstructions as well, and a judge that may
say that they are none of these.
"""

from collections.abc import Callable
from collections.abc import Mapping
import os
from typing import Any

import numpy as np
import tabulate

from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf import node_kinds
from spiral_tf import pictures
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import recognition
from spiral_tf.evaluation import results
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file

# What an evaluation writes.
FILES = ('comparison.png', 'pairs.png', 'reconstruction.json')
# Episodes played at once.
_BATCH = 100
# Images that the mean image is taken of, at most.
_MEAN_OF = 5000
# Pairs in a picture, and pairs a row.
_PAIRS = 16
_PAIRS_A_ROW = 4
# Width of an image in the picture of pairs, pixels, if it is no wider itself.
_WIDTH = 128


def reconstruct(
  config: experiment.Config, player: rollout.Player, targets: np.ndarray
) -> np.ndarray:
  """Lets an agent reproduce images.

  Args:
    config: the experiment.
    player: who reproduces.
    targets: uint8 `[N, W, W, C]`.

  Returns:
    Final canvases, uint8 `[N, W, W, C]`.
  """
  canvases = []
  for start in range(0, len(targets), _BATCH):
    batch = targets[start : start + _BATCH]
    environments = builders.make_environments(
      config, len(batch), seeds.RECONSTRUCTION[start], batch
    )
    episodes = rollout.play(environments, player)
    canvases.append(episodes.observation['canvas'][-1])
  return np.concatenate(canvases)


def errors(images: np.ndarray, targets: np.ndarray) -> np.ndarray:
  """Mean squared errors of a pixel, each image on [0, 1].

  Args:
    images: uint8 `[N, W, W, C]`, or one image for all targets, `[W, W, C]`.
    targets: uint8 `[N, W, W, C]`.

  Returns:
    float64 `[N]`.
  """
  difference = (images.astype(np.float32) - targets.astype(np.float32)) / 255
  return np.mean(np.square(difference), axis=(1, 2, 3), dtype=np.float64)


def pairs(targets: np.ndarray, canvases: np.ndarray) -> np.ndarray:
  """Puts each target beside its reconstruction.

  Args:
    targets: uint8 `[N, W, W, C]`.
    canvases: uint8 `[N, W, W, C]`.

  Returns:
    uint8 `[2 N, W, W, C]`: target, reconstruction, target, ...
  """
  return np.stack([targets, canvases], axis=1).reshape(-1, *targets.shape[1:])


def empty_canvas(config: experiment.Config) -> np.ndarray:
  """What an episode begins with: blank paper, or the empty platform."""
  canvas = builders.environment_spec(config).observation['canvas']
  target = np.zeros(canvas.shape, canvas.dtype)
  environment = builders.make_environment(config, seed=0, targets=[target])
  return environment.reset().observation['canvas']


def mean_image(dataset: datasets.Dataset) -> np.ndarray:
  """The mean of (at most 5,000 of) the training images, uint8 `[W, W, C]`."""
  some = np.asarray(dataset.train[:_MEAN_OF])
  return np.rint(some.mean(axis=0)).astype(np.uint8)


def evaluate(
  workdir: str,
  num_images: int,
  report: Callable[[str], None] = print,
  split: str = 'validation',
  config: experiment.Config | None = None,
) -> dict[str, Any]:
  """Evaluates the last checkpoint of a conditional run on images it never saw.

  Args:
    workdir: folder of the run.
    num_images: images of the split to reproduce; fewer if there are fewer.
    report: called with lines that say what is going on.
    split: 'validation' or 'test'.
    config: the run's, where its data have moved; if None, the one it keeps.

  Returns:
    `split`, `frames` of training, `number` of images, and the mean squared
    errors `trained`, `untrained`, `empty` (canvas) and `mean_image` (of the
    training images). If the labels of the data set are of ten classes, also
    what `read` finds in `trained`, `untrained` and `real`, the targets
    themselves. The same is written to the folder of `results` for that split,
    as JSON and pictures.

  Raises:
    FileNotFoundError: `workdir` has no run, or no checkpoint, or the images of
      the split are missing.
    ValueError: the data set has no such split, or a file is damaged.
  """
  folder = results.folder(workdir, split)
  config = config or config_file.load(workdir)
  dataset = builders.load_dataset(config)
  targets = np.asarray(dataset.images(split)[:num_images])
  policy = builders.make_policy(config)
  player = builders.make_player(policy, seeds.RECONSTRUCTION[0])
  # Read for the first time here, for what cannot be read would waste the work.
  checkpoints.restore(
    workdir,
    node_kinds.POLICY_LEARNER,
    {'policy': builders.make_policy(config)},
  )
  report(f'Reproducing {len(targets)} images with the untrained agent.')
  canvases = {'untrained': reconstruct(config, player, targets)}
  checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {'policy': policy})
  report(f'Reproducing {len(targets)} images with the trained agent.')
  canvases['trained'] = reconstruct(config, player, targets)
  canvases['mean_image'] = mean_image(dataset)
  canvases['empty'] = empty_canvas(config)
  updates, _ = checkpoints.done_so_far(workdir)
  result = {
    'split': split,
    'frames': experiment.frames(config, updates),
    'number': len(targets),
    **{k: float(errors(x, targets).mean()) for k, x in canvases.items()},
  }
  if classifier.has_ten_classes(dataset.train_labels):
    report('Training a classifier and a judge on the real images.')
    images = {k: canvases[k] for k in ('trained', 'untrained')}
    images['real'] = targets
    result.update(read(config, dataset, images, split))
  _write(folder, result, targets, canvases)
  return result


def read(
  config: experiment.Config,
  dataset: datasets.Dataset,
  images: Mapping[str, np.ndarray],
  split: str = 'validation',
) -> dict[str, Any]:
  """Tells whether images are recognised as what they were made after.

  Args:
    config: the experiment.
    dataset: the data, of ten classes.
    images: uint8 `[N, W, W, C]` each, made after the first `N` images of the
      split.
    split: 'validation' or 'test'.

  Returns:
    `classifier_accuracy`, on all images of the split, of a classifier that is
    trained on the training images alone, and `read`: of each of `images` the
    share whose likeliest class is that of what it was made after. It must name
    a class. `judge`, what `recognition.trial` finds of a judge that need not,
    and `recognised`: of each the share that it is sure to be that class; what
    it refuses is wrong.
  """
  network, accuracy = classifier.train_on(dataset, config.seed, split)
  judge = recognition.train(config, dataset)
  result = {
    'classifier_accuracy': float(accuracy),
    'judge': recognition.trial(
      judge, dataset.images(split), dataset.labels(split), config.seed
    ),
    'read': {},
    'recognised': {},
  }
  for name, batch in images.items():
    labels = dataset.labels(split)[: len(batch)]
    classes = network.probabilities(batch).argmax(axis=-1)
    result['read'][name] = float(np.mean(classes == labels))
    result['recognised'][name] = recognition.recognised_as(
      judge.probabilities(batch), labels
    )
  return result


def _write(
  folder: str,
  result: Mapping[str, Any],
  targets: np.ndarray,
  canvases: Mapping[str, np.ndarray],
) -> None:
  shown = {
    name: pictures.grid(images[:_PAIRS], _PAIRS_A_ROW)
    for name, images in (
      ('target', targets),
      ('trained', canvases['trained']),
      ('untrained', canvases['untrained']),
    )
  }
  pictures.write_png(
    os.path.join(folder, 'comparison.png'), pictures.titled(shown)
  )
  both = pairs(targets[:_PAIRS], canvases['trained'][:_PAIRS])
  pictures.write_png(
    os.path.join(folder, 'pairs.png'),
    pictures.grid(both, 2 * _PAIRS_A_ROW, scale=max(1, _WIDTH // len(both[0]))),
  )
  results.write(os.path.join(folder, 'reconstruction.json'), result)


def table(result: Mapping[str, Any]) -> str:
  """The result of `evaluate` as text for people.

  Results of earlier versions name no split: it was "validation"; and no judge:
  their classifier had to take everything for some digit.
  """
  split = result.get('split', 'validation')
  errors_found = [
    (
      label,
      f'{result[name]:.5f}',
      f'trained / this: {result["trained"] / result[name]:.3f}',
    )
    for name, label in (
      ('trained', 'trained agent'),
      ('untrained', 'untrained agent'),
      ('empty', 'empty canvas'),
      ('mean_image', 'mean training image'),
    )
  ]
  lines = [
    f'Mean squared error of a pixel, {result["number"]} {split} images:',
    _columns(errors_found),
  ]
  for key, words in (
    ('read', 'Read as the digit that the target shows, if a digit is named:'),
    ('recognised', 'Recognised as that digit, if none may be:'),
  ):
    if key in result:
      shares = [
        (label, f'{result[key][name]:.1%}')
        for name, label in (
          ('trained', 'trained agent'),
          ('untrained', 'untrained agent'),
          ('real', 'the targets'),
        )
      ]
      lines += [words, _columns(shares)]
  lines += recognition.notes(result, split)
  lines.append(f'environment frames of training: {result["frames"]:,}')
  return '\n'.join(lines)


def _columns(rows: list[tuple[str, ...]]) -> str:
  """Lays rows of cells out in columns."""
  alignment = ('left', *['right'] * (len(rows[0]) - 1))
  return tabulate.tabulate(
    rows, tablefmt='plain', colalign=alignment, disable_numparse=True
  )
