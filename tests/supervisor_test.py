"""Tests of launch.runtime.supervisor, on an engine that only pretends."""

import dataclasses
import errno
import os
import signal

import cloudpickle
import launchpad as lp
import pytest

from launch import graph
from launch.runtime import heartbeats
from launch.runtime import launcher_error
from launch.runtime import node_error
from launch.runtime import placement
from launch.runtime import restarts
from launch.runtime import stopping
from launch.runtime import supervisor
from launch.runtime.engines import engine as engine_lib
from spiral_tf import exit_codes
from tests import small

_NEEDS = engine_lib.Resources(cpus=2)


def _nothing():
  """What a node does that only pretends."""


def _program(members=('',), controller=False):
  """A program with a replay, learners, two actors and an evaluator each."""
  program = lp.Program('test')
  for member in members:
    handles = []
    for kind, number in (
      ('replay', 1),
      ('discriminator_learner', 1),
      ('policy_learner', 1),
      ('actor', 2),
      ('evaluator', 1),
    ):
      with program.group(member + kind):
        for _ in range(number):
          node = lp.CourierNode(_Asks, *handles)
          handle = program.add_node(node)
          if kind in ('replay', 'policy_learner'):
            handles.append(handle)
  if controller:
    with program.group('controller'):
      program.add_node(lp.CourierNode(_Asks, *handles))
  return program, _roles(members, controller)


def _roles(members, controller):
  """The roles of its groups, as the graph of the product gives them."""
  config = small.CONFIG
  if controller:
    config = dataclasses.replace(
      config,
      population=dataclasses.replace(config.population, size=len(members)),
    )
  return graph.make_program(config, 'unused')[1]


class _Asks:
  """A node that knows others."""

  def __init__(self, *others):
    self.others = others


class _Engine(engine_lib.Engine):
  """Machines and processes that a script makes end."""

  def __init__(self, script):
    """`script` yields what `poll` returns, looking at this engine meanwhile."""
    self._script = script(self)
    self.running = {}
    self.events = []
    self.ports = {}
    self.placed = []
    self.closed = False
    self.no_place = 0
    self.no_endpoints = 0
    self.deaf = set()
    self._ended = []
    self._next_port = 1000

  def place(self, nodes):
    if self.no_place:
      self.no_place -= 1
      raise RuntimeError('There are no free CPUs.')
    self.placed.append(dict(nodes))

  def endpoints(self, names):
    if self.no_endpoints:
      self.no_endpoints -= 1
      raise engine_lib.LostError(names[:1])
    for name in names:
      self._next_port += 1
      self.ports[name] = f'127.0.0.1:{self._next_port}'
    return {name: self.ports[name] for name in names}

  def start(self, task):
    assert task.name not in self.running
    self.running[task.name] = task
    self.events.append(('start', task.name))

  def poll(self):
    ended, self._ended = self._ended, []
    # When the script is over the program has reached its goal.
    ended += next(self._script, None) or []
    for end in ended:
      self.running.pop(end.name, None)
    return ended

  def stop(self, name, kill=False):
    self.events.append(('kill' if kill else 'stop', name))
    if name in self.running and (kill or name not in self.deaf):
      self._ended.append(engine_lib.Ended(name, 0))

  def close(self):
    self.closed = True

  def of(self, what):
    return [name for event, name in self.events if event == what]


def _run(script, make=_program, logs='no/such/folder', **kwargs):
  engine = _Engine(script)
  lines = []
  kwargs.setdefault('report', lines.append)
  watcher = supervisor.Supervisor(
    engine,
    make,
    resources=lambda kind: _NEEDS,
    env={'A': '1'},
    logs=logs,
    **kwargs,
  )
  return engine, lines, watcher


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
  """Nobody waits."""
  monkeypatch.setattr(supervisor, '_POLL_SECONDS', 0.001)
  monkeypatch.setattr(supervisor, '_SETTLE_SECONDS', 0.0)
  monkeypatch.setattr(stopping, '_POLL_SECONDS', 0.001)
  monkeypatch.setattr(placement, '_NO_PLACE_SECONDS', 0.01)
  monkeypatch.setattr(restarts, 'FIRST_WAIT_SECONDS', 0.001)
  monkeypatch.setattr(restarts, 'LONGEST_WAIT_SECONDS', 0.002)


_GOAL = [engine_lib.Ended('policy_learner/0', exit_codes.REACHED_GOAL)]


