"""What all tests share."""

import os
import signal

import pytest

# As for nodes: with as many busy processes as cores, more threads only wait for
# each other. TensorFlow reads this when it is imported.
for _name in ('TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'):
  os.environ.setdefault(_name, '1')
os.environ.setdefault('OMP_NUM_THREADS', '1')


@pytest.fixture(autouse=True, scope='session')
def interruptible():
  """Lets tests press Ctrl-C, which a shell's background jobs ignore."""
  signal.signal(signal.SIGINT, signal.default_int_handler)
