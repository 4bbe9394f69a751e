"""Tests of launch.runtime.no_room."""

import errno
import os

import pytest
import tensorflow as tf

from launch.runtime import jobs
from launch.runtime import no_room

# What TensorFlow says, whose last line, which is quoted, is not the reason.
_WORDS = 'events.out; No space left on device\n\tCould not initialize events'


@pytest.mark.parametrize(
  'error,code',
  [
    (OSError(errno.ENOSPC, 'full'), errno.ENOSPC),
    (OSError(errno.EDQUOT, 'full'), errno.EDQUOT),
    (tf.errors.ResourceExhaustedError(None, None, _WORDS), errno.ENOSPC),
    (tf.errors.ResourceExhaustedError(None, None, 'OOM'), None),
    (OSError(errno.EACCES, 'denied'), None),
    (RuntimeError('No more space'), None),
  ],
)
def test_an_error_for_lack_of_room_has_its_own_exit_code(error, code):
  assert no_room.exit_code(error) == code

  def fail():
    raise error

  def fail_later():
    try:
      fail()
    except Exception as cause:
      raise RuntimeError('This learner has failed.') from cause

  for function in (fail, fail_later):
    with pytest.raises(BaseException) as end:
      jobs.run(function)
    assert getattr(end.value, 'code', None) == code


def test_causes_that_are_a_ring_come_to_an_end():
  first, second = RuntimeError('first'), RuntimeError('second')
  first.__cause__, second.__cause__ = second, first
  assert no_room.exit_code(first) is None


def test_a_code_tells_its_meaning():
  assert no_room.meaning(errno.ENOSPC) == f', {os.strerror(errno.ENOSPC)}'
  assert no_room.meaning(1) == ''


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
