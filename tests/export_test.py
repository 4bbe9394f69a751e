"""Tests of launch.export, as one runs it, and of what its card says to run."""

import dataclasses
import os
import pathlib
import re

import pytest

from spiral_tf.agents import saved_model
from spiral_tf.config import experiment
from tests import commands
from tests import runs
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent


class _Exported:
  """A run, its agent, and what the command printed."""

  def __init__(self, launch, folder, config):
    self.folder = folder
    self.workdir, self.path = folder / 'run', folder / 'models' / 'scribbler'
    runs.make(str(self.workdir), config)
    self.done = launch(
      'export', f'--workdir={self.workdir}', f'--output={self.path}'
    )
    assert self.done.returncode == 0, self.done.stderr


@pytest.fixture(scope='module')
def launch(tmp_path_factory):
  """Runs a command of `launch` with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda command, *arguments: runner.run(
      f'launch.{command}', *arguments
    )


@pytest.fixture(
  scope='module',
  params=[small.CONFIG, small.CONDITIONAL],
  ids=['unconditional', 'conditional'],
)
def config(request, tmp_path_factory):
  """A config with folders that must not get out."""
  folder = str(tmp_path_factory.mktemp('secret'))
  data = dataclasses.replace(request.param.data, path=folder, cache=folder)
  return dataclasses.replace(request.param, data=data)


@pytest.fixture(scope='module')
def exported(launch, tmp_path_factory, config):
  return _Exported(launch, tmp_path_factory.mktemp('exported'), config)


def _files(path):
  return [file for file in pathlib.Path(path).rglob('*') if file.is_file()]


def test_says_how_large_the_model_is(exported):
  size = sum(file.stat().st_size for file in _files(exported.path))
  (line,) = exported.done.stdout.splitlines()
  assert line == f'Saved {exported.path}, {size / 1e6:.2f} MB'


def test_keeps_the_folders_of_this_machine_to_itself(exported, config):
  files = _files(exported.path)
  names = {str(file.relative_to(exported.path)) for file in files}
  assert {'README.md', '1/saved_model.pb'} <= names
  for file in files:
    content = file.read_bytes()
    for folder in (config.data.path, exported.folder, _ROOT):
      assert str(folder).encode() not in content, file
  # All else is there.
  data = dataclasses.replace(config.data, path='', cache='')
  assert saved_model.load(str(exported.path)).config == dataclasses.replace(
    config, data=data
  )


def test_the_card_s_first_commands_work(launch, exported, config, tmp_path):
  card = (exported.path / 'README.md').read_text()
  assert '--config.data.path=FOLDER' in card
  train, *_, paint = re.findall(r'^```sh\n(.*?)^```$', card, re.M | re.S)
  assert train.startswith('python -m launch.train --config=configs/')
  output = tmp_path / 'picture.png'
  python, option, module, model, *rest = paint.splitlines()[0].split()
  assert (python, option, module) == ('python', '-m', 'launch.paint')
  assert model == '--model=models/scribbler'
  *rest, old = rest
  assert old.startswith('--sheet=')
  done = launch(
    'paint',
    f'--model={exported.path}',
    *rest,
    f'--sheet={output}',
  )
  assert done.returncode == 0, done.stderr
  assert output.exists()


def test_an_agent_survives_a_version_control_without_empty_folders(exported):
  for folder, folders, files in os.walk(exported.path, topdown=False):
    if not folders and not files:
      os.rmdir(folder)
  loaded = saved_model.load(str(exported.path))
  assert isinstance(loaded.config, experiment.Config)


def test_an_export_that_fails_leaves_nothing(launch, tmp_path):
  done = launch(
    'export', f'--workdir={tmp_path / "none"}', f'--output={tmp_path / "new"}'
  )
  assert done.returncode != 0
  (message,) = done.stderr.strip().splitlines()
  assert message.startswith('Error: ') and str(tmp_path / 'none') in message
  assert os.listdir(tmp_path) == []


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
