"""Tests of spiral_tf.processes; those of its users kill real parents."""

import os
import signal
import subprocess
import sys

import pytest

from spiral_tf import processes


def test_ctrl_c_is_ignored_for_a_while():
  before = signal.getsignal(signal.SIGINT)
  with processes.interrupts_ignored():
    os.kill(os.getpid(), signal.SIGINT)
    child = subprocess.run(
      [
        sys.executable,
        '-c',
        'import os, signal; os.kill(os.getpid(), signal.SIGINT)',
      ],
      check=False,
    )
  assert child.returncode == 0  # It inherited that.
  assert signal.getsignal(signal.SIGINT) is before
  with pytest.raises(KeyboardInterrupt), processes.interrupts_ignored():
    raise KeyboardInterrupt  # Others pass.
  assert signal.getsignal(signal.SIGINT) is before


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
