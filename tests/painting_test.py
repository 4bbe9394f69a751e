"""The painting environment keeps dm_env's contract and paints what is asked."""

import dataclasses
import inspect

from absl.testing import absltest
from dm_env import specs
from dm_env import test_utils
import numpy as np
import pytest

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.environments import painting

_ALL = [
  'flag',
  'end',
  'control',
  'size',
  'pressure',
  'red',
  'green',
  'blue',
]
_MODES = {
  'grayscale': ({}, _ALL[:5], 1),
  'color': ({'color': True}, _ALL, 3),
  'color_transparent': ({'color': True, 'background': 'transparent'}, _ALL, 4),
  'transparent': ({'background': 'transparent'}, _ALL[:5], 1),
  'pen_down': ({'pen_down': True}, _ALL[1:5], 1),
  'one_size': (
    {'brush_sizes': (2.0,)},
    ['flag', 'end', 'control', 'pressure'],
    1,
  ),
  'one_pressure': ({'num_pressures': 1}, _ALL[:4], 1),
  'least': (
    {
      'pen_down': True,
      'brush_sizes': (2.0,),
      'num_pressures': 1,
      'noise_dim': 0,
    },
    ['end', 'control'],
    1,
  ),
}


def _make(**kwargs):
  """A small environment with the pen."""
  settings = {
    'episode_length': 5,
    'canvas_width': 32,
    'grid_width': 16,
    'brush': 'classic/pen',
    'brush_sizes': (1.0, 2.0),
    'substrokes': 20,
    'seed': 1,
    **kwargs,
  }
  return painting.Painting(**settings)


def _cell(row, column, grid_width=16):
  return row * grid_width + column


def _action(environment, **kwargs):
  """An action of the given values, the last of each other component."""
  spec = environment.action_spec()
  assert set(kwargs) <= set(spec)
  return {k: np.int32(kwargs.get(k, s.maximum)) for k, s in spec.items()}


def _random_action(environment, random):
  spec = environment.action_spec()
  return {k: np.int32(random.randint(s.num_values)) for k, s in spec.items()}


def _ink(time_step):
  """How dark each pixel is, from 0 to 255, on white."""
  return 255 - time_step.observation['canvas'][..., 0].astype(int)


class GrayscaleContractTest(test_utils.EnvironmentTestMixin, absltest.TestCase):
  """dm_env's own test, with random actions over several episodes."""

  MODE = 'grayscale'

  def make_object_under_test(self):
    """Makes the environment in the mode of this test."""
    return _make(**_MODES[self.MODE][0])

  def make_action_sequence(self):
    """Yields random actions."""
    random = np.random.RandomState(0)
    for _ in range(30):
      yield _random_action(self.environment, random)


class ColorContractTest(GrayscaleContractTest):
  """In colour."""

  MODE = 'color'


class TransparentContractTest(GrayscaleContractTest):
  """With an alpha channel."""

  MODE = 'color_transparent'


class PenDownContractTest(GrayscaleContractTest):
  """Without the flag."""

  MODE = 'pen_down'


class GrayscaleTransparentContractTest(GrayscaleContractTest):
  """With alpha alone."""

  MODE = 'transparent'


class OneSizeContractTest(GrayscaleContractTest):
  """Without the size."""

  MODE = 'one_size'


class OnePressureContractTest(GrayscaleContractTest):
  """Without the pressure."""

  MODE = 'one_pressure'


class LeastContractTest(GrayscaleContractTest):
  """With as few components as there can be."""

  MODE = 'least'


def test_defaults_are_those_of_the_config():
  parameters = inspect.signature(painting.Painting).parameters
  defaults = {k: p.default for k, p in parameters.items() if k != 'seed'}
  settings = dataclasses.asdict(sections.EnvironmentConfig())
  for name in ('name', 'max_objects'):  # Not of this one alone, or of others.
    del settings[name]
  assert defaults == settings


@pytest.mark.parametrize('mode', _MODES)
def test_specs_are_exact(mode):
  kwargs, components, channels = _MODES[mode]
  environment = _make(**kwargs)
  action_spec = environment.action_spec()
  assert list(action_spec) == components
  num_values = dict(zip(_ALL, (2, 256, 256, 2, 10, 20, 20, 20)))
  for name, spec in action_spec.items():
    assert spec.num_values == num_values[name], name
    assert spec.dtype == np.int32
    assert isinstance(spec, types.LocationArray) == (name in ('end', 'control'))
  assert action_spec['end'].grid_width == 16

  spec = environment.observation_spec()
  assert spec['canvas'] == specs.BoundedArray(
    (32, 32, channels), np.uint8, 0, 255, 'canvas'
  )
  assert spec['position'].shape == (2,)
  assert (spec['position'].minimum, spec['position'].maximum) == (-1, 1)
  stroke_start = spec['stroke_start']
  assert stroke_start.shape == ()
  assert (stroke_start.minimum, stroke_start.maximum) == (0, 1)
  assert set(spec) == {
    'canvas',
    'position',
    'step_fraction',
    'action_mask',
    'stroke_start',
    *(['noise'] if kwargs.get('noise_dim', 10) else []),
  }


