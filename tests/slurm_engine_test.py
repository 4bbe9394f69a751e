"""The engine with an srun of our own, that runs everything on this machine.

It takes some ten seconds, as Launchpad has to start in each node. There is a
real Slurm, of three machines, in `slurm_cluster_test`.
"""

import os
import signal
import time
import types

import psutil
import pytest

from launch.runtime.engines import engine as engine_lib
from launch.runtime.engines import slurm_engine
from launch.runtime.engines import slurm_keeper
from launch.runtime.engines import slurm_step
from tests import engine_nodes
from tests import patience
from tests import processes

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
  monkeypatch.setenv('TF_ENABLE_ONEDNN_OPTS', '0')
  return tmp_path


@pytest.fixture
def engine(folder):
  """An engine that gives up when a test says so."""
  made = slurm_engine.SlurmEngine(place_seconds=patience.HANG_SECONDS)
  yield made
  made.close()


def _fail():
  import sys

  cards, kernels = (
    os.environ[name]
    for name in ('CUDA_VISIBLE_DEVICES', 'TF_ENABLE_ONEDNN_OPTS')
  )
  print(os.environ['A'], repr(cards), kernels, flush=True)
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
    assert "b '4' 0" in file.read()

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
def chatty(monkeypatch):
  """All say often that they are there, and wait for ever for the others."""
  monkeypatch.setattr(slurm_keeper, 'ALIVE_SECONDS', 0.1)
  monkeypatch.setattr(slurm_keeper, 'SILENCE_SECONDS', 3600.0)


@pytest.fixture
def clock(monkeypatch):
  """The launcher's time, in a list, which passes when a test says so."""
  now = [0.0]
  clock = types.SimpleNamespace(monotonic=lambda: now[0], sleep=time.sleep)
  for module in (slurm_engine, slurm_step):
    monkeypatch.setattr(module, 'time', clock)
  return now


def _pass_time(engine, clock, seconds, steps):
  """Lets time pass in which some steps are heard of, and others are not."""
  clock[0] += seconds
  patience.wait_until(
    lambda: engine._pump() or all(step.silence == 0 for step in steps),
    'word of steps',
  )


def _suspend(engine, step):
  """Stops a keeper, and hears the last that it said before."""
  process = psutil.Process(step._process.pid)
  process.suspend()
  patience.wait_until(
    lambda: process.status() == psutil.STATUS_STOPPED, 'a step that stops'
  )
  engine._pump()


def test_a_machine_that_is_silent_is_lost_and_not_used(
  chatty, engine, folder, clock
):
  engine.place({'x': _NEEDS, 'y': _NEEDS, 'x2': _NEEDS, 'y2': _NEEDS})
  steps = {name: place.step for name, place in engine._places.items()}
  assert [steps[name].host for name in ('x', 'x2', 'y')] == ['a', 'a', 'b']
  assert engine.poll() == []
  (folder / 'down-a').write_text('sleep 1000')
  seconds = slurm_engine._QUIET_SECONDS + 1
  assert seconds < slurm_engine._LOST_SECONDS < 3 * seconds
  _suspend(engine, steps['x'])
  for silent in (['x'], ['x']):
    others = [steps[name] for name in steps if name not in silent]
    _pass_time(engine, clock, seconds, others)
    assert engine.poll() == []
  _suspend(engine, steps['x2'])
  _pass_time(engine, clock, seconds, [steps['y'], steps['y2']])
  # It has not been silent for as long, but is on the same machine.
  assert steps['x2'].silence < slurm_engine._LOST_SECONDS
  assert engine.poll() == [('x', None), ('x2', None)]
  # Four where there is room for two, as there is nowhere else.
  engine.place({'x': _NEEDS, 'x2': _NEEDS})
  assert {place.step.host for place in engine._places.values()} == {'b'}


def test_while_some_wait_for_a_place_others_are_not_forgotten(
  chatty, engine, folder, monkeypatch
):
  engine.place({'x': _NEEDS})
  sent = []
  step = engine._places['x'].step
  monkeypatch.setattr(step, 'send', lambda **request: sent.append(request))
  for host in 'ab':
    (folder / f'down-{host}').write_text('sleep 1000')
  engine._place_seconds = 10 * slurm_keeper.ALIVE_SECONDS
  with pytest.raises(RuntimeError, match='no step'):
    engine.place({'y': _NEEDS})
  assert {'do': 'nothing'} in sent
  assert engine.poll() == []
  assert list(engine._places) == ['x']


def test_says_which_machine_runs_nothing_and_does_not_use_it_again(
  engine, folder, clock, monkeypatch
):
  engine._place_seconds = 0.5
  pump = engine._pump

  def pump_and_hear(*seconds):
    """Time is over once a machine has said what is wrong."""
    pump(*seconds)
    places = engine._places.values()
    clock[0] += any(place.step.words() for place in places)

  monkeypatch.setattr(engine, '_pump', pump_and_hear)
  for command in ('sleep 1000', 'false'):
    (folder / 'down-a').write_text(command)
    engine._suspects.clear()
    with pytest.raises(RuntimeError, match=r'x: no step.* on a .*a is down'):
      engine.place({'x': engine_lib.Resources(2), 'y': _NEEDS})
    assert not engine._places
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
