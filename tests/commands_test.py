"""Tests of launch.commands, with files as they are met."""

import errno
import os
import pathlib
import subprocess
import sys

import pytest
import tensorflow as tf

from launch import commands


def _of(call):
  """The line of what a call raises."""
  with pytest.raises(OSError) as error:
    call()
  return commands.line(error.value)


def test_it_names_the_part_of_a_path_that_is_wrong(tmp_path):
  (tmp_path / 'file').write_text('')
  (tmp_path / 'link').symlink_to('gone')
  (tmp_path / 'a').symlink_to('b')
  (tmp_path / 'b').symlink_to('a')
  for call, words in (
    (
      (tmp_path / 'no').read_bytes,
      f'{tmp_path}/no does not exist. ',
    ),
    (
      (tmp_path / 'file' / 'x').read_bytes,
      f'{tmp_path}/file/x: {tmp_path}/file is a file, but must be a folder. ',
    ),
    (
      lambda: os.makedirs(tmp_path / 'file'),
      f'{tmp_path}/file: it is a file, but must be a folder. ',
    ),
    (
      pathlib.Path('/dev/null/x').read_bytes,
      '/dev/null/x: /dev/null is a file, but',
    ),
    (lambda: os.listdir(tmp_path / 'file'), f'{tmp_path}/file is a file, but'),
    (
      (tmp_path).read_bytes,
      f'{tmp_path}: it is a folder, but must be',
    ),
    (
      (tmp_path / 'link').read_bytes,
      f'{tmp_path}/link is a link to gone, which does not exist. ',
    ),
    (
      (tmp_path / 'link' / 'x').read_bytes,
      f'{tmp_path}/link is a link to gone, which does not exist. ',
    ),
    (
      (tmp_path / 'a').read_bytes,
      f'{tmp_path}/a: its links lead to each',
    ),
    (pathlib.Path(tmp_path / ('x' * 300)).read_bytes, 'its name is too long. '),
    (
      lambda: os.replace(tmp_path / 'file', tmp_path),
      f'{tmp_path}',
    ),
  ):
    line = _of(call)
    assert words in line
    assert line.count('\n') == 0 and line.endswith('.')


@pytest.mark.parametrize('number', sorted(errno.errorcode))
def test_whatever_happens_to_a_file_is_told_with_a_cure(number):
  path = f'/somewhere/x.json.{os.getpid()}.140.tmp'
  line = commands.line(OSError(number, os.strerror(number), path))
  assert '/somewhere/x.json' in line and '.tmp' not in line
  assert '. ' in line and line.endswith('.')


def test_of_two_names_the_second_is_told():
  error = OSError(errno.EROFS, 'so', '/a.1.2.tmp', None, '/b')
  assert commands.line(error).startswith('/b: ')


def test_names_that_would_break_the_line():
  error = OSError(errno.EACCES, 'so', b'/a\nb\x1b\xff')
  (line,) = commands.line(error).splitlines()
  assert line.isprintable()


def test_messages_of_ours_are_told_as_they_are():
  for error in (
    ValueError('No such run. Make one.'),
    RuntimeError('No such run. Make one.'),
    FileNotFoundError('No such run. Make one.'),
    OSError(errno.EIO, 'No such run. Make one.'),
  ):
    assert commands.line(error) == 'No such run. Make one.'


def test_errors_of_files_by_tensorflow(tmp_path):
  for call in (
    lambda: tf.io.read_file(str(tmp_path / 'gone')),
    lambda: tf.io.gfile.GFile(str(tmp_path / 'gone')).read(),
    lambda: tf.saved_model.save(tf.Module(), '/dev/null/x'),
    lambda: tf.io.write_file(str(tmp_path), 'x'),
  ):
    with pytest.raises(tf.errors.OpError) as error:
      call()
    (line,) = commands.line(error.value).splitlines()
    assert str(tmp_path) in line or '/dev/null' in line


def test_a_bug_is_shown():
  with pytest.raises(tf.errors.InvalidArgumentError) as error:
    tf.reshape(tf.zeros([3]), [2])
  assert commands.line(error.value) is None
  for bug in (TypeError(), KeyError(), RecursionError(), AssertionError()):
    assert commands.line(bug) is None


def _run(monkeypatch, main):
  """The exit code of a command."""
  monkeypatch.setattr(
    commands.app, 'run', lambda main: sys.exit(main(['name']))
  )
  with pytest.raises(SystemExit) as end:
    commands.run(main)
  return end.value.code


def _raising(error):
  def main(unused_argv):
    raise error

  return main


@pytest.mark.parametrize(
  'main,code,line',
  [
    (lambda argv: None, 0, ''),
    (lambda argv: 130, 130, ''),
    (_raising(SystemExit('Error: so.')), 1, 'Error: so.\n'),
    (_raising(SystemExit(2)), 2, ''),
    (_raising(ValueError('So.')), 1, 'Error: So.\n'),
    (_raising(KeyboardInterrupt()), 130, 'Stopped.\n'),
  ],
)
def test_exit_codes(monkeypatch, capsys, main, code, line):
  assert _run(monkeypatch, main) == code
  assert capsys.readouterr().err == line


def test_a_bug_goes_through(monkeypatch):
  with pytest.raises(ZeroDivisionError):
    monkeypatch.setattr(commands.app, 'run', lambda main: main(['name']))
    commands.run(_raising(ZeroDivisionError()))


_PRINTS = """
from launch import commands
commands.run(lambda argv: print('result' * 100_000))
"""


@pytest.mark.parametrize('output', ['full', 'gone'])
def test_output_that_cannot_be_written_is_an_error(output):

  if output == 'full':
    with open('/dev/full', 'w') as file:
      done = subprocess.run(
        [sys.executable, '-c', _PRINTS],
        stdout=file,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
      )
  else:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
      [sys.executable, '-c', _PRINTS],
      stdout=writer,
      stderr=subprocess.PIPE,
      text=True,
      check=False,
    )
    os.close(writer)
  assert done.returncode == 1
  (line,) = done.stderr.splitlines()
  assert line.startswith('Error: ')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
