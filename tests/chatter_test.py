"""What libmypaint prints for its authors is not seen; all else is."""

import subprocess
import sys

import pytest

_BEGIN = """
import ctypes, os
from spiral_tf.environments import mypaint
libc = ctypes.CDLL(None)
say = lambda text: libc.printf(b'%s', text)
"""


def _printed(code):
  done = subprocess.run(
    [sys.executable, '-c', _BEGIN + code], capture_output=True, check=True
  )
  return done.stdout


def test_chatter_is_not_seen():
  printed = _printed(
    "say(b'Time is running backwards!\\n')\n"
    "say(b'one\\nTime is running backwards!\\ntwo\\n')\n"
    "say(b'Time is running'); say(b' backwards!\\nthree\\n')\n"
  )
  assert printed == b'one\ntwo\nthree\n'


@pytest.mark.parametrize(
  'text',
  [
    b'Time is running out!\n',
    b'See: Time is running backwards!\n',
    b'Time is running backwards! Again.\n',
    b'no end of the line',
    b'\n\n',
    b'a' * 10_000 + b'\n' + b'b' * 10_000,
  ],
)
def test_all_else_is_seen(text):
  assert _printed(f'say({text!r})') == text


def test_lines_are_seen_at_once():
  # What the process prints before it is killed has been seen.
  printed = _printed("say(b'line\\n'); os._exit(0)")
  assert printed == b'line\n'


def test_python_prints_as_ever():
  assert _printed("print('hello')") == b'hello\n'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
