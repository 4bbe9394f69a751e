"""Tests of spiral_tf.web.connections."""

import pytest

from spiral_tf.web import connections as connections_lib


class _Connection:
  """A connection that waits since a time, or does not wait."""

  def __init__(self, address, since=None):
    self.address = address
    self.since = since
    self.dropped = False

  def waits_since(self):
    return self.since

  def drop(self):
    self.dropped = True


def _admit(register, *connections):
  return [register.admit(connection) for connection in connections]


def test_the_one_that_waits_longest_makes_room():
  register = connections_lib.Connections(total=9, each=3)
  own = [_Connection('a', since) for since in (5, 3, None)]
  other = _Connection('b', 1)
  assert all(_admit(register, *own, other))
  assert register.admit(_Connection('a', 9))
  assert [c.dropped for c in own] == [False, True, False]
  assert not other.dropped
  assert register.admit(_Connection('a', None))
  assert own[0].dropped


def test_there_is_no_room_among_those_that_are_worked_for():
  register = connections_lib.Connections(total=9, each=2)
  assert all(_admit(register, _Connection('a'), _Connection('a')))
  assert not register.admit(_Connection('a', 1))
  assert register.admit(_Connection('b', 1))


def test_whoever_has_most_makes_room_when_all_is_full():
  register = connections_lib.Connections(total=4, each=3)
  many = [_Connection('a', since) for since in (7, 6, 8)]
  one = _Connection('b', 1)
  assert all(_admit(register, *many, one))
  assert register.admit(_Connection('c', 9))
  assert [c.dropped for c in (*many, one)] == [False, True, False, False]


def test_a_proxy_may_have_them_all():
  register = connections_lib.Connections(total=4, each=1, proxies=('a',))
  assert all(_admit(register, *(_Connection('a') for _ in range(4))))
  assert not register.admit(_Connection('a'))


def test_drops_all_or_those_that_wait():
  register = connections_lib.Connections()
  waits, works = _Connection('a', 1), _Connection('a')
  _admit(register, waits, works)
  register.drop(waiting=True)
  assert waits.dropped and not works.dropped
  register.drop()
  assert works.dropped


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
