"""Tests of launch.brush_sheet, as one runs it."""

import re

import numpy as np
from PIL import Image
import pytest

from tests import commands


@pytest.fixture(scope='module')
def brush_sheet(tmp_path_factory):
  """Runs the command with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda *arguments: runner.run('launch.brush_sheet', *arguments)


def _photograph(path):
  """Writes a picture whose left half is red, and the other blue."""
  pixels = np.zeros([48, 64, 3], np.uint8)
  pixels[:, :32, 0] = pixels[:, 32:, 2] = 220
  Image.fromarray(pixels).save(path)
  return path


def test_each_brush_is_drawn_and_judged(brush_sheet, tmp_path):
  path = tmp_path / 'new' / 'sheet.png'
  photograph = _photograph(tmp_path / 'photograph.png')
  done = brush_sheet(
    f'--output={path}',
    f'--image={photograph}',
    '--brush=marker',
    '--brush=classic/charcoal',
    '--strokes=3',
    '--size=64',
    '--columns=2',
  )
  assert not done.returncode, done.stderr
  rows = re.findall(r'^(\S+) +(\S+) +(\d+) +([\d.]+)$', done.stdout, re.M)
  assert [row[:2] for row in rows] == [
    ('marker', 'ramon/Marker'),
    ('classic/charcoal', 'classic/charcoal'),
  ]
  # Of its mean colour all over, the photograph is (110 / 255)^2 off in two of
  # three channels.
  bare = (110 / 255) ** 2 * 2 / 3
  for *_, strokes, error in rows:
    assert 1 <= int(strokes) <= 3 and float(error) < 0.5 * bare
  with Image.open(path) as image:
    pixels = np.asarray(image.convert('RGB')).astype(int)
  for half in np.array_split(pixels, 2, axis=1):
    # Titles, strokes on their paper, and both colours of the painting.
    assert (half.max(-1) < 60).any()
    assert (half == (0xF4, 0xEF, 0xE4)).all(-1).sum() > 300
    red = (half[..., 0] > 180) & (half[..., 2] < 60)
    blue = (half[..., 2] > 180) & (half[..., 0] < 60)
    assert red.sum() > 500 and blue.sum() > 500


@pytest.mark.parametrize(
  'arguments, code, message',
  [
    (['--output=sheet.jpg'], 1, 'must end in .png'),
    (['--brush=classic/blur'], 1, "'classic/blur' cannot paint photographs"),
    (['--brush=blurr'], 1, "no brush 'blurr'"),
    (['--image=absent.png'], 1, 'absent.png does not exist'),
    ([], 1, 'is a file, but must be a folder'),
  ],
)
def test_what_cannot_be_is_a_line(
  brush_sheet, tmp_path, arguments, code, message
):
  (tmp_path / 'file').touch()
  default = [f'--output={tmp_path}/file/sheet.png']
  done = brush_sheet(*default, *arguments)
  assert done.returncode == code and message in done.stderr
  assert 'Traceback' not in done.stderr


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
