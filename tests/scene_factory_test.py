"""Tests of making scenes: the same ones, whatever happens on the way."""

import dataclasses
import multiprocessing
import os
import shutil
import signal

import numpy as np
from PIL import Image
import pytest

from spiral_tf.datasets import scene_factory
from spiral_tf.datasets import scene_sampling
from spiral_tf.datasets import scenes
from spiral_tf.environments.mujoco import stage

_SETTINGS = scenes.Settings(
  num=110, max_objects=3, canvas_width=16, grid_width=8, seed=5, shard_size=30
)


def _make(folder, processes=1, settings=_SETTINGS):
  """Makes scenes; returns what was reported."""
  reports = []
  scene_factory.make(str(folder), settings, processes, reports.append)
  return reports


def _files(folder):
  return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope='module')
def made(tmp_path_factory):
  """A folder with scenes, not to be changed."""
  folder = tmp_path_factory.mktemp('scenes')
  reports = _make(folder)
  assert reports == sorted(reports)
  assert reports[0] == 0 and reports[-1] == 110
  return folder


@pytest.fixture
def copy(made, tmp_path):
  """A folder with the same scenes."""
  for name, content in _files(made).items():
    (tmp_path / name).write_bytes(content)
  return tmp_path


def test_everything_is_there(made):
  shards = [f'{n:05}.npy' for n in range(4)]
  assert sorted(_files(made)) == sorted(
    ['scenes.json', 'preview.png']
    + [f'images-{shard}' for shard in shards]
    + [f'programs-{shard}' for shard in shards]
  )
  assert scenes.read_settings(str(made)) == _SETTINGS


def test_images_show_their_programs(made):
  programs, images = scenes.open_rows(str(made), _SETTINGS)
  assert programs.shape == (110, 3, 6) and images.shape == (110, 16, 16, 3)
  renderer = stage.Stage(16, 8, 3)
  empty = renderer.render([])
  for i in [0, 29, 30, 77, 109]:
    objects = scene_sampling.sample(_SETTINGS, i)
    expected = scene_sampling.to_rows(objects, 3)
    np.testing.assert_array_equal(programs[i], expected)
    np.testing.assert_array_equal(images[i], renderer.render(objects))
    assert np.any(images[i] != empty)


def test_preview_shows_the_first_scenes(made):
  _, images = scenes.open_rows(str(made), _SETTINGS)
  with Image.open(made / 'preview.png') as image:
    picture = np.array(image)
  # Eight rows of eight, twice as large, with lines of one pixel around them.
  assert picture.shape == (8 * 33 + 1, 8 * 33 + 1, 3)
  np.testing.assert_array_equal(picture[1:33:2, 34:66:2], images[1])
  np.testing.assert_array_equal(picture[34:66:2, 1:33:2], images[8])


def test_the_number_of_processes_makes_no_difference(made, tmp_path):
  reports = _make(tmp_path, processes=3)
  assert reports[-1] == 110
  assert _files(tmp_path) == _files(made)


def test_missing_and_damaged_shards_are_made_again(made, copy):
  (copy / 'images-00000.npy').unlink()
  (copy / 'programs-00002.npy').unlink()
  os.truncate(copy / 'images-00003.npy', 1000)
  (copy / 'images-00001.npy.7.7.tmp').write_bytes(
    b'left by a process that died'
  )
  (copy / 'preview.png').unlink()
  untouched = (copy / 'images-00001.npy').stat().st_mtime_ns
  reports = _make(copy)
  assert reports[0] == 30 and reports[-1] == 110
  assert _files(copy) == _files(made)
  assert (copy / 'images-00001.npy').stat().st_mtime_ns == untouched


def test_a_whole_data_set_is_left_alone(made, copy):
  before = (copy / 'images-00000.npy').stat().st_mtime_ns
  assert _make(copy) == [110]
  assert (copy / 'images-00000.npy').stat().st_mtime_ns == before
  assert _files(copy) == _files(made)


@pytest.mark.parametrize('field', dataclasses.fields(scenes.Settings))
def test_other_settings_are_refused(made, copy, field):
  old = getattr(_SETTINGS, field.name)
  change = {field.name: 0 if field.name == 'min_objects' else old + 1}
  with pytest.raises(ValueError) as caught:
    _make(copy, settings=dataclasses.replace(_SETTINGS, **change))
  assert f'or --{field.name}={old} to go on' in str(caught.value)
  assert _files(copy) == _files(made)


