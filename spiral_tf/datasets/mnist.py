"""MNIST from its four original IDX files, checked before they are believed."""

import gzip
import os
import struct
import zlib

import numpy as np
from PIL import Image

from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.datasets import dataset

_SOURCE = 'https://storage.googleapis.com/cvdf-datasets/mnist/'
_TRAIN = ('train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz')
_TEST = ('t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz')

_IMAGES_MAGIC = 2051  # Unsigned bytes in three dimensions.
_LABELS_MAGIC = 2049  # Unsigned bytes in one dimension.
_WIDTH = 28
_CANVAS_WIDTH = 32
_NUM_CLASSES = 10
# Limits that protect from a header that claims gigabytes: deflate shrinks at
# most about 1032:1, and no set of this format has a million items.
_MAX_RATIO = 1100
_MAX_ITEMS = 1_000_000


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Loads MNIST from the folder `config.path`.

  The 28x28 images are padded with paper to 32x32; a canvas of another width
  gets those resized bilinearly (with antialiasing where it is smaller). The
  training pair of files must be there; the test pair is opened by who asks for
  the test split.

  Args:
    config: `path` and `validation_fraction` are used.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`; with 3, all are the same.
    seed: of the split of the training pair into train and validation, and of
      the order of the test images.

  Returns:
    A `Dataset` of uint8 `[N, W, W, C]` images.

  Raises:
    FileNotFoundError: a file of the training pair is missing.
    ValueError: no path is given, or one of them is truncated or foreign.
  """
  fields.check(
    bool(config.path),
    'data.path',
    config.path,
    'MNIST needs the folder that holds ' + ' and '.join(_TRAIN),
  )
  folder = os.path.expanduser(config.path)
  images, labels = _read_pair(folder, _TRAIN)
  if len(images) < 2:
    raise ValueError(
      f'{os.path.join(folder, _TRAIN[0])} holds {len(images)} images, but a '
      f'split into train and validation needs at least 2. {_cure(_TRAIN[0])}'
    )
  train, validation = dataset.split_indices(
    len(images), config.validation_fraction, seed
  )

  def to_canvases(ink: np.ndarray) -> np.ndarray:
    return dataset.repeat_channel(_on_canvas(ink, canvas_width), channels)

  def load_test() -> dataset.Split:
    ink, classes = _read_pair(folder, _TEST)
    # In the files, the first half is of other writers, and easier, than the
    # second; the first few images are to stand for all.
    order = np.random.default_rng(seed).permutation(len(ink))
    return dataset.Split(to_canvases(ink[order]), classes[order])

  return dataset.Dataset(
    name='mnist',
    train=to_canvases(images[train]),
    validation=to_canvases(images[validation]),
    train_labels=labels[train],
    validation_labels=labels[validation],
    load_test=load_test,
  )


def _cure(name: str) -> str:
  return f'Download {name} from {_SOURCE} again.'


def _read_pair(
  folder: str, names: tuple[str, str]
) -> tuple[np.ndarray, np.ndarray]:
  """Reads images, uint8 `[N, 28, 28]`, and their labels, int32 `[N]`."""
  images_path, labels_path = (os.path.join(folder, name) for name in names)
  images = _read_idx(images_path, _IMAGES_MAGIC, (_WIDTH, _WIDTH))
  labels = _read_idx(labels_path, _LABELS_MAGIC, ())
  if len(images) != len(labels):
    raise ValueError(
      f'{images_path} holds {len(images)} images but {labels_path} holds '
      f'{len(labels)} labels; they must be as many. '
      f'Download both from {_SOURCE} again.'
    )
  if labels.max(initial=0) >= _NUM_CLASSES:
    raise ValueError(
      f'{labels_path} holds the label {labels.max()}, but digits are 0 to '
      f'{_NUM_CLASSES - 1}. {_cure(names[1])}'
    )
  return images, labels.astype(np.int32)


def _read_idx(path: str, magic: int, item_shape: tuple[int, ...]) -> np.ndarray:
  """Reads a gzipped IDX file of unsigned bytes.

  Args:
    path: of the file.
    magic: number it must start with.
    item_shape: shape each item must have.

  Returns:
    uint8 `[N, *item_shape]`, read-only.

  Raises:
    FileNotFoundError: the file is missing.
    ValueError: the file is truncated or foreign.
  """
  name = os.path.basename(path)
  if not os.path.isfile(path):
    raise FileNotFoundError(
      f'{path} is missing. Download {name} from {_SOURCE} and put it, as it '
      'is (gzipped), into that folder, which is config.data.path.'
    )

  def refuse(found: str) -> ValueError:
    return ValueError(f'{path}: {found}. {_cure(name)}')

  header_format = f'>{2 + len(item_shape)}I'
  header_size = struct.calcsize(header_format)
  try:
    with gzip.open(path) as file:
      header = file.read(header_size)
      if len(header) < header_size:
        raise refuse(
          f'expected a header of {header_size} bytes, found {len(header)}'
        )
      found_magic, count, *found_shape = struct.unpack(header_format, header)
      if found_magic != magic:
        raise refuse(f'expected magic number {magic}, found {found_magic}')
      if tuple(found_shape) != item_shape:
        raise refuse(
          f'expected images of {"x".join(map(str, item_shape))} pixels, '
          f'found {"x".join(map(str, found_shape))}'
        )
      size = count * int(np.prod(item_shape))
      if count > _MAX_ITEMS or size > _MAX_RATIO * os.path.getsize(path):
        raise refuse(
          f'the header claims {count} items, more than a file of '
          f'{os.path.getsize(path)} bytes can hold'
        )
      data = file.read(size)
      if len(data) < size:
        raise refuse(
          f'the header claims {count} items, {size} bytes, found {len(data)}'
        )
      # Looking for the end also makes gzip compare its checksum.
      if file.read(1):
        raise refuse(
          f'the header claims {count} items, {size} bytes, found more'
        )
  except EOFError as error:
    raise refuse('expected a whole gzip file, found one cut short') from error
  except (gzip.BadGzipFile, zlib.error) as error:
    raise refuse(f'expected an intact gzip file, found: {error}') from error
  return np.frombuffer(data, np.uint8).reshape(count, *item_shape)


def _on_canvas(ink: np.ndarray, canvas_width: int) -> np.ndarray:
  """Draws ink, uint8 `[N, 28, 28]`, as uint8 `[N, W, W, 1]` canvases."""
  margin = (_CANVAS_WIDTH - _WIDTH) // 2
  inside = slice(margin, margin + _WIDTH)
  padded = np.full(
    [len(ink), _CANVAS_WIDTH, _CANVAS_WIDTH, 1], 255, dtype=np.uint8
  )
  np.subtract(255, ink, out=padded[:, inside, inside, 0])
  if canvas_width == _CANVAS_WIDTH:
    return padded
  canvases = np.empty([len(ink), canvas_width, canvas_width, 1], np.uint8)
  for canvas, image in zip(canvases, padded):
    canvas[..., 0] = Image.fromarray(image[..., 0]).resize(
      (canvas_width, canvas_width), Image.Resampling.BILINEAR
    )
  return canvases
