"""What a population's controller keeps on disk, to go on with.

Two files hold the same, so that one can be damaged. They are written one after
the other, each with the number of the time that it was, and the higher number
counts.
"""

import json
import os
from typing import Any
import zlib

from spiral_tf import files
from spiral_tf.population import lineage
from spiral_tf.population import members
from spiral_tf.workdir import damage

_NAMES = ('state.json', 'state.backup.json')


def load(workdir: str, size: int) -> tuple[dict[str, Any], list[str]]:
  """Reads the state, or makes that of a population that begins.

  Args:
    workdir: folder of the population.
    size: number of its members.

  Returns:
    `round`, the number of the next one; `copied_at`, the policy updates at each
    member's last copy; `plans`, copies that are not complete, by the
    recipient's index as a text; and `saves`, times that it was written. And
    lines about what was not as it should be.

  Raises:
    damage.DamagedError: there is one, but it cannot be read.
    OSError: a file cannot be read, which does not mean that it is damaged.
  """
  sound, faults = [], []
  for name in _NAMES:
    path = os.path.join(members.folder(workdir), name)
    try:
      with open(path, 'rb') as file:
        sound.append(_parse(file.read(), size))
    except FileNotFoundError:
      continue
    except (ValueError, IsADirectoryError) as error:
      faults.append(f'{path} is damaged: {error}.')
  if sound:
    newest = max(sound, key=lambda state: state['saves'])
    return newest, [f'{fault} Its twin is used instead.' for fault in faults]
  if faults:
    raise damage.DamagedError(
      f'{" ".join(faults)} Put a copy of {" or ".join(_NAMES)} back; or remove '
      'both: then members go on from what they have learned, but copies that '
      'were planned are not made.'
    )
  state = {'round': 0, 'copied_at': [0] * size, 'plans': {}, 'saves': 0}
  path = members.lineage_path(workdir)
  rounds = [record['round'] for record in lineage.read_sound(path)]
  if not rounds:
    return state, []
  state['round'] = max(rounds) + 1
  return state, [
    f'{os.path.join(members.folder(workdir), _NAMES[0])} is missing; rounds go '
    f'on from {state["round"]}, as {path} says. Copies that were planned are '
    'not made.'
  ]


def save(workdir: str, state: dict[str, Any]) -> None:
  """Writes the state, and counts that.

  Args:
    workdir: folder of the population.
    state: as `load` returns it; `saves` is changed.
  """
  state['saves'] += 1
  text = json.dumps({'checksum': _checksum(state), 'state': state})
  for name in _NAMES:
    files.replace(os.path.join(members.folder(workdir), name), text.encode())


def check(workdir: str, size: int) -> list[str]:
  """Looks, before a population goes on, whether it will find what it needs.

  Args:
    workdir: its folder.
    size: number of its members.

  Returns:
    Lines about what is not as it should be.

  Raises:
    damage.DamagedError: it cannot go on.
  """
  state, lines = load(workdir, size)
  path = members.lineage_path(workdir)
  try:
    if not lineage.read(path) and state['round']:
      lines.append(f'{path} is empty, though there have been rounds.')
  except FileNotFoundError:
    if state['round']:
      lines.append(f'{path} is missing, though there have been rounds.')
  except ValueError as error:
    lines.append(str(error))
  return lines


def _parse(text: bytes, size: int) -> dict[str, Any]:
  """Reads a file; raises ValueError, with what is wrong, if it is damaged."""
  try:
    values = json.loads(text)
  except ValueError as error:
    raise ValueError(f'it is no JSON ({error})') from None
  if not isinstance(values, dict):
    raise ValueError('it is no object in braces')
  if 'checksum' in values:
    state = values.get('state')
    if not isinstance(state, dict) or _checksum(state) != values['checksum']:
      raise ValueError('its checksum differs')
  else:  # As earlier versions wrote it.
    state = {**values, 'saves': 0}
  copied_at = state.get('copied_at')
  if not isinstance(copied_at, list) or len(copied_at) != size:
    raise ValueError(f'it is not of {size} members')
  if not (isinstance(state.get('round'), int) and 'plans' in state):
    raise ValueError('it lacks the round or the plans')
  return state


def _checksum(state: dict[str, Any]) -> int:
  return zlib.crc32(json.dumps(state, sort_keys=True).encode())