def _until(engine, condition, turns=3000):
  """Lets the supervisor go on until something is so."""
  for _ in range(turns):
    if condition():
      return
    yield []
  raise AssertionError('It never came to that.')


def _all_up(engine, number=6):
  return _until(engine, lambda: len(engine.running) == number)


def test_a_goal_stops_clients_then_learners_then_replay():
  def script(engine):
    yield from _all_up(engine)
    yield _GOAL

  engine, _, watcher = _run(script)
  assert watcher.run() is True
  kinds = [name.split('/')[0] for name in engine.of('stop')]
  assert kinds[-1] == 'replay'
  assert set(kinds[:3]) == {'actor', 'evaluator'}
  assert kinds[3] == 'discriminator_learner'  # The other has ended.
  assert not engine.of('kill')
  assert engine.closed
  assert engine.placed == [dict.fromkeys(watcher._roles, _NEEDS)]


def test_a_machine_may_be_lost_before_the_first_start():
  def script(engine):
    yield from _all_up(engine)
    yield _GOAL

  engine, lines, watcher = _run(script)
  engine.no_endpoints = 2
  assert watcher.run() is True
  assert engine.placed == [dict.fromkeys(watcher._roles, _NEEDS)] * 3
  assert lines[:2] == [lines[0]] * 2 and 'All are placed once more' in lines[0]


@pytest.mark.parametrize(
  'number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
)
def test_a_signal_stops_in_the_same_order(number):
  def script(engine):
    yield from _all_up(engine)
    os.kill(os.getpid(), number)

  before = signal.signal(number, signal.SIG_DFL)
  try:
    engine, _, watcher = _run(script)
    assert watcher.run() is False
  finally:
    after = signal.signal(number, before)
  assert after == signal.SIG_DFL
  assert engine.of('stop')[-1] == 'replay/0'
  assert len(engine.of('stop')) == 6
  assert not engine.of('kill')


def test_who_does_not_stop_is_killed_and_not_waited_for():
  def script(engine):
    yield from _all_up(engine)
    engine.deaf = {'actor/1'}
    yield _GOAL

  engine, lines, watcher = _run(script, grace_seconds=0.05)
  assert watcher.run() is True
  assert engine.of('kill') == ['actor/1']
  assert 'actor/1: did not stop' in lines[-1]
  assert engine.of('stop')[-1] == 'replay/0'


def test_a_second_signal_kills_at_once():
  def script(engine):
    yield from _all_up(engine)
    engine.deaf = set(engine.running)
    os.kill(os.getpid(), signal.SIGINT)
    yield []
    os.kill(os.getpid(), signal.SIGINT)

  engine, _, watcher = _run(script, grace_seconds=600)
  assert watcher.run() is False
  assert set(engine.of('kill')) == set(watcher._roles)


@pytest.mark.parametrize('code', [-9, 1, 0])
@pytest.mark.parametrize('name', ['actor/1', 'policy_learner/0', 'replay/0'])
def test_a_node_that_ends_is_started_again_in_its_place(name, code):
  def script(engine):
    yield from _all_up(engine)
    before = engine.running[name]
    yield [engine_lib.Ended(name, code)]
    assert name not in engine.running
    yield from _all_up(engine)
    assert engine.running[name] == before  # The same addresses in its job.
    yield _GOAL

  engine, lines, watcher = _run(script)
  assert watcher.run() is True
  assert engine.of('start').count(name) == 2
  assert len(engine.of('start')) == 7
  assert len(engine.placed) == 1
  assert name in lines[0] and 'started again' in lines[0]
  assert watcher.restarts == 1


def test_a_node_that_keeps_failing_stops_the_program_with_an_error():
  def script(engine):
    while True:
      yield from _all_up(engine)
      yield [engine_lib.Ended('evaluator/0', 1)]

  engine, lines, watcher = _run(script)
  with pytest.raises(node_error.NodeError, match=r'evaluator/0 .* code 1'):
    watcher.run()
  assert len(lines) == restarts.MOST_FAILURES
  assert engine.of('stop')[-1] == 'replay/0'
  assert engine.closed


def test_a_full_disk_is_named_though_the_log_on_it_is_cut(tmp_path):
  def script(engine):
    (tmp_path / 'evaluator').mkdir()
    (tmp_path / 'evaluator' / '0').write_text('Traceback\n  File "m.py", l')
    while True:
      yield from _all_up(engine)
      yield [engine_lib.Ended('evaluator/0', errno.ENOSPC)]

  _, lines, watcher = _run(script, logs=str(tmp_path))
  words = os.strerror(errno.ENOSPC)
  with pytest.raises(node_error.NodeError, match=rf'evaluator/0 .*{words}'):
    watcher.run()
  assert all(words in line for line in lines)


