"""Tests of launch.runtime.watch, with a clock that the tests move."""

import json

import pytest

from launch.runtime import heartbeats
from launch.runtime import watch


class _World:
  """A watch, the files of nodes, and a clock."""

  def __init__(self, *names, hang_seconds=600.0, **kwargs):
    self.lines = []
    self.watch = watch.Watch(hang_seconds, self.lines.append, **kwargs)
    self.now = 1000.0
    self.texts = {}
    self.doing = {}
    self.silent = set()
    for name in names:
      self.start(name)

  def start(self, name, *doing):
    self.doing[name] = doing or ('working', '', 0)
    self.watch.started(name)

  def step(self, name):
    state, whom, steps = self.doing[name]
    self.doing[name] = (state, whom, steps + 1)

  def pass_time(self, seconds, step=5.0, busy=()):
    """Lets time pass, and returns names and times of those that hang."""
    hung = []
    for _ in range(int(seconds / step)):
      self.now += step
      for name in busy:
        self.step(name)
      for name in set(self.doing) - self.silent:
        text = json.dumps([1, self.now, *self.doing[name]])
        self.texts[name] = text.encode()
      signs = heartbeats.Signs(self.now, dict(self.texts))
      hung += [(found.name, self.now) for found in self.watch.look(signs)]
    return hung


@pytest.fixture
def world():
  world = _World('actor/0', 'replay/0')
  world.doing['replay/0'] = ('resting', '', 0)
  world.pass_time(100, busy=['actor/0'])
  assert world.lines == []
  return world


def test_who_gives_no_sign_is_named_after_a_minute_and_hangs_later(world):
  world.silent.add('replay/0')
  stopped = world.now
  assert world.pass_time(55, busy=['actor/0']) == []
  assert world.lines == []
  assert world.pass_time(5, busy=['actor/0']) == []
  assert world.lines == [
    'replay/0 has given no sign of life for 60 s; it was resting.'
  ]
  hung = world.pass_time(600, busy=['actor/0'])
  assert hung == [('replay/0', stopped + 600)]
  assert len(world.lines) == 1


def test_who_comes_back_is_named_again_and_nothing_is_done(world):
  world.silent.add('actor/0')
  assert world.pass_time(400) == []
  world.silent.clear()
  assert world.pass_time(1000, busy=['actor/0']) == []
  assert world.lines[1:] == ['actor/0 is well again after 405 s, and working.']


def test_who_works_without_getting_on_hangs(world):
  stopped = world.now
  hung = world.pass_time(700)
  assert world.lines == [
    'actor/0 has been working for 60 s without getting on.'
  ]
  assert hung == [('actor/0', stopped + 600)]  # And not the one that rests.


@pytest.mark.parametrize('state', ['starting', 'compiling', 'resting'])
def test_who_has_a_reason_not_to_get_on_may_take_for_ever(world, state):
  world.doing['actor/0'] = (state, '', 0)
  assert world.pass_time(10_000) == []
  assert world.lines == []


@pytest.mark.parametrize('state', ['starting', 'compiling', 'waiting'])
def test_but_without_a_sign_it_hangs_whatever_it_was_doing(world, state):
  world.doing['actor/0'] = (state, '', 0)
  world.pass_time(20)
  world.silent.add('actor/0')
  assert [name for name, _ in world.pass_time(620)] == ['actor/0']
  assert state in world.lines[0]


def test_who_waits_for_another_does_not_hang_but_the_other(world):
  world.start('actor/1')
  world.pass_time(20, busy=['actor/0', 'actor/1'])
  for name in ('actor/0', 'actor/1'):
    world.doing[name] = ('waiting', 'replay', 7)
  world.silent.add('replay/0')
  hung = world.pass_time(660)
  assert [name for name, _ in hung] == ['replay/0']
  assert sorted(world.lines) == [
    'actor/0, actor/1: waiting for replay, for 60 s so far.',
    'replay/0 has given no sign of life for 60 s; it was resting.',
  ]


