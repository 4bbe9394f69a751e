"""One painting of a photograph in a process of its own, and what it costs.

Of its own, so that the most memory that it held is that of this painting.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

import numpy as np
from PIL import Image

from launch.benchmarks import memory
from spiral_tf.agents import photographs

# Files by which the processes talk.
_PHOTO, _PICTURE, _COSTS = 'photo.png', 'picture.png', 'costs.json'


class Painted(NamedTuple):
  """A painting.

  Attributes:
    picture: uint8 `[H, W, 3]`, as the brush engine renders the program.
    seconds: that a processor worked on it.
    megabytes: of memory that the process held at most.
    loading: seconds of the processor before, for Python and its libraries.
  """

  picture: np.ndarray
  seconds: float
  megabytes: float
  loading: float


def paint(photo: np.ndarray, strokes: int) -> Painted:
  """Paints a photograph at its own size, with one thread.

  Args:
    photo: uint8 `[H, W, 3]`.
    strokes: how many.

  Returns:
    The painting.

  Raises:
    RuntimeError: the process failed; it says why.
  """
  with tempfile.TemporaryDirectory() as folder:
    Image.fromarray(photo).save(os.path.join(folder, _PHOTO))
    done = subprocess.run(
      [sys.executable, '-m', __name__, folder, str(strokes)],
      env=dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
      capture_output=True,
      text=True,
      check=False,
    )
    if done.returncode:
      lines = done.stderr.strip().splitlines() or ['it says nothing']
      raise RuntimeError(
        f'a painting ended with code {done.returncode}: {lines[-1]}'
      )
    with open(os.path.join(folder, _COSTS), encoding='utf-8') as file:
      costs = json.load(file)
    with Image.open(os.path.join(folder, _PICTURE)) as image:
      return Painted(np.asarray(image), **costs)


def _main(folder: str, strokes: str) -> None:
  """Paints, and writes what it cost."""
  loading = time.process_time()
  with Image.open(os.path.join(folder, _PHOTO)) as image:
    photo = np.asarray(image)
  program = photographs.paint_photo(
    photo, int(strokes), size=max(photo.shape), threads=1
  )
  seconds = time.process_time() - loading
  costs = {
    'seconds': seconds,
    'megabytes': memory.peak(),
    'loading': loading,
  }
  with open(os.path.join(folder, _COSTS), 'w', encoding='utf-8') as file:
    json.dump(costs, file)
  Image.fromarray(program.render()).save(os.path.join(folder, _PICTURE))


if __name__ == '__main__':
  _main(*sys.argv[1:])