@pytest.mark.parametrize('kind', ['policy_learner', 'discriminator_learner'])
def test_a_node_that_cannot_but_fail_again_is_not_tried(kind, tmp_path):
  def script(engine):
    yield from _all_up(engine)
    (tmp_path / kind).mkdir()
    (tmp_path / kind / '0').write_text('Traceback\nError: its loss is nan.\n')
    yield [engine_lib.Ended(f'{kind}/0', exit_codes.NOT_FINITE)]

  engine, _, watcher = _run(script, logs=str(tmp_path))
  with pytest.raises(
    node_error.NodeError,
    match=rf'{kind}/0 .*not finite.*11.* It said: Error: its loss is nan\.',
  ):
    watcher.run()
  assert len(engine.of('start')) == 6
  assert engine.of('stop')[-1] == 'replay/0'


@pytest.mark.parametrize('code', [exit_codes.DAMAGED, exit_codes.SUPERSEDED])
@pytest.mark.parametrize(
  'name', ['controller/0', 'member_01/discriminator_learner/0']
)
def test_what_no_restart_cures_ends_a_population_too(name, code):
  def script(engine):
    yield from _all_up(engine, 13)
    yield [engine_lib.Ended(name, code)]

  engine, _, watcher = _run(
    script, lambda: _program(('member_00/', 'member_01/'), controller=True)
  )
  with pytest.raises(node_error.NodeError, match=rf'{name} .*exit code {code}'):
    watcher.run()
  assert len(engine.of('start')) == 13


@pytest.mark.parametrize(
  'name,code',
  [
    ('actor/0', exit_codes.NOT_FINITE),
    ('evaluator/0', exit_codes.NOT_FINITE),
    ('replay/0', exit_codes.NOT_FINITE),
    ('actor/0', exit_codes.REACHED_GOAL),
    ('evaluator/0', exit_codes.REACHED_GOAL),
    ('discriminator_learner/0', exit_codes.REACHED_GOAL),
    ('actor/0', exit_codes.DAMAGED),
    ('evaluator/0', exit_codes.SUPERSEDED),
    ('policy_learner/0', 63),
  ],
)
def test_a_code_that_a_node_cannot_mean_is_an_ordinary_failure(name, code):
  def script(engine):
    yield from _all_up(engine)
    yield [engine_lib.Ended(name, code)]
    yield from _all_up(engine)
    yield _GOAL

  engine, lines, watcher = _run(script)
  assert watcher.run() is True
  assert engine.of('start').count(name) == 2
  assert f'{name} ended ({code})' in lines[0]


@pytest.mark.parametrize(
  'code', [exit_codes.REACHED_GOAL, exit_codes.NOT_FINITE]
)
def test_a_member_ends_no_population(code):
  name = 'member_01/policy_learner/0'

  def script(engine):
    yield from _all_up(engine, 13)
    yield [engine_lib.Ended(name, code)]
    yield from _all_up(engine, 13)
    yield [engine_lib.Ended('controller/0', exit_codes.REACHED_GOAL)]

  engine, _, watcher = _run(
    script, lambda: _program(('member_00/', 'member_01/'), controller=True)
  )
  assert watcher.run() is True
  assert engine.of('start').count(name) == 2


def test_an_actor_of_a_lost_machine_is_placed_elsewhere():
  def script(engine):
    yield from _all_up(engine)
    yield [engine_lib.Ended('actor/0', None)]
    yield from _all_up(engine)
    yield _GOAL

  engine, lines, watcher = _run(script)
  assert watcher.run() is True
  assert engine.placed[1:] == [{'actor/0': _NEEDS}]
  assert engine.of('start').count('actor/0') == 2
  assert len(engine.of('start')) == 7  # Nobody else.
  assert 'machine is lost' in lines[0]


def _addresses(task):
  """The addresses of those that a node knows, from its job."""
  (job,) = cloudpickle.loads(task.job)
  (function,) = job.args
  node = function.__self__
  args = node._func_args if not hasattr(node, '_args') else node._args
  return [handle._address.resolve() for handle in args]


