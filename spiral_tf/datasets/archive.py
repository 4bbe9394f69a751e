"""The pictures of a zip file or of a folder, one at a time, none of it trusted.

A zip is never extracted, and opened only when no cache holds its pictures.
"""

from collections.abc import Callable
from collections.abc import Iterator
import os
import stat
import struct
import sys
import zipfile
import zlib

import numpy as np
from PIL import Image

from spiral_tf.config import sections
from spiral_tf.datasets import cache
from spiral_tf.datasets import decoding
from spiral_tf.datasets import file_kinds

# Version of decoded pictures, by which caches are told apart: to be raised when
# anything, here or in a data set, decodes differently.
_VERSION = 2


class Archive:
  """The picture files of a zip file or of a folder."""

  def __init__(self, path: str):
    """Lists the pictures.

    Args:
      path: of the zip file or the folder.

    Raises:
      ValueError: the file is no zip file, or there are no pictures.
    """
    self._path = path
    self._zip = None
    if os.path.isdir(path):
      names = list(_files_below(path))
    else:
      try:
        self._zip = zipfile.ZipFile(path)
      except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ValueError(
          f'{path} is no intact zip file: {error}. Download it again.'
        ) from error
      # If members have the same name the last counts, as when extracting.
      names = [name for name in self._zip.NameToInfo if name[-1:] != '/']
    self._names = sorted(filter(file_kinds.is_picture, names))
    self._left_out = file_kinds.left_out(names)
    if not self._names:
      others = (
        f'{self._left_out}. Save pictures' if self._left_out else 'save some'
      )
      raise ValueError(
        f'{path} holds no pictures, which end in '
        f'{", ".join(file_kinds.EXTENSIONS)}; {others} as JPEG or PNG.'
      )

  @property
  def names(self) -> list[str]:
    """Names of the pictures, sorted; in a folder, relative to it."""
    return self._names

  @property
  def left_out(self) -> str:
    """What of it is not read, as of `file_kinds.left_out`."""
    return self._left_out

  def read(self, name: str) -> bytes:
    """Returns what the file of a picture holds.

    Raises:
      decoding.BadImageError: it is hostile, damaged or empty.
    """
    try:
      if self._zip is None:
        return read_file(os.path.join(self._path, name))
      member = self._zip.getinfo(name)
      _check_member(member)
      with self._zip.open(member) as file:
        data = file.read(decoding.MAX_BYTES + 1)
      decoding.check_size(len(data))
      return data
    except decoding.BadImageError:
      raise
    except (
      EOFError,
      NotImplementedError,
      OSError,
      RuntimeError,
      ValueError,
      struct.error,
      zipfile.BadZipFile,
      zlib.error,
    ) as error:
      raise decoding.BadImageError(f'cannot be read: {error}') from error


def read_file(path: str) -> bytes:
  """Returns what the file of a picture holds.

  Raises:
    decoding.BadImageError: it is no regular file, is empty or too large, or
      cannot be read.
    FileNotFoundError: there is none.
  """
  try:
    with open(path, 'rb', opener=_open) as file:
      decoding.check_size(os.fstat(file.fileno()).st_size)
      return file.read(decoding.MAX_BYTES)
  except (decoding.BadImageError, FileNotFoundError):
    raise
  except (OSError, ValueError) as error:
    raise decoding.BadImageError(f'cannot be read: {error}') from error


def read_ends(path: str, size: int) -> tuple[bytes, bytes]:
  """Returns the first and the last `size` bytes of a file, or b'' for both.

  Bytes that cannot be read are missed by whoever reads the whole file.
  """
  try:
    with open(path, 'rb', opener=_open) as file:
      first = file.read(size)
      file.seek(max(0, os.fstat(file.fileno()).st_size - size))
      return first, file.read(size)
  except (OSError, ValueError):
    return b'', b''


def _open(path: str, flags: int) -> int:
  """Opens a regular file; a pipe would wait for its other end for ever."""
  descriptor = os.open(path, flags | os.O_NONBLOCK)
  if not stat.S_ISREG(os.fstat(descriptor).st_mode):
    os.close(descriptor)
    raise decoding.BadImageError('is no regular file')
  return descriptor


def _check_member(member: zipfile.ZipInfo) -> None:
  """Refuses a member of a zip that no honest collection has."""
  # Zip files that were made on Windows may have backslashes in names.
  parts = member.filename.replace('\\', '/').split('/')
  if not parts[0] or '..' in parts or parts[0][1:2] == ':':
    raise decoding.BadImageError('has a name that points out of the zip file')
  if stat.S_ISLNK(member.external_attr >> 16):
    raise decoding.BadImageError('is a symbolic link')
  decoding.check_size(member.file_size)


def _files_below(folder: str) -> Iterator[str]:
  """Yields the names of the files in a folder, relative to it."""

  def fail(error: OSError) -> None:
    raise error

  for parent, _, files in os.walk(folder, onerror=fail):
    relative = os.path.relpath(parent, folder)
    for file in files:
      yield os.path.normpath(os.path.join(relative, file))


def load(
  config: sections.DataConfig,
  path: str,
  canvas_width: int,
  channels: int,
  fit: Callable[[Image.Image, int], Image.Image] = decoding.centre_square,
) -> cache.Cached:
  """Returns all pictures of a zip file or a folder, from the cache if there.

  Args:
    config: `name`, `bad_images` and `cache` are used.
    path: of the zip file or folder.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`, 1 or 3.
    fit: makes a picture of `W` x `W` pixels of one of any shape.

  Returns:
    uint8 `[N, W, W, C]` images, memory-mapped, and their names, sorted.

  Raises:
    decoding.BadImageError: a picture is bad, and `config.bad_images` is
      "error".
    OSError: the cache cannot be written.
    ValueError: the file is no zip file, or there is no sound picture.
  """
  files = [path]
  if os.path.isdir(path):
    names = sorted(filter(file_kinds.is_picture, _files_below(path)))
    files = [os.path.join(path, name) for name in names]

  def open_source() -> cache.Source:
    archive = Archive(path)
    if archive.left_out:
      print(f'{path}: {archive.left_out}.', file=sys.stderr, flush=True)

    def image_of(name: str) -> np.ndarray:
      image = decoding.decode(archive.read(name), canvas_width, channels)
      pixels = np.asarray(fit(image, canvas_width))
      return pixels.reshape(canvas_width, canvas_width, channels)

    return archive.names, image_of

  return cache.load(
    config, path, files, canvas_width, channels, _VERSION, open_source
  )
