"""Trains in one process, in which acting and learning take turns.

What is computed is what the nodes of a run compute: the same updates on the
same kind of data, with the same ratio of the two learners, the same replay and
the same annealing. But no actor is ever behind, nothing waits, and nothing
depends on how busy the machine is: what a change of the settings does can be
told from what the clock does. For research:

    for progress in alone.train(config):
      if progress.updates % 100 == 0:
        print(progress.frames, progress.metrics['return'])
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import math
import time
from typing import Any, NamedTuple

import dm_env
import numpy as np
import tensorflow as tf
import tree

from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.networks import discriminator as discriminator_lib
from spiral_tf.networks import policy as policy_lib
from spiral_tf.replay import renders as renders_lib

# The parts of an update, for who measures them.
ACTING = 'acting'
DISCRIMINATOR = 'discriminator learner'
POLICY = 'policy learner'


class DivergedError(RuntimeError):
  """An update was not finite; it was not made."""


class Progress(NamedTuple):
  """How far a training is, after one more update of the policy.

  Attributes:
    updates: of the policy, so far.
    frames: environment steps that went into them.
    seconds: of CPU time that training took so far; without what TensorFlow
      takes to compile, and what anybody does between the updates.
    metrics: of the update, see `policy_update.PolicyUpdate.step`; those of the
      discriminator's last one are called `discriminator_*`.
    policy: the network, trained so far.
    discriminator: likewise.
  """

  updates: int
  frames: int
  seconds: float
  metrics: Mapping[str, float]
  policy: policy_lib.Policy
  discriminator: discriminator_lib.Discriminator


def train(
  config: experiment.Config, dataset: datasets.Dataset | None = None
) -> Iterator[Progress]:
  """Trains to the end, `config.training.frames`; whoever asks may end sooner.

  Args:
    config: the experiment; of `config.training`, only `frames` counts.
    dataset: the real images; by default, what `config` says.

  Yields:
    Where it is, after each update of the policy.

  Raises:
    DivergedError: an update was not finite.
    ValueError: `config` is not valid.
    FileNotFoundError: the data are not there.
  """
  training = Training(config, dataset)
  while not training.done:
    yield training.update()


class Training:
  """A training that can be saved, and go on from there.

  What is random begins anew where it goes on, as in the nodes of a run, so that
  it draws other numbers than if it had never been stopped.

  Attributes:
    policy: the network that is trained.
    discriminator: likewise.
    updates: of the policy, so far, int64 `[]`.
    seconds: of CPU time, float64 `[]`, see `Progress`.
  """

  def __init__(
    self,
    config: experiment.Config,
    dataset: datasets.Dataset | None = None,
    wrap: Callable[[dm_env.Environment], dm_env.Environment] = lambda x: x,
  ):
    """Creates a training at its beginning.

    Args:
      config: see `train`.
      dataset: see `train`.
      wrap: called with each environment; what it returns is acted in.
    """
    self._config = config
    self._wrap = wrap
    self._dataset = dataset or builders.load_dataset(config)
    self._discriminator_update = builders.make_discriminator_update(config)
    self.discriminator = self._discriminator_update.discriminator
    self._policy_update = builders.make_policy_update(
      config, self.discriminator
    )
    self.policy = self._policy_update.policy
    self.updates = tf.Variable(0, dtype=tf.int64, trainable=False)
    self.seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
    # Updates of the discriminator that are due.
    self._owed = tf.Variable(0.0, dtype=tf.float64, trainable=False)
    learner = config.discriminator_learner
    self._renders = renders_lib.Renders(
      learner.replay_batches * learner.batch_size,
      builders.environment_spec(config).observation['canvas'].shape,
      2 if config.conditional else 1,
    )
    self._discriminator_metrics: dict[str, float] = {}
    self._started = False

  @property
  def learners(self) -> dict[str, Mapping[str, Any]]:
    """What a run's learners save, by name: the policy's and the other's."""
    return {
      'policy': {
        **self._policy_update.trackables,
        'updates': self.updates,
        'seconds': self.seconds,
      },
      'discriminator': self._discriminator_update.trackables,
    }

  @property
  def trackables(self) -> dict[str, Any]:
    """What a checkpoint must hold, by name."""
    flat = {
      f'{learner}_{name}': trackable
      for learner, trackables in self.learners.items()
      for name, trackable in trackables.items()
    }
    return {**flat, 'owed': self._owed, 'renders': self._renders}

  @property
  def frames(self) -> int:
    """Environment steps that went into updates of the policy."""
    return experiment.frames(self._config, int(self.updates))

  @property
  def progress(self) -> float:
    """Share of the training that has passed, in [0, 1]."""
    return experiment.progress(self._config, int(self.updates), 0.0)

  @property
  def done(self) -> bool:
    """Whether it has come to its end."""
    return self.progress >= 1

  def update(self, lap: Callable[[str], None] = lambda part: None) -> Progress:
    """Plays a batch of episodes, and updates both networks.

    Args:
      lap: called with the name of each part when it is over.

    Raises:
      DivergedError: an update was not finite; training cannot go on.
    """
    if not self._started:
      self._start()
      self._started = True
    start = time.process_time()
    episodes = rollout.batch_major(
      rollout.play(self._environments, self._player)
    )
    self._remember(episodes)
    lap(ACTING)
    self._owed.assign_add(
      self._config.discriminator_learner.updates_per_policy_update
    )
    while float(self._owed) >= 1:
      self._owed.assign_sub(1.0)
      values = self._update_discriminator(apply=True)
      self._discriminator_metrics = {
        f'discriminator_{name}': value for name, value in values.items()
      }
    lap(DISCRIMINATOR)
    metrics = self._update_policy(episodes, apply=True)
    lap(POLICY)
    self.updates.assign_add(1)
    self.seconds.assign_add(time.process_time() - start)
    return Progress(
      int(self.updates),
      self.frames,
      float(self.seconds),
      {**metrics, **self._discriminator_metrics},
      self.policy,
      self.discriminator,
    )

  def _start(self) -> None:
    """Makes what is random, and compiles, which is no time of training."""
    config = self._config
    # Who goes on is another actor.
    place = seeds.ACTORS[int(self.updates) % len(seeds.ACTORS)]
    sequence = np.random.SeedSequence([config.seed, place])
    order, sampling, replay = sequence.generate_state(3).tolist()
    self._rng = np.random.default_rng(replay)
    targets = ()
    if config.conditional:
      targets = self._dataset.stream('train', order)
    else:
      self._real = self._dataset.batches(
        'train', config.discriminator_learner.batch_size, order
      )
    environments = builders.make_environments(
      config, config.policy_learner.batch_size, place, targets
    )
    self._environments = [self._wrap(each) for each in environments]
    self._demonstrations = builders.make_demonstrations(
      config, int(self.updates)
    )
    self._player = builders.make_player(self.policy, sampling)
    episodes = rollout.batch_major(
      rollout.play(self._environments, self._player)
    )
    if not len(self._renders):
      self._remember(episodes)
    self._update_discriminator(apply=False)
    self._update_policy(episodes, apply=False)

  def _remember(self, episodes: types.Episode) -> None:
    canvases = episodes.observation['canvas'][:, -1]
    self._renders.add(canvases, *episodes.context.values())

  def _update_discriminator(self, apply: bool) -> dict[str, float]:
    number = self._config.discriminator_learner.batch_size
    fake, *targets = self._renders.sample(self._rng, number)
    target = targets[0] if targets else None
    real = tf.constant(next(self._real)) if target is None else target
    return _finite(
      'discriminator',
      self._discriminator_update.step(real, fake, target, tf.constant(apply)),
    )

  def _update_policy(
    self, episodes: types.Episode, apply: bool
  ) -> dict[str, float]:
    anneal = experiment.anneal(self._config, self.progress)
    data = {'episodes': episodes}
    if self._demonstrations is not None:
      data['demonstrations'] = next(self._demonstrations)
    return _finite(
      'policy',
      self._policy_update.step(
        **tree.map_structure(tf.constant, data),
        anneal=tf.constant(anneal, tf.float32),
        apply=tf.constant(apply),
      ),
    )


def _finite(learner: str, values: Mapping[str, tf.Tensor]) -> dict[str, float]:
  """Metrics as numbers; raises DivergedError if the update was not finite."""
  numbers = {name: float(value) for name, value in values.items()}
  if numbers.pop('finite'):
    return numbers
  bad = ', '.join(
    f'{name}={value}'
    for name, value in numbers.items()
    if not math.isfinite(value)
  )
  raise DivergedError(
    f'an update of the {learner} was not finite: {bad}. Lower '
    f'--config.{learner}_learner.learning_rate.'
  )
