"""Whether processes grow: their memory and their descriptors, over time."""

import collections
import contextlib
import statistics
from typing import NamedTuple

import psutil

# What a process may grow by in a minute: 1 MB would be 1.4 GB in a day. Memory
# that is freed is not always given back, so a part of this is noise.
MOST_MB_PER_MINUTE = 2.0
MOST_DESCRIPTORS_PER_MINUTE = 1.0
# A growth of less time says nothing.
_LEAST_SECONDS = 120.0


class Sample(NamedTuple):
  """What a process had at a time, in seconds, as MB and descriptors."""

  time: float
  memory: float
  descriptors: int


class Slope(NamedTuple):
  """How a process grew.

  Attributes:
    memory: MB at the end.
    descriptors: the same of these.
    memory_per_minute: MB.
    descriptors_per_minute: of these.
  """

  memory: float
  descriptors: float
  memory_per_minute: float
  descriptors_per_minute: float

  @property
  def is_much(self):
    """Whether it is more than a process may grow."""
    return (
      self.memory_per_minute > MOST_MB_PER_MINUTE
      or self.descriptors_per_minute > MOST_DESCRIPTORS_PER_MINUTE
    )


class Growth:
  """Samples of some processes."""

  def __init__(self):
    """Begins without any."""
    self._samples = collections.defaultdict(list)

  def add(self, name, sample):
    """Adds a sample of a process that is called so."""
    self._samples[name].append(sample)

  def look(self, name, process, time):
    """Takes a sample of a `psutil.Process`, if it is still there."""
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
      memory = process.memory_info().rss / 2**20
      self.add(name, Sample(time, memory, process.num_fds()))

  def slopes(self):
    """The growth of each process that was looked at for long enough."""
    found = {}
    for name, samples in self._samples.items():
      if samples[-1].time - samples[0].time >= _LEAST_SECONDS:
        found[name] = slope(samples)
    return found


def slope(samples):
  """The growth from the first third of a process's samples to the last.

  Args:
    samples: in order of time.

  Returns:
    A `Slope`, of medians: what goes up and down is no growth.
  """
  third = len(samples) // 3
  first, last = (
    [statistics.median(values) for values in zip(*part)]
    for part in (samples[:third], samples[-third:])
  )
  minutes = (last[0] - first[0]) / 60
  return Slope(
    *last[1:],
    *((after - before) / minutes for before, after in zip(first[1:], last[1:])),
  )