def _masks(time_step):
  return {k: float(v) for k, v in time_step.observation['action_mask'].items()}


@pytest.mark.parametrize('mode', _MODES)
def test_action_mask_tells_what_had_an_effect(mode):
  kwargs, components, _ = _MODES[mode]
  environment = _make(episode_length=4, **kwargs)
  painted = dict.fromkeys(components, 1.0)
  moved = {k: float(k in ('flag', 'end')) for k in components}
  paints = [False, True, True, False]
  if 'flag' not in components:
    paints = [False, True, True, True]
  for _ in range(2):
    assert _masks(environment.reset()) == dict.fromkeys(components, 0.0)
    for paint in paints:
      flag = {'flag': int(paint)} if 'flag' in components else {}
      time_step = environment.step(_action(environment, **flag))
      assert _masks(time_step) == (painted if paint else moved)


@pytest.mark.parametrize('mode', _MODES)
def test_masked_components_have_no_effect_and_the_others_have(mode):
  """Ground truth for the mask: change one component, compare the rest."""
  kwargs, components, _ = _MODES[mode]

  def run(paint, changed):
    environment = _make(episode_length=3, **kwargs)
    environment.reset()
    action = _action(environment, end=_cell(3, 3))
    first = {'flag': 0} if 'flag' in components else {}
    if not paint or not first:
      environment.step({**action, **first})
    values = {
      **dict.fromkeys(components, 1),
      'end': _cell(12, 12),
      'control': _cell(3, 12),
    }
    if first:
      values['flag'] = int(paint)
    if changed:
      num_values = environment.action_spec()[changed].num_values
      values[changed] = (values[changed] + num_values // 2) % num_values
    if not paint and not first:  # The action that only moves is the first.
      environment.reset()
    step = environment.step({k: np.int32(values[k]) for k in components})
    last = environment.step(action)
    return (
      _masks(step),
      step.observation['canvas'].tobytes()
      + step.observation['position'].tobytes()
      + last.observation['canvas'].tobytes(),
    )

  for paint in (False, True):
    mask, result = run(paint, None)
    for name in components:
      assert (run(paint, name)[1] != result) == bool(mask[name]), (paint, name)


def test_jump_does_not_draw_and_stroke_goes_where_it_is_told():
  """(row, column) is the order of locations; the curve is a Bezier curve."""
  environment = _make(canvas_width=64, brush_sizes=(2.0,))
  environment.reset()
  time_step = environment.step(_action(environment, flag=0, end=_cell(1, 6)))
  assert _ink(time_step).max() == 0
  time_step = environment.step(
    _action(environment, flag=1, end=_cell(3, 13), control=_cell(15, 6))
  )
  ink = _ink(time_step)

  def near(row, column):
    y, x = int((row + 0.5) * 4), int((column + 0.5) * 4)
    return ink[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].max()

  assert near(1, 6) > 100
  assert near(3, 13) > 100
  # (start + 2 * control + end) / 4, in cells.
  assert near((1 + 2 * 15 + 3) / 4, (6 + 2 * 6 + 13) / 4) > 100
  assert near(15, 6) == 0
  assert near(6, 1) == 0
  assert near(13, 3) == 0


def test_episode_begins_in_the_upper_left_cell():
  environment = _make(canvas_width=64)
  for _ in range(2):
    environment.reset()
    end = _cell(0, 15)
    time_step = environment.step(_action(environment, end=end, control=end))
    ink = _ink(time_step)
    assert ink[2, 2:62].min() > 100
    assert ink[8:].max() == 0
    environment.reset()
    environment.step(_action(environment, flag=0, end=0))
    moved = environment.step(_action(environment, end=end, control=end))
    np.testing.assert_array_equal(_ink(moved), ink)


def test_position_is_row_then_column():
  environment = _make()
  position = environment.reset().observation['position']
  np.testing.assert_array_equal(position, [-1, -1])
  for flag in (0, 1):
    for row, column in ((3, 7), (15, 0), (0, 15), (7, 3)):
      environment.reset()
      time_step = environment.step(
        _action(environment, flag=flag, end=_cell(row, column))
      )
      np.testing.assert_allclose(
        time_step.observation['position'],
        [row / 7.5 - 1, column / 7.5 - 1],
        atol=1e-6,
      )
      position = environment.reset().observation['position']
      np.testing.assert_array_equal(position, [-1, -1])


@pytest.mark.parametrize(
  'flags, starts',
  [
    ([1, 1, 1], [1, 0, 0]),
    ([0, 1, 1], [0, 1, 0]),
    ([1, 0, 0, 1, 1, 0, 1], [1, 0, 0, 1, 0, 0, 1]),
  ],
)
def test_stroke_start_marks_new_sequences(flags, starts):
  environment = _make(episode_length=len(flags))
  for _ in range(2):
    assert environment.reset().observation['stroke_start'] == 0
    got = [
      float(
        environment.step(_action(environment, flag=flag)).observation[
          'stroke_start'
        ]
      )
      for flag in flags
    ]
    assert got == starts


def test_pen_down_first_action_moves_and_starts_one_sequence():
  environment = _make(pen_down=True, episode_length=3)
  for _ in range(2):
    environment.reset()
    starts, ink = [], []
    for end in (_cell(8, 2), _cell(8, 13), _cell(2, 13)):
      time_step = environment.step(_action(environment, end=end, control=end))
      starts.append(float(time_step.observation['stroke_start']))
      ink.append(_ink(time_step))
    assert starts == [0, 1, 0]
    assert ink[0].max() == 0
    assert ink[1][17, 5:27].min() > 100
    assert ink[2][6:17, 27].min() > 100


def test_pressure_size_and_colors_are_what_they_say():
  def ink(**kwargs):
    environment = _make(canvas_width=64, color=True, brush_sizes=(1.0, 6.0))
    environment.reset()
    end = _cell(8, 15)
    environment.step(_action(environment, flag=0, end=_cell(8, 0)))
    action = _action(environment, end=end, control=end, **kwargs)
    return environment.step(action).observation['canvas'].astype(int)

  black = {'red': 0, 'green': 0, 'blue': 0}
  dark = 255 - ink(**black)
  assert dark.sum() > 2 * (255 - ink(size=0, **black)).sum()
  assert dark.sum() > 1.5 * (255 - ink(pressure=0, **black)).sum()
  np.testing.assert_allclose(
    ink(red=19, green=5, blue=0)[34, 32], [255, 255 * 5 / 19, 0], atol=2
  )


def test_one_pressure_is_full_pressure():
  def last_canvas(**kwargs):
    environment = _make(**kwargs)
    environment.reset()
    action = _action(environment, end=_cell(8, 8))
    return environment.step(action).observation['canvas']

  np.testing.assert_array_equal(
    last_canvas(num_pressures=1), last_canvas(num_pressures=3)
  )


@pytest.mark.parametrize(
  'kwargs, message',
  [
    ({'episode_length': 0}, 'episode_length is 0'),
    ({'canvas_width': 2000}, 'canvas_width is 2000'),
    ({'grid_width': 33}, 'grid_width is 33'),
    ({'brush_sizes': ()}, 'brush_sizes is'),
    ({'brush_sizes': (1.0, 2000.0)}, 'brush_sizes is'),
    ({'brush_sizes': (float('nan'),)}, 'brush_sizes is'),
    ({'substrokes': 20000}, 'substrokes is 20000'),
    ({'background': 'blue'}, "background is 'blue'"),
    ({'brush': 'classic/pem'}, 'classic/pen'),
    ({'noise_dim': -1}, 'noise_dim is -1'),
    ({'pen_down': True, 'episode_length': 1}, 'episode_length is 1'),
  ],
)
def test_bad_settings_are_refused(kwargs, message):
  with pytest.raises(ValueError, match=message):
    _make(**kwargs)


@pytest.mark.parametrize('brush', ['classic/dry_brush', 'deevad/spray'])
def test_random_brush_paints_the_same_in_any_episode(brush):
  environment = _make(brush=brush, episode_length=4)
  canvases = {}
  for seed in (1, 2, 2, 1, 3, 1):
    environment.reset()
    random = np.random.RandomState(seed)
    for _ in range(4):
      time_step = environment.step(_random_action(environment, random))
    canvas = time_step.observation['canvas']
    assert canvas.min() < 255
    np.testing.assert_array_equal(canvas, canvases.setdefault(seed, canvas))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
