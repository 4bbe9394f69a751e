"""Tests of grids, titles and PNG files."""

from matplotlib import figure
import numpy as np
from PIL import Image
import pytest

from spiral_tf import pictures


def _images(count, channels=1):
  return np.random.default_rng(0).integers(
    256, size=[count, 4, 4, channels], dtype=np.uint8
  )


@pytest.mark.parametrize('channels', [1, 3])
def test_grid_places_each_image_row_by_row(channels):
  images = _images(5, channels)
  picture = pictures.grid(images, columns=3, scale=2, padding=1)
  assert picture.shape == (2 * 9 + 1, 3 * 9 + 1, channels)
  assert picture.dtype == np.uint8
  for i, image in enumerate(images):
    top, left = 1 + i // 3 * 9, 1 + i % 3 * 9
    cell = picture[top : top + 8, left : left + 8]
    for dy in (0, 1):
      for dx in (0, 1):
        np.testing.assert_array_equal(cell[dy::2, dx::2], image)


def test_grid_lines_and_unfilled_cells_are_grey():
  picture = pictures.grid(_images(3), columns=2, scale=1, padding=1)
  grey = picture[0, 0, 0]
  assert 0 < grey < 255
  assert (picture[::5] == grey).all() and (picture[:, ::5] == grey).all()
  assert (picture[6:10, 6:10] == grey).all()


def test_grid_takes_images_of_different_shapes():
  wide = np.full([2, 6, 3], 10, np.uint8)
  tall = np.full([4, 3, 3], 20, np.uint8)
  full = np.full([4, 6, 3], 30, np.uint8)
  picture = pictures.grid([wide, tall, full], columns=2, scale=2, padding=1)
  assert picture.shape == (2 * 9 + 1, 2 * 13 + 1, 3)
  expected = np.full([19, 27], picture[0, 0, 0])
  expected[3:7, 1:13] = 10  # In the middle of 8 x 12 pixels.
  expected[1:9, 17:23] = 20  # Its centre is half an image's pixel off.
  expected[10:18, 1:13] = 30
  np.testing.assert_array_equal(picture, np.stack([expected] * 3, axis=-1))
  with pytest.raises(ValueError, match='images have 1 and 3 channels'):
    pictures.grid([wide, full[..., :1]], columns=2)


def test_grid_without_padding_is_the_images():
  images = _images(2)
  picture = pictures.grid(images, columns=2, scale=1, padding=0)
  np.testing.assert_array_equal(picture, np.concatenate(images, axis=1))


@pytest.mark.parametrize(
  'images, kwargs, message',
  [
    (np.zeros([2, 4, 4, 1], np.float32), {}, 'must be uint8'),
    (
      np.zeros([0, 4, 4, 1], np.uint8),
      {},
      'there are no images; give at least one',
    ),
    (np.zeros([4, 4, 1], np.uint8), {}, 'must be uint8'),
    (np.zeros([2, 1, 4, 4, 1], np.uint8), {}, 'must be uint8'),
    (np.zeros([2, 4, 4, 2], np.uint8), {}, '2 channels'),
    (np.zeros([2, 4, 4, 1], np.uint8), {'columns': 0}, 'at least 1'),
    (np.zeros([2, 4, 4, 1], np.uint8), {'scale': 0}, 'at least 1'),
  ],
)
def test_grid_checks_its_arguments(images, kwargs, message):
  with pytest.raises(ValueError, match=message):
    pictures.grid(images, **{'columns': 2, **kwargs})


@pytest.mark.parametrize('channels', [1, 3])
def test_png_holds_the_picture(tmp_path, channels):
  path = tmp_path / 'new' / 'picture.png'
  picture = pictures.grid(_images(4, channels), columns=2)
  pictures.write_png(str(path), picture)
  read = np.asarray(Image.open(path)).reshape(picture.shape)
  np.testing.assert_array_equal(read, picture)
  assert [p.name for p in path.parent.iterdir()] == ['picture.png']


def test_png_keeps_what_is_transparent(tmp_path):
  picture = np.random.RandomState(0).randint(256, size=[5, 7, 4])
  picture = picture.astype(np.uint8)
  path = str(tmp_path / 'picture.png')
  pictures.write_png(path, picture)
  np.testing.assert_array_equal(np.asarray(Image.open(path)), picture)
  sheet = pictures.titled({'on paper': picture})
  np.testing.assert_array_equal(
    sheet[-8 - 5 : -8, 8 : 8 + 7], pictures.on_paper(picture)
  )


