"""Makes data sets of 3D scenes, with a process a core (paper section 4.1).

Every scene follows from the settings and its number alone. So neither the
number of processes nor an interruption changes what is made.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import dataclasses
import errno
import functools
import glob
import os
import shutil
from typing import NamedTuple

import numpy as np

from spiral_tf import files
from spiral_tf import locks
from spiral_tf import pictures
from spiral_tf import processes as processes_lib
from spiral_tf.datasets import scene_sampling
from spiral_tf.datasets import scenes
from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import stage as stage_lib

# Scenes between two reports, a fraction of a second.
_REPORT_EVERY = 50
_PREVIEW_IMAGES = 64
_PREVIEW_COLUMNS = 8
# What to do about work that was interrupted, for the end of a message.
GOES_ON = 'The same command goes on from here.'


def make(
  folder: str,
  settings: scenes.Settings,
  processes: int,
  report: Callable[[int], None],
) -> None:
  """Makes a data set, or the shards of it that are missing or damaged.

  Args:
    folder: of the data set, made if need be.
    settings: of the data set.
    processes: how many work at once; with 1, this one does.
    report: called now and then with the number of scenes that are done, also
      before the first is made.

  Raises:
    ValueError: the folder holds scenes of other settings, or other files.
    RuntimeError: the folder is in use, a scene made earlier comes out
      otherwise now, or a worker died.
    OSError: the folder cannot be written, or has too little room.
  """
  if processes < 1:
    raise ValueError(f'--processes is {processes}, but it must be at least 1.')
  os.makedirs(folder, exist_ok=True)

  def busy():
    raise RuntimeError(
      f'Another process is making scenes in {folder!r}. Let it finish or '
      'stop it, or use another --output.'
    )

  with locks.hold(folder, busy):
    _settle(folder, settings)
    whole, todo = [], []
    for shard in range(settings.num_shards):
      (whole if _is_whole(folder, settings, shard) else todo).append(shard)
    done = sum(len(settings.shard(shard)) for shard in whole)
    report(done)
    if todo:
      _check_room(folder, settings, todo)
      gl.choose()  # Once, for all the processes.
      job = _Job(folder, settings, whole[0] if whole else None)
      try:
        news = processes_lib.map_unordered(
          functools.partial(_work, job), todo, processes
        )
        with contextlib.closing(news):
          for made in news:
            done += made
            report(done)
      except processes_lib.DiedError as error:
        raise RuntimeError(f'{error} {GOES_ON}') from None
      finally:
        _remove_leftovers(folder)
    _write_preview(folder, settings)


class _Job(NamedTuple):
  """What every worker needs to know.

  Attributes:
    folder: of the data set.
    settings: of the data set.
    known: a shard that was made earlier, or None.
  """

  folder: str
  settings: scenes.Settings
  known: int | None


def _work(job: _Job, shards: Iterator[int]) -> Iterator[int]:
  """Makes shards; yields now and then how many scenes were made since."""
  folder, settings, known = job
  stage = stage_lib.Stage(
    settings.canvas_width, settings.grid_width, settings.max_objects
  )
  if known is not None:
    _check_same(stage, job)
  for shard in shards:
    yield from _make_shard(stage, folder, settings, shard)


def _check_same(stage: stage_lib.Stage, job: _Job) -> None:
  """Compares a scene made earlier with what is made here and now."""
  folder, settings, known = job
  index = settings.shard(known)[0]
  objects = scene_sampling.sample(settings, index)
  old_rows, old_images = scenes.open_shard(folder, settings, known)
  if not (
    np.array_equal(
      old_rows[0], scene_sampling.to_rows(objects, settings.max_objects)
    )
    and np.array_equal(old_images[0], stage.render(objects))
  ):
    raise RuntimeError(
      f'Scene {index} in {folder!r} does not come out as it did: its file was '
      'changed, or this program, MuJoCo or the OpenGL library is another one. '
      'Go on as it was begun, or use another --output.'
    )


def _make_shard(
  stage: stage_lib.Stage,
  folder: str,
  settings: scenes.Settings,
  shard: int,
) -> Iterator[int]:
  """Makes and writes a shard; yields how many scenes were made since."""
  indices = settings.shard(shard)
  width = settings.canvas_width
  programs = np.empty(
    [len(indices), settings.max_objects, scenes.PROPERTIES], np.int32
  )
  images = np.empty([len(indices), width, width, 3], np.uint8)
  made = 0
  for i, index in enumerate(indices):
    if made == _REPORT_EVERY:
      yield made
      made = 0
    objects = scene_sampling.sample(settings, index)
    programs[i] = scene_sampling.to_rows(objects, settings.max_objects)
    images[i] = stage.render(objects)
    made += 1
  for path, array in zip(scenes.shard_paths(folder, shard), (programs, images)):
    with files.replacing(path) as temporary, open(temporary, 'wb') as file:
      np.save(file, array, allow_pickle=False)
  yield made


def _is_whole(folder: str, settings: scenes.Settings, shard: int) -> bool:
  try:
    scenes.open_shard(folder, settings, shard)
  except (FileNotFoundError, ValueError):
    return False
  return True


def _check_room(
  folder: str, settings: scenes.Settings, shards: Sequence[int]
) -> None:
  """Refuses to begin what the disk has no room for."""
  number = sum(len(settings.shard(shard)) for shard in shards)
  numbers = settings.max_objects * scenes.PROPERTIES  # Of 4 bytes.
  size = number * (4 * numbers + 3 * settings.canvas_width**2)
  free = shutil.disk_usage(folder).free
  if size > free:
    error = OSError(
      f'{folder!r} has room for {free:,} bytes, but the {number:,} scenes to '
      f'make need {size:,}. Make room there, or use another --output.'
    )
    error.errno = errno.ENOSPC
    raise error


def _remove_leftovers(folder: str) -> None:
  """Removes what workers that were stopped had only begun to write."""
  for path in glob.glob(
    os.path.join(glob.escape(folder), '*-[0-9]*.npy.*.tmp')
  ):
    with contextlib.suppress(OSError):
      os.remove(path)


def _write_preview(folder: str, settings: scenes.Settings) -> None:
  """Writes a picture of the first scenes."""
  _, images = scenes.open_rows(folder, settings)
  picture = pictures.grid(images[:_PREVIEW_IMAGES], _PREVIEW_COLUMNS)
  pictures.write_png(os.path.join(folder, 'preview.png'), picture)


def _settle(folder: str, settings: scenes.Settings) -> None:
  """Writes the settings into a new folder, or compares them with its own."""
  path = scenes.settings_path(folder)
  if os.path.exists(path):
    old = dataclasses.asdict(scenes.read_settings(folder))
    for name, value in dataclasses.asdict(settings).items():
      if old[name] != value:
        raise ValueError(
          f'The scenes in {folder!r} have --{name}={old[name]}, now it is '
          f'{value}. Use another --output, or --{name}={old[name]} to go on '
          'with these.'
        )
    return
  if any(os.path.exists(name) for name in scenes.shard_paths(folder, 0)):
    raise ValueError(
      f'{folder!r} holds scenes but not {os.path.basename(path)}, so nobody '
      'knows what they are. Use another --output, or empty the folder.'
    )
  # What a stop in this very moment has left of them may be there.
  begun = os.path.basename(path) + '.'
  found = [name for name in os.listdir(folder) if not name.startswith(begun)]
  if found:
    raise ValueError(
      f'{folder!r} holds {min(found)!r}, but no scenes of this program. Use an '
      'empty folder, or a new one, as --output.'
    )
  files.replace(path, scenes.settings_text(settings).encode())
