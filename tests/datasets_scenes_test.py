"""Tests of the loader of generated scenes, on files written here."""

import json
import os

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.datasets import dataset
from spiral_tf.datasets import scenes

_SETTINGS = scenes.Settings(
  num=11, max_objects=3, canvas_width=16, grid_width=4, seed=7, shard_size=4
)


def _write(folder, settings=_SETTINGS, images=None):
  """Writes a data set; returns its programs and its images."""
  rng = np.random.default_rng(0)
  width = settings.canvas_width
  if images is None:
    shape = [settings.num, width, width, 3]
    images = rng.integers(0, 256, shape).astype(np.uint8)
  shape = [settings.num, settings.max_objects, 6]
  programs = rng.integers(-1, 4, shape).astype(np.int32)
  for shard in range(settings.num_shards):
    scenes_of_it = settings.shard(shard)
    paths = scenes.shard_paths(folder, shard)
    for path, array in zip(paths, (programs, images)):
      np.save(path, array[scenes_of_it])
  with open(scenes.settings_path(folder), 'w') as file:
    file.write(scenes.settings_text(settings))
  return programs, images


def _config(folder, **changes):
  return sections.DataConfig(
    name='scenes', path=str(folder), validation_fraction=0.2, **changes
  )


def test_shards_hold_all_the_scenes():
  shards = [list(_SETTINGS.shard(n)) for n in range(_SETTINGS.num_shards)]
  assert shards == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]
  assert scenes.Settings(num=8, shard_size=4).num_shards == 2


def test_every_image_is_in_one_split(tmp_path):
  _, images = _write(tmp_path)
  data = scenes.load(_config(tmp_path), 16, 3, seed=1)
  assert data.name == 'scenes'
  assert data.train.shape == (9, 16, 16, 3) and data.train.dtype == np.uint8
  train, validation = dataset.split_indices(11, 0.2, 1)
  np.testing.assert_array_equal(data.train, images[train])
  np.testing.assert_array_equal(data.validation, images[validation])
  with pytest.raises(ValueError, match='use the split "validation"'):
    data.images('test')


def test_batches_come_from_all_shards(tmp_path):
  _, images = _write(tmp_path)
  data = scenes.load(_config(tmp_path), 16, 3, seed=1)
  batch = next(data.batches('train', 9, seed=0))
  train, _ = dataset.split_indices(11, 0.2, 1)
  expected = sorted(image.tobytes() for image in images[train])
  assert sorted(image.tobytes() for image in batch) == expected


def test_images_stay_on_disk(tmp_path):
  _write(tmp_path)
  data = scenes.load(_config(tmp_path), 16, 3, seed=1)
  for shard in range(_SETTINGS.num_shards):
    _, path = scenes.shard_paths(tmp_path, shard)
    np.lib.format.open_memmap(path, mode='r+')[:] = 77
  assert np.all(data.train[:] == 77)


def test_programs_belong_to_the_images(tmp_path):
  programs, _ = _write(tmp_path)
  found, _ = scenes.open_rows(str(tmp_path), _SETTINGS)
  assert found[:].dtype == np.int32
  np.testing.assert_array_equal(found[:], programs)
  some = np.array([10, 0, 5])
  np.testing.assert_array_equal(found[some], programs[some])


def test_images_are_resized_without_aliases(tmp_path):
  settings = scenes.Settings(num=3, canvas_width=64, grid_width=4)
  checks = np.indices([64, 64]).sum(axis=0) % 2 * 200
  images = np.broadcast_to(checks[..., np.newaxis], [3, 64, 64, 3])
  _write(tmp_path, settings, images.astype(np.uint8))
  config = _config(tmp_path, cache=str(tmp_path / 'cache'))
  data = scenes.load(config, 16, 3, seed=0)
  assert data.train.shape == (2, 16, 16, 3)
  # Every eighth pixel of the original is the same: 0 or 200.
  assert np.all(np.abs(data.train[:].astype(int) - 100) <= 5)


def test_grey_is_luminance(tmp_path):
  images = np.zeros([11, 16, 16, 3], np.uint8)
  images[:6], images[6:] = (255, 0, 0), (0, 255, 0)
  _write(tmp_path, images=images)
  config = _config(tmp_path, cache=str(tmp_path / 'cache'))
  for _ in range(2):  # From the source, then from the cache.
    data = scenes.load(config, 16, 1, seed=3)
    train, validation = dataset.split_indices(11, 0.2, 3)
    for images, indices in ((data.train, train), (data.validation, validation)):
      assert images.shape == (len(indices), 16, 16, 1)
      # Of ITU-R BT.601: 0.299 and 0.587.
      for image, index in zip(images[:], indices):
        assert np.all(image == (76 if index < 6 else 150))


