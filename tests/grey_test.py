"""Tests of grey of more than 8 bits."""

import io
import struct

import numpy as np
from PIL import Image
import pytest

from spiral_tf.agents import inputs
from spiral_tf.datasets import decoding
from spiral_tf.datasets import grey
from tests import picture_writers


def _numbers(white):
  values = np.linspace(0, white, 91).round().astype(int).reshape(7, 13)
  return values, np.round(values / white * 255)


def _tiff(values, **tags):
  rows = values.astype('<u2').tobytes()
  numbers = {int(tag[1:]): value for tag, value in tags.items()}
  return picture_writers.tiff({258: 16, 262: 1, 277: 1, **numbers}, [rows], '<')


@pytest.mark.parametrize('white', [255, 1023, 4095])
@pytest.mark.parametrize('form', ['PNG', 'TIFF'])
def test_a_guess_is_made_where_all_would_be_black_and_is_said(white, form):
  values, expected = _numbers(white)
  data = _tiff(values)
  if form == 'PNG':
    data = picture_writers.png(values[..., None], 16, 0)
  message = f'the picture has no number above {white} of 65535, so {white} is'
  with pytest.warns(inputs.GuessWarning, match=message):
    pixels = inputs.read(data)
  assert np.abs(pixels[..., 0] - expected).max() <= 1
  # Pictures of a data set must be alike, so none is guessed at.
  alone = decoding.decode(data, 64, 1)
  assert np.abs(np.asarray(alone) - values / 257).max() <= 1


@pytest.mark.filterwarnings('error')
def test_what_may_as_well_be_a_dark_picture_stays_dark():
  values, _ = _numbers(16383)
  pixels = inputs.read(_tiff(values))
  assert np.abs(pixels[..., 0] - values / 257).max() <= 1


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('white', [2**bits - 1 for bits in range(9, 16)])
def test_what_the_file_says_is_no_guess(white):
  values, _ = _numbers(white // 2)
  for tag in ('_281', '_341'):
    data = _tiff(values, **{tag: white})
    for pixels in (inputs.read(data)[..., 0], decoding.decode(data, 64, 1)):
      assert np.abs(np.asarray(pixels) - values / white * 255).max() <= 1


def test_a_maximum_that_is_only_a_statistic_is_not_white():
  values, _ = _numbers(900)
  for most in (1000, 511):  # No power of 2; exceeded.
    image = decoding.decode(_tiff(values, _281=most), 64, 1)
    assert np.abs(np.asarray(image) - values / 257).max() <= 1


@pytest.mark.filterwarnings('error')
def test_netpbm_says_what_is_white():
  values, _ = _numbers(200)
  data = b'P5 13 7 65535\n' + values.astype('>u2').tobytes()
  assert inputs.read(data).max() <= 1


def test_significant_bits_of_a_png_change_nothing():
  values, expected = _numbers(65535)
  chunk = (b'sBIT', struct.pack('B', 10))
  data = picture_writers.png(values[..., None], 16, 0, [chunk])
  assert np.abs(inputs.read(data)[..., 0] - expected).max() <= 1


def test_large_pictures_are_scaled_in_parts(monkeypatch):
  monkeypatch.setattr(grey, '_AT_ONCE', 20)
  values, expected = _numbers(65535)
  image = Image.fromarray(values.astype(np.uint16))
  data = io.BytesIO()
  image.save(data, 'TIFF')
  assert np.abs(inputs.read(data.getvalue())[..., 0] - expected).max() <= 1
  light = grey.to_8_bits(image, grey.Levels(65535, inverted=True))
  assert np.abs(255 - np.asarray(light) - expected).max() <= 1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
