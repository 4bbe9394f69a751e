"""Tests of spiral_tf.search.climbing."""

import dataclasses
import os
import signal
import threading

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.environments import mypaint
from spiral_tf.environments import painting
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from spiral_tf.search import climbing
from spiral_tf.search import native
from tests import program_cases
from tests import small

_PLAIN = sections.EnvironmentConfig(
  episode_length=6,
  canvas_width=32,
  grid_width=16,
  brush='classic/pen',
  brush_sizes=(1.0, 2.0),
  num_pressures=5,
  substrokes=8,
  noise_dim=0,
)
# Each kind of canvas, of brush and of action; brushes that remember, too, and
# one that the engine can't go back to in the middle of a drawing.
_ENVIRONMENTS = {
  'plain': _PLAIN,
  'pen down': dataclasses.replace(
    _PLAIN, pen_down=True, brush_sizes=(1.0,), num_pressures=1
  ),
  'color': dataclasses.replace(_PLAIN, color=True),
  'transparent': dataclasses.replace(
    _PLAIN, color=True, background='transparent'
  ),
  'ink': dataclasses.replace(_PLAIN, background='transparent'),
  'smudge': dataclasses.replace(
    _PLAIN, brush='classic/smudge+paint', color=True
  ),
  'marker': dataclasses.replace(_PLAIN, brush='ramon/Marker', color=True),
  'random': dataclasses.replace(_PLAIN, brush='classic/dry_brush'),
  'cells of two and a half pixels': dataclasses.replace(
    _PLAIN, canvas_width=40
  ),
  'a prime width': dataclasses.replace(_PLAIN, canvas_width=37),
  'two tiles a row': dataclasses.replace(_PLAIN, canvas_width=80),
  'one action': dataclasses.replace(_PLAIN, episode_length=1),
}


def _made(environment, seeds):
  """Random programs, int `[N, T]` for each component, and their pictures."""
  played = [program_cases.play(environment, seed) for seed in seeds]
  actions = {
    name: np.array([actions[name] for actions, _ in played])
    for name in played[0][0]
  }
  return actions, np.stack([canvases[-1] for _, canvases in played])


def _starts(environment, seeds, samples):
  """The same as programs to begin with, int `[N, S, T]`."""
  actions, pictures = _made(environment, seeds)
  shape = len(seeds) // samples, samples
  starts = {k: x.reshape(*shape, x.shape[-1]) for k, x in actions.items()}
  return starts, pictures.reshape(*shape, *pictures.shape[1:])


def _pictures(environment, actions):
  return np.stack(
    [
      program_lib.from_actions(environment, dict(zip(actions, row))).render()
      for row in zip(*actions.values())
    ]
  )


@pytest.mark.parametrize('kind', _ENVIRONMENTS)
def test_what_it_finds_is_what_is_drawn(kind):
  environment = _ENVIRONMENTS[kind]
  starts, begun = _starts(environment, range(8), 2)
  targets = _made(environment, range(100, 104))[1]
  found = climbing.climb(environment, starts, targets, 300, range(4))
  drawn = reconstruction.errors(_pictures(environment, found.actions), targets)
  np.testing.assert_allclose(found.errors, drawn, rtol=1e-6)
  before = [
    reconstruction.errors(pictures, targets)
    for pictures in begun.swapaxes(0, 1)
  ]
  assert (found.errors <= np.min(before, axis=0) + 1e-12).all()
  assert found.errors.mean() < 0.8 * np.min(before, axis=0).mean()
  for name, values in found.actions.items():
    assert values.shape == (4, environment.episode_length)
    assert values.min() >= 0, name


@pytest.mark.parametrize('width', [32, 40, 37])
def test_a_program_nearby_is_found(width):
  environment = dataclasses.replace(_PLAIN, canvas_width=width)
  target, pictures = _made(environment, [1])
  start = {name: values[:, None].copy() for name, values in target.items()}
  for name in ('end', 'control'):
    start[name] += np.where(start[name] % 16 < 15, 1, -1)  # A cell aside.
  begun = climbing.climb(environment, start, pictures, 0, [0]).errors
  found = climbing.climb(environment, start, pictures, 20_000, [0]).errors
  assert 0 <= found < 0.05 * begun


def test_without_tries_the_nearest_start_is_returned():
  starts, begun = _starts(_PLAIN, range(6), 3)
  targets = begun[:, 2]  # The last of each is the very picture.
  found = climbing.climb(_PLAIN, starts, targets, 0, [0, 0])
  assert not found.errors.any()
  for name, values in found.actions.items():
    np.testing.assert_array_equal(values, starts[name][:, 2])


