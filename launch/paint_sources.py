"""What launch.paint paints, and how the paintings are called."""

from collections.abc import Iterable
import dataclasses
import os
import sys
from typing import NamedTuple
import warnings

from absl import flags
import numpy as np

from spiral_tf import builders
from spiral_tf import names as names_lib
from spiral_tf import progress
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import inputs

# The built-in data set.
DIGITS = 'digits'
_NAMED = 3  # Bad pictures that a message names, at most.

_BAD_IMAGES = flags.DEFINE_enum(
  'bad_images',
  'error',
  ['error', 'skip'],
  'What becomes of a picture that cannot be read: it ends the command before '
  'anything is painted, or it is counted and left out.',
)


class Picture(NamedTuple):
  """A picture to paint.

  Attributes:
    path: of its file.
    name: what to call its paintings; each name is there once.
    target: what the agent sees of it, uint8 `[W, W, C]`.
  """

  path: str
  name: str
  target: np.ndarray


def find(sources: Iterable[str]) -> list[str]:
  """Finds pictures, and says on stderr what it leaves out.

  Args:
    sources: pictures, or folders of some.

  Returns:
    Their paths.

  Raises:
    ValueError: a folder has none.
    OSError: there is no such picture, or a folder cannot be read.
  """
  paths = []
  for source in sources:
    found = inputs.find(source)
    paths += found.paths
    for remark in found.remarks:
      _say(remark)
  return paths


def read(
  paths: list[str],
  agent: agent_lib.Agent,
  fit: str,
  bad_images: str | None = None,
) -> list[Picture]:
  """Reads all pictures, so that a bad one is known before any is painted.

  Args:
    paths: of the pictures.
    agent: who will paint them.
    fit: see `inputs.fit`.
    bad_images: 'error', or 'skip' to leave bad pictures out and say so on
      stderr; by default what the flag says.

  Returns:
    The sound pictures.

  Raises:
    ValueError: a picture is bad, and `bad_images` is 'error'; or none is sound.
    OSError: a picture has gone.
  """
  bad_images = bad_images or _BAD_IMAGES.value
  report = progress.Progress('pictures read')
  sound, bad = [], []
  for i, (path, name) in enumerate(zip(paths, names(paths)), 1):
    try:
      with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always', inputs.GuessWarning)
        target = agent.target(path, fit)
    except (ValueError, OSError) as error:
      if bad_images == 'error' and len(paths) > 1:
        reason = str(error).rstrip('.')
        raise ValueError(
          f'{reason}. Nothing was painted; --bad_images=skip leaves such '
          'pictures out.'
        ) from error
      if bad_images == 'error':
        raise
      bad.append(str(error).rstrip('.'))
    else:
      sound.append(Picture(path, name, target))
      for warning in caught:
        _say(str(warning.message))
    report(i, len(paths))
  # Who reads these pictures again says nothing new.
  warnings.simplefilter('ignore', inputs.GuessWarning)
  if bad:
    named = '; '.join(bad[:_NAMED] + ['...'] * (len(bad) > _NAMED))
    if not sound:
      raise ValueError(f'none of {len(bad)} pictures is sound: {named}.')
    _say(f'Skipped {len(bad)} of {len(paths)} pictures: {named}.')
  return sound


def names(paths: list[str]) -> list[str]:
  """What to call the paintings of pictures: each name once."""
  stems = (os.path.splitext(os.path.basename(path))[0] for path in paths)
  return names_lib.distinct(stems)


def digits(agent: agent_lib.Agent) -> np.ndarray:
  """Held-out images of the built-in data set, uint8 `[N, W, W, C]`."""
  data = dataclasses.replace(agent.config.data, name=DIGITS)
  config = dataclasses.replace(agent.config, data=data)
  return np.asarray(builders.load_dataset(config).validation[:64])


def _say(line: str) -> None:
  print(line, file=sys.stderr, flush=True)
