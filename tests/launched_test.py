"""Tests of tests.launched: that it sees what is left behind."""

import subprocess
import sys

import psutil
import pytest

from tests import launched
from tests import patience

_LEAVE = """
import subprocess
print(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)
"""


def test_what_has_a_session_of_its_own_is_seen(monkeypatch):
  parent = launched.marked(
    [sys.executable, '-c', _LEAVE], stdout=subprocess.PIPE, text=True
  )
  child = psutil.Process(int(parent.stdout.readline()))
  assert not patience.end(parent)
  parent.stdout.close()
  assert launched.left_of(parent) == [child]
  with monkeypatch.context() as patch:
    patch.setattr(patience, '_LEAST_SECONDS', 1e-3)
    patch.setattr(patience, 'measure', lambda: 1e-3)
    with pytest.raises(AssertionError, match=f'Still there.*{child.pid}'):
      launched.assert_none_left(parent)
  child.kill()
  launched.assert_none_left(parent)


def test_others_are_not_of_it():
  one, other = (launched.marked(['sleep', '1000']) for _ in range(2))
  assert [process.pid for process in launched.left_of(one)] == [one.pid]
  one.kill()
  launched.assert_none_left(one)  # It is a zombie yet.
  patience.end(one)
  other.kill()
  patience.end(other)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
