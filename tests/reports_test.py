"""Tests of spiral_tf.population.reports; tests/pbt_test.py has more of it."""

import threading
import types

import numpy as np
import pytest

from spiral_tf.population import reports
from tests import patience


def _member(status, other=None, drawn=None, wait=lambda: None):
  def answer(value):
    def call():
      wait()
      if isinstance(value, Exception):
        raise value
      return value

    return call

  return reports.Clients(
    types.SimpleNamespace(status=answer(status)),
    types.SimpleNamespace(status=answer(other)),
    types.SimpleNamespace(fitness=answer(drawn)),
    None,
  )


_FINE = {'generation': 3, 'updates': 7, 'diverged': ''}
_DRAWN = {'generation': 3, 'updates': 7, 'fitness': -2.0}


def test_what_a_member_says():
  (report,) = reports.ask([_member(dict(_FINE), _FINE, _DRAWN)])
  assert report.status['updates'] == 7
  assert report[1:] == (3, -2.0, True)


@pytest.mark.parametrize(
  'status,other,drawn,expected',
  [
    ({}, {}, {'updates': 6}, (3, -2.0, False)),
    ({}, {}, {'generation': 2}, (3, None, False)),
    ({}, {'generation': 2}, {}, (None, None, False)),
    ({'diverged': 'nan'}, {}, {}, (3, -np.inf, True)),
    ({}, {'diverged': 'nan'}, {}, (3, -np.inf, True)),
  ],
)
def test_fitness_counts_only_for_what_was_judged(
  status, other, drawn, expected
):
  member = _member({**_FINE, **status}, {**_FINE, **other}, {**_DRAWN, **drawn})
  (report,) = reports.ask([member])
  assert report[1:] == expected


def test_a_member_that_has_drawn_nothing_yet_has_no_fitness():
  (report,) = reports.ask([_member(dict(_FINE), _FINE, {})])
  assert report[1:] == (3, None, False)


def test_silence_is_none():
  error = RuntimeError('Deadline Exceeded')
  members = [
    _member(error, _FINE, _DRAWN),
    _member(_FINE, error, _DRAWN),
    _member(_FINE, _FINE, error),
  ]
  assert reports.ask(members) == [None] * 3


def test_all_are_asked_at_the_same_time():
  together = threading.Barrier(4, timeout=patience.HANG_SECONDS)
  members = [
    _member(dict(_FINE), _FINE, _DRAWN, together.wait) for _ in range(4)
  ]
  assert None not in reports.ask(members)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
