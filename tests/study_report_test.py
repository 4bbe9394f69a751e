"""Tests of launch.study_report."""

import csv

import numpy as np
from PIL import Image
import pytest

from launch import study_report
from spiral_tf.studies import store
from spiral_tf.studies import variant
from tests import small
from tests import studied

# Blue, red, and the light blue of a band.
_COLORS = ((0, 0x72, 0xB2), (0xD5, 0x5E, 0), (0xBF, 0xDC, 0xEC))


def _begin(folder, config=small.CONDITIONAL):
  see = variant.Variant('see', {'policy_learner.entropy_cost': 0.5})
  return store.begin(str(folder), config, studied.SETTINGS, [see])


def _found(path):
  """How many pixels of each color are in each half of a picture."""
  with Image.open(path) as image:
    pixels = np.asarray(image.convert('RGB')).astype(int)
  half = pixels.shape[1] // 2
  near = [np.abs(pixels - color).max(axis=-1) < 8 for color in _COLORS]
  return [(x[:, :half].sum(), x[:, half:].sum()) for x in near]


@pytest.mark.parametrize('config', [small.CONDITIONAL, small.CONFIG])
def test_table_picture_and_numbers_are_written(tmp_path, config):
  study = _begin(tmp_path, config)
  for run in store.order(study, 2):
    end = 0.3 + 0.2 * run.seed + 0.1 * (run.variant == 'see')
    studied.write(run, (2, 1, end), conditional=config.conditional)
  text = study_report.write(str(tmp_path), [500])
  assert (tmp_path / 'table.md').read_text() == text
  assert '| as it is  |' in text and '| see       |' in text
  assert all(min(halves) > 50 for halves in _found(tmp_path / 'curves.png'))
  with (tmp_path / 'curves.csv').open() as file:
    rows = list(csv.DictReader(file))
  assert len(rows) == 12
  name, value = ('mse', '0.04') if config.conditional else ('distance', '0.4')
  assert [row[name] for row in rows if row['variant'] == 'see'][2] == value
  last = dict(list(rows[-1].items())[:4])
  assert last == {
    **{'variant': 'see', 'seed': '1', 'frames': '1000', 'cpu_seconds': '10.00'}
  }


def test_it_can_be_written_before_there_is_anything(tmp_path):
  study = _begin(tmp_path)
  assert '| as it is  |' in study_report.write(str(tmp_path))
  assert not (tmp_path / 'curves.png').exists()
  first, *_ = store.order(study, 1)
  studied.write(first, (2,), done=False)
  assert 'seed 0, is at 0 frames' in study_report.write(str(tmp_path))
  assert not (tmp_path / 'curves.png').exists()
  studied.write(first, (2, 1), done=False)
  study_report.write(str(tmp_path))
  blue, red, _ = _found(tmp_path / 'curves.png')
  assert min(blue) > 50 and max(red) == 0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
