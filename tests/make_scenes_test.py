"""Tests of launch.make_scenes, as one runs it."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.datasets import scene_sampling
from spiral_tf.datasets import scenes
from spiral_tf.environments.mujoco import stage
from tests import patience

_ROOT = pathlib.Path(__file__).absolute().parent.parent


def _start(folder, *arguments):
  paths = os.pathsep.join(filter(None, sys.path))
  return subprocess.Popen(
    [
      sys.executable,
      '-m',
      'launch.make_scenes',
      f'--output={folder}',
      '--canvas_width=16',
      *arguments,
    ],
    cwd=_ROOT,
    env={**os.environ, 'PYTHONPATH': paths},
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
    start_new_session=True,  # So that the test can press Ctrl-C.
  )


def _run(folder, *arguments):
  process = _start(folder, *arguments)
  out, err = patience.output(process)
  return process.returncode, out, err


def _wait_until(condition, process):
  patience.wait_until(
    condition, 'another shard', alive=lambda: process.poll() is None
  )


def test_makes_scenes_that_can_be_loaded(tmp_path):
  folder = tmp_path / 'new' / 'scenes'
  code, out, err = _run(
    folder, '--num=20', '--shard_size=8', '--max_objects=2', '--processes=2'
  )
  assert code == 0, err
  assert '20 of 20 scenes' in out and f'20 scenes are in {folder}' in out
  config = sections.DataConfig(name='scenes', path=str(folder))
  data = scenes.load(config, 16, 3, seed=0)
  assert data.train.shape == (18, 16, 16, 3)
  programs, _ = scenes.open_rows(str(folder), scenes.read_settings(str(folder)))
  assert programs.shape == (20, 2, 6)
  code, out, err = _run(folder, '--num=20', '--shard_size=8', '--max_objects=3')
  assert code == 1 and out == ''
  (message,) = err.strip().splitlines()
  assert message.startswith('Error: ') and '--max_objects=2' in message


def test_ctrl_c_stops_and_the_same_command_goes_on(tmp_path):
  arguments = ['--num=30000', '--shard_size=250', '--processes=2']
  process = _start(tmp_path, *arguments)
  last = tmp_path / 'images-00119.npy'
  _wait_until((tmp_path / 'images-00001.npy').exists, process)
  os.killpg(process.pid, signal.SIGINT)
  out, err = patience.output(process)
  assert process.returncode == 130
  assert err == ''
  assert out.endswith(
    'Stopped before its end. The same command goes on from here.\n'
  )
  assert not last.exists() and not list(tmp_path.glob('*.tmp'))
  # To the end would take long; what is missing is made either way.
  made = {path.name for path in tmp_path.glob('images-*')}
  process = _start(tmp_path, *arguments)
  _wait_until(
    lambda: {path.name for path in tmp_path.glob('images-*')} != made, process
  )
  os.killpg(process.pid, signal.SIGINT)
  out, err = patience.output(process)
  assert (process.returncode, err) == (130, '')
  found = re.search(r'Goes on from ([0-9,]+) scenes\.', out)
  assert int(found[1].replace(',', '')) == 250 * len(made)
  # Those of before and after show what they should.
  settings = scenes.read_settings(str(tmp_path))
  renderer = stage.Stage(16, 16, 5)
  for path in tmp_path.glob('images-*'):
    shard = int(path.name[len('images-') : -len('.npy')])
    programs, images = scenes.open_shard(str(tmp_path), settings, shard)
    objects = scene_sampling.sample(settings, settings.shard(shard)[-1])
    expected = scene_sampling.to_rows(objects, 5)
    np.testing.assert_array_equal(programs[-1], expected)
    np.testing.assert_array_equal(images[-1], renderer.render(objects))


@pytest.mark.parametrize(
  'argument,words',
  [
    ('--num=0', '--num is 0, but it must be'),
    ('--min_objects=6', '--min_objects is 6, but it must be'),
    ('--processes=0', '--processes is 0, but it must be'),
    ('more', 'unknown arguments: more'),
  ],
)
def test_a_bad_flag_ends_in_a_message(tmp_path, argument, words):
  folder = tmp_path / 'scenes'
  code, _, err = _run(folder, argument)
  assert code == 1
  (message,) = err.strip().splitlines()
  assert message.startswith('Error: ') and words in message
  assert not folder.exists()


def test_a_place_that_cannot_be_is_named(tmp_path):
  (tmp_path / 'file').write_text('mine')
  (tmp_path / 'lost').symlink_to('nowhere/at/all')
  for name in ('file', 'file/scenes', 'lost'):
    code, out, err = _run(tmp_path / name)
    assert code == 1 and out == ''
    (message,) = err.strip().splitlines()
    assert message.startswith('Error: ') and str(tmp_path / name) in message
  assert (tmp_path / 'file').read_text() == 'mine'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
