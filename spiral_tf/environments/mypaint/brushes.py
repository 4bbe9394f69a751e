"""Finds the brushes of Debian's mypaint-brushes by name, and checks them."""

import difflib
import itertools
import json
import math
import os
import pathlib
import subprocess
from typing import Any

from spiral_tf.environments.mypaint import named

_CURE = (
  'Run `apt-get install mypaint-brushes`, or set SPIRAL_BRUSHES to a folder '
  'of .myb files.'
)
# What the settings of a brush may depend on, in libmypaint 1.6.
_INPUTS = frozenset(
  (
    'attack_angle',
    'barrel_rotation',
    'brush_radius',
    'custom',
    'direction',
    'direction_angle',
    'gridmap_x',
    'gridmap_y',
    'pressure',
    'random',
    'speed1',
    'speed2',
    'stroke',
    'tilt_ascension',
    'tilt_declination',
    'tilt_declinationx',
    'tilt_declinationy',
    'viewzoom',
  )
)
# The brushes of version 1.0 were made for libmypaint 1; those of 2.0 load too.
_VERSIONS = ('1.0', '2.0')


def folders() -> list[pathlib.Path]:
  """The folders searched for brushes, best first.

  The environment variable SPIRAL_BRUSHES replaces them all.

  Returns:
    Folders that exist.

  Raises:
    ValueError: there is none.
  """
  override = os.environ.get('SPIRAL_BRUSHES')
  if override:
    candidates = [pathlib.Path(override)]
  else:
    candidates = [
      pathlib.Path(prefix, 'share/mypaint-data', version, 'brushes')
      for version in _VERSIONS
      for prefix in ('/usr', '/usr/local')
    ]
  existing = [folder for folder in candidates if folder.is_dir()]
  if not existing and not override:
    existing = [folder for folder in _from_pkg_config() if folder.is_dir()]
  if not existing:
    where = f' SPIRAL_BRUSHES is {override!r}.' if override else ''
    raise ValueError(f'There is no folder of brushes.{where} {_CURE}')
  return existing


def _from_pkg_config() -> list[pathlib.Path]:
  """Where mypaint-brushes was installed, if not in the usual places."""
  installed = []
  for version in _VERSIONS:
    name = f'mypaint-brushes-{version}'
    try:
      done = subprocess.run(
        ['pkg-config', '--variable=brushesdir', name],
        capture_output=True,
        text=True,
      )
    except OSError:
      return []
    if done.returncode == 0 and done.stdout.strip():
      installed.append(pathlib.Path(done.stdout.strip()))
  return installed


def names() -> list[str]:
  """Names of all brushes, such as `classic/dry_brush`, sorted."""
  paths = {
    path.relative_to(folder)
    for folder in folders()
    for path in folder.rglob('*.myb')
  }
  return sorted(path.with_suffix('').as_posix() for path in paths)


def load(name: str) -> str:
  """Reads a brush.

  Args:
    name: path below a folder of brushes, without `.myb`, or a name for people
      of `named.BRUSHES`.

  Returns:
    The text of the file, which libmypaint can take.

  Raises:
    ValueError: there is no such brush, its file is broken, or libmypaint may
      crash with it.
  """
  name = named.real_name(name)
  for folder in folders():
    path = folder / f'{name}.myb'
    # Path.is_file raises an error for some names, such as very long ones.
    if os.path.isfile(path):
      try:
        text = path.read_text(encoding='utf-8')
        brush = json.loads(text)
        check(brush)
      except ValueError as error:
        raise ValueError(
          f'brush {name!r} is broken: {path}: {error} {_CURE}'
        ) from error
      if _colorizes(brush):
        raise ValueError(
          f'brush {name!r} cannot be used, because libmypaint may crash with '
          'it; choose another one.'
        )
      return _without_unknown(brush, text)
  known = names()
  close = difflib.get_close_matches(
    name, [*named.BRUSHES, *known], n=3, cutoff=0.4
  )
  tried = close or list(named.BRUSHES)[:8]
  raise ValueError(
    f'there is no brush {name!r} among the {len(known)} of '
    f'{", ".join(map(str, folders()))}. Try {", ".join(tried)}. {_CURE}'
  )


def _without_unknown(brush: Any, text: str) -> str:
  """The text of a brush without inputs that libmypaint would only warn of."""
  unknown = False
  for setting in brush['settings'].values():
    for name in set(setting['inputs']) - _INPUTS:
      del setting['inputs'][name]
      unknown = True
  return json.dumps(brush) if unknown else text


def _colorizes(brush: Any) -> bool:
  """Whether a brush changes hues and leaves brightness as it is.

  With black paint, libmypaint 1.6.0 then divides by zero, which no exception
  tells of: the process is killed.
  """
  setting = brush['settings'].get('colorize')
  return bool(
    setting and (setting['base_value'] or any(setting['inputs'].values()))
  )


def check(brush: Any) -> None:
  """Checks what libmypaint would ignore, or abort the process for.

  Args:
    brush: parsed JSON of a .myb file.

  Raises:
    ValueError: it does not describe a brush of version 3.
  """
  if not isinstance(brush, dict) or brush.get('version') != 3:
    raise ValueError('it is not a brush of version 3.')
  settings = brush.get('settings')
  if not isinstance(settings, dict) or not settings:
    raise ValueError('it has no settings.')
  for name, setting in settings.items():
    if not isinstance(setting, dict):
      raise ValueError(f'setting {name!r} is not an object.')
    if not _is_number(setting.get('base_value')):
      raise ValueError(f'setting {name!r} has no base_value.')
    inputs = setting.get('inputs')
    if not isinstance(inputs, dict):
      raise ValueError(f'setting {name!r} has no inputs.')
    for source, points in inputs.items():
      if not _is_curve(points):
        raise ValueError(
          f'the curve of setting {name!r} over {source!r} must be 2 to 64 '
          'points [x, y] with no x below the one before.'
        )


def _is_number(value: Any) -> bool:
  if isinstance(value, bool) or not isinstance(value, (int, float)):
    return False
  return math.isfinite(value)


def _is_curve(points: Any) -> bool:
  """Whether libmypaint can take `points`, an empty list for no curve."""
  if not isinstance(points, list) or len(points) == 1 or len(points) > 64:
    return False
  for point in points:
    if not isinstance(point, list) or len(point) != 2:
      return False
    if not all(_is_number(value) for value in point):
      return False
  return all(a[0] <= b[0] for a, b in itertools.pairwise(points))
