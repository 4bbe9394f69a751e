"""Tests of the command that evaluates runs, on small sets like Omniglot."""

import dataclasses
import io
import json
import os
import zipfile

import numpy as np
from PIL import Image
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.config import sections
from spiral_tf.workdir import checkpoints
from tests import commands
from tests import runs
from tests import small


@pytest.fixture(scope='module')
def launch(tmp_path_factory):
  with commands.Commands(tmp_path_factory.mktemp('output')) as server:
    yield lambda *arguments: server.run('launch.evaluate', *arguments)


def _write_alphabets(path, alphabets, seed):
  """Writes a zip file of alphabets of 6 characters, each drawn 3 times."""
  random = np.random.default_rng(seed)
  with zipfile.ZipFile(path, 'w') as file:
    for i in range(alphabets * 6 * 3):
      pixels = np.full([105, 105], 255, np.uint8)
      row, column = random.integers(10, 60, size=2)
      pixels[row : row + 30, column : column + 8] = 0
      png = io.BytesIO()
      Image.fromarray(pixels).save(png, 'PNG')
      name = f'{path.stem}/{i // 18}/character{i // 3 % 6}/{i % 3}.png'
      file.writestr(name, png.getvalue())


@pytest.fixture(params=[False, True], ids=['draws', 'reproduces'])
def run(request, tmp_path):
  """The folder of a run, and the file of the test images, which is broken."""
  _write_alphabets(tmp_path / 'images_background.zip', 4, seed=0)
  evaluation = tmp_path / 'images_evaluation.zip'
  evaluation.write_bytes(b'no zip')
  config = dataclasses.replace(
    small.CONFIG,
    conditional=request.param,
    data=sections.DataConfig(
      name='omniglot', path=str(tmp_path), cache=str(tmp_path / 'cache')
    ),
  )
  workdir = str(tmp_path / 'run')
  runs.make(workdir, config)
  trackables = {
    'discriminator': builders.make_discriminator(config),
    'updates': tf.Variable(5, dtype=tf.int64),
    'seconds': tf.Variable(60.0, dtype=tf.float64),
  }
  checkpoints.Checkpointer(
    workdir, node_kinds.DISCRIMINATOR_LEARNER, 1e6, trackables
  ).save()
  return workdir, evaluation


def _results(workdir, folder):
  """The figures in a folder of a run."""
  (name,) = (
    x for x in os.listdir(os.path.join(workdir, folder)) if x.endswith('.json')
  )
  with open(os.path.join(workdir, folder, name)) as file:
    return json.load(file)


def test_splits_are_apart_and_the_test_images_opened_only_if_asked_for(
  launch, run
):
  workdir, evaluation = run
  arguments = [f'--workdir={workdir}', '--num_samples=18']
  done = launch(*arguments)
  assert done.returncode == 0, done.stderr
  assert 'validation' in done.stdout
  assert os.path.join(workdir, 'evaluation', 'comparison.png') in done.stdout
  validation = _results(workdir, 'evaluation')
  assert validation['split'] == 'validation'

  done = launch(*arguments, '--split=test')
  assert done.returncode != 0
  (message,) = done.stderr.strip().splitlines()
  assert message.startswith('Error: ') and str(evaluation) in message
  assert 'Download it again' in message
  assert not os.path.exists(os.path.join(workdir, 'evaluation_test'))

  _write_alphabets(evaluation, 2, seed=1)
  done = launch(*arguments, '--split=test')
  assert done.returncode == 0, done.stderr
  assert 'test images' in done.stdout
  path = os.path.join(workdir, 'evaluation_test', 'comparison.png')
  assert path in done.stdout and os.path.exists(path)
  test = _results(workdir, 'evaluation_test')
  assert test['split'] == 'test'
  assert test != {**validation, 'split': 'test'}
  assert _results(workdir, 'evaluation') == validation


def test_other_splits_are_refused(launch, tmp_path):
  done = launch(f'--workdir={tmp_path}', '--split=train')
  assert done.returncode != 0
  assert 'validation' in done.stderr and 'Traceback' not in done.stderr


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
