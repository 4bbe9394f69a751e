"""Decoded images on disk, so that a data set is decoded once and never loaded.

A cache is a folder with two files: `images.npy`, uint8 `[N, W, W, C]`, which
is memory-mapped, and `manifest.json`, which says what the first must be and
which picture each row is. It is built in a folder beside it and moved into
place when both files are safely on disk, so what has the right name is whole.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import errno
import glob
import hashlib
import io
import json
import os
import re
import shutil
import sys
from typing import Any, NamedTuple

import numpy as np

from spiral_tf import files as files_lib
from spiral_tf import locks
from spiral_tf import progress as progress_lib
from spiral_tf.config import sections
from spiral_tf.datasets import decoding

_IMAGES = 'images.npy'
_MANIFEST = 'manifest.json'
_BUILDING = '.building'
# What is in a cache, or in one that is being built.
_OWN = re.compile(r'images\.npy|manifest\.json(\.\d+\.\d+\.tmp)?')
_HEX = '[0-9a-f]'
_FORMAT = 1  # Version of the two files' format.
_NAMED = 3  # Bad pictures that a message names, at most.
_REPORTS = 5.0  # Seconds between lines of progress.
_CURE = 'Make room there, or choose another folder with --config.data.cache=...'
# Names of the pictures, and a function that decodes the one of a given name.
Source = tuple[Sequence[str], Callable[[str], np.ndarray]]


class Cached(NamedTuple):
  """Images, uint8 `[N, W, W, C]`, memory-mapped, and their `N` names."""

  images: np.ndarray
  names: list[str]


def load(
  config: sections.DataConfig,
  path: str,
  files: Sequence[str],
  canvas_width: int,
  channels: int,
  version: int,
  open_source: Callable[[], Source],
) -> Cached:
  """Returns the images of a source, decoding them if no cache has them yet.

  Several processes that want the same images build them once. A cache belongs
  to one data set, path, list of files (with their sizes and times of change),
  shape, `config.bad_images` and version; it goes when the files have changed.

  Args:
    config: `name`, `cache` and `bad_images` are used.
    path: where the pictures come from.
    files: the files that they are read from.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`, 1 or 3.
    version: of the code that decodes; raised when it decodes differently.
    open_source: called when there is something to decode; returns the names
      of the pictures and a function that turns a name into uint8 `[W, W, C]`,
      or raises `decoding.BadImageError`.

  Returns:
    The images and their names, in the order of the source.

  Raises:
    decoding.BadImageError: a picture is unsound and `config.bad_images` is
      "error".
    OSError: the cache cannot be written.
    ValueError: there is no sound picture.
  """
  path = os.path.abspath(path)
  shape = [canvas_width, canvas_width, channels]
  # Caches of one family differ in nothing but the state of the files.
  family = os.path.join(
    _root(config),
    f'{config.name}-{canvas_width}x{canvas_width}x{channels}-'
    + _digest([_FORMAT, config.name, path, shape, config.bad_images, version]),
  )
  folder = f'{family}-{_digest([_state(file) for file in files])}'
  cached = _open(folder, path, shape, quiet=True)
  if cached is None:
    with _locked(family + '.lock', path):
      # Another process may have built it while this one waited.
      cached = _open(folder, path, shape)
      if cached is None:
        # What processes that died had begun to build.
        _remove(family, folder, _BUILDING)
        _build(config, path, folder, shape, open_source())
        # Caches of the files as they were before they changed.
        _remove(family, folder, '')
        cached = _open(folder, path, shape)
    if cached is None:
      raise OSError(f'{folder} reads differently than written. {_CURE}')
  return cached


def _say(line: str) -> None:
  print(line, file=sys.stderr, flush=True)


def _root(config: sections.DataConfig) -> str:
  base = os.environ.get('XDG_CACHE_HOME') or os.path.join('~', '.cache')
  root = config.cache or os.path.join(base, 'spiral_tf')
  return os.path.abspath(os.path.expanduser(root))


def _digest(value: Any) -> str:
  return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _state(file: str) -> tuple[str, int, int]:
  """Path, size and time of change of a file; -1 if it cannot be seen."""
  file = os.path.abspath(file)
  try:
    status = os.stat(file)
  except OSError:
    return file, -1, -1
  return file, status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def _writing(root: str) -> Iterator[None]:
  """Makes errors of the file system name the setting that mends them."""
  try:
    yield
  except OSError as error:
    raise OSError(
      error.errno,
      f'cannot keep decoded images in {root}: {error.strerror}. {_CURE}',
    ) from error


@contextlib.contextmanager
def _locked(path: str, source: str) -> Iterator[None]:
  """Holds a lock, and says so before it waits for it."""
  root = os.path.dirname(path)

  def busy():
    _say(f'{source}: waiting for another process that is decoding it.')

  with contextlib.ExitStack() as stack:
    with _writing(root):
      os.makedirs(root, exist_ok=True)
      stack.enter_context(locks.hold(path, busy))
    yield


def _remove(family: str, folder: str, suffix: str) -> None:
  """Removes caches of a family that end in `suffix`, but not `folder`.

  The lock of the family must be held.
  """
  for other in glob.glob(f'{glob.escape(family)}-{_HEX * 16}{suffix}'):
    if other != folder and _is_own(other):
      shutil.rmtree(other, ignore_errors=True)


def _is_own(folder: str) -> bool:
  """Whether there is nothing in a folder that was not written here."""
  try:
    return not os.path.islink(folder) and all(
      _OWN.fullmatch(name) for name in os.listdir(folder)
    )
  except OSError:
    return False


def _open(
  folder: str, path: str, shape: list[int], quiet: bool = False
) -> Cached | None:
  """Returns what a cache holds, or None if there is none, or a damaged one."""
  file = os.path.join(folder, _IMAGES)
  try:
    with open(os.path.join(folder, _MANIFEST)) as manifest_file:
      manifest = json.load(manifest_file)
    images = np.load(file, mmap_mode='r')
    actual = images.dtype, images.shape, os.path.getsize(file)
    expected = (
      np.dtype(np.uint8),
      (manifest['count'], *shape),
      images.offset + images.nbytes,
    )
    names, bad = manifest['names'], manifest['bad']
    if actual != expected or len(names) != len(images):
      raise ValueError(f'expected {expected}, found {actual}')
    num_bad = int(manifest['num_bad'])
  except Exception as error:  # Whatever is wrong, making it again helps.
    if os.path.isdir(folder) and not quiet:
      _say(f'{folder} is damaged and will be made again: {error}')
    return None
  if num_bad:
    _say(
      f'{path}: skipped {num_bad} of {num_bad + len(names)} pictures: '
      + ', '.join(bad + ['...'] * (num_bad > len(bad)))
    )
  return Cached(images, names)


def _build(
  config: sections.DataConfig,
  path: str,
  folder: str,
  shape: list[int],
  source: Source,
) -> None:
  """Decodes a source into `folder`; the lock of its family must be held."""
  names, decode = source
  kept, bad, num_bad = [], [], 0
  root, building = os.path.dirname(folder), folder + _BUILDING
  with contextlib.ExitStack() as stack:
    with _writing(root):
      if os.path.lexists(folder) and not _is_own(folder):
        # Found before the work, which it would waste in the end.
        raise OSError(errno.ENOTEMPTY, f'{folder} is, or has, something else')
      size = len(names) * int(np.prod(shape))
      free = shutil.disk_usage(root).free
      if size > free:
        raise OSError(errno.ENOSPC, f'they need {size} bytes, {free} are free')
      os.mkdir(building)
      stack.callback(shutil.rmtree, building, ignore_errors=True)
      # Unbuffered: a full disk shows here, and not again when it is closed.
      file = stack.enter_context(
        open(os.path.join(building, _IMAGES), 'wb', buffering=0)
      )
      _append(file, _header(len(names), shape))
    progress = progress_lib.Progress(
      'pictures decoded',
      _REPORTS,
      say=lambda line: _say(f'{config.name}: {line}'),
    )
    for done, name in enumerate(names, 1):
      try:
        image = decode(name)
      except decoding.BadImageError as error:
        if config.bad_images == 'error':
          raise decoding.BadImageError(
            f'{path}: picture {name} {error}. Replace or remove it, or go on '
            'without such pictures with --config.data.bad_images=skip.'
          ) from error
        num_bad += 1
        if num_bad <= _NAMED:
          bad.append(f'{name} {error}')
      else:
        if image.dtype != np.uint8 or list(image.shape) != shape:
          raise TypeError(f'{name} is {image.dtype} {image.shape}, not {shape}')
        with _writing(root):
          _append(file, image.tobytes())
        kept.append(name)
      progress(done, len(names))
    if not kept:
      raise ValueError(
        f'{path}: of its {num_bad} pictures none is sound: {", ".join(bad)}.'
      )
    manifest = dict(count=len(kept), names=kept, num_bad=num_bad, bad=bad)
    with _writing(root):
      file.seek(0)
      _append(file, _header(len(kept), shape))
      os.fsync(file.fileno())
      text = json.dumps(manifest)
      # It also waits until the names in its folder are on the disk.
      files_lib.replace(os.path.join(building, _MANIFEST), text.encode())
      if os.path.isdir(folder):
        shutil.rmtree(folder)  # It is damaged, and in the way of the new one.
      os.replace(building, folder)
      files_lib.sync(root)


def _header(count: int, shape: list[int]) -> bytes:
  """The header of a .npy file, which NumPy makes as long for any count."""
  header = {'descr': '|u1', 'fortran_order': False, 'shape': (count, *shape)}
  file = io.BytesIO()
  np.lib.format.write_array_header_1_0(file, header)
  return file.getvalue()


def _append(file: io.FileIO, data: bytes) -> None:
  """Writes all of the bytes; a raw file may take a part of them."""
  rest = memoryview(data)
  while rest:
    rest = rest[file.write(rest) :]
