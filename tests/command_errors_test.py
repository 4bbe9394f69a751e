"""Tests of all commands with files that are not as they should be.

Whatever is wrong with one: it is a line that names the file and what helps, the
exit code is 1, and nothing that is there is changed. Commands that paint or
serve have tests of their own.
"""

import dataclasses
import json
import os
import pathlib

from PIL import Image
import pytest

from spiral_tf.config import experiment
from spiral_tf.config import sections
from spiral_tf.population import lineage
from spiral_tf.population import members
from spiral_tf.workdir import config_file
from spiral_tf.workdir import metrics
from tests import commands
from tests import launched
from tests import runs
from tests import small

pytestmark = pytest.mark.slow

# Digits need no files, so that a place is all that can be wrong.
_DIGITS = small.CONFIG
_SCENES = dataclasses.replace(
  small.SCENES, data=sections.DataConfig(name='scenes', path='/no/scenes')
)


@pytest.fixture(scope='module')
def server(tmp_path_factory):
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield runner


class _Place:
  """A folder with a sound run in it, of each kind, and what is wrong."""

  def __init__(self, folder: pathlib.Path):
    self.folder = folder
    self.run = str(folder / 'run')
    runs.make(self.run, _DIGITS)
    self.curve = str(folder / 'curve')
    config_file.save(self.curve, small.CONDITIONAL)
    policy = metrics.MetricsWriter(self.curve, 'policy_learner')
    evaluator = metrics.MetricsWriter(self.curve, 'evaluator')
    for frames in (0, 100, 200):
      policy.scalars(frames, {'seconds': frames})
      values = {'mse': 0.1, 'mse_empty': 0.1, 'mse_mean_image': 0.05}
      evaluator.scalars(frames, values)
    self.population = str(folder / 'population')
    path = members.lineage_path(self.population)
    os.makedirs(os.path.dirname(path))
    record = {
      **{'kind': 'status', 'time': 0.0, 'round': 0, 'member': 0},
      **{'updates': 1, 'seconds': 1.0, 'frames': 1, 'fitness': -1.0},
      **{'learning_rate': 1e-4, 'entropy_cost': 1e-2, 'generation': 0},
      'diverged': False,
    }
    lineage.append(path, record)
    self.pictures = folder / 'pictures'
    self.pictures.mkdir()
    for i in range(2):
      Image.new('L', (20, 20)).save(self.pictures / f'{i}.png')
    self.config = f'--config={launched.write_config(folder, _DIGITS)}'
    self.scenes = f'--config={launched.write_config(folder, _SCENES)}'


def _snapshot(folder):
  """What is in a folder: the text of files, and where links lead."""
  return {
    path: os.readlink(path)
    if path.is_symlink()
    else path.is_file() and path.read_bytes()
    for path in sorted(folder.rglob('*'))
    if '__pycache__' not in str(path)
  }


def _check(done, *named):
  assert done.returncode == 1, (done.stdout, done.stderr)
  assert 'Traceback' not in done.stderr + done.stdout
  lines = [x for x in done.stderr.splitlines() if x.startswith('Error: ')]
  assert lines == done.stderr.splitlines()[-1:], done.stderr
  for name in named:
    assert str(name) in lines[0]
  assert '. ' in lines[0], 'A cure is a second sentence.'
  return lines[0]


# Commands, up to the place they write to; the second, whether it is a folder.
_WRITERS = {
  'train': ('launch.train', '--workdir=', True),
  'train_cache': ('launch.train', '--config.data.cache=', True),
  'export': ('launch.export', '--output=', True),
  'mcmc': ('launch.mcmc', '--output=', True),
  'study': ('launch.study', '--workdir=', True),
  'curves': ('launch.curves', '--output=', False),
  'lineage': ('launch.lineage', '--output=', False),
}


