"""Tests of spiral_tf.datasets.decoding."""

import io
import re

import av
import numpy as np
from PIL import Image
import pytest

from spiral_tf.agents import inputs
from spiral_tf.datasets import decoding
from tests import picture_writers


def _bytes(image, form='PNG', **options):
  file = io.BytesIO()
  image.save(file, form, **options)
  return file.getvalue()


def _palette(transparency=None):
  image = Image.new('P', (4, 4), 1)
  image.putpalette([0, 0, 0, 200, 100, 50])
  if transparency is not None:
    image.info['transparency'] = transparency
  return image


@pytest.mark.parametrize(
  'image, form, expected',
  [
    (Image.new('RGB', (4, 4), (200, 100, 50)), 'PNG', (200, 100, 50)),
    (_palette(), 'PNG', (200, 100, 50)),
    (_palette(transparency=1), 'PNG', (255, 255, 255)),
    (_palette(transparency=0), 'PNG', (200, 100, 50)),
    (_palette(), 'GIF', (200, 100, 50)),
    (Image.new('RGBA', (4, 4), (200, 0, 50, 0)), 'PNG', (255, 255, 255)),
    (Image.new('RGBA', (4, 4), (200, 0, 55, 51)), 'PNG', (244, 204, 215)),
    (Image.new('LA', (4, 4), (100, 255)), 'PNG', (100, 100, 100)),
    (Image.new('LA', (4, 4), (100, 0)), 'PNG', (255, 255, 255)),
    (Image.new('CMYK', (4, 4), (55, 155, 205, 0)), 'TIFF', (200, 100, 50)),
    (Image.new('I;16', (4, 4), 257 * 100), 'PNG', (100, 100, 100)),
    (Image.new('I;16', (4, 4), 65535), 'TIFF', (255, 255, 255)),
    (Image.new('I', (4, 4), 257 * 7), 'TIFF', (7, 7, 7)),
    (Image.new('1', (4, 4), 1), 'PNG', (255, 255, 255)),
    (Image.new('1', (4, 4), 0), 'BMP', (0, 0, 0)),
    (Image.new('L', (4, 4), 70), 'WEBP', (70, 70, 70)),
  ],
)
def test_modes(image, form, expected):
  data = _bytes(image, form)
  color = decoding.decode(data, 4, 3)
  assert color.mode == 'RGB'
  np.testing.assert_allclose(
    color, np.broadcast_to(expected, [4, 4, 3]), atol=1
  )
  grey = decoding.decode(data, 4, 1)
  assert grey.mode == 'L'
  luminance = np.dot(expected, [0.299, 0.587, 0.114])
  np.testing.assert_allclose(grey, np.full([4, 4], luminance), atol=1.5)


@pytest.mark.parametrize(
  'image', [Image.new('F', (4, 4), 0.5), Image.new('I', (4, 4), 65536)]
)
def test_numbers_without_a_scale_are_refused(image):
  with pytest.raises(decoding.BadImageError, match='more than 16 bits'):
    decoding.decode(_bytes(image, 'TIFF'), 4, 1)


@pytest.mark.parametrize(
  'form, message',
  [
    ('EPS', 'is a PostScript document, which is not read; save it as JPEG or'),
    ('PCX', 'is no sound picture: neither BMP, .*; save it as JPEG or PNG$'),
  ],
)
def test_formats_that_may_run_other_programs_are_refused(form, message):
  data = _bytes(Image.new('RGB', (4, 4)), form)
  with pytest.raises(decoding.BadImageError, match=message):
    decoding.decode(data, 4, 3)


# What may be refused: rare kinds that Pillow cannot read, or reads wrongly.
_REFUSED = re.compile(
  'BMP colour 888, blue first|BMP run lengths, .* 4 bits'
  '|TIFF .* grey 12 bits, photometric 0|TIFF big grey 12 bits'
  '|TIFF big grey 16 bits, photometric 0|TIFF big numbers 32 bits'
  '|TIFF .* numbers 32 bits, photometric 0'
)
# What a data set, whose pictures must be alike, refuses besides.
_WITHOUT_SCALE = re.compile('PFM|fractions')


