"""The yardstick of photographs: triangles of github.com/fogleman/primitive.

It adds triangles one by one, so one run with many of them has the pictures with
fewer as well. What it made is kept, for it draws by chance, and takes minutes.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import hashlib
import io
import json
import math
import os
import re
import subprocess
import tempfile
from typing import NamedTuple

import numpy as np
from PIL import Image

from launch.benchmarks import memory
from spiral_tf import files
from spiral_tf import messages

# Pixels of its pictures' longer side, of which those of a photograph are means.
_DRAWN_SIZE = 512
# Its settings: triangles, one thread, and what it looks at has 256 pixels.
_SETTINGS = ('-s', str(_DRAWN_SIZE), '-m', '1', '-j', '1', '-r', '256')
# Its words after each triangle, and before it writes a picture of so many.
_SCORE = re.compile(r'\d+: t=[\d.]+, score=([\d.]+),')
_WRITING = re.compile(r'writing .*_(\d+)\.png$')

# What is recorded beside each picture, see `Drawing`.
_COSTS = ('seconds', 'megabytes', 'score')


class Drawing(NamedTuple):
  """A photograph in triangles.

  Attributes:
    picture: uint8 `[H, W, 3]`, as large as the photograph.
    seconds: that a processor worked on it, all that the program did.
    megabytes: of memory that the program held at most until then.
    score: the mean squared error of a number on [0, 1] that the program itself
      counts, on the pixels to which it fits triangles, without smooth edges;
      NaN if that is not known.
  """

  picture: np.ndarray
  seconds: float
  megabytes: float
  score: float


def kept(
  folder: str, name: str, photo: np.ndarray, counts: Sequence[int]
) -> dict[int, Drawing] | None:
  """What an earlier run has made of a photograph.

  Args:
    folder: where it is kept.
    name: of the photograph.
    photo: uint8 `[H, W, 3]`.
    counts: numbers of triangles.

  Returns:
    The drawings by number of triangles; None if not all of them are there.
  """
  stem = _stem(folder, name, photo)
  try:
    with open(f'{stem}.json', encoding='utf-8') as file:
      records = json.load(file)
    return {
      count: Drawing(
        _read(f'{stem}_{count:04d}.png', photo),
        float(records[str(count)]['seconds']),
        float(records[str(count)]['megabytes']),
        # Not all that was kept has it.
        float(records[str(count)].get('score', math.nan)),
      )
      for count in counts
    }
  except (FileNotFoundError, KeyError):
    return None
  except (OSError, ValueError, TypeError, AttributeError) as error:
    raise ValueError(
      f'{messages.one_line(stem)}.json, or a picture beside it, is damaged: '
      f'{messages.one_line(error)}. Remove it.'
    ) from None


def draw(
  program: str,
  folder: str,
  name: str,
  photo: np.ndarray,
  counts: Sequence[int],
  report: Callable[[int], None],
) -> dict[int, Drawing]:
  """Lets primitive draw a photograph, and keeps what it makes.

  Args:
    program: path of primitive.
    folder: where to keep it; it exists.
    name: of the photograph.
    photo: uint8 `[H, W, 3]`, its longer side 256 pixels.
    counts: numbers of triangles.
    report: told how many triangles there are, now and then.

  Returns:
    The drawings by number of triangles.

  Raises:
    ValueError: primitive cannot be run, or failed.
  """
  stem = _stem(folder, name, photo)
  with contextlib.suppress(FileNotFoundError):
    os.remove(f'{stem}.json')  # Of fewer triangles.
  data = io.BytesIO()
  Image.fromarray(photo).save(data, 'PNG')
  records = {}
  with tempfile.TemporaryDirectory() as temporary:
    source = os.path.join(temporary, 'photo.png')
    files.replace(source, data.getvalue())
    command = [program, '-v', '-i', source, '-o', f'{stem}_%04d.png']
    command += ['-n', str(max(counts)), '-nth', str(math.gcd(*counts))]
    for count, *costs in _run([*command, *_SETTINGS]):
      records[str(count)] = dict(zip(_COSTS, costs))
      files.replace(f'{stem}.json', json.dumps(records).encode())
      report(count)
  drawings = kept(folder, name, photo, counts)
  if drawings is None:
    raise ValueError(
      f'{messages.one_line(program)} did not draw {max(counts)} triangles; '
      'name another program with --primitive.'
    )
  return drawings


def _run(command: Sequence[str]) -> Iterator[tuple[int, float, float, float]]:
  """Runs primitive.

  Yields:
    For each picture that it has written: of how many triangles, and what
    seconds and megabytes it has taken so far, and its score.
  """
  told = messages.one_line(command[0])
  try:
    process = subprocess.Popen(
      command,
      stdout=subprocess.PIPE,
      stderr=subprocess.STDOUT,
      text=True,
      errors='replace',
    )
  except OSError as error:
    raise ValueError(
      f'{told} cannot be run: {error.strerror}. docs/photographs.md says how '
      'to build primitive.'
    ) from None
  writing, line, score = None, 'it says nothing', math.nan
  held = 0.0  # Megabytes; what was known last, once the process has ended.
  try:
    for line in process.stdout:
      if writing:
        yield writing  # It goes on, so the picture is written.
        writing = None
      if found := _SCORE.match(line):
        # Its root, with alpha, which is right, as the fourth of the numbers.
        score = float(found[1]) ** 2 * 4 / 3
      if found := _WRITING.search(line.rstrip()):
        seconds, now = _taken(process.pid)
        held = held if now is None else now
        writing = int(found[1]), seconds, held, score
    process.wait()
  finally:
    process.kill()
    process.wait()
    process.stdout.close()
  if process.returncode:
    raise ValueError(
      f'{told} failed with code {process.returncode}: '
      f'{messages.one_line(line)}.'
    )
  if writing:
    yield writing


def _taken(process: int) -> tuple[float, float | None]:
  """Seconds of processors that a process took, and megabytes that it held."""
  with open(f'/proc/{process}/stat', encoding='utf-8') as file:
    # After the name, which may have spaces and parentheses in it.
    fields = file.read().rpartition(')')[2].split()
  user, system = (int(x) for x in fields[11:13])
  return (user + system) / os.sysconf('SC_CLK_TCK'), memory.peak(process)


def _stem(folder: str, name: str, photo: np.ndarray) -> str:
  """Beginning of the files' names; other pictures have others."""
  digest = hashlib.sha256(repr(photo.shape).encode() + photo.tobytes())
  return os.path.join(folder, f'{name}-{digest.hexdigest()[:12]}')


def _read(path: str, photo: np.ndarray) -> np.ndarray:
  """A drawing, each pixel the mean of those of the larger picture."""
  with Image.open(path) as image:
    small = image.convert('RGB').resize(
      photo.shape[1::-1], Image.Resampling.BOX
    )
  return np.asarray(small)
