"""Damaged pictures and programs: an error of one line, or no harm done."""

import copy
import io
import json
import random
import struct
import warnings

import numpy as np
from PIL import Image
import pytest

from spiral_tf import inputs
from spiral_tf import program_json
from tests import program_cases

# Of each kind at least so many are really malformed.
_WANTED = 100
_FORMATS = ('PNG', 'JPEG', 'GIF', 'WEBP', 'BMP', 'TIFF')


def _is_refused(read) -> bool:
  """Whether something is refused as it should be; all else is an error."""
  with warnings.catch_warnings():
    warnings.simplefilter('error')
    try:
      read()
    except (ValueError, FileNotFoundError) as error:
      text = str(error)
      assert text and '\n' not in text and 'Traceback' not in text
      assert len(text) < 500
      return True
  return False


def _valid_pictures():
  pixels = np.random.RandomState(0).randint(256, size=[24, 32, 3])
  image = Image.fromarray(pixels.astype(np.uint8))
  for form in _FORMATS:
    data = io.BytesIO()
    image.save(data, form)
    yield form, data.getvalue()


def _damaged(form: str, data: bytes, rng: random.Random) -> bytes:
  """A picture's file, damaged in one of many ways."""
  damaged = bytearray(data)
  way = rng.randrange(6)
  if way == 0:  # Cut off.
    return data[: rng.randrange(len(data) // 2)]
  if way == 1:  # Some bytes changed, in the header and all over.
    for _ in range(rng.randrange(1, 60)):
      end = rng.choice([40, len(data)])
      damaged[rng.randrange(end)] = rng.randrange(256)
  elif way == 2:  # The beginning of something else.
    damaged[: rng.randrange(2, 16)] = rng.randbytes(rng.randrange(2, 16))
  elif way == 3:  # A piece missing in the middle.
    start = rng.randrange(len(data) // 2)
    del damaged[start : start + rng.randrange(1, len(data) // 2)]
  elif way == 4:  # It says it is huge.
    huge = rng.choice([60_000, 2**31 - 1])
    places = {'PNG': (16, '>II'), 'GIF': (6, '<HH'), 'BMP': (18, '<ii')}
    place, layout = places.get(form, (4, '<II'))
    value = huge if layout != '<HH' else 65_535
    struct.pack_into(layout, damaged, place, value, value)
  else:  # Zeros.
    start = rng.randrange(len(data) // 2)
    length = len(data) // 3
    damaged[start : start + length] = bytes(length)
  return bytes(damaged)


def test_damaged_pictures():
  rng = random.Random(0)
  refused = 0
  for _ in range(40):
    for form, data in _valid_pictures():
      damaged = _damaged(form, data, rng)
      refused += _is_refused(lambda damaged=damaged: inputs.read(damaged))
  assert refused >= _WANTED


# What a value may be replaced by.
_STRANGE = (
  None, True, -1, 0, 10**30, 1e400, 0.5, float('nan'), '', 'x' * 10**5, '../..',
  '/dev/zero', 'classic/none', [], [[]], {}, {'a': 1}, [0] * 3, [1e9, 0], '\n',
)  # fmt: skip


def _spoil(values, rng: random.Random) -> None:
  """Changes something somewhere in a nested structure."""
  parent, key = None, None
  node = values
  while isinstance(node, (dict, list)) and node:
    key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
    parent, node = node, node[key]
    if rng.random() < 0.25:
      break
  way = rng.randrange(3)
  if way == 0 and isinstance(parent, dict):
    del parent[key]
  elif way == 1 and isinstance(parent, dict):
    parent['surprise'] = 1
  else:
    parent[key] = rng.choice(_STRANGE)


def test_damaged_programs():
  rng = random.Random(0)
  refused = 0
  for i in range(160):
    program = (program_cases.painted, program_cases.staged)[i % 2](i)
    text = program_json.dumps(program)
    if i % 5 == 4:  # The text itself.
      start = rng.randrange(len(text))
      text = text[:start] + rng.choice(['', '}', '\x00', '"', '[' * 9999])
    else:
      values = copy.deepcopy(json.loads(text))
      _spoil(values, rng)
      text = json.dumps(values)
    refused += _is_refused(
      lambda text=text: program_json.loads(text).render(64)
    )
  assert refused >= _WANTED


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