@pytest.mark.parametrize('case', picture_writers.cases(), ids=lambda c: c.name)
def test_every_kind_of_file_has_its_pixels(case):
  # Pillow drops the lower of 16 bits, of colour and of alpha.
  tolerance = 3 if 'premultiplied' in case.name else 1.5
  readers = [inputs.read]
  if not _WITHOUT_SCALE.search(case.name):
    readers.append(lambda data: decoding.decode(data, 1024, 3))
  for read in readers:
    if _REFUSED.match(case.name):
      with pytest.raises(ValueError, match=r'not read|save it') as error:
        read(case.data)
      assert '\n' not in str(error.value)
    else:
      np.testing.assert_allclose(
        read(case.data), 255 * case.pixels, atol=tolerance
      )


# What FFmpeg takes for something else, or reads wrongly, as it seems.
_FFMPEG_DIFFERS = re.compile(
  'PNG grey with a transparent one|PNG .* 16 bits interlaced|PFM'
  '|TIFF .* (with something|premultiplied|32 bits|{)'
  '|TIFF .* 12 bits, photometric 0'
)
_DEMUXERS = {'GIF': 'gif', 'PBM': 'pbm_pipe', 'PGM': 'pgm_pipe'}


def _by_ffmpeg(data, demuxer):
  """The first picture of a file as float `[H, W, 3]` from 0 to 1, on white."""
  with av.open(io.BytesIO(data), format=demuxer) as container:
    frame = next(container.decode(video=0)).reformat(format='rgba64le')
  pixels = frame.to_ndarray() / 65535
  alpha = pixels[..., 3:]
  return pixels[..., :3] * alpha + 1 - alpha


@pytest.mark.parametrize(
  'case',
  [c for c in picture_writers.cases() if not _FFMPEG_DIFFERS.match(c.name)],
  ids=lambda c: c.name,
)
def test_an_independent_decoder_sees_the_same_in_these_files(case):
  demuxer = _DEMUXERS.get(case.name[:3], f'{case.name.split()[0].lower()}_pipe')
  # It fills up 5 and 6 bits with zeros, and palettes go through YUV.
  tolerance = 9 if re.search('5[56]5', case.name) else 3
  np.testing.assert_allclose(
    255 * _by_ffmpeg(case.data, demuxer), 255 * case.pixels, atol=tolerance
  )


@pytest.mark.parametrize(
  'case',
  [c for c in picture_writers.cases() if 'PNG grey with a tr' in c.name],
  ids=lambda c: c.name,
)
def test_another_decoder_sees_the_same_transparent_grey(case):
  import tensorflow as tf  # Slow to import.

  pixels = tf.io.decode_png(case.data, channels=4, dtype=tf.uint16) / 65535
  shown = pixels[..., :3] * pixels[..., 3:] + 1 - pixels[..., 3:]
  np.testing.assert_allclose(255 * shown, 255 * case.pixels, atol=0.1)


@pytest.mark.parametrize(
  'side, sound', [(512, True), (20_000, False), (65_535, False)]
)
def test_tiles_far_larger_than_their_picture_are_refused(side, sound):
  pixels = np.random.default_rng(0).integers(256, size=[16, 16])
  padded = np.zeros([16 if not sound else side, side], np.uint8)
  padded[:16, :16] = pixels
  data = picture_writers.tiff(
    {256: 16, 257: 16, 258: 8, 262: 1, 277: 1, 322: side, 323: side},
    [padded.tobytes()],
    '<',
    tiled=True,
  )
  if sound:
    assert np.array_equal(decoding.decode(data, 64, 1), pixels)
  else:
    message = f'has 16 x 16 pixels in tiles of {side} x {side}; save it as'
    with pytest.raises(decoding.BadImageError, match=message):
      decoding.open_picture(data, 64)


