"""Generated 3D scenes, each image with the program that made it.

`launch.make_scenes` writes a folder of

* `scenes.json`, the settings all of it follows from;
* `programs-00000.npy`, int32 `[n, max_objects, 6]`: kind, location, size, red,
  green and blue of each object in the order in which they are placed, and -1
  where there is none;
* `images-00000.npy`, uint8 `[n, W, W, 3]`: what they look like;

and so on for every further `shard_size` scenes, and `preview.png`. A shard is
complete when both of its files are there.
"""

import dataclasses
import json
import os
import shlex

import numpy as np
from PIL import Image

from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.datasets import cache
from spiral_tf.datasets import dataset
from spiral_tf.datasets import rows

_FORMAT = 1  # To be raised when the same settings mean other files.
_SETTINGS = 'scenes.json'
PROPERTIES = 6  # Numbers that say what an object is.
NO_OBJECT = -1  # Stands for each of them where there is no object.


@dataclasses.dataclass(frozen=True)
class Settings:
  """What a generated data set follows from; each is a flag of its command.

  Attributes:
    num: number of scenes.
    min_objects: objects of the emptiest scenes.
    max_objects: objects of the fullest scenes.
    canvas_width: `W`, width and height of the images, pixels.
    grid_width: rows and columns of the grid of locations.
    seed: of all of it.
    shard_size: scenes a file.
  """

  num: int = 50_000
  min_objects: int = 1
  max_objects: int = 5
  canvas_width: int = 64
  grid_width: int = 16
  seed: int = 0
  shard_size: int = 1000

  def __post_init__(self):
    cells = self.grid_width**2
    for name, low, high in (
      ('num', 1, 10**9),
      ('canvas_width', 8, 1024),
      ('grid_width', 2, self.canvas_width),
      ('max_objects', 1, min(cells, 1000)),
      ('min_objects', 0, self.max_objects),
      ('seed', 0, 2**63 - 1),
      ('shard_size', 1, 10**6),
    ):
      value = getattr(self, name)
      if type(value) is not int or not low <= value <= high:
        raise ValueError(
          f'--{name} is {value!r}, but it must be a whole number from {low} '
          f'to {high}.'
        )

  @property
  def num_shards(self) -> int:
    """Number of shards."""
    return -(-self.num // self.shard_size)

  def shard(self, number: int) -> range:
    """Returns which scenes are in a shard."""
    start = number * self.shard_size
    return range(start, min(start + self.shard_size, self.num))


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Opens the scenes in the folder `config.path`.

  Args:
    config: `path`, `validation_fraction` and `cache` are used.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`, 3 for colour or 1 for luminance.
    seed: of the split into train and validation.

  Returns:
    A `Dataset` of uint8 `[N, W, W, C]` images, left on disk, without a test
    split.

  Raises:
    FileNotFoundError: there is no data set, or a part of it is missing.
    ValueError: no path is given, or a file is damaged.
  """
  fields.check(
    bool(config.path),
    'data.path',
    config.path,
    'scenes need the folder that launch.make_scenes wrote',
  )
  folder = os.path.expanduser(config.path)
  settings = read_settings(folder)
  if settings.num < 2:
    raise ValueError(
      f'{folder} holds 1 scene, but a split into train and validation needs '
      'at least 2. Make more with python -m launch.make_scenes.'
    )
  _, images = open_rows(folder, settings)
  if images.shape[1:] != (canvas_width, canvas_width, channels):
    images = _rescaled(config, folder, settings, images, canvas_width, channels)
  train, validation = dataset.split_indices(
    settings.num, config.validation_fraction, seed
  )
  return dataset.Dataset(
    name='scenes',
    train=images.subset(train),
    validation=images.subset(validation),
    test_cure=f'{folder} has none; use the split "validation".',
  )


def _rescaled(
  config: sections.DataConfig,
  folder: str,
  settings: Settings,
  images: rows.Rows,
  canvas_width: int,
  channels: int,
) -> rows.Rows:
  """Resizes images, with antialiasing, or turns them grey, into a cache."""

  def decode(name: str) -> np.ndarray:
    image = Image.fromarray(images[int(name)])
    if channels == 1:
      image = image.convert('L')
    image = image.resize((canvas_width,) * 2, Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(canvas_width, canvas_width, channels)

  files = [
    shard_paths(folder, shard)[1] for shard in range(settings.num_shards)
  ]
  names = [str(index) for index in range(settings.num)]
  cached = cache.load(
    config,
    folder,
    files,
    canvas_width,
    channels,
    version=_FORMAT,
    open_source=lambda: (names, decode),
  )
  return rows.Rows([cached.images], np.arange(settings.num))


def command(folder: str, settings: Settings | None = None) -> str:
  """Returns the command that makes or completes a data set."""
  flags = [f'--output={folder}']
  for name, value in dataclasses.asdict(settings or Settings()).items():
    if value != getattr(Settings, name):
      flags.append(f'--{name}={value}')
  return 'python -m launch.make_scenes ' + shlex.join(flags)


def settings_path(folder: str) -> str:
  """Path of the settings of the data set in `folder`."""
  return os.path.join(folder, _SETTINGS)


def settings_text(settings: Settings) -> str:
  """What the file of the settings holds."""
  values = {'format': _FORMAT, **dataclasses.asdict(settings)}
  return json.dumps(values, indent=2) + '\n'


def read_settings(folder: str) -> Settings:
  """Reads the settings of the data set in `folder`.

  Raises:
    FileNotFoundError: there is no data set.
    ValueError: its settings are not valid.
  """
  path = settings_path(folder)
  if not os.path.isfile(path):
    raise FileNotFoundError(
      f'{path} is missing, so {folder!r} is not the folder of a data set of '
      f'scenes. Make one: {command(folder)}'
    )
  try:
    with open(path) as file:
      values = json.load(file)
    found = values.pop('format', None)
    if found != _FORMAT:
      raise ValueError(f'its format is {found}, but this version has {_FORMAT}')
    absent = dataclasses.asdict(Settings()).keys() - values.keys()
    if absent:
      raise ValueError(f'it does not say {", ".join(sorted(absent))}')
    return Settings(**values)
  except (ValueError, TypeError, AttributeError) as error:
    raise ValueError(
      f'{path} is not valid: {error}. Make the data set again, in another '
      'folder.'
    ) from error


def shard_paths(folder: str, shard: int) -> tuple[str, str]:
  """Paths of the programs and of the images of a shard."""
  return (
    os.path.join(folder, f'programs-{shard:05}.npy'),
    os.path.join(folder, f'images-{shard:05}.npy'),
  )


def open_rows(folder: str, settings: Settings) -> tuple[rows.Rows, rows.Rows]:
  """Opens the programs and images of a complete data set, see `open_shard`."""
  numbers = range(settings.num_shards)
  shards = [open_shard(folder, settings, number) for number in numbers]
  indices = np.arange(settings.num)
  return tuple(rows.Rows(parts, indices) for parts in zip(*shards))


def open_shard(
  folder: str, settings: Settings, shard: int
) -> tuple[np.ndarray, np.ndarray]:
  """Opens a shard.

  Args:
    folder: of the data set.
    settings: of the data set.
    shard: its number.

  Returns:
    Its programs, int32 `[n, max_objects, 6]`, and its images, uint8
    `[n, W, W, 3]`: mapped files.

  Raises:
    FileNotFoundError: the shard is missing.
    ValueError: the shard is damaged.
  """
  count = len(settings.shard(shard))
  width = settings.canvas_width
  found = []
  for path, dtype, shape in zip(
    shard_paths(folder, shard),
    (np.int32, np.uint8),
    ((count, settings.max_objects, PROPERTIES), (count, width, width, 3)),
  ):
    cure = f'Complete the data set: {command(folder, settings)}'
    if not os.path.isfile(path):
      raise FileNotFoundError(f'{path} is missing. {cure}')
    try:
      array = np.lib.format.open_memmap(path, mode='r')
    except ValueError as error:
      raise ValueError(f'{path} is damaged: {error}. {cure}') from error
    size = array.offset + array.nbytes
    if (
      array.dtype != dtype
      or array.shape != shape
      or os.path.getsize(path) != size
    ):
      raise ValueError(
        f'{path} is damaged: it holds {array.dtype} {list(array.shape)} in '
        f'{os.path.getsize(path)} bytes, but it must be {np.dtype(dtype)} '
        f'{list(shape)}. {cure}'
      )
    found.append(array)
  return tuple(found)
