"""Errors of the file system, one line each: every output, every error."""

import os
import pathlib
import resource
import shutil
import stat

import pytest

from launch import paint_request
from launch import paint_sheet
from tests import commands
from tests import program_cases

pytestmark = pytest.mark.slow

_FORMS = ('.png', '.svg', '.gif', '.mp4', '.json', '.xml')


def _read_only(path):
  path.write_text('old')
  path.chmod(0o444)


def _missing_folder(path):
  path.symlink_to(path.parent / 'nowhere' / 'file')


def _loop(path):
  path.symlink_to(path)


def _device(path):
  path.symlink_to('/dev/full')


def _pipe(path):
  os.mkfifo(path)


def _folder(path):
  path.mkdir()


_ERRORS = {
  _read_only: 'is read-only',
  _missing_folder: 'there is no folder',
  _loop: 'symbolic links',
  _device: 'no ordinary file',
  _pipe: 'no ordinary file',
  _folder: 'is a directory',
}


@pytest.fixture(scope='module')
def launch(tmp_path_factory):
  """Runs a module with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield runner.run


def _program(form):
  return program_cases.staged() if form == '.xml' else program_cases.painted()


def _state(folder):
  """All that is in a folder, with what it is."""
  return {
    path.name: (os.lstat(path).st_mode, os.lstat(path).st_mtime_ns)
    for path in folder.iterdir()
  }


@pytest.mark.parametrize('error', _ERRORS)
@pytest.mark.parametrize('form', [*_FORMS, '.PNG', 'sheet'])
def test_what_cannot_be_written_is_refused_and_left(tmp_path, form, error):
  words = _ERRORS[error]
  path = tmp_path / ('sheet.png' if form == 'sheet' else f'out{form}')
  error(path)
  before = _state(tmp_path)
  values = {'sheet': str(path)}
  if form != 'sheet':
    values = {'output': (str(tmp_path / 'good.json'), str(path))}
  # Before the work, and by whoever writes without having asked.
  with pytest.raises(OSError, match=words) as before_work:
    paint_request.check(paint_request.Request(program='x.json', **values))
  program = _program(form)
  sheet = paint_sheet.Sheet(1)
  sheet.add(program.render())
  with pytest.raises(OSError, match=words) as in_work:
    if form == 'sheet':
      sheet.write(str(path))
    else:
      program.save(str(tmp_path / 'good.json'), str(path), size=32)
  for caught in (before_work, in_work):
    (line,) = str(caught.value).splitlines()
    assert str(path) in line and line.endswith('.') and '. ' in line
  assert _state(tmp_path) == before


@pytest.mark.parametrize('size', [0, 50])
@pytest.mark.parametrize('form', [*_FORMS, 'sheet'])
def test_a_disk_that_gets_full_is_named_and_nothing_is_left(
  tmp_path, form, size
):
  path = tmp_path / ('sheet.png' if form == 'sheet' else f'out{form}')
  program = _program(form)
  program.render()  # MuJoCo keeps something on disk when it starts.
  sheet = paint_sheet.Sheet(1)
  sheet.add(program.render())
  for old in (None, b'old'):
    if old:
      path.write_bytes(old)
    _, most = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
      with pytest.raises(OSError, match='too large') as caught:
        if form == 'sheet':
          sheet.write(str(path))
        else:
          program.save(str(path), size=64)
    finally:
      resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    (line,) = str(caught.value).splitlines()
    assert repr(str(path)) in line and '.tmp' not in line
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [old] * bool(old)


@pytest.mark.parametrize('error', _ERRORS)
def test_commands_say_it_in_a_line(launch, tmp_path, error):
  error(tmp_path / 'out.png')
  before = _state(tmp_path)
  done = launch(
    'launch.paint', '--program=missing', f'--output={tmp_path / "out.png"}'
  )
  assert done.returncode == 1 and done.stdout == ''
  (line,) = done.stderr.strip().splitlines()
  assert line.startswith(f"Error: '{tmp_path}/out.png' ")
  assert _ERRORS[error] in line
  assert _state(tmp_path) == before


@pytest.mark.parametrize('form', ['.png', '.mp4', 'sheet'])
def test_a_command_whose_disk_gets_full_says_it_in_a_line(
  launch, tmp_path, form
):
  program = tmp_path / 'p.json'
  program_cases.painted().save(str(program))
  flag = '--output=' + str(tmp_path / f'out{form}')
  if form == 'sheet':
    flag = '--sheet=' + str(tmp_path / 'out.png')
  done = launch(
    'tests.limited',
    '200',
    'launch.paint',
    f'--program={program}',
    '--size=256',
    flag,
  )
  assert done.returncode == 1
  (line,) = done.stderr.strip().splitlines()
  assert line.startswith(f"Error: '{tmp_path}/out.") and 'too large' in line
  assert os.listdir(tmp_path) == ['p.json']


def _cut(path):
  program_cases.painted().save(str(path))
  path.write_bytes(path.read_bytes()[:200])


def _unreadable(path):
  path.symlink_to('/proc/self/mem')  # It can be opened, and never read.


@pytest.mark.parametrize(
  'flag,make,words',
  [
    ('program', None, 'does not exist'),
    ('program', _folder, 'directory'),
    ('program', _loop, 'holds no program: Too many'),
    ('program', _missing_folder, 'does not exist'),
    ('program', _unreadable, 'holds no program: Input/output'),
    ('program', _cut, 'holds no program: it is not JSON'),
    ('model', None, 'is not the folder of a SavedModel'),
    ('model', _folder, 'is not the folder of a SavedModel'),
    ('model', _cut, 'is not the folder of a SavedModel'),
    ('model', _loop, 'is not the folder of a SavedModel'),
    ('image', None, 'does not exist'),
    ('image', _folder, 'holds no pictures'),
    ('image', _loop, 'x.json'),
    ('image', _missing_folder, 'does not exist'),
    ('image', _unreadable, 'x.json'),
    ('image', _cut, 'x.json'),
  ],
)
def test_what_cannot_be_read_is_named(launch, tmp_path, flag, make, words):
  path = tmp_path / 'x.json'
  if make is not None:
    make(path)
  done = launch(
    'launch.paint', f'--{flag}={path}', f'--output={tmp_path / "out.png"}'
  )
  assert done.returncode == 1
  (line,) = done.stderr.strip().splitlines()
  assert line.startswith('Error: ') and str(path) in line and words in line
  assert set(os.listdir(tmp_path)) <= {'x.json'}


@pytest.mark.parametrize(
  'damaged,share',
  [
    ('saved_model.pb', 0.5),
    ('saved_model.pb', 0),
    ('variables.index', 0.5),
    ('variables.data-00000-of-00001', 0.5),
    ('variables.data-00000-of-00001', 0),
    ('variables.data-00000-of-00001', None),
  ],
)
def test_a_damaged_agent_is_named(launch, tmp_path, damaged, share):
  models = pathlib.Path(__file__).absolute().parent.parent / 'models'
  shutil.copytree(models / 'mnist_small', tmp_path / 'model')
  (file,) = (tmp_path / 'model').rglob(damaged)
  data = file.read_bytes()
  file.unlink()
  if share is not None:  # Copied in part, or not at all.
    file.write_bytes(data[: int(len(data) * share)])
  path = tmp_path / 'model'
  done = launch('launch.paint', f'--model={path}', f'--sheet={tmp_path}/a.png')
  assert done.returncode == 1
  (line,) = done.stderr.strip().splitlines()
  assert line.startswith('Error: ') and str(path) in line
  assert 'damaged or not whole' in line


def test_the_errors_are_real(tmp_path):
  for error in _ERRORS:
    path = tmp_path / error.__name__
    error(path)
    mode = os.lstat(path).st_mode
    assert not stat.S_ISREG(mode) or not mode & 0o222


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