def test_changed_scenes_are_not_taken_from_the_cache(tmp_path):
  config = _config(tmp_path, cache=str(tmp_path / 'cache'))
  for value in (10, 200):
    _write(tmp_path, images=np.full([11, 16, 16, 3], value, np.uint8))
    assert np.all(scenes.load(config, 8, 3, seed=0).train[:] == value)


def test_no_folder_is_an_error_with_the_command(tmp_path):
  folder = tmp_path / 'none'
  with pytest.raises(FileNotFoundError) as caught:
    scenes.load(_config(folder), 16, 3, seed=0)
  assert f'python -m launch.make_scenes --output={folder}' in str(caught.value)
  with pytest.raises(ValueError, match=r'config\.data\.path'):
    scenes.load(_config(''), 16, 3, seed=0)


@pytest.mark.parametrize('kind', [0, 1])
def test_a_missing_file_is_an_error_with_the_command(tmp_path, kind):
  _write(tmp_path)
  path = scenes.shard_paths(tmp_path, 2)[kind]
  os.remove(path)
  with pytest.raises(FileNotFoundError) as caught:
    scenes.load(_config(tmp_path), 16, 3, seed=0)
  assert path in str(caught.value)
  command = (
    f'python -m launch.make_scenes --output={tmp_path} --num=11 '
    '--max_objects=3 --canvas_width=16 --grid_width=4 --seed=7 --shard_size=4'
  )
  assert str(caught.value).endswith(command)


@pytest.mark.parametrize('kind', [0, 1])
@pytest.mark.parametrize('damage', ['empty', 'short', 'long', 'type', 'shape'])
def test_a_damaged_file_is_an_error(tmp_path, kind, damage):
  programs_and_images = _write(tmp_path)
  path = scenes.shard_paths(tmp_path, 1)[kind]
  array = programs_and_images[kind][4:8]
  if damage == 'empty':
    open(path, 'w').close()
  elif damage == 'short':
    os.truncate(path, os.path.getsize(path) - 1)
  elif damage == 'long':
    with open(path, 'ab') as file:
      file.write(b'x')
  elif damage == 'type':
    np.save(path, array.astype(np.int16))
  else:
    np.save(path, array[:3])
  with pytest.raises(ValueError) as caught:
    scenes.load(_config(tmp_path), 16, 3, seed=0)
  assert f'{path} is damaged' in str(caught.value)
  assert 'python -m launch.make_scenes' in str(caught.value)


@pytest.mark.parametrize(
  'text,words',
  [
    ('{"format": 1', 'is not valid'),
    ('[]', 'is not valid'),
    (json.dumps({'format': 2}), 'its format is 2'),
    (json.dumps({'format': 1, 'num': 5}), 'does not say canvas_width'),
    (
      scenes.settings_text(_SETTINGS).replace('11', '"11"'),
      "--num is '11', but it must be a whole number",
    ),
    (scenes.settings_text(_SETTINGS).replace('seed', 'seeds'), 'say seed'),
  ],
)
def test_bad_settings_are_an_error(tmp_path, text, words):
  _write(tmp_path)
  path = scenes.settings_path(tmp_path)
  with open(path, 'w') as file:
    file.write(text)
  with pytest.raises(ValueError) as caught:
    scenes.load(_config(tmp_path), 16, 3, seed=0)
  assert path in str(caught.value) and words in str(caught.value)


def test_one_scene_cannot_be_split(tmp_path):
  _write(tmp_path, scenes.Settings(num=1, canvas_width=16, grid_width=4))
  with pytest.raises(ValueError, match='at least 2'):
    scenes.load(_config(tmp_path), 16, 3, seed=0)


@pytest.mark.parametrize(
  'name,value,words',
  [
    ('num', 0, 'from 1 to'),
    ('min_objects', -1, 'from 0 to 5'),
    ('min_objects', 6, 'from 0 to 5'),
    ('max_objects', 0, 'from 1 to 256'),
    ('max_objects', 257, 'from 1 to 256'),
    ('canvas_width', 7, 'from 8 to 1024'),
    ('grid_width', 65, 'from 2 to 64'),
    ('seed', -1, 'from 0 to'),
    ('shard_size', 0, 'from 1 to'),
    ('num', True, 'from 1 to'),
  ],
)
def test_settings_are_checked(name, value, words):
  with pytest.raises(ValueError) as caught:
    scenes.Settings(**{name: value})
  assert f'--{name} is {value}' in str(caught.value)
  assert words in str(caught.value)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
