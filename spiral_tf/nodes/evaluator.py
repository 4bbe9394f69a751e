"""Draws with the newest policy now and then, and shows what it drew."""

import functools
import os
import time
from typing import Any

import numpy as np
import tensorflow as tf

from spiral_tf import activity
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import pictures
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import yardstick
from spiral_tf.nodes import graphics
from spiral_tf.nodes import weights
from spiral_tf.nodes import worker
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import metrics
from spiral_tf.workdir import thinning

# Samples in a picture, or pairs of target and canvas.
NUM_SAMPLES = 64
# Images in a row of a picture.
COLUMNS = 16
# Held-out images that a conditional agent reproduces each time.
NUM_TARGETS = 200
# Drawings of an agent without targets, by which it is judged.
NUM_COMPARED = 256


class Evaluator(worker.Worker):
  """Writes `samples/<frames>.png`, and now and then the same to TensorBoard.

  Of the pictures of a long run only some are kept, see `thinning`.

  A conditional agent reproduces the same held-out images each time; its picture
  shows some of these targets, each followed by what became of it, and its
  metrics have their mean squared error beside that of the empty canvas and that
  of the mean training image (`launch.curves` draws the three). Those of any
  other agent have the `distance` of its drawings to training images, see
  `yardstick`.
  """

  def __init__(
    self,
    config: experiment.Config,
    workdir: str,
    policy_learner: Any,
    discriminator_learner: Any,
    fitness: str = '',
  ):
    """Creates an evaluator.

    Args:
      config: the experiment.
      workdir: folder of the run.
      policy_learner: client of the policy learner.
      discriminator_learner: client of the discriminator learner.
      fitness: for a member of a population, how it is compared with others, see
        `cluster.PopulationConfig.fitness`; else empty.
    """
    graphics.check(config, node_kinds.EVALUATOR)
    super().__init__()
    self._config = config
    self._fitness_kind = fitness
    self._fitness: dict[str, Any] = {}
    self._workdir = workdir
    self._folder = os.path.join(workdir, 'samples')
    os.makedirs(self._folder, exist_ok=True)
    self._network = builders.make_policy(config)
    self._player = builders.make_player(self._network, seeds.EVALUATOR[0])
    self._policy = weights.WeightsClient(
      policy_learner, self._network.trainable_variables
    )
    discriminator = builders.make_discriminator(config)
    self._score = tf.function(discriminator, autograph=False)
    self._discriminator = weights.WeightsClient(
      discriminator_learner, discriminator.variables
    )
    self._metrics = metrics.MetricsWriter(workdir, node_kinds.EVALUATOR)
    self._targets = None
    if config.conditional:
      dataset = builders.load_dataset(config)
      self._targets = np.asarray(dataset.validation[:NUM_TARGETS])
      self._baselines = {
        f'mse_{name}': float(reconstruction.errors(image, self._targets).mean())
        for name, image in (
          ('empty', reconstruction.empty_canvas(config)),
          ('mean_image', reconstruction.mean_image(dataset)),
        )
      }
    if fitness == 'yardstick' and not config.conditional:
      _ = self._yardstick  # Without it there is no fitness: an error now.
    self._next = time.monotonic()
    self._has_drawn = False

  def fitness(self) -> dict[str, Any]:
    """Remote call: how good the drawings were that were judged last.

    Returns:
      `fitness`, higher is better, and `generation` and `updates` of the policy
      that drew; empty before there are any.
    """
    with self._lock:
      return dict(self._fitness)

  def _gather(self) -> np.ndarray | None:
    if time.monotonic() < self._next:
      self._rest()
      return None
    self._next = time.monotonic() + self._config.training.sample_seconds
    before = self._policy.version
    with activity.CURRENT.waiting(node_kinds.POLICY_LEARNER):
      self._policy.update()
    if self._has_drawn and self._policy.version == before:
      return None  # It would be the same picture.
    with activity.CURRENT.waiting(node_kinds.DISCRIMINATOR_LEARNER):
      self._discriminator.update()
    return self._draw()

  def _draw(self) -> np.ndarray:
    # The same noise every time, so that pictures can be compared.
    if self._targets is not None:
      return reconstruction.reconstruct(
        self._config, self._player, self._targets
      )
    # Neither when the node is made, or its port would be open seconds late, nor
    # under the lock.
    _ = self._yardstick
    environments = builders.make_environments(
      self._config, NUM_COMPARED, seeds.EVALUATOR[0]
    )
    return rollout.play(environments, self._player).observation['canvas'][-1]

  @functools.cached_property
  def _yardstick(self) -> yardstick.Yardstick | None:
    """What tells how good drawings are, if there can be one.

    That there cannot is an error for a member's fitness only, and not for who
    just watches.
    """
    dataset = builders.load_dataset(self._config)
    try:
      return yardstick.of_many(dataset.train)
    except ValueError:
      if self._fitness_kind == 'yardstick':
        raise
      return None

  def _update(self, canvases: np.ndarray) -> None:
    self._show(canvases, self._policy.updates)

  def _show(self, canvases: np.ndarray, updates: int) -> None:
    """Writes what the policy drew after so many updates."""
    frames = experiment.frames(self._config, updates)
    values = {}
    if self._discriminator.version >= 0:
      scores = self._score(tf.constant(canvases), self._targets)
      values['score'] = float(tf.reduce_mean(scores))
    shown = canvases[:NUM_SAMPLES]
    if self._targets is not None:
      errors = reconstruction.errors(canvases, self._targets)
      values.update(self._baselines, mse=float(errors.mean()))
      shown = reconstruction.pairs(self._targets[:NUM_SAMPLES], shown)
    elif self._yardstick is not None:
      values['distance'] = -self._yardstick.fitness(canvases)
    if self._fitness_kind:
      values['fitness'] = self._judge(values)
      self._fitness = {
        'fitness': values['fitness'],
        'generation': self._policy.generation,
        'updates': updates,
      }
    picture = pictures.grid(shown, COLUMNS)
    path = os.path.join(self._folder, f'{frames:010d}.png')
    pictures.write_png(path, picture)
    thinning.thin_pictures(self._folder, self._config.training.kept_samples)
    self._metrics.image(frames, 'samples', picture)
    self._metrics.scalars(frames, values)
    self._metrics.flush()
    self._has_drawn = True

  def _judge(self, values: dict[str, float]) -> float:
    """The fitness of who has these metrics, higher is better."""
    if self._fitness_kind == 'score':
      return values.get('score', -np.inf)
    if self._targets is not None:
      return -values['mse']
    return -values['distance']

  def _finish(self) -> None:
    # A run may be over before the first picture is. Learners that have come to
    # the end answer no more, but have saved what they learned.
    if self._has_drawn:
      return
    updates = tf.Variable(0, dtype=tf.int64, trainable=False)
    saved = {'policy': self._network, 'updates': updates}
    try:
      checkpoints.restore(self._workdir, node_kinds.POLICY_LEARNER, saved)
    except FileNotFoundError:  # It was stopped before there was anything.
      return
    self._show(self._draw(), int(updates))
