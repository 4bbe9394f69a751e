"""Which brushes can paint photographs, told by their settings.

Search takes a stroke to be what the brush leaves on an empty canvas, in one
colour, at full pressure. What a brush makes of the paint below, of its colour
or of chance beyond that is not what was searched for. The limits were found by
painting with all of mypaint-brushes: docs/brushes.md.
"""

from collections.abc import Mapping
import json
import math
from typing import Any

from spiral_tf.environments.mypaint import brushes
from spiral_tf.environments.mypaint import dynamics
from spiral_tf.environments.mypaint import named

# Share of a dab's colour that may be of the paint below, without much harm.
_MOST_SMUDGE = 0.1
# Of hue, saturation, lightness and value, whole ranges of which are 1.
_MOST_COLOR_CHANGE = 0.02
# How far chance moves dabs at least, radii.
_MOST_SCATTER = 1.5
# How fast strokes become wider with their radius, at least, between these two:
# 1 if twice the radius makes them twice as wide, and 0 if they stay as wide.
_LEAST_GROWTH = 0.5
_RADII = 1.0, 100.0
_COLOR_CHANGES = (
  'change_color_h',
  'change_color_l',
  'change_color_v',
  'change_color_hsl_s',
  'change_color_hsv_s',
)


def check(name: str) -> None:
  """Refuses a brush that cannot paint photographs.

  Args:
    name: of the brush, see `brushes.load`.

  Raises:
    ValueError: it cannot, or there is no such brush, or it is broken.
  """
  reason = why_not(name)
  if reason:
    raise ValueError(
      f'brush {name!r} cannot paint photographs, because {reason}. Choose '
      f'another one, such as {", ".join(named.BRUSHES)}.'
    )


def why_not(name: str) -> str | None:
  """Why a brush cannot paint photographs.

  Args:
    name: of the brush, see `brushes.load`.

  Returns:
    The reason, the end of a sentence that begins with "because"; None if it
    can.

  Raises:
    ValueError: there is no such brush, or it is broken.
  """
  return _why_not(json.loads(brushes.load(name))['settings'])


def _why_not(settings: Mapping[str, Any]) -> str | None:
  """See `why_not`."""

  def low(name: str) -> float:
    return dynamics.bounds(settings, name, pressure=1)[0]

  def high(name: str) -> float:
    return dynamics.bounds(settings, name, pressure=1)[1]

  if low('eraser') or high('eraser'):
    return 'it erases'
  if high('smudge') > _MOST_SMUDGE:
    return 'it smudges: its colour is in part that of the paint below'
  if _looks_below(settings) and (
    low('smudge_transparency') or high('smudge_transparency')
  ):
    return 'it heeds whether there is paint below'
  if high('posterize') > 0:
    return 'it posterizes the paint below'
  if any(
    max(-low(change), high(change)) > _MOST_COLOR_CHANGE
    for change in _COLOR_CHANGES
  ):
    return 'it changes its colour by itself'
  if high('opaque') <= 0 or high('opaque_multiply') <= 0:
    return 'it draws nothing at full pressure'
  if low('offset_by_random') > _MOST_SCATTER:
    return 'chance scatters its dabs far from where it is led'
  if _growth(settings) < _LEAST_GROWTH:
    return 'its strokes hardly become wider with its radius'
  return None


def _looks_below(settings: Mapping[str, Any]) -> bool:
  """Whether libmypaint has a brush look at the canvas at all."""
  smudge = settings.get('smudge', {'base_value': 0, 'inputs': {}})
  smudges = smudge['base_value'] or any(smudge['inputs'].values())
  return bool(smudges) and dynamics.bounds(settings, 'smudge_length')[0] < 1


def _growth(settings: Mapping[str, Any]) -> float:
  """How fast strokes become wider with their radius; 1 if as fast as it."""
  small, large = (
    # The base value is what we set.
    radius
    + dynamics.bounds(
      settings, 'radius_logarithmic', pressure=1, brush_radius=radius
    )[0]
    for radius in map(math.log, _RADII)
  )
  return (large - small) / (math.log(_RADII[1]) - math.log(_RADII[0]))
