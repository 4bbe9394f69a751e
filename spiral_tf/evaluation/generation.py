"""Judges an agent: trained, untrained and real images side by side."""

from collections.abc import Callable
from collections.abc import Mapping
import json
import os
from typing import Any

import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import pictures
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.config import fields
from spiral_tf.evaluation import classifier
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file

# Drawings made at once, and judged at once.
_BATCH = 250
# Images in a picture, and images a row.
_SHOWN = 100
_COLUMNS = 10


def draw(
  config: experiment.Config, agent: rollout.Agent, number: int
) -> np.ndarray:
  """Lets an agent draw.

  Args:
    config: the experiment.
    agent: who draws.
    number: N, drawings to make.

  Returns:
    Final canvases, uint8 `[N, W, W, C]`.
  """
  canvases = []
  for start in range(0, number, _BATCH):
    environments = builders.make_environments(
      config, min(_BATCH, number - start), seeds.GENERATION[start]
    )
    episodes = rollout.play(environments, agent)
    canvases.append(episodes.observation['canvas'][-1])
  return np.concatenate(canvases)


def evaluate(
  workdir: str, num_samples: int, report: Callable[[str], None] = print
) -> dict[str, Any]:
  """Evaluates the last checkpoint of a run.

  The judge is a classifier trained on the training images; Frechet distances
  are taken in its features, to those of the training images. Held-out real
  images show what perfect drawings would get.

  Args:
    workdir: folder of the run.
    num_samples: drawings of each agent.
    report: called with lines that say what is going on.

  Returns:
    `classifier_accuracy`, on held-out images; `frames`, of training; and for
    each of `trained`, `untrained` and `real` a dictionary of `number`, `score`
    (mean discriminator score), `recognised` (share whose likeliest class has a
    probability of at least 0.8), `classes` (how many of them in each class),
    and `frechet_distance`. Also written to `evaluation/` in `workdir`, as
    JSON and with a grid of each.

  Raises:
    FileNotFoundError: `workdir` has no run, or no checkpoint.
    ValueError: its data set has no ten classes.
  """
  config = config_file.load(workdir)
  dataset = builders.load_dataset(config)
  fields.check(
    classifier.has_ten_classes(dataset.train_labels),
    'data.name',
    config.data.name,
    'drawings are judged by the ten classes of "digits" and "mnist"; those of '
    'an agent trained on others can be looked at in samples/',
  )
  policy = builders.make_policy(config)
  agent = builders.make_agent(policy, seeds.GENERATION[0])
  report(f'Drawing {num_samples} pictures with the untrained agent.')
  untrained = draw(config, agent, num_samples)
  checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {'policy': policy})
  report(f'Drawing {num_samples} pictures with the trained agent.')
  trained = draw(config, agent, num_samples)
  discriminator = builders.make_discriminator(config)
  checkpoints.restore(
    workdir, node_kinds.DISCRIMINATOR_LEARNER, {'discriminator': discriminator}
  )
  report('Training the judge on the real images.')
  judge, accuracy = classifier.train_judge(dataset, config.seed)
  reference = judge.features(dataset.train)
  images = {
    'trained': trained,
    'untrained': untrained,
    'real': dataset.validation[:num_samples],
  }
  updates, _ = checkpoints.done_so_far(workdir)
  result: dict[str, Any] = {
    'classifier_accuracy': float(accuracy),
    'frames': experiment.frames(config, updates),
  }
  for name, batch in images.items():
    result[name] = _judge(batch, discriminator, judge, reference)
  _write(os.path.join(workdir, 'evaluation'), result, images)
  return result


def _judge(
  images: np.ndarray,
  discriminator: Callable[[tf.Tensor], tf.Tensor],
  judge: classifier.Classifier,
  reference: np.ndarray,
) -> dict[str, Any]:
  """One set of images, uint8 `[N, W, W, C]`, in numbers."""
  probabilities = judge.probabilities(images)
  scores = [
    discriminator(tf.constant(images[start : start + _BATCH]))
    for start in range(0, len(images), _BATCH)
  ]
  return {
    'number': len(images),
    'score': float(np.mean(np.concatenate(scores))),
    'recognised': classifier.recognised(probabilities),
    'classes': classifier.class_histogram(probabilities).tolist(),
    'frechet_distance': classifier.frechet_distance(
      judge.features(images), reference
    ),
  }


def _write(
  folder: str, result: Mapping[str, Any], images: Mapping[str, np.ndarray]
) -> None:
  os.makedirs(folder, exist_ok=True)
  grids = {}
  for name, batch in images.items():
    grids[name] = pictures.grid(batch[:_SHOWN], _COLUMNS)
    pictures.write_png(os.path.join(folder, name + '.png'), grids[name])
  pictures.write_png(
    os.path.join(folder, 'comparison.png'), pictures.titled(grids)
  )
  with open(os.path.join(folder, 'evaluation.json'), 'w') as file:
    json.dump(result, file, indent=2)
    file.write('\n')


def table(result: Mapping[str, Any]) -> str:
  """The result of `evaluate` as text for people."""
  names = ('trained', 'untrained', 'real')
  rows = [('', *names)]
  for label, key, form in (
    ('discriminator score', 'score', '{:+.3f}'),
    ('recognised', 'recognised', '{:.1%}'),
    ('Frechet distance', 'frechet_distance', '{:.2f}'),
    ('images', 'number', '{}'),
  ):
    rows.append((label, *(form.format(result[name][key]) for name in names)))
  for digit in range(classifier.NUM_CLASSES):
    shares = (
      f'{result[name]["classes"][digit] / result[name]["number"]:.1%}'
      for name in names
    )
    rows.append((f'recognised as {digit}', *shares))
  lines = [
    f'{row[0]:20}' + ''.join(f'{cell:>12}' for cell in row[1:]) for row in rows
  ]
  trained, untrained = (
    result[name]['frechet_distance'] for name in ('trained', 'untrained')
  )
  lines += [
    f'Frechet distance, trained / untrained: {trained / untrained:.3f}',
    f'classifier accuracy on held-out images: '
    f'{result["classifier_accuracy"]:.1%}',
    f'environment frames of training: {result["frames"]:,}',
  ]
  return '\n'.join(lines)
