"""The engine on a Ray of this machine alone.

It takes some fifteen seconds, as Ray's servers and each of its workers have to
start, and Launchpad in each node. `ray_cluster_test` has several machines.
"""

import contextlib
import os
import signal

import psutil
import pytest

from launch.runtime.engines import engine as engine_lib
from launch.runtime.engines import ray_engine
from tests import engine_nodes
from tests import processes

try:
  import ray
except ImportError:
  ray = None

pytestmark = pytest.mark.skipif(
  ray is None, reason='Ray is not installed: pip install ".[ray]"'
)

_HALF = engine_lib.Resources(cpus=0.5)


@pytest.fixture(scope='module')
def cluster():
  """A Ray with three cores and two of a resource of its own."""
  with pytest.MonkeyPatch.context() as patch:
    # Nodes are not to wait for all else that is busy.
    patch.setenv('RAY_worker_niceness', '0')
    patch.setenv('RAY_USAGE_STATS_ENABLED', '0')
    ray.init(
      address='local',
      num_cpus=3,
      resources={'painter': 2},
      object_store_memory=80 * 2**20,
      include_dashboard=False,
      log_to_driver=False,
    )
    yield
    ray.shutdown()


@pytest.fixture
def engine(cluster):
  """An engine that gives up soon."""
  made = ray_engine.RayEngine(place_seconds=20.0)
  yield made
  made.close()


def _fail():
  # That of the launcher, not of the process that started Ray.
  kernels = os.environ['TF_ENABLE_ONEDNN_OPTS']
  raise SystemExit(3 if (os.environ['A'], kernels) == ('b', '0') else 4)


def _keepers():
  found = []
  for process in psutil.Process().children(recursive=True):
    with contextlib.suppress(psutil.NoSuchProcess):  # Or a zombie.
      if 'ray::Keeper' in ' '.join(process.cmdline()):
        found.append(process)
  return found


def test_nodes_run_and_end_in_every_way(engine, tmp_path, monkeypatch):
  monkeypatch.setenv('TF_ENABLE_ONEDNN_OPTS', '0')
  engine.place({'fails': _HALF, 'stops': _HALF})
  endpoints = engine.endpoints(['fails', 'stops'])
  hosts, ports = zip(*(e.rsplit(':', 1) for e in endpoints.values()))
  assert hosts[0] == hosts[1] == ray.util.get_node_ip_address()
  assert ports[0] != ports[1]
  assert engine.poll() == []

  stops = engine_nodes.task(tmp_path, 'stops', engine_nodes.run_until_stopped)
  engine.start(engine_nodes.task(tmp_path, 'fails', _fail))
  engine.start(stops)
  assert engine_nodes.poll(engine) == [('fails', 3)]

  # In order; and what it left behind ends with it.
  ids = engine_nodes.wait_for_ids(stops)
  engine.stop('stops')
  assert engine_nodes.poll(engine) == [('stops', 0)]
  processes.wait_until_gone(*ids)

  # In the same place again; killed by somebody.
  engine.start(stops)
  ids = engine_nodes.wait_for_ids(stops, 2)
  os.kill(ids[0], signal.SIGKILL)
  assert engine_nodes.poll(engine) == [('stops', -signal.SIGKILL)]
  processes.wait_until_gone(*ids)

  # Its place is lost while it runs, and that of the other, which does not.
  engine.start(stops)
  ids = engine_nodes.wait_for_ids(stops, 3)
  for process in _keepers():
    process.kill()
  assert engine_nodes.poll(engine, 2) == [('fails', None), ('stops', None)]
  processes.wait_until_gone(ids[0])
  os.kill(ids[1], signal.SIGKILL)  # It has nobody who could.
  with pytest.raises(engine_lib.LostError, match='stops'):
    engine.start(stops)
  with pytest.raises(engine_lib.LostError, match='fails, stops'):
    engine.endpoints(['stops', 'fails'])
  engine.stop('stops')

  engine.place({'stops': _HALF})
  engine.start(stops)
  ids = engine_nodes.wait_for_ids(stops, 4)
  engine.close()
  processes.wait_until_gone(*ids)
  processes.wait_until_gone(*(process.pid for process in _keepers()))


def test_says_what_is_lacking(engine):
  impatient = ray_engine.RayEngine(place_seconds=2.0)
  with pytest.raises(RuntimeError) as error:
    impatient.place(
      {
        'first': engine_lib.Resources(1, 0, {'painter': 1}),
        'second': engine_lib.Resources(1, 1, {'painter': 2}),
      }
    )
  text = str(error.value)
  assert 'second: no place' in text
  assert '1 GPU where 0 of 0 are free' in text
  assert '2 painter where 1 of 2 are free' in text
  assert 'which no single machine has' in text
  assert 'CPU where' not in text
  assert '--config.resources' in text and 'ray start' in text
  impatient.close()
  # All was given back.
  engine.place({'all': engine_lib.Resources(3, 0, {'painter': 2})})


def test_says_how_to_get_a_cluster(monkeypatch):
  monkeypatch.setattr(ray, 'is_initialized', lambda: False)

  def fail(**kwargs):
    assert kwargs['address'] == '10.9.9.9:1'
    raise ConnectionError('Nobody there.')

  monkeypatch.setattr(ray, 'init', fail)
  with pytest.raises(RuntimeError, match=r'Nobody there.*ray start --head'):
    ray_engine.RayEngine('10.9.9.9:1')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
