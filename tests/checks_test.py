"""Tests of spiral_tf.programs.checks."""

import dataclasses

import pytest

from spiral_tf.programs import checks


@pytest.mark.parametrize(
  'check,good,bad,rule',
  [
    (
      lambda x: checks.number('x', x, 0, 2.5),
      (0, 1, 2.5),
      (-0.1, 3, float('nan'), float('inf'), True, '1', None),
      'a number from 0 to 2.5',
    ),
    (
      lambda x: checks.index('x', x, 4, 1),
      (1, 3),
      (0, 4, 2.0, True, '2'),
      'a whole number from 1 to 3',
    ),
    (
      lambda x: checks.length('x', x, 2),
      ((1, 2), ('a', None)),
      ((1,), [1, 2], 'ab'),
      '2 numbers',
    ),
    (
      lambda x: checks.point('x', x),
      ((0, 0.5), (-8192, 8192)),
      ((0, 8193), ('a', 0)),
      'a number from -8192 to 8192',
    ),
  ],
)
def test_what_is_wrong_is_refused_by_name_value_and_rule(
  check, good, bad, rule
):
  for value in good:
    check(value)
  for value in bad:
    with pytest.raises(ValueError, match=f'^x is .*, but it must be {rule}[.]'):
      check(value)


def test_long_values_are_cut_off():
  with pytest.raises(ValueError) as error:
    checks.that(False, 'brush', 'x' * 10**6, 'a name')
  assert len(str(error.value)) < 120


def test_unchecked_records_equal_checked_ones():
  @dataclasses.dataclass(frozen=True)
  class Record:
    even: int

    def __post_init__(self):
      checks.that(self.even % 2 == 0, 'even', self.even, 'even')

  assert checks.unchecked(Record, even=4) == Record(4)
  assert checks.unchecked(Record, even=3).even == 3
  with pytest.raises(ValueError, match='even is 3'):
    Record(3)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
