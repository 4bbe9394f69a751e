"""Tests of spiral_tf.evaluation.spoiled."""

import numpy as np
import pytest

from spiral_tf.evaluation import spoiled

_RANDOM = np.random.default_rng(0)
_IMAGES = _RANDOM.integers(256, size=[40, 16, 16, 1], dtype=np.uint8)


def _spoil(harm):
  before = _IMAGES.copy()
  result = harm(_IMAGES, np.random.default_rng(1))
  assert result.shape == _IMAGES.shape and result.dtype == np.uint8
  np.testing.assert_array_equal(_IMAGES, before)  # It works on copies.
  return zip(_IMAGES[..., 0], result[..., 0])


def _ways(harm, *possible):
  """How often each way of doing harm was chosen, if no other ever was."""
  counts = [0] * len(possible)
  for image, result in _spoil(harm):
    (way,) = (
      i for i, do in enumerate(possible) if np.array_equal(do(image), result)
    )
    counts[way] += 1
  return counts


def test_a_mirror_swaps_left_and_right():
  assert _ways(spoiled.mirrored, lambda x: x[:, ::-1]) == [40]


def test_turns_are_a_quarter_either_way():
  ways = _ways(spoiled.turned, lambda x: x.T[::-1], lambda x: x[::-1].T)
  assert min(ways) > 5


def test_upside_down_is_half_a_turn():
  assert _ways(spoiled.upended, lambda x: x[::-1, ::-1]) == [40]


def _without(rows, columns):
  def cut(image):
    image = image.copy()
    image[rows, columns] = 255
    return image

  return cut


def test_a_cut_leaves_one_of_the_four_halves():
  first, second, every = slice(8), slice(8, None), slice(None)
  halves = (first, every), (second, every), (every, first), (every, second)
  ways = _ways(spoiled.cut, *(_without(*half) for half in halves))
  assert min(ways) > 2


def test_halves_are_swapped_across_or_down():
  ways = _ways(
    spoiled.swapped,
    lambda x: np.concatenate([x[8:], x[:8]]),
    lambda x: np.concatenate([x[:, 8:], x[:, :8]], axis=1),
  )
  assert min(ways) > 5


def test_the_lower_half_of_one_is_over_the_upper_half_of_another():
  others = []
  for i, (image, result) in enumerate(_spoil(spoiled.crossed)):
    np.testing.assert_array_equal(result[:8], image[8:])
    (other,) = np.flatnonzero(
      (_IMAGES[:, :8, :, 0] == result[8:]).all(axis=(1, 2))
    )
    others.append(other != i)
  assert np.mean(others) > 0.8


def test_each_is_drawn_over_one_that_is_far_away():
  for i, (image, result) in enumerate(_spoil(spoiled.overlaid)):
    (other,) = (
      j
      for j, x in enumerate(_IMAGES[..., 0])
      if j != i and np.array_equal(np.minimum(image, x), result)
    )
    assert 10 <= (other - i) % 40 <= 30


@pytest.mark.parametrize('number', [0, 1, 2, 3])
@pytest.mark.parametrize('kind', spoiled.KINDS)
def test_few_can_be_spoiled_too(kind, number):
  harm, _ = spoiled.KINDS[kind]
  result = harm(_IMAGES[:number], np.random.default_rng(1))
  assert result.shape == (number, 16, 16, 1)


@pytest.mark.parametrize('kind', spoiled.KINDS)
def test_harm_is_done_to_the_digits_that_are_none_afterwards(kind):
  labels = np.arange(40) % 10
  (result,) = spoiled.spoil(
    _IMAGES, labels, np.random.default_rng(1), [kind]
  ).values()
  _, digits = spoiled.KINDS[kind]
  assert len(result) == 4 * len(digits)
  harm, _ = spoiled.KINDS[kind]
  # In the order of the digits, so that others are far away.
  own = np.concatenate([_IMAGES[labels == digit] for digit in sorted(digits)])
  np.testing.assert_array_equal(result, harm(own, np.random.default_rng(1)))


def test_what_stays_a_digit_is_left_out():
  of = {kind: set(digits) for kind, (_, digits) in spoiled.KINDS.items()}
  assert not of['mirrored'] & {0, 1, 8}
  assert not of['upended'] & {0, 1, 6, 8, 9}
  assert 0 not in of['turned']
  assert not any(1 in of[x] for x in ('cut', 'swapped', 'crossed', 'overlaid'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
