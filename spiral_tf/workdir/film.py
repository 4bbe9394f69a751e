"""How a run learned: the pictures of its samples, one after the other."""

from collections.abc import Sequence
import os
import re

import numpy as np
from PIL import Image

from spiral_tf import files

NAME = 'samples.gif'
_PICTURE = re.compile(r'\d{10}\.png')
# Pictures that are shown, each so long, the last one longer, milliseconds.
_FRAMES, _FRAME_MS, _LAST_MS = 60, 150, 3000
# Pixels that it is wide at most.
_WIDTH = 640


def write(workdir: str) -> str | None:
  """Writes `samples.gif` into the folder of a run.

  Args:
    workdir: the folder; pictures are in its `samples`.

  Returns:
    Path of the film, which repeats for ever; None if there are less than two
    pictures.

  Raises:
    OSError: a picture cannot be read, or the film not be written.
  """
  folder = os.path.join(workdir, 'samples')
  names = sorted(n for n in os.listdir(folder) if _PICTURE.fullmatch(n))
  if len(names) < 2:
    return None
  frames = [_shown(os.path.join(folder, name)) for name in _spread(names)]
  # A run may have gone on with other settings of its pictures.
  frames = [f.resize(frames[-1].size) for f in frames]
  path = os.path.join(workdir, NAME)
  with files.replacing(path) as temporary:
    frames[0].save(
      temporary,
      format='GIF',
      save_all=True,
      append_images=frames[1:],
      duration=[_FRAME_MS] * (len(frames) - 1) + [_LAST_MS],
      loop=0,
    )
  return path


def _spread(names: Sequence[str]) -> list[str]:
  """At most so many as are shown, with the first and the last."""
  count = min(len(names), _FRAMES)
  places = np.linspace(0, len(names) - 1, count).round().astype(int)
  return [names[place] for place in places]


def _shown(path: str) -> Image.Image:
  with Image.open(path) as image:
    image = image.convert('RGB')
  scale = min(1.0, _WIDTH / image.width)
  size = [max(1, round(scale * length)) for length in image.size]
  return image.resize(size, Image.Resampling.BOX)
