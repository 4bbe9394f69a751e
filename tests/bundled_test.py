"""Tests of launch.bundled."""

import os

import pytest

from launch import bundled


def test_models_of_this_folder_come_first(tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  for name in ('a', 'omniglot_conditional_small'):
    os.makedirs(f'models/{name}')
  with open('models/README.md', 'w'):
    pass
  assert bundled.best() == 'models/omniglot_conditional_small'
  assert bundled.every() == ['models/a/', 'models/omniglot_conditional_small/']
  os.mkdir('models/photos_small')
  assert bundled.best() == 'models/photos_small'


def test_elsewhere_they_are_found_beside_the_commands(tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  (tmp_path / 'repository' / 'models' / 'photos_small').mkdir(parents=True)
  module = tmp_path / 'repository' / 'launch' / 'bundled.py'
  monkeypatch.setattr(bundled, '__file__', str(module))
  path = str(tmp_path / 'repository' / 'models' / 'photos_small')
  assert bundled.best() == path
  assert bundled.every() == [os.path.join(path, '')]


def test_without_models_the_cure_is_named(tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  monkeypatch.setattr(bundled, '__file__', str(tmp_path / 'a' / 'b.py'))
  for find in (bundled.best, bundled.every):
    with pytest.raises(ValueError, match='--model=FOLDER'):
      find()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