def test_waiting_in_turns_with_work_is_not_said(world):
  for _ in range(100):
    world.doing['actor/0'] = ('waiting', 'replay', 7)
    world.pass_time(20)
    world.doing['actor/0'] = ('working', '', 7)
    world.pass_time(20)
  assert world.lines == []


def test_what_was_no_fault_is_said_ever_less_often(world):
  for _ in range(20):
    assert world.pass_time(100) == []
    world.step('actor/0')
  said = [line for line in world.lines if 'without getting on' in line]
  assert len(said) == 1


def test_a_launcher_that_stood_still_takes_nobody_for_hung(world):
  world.silent.update(world.doing)
  assert world.pass_time(5) == []
  # Its own clock, and nothing else, says so.
  world.now += 5000
  assert world.pass_time(50) == []
  assert world.lines == []


def test_a_folder_that_can_not_be_read_is_no_fault_of_nodes(world):
  for _ in range(1000):
    world.now += 5
    signs = heartbeats.Signs(world.now, None, 'folder: No space left')
    assert world.watch.look(signs) == []
  assert len(world.lines) == 1
  assert 'folder: No space left' in world.lines[0]
  assert world.pass_time(100, busy=['actor/0']) == []
  assert len(world.lines) == 1


def test_what_was_seen_before_is_not_seen_again(world):
  world.silent.add('actor/0')
  signs = heartbeats.Signs(world.now, dict(world.texts))
  for _ in range(100):
    assert world.watch.look(signs) == []
    assert world.watch.look(None) == []
  assert world.lines == []


def test_a_node_that_hangs_in_spite_of_its_kill_is_named_again(world):
  world.silent.add('actor/0')
  hung = world.pass_time(1300)
  assert [name for name, _ in hung] == ['actor/0'] * 2
  assert hung[1][1] - hung[0][1] == 600


def test_the_file_of_its_last_life_is_no_sign(world):
  world.silent.add('actor/0')
  world.watch.ended('actor/0')
  assert world.pass_time(1000) == []
  world.watch.started('actor/0')
  stopped = world.now
  hung = world.pass_time(620)
  # It is known to reach its file.
  assert hung == [('actor/0', stopped + 5 + 600)]
  assert world.lines == [
    'actor/0 has given no sign of life for 300 s; it was starting.'
  ]


@pytest.mark.parametrize('one_machine', [False, True])
def test_who_never_gave_a_sign_may_not_reach_its_file(one_machine):
  world = _World('actor/0', one_machine=one_machine)
  world.silent.add('actor/0')
  assert bool(world.pass_time(700)) == one_machine
  assert len(world.lines) == 1


def test_it_can_be_turned_off_but_for_what_is_said():
  world = _World('actor/0', hang_seconds=0.0)
  world.pass_time(50, busy=['actor/0'])
  world.silent.add('actor/0')
  assert world.pass_time(100_000) == []
  assert len(world.lines) == 1


def test_a_short_time_is_kept_to():
  world = _World('actor/0', hang_seconds=8.0)
  world.pass_time(5, step=0.5, busy=['actor/0'])
  world.silent.add('actor/0')
  stopped = world.now
  assert world.pass_time(8, step=0.5) == [('actor/0', stopped + 8)]
  assert 'for 4 s' in world.lines[0]


def test_a_start_may_take_longer_than_a_short_time():
  world = _World('actor/0', hang_seconds=8.0, one_machine=True)
  world.silent.add('actor/0')
  assert world.pass_time(290) == []
  assert world.lines == []
  assert world.pass_time(320) == [('actor/0', world.now - 5)]


@pytest.mark.parametrize('text', [b'', b'[1, 2', b'\xff', b'{}', b'[[[]]]'])
def test_a_damaged_file_is_a_sign_if_it_changes(world, text):
  world.silent.add('replay/0')
  for number in range(200):
    world.texts['replay/0'] = text + b' ' * (number % 2)
    assert world.pass_time(5, busy=['actor/0']) == []
  assert world.lines == []


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
