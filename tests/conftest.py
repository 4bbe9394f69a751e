"""What all tests share."""

import importlib.util
import os
import signal

import pytest

# Before TensorFlow: it chooses the kernels, so that tests have the product's.
import spiral_tf  # noqa: F401

# As for nodes: with as many busy processes as cores, more threads only wait for
# each other. TensorFlow reads this when it is imported.
for _name in ('TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'):
  os.environ.setdefault(_name, '1')
os.environ.setdefault('OMP_NUM_THREADS', '1')


# Files whose subject needs Launchpad and Reverb, which new Pythons do not have.
DISTRIBUTED = (
  'activity_test.py',
  'by_reverb_test.py',
  'damaged_run_test.py',
  'isolation_test.py',
  'jobs_test.py',
  'local_engine_test.py',
  'no_room_test.py',
  'node_process_test.py',
  'old_layout_test.py',
  'ray_engine_test.py',
  'ray_keeper_test.py',
  'replay_control_test.py',
  'slurm_engine_test.py',
  'slurm_keeper_test.py',
  'supervisor_test.py',
  'whole/launch_graph_test.py',
)
collect_ignore = []
if not all(map(importlib.util.find_spec, ('launchpad', 'reverb'))):
  collect_ignore += DISTRIBUTED


def pytest_addoption(parser):
  """Adds --skip_slow, for a run right after one that had all tests."""
  parser.addoption(
    '--skip_slow', action='store_true', help='leave out tests marked slow'
  )


def pytest_configure(config):
  """Names the mark of tests that take many seconds."""
  config.addinivalue_line('markers', 'slow: takes many seconds')


def pytest_collection_modifyitems(config, items):
  """Leaves out slow tests where that is asked for."""
  if config.getoption('--skip_slow'):
    slow = [item for item in items if item.get_closest_marker('slow')]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@pytest.fixture(autouse=True, scope='session')
def interruptible():
  """Lets tests press Ctrl-C, which a shell's background jobs ignore."""
  signal.signal(signal.SIGINT, signal.default_int_handler)