@pytest.mark.parametrize('tries', [200, 6000])
def test_equal_seeds_make_equal_programs_on_any_number_of_threads(tries):
  starts, _ = _starts(_PLAIN, range(9), 3)
  targets = _made(_PLAIN, range(100, 103))[1]

  def climb(threads, seeds=(5, 6, 7), part=slice(None)):
    found = climbing.climb(
      *(_PLAIN, {k: x[part] for k, x in starts.items()}, targets[part]),
      *(tries, seeds, threads),
    )
    return np.stack(list(found.actions.values()))

  want = climb(1)
  for threads in (2, 3, 16):
    np.testing.assert_array_equal(climb(threads), want)
  # A target's program is its own matter.
  alone = climb(2, seeds=(6,), part=slice(1, 2))
  np.testing.assert_array_equal(alone, want[:, 1:2])
  assert (climb(2, seeds=(8, 9, 10)) != want).any()


def test_a_start_that_is_farther_is_not_gone_on_from():
  starts, begun = _starts(_PLAIN, range(6), 3)
  targets = _made(_PLAIN, range(100, 102))[1]
  errors = [
    reconstruction.errors(pictures, targets)
    for pictures in begun.swapaxes(0, 1)
  ]
  rows, nearest = np.arange(2), np.argmin(errors, axis=0)
  alone = {k: x[rows, nearest][:, None] for k, x in starts.items()}
  found, want = (
    climbing.climb(_PLAIN, x, targets, 500, [3, 4]).actions
    for x in (starts, alone)
  )
  for name in starts:
    np.testing.assert_array_equal(found[name], want[name])


@pytest.mark.parametrize('kind', ['plain', 'pen down', 'color'])
def test_what_it_remembers_changes_nothing_but_its_speed(kind):
  environment = _ENVIRONMENTS[kind]
  starts, _ = _starts(environment, range(4), 2)
  targets = _made(environment, range(100, 102))[1]

  def climb(**bound):
    programs, errors = mypaint.climb(
      **native.settings(environment, targets.shape[-1], 1),
      programs=native.pack(starts),
      targets=targets,
      tries=1000,
      stroke_cost=0,
      seeds=[3, 4],
      **bound,
    )
    return programs, errors

  programs, errors = climb()
  # Nothing, which is forgotten before each try, and some twenty strokes.
  for mask_bytes in (0, 5000):
    again = climb(mask_bytes=mask_bytes)
    np.testing.assert_array_equal(again[0], programs)
    np.testing.assert_array_equal(again[1], errors)


def _strokes(found):
  return found.actions['flag'].sum(axis=1)


@pytest.mark.parametrize('kind', ['plain', 'smudge'])
def test_strokes_are_there_that_are_worth_what_they_cost(kind):
  environment = _ENVIRONMENTS[kind]
  starts, _ = _starts(environment, range(8), 1)
  targets = _made(environment, range(100, 108))[1]
  blank = reconstruction.errors(np.full_like(targets, 255), targets)

  def climb(cost, tries=3000):
    found = climbing.climb(
      environment, starts, targets, tries, range(8), stroke_cost=cost
    )
    drawn = _pictures(environment, found.actions)
    np.testing.assert_allclose(
      found.errors, reconstruction.errors(drawn, targets), rtol=1e-6
    )
    return found

  free, dear = climb(0.0), climb(0.1)
  assert _strokes(dear).sum() < _strokes(free).sum()
  assert free.errors.sum() < dear.errors.sum()
  begun = climb(0.1, tries=0)
  before = begun.errors + 0.1 * blank * _strokes(begun)
  assert (dear.errors + 0.1 * blank * _strokes(dear) <= before + 1e-9).all()
  # At the price of the whole picture none is bought.
  none = climb(1.0)
  assert not _strokes(none).any()
  np.testing.assert_allclose(none.errors, blank, rtol=1e-6)


def test_strokes_that_change_nothing_go_even_if_they_cost_nothing():
  environment = _ENVIRONMENTS['color']
  starts, _ = _starts(environment, range(4), 1)
  starts['flag'][:] = 1
  for name in ('red', 'green', 'blue'):
    starts[name][:] = len(painting.color_levels()) - 1
  targets = np.full([4, 32, 32, 3], 255, np.uint8)
  begun = climbing.climb(environment, starts, targets, 0, range(4))
  assert not begun.errors.any() and (_strokes(begun) == 6).all()
  found = climbing.climb(environment, starts, targets, 5000, range(4))
  assert not found.errors.any() and (_strokes(found) <= 2).all()


@pytest.mark.parametrize('cost', [-0.1, 1.1, np.nan, '0', None, True])
def test_costs_that_cannot_be_are_refused(cost):
  with pytest.raises(ValueError, match=r'stroke_cost is .* from 0 to 1'):
    climbing.check_stroke_cost(cost, _PLAIN)


def test_strokes_cost_nothing_where_none_can_be_left_out():
  environment = _ENVIRONMENTS['pen down']
  climbing.check_stroke_cost(0.0, environment)
  with pytest.raises(ValueError, match='never lifts its brush'):
    climbing.check_stroke_cost(0.01, environment)


