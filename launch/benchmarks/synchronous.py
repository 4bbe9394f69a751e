"""A training whose parts take turns in one process, and what each costs.

It plays a batch of episodes, makes its share of discriminator updates on
renders sampled from as large a buffer as replay has, and updates the policy:
nothing runs beside anything else, nothing is sent anywhere.
"""

import collections
from collections.abc import Mapping
import time
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tree

from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf.config import experiment

_ACTING, _ENVIRONMENT = 'acting', 'environment'
_DISCRIMINATOR, _POLICY = 'discriminator learner', 'policy learner'


class Costs(NamedTuple):
  """What training costs.

  Attributes:
    rate: episodes a second.
    wall: milliseconds a policy update, by part of the work.
    cpu: the same of the processor's time.
  """

  rate: float
  wall: Mapping[str, float]
  cpu: Mapping[str, float]


class _Timer:
  """Adds up seconds, by the clock and of the processor, under names."""

  def __init__(self):
    self.start()

  def start(self) -> None:
    """Begins anew."""
    self.wall = collections.Counter()
    self.cpu = collections.Counter()
    self._last = time.perf_counter(), time.process_time()

  def lap(self, name: str) -> None:
    """Counts the time since the last call under `name`."""
    now = time.perf_counter(), time.process_time()
    self.wall[name] += now[0] - self._last[0]
    self.cpu[name] += now[1] - self._last[1]
    self._last = now


class _TimedEnvironment:
  """Tells the time spent in environments from the time spent acting."""

  def __init__(self, environment, timer: _Timer):
    self._environment = environment
    self._timer = timer

  def reset(self):
    """Counts what came before as acting."""
    self._timer.lap(_ACTING)
    timestep = self._environment.reset()
    self._timer.lap(_ENVIRONMENT)
    return timestep

  def step(self, action):
    """Counts what came before as acting."""
    self._timer.lap(_ACTING)
    timestep = self._environment.step(action)
    self._timer.lap(_ENVIRONMENT)
    return timestep


def measure(config: experiment.Config, warm_up: int, seconds: float) -> Costs:
  """Trains, and counts.

  Args:
    config: the experiment.
    warm_up: policy updates before it counts.
    seconds: how long it counts, at least one policy update.

  Returns:
    What a policy update costs, with all that belongs to it.
  """
  timer = _Timer()
  updates = _updates(config, timer)
  for _ in range(warm_up):
    next(updates)
  timer.start()
  started, measured = time.perf_counter(), 0
  while not measured or time.perf_counter() - started < seconds:
    next(updates)
    measured += 1
  episodes = measured * config.policy_learner.batch_size
  return Costs(
    episodes / sum(timer.wall.values()),
    {name: 1e3 * value / measured for name, value in timer.wall.items()},
    {name: 1e3 * value / measured for name, value in timer.cpu.items()},
  )


def _updates(config: experiment.Config, timer: _Timer):
  """Trains without end; yields after each policy update."""
  discriminator = builders.make_discriminator_update(config)
  policy = builders.make_policy_update(config, discriminator.discriminator)
  player = builders.make_player(policy.policy, seed=0)
  dataset = builders.load_dataset(config)
  learner = config.discriminator_learner
  targets = dataset.stream('train', config.seed) if config.conditional else ()
  real = dataset.batches('train', learner.batch_size, config.seed)
  size = learner.replay_batches * learner.batch_size
  renders: collections.deque = collections.deque(maxlen=size)
  rng = np.random.default_rng(config.seed)
  environments = [
    _TimedEnvironment(environment, timer)
    for environment in builders.make_environments(
      config, config.policy_learner.batch_size, seed=0, targets=targets
    )
  ]
  owed = 0.0
  while True:
    episodes = rollout.play(environments, player)
    last = episodes.observation['canvas'][-1]
    renders.extend(zip(last, episodes.context.get('target', last)))
    timer.lap(_ACTING)
    owed += learner.updates_per_policy_update
    while owed >= 1:
      chosen = rng.integers(len(renders), size=learner.batch_size)
      fake, target = (
        tf.constant(np.stack(images))
        for images in zip(*(renders[i] for i in chosen))
      )
      if config.conditional:  # The real pair is that of a target and itself.
        discriminator.step(target, fake, target)
      else:
        discriminator.step(tf.constant(next(real)), fake)
      owed -= 1
    timer.lap(_DISCRIMINATOR)
    batch = tree.map_structure(tf.constant, rollout.batch_major(episodes))
    values = policy.step(batch, tf.constant(1.0))
    values['score'].numpy()  # Waits for the update.
    timer.lap(_POLICY)
    yield
