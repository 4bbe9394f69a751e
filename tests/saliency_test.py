"""What differs from all around it draws the eye."""

import numpy as np
import pytest

from spiral_tf.search import saliency


def _stripes(height, width):
  columns = np.arange(width) % 12 < 6
  picture = np.where(columns, 0.4, 0.6)[np.newaxis, :, np.newaxis]
  return np.broadcast_to(picture, [height, width, 3]).astype(np.float32)


@pytest.mark.parametrize('shape', [(120, 160), (200, 90), (40, 40)])
@pytest.mark.parametrize('color', [(0.9, 0.1, 0.1), (0.5, 0.5, 0.9)])
def test_sees_what_is_different(shape, color):
  height, width = shape
  picture = _stripes(height, width).copy()
  rows = slice(height // 3, height // 3 + height // 6)
  columns = slice(width // 2, width // 2 + width // 6)
  picture[rows, columns] = color
  seen = saliency.saliency(picture)
  assert seen.shape == shape and seen.dtype == np.float32
  assert seen.min() >= 0 and seen.max() == pytest.approx(1, abs=0.05)
  y, x = np.unravel_index(seen.argmax(), shape)
  assert rows.start - height / 10 <= y <= rows.stop + height / 10
  assert columns.start - width / 10 <= x <= columns.stop + width / 10
  assert seen[rows, columns].mean() > 3 * seen.mean()


def test_prefers_the_middle():
  picture = np.full([60, 60, 3], 0.5, np.float32)
  for y, x in ((28, 28), (2, 2), (54, 2), (2, 54), (54, 54)):
    picture[y : y + 4, x : x + 4] = 1
  seen = saliency.saliency(picture)
  assert seen[30, 30] > 1.5 * seen[4, 4]


@pytest.mark.parametrize('shape', [(1, 1), (1, 50), (3, 2), (700, 5)])
def test_any_picture_can_be_looked_at(shape):
  for value in (0.0, 0.7):
    seen = saliency.saliency(np.full([*shape, 3], value, np.float32))
    assert seen.shape == shape
    assert np.isfinite(seen).all()
    assert (seen >= 0).all() and (seen <= 1).all()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
