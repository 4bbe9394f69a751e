"""Damaged pictures and programs: an error of one line, or no harm done."""

import contextlib
import copy
import io
import json
import random
import signal
import struct
import warnings

import numpy as np
from PIL import Image
import pytest

from spiral_tf.agents import inputs
from spiral_tf.programs import program as program_lib
from tests import patience
from tests import program_cases

# Of each kind at least so many are really malformed.
_WANTED = 100
# For one; most take milliseconds.
_SECONDS = int(patience.HANG_SECONDS)
# For one, bytes; the most that any takes is 107 MB.
_MEMORY = 2**29
_LONGEST = 400  # Of a message, characters.


class _Hang(BaseException):
  """Not an Exception, which who reads pictures might take for a damage."""


@pytest.fixture(autouse=True)
def frugal(capfd, caplog):
  """Lets nothing be printed, or hang."""

  def stop(*unused):
    raise _Hang

  handler = signal.signal(signal.SIGALRM, stop)
  yield
  signal.alarm(0)
  signal.signal(signal.SIGALRM, handler)
  printed = capfd.readouterr()
  assert printed.out == ''
  assert printed.err == ''
  assert not caplog.get_records('call')


def _memory(what: str) -> int:
  """Memory of this process, "VmRSS", or the most it ever had, "VmHWM"."""
  with open('/proc/self/status') as file:
    (line,) = [line for line in file if line.startswith(what)]
  return int(line.split()[1]) * 1024


@contextlib.contextmanager
def _frugal():
  """A context that takes little memory, also for a moment."""
  with open('/proc/self/clear_refs', 'w') as file:
    file.write('5')  # Forgets the most it ever had.
  before = _memory('VmRSS')
  yield
  taken = _memory('VmHWM') - before
  assert taken < _MEMORY, f'{taken:,} bytes'


def _is_refused(read) -> bool:
  """Whether something is refused as it should be; all else is an error."""
  with _frugal():
    return _is_refused_in_time(read)


def _is_refused_in_time(read) -> bool:
  signal.alarm(_SECONDS)
  with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter('always')
    try:
      read()
      refused = False
    except (ValueError, FileNotFoundError) as error:
      refused = True
      text = str(error)
      assert text and '\n' not in text and 'Traceback' not in text
      assert len(text) < _LONGEST
  # Damage may make a picture so dark that its white is a guess.
  warned = [w for w in warned if w.category is not inputs.GuessWarning]
  assert not warned, warned[0].message
  return refused


