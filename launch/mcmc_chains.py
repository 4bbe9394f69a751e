"""Runs the chains of many images, in processes if wanted, until Ctrl-C."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import functools
import time
from typing import NamedTuple

import numpy as np

from spiral_tf import processes as processes_lib
from spiral_tf import progress as progress_lib
from spiral_tf.config import sections
from spiral_tf.environments.mujoco import stage
from spiral_tf.experiments import metropolis_hastings

# Seconds between two lines of progress.
_EVERY = 5.0

Chains = dict[int, metropolis_hastings.Chain]


class Search(NamedTuple):
  """How each image is searched for; called with one, gives its chain.

  Attributes:
    environment: settings of the stage.
    iterations: evaluations an image.
    initial: what a chain begins with, see `metropolis_hastings.run`; or a
      scene for each image.
    seed: of all chains.
  """

  environment: sections.EnvironmentConfig
  iterations: int
  initial: str | Sequence[Sequence[stage.SceneObject]]
  seed: int

  def __call__(
    self, index: int, target: np.ndarray
  ) -> metropolis_hastings.Chain:
    """Runs the chain of image `index`, the same in whichever process."""
    initial = self.initial
    width, grid_width, max_objects = (
      self.environment.canvas_width,
      self.environment.grid_width,
      self.environment.max_objects,
    )
    return metropolis_hastings.run(
      target,
      stage.Stage(width, grid_width, max_objects),
      self.iterations,
      np.random.default_rng([self.seed, index]),
      grid_width,
      max_objects,
      initial if isinstance(initial, str) else initial[index],
    )


def run(
  search: Callable[[int, np.ndarray], metropolis_hastings.Chain],
  targets: np.ndarray,
  processes: int,
  report: Callable[[str], None],
) -> tuple[Chains, float]:
  """Runs a chain an image until all are done or Ctrl-C is pressed.

  Args:
    search: a `Search`, or another function that processes can be handed.
    targets: uint8 `[N, W, W, C]`.
    processes: how many share the images; if 1, it is this process.
    report: called now and then with a line that says how it goes.

  Returns:
    The chains that were done, by the image's index, and the seconds they took.

  Raises:
    KeyboardInterrupt: Ctrl-C, before there was any.
    processes.DiedError: a process ended by itself.
  """
  chains: Chains = {}
  begin = time.monotonic()
  progress = progress_lib.Progress(
    'images', _EVERY, rated='renders', to_the_end=True, say=report
  )
  done = processes_lib.map_unordered(
    functools.partial(_each, search), list(enumerate(targets)), processes
  )
  try:
    with contextlib.closing(done):  # Processes end before anything goes on.
      for index, chain in done:
        chains[index] = chain
        renders = sum(chain.renders for chain in chains.values())
        progress(len(chains), len(targets), renders)
  except KeyboardInterrupt:
    if not chains:
      raise
  return chains, time.monotonic() - begin


def _each(
  search: Callable[[int, np.ndarray], metropolis_hastings.Chain],
  images: Iterator[tuple[int, np.ndarray]],
) -> Iterator[tuple[int, metropolis_hastings.Chain]]:
  """Yields index and chain of each image, of which it gets index and target."""
  for index, target in images:
    yield index, search(index, target)
