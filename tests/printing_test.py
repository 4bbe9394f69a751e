"""Tests of launch.runtime.printing, in processes whose output breaks."""

import os
import pathlib
import subprocess
import sys

import pytest

_ROOT = pathlib.Path(__file__).absolute().parent.parent
# Nobody waits so long: a loaded machine is only slower.
_SECONDS = 300
_BEGIN = """
import sys, threading, time
from launch.runtime import printing

def work():
  for number in range(5):
    print('line', number)
  print('error', file=sys.stderr)

with printing.protected(sys.argv[1]):
  CODE
  sys.exit(7)
"""


def _start(log, code='work()', before='', **kwargs):
  program = _BEGIN.replace('CODE', code)
  return subprocess.Popen(
    ['bash', '-c', f'{before} exec "$0" "$@"', sys.executable, '-c', program]
    + [str(log)],
    env={**os.environ, 'PYTHONPATH': str(_ROOT)},
    **{'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **kwargs},
  )


@pytest.fixture
def log(tmp_path):
  (tmp_path / 'run').mkdir()
  return tmp_path / 'run' / 'logs' / 'launcher'


_LINES = ''.join(f'line {number}\n' for number in range(5))


def test_what_can_be_printed_is_and_no_file_is_made(log):
  process = _start(log)
  out, err = process.communicate(timeout=_SECONDS)
  assert (out.decode(), err.decode()) == (_LINES, 'error\n')
  assert process.returncode == 7
  assert not log.parent.exists()


def test_the_order_of_both_is_kept(log):
  code = 'print(1); print(2, file=sys.stderr); print(3); print("4", end="")'
  process = _start(log, code, stderr=subprocess.STDOUT)
  assert process.communicate(timeout=_SECONDS)[0] == b'1\n2\n3\n4'


def test_a_reader_that_is_gone_is_said_once_and_does_no_harm(log):
  read, write = os.pipe()
  os.close(read)
  process = _start(log, stdout=write)
  os.close(write)
  err = process.communicate(timeout=_SECONDS)[1].decode()
  assert process.returncode == 7
  assert err.count('Standard output can not be written to (Broken pipe)') == 1
  assert str(log) in err
  assert 'Traceback' not in err and 'Exception ignored' not in err
  assert _LINES in log.read_text()


def test_a_full_disk_does_no_harm(log):
  with open('/dev/full', 'w') as full:
    process = _start(log, stdout=full)
  err = process.communicate(timeout=_SECONDS)[1].decode()
  assert process.returncode == 7
  assert err.count('No space left') == 1
  assert _LINES in log.read_text()


def test_nothing_that_can_be_printed_to_does_no_harm(tmp_path):
  with open('/dev/full', 'w') as full:
    process = _start(tmp_path / 'a' / 'b' / 'c', stdout=full, stderr=full)
  assert process.wait(_SECONDS) == 7
  assert not list(tmp_path.iterdir())


def test_streams_that_were_closed_are_no_files_of_the_run(log, tmp_path):
  # Or the next file to be opened has number 1, and gets what native code says.
  code = f'file = open({str(tmp_path / "file")!r}, "w"); work(); '
  code += 'import os; os.write(1, b"native"); os.write(2, b"native")'
  process = _start(log, code, before='exec 0<&- 1>&- 2>&-;')
  assert process.wait(_SECONDS) == 7
  assert (tmp_path / 'file').read_text() == ''
  assert _LINES in log.read_text()


def test_a_reader_that_does_not_read_is_not_waited_for(log):
  # A pager that is left open, or Ctrl-S in a terminal.
  code = """
  for number in range(50_000):
    print('x' * 100)
  with open(sys.argv[1] + '.done', 'w') as file:
    file.write('done')
"""
  log.parent.mkdir()
  process = _start(log, code.strip())
  try:
    # It ends, without anybody having read a line.
    assert process.wait(_SECONDS) == 7
    assert pathlib.Path(f'{log}.done').exists()
  finally:
    process.kill()
    process.communicate()


def test_letters_that_a_stream_does_not_have_are_written_in_others(log):
  process = _start(
    log,
    r'print("caf\u00e9", "\ud800")',
    before='export LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0;',
  )
  out, _ = process.communicate(timeout=_SECONDS)
  assert out.startswith(b'caf') and b'\\ud800' in out
  assert process.returncode == 7


def test_lines_of_threads_do_not_mix(log):
  code = """
  def talk(word):
    for _ in range(500):
      print(word, word, word)
  threads = [threading.Thread(target=talk, args=[w]) for w in 'ab']
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
"""
  out, _ = _start(log, code.strip()).communicate(timeout=_SECONDS)
  assert sorted(out.decode().split('\n')) == (
    [''] + ['a a a'] * 500 + ['b b b'] * 500
  )


def test_an_error_that_nobody_caught_is_shown_as_ever(log):
  process = _start(log, 'raise KeyError("a mistake")')
  err = process.communicate(timeout=_SECONDS)[1].decode()
  assert process.returncode == 1
  assert 'KeyError' in err


def test_a_signal_that_interrupts_a_print_does_no_harm(log):
  code = """
  import signal
  signal.signal(signal.SIGALRM, lambda *unused: print('signal'))
  signal.setitimer(signal.ITIMER_REAL, 1e-3, 1e-3)
  for number in range(2000):
    print('line')
  signal.setitimer(signal.ITIMER_REAL, 0)
"""
  process = _start(log, code.strip())
  out, _ = process.communicate(timeout=_SECONDS)
  assert process.returncode == 7
  assert out.count(b'line') == 2000


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