def test_memory_for_a_moment_is_seen_each_time():
  for _ in range(2):
    with pytest.raises(AssertionError, match=r'[\d,]+ bytes'), _frugal():
      np.ones(_MEMORY * 9 // 8, np.uint8)
    with _frugal():
      np.ones(_MEMORY // 2, np.uint8)


def _valid_pictures():
  """Yields formats and files."""
  pixels = np.random.RandomState(0).randint(256, size=[24, 32, 3])
  image = Image.fromarray(pixels.astype(np.uint8))
  exif = Image.Exif()
  exif[0x0112] = 6  # Turned.
  clear = image.quantize(16)
  clear.info['transparency'] = bytes(8) + b'\xff' * 8
  film = {'save_all': True, 'append_images': [image.rotate(180)]}
  for form, picture, options in (
    ('PNG', image, {}),
    ('PNG', clear, {}),
    ('PNG', image.convert('L').convert('I;16'), {}),
    ('JPEG', image, {'exif': exif}),
    ('JPEG', image.convert('CMYK'), {'progressive': True}),
    ('GIF', image, film),
    ('WEBP', image, {}),
    ('WEBP', image.convert('RGBA'), {'lossless': True, 'exif': exif}),
    ('BMP', image, {}),
    ('TIFF', image, {}),
    ('TIFF', image, {'compression': 'tiff_lzw'}),
    ('TIFF', image.convert('F'), {'compression': 'tiff_deflate'}),
  ):
    data = io.BytesIO()
    picture.save(data, form, **options)
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
  elif way == 4:  # It says it is large, or huge.
    size = rng.choice([9_000, 60_000, 2**31 - 1])
    places = {'PNG': (16, '>II'), 'GIF': (6, '<HH'), 'BMP': (18, '<ii')}
    place, layout = places.get(form, (4, '<II'))
    value = size if layout != '<HH' else 65_535
    struct.pack_into(layout, damaged, place, value, value)
  else:  # Zeros.
    start = rng.randrange(len(data) // 2)
    length = len(data) // 3
    damaged[start : start + length] = bytes(length)
  return bytes(damaged)


def test_damaged_pictures():
  rng = random.Random(0)
  valid = list(_valid_pictures())
  assert not any(
    _is_refused(lambda x=data: inputs.read(x)) for _, data in valid
  )
  refused = 0
  for _ in range(20):
    for form, data in valid:
      damaged = _damaged(form, data, rng)
      refused += _is_refused(lambda x=damaged: inputs.read(x))
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
    text = program.to_json()
    if i % 5 == 4:  # The text itself.
      start = rng.randrange(len(text))
      text = text[:start] + rng.choice(['', '}', '\x00', '"', '[' * 9999])
    else:
      values = copy.deepcopy(json.loads(text))
      _spoil(values, rng)
      text = json.dumps(values)
    refused += _is_refused(
      lambda x=text: program_lib.Program.from_json(x).render(64)
    )
  assert refused >= _WANTED


def _replaced(old: str, new: str) -> str:
  text = program_cases.painted(number=20).to_json()
  assert old in text
  return text.replace(old, new, 1)


@pytest.mark.parametrize(
  'old,values',
  [
    # One more than whoever parses, quotes, or compares it can follow.
    ('"spiral_tf.program"', ['[' * n + ']' * n for n in range(900, 1010)]),
    ('"control": [', ['"control": [' + '[' * n for n in range(900, 1010)]),
    ('"end": [', [f'"end": [{"[" * n}0{"]" * n},' for n in range(900, 1010)]),
    ('"pressure": ', ['"pressure": 1e400, "x": ', '"pressure": -']),
    ('"radius": ', ['"radius": Infinity, "x": ', '"radius": NaN, "x": ']),
    ('"canvas_width": 64', [f'"canvas_width": {"9" * n}' for n in (20, 9999)]),
    ('classic/pen', ['a/' * 99 + 'a', 'x' * 10**6, '\\u00e9' * 99, '\\ud800']),
    ('classic/pen', ['../x', 'a/../b', '/etc/passwd', '.', 'a\\u0000', 'a\\n']),
    ('"move", "end"', ['"put", "end"', '["move"], "end"', '"move", "x\\n"']),
    ('"commands": [', ['"commands": [' + '{},' * 99_999, '"commands": [0,']),
    ('"canvas_height": 64', [f'"canvas_height": {"9" * n}' for n in (5, 9999)]),
    ('"canvas_height": 64', [f'"canvas_height": {x}' for x in (-1, 0.5, '[]')]),
    ('"version": 2', ['"version": 1.0', '"version": "1"', '"version": 1e999']),
  ],
)  # fmt: skip
def test_programs_that_look_for_trouble(old, values):
  for value in values:
    text = _replaced(old, value)
    assert _is_refused(lambda x=text: program_lib.Program.from_json(x).render())


def test_long_programs_are_drawn():
  program = program_cases.painted(number=3000)
  text = program.to_json()
  assert not _is_refused(lambda: program_lib.Program.from_json(text).render())
  wrong = _replaced(
    '"commands": [',
    '"commands": [' + '{"command": "move", "end": [1, 1]},' * 5000 + '7,',
  )
  with pytest.raises(ValueError, match=r'^command 5000 '):
    program_lib.Program.from_json(wrong)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