def _others(command, place):
  """The other flags of a command that writes."""
  return {
    'train': [place.config],
    'train_cache': [
      *(place.config, f'--workdir={place.folder / "new_run"}'),
      *('--config.data.name=images', f'--config.data.path={place.pictures}'),
    ],
    'export': [f'--workdir={place.run}'],
    'mcmc': [place.scenes],
    'study': [place.config],
    'curves': [f'a={place.curve}'],
    'lineage': [f'--workdir={place.population}'],
  }[command]


def _in_the_way(kind, folder, wants_folder):
  """Makes what is in the way of a result; its path, and what must be named."""
  path = folder / ('results' if wants_folder else 'result.png')
  if kind == 'other kind':
    if wants_folder:
      path.write_text('a text')
    else:
      path.mkdir()
    return path, path
  if kind == 'below a file':
    (folder / 'file').write_text('a text')
    return folder / 'file' / path.name, folder / 'file'
  if kind == 'below a device':
    return pathlib.Path('/dev/null', path.name), '/dev/null'
  (folder / 'link').symlink_to(folder / 'gone')
  return folder / 'link' / path.name, folder / 'link'


@pytest.mark.parametrize(
  'kind', ['other kind', 'below a file', 'below a device', 'below a lost link']
)
@pytest.mark.parametrize('command', _WRITERS)
def test_a_place_that_cannot_take_results(server, tmp_path, command, kind):
  place = _Place(tmp_path)
  module, flag, wants_folder = _WRITERS[command]
  path, named = _in_the_way(kind, tmp_path, wants_folder)
  before = _snapshot(tmp_path)
  done = server.run(module, *_others(command, place), f'{flag}{path}')
  _check(done, named)
  assert _snapshot(tmp_path) == before
  assert not done.stdout  # No work was begun.


@pytest.mark.parametrize('fault', ['EROFS', 'ENOSPC', 'EACCES'])
@pytest.mark.parametrize('command', _WRITERS)
def test_a_disk_that_takes_nothing(server, tmp_path, command, fault):
  place = _Place(tmp_path)
  disk = tmp_path / 'disk'
  disk.mkdir()
  module, flag, wants_folder = _WRITERS[command]
  path = disk / ('results' if wants_folder else 'result.png')
  before = _snapshot(tmp_path)
  done = server.run(
    *('tests.faulty', fault, str(disk), module),
    *(*_others(command, place), f'{flag}{path}'),
  )
  message = _check(done, disk)
  assert 'place' in message or 'folder' in message
  assert _snapshot(tmp_path) == before
  assert not done.stdout


@pytest.mark.parametrize('fault', ['EROFS', 'ENOSPC', 'EACCES', 'EIO'])
def test_a_run_on_a_disk_that_takes_no_results(server, tmp_path, fault):
  place = _Place(tmp_path)
  before = _snapshot(tmp_path)
  done = server.run(
    *('tests.faulty', fault, place.run, 'launch.evaluate'),
    f'--workdir={place.run}',
  )
  _check(done, place.run)
  assert _snapshot(tmp_path) == before
  assert 'Drawing' not in done.stdout