def test_a_lost_server_restarts_what_depends_on_it_with_new_addresses():
  def make():
    return _program(('member_00/', 'member_01/'), controller=True)

  lost = ['member_01/replay/0', 'member_01/actor/1']
  olds = {}

  def script(engine):
    yield from _all_up(engine, 13)
    olds.update(engine.ports)
    engine.no_place = 2
    yield [engine_lib.Ended(name, None) for name in lost]
    yield from _all_up(engine, 13)
    new = engine.ports['member_01/replay/0']
    assert new != olds['member_01/replay/0']
    # All who ask it know, and what was not lost has kept its own address.
    for name in ('member_01/actor/0', 'member_01/actor/1', 'controller/0'):
      assert _addresses(engine.running[name])[0] == new
      assert (
        _addresses(engine.running[name])[1]
        == olds['member_01/policy_learner/0']
      )
    yield [engine_lib.Ended('controller/0', exit_codes.REACHED_GOAL)]

  engine, lines, watcher = _run(script, make)
  assert watcher.run() is True
  started = engine.of('start')
  assert all(
    started.count(name) == (1 if name.startswith('member_00') else 2)
    for name in watcher._roles
  )
  # In order, and before anything was started again.
  stopped = engine.of('stop')[:5]
  assert stopped[-1] in (
    'member_01/policy_learner/0',
    'member_01/discriminator_learner/0',
  )
  assert set(engine.placed[-1]) == set(lost)
  assert sum('no free CPUs' in line for line in lines) == 2


def test_the_death_of_others_during_a_partial_stop_is_not_forgotten():
  def make():
    return _program(('member_00/', 'member_01/'), controller=True)

  def script(engine):
    yield from _all_up(engine, 13)
    yield [engine_lib.Ended('member_01/replay/0', None)]
    yield [engine_lib.Ended('member_00/actor/0', -9)]  # While 01 stops.
    yield from _all_up(engine, 13)
    yield [engine_lib.Ended('controller/0', exit_codes.REACHED_GOAL)]

  engine, _, watcher = _run(script, make)
  assert watcher.run() is True
  assert engine.of('start').count('member_00/actor/0') == 2


def test_a_machine_lost_while_a_node_starts():
  def script(engine):
    start = engine.start

    def lose(task):
      if task.name == 'actor/0':
        engine.start = start
        raise engine_lib.LostError(['actor/0'])
      start(task)

    engine.start = lose
    yield from _all_up(engine)
    yield _GOAL

  engine, _, watcher = _run(script)
  assert watcher.run() is True
  assert engine.placed[1:] == [{'actor/0': _NEEDS}]


def test_a_public_address_is_refused_unless_allowed():
  def script(engine):
    yield from _all_up(engine)
    yield _GOAL

  for allowed in (False, True):
    engine, _, watcher = _run(script, allow_public=allowed)
    engine.endpoints = lambda names: dict.fromkeys(names, '8.8.8.8:1')
    if allowed:
      assert watcher.run() is True
    else:
      with pytest.raises(ValueError, match=r'8.8.8.8.*--allow_public'):
        watcher.run()
      assert not engine.running
    assert engine.closed


def test_no_place_at_the_start_is_an_error():
  engine, _, watcher = _run(lambda engine: iter([]))
  engine.no_place = 1
  with pytest.raises(RuntimeError, match='no free CPUs'):
    watcher.run()
  assert engine.closed


@pytest.mark.parametrize(
  'error',
  [
    BrokenPipeError(errno.EPIPE, 'Broken pipe'),
    OSError(errno.ENOSPC, 'No space left on device'),
    OSError(errno.EIO, 'Input/output error'),
    ValueError('I/O operation on closed file'),
  ],
)
def test_what_can_not_be_reported_harms_nobody(error):
  def script(engine):
    yield from _all_up(engine)
    yield [engine_lib.Ended('actor/0', -9)]
    yield from _all_up(engine)
    yield _GOAL

  def report(line):
    raise error

  engine, _, watcher = _run(script, report=report)
  assert watcher.run() is True
  assert engine.of('start').count('actor/0') == 2
  assert not engine.of('kill')


def _fail_to_start(engine, name, times):
  """Lets an engine have no descriptors, for so many starts of a node."""
  start, failures = engine.start, []

  def try_to(task):
    if task.name == name and len(failures) < times:
      failures.append(name)
      raise OSError(errno.EMFILE, 'Too many open files')
    start(task)

  engine.start = try_to