def _smooth(channels):
  """A picture without edges, which no coder harms much."""
  rows, columns = np.mgrid[:48, :80] / 80
  waves = [np.sin(5 * rows + i) * np.cos(4 * columns + i) for i in range(4)]
  pixels = 127 * (1 + np.stack(waves[:channels], -1))
  return pixels.astype(np.uint8).squeeze()


@pytest.mark.parametrize(
  'form, channels, options',
  [
    *[
      ('JPEG', channels, {'quality': 95, **options})
      for channels in (1, 3)
      for options in (
        {},
        {'progressive': True},
        {'subsampling': 0},
        {'subsampling': 2},
        {'restart_marker_rows': 1},
      )
    ],
    *[
      ('WEBP', channels, options)
      for channels in (3, 4)
      for options in ({'lossless': True}, {'quality': 95})
    ],
  ],
)
def test_lossy_formats_as_an_independent_decoder_sees_them(
  form, channels, options
):
  data = _bytes(Image.fromarray(_smooth(channels)), form, **options)
  demuxer = {'JPEG': 'jpeg_pipe', 'WEBP': 'webp_pipe'}[form]
  expected = 255 * _by_ffmpeg(data, demuxer)
  # They smooth the borders of coarse colours differently.
  for read in (inputs.read, lambda d: decoding.decode(d, 1024, 3)):
    difference = np.abs(read(data) - expected)
    assert difference.mean() < 1.5 and difference.max() < 12


def test_rotation_of_a_camera_is_undone():
  upright = np.zeros([8, 16], np.uint8)
  upright[:, 8:] = 255  # The right half is light.
  exif = Image.Exif()
  exif[0x0112] = 6  # Stored turned by a quarter against the clock.
  stored = Image.fromarray(np.rot90(upright))
  image = decoding.decode(_bytes(stored, 'PNG', exif=exif), 4, 1)
  np.testing.assert_array_equal(image, upright)


def test_first_picture_of_an_animation():
  frames = [Image.new('RGB', (4, 4), c) for c in ('red', 'blue')]
  data = _bytes(frames[0], 'GIF', save_all=True, append_images=frames[1:])
  assert decoding.decode(data, 4, 3).getpixel((0, 0)) == (255, 0, 0)


def test_large_jpeg_is_decoded_smaller_but_alike():
  rows, columns = np.mgrid[:800, :800] / 800
  pixels = 127 * (1 + np.sin(9 * rows) * np.cos(7 * columns))
  data = _bytes(Image.fromarray(pixels.astype(np.uint8)), 'JPEG', quality=95)
  image = decoding.decode(data, 64, 1)
  assert image.size == (200, 200)
  whole = Image.open(io.BytesIO(data))
  difference = np.subtract(
    decoding.centre_square(image, 64),
    decoding.centre_square(whole, 64),
    dtype=np.float64,
  )
  assert np.abs(difference).max() <= 2
  assert decoding.decode(data, 512, 1).size == (800, 800)


@pytest.mark.parametrize('height, width', [(218, 178), (178, 218)])
def test_centre_square(height, width):
  pixels = np.zeros([height, width], np.uint8)
  margin = [(side - 178) // 2 for side in (height, width)]
  inside = pixels[margin[0] : height - margin[0], margin[1] : width - margin[1]]
  inside[:] = 100
  inside[:89] = 200
  image = np.asarray(decoding.centre_square(Image.fromarray(pixels), 64))
  assert image.shape == (64, 64)
  assert (image[:28] == 200).all() and (image[36:] == 100).all()


def test_small_pictures_are_resized_with_antialiasing():
  stripes = np.zeros([64, 64], np.uint8)
  stripes[:, ::2] = 255
  image = decoding.centre_square(Image.fromarray(stripes), 16)
  np.testing.assert_allclose(np.asarray(image)[:, 2:-2], 127.5, atol=8)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
