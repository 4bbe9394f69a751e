"""Tests of launch.mcmc_chains: processes, Ctrl-C and what dies."""

import functools
import multiprocessing
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from launch import mcmc_chains
from spiral_tf import progress
from spiral_tf.config import sections
from spiral_tf.environments.mujoco import stage as stage_lib
from spiral_tf.experiments import metropolis_hastings
from tests import clocks
from tests import patience
from tests import processes

_SEARCH = mcmc_chains.Search(
  sections.EnvironmentConfig(
    name='scenes', canvas_width=16, grid_width=4, max_objects=3
  ),
  iterations=30,
  initial='prior',
  seed=5,
)


@pytest.fixture(scope='module')
def targets():
  """Three scenes of one object."""
  stage = stage_lib.Stage(16, 4, 3)
  return np.stack(
    [
      stage.render([stage_lib.SceneObject(kind, 5, 2, 3, 0, kind)])
      for kind in range(3)
    ]
  )


def test_each_image_has_its_own_chain(targets, monkeypatch):
  lines, now = [], [50.0]
  for module in (mcmc_chains, progress):
    clocks.replace(monkeypatch, module, monotonic=lambda: now[0])

  def search(index, target):
    now[0] += 0.25
    return _SEARCH(index, target)

  chains, seconds = mcmc_chains.run(search, targets, 1, lines.append)
  assert sorted(chains) == [0, 1, 2]
  assert seconds == 0.75
  for index, chain in chains.items():
    expected = metropolis_hastings.run(
      targets[index],
      stage_lib.Stage(16, 4, 3),
      30,
      np.random.default_rng([5, index]),
      grid_width=4,
      max_objects=3,
      initial='prior',
    )
    np.testing.assert_array_equal(chain.l2, expected.l2)
    assert chain.objects == expected.objects
  (line,) = lines
  found = re.fullmatch(
    r'3 of 3 images, ([\d,]+) renders a second, 0:00 left', line
  )
  renders = sum(chain.renders for chain in chains.values())
  rate = int(found[1].replace(',', ''))
  assert rate == round(renders / seconds)


def test_each_image_may_have_its_own_scene_to_begin_with(targets):
  given = [(stage_lib.SceneObject(k, 5, 2, 3, 0, k),) for k in range(3)]
  search = _SEARCH._replace(initial=given)
  chains, _ = mcmc_chains.run(search, targets, 1, print)
  assert [chains[i].l2[0] for i in range(3)] == [0, 0, 0]
  assert [chains[i].best_objects for i in range(3)] == given


def test_processes_change_nothing(targets):
  alone, _ = mcmc_chains.run(_SEARCH, targets, 1, print)
  together, _ = mcmc_chains.run(_SEARCH, targets, 2, print)
  assert sorted(together) == sorted(alone)
  for index in alone:
    np.testing.assert_array_equal(together[index].l2, alone[index].l2)
    np.testing.assert_array_equal(together[index].image, alone[index].image)


def _stop_at(stop, index, target):
  if index == stop:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(3600)
  return _SEARCH(index, target)


def test_ctrl_c_keeps_what_is_done(targets):
  search = functools.partial(_stop_at, 2)
  chains, _ = mcmc_chains.run(search, targets, 1, print)
  assert sorted(chains) == [0, 1]
  with pytest.raises(KeyboardInterrupt):
    mcmc_chains.run(functools.partial(_stop_at, 0), targets, 1, print)


def _slow_from(first, index, target):
  """The first images are done at once, the others never."""
  # Processes are not to hear of Ctrl-C, which a terminal sends to them too.
  os.kill(os.getpid(), signal.SIGINT)
  if index >= first:
    time.sleep(3600)
  return _SEARCH(index, target)


def test_ctrl_c_ends_the_processes(targets, monkeypatch):
  monkeypatch.setattr(mcmc_chains, '_EVERY', 0.0)
  main = threading.main_thread().ident

  def interrupt(line):
    assert line.startswith('1 of 3')
    threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()

  search = functools.partial(_slow_from, 1)
  chains, _ = mcmc_chains.run(search, targets, 2, interrupt)
  assert sorted(chains) == [0]
  assert not multiprocessing.active_children()
  assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _die(index, target):
  os._exit(3)


def test_a_process_that_dies_is_an_error(targets):
  with pytest.raises(RuntimeError, match='exit code 3'):
    mcmc_chains.run(_die, targets, 2, print)
  assert not multiprocessing.active_children()


_PARENT = """
import functools, sys
import numpy as np
from launch import mcmc_chains
from tests import mcmc_chains_test

if __name__ == '__main__':
  search = functools.partial(mcmc_chains_test._say_and_sleep, sys.argv[1])
  mcmc_chains.run(search, np.zeros([2, 16, 16, 3], np.uint8), 2, print)
"""


def _say_and_sleep(folder, index, target):
  pathlib.Path(folder, str(os.getpid())).touch()
  time.sleep(3600)


def test_processes_end_with_their_parent(tmp_path):
  script = tmp_path / 'parent.py'
  script.write_text(_PARENT)
  workers = tmp_path / 'workers'
  workers.mkdir()
  root = pathlib.Path(__file__).absolute().parent.parent
  paths = [str(root), *filter(None, sys.path)]
  parent = subprocess.Popen(
    [sys.executable, script, workers],
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)},
  )
  patience.wait_until(
    lambda: len(list(workers.iterdir())) == 2,
    'two processes',
    alive=lambda: parent.poll() is None,
  )
  parent.kill()
  parent.wait()
  processes.wait_until_gone(*(int(path.name) for path in workers.iterdir()))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