@pytest.mark.parametrize('times', [1, 5])
def test_a_node_that_can_not_be_started_is_tried_again(times):
  def script(engine):
    yield from _all_up(engine)
    _fail_to_start(engine, 'actor/0', times)
    yield [engine_lib.Ended('actor/0', -9)]
    assert len(engine.running) == 5
    yield from _all_up(engine)
    yield _GOAL

  engine, lines, watcher = _run(script)
  assert watcher.run() is True
  assert len(engine.of('start')) == 7
  assert watcher.restarts == 1 + times
  assert len(lines) == 1 + times
  assert 'actor/0 can not be started' in lines[1]
  assert 'Too many open files' in lines[1]


def test_a_node_that_can_never_be_started_stops_the_others_in_order():
  def script(engine):
    _fail_to_start(engine, 'actor/0', 1000)
    while True:
      yield []

  engine, lines, watcher = _run(script)
  with pytest.raises(
    node_error.NodeError, match=r'actor/0 can not be started.*again and again'
  ):
    watcher.run()
  assert len(lines) == restarts.MOST_KILLS
  assert engine.of('stop')[-1] == 'replay/0'
  assert not engine.of('kill')


@pytest.mark.parametrize('times', [1, 1000])
def test_whatever_goes_wrong_nodes_are_stopped_in_order(times, tmp_path):
  def script(engine):
    yield from _all_up(engine)
    poll, failures = engine.poll, []

    def fail():
      if len(failures) < times:
        failures.append(1)
        raise KeyError('what nobody\nthought of')
      return poll()

    engine.poll = fail
    yield []
    while True:
      yield []

  engine, lines, watcher = _run(script, logs=str(tmp_path / 'logs'))
  with pytest.raises(launcher_error.LauncherError) as raised:
    watcher.run()
  stopped = [name.split('/')[0] for name in engine.of('stop')]
  assert len(stopped) == 6
  assert set(stopped[:3]) == {'actor', 'evaluator'}
  assert stopped[-1] == 'replay'
  assert not engine.of('kill')
  assert engine.closed
  assert len(str(raised.value).splitlines()) == 1
  log = tmp_path / 'logs' / 'launcher'
  assert str(log) in str(raised.value)
  assert 'Traceback' in log.read_text()
  assert 'KeyError' in lines[0]


def test_errors_of_the_system_at_the_start_are_said_in_a_line(tmp_path):
  engine, _, watcher = _run(lambda engine: iter([]), logs=str(tmp_path))

  def endpoints(names):
    raise OSError(errno.EMFILE, 'Too many open files')

  engine.endpoints = endpoints
  with pytest.raises(launcher_error.LauncherError, match='Too many open files'):
    watcher.run()
  assert engine.closed


class _Reader:
  """Signs of life as a test has them."""

  def __init__(self, folder, names, seconds):
    _Reader.made = self
    self.latest = None
    self.closed = False
    self._time = 0.0
    self.texts = dict.fromkeys(names, b'')

  def live(self, names, state='working', seconds=10.0):
    """Lets time pass in which some nodes give signs of life."""
    self._time += seconds
    for name in names:
      text = f'[0, {self._time}, "{state}", "", {int(self._time)}]'
      self.texts[name] = text.encode()
    self.latest = heartbeats.Signs(self._time, dict(self.texts))

  def close(self):
    self.closed = True


@pytest.mark.parametrize('name', ['actor/1', 'replay/0'])
def test_a_node_that_hangs_is_killed_and_started_again(name, monkeypatch):
  monkeypatch.setattr(heartbeats, 'Reader', _Reader)

  def script(engine):
    yield from _all_up(engine)
    others = set(engine.running) - {name}
    for _ in range(3):
      _Reader.made.live(engine.running)
      yield []
    for _ in range(12):
      assert not engine.of('kill')
      _Reader.made.live(others)
      yield []
    assert engine.of('kill') == [name]
    yield from _until(engine, lambda: engine.of('start').count(name) == 2)
    for _ in range(30):
      _Reader.made.live(engine.running)
      yield []
    yield _GOAL

  engine, lines, watcher = _run(
    script,
    beats=heartbeats.Beats('unused', heartbeats.Doing),
    hang_seconds=120.0,
  )
  assert watcher.run() is True
  assert engine.of('kill') == [name]
  assert len(engine.of('start')) == 7
  assert (
    f'{name} has given no sign of life for 60 s; it was working' in lines[0]
  )
  assert 'for 120 s; it was working. It is killed.' in lines[1]
  assert f'{name} ended (0)' in lines[2]  # Of this engine, killed or not.
  assert len(lines) == 3
  assert _Reader.made.closed


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