def test_scenes_of_unknown_settings_are_refused(copy):
  (copy / 'scenes.json').unlink()
  with pytest.raises(ValueError, match=r'holds scenes but not scenes\.json'):
    _make(copy)


@pytest.mark.parametrize(
  'name', ['preview.png', 'mine.npy.tmp', 'programs-00007.npy', '.hidden']
)
def test_a_folder_with_files_of_others_stays_as_it_is(tmp_path, name):
  (tmp_path / name).write_text('mine')
  with pytest.raises(ValueError, match=f'holds .*{name}'):
    _make(tmp_path)
  assert _files(tmp_path) == {name: b'mine'}


def test_only_own_leftovers_are_removed(copy):
  (copy / 'images-00001.npy').unlink()
  for name in ('x.npy.tmp', 'images.npy.tmp', 'images-00001.npy.7.7.tmp'):
    (copy / name).write_text('?')
  _make(copy)
  assert (copy / 'x.npy.tmp').exists() and (copy / 'images.npy.tmp').exists()
  assert not (copy / 'images-00001.npy.7.7.tmp').exists()


def test_too_little_room_is_said_before_the_work(copy, monkeypatch):
  (copy / 'images-00001.npy').unlink()
  before = _files(copy)
  usage = shutil.disk_usage(copy)
  # 30 scenes of 16 x 16 pixels of 3 bytes, and of 3 objects of 6 numbers of 4.
  needed = 30 * (768 + 72)
  for free, fits in ((needed - 1, False), (needed, True)):
    monkeypatch.setattr(
      scene_factory.shutil,
      'disk_usage',
      lambda _, free=free: usage._replace(free=free),
    )
    if fits:
      _make(copy)
    else:
      with pytest.raises(OSError, match=r'need 25,200\. Make room'):
        _make(copy)
      assert _files(copy) == before


def test_scenes_that_come_out_otherwise_are_refused(copy):
  images = np.lib.format.open_memmap(copy / 'images-00001.npy', mode='r+')
  images[0, 3, 3, 0] ^= 1
  images.flush()
  (copy / 'images-00000.npy').unlink()
  with pytest.raises(RuntimeError, match=r'Scene 30 .* does not come out as'):
    _make(copy)
  assert not (copy / 'images-00000.npy').exists()


def test_a_folder_has_one_maker_at_a_time(copy):
  refused = []

  def make_too(done):
    with pytest.raises(RuntimeError, match='Another process is making scenes'):
      _make(copy)
    refused.append(done)

  scene_factory.make(str(copy), _SETTINGS, 1, make_too)
  assert refused == [110]
  _make(copy)


def test_a_worker_that_dies_is_an_error(tmp_path):
  settings = dataclasses.replace(_SETTINGS, num=100_000, shard_size=10_000)

  def kill_one(done):
    if done:
      os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

  with pytest.raises(RuntimeError, match=r'exit code -9.*The same command'):
    scene_factory.make(str(tmp_path), settings, 2, kill_one)
  assert not multiprocessing.active_children()


@pytest.mark.parametrize('processes', [1, 2])
def test_an_error_of_a_worker_is_passed_on(tmp_path, processes):
  def break_folder(done):
    if not done:  # A file cannot take the place of a folder.
      (tmp_path / 'programs-00000.npy').mkdir()

  with pytest.raises(OSError, match=r'programs-00000\.npy.*directory'):
    scene_factory.make(str(tmp_path), _SETTINGS, processes, break_folder)
  assert not multiprocessing.active_children()


def test_an_interruption_stops_the_workers(tmp_path):
  settings = dataclasses.replace(_SETTINGS, num=100_000, shard_size=10_000)

  def interrupt(done):
    if done:
      raise KeyboardInterrupt

  with pytest.raises(KeyboardInterrupt):
    scene_factory.make(str(tmp_path), settings, 2, interrupt)
  assert not multiprocessing.active_children()
  assert [path.name for path in tmp_path.iterdir()] == ['scenes.json']


def test_at_least_one_process_is_needed(tmp_path):
  with pytest.raises(ValueError, match='--processes is 0'):
    _make(tmp_path, processes=0)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
