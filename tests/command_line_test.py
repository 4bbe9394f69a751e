"""Tests of spiral_tf.command_line, and of what an installation holds."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import spiral_tf
from spiral_tf import command_line

_ROOT = pathlib.Path(__file__).absolute().parent.parent


def _spiral(*arguments, cwd=None, path=_ROOT):
  """Runs the command as an installation's script does."""
  code = 'from spiral_tf import command_line; command_line.main()'
  return subprocess.run(
    [sys.executable, '-c', code, *map(str, arguments)],
    cwd=cwd,
    env={**os.environ, 'PYTHONPATH': str(path)},
    capture_output=True,
    text=True,
  )


def _main(monkeypatch, *arguments):
  monkeypatch.setattr(sys, 'argv', ['spiral', *arguments])
  command_line.main()


def test_every_command_is_there_with_a_line_about_it(monkeypatch, capsys):
  assert {'paint', 'train', 'serve', 'make_scenes'} <= set(command_line.names())
  assert not {'flags', 'commands', 'graph'} & set(command_line.names())
  _main(monkeypatch)
  lines = capsys.readouterr().out.splitlines()
  assert any(
    line.startswith('  paint  ') and 'Paints' in line for line in lines
  )
  assert len(lines) == len(command_line.names()) + 2


def test_the_version_is_that_of_the_package(monkeypatch, capsys):
  _main(monkeypatch, '--version')
  assert capsys.readouterr().out.strip() == spiral_tf.__version__
  assert (
    f'version: {spiral_tf.__version__}\n'
    in (_ROOT / 'CITATION.cff').read_text()
  )


@pytest.mark.parametrize(
  'name, said', [('piant', 'Did you mean "paint"'), ('xyz', 'no command "xyz"')]
)
def test_an_unknown_command_is_a_line(monkeypatch, name, said):
  with pytest.raises(SystemExit, match=said):
    _main(monkeypatch, name)


def test_a_command_is_run_from_anywhere_with_its_arguments(tmp_path):
  done = _spiral('make-scenes', '--num=3', '--output=scenes', cwd=tmp_path)
  assert done.returncode == 0, done.stderr
  assert (tmp_path / 'scenes' / 'preview.png').exists()
  done = _spiral('make_scenes', '--nmu=3', cwd=tmp_path)
  assert done.returncode and 'nmu' in done.stderr


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
  """The folder of an installation, made by setup.py from a copy."""
  copy = tmp_path_factory.mktemp('copy')
  for name in ('spiral_tf', 'launch', 'configs'):
    shutil.copytree(
      _ROOT / name,
      copy / name,
      ignore=shutil.ignore_patterns('__pycache__', '*.so'),
    )
  for name in ('mnist_conditional_small', 'omniglot_conditional_small'):
    shutil.copytree(_ROOT / 'models' / name, copy / 'models' / name)
  for name in ('setup.py', 'README.md', 'pyproject.toml'):
    shutil.copy(_ROOT / name, copy)
  subprocess.run(
    [sys.executable, 'setup.py', '-q', 'build_py', '--build-lib=built'],
    cwd=copy,
    check=True,
    capture_output=True,
  )
  # What build_ext would have made.
  where = pathlib.Path('spiral_tf', 'environments', 'mypaint')
  for library in (_ROOT / where).glob('*.so'):
    shutil.copy(library, copy / 'built' / where)
  return copy / 'built'


@pytest.mark.slow
def test_an_installation_hides_nobodys_modules_and_has_all_that_is_needed(
  installed, tmp_path
):
  assert [path.name for path in installed.iterdir()] == ['spiral_tf']
  programs = installed / 'spiral_tf' / '_programs'
  assert (programs / 'launch' / 'benchmarks' / 'native').is_dir()
  shutil.copy(_ROOT / 'docs' / 'three.png', tmp_path / 'three.png')
  done = _spiral('paint', 'three.png', cwd=tmp_path, path=installed)
  assert done.returncode == 0, done.stderr
  assert {path.name for path in tmp_path.iterdir()} == {
    *('three.png', 'three_painted.svg', 'three_painted.png')
  }
  done = _spiral('train', '--helpshort', cwd=tmp_path, path=installed)
  assert '--engine' in done.stdout


@pytest.mark.slow
def test_an_installation_trains(installed, tmp_path):
  """In processes where there is Launchpad, whose nodes must find all."""
  done = _spiral(
    'train',
    '--config=configs/digits.py',
    '--config.training.frames=640',
    '--workdir=run',
    cwd=tmp_path,
    path=installed,
  )
  assert done.returncode == 0, done.stdout + done.stderr
  assert 'Training has come to its end' in done.stdout


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
