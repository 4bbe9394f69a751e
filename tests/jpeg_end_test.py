"""Tests of JPEG files whose end is missing."""

import io
import itertools
import threading

import numpy as np
from PIL import Image
from PIL import ImageFile
import pytest

from spiral_tf.agents import inputs
from spiral_tf.datasets import decoding
from spiral_tf.datasets import jpeg_end


def _jpeg(mode='RGB', size=(160, 120), **options):
  rng = np.random.default_rng(0)
  rows, columns = np.mgrid[: size[1], : size[0]]
  waves = 128 + 90 * np.sin(columns / 9) * np.cos(rows / 6)
  noise = rng.normal(0, 8, [size[1], size[0], 3])
  pixels = (waves[..., None] + noise).clip(0, 255).astype(np.uint8)
  file = io.BytesIO()
  image = Image.fromarray(pixels).convert(mode)
  image.save(file, 'JPEG', quality=80, **options)
  return file.getvalue()


_KINDS = [
  (mode, {'progressive': progressive, 'restart_marker_rows': rows})
  for mode, progressive, rows in itertools.product(
    ('L', 'RGB', 'CMYK'), (False, True), (0, 1)
  )
]


@pytest.mark.parametrize('mode, options', _KINDS)
def test_nothing_visible_may_be_missing(mode, options):
  data = _jpeg(mode, **options)
  expected = inputs.read(data).astype(int)
  for cut in (1, 2):
    np.testing.assert_array_equal(inputs.read(data[:-cut]), expected)
  lengths = [3, 4, 5, 7, 10, 20, 40, 80, 160, 320]
  lengths += [len(data) * i // 10 for i in range(1, 10)]
  taken = []
  for cut in lengths:
    try:
      pixels = inputs.read(data[:-cut])
    except ValueError as error:
      assert 'is no sound picture' in str(error)
    else:
      taken.append(cut)
      assert pixels.shape == expected.shape
      changed = np.abs(pixels - expected).max(-1) > 32
      assert changed.mean() <= 2 * jpeg_end.MOST_MISSING, cut
  assert max(taken, default=0) < len(data) / 10


def test_a_picture_that_is_half_grey_is_refused_though_it_looks_like_the_end():
  data = _jpeg(size=(640, 480), restart_marker_rows=1)
  for share in (0.3, 0.5, 0.9):
    with pytest.raises(ValueError, match='truncated'):
      inputs.read(data[: int(len(data) * share)])


def test_coarse_scans_alone_are_no_picture():
  data = _jpeg(progressive=True)
  scans = [i for i in range(len(data)) if data[i : i + 2] == b'\xff\xda']
  assert len(scans) > 4
  for scan in scans[1:]:
    with pytest.raises(decoding.BadImageError):
      decoding.open_picture(data[:scan], 1024)


def test_other_threads_and_later_pictures_are_not_affected():
  whole, cut = _jpeg(), _jpeg()[:-2]
  half = whole[: len(whole) // 2]
  wrong = []

  def work():
    for _ in range(10):
      inputs.read(cut)
      try:
        inputs.read(half)
      except ValueError:
        continue
      wrong.append('half a picture was read')

  threads = [threading.Thread(target=work) for _ in range(4)]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  assert not wrong and not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize('tail', [b'', b'\xff', b'\xff\xda', b'\xff\xda\0\x0c'])
def test_headers_alone_are_refused(tail):
  data = _jpeg()
  header = data[: data.index(b'\xff\xda')]
  for end in (len(header), 3, 20, 200):
    with pytest.raises(decoding.BadImageError):
      decoding.decode(header[:end] + tail, 64, 3)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
