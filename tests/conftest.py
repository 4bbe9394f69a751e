"""What all tests share."""

import signal

import pytest


@pytest.fixture(autouse=True, scope='session')
def interruptible():
  """Lets tests press Ctrl-C, which a shell's background jobs ignore."""
  signal.signal(signal.SIGINT, signal.default_int_handler)
