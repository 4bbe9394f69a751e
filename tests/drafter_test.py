"""Tests of mypaint.Drafter; what it draws is in `judged_test`."""

import threading

import numpy as np
import pytest

from spiral_tf.environments import mypaint

_SETTINGS = {
  **{'width': 8, 'channels': 1, 'brush': mypaint.brushes.load('classic/pen')},
  **{'background': 'white', 'grid_width': 4, 'sizes': [1.0], 'colors': []},
  **{'pressures': [1.0], 'pen_down': False, 'substrokes': 2, 'threads': 2},
}
_PROGRAM = np.zeros([1, 2, 8], np.int32)
_PICTURE = np.zeros([1, 8, 8, 1], np.uint8)


def test_variations_are_near_and_as_the_seed_says():
  drafter = mypaint.Drafter(**_SETTINGS)

  def vary(seed):
    return drafter.vary(_PROGRAM, _PICTURE, _PICTURE, 40, [seed])

  varied = vary(1)
  assert varied.shape == (1, 40, 2, 8) and varied.dtype == np.int32
  assert len({one.tobytes() for one in varied[0]}) > 10
  # Most change one action of the two.
  changed = (varied[0] != _PROGRAM[0]).any(axis=-1).sum(axis=-1)
  assert np.mean(changed <= 1) > 0.8
  np.testing.assert_array_equal(vary(1), varied)
  assert (vary(2) != varied).any()
  both = drafter.vary(
    *(np.repeat(x, 2, axis=0) for x in (_PROGRAM, _PICTURE, _PICTURE)),
    40,
    [3, 1],
  )
  np.testing.assert_array_equal(both[1], varied[0])


def test_actions_go_where_the_picture_is_far_from_its_target():
  drafter = mypaint.Drafter(**_SETTINGS)
  target = _PICTURE.copy()
  target[0, 6:, 6:] = 255  # The last cell of the grid.
  ends = {
    name: drafter.vary(_PROGRAM, _PICTURE, beside, 400, [0])[..., 1]
    for name, beside in (('same', _PICTURE), ('far', target))
  }
  assert (ends['far'] == 15).sum() > 20 + 2 * (ends['same'] == 15).sum()


def test_several_threads_may_draw_with_one():
  drafter = mypaint.Drafter(**_SETTINGS)
  programs = np.random.default_rng(0).integers(2, size=[200, 2, 8])
  programs[..., 3:] = 0
  want = drafter.draw(programs)
  assert len({x.tobytes() for x in want}) > 3
  got = []
  threads = [
    threading.Thread(target=lambda: got.append(drafter.draw(programs)))
    for _ in range(4)
  ]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  assert len(got) == 4
  for pictures in got:
    np.testing.assert_array_equal(pictures, want)


@pytest.mark.parametrize(
  'changes,words',
  [
    ({'width': 0}, 'width is 0'),
    ({'channels': 2}, 'channels is 2'),
    ({'brush': 'x'}, 'does not accept'),
    ({'background': 'pink'}, "background is 'pink'"),
    ({'grid_width': 0}, 'grid_width is 0'),
    ({'sizes': []}, 'sizes is empty'),
    ({'substrokes': 0}, 'substrokes is 0'),
    ({'threads': 0}, 'threads is 0'),
  ],
)
def test_settings_that_cannot_be_are_refused(changes, words):
  with pytest.raises(ValueError, match=words):
    mypaint.Drafter(**{**_SETTINGS, **changes})


@pytest.mark.parametrize(
  'place,value,words',
  [
    (0, _PROGRAM[0], r'\[N, T, 8\]'),
    (0, np.zeros([1, 0, 8], np.int32), 'T at least 1'),
    (0, _PROGRAM - 1, 'flag is -1'),
    (1, _PICTURE[:0], 'pictures must have'),
    (1, np.zeros([1, 8, 8, 3], np.uint8), 'pictures must have'),
    (2, _PICTURE[0], 'targets must have'),
    (3, 0, 'number is 0'),
    (4, [], 'seeds must have N numbers'),
  ],
)
def test_arguments_that_cannot_be_are_refused(place, value, words):
  drafter = mypaint.Drafter(**_SETTINGS)
  arguments = [_PROGRAM, _PICTURE, _PICTURE, 1, [0]]
  drafter.vary(*arguments)
  arguments[place] = value
  with pytest.raises(ValueError, match=words):
    drafter.vary(*arguments)
  if place == 0:
    with pytest.raises(ValueError, match=words):
      drafter.draw(value)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
