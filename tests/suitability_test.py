"""Brushes that paint other than search thinks are refused, and only those."""

import json

import numpy as np
import pytest

from spiral_tf.agents import photographs as agents_photographs
from spiral_tf.environments import mypaint
from spiral_tf.environments.mypaint import brushes
from spiral_tf.environments.mypaint import suitability
from spiral_tf.search import photographs

_WIDTH = 48
# Of the error of bare paper: what a painting has at most, and how much more
# than search thinks.
_MOST, _GAP = 0.5, 0.25


def _scene():
  """A sky, a hill and a sun, float32 `[48, 48, 3]`."""
  y, x = np.mgrid[:_WIDTH, :_WIDTH].astype(np.float32) / _WIDTH
  picture = np.stack([0.5 + 0.2 * y, 0.7 + 0.1 * y, 0.95 - 0.2 * y], -1)
  picture[y > 0.7 - 0.3 * np.sin(3 * x)] = (0.2, 0.4, 0.15)
  picture[np.hypot(y - 0.2, x - 0.75) < 0.12] = (1.0, 0.85, 0.3)
  return picture.astype(np.float32)


def _errors(brush, strokes=20):
  """Of bare paper, of a painting as search has it, and as it is."""
  target = _scene()
  painting = photographs.paint(target, strokes, brush, threads=1)
  paper = '#' + bytes(round(255 * x) for x in painting.paper).hex()
  canvas = mypaint.Canvas(_WIDTH, brushes.load(brush), paper)
  for stroke in painting.strokes:
    canvas.move_to(*stroke[:2])
    canvas.move_to(*stroke[:2])
    canvas.stroke(
      *stroke[2:6],
      stroke[7],
      stroke[6],
      *stroke[8:],
      substrokes=photographs.SUBSTROKES,
    )
  real = np.mean(np.square(canvas.to_array(3) / 255 - target))
  bare = np.mean(np.square(target - np.array(painting.paper)))
  return bare, painting.error, real


def _usable():
  for name in brushes.names():
    try:
      brushes.load(name)
    except ValueError:  # libmypaint may crash with it.
      continue
    yield name


def _check_painting(brush):
  bare, model, real = _errors(brush)
  assert real < _MOST * bare, brush
  assert real - model < _GAP * bare, brush


@pytest.mark.parametrize(
  'brush',
  [
    'ramon/Marker',
    # Chance moves the dabs of these.
    'classic/charcoal',
    'classic/dry_brush',
    'ramon/Sketch_1',
    # It smudges unless it is pressed hard.
    'classic/modelling',
  ],
)
def test_brushes_that_are_not_refused_paint(brush):
  assert suitability.why_not(brush) is None
  _check_painting(brush)


@pytest.mark.slow
def test_all_brushes_that_are_not_refused_paint():
  suitable = [b for b in _usable() if suitability.why_not(b) is None]
  assert len(suitable) > 80
  # A third of them: all take a minute, and the rest are much like these.
  for brush in suitable[::3]:
    try:
      _check_painting(brush)
    except ValueError as error:  # Tried, it left nothing.
      assert brush in ('classic/pointy_ink', 'experimental/soft'), error


@pytest.mark.parametrize(
  'brush, reason',
  [
    ('deevad/kneaded_eraser', 'it erases'),
    ('classic/smudge', 'it smudges'),
    ('ramon/Knife', 'it smudges'),
    ('Dieterle/WateryFlatbrush', 'heeds whether there is paint below'),
    ('experimental/DNA_brush', 'changes its colour'),
    ('deevad/spray', 'chance scatters'),
    ('Dieterle/Fan#1', 'hardly become wider'),
  ],
)
def test_refused_brushes_do_not_paint_what_search_thinks(brush, reason):
  assert reason in suitability.why_not(brush)
  bare, model, real = _errors(brush)
  assert real - model > _GAP * bare


@pytest.mark.parametrize(
  'settings, reason',
  [
    ({'eraser': (0.5, {})}, 'erases'),
    ({'eraser': (0, {'random': [[0, -1], [1, 1]]})}, 'erases'),
    ({'smudge': (0.11, {})}, 'smudges'),
    ({'smudge': (0, {'speed1': [[0, 0], [4, 0.2]]})}, 'smudges'),
    (
      {
        'smudge': (1, {'pressure': [[0, 0], [1, -1]]}),
        'smudge_length': (0.5, {}),
        'smudge_transparency': (0.2, {}),
      },
      'paint below',
    ),
    ({'posterize': (1, {})}, 'posterizes'),
    ({'change_color_h': (0.1, {})}, 'colour'),
    ({'change_color_v': (-0.1, {})}, 'colour'),
    ({'opaque_multiply': (0, {'pressure': [[0, 1], [1, 0]]})}, 'nothing'),
    ({'opaque': (-0.2, {})}, 'nothing'),
    ({'offset_by_random': (1.6, {})}, 'chance'),
    (
      {'radius_logarithmic': (1, {'brush_radius': [[0, 0], [5, -4]]})},
      'wider',
    ),
    # All of these are without harm.
    ({'smudge': (1, {'pressure': [[0, 0], [1, -1]]})}, None),
    ({'smudge': (0.1, {})}, None),
    ({'smudge_transparency': (0.2, {})}, None),
    ({'change_color_l': (0.01, {})}, None),
    ({'eraser': (0, {'tilt_declination': [[0, 1], [90, 0]]})}, None),
    ({'offset_by_random': (0, {'pressure': [[0, 0], [1, 1.4]]})}, None),
    (
      {'radius_logarithmic': (1, {'brush_radius': [[0, 0], [5, -2]]})},
      None,
    ),
  ],
)
def test_settings_tell_why(tmp_path, monkeypatch, settings, reason):
  brush = json.loads(brushes.load('classic/pen'))
  for name, (base, inputs) in settings.items():
    brush['settings'][name] = {'base_value': base, 'inputs': inputs}
  monkeypatch.setenv('SPIRAL_BRUSHES', str(tmp_path))
  (tmp_path / 'mine.myb').write_text(json.dumps(brush))
  found = suitability.why_not('mine')
  assert found is None if reason is None else reason in found


def test_a_refusal_names_brush_reason_and_cure():
  with pytest.raises(ValueError) as error:
    agents_photographs.paint_photo(
      np.zeros([8, 8, 3], np.uint8), brush='classic/blur'
    )
  message = str(error.value)
  assert "'classic/blur' cannot paint photographs" in message
  assert 'because it smudges' in message and 'such as marker' in message


def test_unknown_brushes_are_refused():
  with pytest.raises(ValueError, match="no brush 'nobody/none'"):
    suitability.check('nobody/none')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
