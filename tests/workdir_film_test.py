"""Tests of spiral_tf.workdir.film."""

import numpy as np
from PIL import Image
from PIL import ImageSequence
import pytest

from spiral_tf import pictures
from spiral_tf.workdir import film


def _samples(workdir, count, shape=(40, 60, 1)):
  """Pictures of greys that grow by one, by names that grow by 640."""
  (workdir / 'samples').mkdir(exist_ok=True)
  for i in range(count):
    path = workdir / 'samples' / f'{640 * i:010d}.png'
    pictures.write_png(str(path), np.full(shape, i, np.uint8))


def _greys(path):
  with Image.open(path) as gif:
    assert gif.info['loop'] == 0
    frames = [
      (frame.convert('L').getpixel((5, 5)), frame.info['duration'])
      for frame in ImageSequence.Iterator(gif)
    ]
  greys, durations = zip(*frames)
  return list(greys), durations


def test_shows_all_pictures_in_order_and_the_last_for_long(tmp_path):
  _samples(tmp_path, 5)
  (tmp_path / 'samples' / 'notes.txt').write_text('mine')
  path = film.write(str(tmp_path))
  assert path == str(tmp_path / 'samples.gif')
  greys, durations = _greys(path)
  assert greys == [0, 1, 2, 3, 4]
  assert len(set(durations[:-1])) == 1 and durations[-1] > 5 * durations[0]


def test_of_many_some_are_shown_with_the_first_and_the_last(tmp_path):
  _samples(tmp_path, 200)
  greys, _ = _greys(film.write(str(tmp_path)))
  assert 50 <= len(greys) <= 60
  assert greys == sorted(set(greys))
  assert (greys[0], greys[-1]) == (0, 199)


def test_large_pictures_are_shown_small_and_all_are_of_one_size(tmp_path):
  _samples(tmp_path, 2, (300, 900, 3))
  _samples(tmp_path, 1)
  with Image.open(film.write(str(tmp_path))) as gif:
    assert gif.size == (640, 213)


def test_of_one_picture_there_is_no_film(tmp_path):
  _samples(tmp_path, 1)
  assert film.write(str(tmp_path)) is None
  assert not (tmp_path / 'samples.gif').exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
