"""The pictures of launch.paint: found, and read before any is painted."""

from collections.abc import Callable
from collections.abc import Iterable
import sys
from typing import NamedTuple
import warnings

import numpy as np

from spiral_tf import progress
from spiral_tf.agents import inputs

_NAMED = 3  # Bad pictures that a message names, at most.

# What may become of a picture that cannot be read.
BAD_IMAGES = ('error', 'skip')


class Read(NamedTuple):
  """Pictures that can be painted.

  Attributes:
    paths: of their files.
    targets: what the agent sees of each, uint8 `[W, W, C]`.
  """

  paths: list[str]
  targets: list[np.ndarray]


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
  look: Callable[[str], np.ndarray],
  bad_images: str,
) -> Read:
  """Reads all pictures, so that a bad one is known before any is painted.

  Args:
    paths: of the pictures.
    look: what of a picture, by its path, is to be painted.
    bad_images: 'error', or 'skip' to leave bad pictures out and say so on
      stderr.

  Returns:
    The sound pictures.

  Raises:
    ValueError: a picture is bad, and `bad_images` is 'error'; or none is sound.
    OSError: a picture has gone.
  """
  report = progress.Progress('pictures read')
  sound = Read([], [])
  bad = []
  for i, path in enumerate(paths, 1):
    try:
      with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always', inputs.GuessWarning)
        target = look(path)
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
      sound.paths.append(path)
      sound.targets.append(target)
      for warning in caught:
        _say(str(warning.message))
    report(i, len(paths))
  # Who reads these pictures again says nothing new.
  warnings.simplefilter('ignore', inputs.GuessWarning)
  if bad:
    named = '; '.join(bad[:_NAMED] + ['...'] * (len(bad) > _NAMED))
    if not sound.paths:
      raise ValueError(f'none of {len(bad)} pictures is sound: {named}.')
    _say(f'Skipped {len(bad)} of {len(paths)} pictures: {named}.')
  return sound


def _say(line: str) -> None:
  print(line, file=sys.stderr, flush=True)
