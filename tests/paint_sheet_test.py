"""Tests of launch.paint_sheet."""

import numpy as np
from PIL import Image
import pytest

from launch import paint_sheet


def test_targets_stand_before_their_pictures(tmp_path):
  sheet = paint_sheet.Sheet(columns=4)
  for grey in (100, 200):
    picture = np.full([10, 10, 3], grey, np.uint8)
    sheet.add(picture, np.full([5, 5, 1], grey + 50, np.uint8))
  path = str(tmp_path / 'a.png')
  sheet.write(path)
  image = np.asarray(Image.open(path))
  assert image.shape == (22, 4 * 21 + 1, 3)  # Twice as large, with lines.
  assert image[10, 10::21, 0].tolist() == [150, 100, 250, 200]


def test_pictures_of_different_aspects_on_one_sheet(tmp_path):
  sheet = paint_sheet.Sheet(columns=2)
  for grey, shape in ((100, (4, 10)), (200, (10, 6))):
    target = [side // 2 for side in shape]
    picture = np.full([*shape, 3], grey, np.uint8)
    sheet.add(picture, np.full([*target, 3], grey + 50, np.uint8))
  path = str(tmp_path / 'a.png')
  sheet.write(path)
  image = np.asarray(Image.open(path))[..., 0]
  assert image.shape == (2 * 21 + 1, 2 * 21 + 1)
  for row, column, grey, (height, width) in (
    (0, 0, 150, (8, 20)),
    (0, 1, 100, (8, 20)),
    (1, 0, 250, (20, 12)),
    (1, 1, 200, (20, 12)),
  ):
    top, left = 1 + 21 * row, 1 + 21 * column
    cell = image[top : top + 20, left : left + 20]
    rows, columns = np.nonzero(cell == grey)
    assert len(rows) == height * width
    assert (rows.min(), columns.min()) == ((20 - height) / 2, (20 - width) / 2)
    assert (rows.max() + rows.min(), columns.max() + columns.min()) == (19, 19)


def test_what_is_transparent_shows_paper(tmp_path):
  sheet = paint_sheet.Sheet(columns=16)
  picture = np.zeros([4, 4, 4], np.uint8)
  picture[:, 2:, 3] = 255
  sheet.add(picture)
  path = str(tmp_path / 'a.png')
  sheet.write(path)
  image = np.asarray(Image.open(path))
  assert image.shape[:2] == (10, 10)
  assert image[4, 3].tolist() == [255] * 3 and image[4, 6].tolist() == [0] * 3


def test_a_sheet_that_would_be_huge_is_refused():
  for shape in ((2000, 2000), (1000, 4000), (4000, 1000)):
    paint_sheet.check(number=2, shape=shape, channels=3)
    paint_sheet.check(number=2, shape=shape, channels=4)  # On paper: 3.
    with pytest.raises(ValueError, match='choose a smaller --size'):
      paint_sheet.check(number=3, shape=shape, channels=3)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
