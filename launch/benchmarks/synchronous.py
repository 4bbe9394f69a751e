"""What each part of a training costs that takes turns in one process.

It is `studies.alone`: nothing runs beside anything else, nothing is sent
anywhere.
"""

import collections
from collections.abc import Mapping
import time
from typing import NamedTuple

from spiral_tf.config import experiment
from spiral_tf.studies import alone

_ENVIRONMENT = 'environment'


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
    self._timer.lap(alone.ACTING)
    timestep = self._environment.reset()
    self._timer.lap(_ENVIRONMENT)
    return timestep

  def step(self, action):
    """Counts what came before as acting."""
    self._timer.lap(alone.ACTING)
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
  training = alone.Training(
    config, wrap=lambda environment: _TimedEnvironment(environment, timer)
  )
  for _ in range(warm_up):
    training.update()
  timer.start()
  started, measured = time.perf_counter(), 0
  while not measured or time.perf_counter() - started < seconds:
    training.update(timer.lap)
    measured += 1
  episodes = measured * config.policy_learner.batch_size
  return Costs(
    episodes / sum(timer.wall.values()),
    {name: 1e3 * value / measured for name, value in timer.wall.items()},
    {name: 1e3 * value / measured for name, value in timer.cpu.items()},
  )