def test_ctrl_c_ends_it():
  starts, begun = _starts(_PLAIN, [0], 1)
  targets = 255 - begun[:, 0]

  class _StopError(Exception):
    pass

  def stop(*_):
    raise _StopError

  before = signal.signal(signal.SIGALRM, stop)
  others = len(os.listdir('/proc/self/task'))
  signal.setitimer(signal.ITIMER_REAL, 0.2)
  try:
    with pytest.raises(_StopError):
      climbing.climb(_PLAIN, starts, targets, climbing.MAX_TRIES, [0])
  finally:
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
  # All threads, also those that Python does not know of.
  assert len(os.listdir('/proc/self/task')) == others


def test_other_python_code_runs_meanwhile():
  starts, begun = _starts(_PLAIN, [0], 1)
  counted = [0]
  done = threading.Event()

  def count():
    while not done.is_set():
      counted[0] += 1

  thread = threading.Thread(target=count)
  thread.start()
  before = counted[0]
  climbing.climb(_PLAIN, starts, begun[:, 0], 20_000, [0])
  during = counted[0] - before
  done.set()
  thread.join()
  # While the GIL is held, not one turn is counted.
  assert during > 100


@pytest.mark.parametrize('tries', [-1, 1.0, True, None, 10**12])
def test_tries_that_cannot_be_are_refused(tries):
  with pytest.raises(ValueError, match='whole number from 0 to 100,000,000'):
    climbing.check_tries(tries)


def test_scenes_are_refused():
  with pytest.raises(ValueError, match=r"only paintings are varied.*'scenes'"):
    climbing.check_environment(small.SCENES.environment)


_GOOD = {
  **{'width': 8, 'channels': 1, 'brush': mypaint.brushes.load('classic/pen')},
  **{'background': 'white', 'grid_width': 4, 'sizes': [1.0], 'colors': []},
  **{'pressures': [1.0], 'pen_down': False, 'substrokes': 2, 'tries': 1},
  **{'stroke_cost': 0, 'seeds': [0], 'threads': 1},
  'programs': np.zeros([1, 1, 2, 8], np.int32),
  'targets': np.zeros([1, 8, 8, 1], np.uint8),
}


@pytest.mark.parametrize(
  'changes,words',
  [
    ({'width': 0}, 'width is 0'),
    ({'channels': 2}, 'channels is 2'),
    ({'brush': 'x'}, 'does not accept'),
    ({'background': 'pink'}, "background is 'pink'"),
    ({'grid_width': 0}, 'grid_width is 0'),
    ({'sizes': []}, 'sizes is empty'),
    ({'sizes': [0.0]}, 'sizes is 0'),
    ({'pressures': [2.0]}, 'pressures is 2'),
    ({'colors': [np.nan]}, 'colors is nan'),
    ({'substrokes': 0}, 'substrokes is 0'),
    ({'tries': -1}, 'tries is -1'),
    ({'stroke_cost': -1}, 'stroke_cost is -1'),
    ({'stroke_cost': np.nan}, 'stroke_cost is nan'),
    ({'threads': 0}, 'threads is 0'),
    ({'mask_bytes': -1}, 'mask_bytes is -1'),
    ({'seeds': []}, 'seeds must have N numbers'),
    ({'programs': np.zeros([1, 1, 2, 7], np.int32)}, r'\[N, S, T, 8\]'),
    ({'programs': np.zeros([1, 0, 2, 8], np.int32)}, 'S and T at least 1'),
    ({'programs': np.full([1, 1, 2, 8], -1, np.int32)}, 'flag is -1'),
    (
      {'programs': np.eye(8, dtype=np.int32)[None, None, 1:2] * 16},
      'end is 16',
    ),
    ({'programs': np.eye(8, dtype=np.int32)[None, None, 3:4]}, 'size is 1'),
    ({'programs': np.eye(8, dtype=np.int32)[None, None, 6:7]}, 'colour is 1'),
    ({'targets': np.zeros([1, 8, 8, 3], np.uint8)}, 'targets must have'),
    ({'targets': np.zeros([2, 8, 8, 1], np.uint8)}, 'targets must have'),
  ],
)
def test_arguments_that_cannot_be_are_refused(changes, words):
  programs, errors = mypaint.climb(**_GOOD)
  assert programs.shape == (1, 2, 8) and errors.shape == (1,)
  with pytest.raises(ValueError, match=words):
    mypaint.climb(**{**_GOOD, **changes})


def test_no_pictures_are_no_work():
  none = {
    'programs': np.zeros([0, 1, 2, 8], np.int32),
    'targets': np.zeros([0, 8, 8, 1], np.uint8),
    'seeds': [],
  }
  programs, errors = mypaint.climb(**{**_GOOD, **none})
  assert programs.shape == (0, 2, 8) and errors.shape == (0,)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
