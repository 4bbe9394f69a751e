"""The engine with an srun of our own, that runs everything on this machine.

It takes some fifteen seconds, as Launchpad has to start in each node, and what
is silent is not to be taken for what is only slow. There is a real Slurm, of
three machines, in `slurm_cluster_test`.
"""

import os
import signal
import time

import psutil
import pytest

from launch.runtime.engines import engine as engine_lib
from launch.runtime.engines import slurm_engine
from launch.runtime.engines import slurm_keeper
from tests import engine_nodes
from tests import processes

_SECONDS = 60
_SRUN = """#!/bin/sh
while [ "${1#--}" != "$1" ]; do
  case "$1" in --nodelist=*) host=${1#--nodelist=};; esac
  shift
done
[ -z "$host" ] || [ ! -e $FOLDER/down-$host ] || {
  echo "$host is down" >&2; exec $(cat $FOLDER/down-$host); }
[ -n "$host" ] || { echo '["a", 2, ""]'; echo '["b", 2, "4,7"]'; exit; }
exec "$@"
"""
_NEEDS = engine_lib.Resources(cpus=1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
  """Folder of an srun of machines a and b; down-a says what a does instead."""
  (tmp_path / 'srun').write_text(_SRUN)
  (tmp_path / 'srun').chmod(0o755)
  monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
  monkeypatch.setenv('FOLDER', str(tmp_path))
  monkeypatch.setenv('SLURM_JOB_ID', '1')
  return tmp_path


@pytest.fixture
def engine(folder):
  """An engine that gives up soon."""
  made = slurm_engine.SlurmEngine(place_seconds=20.0)
  yield made
  made.close()


def _fail():
  import sys

  print(os.environ['A'], repr(os.environ['CUDA_VISIBLE_DEVICES']), flush=True)
  sys.exit(3)


def _steps():
  return [
    child
    for child in psutil.Process().children()
    if processes.is_alive(child.pid)
    and 'slurm_keeper' in ' '.join(child.cmdline())
  ]


def test_nodes_run_and_end_in_every_way(engine, folder):
  engine.place({'fails': engine_lib.Resources(1, 1), 'stops': _NEEDS})
  assert engine.poll() == []
  endpoints = engine.endpoints(['fails', 'stops'])
  assert endpoints['fails'].startswith('b:')  # Where the cards are.
  assert endpoints['stops'].startswith('a:')
  with pytest.raises(RuntimeError, match=r'needs 2 CPUs.*a: 1 CPUs'):
    engine.place({'more': engine_lib.Resources(2)})

  stops = engine_nodes.task(folder, 'stops', engine_nodes.run_until_stopped)
  fails = engine_nodes.task(folder, 'fails', _fail)
  engine.start(fails)
  engine.start(stops)
  ids = engine_nodes.wait_for_ids(stops)
  assert engine_nodes.poll(engine) == [('fails', 3)]
  with open(fails.log) as file:
    assert "b '4'" in file.read()

  # In order; and what it left behind ends with it.
  engine.stop('stops')
  assert engine_nodes.poll(engine) == [('stops', 0)]
  processes.wait_until_gone(*ids)

  # In the same place again. It is lost while it runs, as is the other, which
  # does not; and of the machines none is known to be in order any more.
  engine.start(stops)
  ids = engine_nodes.wait_for_ids(stops, 2)
  for process in _steps():
    process.kill()
  assert engine_nodes.poll(engine, 2) == [('fails', None), ('stops', None)]
  processes.wait_until_gone(ids[0])
  os.kill(ids[1], signal.SIGKILL)  # Slurm would do so.
  with pytest.raises(engine_lib.LostError, match='stops'):
    engine.start(stops)
  with pytest.raises(engine_lib.LostError, match='fails, stops'):
    engine.endpoints(['stops', 'fails'])
  engine.stop('stops')

  engine.place({'stops': _NEEDS})
  engine.start(stops)
  ids = engine_nodes.wait_for_ids(stops, 3)
  engine.close()
  processes.wait_until_gone(*ids)
  assert not _steps()


@pytest.fixture
def hurry(monkeypatch):
  """Nobody is silent for long."""
  monkeypatch.setattr(slurm_keeper, 'ALIVE_SECONDS', 0.1)
  monkeypatch.setattr(slurm_engine, '_QUIET_SECONDS', 2.0)
  monkeypatch.setattr(slurm_engine, '_LOST_SECONDS', 4.0)


def test_a_machine_that_is_silent_is_lost_and_not_used(hurry, engine, folder):
  engine.place({'x': _NEEDS, 'y': _NEEDS, 'x2': _NEEDS, 'y2': _NEEDS})
  steps = {name: place.step for name, place in engine._places.items()}
  assert [steps[name].host for name in ('x', 'x2', 'y')] == ['a', 'a', 'b']
  assert engine.poll() == []
  (folder / 'down-a').write_text('sleep 1000')
  psutil.Process(steps['x']._process.pid).suspend()
  time.sleep(0.5)
  engine.poll()
  psutil.Process(steps['x2']._process.pid).suspend()
  # It has not been silent for as long, but is on the same machine.
  assert engine_nodes.poll(engine, 2) == [('x', None), ('x2', None)]
  # Four where there is room for two, as there is nowhere else.
  engine.place({'x': _NEEDS, 'x2': _NEEDS})
  assert {place.step.host for place in engine._places.values()} == {'b'}


def test_while_some_wait_for_a_place_others_are_not_forgotten(
  hurry, engine, folder, monkeypatch
):
  monkeypatch.setattr(slurm_keeper, 'SILENCE_SECONDS', 3.0)
  engine.place({'x': _NEEDS})
  for host in 'ab':
    (folder / f'down-{host}').write_text('sleep 1000')
  engine._place_seconds = 5.0
  with pytest.raises(RuntimeError, match='no step'):
    engine.place({'y': _NEEDS})
  time.sleep(0.3)
  assert engine.poll() == []
  assert list(engine._places) == ['x']


def test_says_which_machine_runs_nothing_and_does_not_use_it_again(
  engine, folder
):
  engine._place_seconds = 0.5
  for command in ('sleep 1000', 'false'):
    (folder / 'down-a').write_text(command)
    engine._suspects.clear()
    with pytest.raises(RuntimeError, match=r'x: no step.* on a .*a is down'):
      engine.place({'x': engine_lib.Resources(2), 'y': _NEEDS})
    assert not engine._places
  engine._place_seconds = _SECONDS
  engine.place({'x': engine_lib.Resources(2), 'y': _NEEDS})
  assert {place.step.host for place in engine._places.values()} == {'b'}


def test_a_machine_may_be_lost_while_ports_are_looked_for(engine):
  engine.place({'x': _NEEDS, 'y': _NEEDS})
  engine._places['x'].step._process.kill()
  with pytest.raises(engine_lib.LostError) as error:
    engine.endpoints(['x', 'y'])
  assert error.value.names == ('x',)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
