"""Tests of spiral_tf.agents.photographs: photographs as programs."""

import numpy as np
from PIL import Image
import pytest

import spiral_tf
from spiral_tf.agents import photographs


def _photograph(height=30, width=44):
  """A bright stripe and a dark corner, uint8 `[H, W, 3]`."""
  y, x = np.mgrid[:height, :width]
  picture = np.full([height, width, 3], (90, 120, 160), np.uint8)
  picture[np.abs(y - 0.5 * x - 4) < 4] = 240, 200, 60
  picture[y + x > height + 0.6 * width] = 30, 20, 25
  return picture


def _errors(picture, photograph):
  difference = picture.astype(float) - photograph
  return np.square(difference / 255)


@pytest.mark.parametrize('shape', [(30, 44), (44, 30)])
def test_paints_in_the_photographs_own_aspect(shape):
  photograph = _photograph(*shape)
  program = spiral_tf.paint_photo(photograph, 20, size=44)
  assert isinstance(program, spiral_tf.Program)
  assert program.num_strokes == 20
  picture = program.render()
  assert picture.shape == photograph.shape
  blank = _errors(photograph.mean(axis=(0, 1)), photograph).mean()
  assert _errors(picture, photograph).mean() < 0.15 * blank
  assert program.render(88).shape == (2 * shape[0], 2 * shape[1], 3)


def test_looks_best_at_the_size_that_it_is_for():
  photograph = _photograph()
  large = np.asarray(Image.fromarray(photograph).resize((352, 240)))
  errors = {
    size: _errors(
      spiral_tf.paint_photo(photograph, 20, size=size).render(352), large
    ).mean()
    for size in (44, 352)
  }
  assert errors[352] < 0.8 * errors[44]


def test_programs_are_kept_to_the_last_bit(tmp_path):
  path = str(tmp_path / 'painting.json')
  program = spiral_tf.paint_photo(_photograph(), 8, 'classic/pen', size=44)
  program.save(path)
  again = spiral_tf.Program.load(path)
  assert again == program
  np.testing.assert_array_equal(again.render(), program.render())


def test_equal_seeds_make_equal_paintings():
  one, same, other = (
    spiral_tf.paint_photo(_photograph(), 8, size=44, seed=seed, threads=threads)
    for seed, threads in ((3, 1), (3, 3), (4, 1))
  )
  assert one == same
  assert one != other


def test_a_mask_says_where_the_detail_goes():
  photograph = _photograph()
  left = np.zeros(photograph.shape[:2], np.uint8)
  left[:, :22] = 255
  errors = []
  for mask in (left, 255 - left):
    program = spiral_tf.paint_photo(photograph, 6, size=44, focus=mask)
    squares = _errors(program.render(), photograph)
    errors.append((squares[:, :22].mean(), squares[:, 22:].mean()))
  assert errors[0][0] < errors[1][0]
  assert errors[1][1] < errors[0][1]


def test_where_people_look_first_there_is_more_detail():
  # Fine stripes everywhere, and something else in one place.
  y, x = np.mgrid[:64, :64]
  picture = np.where(x % 16 < 8, 100, 140)[..., np.newaxis].repeat(3, -1)
  special = np.hypot(y - 28, x - 36) < 7
  picture[special] = np.where((x + y) % 10 < 5, 250, 10)[special][:, None]
  picture = picture.astype(np.uint8)
  errors = [
    _errors(
      spiral_tf.paint_photo(picture, 12, size=64, focus=focus).render(), picture
    )[special].mean()
    for focus in (None, 'auto')
  ]
  assert errors[1] < errors[0]


def test_tells_how_far_it_is():
  told = []
  spiral_tf.paint_photo(
    _photograph(), 5, size=44, report=lambda *numbers: told.append(numbers)
  )
  assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize(
  'arguments, message',
  [
    ({'strokes': 0}, 'strokes is 0'),
    ({'size': 0}, 'size is 0'),
    ({'size': photographs.MAX_SIZE + 1}, 'size is'),
    ({'brush': 'ramon/Maker'}, 'ramon/Marker'),
    ({'focus': np.zeros([3], np.uint8)}, 'uint8'),
  ],
)
def test_refuses_what_cannot_be_before_any_work(arguments, message):
  with pytest.raises(ValueError, match=message):
    spiral_tf.paint_photo('no such file.png', **arguments)


def test_names_files_that_are_not_there():
  with pytest.raises(FileNotFoundError, match=r'nothing\.png'):
    spiral_tf.paint_photo('nothing.png')
  with pytest.raises(FileNotFoundError, match=r'mask\.png'):
    spiral_tf.paint_photo(_photograph(), focus='mask.png')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
