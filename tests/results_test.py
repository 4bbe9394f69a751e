"""Tests of where the results of an evaluation are."""

import json
import os

import pytest

from spiral_tf.evaluation import results


def test_splits_have_folders_of_their_own():
  assert results.folder('run', 'validation') == os.path.join(
    'run', 'evaluation'
  )
  assert results.folder('run', 'test') == os.path.join('run', 'evaluation_test')
  assert results.SPLITS == ('validation', 'test')


def test_other_splits_are_refused():
  with pytest.raises(ValueError, match=r"'train', but .* validation or test"):
    results.folder('run', 'train')


def test_figures_are_written_whole(tmp_path):
  path = str(tmp_path / 'new' / 'evaluation.json')
  for figures in ({'score': 0.5, 'recall': None}, {'score': 1.0}):
    results.write(path, figures)
    with open(path) as file:
      assert json.load(file) == figures
  assert os.listdir(tmp_path / 'new') == ['evaluation.json']


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