def _damage(kind, path):
  """Does something to a file."""
  content = path.read_bytes()
  path.unlink()
  if kind == 'a folder':
    path.mkdir()
  elif kind == 'a lost link':
    path.symlink_to(path.parent / 'gone')
  elif kind == 'cut off':
    path.write_bytes(content[: len(content) // 2])
  elif kind == 'empty':
    path.write_bytes(b'')
  elif kind == 'zeros':
    path.write_bytes(bytes(len(content)))


_DAMAGES = ('missing', 'a folder', 'a lost link', 'cut off', 'empty', 'zeros')
# Commands that read the config.json of a run.
_READERS = {
  'train': lambda run: ('launch.train', f'--workdir={run}'),
  'train_config': lambda run: (
    *('launch.train', f'--config={run}/config.json', f'--workdir={run}/other'),
  ),
  'benchmark': lambda run: (
    *('launch.benchmark', 'program', f'--config={run}/config.json'),
  ),
  'evaluate': lambda run: ('launch.evaluate', f'--workdir={run}'),
  'export': lambda run: (
    *('launch.export', f'--workdir={run}', f'--output={run}/../model'),
  ),
  'mcmc': lambda run: (
    *('launch.mcmc', f'--workdir={run}', f'--output={run}/../mcmc'),
  ),
  'curves': lambda run: (
    *('launch.curves', f'--output={run}/../x.png', f'a={run}'),
  ),
}


@pytest.mark.parametrize('damage', _DAMAGES)
@pytest.mark.parametrize('command', _READERS)
def test_a_config_file_that_cannot_be_read(server, tmp_path, command, damage):
  if (command, damage) == ('train', 'missing'):
    pytest.skip('It is a new run.')
  place = _Place(tmp_path)
  path = pathlib.Path(place.run, 'config.json')
  _damage(damage, path)
  before = _snapshot(tmp_path)
  done = server.run(*_READERS[command](place.run))
  _check(done, path)
  assert _snapshot(tmp_path) == before


@pytest.mark.parametrize('fault', ['EACCES', 'EIO'])
@pytest.mark.parametrize('command', _READERS)
def test_a_disk_that_cannot_be_read(server, tmp_path, command, fault):
  place = _Place(tmp_path)
  before = _snapshot(tmp_path)
  done = server.run(
    'tests.faulty', fault, place.run, *_READERS[command](place.run)
  )
  _check(done, place.run)
  assert _snapshot(tmp_path) == before


def test_a_checkpoint_that_is_missing_is_missed_before_the_work(
  server, tmp_path
):
  place = _Place(tmp_path)  # The run has no discriminator.
  done = server.run('launch.evaluate', f'--workdir={place.run}')
  _check(done, pathlib.Path(place.run, 'checkpoints', 'discriminator_learner'))
  assert not done.stdout


@pytest.mark.parametrize('damage', [d for d in _DAMAGES if d != 'missing'])
@pytest.mark.parametrize('name', ['evaluation.json', 'comparison.png'])
def test_an_evaluation_that_cannot_be_read(server, tmp_path, name, damage):
  place = _Place(tmp_path)
  folder = pathlib.Path(place.run, 'evaluation')
  folder.mkdir()
  (folder / 'comparison.png').write_bytes(bytes(10))
  frames = experiment.frames(_DIGITS, 5)
  values = {'number': 1, 'score': 0.0, 'frechet_distance': 1.0}
  result = {name: values for name in ('trained', 'untrained', 'real')}
  (folder / 'evaluation.json').write_text(
    json.dumps({'frames': frames, 'split': 'validation', **result})
  )
  _damage(damage, folder / name)
  before = _snapshot(tmp_path)
  if name == 'comparison.png' and damage in ('cut off', 'empty', 'zeros'):
    pytest.skip('It is only copied.')
  done = server.run(
    *('launch.export', f'--workdir={place.run}'),
    f'--output={tmp_path / "model"}',
  )
  _check(done, folder / name)
  assert _snapshot(tmp_path) == before


@pytest.mark.parametrize('damage', ['a folder', 'a lost link', 'zeros'])
def test_a_lineage_that_cannot_be_read(server, tmp_path, damage):
  place = _Place(tmp_path)
  path = pathlib.Path(members.lineage_path(place.population))
  _damage(damage, path)
  done = server.run(
    *('launch.lineage', f'--workdir={place.population}'),
    f'--output={tmp_path / "x.png"}',
  )
  _check(done, path)
  assert not (tmp_path / 'x.png').exists()


@pytest.mark.parametrize(
  'text,words',
  [
    ('def get_config(:', 'SyntaxError'),
    ('x = false\n', "NameError: name 'false' is not defined"),
    ('x = 1\n', "AttributeError: module 'config_config' has no attribute"),
    ('import no_such_module\n', 'ModuleNotFoundError'),
    ('def get_config():\n  return 1 / 0\n', 'ZeroDivisionError'),
    ('def get_config():\n  raise ValueError("so")\n', 'ValueError: so'),
    ('open("/no/such")\n', '/no/such'),
  ],
)
@pytest.mark.parametrize('module', ['train', 'mcmc', 'benchmark'])
def test_a_config_file_of_python_with_mistakes(
  server, tmp_path, module, text, words
):
  path = tmp_path / 'mine.py'
  path.write_text(text)
  flags = {
    'train': (f'--workdir={tmp_path / "run"}',),
    'mcmc': (f'--output={tmp_path / "results"}',),
    'benchmark': ('program',),
  }[module]
  done = server.run(f'launch.{module}', f'--config={path}', *flags)
  assert done.returncode == 1
  (message,) = done.stderr.splitlines()
  assert message.startswith('Error: ') and words in message
  assert str(path) in message
  assert sorted(os.listdir(tmp_path)) in (
    ['mine.py'],
    ['__pycache__', 'mine.py'],
  )


def test_the_config_of_a_run_begins_another(server, tmp_path):
  place = _Place(tmp_path)
  again = tmp_path / 'again'
  done = server.run(
    'launch.train',
    f'--config={place.run}/config.json',
    f'--workdir={again}',
    '--config.data.validation_fraction=0.25',
    '--config.data.name=mnist',
    '--config.data.path=/no/mnist',
  )
  # It got as far as to the data.
  assert '/no/mnist' in _check(done, 'data.path')
  assert not again.exists()
  # The run goes on with its own file, which says when it has ended.
  config = dataclasses.replace(
    _DIGITS, training=dataclasses.replace(_DIGITS.training, frames=1)
  )
  ended = str(tmp_path / 'ended')
  runs.make(ended, config)
  done = server.run(
    'launch.train', f'--config={ended}/config.json', f'--workdir={ended}'
  )
  assert done.returncode == 0, done.stderr
  assert 'has come to its end' in done.stdout


@pytest.mark.parametrize('command', ['evaluate', 'mcmc'])
def test_data_that_moved_are_asked_for(server, tmp_path, command):
  config = small.SCENES if command == 'mcmc' else _DIGITS
  data = sections.DataConfig(
    name='scenes' if command == 'mcmc' else 'mnist', path=str(tmp_path / 'old')
  )
  workdir = str(tmp_path / 'run')
  runs.make(workdir, dataclasses.replace(config, data=data))
  output = [f'--output={tmp_path / "results"}'] if command == 'mcmc' else []
  done = server.run(f'launch.{command}', f'--workdir={workdir}', *output)
  assert '--config.data.path=' in _check(done, tmp_path / 'old')
  done = server.run(
    *(f'launch.{command}', f'--workdir={workdir}', *output),
    f'--config.data.path={tmp_path / "new"}',
  )
  assert str(tmp_path / 'old') not in _check(done, tmp_path / 'new')


# What a command writes beside what was named, and what it would take the place
# of if it is somebody else's.
@pytest.mark.parametrize(
  'command,name',
  [
    ('curves', 'result.csv'),
    ('mcmc', 'curve.png'),
    ('mcmc', 'pairs.png'),
    ('mcmc', 'mcmc.json'),
    ('export', 'README.md'),
    ('export', 'picture.png'),
    ('export', '1/thesis.txt'),
    ('export', '1/variables/thesis.txt'),
  ],
)
def test_files_of_others_are_left_alone(server, tmp_path, command, name):
  place = _Place(tmp_path)
  if command == 'curves':
    output, theirs = tmp_path / 'result.png', tmp_path / name
  else:
    output = tmp_path / 'results'
    theirs = output / name
  theirs.parent.mkdir(parents=True, exist_ok=True)
  theirs.write_text('my own')
  before = _snapshot(tmp_path)
  done = server.run(
    f'launch.{command}', f'--output={output}', *_others(command, place)
  )
  _check(done, theirs if name[0] != '1' else theirs.name)
  assert _snapshot(tmp_path) == before


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
