"""JPEG files whose end is missing: read, if nothing that is seen is missing.

Downloads and cameras lose the last bytes of files. Viewers show those pictures,
with grey for what is missing; Pillow does so only if all of a process is told
to, however much is missing.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

FORMATS = ('JPEG', 'MPO')
# Share of the pixels that may be missing: less than a row of 64 x 64 pixels,
# which are a large canvas.
MOST_MISSING = 0.01
_END = b'\xff\xd9'
_SCAN = b'\xff\xda'
_RESTARTS = b'\xff\xdd'
# What the decoder takes for missing brightness, and with inks for missing ink.
_MID_GREYS = (127, 128)


def load(
  image: Image.Image, data: bytes, reopen: Callable[[bytes], Image.Image]
) -> Image.Image:
  """Decodes the picture of a JPEG file.

  Args:
    image: the picture, as Pillow opened it.
    data: what its file holds.
    reopen: opens pictures of other data, as `image` was opened.

  Returns:
    The picture, decoded.

  Raises:
    OSError: the file is damaged, or more of it is missing than may be.
  """
  try:
    image.load()
    return image
  except OSError:
    if _END in data[data.rfind(_SCAN) :]:
      raise
    data = data.rstrip(b'\xff')  # It may be the first half of a mark.
    image.tile = []  # It keeps what was decoded; the rest is black.
    whole = reopen(data + _END)
    whole.load()
    scans = _scans(data)
    missing = _unsure(whole, data, reopen)
    if len(scans) == 1:
      missing = max(missing, _never_decoded(image, whole))
    # Other bytes at a file's end do not reach beyond the next restart mark.
    marked = len(scans) > 1 and _RESTARTS in data
    if _all_begun(data, scans) and missing <= (0 if marked else MOST_MISSING):
      return whole
    raise


def _never_decoded(partial: Image.Image, whole: Image.Image) -> float:
  """The share of pixels that are missing, of a file with one scan.

  Args:
    partial: what was decoded before the file ended, in rows, and black.
    whole: the same with grey for what is missing.

  Returns:
    From 0 to 1.
  """
  before, after = np.asarray(partial), np.asarray(whole)
  grey = np.isin(after, _MID_GREYS) & (before != after)
  return float(np.mean(grey.reshape(whole.height, whole.width, -1).all(-1)))


def _unsure(
  whole: Image.Image, data: bytes, reopen: Callable[[bytes], Image.Image]
) -> float:
  """The share of pixels that other bytes at the file's end would change.

  Args:
    whole: what was decoded.
    data: what the file holds.
    reopen: see `load`.

  Returns:
    From 0 to 1.
  """
  size = whole.width * whole.height
  rng = np.random.default_rng(0)
  others = rng.integers(255, size=size, dtype=np.uint8).tobytes()
  changed = np.asarray(reopen(data + others + _END)) != np.asarray(whole)
  return float(np.mean(changed.reshape(size, -1).any(-1)))


def _scans(data: bytes) -> list[int]:
  """Where a file's scans begin; a thumbnail may have some in the header."""
  place = _header(data)[0]
  scans = []
  while place >= 0:
    scans.append(place)
    place = data.find(_SCAN, place + 2)
  return scans


def _all_begun(data: bytes, scans: list[int]) -> bool:
  """Whether each channel's coefficients have all come, or begun to come."""
  left = {}  # Bits that are still to come, by channel and coefficient.
  for place in scans:
    count = int.from_bytes(data[place + 4 : place + 5], 'big')
    names = data[place + 5 : place + 5 + 2 * count : 2]
    ends = data[place + 5 + 2 * count :][:3]
    if len(ends) == 3:
      for name in names:
        for coefficient in range(ends[0], min(ends[1], 63) + 1):
          left[name, coefficient] = ends[2] & 15
  channels = _header(data)[1]
  wanted = [(name, i) for name in channels for i in range(64)]
  return bool(wanted) and all(left.get(key) == 0 for key in wanted)


def _header(data: bytes) -> tuple[int, bytes]:
  """Where the first scan begins, or -1, and the names of the channels."""
  place, channels = 2, b''
  while place + 4 <= len(data) and data[place] == 0xFF:
    mark = data[place + 1]
    if mark == _SCAN[1]:
      return place, channels
    if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
      count = int.from_bytes(data[place + 9 : place + 10], 'big')
      channels = data[place + 10 : place + 10 + 3 * count : 3]
    if mark == 0xFF:  # Marks may have any number of these before them.
      place += 1
    else:
      place += 2 + int.from_bytes(data[place + 2 : place + 4], 'big')
  return -1, b''