def test_failed_write_leaves_the_old_picture_and_no_litter(
  tmp_path, monkeypatch
):
  path = tmp_path / 'picture.png'
  old = pictures.grid(_images(4), columns=2)
  pictures.write_png(str(path), old)

  def break_off(self, file, **kwargs):
    with open(file, 'wb') as f:
      f.write(b'half a picture')
    raise OSError('disk full')

  monkeypatch.setattr(Image.Image, 'save', break_off)
  with pytest.raises(OSError, match='disk full'):
    pictures.write_png(str(path), 255 - old)
  np.testing.assert_array_equal(np.asarray(Image.open(path)), old[..., 0])
  assert [p.name for p in tmp_path.iterdir()] == ['picture.png']


def test_failed_figure_leaves_the_old_one_and_no_litter(tmp_path, monkeypatch):
  path = tmp_path / 'new' / 'figure.png'
  drawn = figure.Figure(figsize=(2, 1))
  pictures.write_figure(str(path), drawn, dpi=30)
  with Image.open(path) as image:
    assert image.size == (60, 30)

  def break_off(file, **kwargs):
    with open(file, 'wb') as f:
      f.write(b'half a figure')
    raise OSError('disk full')

  monkeypatch.setattr(drawn, 'savefig', break_off)
  with pytest.raises(OSError, match='disk full'):
    pictures.write_figure(str(path), drawn, dpi=30)
  with Image.open(path) as image:
    assert image.size == (60, 30)
  assert [p.name for p in path.parent.iterdir()] == ['figure.png']


def test_write_png_checks_the_picture(tmp_path):
  with pytest.raises(ValueError, match=r'must be uint8 \[H, W, 1\]'):
    pictures.write_png(str(tmp_path / 'a.png'), np.zeros([4, 4], np.uint8))


def test_titled_keeps_each_picture_whole_under_a_title():
  # No greys, which the titles have too.
  tall = np.zeros([60, 20, 3], np.uint8) + np.uint8([7, 90, 0])
  wide = np.zeros([10, 90, 3], np.uint8) + np.uint8([9, 0, 200])
  sheet = pictures.titled({'a long title\nin two lines': tall, 'b': wide})
  assert sheet.dtype == np.uint8 and sheet.shape[2] == 3
  # Where each picture landed: its colour fills exactly one rectangle.
  boxes = []
  for picture in (tall, wide):
    found = np.argwhere((sheet == picture[0, 0]).all(-1))
    (top, left), (bottom, right) = found.min(0), found.max(0) + 1
    assert (bottom - top, right - left) == picture.shape[:2]
    assert len(found) == picture.shape[0] * picture.shape[1]
    boxes.append((top, left, right))
  assert boxes[0][0] == boxes[1][0]
  assert boxes[0][2] < boxes[1][1]
  for top, left, right in boxes:
    assert (sheet[:top, left:right] < 128).any(), 'no title above a picture'


def test_titled_takes_gray_pictures():
  picture = pictures.grid(_images(4), columns=2)
  sheet = pictures.titled({'gray': picture})
  height, width, _ = picture.shape
  found = sheet[-8 - height : -8, 8 : 8 + width]
  np.testing.assert_array_equal(found, picture.repeat(3, axis=2))


def test_titled_needs_a_picture():
  with pytest.raises(ValueError, match='at least one'):
    pictures.titled({})


def test_what_is_transparent_shows_white_paper():
  picture = np.zeros([1, 3, 4], np.uint8)
  picture[0, :, 3] = 0, 102, 255  # Alpha of black paint.
  np.testing.assert_array_equal(
    pictures.on_paper(picture)[0, :, 0], [255, 153, 0]
  )
  for channels in (1, 3):
    opaque = picture[..., :channels]
    assert pictures.on_paper(opaque) is opaque


def test_files_say_where_they_are_from(tmp_path):
  picture = np.zeros([4, 4, 3], np.uint8)
  pictures.write_png(str(tmp_path / 'a.png'), picture)
  pictures.save_png(str(tmp_path / 'b.png'), picture)
  drawn = figure.Figure(figsize=(1, 1))
  pictures.write_figure(str(tmp_path / 'c.png'), drawn, dpi=20)
  for path in tmp_path.iterdir():
    with Image.open(path) as image:
      assert image.text['Software'] == 'spiral_tf'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
