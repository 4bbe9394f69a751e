"""Tests of the reader of Omniglot on small sets in its format."""

import io
import zipfile

import numpy as np
from PIL import Image
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections

ALPHABETS, CHARACTERS, DRAWINGS = 4, 3, 2


def _drawing(alphabet, character, drawing, light_on_dark=False):
  """105x105 pixels of 1 bit: a bar per index, in rows of three thirds."""
  pixels = np.ones([105, 105], bool)
  for row, index in enumerate((alphabet, character, drawing)):
    column = 10 + 20 * index
    pixels[10 + 30 * row : 30 + 30 * row, column : column + 10] = False
  file = io.BytesIO()
  Image.fromarray(pixels ^ light_on_dark).save(file, 'PNG')
  return file.getvalue()


def _indices(image):
  """Alphabet, character and drawing that an image shows."""
  scale = image.shape[0] / 105
  found = []
  for row in range(3):
    strip = image[int((20 + 30 * row) * scale), :, 0]
    found.append(round((strip.argmin() / scale - 10) / 20))
  return tuple(found)


def _members(top, num_alphabets=ALPHABETS, **options):
  members = {}
  for a in range(num_alphabets):
    for c in range(CHARACTERS):
      for d in range(DRAWINGS):
        name = f'{top}/Alphabet_{a}/character{c:02}/{a}{c}_{d:02}.png'
        members[name] = _drawing(a, c, d, **options)
  return members


def _write_zip(path, members):
  with zipfile.ZipFile(path, 'w') as file:
    for name, data in members.items():
      file.writestr(name, data)


def _write_folder(path, members):
  for name, data in members.items():
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(data)


@pytest.fixture
def folder(tmp_path):
  folder = tmp_path / 'omniglot'
  folder.mkdir()
  _write_zip(folder / 'images_background.zip', _members('images_background'))
  return folder


def _load(path, width=64, channels=1, seed=0, fraction=0.1):
  config = sections.DataConfig(
    name='omniglot',
    path=str(path),
    cache=str(path.parent / 'cache'),
    validation_fraction=fraction,
  )
  return datasets.load(config, width, channels, seed)


def _shown(images):
  return [_indices(image) for image in images]


def test_black_ink_on_white_paper_with_the_right_labels(folder):
  data = _load(folder)
  assert data.train.shape == (18, 64, 64, 1)
  assert data.validation.shape == (6, 64, 64, 1)
  assert data.train_labels.dtype == np.int32
  seen = []
  for split in ('train', 'validation'):
    for image, label in zip(data.images(split), data.labels(split)):
      assert image.min() == 0 and np.median(image) == 255
      # 3 bars of 10x20 in 105x105 pixels.
      assert np.mean(255.0 - image) / 255 == pytest.approx(0.0544, rel=0.02)
      alphabet, character, drawing = _indices(image)
      assert label == CHARACTERS * alphabet + character
      seen.append((alphabet, character, drawing))
  assert len(set(seen)) == ALPHABETS * CHARACTERS * DRAWINGS


def test_whole_alphabets_are_held_out(folder):
  for fraction, held_out in ((0.01, 1), (0.5, 2)):
    data = _load(folder, fraction=fraction)
    train, validation = (
      {alphabet for alphabet, _, _ in _shown(images)}
      for images in (data.train, data.validation)
    )
    assert len(validation) == held_out
    assert train | validation == set(range(ALPHABETS))
    assert not train & validation


def test_order_and_split_follow_the_seed(folder):
  shown = [_shown(_load(folder, seed=seed).train) for seed in (0, 0, 1, 2, 3)]
  assert shown[0] == shown[1]
  assert shown[0] != sorted(shown[0])
  assert len({frozenset(s) for s in shown}) > 1


def test_folders_serve_like_zips(folder, tmp_path):
  _write_folder(tmp_path / 'extracted', _members('images_background'))
  zipped = _load(folder)
  for path in (
    tmp_path / 'extracted',
    tmp_path / 'extracted' / 'images_background',
    folder / 'images_background.zip',
  ):
    data = _load(path)
    np.testing.assert_array_equal(data.train[:], zipped.train[:])
    np.testing.assert_array_equal(data.train_labels, zipped.train_labels)


def test_evaluation_set_is_the_test_split(folder):
  with pytest.raises(ValueError, match=r'images_evaluation\.zip'):
    _load(folder).images('test')
  _write_zip(folder / 'images_evaluation.zip', _members('images_evaluation', 2))
  data = _load(folder)
  assert data.train.shape == (18, 64, 64, 1)
  images, labels = data.images('test'), data.labels('test')
  assert images.shape == (12, 64, 64, 1)
  assert labels.dtype == np.int32
  first = ALPHABETS * CHARACTERS
  for image, label in zip(images, labels):
    alphabet, character, _ = _indices(image)
    assert label == first + CHARACTERS * alphabet + character
  assert len(set(_shown(images))) == 12
  assert _shown(images) == _shown(_load(folder).images('test'))


def test_unsound_evaluation_set_troubles_only_who_asks_for_it(folder):
  sound = _load(folder)
  broken = folder / 'images_evaluation.zip'
  broken.write_bytes(b'no zip')
  data = _load(folder)
  for split in ('train', 'validation'):
    np.testing.assert_array_equal(data.images(split)[:], sound.images(split)[:])
  with pytest.raises(ValueError, match='Download it again') as error:
    data.images('test')
  assert str(broken) in str(error.value)


def test_background_set_alone_has_no_test_split(folder):
  _write_zip(folder / 'images_evaluation.zip', _members('images_evaluation', 2))
  alone = folder / 'images_background.zip'
  with pytest.raises(ValueError, match='all of its images') as error:
    _load(alone).images('test')
  assert str(alone) in str(error.value)


def test_light_ink_is_turned_round(folder, tmp_path):
  other = tmp_path / 'other'
  other.mkdir()
  _write_zip(
    other / 'images_background.zip',
    _members('images_background', light_on_dark=True),
  )
  np.testing.assert_array_equal(_load(other).train[:], _load(folder).train[:])


def test_colour_canvases_of_another_width(folder):
  data = _load(folder, width=32, channels=3)
  assert data.train.shape == (18, 32, 32, 3)
  assert (data.train[:] == data.train[:][..., :1]).all()


def test_missing_set_says_what_to_download(tmp_path):
  with pytest.raises(FileNotFoundError) as error:
    _load(tmp_path / 'nowhere')
  message = str(error.value)
  assert str(tmp_path / 'nowhere' / 'images_background.zip') in message
  assert 'github.com/brendenlake/omniglot' in message
  assert 'config.data.path' in message


def test_other_layouts_and_single_alphabets_are_refused(tmp_path):
  _write_folder(tmp_path / 'a', {'images_background/x.png': _drawing(0, 0, 0)})
  with pytest.raises(ValueError, match=r'x\.png, but .* alphabet/character/'):
    _load(tmp_path / 'a')
  _write_folder(tmp_path / 'b', _members('images_background', 1))
  with pytest.raises(ValueError, match='at least 2 are needed'):
    _load(tmp_path / 'b')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
